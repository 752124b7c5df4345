//! Which units count: by age, and until a cancel falls due.

use everfloor_index_rules::{IndexError, Level, Offers};

use crate::rig::{Rig, TICK, all};

#[test]
fn a_bid_counts_from_the_second_it_is_of_age() {
    let mut rig = Rig::new();
    rig.place(1, 1_000, 1);
    rig.wait(1_799);
    assert_eq!(rig.counted_price_of_unit(1), 0);
    rig.wait(1);
    assert_eq!(rig.counted_price_of_unit(1), 1_000 * TICK);
}

#[test]
fn a_cancelled_bid_counts_until_the_second_its_cancel_is_due() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    rig.wait(5_000);
    rig.request(id, 1).unwrap();
    rig.wait(899);
    assert_eq!(rig.counted_price_of_unit(1), 1_000 * TICK);
    rig.wait(1);
    // Nobody has finished it, and it can still be sold into; but its owner could end it at once.
    assert_eq!(rig.counted_price_of_unit(1), 0);
    assert_eq!(rig.sell(all(1)).unwrap().units, 1);
}

#[test]
fn a_bid_whose_cancel_is_due_before_it_is_of_age_never_counts() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    rig.wait(900);
    rig.request(id, 1).unwrap();
    rig.wait(900);
    assert_eq!(rig.counted_price_of_unit(1), 0);
    rig.finish(id).unwrap();
    assert!(rig.catch_up(1));
}

/// Nobody can make the index believe what is no more, by not calling.
#[test]
fn a_reading_is_refused_while_anything_is_due() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    assert_eq!(rig.price_of_unit(1).unwrap(), 0);
    rig.wait(1_800);
    assert_eq!(*rig.price_of_unit(1).unwrap_err(), IndexError::CountsPending);
    assert!(rig.catch_up(1));
    rig.request(id, 1).unwrap();
    rig.wait(899);
    assert_eq!(rig.price_of_unit(1).unwrap(), 1_000 * TICK);
    rig.wait(1);
    assert_eq!(*rig.price_of_unit(1).unwrap_err(), IndexError::CountsPending);
    assert!(rig.catch_up(1));
    assert_eq!(rig.price_of_unit(1).unwrap(), 0);
}

#[test]
fn counting_goes_on_where_it_stopped() {
    let mut rig = Rig::new();
    (0..5).for_each(|_| _ = rig.place(1, 1_000, 1));
    rig.wait(1_800);
    assert!(!rig.catch_up(2));
    assert_eq!(rig.bid_store.level(1_000).counted, 2);
    assert!(!rig.catch_up(2));
    assert!(rig.catch_up(1));
    assert_eq!(rig.bid_store.level(1_000).counted, 5);
}

#[test]
fn a_fill_takes_its_units_out_of_the_count_at_once() {
    let mut rig = Rig::new();
    rig.place(1, 1_000, 3);
    rig.wait(1_800);
    rig.catch_up(1);
    rig.sell(all(2)).unwrap();
    assert_eq!(rig.price_of_unit(1).unwrap(), 1_000 * TICK);
    assert_eq!(rig.price_of_unit(2).unwrap(), 0);
}

#[test]
fn bids_that_are_filled_before_they_are_of_age_are_passed_over() {
    let mut rig = Rig::new();
    (0..4).for_each(|_| _ = rig.place(1, 1_000, 1));
    let kept = rig.place(1, 999, 1);
    rig.sell(all(4)).unwrap();
    // Whatever is gone is due at once; what is left is not.
    assert!(!rig.catch_up(3));
    assert!(rig.catch_up(1));
    rig.wait(1_800);
    assert_eq!(rig.counted_price_of_unit(1), 999 * TICK);
    assert_eq!(rig.bids.book.matured, kept);
}

#[test]
fn a_finished_cancel_leaves_the_count_before_its_turn_comes() {
    let mut rig = Rig::new();
    let (first, second) = (rig.place(1, 1_000, 1), rig.place(1, 1_000, 1));
    rig.wait(1_800);
    rig.catch_up(2);
    rig.request(first, 1).unwrap();
    rig.request(second, 1).unwrap();
    rig.wait(900);
    rig.finish(second).unwrap();
    assert_eq!(rig.bid_store.level(1_000).counted, 1);
    assert!(rig.catch_up(2));
    assert_eq!(rig.bid_store.level(1_000).counted, 0);
    rig.finish(first).unwrap();
}

/// A price with more units than its record has room for must not stop everybody else.
#[test]
fn units_that_do_not_fit_a_price_are_not_counted_and_stop_nobody() {
    let mut rig = Rig::new();
    let full = u32::MAX - 1;
    rig.place(1, 1_000, 2);
    let level = rig.bid_store.level(1_000);
    rig.bid_store.set_level(1_000, Level { counted: full, ..level });
    let other = rig.place(1, 999, 1);
    rig.wait(1_800);
    assert!(rig.catch_up(2));
    assert_eq!(rig.bid_store.level(1_000).counted, full);
    assert!(rig.bid_store.offer(other).counted);
    // It leaves as one that does not count.
    rig.sell(all(2)).unwrap();
}
