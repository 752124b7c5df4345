//! Which bytes of which word hold what.
//!
//! A book's own words, from [`crate::state::BOOK`] on; numbers are bytes, high to low:
//!
//! | word | holds |
//! |---|---|
//! | 0 | mark: counted up to 4, cumulative 15, mid 11, 2 unused |
//! | 1 | orders 8, best bid 3, best ask 3; mark: blind seconds 4, snapshots 4, newest 4; lock 1, 5 unused |
//!
//! Its parameters, from [`crate::state::PARAMS`] on:
//!
//! | word | holds |
//! |---|---|
//! | 0 | tick size 8, lot size 8, least lots 5, the mark's depth 5, its levels 1, 5 unused |
//! | 1 | genesis 4, epoch 4, period 4, snapshots 2, 18 unused |
//!
//! Records, one word each, each at a place of its own ([`crate::store`]):
//!
//! | record | of | holds |
//! |---|---|---|
//! | order | an id | owner 20, lots 5, tick 3, expiry 4 |
//! | links | an id | order before 8, order after 8, 16 unused |
//! | level | a tick | first order 8, last 8, lots 8, orders 4, 4 unused |
//! | set of ticks | a node | a bit for each of 256 children, the lowest first |
//! | snapshot | a place in the ring | time 4, cumulative 15, blind seconds 4, 9 unused |
//! | boundary | an epoch | cumulative 15, blind seconds 4, mid 11, carried on 1, 1 unused |
//! | set of epochs | a node | as the set of ticks |
//!
//! A word that was cleared, or never written, is a record that does not exist.

use alloy_primitives::{B256, U256};
use everfloor_common::{
    bits::{Field, pack, unpack},
    record::Record,
};
use everfloor_venue_rules::{Book, Boundary, Level, Links, Mark, Order, Params, Point};

/// What every call reads: the book, its mark, and whether somebody is in the middle of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The book.
    pub book: Book,
    /// Its mark.
    pub mark: Mark,
    /// Whether the lock is taken.
    pub locked: bool,
}

const HEAD: [Field; 10] = [
    (0, 0, 4),
    (0, 4, 15),
    (0, 19, 11),
    (1, 0, 8),
    (1, 8, 3),
    (1, 11, 3),
    (1, 14, 4),
    (1, 18, 4),
    (1, 22, 4),
    (1, 26, 1),
];

impl Record<2> for Head {
    fn decode(words: &[B256; 2]) -> Self {
        let [time, cumulative, mid, orders, bid, ask, blind, snapshots, newest, locked] =
            unpack(words, &HEAD);
        let point = Point { time: time as u64, cumulative, blind: blind as u64 };
        Self {
            book: Book { orders: orders as u64, bid: bid as u32, ask: ask as u32 },
            mark: Mark { point, mid, snapshots: snapshots as u32, newest: newest as u64 },
            locked: locked != 0,
        }
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Book { orders, bid, ask } = self.book;
        let Mark { point: Point { time, cumulative, blind }, mid, snapshots, newest } = self.mark;
        let values = [
            time.into(),
            cumulative,
            mid,
            orders.into(),
            bid.into(),
            ask.into(),
            blind.into(),
            snapshots.into(),
            newest.into(),
            u128::from(self.locked),
        ];
        pack(&values, &HEAD)
    }
}

/// A value of the rules, as it is kept in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept<T>(pub T);

const PARAMS: [Field; 9] =
    [(0, 0, 8), (0, 8, 8), (0, 16, 5), (0, 21, 5), (0, 26, 1), (1, 0, 4), (1, 4, 4), (1, 8, 4), (1, 12, 2)];

