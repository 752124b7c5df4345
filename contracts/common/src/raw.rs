//! Calls to contracts that are not trusted to behave: bytes in, a bounded number of bytes out.
//!
//! A callee gets only as much of our memory, and where it matters of our gas, as a correct answer needs.
//!
//! Storage written so far is flushed before every call, because the callee may call back and must then see it;
//! calls that may change state also forget what was read, because the callee may have changed it.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use stylus_sdk::{ArbResult, call::RawCall, host::VM, prelude::*};

/// Calldata of a function whose arguments are all one word long.
pub fn calldata<const N: usize>(selector: [u8; 4], words: [U256; N]) -> Vec<u8> {
    let mut data = Vec::with_capacity(N.saturating_mul(32).saturating_add(4));
    data.extend_from_slice(&selector);
    for word in words {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data
}

/// An address as a calldata word.
pub fn address_word(address: Address) -> U256 {
    address.into_word().into()
}

/// The `index`th word of returned data; `None` if the data is shorter.
pub fn word_at(data: &[u8], index: usize) -> Option<U256> {
    let start = index.checked_mul(32)?;
    data.get(start..start.checked_add(32)?).map(U256::from_be_slice)
}

/// Whether an account is a contract.
///
/// By the hash of its code: asking for the code's size costs seven times as much. The first bytes do: a contract made
/// to share them with the hash of nothing is taken for none, and refused.
pub fn has_code(vm: &VM, account: Address) -> bool {
    /// Of the Keccak-256 hash of no bytes.
    const NO_CODE: u64 = 0xc5d2_4601_86f7_233c;
    let hash = vm.code_hash(account);
    let start = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    // An account that does not exist has the hash zero.
    start != 0 && start != NO_CODE
}

/// Calls `to`; at most `limit` bytes of what it returns or reverts with are kept.
#[allow(unsafe_code, reason = "the cache is cleared, so nothing read before the call is trusted after it")]
pub fn call(vm: &VM, to: Address, data: &[u8], limit: usize) -> ArbResult {
    // SAFETY: unsafe because a raw call may alias storage that is borrowed; the cache is flushed and forgotten,
    // and storage accessors read through it every time.
    unsafe { RawCall::new(vm).clear_storage_cache().limit_return_data(0, limit).call(to, data) }
}

/// Calls `to` with at most `gas` of gas; at most `limit` bytes of what it returns or reverts with are kept.
#[allow(unsafe_code, reason = "the cache is cleared, so nothing read before the call is trusted after it")]
pub fn call_with_gas(vm: &VM, to: Address, data: &[u8], gas: u64, limit: usize) -> ArbResult {
    // SAFETY: as in `call`.
    unsafe { RawCall::new(vm).gas(gas).clear_storage_cache().limit_return_data(0, limit).call(to, data) }
}

/// Calls `to` without letting it change any state, with at most `gas` of gas; at most `limit` bytes of what it
/// returns or reverts with are kept.
#[allow(unsafe_code, reason = "a static call cannot change storage")]
pub fn static_call(vm: &VM, to: Address, data: &[u8], gas: u64, limit: usize) -> ArbResult {
    // SAFETY: unsafe because a raw call may alias storage that is borrowed; a static call writes none.
    unsafe {
        RawCall::new_static(vm).gas(gas).flush_storage_cache().limit_return_data(0, limit).call(to, data)
    }
}

/// Runs the code of `to` on this account's storage, and gives back all it returns or reverts with.
#[allow(unsafe_code, reason = "the callee is part of this contract and shares its storage layout")]
pub(crate) fn delegate_call(vm: &VM, to: Address, data: &[u8]) -> ArbResult {
    // SAFETY: unsafe because the callee changes our storage at will; it is a program of ours, and the cache is
    // flushed and forgotten.
    unsafe { RawCall::new_delegate(vm).clear_storage_cache().call(to, data) }
}
