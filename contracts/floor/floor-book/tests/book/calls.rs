//! Calls as they are written: what is no call of the book is refused in the same way by both routers.

use alloy_primitives::{U256, hex};
use alloy_sol_types::{SolCall, SolError};
use everfloor_book_storage::abi::errors::UnknownKind;
use everfloor_common::{
    initializer::AlreadyInitialized,
    roles::{NotOwner, NotPendingOwner},
};

use crate::rig::*;

/// What a call is answered, by each router.
fn answers(data: &[u8], value: u64) -> [Result<Vec<u8>, Vec<u8>>; 2] {
    [Routing::Sdk, Routing::Own].map(|routing| {
        let w = World::new(routing);
        w.chain.set_balance(ALICE, n(value));
        w.rest(ALICE, bid(10, 990));
        w.chain.send_raw(ALICE, BOOK, n(value), data.to_vec())
    })
}

fn set_params() -> setParamsCall {
    setParamsCall { minLots: 1, markDepth: 1, markLevels: 2, period: 1 }
}

/// A call with one word of its arguments replaced.
fn with_word(call: &[u8], index: usize, word: U256) -> Vec<u8> {
    let mut data = call.to_vec();
    data[4 + 32 * index..][..32].copy_from_slice(&word.to_be_bytes::<32>());
    data
}

#[test]
fn both_routers_answer_alike() {
    for call in [
        bid(10, 990).abi_encode(),
        instead_of(1, ask(10, 980)).abi_encode(),
        cancel_all(&[1]).abi_encode(),
        cancel_all(&[]).abi_encode(),
        pokeCall {}.abi_encode(),
        // What comes after the arguments is nobody's.
        [bid(10, 990).abi_encode(), vec![7; 40]].concat(),
    ] {
        let [sdk, own] = answers(&call, 0);
        assert!(sdk.is_ok(), "{}", hex::encode(&call));
        assert_eq!(sdk, own);
    }
    for (call, refusal) in [
        (initialize(params(), n(ETHER)).abi_encode(), AlreadyInitialized {}.abi_encode()),
        (set_params().abi_encode(), NotOwner { caller: ALICE }.abi_encode()),
        (acceptOwnershipCall {}.abi_encode(), NotPendingOwner { caller: ALICE }.abi_encode()),
    ] {
        assert_eq!(answers(&call, 0), [(); 2].map(|()| Err(refusal.clone())), "{}", hex::encode(&call));
    }
    let kind = answers(&with_word(&bid(10, 990).abi_encode(), 3, n(9_u8)), 0);
    assert_eq!(kind, [(); 2].map(|()| Err(UnknownKind { kind: 9 }.abi_encode())));
}

#[test]
fn arguments_that_are_not_what_they_should_be_are_no_call() {
    let (place, replace, many) =
        (bid(10, 990).abi_encode(), instead_of(1, bid(10, 980)).abi_encode(), cancel_all(&[1]).abi_encode());
    let make = initialize(params(), n(ETHER)).abi_encode();
    let bad = [
        with_word(&place, 0, n(2_u8)),
        with_word(&place, 0, U256::MAX),
        with_word(&place, 3, n(256_u64)),
        with_word(&place, 4, n(1_u128 << 64)),
        with_word(&place, 6, n(2_u8)),
        with_word(&replace, 1, n(2_u8)),
        with_word(&replace, 7, n(3_u8)),
        with_word(&set_params().abi_encode(), 0, n(1_u128 << 64)),
        with_word(&set_params().abi_encode(), 2, n(1_u64 << 32)),
        with_word(&make, 2, U256::ONE << 128),
        with_word(&make, 10, n(1_u64 << 32)),
        with_word(&make, 1, U256::ONE << 160),
        make[..make.len() - 1].to_vec(),
        // A list that is longer than the call.
        with_word(&many, 1, n(2_u8)),
        with_word(&many, 1, U256::MAX),
        with_word(&many, 0, n(1_u128 << 80)),
        place[..place.len() - 1].to_vec(),
        replace[..replace.len() - 32].to_vec(),
        many[..4].to_vec(),
        many[..36].to_vec(),
    ];
    for call in bad {
        assert_eq!(answers(&call, 0), [Err(Vec::new()), Err(Vec::new())], "{}", hex::encode(&call));
    }
}

#[test]
fn nobody_sends_ether_and_unknown_calls_are_refused() {
    for call in [bid(10, 990).abi_encode(), cancel_all(&[1]).abi_encode(), bestBidCall {}.abi_encode()] {
        assert_eq!(answers(&call, 1), [Err(Vec::new()), Err(Vec::new())]);
    }
    for call in [hex!("deadbeef").to_vec(), hex!("00").to_vec(), Vec::new()] {
        assert_eq!(answers(&call, 0), [Err(Vec::new()), Err(Vec::new())]);
    }
}
