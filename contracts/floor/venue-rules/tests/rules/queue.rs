//! Queues: who leaves, who stays, and in which order.

use everfloor_venue_rules::{NewOrder, Order, Side, Stop, VenueError};

use crate::rig::{
    ALICE, BOB, Book, CAROL, Market, OPENED, ask, bid, book, place, place_at, queue, rest, side,
};

/// Five orders at one tick; the first has id 1.
fn five() -> Book {
    let mut book = book();
    for lots in 10..15 {
        rest(&mut book, bid(ALICE, lots, 1_000));
    }
    book
}

/// Who is served, and in which order, by who sells everything.
fn served(book: &mut Book) -> Vec<u64> {
    let (_, market) = place_at(book, ask(BOB, 10_000, 1), OPENED);
    market.trades.iter().map(|trade| trade.order).collect()
}

/// Every order of cancelling all five, and an order that comes in between.
#[test]
fn whoever_leaves_a_queue_the_others_keep_their_places() {
    let orders = [1, 2, 3, 4, 5];
    let mut leaving = Vec::new();
    for first in orders {
        for second in orders.into_iter().filter(|id| *id != first) {
            for third in orders.into_iter().filter(|id| *id != first && *id != second) {
                leaving.push([first, second, third]);
            }
        }
    }
    assert_eq!(leaving.len(), 60);
    for [first, second, third] in leaving {
        let mut book = five();
        let mut expected: Vec<u64> = orders.to_vec();
        for (id, then_joins) in [(first, false), (second, true), (third, true)] {
            let order = book.cancel(&ALICE, id, OPENED).unwrap();
            assert_eq!(order, Order { owner: ALICE, lots: 9 + id, tick: 1_000, expiry: 0 });
            expected.retain(|other| *other != id);
            if then_joins {
                expected.push(rest(&mut book, bid(ALICE, 20, 1_000)));
            }
            let there: Vec<u64> = queue(&book, 1_000).iter().map(|(id, _)| *id).collect();
            assert_eq!(there, expected, "after {id} of {first} {second} {third}");
        }
        assert_eq!(served(&mut book), expected);
        assert_eq!(side(&book, Side::Bid), []);
        assert_eq!(book.store.orders.len(), 1, "what the seller could not sell");
    }
}

#[test]
fn an_id_is_never_used_again() {
    let mut book = book();
    for id in 1..=20 {
        assert_eq!(rest(&mut book, bid(ALICE, 10, 1_000)), id);
        if id % 2 == 0 {
            book.cancel(&ALICE, id, OPENED).unwrap();
        } else {
            place(&mut book, ask(BOB, 10, 1_000));
        }
        let gone = VenueError::NoSuchOrder { id };
        assert_eq!(*book.cancel(&ALICE, id, OPENED).unwrap_err(), gone);
        assert_eq!(*book.order(id).unwrap_err(), gone);
    }
}

#[test]
fn only_the_owner_cancels_reduces_and_replaces() {
    let mut book = book();
    let id = rest(&mut book, bid(ALICE, 10, 1_000));
    let refused = VenueError::NotOwner { id };
    assert_eq!(*book.cancel(&BOB, id, OPENED).unwrap_err(), refused);
    assert_eq!(*book.reduce(&BOB, id, 6, OPENED).unwrap_err(), refused);
    let replaced = book.replace(id, &bid(BOB, 10, 1_000), &mut Market::default(), OPENED);
    assert_eq!(*replaced.unwrap_err(), refused);
    assert_eq!(queue(&book, 1_000), [(id, 10)]);
}

#[test]
fn made_smaller_an_order_keeps_its_place() {
    let mut book = five();
    assert_eq!(book.reduce(&ALICE, 1, 6, OPENED).unwrap().lots, 10);
    assert_eq!(queue(&book, 1_000), [(1, 6), (2, 11), (3, 12), (4, 13), (5, 14)]);
    assert_eq!(side(&book, Side::Bid), [(1_000, 56)]);
    for lots in [6, 7, 10] {
        let refusal = VenueError::NotReduced { lots, current: 6 };
        assert_eq!(*book.reduce(&ALICE, 1, lots, OPENED).unwrap_err(), refusal);
    }
    let refusal = VenueError::OrderTooSmall { lots: 4, least: 5 };
    assert_eq!(*book.reduce(&ALICE, 1, 4, OPENED).unwrap_err(), refusal);
    assert_eq!(*book.reduce(&ALICE, 6, 5, OPENED).unwrap_err(), VenueError::NoSuchOrder { id: 6 });
    // What a fill left is not made smaller than meant.
    place(&mut book, ask(BOB, 5, 1_000));
    let refusal = VenueError::NotReduced { lots: 5, current: 1 };
    assert_eq!(*book.reduce(&ALICE, 1, 5, OPENED).unwrap_err(), refusal);
}

