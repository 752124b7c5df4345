//! Fractional shares: made, sold by a liquidation, bought out, recombined.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, FloorSystem, Nft, ONE,
    abi::{FloorMarket, FloorShares::*, TestToken},
    account,
};

/// The contract of a market's collection.
fn shares(s: &mut FloorSystem) -> Address {
    let call = initializeCall { collection: s.nft, cash: s.cash, market: s.market };
    s.backend.proxy(s.backend.named("floor-shares"), call.abi_encode()).expect("a contract of shares")
}

/// Lets the contract take somebody's NFTs and cash.
fn approve(s: &mut FloorSystem, at: Address, who: Address) {
    let (nft, cash) = (s.nft, s.cash);
    s.must_to(who, nft, Nft::setApprovalForAllCall { operator: at, approved: true });
    s.must_to(who, cash, TestToken::approveCall { spender: at, value: U256::MAX });
}

fn balance(s: &FloorSystem, at: Address, owner: Address, id: U256) -> U256 {
    s.view_of(at, balanceOfCall { owner, id })
}

#[test]
fn shares_of_an_nft_are_whole_while_it_is_held_and_recombine() {
    let mut s = FloorSystem::told();
    let at = shares(&mut s);
    let (ann, bob) = (s.trader("ann"), s.trader("bob"));
    approve(&mut s, at, ann);
    let id = s.mint(ann, 1)[0];
    s.must_to(ann, at, fractionalizeCall { ids: vec![id], to: ann });
    assert_eq!((balance(&s, at, ann, id), s.owner_of(id)), (U256::from(ONE), at));
    s.must_to(ann, at, transferCall { receiver: bob, id, amount: U256::ONE });
    let lacks =
        ERC6909InsufficientBalance { owner: ann, balance: U256::from(ONE - 1), needed: U256::from(ONE), id };
    s.refused_by(ann, at, recombineCall { id, to: ann }, lacks);
    s.must_to(bob, at, transferCall { receiver: ann, id, amount: U256::ONE });
    s.must_to(ann, at, recombineCall { id, to: bob });
    assert_eq!((balance(&s, at, ann, id), s.owner_of(id)), (U256::ZERO, bob));
    assert_eq!(s.view_of(at, totalSupplyCall { id }), U256::ZERO);
}

#[test]
fn whoever_stubbornly_keeps_a_share_is_bought_out_at_a_price_he_may_answer() {
    let mut s = FloorSystem::told();
    let at = shares(&mut s);
    let (ann, bob) = (s.trader("ann"), s.trader("bob"));
    for who in [ann, bob] {
        approve(&mut s, at, who);
    }
    let id = s.mint(ann, 1)[0];
    s.must_to(ann, at, fractionalizeCall { ids: vec![id], to: ann });
    s.must_to(ann, at, transferCall { receiver: bob, id, amount: U256::from(ONE / 4) });
    let stake = U256::from(3 * ONE / 4);
    let offer = startBuyOutCall { id, shares: stake, price: U256::from(8 * ONE), deadline: U256::MAX };
    assert_eq!(s.must_to(ann, at, offer).returned, U256::from(2 * ONE));
    s.backend.warp(48 * 3_600 + 1);
    s.must_to(account("keeper"), at, finishBuyOutCall { id });
    assert_eq!(s.owner_of(id), ann);
    let before = s.balance(bob);
    s.must_to(bob, at, redeemCall { id, shares: U256::from(ONE / 4), to: bob });
    assert_eq!(s.balance(bob) - before, U256::from(2 * ONE));
}

#[test]
fn a_liquidation_sells_no_more_of_an_nft_than_its_owner_owes() {
    let mut s = FloorSystem::told();
    let at = shares(&mut s);
    let (holder, long, buyer) = (s.trader("holder"), s.trader("long"), s.trader("buyer"));
    approve(&mut s, at, buyer);
    let id = s.lock(holder, 1)[0];
    s.deposit(long, 20 * ONE);
    s.trade(long, holder, ONE, 10 * ONE);
    let cash = u128::try_from(s.holding(holder).0).unwrap();
    let call = s.withdraw_call(holder, cash);
    s.must(holder, call);
    // Half more FP in kind, by what was then: the mark is a third of the index.
    s.pay_epoch(10 * ONE, 12 * ONE);
    s.set_prices(5 * ONE, 12 * ONE);
    let kick = FloorMarket::kickCall { account: holder, ids: vec![id], deadline: U256::MAX };
    let auction = s.must(account("keeper"), kick).returned;
    let take = takeCall {
        market: s.market,
        auction,
        id,
        maxPrice: U256::from(12 * ONE),
        maxCash: U256::from(12 * ONE),
        deadline: U256::MAX,
    };
    let refusal = NotOperator { account: holder, caller: at };
    s.refused_by(buyer, at, take.clone(), refusal);
    s.must(holder, FloorMarket::setOperatorCall { operator: at, approved: true });
    let before = s.balance(buyer);
    let done = s.must_to(buyer, at, take).returned;
    assert_eq!(before - s.balance(buyer), done.paid);
    // He owed 1.2 FP, bought back at five; the NFT cost twelve: half of it is sold.
    assert_eq!(done.paid, U256::from(6 * ONE));
    assert_eq!(done.shares, U256::from(ONE / 2));
    assert_eq!((balance(&s, at, buyer, id), balance(&s, at, holder, id)), (done.shares, U256::from(ONE / 2)));
    assert_eq!((s.owner_of(id), s.holding(holder).1.is_zero()), (at, true));
    s.assert_conserved();
}
