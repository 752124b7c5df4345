//! What the market is asked, what its answers do, and what can be seen and done while it is asked.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use everfloor_book_storage::abi::{
    errors::{BadAnswer, NotFilled},
    events::{OrderFilled, OrderRemoved},
};
use everfloor_common::lock::Reentrant;
use stylus_sdk::ArbResult;

use crate::rig::*;

#[test]
fn the_market_is_told_each_trade_in_wei() {
    both(|w| {
        w.rest(ALICE, ask(10, 1_010));
        w.place(BOB, bid(7, 1_020));
        let told = |w: &World| {
            let trades = &w.market.borrow().trades;
            let [trade] = trades.as_slice() else { panic!("{trades:?}") };
            (trade.maker, trade.taker, trade.fp, trade.price, trade.takerBuys)
        };
        assert_eq!(told(w), (ALICE, BOB, n(7 * LOT_SIZE), n(1_010 * TICK_SIZE), true));
        w.rest(BOB, bid(10, 990));
        w.place(CAROL, ask(10, 980));
        assert_eq!(told(w), (BOB, CAROL, n(10 * LOT_SIZE), n(990 * TICK_SIZE), false));
    });
}

#[test]
fn the_market_is_told_the_mark_if_it_asks_and_not_before() {
    both(|w| {
        w.rest(ALICE, ask(200, 1_010));
        w.rest(ALICE, bid(100, 996));
        w.chain.warp(2 * HOUR);
        w.place(BOB, bid(5, 1_010));
        let told = |w: &World| w.market.borrow().trades.last().map(|trade| trade.mark);
        assert_eq!(told(w), Some(U256::ZERO));
        w.tell(|market| market.asks_mark = true);
        w.chain.warp(HOUR);
        w.place(BOB, bid(5, 1_010));
        let mark = w.view(markPriceCall {}).price;
        assert_eq!(told(w), Some(mark));
        assert_ne!(mark, n(ETHER), "there has been a mid");
        // With too little asked there is none any more; the last one is carried on, but not told.
        w.place(BOB, bid(150, 1_010));
        w.chain.warp(2 * HOUR);
        w.place(BOB, bid(5, 1_010));
        assert_eq!(w.view(markPriceCall {}).price, mark);
        assert_eq!(told(w), Some(n(u128::MAX)));
        // A market that asks again and again is no market.
        w.rest(ALICE, ask(10, 1_010));
        let asks = (n(3_u8), U256::ZERO, U256::ZERO, U256::ZERO).abi_encode();
        w.market_says(Ok(asks));
        w.refused(BOB, bid(5, 1_010), BadAnswer { market: MARKET });
    });
}

#[test]
fn a_maker_who_cannot_loses_the_order_and_matching_goes_on() {
    both(|w| {
        let (poor, rich) = (w.rest(ALICE, ask(10, 1_010)), w.rest(BOB, ask(10, 1_010)));
        w.tell(|market| no_more(market.makers_without.insert(ALICE)));
        let placed = w.place(CAROL, bid(10, 1_010));
        assert_eq!((placed.filled, placed.stop), (10, FILLED));
        let removed = w.events::<OrderRemoved>().pop().unwrap();
        assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(poor), ALICE, n(10_u8), 2));
        assert_eq!(w.events::<OrderFilled>().pop().unwrap().id, n(rich));
        assert!(w.side(false).is_empty());
    });
}

#[test]
fn a_taker_who_cannot_at_all_is_refused_as_the_market_put_it() {
    both(|w| {
        w.rest(ALICE, ask(10, 1_010));
        w.chain.warp(10);
        w.tell(|market| no_more(market.credit.insert(BOB, 0)));
        let refused_by = |error: &dyn Fn() -> Vec<u8>, expected: Vec<u8>| {
            w.tell(|market| market.refusal = error());
            for kind in [GTC, IOC, FOK] {
                let before = w.chain.state();
                let revert = w.send(BOB, of_kind(kind, bid(10, 1_010))).map(no_more).unwrap_err();
                assert_eq!(revert.0, expected);
                assert_eq!(w.chain.state(), before);
            }
        };
        let margin = InsufficientMargin { required: n(7_u8), have: n(0_u8) };
        refused_by(&|| refusal(&margin), margin.abi_encode());
        // As many words as it answered, so that the error comes out as it is.
        let pending = FundingPending { epoch: n(9_u8) };
        refused_by(&|| refusal(&pending), pending.abi_encode());
        refused_by(&|| refusal(&EntryPaused {}), EntryPaused {}.abi_encode());
        // More than the two there may be are not passed on.
        let long = || [refusal(&margin), n(5_u8).abi_encode()].concat();
        refused_by(&long, margin.abi_encode());
    });
}

#[test]
fn a_taker_who_cannot_any_more_keeps_what_was_traded_and_rests_nothing() {
    both(|w| {
        for tick in [1_010, 1_011] {
            w.rest(ALICE, ask(10, tick));
        }
        w.tell(|market| no_more(market.credit.insert(BOB, 1)));
        let whole = of_kind(FOK, bid(20, 1_011));
        w.refused(BOB, whole, NotFilled { filled: n(10_u8), lots: n(20_u8) });
        let placed = w.place(BOB, bid(20, 1_011));
        let notional = 10 * 1_010 * UNIT;
        assert_eq!(placed, Placed { id: 0, filled: 10, notional, stop: TAKER_CANNOT });
        assert_eq!((w.side(false), w.side(true)), (vec![(1_011, 10)], vec![]));
    });
}

