//! Which NFTs are of a market: those of a whole collection, or the leaves of a tree.
//!
//! A leaf is the hash of the hash of the NFT's number as the ABI encodes it. Hashing twice keeps an inner node,
//! which is the hash of two, from passing for a leaf. The two are hashed in ascending order, so a proof need not
//! say which is on the left. The hash is Keccak-256, which the caller brings along: on a chain it is a host call.

use everfloor_math::U256;

use crate::{
    Word,
    error::{IndexError, Result, refuse},
};

/// The longest proof: a tree of four thousand million leaves.
pub const LONGEST_PROOF: usize = 32;

/// The root of a market of a whole collection.
pub const EVERY_NFT: Word = [0; 32];

/// The leaf of an NFT.
pub fn leaf(id: U256, keccak: impl Fn(&[u8]) -> Word) -> Word {
    keccak(&keccak(&id.to_be_bytes::<32>()))
}

/// The node above two others.
pub fn node(one: &Word, other: &Word, keccak: impl Fn(&[u8]) -> Word) -> Word {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    let mut pair = [0; 64];
    let (first, second) = pair.split_at_mut(32);
    first.copy_from_slice(low);
    second.copy_from_slice(high);
    keccak(&pair)
}

/// Refuses an NFT that is not of the market with this root. A whole collection needs no proof and reads none.
pub fn require_member(root: &Word, id: U256, proof: &[Word], keccak: impl Fn(&[u8]) -> Word) -> Result<()> {
    if *root == EVERY_NFT {
        return Ok(());
    }
    if proof.len() > LONGEST_PROOF {
        return refuse(IndexError::ProofTooLong { length: proof.len() as u32 });
    }
    let top = proof.iter().fold(leaf(id, &keccak), |below, beside| node(&below, beside, &keccak));
    if top == *root { Ok(()) } else { refuse(IndexError::NotInMarket) }
}
