//! A market that is shut: who gets what, in which order.

use alloy_primitives::{Address, U256};
use everfloor_test::{Backend, FloorSystem, ONE, abi::FloorMarket::*, account};

/// A holder of one NFT who has sold so much of one FP at ten and taken the cash; and the NFT.
fn holder(s: &mut FloorSystem, name: &str, long: Address, fp: u128) -> (Address, U256) {
    let holder = s.trader(name);
    let id = s.lock(holder, 1)[0];
    s.trade(long, holder, fp, 10 * ONE);
    let cash = u128::try_from(s.holding(holder).0).unwrap();
    let call = s.withdraw_call(holder, cash);
    s.must(holder, call);
    (holder, id)
}

fn redeem(account: Address, id: U256) -> redeemCall {
    redeemCall { account, ids: vec![id], mostPaid: U256::MAX >> 128, to: account, deadline: U256::MAX }
}

#[test]
fn one_redeems_another_defaults_and_longs_share_what_there_is() {
    let mut s = FloorSystem::told();
    let longs = ["one long", "another long"].map(|name| s.trader(name));
    s.deposit(longs[0], 10 * ONE);
    s.deposit(longs[1], 9 * ONE);
    let (a, redeemed) = holder(&mut s, "a", longs[0], ONE);
    let (b, sold) = holder(&mut s, "b", longs[1], 9 * ONE / 10);
    let (owner, keeper) = (s.owner, s.trader("keeper"));
    assert_eq!(s.must(owner, shutDownCall {}).returned, U256::from(10 * ONE));
    // A pays for her short and has her NFT.
    assert_eq!(s.must(a, redeem(a, redeemed)).returned, U256::from(10 * ONE));
    assert_eq!(s.owner_of(redeemed), a);
    // B does not, and his NFT is sold at a falling price: at eight somebody buys it.
    let until = s.view(shutdownStateCall {}).redeemUntil.to::<u64>();
    s.warp_to(until + 1);
    let eight = U256::from(8 * ONE);
    let mut steps = 0;
    while s.view(unredeemedPriceCall {}) > eight {
        s.backend.warp(3_600);
        steps += 1;
        assert!(steps < 1_000, "the price falls");
    }
    let price = s.view(unredeemedPriceCall {});
    let buy = buyUnredeemedCall {
        account: b,
        ids: vec![sold],
        maxPrice: eight,
        receiver: keeper,
        data: Default::default(),
        deadline: U256::MAX,
    };
    assert_eq!(s.must(keeper, buy).returned.owe, price);
    assert_eq!(s.owner_of(sold), keeper);
    // Whoever redeemed is closed with that.
    s.must(keeper, closeAccountsCall { accounts: vec![b, longs[0], longs[1]] });
    s.must(keeper, distributeCall {});
    // 19 are claimed, and 10 and what the NFT brought are there.
    let pot = U256::from(10 * ONE) + price;
    for (long, fp) in longs.into_iter().zip([ONE, 9 * ONE / 10]) {
        let before = s.balance(long);
        let paid = s.must(keeper, claimCall { account: long }).returned;
        assert_eq!(s.balance(long) - before, paid, "who calls gets nothing of it");
        let exact = pot * U256::from(fp) * U256::from(10) / U256::from(19 * ONE);
        assert!(paid <= exact && exact - paid <= U256::from(20), "{paid} of {exact}");
        s.refused(keeper, claimCall { account: long }, NothingToPay {});
    }
    for who in [a, b] {
        s.refused(keeper, claimCall { account: who }, NothingToPay {});
    }
    let left = s.balance(s.market);
    assert!(left <= U256::from(40), "{left} of rounding stay");
}

#[test]
fn what_was_withdrawn_before_the_end_is_paid_before_all_claims() {
    let mut s = FloorSystem::told();
    let (long, margined) = (s.trader("long"), s.trader("margined"));
    s.deposit(long, 11 * ONE);
    s.deposit(margined, 10 * ONE);
    let (a, id) = holder(&mut s, "a", long, ONE);
    s.trade(long, margined, ONE / 100, 10 * ONE);
    let owner = s.owner;
    s.must(owner, shutDownCall {});
    // Cash of those who are flat or short is in the first rank, whatever longs are owed.
    s.must(a, redeem(a, id));
    s.must(owner, closeAccountsCall { accounts: vec![margined, long] });
    s.must(owner, distributeCall {});
    let claims = s.view(shutdownStateCall {});
    assert_eq!((claims.firstRatio, claims.longRatio), (U256::from(ONE), U256::from(ONE)));
    let paid: U256 =
        [margined, long].map(|who| s.must(owner, claimCall { account: who }).returned).iter().sum();
    assert!(s.balance(s.market) <= U256::from(10));
    assert!(paid > U256::from(20 * ONE));
    s.refused(account("x"), claimCall { account: account("x") }, NothingToPay {});
}
