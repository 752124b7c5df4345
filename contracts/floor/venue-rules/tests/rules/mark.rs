//! The mark over time: exact at every boundary, blind to what happens within a second.

use everfloor_venue_rules::{Average, NewOrder, Side, Venue, VenueError, mark::twap};

use crate::rig::{
    ALICE, BOB, Book, ETHER, GENESIS, Memory, OPENED, ask, bid, book, params, place_at, rest_at,
};

const TICK: u128 = ETHER / 1_000;
const HOUR: u64 = 3_600;

/// Deep orders around a tick, from `now` on: the mid is that tick.
fn quote(book: &mut Book, tick: u32, now: u64) -> [u64; 2] {
    [rest_at(book, bid(ALICE, 1_000, tick - 1), now), rest_at(book, ask(ALICE, 1_000, tick + 1), now)]
}

fn withdraw(book: &mut Book, orders: [u64; 2], now: u64) {
    for id in orders {
        book.cancel(&ALICE, id, now).unwrap();
    }
}

/// Withdraws and quotes anew.
fn requote(book: &mut Book, orders: [u64; 2], tick: u32, now: u64) -> [u64; 2] {
    withdraw(book, orders, now);
    quote(book, tick, now)
}

fn average(price: u128, span: u64, blind: u64) -> Average {
    Average { price, span, blind }
}

#[test]
fn an_epoch_is_averaged_from_boundary_to_boundary_though_nobody_writes_there() {
    let mut book = book();
    let start = GENESIS + 3 * HOUR;
    let orders = quote(&mut book, 1_000, OPENED + 100);
    let orders = requote(&mut book, orders, 2_000, start + 900);
    // Into the next epoch but one.
    requote(&mut book, orders, 4_000, start + 2 * HOUR + 1_800);
    let now = start + 3 * HOUR;
    // A quarter of the hour at 1,000, the rest at 2,000.
    assert_eq!(book.average_of_epoch(3, now).unwrap(), average(1_750 * TICK, HOUR, 0));
    assert_eq!(book.average_of_epoch(4, now).unwrap(), average(2_000 * TICK, HOUR, 0));
    // Its end has been counted by nobody yet.
    assert_eq!(book.average_of_epoch(5, now).unwrap(), average(3_000 * TICK, HOUR, 0));
    book.touch(now + 5_000).unwrap();
    assert_eq!(book.average_of_epoch(5, now + 5_000).unwrap(), average(3_000 * TICK, HOUR, 0));
}

#[test]
fn an_epoch_that_is_not_over_or_was_not_seen_whole_has_no_average() {
    let mut book = book();
    quote(&mut book, 1_000, OPENED);
    let end = GENESIS + 4 * HOUR;
    let refused = |book: &Book, epoch, now| *book.average_of_epoch(epoch, now).unwrap_err();
    assert_eq!(refused(&book, 3, end - 1), VenueError::EpochNotOver { end, now: end - 1 });
    assert!(book.average_of_epoch(3, end).is_ok());
    // The book opened ten minutes into epoch 2.
    for epoch in [0, 1, 2] {
        assert_eq!(refused(&book, epoch, end), VenueError::EpochNotRecorded { epoch });
    }
    book.touch(end + HOUR).unwrap();
    for epoch in [0, 1, 2] {
        assert_eq!(refused(&book, epoch, end + HOUR), VenueError::EpochNotRecorded { epoch });
    }
    for epoch in [5, 1_000_000, u32::MAX] {
        assert!(matches!(refused(&book, epoch, end + HOUR), VenueError::EpochNotOver { .. }));
    }
}

#[test]
fn a_book_opened_at_a_boundary_or_before_all_of_them_sees_the_first_epoch_whole() {
    for opened in [GENESIS, GENESIS - 1, GENESIS - 100_000] {
        let mut book = Venue::open(params(), Memory::default(), Memory::default(), ETHER, opened).unwrap();
        quote(&mut book, 2_000, opened);
        for touched in [false, true] {
            let first = book.average_of_epoch(0, GENESIS + HOUR).unwrap();
            assert_eq!(first, average(2_000 * TICK, HOUR, 0));
            if !touched {
                book.touch(GENESIS + HOUR).unwrap();
            }
        }
    }
}

