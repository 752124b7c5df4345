//! The clearing house's hot program: trading and margin.
//!
//! Thin by intent: each method loads a market, a position and the oracle, applies one rule of
//! `everfloor-perp-rules`, writes what changed, logs it, and moves tokens last. What it does not know it hands to
//! the other programs, which run on the same storage: `clearing-risk` (liquidation), `clearing-upkeep` (funding, repeg,
//! waiting profit), `clearing-orders` (operators, signed orders, several calls in one) and `clearing-lens` (views),
//! which knows `clearing-settlement`, `clearing-admin` and `clearing-preview`.
//!
//! Whose account a call acts on is the caller's, unless `clearing-orders` has set another's for this one call.
//!
//! Units: `margin`, fees, profit and rewards are token units of the collateral; sizes, notionals and prices have
//! 18 decimals; times are seconds. A limit of 0 is no limit where the method says so.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    delegate,
    initializer::{IMPLEMENTATION_SLOT, NotThroughProxy},
    raw::address_word,
    roles::non_zero,
    token::{transfer_in, transfer_out},
    upgrade,
};
use everfloor_perp_rules::{
    Market, Position, margin,
    market::Context,
    trade::{self, CloseOrder, Fill, OpenOrder},
};
use everfloor_perp_storage::{
    abi::{events, orders, views::Programs},
    log::emit,
    revert::{Outcome, Revert, int, word},
    routes,
    state::{ClearingState, Program, narrow, narrow_time, next_event, side_of},
    store::{self, LoadedPosition},
};
use stylus_sdk::{ArbResult, abi::Bytes, function_selector, prelude::*};

/// The clearing house.
#[storage]
#[entrypoint]
pub struct ClearingHouse {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl ClearingHouse {
    /// Trades `notional` of quote on `side` (0 long, 1 short): opens or increases on that side; on the other it reduces
    /// the position, closes it if the notional is its value, and reverses it if it is more. `margin` token units are
    /// taken from the account's allowance into the margin first.
    ///
    /// `base_limit` is the least base a long buys and the most a short sells, 0 is none; `max_fee` bounds the fee,
    /// token units; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `fee`: fee taken from the margin, token units
    #[allow(clippy::too_many_arguments, reason = "an order with its limits")]
    pub fn open_position(
        &mut self,
        market_id: U256,
        side: u8,
        margin: U256,
        notional: U256,
        base_limit: U256,
        max_fee: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256)> {
        let order = OpenOrder {
            side: side_of(side)?,
            margin: narrow(margin)?,
            notional: narrow(notional)?,
            base_limit: narrow(base_limit)?,
            max_fee: max_fee.saturating_to(),
            deadline: narrow_time(deadline),
        };
        let account = self.state.account();
        let fill = self.trade(market_id, account, |market, position, context| {
            trade::open(market, position, context, &order)
        })?;
        self.pull(account, margin)?;
        Ok((int(fill.base), U256::from(fill.fee)))
    }

    /// Closes `size` of base, wad, or the whole position if `size` is larger. What it realises settles to the
    /// margin, which stays with the account until it is removed.
    ///
    /// `quote_limit` is the least quote a long receives and the most a short pays, wad, 0 is none; `max_fee` bounds
    /// the fee, token units; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `exchangedNotional`: quote received or paid, wad
    /// - `realizedPnl`: profit or loss before funding and fee, token units
    pub fn close_position(
        &mut self,
        market_id: U256,
        size: U256,
        quote_limit: U256,
        max_fee: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256, I256)> {
        let order = CloseOrder {
            base: size.saturating_to(),
            quote_limit: narrow(quote_limit)?,
            max_fee: max_fee.saturating_to(),
            deadline: narrow_time(deadline),
        };
        let account = self.state.account();
        let fill = self.trade(market_id, account, |market, position, context| {
            trade::close(market, position, context, &order)
        })?;
        self.state.leave();
        Ok((int(fill.base), U256::from(fill.notional), int(fill.realized_pnl)))
    }