#[test]
fn makers_who_cannot_stay_dropped_only_if_the_call_goes_through() {
    both(|w| {
        let poor = w.rest(ALICE, ask(10, 1_010));
        w.rest(BOB, ask(10, 1_011));
        w.tell(|market| {
            market.makers_without.insert(ALICE);
            market.credit.insert(CAROL, 0);
        });
        let error = InsufficientMargin { required: n(7_u8), have: n(3_u8) };
        w.refused(CAROL, bid(10, 1_011), error);
        assert_eq!(w.queue(1_010), [(poor, 10)]);
        let placed = w.place(CAROL, of_kind(IOC, bid(10, 1_010)));
        assert_eq!((placed.filled, placed.stop), (0, GIVEN_UP));
        assert!(w.queue(1_010).is_empty());
    });
}

#[test]
fn a_market_that_reverts_reverts_the_whole_call_as_it_did() {
    both(|w| {
        for tick in [1_010, 1_011] {
            w.rest(ALICE, ask(10, tick));
        }
        w.chain.warp(10);
        // In the second trade, after one that was settled.
        let count = Rc::new(RefCell::new(0));
        let error = InsufficientMargin { required: n(1_u8), have: n(2_u8) };
        let data = error.abi_encode();
        let told = data.clone();
        w.tell(|market| {
            market.says = Some(Rc::new(move |_, _| {
                *count.borrow_mut() += 1;
                if *count.borrow() % 2 == 1 { Ok(vec![0; 128]) } else { Err(told.clone()) }
            }));
        });
        for kind in [GTC, IOC, FOK] {
            w.refused(BOB, of_kind(kind, bid(20, 1_011)), error.clone());
        }
        let id = 1;
        w.market_says(Err(data));
        w.refused(STRANGER, drop_order(id), error);
        // Also with nothing.
        w.market_says(Err(Vec::new()));
        assert!(w.send(BOB, bid(20, 1_011)).map(no_more).unwrap_err().is_empty());
        assert_eq!(w.side(false), [(1_010, 10), (1_011, 10)]);
    });
}

#[test]
fn an_answer_that_no_market_gives_is_refused() {
    both(|w| {
        let id = w.rest(ALICE, ask(10, 1_010));
        let bad = BadAnswer { market: MARKET };
        let outcome = |outcome: U256| (outcome, U256::ZERO, U256::ZERO, U256::ZERO).abi_encode();
        let answers = [
            Vec::new(),
            vec![0; 31],
            outcome(n(3_u8)),
            outcome(n(256_u64)),
            outcome(U256::MAX),
            // A refusal without a reason.
            n(2_u8).abi_encode(),
            vec![1; 128],
        ];
        for answer in answers {
            w.market_says(Ok(answer));
            w.refused(BOB, bid(10, 1_010), bad.clone());
        }
        for answer in [Vec::new(), vec![0; 31], n(2_u8).abi_encode(), U256::MAX.abi_encode()] {
            w.market_says(Ok(answer));
            w.refused(STRANGER, drop_order(id), bad.clone());
            w.blind(preview(BOB, &bid(10, 1_010)), bad.clone());
        }
        // Where there is no contract nobody answers.
        let elsewhere = World::without_book(Routing::Sdk);
        let call = initializeCall { market: STRANGER, ..initialize(params(), n(ETHER)) };
        elsewhere.send(OWNER, call).unwrap();
        elsewhere.rest(ALICE, ask(10, 1_010));
        elsewhere.refused(BOB, bid(10, 1_010), BadAnswer { market: STRANGER });
    });
}

/// Calls the book in the middle of a trade; what it answered to each.
fn in_the_middle(w: &World, calls: Vec<Vec<u8>>, is_static: bool) -> Vec<ArbResult> {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hears = heard.clone();
    w.tell(|market| {
        market.says = Some(Rc::new(move |_, vm| {
            let answers = calls.iter().map(|call| call_from(vm, BOOK, call, is_static));
            hears.borrow_mut().extend(answers);
            Ok(vec![0; 128])
        }));
    });
    assert_eq!(w.place(BOB, bid(20, 1_011)).filled, 20);
    w.tell(|market| market.says = None);
    heard.take()
}

/// A book that has been open for a while, with two asks; the market owns orders, too.
fn busy(w: &World) -> u64 {
    w.rest(ALICE, bid(100, 990));
    let mine = w.rest(MARKET, bid(20, 980));
    for tick in [1_010, 1_011, 1_050] {
        w.rest(ALICE, ask(100 - 90 * u64::from(tick < 1_050), tick));
    }
    w.chain.warp(2 * HOUR);
    mine
}