#[test]
fn what_happens_within_one_second_has_no_weight() {
    let start = GENESIS + 3 * HOUR;
    let mut calm = book();
    let orders = quote(&mut calm, 1_000, OPENED);
    let mut attacked = book();
    quote(&mut attacked, 1_000, OPENED);
    for second in [start, start + 1, start + HOUR - 1, start + HOUR] {
        // Buys all asks, bids a hundredfold, sells back: as it was when the second ends.
        let at = |book: &mut Book, order| place_at(book, order, second).0.id;
        let asks = attacked.levels(Side::Ask, 0, 1)[0].1;
        at(&mut attacked, bid(BOB, asks.lots, 1_001));
        let high = at(&mut attacked, bid(BOB, 1_000, 90_000)).unwrap();
        let higher = at(&mut attacked, ask(BOB, 1_000, 100_000)).unwrap();
        assert!(attacked.mid().unwrap().unwrap() > 90_000 * TICK);
        attacked.cancel(&BOB, high, second).unwrap();
        attacked.cancel(&BOB, higher, second).unwrap();
        at(&mut attacked, ask(ALICE, 1_000, 1_001));
    }
    assert_eq!(attacked.mid(), calm.mid());
    let now = start + 2 * HOUR;
    for epoch in [3, 4] {
        assert_eq!(attacked.average_of_epoch(epoch, now), calm.average_of_epoch(epoch, now));
    }
    assert_eq!(attacked.point(now), calm.point(now));
    withdraw(&mut calm, orders, now);
}

#[test]
fn a_poke_changes_nothing() {
    let (mut quiet, mut poked) = (book(), book());
    for book in [&mut quiet, &mut poked] {
        quote(book, 1_234, OPENED + 7);
    }
    let end = OPENED + 3 * HOUR;
    for now in (OPENED + 7..end).step_by(11) {
        poked.touch(now).unwrap();
    }
    assert_eq!(quiet.point(end), poked.point(end));
    for epoch in [3, 4] {
        assert_eq!(quiet.average_of_epoch(epoch, end), poked.average_of_epoch(epoch, end));
    }
}

#[test]
fn without_a_mid_the_last_is_carried_on_and_the_seconds_are_blind() {
    let mut book = book();
    let start = GENESIS + 3 * HOUR;
    // The opening price until the first mid.
    let orders = quote(&mut book, 2_000, start + 600);
    withdraw(&mut book, orders, start + 1_200);
    quote(&mut book, 4_000, start + 3_000);
    let now = start + HOUR;
    let expected = (600 * 1_000 + (600 + 1_800) * 2_000 + 600 * 4_000) * TICK / 3_600;
    let third = book.average_of_epoch(3, now).unwrap();
    assert_eq!(third, average(expected, HOUR, 600 + 1_800));
    // 2,400 of 3,600 seconds, ceiled.
    assert_eq!(third.blind_share(), Ok(666_667));
    book.touch(now).unwrap();
    assert_eq!(book.average_of_epoch(3, now), Ok(third));
}

/// A mid of no duration is not the one that is carried on.
#[test]
fn what_is_carried_on_is_a_mid_that_held() {
    let mut book = book();
    let orders = quote(&mut book, 2_000, OPENED);
    let flash = requote(&mut book, orders, 50_000, OPENED + 60);
    withdraw(&mut book, flash, OPENED + 60);
    let point = book.point(OPENED + 160).unwrap();
    assert_eq!(point.cumulative, 160 * 2_000 * TICK);
    assert_eq!(point.blind, 100);
}

#[test]
fn skipped_epochs_follow_from_one_record() {
    let mut book = book();
    let orders = quote(&mut book, 2_000, OPENED);
    let later = GENESIS + 500 * HOUR + 1_800;
    requote(&mut book, orders, 3_000, later);
    assert_eq!(book.history.boundaries.keys().copied().collect::<Vec<_>>(), [3]);
    for epoch in [3, 4, 255, 256, 499] {
        assert_eq!(book.average_of_epoch(epoch, later).unwrap(), average(2_000 * TICK, HOUR, 0));
    }
    let now = later + 700 * HOUR;
    assert_eq!(book.average_of_epoch(500, now).unwrap(), average(2_500 * TICK, HOUR, 0));
    book.touch(now).unwrap();
    assert_eq!(book.history.boundaries.keys().copied().collect::<Vec<_>>(), [3, 501]);
    assert_eq!(book.average_of_epoch(500, now).unwrap(), average(2_500 * TICK, HOUR, 0));
    assert_eq!(book.average_of_epoch(1_199, now).unwrap(), average(3_000 * TICK, HOUR, 0));
    // Blind ones too.
    let emptied = requote(&mut book, [3, 4], 3_000, now);
    withdraw(&mut book, emptied, now);
    book.touch(now + 100 * HOUR).unwrap();
    let blind = book.average_of_epoch(1_250, now + 100 * HOUR).unwrap();
    assert_eq!(blind, average(3_000 * TICK, HOUR, HOUR));
}

