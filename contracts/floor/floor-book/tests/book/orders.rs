//! What becomes of an order, what is logged of it, and what is refused.

use everfloor_book_storage::abi::{
    errors::*,
    events::{OrderFilled, OrderPlaced, OrderRemoved},
};

use crate::rig::*;

#[test]
fn an_order_rests_and_says_so() {
    both(|w| {
        let placed = w.place(ALICE, placeOrderCall { expiry: OPENED + 60, ..bid(10, 990) });
        assert_eq!(placed, Placed { id: 1, filled: 0, notional: 0, stop: RESTED });
        assert_eq!(w.rest(BOB, ask(20, 1_010)), 2);
        let events = w.events::<OrderPlaced>();
        let [first, second] = events.as_slice() else { panic!("{} placed", events.len()) };
        assert_eq!((first.id, first.owner, first.isBuy), (n(1_u8), ALICE, true));
        assert_eq!((first.tick, first.lots, first.expiry), (n(990_u64), n(10_u8), n(OPENED + 60)));
        assert_eq!((second.id, second.owner, second.isBuy), (n(2_u8), BOB, false));
        let view = OrderView {
            id: n(1_u8),
            owner: ALICE,
            isBuy: true,
            tick: n(990_u64),
            lots: n(10_u8),
            expiry: n(OPENED + 60),
            expired: false,
        };
        assert_eq!(w.order(1), view);
        w.chain.warp(61);
        assert!(w.order(1).expired);
        assert!(
            w.market.borrow().trades.is_empty(),
            "nobody is asked about an order that trades with nobody"
        );
    });
}

#[test]
fn the_best_price_is_served_first_and_of_equals_the_oldest() {
    both(|w| {
        let late = w.rest(ALICE, ask(10, 1_020));
        let first = w.rest(ALICE, ask(10, 1_010));
        let second = w.rest(BOB, ask(10, 1_010));
        let placed = w.place(CAROL, bid(25, 1_020));
        let notional = (20 * 1_010 + 5 * 1_020) * UNIT;
        assert_eq!(placed, Placed { id: 0, filled: 25, notional, stop: FILLED });
        let fills: Vec<_> =
            w.events::<OrderFilled>().iter().map(|fill| (fill.id, fill.lots, fill.tick)).collect();
        let expected = [(first, 10_u64, 1_010_u64), (second, 10, 1_010), (late, 5, 1_020)];
        assert_eq!(fills, expected.map(|(id, lots, tick)| (n(id), n(lots), n(tick))));
        let fill = w.events::<OrderFilled>().pop().unwrap();
        assert_eq!((fill.maker, fill.taker), (ALICE, CAROL));
        assert_eq!(w.queue(1_020), [(late, 5)]);
        assert!(w.queue(1_010).is_empty());
    });
}

#[test]
fn what_does_not_trade_rests_as_its_kind_says() {
    both(|w| {
        w.rest(ALICE, ask(10, 1_010));
        // Good till cancelled: the rest rests, and the event says only that.
        let placed = w.place(BOB, bid(16, 1_010));
        let notional = 10 * 1_010 * UNIT;
        assert_eq!(placed, Placed { id: 2, filled: 10, notional, stop: RESTED });
        assert_eq!(w.events::<OrderPlaced>().pop().unwrap().lots, n(6_u8));
        // Too little is left to rest.
        assert_eq!(
            w.place(ALICE, ask(10, 1_010)),
            Placed { id: 0, filled: 6, notional: 6 * 1_010 * UNIT, stop: TOO_SMALL }
        );
        // Immediate or cancel.
        w.rest(ALICE, ask(10, 1_010));
        let taken = w.place(BOB, of_kind(IOC, bid(16, 1_010)));
        assert_eq!(taken, Placed { id: 0, filled: 10, notional, stop: GIVEN_UP });
        // Fill or kill.
        w.rest(ALICE, ask(10, 1_010));
        w.refused(BOB, of_kind(FOK, bid(16, 1_010)), NotFilled { filled: n(10_u8), lots: n(16_u8) });
        assert_eq!(w.place(BOB, of_kind(FOK, bid(10, 1_010))).stop, FILLED);
        // Post only.
        w.rest(ALICE, ask(10, 1_010));
        w.refused(BOB, of_kind(POST_ONLY, bid(10, 1_010)), WouldCross { best: n(1_010_u64) });
        assert_eq!(w.place(BOB, of_kind(POST_ONLY, bid(10, 1_009))).stop, RESTED);
        assert_eq!(w.view(bestBidCall {}).tick, n(1_009_u64));
    });
}

