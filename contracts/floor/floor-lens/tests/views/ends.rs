//! The end of a market, as its views and previews have it.

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};

use crate::{
    rig::{
        World, buyUnredeemedCall, cents, claimCall, closeAccountsCall, distributeCall, errors, n, redeemCall,
        shutDownCall,
    },
    seen::*,
};

fn shutdown(world: &World) -> ShutdownView {
    ask::<(ShutdownView,)>(world, "shutdownState()", &[]).0
}

#[test]
fn an_end_is_simulated_until_all_are_paid() {
    let world = world();
    let (ann, ids) = world.someone("ann", 2, 0);
    let (sue, others) = world.someone("sue", 1, 0);
    let bob = world.trader("bob", 4_000);
    world.trade(ann, bob, 150, 1_000);
    world.trade(sue, bob, 100, 1_000);
    world.withdraw(sue, 1_000);
    assert!(!shutdown(&world).shut);
    let close = |who| closeAccountsCall { accounts: vec![who] };
    let tried = |call: Vec<u8>| simulated(&world, bob, &[ann, sue], &[call]).remove(0);
    assert_eq!(tried(close(bob).abi_encode()), Err(errors::MarketOpen {}.abi_encode()));
    let price = world.send(world.owner, shutDownCall {});
    let end = shutdown(&world);
    assert_eq!((end.shut, end.price, end.firstClaims, end.longClaims), (true, price, n(0_u8), n(0_u8)));
    assert!(ask::<(Yes,)>(&world, "isShut()", &[]).0 && market(&world).shut);
    let redeem = |account, ids: &[U256]| redeemCall {
        account,
        ids: ids.to_vec(),
        mostPaid: U256::MAX >> 128,
        to: account,
        deadline: world.deadline(),
    };
    let pays = tried(redeem(ann, &ids).abi_encode());
    assert_eq!(pays, Ok(U256::ZERO.abi_encode()), "her cash is enough");
    assert_eq!(tried(close(sue).abi_encode()), Err(errors::NftsNotSold { nfts: n(1_u8) }.abi_encode()));
    assert_eq!(tried(redeem(sue, &others).abi_encode()), Ok(cents(1_000).abi_encode()));
    assert_eq!(Ok(world.send(ann, redeem(ann, &ids)).abi_encode()), pays);

    let buy = || buyUnredeemedCall {
        account: sue,
        ids: others.clone(),
        maxPrice: U256::MAX >> 128,
        receiver: bob,
        data: Bytes::new(),
        deadline: world.deadline(),
    };
    let early = errors::TooEarly { from: end.redeemUntil, nowTime: n(world.chain.now()) };
    assert_eq!(tried(buy().abi_encode()), Err(early.abi_encode()));
    world.chain.set_time(end.redeemUntil.to::<u64>() + 90_000);
    let told = tried(buy().abi_encode());
    let sold = world.send(bob, buy());
    assert_eq!(told, Ok((sold.price, sold.owe).abi_encode()));
    let calls = [close(bob).abi_encode(), asking("shutdownState()", &[])];
    let told = simulated(&world, bob, &[], &calls);
    world.send(bob, close(bob));
    let end = shutdown(&world);
    assert_eq!(told[1], Ok(end.abi_encode()));
    let claim = end.longClaims;
    let again = simulated(&world, bob, &[], &calls);
    assert_eq!(again[1], told[1], "once");
    let stranger = crate::rig::account("stranger");
    let unknown = errors::UnknownAccount { account: stranger };
    assert_eq!(tried(close(stranger).abi_encode()), Err(unknown.abi_encode()));

    let claimable = |who| ask::<(N, N, N, Yes, Yes)>(&world, "claimable(address)", &[word(who)]);
    assert_eq!(claimable(bob), (U256::ZERO, claim, U256::ZERO, true, true), "before it is worked out");
    assert!(!claimable(stranger).4);
    world.send(bob, distributeCall {});
    let (due, ..) = claimable(bob);
    assert!(due > U256::ZERO && shutdown(&world).longRatio > U256::ZERO);
    assert_eq!(world.send(bob, claimCall { account: bob }), due);
    let after = claimable(bob);
    assert_eq!((after.0, after.1, after.2), (U256::ZERO, claim, due));
}