/// Whoever waited for a boundary could otherwise choose between two numbers.
#[test]
fn a_change_at_the_boundary_belongs_to_the_next_epoch() {
    let mut book = book();
    let orders = quote(&mut book, 1_000, OPENED);
    let boundary = GENESIS + 4 * HOUR;
    requote(&mut book, orders, 9_000, boundary);
    assert_eq!(book.average_of_epoch(3, boundary).unwrap(), average(1_000 * TICK, HOUR, 0));
    let next = book.average_of_epoch(4, boundary + HOUR).unwrap();
    assert_eq!(next, average(9_000 * TICK, HOUR, 0));
}

#[test]
fn snapshots_are_a_period_apart_and_the_ring_keeps_the_newest() {
    let mut book = book();
    let mut orders = quote(&mut book, 1_000, OPENED);
    for second in 1..=1_000 {
        orders = requote(&mut book, orders, 1_000 + second, OPENED + u64::from(second));
    }
    let now = OPENED + 1_000;
    // One when it opened and one each minute: the last eight at 540, 600 and so on to 960.
    assert_eq!(book.mark.snapshots, 17);
    let mut times: Vec<u64> = book.history.snapshots.values().map(|point| point.time - OPENED).collect();
    times.sort_unstable();
    assert_eq!(times, [540, 600, 660, 720, 780, 840, 900, 960]);
    // From one that is kept to another.
    let at = |seconds| {
        book.mark.snapshot_at(&book.history, &book.params, OPENED + seconds).map_err(|refusal| *refusal)
    };
    assert_eq!(at(539), Err(VenueError::NoSnapshot { time: OPENED + 539 }));
    for (asked, found) in [(540, 540), (599, 540), (600, 600), (959, 900), (960, 960), (5_000, 960)] {
        assert_eq!(at(asked).unwrap().time, OPENED + found);
    }
    // A tick more each second: the average of 1,600 to 1,659.
    let minute = twap(&at(600).unwrap(), &at(660).unwrap()).unwrap();
    assert_eq!(minute, average((1_600 + 1_659) * TICK / 2, 60, 0));
    let since = book.average_since(OPENED + 910, now).unwrap();
    assert_eq!(since, average((1_900 + 1_999) * TICK / 2, 100, 0));
    // What has not changed since is known at every second.
    let quiet = book.average_since(now + 3, now + 10).unwrap();
    assert_eq!(quiet, average(2_000 * TICK, 7, 0));
    for to in [at(660).unwrap(), at(600).unwrap()] {
        let refusal = VenueError::NothingToAverage { from: OPENED + 660, to: to.time };
        assert_eq!(*twap(&at(660).unwrap(), &to).unwrap_err(), refusal);
    }
    let refusal = VenueError::NothingToAverage { from: now, to: now };
    assert_eq!(*book.average_since(now, now).unwrap_err(), refusal);
}

#[test]
fn an_average_is_floored() {
    let mut book = book();
    let orders = quote(&mut book, 1_000, OPENED);
    requote(&mut book, orders, 2_000, OPENED + 60);
    // 60 s at 1,000 and 1 s at 2,000.
    let since = book.average_since(OPENED, OPENED + 61).unwrap();
    assert_eq!(since, average(62_000 * TICK / 61, 61, 0));
    assert_ne!(62_000 * TICK % 61, 0);
}

#[test]
fn a_mark_opens_at_a_price_that_a_tick_could_have() {
    for price in [0, 1 << 84, u128::MAX] {
        let opened = Venue::open(params(), Memory::default(), Memory::default(), price, OPENED);
        assert_eq!(opened.err().map(|refusal| *refusal), Some(VenueError::PriceOutOfRange { price }));
    }
    let none = everfloor_venue_rules::Params { epoch: 0, ..params() };
    let opened = Venue::open(none, Memory::default(), Memory::default(), ETHER, OPENED);
    let refusal = VenueError::ParameterOutOfBounds { index: 6, value: 0 };
    assert_eq!(opened.err().map(|refusal| *refusal), Some(refusal));
}

/// Expired orders are depth until somebody takes them out: nothing changes by itself, and anybody may.
#[test]
fn an_expired_order_is_in_the_mid_until_it_is_pruned() {
    let mut book = book();
    quote(&mut book, 1_000, OPENED);
    let order = NewOrder { expiry: (OPENED + 1) as u32, ..bid(BOB, 1_000, 1_000) };
    let id = rest_at(&mut book, order, OPENED);
    assert_eq!(book.mid(), Ok(Some(2_001 * TICK / 2)));
    book.prune(id, OPENED + 10).unwrap();
    assert_eq!(book.mid(), Ok(Some(1_000 * TICK)));
    assert_eq!(book.point(OPENED + 20).unwrap().cumulative, 10 * 2_001 * TICK / 2 + 10 * 1_000 * TICK);
}
