//! What bids and asks have in common: queues by price and time, and which offers count.
//!
//! An offer is a promise with the thing promised in escrow. Offers of one price wait in a queue, first come, first
//! served, linked both ways so that any of them leaves in O(1). The prices that have a queue are a set of ticks,
//! so the best one is found in three reads.
//!
//! # Which offers count
//! The index believes an offer that everybody could have taken for a while and that nobody can take back at once:
//! one that is of age (`min_age` after it was placed) and whose cancel, if it was asked for, is not due yet
//! (`cancel_delay` after that). Both happen by the clock while nobody calls, so the units that count are kept for
//! each price, and anybody may bring them up to now ([`Book::catch_up`]):
//!
//! * Offers come of age in the order of their numbers, because all wait equally long: one cursor over the numbers.
//! * Cancels fall due in the order they were asked for: a list of them, and a cursor over it.
//!
//! Each offer is passed once by each cursor, for less gas than it took to make it; a filled or cancelled one is
//! passed over. A reading is refused ([`IndexError::CountsPending`]) unless neither cursor has anything due, so
//! what is read is exact: as if all offers had been looked at, at this second. The prices with units that count
//! are a set of their own, and each holds one unit at least: a walk over D units never passes more than D prices,
//! whatever else is bid between them.
//!
//! A fill, or a cancel that is finished, takes its units out of the count itself and need not wait for the
//! cursors.
//!
//! # Storage
//!
//! | record | words | packing |
//! |---|---|---|
//! | [`Book`] | 1 | 4 x 32, escrow 128 |
//! | [`Offer`] | 2 | owner 160, tick 24, units 16, counted 8, fraction 32; seen 128, links 2 x 32, times 2 x 32 |
//! | [`Level`] | 1 | head 32, tail 32, earning 32, counted 32, outside 128 |
//! | a cancel asked for | 1/8 | 32 |
//!
//! A store may leave out the word of an offer that has not changed. Links are in the second, so what happens
//! beside an offer touches only that.

use alloc::vec::Vec;

use everfloor_math::mul_u128;
use everfloor_venue_rules::ticks::{self, TICKS, TickStore};

use crate::{
    Account, PRICE_LIMIT, UNIT_LIMIT, below,
    error::{IndexError, Result, refuse},
    params::BookParams,
};

/// Which price is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Of bids, the highest.
    Bid,
    /// Of asks, the lowest.
    Ask,
}

/// The sets of prices of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Prices at which anything is offered.
    Live,
    /// Prices at which units count.
    Counted,
}

/// The neighbours of an offer in its queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The one before it; means nothing in the first.
    pub prev: u32,
    /// The one after it; 0 in the last.
    pub next: u32,
}

/// An offer; one that was filled or cancelled is all zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Who made it.
    pub owner: Account,
    /// Its price in ticks.
    pub tick: u32,
    /// NFTs that are still wanted or offered.
    pub units: u32,
    /// Whether its units are among those that count.
    pub counted: bool,
    /// What it has earned beyond whole wei, in `2^-32`.
    pub fraction: u32,
    /// What a unit at its price had earned when it was last settled.
    pub seen: u128,
    /// Its neighbours in the queue.
    pub links: Links,
    /// When it was placed.
    pub placed: u64,
    /// When its cancel was asked for; 0 if it was not.
    pub cancelled: u64,
}

/// All offers of one price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// The first in the queue; 0 if there is none.
    pub head: u32,
    /// The last.
    pub tail: u32,
    /// Units that earn rewards while the price is in the band: those whose cancel has not been asked for.
    pub earning: u32,
    /// Units that count.
    pub counted: u32,
    /// What a unit has earned on the other side of the band's edge: see [`crate::rewards`].
    pub outside: u128,
}

