//! The clearing house's risk program: liquidation, funding, and the profit that waits.
//!
//! Runs on the clearing house's storage by delegatecall; called at its own address it finds no market and does
//! nothing. Everything here is permissionless: keepers live on it.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    raw::{self, address_word, calldata, word_at},
    roles::non_zero,
    token::{approve_exact, transfer_out},
};
use everfloor_perp_rules::{
    Position,
    liquidation::{self, Liquidation},
    margin,
    trade::{self, Fill},
};
use everfloor_perp_storage::{
    abi::{errors, events},
    revert::{Outcome, Revert},
    state::{ClearingState, Session, narrow, narrow_time, next_event},
    store::LoadedPosition,
};
use stylus_sdk::prelude::*;

sol! {
    function available(uint256 marketId) external view returns (uint256);
    function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);
    function deposit(uint256 marketId, uint256 amount) external;
}

/// The clearing house, seen by its risk program.
#[storage]
#[entrypoint]
pub struct ClearingRisk {
    state: ClearingState,
}

#[public]
impl ClearingRisk {
    /// Closes a position that lost its maintenance margin. Anyone may; the reward waits for the caller
    /// (`withdrawReward`).
    ///
    /// `quote_limit` is the least quote closing a long must bring and the most closing a short may cost, wad, 0 is
    /// none; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `reward`: the caller's reward, token units
    /// - `shortfall`: loss beyond the margin, token units
    pub fn liquidate(
        &mut self,
        market_id: U256,
        trader: Address,
        quote_limit: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        trade::require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        let limit = narrow(quote_limit)?;
        let available = self.insurance_available(market_id);
        let mut session = self.state.enter_market(market_id)?;
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        let mut report =
            liquidation::liquidate(market, &mut position.value.position, &context, limit, available)?;
        let keeper = self.vm().msg_sender();
        self.state.add_reward(keeper, report.keeper_reward)?;
        session.save_position(self.vm(), trader, &mut position)?;
        session.save(self.vm());
        // The fund is asked last; what it does not pay is bad debt, so that it can never stop a liquidation.
        let unpaid =
            report.covered_by_fund.saturating_sub(self.draw(market_id, trader, report.covered_by_fund));
        report.fund_paid_less(&mut session.market.value.market.ledger, unpaid)?;
        self.log_liquidation(&mut session, trader, keeper, &report, &position.value.position)?;
        session.save(self.vm());
        self.state.leave();
        Ok((U256::from(report.keeper_reward), U256::from(report.shortfall)))
    }

    /// Brings a market's funding to now. Every action does; this is for those who only want to see it done.
    pub fn settle_funding(&mut self, market_id: U256) -> Outcome<()> {
        let mut session = self.state.enter_market(market_id)?;
        session.accrue()?;
        session.log_funding(self.vm());
        session.save(self.vm());
        self.state.leave();
        Ok(())
    }

    /// Moves the loss of an open position, and the funding it owes, into the market's pool, as far as winners wait
    /// for it. Anyone may; the position's equity does not change.
    ///
    /// # Returns
    /// - `loss`: token units of loss moved
    /// - `fundingPayment`: token units of funding moved
    pub fn realize_loss(&mut self, market_id: U256, trader: Address) -> Outcome<(U256, U256)> {
        let mut session = self.state.enter_market(market_id)?;
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        let (loss, funding) = margin::realize_loss(market, &mut position.value.position, &context)?;
        session.save_position(self.vm(), trader, &mut position)?;
        let sequence = session.next_event();
        let Position { margin, open_notional, .. } = position.value.position;
        self.vm().log(events::LossRealized {
            marketId: market_id,
            trader,
            sequence,
            amount: U256::from(loss),
            fundingPayment: I256::from_raw(U256::from(funding)),
            margin: U256::from(margin),
            openNotional: U256::from(open_notional),
            pool: U256::from(session.market.value.market.ledger.pool),
        });
        session.save(self.vm());
        self.state.leave();
        Ok((U256::from(loss), U256::from(funding)))
    }

