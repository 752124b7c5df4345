//! The counter of a perpetual put pool: its one buyer buys puts, tells what it backs and lets go, and is paid; anybody
//! fills the escrow that funding is paid from.
//!
//! Runs on the pool's storage by delegatecall. Each method loads what a rule of `everfloor-put-rules` needs, applies it,
//! writes what changed, logs it, and moves tokens last.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    token::{transfer_in, transfer_out},
};
use everfloor_put_rules::{
    Buyer, Order, Params, Purchase, PutError, error::Result as Ruled, purchase::Counter,
};
use everfloor_put_storage::{
    abi::{events, narrow},
    layout::Lot,
    outside,
    revert::Outcome,
    state::{Peer, PoolState},
    store::{self, LoadedPool, Strikes, part},
};
use stylus_sdk::prelude::*;

/// The pool, seen by its counter.
#[storage]
#[entrypoint]
pub struct PutDesk {
    state: PoolState,
}

#[public]
impl PutDesk {
    /// Buys puts on `units` of the underlying: struck at three quarters of the mark, for the premium of a whole epoch, which
    /// is taken from the caller's allowance. The buyer backs `supply` token units with all its puts afterwards. Bounded
    /// by `max_premium`, `min_strike` (wad) and `deadline`. For the buyer alone.
    ///
    /// # Returns
    /// - `lot`: the purchase's number in this epoch
    /// - `strike`: its strike, wad
    /// - `premium`: what was paid, token units
    pub fn purchase(
        &mut self,
        units: U256,
        supply: U256,
        max_premium: U256,
        min_strike: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256, U256)> {
        let buyer = self.state.only_buyer()?;
        self.state.require_entry()?;
        self.state.require_time(deadline)?;
        let (params, epoch) = self.require_open()?;
        self.state.enter()?;
        let history = outside::History { vm: self.vm(), at: self.state.peer(Peer::History), record: true };
        let price = outside::purchase_price(&history, &params, epoch, self.state.now())
            .map_err(|status| PutError::PriceUnavailable { status })?;
        let order = Order {
            units: narrow(units)?,
            supply: narrow(supply)?,
            price,
            max_premium: max_premium.saturating_to(),
            min_strike: narrow(min_strike)?,
        };
        let bought = self.sell(&order)?;
        let premium = U256::from(bought.premium);
        transfer_in(self.vm(), self.state.token(), buyer, premium)?;
        self.state.leave();
        Ok((U256::from(bought.lot), U256::from(bought.strike), premium))
    }

    /// Tells what the buyer backs from now on, token units: more only up to what the liquidity supports. What is backed is
    /// what exits leave liquidity for. For the buyer alone.
    pub fn report_supply(&mut self, supply: U256) -> Outcome<()> {
        self.state.only_buyer()?;
        self.state.require_free()?;
        let params = store::load_params_for(self.vm(), [true, false, false]);
        let mut pool = LoadedPool::load_parts(self.vm(), &[part::BOOK, part::BUYER, part::BUYER_BACKS]);
        let value = &mut pool.value;
        value.buyer.back(narrow(supply)?, value.book.liquidity, params.leverage)?;
        pool.save(self.vm())?;
        emit::<events::SupplyReported>(self.vm(), &[], &[supply]);
        Ok(())
    }

    /// Covers no more than `units` of what is covered now from the next roll on: what is more will neither cost nor cover.
    /// For the buyer alone.
    ///
    /// # Returns
    /// - `released`: units that the next roll lets go, all told
    pub fn cover_at_most(&mut self, units: U256) -> Outcome<U256> {
        self.state.only_buyer()?;
        self.state.require_free()?;
        let mut pool = LoadedPool::load_parts(self.vm(), &[part::COVER, part::BUYER, part::BUYER_BACKS]);
        let value = &mut pool.value;
        value.buyer.keep_at_most(units.saturating_to(), &value.cover);
        pool.save(self.vm())?;
        let released = U256::from(pool.value.buyer.released);
        emit::<events::UnitsReleased>(self.vm(), &[], &[released]);
        Ok(released)
    }

