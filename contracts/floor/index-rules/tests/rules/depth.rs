//! The price of the D-th unit, and the units near the best.

use std::cell::RefCell;

use everfloor_index_rules::{
    Level, Offer, Offers,
    depth::{Near, price_of_unit, units_near},
    offers::{Set, Side},
};

use crate::rig::{Memory, Rig, TICK, Ticks};

/// Bids at 10.00 (1), 9.90 (1), 9.50 (3) and 8.99 (9), all of age.
fn ladder() -> Rig {
    let mut rig = Rig::new();
    for (tick, units) in [(950, 3), (1_000, 1), (899, 9), (990, 1)] {
        rig.place(1, tick, units);
    }
    rig.wait(1_800);
    assert!(rig.catch_up(4));
    rig
}

#[test]
fn the_price_of_a_unit_is_that_of_the_last_one_it_takes() {
    let rig = ladder();
    let prices: Vec<_> = (0..=15).map(|depth| rig.price_of_unit(depth).unwrap() / TICK).collect();
    assert_eq!(prices, [0, 1_000, 990, 950, 950, 950, 899, 899, 899, 899, 899, 899, 899, 899, 899, 0]);
}

#[test]
fn the_literal_definition_is_the_best_bid() {
    assert_eq!(ladder().price_of_unit(1).unwrap(), 1_000 * TICK);
}

#[test]
fn bids_that_do_not_count_are_not_seen_however_high() {
    let mut rig = ladder();
    rig.place(2, 2_000, 100);
    assert_eq!(rig.price_of_unit(3).unwrap(), 950 * TICK);
}

#[test]
fn units_near_the_best_are_those_within_a_tenth_of_it() {
    let mut rig = ladder();
    let near = |rig: &Rig, bps| {
        units_near(&rig.bid_store, &rig.bids.book, bps, 99, u64::MAX, rig.now, &rig.params).unwrap()
    };
    // 8.99 is below nine tenths of 10.00.
    assert_eq!(near(&rig, 1_000), Near { units: 5, is_all: true });
    assert_eq!(near(&rig, 1_010), Near { units: 14, is_all: true });
    rig.place(1, 900, 4);
    rig.wait(1_800);
    rig.catch_up(1);
    assert_eq!(near(&rig, 1_000), Near { units: 9, is_all: true });
    assert_eq!(near(&rig, 0), Near { units: 1, is_all: true });
}

#[test]
fn a_walk_that_ends_early_says_so_and_never_too_much() {
    let rig = ladder();
    let near = |most, enough| {
        units_near(&rig.bid_store, &rig.bids.book, 1_000, most, enough, rig.now, &rig.params).unwrap()
    };
    assert_eq!(near(0, u64::MAX), Near { units: 0, is_all: false });
    assert_eq!(near(2, u64::MAX), Near { units: 2, is_all: false });
    assert_eq!(near(3, u64::MAX), Near { units: 5, is_all: true });
    assert_eq!(near(9, 2), Near { units: 2, is_all: false });
}

#[test]
fn an_empty_book_has_no_price_and_no_units() {
    let rig = Rig::new();
    assert_eq!(rig.price_of_unit(1).unwrap(), 0);
    let near = units_near(&rig.bid_store, &rig.bids.book, 1_000, 9, 9, rig.now, &rig.params).unwrap();
    assert_eq!(near, Near { units: 0, is_all: true });
}

/// A store that counts the levels it reads.
struct Watched<'a>(&'a Memory<true>, RefCell<Vec<u32>>);

impl Offers for Watched<'_> {
    type Ticks = Ticks;
    const SIDE: Side = Side::Bid;

    fn offer(&self, id: u32) -> Offer {
        self.0.offer(id)
    }

    fn set_offer(&mut self, _: u32, _: Offer) {
        unreachable!("a reading writes nothing")
    }

    fn level(&self, tick: u32) -> Level {
        self.1.borrow_mut().push(tick);
        self.0.level(tick)
    }

    fn set_level(&mut self, _: u32, _: Level) {
        unreachable!("a reading writes nothing")
    }

    fn request(&self, number: u32) -> u32 {
        self.0.request(number)
    }

    fn set_request(&mut self, _: u32, _: u32) {
        unreachable!("a reading writes nothing")
    }

    fn ticks(&self, set: Set) -> &Ticks {
        self.0.ticks(set)
    }

    fn ticks_mut(&mut self, _: Set) -> &mut Ticks {
        unreachable!("a reading writes nothing")
    }
}

/// A thousand prices between the best and the second bid do not lengthen the walk, while they do not count.
#[test]
fn nobody_can_lengthen_the_walk_with_bids_that_do_not_count() {
    let mut rig = Rig::new();
    rig.place(1, 2_000, 1);
    rig.place(1, 900, 2);
    rig.wait(1_800);
    rig.catch_up(2);
    (901..1_999).for_each(|tick| _ = rig.place(2, tick, 1));
    let watched = Watched(&rig.bid_store, RefCell::default());
    assert_eq!(price_of_unit(&watched, &rig.bids.book, 3, rig.now, &rig.params).unwrap(), 900 * TICK);
    assert_eq!(*watched.1.borrow(), [2_000, 900]);
}