/// Where a book is kept; all zero at first.
pub trait Offers {
    /// Where a set of prices is kept.
    type Ticks: TickStore;
    /// Which price is the best.
    const SIDE: Side;
    /// The offer of this number.
    fn offer(&self, id: u32) -> Offer;
    /// Replaces it.
    fn set_offer(&mut self, id: u32, offer: Offer);
    /// The neighbours of an offer: a store can read less than all of it.
    fn links(&self, id: u32) -> Links {
        self.offer(id).links
    }
    /// Replaces them.
    fn set_links(&mut self, id: u32, links: Links) {
        self.set_offer(id, Offer { links, ..self.offer(id) });
    }
    /// The offers of a price.
    fn level(&self, tick: u32) -> Level;
    /// Replaces them.
    fn set_level(&mut self, tick: u32, level: Level);
    /// Which offer's cancel was the one of this number to be asked for.
    fn request(&self, number: u32) -> u32;
    /// Writes it down.
    fn set_request(&mut self, number: u32, offer: u32);
    /// A set of prices.
    fn ticks(&self, set: Set) -> &Self::Ticks;
    /// A set of prices, to change.
    fn ticks_mut(&mut self, set: Set) -> &mut Self::Ticks;
}

/// What there is of a book beside its offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Offers ever made, numbered from 1.
    pub offers: u32,
    /// Up to which number they have been looked at since they came of age.
    pub matured: u32,
    /// Cancels ever asked for, numbered from 1.
    pub requested: u32,
    /// Up to which number these have been looked at since they fell due.
    pub expired: u32,
    /// What is in escrow: wei of bids, NFTs of asks.
    pub escrow: u128,
}

/// What a taker wants of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// NFTs to sell or to buy.
    pub units: u32,
    /// The fewest that are worth it.
    pub least: u32,
    /// The lowest price to sell at, the highest to buy at, wei for one NFT before the fee.
    pub limit: u128,
    /// Offers to fill at most: each costs gas.
    pub most: u32,
}

/// A part of an offer that was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The offer.
    pub id: u32,
    /// Who made it.
    pub owner: Account,
    /// NFTs.
    pub units: u32,
    /// Wei for each.
    pub price: u128,
}

impl Offer {
    /// Whether there is nothing left of it.
    pub fn is_gone(&self) -> bool {
        self.units == 0
    }

    /// Whether it earns rewards: until its cancel is asked for.
    pub fn is_earning(&self) -> bool {
        self.cancelled == 0
    }

    /// Whether it is old enough to count.
    pub fn is_of_age(&self, now: u64, params: &BookParams) -> bool {
        now >= self.placed.saturating_add(params.min_age)
    }

    /// Whether its owner may take it back: then it counts no more, though it can be filled until he does.
    pub fn is_free(&self, now: u64, params: &BookParams) -> bool {
        self.cancelled != 0 && now >= self.binding_until(params)
    }

    /// When its cancel falls due, if it was asked for.
    pub fn binding_until(&self, params: &BookParams) -> u64 {
        self.cancelled.saturating_add(params.cancel_delay)
    }
}

impl Fill {
    /// Wei for all of it.
    pub fn value(&self) -> Result<u128> {
        Ok(mul_u128(self.price, self.units.into())?)
    }
}

impl Book {
    /// A new offer at the end of its price's queue; the caller stores the level.
    pub(crate) fn append<S: Offers>(
        &mut self,
        store: &mut S,
        level: &mut Level,
        mut offer: Offer,
    ) -> Result<u32> {
        let id = next(self.offers)?;
        self.offers = id;
        if level.head == 0 {
            level.head = id;
            insert(store, Set::Live, offer.tick)?;
        } else {
            offer.links.prev = level.tail;
            store.set_links(level.tail, Links { next: id, ..store.links(level.tail) });
        }
        level.tail = id;
        store.set_offer(id, offer);
        Ok(id)
    }

