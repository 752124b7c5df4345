//! Asks of a bid book, and claims of cash: what is not on the way of a bid or of a sale.
//!
//! Runs on the book's storage by delegatecall. An ask is an NFT in escrow; its seller's cash waits for him, so that
//! who buys pays nobody else.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    token::{transfer_in, transfer_out},
};
use everfloor_index_rules::{
    IndexError, Order,
    asks::{Bought, Purchase},
};
use everfloor_index_storage::{
    abi::{errors, events, number},
    book::{self, Asks, LoadedAsks, LoadedBids, PURCHASE, part},
    outside,
    revert::Outcome,
    state::{BookPeer, State},
};
use everfloor_math::add_u128;
use stylus_sdk::prelude::*;

/// The book, seen by its asks.
#[storage]
#[entrypoint]
pub struct BidAsks {
    state: State,
}

#[public]
impl BidAsks {
    // ---- Asks ----

    /// Offers an NFT of the caller's, who has approved the book for it, at `tick` ticks; until `deadline`. The proof says that
    /// it is of the market; a market of the whole collection reads none. The ask counts once it is of age.
    ///
    /// # Returns
    /// - `id`: the ask
    pub fn list_ask(
        &mut self,
        token_id: U256,
        proof: Vec<B256>,
        tick: U256,
        deadline: U256,
    ) -> Outcome<U256> {
        self.state.require_entry()?;
        self.state.require_time(deadline)?;
        self.state.enter()?;
        let vm = self.vm();
        outside::require_member(vm, &self.state.market(), token_id, &proof)?;
        let (owner, params) = (vm.msg_sender(), book::params(vm));
        let (mut asks, mut shelf) = (LoadedAsks::of(vm, &[part::ASKS]), Asks::new(vm));
        let (ticks, now) = (number(tick), self.state.now());
        let id = asks.value.list(&mut shelf, &owner.0.0, token_id, ticks, now, &params)?;
        shelf.finish()?;
        asks.save(vm)?;
        let id = U256::from(id);
        let words = [tick, U256::from(params.price(ticks)?)];
        emit::<events::AskListed>(vm, &[id, address_word(owner), token_id], &words);
        self.move_nft(owner, vm.contract_address(), token_id)?;
        self.state.leave();
        Ok(id)
    }

    /// Asks for the NFT of an ask of the caller's back; the ask is binding until the time returned. Never paused.
    ///
    /// # Returns
    /// - `bindingUntil`: when `finishCancelAsk` may be called
    pub fn request_cancel_ask(&mut self, id: U256) -> Outcome<U256> {
        self.state.require_free()?;
        let vm = self.vm();
        let (caller, params, now) = (vm.msg_sender(), book::params(vm), self.state.now());
        let (mut asks, mut shelf) = (LoadedAsks::of(vm, &[part::ASKS]), Asks::new(vm));
        let until = asks.value.request_cancel(&mut shelf, number(id), &caller.0.0, now, &params)?;
        shelf.finish()?;
        asks.save(vm)?;
        let until = U256::from(until);
        emit::<events::AskCancelRequested>(vm, &[id], &[U256::from(asks.value.book.requested), until]);
        Ok(until)
    }

    /// Sends the NFT of an ask whose cancel is due back to its owner, whoever calls. Never paused.
    pub fn finish_cancel_ask(&mut self, id: U256) -> Outcome<()> {
        self.state.enter()?;
        let vm = self.vm();
        let (mut asks, mut shelf) = (LoadedAsks::of(vm, &[part::ASKS]), Asks::new(vm));
        let now = self.state.now();
        let unlisted = asks.value.finish_cancel(&mut shelf, number(id), now, &book::params(vm))?;
        shelf.finish()?;
        asks.save(vm)?;
        let owner = Address::from(unlisted.owner);
        emit::<events::AskCancelled>(vm, &[id, address_word(owner), unlisted.token], &[]);
        self.move_nft(vm.contract_address(), owner, unlisted.token)?;
        self.state.leave();
        Ok(())
    }

    /// Buys the NFT of an ask for `to`, if it costs no more than `max_price`; takes the cash from the caller, who has approved
    /// it; until `deadline`. Never paused.
    ///
    /// # Returns
    /// - `cost`: what was paid, wei
    pub fn buy_ask(&mut self, id: U256, max_price: U256, to: Address, deadline: U256) -> Outcome<U256> {
        self.state.require_time(deadline)?;
        let order = Order { units: 1, least: 1, limit: max_price.saturating_to(), most: 1 };
        self.buy(&order, Some(number(id)), max_price, to)
    }