#[test]
fn replaced_an_order_goes_to_the_back() {
    let mut book = five();
    let mut market = Market::default();
    let (before, placed) = book.replace(2, &bid(ALICE, 50, 1_000), &mut market, OPENED).unwrap();
    assert_eq!((before.lots, placed.id, placed.stop), (11, Some(6), Stop::Rested));
    assert_eq!(queue(&book, 1_000), [(1, 10), (3, 12), (4, 13), (5, 14), (6, 50)]);
    // To the other side too, and against its own others.
    let (_, placed) = book.replace(6, &ask(ALICE, 5, 1_000), &mut market, OPENED).unwrap();
    assert_eq!((placed.filled, placed.id), (0, Some(7)));
    assert_eq!((side(&book, Side::Bid), side(&book, Side::Ask)), (vec![], vec![(1_000, 5)]));
    // What is gone is not replaced.
    let gone = book.replace(6, &bid(ALICE, 50, 900), &mut market, OPENED);
    assert_eq!(*gone.unwrap_err(), VenueError::NoSuchOrder { id: 6 });
}

#[test]
fn anybody_takes_out_what_has_expired_and_nothing_else() {
    let mut book = book();
    let last = OPENED + 10;
    let ends = rest(&mut book, NewOrder { expiry: last as u32, ..bid(ALICE, 10, 1_000) });
    let stays = rest(&mut book, bid(ALICE, 10, 1_000));
    let refusal = VenueError::NotExpired { expiry: last, now: last };
    assert_eq!(*book.prune(ends, last).unwrap_err(), refusal);
    let refusal = VenueError::NotExpired { expiry: 0, now: u64::from(u32::MAX) };
    assert_eq!(*book.prune(stays, u32::MAX.into()).unwrap_err(), refusal);
    assert_eq!(book.prune(ends, last + 1).unwrap().lots, 10);
    assert_eq!(*book.prune(ends, last + 1).unwrap_err(), VenueError::NoSuchOrder { id: ends });
    assert_eq!(queue(&book, 1_000), [(stays, 10)]);
}

#[test]
fn an_owner_cancels_what_has_expired_too() {
    let mut book = book();
    let id = rest(&mut book, NewOrder { expiry: OPENED as u32, ..bid(ALICE, 10, 1_000) });
    assert_eq!(book.cancel(&ALICE, id, OPENED + 1).unwrap().lots, 10);
}

#[test]
fn the_market_drops_orders_of_those_who_cannot() {
    let mut book = five();
    assert_eq!(book.drop_order(3, OPENED).unwrap().lots, 12);
    assert_eq!(*book.drop_order(3, OPENED).unwrap_err(), VenueError::NoSuchOrder { id: 3 });
    assert_eq!(served(&mut book), [1, 2, 4, 5]);
}

#[test]
fn the_best_moves_to_the_next_level_when_the_last_order_of_one_leaves() {
    let mut book = book();
    let ids: Vec<u64> =
        [900, 1_000, 70_000].into_iter().map(|tick| rest(&mut book, bid(CAROL, 10, tick))).collect();
    let asks: Vec<u64> =
        [80_000, 81_000].into_iter().map(|tick| rest(&mut book, ask(CAROL, 10, tick))).collect();
    assert_eq!((book.book.bid, book.book.ask), (70_000, 80_000));
    book.cancel(&CAROL, ids[1], OPENED).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (70_000, 80_000));
    book.cancel(&CAROL, ids[2], OPENED).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (900, 80_000));
    book.cancel(&CAROL, asks[0], OPENED).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (900, 81_000));
    // The bids above it were no asks, and are no bids now: the set between the bests is empty.
    book.cancel(&CAROL, ids[0], OPENED).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (0, 81_000));
    book.cancel(&CAROL, asks[1], OPENED).unwrap();
    assert_eq!((book.book.bid, book.book.ask), (0, 0));
    assert!(book.store.words.is_empty());
}
