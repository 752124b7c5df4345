//! Cancelling, reducing, replacing; and what anybody may take out.

use everfloor_book_storage::abi::{
    errors::*,
    events::{MarkCounted, OrderCancelled, OrderFilled, OrderPlaced, OrderReduced, OrderRemoved},
};

use crate::rig::*;

/// Numbers that no order has: never given out, gone, and too large to be one.
fn nobodys(gone: u64) -> [alloy_primitives::U256; 4] {
    [n(0_u8), n(gone), n(99_u8), n(1_u128 << 64)]
}

#[test]
fn an_owner_cancels_and_nobody_else() {
    both(|w| {
        let (first, second, third) =
            (w.rest(ALICE, bid(10, 990)), w.rest(ALICE, bid(20, 990)), w.rest(BOB, bid(30, 990)));
        w.refused(BOB, cancel(second), NotOrderOwner { id: n(second) });
        w.send(ALICE, cancel(second)).unwrap();
        let gone = w.events::<OrderCancelled>().pop().unwrap();
        assert_eq!((gone.id, gone.owner, gone.lots), (n(second), ALICE, n(20_u8)));
        assert_eq!(w.queue(990), [(first, 10), (third, 30)]);
        for id in nobodys(second) {
            w.refused(ALICE, cancelOrderCall { id }, NoSuchOrder { id });
            w.blind(getOrderCall { id }, NoSuchOrder { id });
        }
    });
}

#[test]
fn a_cancel_asks_nobody() {
    both(|w| {
        let (first, second) = (w.rest(ALICE, bid(10, 990)), w.rest(ALICE, bid(20, 990)));
        w.market_says(Err(b"no".to_vec()));
        w.send(ALICE, cancel(first)).unwrap();
        w.send(ALICE, reduce(second, 10)).unwrap();
        w.send(ALICE, cancel_all(&[second])).unwrap();
        assert!(w.side(true).is_empty());
    });
}

#[test]
fn many_are_cancelled_at_once_and_gone_ones_are_passed_over() {
    both(|w| {
        let ids: Vec<u64> = (0..4).map(|_| w.rest(ALICE, bid(10, 990))).collect();
        let others = w.rest(BOB, bid(10, 990));
        // One is filled first: that keeps nobody from cancelling the others.
        assert_eq!(w.place(CAROL, ask(10, 990)).filled, 10);
        w.refused(ALICE, cancel_all(&[ids[1], others]), NotOrderOwner { id: n(others) });
        w.refused(ALICE, cancel_all(&[ids[1], others + 1]), NoSuchOrder { id: n(others + 1) });
        let huge = n(1_u128 << 64);
        w.refused(ALICE, cancelOrdersCall { ids: vec![n(ids[1]), huge] }, NoSuchOrder { id: huge });
        w.send(ALICE, cancel_all(&[ids[0], ids[3], ids[1], ids[3]])).unwrap();
        let gone: Vec<_> = w.events::<OrderCancelled>().iter().map(|gone| gone.id).collect();
        assert_eq!(gone, [n(ids[3]), n(ids[1])]);
        assert_eq!(w.queue(990), [(ids[2], 10), (others, 10)]);
        w.send(ALICE, cancel_all(&[])).unwrap();
    });
}

#[test]
fn a_smaller_order_keeps_its_place() {
    both(|w| {
        let (first, second) = (w.rest(ALICE, bid(10, 990)), w.rest(BOB, bid(10, 990)));
        w.refused(BOB, reduce(first, 6), NotOrderOwner { id: n(first) });
        w.refused(ALICE, reduce(first, 10), NotReduced { lots: n(10_u8), current: n(10_u8) });
        w.refused(ALICE, reduce(first, 4), OrderTooSmall { lots: n(4_u8), least: n(5_u8) });
        let huge = n(1_u128 << 64);
        w.refused(ALICE, reduceOrderCall { id: n(first), lots: huge }, Overflow {});
        for id in nobodys(77) {
            w.refused(ALICE, reduceOrderCall { id, lots: n(5_u8) }, NoSuchOrder { id });
        }
        w.send(ALICE, reduce(first, 6)).unwrap();
        let reduced = w.events::<OrderReduced>().pop().unwrap();
        assert_eq!((reduced.id, reduced.owner, reduced.lots), (n(first), ALICE, n(6_u8)));
        assert_eq!(w.queue(990), [(first, 6), (second, 10)]);
        assert_eq!(w.side(true), [(990, 16)]);
    });
}

#[test]
fn an_order_is_replaced_or_everything_stays() {
    both(|w| {
        let (own, other) = (w.rest(ALICE, bid(10, 990)), w.rest(BOB, ask(10, 1_010)));
        w.refused(BOB, instead_of(own, bid(10, 980)), NotOrderOwner { id: n(own) });
        w.refused(ALICE, instead_of(77, bid(10, 980)), NoSuchOrder { id: n(77_u8) });
        w.refused(
            ALICE,
            instead_of(own, of_kind(POST_ONLY, bid(10, 1_010))),
            WouldCross { best: n(1_010_u64) },
        );
        let late = placeOrderCall { deadline: n(OPENED - 1), ..bid(10, 980) };
        w.refused(
            ALICE,
            instead_of(own, late),
            DeadlinePassed { deadline: n(OPENED - 1), nowTime: n(OPENED) },
        );
        let told = w.send(ALICE, instead_of(own, bid(16, 1_010))).unwrap();
        assert_eq!((told.filledLots, told.notional, told.stop), (n(10_u8), n(10_100 * UNIT), RESTED));
        assert_eq!(w.events::<OrderCancelled>().pop().unwrap().id, n(own));
        assert_eq!(w.events::<OrderFilled>().pop().unwrap().id, n(other));
        assert_eq!(w.events::<OrderPlaced>().pop().unwrap().lots, n(6_u8));
        let new: u64 = told.orderId.to();
        assert_eq!((w.side(true), w.queue(990)), (vec![(1_010, 6)], vec![]));
        // In one's own way there is nothing left to cancel.
        let told = w.send(ALICE, instead_of(new, ask(10, 1_000))).unwrap();
        assert_eq!((told.stop, w.side(false), w.side(true)), (RESTED, vec![(1_000, 10)], vec![]));
        assert!(w.events::<OrderRemoved>().is_empty());
    });
}

