//! The funding of a floor market: one payment an epoch, for anybody to make.
//!
//! Runs on the market's storage by delegatecall. Epochs are paid in order, each at its own averages of mark and index,
//! which are fixed when it ends; so it does not matter when a payment is made or by whom. A payment may take several
//! calls, and while one is half made nothing else of the market's accounts moves. An epoch for which an oracle has no
//! average is paid as nothing. A loss that all shorts make good is paid in the same way, before anything else.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{I256, U256};
use everfloor_common::{log::emit, raw::address_word, routes};
use everfloor_floor_rules::{
    Ledger,
    funding::{Settled, Step},
};
use everfloor_floor_storage::{
    abi::events,
    desk::{epochs_over, number},
    layout::LastPaid,
    outside,
    revert::Outcome,
    state::{Counter, MarketState},
    store::{self, Chain, LoadedMarket},
};
use stylus_sdk::prelude::*;

/// The market, seen by its funding.
#[storage]
#[entrypoint]
pub struct FloorFunding {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorFunding {
    /// Makes the payment of the next epoch that is over, or goes on with one, for at most `maxSteps` accounts and cohorts;
    /// then the next, and so on. For anybody; nobody gains by when it is called.
    ///
    /// # Returns
    /// - `epochs`: how many are paid, one that is being paid among them
    /// - `done`: whether nothing is left to pay
    pub fn poke_funding(&mut self, max_steps: U256) -> Outcome<(U256, bool)> {
        self.state.require_open()?;
        self.state.require_free()?;
        let mut steps = number(max_steps)?;
        let settings = store::trading_settings(self.vm());
        let mut market = LoadedMarket::load(self.vm());
        let mut paid = self.state.counter(Counter::Epochs);
        let over = epochs_over(&settings.params, self.state.now());
        while steps != 0 {
            steps = steps.saturating_sub(1);
            let ledger = &mut market.value.ledger;
            let loss = ledger.event.filter(|event| event.loss != 0);
            let settled = if ledger.event.is_some() {
                self.go_on(ledger, &mut steps)?
            } else if paid < over {
                paid = paid.saturating_add(1);
                self.begin(ledger, paid.saturating_sub(1), &settings.params.terms)?
            } else {
                break;
            };
            match (settled, loss) {
                (Some(settled), Some(loss)) => self.log_loss(loss.epoch, &settled, ledger),
                (Some(settled), None) => self.log_settled(paid.saturating_sub(1), &settled, ledger),
                (None, _) => {}
            }
        }
        market.save(self.vm())?;
        self.state.set_counter(Counter::Epochs, paid);
        let done = market.value.ledger.event.is_none() && paid == over;
        Ok((U256::from(paid), done))
    }
}

routes!(FloorFunding {
    "pokeFunding"(U256) => poke_funding;
});

impl FloorFunding {
    /// Begins the payment of an epoch.
    fn begin(
        &self,
        ledger: &mut Ledger,
        epoch: u32,
        terms: &everfloor_floor_rules::Terms,
    ) -> Outcome<Option<Settled>> {
        let vm = self.vm();
        let prices = match outside::epoch_prices(vm, &self.state, epoch) {
            Ok(prices) => prices,
            Err((source, status)) if !outside::is_lacking(source, status) => {
                return Err(outside::not_available(source, status));
            }
            Err((source, status)) => {
                let values = [U256::from(source), U256::from(status)];
                emit::<events::FundingSkipped>(vm, &[U256::from(epoch)], &values);
                return Ok(None);
            }
        };
        // For the end of the market: what its price is if nobody has one any more.
        store::set_last_paid(vm, &LastPaid { index: prices.index, epochs: epoch.saturating_add(1) })?;
        let payment = everfloor_floor_rules::funding::payment(prices, terms)?;
        let values = [U256::from(prices.mark), U256::from(prices.index), signed(payment)];
        emit::<events::FundingBegun>(vm, &[U256::from(epoch)], &values);
        Ok(ledger.begin_payment(epoch, prices, terms)?)
    }

    /// Goes on with a payment; each item counts as one step.
    fn go_on(&self, ledger: &mut Ledger, steps: &mut u32) -> Outcome<Option<Settled>> {
        let vm = self.vm();
        let epoch = U256::from(ledger.event.map_or(0, |event| event.epoch));
        let mut chain = Chain::new(vm);
        let mut told = Vec::new();
        let settled = ledger.continue_payment(&mut chain, steps.saturating_add(1), |step| told.push(step))?;
        chain.finish()?;
        *steps = steps.saturating_sub(told.len() as u32);
        for step in told {
            match step {
                Step::Grown { cohort, kind } => {
                    emit::<events::CohortGrown>(vm, &[epoch, U256::from(cohort)], &[U256::from(kind)]);
                }
                Step::Exhausted { account, kind } => {
                    let owner = store::owner(vm, account).address;
                    let cohort = store::account(vm, owner).value.cohort;
                    let values = [U256::from(cohort), U256::from(kind)];
                    emit::<events::AccountExhausted>(vm, &[epoch, address_word(owner)], &values);
                }
            }
        }
        Ok(settled)
    }

    fn log_settled(&self, epoch: u32, settled: &Settled, ledger: &Ledger) {
        emit::<events::FundingSettled>(self.vm(), &[U256::from(epoch)], &words_of(settled, ledger));
    }

    fn log_loss(&self, epoch: u32, settled: &Settled, ledger: &Ledger) {
        let [_, values @ ..] = words_of(settled, ledger);
        emit::<events::LossSettled>(self.vm(), &[U256::from(epoch)], &values);
    }
}

/// What a payment did, and what it left, as events tell it.
fn words_of(settled: &Settled, ledger: &Ledger) -> [U256; 7] {
    [
        signed(settled.payment),
        U256::from(settled.cash),
        U256::from(settled.kind),
        signed(ledger.paid),
        U256::from(ledger.longs.total),
        U256::from(ledger.longs.units),
        ledger.longs.earned.0,
    ]
}

/// A signed number as a word.
fn signed(value: i128) -> U256 {
    I256::try_from(value).unwrap_or_default().into_raw()
}
