//! Writes a log of an event whose values are all one word long, as all of ours are.
//!
//! A contract's declared events say what the words are; the encoder that could be derived from each declaration costs a
//! program more than the rules of a trade.

use alloc::vec::Vec;

use alloy_primitives::U256;
use alloy_sol_types::SolEvent;
use stylus_sdk::{host::VM, prelude::*};

/// Logs `E` with its indexed values and its other values, each in the order of its declaration.
pub fn emit<E: SolEvent>(vm: &VM, indexed: &[U256], values: &[U256]) {
    write(vm, E::SIGNATURE_HASH.into(), indexed, values);
}

#[inline(never)]
fn write(vm: &VM, signature: U256, indexed: &[U256], values: &[U256]) {
    let mut bytes = Vec::new();
    for word in core::iter::once(&signature).chain(indexed).chain(values) {
        bytes.extend_from_slice(&word.to_be_bytes::<32>());
    }
    vm.emit_log(&bytes, indexed.len().saturating_add(1));
}
