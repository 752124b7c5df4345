//! What can be seen: levels and orders by pages, impact, previews, the mark.

use alloy_primitives::U256;
use everfloor_book_storage::abi::errors::{NoSuchOrder, Overflow, TickOutOfRange};

use crate::rig::*;

#[test]
fn an_empty_book_shows_nothing() {
    let w = World::new(Routing::Sdk);
    for best in [w.view(bestBidCall {}).tick, w.view(bestAskCall {}).tick, w.view(midCall {})] {
        assert!(best.is_zero());
    }
    assert!(w.side(true).is_empty() && w.side(false).is_empty() && w.queue(990).is_empty());
    let met = w.view(impactCall { isBuy: true, lots: n(10_u8) });
    assert!(met.average.is_zero() && met.notional.is_zero() && met.filledLots.is_zero());
}

#[test]
fn levels_come_by_pages_away_from_the_middle() {
    let w = World::new(Routing::Sdk);
    for tick in [990, 985, 700, 3] {
        w.rest(ALICE, bid(10, tick));
        w.rest(ALICE, bid(5, tick));
    }
    for tick in [1_010, 1_011, 70_000] {
        w.rest(BOB, ask(10, tick));
    }
    let page = |is_buy, from: u64, limit: u64| {
        let page = w.view(levelsCall { isBuy: is_buy, fromTick: n(from), limit: n(limit) });
        let list: Vec<(u64, u64, u64)> =
            page.list.iter().map(|level| (level.tick.to(), level.lots.to(), level.orders.to())).collect();
        (list, page.next.to::<u64>())
    };
    assert_eq!(page(true, 0, 2), (vec![(990, 15, 2), (985, 15, 2)], 700));
    assert_eq!(page(true, 700, 2), (vec![(700, 15, 2), (3, 15, 2)], 0));
    assert_eq!(page(true, 984, 1), (vec![(700, 15, 2)], 3));
    assert_eq!(page(false, 0, 100), (vec![(1_010, 10, 1), (1_011, 10, 1), (70_000, 10, 1)], 0));
    assert_eq!(page(false, 1_012, 1), (vec![(70_000, 10, 1)], 0));
    assert_eq!(page(true, 0, 0), (vec![], 990));
    let all = w.view(levelsCall { isBuy: true, fromTick: n(0_u8), limit: U256::MAX });
    assert_eq!(all.list.len(), 4);
    let beyond = n(1_u64 << 24);
    w.blind(levelsCall { isBuy: true, fromTick: beyond, limit: n(1_u8) }, TickOutOfRange { tick: beyond });
}

#[test]
fn a_page_has_at_most_a_hundred_entries() {
    let w = World::new(Routing::Sdk);
    for tick in 1..=101 {
        w.rest(ALICE, bid(10, tick));
    }
    let page = w.view(levelsCall { isBuy: true, fromTick: n(0_u8), limit: U256::MAX });
    assert_eq!((page.list.len(), page.next), (100, n(1_u8)));
    for _ in 0..101 {
        w.rest(ALICE, ask(10, 1_000));
    }
    let page = w.view(ordersAtCall { tick: n(1_000_u64), fromId: n(0_u8), limit: U256::MAX });
    assert_eq!((page.list.len(), page.next), (100, n(202_u64)));
}

#[test]
fn orders_come_by_pages_as_they_are_served() {
    let w = World::new(Routing::Sdk);
    let ids: Vec<u64> = (0..5).map(|_| w.rest(ALICE, ask(10, 1_010))).collect();
    let page = |from: u64, limit: u64| {
        let page = w.view(ordersAtCall { tick: n(1_010_u64), fromId: n(from), limit: n(limit) });
        assert!(page.list.iter().all(|order| !order.isBuy && order.tick == n(1_010_u64)));
        let list: Vec<u64> = page.list.iter().map(|order| order.id.to()).collect();
        (list, page.next.to::<u64>())
    };
    assert_eq!(page(0, 2), (ids[..2].to_vec(), ids[2]));
    assert_eq!(page(ids[2], 3), (ids[2..].to_vec(), 0));
    assert_eq!(page(ids[4], 9), (ids[4..].to_vec(), 0));
    let elsewhere = w.rest(ALICE, ask(10, 1_011));
    for from in [elsewhere, 99] {
        let call = ordersAtCall { tick: n(1_010_u64), fromId: n(from), limit: n(9_u8) };
        w.blind(call, NoSuchOrder { id: n(from) });
    }
}

