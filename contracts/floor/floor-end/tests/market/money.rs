//! Cash, NFTs and trades, in and out.

use alloy_primitives::U256;

use crate::rig::*;

#[test]
fn cash_and_nfts_go_in_trade_and_come_out() {
    let w = World::new();
    let (alice, apes) = w.someone("alice", 2, 0);
    let bob = w.trader("bob", 2_000);
    w.trade(alice, bob, 100, 1_000);
    assert_eq!([alice, bob].map(|who| w.seen(who)), [(1_000, -100, 2), (1_000, 100, 0)]);
    let told: events::Trade = w.last();
    assert_eq!((told.maker, told.taker, told.venue, told.fp), (alice, bob, VENUE, cents(100)));
    w.withdraw(alice, 1_000);
    assert_eq!(w.coins(alice), 1_010 * ONE);
    let unlock =
        |id: U256| withdrawNftCall { account: alice, ids: vec![id], to: alice, deadline: w.deadline() };
    w.send(alice, unlock(apes[0]));
    assert_eq!((w.holder(apes[0]), w.seen(alice)), (alice, (0, -100, 1)));
    let margin = errors::InsufficientMargin { required: cents(1_500), have: U256::ZERO };
    w.refused(alice, unlock(apes[1]), margin);
    w.refused(bob, unlock(apes[1]), errors::NotOperator { account: alice, caller: bob });
    w.send(alice, depositCashCall { amount: cents(1_000), account: alice });
    w.trade(bob, alice, 100, 1_000);
    w.send(alice, unlock(apes[1]));
    assert_eq!([alice, bob].map(|who| w.seen(who)), [(0, 0, 0), (2_000, 0, 0)]);
    assert_eq!(w.held(), 20 * ONE);
}

#[test]
fn a_venue_is_told_who_cannot() {
    let w = World::new();
    let (alice, _) = w.someone("alice", 1, 0);
    let bob = w.trader("bob", 900);
    let told = w.send(VENUE, w.trade_call(alice, bob, 100, 1_000));
    assert_eq!(told.outcome, 2, "bob has nine, and nobody's cash to borrow");
    assert_eq!(told.reason.0, <errors::InsufficientCollateral as alloy_sol_types::SolError>::SELECTOR);
    assert_eq!((told.first, told.second), (cents(1_000), cents(900)));
    let told = w.send(VENUE, settleTradeCall { mark: U256::ZERO, ..w.trade_call(alice, bob, 100, 1_000) });
    assert_eq!(told.outcome, 3, "not without the mark");
    assert!(w.view(canSettleCall {
        maker: bob,
        fp: cents(90),
        price: cents(1_000),
        makerBuys: true,
        mark: U256::ZERO
    }));
    let stranger = account("stranger");
    let refusal = errors::NotOperator { account: alice, caller: stranger };
    w.refused(stranger, w.trade_call(alice, bob, 1, 1_000), refusal);
}

#[test]
fn entry_is_paused_by_the_owner_and_nothing_else_is() {
    let w = World::new();
    let (alice, apes) = w.someone("alice", 1, 100);
    w.send(w.owner, setEntryPausedCall { paused: true });
    let lock = depositNftCall { account: alice, ids: vec![n(9_u8)], proofs: Vec::new() };
    w.refused(alice, lock, errors::EntryPaused {});
    w.withdraw(alice, 100);
    w.send(alice, withdrawNftCall { account: alice, ids: apes, to: alice, deadline: w.deadline() });
    assert_eq!(w.held(), 0);
}

#[test]
fn what_the_market_cannot_pay_at_once_waits() {
    let w = World::new();
    let (alice, _) = w.someone("alice", 1, 0);
    let bob = w.trader("bob", 1_000);
    w.trade(alice, bob, 100, 1_000);
    w.withdraw(alice, 1_000);
    w.prices(1_200, 1_000);
    w.days(1);
    assert_eq!([alice, bob].map(|who| w.seen(who)), [(200, -100, 1), (-200, 100, 0)]);
    let call =
        |cash| withdrawCashCall { account: alice, amount: cents(cash), to: alice, deadline: w.deadline() };
    let asked = w.send(alice, call(200));
    assert_eq!((asked.paid, asked.ticket), (U256::ZERO, n(1_u8)));
    let waiting = claimWaitingCall { ticket: n(1_u8) };
    w.refused(bob, claimWaitingCall { ticket: n(1_u8) }, errors::NothingToPay {});
    w.send(bob, depositCashCall { amount: cents(150), account: bob });
    assert_eq!(w.send(bob, waiting), cents(150));
    assert_eq!(w.held(), 0);
}
