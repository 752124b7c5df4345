//! Escrowed NFTs at a price: the index's upper bound, where there are any.
//!
//! The mirror of [`crate::bids`]: an ask is one NFT, the lowest price is the best, and the buyer pays while each
//! seller gets his price less a fee that is rounded up. Cancels wait as long, so that nobody can take a low price
//! back from under a buyer. Asks earn no rewards.
//!
//! # Cost
//! As of bids, and one word for each ask's NFT.

use alloc::vec::Vec;

use everfloor_math::{U256, add_u128, mul_div_up_u128, sub_u128};

use crate::{
    Account, BPS,
    error::Result,
    offers::{self, Book, Fill, Level, Offer, Offers, Order, live},
    params::BookParams,
};

/// Where a book of asks is kept.
pub trait AskStore: Offers {
    /// The number of an ask's NFT in its collection.
    fn token(&self, id: u32) -> U256;
    /// Replaces it; zero when the ask is gone.
    fn set_token(&mut self, id: u32, token: U256);
}

/// What there is of a book of asks beside its asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskBook {
    /// Counts; the escrow is a number of NFTs.
    pub book: Book,
    /// The protocol's fees that have not been collected, wei.
    pub fees: u128,
}

/// An NFT that leaves the escrow unsold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// Whose it is.
    pub owner: Account,
    /// Its number.
    pub token: U256,
}

/// An NFT that was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The ask.
    pub fill: Fill,
    /// The NFT's number.
    pub token: U256,
    /// What the protocol keeps of the price, wei.
    pub fee: u128,
}

impl Bought {
    /// What the seller gets.
    pub fn net(&self) -> Result<u128> {
        Ok(sub_u128(self.fill.price, self.fee)?)
    }
}

/// NFTs bought from asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purchase {
    /// Which, from whom, in order.
    pub bought: Vec<Bought>,
    /// What the buyer pays, wei.
    pub cost: u128,
}

impl AskBook {
    /// Offers an NFT at `tick`; the ask's number.
    pub fn list<S: AskStore>(
        &mut self,
        store: &mut S,
        owner: &Account,
        token: U256,
        tick: u32,
        now: u64,
        params: &BookParams,
    ) -> Result<u32> {
        let ask = offers::new(*owner, tick, 1, now)?;
        params.price(tick)?;
        self.book.escrow = add_u128(self.book.escrow, 1)?;
        let mut level = store.level(tick);
        let id = self.book.append(store, &mut level, ask)?;
        store.set_level(tick, level);
        store.set_token(id, token);
        Ok(id)
    }

    /// Asks for an NFT back; the ask is binding until the time returned.
    pub fn request_cancel<S: AskStore>(
        &mut self,
        store: &mut S,
        id: u32,
        caller: &Account,
        now: u64,
        params: &BookParams,
    ) -> Result<u64> {
        let mut ask = live(store, id)?;
        self.book.request(store, id, &mut ask, caller, now)?;
        store.set_offer(id, ask);
        Ok(ask.binding_until(params))
    }

    /// Takes an NFT back whose ask's cancel is due; whoever calls, it is its owner's.
    pub fn finish_cancel<S: AskStore>(
        &mut self,
        store: &mut S,
        id: u32,
        now: u64,
        params: &BookParams,
    ) -> Result<Unlisted> {
        let ask = Book::finish(store, id, now, params)?;
        let token = self.release(store, id)?;
        Ok(Unlisted { owner: ask.owner, token })
    }

    /// Buys the cheapest.
    pub fn buy<S: AskStore>(
        &mut self,
        store: &mut S,
        order: &Order,
        params: &BookParams,
    ) -> Result<Purchase> {
        let mut purchase = Purchase::default();
        offers::fill_best(store, order, params, |store, level, id, ask, _| {
            purchase.add(self.fill(store, level, id, ask, params)?)
        })?;
        Ok(purchase)
    }

    /// Buys those that the buyer names, in his order; those that are gone are passed over.
    pub fn buy_named<S: AskStore>(
        &mut self,
        store: &mut S,
        asks: &[u32],
        order: &Order,
        params: &BookParams,
    ) -> Result<Purchase> {
        let mut purchase = Purchase::default();
        offers::fill_named(store, asks, order, params, |store, level, id, ask, _| {
            purchase.add(self.fill(store, level, id, ask, params)?)
        })?;
        Ok(purchase)
    }

    /// Takes out the protocol's fees.
    pub fn take_fees(&mut self) -> u128 {
        core::mem::take(&mut self.fees)
    }

    fn fill<S: AskStore>(
        &mut self,
        store: &mut S,
        level: &mut Level,
        id: u32,
        ask: Offer,
        params: &BookParams,
    ) -> Result<Bought> {
        let price = params.price(ask.tick)?;
        let fee = mul_div_up_u128(price, params.fee_bps.into(), BPS)?;
        self.fees = add_u128(self.fees, fee)?;
        let token = self.release(store, id)?;
        offers::reduce(store, level, id, ask, 1)?;
        Ok(Bought { fill: Fill { id, owner: ask.owner, units: 1, price }, token, fee })
    }

    /// Takes an NFT out of the escrow.
    fn release<S: AskStore>(&mut self, store: &mut S, id: u32) -> Result<U256> {
        let token = store.token(id);
        store.set_token(id, U256::ZERO);
        self.book.escrow = sub_u128(self.book.escrow, 1)?;
        Ok(token)
    }
}

impl Purchase {
    fn add(&mut self, bought: Bought) -> Result<()> {
        self.cost = add_u128(self.cost, bought.fill.price)?;
        self.bought.push(bought);
        Ok(())
    }
}