    /// Notes that the owner wants an offer back; the caller stores it.
    pub(crate) fn request<S: Offers>(
        &mut self,
        store: &mut S,
        id: u32,
        offer: &mut Offer,
        caller: &Account,
        now: u64,
    ) -> Result<()> {
        if offer.owner != *caller {
            return refuse(IndexError::NotOwner { id });
        }
        if offer.cancelled != 0 {
            return refuse(IndexError::CancelRequested { id, at: offer.cancelled });
        }
        offer.cancelled = now;
        self.requested = next(self.requested)?;
        store.set_request(self.requested, id);
        Ok(())
    }

    /// Takes an offer out whose cancel is due, and returns it as it was. Anybody may: it goes back to its owner.
    pub(crate) fn finish<S: Offers>(store: &mut S, id: u32, now: u64, params: &BookParams) -> Result<Offer> {
        let offer = live(store, id)?;
        if offer.cancelled == 0 {
            return refuse(IndexError::CancelNotRequested { id });
        }
        if !offer.is_free(now, params) {
            return refuse(IndexError::StillBinding { id, until: offer.binding_until(params) });
        }
        let mut level = store.level(offer.tick);
        reduce(store, &mut level, id, offer, offer.units)?;
        store.set_level(offer.tick, level);
        Ok(offer)
    }

    /// Brings the units that count up to now, in at most `steps` steps of one offer each; whether it is done.
    pub fn catch_up<S: Offers>(
        &mut self,
        store: &mut S,
        now: u64,
        params: &BookParams,
        steps: u32,
    ) -> Result<bool> {
        for _ in 0..steps {
            if let Some((id, offer)) = self.next_of_age(store, now, params) {
                self.matured = id;
                if !offer.is_gone() && !offer.is_free(now, params) {
                    count(store, id, offer)?;
                }
            } else if let Some((number, id, offer)) = self.next_free(store, now, params) {
                self.expired = number;
                if offer.counted {
                    discount(store, id, offer)?;
                }
            } else {
                return Ok(true);
            }
        }
        Ok(self.is_current(store, now, params))
    }

    /// Whether the units that count are those of now.
    pub fn is_current<S: Offers>(&self, store: &S, now: u64, params: &BookParams) -> bool {
        self.next_of_age(store, now, params).is_none() && self.next_free(store, now, params).is_none()
    }

    /// Refuses unless the units that count are those of now.
    pub fn require_current<S: Offers>(&self, store: &S, now: u64, params: &BookParams) -> Result<()> {
        if self.is_current(store, now, params) { Ok(()) } else { refuse(IndexError::CountsPending) }
    }

    /// The next offer to look at because it is of age, or gone.
    fn next_of_age<S: Offers>(&self, store: &S, now: u64, params: &BookParams) -> Option<(u32, Offer)> {
        let id = self.matured.checked_add(1).filter(|id| *id <= self.offers)?;
        let offer = store.offer(id);
        (offer.is_gone() || offer.is_of_age(now, params)).then_some((id, offer))
    }

    /// The next cancel to look at because it is due, or its offer gone.
    fn next_free<S: Offers>(&self, store: &S, now: u64, params: &BookParams) -> Option<(u32, u32, Offer)> {
        let number = self.expired.checked_add(1).filter(|number| *number <= self.requested)?;
        let id = store.request(number);
        let offer = store.offer(id);
        (offer.is_gone() || offer.is_free(now, params)).then_some((number, id, offer))
    }
}

/// The best price of a set.
pub fn best<S: Offers>(store: &S, set: Set) -> Option<u32> {
    match S::SIDE {
        Side::Bid => ticks::highest(store.ticks(set)),
        Side::Ask => ticks::lowest(store.ticks(set)),
    }
}

/// The next worse price of a set.
pub fn next_worse<S: Offers>(store: &S, set: Set, tick: u32) -> Option<u32> {
    match S::SIDE {
        Side::Bid => ticks::next_below(store.ticks(set), tick),
        Side::Ask => ticks::next_above(store.ticks(set), tick),
    }
}

/// An offer that there is.
pub fn live<S: Offers>(store: &S, id: u32) -> Result<Offer> {
    let offer = store.offer(id);
    if offer.is_gone() { refuse(IndexError::NoSuchOffer { id }) } else { Ok(offer) }
}