#[test]
fn an_impact_is_rounded_against_who_trades() {
    let w = World::new(Routing::Sdk);
    for tick in [998, 999] {
        w.rest(ALICE, bid(5, tick));
    }
    for tick in [1_001, 1_002] {
        w.rest(ALICE, ask(5, tick));
    }
    let impact = |is_buy, lots: u64| {
        let met = w.view(impactCall { isBuy: is_buy, lots: n(lots) });
        (
            met.average.to::<u128>(),
            met.notional.to::<u128>(),
            met.levelsReached.to::<u64>(),
            met.filledLots.to::<u64>(),
        )
    };
    let (buys, sells) = (5 * 1_001 + 1_002, 5 * 999 + 998);
    assert_eq!(impact(true, 6), ((buys * TICK_SIZE).div_ceil(6), buys * UNIT, 2, 6));
    assert_eq!(impact(false, 6), (sells * TICK_SIZE / 6, sells * UNIT, 2, 6));
    assert_eq!(impact(true, 1_000).3, 10);
    w.blind(impactCall { isBuy: true, lots: n(1_u64 << 40) }, Overflow {});
}

#[test]
fn units_are_refused_beyond_what_an_order_could_have() {
    let w = World::new(Routing::Sdk);
    for tick in [n(0_u8), n(1_u64 << 24), U256::MAX] {
        w.blind(tickToPriceCall { tick }, TickOutOfRange { tick });
        w.blind(ordersAtCall { tick, fromId: n(0_u8), limit: n(1_u8) }, TickOutOfRange { tick });
    }
    for lots in [n(1_u64 << 40), U256::MAX] {
        w.blind(lotToFpCall { lots }, Overflow {});
    }
}

#[test]
fn a_preview_is_what_the_order_then_does_and_changes_nothing() {
    both(|w| {
        w.rest(ALICE, ask(10, 1_010));
        w.rest(BOB, placeOrderCall { expiry: OPENED + 5, ..ask(10, 1_010) });
        w.rest(CAROL, ask(10, 1_011));
        w.rest(STRANGER, ask(10, 1_012));
        w.rest(ALICE, bid(10, 990));
        w.chain.warp(10);
        w.tell(|market| no_more(market.makers_without.insert(CAROL)));
        let mut seen = std::collections::BTreeSet::new();
        for is_buy in [true, false] {
            for kind in [GTC, POST_ONLY, IOC, FOK] {
                for (lots, tick) in [(5, 1_011), (12, 1_012), (20, 1_012), (25, 1_013), (8, 980), (30, 1_000)]
                {
                    for (max_fills, stop_on_self) in [(100_u8, false), (2, false), (100, true)] {
                        let call = placeOrderCall {
                            maxFills: n(max_fills),
                            stopOnSelf: stop_on_self,
                            ..of_kind(kind, order(is_buy, lots, tick))
                        };
                        for from in [BOB, STRANGER] {
                            let told = same_as_simulated(w, from, &call);
                            seen.extend(told);
                        }
                    }
                }
            }
        }
        let all = [FILLED, RESTED, GIVEN_UP, TOO_SMALL, MOST_FILLS, SELF_TRADE];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
    });
}

/// Previews an order, and places it for a look: both are the same; why it stopped, if it was not refused.
fn same_as_simulated(w: &World, from: alloy_primitives::Address, call: &placeOrderCall) -> Option<u8> {
    let before = (w.chain.state(), w.chain.logs());
    let seen = w.chain.view(BOOK, preview(from, call));
    assert_eq!((w.chain.state(), w.chain.logs()), before);
    let done = w.chain.simulate(from, BOOK, call.clone());
    w.tell(|market| market.trades.clear());
    match (seen, done) {
        (Ok(seen), Ok(done)) => {
            let told = (seen.orderId, seen.filledLots, seen.notional, seen.stop);
            assert_eq!(told, (done.orderId, done.filledLots, done.notional, done.stop), "{call:?}");
            Some(seen.stop)
        }
        (Err(seen), Err(done)) => {
            assert_eq!(seen, done, "{call:?}");
            None
        }
        (seen, done) => panic!("{call:?}: {} and {}", seen.is_ok(), done.is_ok()),
    }
}

