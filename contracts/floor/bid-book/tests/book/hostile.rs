//! Collections and tokens that lie, fail, or come back.

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use everfloor_common::{lock::Reentrant, token::TransferFailed};
use everfloor_host::{
    Revert,
    nft::IPositionToken as Nft,
    token::{Quirk, REENTRY_RESULT, Token},
};
use stylus_sdk::{call::RawCall, host::VM};

use crate::rig::*;

/// A collection of one NFT whose owner is told by `owner` of how often it was moved, and that says it moves it.
fn collection(w: &World, owner: impl Fn(u32) -> Address + 'static) {
    let moved = Rc::new(Cell::new(0));
    w.chain.deploy_handler(APES, move |input, _| {
        if input.starts_with(&Nft::ownerOfCall::SELECTOR) {
            return Ok(owner(moved.get()).abi_encode());
        }
        moved.set(moved.get() + 1);
        Ok(Vec::new())
    });
}

#[test]
fn a_collection_that_moves_nothing_gets_nobody_paid() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    let bob = w.bob;
    collection(&w, move |_| bob);
    let call = w.sell_call(&[n(1)], U256::ZERO, w.bob);
    w.refused(w.bob, call, errors::NftNotHeld { tokenId: n(1), owner: w.bob });
    // Nor does an ask take what did not come.
    w.refused(w.bob, w.list_call(n(1), 5), errors::NftNotHeld { tokenId: n(1), owner: w.bob });
}

#[test]
fn a_collection_that_moves_it_elsewhere_gets_nobody_paid() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    let (bob, carol) = (w.bob, w.carol);
    collection(&w, move |moved| if moved == 0 { bob } else { carol });
    let call = w.sell_call(&[n(1)], U256::ZERO, w.bob);
    w.refused(w.bob, call, errors::NftNotHeld { tokenId: n(1), owner: w.carol });
}

/// A collection that does not look at whose NFT it is asked to move: what others have approved the book for is safe.
#[test]
fn a_lax_collection_does_not_let_anybody_sell_anothers() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    let (bob, alice) = (w.bob, w.alice);
    collection(&w, move |moved| if moved == 0 { bob } else { alice });
    let call = w.sell_call(&[n(1)], U256::ZERO, w.carol);
    w.refused(w.carol, call, errors::NftNotHeld { tokenId: n(1), owner: w.bob });
    w.sell(w.bob, &[n(1)]);
}

#[test]
fn a_collection_that_is_none_sells_nothing() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    w.chain.deploy_handler(APES, |_, _| Ok(Vec::new()));
    let call = w.sell_call(&[n(1)], U256::ZERO, w.bob);
    w.refused(w.bob, call, errors::NftNotHeld { tokenId: n(1), owner: Address::ZERO });
    w.chain.deploy_handler(APES, |_, _| Err(b"no".to_vec()));
    w.refused(
        w.bob,
        w.sell_call(&[n(1)], U256::ZERO, w.bob),
        errors::NftNotHeld { tokenId: n(1), owner: Address::ZERO },
    );
}

#[allow(unsafe_code, reason = "a call that comes back, which is its purpose")]
fn call_back(vm: &VM, calldata: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    // SAFETY: nothing is read of storage after it.
    unsafe { RawCall::new(vm).clear_storage_cache().call(BOOK, calldata) }
}

/// Whatever a collection calls while it is asked to move an NFT, it is refused.
#[test]
fn nothing_comes_back_in_during_a_sale() {
    let w = World::new();
    w.chain.allow_reentry(BOOK);
    let mine = w.place(w.bob, 5, 1);
    let bid = w.place(w.alice, 100, 2);
    let calls: Vec<Vec<u8>> = vec![
        w.place_call(1, 1).abi_encode(),
        requestCancelCall { id: mine }.abi_encode(),
        finishCancelCall { id: bid }.abi_encode(),
        w.sell_call(&[n(1)], U256::ZERO, w.bob).abi_encode(),
        catchUpCall { steps: n(9) }.abi_encode(),
        catchUpAndReadCall { steps: n(9), depth: n(1) }.abi_encode(),
        w.list_call(n(1), 5).abi_encode(),
        requestCancelAskCall { id: n(1) }.abi_encode(),
        finishCancelAskCall { id: n(1) }.abi_encode(),
        buyAskCall { id: n(1), maxPrice: U256::MAX, to: w.bob, deadline: U256::MAX }.abi_encode(),
        buyCheapestCall { quantity: n(1), maxCost: U256::MAX, to: w.bob, deadline: U256::MAX }.abi_encode(),
        fundRewardsCall { amount: n(1) }.abi_encode(),
        followIndexCall { most: n(1) }.abi_encode(),
        settleRewardsCall { bidIds: vec![bid] }.abi_encode(),
        claimRewardsCall { bidIds: vec![], to: w.bob }.abi_encode(),
        claimCashCall { to: w.bob }.abi_encode(),
        collectFeesCall {}.abi_encode(),
    ];
    let refused = Rc::new(Cell::new(0));
    let (moved, count, expected) = (Cell::new(false), refused.clone(), calls.len());
    let (bob, alice) = (w.bob, w.alice);
    w.chain.deploy_handler(APES, move |input, vm| {
        if input.starts_with(&Nft::ownerOfCall::SELECTOR) {
            return Ok(if moved.get() { alice } else { bob }.abi_encode());
        }
        for call in &calls {
            let revert = Revert(call_back(&vm, call).expect_err("the book is in the middle of a sale"));
            assert_eq!(revert.decode::<Reentrant>(), Some(Reentrant {}), "{revert:?}");
            count.set(count.get() + 1);
        }
        moved.set(true);
        Ok(Vec::new())
    });
    w.sell(w.bob, &[n(1)]);
    assert_eq!(refused.get(), expected);
}

#[test]
fn cash_that_comes_back_or_refuses_does_no_harm() {
    for (quirk, reenters) in [
        (Quirk::Reverts, false),
        (Quirk::ReturnsFalse, false),
        (Quirk::MovesAndReturnsFalse, false),
        (Quirk::Reenters { target: BOOK, calldata: claimCashCall { to: BOOK }.abi_encode() }, true),
    ] {
        let w = World::new();
        w.chain.allow_reentry(BOOK);
        let id = w.place(w.alice, 100, 1);
        w.send(w.alice, requestCancelCall { id });
        w.chain.warp(DELAY);
        w.chain.deploy_token(CASH, Token::with_quirk(quirk));
        if reenters {
            w.send(w.alice, finishCancelCall { id });
            assert_eq!(U256::from_be_bytes(w.chain.slot(CASH, REENTRY_RESULT).0), n(2));
            continue;
        }
        w.refused(w.alice, finishCancelCall { id }, TransferFailed { token: CASH });
        // Its owner is not paid; the bid leaves the book all the same when anybody else takes it out.
        w.send(w.bob, finishCancelCall { id });
        w.refused(w.alice, claimCashCall { to: w.alice }, TransferFailed { token: CASH });
        w.chain.deploy_token(CASH, Token::well_behaved(18));
        assert_eq!(w.send(w.alice, claimCashCall { to: w.alice }), price(100));
    }
}
