//! What holds after every action.

use std::collections::BTreeMap;

use everfloor_math::U256;
use everfloor_venue_rules::{BookStore, Level, Side};
use num_bigint::BigUint;

use crate::{
    action::Action,
    driver::{Left, World, order_of},
    rig::Memory,
};

/// Where all lots went that ever came in.
#[derive(Debug, Default)]
pub struct Lots {
    came: u128,
    filled_takers: u128,
    filled_makers: u128,
    returned: u128,
    taken_out: u128,
}

impl Lots {
    pub fn count(&mut self, action: &Action, left: &Left) {
        if let Some(before) = &left.before {
            self.taken_out += match action {
                Action::Reduce { lots, .. } => u128::from(before.lots - lots),
                _ => u128::from(before.lots),
            };
        }
        let (Some(placed), Action::Place { order, .. } | Action::Replace { order, .. }) =
            (&left.placed, action)
        else {
            return;
        };
        self.came += u128::from(order.lots);
        self.filled_takers += u128::from(placed.filled);
        self.returned += if placed.id.is_none() { u128::from(placed.remaining) } else { 0 };
        for trade in &left.market.trades {
            self.filled_makers += u128::from(trade.lots);
            assert_ne!(trade.maker, trade.taker, "nobody trades with themselves");
            assert!(order.side.reaches(order.tick, trade.tick), "nobody trades beyond their limit");
        }
        self.taken_out +=
            left.market.removed.iter().map(|(_, order, _)| u128::from(order.lots)).sum::<u128>();
        assert!(placed.touched <= order.max_fills);
    }

    fn check(&self, resting: u128) {
        assert_eq!(self.filled_takers, self.filled_makers);
        let went = self.filled_takers + self.filled_makers + self.returned + self.taken_out;
        assert_eq!(self.came, went + resting, "{self:?}");
    }
}

/// What costs little to check.
pub fn cheap(world: &World) {
    let World { book, naive, clock, .. } = world;
    let (bid, ask) = (book.book.best(Side::Bid), book.book.best(Side::Ask));
    assert!(bid.is_none() || ask.is_none() || bid < ask, "crossed: {bid:?} {ask:?}");
    assert_eq!((bid, ask), (naive.best(Side::Bid), naive.best(Side::Ask)));
    assert_eq!(book.book.orders, naive.made);
    assert_eq!(book.store.orders.len(), naive.orders.len(), "what is gone is gone");
    world.lots.check(naive.orders.iter().map(|order| u128::from(order.lots)).sum());
    assert_eq!(book.mid(), Ok(naive.mid()));
    let now = clock.now();
    let point = book.point(now).unwrap();
    assert_eq!((point.time, BigUint::from(point.cumulative)), (now, clock.total.clone()));
    assert_eq!(point.blind, clock.blind);
    assert_eq!(book.mark.point.time, clock.counted);
    assert_eq!(book.mark.snapshots as usize, clock.snapshots.len());
}

/// All levels, queues and sets.
pub fn full(world: &World) {
    let World { book, naive, .. } = world;
    let mut ticks = Vec::new();
    for side in [Side::Bid, Side::Ask] {
        let levels = book.levels(side, 0, u32::MAX);
        let expected = naive.ticks(side);
        assert_eq!(levels.iter().map(|(tick, _)| *tick).collect::<Vec<_>>(), expected);
        for (tick, level) in levels {
            let queue: Vec<_> = naive.orders.iter().filter(|order| order.tick == tick).collect();
            assert!(queue.iter().all(|order| order.side == side), "a tick has one side");
            assert_eq!(level.lots, queue.iter().map(|order| order.lots).sum::<u64>());
            assert_eq!(level.count as usize, queue.len());
            let served: Vec<_> = queue.iter().map(|order| (order.id, order_of(order))).collect();
            assert_eq!(book.orders_at(tick, 0, u32::MAX).unwrap(), served, "first come, first served");
            backwards(&book.store, &level, &served.iter().map(|(id, _)| *id).collect::<Vec<_>>());
            for (id, order) in served {
                assert_eq!(book.order(id), Ok((side, order)));
            }
        }
        ticks.extend(expected);
    }
    assert_eq!(book.store.levels.len(), ticks.len());
    assert_eq!(book.store.words, words_of(ticks));
    assert_eq!(book.history.words, words_of(book.history.boundaries.keys().copied()));
    assert!(book.history.snapshots.len() <= book.params.snapshots as usize);
}

/// A queue is the same from its end.
fn backwards(store: &Memory, level: &Level, ids: &[u64]) {
    let mut at = level.tail;
    for id in ids.iter().rev() {
        assert_eq!(at, *id);
        at = store.links(at).prev;
    }
    assert_eq!(level.head, ids[0]);
}

/// The words of a set with these ticks.
fn words_of(ticks: impl IntoIterator<Item = u32>) -> BTreeMap<(u8, u32), U256> {
    let mut words = BTreeMap::new();
    for tick in ticks {
        for (level, place) in [(0, tick / 65_536), (1, tick / 256), (2, tick)] {
            let word: &mut U256 = words.entry((level, place / 256)).or_default();
            word.set_bit(place as usize % 256, true);
        }
    }
    words
}
