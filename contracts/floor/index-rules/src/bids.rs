//! Escrowed, binding bids of cash for any NFT of the market: the index's first source, and a spot market.
//!
//! Whoever places a bid escrows its price for each unit. Anybody may sell NFTs into the bids, best price first,
//! and the earliest first at a price; or into bids that he names. He gets the bids' prices less one fee on the
//! whole, rounded up. A bid whose cancel was asked for is binding and counts until `cancel_delay` later; from then
//! on it counts no more, and anybody may send its escrow back; it can be sold into until somebody does.
//!
//! Neither payments nor NFTs are handed over here. Whoever sells must not depend on a buyer's consent: a contract
//! that bids gets its NFT without being called.
//!
//! A sale of somebody else's NFT, as an auction makes, must go through [`BidBook::sell`]: whoever may name bids
//! could name his own, a lower one.
//!
//! # Selling to oneself
//! Who sells into his own bid pays its price out of his own escrow to himself, less the fee: no more comes out
//! than went in. It ends the bid at once, without waiting for a cancel, for the fee and with a real NFT in hand.
//! Nothing on a chain can tell that from a sale to a friend. The bid was there for everybody else until then,
//! which is all that the index rests on.
//!
//! # Cost
//! Words read and written, without those of the tick sets (none but for a price's first or last bid) and of earned
//! rewards (a maker's, once):
//!
//! | operation | read | new | changed | cleared |
//! |---|---|---|---|---|
//! | place | 3 of the book, 1 of the level, 1 of the last bid | 2, and the level's first time 1 | 3, 1, 1 | |
//! | ask for a cancel | 3, 1, 2 of the bid, 1 of the list | 1 in 8 of the list | 3, 1, 2, 1 | |
//! | finish a cancel | 1, 1, 2, 1 of each neighbour | | 1, 1, 2 at most | 2 |
//! | sell | 4; 1 for each price, 2 for each bid | | 4, 1 for each price; 2 of a bid that stays | 2 for each bid |
//! | credit a bid | 2, 1, 2 | | 2, 2 | |
//! | catch up by a step | 1, 1, 2, 1 of the list for a cancel | | 1, 1, 1 | |
//! | move the band | 2; 1 for each price passed | | 2, 1 for each | |

use alloc::vec::Vec;

use everfloor_math::{add_u128, mul_div_up_u128, mul_u128, sub_u128};

use crate::{
    Account, BPS,
    error::{IndexError, Result, refuse},
    offers::{self, Book, Fill, Level, Offer, Offers, Order, live},
    params::BookParams,
    rewards::{Rewards, band_of},
};

/// Where a book of bids is kept.
pub trait BidStore: Offers {
    /// Rewards that a maker has earned and not claimed, wei.
    fn owed(&self, owner: &Account) -> u128;
    /// Replaces them.
    fn set_owed(&mut self, owner: &Account, amount: u128);
}

/// What there is of a book of bids beside its bids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BidBook {
    /// Counts, and the cash in escrow.
    pub book: Book,
    /// What makers earn.
    pub rewards: Rewards,
    /// The protocol's fees that have not been collected, wei.
    pub fees: u128,
}

/// A bid that was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its number.
    pub id: u32,
    /// What to take from its owner, wei.
    pub escrow: u128,
}

/// A bid that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Whose it was.
    pub owner: Account,
    /// NFTs it still wanted.
    pub units: u32,
    /// What to send back, wei.
    pub amount: u128,
}

/// NFTs sold into bids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    /// Who bought how many at what price, in order.
    pub fills: Vec<Fill>,
    /// NFTs sold.
    pub units: u32,
    /// The bids' prices together, wei.
    pub proceeds: u128,
    /// What the protocol keeps of them, wei.
    pub fee: u128,
}

impl Sale {
    /// The sum of some fills.
    fn of(fills: Vec<Fill>, params: &BookParams) -> Result<Self> {
        let mut sale = Self { fills, ..Self::default() };
        for fill in &sale.fills {
            sale.units = sale.units.saturating_add(fill.units);
            sale.proceeds = add_u128(sale.proceeds, fill.value()?)?;
        }
        sale.fee = mul_div_up_u128(sale.proceeds, params.fee_bps.into(), BPS)?;
        Ok(sale)
    }

    /// What the seller gets.
    pub fn net(&self) -> Result<u128> {
        Ok(sub_u128(self.proceeds, self.fee)?)
    }
}

impl BidBook {
    /// A bid for `units` NFTs at `tick` each.
    pub fn place<S: BidStore>(
        &mut self,
        store: &mut S,
        owner: &Account,
        tick: u32,
        units: u32,
        now: u64,
        params: &BookParams,
    ) -> Result<Placed> {
        let mut bid = offers::new(*owner, tick, units, now)?;
        self.rewards.accrue(now)?;
        let escrow = mul_u128(params.price(tick)?, units.into())?;
        self.book.escrow = add_u128(self.book.escrow, escrow)?;
        let mut level = store.level(tick);
        bid.seen = self.rewards.inside(tick, &level)?;
        self.rewards.join(tick, &mut level, units)?;
        let id = self.book.append(store, &mut level, bid)?;
        store.set_level(tick, level);
        Ok(Placed { id, escrow })
    }

