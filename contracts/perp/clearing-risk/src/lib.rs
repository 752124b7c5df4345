//! The clearing house's risk program: liquidation on the curve.
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
use everfloor_perp_rules::{
    liquidation::{self, Liquidation, LiquidationOrder},
    trade,
};
use everfloor_perp_storage::{
    abi::errors,
    recourse::Mode,
    revert::{Outcome, Revert, int},
    routes,
    state::{ClearingState, Session, narrow, narrow_time},
};
use stylus_sdk::prelude::*;

/// The clearing house, seen by its risk program.
#[storage]
#[entrypoint]
pub struct ClearingRisk {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
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
        let mut session = self.state.enter_market(market_id, &[trader])?;
        let mut report = self.close_on_curve(&mut session, trader, limit)??;
        self.state.conclude(&mut session, trader, &mut report, Mode::Curve)?;
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
        let mut session = self.state.enter_market(market_id, &traders)?;
        let (mut results, mut done) = (Vec::new(), Vec::new());
        let mut reward = U256::ZERO;
        for trader in traders {
            let before = session.market.value.clone();
            match self.close_on_curve(&mut session, trader, 0)? {
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
            self.state.conclude(&mut session, *trader, report, Mode::Curve)?;
        }
        session.save(self.vm())?;
        self.state.leave();
        Ok((results, reward))
    }
}

routes!(ClearingRisk {
    "liquidate"(U256, Address, U256, U256) => liquidate;
    "liquidateBatch"(U256, Vec<Address>, U256, U256) => liquidate_batch;
});

impl ClearingRisk {
    /// Closes one position on the curve and writes it; a refusal of the rules is an answer, and has written nothing.
    fn close_on_curve(
        &self,
        session: &mut Session,
        trader: Address,
        quote_limit: u128,
    ) -> Outcome<Result<Liquidation, Revert>> {
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        // The fund says what it pays when it is asked.
        let order = LiquidationOrder { quote_limit, insurance_available: u128::MAX };
        let report = match liquidation::liquidate(market, &mut position.value.position, &context, &order) {
            Ok(report) => report,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        session.save_position(self.vm(), trader, &mut position)?;
        session.log_closed(self.vm(), trader, &report, &position.value.position)?;
        Ok(Ok(report))
    }
}
