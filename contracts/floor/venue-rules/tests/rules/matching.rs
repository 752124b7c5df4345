//! Who trades with whom, at which price, and where it ends.

use everfloor_venue_rules::{
    Kind, LOTS_LIMIT, NewOrder, Order, Removal, SelfTrade, Side, Stop, TICKS, Trade, VenueError,
};

use crate::rig::{
    ALICE, BOB, CAROL, ETHER, Market, NoCredit, OPENED, ask, bid, book, place, place_at, queue, refusal,
    rest, rest_at, side,
};

#[test]
fn the_better_price_is_served_first_and_of_equals_the_older() {
    let mut book = book();
    let late = rest(&mut book, ask(ALICE, 10, 1_002));
    let first = rest(&mut book, ask(ALICE, 10, 1_001));
    let second = rest(&mut book, ask(CAROL, 10, 1_001));
    let (placed, market) = place_at(&mut book, bid(BOB, 25, 1_002), OPENED);
    let trade = |order, maker, lots, tick, left| Trade {
        order,
        maker,
        taker: BOB,
        lots,
        tick,
        taker_buys: true,
        left,
    };
    let expected = [
        trade(first, ALICE, 10, 1_001, 0),
        trade(second, CAROL, 10, 1_001, 0),
        trade(late, ALICE, 5, 1_002, 5),
    ];
    assert_eq!(market.trades, expected);
    assert_eq!((placed.filled, placed.remaining, placed.touched, placed.stop), (25, 0, 3, Stop::Filled));
    // A tenth of an FP each, at the makers' prices.
    assert_eq!(placed.notional, ETHER / 10_000 * (20 * 1_001 + 5 * 1_002));
    assert_eq!((placed.id, side(&book, Side::Ask)), (None, vec![(1_002, 5)]));
}

#[test]
fn who_sells_gets_the_highest_bids_first() {
    let mut book = book();
    for tick in [990, 1_000, 995] {
        rest(&mut book, bid(ALICE, 10, tick));
    }
    let (placed, market) = place_at(&mut book, ask(BOB, 30, 991), OPENED);
    assert_eq!(market.trades.iter().map(|trade| trade.tick).collect::<Vec<_>>(), [1_000, 995]);
    assert!(market.trades.iter().all(|trade| !trade.taker_buys));
    // What nobody buys at 991 or better rests there.
    assert_eq!((placed.filled, placed.remaining, placed.stop), (20, 10, Stop::Rested));
    assert_eq!((side(&book, Side::Bid), side(&book, Side::Ask)), (vec![(990, 10)], vec![(991, 10)]));
}

#[test]
fn an_immediate_order_never_rests() {
    let mut book = book();
    rest(&mut book, ask(ALICE, 10, 1_000));
    let order = NewOrder { kind: Kind::ImmediateOrCancel, ..bid(BOB, 30, 1_000) };
    let placed = place(&mut book, order);
    assert_eq!((placed.filled, placed.remaining, placed.id, placed.stop), (10, 20, None, Stop::GivenUp));
    assert_eq!(book.book.best(Side::Bid), None);
}

#[test]
fn a_market_order_is_an_immediate_one_with_a_far_limit() {
    let mut book = book();
    for tick in [1_000, 70_000, 16_000_000] {
        rest(&mut book, ask(ALICE, 10, tick));
    }
    let order = NewOrder { kind: Kind::ImmediateOrCancel, ..bid(BOB, 100, TICKS - 1) };
    assert_eq!(place(&mut book, order).filled, 30);
    assert_eq!(side(&book, Side::Ask), []);
}

#[test]
fn fill_or_kill_is_whole_or_nothing() {
    let mut book = book();
    rest(&mut book, ask(ALICE, 10, 1_000));
    rest(&mut book, ask(CAROL, 10, 1_001));
    let order = |lots, tick| NewOrder { kind: Kind::FillOrKill, ..bid(BOB, lots, tick) };
    assert_eq!(refusal(&book, order(21, 1_001), OPENED), VenueError::NotFilled { filled: 20, lots: 21 });
    assert_eq!(refusal(&book, order(20, 1_000), OPENED), VenueError::NotFilled { filled: 10, lots: 20 });
    let hurried = NewOrder { max_fills: 1, ..order(20, 1_001) };
    assert_eq!(refusal(&book, hurried, OPENED), VenueError::NotFilled { filled: 10, lots: 20 });
    let mut poor = Market { credit: Some(19), ..Market::default() };
    let refused = book.preview().place(&order(20, 1_001), &mut poor, OPENED);
    assert_eq!(*refused.unwrap_err(), VenueError::NotFilled { filled: 10, lots: 20 });
    assert_eq!(side(&book, Side::Ask), [(1_000, 10), (1_001, 10)]);
    assert_eq!(place(&mut book, order(20, 1_001)).stop, Stop::Filled);
}

