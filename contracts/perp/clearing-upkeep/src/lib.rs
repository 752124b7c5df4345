//! The clearing house's upkeep program: funding, the curve, waiting profit, rewards.
//!
//! Runs on the clearing house's storage by delegatecall. Anyone may call any of it, and nothing in it can be paused.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    raw::{self, address_word, calldata},
    roles::non_zero,
    token::{approve_exact, transfer_out},
};
use everfloor_perp_rules::{
    Position,
    deleverage::CaughtUp,
    depth::{self, CurveChange},
    margin,
};
use everfloor_perp_storage::{
    abi::{errors, events},
    log::emit,
    recourse::log_losses,
    revert::{Outcome, Revert, int, word},
    routes,
    state::{ClearingState, Session, narrow, next_event},
    store::{LoadedCalendar, LoadedLosses, LoadedMarket, LoadedPosition},
};
use stylus_sdk::prelude::*;

sol! {
    function deposit(uint256 marketId, uint256 amount) external;
}

/// The clearing house, seen by its upkeep program.
#[storage]
#[entrypoint]
pub struct ClearingUpkeep {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl ClearingUpkeep {
    /// Brings a market's funding to now. Every action does; this is for those who only want to see it done.
    pub fn settle_funding(&mut self, market_id: U256) -> Outcome<()> {
        let mut session = self.state.enter_market_to_trade(market_id, &[])?;
        session.accrue()?;
        session.log_funding(self.vm());
        session.save(self.vm())?;
        self.state.leave();
        Ok(())
    }

    /// Books what a position has given up since its side was deleveraged. Every action of or on the account does; this
    /// is for those who only want to see it done.
    pub fn catch_up(&mut self, market_id: U256, trader: Address) -> Outcome<()> {
        self.state.enter()?;
        let mut market = self.state.load_market(market_id)?;
        let scale = self.state.scale();
        let (mut position, given) = LoadedPosition::load(self.vm(), &mut market, scale, trader)?;
        if let Some(given) = given {
            position.save(self.vm(), &mut market, trader)?;
            let account = position.value.position;
            let values = [
                next_event(&mut market),
                word(given.base),
                U256::from(given.notional),
                word(given.realized_pnl),
                word(given.funding),
                word(account.size),
                U256::from(account.open_notional),
                U256::from(account.margin),
                U256::from(account.claim),
            ];
            emit::<events::PositionDeleveraged>(self.vm(), &[market_id, address_word(trader)], &values);
            self.book_unpaid(market_id, &mut market, &given)?;
            market.save(self.vm())?;
        }
        self.state.leave();
        Ok(())
    }

    /// Moves the peg of a market's curve so that its mark comes nearer to the oracle, as far as the market's step and
    /// fees allow. Anyone may, once an hour, when mark and its time-average stand on one side of the oracle.
    ///
    /// # Returns
    /// - `cost`: token units paid from the market's fees; a negative one was paid to nobody
    pub fn repeg(&mut self, market_id: U256) -> Outcome<I256> {
        let mut session = self.state.enter_market(market_id, &[])?;
        let mut calendar = LoadedCalendar::load(self.vm(), session.market.slot());
        let (market, context) = session.parts();
        let change = depth::repeg(market, &context, calendar.value.last_repeg)?;
        calendar.value.last_repeg = session.now();
        self.changed(&mut session, &mut calendar, change)
    }

    /// Scales the reserves of a market's curve towards its target depth, as far as one step and its fees allow. The
    /// price stays. Anyone may, once an hour.
    ///
    /// # Returns
    /// - `cost`: token units paid from the market's fees; a negative one was paid to nobody
    pub fn adjust_depth(&mut self, market_id: U256) -> Outcome<I256> {
        let mut session = self.state.enter_market(market_id, &[])?;
        let mut calendar = LoadedCalendar::load(self.vm(), session.market.slot());
        let (market, context) = session.parts();
        let change = depth::adjust_depth(market, &context, calendar.value.last_depth)?;
        calendar.value.last_depth = session.now();
        self.changed(&mut session, &mut calendar, change)
    }

