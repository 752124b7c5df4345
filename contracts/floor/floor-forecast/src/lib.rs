//! What is due in a floor market: previews of funding, and accounts after it; of takeovers; of the end.
//!
//! Runs on the market's storage by delegatecall and writes nothing, as `floor-preview`: each preview runs the rule of the
//! call that it is of on a copy of the market, and is refused with the error that the call would be refused with. Calls it
//! does not know go on to `floor-admin`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::{Address, U256};
use everfloor_common::routes;
use everfloor_floor_rules::{
    Account, FP_LIMIT, FloorError, Prices,
    funding::{self, Settled},
    takeover::TakenOver,
};
use everfloor_floor_storage::{
    abi::{
        errors, narrow,
        views::{AccountView, FundingView},
    },
    desk::{epochs_over, number},
    layout::Settings,
    outside,
    revert::Outcome,
    shown::{Seen, account, bounded, int},
    state::{Counter, MarketState, Peer},
    store,
    trial::Trial,
};
use stylus_sdk::{ArbResult, prelude::*};

/// The market, seen by its forecast.
#[storage]
#[entrypoint]
pub struct FloorForecast {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorForecast {
    // ---- What is due ----

    /// What `pokeFunding(maxSteps)` would pay now.
    ///
    /// # Returns
    /// - `list`: epoch by epoch, one that is half made first
    /// - `done`: whether nothing would be left to pay
    pub fn preview_funding(&self, max_steps: U256) -> Outcome<(Vec<FundingView>, bool)> {
        self.pay_due(&mut self.trial()?, bounded(max_steps))
    }

    /// Accounts as they would be after `pokeFunding(maxSteps)`, at the present prices.
    ///
    /// # Returns
    /// - `list`: the accounts
    /// - `done`: whether nothing would be left to pay
    pub fn preview_accounts(
        &self,
        owners: Vec<Address>,
        max_steps: U256,
    ) -> Outcome<(Vec<AccountView>, bool)> {
        let mut trial = self.trial()?;
        let (_, done) = self.pay_due(&mut trial, bounded(max_steps))?;
        trial.market.ledger.require_settled()?;
        let seen = Seen::now(&self.state, &trial.settings.params.terms);
        let view = |owner| {
            let account = account(&self.state, &trial.chain, owner);
            trial.view(owner, &account, &seen)
        };
        Ok((owners.into_iter().map(view).collect::<Outcome<_>>()?, done))
    }

    // ---- Takeovers ----

    /// What `takeOver` of `fp` of an account's position into that of `by` would do now.
    ///
    /// # Returns
    /// - `cash`: what `by` would get with a short, or pay for a long, wei
    /// - `insured`: what the reserve would pay, wei
    /// - `loss`: what all shorts would be asked to make good, wei
    pub fn preview_take_over(&self, owner: Address, by: Address, fp: U256) -> Outcome<(U256, U256, U256)> {
        let mut trial = self.trial()?;
        let prices = trial.prices()?;
        if owner == by {
            return Err(errors::OwnAccount { account: owner }.into());
        }
        let (mut account, mut taker) = (trial.account(owner, 1)?, trial.account(by, 2)?);
        Ok(moved(&self.take_over(&mut trial, &mut account, &mut taker, narrow(fp)?, prices)?))
    }

    /// How much of an account's position, wei of FP, `takeOver` would move at most now; 0 if none.
    pub fn suggested_take_over(&self, owner: Address) -> Outcome<U256> {
        let mut trial = self.trial()?;
        let prices = trial.prices()?;
        let mut account = trial.account(owner, 1)?;
        let mut taker = trial.account(self.vm().contract_address(), 2)?;
        // Asked for more than there can be, the rule says how much it would move.
        match self.take_over(&mut trial, &mut account, &mut taker, FP_LIMIT, prices) {
            Err(error) => match *error {
                FloorError::NotEnoughFp { have, .. } => Ok(U256::from(have)),
                FloorError::NotLiquidatable { .. } => Ok(U256::ZERO),
                other => Err(other.into()),
            },
            Ok(done) => Ok(U256::from(done.fp)),
        }
    }

