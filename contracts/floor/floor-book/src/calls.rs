//! Calls whose arguments `everfloor_common::router` has no types for: flags, small numbers, a list, a struct.
//!
//! Off the chain the SDK's router finds them, and the tests run each behaviour both ways.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_book_storage::{abi::views::BookParams, terms::Terms};
use everfloor_common::router::{Arguments, argument, reply};
use stylus_sdk::{ArbResult, function_selector};

use crate::FloorBook;

/// `placeOrder`.
pub const PLACE_ORDER: [u8; 4] =
    function_selector!("placeOrder", bool, U256, U256, u8, u64, U256, bool, U256);
/// `replaceOrder`.
pub const REPLACE_ORDER: [u8; 4] =
    function_selector!("replaceOrder", U256, bool, U256, U256, u8, u64, U256, bool, U256);
/// `cancelOrders`.
pub const CANCEL_ORDERS: [u8; 4] = function_selector!("cancelOrders", Vec<U256>);
/// `setParams`.
pub const SET_PARAMS: [u8; 4] = function_selector!("setParams", u64, u64, u32, u64);
/// `initialize`.
pub const INITIALIZE: [u8; 4] = function_selector!("initialize", Address, Address, BookParams, U256, Address);

impl FloorBook {
    /// Finds the method of a call that the other router has not found.
    pub fn route_other(&mut self, calldata: &[u8]) -> ArbResult {
        let Some((selector, data)) = calldata.split_first_chunk() else { return self.hand_on(calldata) };
        let from = &mut Arguments::new(data);
        let replaced = match *selector {
            PLACE_ORDER => None,
            REPLACE_ORDER => Some(argument(from)?),
            CANCEL_ORDERS => {
                self.cancel_orders(numbers(from)?)?;
                return Ok(Vec::new());
            }
            SET_PARAMS => {
                self.set_params(number(from)?, number(from)?, number(from)?, number(from)?)?;
                return Ok(Vec::new());
            }
            INITIALIZE => {
                let (owner, market, params) = (argument(from)?, argument(from)?, params(from)?);
                self.initialize(owner, market, params, argument(from)?, argument(from)?)?;
                return Ok(Vec::new());
            }
            _ => return self.hand_on(calldata),
        };
        let (terms, deadline) = (terms(from)?, argument(from)?);
        let (id, filled, notional, stop) = self.place(replaced, &terms, deadline)?;
        Ok(reply((id, filled, (notional, U256::from(stop)))))
    }
}

/// In the order of the call.
fn terms(from: &mut Arguments<'_>) -> Result<Terms, Vec<u8>> {
    Ok(Terms {
        is_buy: flag(from)?,
        tick: argument(from)?,
        lots: argument(from)?,
        kind: argument(from)?,
        expiry: number(from)?,
        max_fills: argument(from)?,
        stop_on_self: flag(from)?,
    })
}

fn flag(from: &mut Arguments<'_>) -> Result<bool, Vec<u8>> {
    match argument::<u8>(from)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Vec::new()),
    }
}

/// In the order of the struct, whose words stand in the call as they are.
fn params(from: &mut Arguments<'_>) -> Result<BookParams, Vec<u8>> {
    Ok(BookParams {
        tickSize: number(from)?,
        lotSize: number(from)?,
        minLots: number(from)?,
        markDepth: number(from)?,
        markLevels: number(from)?,
        genesis: number(from)?,
        epoch: number(from)?,
        period: number(from)?,
        snapshots: number(from)?,
    })
}

/// A number of fewer bits than a word has.
fn number<T: TryFrom<U256>>(from: &mut Arguments<'_>) -> Result<T, Vec<u8>> {
    T::try_from(argument(from)?).map_err(|_| Vec::new())
}

/// A list, the only argument of its call: it begins where the head ends.
fn numbers(from: &mut Arguments<'_>) -> Result<Vec<U256>, Vec<u8>> {
    const HEAD: u64 = 32;
    if argument::<U256>(from)? != U256::from(HEAD) {
        return Err(Vec::new());
    }
    let count = argument::<U256>(from)?.saturating_to::<u64>();
    (0..count).map(|_| argument(from)).collect()
}
