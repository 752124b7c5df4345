//! The clearing house's risk program: liquidation on the curve, takeover, deleveraging.
//!
//! Runs on the clearing house's storage by delegatecall. Anyone may call any of it; nothing here can be paused. The
//! keeper's reward comes from the penalty and waits until it is withdrawn. What a margin cannot pay is asked of the
//! insurance fund and the deficit ledger last, under the lock.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::token::transfer_in;
use everfloor_perp_rules::{
    PerpError, Position, deleverage,
    liquidation::{self, Liquidation, LiquidationOrder, TakeoverOrder},
    trade::{self, Fill},
};
use everfloor_perp_storage::{
    abi::{errors, events},
    revert::{Outcome, Revert, int},
    state::{ClearingState, Session, narrow, narrow_time},
    store::{self, LoadedLosses},
};
use stylus_sdk::prelude::*;

/// What `PositionLiquidated` calls the ways out.
#[derive(Clone, Copy)]
enum Mode {
    Curve = 0,
    Taker = 1,
    OtherSide = 2,
}

/// The clearing house, seen by its risk program.
#[storage]
#[entrypoint]
pub struct ClearingRisk {
    state: ClearingState,
}

#[public]
impl ClearingRisk {
    /// Closes a position that lost its maintenance margin on the curve, or as much of it as restores the market's
    /// target ratio and as the curve may take at once. Anyone may; the reward waits for the caller (`withdrawReward`).
    ///
    /// `quote_limit` is the least quote closing the whole of a long must bring and the most that of a short may cost,
    /// wad, a part in proportion, 0 is none; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `reward`: the caller's reward, token units
    /// - `shortfall`: loss beyond the margin, token units
    pub fn liquidate(
        &mut self,
        market_id: U256,
        trader: Address,
        quote_limit: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256, U256)> {
        trade::require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        let limit = narrow(quote_limit)?;
        let mut session = self.state.enter_market(market_id)?;
        let resumed_at = LoadedLosses::load(self.vm(), session.market.slot()).value.resumed_at;
        let mut report = self.close_on_curve(&mut session, trader, limit, resumed_at)??;
        self.conclude(&mut session, trader, &mut report, Mode::Curve)?;
        session.save(self.vm())?;
        self.state.leave();
        Ok((int(report.base), U256::from(report.keeper_reward), U256::from(report.shortfall.amount)))
    }

    /// Liquidates those of `traders` that can be, each as `liquidate` does without a limit, and passes over the others.
    /// `min_reward` bounds the sum of rewards, token units; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `results`: for each trader the selector of the error that stopped it; 0 is done
    /// - `reward`: the caller's rewards, token units
    pub fn liquidate_batch(
        &mut self,
        market_id: U256,
        traders: Vec<Address>,
        min_reward: U256,
        deadline: U256,
    ) -> Outcome<(Vec<FixedBytes<4>>, U256)> {
        trade::require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        let mut session = self.state.enter_market(market_id)?;
        let resumed_at = LoadedLosses::load(self.vm(), session.market.slot()).value.resumed_at;
        let (mut results, mut done) = (Vec::new(), Vec::new());
        let mut reward = U256::ZERO;
        for trader in traders {
            let before = session.market.value.clone();
            match self.close_on_curve(&mut session, trader, 0, resumed_at)? {
                Ok(report) => {
                    reward = everfloor_math::add(reward, U256::from(report.keeper_reward))?;
                    results.push(FixedBytes::ZERO);
                    done.push((trader, report));
                }
                Err(refusal) => {
                    session.market.value = before;
                    results.push(refusal.selector().into());
                }
            }
        }
        if reward < min_reward {
            return Err(Revert(errors::RewardBelowLimit { reward, limit: min_reward }.abi_encode()));
        }
        for (trader, report) in &mut done {
            self.conclude(&mut session, *trader, report, Mode::Curve)?;
        }
        session.save(self.vm())?;
        self.state.leave();
        Ok((results, reward))
    }