    /// Adds `amount` token units of the account's to its margin. Needs no oracle and is never paused.
    pub fn add_margin(&mut self, market_id: U256, amount: U256) -> Outcome<()> {
        let account = self.state.account();
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        let mut position = LoadedPosition::load_raw(self.vm(), market.slot(), account);
        let added = narrow(amount)?;
        margin::add(&mut market.value.market, &mut position.value.position, added)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm())?;
        self.log_margin(market_id, account, sequence, I256::from_raw(amount), 0, &position.value.position);
        self.pull(account, amount)
    }

    /// Removes `amount` token units from the account's margin and sends them to `recipient`. A flat account can
    /// always take all of it; an open position must keep its initial margin at the worse price.
    pub fn remove_margin(&mut self, market_id: U256, amount: U256, recipient: Address) -> Outcome<()> {
        non_zero(recipient)?;
        let account = self.state.account();
        let removed = narrow(amount)?;
        let (sequence, funding, position) = if self.is_flat(market_id, account) {
            self.remove_flat(market_id, account, removed)?
        } else {
            self.remove_open(market_id, account, removed)?
        };
        let taken = I256::from_raw(amount).wrapping_neg();
        self.log_margin(market_id, account, sequence, taken, funding, &position);
        transfer_out(self.vm(), self.state.quote_token(), recipient, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        self.uuid()
    }

    /// Hands every other call to the program that knows it.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(ClearingHouse {
    "openPosition"(U256, u8, U256, U256, U256, U256, U256) => open_position;
    "closePosition"(U256, U256, U256, U256, U256) => close_position;
    "addMargin"(U256, U256) => add_margin;
    "removeMargin"(U256, U256, Address) => remove_margin;
    "proxiableUUID"() => uuid;
    else hand_on
});

impl ClearingHouse {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands a call to the program that knows it.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        let program = match calldata.first_chunk() {
            Some(&INITIALIZE) => {
                return delegate::forward(self.vm(), self.first_program(calldata)?, calldata);
            }
            Some(selector) if RISK_SELECTORS.contains(selector) => Program::Risk,
            Some(selector) if TAKEOVER_SELECTORS.contains(selector) => Program::Takeover,
            Some(selector) if UPKEEP_SELECTORS.contains(selector) => Program::Upkeep,
            Some(selector) if ORDER_SELECTORS.contains(selector) => Program::Orders,
            _ => Program::Lens,
        };
        delegate::forward(self.vm(), self.state.program(program), calldata)
    }
}

/// `initialize(owner, programs)`, which `clearing-admin` answers; it names the programs, its own address last.
pub const INITIALIZE: [u8; 4] = function_selector!("initialize", Address, Programs);

/// What `clearing-risk` answers.
pub const RISK_SELECTORS: [[u8; 4]; 2] = [
    function_selector!("liquidate", U256, Address, U256, U256),
    function_selector!("liquidateBatch", U256, Vec<Address>, U256, U256),
];

/// What `clearing-takeover` answers.
pub const TAKEOVER_SELECTORS: [[u8; 4]; 3] = [
    function_selector!("startTakeover", U256, Address),
    function_selector!("takeOver", U256, Address, U256, U256, U256, U256),
    function_selector!("deleverage", U256, Address, U256),
];

/// What `clearing-upkeep` answers.
pub const UPKEEP_SELECTORS: [[u8; 4]; 8] = [
    function_selector!("catchUp", U256, Address),
    function_selector!("settleFunding", U256),
    function_selector!("repeg", U256),
    function_selector!("adjustDepth", U256),
    function_selector!("realizeLoss", U256, Address),
    function_selector!("claimProfit", U256, U256, U256),
    function_selector!("payInsurance", U256),
    function_selector!("withdrawReward", Address),
];

