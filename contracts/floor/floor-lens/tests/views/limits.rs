//! Trades as they would be, and the most that an account can do: a wei more is refused.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};

use crate::{
    rig::{
        MARKET, VENUE, World, account, cents, depositNftCall, n, settleTradeCall, withdrawCashCall,
        withdrawNftCall,
    },
    seen::*,
};

/// Whether the market would do it now.
fn could<C: SolCall>(world: &World, from: Address, call: C) -> bool {
    world.chain.simulate(from, MARKET, call).is_ok()
}

#[test]
fn a_trade_is_simulated_as_it_is_settled_or_refused() {
    let world = with_views(World::with(|params, _| params.fee = cents(1)));
    let (ann, _) = world.someone("ann", 2, 0);
    let (bob, cem) = (world.trader("bob", 3_000), world.trader("cem", 400));
    let nobody = account("nobody");
    world.send(nobody, crate::rig::setOperatorCall { operator: VENUE, approved: true });
    let trades = [
        (ann, bob, 150, 1_000),
        (ann, bob, 60, 1_000),
        (cem, bob, 50, 1_100),
        (cem, ann, 40, 900),
        (cem, bob, 900, 1_000),
        (bob, nobody, 10, 1_000),
        (bob, ann, 150, 1_234),
        (ann, ann, 10, 1_000),
    ];
    let mut done = 0;
    for (seller, buyer, fp, price) in trades {
        let call = world.trade_call(seller, buyer, fp, price);
        // By somebody whom they have never heard of.
        let calls = [call.abi_encode(), look_at(seller), look_at(buyer)];
        let told = simulated(&world, account("stranger"), &[seller, buyer], &calls);
        let settled = world.chain.send_raw(VENUE, MARKET, U256::ZERO, call.abi_encode());
        assert_eq!(told[0], settled);
        assert_eq!((seen_in(&told[1]), seen_in(&told[2])), (seen(&world, seller), seen(&world, buyer)));
        done += usize::from(settled.unwrap()[..32].iter().all(|byte| *byte == 0));
    }
    assert!((3..trades.len()).contains(&done), "{done} of both kinds");
}

#[test]
fn a_simulation_goes_on_after_a_refusal_and_leaves_no_operator() {
    let world = world();
    let (ann, bob) = (world.trader("ann", 500), account("stranger"));
    let take = |amount| withdrawCashCall { account: ann, amount, to: bob, deadline: world.deadline() };
    let calls = [
        take(cents(100)).abi_encode(),
        take(cents(1_000)).abi_encode(),
        vec![1, 2, 3, 4],
        take(cents(400)).abi_encode(),
        look_at(ann),
        Vec::new(),
    ];
    let told = simulated(&world, bob, &[ann], &calls);
    assert!(told[0].is_ok() && told[3].is_ok());
    assert!(told[1].is_err() && told[2].is_err() && told[5].is_err());
    assert_eq!(seen_in(&told[4]).cash, alloy_primitives::I256::ZERO, "500 less what two took");
    // Without her leave nothing goes, inside and outside.
    let error = crate::rig::errors::NotOperator { account: ann, caller: bob }.abi_encode();
    assert_eq!(simulated(&world, bob, &[], &calls[..1]), vec![Err(error.clone())]);
    assert_eq!(world.chain.send_raw(bob, MARKET, U256::ZERO, calls[0].clone()), Err(error));
    assert_eq!(seen(&world, ann).cash.into_raw(), cents(500));
}

#[test]
fn a_simulation_in_a_simulation_is_undone_before_the_next_call() {
    let world = world();
    let ann = world.trader("ann", 500);
    let take = withdrawCashCall { account: ann, amount: cents(500), to: ann, deadline: world.deadline() };
    let inner = simulateCall { accounts: vec![], calls: vec![take.abi_encode().into()] }.abi_encode();
    let told = simulated(&world, ann, &[], &[inner.clone(), inner, look_at(ann)]);
    assert_eq!(told[0], told[1]);
    assert_eq!(seen_in(&told[2]), seen(&world, ann));
}