/// A new offer, of a price and an amount that there can be.
pub(crate) fn new(owner: Account, tick: u32, units: u32, now: u64) -> Result<Offer> {
    if tick == 0 || tick >= TICKS {
        return refuse(IndexError::TickOutOfRange { tick });
    }
    if units == 0 {
        return refuse(IndexError::ZeroAmount);
    }
    if units >= UNIT_LIMIT {
        return refuse(IndexError::TooManyUnits { units });
    }
    Ok(Offer { owner, tick, units, placed: now, ..Offer::default() })
}

/// What an order would fill now, best first. Nothing is written, and an order that nothing would meet is refused
/// as it would be.
pub fn quote<S: Offers>(store: &S, order: &Order, params: &BookParams) -> Result<Vec<Fill>> {
    let (mut fills, mut left) = (Vec::new(), order.units);
    let mut place = best(store, Set::Live);
    while let Some(tick) = place {
        let price = params.price(tick)?;
        let mut id = if order.accepts(S::SIDE, price) { store.level(tick).head } else { 0 };
        if id == 0 {
            break;
        }
        while id != 0 {
            if left == 0 || fills.len() >= order.most as usize {
                order.filled(left)?;
                return Ok(fills);
            }
            let offer = store.offer(id);
            let units = left.min(offer.units);
            fills.push(Fill { id, owner: offer.owner, units, price });
            left = left.saturating_sub(units);
            id = offer.links.next;
        }
        place = next_worse(store, Set::Live, tick);
    }
    order.filled(left)?;
    Ok(fills)
}

/// What fills an offer, or a part of it: the store, its level, its number, itself, the units.
pub(crate) trait Take<S>: FnMut(&mut S, &mut Level, u32, Offer, u32) -> Result<()> {}
impl<S, F: FnMut(&mut S, &mut Level, u32, Offer, u32) -> Result<()>> Take<S> for F {}

/// Fills the best offers until the order has what it wants.
pub(crate) fn fill_best<S: Offers>(
    store: &mut S,
    order: &Order,
    params: &BookParams,
    mut take: impl Take<S>,
) -> Result<()> {
    let (mut left, mut most) = (order.units, order.most);
    while left > 0 && most > 0 {
        let Some(tick) = best(store, Set::Live) else { break };
        if !order.accepts(S::SIDE, params.price(tick)?) {
            break;
        }
        let mut level = store.level(tick);
        while left > 0 && most > 0 && level.head != 0 {
            let id = level.head;
            let offer = store.offer(id);
            let units = left.min(offer.units);
            take(store, &mut level, id, offer, units)?;
            left = left.saturating_sub(units);
            most = most.saturating_sub(1);
        }
        store.set_level(tick, level);
    }
    order.filled(left)
}

/// Fills named offers in the caller's order; those that are gone are passed over, since anybody may have come
/// first.
pub(crate) fn fill_named<S: Offers>(
    store: &mut S,
    ids: &[u32],
    order: &Order,
    params: &BookParams,
    mut take: impl Take<S>,
) -> Result<()> {
    let mut left = order.units;
    for id in ids.iter().copied().take(order.most as usize) {
        let offer = store.offer(id);
        let units = left.min(offer.units);
        if units == 0 {
            continue;
        }
        let price = params.price(offer.tick)?;
        if !order.accepts(S::SIDE, price) {
            return refuse(IndexError::PriceBeyondLimit { price, limit: order.limit });
        }
        let mut level = store.level(offer.tick);
        take(store, &mut level, id, offer, units)?;
        store.set_level(offer.tick, level);
        left = left.saturating_sub(units);
    }
    order.filled(left)
}

impl Order {
    /// Whether a price is on the right side of the limit.
    fn accepts(&self, side: Side, price: u128) -> bool {
        match side {
            Side::Bid => price >= self.limit,
            Side::Ask => price <= self.limit,
        }
    }