/// What `clearing-orders` answers; everything else is the lens's.
pub const ORDER_SELECTORS: [[u8; 4]; 13] = [
    function_selector!("multicall", Vec<Bytes>),
    function_selector!("setOperator", Address, u8),
    function_selector!("setOperatorFor", orders::OperatorOrder, Bytes),
    function_selector!("operatorScopes", Address, Address),
    function_selector!("executeFor", Address, Bytes),
    function_selector!("openPositionFor", orders::OpenOrder, Bytes),
    function_selector!("closePositionFor", orders::CloseOrder, Bytes),
    function_selector!("invalidateNonces", U256, U256),
    function_selector!("nonceBitmap", Address, U256),
    function_selector!("eip712Domain"),
    function_selector!("DOMAIN_SEPARATOR"),
    function_selector!("selfPermit", U256, U256, u8, B256, B256),
    function_selector!("permitFor", Address, U256, U256, u8, B256, B256),
];

impl ClearingHouse {
    /// Where `initialize` is while no program is known: at the address that its data ends with. Only in a proxy: at its
    /// own address this program runs nobody's code.
    fn first_program(&self, calldata: &[u8]) -> Result<Address, Vec<u8>> {
        let known = self.state.program(Program::Admin);
        if !known.is_zero() {
            return Ok(known);
        }
        if self.vm().storage_load_bytes32(IMPLEMENTATION_SLOT).is_zero() {
            return Err(NotThroughProxy {}.abi_encode());
        }
        Ok(calldata.last_chunk::<20>().map_or(Address::ZERO, Address::from))
    }

    /// Runs a trade of an account's: load, apply, write, log. The lock stays taken.
    fn trade(
        &mut self,
        market_id: U256,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> everfloor_perp_rules::error::Result<Fill>,
    ) -> Outcome<Fill> {
        let mut session = self.state.enter_market_to_trade(market_id, &[account])?;
        let mut position = session.position(self.vm(), account);
        let (market, context) = session.parts();
        let fill = rule(market, &mut position.value.position, &context)?;
        session.save_position(self.vm(), account, &mut position)?;
        session.log_position(self.vm(), account, &fill, &position.value.position)?;
        session.save(self.vm())?;
        Ok(fill)
    }

    fn is_flat(&self, market_id: U256, account: Address) -> bool {
        let slot = store::market_slot(self.vm(), market_id);
        LoadedPosition::load_raw(self.vm(), slot, account).value.position.size == 0
    }

    /// Takes margin of a flat account out: nothing else of the market is looked at, and no oracle is asked.
    fn remove_flat(
        &mut self,
        market_id: U256,
        account: Address,
        amount: u128,
    ) -> Outcome<(U256, i128, Position)> {
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        let mut position = LoadedPosition::load_raw(self.vm(), market.slot(), account);
        margin::remove_flat(&mut market.value.market, &mut position.value.position, amount)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm())?;
        Ok((sequence, 0, position.value.position))
    }

    /// Takes margin of an open position out.
    fn remove_open(
        &mut self,
        market_id: U256,
        account: Address,
        amount: u128,
    ) -> Outcome<(U256, i128, Position)> {
        let mut session = self.state.enter_market_to_trade(market_id, &[account])?;
        let mut position = session.position(self.vm(), account);
        let (market, context) = session.parts();
        let funding = margin::remove(market, &mut position.value.position, &context, amount)?;
        session.save_position(self.vm(), account, &mut position)?;
        let sequence = session.next_event();
        session.save(self.vm())?;
        Ok((sequence, funding, position.value.position))
    }

    fn log_margin(
        &self,
        market_id: U256,
        trader: Address,
        sequence: U256,
        amount: I256,
        funding: i128,
        position: &Position,
    ) {
        let amount = amount.into_raw();
        let (margin, claim) = (U256::from(position.margin), U256::from(position.claim));
        let values = [sequence, amount, word(funding), margin, claim];
        emit::<events::MarginChanged>(self.vm(), &[market_id, address_word(trader)], &values);
    }

    /// Takes tokens from the account and gives the lock back.
    fn pull(&mut self, account: Address, amount: U256) -> Outcome<()> {
        if !amount.is_zero() {
            transfer_in(self.vm(), self.state.quote_token(), account, amount)?;
        }
        self.state.leave();
        Ok(())
    }
}
