//! A preview is the rule itself, and leaves nothing; pages show what is there.

use everfloor_venue_rules::{NewOrder, Side, VenueError};

use crate::rig::{ALICE, BOB, Book, CAROL, Market, OPENED, ask, bid, book, rest};

/// Ten asks from 1,000 on, every third tick, three orders each; and two bids.
fn some() -> Book {
    let mut book = book();
    for step in 0..10 {
        for owner in [ALICE, CAROL, ALICE] {
            rest(&mut book, ask(owner, 10 + u64::from(step), 1_000 + 3 * step));
        }
    }
    rest(&mut book, bid(ALICE, 10, 500));
    rest(&mut book, bid(ALICE, 10, 400));
    book
}

#[test]
fn a_preview_says_what_would_happen_and_nothing_does() {
    let mut book = some();
    let order = NewOrder { max_fills: 17, ..bid(BOB, 200, 1_100) };
    let now = OPENED + 4_000;
    let before = (book.store.clone(), book.history.clone(), book.book, book.mark);
    let (mut told, mut done) = (Market::default(), Market::default());
    let mut preview = book.preview();
    let promised = preview.place(&order, &mut told, now).unwrap();
    preview.cancel(&ALICE, 30, now).unwrap();
    let (bests, mark, mid) = (preview.book, preview.mark, preview.mid());
    let shown = (preview.levels(Side::Ask, 0, 99), preview.orders_at(1_024, 0, 99));
    assert_eq!((book.store.orders.clone(), book.store.links.clone()), (before.0.orders, before.0.links));
    assert_eq!((book.store.levels.clone(), book.store.words.clone()), (before.0.levels, before.0.words));
    assert_eq!(book.history.boundaries, before.1.boundaries);
    assert_eq!(book.history.snapshots, before.1.snapshots);
    assert_eq!((book.book, book.mark), (before.2, before.3));
    assert_eq!(book.place(&order, &mut done, now).unwrap(), promised);
    book.cancel(&ALICE, 30, now).unwrap();
    assert_eq!(told, done);
    assert_eq!((book.book, book.mark, book.mid()), (bests, mark, mid));
    assert_eq!((book.levels(Side::Ask, 0, 99), book.orders_at(1_024, 0, 99)), shown);
    assert!(promised.filled > 0 && done.trades.len() == 17);
}

#[test]
fn levels_are_listed_from_the_middle_outwards_a_page_at_a_time() {
    let book = some();
    let ticks = |side, from, limit| -> Vec<u32> {
        book.levels(side, from, limit).iter().map(|(tick, _)| *tick).collect()
    };
    assert_eq!(ticks(Side::Ask, 0, 3), [1_000, 1_003, 1_006]);
    assert_eq!(ticks(Side::Ask, 1_006, 2), [1_006, 1_009]);
    assert_eq!(ticks(Side::Ask, 1_007, 2), [1_009, 1_012]);
    // From before the best is from the best.
    assert_eq!(ticks(Side::Ask, 400, 1), [1_000]);
    assert_eq!(ticks(Side::Ask, 1_027, 9), [1_027]);
    assert_eq!(ticks(Side::Ask, 1_028, 9), []);
    assert_eq!(ticks(Side::Ask, u32::MAX, 9), []);
    assert_eq!(ticks(Side::Ask, 0, 0), []);
    assert_eq!(ticks(Side::Bid, 0, 9), [500, 400]);
    assert_eq!(ticks(Side::Bid, u32::MAX, 9), [500, 400]);
    assert_eq!(ticks(Side::Bid, 499, 9), [400]);
    assert_eq!(ticks(Side::Bid, 399, 9), []);
    let (_, level) = book.levels(Side::Ask, 1_006, 1)[0];
    assert_eq!((level.lots, level.count), (36, 3));
}

#[test]
fn orders_of_a_tick_are_listed_as_they_are_served() {
    let mut book = some();
    let ids = |book: &Book, from, limit| -> Vec<u64> {
        book.orders_at(1_003, from, limit).unwrap().iter().map(|(id, _)| *id).collect()
    };
    assert_eq!(ids(&book, 0, 9), [4, 5, 6]);
    assert_eq!(ids(&book, 0, 2), [4, 5]);
    assert_eq!(ids(&book, 5, 9), [5, 6]);
    assert_eq!(ids(&book, 6, 9), [6]);
    assert_eq!(ids(&book, 6, 0), []);
    assert_eq!(book.orders_at(1_004, 0, 9).unwrap(), []);
    // From an order of another tick, or one that is gone.
    book.cancel(&CAROL, 5, OPENED).unwrap();
    for id in [1, 5, 99] {
        assert_eq!(*book.orders_at(1_003, id, 9).unwrap_err(), VenueError::NoSuchOrder { id });
    }
    assert_eq!(ids(&book, 0, 9), [4, 6]);
    assert_eq!(book.order(4).unwrap().0, Side::Ask);
    assert_eq!(book.order(31).unwrap().0, Side::Bid);
}