#[test]
fn a_preview_asks_makers_trade_by_trade_and_the_taker_for_the_whole() {
    let w = World::new(Routing::Sdk);
    for tick in [1_000, 1_001] {
        w.rest(ALICE, ask(5, tick));
    }
    w.rest(ALICE, ask(20, 1_005));
    let seen = w.view(preview(BOB, &bid(12, 1_005)));
    assert_eq!((seen.filledLots, seen.stop), (n(12_u8), FILLED));
    let wei = |lots: u128, ticks: u128| (n(lots * LOT_SIZE), n((ticks * TICK_SIZE).div_ceil(lots)));
    let (first, second, third) = (5 * 1_000, 5 * 1_000 + 5 * 1_001, 5 * 1_000 + 5 * 1_001 + 2 * 1_005);
    let asked = [
        (ALICE, wei(5, first), false),
        (BOB, wei(5, first), true),
        (ALICE, wei(5, 5 * 1_001), false),
        (BOB, wei(10, second), true),
        (ALICE, wei(2, 2 * 1_005), false),
        (BOB, wei(12, third), true),
    ];
    assert_eq!(w.market.borrow().asked, asked.map(|(who, (fp, price), buys)| (who, fp, price, buys)));
    // A seller's average is rounded down.
    w.rest(CAROL, bid(5, 990));
    w.rest(CAROL, bid(5, 989));
    w.tell(|market| market.asked.clear());
    w.view(preview(BOB, &ask(6, 989)));
    let last = w.market.borrow().asked.last().copied();
    assert_eq!(last, Some((BOB, n(6 * LOT_SIZE), n((5 * 990 + 989) * TICK_SIZE / 6), false)));
    // And a taker who cannot goes no further.
    w.tell(|market| no_more(market.makers_without.insert(BOB)));
    let seen = w.view(preview(BOB, &bid(12, 1_005)));
    assert_eq!((seen.orderId, seen.filledLots, seen.stop), (n(0_u8), n(0_u8), TAKER_CANNOT));
}

/// Rests as much around a price as the mark wants to see; the numbers of both orders.
fn around(w: &World, tick: u64) -> [u64; 2] {
    [w.rest(ALICE, bid(100, tick - 10)), w.rest(BOB, ask(100, tick + 10))]
}

fn mark(w: &World) -> (u128, u64, u64) {
    let mark = w.view(markPriceCall {});
    (mark.price.to(), mark.blindSeconds.to(), mark.span.to())
}

#[test]
fn the_mark_is_the_opening_price_until_there_is_a_mid() {
    let w = World::new(Routing::Sdk);
    assert_eq!(mark(&w), (ETHER, 0, 0));
    w.chain.warp(20);
    assert_eq!(mark(&w), (ETHER, 20, 20));
    w.chain.warp(1_000);
    // Nothing has changed since, so just the period.
    assert_eq!(mark(&w), (ETHER, 60, 60));
}

#[test]
fn the_mark_is_the_average_since_a_recent_snapshot() {
    let w = World::new(Routing::Sdk);
    w.chain.warp(1_000);
    around(&w, 2_000);
    // In this second it has no weight.
    assert_eq!(mark(&w), (ETHER, 1_000, 1_000), "since the opening, which is the only snapshot that old");
    w.chain.warp(30);
    assert_eq!(w.view(midCall {}), n(2 * ETHER));
    assert_eq!(mark(&w), ((1_000 * ETHER + 30 * 2 * ETHER) / 1_030, 1_000, 1_030));
    w.chain.warp(30);
    assert_eq!(mark(&w), (2 * ETHER, 0, 60));
    // A count takes a snapshot, and changes nothing.
    w.send(STRANGER, pokeCall {}).unwrap();
    assert_eq!(mark(&w), (2 * ETHER, 0, 60));
    w.chain.warp(59);
    assert_eq!(mark(&w), (2 * ETHER, 0, 119));
    w.chain.warp(1);
    assert_eq!(mark(&w), (2 * ETHER, 0, 60));
}

