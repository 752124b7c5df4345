//! Bytes made of words.

use alloc::vec::Vec;

use alloy_primitives::U256;

/// Words, after what they belong to: a selector, or the hash of a type.
pub fn after(first: &[u8], parts: &[&[U256]]) -> Vec<u8> {
    let mut bytes = first.to_vec();
    for word in parts.iter().copied().flatten() {
        bytes.extend_from_slice(&word.to_be_bytes::<32>());
    }
    bytes
}
