//! What is seen of a book: pages, previews, impact; and its mark, averaged.

use alloy_primitives::{Address, U256};
use everfloor_test::{abi::FloorBook::*, account};

use crate::ground::*;

fn people() -> [Address; 2] {
    ["alice", "bob"].map(account)
}

#[test]
fn levels_and_queues_are_read_in_pages() {
    let mut b = Book::new();
    let [alice, bob] = people();
    for tick in [990, 980, 970, 960, 950] {
        b.rest(alice, bid(10, tick));
    }
    for _ in 0..4 {
        b.rest(bob, bid(5, 990));
    }
    let (mut ticks, mut from) = (Vec::new(), U256::ZERO);
    loop {
        let page = b.g.view(levelsCall { isBuy: true, fromTick: from, limit: n(2_u8) });
        assert!(page.list.len() <= 2);
        ticks.extend(page.list.iter().map(|level| level.tick.to::<u64>()));
        from = page.next;
        if from.is_zero() {
            break;
        }
    }
    assert_eq!(ticks, [990, 980, 970, 960, 950]);
    let (mut ids, mut from) = (Vec::new(), U256::ZERO);
    loop {
        let page = b.g.view(ordersAtCall { tick: n(990_u64), fromId: from, limit: n(2_u8) });
        ids.extend(page.list.iter().map(|order| order.id.to::<u64>()));
        from = page.next;
        if from.is_zero() {
            break;
        }
    }
    assert_eq!(ids, [1, 6, 7, 8, 9]);
    let best = b.g.view(bestBidCall {});
    assert_eq!((best.tick, best.lots), (n(990_u64), n(30_u8)));
    assert_eq!(b.g.view(bestAskCall {}).tick, U256::ZERO);
    b.g.blind(
        levelsCall { isBuy: true, fromTick: U256::MAX, limit: n(2_u8) },
        TickOutOfRange { tick: U256::MAX },
    );
}

#[test]
fn a_preview_is_what_becomes_of_the_order() {
    let mut b = Book::new();
    let [alice, bob] = people();
    for tick in [1_010, 1_020, 1_030] {
        b.rest(alice, ask(10, tick));
    }
    b.rest(bob, bid(10, 990));
    b.tell(VenueMarket::setBrokeCall { account: alice, to: false });
    for order in [
        bid(25, 1_020),
        of_kind(IOC, bid(12, 1_010)),
        ask(10, 980),
        placeOrderCall { maxFills: U256::ONE, ..bid(30, 1_030) },
    ] {
        let before = b.g.words();
        let seen = b.g.view(preview(bob, &order));
        assert_eq!(b.g.words(), before);
        let told = b.place(bob, order).returned;
        let told = (told.orderId, told.filledLots, told.notional, told.stop);
        assert_eq!((seen.orderId, seen.filledLots, seen.notional, seen.stop), told);
    }
    b.g.blind(preview(bob, &of_kind(FOK, bid(99, 1_030))), NotFilled { filled: n(10_u8), lots: n(99_u8) });
}

#[test]
fn impact_is_against_who_trades() {
    let mut b = Book::new();
    let [alice, _] = people();
    b.rest(alice, ask(10, 1_010));
    b.rest(alice, ask(20, 1_011));
    let met = b.g.view(impactCall { isBuy: true, lots: n(15_u8) });
    let ticks = 10 * 1_010 + 5 * 1_011;
    assert_eq!((met.notional, met.levelsReached, met.filledLots), (n(ticks * UNIT), n(2_u8), n(15_u8)));
    assert_eq!(met.average, n((ticks * TICK_SIZE).div_ceil(15)));
    assert_eq!(b.g.view(impactCall { isBuy: false, lots: n(15_u8) }).filledLots, U256::ZERO);
}

#[test]
fn the_mark_of_an_epoch_is_the_exact_average_of_its_seconds() {
    let mut b = Book::new();
    let [alice, _] = people();
    // Ten minutes into epoch 2, without a mid: the opening price is carried on.
    let begin = b.opened - 10 * MINUTE;
    b.g.warp(HOUR - 10 * MINUTE);
    assert_eq!(b.g.now(), begin + HOUR);
    let (low, high) = (b.rest(alice, bid(100, 990)), b.rest(alice, ask(100, 1_030)));
    assert_eq!(b.g.view(midCall {}), n(1_010 * TICK_SIZE));
    b.g.warp(HOUR / 2);
    b.g.must(alice, cancel(high));
    b.rest(alice, ask(100, 1_050));
    b.g.warp(HOUR / 2 - 1);
    let average = |b: &Book, epoch: u64| {
        let told = b.g.view(averageOfEpochCall { epoch: n(epoch) });
        (told.price, told.blindSeconds, told.status)
    };
    assert_eq!(average(&b, 3), (U256::ZERO, U256::ZERO, 1), "it is not over");
    b.g.warp(1);
    // Half at 1,010, half at 1,020; whether anybody counted or not.
    let expected = (n(1_015 * TICK_SIZE), U256::ZERO, 0);
    assert_eq!(average(&b, 3), expected);
    let counted = b.g.must(account("anybody"), pokeCall {}).event::<MarkCounted>();
    assert_eq!((counted.time, counted.mid), (n(begin + 2 * HOUR), n(1_020 * TICK_SIZE)));
    b.g.must(alice, cancel(low));
    b.g.warp(3 * HOUR);
    assert_eq!(average(&b, 3), expected);
    // The book began in the middle of epoch 2; in epoch 4 there is no mid, and the last one is carried on.
    assert_eq!(average(&b, 2).2, 2);
    assert_eq!(average(&b, 4), (n(1_020 * TICK_SIZE), n(HOUR), 2));
    let mark = b.g.view(markPriceCall {});
    assert_eq!((mark.price, mark.blindSeconds), (n(1_020 * TICK_SIZE), mark.span));
}