#[test]
fn the_mark_does_with_the_oldest_snapshot_where_none_is_old_enough() {
    let w = World::new(Routing::Sdk);
    around(&w, 2_000);
    for _ in 0..20 {
        w.chain.warp(60);
        w.send(STRANGER, pokeCall {}).unwrap();
    }
    let call = setParamsCall { minLots: 5, markDepth: 100, markLevels: 21, period: HOUR };
    w.send(OWNER, call).unwrap();
    w.chain.warp(5);
    // Eight are kept, the newest of five seconds ago.
    assert_eq!(mark(&w), (2 * ETHER, 0, 7 * 60 + 5));
}

#[test]
fn what_happens_in_one_second_has_no_part_in_the_mark() {
    let w = World::new(Routing::Sdk);
    let [bids, asks] = around(&w, 2_000);
    w.chain.warp(600);
    w.send(STRANGER, pokeCall {}).unwrap();
    let before = mark(&w);
    w.send(ALICE, cancel(bids)).unwrap();
    w.send(BOB, cancel(asks)).unwrap();
    around(&w, 9_000);
    assert_eq!(w.view(midCall {}), n(9 * ETHER));
    assert_eq!(mark(&w), before);
}

fn average(w: &World, epoch: u64) -> (u128, u64, u8) {
    let told = w.view(averageOfEpochCall { epoch: n(epoch) });
    (told.price.to(), told.blindSeconds.to(), told.status)
}

#[test]
fn an_epoch_has_one_average_for_ever_and_says_when_it_has_none() {
    let w = World::new(Routing::Sdk);
    // The book opened in epoch 2; in epoch 3 nothing rests; in epoch 4 there is a mid after 900 seconds.
    w.chain.set_time(GENESIS + 4 * HOUR + 900);
    around(&w, 2_000);
    w.chain.set_time(GENESIS + 4 * HOUR + 1_800);
    assert_eq!(average(&w, 0), (0, 0, 2), "it began before the book did");
    assert_eq!(average(&w, 2), (0, 0, 2));
    assert_eq!(average(&w, 3), (ETHER, HOUR, 2), "it was blind all the time");
    assert_eq!(average(&w, 4), (0, 0, 1));
    let future = w.view(averageOfEpochCall { epoch: U256::MAX });
    assert_eq!((future.price, future.status), (n(0_u8), 1));
    let price = (900 * ETHER + 2_700 * 2 * ETHER) / 3_600;
    w.chain.set_time(GENESIS + 5 * HOUR - 1);
    assert_eq!(average(&w, 4).2, 1);
    // At its end, not counted yet; counted; and long after.
    w.chain.set_time(GENESIS + 5 * HOUR);
    assert_eq!(average(&w, 4), (price, 900, 0));
    w.send(STRANGER, pokeCall {}).unwrap();
    assert_eq!(average(&w, 4), (price, 900, 0));
    w.chain.set_time(GENESIS + 300 * HOUR + 17);
    assert_eq!(average(&w, 4), (price, 900, 0));
    around(&w, 2_000);
    assert_eq!(average(&w, 4), (price, 900, 0));
    assert_eq!(average(&w, 150), (2 * ETHER, 0, 0));
    assert_eq!(average(&w, 299), (2 * ETHER, 0, 0));
}

#[test]
fn a_book_that_opens_with_an_epoch_records_it() {
    let w = World::without_book(Routing::Sdk);
    w.chain.set_time(GENESIS + 2 * HOUR);
    w.send(OWNER, initialize(params(), n(ETHER))).unwrap();
    around(&w, 3_000);
    w.chain.set_time(GENESIS + 3 * HOUR);
    assert_eq!(average(&w, 1), (0, 0, 2));
    assert_eq!(average(&w, 2), (3 * ETHER, 0, 0));
}
