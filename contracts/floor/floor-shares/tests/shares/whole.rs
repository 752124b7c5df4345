//! Whole NFTs, and shares as ERC-6909 has them.

use alloy_primitives::{Address, U256};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::ZeroAddress,
};
use everfloor_host::nft::IPositionToken as Nft;

use crate::{
    desk::*,
    rig::{APES, CASH, MARKET, account, n},
};

#[test]
fn an_nft_is_all_its_shares_and_all_its_shares_are_the_nft() {
    let desk = Desk::new();
    let [ann, bob] = ["ann", "bob"].map(|name| desk.person(name));
    let ids: Vec<U256> = (1..=3).map(|id| desk.ape(ann, id)).collect();
    desk.send(ann, fractionalizeCall { ids: ids.clone(), to: bob });
    desk.check(&[ann, bob], &ids);
    assert_eq!(
        desk.last::<events::Fractionalized>(),
        events::Fractionalized { id: n(3_u8), from: ann, to: bob }
    );
    for id in &ids {
        assert_eq!((desk.balance(bob, *id), desk.supply(*id)), (WHOLE, WHOLE));
    }

    let id = ids[1];
    desk.send(bob, transferCall { receiver: ann, id, amount: n(1_u8) });
    let short = |owner, balance: u128| errors::ERC6909InsufficientBalance {
        owner,
        balance: n(balance),
        needed: n(WHOLE),
        id,
    };
    desk.refused(bob, recombineCall { id, to: bob }, short(bob, WHOLE - 1));
    desk.refused(ann, recombineCall { id, to: ann }, short(ann, 1));
    desk.send(ann, transferCall { receiver: bob, id, amount: n(1_u8) });
    desk.refused(bob, recombineCall { id, to: Address::ZERO }, ZeroAddress {});
    desk.send(bob, recombineCall { id, to: ann });
    assert_eq!((desk.world.holder(id), desk.supply(id)), (ann, 0));
    assert_eq!(desk.last::<events::Recombined>(), events::Recombined { id, from: bob, to: ann });
    desk.check(&[ann, bob], &ids);

    desk.send(ann, fractionalizeCall { ids: vec![id], to: ann });
    assert_eq!(desk.balance(ann, id), WHOLE, "and once more");
    desk.check(&[ann, bob], &ids);
}

#[test]
fn only_whose_nft_it_is_makes_shares_of_it_and_only_once() {
    let desk = Desk::new();
    let [ann, bob] = ["ann", "bob"].map(|name| desk.person(name));
    let id = desk.ape(ann, 1);
    let before = desk.world.chain.state();
    let call = || fractionalizeCall { ids: vec![id], to: bob };
    desk.world.chain.send(bob, SHARES, call()).unwrap_err();
    assert_eq!(desk.world.chain.state(), before);
    let twice = fractionalizeCall { ids: vec![id, id], to: ann };
    desk.refused(ann, twice, errors::SharesLeft { id, shares: n(WHOLE) });
    for receiver in [Address::ZERO, SHARES] {
        let call = fractionalizeCall { ids: vec![id], to: receiver };
        desk.refused(ann, call, errors::ERC6909InvalidReceiver { receiver });
    }
    desk.send(ann, call());
    desk.refused(ann, call(), errors::SharesLeft { id, shares: n(WHOLE) });

    // What is simply sent here is nobody's, and has no shares.
    let sent = desk.ape(ann, 2);
    desk.world.chain.send(ann, APES, Nft::transferFromCall { from: ann, to: SHARES, tokenId: sent }).unwrap();
    assert_eq!(desk.supply(sent), 0);
    desk.world.chain.send(bob, SHARES, fractionalizeCall { ids: vec![sent], to: bob }).unwrap_err();
    desk.world.chain.send(bob, SHARES, recombineCall { id: sent, to: bob }).unwrap_err();
}

#[test]
fn shares_move_as_the_standard_says() {
    let desk = Desk::new();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| desk.person(name));
    let id = desk.shared(1, &[(ann, 1_000)]);
    let amount = n(400_u16);
    let from_ann = || transferFromCall { sender: ann, receiver: cat, id, amount };
    let lacks = |allowance: u128| errors::ERC6909InsufficientAllowance {
        spender: bob,
        allowance: n(allowance),
        needed: amount,
        id,
    };
    desk.refused(bob, from_ann(), lacks(0));
    assert!(desk.send(ann, approveCall { spender: bob, id, amount: n(500_u16) }));
    let approval = events::Approval { owner: ann, spender: bob, id, amount: n(500_u16) };
    assert_eq!(desk.last::<events::Approval>(), approval);
    assert!(desk.send(bob, from_ann()));
    let moved = events::Transfer { caller: bob, sender: ann, receiver: cat, id, amount };
    assert_eq!(desk.last::<events::Transfer>(), moved);
    assert_eq!(desk.view(allowanceCall { owner: ann, spender: bob, id }), n(100_u8));
    desk.refused(bob, from_ann(), lacks(100));

    desk.send(ann, approveCall { spender: bob, id, amount: U256::MAX });
    desk.send(bob, from_ann());
    assert_eq!(desk.view(allowanceCall { owner: ann, spender: bob, id }), U256::MAX, "any amount stays any");
    desk.send(ann, approveCall { spender: bob, id, amount: U256::ZERO });
    assert!(desk.send(ann, setOperatorCall { spender: bob, approved: true }));
    assert_eq!(
        desk.last::<events::OperatorSet>(),
        events::OperatorSet { owner: ann, spender: bob, approved: true }
    );
    assert!(desk.view(isOperatorCall { owner: ann, spender: bob }));
    desk.send(bob, from_ann());
    desk.send(ann, setOperatorCall { spender: bob, approved: false });
    desk.refused(bob, from_ann(), lacks(0));

    assert_eq!(desk.balance(cat, id), 1_200);
    assert!(desk.send(cat, transferFromCall { sender: cat, receiver: cat, id, amount }), "his own");
    assert_eq!(desk.balance(cat, id), 1_200);
    for receiver in [Address::ZERO, SHARES] {
        let call = transferCall { receiver, id, amount };
        desk.refused(cat, call, errors::ERC6909InvalidReceiver { receiver });
    }
    let nobody = errors::ERC6909InvalidSpender { spender: Address::ZERO };
    desk.refused(cat, approveCall { spender: Address::ZERO, id, amount }, nobody.clone());
    desk.refused(cat, setOperatorCall { spender: Address::ZERO, approved: true }, nobody);
    let more =
        errors::ERC6909InsufficientBalance { owner: cat, balance: n(1_200_u16), needed: n(1_201_u16), id };
    desk.refused(cat, transferCall { receiver: ann, id, amount: n(1_201_u16) }, more);
    desk.check(&[ann, bob, cat], &[id]);
    assert!(desk.knows(0x0f63_2fb3) && desk.knows(0x01ff_c9a7) && desk.knows(0xbd85_b039));
    assert!(!desk.knows(0xffff_ffff) && !desk.knows(0x80ac_58cd));
}

#[test]
fn the_contract_is_made_once_and_only_behind_a_proxy() {
    let desk = Desk::new();
    let call = || initializeCall { collection: CASH, cash: APES, market: MARKET };
    desk.refused(account("mallory"), call(), AlreadyInitialized {});
    let revert = desk.world.chain.send(account("mallory"), CODE, call()).unwrap_err();
    assert_eq!(revert.decode::<NotThroughProxy>(), Some(NotThroughProxy {}));
    assert_eq!((desk.view(collectionCall {}), desk.view(cashCall {})), (APES, CASH));
}