    /// Refuses to fill less than is worth it, or nothing.
    fn filled(&self, left: u32) -> Result<()> {
        let (units, least) = (self.units.saturating_sub(left), self.least.max(1));
        if units < least { refuse(IndexError::TooFewUnits { units, least }) } else { Ok(()) }
    }
}

impl BookParams {
    /// What a tick is worth, wei.
    pub fn price(&self, tick: u32) -> Result<u128> {
        below(mul_u128(self.tick_size, tick.into())?, PRICE_LIMIT)
    }
}

/// Takes units out of an offer, which leaves the queue with its last; the caller stores the level.
pub(crate) fn reduce<S: Offers>(
    store: &mut S,
    level: &mut Level,
    id: u32,
    mut offer: Offer,
    units: u32,
) -> Result<()> {
    if offer.counted {
        uncount(store, level, offer.tick, units)?;
    }
    offer.units = fewer(offer.units, units)?;
    if offer.units == 0 {
        unlink(store, level, id, &offer);
    } else {
        store.set_offer(id, offer);
    }
    Ok(())
}

/// Takes an offer out of its queue. The link back of the first one is never followed, so the one that becomes
/// first keeps what it has: a fill of the head writes nothing but itself and its level.
fn unlink<S: Offers>(store: &mut S, level: &mut Level, id: u32, offer: &Offer) {
    let Links { prev, next } = offer.links;
    let (is_first, is_last) = (level.head == id, level.tail == id);
    if is_first {
        level.head = next;
    } else {
        store.set_links(prev, Links { next, ..store.links(prev) });
    }
    if is_last {
        level.tail = prev;
    } else if !is_first {
        store.set_links(next, Links { prev, ..store.links(next) });
    }
    store.set_offer(id, Offer::default());
    if level.head == 0 {
        // Nothing of it is needed again, not even what a unit had earned: only differences of that mean anything.
        *level = Level::default();
        ticks::remove(store.ticks_mut(Set::Live), offer.tick);
    }
}

/// An offer's units count from now on. Where a price has more than its record has room for, they never do: nobody
/// can stop the cursors.
fn count<S: Offers>(store: &mut S, id: u32, mut offer: Offer) -> Result<()> {
    let mut level = store.level(offer.tick);
    let Some(counted) = level.counted.checked_add(offer.units) else { return Ok(()) };
    if level.counted == 0 {
        insert(store, Set::Counted, offer.tick)?;
    }
    level.counted = counted;
    offer.counted = true;
    store.set_level(offer.tick, level);
    store.set_offer(id, offer);
    Ok(())
}

/// An offer's units count no more.
fn discount<S: Offers>(store: &mut S, id: u32, mut offer: Offer) -> Result<()> {
    let mut level = store.level(offer.tick);
    uncount(store, &mut level, offer.tick, offer.units)?;
    offer.counted = false;
    store.set_level(offer.tick, level);
    store.set_offer(id, offer);
    Ok(())
}

fn uncount<S: Offers>(store: &mut S, level: &mut Level, tick: u32, units: u32) -> Result<()> {
    level.counted = fewer(level.counted, units)?;
    if level.counted == 0 {
        ticks::remove(store.ticks_mut(Set::Counted), tick);
    }
    Ok(())
}

fn insert<S: Offers>(store: &mut S, set: Set, tick: u32) -> Result<()> {
    match ticks::insert(store.ticks_mut(set), tick) {
        Ok(_) => Ok(()),
        Err(_) => refuse(IndexError::TickOutOfRange { tick }),
    }
}

fn next(count: u32) -> Result<u32> {
    count.checked_add(1).ok_or_else(|| IndexError::Overflow.boxed())
}

/// `a - b` of units.
pub(crate) fn fewer(a: u32, b: u32) -> Result<u32> {
    a.checked_sub(b).ok_or_else(|| IndexError::Overflow.boxed())
}