    /// Offers a position that lost its maintenance margin to anyone, at the oracle's price less a discount that grows
    /// with time. Ends when the owner acts, and lapses after twice the market's `takeoverTime`.
    ///
    /// # Returns
    /// - `start`: when the discount begins to grow, seconds
    pub fn start_takeover(&mut self, market_id: U256, trader: Address) -> Outcome<U256> {
        let mut session = self.state.enter_market(market_id)?;
        let mut position = session.enter_position(self.vm(), trader)?;
        let (market, context) = session.parts();
        let start = liquidation::start_takeover(market, &mut position.value.position, &context)?;
        session.save_position(self.vm(), trader, &mut position)?;
        let sequence = session.next_event();
        let start = U256::from(start);
        self.vm().log(events::TakeoverStarted { marketId: market_id, trader, sequence, start });
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
        let mut session = self.state.enter_market(market_id)?;
        let mut position = session.enter_position(self.vm(), trader)?;
        let mut taken = session.enter_position(self.vm(), taker)?;
        let (market, context) = session.parts();
        let (from, to) = (&mut position.value.position, &mut taken.value.position);
        let mut report = liquidation::take_over(market, from, to, &context, &order)?;
        // The taker first: the trader may leave the list, and that moves the entry of whoever is last in it.
        session.save_position(self.vm(), taker, &mut taken)?;
        session.save_position(self.vm(), trader, &mut position)?;
        self.log_closed(&mut session, trader, &report, &position.value.position)?;
        let fill = Fill { base: report.base.saturating_neg(), notional: report.notional, ..Fill::default() };
        session.log_position(self.vm(), taker, &fill, &taken.value.position)?;
        self.conclude(&mut session, trader, &mut report, Mode::Taker)?;
        session.save(self.vm())?;
        if !margin.is_zero() {
            transfer_in(self.vm(), self.state.quote_token.get(), taker, margin)?;
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
        let mut session = self.state.enter_market(market_id)?;
        let mut position = session.enter_position(self.vm(), trader)?;
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
        self.vm().log(events::SideDeleveraged {
            marketId: market_id,
            sequence,
            side: side as u8,
            epoch: U256::from(epoch),
            base: U256::from(report.base.unsigned_abs()),
            price: U256::from(price),
            left: U256::from(index.left),
        });
        self.log_closed(&mut session, trader, &report, &position.value.position)?;
        self.conclude(&mut session, trader, &mut report, Mode::OtherSide)?;
        session.save(self.vm())?;
        self.state.leave();
        Ok((int(report.base), U256::from(report.keeper_reward), U256::from(report.shortfall.amount)))
    }
}

impl ClearingRisk {
    /// Closes one position on the curve and writes it; a refusal of the rules is an answer, and has written nothing.
    fn close_on_curve(
        &self,
        session: &mut Session,
        trader: Address,
        quote_limit: u128,
        resumed_at: u64,
    ) -> Outcome<Result<Liquidation, Revert>> {
        let (mut position, caught_up) = session.position(self.vm(), trader)?;
        let (market, context) = session.parts();
        // The fund says what it pays when it is asked.
        let order = LiquidationOrder { quote_limit, insurance_available: u128::MAX, resumed_at };
        let report = match liquidation::liquidate(market, &mut position.value.position, &context, &order) {
            Ok(report) => report,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        session.log_caught_up(self.vm(), trader, caught_up);
        session.save_position(self.vm(), trader, &mut position)?;
        self.log_closed(session, trader, &report, &position.value.position)?;
        Ok(Ok(report))
    }

    /// Finds the money for what the margin lacked, books the keeper's reward and logs the whole.
    fn conclude(
        &mut self,
        session: &mut Session,
        trader: Address,
        report: &mut Liquidation,
        mode: Mode,
    ) -> Outcome<()> {
        let keeper = self.vm().msg_sender();
        self.state.add_reward(keeper, report.keeper_reward)?;
        if report.shortfall.amount != 0 {
            session.save(self.vm())?;
            self.state.recover(session.id, &mut session.market, trader, &mut report.shortfall)?;
        }
        let sequence = session.next_event();
        self.vm().log(events::PositionLiquidated {
            marketId: session.id,
            trader,
            keeper,
            sequence,
            mode: mode as u8,
            penalty: U256::from(report.penalty),
            keeperReward: U256::from(report.keeper_reward),
            shortfall: U256::from(report.shortfall.amount),
            coveredByMarket: U256::from(report.shortfall.covered_by_market),
            coveredByFund: U256::from(report.shortfall.covered_by_fund),
            uncovered: U256::from(report.shortfall.uncovered()),
        });
        Ok(())
    }

    fn log_closed(
        &self,
        session: &mut Session,
        trader: Address,
        report: &Liquidation,
        position: &Position,
    ) -> Outcome<()> {
        let fill = Fill {
            base: report.base,
            notional: report.notional,
            fee: report.penalty,
            realized_pnl: report.realized_pnl,
            funding: report.funding,
        };
        session.log_position(self.vm(), trader, &fill, position)
    }
}
