//! The market as a whole: what it was made with, its cash, its prices, where calls go.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue, sol_data::FixedBytes};

use crate::{
    rig::{APES, CASH, DAY, INDEX, ONE, VENUE, account, auctions, cents, n, params},
    seen::*,
};

#[test]
fn a_market_tells_what_it_was_made_with() {
    let world = world();
    let made = params(world.chain.now() / DAY * DAY);
    assert_eq!(ask::<(MarketParams,)>(&world, "params()", &[]).0.abi_encode(), made.abi_encode());
    let terms = ask::<(AuctionParams,)>(&world, "auctionParams()", &[]).0;
    assert_eq!(terms.abi_encode(), auctions().abi_encode());
    let peers = ask::<(MarketPeers,)>(&world, "peers()", &[]).0;
    assert_eq!((peers.cash, peers.collection, peers.index, peers.venue), (CASH, APES, INDEX, VENUE));
    assert_eq!((peers.bids, peers.wrapper), (Address::ZERO, Address::ZERO));
    assert_eq!(ask::<(Who,)>(&world, "cash()", &[]).0, CASH);
    assert_eq!(ask::<(Who,)>(&world, "collection()", &[]).0, APES);
    assert!(ask::<(FixedBytes<32>,)>(&world, "root()", &[]).0.is_zero());
    let programs = ask::<(MarketPrograms,)>(&world, "programs()", &[]).0;
    assert_eq!((programs.lens, programs.simulate), (LENS, SIMULATE));
    assert_eq!((programs.vault, programs.end, programs.admin), {
        let known = |index| program(&world, index);
        (known(0), known(4), known(6))
    });
}

#[test]
fn who_governs_is_told_and_what_only_the_administration_knows_reaches_it() {
    let world = world();
    let next = account("next");
    assert_eq!(ask::<(Who,)>(&world, "owner()", &[]).0, world.owner);
    assert!(!ask::<(Yes,)>(&world, "entryPaused()", &[]).0);
    world.send(world.owner, crate::rig::setEntryPausedCall { paused: true });
    assert!(ask::<(Yes,)>(&world, "entryPaused()", &[]).0 && market(&world).entryPaused);
    let call = transferOwnershipCall { newOwner: next };
    world.send(world.owner, call);
    assert_eq!(ask::<(Who,)>(&world, "pendingOwner()", &[]).0, next);
    world.send(world.owner, setGuardianCall { guardian: next });
    assert_eq!(ask::<(Who,)>(&world, "guardian()", &[]).0, next);
    assert!(!ask::<(Yes,)>(&world, "isShut()", &[]).0);
}

alloy_sol_types::sol! {
    function transferOwnership(address newOwner) external;
    function setGuardian(address guardian) external;
}

#[test]
fn what_a_market_holds_is_what_everybody_in_it_has() {
    let world = world();
    let (ann, _) = world.someone("ann", 3, 500);
    let (bob, cem) = (world.trader("bob", 6_000), world.trader("cem", 2_000));
    let idle = world.trader("idle", 700);
    world.trade(ann, bob, 300, 1_000);
    world.trade(cem, bob, 50, 1_000);
    world.prices(900, 1_000);
    world.days(2);
    let cash = ask::<(CashView,)>(&world, "getCash()", &[]).0;
    let [of_ann, of_bob, of_cem] = [ann, bob, cem].map(|who| seen(&world, who).cash);
    assert_eq!(cash.flat, cents(700));
    assert_eq!(seen(&world, idle).cash, I256::from_raw(cents(700)));
    assert_eq!((cash.margined, cash.longs, cash.holders), (of_cem, of_bob, of_ann));
    assert_eq!(cash.debts, U256::ZERO);
    let parts = [cash.margined, cash.longs, cash.holders].map(I256::into_raw);
    let all = parts.into_iter().fold(cash.flat + cash.reserve + cash.waiting, U256::wrapping_add);
    assert_eq!((cash.held, all), (cents(9_200), cents(9_200)));
    let now = market(&world);
    assert_eq!((now.openInterest, now.marginedFp), (cents(350), cents(50)));
    assert_eq!((now.accounts, now.nfts, now.fundedShorts), (n(4_u8), n(3_u8), n(1_u8)));
    assert_eq!(now.paidPerFp, I256::from_raw(cents(200)));
    assert_eq!((now.epochsPaid, now.epochsOver, now.lastIndex), (n(2_u8), n(2_u8), cents(1_000)));
    let capital = ask::<(CapitalView,)>(&world, "getCapital()", &[]).0;
    // Half a FP at nine, and half of that again.
    assert_eq!((capital.locked, capital.headroom), (cents(675), I256::from_raw(cents(675))));
    assert_eq!(capital.longEquity, cents(350 * 9) + of_bob.into_raw());
}

