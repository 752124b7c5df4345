//! NFTs split and merged.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    lock::Reentrant,
    raw,
    roles::{NotOwner, ZeroAddress},
};
use everfloor_floor_storage::abi::errors as market_errors;
use everfloor_host::{Revert, TestChain, nft::IPositionToken as Nft};
use floor_parts::rules::WHOLE;

use crate::{
    bench::*,
    rig::{account, n},
};

#[test]
fn what_is_split_and_merged_is_what_it_was() {
    for weights in [&[500, 500][..], &[300, 450, 250], &[1, 2, 3, 4, 5, 6, 7, 972]] {
        let bench = Bench::new(weights);
        let [ann, bob] = ["ann", "bob"].map(account);
        let ids: Vec<U256> = (1..=2).map(|id| bench.punk(ann, id)).collect();
        let before = bench.chain.state();
        bench.send(ann, splitCall { ids: ids.clone(), to: ann });
        bench.check(&ids);
        for token in &bench.tokens {
            for id in &ids {
                assert_eq!(bench.holder(*token, *id), Some(ann));
            }
        }
        assert_eq!(bench.chain.events::<events::Split>(PARTS).len(), 2);
        bench.send(ann, mergeCall { ids: ids.clone(), to: ann });
        bench.check(&ids);
        for id in &ids {
            assert_eq!(bench.holder(PUNKS, *id), Some(ann));
        }
        let mut after = bench.chain.state();
        // The order of the list of an owner's NFTs is the collection's own business.
        let mut before = before;
        for state in [&mut before, &mut after] {
            state.remove(&PUNKS);
        }
        assert_eq!(after, before, "nothing of it is left");

        // The parts may go their ways, as long as they come together again.
        bench.send(ann, splitCall { ids: vec![ids[0]], to: bob });
        let last = *bench.tokens.last().unwrap();
        bench.give(last, bob, ann, ids[0]);
        let merge = || mergeCall { ids: vec![ids[0]], to: bob };
        let without = Nft::ERC721InsufficientApproval { operator: bob, tokenId: ids[0] };
        bench.refused(bob, merge(), without);
        bench.chain.send(ann, last, Nft::approveCall { to: bob, tokenId: ids[0] }).unwrap();
        bench.send(bob, merge());
        let told = bench.chain.events::<events::Merged>(PARTS).pop().unwrap();
        assert_eq!(told, events::Merged { id: ids[0], by: bob, to: bob });
        assert_eq!(bench.holder(PUNKS, ids[0]), Some(bob));
        bench.check(&ids);
    }
}

#[test]
fn nobody_merges_what_is_not_his_or_is_not_split() {
    let bench = Bench::new(&[600, 400]);
    let [ann, bob] = ["ann", "bob"].map(account);
    let (id, sent) = (bench.punk(ann, 1), bench.punk(ann, 2));
    bench.send(ann, splitCall { ids: vec![id], to: ann });
    let not_his = Nft::ERC721InsufficientApproval { operator: bob, tokenId: id };
    bench.refused(bob, mergeCall { ids: vec![id], to: bob }, not_his);
    bench.give(PUNKS, ann, PARTS, sent);
    let none = Nft::ERC721NonexistentToken { tokenId: sent };
    bench.refused(bob, mergeCall { ids: vec![sent], to: bob }, none);
    // Twice in one call is once and then nothing.
    let gone = Nft::ERC721NonexistentToken { tokenId: id };
    bench.refused(ann, mergeCall { ids: vec![id, id], to: ann }, gone);
    bench.refused(ann, mergeCall { ids: vec![id], to: Address::ZERO }, ZeroAddress {});
    bench.refused(ann, splitCall { ids: vec![id], to: Address::ZERO }, ZeroAddress {});
    let before = bench.chain.state();
    bench.chain.send(bob, PARTS, splitCall { ids: vec![sent], to: bob }).unwrap_err();
    assert_eq!(bench.chain.state(), before);
}