    /// Takes `amount` of the caller's waiting profit into its margin, at the market's present share of it (see
    /// `haircut`); `min_payout` bounds what arrives. What the share leaves out is given up: waiting costs nothing.
    ///
    /// # Returns
    /// - `payout`: token units added to the margin
    pub fn claim_profit(&mut self, market_id: U256, amount: U256, min_payout: U256) -> Outcome<U256> {
        self.state.enter()?;
        let account = self.vm().msg_sender();
        let mut market = self.state.load_market(market_id)?;
        let mut position = LoadedPosition::load(self.vm(), market.slot(), account);
        let claimed = narrow(amount)?;
        let least = min_payout.saturating_to();
        let payout =
            margin::claim_profit(&mut market.value.market, &mut position.value.position, claimed, least)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm());
        self.vm().log(events::ProfitClaimed {
            marketId: market_id,
            trader: account,
            sequence,
            amount,
            payout: U256::from(payout),
            margin: U256::from(position.value.position.margin),
        });
        self.state.leave();
        Ok(U256::from(payout))
    }

    /// Sends a market's share of fees and penalties to the insurance fund. Anyone may.
    ///
    /// # Returns
    /// - `amount`: token units sent
    pub fn pay_insurance(&mut self, market_id: U256) -> Outcome<U256> {
        self.state.enter()?;
        let mut market = self.state.load_market(market_id)?;
        let amount = U256::from(core::mem::take(&mut market.value.market.ledger.insurance_due));
        if amount.is_zero() {
            return Err(Revert(errors::NothingToPay {}.abi_encode()));
        }
        let sequence = next_event(&mut market);
        market.save(self.vm());
        self.vm().log(events::InsurancePaid { marketId: market_id, sequence, amount });
        let fund = self.state.insurance_fund.get();
        approve_exact(self.vm(), self.state.quote_token.get(), fund, amount)?;
        let data = calldata(depositCall::SELECTOR, [market_id, amount]);
        raw::call(self.vm(), fund, &data, 256).map_err(Revert)?;
        self.state.leave();
        Ok(amount)
    }

    /// Sends the caller's rewards to `recipient`.
    ///
    /// # Returns
    /// - `amount`: token units sent
    pub fn withdraw_reward(&mut self, recipient: Address) -> Outcome<U256> {
        non_zero(recipient)?;
        self.state.enter()?;
        let keeper = self.vm().msg_sender();
        let amount = self.state.rewards.replace(keeper, U256::ZERO);
        if amount.is_zero() {
            return Err(Revert(errors::NothingToPay {}.abi_encode()));
        }
        self.vm().log(events::RewardWithdrawn { keeper, recipient, amount });
        transfer_out(self.vm(), self.state.quote_token.get(), recipient, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

impl ClearingRisk {
    fn log_liquidation(
        &self,
        session: &mut Session,
        trader: Address,
        keeper: Address,
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
        session.log_position(self.vm(), trader, &fill, position)?;
        let sequence = session.next_event();
        self.vm().log(events::PositionLiquidated {
            marketId: session.id,
            trader,
            keeper,
            sequence,
            penalty: U256::from(report.penalty),
            keeperReward: U256::from(report.keeper_reward),
            shortfall: U256::from(report.shortfall),
            coveredByMarket: U256::from(report.covered_by_market),
            coveredByFund: U256::from(report.covered_by_fund),
            badDebt: U256::from(report.uncovered()),
        });
        Ok(())
    }

    /// What the insurance fund would pay now; nothing if it does not answer, so that it cannot stop a liquidation.
    fn insurance_available(&self, market_id: U256) -> u128 {
        let data = calldata(availableCall::SELECTOR, [market_id]);
        let answer = raw::static_call(self.vm(), self.state.insurance_fund.get(), &data, u64::MAX, 32);
        let promised = answer.ok().and_then(|bytes| word_at(&bytes, 0));
        promised.map_or(0, |amount| amount.saturating_to())
    }

    /// Draws what the insurance fund has promised; returns what it paid.
    fn draw(&self, market_id: U256, trader: Address, amount: u128) -> u128 {
        if amount == 0 {
            return 0;
        }
        let data = calldata(drawCall::SELECTOR, [market_id, address_word(trader), U256::from(amount)]);
        let answer = raw::call(self.vm(), self.state.insurance_fund.get(), &data, 32);
        let paid = answer.ok().and_then(|bytes| word_at(&bytes, 0));
        paid.map_or(0, |paid| paid.saturating_to())
    }
}