    /// What `closeBankrupt` of an account would do now.
    ///
    /// # Returns
    /// - `fp`: FP that would be bought back from all longs, wei
    /// - `cash`: what longs would get for it, wei
    /// - `insured`: what the reserve would pay, wei
    /// - `loss`: what all shorts would be asked to make good, wei
    pub fn preview_close_bankrupt(&self, owner: Address) -> Outcome<(U256, U256, U256, U256)> {
        let mut trial = self.trial()?;
        let mut account = trial.stored(owner);
        let (prices, epoch) = (trial.prices()?, self.state.counter(Counter::Epochs));
        let done = trial.market.close_bankrupt(&mut trial.chain, &mut account, epoch, prices)?;
        let (cash, insured, loss) = moved(&done);
        Ok((U256::from(done.fp), cash, insured, loss))
    }

    /// What `buyFromHouse` of `fp` by `by` would do now.
    ///
    /// # Returns
    /// - `cash`: what `by` would pay, wei
    /// - `insured`: what the reserve would pay, wei
    /// - `loss`: what all shorts would be asked to make good, wei
    pub fn preview_buy_from_house(&self, by: Address, fp: U256) -> Outcome<(U256, U256, U256)> {
        let mut trial = self.trial()?;
        let mut taker = trial.account(by, 1)?;
        let (prices, epoch) = (trial.prices()?, self.state.counter(Counter::Epochs));
        let Trial { market, chain, settings: Settings { params, bonus, .. }, .. } = &mut trial;
        let done = market.buy_from_house(chain, &mut taker, narrow(fp)?, *bonus, epoch, prices, params)?;
        Ok(moved(&done))
    }

    // ---- The end ----

    /// What `redeem` of `count` NFTs of an account would cost its owner now, in a market that was shut, wei.
    pub fn preview_redeem(&self, owner: Address, count: U256) -> Outcome<U256> {
        let (mut trial, count) = (Trial::shut(&self.state)?, number(count)?);
        let mut account = trial.stored(owner);
        let mut end = store::end(self.vm()).value;
        let now = self.state.now();
        let pays = end.redeem(&mut trial.market, &mut trial.chain, &mut account, count, now)?;
        Ok(U256::from(pays))
    }

    /// What `buyUnredeemed` of `count` NFTs of an account would cost now, in a market that was shut.
    ///
    /// # Returns
    /// - `price`: of one, wei
    /// - `owe`: of all, wei
    pub fn preview_buy_unredeemed(&self, owner: Address, count: U256) -> Outcome<(U256, U256)> {
        let (mut trial, count) = (Trial::shut(&self.state)?, number(count)?);
        let mut account = trial.stored(owner);
        let mut end = store::end(self.vm()).value;
        let Trial { market, chain, settings: Settings { params, auctions, .. }, .. } = &mut trial;
        let price = end.nft_price(params.terms.strike, auctions, self.state.now())?;
        let owe = end.sell(market, chain, &mut account, count, price)?;
        Ok((U256::from(price), U256::from(owe)))
    }

    /// What an account could claim if `closeAccounts` closed it now, in a market that was shut, wei; of which what there is
    /// for all claims may pay a part.
    pub fn preview_close(&self, owner: Address) -> Outcome<U256> {
        let mut trial = Trial::shut(&self.state)?;
        let mut account = trial.stored(owner);
        if account.id == 0 && !owner.is_zero() {
            return Err(errors::UnknownAccount { account: owner }.into());
        }
        if store::closed(self.vm(), owner).value.closed {
            return Err(errors::AlreadyClosed { account: owner }.into());
        }
        let mut end = store::end(self.vm()).value;
        let claim = end.close(&mut trial.market, &mut trial.chain, &mut account)?;
        Ok(U256::from(claim.amount))
    }