impl Record<2> for Kept<Params> {
    fn decode(words: &[B256; 2]) -> Self {
        let [tick_size, lot_size, min_lots, mark_depth, mark_levels, genesis, epoch, period, snapshots] =
            unpack(words, &PARAMS);
        Self(Params {
            tick_size,
            lot_size,
            min_lots: min_lots as u64,
            mark_depth: mark_depth as u64,
            mark_levels: mark_levels as u32,
            genesis: genesis as u64,
            epoch: epoch as u64,
            period: period as u64,
            snapshots: snapshots as u32,
        })
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Params {
            tick_size,
            lot_size,
            min_lots,
            mark_depth,
            mark_levels,
            genesis,
            epoch,
            period,
            snapshots,
        } = self.0;
        let values = [
            tick_size,
            lot_size,
            min_lots.into(),
            mark_depth.into(),
            mark_levels.into(),
            genesis.into(),
            epoch.into(),
            period.into(),
            snapshots.into(),
        ];
        pack(&values, &PARAMS)
    }
}

/// The owner's 20 bytes are two numbers here.
const ORDER: [Field; 5] = [(0, 0, 4), (0, 4, 16), (0, 20, 5), (0, 25, 3), (0, 28, 4)];

impl Record<1> for Kept<Order> {
    fn decode(words: &[B256; 1]) -> Self {
        let [high, low, lots, tick, expiry] = unpack(words, &ORDER);
        let mut owner = [0; 20];
        let (first, rest) = owner.split_at_mut(4);
        first.copy_from_slice(&(high as u32).to_be_bytes());
        rest.copy_from_slice(&low.to_be_bytes());
        Self(Order { owner, lots: lots as u64, tick: tick as u32, expiry: expiry as u32 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Order { owner, lots, tick, expiry } = self.0;
        let high = owner.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        let low = owner.last_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        pack(&[high.into(), low, lots.into(), tick.into(), expiry.into()], &ORDER)
    }
}

const LINKS: [Field; 2] = [(0, 0, 8), (0, 8, 8)];

impl Record<1> for Kept<Links> {
    fn decode(words: &[B256; 1]) -> Self {
        let [prev, next] = unpack(words, &LINKS);
        Self(Links { prev: prev as u64, next: next as u64 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        pack(&[self.0.prev.into(), self.0.next.into()], &LINKS)
    }
}

const LEVEL: [Field; 4] = [(0, 0, 8), (0, 8, 8), (0, 16, 8), (0, 24, 4)];

impl Record<1> for Kept<Level> {
    fn decode(words: &[B256; 1]) -> Self {
        let [head, tail, lots, count] = unpack(words, &LEVEL);
        Self(Level { head: head as u64, tail: tail as u64, lots: lots as u64, count: count as u32 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Level { head, tail, lots, count } = self.0;
        pack(&[head.into(), tail.into(), lots.into(), count.into()], &LEVEL)
    }
}

/// A node of a set.
impl Record<1> for Kept<U256> {
    fn decode(words: &[B256; 1]) -> Self {
        let [word] = *words;
        Self(word.into())
    }

    fn encode(&self) -> Option<[B256; 1]> {
        Some([self.0.into()])
    }
}

const SNAPSHOT: [Field; 3] = [(0, 0, 4), (0, 4, 15), (0, 19, 4)];

impl Record<1> for Kept<Point> {
    fn decode(words: &[B256; 1]) -> Self {
        let [time, cumulative, blind] = unpack(words, &SNAPSHOT);
        Self(Point { time: time as u64, cumulative, blind: blind as u64 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Point { time, cumulative, blind } = self.0;
        pack(&[time.into(), cumulative, blind.into()], &SNAPSHOT)
    }
}

const BOUNDARY: [Field; 4] = [(0, 0, 15), (0, 15, 4), (0, 19, 11), (0, 30, 1)];

impl Record<1> for Kept<Boundary> {
    fn decode(words: &[B256; 1]) -> Self {
        let [cumulative, blind, mid, carried] = unpack(words, &BOUNDARY);
        Self(Boundary { cumulative, blind: blind as u64, mid, carried: carried != 0 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Boundary { cumulative, blind, mid, carried } = self.0;
        pack(&[cumulative, blind.into(), mid, u128::from(carried)], &BOUNDARY)
    }
}
