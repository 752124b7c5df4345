//! Takeovers of a floor market: positions without NFTs that are short of margin, what nobody can pay, and what the
//! market itself has to sell.
//!
//! Runs on the market's storage by delegatecall. Who takes a position over gets it into his own account, with cash
//! less than it is worth, and must have the margin for it there. What neither a position nor the reserve pays is
//! left to all longs, or to all shorts as a payment that anybody makes (`pokeFunding`); what shorts pay of that in
//! kind the market sells again. Nothing here moves a token.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero};
use everfloor_floor_rules::{Ledger, Prices};
use everfloor_floor_storage::{
    abi::{errors, events, narrow},
    desk::{Seat, epochs_over},
    layout::Settings,
    outside,
    remote::Remote,
    revert::Outcome,
    state::MarketState,
    store::{self, LoadedMarket},
};
use stylus_sdk::prelude::*;

/// The market, seen by its takeovers.
#[storage]
#[entrypoint]
pub struct FloorTakeover {
    state: MarketState,
}

#[public]
impl FloorTakeover {
    /// Takes `fp` of a position without NFTs that is short of margin over into the caller's account, no more than
    /// brings the rest back to its initial margin; until `deadline`. With a short the caller gets its value at the
    /// mark and the bonus on it, as far as there is cash, and at least `leastGot`; for a long he pays its value at
    /// the mark less the bonus, at most `mostPaid`. For anybody who has the margin for it.
    ///
    /// # Returns
    /// - `cash`: what the caller got with a short, or paid for a long, wei
    pub fn take_over(
        &mut self,
        account: Address,
        fp: U256,
        least_got: U256,
        most_paid: U256,
        deadline: U256,
    ) -> Outcome<U256> {
        self.open()?;
        self.state.require_time(deadline)?;
        let sender = self.vm().msg_sender();
        if sender == account {
            return Err(errors::OwnAccount { account }.into());
        }
        let mut seat = Seat::take(&mut self.state, non_zero(account)?)?;
        let mut taker = Seat::take(&mut self.state, sender)?;
        let (settings, prices, epoch) = self.terms()?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let is_short = !seat.loaded.value.kind.is_long();
        let done = market.value.take_over(
            &mut books,
            &mut seat.loaded.value,
            &mut taker.loaded.value,
            narrow(fp)?,
            settings.bonus,
            epoch,
            prices,
            &settings.params,
        )?;
        let cash = U256::from(done.cash);
        if is_short {
            require_at_least(cash, least_got)?;
        } else {
            require_at_most(cash, most_paid)?;
        }
        seat.save(&self.state)?;
        taker.save(&self.state)?;
        market.save(vm)?;
        let words = [u128::from(is_short), done.fp, done.cash, done.insured, done.loss, prices.mark];
        let indexed = [account, sender].map(address_word);
        emit::<events::TakenOver>(vm, &indexed, &words.map(U256::from));
        self.log_loss(&market.value.ledger);
        Ok(cash)
    }

    /// Closes an account without NFTs that cannot pay what it owes: a short that has less cash than it is worth at
    /// the mark is bought back from all longs for what there is, and what of a closed long is a debt ends as one.
    /// The reserve pays first. For anybody; of address zero it is the market's own account.
    pub fn close_bankrupt(&mut self, account: Address) -> Outcome<()> {
        self.open()?;
        let (_, prices, epoch) = self.terms()?;
        let vm = self.vm();
        let mut loaded = store::account(vm, account);
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let done = market.value.close_bankrupt(&mut books, &mut loaded.value, epoch, prices)?;
        loaded.save(vm)?;
        market.save(vm)?;
        let longs = &market.value.ledger.longs;
        let [fp, cash, insured, loss, mark, total, units] =
            [done.fp, done.cash, done.insured, done.loss, prices.mark, longs.total, longs.units]
                .map(U256::from);
        let words = [fp, cash, insured, loss, mark, total, units, longs.earned.0];
        emit::<events::BankruptClosed>(vm, &[address_word(account)], &words);
        self.log_loss(&market.value.ledger);
        Ok(())
    }

    /// Buys `fp` of what shorts paid in kind for a loss, at the mark less the bonus, for at most `mostCash` of the
    /// caller's account, which must have the margin for it; until `deadline`. For anybody.
    ///
    /// # Returns
    /// - `cash`: what the caller paid, wei
    pub fn buy_from_house(&mut self, fp: U256, most_cash: U256, deadline: U256) -> Outcome<U256> {
        self.open()?;
        self.state.require_time(deadline)?;
        let sender = self.vm().msg_sender();
        let mut buyer = Seat::take(&mut self.state, sender)?;
        let (settings, prices, epoch) = self.terms()?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let done = market.value.buy_from_house(
            &mut books,
            &mut buyer.loaded.value,
            narrow(fp)?,
            settings.bonus,
            epoch,
            prices,
            &settings.params,
        )?;
        let cash = U256::from(done.cash);
        require_at_most(cash, most_cash)?;
        buyer.save(&self.state)?;
        market.save(vm)?;
        let reserve = market.value.vault.reserve;
        let words = [done.fp, done.cash, done.insured, done.loss, prices.mark, reserve].map(U256::from);
        emit::<events::HouseSold>(vm, &[address_word(sender)], &words);
        self.log_loss(&market.value.ledger);
        Ok(cash)
    }
}

impl FloorTakeover {
    /// What every call asks first.
    fn open(&self) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()
    }

    /// What the market is like, its prices, and the epoch that is running.
    fn terms(&self) -> Outcome<(Settings, Prices, u32)> {
        let settings = store::trading_settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let epoch = epochs_over(&settings.params, self.state.now());
        Ok((settings, prices, epoch))
    }

    /// Tells of a loss that all shorts are to make good from now on, if there is one: nothing else is half made
    /// here.
    fn log_loss(&self, ledger: &Ledger) {
        if let Some(event) = &ledger.event {
            let words = [event.loss, event.payment, event.mark].map(U256::from);
            emit::<events::LossBegun>(self.vm(), &[U256::from(event.epoch)], &words);
        }
    }
}

fn require_at_most(cash: U256, limit: U256) -> Outcome<()> {
    if cash > limit { Err(errors::CashAboveLimit { cash, limit }.into()) } else { Ok(()) }
}

fn require_at_least(cash: U256, limit: U256) -> Outcome<()> {
    if cash < limit { Err(errors::CashBelowLimit { cash, limit }.into()) } else { Ok(()) }
}