#[test]
fn prices_are_those_that_calls_go_by() {
    let world = world();
    world.prices(950, 1_050);
    let price = |name| ask::<(N, alloy_sol_types::sol_data::Uint<8>)>(&world, name, &[]);
    assert_eq!(price("markPrice()"), (cents(950), 0));
    assert_eq!(price("indexPrice()"), (cents(1_050), 0));
    world.prices(0, 1_050);
    assert_eq!(price("markPrice()"), (cents(1_050), 0), "nobody has quoted: what FP tracks");
    world.status(3);
    assert_eq!((price("markPrice()"), price("indexPrice()")), ((U256::ZERO, 3), (U256::ZERO, 3)));
    refuses(
        &world,
        "getCapital()",
        &[],
        crate::rig::errors::PriceUnavailable { source: U256::ZERO, status: n(3_u8) },
    );
    world.chain.deploy_handler(INDEX, |_, _| Err(Vec::new()));
    assert_eq!(ask::<(PricesView,)>(&world, "prices()", &[]).0.status, 255);
}

#[test]
fn a_withdrawal_that_waits_is_seen() {
    let world = world();
    // Bob owes for what he buys, Cem's margin stands for it; so what Ann may take is not all there.
    let (ann, _) = world.someone("ann", 1, 0);
    let bob = world.trader("bob", 1_000);
    world.trade(ann, bob, 100, 1_000);
    world.prices(2_000, 1_000);
    world.days(1);
    world.withdraw(ann, 1_000);
    let before = ask::<(N, N)>(&world, "maxWithdraw(address)", &[word(ann)]);
    assert_eq!(before, (cents(1_000), U256::ZERO), "longs have paid it, and owe it");
    let amount = cents(1_000);
    let call = crate::rig::withdrawCashCall { account: ann, amount, to: ann, deadline: world.deadline() };
    let told = simulated(&world, ann, &[], &[call.abi_encode(), look_at(ann)]);
    let done = world.send(ann, call);
    assert_eq!(told[0], Ok((done.paid, done.ticket).abi_encode()));
    assert_eq!(seen(&world, ann), seen_in(&told[1]));
    let place = ask::<(WaitingView,)>(&world, "waiting(uint256)", &[done.ticket]).0;
    assert_eq!((place.owner, place.amount, place.paid, place.due), (ann, amount, U256::ZERO, U256::ZERO));
    world.send(bob, crate::rig::depositCashCall { amount: cents(400), account: bob });
    let place = ask::<(WaitingView,)>(&world, "waiting(uint256)", &[done.ticket]).0;
    assert_eq!((place.due, place.ahead), (cents(400), U256::ZERO));
    let paid = world.send(ann, crate::rig::claimWaitingCall { ticket: done.ticket });
    assert_eq!(paid, cents(400));
    let cash = ask::<(CashView,)>(&world, "getCash()", &[]).0;
    assert_eq!((cash.waiting, cash.queueAsked, cash.queuePaid), (cents(600), amount, cents(400)));
    assert!(cash.held.is_zero() && cash.debts == cents(600), "{ONE} {cash:?}");
}