#[test]
fn anybody_takes_out_what_has_expired_and_nothing_else() {
    both(|w| {
        let ends = w.rest(ALICE, placeOrderCall { expiry: OPENED + 10, ..bid(10, 990) });
        let stays = w.rest(ALICE, bid(10, 990));
        w.chain.warp(10);
        let now = n(OPENED + 10);
        w.refused(STRANGER, prune(ends), NotExpired { expiry: now, nowTime: now });
        w.refused(STRANGER, prune(stays), NotExpired { expiry: n(0_u8), nowTime: now });
        w.chain.warp(1);
        w.send(STRANGER, prune(ends)).unwrap();
        let removed = w.events::<OrderRemoved>().pop().unwrap();
        assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(ends), ALICE, n(10_u8), 0));
        assert_eq!(w.queue(990), [(stays, 10)]);
        for id in nobodys(ends) {
            w.refused(STRANGER, pruneOrderCall { id }, NoSuchOrder { id });
        }
    });
}

#[test]
fn anybody_drops_what_its_owner_cannot_fill_if_the_market_says_so() {
    both(|w| {
        let (buys, sells) = (w.rest(ALICE, bid(10, 990)), w.rest(ALICE, ask(30, 1_010)));
        w.place(BOB, ask(4 + 5, 990)); // 1 of the bid is left
        for id in [buys, sells] {
            w.refused(STRANGER, drop_order(id), CanFill { id: n(id) });
        }
        w.tell(|market| no_more(market.makers_without.insert(ALICE)));
        w.send(STRANGER, drop_order(buys)).unwrap();
        assert_eq!(w.market.borrow().asked, [(ALICE, n(LOT_SIZE), n(990 * TICK_SIZE), true)]);
        let removed = w.events::<OrderRemoved>().pop().unwrap();
        assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(buys), ALICE, n(1_u8), 2));
        w.send(STRANGER, drop_order(sells)).unwrap();
        assert_eq!(w.market.borrow().asked, [(ALICE, n(30 * LOT_SIZE), n(1_010 * TICK_SIZE), false)]);
        for id in nobodys(buys) {
            w.refused(STRANGER, dropOrderCall { id }, NoSuchOrder { id });
        }
    });
}

#[test]
fn a_poke_counts_the_mark_once_a_second_and_nothing_else() {
    let w = World::new(Routing::Sdk);
    let counted = || w.events::<MarkCounted>().len();
    w.send(STRANGER, pokeCall {}).unwrap();
    assert_eq!(counted(), 0, "the book opened in this second");
    w.chain.warp(7);
    w.send(STRANGER, pokeCall {}).unwrap();
    let event = w.events::<MarkCounted>().pop().unwrap();
    assert_eq!((event.time, event.mid), (n(OPENED + 7), n(ETHER)));
    assert_eq!((event.cumulative, event.blindSeconds), (n(7 * ETHER), n(7_u8)));
    let state = w.words();
    w.send(STRANGER, pokeCall {}).unwrap();
    assert_eq!((counted(), w.words()), (1, state));
    // Whatever changes the book counts first.
    w.chain.warp(1);
    let id = w.rest(ALICE, bid(100, 990));
    w.chain.warp(1);
    w.send(ALICE, reduce(id, 99)).unwrap();
    w.chain.warp(1);
    w.send(ALICE, cancel(id)).unwrap();
    assert_eq!(counted(), 4);
}

#[test]
fn a_book_that_is_empty_again_keeps_no_order_and_no_level() {
    both(|w| {
        let before = w.words().len();
        let ticks = [1_u64, 990, 991, 60_000, (1 << 24) - 1];
        let alone: Vec<u64> = ticks.iter().map(|tick| w.rest(ALICE, bid(10, *tick))).collect();
        assert!(w.words().len() > before + 5 + 5);
        w.send(ALICE, cancel_all(&alone)).unwrap();
        assert_eq!(w.words().len(), before);
        for tick in ticks.iter().chain(&ticks) {
            w.rest(ALICE, ask(10, *tick));
        }
        assert!(w.words().len() > before + 5 + 10 + 10);
        assert_eq!(w.place(BOB, bid(100, (1 << 24) - 1)).stop, FILLED);
        // But for the links of each queue's last order, which mean nothing when it is alone.
        assert_eq!(w.words().len(), before + 5);
    });
}

#[test]
fn to_cancel_changes_the_same_few_words_however_deep_the_book_is() {
    let w = World::new(Routing::Sdk);
    let ids: Vec<u64> = (0..200).map(|_| w.rest(ALICE, bid(10, 990))).collect();
    for tick in 1..200 {
        w.rest(BOB, bid(10, tick));
    }
    let before = w.words();
    w.send(ALICE, cancel(ids[100])).unwrap();
    let after = w.words();
    let changed = before.iter().filter(|(slot, word)| after.get(*slot) != Some(*word)).count();
    // The order, its links and its neighbours', and the level.
    assert_eq!((changed, before.len() - after.len()), (5, 2));
}
