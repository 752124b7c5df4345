//! Which NFTs are of a market.

use everfloor_index_rules::{
    IndexError, Word,
    merkle::{EVERY_NFT, leaf, node, require_member},
};
use everfloor_math::U256;
use sha3::{Digest, Keccak256};

/// The hash that a contract has as a host call.
pub fn keccak(bytes: &[u8]) -> Word {
    Keccak256::digest(bytes).into()
}

/// 32 bytes in hexadecimal digits.
pub fn word(digits: &str) -> Word {
    std::array::from_fn(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
}

const ROOT: &str = "38df29c12d0b6cbbd6dd55f5d3398c3d7b465da33aea410d0cc790d19ef24026";
const LEAF: &str = "964765235251d0e2eacfbc25925d5539789c191c5cd588419591a110da2046c3";
const PROOF: [&str; 2] = [
    "df9794daa5195d8c3a1ae269f31e1dc4ec407700e2c71e46da4759e0e911c527",
    "cc45a66a01155c09a39679a75245010f469139ef30d5a2200b9b6945ad08cc04",
];

fn check(root: Word, id: u64, proof: &[Word]) -> everfloor_index_rules::error::Result<()> {
    require_member(&root, U256::from(id), proof, keccak)
}

/// The market of {7, 21, 42, 1000}.
#[test]
fn example_42_a_token_of_the_tree_is_proved_by_its_leaf_and_two_nodes() {
    let (root, proof) = (word(ROOT), PROOF.map(word));
    assert_eq!(leaf(U256::from(42), keccak), word(LEAF));
    check(root, 42, &proof).unwrap();
    for other in [7, 21, 41, 43, 1_000] {
        assert_eq!(*check(root, other, &proof).unwrap_err(), IndexError::NotInMarket);
    }
}

#[test]
fn a_proof_that_is_cut_reversed_or_lengthened_proves_nothing() {
    let (root, [one, two]) = (word(ROOT), PROOF.map(word));
    for proof in [&[][..], &[one], &[two], &[two, one], &[one, two, [0; 32]]] {
        assert_eq!(*check(root, 42, proof).unwrap_err(), IndexError::NotInMarket);
    }
}

#[test]
fn a_node_is_the_same_whichever_side_comes_first() {
    let (one, two) = (word(PROOF[0]), word(PROOF[1]));
    assert_eq!(node(&one, &two, keccak), node(&two, &one, keccak));
    assert_ne!(node(&one, &two, keccak), node(&one, &one, keccak));
}

#[test]
fn a_market_without_a_tree_has_every_token() {
    check(EVERY_NFT, 123, &[]).unwrap();
    check(EVERY_NFT, u64::MAX, &[[7; 32]; 40]).unwrap();
}

#[test]
fn a_tree_of_one_needs_no_proof() {
    let root = leaf(U256::from(5), keccak);
    check(root, 5, &[]).unwrap();
    check(root, 6, &[]).unwrap_err();
}

#[test]
fn a_proof_has_at_most_32_nodes() {
    let beside: Vec<Word> = (0..32_u8).map(|height| [height; 32]).collect();
    let root = beside.iter().fold(leaf(U256::from(9), keccak), |below, other| node(&below, other, keccak));
    check(root, 9, &beside).unwrap();
    let longer = [beside, vec![[9; 32]]].concat();
    assert_eq!(*check(root, 9, &longer).unwrap_err(), IndexError::ProofTooLong { length: 33 });
}

/// The hash of a number, or of two nodes, is no leaf: that would take one hash more.
#[test]
fn a_leaf_is_hashed_twice() {
    let id = U256::from(42).to_be_bytes::<32>();
    assert_eq!(leaf(U256::from(42), keccak), keccak(&keccak(&id)));
    require_member(&keccak(&id), U256::from(42), &[], keccak).unwrap_err();
}
