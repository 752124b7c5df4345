//! Calls whose arguments `everfloor_common::router` has no types for: flags, times, a list of numbers.
//!
//! Off the chain the SDK's router finds them, and the tests run each behaviour both ways.

use alloc::vec::Vec;

use alloy_primitives::U256;
use everfloor_book_storage::terms::Terms;
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
        expiry: time(from)?,
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

fn time(from: &mut Arguments<'_>) -> Result<u64, Vec<u8>> {
    u64::try_from(argument::<U256>(from)?).map_err(|_| Vec::new())
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