    /// Adds `amount` token units of the caller's to the escrow that funding is paid from. Anybody may, but not between an
    /// epoch's end and its roll: nobody decides by hindsight what is covered.
    pub fn fund_escrow(&mut self, amount: U256) -> Outcome<()> {
        let payer = self.vm().msg_sender();
        let escrow = self.change_escrow(|buyer| buyer.fund(narrow_amount(amount)?))?;
        emit::<events::EscrowFunded>(self.vm(), &[address_word(payer)], &[amount, escrow]);
        transfer_in(self.vm(), self.state.token(), payer, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Takes `amount` token units out of the escrow, to `recipient`. For the buyer alone.
    pub fn withdraw_escrow(&mut self, amount: U256, recipient: Address) -> Outcome<()> {
        self.state.only_buyer()?;
        non_zero(recipient)?;
        let escrow = self.change_escrow(|buyer| buyer.unfund(narrow_amount(amount)?))?;
        emit::<events::EscrowWithdrawn>(self.vm(), &[address_word(recipient)], &[amount, escrow]);
        transfer_out(self.vm(), self.state.token(), recipient, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Pays the payoffs that are due to the buyer, who alone may ask for them: what a contract counts it has to have taken
    /// itself.
    ///
    /// # Returns
    /// - `amount`: what was paid, token units
    pub fn collect_payoff(&mut self) -> Outcome<U256> {
        let buyer = self.state.only_buyer()?;
        self.state.enter()?;
        let mut pool = LoadedPool::load_parts(self.vm(), &[part::BUYER]);
        let due = pool.value.buyer.take_due();
        if due == 0 {
            return Err(PutError::NothingToPay.into());
        }
        pool.save(self.vm())?;
        let amount = U256::from(due);
        emit::<events::PayoffCollected>(self.vm(), &[address_word(buyer)], &[amount]);
        transfer_out(self.vm(), self.state.token(), buyer, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

impl PutDesk {
    /// Refuses while a roll is due: what that rests on is settled. The schedule's parameters, and the epoch.
    fn require_open(&self) -> Outcome<(Params, u16)> {
        let params = store::load_params_for(self.vm(), [true, false, false]);
        let epoch = LoadedPool::load_parts(self.vm(), &[part::BOOK]).value.book.epoch;
        params.schedule().require_open(epoch, self.state.now())?;
        Ok((params, epoch))
    }

    fn sell(&mut self, order: &Order) -> Outcome<Purchase> {
        let vm = self.vm();
        let params = store::load_params_for(vm, [true, false, true]);
        let mut pool = LoadedPool::load_parts(
            vm,
            &[
                part::BOOK,
                part::PER_SHARE,
                part::STREAM,
                part::COVER,
                part::COVER_BASE,
                part::COVER_SUM,
                part::BUYER,
                part::BUYER_BACKS,
            ],
        );
        let epoch = pool.value.book.epoch;
        let mut strikes = Strikes::of(vm, epoch);
        let bought = Counter::of(&mut pool.value, &mut strikes).sell(
            order,
            self.state.now(),
            &params,
            self.state.collateral(),
        )?;
        strikes.failed?;
        store::save_lot(
            vm,
            epoch,
            bought.lot,
            &Lot { units: bought.units, strike: bought.strike, premium: bought.premium },
        )?;
        pool.save(vm)?;
        self.log_purchase(order, &bought, &pool);
        Ok(bought)
    }

    fn log_purchase(&self, order: &Order, bought: &Purchase, pool: &LoadedPool) {
        let (cover, buyer) = (&pool.value.cover, &pool.value.buyer);
        let values = [
            bought.units,
            bought.strike,
            order.price,
            bought.premium,
            bought.prefunded,
            bought.lock,
            cover.units,
            cover.locked,
            buyer.escrow,
            buyer.supply,
        ]
        .map(U256::from);
        let indexed = [U256::from(pool.value.book.epoch), U256::from(bought.lot)];
        emit::<events::PutPurchased>(self.vm(), &indexed, &values);
    }

    /// Changes the escrow under the lock; what it holds then.
    fn change_escrow(&mut self, change: impl FnOnce(&mut Buyer) -> Ruled<()>) -> Outcome<U256> {
        self.require_open()?;
        self.state.enter()?;
        let mut pool = LoadedPool::load_parts(self.vm(), &[part::BUYER]);
        change(&mut pool.value.buyer)?;
        pool.save(self.vm())?;
        Ok(U256::from(pool.value.buyer.escrow))
    }
}

/// An amount that is not nothing.
fn narrow_amount(amount: U256) -> Ruled<u128> {
    if amount.is_zero() {
        return Err(PutError::ZeroAmount.boxed());
    }
    Ok(everfloor_math::to_u128(amount)?)
}
