//! Markets of some NFTs of a collection.

use alloy_primitives::{B256, U256, keccak256};

use crate::rig::*;

fn leaf(id: u64) -> B256 {
    keccak256(keccak256(n(id).to_be_bytes::<32>()))
}

fn node(one: B256, other: B256) -> B256 {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    keccak256([low.0, high.0].concat())
}

/// A market of the NFTs 1, 2 and 3: its root, and the proofs of these.
fn tree() -> (B256, [Vec<B256>; 3]) {
    let [a, b, c] = [1, 2, 3].map(leaf);
    let pair = node(a, b);
    (node(pair, c), [vec![b, c], vec![a, c], vec![pair]])
}

#[test]
fn an_nft_of_the_market_is_sold_with_its_proof() {
    let (root, proofs) = tree();
    let w = World::of_root(root);
    assert_eq!(w.view(rootCall {}), root);
    w.place(w.alice, 100, 3);
    let nfts = w.mint(w.bob, 3);
    let sell = |proofs: &[Vec<B256>]| sellCall {
        proofs: proofs.to_vec(),
        ..w.sell_call(&nfts[..proofs.len().min(3)], U256::ZERO, w.bob)
    };
    w.send(w.bob, sell(&proofs));
    assert!(nfts.iter().all(|nft| w.holder(*nft) == w.alice));
}

#[test]
fn another_nft_or_another_proof_is_refused() {
    let (root, proofs) = tree();
    let w = World::of_root(root);
    w.place(w.alice, 100, 3);
    let nfts = w.mint(w.bob, 4);
    let sell = |nft: U256, proof: &[B256]| sellCall {
        proofs: vec![proof.to_vec()],
        ..w.sell_call(&[nft], U256::ZERO, w.bob)
    };
    w.refused(w.bob, sell(nfts[3], &proofs[2]), errors::NotInMarket {});
    w.refused(w.bob, sell(nfts[0], &proofs[1]), errors::NotInMarket {});
    w.refused(w.bob, sell(nfts[0], &[]), errors::NotInMarket {});
    w.refused(w.bob, sell(nfts[0], &[B256::ZERO; 33]), errors::ProofTooLong { length: n(33) });
    let bare = w.sell_call(&nfts[..1], U256::ZERO, w.bob);
    w.refused(w.bob, bare, errors::ProofsMismatch { nfts: n(1), proofs: n(0) });
    let into = sellIntoCall {
        bidIds: vec![n(1)],
        tokenIds: vec![nfts[3]],
        proofs: vec![proofs[2].clone()],
        minTotal: U256::ZERO,
        to: w.bob,
        deadline: w.deadline(),
    };
    w.refused(w.bob, into.clone(), errors::NotInMarket {});
    let list = |nft, proof: &Vec<B256>| listAskCall { proof: proof.clone(), ..w.list_call(nft, 5) };
    w.refused(w.bob, list(nfts[3], &proofs[2]), errors::NotInMarket {});
    w.send(w.bob, list(nfts[2], &proofs[2]));
    w.send(w.bob, sellIntoCall { tokenIds: vec![nfts[1]], proofs: vec![proofs[1].clone()], ..into });
}

#[test]
fn a_market_of_the_whole_collection_reads_no_proofs() {
    let w = World::new();
    w.place(w.alice, 100, 3);
    let nfts = w.mint(w.bob, 1);
    let call = sellCall {
        proofs: vec![vec![B256::repeat_byte(1)], vec![]],
        ..w.sell_call(&nfts, U256::ZERO, w.bob)
    };
    w.send(w.bob, call);
}
