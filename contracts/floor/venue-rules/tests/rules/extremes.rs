//! The largest of everything is neither refused nor wrong.

use everfloor_venue_rules::{
    Kind, LOTS_LIMIT, NewOrder, PRICE_LIMIT, Params, Side, TICKS, Venue, VenueError, WAD,
};

use crate::rig::{ALICE, BOB, Book, Memory, ask, bid, place_at, rest_at};

const MOST: u64 = LOTS_LIMIT - 1;
const LAST: u32 = TICKS - 1;
const LEAST: u64 = LOTS_LIMIT >> 8;

/// The largest ticks, lots and depth, from the first second to the last that 32 bits tell.
fn huge() -> Book {
    let params = Params {
        tick_size: WAD,
        lot_size: WAD,
        min_lots: LEAST,
        mark_depth: 31 * LEAST,
        mark_levels: 32,
        genesis: 1,
        epoch: 300,
        period: 1,
        snapshots: 65_535,
    };
    Venue::open(params, Memory::default(), Memory::default(), PRICE_LIMIT - 1, 1).unwrap()
}

#[test]
fn the_largest_orders_at_the_highest_price_for_all_time_fit() {
    let mut book = huge();
    let sold = rest_at(&mut book, bid(ALICE, MOST, LAST - 1), 1);
    rest_at(&mut book, ask(ALICE, MOST, LAST), 1);
    let mid = book.mid().unwrap().unwrap();
    assert_eq!(mid, (2 * u128::from(LAST) - 1) * WAD / 2);
    let end = u64::from(u32::MAX);
    book.touch(end).unwrap();
    assert_eq!(book.mark.point.cumulative, mid * u128::from(end - 1));
    let last = (end - 1) / 300 - 1;
    assert_eq!(book.average_of_epoch(last as u32, end).unwrap().price, mid);
    let order = NewOrder { kind: Kind::ImmediateOrCancel, ..bid(BOB, MOST, LAST) };
    let (placed, _) = place_at(&mut book, order, end);
    assert_eq!(placed.notional, u128::from(MOST) * u128::from(LAST) * WAD);
    book.cancel(&ALICE, sold, end).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (0, 0));
}

#[test]
fn the_first_and_the_last_tick_are_ticks() {
    let mut book = huge();
    rest_at(&mut book, bid(ALICE, LEAST, 1), 1);
    rest_at(&mut book, ask(ALICE, LEAST, LAST), 1);
    assert_eq!((book.book.bid, book.book.ask), (1, LAST));
    let (placed, market) = place_at(&mut book, ask(BOB, LEAST, 1), 1);
    assert_eq!((placed.filled, market.trades[0].tick), (LEAST, 1));
    let (placed, market) = place_at(&mut book, bid(BOB, LEAST, LAST), 1);
    assert_eq!((placed.filled, market.trades[0].tick), (LEAST, LAST));
    assert_eq!((book.book.bid, book.book.ask), (0, 0));
}

#[test]
fn a_level_holds_the_largest_orders_of_many() {
    let mut book = huge();
    for _ in 0..1_000 {
        rest_at(&mut book, ask(ALICE, MOST, LAST), 1);
    }
    let (_, level) = book.levels(Side::Ask, 0, 1)[0];
    assert_eq!((level.lots, level.count), (1_000 * MOST, 1_000));
    let impact = book.impact(Side::Bid, MOST, 1).unwrap();
    assert_eq!((impact.filled, impact.average), (MOST, u128::from(LAST) * WAD));
    // More than any order can have is worth more than is counted in.
    assert_eq!(*book.impact(Side::Bid, u64::MAX, 1).unwrap_err(), VenueError::Overflow);
}