    /// Moves the loss of an open position, and the funding it owes, into the market's pool, as far as winners wait
    /// for it. Anyone may; the position's equity does not change.
    ///
    /// # Returns
    /// - `loss`: token units of loss moved
    /// - `fundingPayment`: token units of funding moved
    pub fn realize_loss(&mut self, market_id: U256, trader: Address) -> Outcome<(U256, U256)> {
        let mut session = self.state.enter_market_to_trade(market_id, &[trader])?;
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
        session.save(self.vm())?;
        self.state.leave();
        Ok((U256::from(loss), U256::from(funding)))
    }

    /// Takes `amount` of the account's waiting profit into its margin, at the market's present share of it (see
    /// `haircut`); `min_payout` bounds what arrives. What the share leaves out is given up: waiting costs nothing.
    ///
    /// # Returns
    /// - `payout`: token units added to the margin
    pub fn claim_profit(&mut self, market_id: U256, amount: U256, min_payout: U256) -> Outcome<U256> {
        let account = self.state.account();
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        let mut position = LoadedPosition::load_raw(self.vm(), market.slot(), account);
        let claimed = narrow(amount)?;
        let least = min_payout.saturating_to();
        let payout =
            margin::claim_profit(&mut market.value.market, &mut position.value.position, claimed, least)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm())?;
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
        let mut market = self.state.load_books(market_id)?;
        let amount = U256::from(core::mem::take(&mut market.value.market.ledger.insurance_due));
        if amount.is_zero() {
            return Err(Revert(errors::NothingToPay {}.abi_encode()));
        }
        let sequence = next_event(&mut market);
        market.save(self.vm())?;
        self.vm().log(events::InsurancePaid { marketId: market_id, sequence, amount });
        let fund = self.state.insurance_fund();
        approve_exact(self.vm(), self.state.quote_token(), fund, amount)?;
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
        let amount = self.state.rewards().replace(keeper, U256::ZERO);
        if amount.is_zero() {
            return Err(Revert(errors::NothingToPay {}.abi_encode()));
        }
        self.vm().log(events::RewardWithdrawn { keeper, recipient, amount });
        transfer_out(self.vm(), self.state.quote_token(), recipient, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

routes!(ClearingUpkeep {
    "settleFunding"(U256) => settle_funding;
    "catchUp"(U256, Address) => catch_up;
    "repeg"(U256) => repeg;
    "adjustDepth"(U256) => adjust_depth;
    "realizeLoss"(U256, Address) => realize_loss;
    "claimProfit"(U256, U256, U256) => claim_profit;
    "payInsurance"(U256) => pay_insurance;
    "withdrawReward"(Address) => withdraw_reward;
});

impl ClearingUpkeep {
    /// Books the loss that neither the margin nor the entry value of a deleveraged position could carry.
    fn book_unpaid(&self, market_id: U256, market: &mut LoadedMarket, given: &CaughtUp) -> Outcome<()> {
        if given.unpaid == 0 {
            return Ok(());
        }
        let mut losses = LoadedLosses::load(self.vm(), market.slot());
        let ledger = &mut market.value.market.ledger;
        let now = self.vm().block_timestamp();
        given.shortfall().conclude(ledger, &mut losses.value.losses, false, now)?;
        losses.save(self.vm())?;
        log_losses(self.vm(), market_id, market, &losses);
        Ok(())
    }

    /// Writes and logs a change of the curve.
    fn changed(
        &mut self,
        session: &mut Session,
        calendar: &mut LoadedCalendar,
        change: CurveChange,
    ) -> Outcome<I256> {
        calendar.save(self.vm())?;
        session.log_funding(self.vm());
        let sequence = session.next_event();
        let (curve, cost) = (session.market.value.market.curve, int(change.cost));
        self.vm().log(events::CurveChanged {
            marketId: session.id,
            sequence,
            baseReserve: U256::from(curve.base),
            quoteReserve: U256::from(curve.quote),
            peg: U256::from(curve.peg),
            cost,
            fees: U256::from(session.market.value.market.ledger.fees),
        });
        session.save(self.vm())?;
        self.state.leave();
        Ok(cost)
    }
}