#[test]
fn post_only_rests_whole_or_is_refused() {
    let mut book = book();
    rest(&mut book, ask(ALICE, 10, 1_000));
    let order = |tick| NewOrder { kind: Kind::PostOnly, ..bid(BOB, 10, tick) };
    for tick in [1_000, 1_001, TICKS - 1] {
        assert_eq!(refusal(&book, order(tick), OPENED), VenueError::WouldCross { best: 1_000 });
    }
    assert_eq!(place(&mut book, order(999)).stop, Stop::Rested);
    let sell = |tick| NewOrder { kind: Kind::PostOnly, ..ask(CAROL, 10, tick) };
    for tick in [1, 998, 999] {
        assert_eq!(refusal(&book, sell(tick), OPENED), VenueError::WouldCross { best: 999 });
    }
    assert_eq!(place(&mut book, sell(1_000)).stop, Stop::Rested);
    // Its own orders count: it would not rest.
    let own = NewOrder { owner: CAROL, ..order(1_000) };
    assert_eq!(refusal(&book, own, OPENED), VenueError::WouldCross { best: 1_000 });
}

/// Otherwise two orders that cross would wait for each other, and the mid would lie.
#[test]
fn an_order_stopped_by_its_bound_never_rests_in_a_crossed_book() {
    let mut book = book();
    for _ in 0..3 {
        rest(&mut book, ask(ALICE, 10, 1_000));
    }
    let placed = place(&mut book, NewOrder { max_fills: 2, ..bid(BOB, 50, 1_000) });
    assert_eq!((placed.filled, placed.remaining, placed.touched), (20, 30, 2));
    assert_eq!((placed.id, placed.stop), (None, Stop::MostFills));
    assert_eq!((book.book.bid, book.book.ask), (0, 1_000));
    let none = place(&mut book, NewOrder { max_fills: 0, ..bid(BOB, 50, 1_000) });
    assert_eq!((none.filled, none.touched, none.stop), (0, 0, Stop::MostFills));
    // Where the bound is just enough, what is left crosses nobody and rests.
    let placed = place(&mut book, NewOrder { max_fills: 1, ..bid(BOB, 50, 1_000) });
    assert_eq!((placed.filled, placed.remaining, placed.stop), (10, 40, Stop::Rested));
    assert_eq!((book.book.bid, book.book.ask), (1_000, 0));
    // And where nothing crosses none is needed.
    assert_eq!(place(&mut book, NewOrder { max_fills: 0, ..ask(BOB, 50, 1_001) }).stop, Stop::Rested);
}

#[test]
fn orders_filled_expired_cancelled_and_dropped_all_count() {
    let mut book = book();
    let later = OPENED + 100;
    let expired = rest(&mut book, NewOrder { expiry: (later - 1) as u32, ..ask(ALICE, 10, 1_000) });
    let own = rest(&mut book, ask(BOB, 10, 1_000));
    let broke = rest(&mut book, ask(CAROL, 10, 1_001));
    let good = rest(&mut book, ask(ALICE, 10, 1_002));
    rest(&mut book, ask(ALICE, 10, 1_002));
    let mut market = Market { makers_without: [CAROL].into(), ..Market::default() };
    let order = NewOrder { max_fills: 4, ..bid(BOB, 50, 1_002) };
    let placed = book.place(&order, &mut market, later).unwrap();
    assert_eq!((placed.touched, placed.filled, placed.stop), (4, 10, Stop::MostFills));
    let removed: Vec<_> = market.removed.iter().map(|(id, _, why)| (*id, *why)).collect();
    assert_eq!(
        removed,
        [(expired, Removal::Expired), (own, Removal::SelfTrade), (broke, Removal::MakerCannot)]
    );
    assert_eq!(market.removed[2].1, Order { owner: CAROL, lots: 10, tick: 1_001, expiry: 0 });
    assert_eq!(market.trades[0].order, good);
    assert_eq!(side(&book, Side::Ask), [(1_002, 10)]);
}

#[test]
fn an_order_is_good_in_its_last_second_and_not_after() {
    let last = OPENED + 50;
    for (now, traded) in [(last, true), (last + 1, false)] {
        let mut book = book();
        rest(&mut book, NewOrder { expiry: last as u32, ..ask(ALICE, 10, 1_000) });
        let (placed, market) = place_at(&mut book, bid(BOB, 10, 1_000), now);
        assert_eq!(placed.filled, if traded { 10 } else { 0 });
        assert_eq!(market.removed.len(), if traded { 0 } else { 1 });
        // Incoming ones too.
        let order = NewOrder { expiry: last as u32, kind: Kind::ImmediateOrCancel, ..bid(BOB, 10, 1) };
        let refused = book.preview().place(&order, &mut Market::default(), now).err().map(|error| *error);
        let expected = VenueError::Expired { expiry: last, now };
        assert_eq!(refused, (!traded).then_some(expected));
    }
}

