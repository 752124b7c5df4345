//! The clearing house's settlement program: deficits, halting, the end of a market.
//!
//! Runs on the clearing house's storage by delegatecall. Halting is the owner's, and anyone's once the oracle is dead;
//! everything else is anyone's, and none of it can be paused.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{raw, token::transfer_in};
use everfloor_perp_rules::{PerpError, liquidation::Liquidation, losses, settlement, settlement::Settled};
use everfloor_perp_storage::{
    abi::events,
    recourse::{Mode, log_losses},
    revert::Outcome,
    state::{ClearingState, Session, log_status, narrow, next_event},
    store::{self, LoadedCalendar, LoadedLosses, LoadedPosition},
};
use stylus_sdk::prelude::*;

sol! {
    function twap() external view returns (uint256 price, uint64 span);
}

/// The clearing house, seen by its settlement program.
#[storage]
#[entrypoint]
pub struct ClearingSettlement {
    state: ClearingState,
}

#[public]
impl ClearingSettlement {
    /// Ends trading in a market at one frozen price: the oracle's time-average, or the mark's if there is none. For the
    /// owner; for anyone once the oracle's price is three days old.
    ///
    /// # Returns
    /// - `price`: the price all positions are settled at, wad
    pub fn halt_market(&mut self, market_id: U256) -> Outcome<U256> {
        let mut session = self.state.enter_market(market_id, &[])?;
        if self.state.ownership().only_owner().is_err() {
            settlement::require_dead_oracle(&session.oracle, session.now())?;
        }
        session.accrue()?;
        session.log_funding(self.vm());
        let price = self.frozen_price(&session)?;
        let mut calendar = LoadedCalendar::load(self.vm(), session.market.slot());
        settlement::halt(&mut session.market.value.market, &mut calendar.value.settlement, price)?;
        calendar.save(self.vm())?;
        log_status(self.vm(), market_id, &mut session.market);
        let (sequence, price) = (session.next_event(), U256::from(price));
        self.vm().log(events::MarketSettled { marketId: market_id, sequence, price });
        session.save(self.vm())?;
        self.state.leave();
        Ok(price)
    }

    /// Closes a position of a halted market at its price. Anyone may, in any order: what it lost goes to the pool, what
    /// it won waits until all are settled. An account without a position is left as it is.
    ///
    /// # Returns
    /// - `margin`: the account's margin then, token units; it can be removed at once
    /// - `claim`: the account's waiting profit
    pub fn settle_position(&mut self, market_id: U256, trader: Address) -> Outcome<(U256, U256)> {
        let mut session = self.state.enter_market(market_id, &[trader])?;
        let mut position = session.position(self.vm(), trader);
        settlement::require_halted(&session.market.value.market)?;
        if position.value.position.size != 0 {
            self.settle(&mut session, trader, &mut position)?;
        }
        self.state.leave();
        let left = position.value.position;
        Ok((U256::from(left.margin), U256::from(left.claim)))
    }

    /// Pays an account's waiting profit in a halted market into its margin, once every position is settled: all of it,
    /// or the share that the pool has for everybody. Anyone may.
    ///
    /// # Returns
    /// - `payout`: token units added to the margin
    pub fn redeem_claim(&mut self, market_id: U256, trader: Address) -> Outcome<U256> {
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        let mut calendar = LoadedCalendar::load(self.vm(), market.slot());
        let mut position = LoadedPosition::load_raw(self.vm(), market.slot(), trader);
        let claim = position.value.position.claim;
        let open = market.value.open_positions;
        let ending = &mut calendar.value.settlement;
        let account = &mut position.value.position;
        let payout = settlement::redeem(&mut market.value.market, account, ending, open)?;
        calendar.save(self.vm())?;
        position.save(self.vm(), &mut market, trader)?;
        let sequence = next_event(&mut market);
        market.save(self.vm())?;
        self.vm().log(events::ProfitClaimed {
            marketId: market_id,
            trader,
            sequence,
            amount: U256::from(claim),
            payout: U256::from(payout),
            margin: U256::from(position.value.position.margin),
        });
        self.state.leave();
        Ok(U256::from(payout))
    }