#[test]
fn nothing_is_done_to_the_book_in_the_middle_of_a_call() {
    both(|w| {
        let mine = busy(w);
        w.chain.allow_reentry(BOOK);
        let calls = vec![
            bid(10, 900).abi_encode(),
            instead_of(mine, bid(10, 900)).abi_encode(),
            cancel(mine).abi_encode(),
            cancel_all(&[mine]).abi_encode(),
            reduce(mine, 10).abi_encode(),
            prune(mine).abi_encode(),
            drop_order(mine).abi_encode(),
            pokeCall {}.abi_encode(),
        ];
        let heard = in_the_middle(w, calls, false);
        assert_eq!(heard.len(), 16, "8 calls in 2 trades");
        for answer in heard {
            assert_eq!(answer, Err(Reentrant {}.abi_encode()));
        }
        assert_eq!(w.queue(980), [(mine, 20)]);
    });
}

#[test]
fn the_owner_changes_nothing_in_the_middle_of_a_call() {
    let w = World::without_book(Routing::Sdk);
    w.send(OWNER, initializeCall { owner: MARKET, ..initialize(params(), n(ETHER)) }).unwrap();
    busy(&w);
    w.chain.allow_reentry(BOOK);
    let call = setParamsCall { minLots: 1, markDepth: 1, markLevels: 2, period: 1 };
    for answer in in_the_middle(&w, vec![call.abi_encode()], false) {
        assert_eq!(answer, Err(Reentrant {}.abi_encode()));
    }
    assert_eq!(w.view(paramsCall {}), params());
}

#[test]
fn the_book_is_not_shown_half_way() {
    both(|w| {
        let mine = busy(w);
        w.chain.allow_reentry(BOOK);
        let (all, none) = (n(100_u8), n(0_u8));
        let calls = vec![
            bestBidCall {}.abi_encode(),
            bestAskCall {}.abi_encode(),
            getOrderCall { id: n(mine) }.abi_encode(),
            levelsCall { isBuy: false, fromTick: none, limit: all }.abi_encode(),
            ordersAtCall { tick: n(1_010_u64), fromId: none, limit: all }.abi_encode(),
            impactCall { isBuy: true, lots: all }.abi_encode(),
            preview(CAROL, &bid(10, 1_050)).abi_encode(),
            midCall {}.abi_encode(),
        ];
        let heard = in_the_middle(w, calls, true);
        assert_eq!(heard.len(), 16);
        for answer in heard {
            assert_eq!(answer, Err(Reentrant {}.abi_encode()));
        }
    });
}

#[test]
fn the_mark_in_the_middle_of_a_call_is_what_it_is_after_it() {
    both(|w| {
        busy(w);
        w.chain.allow_reentry(BOOK);
        let calls = || {
            let epochs = (0..6_u8).map(|epoch| averageOfEpochCall { epoch: n(epoch) }.abi_encode());
            let mut calls: Vec<Vec<u8>> = epochs.collect();
            calls.push(markPriceCall {}.abi_encode());
            calls.push(paramsCall {}.abi_encode());
            calls.push(marketCall {}.abi_encode());
            calls
        };
        let views = || -> Vec<ArbResult> {
            let ask = |call: Vec<u8>| w.chain.send_raw(STRANGER, BOOK, U256::ZERO, call);
            calls().into_iter().map(ask).collect()
        };
        let heard = in_the_middle(w, calls(), true);
        let after = views();
        assert!(after.iter().all(Result::is_ok));
        assert!(heard == [after.clone(), after].concat());
    });
}

#[test]
fn the_chain_itself_lets_nobody_in_either() {
    let w = World::new(Routing::Sdk);
    busy(&w);
    let calls = vec![markPriceCall {}.abi_encode(), pokeCall {}.abi_encode()];
    for answer in in_the_middle(&w, calls, false) {
        assert_eq!(answer, Err(Vec::new()));
    }
}

#[test]
fn a_question_whether_somebody_can_fill_changes_nothing() {
    let w = World::new(Routing::Sdk);
    let id = w.rest(ALICE, bid(10, 990));
    w.chain.allow_reentry(BOOK);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hears = heard.clone();
    w.tell(|market| {
        market.says = Some(Rc::new(move |_, vm| {
            hears.borrow_mut().push(call_from(vm, BOOK, &pokeCall {}.abi_encode(), false));
            hears.borrow_mut().push(call_from(vm, BOOK, &getOrderCall { id: n(id) }.abi_encode(), false));
            Ok(false.abi_encode())
        }));
    });
    w.chain.warp(10);
    w.send(STRANGER, drop_order(id)).unwrap();
    let heard = heard.take();
    assert_eq!(heard[0], Err(Vec::new()), "a static call cannot change the book");
    assert!(heard[1].is_ok(), "nothing had changed yet");
    assert!(w.side(true).is_empty());
}

#[test]
fn whoever_calls_through_a_contract_trades_for_that_contract() {
    let w = World::new(Routing::Sdk);
    let router: Address = STRANGER;
    w.chain.deploy_handler(router, |input, vm| call_from(&vm, BOOK, &input, false));
    let told = w.chain.send(ALICE, router, bid(10, 990)).unwrap();
    assert_eq!(w.order(told.orderId.to()).owner, router);
}