#[test]
fn as_much_can_be_withdrawn_as_the_limit_says() {
    let world = world();
    let (ann, _) = world.someone("ann", 2, 100);
    let (bob, cem, dan) = (world.trader("bob", 9_000), world.trader("cem", 777), world.trader("dan", 55));
    let (eve, _) = world.someone("eve", 1, 700);
    world.trade(ann, bob, 150, 1_000);
    world.trade(cem, bob, 60, 1_010);
    world.trade(eve, bob, 100, 1_000);
    world.trade(bob, eve, 30, 1_000);
    world.prices(1_037, 990);
    world.days(2);
    for who in [ann, bob, cem, dan, eve, account("nobody")] {
        let (most, paid) = ask::<(N, N)>(&world, "maxWithdraw(address)", &[word(who)]);
        let call = |amount| withdrawCashCall { account: who, amount, to: who, deadline: world.deadline() };
        if !most.is_zero() {
            undone(&world, || assert_eq!(world.send(who, call(most)).paid, paid));
        }
        assert!(!could(&world, who, call(most + U256::ONE)), "{most} of {who}");
    }
    let most = |who| number(&world, "maxWithdraw(address)", &[word(who)]);
    assert_eq!(n(most(dan)), cents(55));
    let cash_of_bob = seen(&world, bob).cash.into_raw();
    assert!(n(most(bob)) > cash_of_bob, "against the margin of others");
    world.status(1);
    assert_eq!(n(most(bob)), cash_of_bob, "without a price, what needs none");
    let error = crate::rig::errors::PriceUnavailable { source: U256::ZERO, status: n(1_u8) };
    refuses(&world, "maxWithdraw(address)", &[word(cem)], error);
}

#[test]
fn as_much_can_be_minted_as_the_limit_says() {
    let world = world();
    let wrapper = world.trader("wrapper", 0);
    let (ann, _) = world.someone("ann", 3, 0);
    let (rich, _) = world.someone("rich", 1, 2_345);
    let (bob, _) = world.someone("long", 1, 3_000);
    world.trade(ann, bob, 120, 1_000);
    world.withdraw(ann, 1_200);
    world.prices(1_100, 1_000);
    let cash_only = world.trader("cashonly", 5_000);
    for who in [ann, rich, bob, cash_only] {
        let most = ask::<(N,)>(&world, "maxMint(address)", &[word(who)]).0;
        let call = |fp| settleTradeCall { fp, ..world.trade_call(who, wrapper, 0, 0) };
        undone(&world, || assert_eq!(world.send(VENUE, call(most)).outcome, 0, "{most}"));
        let more = undone(&world, || world.send(VENUE, call(most + U256::ONE)));
        assert_eq!(more.outcome, 1, "{most} of {who}");
    }
    let most = |who| n(number(&world, "maxMint(address)", &[word(who)]));
    assert_eq!(most(ann), cents(180), "what NFTs alone cover");
    assert!(most(rich) > cents(100) && most(bob) > cents(220), "cash covers some more");
    assert!(most(cash_only) < cents(500), "margined at the mark");
    assert_eq!(most(world.trader("poor", 0)), U256::ZERO);
    world.status(1);
    assert_eq!((most(ann), most(rich)), (cents(180), cents(100)), "without a price, what needs none");
}

#[test]
fn as_many_nfts_leave_as_the_limit_says() {
    let world = world();
    let (ann, ids) = world.someone("ann", 5, 0);
    let (rich, others) = world.someone("rich", 3, 4_000);
    let bob = world.trader("bob", 9_000);
    world.trade(ann, bob, 250, 1_000);
    world.trade(rich, bob, 250, 1_000);
    world.withdraw(ann, 2_500);
    for (who, ids, expected) in [(ann, ids, 2), (rich, others, 3)] {
        assert_eq!(number(&world, "maxUnlock(address)", &[word(who)]), expected);
        let call = |count: usize| withdrawNftCall {
            account: who,
            ids: ids[..count].to_vec(),
            to: who,
            deadline: world.deadline(),
        };
        let count = expected as usize;
        let told = simulated(&world, who, &[], &[call(count).abi_encode(), look_at(who)]);
        undone(&world, || {
            world.send(who, call(count));
            assert_eq!(seen(&world, who), seen_in(&told[1]));
        });
        assert!(count == ids.len() || !could(&world, who, call(count + 1)));
    }
    world.status(1);
    assert_eq!(number(&world, "maxUnlock(address)", &[word(ann)]), 2, "which needs no price");
}

#[test]
fn a_locked_nft_is_simulated() {
    let world = world();
    let (ann, ids) = world.someone("ann", 1, 0);
    let bob = world.trader("bob", 2_000);
    world.trade(ann, bob, 50, 1_000);
    world.trade(bob, ann, 50, 1_000);
    world.send(ann, giving_back(&world, ann, &ids));
    let lock = depositNftCall { account: ann, ids, proofs: Vec::new() };
    let told = simulated(&world, ann, &[], &[lock.abi_encode(), look_at(ann)]);
    world.send(ann, lock);
    assert_eq!(seen_in(&told[1]), seen(&world, ann));
    assert_eq!(seen(&world, ann).nfts, n(1_u8));
}

fn giving_back(world: &World, who: Address, ids: &[U256]) -> withdrawNftCall {
    withdrawNftCall { account: who, ids: ids.to_vec(), to: who, deadline: world.deadline() }
}