#[test]
fn nobody_trades_with_themselves() {
    let mut book = book();
    let other = rest(&mut book, ask(ALICE, 10, 1_000));
    let own = rest(&mut book, ask(BOB, 10, 1_001));
    rest(&mut book, ask(ALICE, 10, 1_002));
    let stops = NewOrder { self_trade: SelfTrade::StopIncoming, ..bid(BOB, 30, 1_002) };
    let mut preview = book.preview();
    let mut market = Market::default();
    let placed = preview.place(&stops, &mut market, OPENED).unwrap();
    // It met its own order, which stays, and what is left does not rest across it.
    assert_eq!((placed.filled, placed.remaining, placed.id), (10, 20, None));
    assert_eq!((placed.touched, placed.stop), (2, Stop::SelfTrade));
    assert_eq!((preview.book.bid, preview.book.ask), (0, 1_001));
    assert_eq!(market.removed, []);
    let (placed, market) = place_at(&mut book, bid(BOB, 30, 1_002), OPENED);
    assert_eq!((placed.filled, placed.remaining, placed.stop), (20, 10, Stop::Rested));
    assert_eq!(market.trades.iter().map(|trade| trade.order).collect::<Vec<_>>(), [other, own + 1]);
    assert_eq!(market.removed[0].0, own);
}

#[test]
fn a_maker_who_cannot_loses_the_order_and_the_next_is_served() {
    let mut book = book();
    rest(&mut book, ask(CAROL, 10, 1_000));
    let next = rest(&mut book, ask(ALICE, 10, 1_000));
    let mut market = Market { makers_without: [CAROL].into(), ..Market::default() };
    let placed = book.place(&bid(BOB, 10, 1_000), &mut market, OPENED).unwrap();
    assert_eq!((placed.filled, placed.touched, placed.stop), (10, 2, Stop::Filled));
    assert_eq!(market.trades[0].order, next);
    assert_eq!(queue(&book, 1_000), []);
}

#[test]
fn a_taker_who_cannot_stops_and_keeps_what_was_filled() {
    let mut book = book();
    for tick in [1_000, 1_000, 1_001] {
        rest(&mut book, ask(ALICE, 10, tick));
    }
    let mut market = Market { credit: Some(15), ..Market::default() };
    let placed = book.place(&bid(BOB, 30, 1_001), &mut market, OPENED).unwrap();
    assert_eq!((placed.filled, placed.remaining, placed.id), (10, 20, None));
    assert_eq!((placed.touched, placed.stop), (2, Stop::TakerCannot(NoCredit)));
    // The maker it stopped at has lost nothing.
    assert_eq!(side(&book, Side::Ask), [(1_000, 10), (1_001, 10)]);
    assert_eq!(book.book.bid, 0);
}

#[test]
fn what_is_too_small_to_rest_is_returned() {
    let mut book = book();
    rest(&mut book, ask(ALICE, 10, 1_000));
    let placed = place(&mut book, bid(BOB, 14, 1_000));
    assert_eq!((placed.filled, placed.remaining, placed.id, placed.stop), (10, 4, None, Stop::TooSmall));
    rest(&mut book, ask(ALICE, 10, 1_000));
    assert_eq!(place(&mut book, bid(BOB, 15, 1_000)).stop, Stop::Rested);
}

#[test]
fn a_resting_order_filled_in_part_keeps_its_place_however_little_is_left() {
    let mut book = book();
    let first = rest(&mut book, ask(ALICE, 10, 1_000));
    let second = rest(&mut book, ask(CAROL, 10, 1_000));
    place(&mut book, bid(BOB, 9, 1_000));
    assert_eq!(queue(&book, 1_000), [(first, 1), (second, 10)]);
    let (_, market) = place_at(&mut book, bid(BOB, 5, 1_000), OPENED);
    assert_eq!(
        market.trades.iter().map(|trade| (trade.order, trade.lots)).collect::<Vec<_>>(),
        [(first, 1), (second, 4)]
    );
}

#[test]
fn what_cannot_be_an_order_is_refused() {
    let mut book = book();
    for tick in [0, TICKS, u32::MAX] {
        assert_eq!(refusal(&book, bid(BOB, 10, tick), OPENED), VenueError::TickOutOfRange { tick });
    }
    for lots in [0, 4] {
        assert_eq!(refusal(&book, bid(BOB, lots, 1), OPENED), VenueError::OrderTooSmall { lots, least: 5 });
    }
    for lots in [LOTS_LIMIT, u64::MAX] {
        assert_eq!(refusal(&book, bid(BOB, lots, 1), OPENED), VenueError::Overflow);
    }
    rest_at(&mut book, bid(BOB, LOTS_LIMIT - 1, 1), OPENED);
    rest_at(&mut book, ask(BOB, 5, TICKS - 1), OPENED);
}
