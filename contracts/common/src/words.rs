//! Storage read and written word by word, for programs whose records are packed by [`crate::bits`].

use alloy_primitives::{B256, U256};
use stylus_sdk::{host::VM, prelude::*};

/// The word `index` after a slot.
pub fn at(slot: U256, index: u64) -> U256 {
    slot.wrapping_add(U256::from(index))
}

/// Where what belongs to two words lies.
pub fn hash_pair(vm: &VM, first: [u8; 32], second: [u8; 32]) -> U256 {
    let mut bytes = [0; 64];
    let (left, right) = bytes.split_at_mut(32);
    left.copy_from_slice(&first);
    right.copy_from_slice(&second);
    vm.native_keccak256(&bytes).into()
}

/// Reads a run of words.
pub fn load<const N: usize>(vm: &VM, slot: U256) -> [B256; N] {
    let mut words = [B256::ZERO; N];
    for (index, word) in (0..).zip(words.iter_mut()) {
        *word = vm.storage_load_bytes32(at(slot, index));
    }
    words
}

/// Writes one word.
#[allow(
    unsafe_code,
    reason = "no accessor of the SDK borrows the slots this is called with: they are the caller's layout's alone"
)]
pub fn write(vm: &VM, slot: U256, word: B256) {
    // SAFETY: unsafe because it may alias an accessor's slot; see above.
    unsafe { vm.storage_cache_bytes32(slot, word) }
}

/// Writes those of a run of words that are not what they were.
pub fn write_changed<const N: usize>(vm: &VM, slot: U256, before: &[B256; N], after: &[B256; N]) {
    for (index, (old, new)) in (0..).zip(before.iter().zip(after)) {
        if old != new {
            write(vm, at(slot, index), *new);
        }
    }
}