    /// Buys the cheapest NFTs that are offered, `quantity` or none, for `to`, if all of them cost no more than `max_cost`;
    /// takes the cash from the caller, who has approved it; until `deadline`. Never paused.
    ///
    /// # Returns
    /// - `cost`: what was paid, wei
    pub fn buy_cheapest(
        &mut self,
        quantity: U256,
        max_cost: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<U256> {
        self.state.require_time(deadline)?;
        let units = number(quantity);
        let order = Order { units, least: units, limit: max_cost.saturating_to(), most: units };
        self.buy(&order, None, max_cost, to)
    }

    // ---- Cash ----

    /// Pays the caller what he is owed for NFTs that were bought from him, and of bids that others took back for him, to `to`.
    /// Never paused.
    ///
    /// # Returns
    /// - `amount`: what was paid, wei
    pub fn claim_cash(&mut self, to: Address) -> Outcome<U256> {
        self.state.enter()?;
        let vm = self.vm();
        let owner = vm.msg_sender();
        let amount = book::take_cash(vm, &owner.0.0)?;
        let indexed = [address_word(owner), address_word(non_zero(to)?)];
        let amount = self.pay::<events::CashClaimed>(&indexed, to, amount)?;
        self.state.leave();
        Ok(amount)
    }

    /// Pays the fees that the protocol has kept to the treasury. For anybody.
    ///
    /// # Returns
    /// - `amount`: what was paid, wei
    pub fn collect_fees(&mut self) -> Outcome<U256> {
        self.state.enter()?;
        let (vm, treasury) = (self.vm(), self.state.peer(BookPeer::Treasury));
        let (mut bids, mut asks) =
            (LoadedBids::of(vm, &[part::BID_FEES]), LoadedAsks::of(vm, &[part::ASK_FEES]));
        let amount = add_u128(bids.value.take_fees(), asks.value.take_fees())?;
        bids.save(vm)?;
        asks.save(vm)?;
        let amount = self.pay::<events::FeesCollected>(&[address_word(treasury)], treasury, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

impl BidAsks {
    fn move_nft(&self, from: Address, to: Address, id: U256) -> Outcome<()> {
        outside::move_nft(self.vm(), self.state.peer(BookPeer::Collection), from, to, id)
    }

    /// Logs a payment of cash, and makes it; of nothing there is none.
    fn pay<E: alloy_sol_types::SolEvent>(
        &self,
        indexed: &[U256],
        to: Address,
        amount: u128,
    ) -> Outcome<U256> {
        if amount == 0 {
            return Err(IndexError::ZeroAmount.into());
        }
        let amount = U256::from(amount);
        emit::<E>(self.vm(), indexed, &[amount]);
        transfer_out(self.vm(), self.state.cash(), to, amount)?;
        Ok(amount)
    }

    /// Buys what was named, or the cheapest.
    fn buy(&mut self, order: &Order, named: Option<u32>, limit: U256, to: Address) -> Outcome<U256> {
        self.state.enter()?;
        let vm = self.vm();
        let (buyer, params) = (vm.msg_sender(), book::params(vm));
        let (mut asks, mut shelf) = (LoadedAsks::of(vm, &PURCHASE), Asks::new(vm));
        let purchase = match named {
            Some(id) => asks.value.buy_named(&mut shelf, &[id], order, &params)?,
            None => asks.value.buy(&mut shelf, order, &params)?,
        };
        shelf.finish()?;
        asks.save(vm)?;
        let cost = U256::from(purchase.cost);
        if cost > limit {
            return Err(errors::CostAboveLimit { cost, limit }.into());
        }
        let indexed = [address_word(buyer), address_word(non_zero(to)?)];
        emit::<events::Bought>(vm, &indexed, &[U256::from(purchase.bought.len()), cost]);
        self.owe_sellers(&purchase)?;
        transfer_in(vm, self.state.cash(), buyer, cost)?;
        for bought in &purchase.bought {
            self.move_nft(vm.contract_address(), to, bought.token)?;
        }
        self.state.leave();
        Ok(cost)
    }

    fn owe_sellers(&self, purchase: &Purchase) -> Outcome<()> {
        let vm = self.vm();
        for bought in &purchase.bought {
            let Bought { fill, token, fee } = bought;
            book::owe_cash(vm, &fill.owner, bought.net()?)?;
            let indexed = [U256::from(fill.id), *token, address_word(fill.owner.into())];
            emit::<events::AskFilled>(vm, &indexed, &[U256::from(fill.price), U256::from(*fee)]);
        }
        Ok(())
    }
}
