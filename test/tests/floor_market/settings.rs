//! Markets of other settings than the examples': calls on the floor, each rule for what new longs may owe; and a sale whose
//! owner asks for less.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use everfloor_test::{Backend, FloorSystem, ONE, abi::FloorMarket::*, account};

const TENTH: u128 = ONE / 10;

fn wei(value: u128) -> i128 {
    i128::try_from(value).unwrap()
}

/// Cash and FP of an account, wei.
fn held(s: &FloorSystem, who: Address) -> (i128, i128) {
    let (cash, fp) = s.holding(who);
    (i128::try_from(cash).unwrap(), i128::try_from(fp).unwrap())
}

#[test]
fn a_call_is_paid_for_and_ended_by_what_the_index_has_above_its_strike() {
    let mut s = FloorSystem::told_with(|params, _| params.strike = U256::from(4 * ONE));
    s.set_prices(6 * ONE, 10 * ONE);
    let (holder, long, owner) = (s.trader("holder"), s.trader("long"), s.owner);
    let id = s.lock(holder, 1)[0];
    s.deposit(long, 6 * ONE);
    s.trade(long, holder, ONE, 6 * ONE);
    let most = s.withdraw_call(holder, 6 * ONE - 2 * TENTH);
    s.must(holder, most);
    for (mark, index) in [(996 * ONE, 1_000 * ONE), (1, 3 * ONE), (6 * ONE, 10 * ONE)] {
        s.set_prices(mark, index);
        assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable, "by the price alone: {index}");
    }
    // The index is 6.2 above the strike and the mark is 6: the short pays 0.2, and then in kind.
    s.pay_epoch(6 * ONE, 102 * TENTH);
    assert_eq!((held(&s, holder), held(&s, long)), ((0, -wei(ONE)), (wei(2 * TENTH), wei(ONE))));
    s.pay_epoch(5 * ONE, 95 * TENTH);
    assert_eq!(
        (held(&s, holder), held(&s, long)),
        ((0, -wei(11 * TENTH)), (wei(2 * TENTH), wei(11 * TENTH)))
    );
    s.set_prices(6 * ONE, 10 * ONE);
    assert_eq!(s.must(owner, shutDownCall {}).returned, U256::from(6 * ONE));
    let redeem = redeemCall {
        account: holder,
        ids: vec![id],
        mostPaid: U256::from(66 * TENTH),
        to: holder,
        deadline: U256::MAX,
    };
    assert_eq!(s.must(holder, redeem).returned, U256::from(66 * TENTH));
    s.must(owner, closeAccountsCall { accounts: vec![long] });
    s.must(owner, distributeCall {});
    assert_eq!(s.must(owner, claimCall { account: long }).returned, U256::from(68 * TENTH));
}

/// What a buyer of two FP at ten must bring where 36 are there for longs of 30, of it the 15 that a short's margin is.
fn required(leverage: u8) -> u128 {
    let mut s = FloorSystem::told_with(|params, _| {
        (params.leverage, params.longInitial) = (leverage, U256::from(TENTH));
        (params.kappaHigh, params.kappaLow) = (U256::from(15 * TENTH), U256::from(ONE));
    });
    let [short, bob, holder, buyer] = ["short", "bob", "holder", "buyer"].map(|name| s.trader(name));
    s.deposit(short, 5 * ONE);
    s.deposit(bob, 10 * ONE);
    s.trade(bob, short, ONE, 10 * ONE);
    s.lock(holder, 2);
    s.deposit(holder, ONE);
    s.deposit(buyer, 4 * ONE);
    let (call, desk) = (s.trade_call(buyer, holder, 2 * ONE, 10 * ONE), s.desk);
    let told = s.must(desk, call.clone()).returned;
    assert_eq!((told.outcome, told.reason.0), (2, InsufficientCollateral::SELECTOR));
    assert_eq!(told.second, U256::from(4 * ONE));
    let asked = told.first.to::<u128>();
    s.deposit(buyer, asked - 4 * ONE - 1);
    assert_eq!(s.must(desk, call).returned.outcome, 2, "a wei is missing");
    s.deposit(buyer, 1);
    s.trade(buyer, holder, 2 * ONE, 10 * ONE);
    assert_eq!(held(&s, buyer), (wei(asked) - wei(20 * ONE), wei(2 * ONE)));
    s.assert_conserved();
    asked
}

#[test]
fn a_market_that_lets_longs_owe_what_can_be_paid_asks_for_the_rest() {
    assert_eq!(required(0), 5 * ONE);
}

#[test]
fn a_market_with_a_threshold_asks_for_all_below_it() {
    assert_eq!(required(1), 20 * ONE);
}

#[test]
fn a_market_with_a_ramp_asks_for_more_the_less_is_there() {
    // 36 for 30 is six tenths of the way from 1.5, where a tenth is asked for, to 1, where all is.
    assert_eq!(required(2), 128 * TENTH);
}

#[test]
fn an_owner_asks_for_less_and_never_for_more() {
    let mut s = FloorSystem::told();
    let (holder, thief) = (s.trader("holder"), s.trader("thief"));
    let ids = s.lock(holder, 1);
    let offer = startVoluntaryCall {
        account: holder,
        ids,
        top: U256::from(12 * ONE),
        reserve: U256::from(10 * ONE),
        step: U256::from(600),
        cut: "900000000000000000000000000".parse().unwrap(),
        deadline: U256::MAX,
    };
    let auction = s.must(holder, offer).returned;
    let lower = |to: u128| lowerReserveCall { auction, reserve: U256::from(to), deadline: U256::MAX };
    s.refused(thief, lower(8 * ONE), NotOperator { account: holder, caller: thief });
    let late = lowerReserveCall { deadline: U256::ZERO, ..lower(8 * ONE) };
    s.fails(holder, late);
    s.backend.warp(1_800);
    assert_eq!(s.view(getAuctionCall { id: auction }).price, U256::from(10 * ONE));
    let lowered = s.must(holder, lower(8 * ONE)).event::<ReserveLowered>();
    assert_eq!((lowered.auction, lowered.reserve), (auction, U256::from(8 * ONE)));
    s.fails(holder, lower(9 * ONE));
    // Three steps: 12 x 0.9^3; many more: what it does not fall below.
    assert_eq!(s.view(getAuctionCall { id: auction }).price, U256::from(8_748 * ONE / 1_000));
    s.backend.warp(3_600);
    assert_eq!(s.view(getAuctionCall { id: auction }).price, U256::from(8 * ONE));
    assert_eq!(account("holder"), s.view(getAuctionCall { id: auction }).account);
}
