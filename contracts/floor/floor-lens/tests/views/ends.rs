//! The end of a market, as its views and previews have it.

use alloy_primitives::{Bytes, U256};

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
fn an_end_is_previewed_until_all_are_paid() {
    let world = world();
    let (ann, ids) = world.someone("ann", 2, 0);
    let (sue, others) = world.someone("sue", 1, 0);
    let bob = world.trader("bob", 4_000);
    world.trade(ann, bob, 150, 1_000);
    world.trade(sue, bob, 100, 1_000);
    world.withdraw(sue, 1_000);
    assert!(!shutdown(&world).shut);
    refuses(&world, "previewClose(address)", &[word(bob)], errors::MarketOpen {});
    let price = world.send(world.owner, shutDownCall {});
    let end = shutdown(&world);
    assert_eq!((end.shut, end.price, end.firstClaims, end.longClaims), (true, price, n(0_u8), n(0_u8)));
    assert!(ask::<(Yes,)>(&world, "isShut()", &[]).0 && market(&world).shut);
    refuses(&world, "previewKick(address,uint256)", &[word(ann), n(1_u8)], errors::MarketShut {});

    let pays = n(number(&world, "previewRedeem(address,uint256)", &[word(ann), n(2_u8)]));
    assert_eq!(pays, U256::ZERO, "her cash is enough");
    let error = errors::NftsNotSold { nfts: n(1_u8) };
    refuses(&world, "previewClose(address)", &[word(sue)], error);
    let owes = n(number(&world, "previewRedeem(address,uint256)", &[word(sue), n(1_u8)]));
    assert_eq!(owes, cents(1_000));
    let call =
        redeemCall { account: ann, ids, mostPaid: U256::MAX >> 128, to: ann, deadline: world.deadline() };
    assert_eq!(world.send(ann, call), pays);

    let words = [word(sue), n(1_u8)];
    let early = errors::TooEarly { from: end.redeemUntil, nowTime: n(world.chain.now()) };
    refuses(&world, "previewBuyUnredeemed(address,uint256)", &words, early);
    world.chain.set_time(end.redeemUntil.to::<u64>() + 90_000);
    let (price, owe) = ask::<(N, N)>(&world, "previewBuyUnredeemed(address,uint256)", &words);
    let call = buyUnredeemedCall {
        account: sue,
        ids: others,
        maxPrice: price,
        receiver: bob,
        data: Bytes::new(),
        deadline: world.deadline(),
    };
    let sold = world.send(bob, call);
    assert_eq!((sold.price, sold.owe), (price, owe));
    let claim = n(number(&world, "previewClose(address)", &[word(bob)]));
    world.send(bob, closeAccountsCall { accounts: vec![bob] });
    let end = shutdown(&world);
    assert_eq!(end.longClaims, claim);
    refuses(&world, "previewClose(address)", &[word(bob)], errors::AlreadyClosed { account: bob });
    let stranger = crate::rig::account("stranger");
    refuses(&world, "previewClose(address)", &[word(stranger)], errors::UnknownAccount { account: stranger });

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