    /// Asks for a bid back. It earns no more from now on, and is binding until the time returned.
    pub fn request_cancel<S: BidStore>(
        &mut self,
        store: &mut S,
        id: u32,
        caller: &Account,
        now: u64,
        params: &BookParams,
    ) -> Result<u64> {
        let mut bid = live(store, id)?;
        self.rewards.accrue(now)?;
        let mut level = store.level(bid.tick);
        let units = bid.units;
        // Before the request, which ends what it earns.
        if bid.is_earning() {
            self.end_rewards(store, &mut level, &mut bid, units)?;
        }
        self.book.request(store, id, &mut bid, caller, now)?;
        store.set_level(bid.tick, level);
        store.set_offer(id, bid);
        Ok(bid.binding_until(params))
    }

    /// Takes a bid back whose cancel is due; whoever calls, it is its owner's.
    pub fn finish_cancel<S: BidStore>(
        &mut self,
        store: &mut S,
        id: u32,
        now: u64,
        params: &BookParams,
    ) -> Result<Refund> {
        let bid = Book::finish(store, id, now, params)?;
        let amount = mul_u128(params.price(bid.tick)?, bid.units.into())?;
        self.book.escrow = sub_u128(self.book.escrow, amount)?;
        Ok(Refund { owner: bid.owner, units: bid.units, amount })
    }

    /// Sells into the best bids.
    pub fn sell<S: BidStore>(
        &mut self,
        store: &mut S,
        order: &Order,
        now: u64,
        params: &BookParams,
    ) -> Result<Sale> {
        self.rewards.accrue(now)?;
        let mut fills = Vec::new();
        offers::fill_best(store, order, params, |store, level, id, bid, units| {
            fills.push(self.fill(store, level, id, bid, units, params)?);
            Ok(())
        })?;
        self.settle_sale(fills, params)
    }

    /// Sells into bids that the seller names, in his order; those that are gone are passed over.
    pub fn sell_into<S: BidStore>(
        &mut self,
        store: &mut S,
        bids: &[u32],
        order: &Order,
        now: u64,
        params: &BookParams,
    ) -> Result<Sale> {
        self.rewards.accrue(now)?;
        let mut fills = Vec::new();
        offers::fill_named(store, bids, order, params, |store, level, id, bid, units| {
            fills.push(self.fill(store, level, id, bid, units, params)?);
            Ok(())
        })?;
        self.settle_sale(fills, params)
    }

    /// What selling into the best bids would bring now.
    pub fn quote<S: BidStore>(store: &S, order: &Order, params: &BookParams) -> Result<Sale> {
        Sale::of(offers::quote(store, order, params)?, params)
    }

    /// Credits a bid's maker with what it has earned up to now.
    pub fn earn<S: BidStore>(&mut self, store: &mut S, id: u32, now: u64) -> Result<()> {
        let mut bid = live(store, id)?;
        self.rewards.accrue(now)?;
        if bid.is_earning() {
            let level = store.level(bid.tick);
            self.credit(store, &level, &mut bid)?;
            store.set_offer(id, bid);
        }
        Ok(())
    }

    /// Takes out what a maker is owed.
    pub fn claim<S: BidStore>(store: &mut S, owner: &Account) -> Result<u128> {
        let owed = store.owed(owner);
        if owed == 0 {
            return refuse(IndexError::ZeroAmount);
        }
        store.set_owed(owner, 0);
        Ok(owed)
    }

    /// Moves the band of rewards to an index, past at most `most` prices; whether it is there.
    pub fn follow<S: BidStore>(
        &mut self,
        store: &mut S,
        index: u128,
        most: u32,
        now: u64,
        params: &BookParams,
    ) -> Result<bool> {
        self.rewards.follow(store, band_of(index, params)?, most, now)
    }

    /// Takes out the protocol's fees.
    pub fn take_fees(&mut self) -> u128 {
        core::mem::take(&mut self.fees)
    }

    /// Fills a bid, or a part of it; what it paid leaves the escrow.
    fn fill<S: BidStore>(
        &mut self,
        store: &mut S,
        level: &mut Level,
        id: u32,
        mut bid: Offer,
        units: u32,
        params: &BookParams,
    ) -> Result<Fill> {
        if bid.is_earning() {
            self.end_rewards(store, level, &mut bid, units)?;
        }
        let fill = Fill { id, owner: bid.owner, units, price: params.price(bid.tick)? };
        self.book.escrow = sub_u128(self.book.escrow, fill.value()?)?;
        offers::reduce(store, level, id, bid, units)?;
        Ok(fill)
    }

    /// Adds a sale up, and keeps its fee.
    fn settle_sale(&mut self, fills: Vec<Fill>, params: &BookParams) -> Result<Sale> {
        let sale = Sale::of(fills, params)?;
        self.fees = add_u128(self.fees, sale.fee)?;
        Ok(sale)
    }

    /// Credits what a bid has earned and lets some of its units earn no more. With the last of them it leaves the
    /// part of a wei that it has to the others.
    fn end_rewards<S: BidStore>(
        &mut self,
        store: &mut S,
        level: &mut Level,
        bid: &mut Offer,
        units: u32,
    ) -> Result<()> {
        self.credit(store, level, bid)?;
        self.rewards.leave(bid.tick, level, units)?;
        if units == bid.units {
            self.rewards.give_back(core::mem::take(&mut bid.fraction));
        }
        Ok(())
    }

    fn credit<S: BidStore>(&mut self, store: &mut S, level: &Level, bid: &mut Offer) -> Result<()> {
        let earned = self.rewards.settle(level, bid)?;
        if earned > 0 {
            store.set_owed(&bid.owner, add_u128(store.owed(&bid.owner), earned)?);
        }
        Ok(())
    }
}
