//! The trades of a floor market: what venues match, settled or refused.
//!
//! Runs on the market's storage by delegatecall. A trade that one of the two cannot make reverts here, so that nothing of it
//! is left, with an error whose words are the answer; the market catches it and answers them (`floor-market`).
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloy_primitives::{Address, FixedBytes, U256};
use everfloor_common::{log::emit, raw::address_word, routes};
use everfloor_floor_rules::{FloorError, Trade, trade};
use everfloor_floor_storage::{
    abi::{errors, events, narrow},
    desk::{Seat, prices_unless, require_operator, told_mark},
    outside,
    remote::Remote,
    revert::{Outcome, Revert, parts},
    state::MarketState,
    store::{self, LoadedMarket},
};
use stylus_sdk::prelude::*;

/// How a trade ended, as venues are told: it is done.
const FILLED: u8 = 0;
/// The maker, or the taker, cannot make it.
const MAKER_CANNOT: u8 = 1;
/// See above.
const TAKER_CANNOT: u8 = 2;
/// It cannot be judged without the mark.
const MARK_ASKED: u8 = 3;

/// What a venue is told: how the trade ended, and the taker's refusal as a selector and at most two words.
type Told = (u8, FixedBytes<4>, U256, U256);

/// The market, seen by its trades.
#[storage]
#[entrypoint]
pub struct FloorTrade {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorTrade {
    /// Settles a trade of `fp` at `price` between two accounts whose operator the caller is. The buyer pays the value rounded
    /// up, the seller gets it rounded down, the taker pays the fee. What is open afterwards is no more than the index's cap,
    /// unless it shrinks. `mark` is what the market's own venue says its mark is, which cannot be asked while it is at work; 0
    /// to see whether it is needed, and the highest number if it has none. From others it counts for nothing.
    ///
    /// # Returns
    /// - `outcome`: 0 done; 1 the maker cannot, 2 the taker cannot, 3 not without the mark: then nothing has changed
    /// - `reason`: the selector of the error that says why
    /// - `first`: the first word of that error; 0 if it has none
    /// - `second`: the second
    pub fn settle_trade(
        &mut self,
        maker: Address,
        taker: Address,
        fp: U256,
        price: U256,
        taker_buys: bool,
        mark: U256,
    ) -> Outcome<Told> {
        self.state.require_open()?;
        self.state.require_free()?;
        for account in [maker, taker] {
            require_operator(&self.state, account)?;
        }
        if maker == taker {
            return Err(refused(trade::Side::Maker, FloorError::ZeroAmount));
        }
        let told = told_mark(&self.state, mark)?;
        let (mut one, mut other) = (Seat::take(&mut self.state, maker)?, Seat::take(&mut self.state, taker)?);
        let vm = self.vm();
        let settings = store::trading_settings(vm);
        let trade = Trade { fp: narrow(fp)?, price: narrow(price)?, taker_buys, fee: settings.fee };
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let (first, second) = (&mut one.loaded.value, &mut other.loaded.value);
        let plain = market.value.is_plain(&books, first, second, &trade, &settings.params)?;
        if !plain && told == Some(0) {
            return Ok(answered(MARK_ASKED));
        }
        let prices = prices_unless(&self.state, plain, &settings, told)?;
        let open = market.value.ledger.longs.total;
        let settled = market.value.settle_trade(&mut books, first, second, &trade, prices, &settings.params);
        let moved = match settled {
            Ok(moved) => moved,
            Err((side, error)) => return Err(refused(side, *error)),
        };
        let opened = market.value.ledger.longs.total;
        if opened > open
            && let Err(error) = outside::require_carried(vm, &self.state, opened)
        {
            return Err(refused(trade::Side::Taker, error));
        }
        one.save(&self.state)?;
        other.save(&self.state)?;
        market.save(vm)?;
        let indexed = [maker, taker, vm.msg_sender()].map(address_word);
        let [paid, got, fee] = [moved.paid, moved.got, moved.fee].map(U256::from);
        emit::<events::Trade>(vm, &indexed, &[fp, price, U256::from(taker_buys), paid, got, fee]);
        Ok(answered(FILLED))
    }

    /// Whether `maker` could trade `fp` at `price` now, with somebody who can. `mark` is what the market's own venue says
    /// its mark is; from others it counts for nothing.
    pub fn can_settle(
        &self,
        maker: Address,
        fp: U256,
        price: U256,
        maker_buys: bool,
        mark: U256,
    ) -> Outcome<bool> {
        let told = told_mark(&self.state, mark)?;
        let vm = self.vm();
        if self.state.is_shut() {
            return Ok(false);
        }
        let settings = store::trading_settings(vm);
        let trade =
            Trade { fp: narrow(fp)?, price: narrow(price)?, taker_buys: !maker_buys, fee: settings.fee };
        let market = LoadedMarket::load(vm);
        let books = Remote::new(&self.state);
        let account = store::account(vm, maker).value;
        let plain = market.value.is_side_plain(&books, &account, &trade, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings, told)?;
        let done = market.value.settle_side(&books, &account, &trade, prices, &settings.params);
        Ok(done.is_ok())
    }
}

routes!(FloorTrade {
    "settleTrade"(Address, Address, U256, U256, bool, U256) => settle_trade;
    "canSettle"(Address, U256, U256, bool, U256) => can_settle;
});

/// What a venue is told where there is nothing to add.
fn answered(outcome: u8) -> Told {
    (outcome, FixedBytes::ZERO, U256::ZERO, U256::ZERO)
}

/// What a venue is told of a refusal, as the revert that undoes the trade.
fn refused(side: trade::Side, error: FloorError) -> Revert {
    let outcome = match side {
        trade::Side::Maker => MAKER_CANNOT,
        trade::Side::Taker => TAKER_CANNOT,
    };
    let (reason, _, first, second) = parts(error);
    errors::Refused { outcome, reason: reason.into(), first, second }.into()
}