    /// Pays `amount` token units of the caller's against what nobody has paid in a market: its deficit first, then its
    /// bad debt; no more than there is of them. In a halted market only until the first profit is paid.
    ///
    /// # Returns
    /// - `taken`: token units taken
    pub fn recapitalize(&mut self, market_id: U256, amount: U256) -> Outcome<U256> {
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        // What came after the share of profit was fixed would be nobody's.
        if LoadedCalendar::load(self.vm(), market.slot()).value.settlement.claims != 0 {
            return Err(PerpError::MarketHalted.into());
        }
        let mut owed = LoadedLosses::load(self.vm(), market.slot());
        let ledger = &mut market.value.market.ledger;
        let taken = U256::from(losses::recapitalize(ledger, &mut owed.value.losses, narrow(amount)?)?);
        owed.save(self.vm())?;
        let payer = self.vm().msg_sender();
        let sequence = next_event(&mut market);
        self.vm().log(events::MarketRecapitalized { marketId: market_id, payer, sequence, amount: taken });
        log_losses(self.vm(), market_id, &mut market, &owed);
        market.save(self.vm())?;
        transfer_in(self.vm(), self.state.quote_token(), payer, taken)?;
        self.state.leave();
        Ok(taken)
    }

    /// Calls a market's deficit bad debt, so that profit can be paid again: its deficit ledger may at any time, anyone
    /// when it has waited a week.
    ///
    /// # Returns
    /// - `amount`: token units moved
    pub fn allocate_deficit(&mut self, market_id: U256) -> Outcome<U256> {
        self.state.enter()?;
        let mut market = self.state.load_books(market_id)?;
        let mut owed = LoadedLosses::load(self.vm(), market.slot());
        let by_ledger = self.vm().msg_sender() == self.state.deficit_ledger();
        let now = self.vm().block_timestamp();
        let ledger = &mut market.value.market.ledger;
        let moved = losses::allocate(ledger, &mut owed.value.losses, by_ledger, now)?;
        owed.save(self.vm())?;
        log_losses(self.vm(), market_id, &mut market, &owed);
        market.save(self.vm())?;
        self.state.leave();
        Ok(U256::from(moved))
    }
}

impl ClearingSettlement {
    /// Settles an open position and finds the money for what its margin lacks.
    fn settle(
        &mut self,
        session: &mut Session,
        trader: Address,
        position: &mut LoadedPosition,
    ) -> Outcome<()> {
        let ending = LoadedCalendar::load(self.vm(), session.market.slot()).value.settlement;
        let scale = session.scale();
        let market = &mut session.market.value.market;
        let settled = settlement::settle(market, &mut position.value.position, &ending, scale, u128::MAX)?;
        session.save_position(self.vm(), trader, position)?;
        let Settled { base, notional, realized_pnl, funding, shortfall } = settled;
        let mut report =
            Liquidation { base, notional, realized_pnl, funding, shortfall, ..Liquidation::default() };
        session.log_closed(self.vm(), trader, &report, &position.value.position)?;
        self.state.conclude(session, trader, &mut report, Mode::Settlement)?;
        session.save(self.vm())
    }

    /// The oracle's own time-average; the mark's if it has none.
    fn frozen_price(&self, session: &Session) -> Outcome<u128> {
        let feed = store::load_params(self.vm(), session.market.slot()).feed;
        let answer = raw::static_call(self.vm(), feed, &twapCall::SELECTOR, u64::MAX, 64);
        let average =
            answer.ok().and_then(|bytes| raw::word_at(&bytes, 0)).and_then(|word| word.try_into().ok());
        match average {
            Some(price) if price > 0 => Ok(price),
            _ => {
                let market = &session.market.value.market;
                Ok(market.mark.average(market.curve.spot()?)?)
            }
        }
    }
}