#[test]
fn weights_are_a_whole_and_tokens_are_the_contracts_own_and_named_once() {
    let chain = TestChain::new();
    let tokens = vec![token(0), token(1)];
    let bench = Bench::unnamed(chain, &[250, 750], tokens.clone());
    let ann = account("ann");
    let id = bench.punk(ann, 1);
    bench.refused(ann, splitCall { ids: vec![id], to: ann }, errors::PartsNotNamed {});
    bench.refused(ann, mergeCall { ids: vec![id], to: ann }, errors::PartsNotNamed {});
    let name = |tokens: &[Address]| namePartsCall { tokens: tokens.to_vec() };
    bench.refused(ann, name(&tokens), NotOwner { caller: ann });
    bench.refused(owner(), name(&tokens[..1]), errors::PartCountOutOfBounds { parts: n(1_u8) });
    let mismatch = |token, minter| errors::PartMismatch { token, minter };
    bench.refused(owner(), name(&tokens), mismatch(tokens[0], Address::ZERO));
    deploy_token(&bench.chain, tokens[0], PARTS);
    deploy_token(&bench.chain, tokens[1], ann);
    bench.refused(owner(), name(&tokens), mismatch(tokens[1], ann));
    bench.refused(owner(), name(&[tokens[0], tokens[0]]), mismatch(tokens[0], PARTS));
    deploy_token(&bench.chain, tokens[1], PARTS);
    bench.send(owner(), name(&tokens));
    bench.refused(owner(), name(&tokens), errors::PartsAlreadyNamed {});
    let told = bench.chain.events::<events::PartNamed>(PARTS).pop().unwrap();
    assert_eq!(told, events::PartNamed { part: n(1_u8), token: tokens[1], weight: n(WHOLE / 4 * 3) });
    assert_eq!((bench.view(ownerCall {}), bench.view(collectionCall {})), (owner(), PUNKS));
    assert_eq!(bench.view(partCountCall {}), n(2_u8));
    let part = bench.view(partCall { number: n(1_u8) });
    assert_eq!((part.token, part.from, part.end), (tokens[1], n(WHOLE / 4), n(WHOLE)));
    let revert = bench.chain.view(PARTS, partCall { number: n(2_u8) }).map(drop).unwrap_err();
    assert_eq!(revert, Revert(errors::UnknownPart { part: n(2_u8) }.abi_encode()));
    let call = || initializeCall { owner: ann, collection: PUNKS, weights: vec![n(WHOLE / 2); 2] };
    bench.refused(ann, call(), AlreadyInitialized {});

    let raw = Address::left_padding_from(&[0xb2]);
    bench.chain.deploy::<floor_parts::FloorParts>(raw);
    let revert = bench.chain.send(ann, raw, call()).unwrap_err();
    assert_eq!(revert, Revert(NotThroughProxy {}.abi_encode()));
    let fresh = Address::left_padding_from(&[0xb3]);
    bench.chain.deploy_proxy(fresh, raw);
    let with =
        |weights: Vec<u128>| initializeCall { weights: weights.into_iter().map(n).collect(), ..call() };
    let refused = |weights: Vec<u128>, error: Vec<u8>| {
        assert_eq!(bench.chain.send(ann, fresh, with(weights)).unwrap_err(), Revert(error));
    };
    refused(vec![WHOLE], errors::PartCountOutOfBounds { parts: n(1_u8) }.abi_encode());
    refused(vec![WHOLE / 9; 9], errors::PartCountOutOfBounds { parts: n(9_u8) }.abi_encode());
    refused(vec![WHOLE, 0], errors::ZeroWeight { part: n(1_u8) }.abi_encode());
    refused(vec![WHOLE / 2, WHOLE / 2 - 1], errors::WeightsNotWhole { sum: n(WHOLE - 1) }.abi_encode());
    bench.chain.send(ann, fresh, with(vec![WHOLE / 8; 8])).unwrap();
}

#[test]
fn a_collection_that_lies_or_comes_back_changes_nothing() {
    let bench = Bench::new(&[500, 500]);
    let (ann, id) = (account("ann"), n(1_u8));
    let split = || splitCall { ids: vec![id], to: ann };
    // Says that the NFT stays where it is.
    bench.chain.deploy_handler(PUNKS, move |_, _| Ok(ann.abi_encode()));
    bench.refused(ann, split(), market_errors::UnknownNft { id });
    bench.chain.deploy_handler(PUNKS, |_, _| Err(Vec::new()));
    let before = bench.chain.state();
    bench.chain.send(ann, PARTS, split()).unwrap_err();
    assert_eq!(bench.chain.state(), before);
    // Calls back before it moves.
    bench.chain.allow_reentry(PARTS);
    for data in [split().abi_encode(), mergeCall { ids: vec![id], to: ann }.abi_encode()] {
        let (came, has) = (Rc::new(RefCell::new(None)), Rc::new(RefCell::new(ann)));
        let (saw, moved) = (came.clone(), has.clone());
        bench.chain.deploy_handler(PUNKS, move |input, vm| {
            if let Ok(call) = Nft::transferFromCall::abi_decode_validate(&input) {
                *saw.borrow_mut() = Some(raw::call(&vm, PARTS, &data, 128));
                *moved.borrow_mut() = call.to;
            }
            Ok(moved.borrow().abi_encode())
        });
        bench.chain.allow_reentry(Address::left_padding_from(&[0x0b, 0x02]));
        bench.send(ann, split());
        assert_eq!(came.take(), Some(Err(Reentrant {}.abi_encode())));
        bench.send(ann, mergeCall { ids: vec![id], to: ann });
        assert_eq!(came.take(), Some(Err(Reentrant {}.abi_encode())));
        assert_eq!(*has.borrow(), ann);
    }
}

#[test]
fn whatever_happens_parts_are_there_exactly_while_their_nft_is_here() {
    let mut done = [0_u32; 3];
    for seed in 1..=10_u64 {
        println!("seed {seed}");
        let bench = Bench::new(&[200, 300, 500]);
        let people = ["ann", "bob", "cat"].map(account);
        let ids: Vec<U256> = (0..3).map(|at| bench.punk(people[at], at as u64 + 1)).collect();
        for who in people {
            let approve = Nft::setApprovalForAllCall { operator: PARTS, approved: true };
            bench.chain.send(who, PUNKS, approve).unwrap();
        }
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut below = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as usize % end
        };
        for _ in 0..300 {
            let (who, other, id) = (people[below(3)], people[below(3)], ids[below(3)]);
            let before = bench.chain.state();
            let kind = below(6).min(2);
            let is_done = match kind {
                0 => bench.chain.send(who, PARTS, splitCall { ids: vec![id], to: other }).is_ok(),
                1 => bench.chain.send(who, PARTS, mergeCall { ids: vec![id], to: other }).is_ok(),
                _ => {
                    let at = bench.tokens[below(3)];
                    let call = Nft::transferFromCall { from: who, to: other, tokenId: id };
                    bench.chain.send(who, at, call).is_ok()
                }
            };
            if is_done {
                done[kind] += 1;
            } else {
                assert_eq!(bench.chain.state(), before);
            }
            bench.check(&ids);
        }
    }
    assert!(done.iter().all(|count| *count > 10), "all of it happens: {done:?}");
}
