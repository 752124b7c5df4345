//! The clearing house's takeover program: what the curve cannot take goes to a taker, or against the other side.
//!
//! Runs on the clearing house's storage by delegatecall. Anyone may call any of it; nothing here can be paused.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use everfloor_common::{raw::address_word, token::transfer_in};
use everfloor_perp_rules::{
    PerpError, deleverage,
    liquidation::{self, TakeoverOrder},
    trade::{self, Fill},
};
use everfloor_perp_storage::{
    abi::events,
    log::emit,
    recourse::Mode,
    revert::{Outcome, int},
    routes,
    state::{ClearingState, narrow, narrow_time},
    store,
};
use stylus_sdk::prelude::*;

/// The clearing house, seen by its takeover program.
#[storage]
#[entrypoint]
pub struct ClearingTakeover {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl ClearingTakeover {
    /// Offers a position that lost its maintenance margin to anyone, at the oracle's price less a discount that grows
    /// with time. It ends when the position is seen to keep its maintenance margin again, of which this tells with 0, and
    /// lapses after twice the market's `takeoverTime`.
    ///
    /// # Returns
    /// - `start`: when the discount begins to grow, seconds
    pub fn start_takeover(&mut self, market_id: U256, trader: Address) -> Outcome<U256> {
        let mut session = self.state.enter_market(market_id, &[trader])?;
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        let start = liquidation::start_takeover(market, &mut position.value.position, &context)?;
        session.save_position(self.vm(), trader, &mut position)?;
        let (sequence, start) = (session.next_event(), U256::from(start));
        emit::<events::TakeoverStarted>(self.vm(), &[market_id, address_word(trader)], &[sequence, start]);
        session.save(self.vm())?;
        self.state.leave();
        Ok(start)
    }

    /// Takes `base` of a position (all of it if larger, wad) over onto the caller's own, at the oracle's price less the
    /// discount of its auction. `margin` token units are taken from the caller's allowance into its margin first, and
    /// the caller's position must then have its initial margin. `price_limit` is the highest price for a long and the
    /// lowest for a short, wad, 0 is none; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `takenBase`: change of the caller's size, wad
    /// - `notional`: what the caller entered at, wad
    /// - `reward`: the caller's reward beside the discount, token units
    pub fn take_over(
        &mut self,
        market_id: U256,
        trader: Address,
        base: U256,
        margin: U256,
        price_limit: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256, U256)> {
        trade::require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        let taker = self.vm().msg_sender();
        if taker == trader {
            return Err(PerpError::UnfitTaker.into());
        }
        let order = TakeoverOrder {
            base: base.saturating_to(),
            margin: narrow(margin)?,
            price_limit: narrow(price_limit)?,
            insurance_available: u128::MAX,
        };
        let mut session = self.state.enter_market(market_id, &[trader, taker])?;
        let mut position = session.position(self.vm(), trader);
        let mut taken = session.position(self.vm(), taker);
        let (market, context) = session.parts();
        let (from, to) = (&mut position.value.position, &mut taken.value.position);
        let mut report = liquidation::take_over(market, from, to, &context, &order)?;
        // The taker first: the trader may leave the list, and that moves the entry of whoever is last in it.
        session.save_position(self.vm(), taker, &mut taken)?;
        session.save_position(self.vm(), trader, &mut position)?;
        session.log_closed(self.vm(), trader, &report, &position.value.position)?;
        let (base, notional, funding) = (report.base.saturating_neg(), report.notional, report.taker_funding);
        let fill = Fill { base, notional, funding, ..Fill::default() };
        session.log_position(self.vm(), taker, &fill, &taken.value.position)?;
        self.state.conclude(&mut session, trader, &mut report, Mode::Taker)?;
        session.save(self.vm())?;
        if !margin.is_zero() {
            transfer_in(self.vm(), self.state.quote_token(), taker, margin)?;
        }
        self.state.leave();
        Ok((int(fill.base), U256::from(report.notional), U256::from(report.keeper_reward)))
    }

    /// Closes `base` of a position (all of it if larger, wad), that nobody took over in its auction, against the other
    /// side of the market, at the oracle's price: every account there gives up the same part.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `reward`: the caller's reward, token units
    /// - `shortfall`: loss beyond the margin, token units
    pub fn deleverage(
        &mut self,
        market_id: U256,
        trader: Address,
        base: U256,
    ) -> Outcome<(I256, U256, U256)> {
        let mut session = self.state.enter_market(market_id, &[trader])?;
        let mut position = session.position(self.vm(), trader);
        let side = position.value.position.require_side()?.opposite();
        let slot = session.market.slot();
        let epoch = session.market.value.market.epoch(side);
        let mut index = store::load_index(self.vm(), slot, side, epoch);
        let (market, context) = session.parts();
        let price = context.oracle.price;
        let victim = &mut position.value.position;
        let mut report =
            deleverage::deleverage(market, victim, &context, &mut index, base.saturating_to(), u128::MAX)?;
        let epoch = market.epoch(side);
        store::save_index(self.vm(), slot, side, epoch, &index)?;
        session.save_position(self.vm(), trader, &mut position)?;
        let sequence = session.next_event();
        let values = [
            sequence,
            U256::from(side as u8),
            U256::from(epoch),
            U256::from(report.base.unsigned_abs()),
            U256::from(price),
            U256::from(index.left),
        ];
        emit::<events::SideDeleveraged>(self.vm(), &[market_id], &values);
        session.log_closed(self.vm(), trader, &report, &position.value.position)?;
        self.state.conclude(&mut session, trader, &mut report, Mode::OtherSide)?;
        session.save(self.vm())?;
        self.state.leave();
        Ok((int(report.base), U256::from(report.keeper_reward), U256::from(report.shortfall.amount)))
    }
}

routes!(ClearingTakeover {
    "startTakeover"(U256, Address) => start_takeover;
    "takeOver"(U256, Address, U256, U256, U256, U256) => take_over;
    "deleverage"(U256, Address, U256) => deleverage;
});