    /// Hands every other call to the administration.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorForecast {
    "previewFunding"(U256) => preview_funding;
    "previewAccounts"(Vec<Address>, U256) => preview_accounts;
    "previewTakeOver"(Address, Address, U256) => preview_take_over;
    "suggestedTakeOver"(Address) => suggested_take_over;
    "previewCloseBankrupt"(Address) => preview_close_bankrupt;
    "previewBuyFromHouse"(Address, U256) => preview_buy_from_house;
    "previewRedeem"(Address, U256) => preview_redeem;
    "previewBuyUnredeemed"(Address, U256) => preview_buy_unredeemed;
    "previewClose"(Address) => preview_close;
    else hand_on
});

impl FloorForecast {
    /// Hands a call on.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::AdminProgram, calldata)
    }

    fn trial(&self) -> Outcome<Trial<'_>> {
        Trial::open(&self.state)
    }

    fn take_over(
        &self,
        trial: &mut Trial<'_>,
        account: &mut Account,
        by: &mut Account,
        fp: u128,
        prices: Prices,
    ) -> Result<TakenOver, Box<FloorError>> {
        let Trial { market, chain, settings: Settings { params, bonus, .. }, .. } = trial;
        let epoch = self.state.counter(Counter::Epochs);
        market.take_over(chain, account, by, fp, *bonus, epoch, prices, params)
    }

    /// Pays what is due, in memory, for at most so many steps, as `pokeFunding` counts them; what that is, and whether it is
    /// all.
    fn pay_due(&self, trial: &mut Trial<'_>, max_steps: u32) -> Outcome<(Vec<FundingView>, bool)> {
        let Trial { market, chain, settings, .. } = trial;
        let (ledger, mut list) = (&mut market.ledger, Vec::new());
        let mut paid = self.state.counter(Counter::Epochs);
        let over = epochs_over(&settings.params, self.state.now());
        let mut steps = max_steps;
        if let Some(event) = ledger.event {
            let payment = int(event.target.saturating_sub(ledger.paid)).wrapping_neg();
            let loss = U256::from(event.loss);
            list.push(FundingView { payment, loss, ..begun(event.epoch, Prices::default()) });
        }
        while steps != 0 {
            steps = steps.saturating_sub(1);
            let settled = if ledger.event.is_some() {
                let mut items = 0_u32;
                let settled = ledger.continue_payment(chain, steps.saturating_add(1), |_| {
                    items = items.saturating_add(1);
                })?;
                steps = steps.saturating_sub(items);
                settled
            } else if paid < over {
                let epoch = paid;
                paid = paid.saturating_add(1);
                match outside::epoch_prices(self.vm(), &self.state, epoch) {
                    Ok(prices) => {
                        let terms = &settings.params.terms;
                        let payment = int(funding::payment(prices, terms)?);
                        list.push(FundingView { payment, ..begun(epoch, prices) });
                        ledger.begin_payment(epoch, prices, terms)?
                    }
                    Err((source, status)) if !outside::is_lacking(source, status) => {
                        return Err(outside::not_available(source, status));
                    }
                    Err((source, status)) => {
                        let source = U256::from(source);
                        list.push(FundingView { source, status, ..begun(epoch, Prices::default()) });
                        None
                    }
                }
            } else {
                break;
            };
            if let (Some(settled), Some(last)) = (settled, list.last_mut()) {
                made(last, &settled);
            }
        }
        Ok((list, ledger.event.is_none() && paid >= over))
    }
}

/// A payment that was begun, or skipped.
fn begun(epoch: u32, prices: Prices) -> FundingView {
    FundingView {
        epoch: U256::from(epoch),
        status: 0,
        source: U256::ZERO,
        mark: U256::from(prices.mark),
        index: U256::from(prices.index),
        payment: int(0),
        loss: U256::ZERO,
        cash: U256::ZERO,
        kind: U256::ZERO,
        made: false,
    }
}

/// A payment that was made.
fn made(view: &mut FundingView, settled: &Settled) {
    view.payment = int(settled.payment);
    view.cash = U256::from(settled.cash);
    view.kind = U256::from(settled.kind);
    view.made = true;
}

/// What a takeover moves: cash, what the reserve pays, what is lost.
fn moved(done: &TakenOver) -> (U256, U256, U256) {
    (U256::from(done.cash), U256::from(done.insured), U256::from(done.loss))
}
