//! What the market is asked, and what its answers do.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use everfloor_test::{abi::FloorBook::*, account};

use crate::ground::{
    VenueMarket::{
        InsufficientMargin, Settled, allowedCall, setAsksMarkCall, setBrokeCall, setCreditCall, setModeCall,
        setReentryCall, setWordsCall, triedCall,
    },
    *,
};

fn people() -> [Address; 4] {
    ["alice", "bob", "carol", "stranger"].map(account)
}

#[test]
fn a_maker_who_cannot_loses_the_order_and_matching_goes_on() {
    let mut b = Book::new();
    let [alice, bob, carol, stranger] = people();
    let (poor, rich) = (b.rest(alice, ask(10, 1_010)), b.rest(bob, ask(10, 1_010)));
    let other = b.rest(alice, ask(10, 1_020));
    b.g.refused(stranger, drop_order(other), CanFill { id: n(other) });
    b.tell(setBrokeCall { account: alice, to: true });
    let placed = b.place(carol, bid(10, 1_010));
    let removed = placed.event::<OrderRemoved>();
    assert_eq!(removed, OrderRemoved { id: n(poor), owner: alice, lots: n(10_u8), reason: 2 });
    assert_eq!((placed.event::<OrderFilled>().id, placed.returned.stop), (n(rich), FILLED));
    // Anybody takes the other one out.
    let removed = b.g.must(stranger, drop_order(other)).event::<OrderRemoved>();
    assert_eq!((removed.id, removed.reason, b.side(false)), (n(other), 2, vec![]));
}

#[test]
fn a_taker_who_cannot_is_refused_as_the_market_put_it_or_keeps_what_was_traded() {
    let mut b = Book::new();
    let [alice, bob, ..] = people();
    for tick in [1_010, 1_011] {
        b.rest(alice, ask(10, tick));
    }
    b.tell(setCreditCall { account: bob, isLimited: true, trades: U256::ZERO });
    for kind in [GTC, IOC, FOK] {
        let margin = InsufficientMargin { required: n(7_u8), have: n(3_u8) };
        b.g.refused(bob, of_kind(kind, bid(10, 1_010)), margin);
    }
    b.tell(setCreditCall { account: bob, isLimited: true, trades: U256::ONE });
    b.g.refused(bob, of_kind(FOK, bid(20, 1_011)), NotFilled { filled: n(10_u8), lots: n(20_u8) });
    let told = b.place(bob, bid(20, 1_011)).returned;
    assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, n(10_u8), TAKER_CANNOT));
    assert_eq!((b.side(false), b.side(true)), (vec![(1_011, 10)], vec![]));
}

#[test]
fn a_market_that_asks_for_the_mark_is_told_it() {
    let mut b = Book::new();
    let [alice, bob, ..] = people();
    b.rest(alice, ask(100, 1_030));
    b.rest(alice, bid(100, 990));
    b.g.warp(2 * HOUR);
    let without = b.place(bob, bid(5, 1_030)).event::<Settled>();
    assert_eq!(without.mark, U256::ZERO);
    b.tell(setAsksMarkCall { to: true });
    let told = b.place(bob, bid(5, 1_030)).event::<Settled>();
    assert_eq!(told.mark, b.g.view(markPriceCall {}).price);
    assert_eq!(told.mark, n(1_010 * TICK_SIZE), "the middle of both sides, for longer than it looks back");
}

#[test]
fn a_market_that_reverts_reverts_the_whole_call_as_it_did() {
    let mut b = Book::new();
    let [alice, bob, _, stranger] = people();
    let id = b.rest(alice, ask(10, 1_010));
    let error = InsufficientMargin { required: n(1_u8), have: n(2_u8) };
    b.tell(setModeCall { to: REVERTS });
    b.tell(setWordsCall { to: error.abi_encode().into() });
    for kind in [GTC, IOC, FOK] {
        b.g.refused(bob, of_kind(kind, bid(10, 1_010)), error.clone());
    }
    b.g.refused(stranger, drop_order(id), error);
    // Also with nothing.
    b.tell(setWordsCall { to: Default::default() });
    assert!(b.g.send(bob, bid(10, 1_010)).unwrap_err().is_empty());
    assert_eq!(b.side(false), [(1_010, 10)]);
}

#[test]
fn an_answer_that_no_market_gives_is_refused() {
    let mut b = Book::new();
    let [alice, bob, _, stranger] = people();
    let id = b.rest(alice, ask(10, 1_010));
    let bad = BadAnswer { market: b.market };
    let outcome = |outcome: U256| (outcome, U256::ZERO, U256::ZERO, U256::ZERO).abi_encode();
    b.tell(setModeCall { to: ANSWERS });
    // A market that asks for the mark again and again is no market; nor is a refusal without a reason.
    let answers = [
        Vec::new(),
        vec![0; 31],
        outcome(n(3_u8)),
        outcome(n(4_u8)),
        outcome(U256::MAX),
        n(2_u8).abi_encode(),
    ];
    for answer in answers {
        b.tell(setWordsCall { to: answer.into() });
        b.g.refused(bob, bid(10, 1_010), bad.clone());
    }
    for answer in [Vec::new(), n(2_u8).abi_encode(), U256::MAX.abi_encode()] {
        b.tell(setWordsCall { to: answer.into() });
        b.g.refused(stranger, drop_order(id), bad.clone());
        b.g.blind(preview(bob, &bid(10, 1_010)), bad.clone());
    }
    // Where there is no contract nobody answers.
    let market = account("nobody");
    let call = Book::init(&b.g, market);
    b.g.at = b.g.proxy("floor-book", call).unwrap();
    b.rest(alice, ask(10, 1_010));
    b.g.refused(bob, bid(10, 1_010), BadAnswer { market });
}

/// Whatever a market calls while it settles, the chain lets none of it in: not the book's changes, not its views.
#[test]
fn nothing_comes_back_in_during_a_trade() {
    let mut b = Book::new();
    let [alice, bob, ..] = people();
    let market = b.market;
    let mine = b.rest(market, bid(20, 980));
    let calls: Vec<Vec<u8>> = vec![
        bid(10, 900).abi_encode(),
        instead_of(mine, bid(10, 900)).abi_encode(),
        cancel(mine).abi_encode(),
        cancel_all(&[mine]).abi_encode(),
        reduce(mine, 10).abi_encode(),
        prune(mine).abi_encode(),
        drop_order(mine).abi_encode(),
        pokeCall {}.abi_encode(),
        markPriceCall {}.abi_encode(),
        bestBidCall {}.abi_encode(),
        preview(bob, &bid(10, 1_010)).abi_encode(),
    ];
    let count = calls.len() as u64;
    for tick in [1_010, 1_011] {
        b.rest(alice, ask(10, tick));
    }
    let book = b.g.at;
    let with = calls.into_iter().map(Into::into).collect();
    b.tell(setReentryCall { to: book, with });
    b.tell(setModeCall { to: REENTERS });
    assert_eq!(b.place(bob, bid(20, 1_011)).returned.filledLots, n(20_u8));
    let told = (b.g.view_of(market, triedCall {}), b.g.view_of(market, allowedCall {}));
    assert_eq!(told, (n(2 * count), U256::ZERO));
    assert_eq!(b.queue(980), [(mine, 20)]);
}
