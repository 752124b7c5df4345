//! The book: queues of orders at ticks, and which ticks have one.
//!
//! As a book is never crossed, a tick has bids or asks and never both. So one set of ticks serves both sides, a
//! level is found by its tick alone, and the two bests tell the sides apart. The bests are kept in the word that
//! every call reads anyway; the set of ticks is only asked which is next when one of them is used up.

use crate::{
    error::{Result, VenueError, refuse},
    less, more,
    order::{Level, Links, Order, Side},
    ticks::{self, TickStore},
};

/// Where orders and levels are kept; all empty at first. The ticks are those of levels that have orders.
pub trait BookStore: TickStore {
    /// An order.
    fn order(&self, id: u64) -> Order;
    /// Replaces it.
    fn set_order(&mut self, id: u64, order: Order);
    /// An order's neighbours.
    fn links(&self, id: u64) -> Links;
    /// Replaces them.
    fn set_links(&mut self, id: u64, links: Links);
    /// The orders of a tick.
    fn level(&self, tick: u32) -> Level;
    /// Replaces them.
    fn set_level(&mut self, tick: u32, level: Level);
}

/// What every call needs of the book.
///
/// 14 bytes: orders 8, bests 3 each; with the mark's blind seconds 4, snapshots 4 and newest 4 it is one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Orders that have ever rested; the id of the newest. Ids begin at 1 and are never used again.
    pub orders: u64,
    /// The tick of the best bid; 0 if there is none.
    pub bid: u32,
    /// The tick of the best ask; 0 if there is none.
    pub ask: u32,
}

impl Book {
    /// The best tick of a side.
    pub fn best(&self, side: Side) -> Option<u32> {
        let tick = match side {
            Side::Bid => self.bid,
            Side::Ask => self.ask,
        };
        (tick != 0).then_some(tick)
    }

    /// Which side's orders a tick could have, if any.
    pub fn side_at(&self, tick: u32) -> Option<Side> {
        let has = |side: Side| self.best(side).is_some_and(|best| side.reaches(best, tick));
        [Side::Bid, Side::Ask].into_iter().find(|side| has(*side))
    }

    /// The other side's best, if an order with this limit would trade with it.
    pub fn crossed_by(&self, side: Side, limit: u32) -> Option<u32> {
        self.best(side.other()).filter(|best| side.reaches(limit, *best))
    }

    fn set_best(&mut self, side: Side, tick: Option<u32>) {
        let tick = tick.unwrap_or_default();
        match side {
            Side::Bid => self.bid = tick,
            Side::Ask => self.ask = tick,
        }
    }

    /// Lets an order rest that crosses nothing, behind all others of its tick; its id.
    pub(crate) fn append(&mut self, store: &mut impl BookStore, side: Side, order: Order) -> Result<u64> {
        let id = more(self.orders, 1)?;
        let mut level = store.level(order.tick);
        if level.count == 0 {
            ticks::insert(store, order.tick)?;
            level.head = id;
            // Neither at the best nor beyond it, so better.
            if self.best(side).is_none_or(|best| !side.reaches(best, order.tick)) {
                self.set_best(side, Some(order.tick));
            }
        } else {
            let before = Links { next: id, ..store.links(level.tail) };
            store.set_links(level.tail, before);
            store.set_links(id, Links { prev: level.tail, next: 0 });
        }
        level.tail = id;
        level.lots = more(level.lots, order.lots)?;
        level.count = level.count.checked_add(1).ok_or_else(|| VenueError::Overflow.boxed())?;
        store.set_level(order.tick, level);
        store.set_order(id, order);
        self.orders = id;
        Ok(id)
    }

    /// Takes a resting order out, wherever it is in its queue.
    pub(crate) fn take_out(&mut self, store: &mut impl BookStore, id: u64, order: &Order) -> Result<()> {
        let mut level = store.level(order.tick);
        level.take_out(store, id, order.lots)?;
        self.keep(store, order.tick, level);
        Ok(())
    }

    /// Writes a level that has changed; one without orders leaves the book, and if it was the best the next one
    /// is.
    pub(crate) fn keep(&mut self, store: &mut impl BookStore, tick: u32, level: Level) {
        if level.count != 0 {
            store.set_level(tick, level);
            return;
        }
        store.set_level(tick, Level::default());
        ticks::remove(store, tick);
        for side in [Side::Bid, Side::Ask] {
            if self.best(side) == Some(tick) {
                self.set_best(side, beyond(store, side, tick));
            }
        }
    }
}

impl Level {
    /// Takes an order out of the queue, and out of the store. The level itself is not written.
    pub(crate) fn take_out(&mut self, store: &mut impl BookStore, id: u64, lots: u64) -> Result<()> {
        // Alone, it has no neighbours and its links mean nothing.
        if self.count > 1 {
            let links = store.links(id);
            if self.head == id {
                self.head = links.next;
            } else if self.tail == id {
                self.tail = links.prev;
            } else {
                let before = Links { next: links.next, ..store.links(links.prev) };
                store.set_links(links.prev, before);
                let after = Links { prev: links.prev, ..store.links(links.next) };
                store.set_links(links.next, after);
            }
            store.set_links(id, Links::default());
        }
        store.set_order(id, Order::default());
        self.lots = less(self.lots, lots)?;
        self.count = self.count.saturating_sub(1);
        Ok(())
    }
}

/// The next tick of a side that has orders, away from the middle.
pub(crate) fn beyond(store: &impl TickStore, side: Side, tick: u32) -> Option<u32> {
    match side {
        Side::Bid => ticks::next_below(store, tick),
        Side::Ask => ticks::next_above(store, tick),
    }
}

/// A resting order; refuses if there is none of this id.
pub(crate) fn resting(store: &impl BookStore, id: u64) -> Result<Order> {
    let order = store.order(id);
    if order.lots == 0 { refuse(VenueError::NoSuchOrder { id }) } else { Ok(order) }
}
