//! What the index reads: which offers count, and when there is no saying.

use alloy_primitives::U256;

use crate::rig::*;

fn reading(w: &World, depth: u64) -> (U256, U256, bool) {
    let now = w.view(readingCall { depth: n(depth) });
    (now.bid, now.ask, now.pending)
}

#[test]
fn an_offer_counts_once_it_is_of_age_and_somebody_has_counted() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    w.place(w.bob, 90, 1);
    let nft = w.mint(w.carol, 1)[0];
    w.list(w.carol, nft, 130);
    w.chain.warp(AGE - 1);
    assert_eq!(reading(&w, 1), (U256::ZERO, U256::ZERO, false));
    w.chain.warp(1);
    assert_eq!(reading(&w, 1), (U256::ZERO, U256::ZERO, true));
    w.unanswered(bindingCall {}, errors::CountsPending {});
    w.unanswered(bindingAskCall {}, errors::CountsPending {});
    assert!(w.view(bookStateCall {}).countsPending);
    assert!(w.send(w.carol, catchUpCall { steps: n(1) }));
    assert_eq!(w.last::<events::BidsCounted>(), events::BidsCounted { matured: n(1), expired: n(0) });
    assert_eq!(w.last::<events::AsksCounted>(), events::AsksCounted { matured: n(1), expired: n(0) });
    assert!(!w.send(w.carol, catchUpCall { steps: n(1) }));
    let expected = [(1, 100), (2, 100), (3, 90), (4, 0)];
    for (depth, ticks) in expected {
        assert_eq!(reading(&w, depth), (price(ticks), price(130), false));
        assert_eq!(w.view(indexPriceCall { depth: n(depth) }), price(ticks));
    }
    assert_eq!((w.view(bindingCall {}), w.view(bindingAskCall {})), (price(100), price(130)));
    assert!(w.view(bidCall { id: n(1) }).counted);
}

#[test]
fn an_offer_counts_until_its_cancel_is_due() {
    let w = World::new();
    let id = w.place(w.alice, 100, 1);
    w.chain.warp(AGE);
    w.catch_up();
    w.send(w.alice, requestCancelCall { id });
    w.chain.warp(DELAY - 1);
    assert_eq!(reading(&w, 1), (price(100), U256::ZERO, false));
    w.chain.warp(1);
    assert!(reading(&w, 1).2);
    w.catch_up();
    assert_eq!(w.last::<events::BidsCounted>(), events::BidsCounted { matured: n(1), expired: n(1) });
    assert_eq!(reading(&w, 1), (U256::ZERO, U256::ZERO, false));
}

#[test]
fn an_ask_that_has_to_be_counted_keeps_the_bids_from_being_read_too() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    w.chain.warp(60);
    let nft = w.mint(w.bob, 1)[0];
    w.list(w.bob, nft, 130);
    w.chain.warp(AGE - 60);
    w.catch_up();
    assert_eq!(reading(&w, 1), (price(100), U256::ZERO, false));
    w.chain.warp(60);
    // Bids alone are current, and answer alone.
    assert_eq!((reading(&w, 1).2, w.view(bindingCall {})), (true, price(100)));
}

#[test]
fn counting_and_reading_are_one_call_for_the_index() {
    let w = World::new();
    for _ in 0..3 {
        w.place(w.alice, 100, 1);
    }
    w.chain.warp(AGE);
    let read = |steps| {
        let read = w.send(w.carol, catchUpAndReadCall { steps: n(steps), depth: n(3) });
        (read.bid, read.ask, read.pending)
    };
    assert_eq!(read(2), (U256::ZERO, U256::ZERO, true));
    assert_eq!(read(2), (price(100), U256::ZERO, false));
    assert_eq!(read(0), reading(&w, 3));
}

#[test]
fn units_near_the_best_bid_are_found_price_by_price() {
    let w = World::new();
    for (tick, units) in [(1_000, 1), (950, 2), (900, 4), (899, 8)] {
        w.place(w.alice, tick, units);
    }
    w.chain.warp(AGE);
    let near = |most, enough| unitsNearCall { nearBps: n(1_000), most: n(most), enough: n(enough) };
    w.unanswered(near(9, 99), errors::CountsPending {});
    w.catch_up();
    let found = |most, enough| {
        let found = w.view(near(most, enough));
        (found.units, found.isAll)
    };
    assert_eq!(found(9, 99), (n(7), true));
    assert_eq!(found(2, 99), (n(3), false));
    assert_eq!(found(9, 2), (n(3), false));
    assert_eq!(w.view(unitsNearCall { nearBps: U256::MAX, most: n(9), enough: U256::MAX }).units, n(15));
}

#[test]
fn a_sale_takes_its_units_out_of_the_count_at_once() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    w.chain.warp(AGE);
    w.catch_up();
    let nft = w.mint(w.bob, 1);
    w.sell(w.bob, &nft);
    assert_eq!((reading(&w, 1).0, reading(&w, 2).0), (price(100), U256::ZERO));
}