#[test]
fn an_order_touches_no_more_than_its_caller_said() {
    both(|w| {
        for tick in [1_010, 1_011, 1_012] {
            w.rest(ALICE, ask(10, tick));
        }
        let placed = w.place(BOB, placeOrderCall { maxFills: n(2_u8), ..bid(30, 1_012) });
        assert_eq!((placed.id, placed.filled, placed.stop), (0, 20, MOST_FILLS));
        // As many as could be.
        let all = placeOrderCall { maxFills: alloy_primitives::U256::MAX, ..bid(10, 1_012) };
        assert_eq!(w.place(BOB, all).stop, FILLED);
    });
}

#[test]
fn nobody_trades_with_himself() {
    both(|w| {
        let own = w.rest(ALICE, ask(10, 1_010));
        let stops = placeOrderCall { stopOnSelf: true, ..bid(10, 1_010) };
        let placed = w.place(ALICE, stops);
        assert_eq!((placed.id, placed.filled, placed.stop), (0, 0, SELF_TRADE));
        assert_eq!(w.queue(1_010), [(own, 10)]);
        let placed = w.place(ALICE, bid(10, 1_010));
        assert_eq!((placed.filled, placed.stop), (0, RESTED));
        let removed = w.events::<OrderRemoved>().pop().unwrap();
        assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(own), ALICE, n(10_u8), 1));
        assert!(w.market.borrow().trades.is_empty());
    });
}

#[test]
fn what_has_expired_is_taken_out_on_the_way() {
    both(|w| {
        let dead = w.rest(ALICE, placeOrderCall { expiry: OPENED, ..ask(10, 1_010) });
        w.rest(BOB, ask(10, 1_010));
        w.chain.warp(1);
        assert_eq!(w.place(CAROL, bid(10, 1_010)).stop, FILLED);
        let removed = w.events::<OrderRemoved>().pop().unwrap();
        assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(dead), ALICE, n(10_u8), 0));
        assert_eq!(w.events::<OrderFilled>().pop().unwrap().maker, BOB);
    });
}

#[test]
fn bad_orders_are_refused_with_what_is_wrong_and_change_nothing() {
    both(|w| {
        w.rest(BOB, ask(10, 1_010));
        w.chain.warp(100);
        let now = n(OPENED + 100);
        let tick = |tick| placeOrderCall { tick, ..bid(10, 990) };
        for bad in [n(0_u8), n(1_u64 << 24), n((1_u128 << 32) + 990), n(1_u128 << 64)] {
            w.refused(ALICE, tick(bad), TickOutOfRange { tick: bad });
        }
        let lots = |lots| placeOrderCall { lots, ..bid(10, 990) };
        for bad in [0_u64, 4] {
            w.refused(ALICE, lots(n(bad)), OrderTooSmall { lots: n(bad), least: n(5_u8) });
        }
        for bad in [n(1_u64 << 40), n(1_u128 << 64), alloy_primitives::U256::MAX] {
            w.refused(ALICE, lots(bad), Overflow {});
        }
        w.refused(ALICE, of_kind(4, bid(10, 990)), UnknownKind { kind: 4 });
        w.refused(ALICE, of_kind(255, bid(10, 990)), UnknownKind { kind: 255 });
        let expiry = |expiry| placeOrderCall { expiry, ..bid(10, 990) };
        let over = OPENED + 99;
        w.refused(ALICE, expiry(over), Expired { expiry: n(over), nowTime: now });
        for bad in [1 << 32, u64::MAX] {
            w.refused(ALICE, expiry(bad), Overflow {});
        }
        let late = placeOrderCall { deadline: n(over), ..bid(10, 990) };
        w.refused(ALICE, late, DeadlinePassed { deadline: n(over), nowTime: now });
        // The last second, and the last of everything.
        w.rest(ALICE, placeOrderCall { deadline: now, expiry: OPENED + 100, ..bid((1 << 40) - 1, 990) });
        w.rest(BOB, placeOrderCall { expiry: u32::MAX.into(), ..ask(10, (1 << 24) - 1) });
    });
}

#[test]
fn the_extremes_of_a_book_trade_exactly() {
    both(|w| {
        let (lots, tick) = ((1_u64 << 40) - 1, (1_u64 << 24) - 1);
        w.rest(ALICE, ask(lots, tick));
        let placed = w.place(BOB, bid(lots, tick));
        let notional = u128::from(lots) * u128::from(tick) * UNIT;
        assert_eq!(placed, Placed { id: 0, filled: lots, notional, stop: FILLED });
        let trade = w.market.borrow().trades[0].clone();
        assert_eq!(
            (trade.fp, trade.price),
            (n(u128::from(lots) * LOT_SIZE), n(u128::from(tick) * TICK_SIZE))
        );
    });
}
