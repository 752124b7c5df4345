//! Hands a call over to a second program that shares this contract's storage.
//!
//! A program may be 24 KB; a contract that needs more is split into several. The fallback of one forwards what it does
//! not know to the next: that runs on the same storage, with the same caller and value, and its answer or error reaches
//! the caller byte for byte, as if there were one program.

use alloy_primitives::Address;
use alloy_sol_types::{SolError, sol};
use stylus_sdk::{ArbResult, host::VM};

use crate::raw;

sol! {
    /// The contract has no such function: `extension`, where it would be, is not a contract.
    #[derive(Debug, PartialEq, Eq)]
    error NoExtension(address extension);
}

/// Runs `calldata` on `extension`'s code and this contract's storage.
///
/// The program's own writes are flushed before, and nothing it has read is remembered after.
pub fn forward(vm: &VM, extension: Address, calldata: &[u8]) -> ArbResult {
    let answer = raw::delegate_call(vm, extension, calldata);
    // A call of an account without code succeeds with no answer; it must not look like one.
    if matches!(&answer, Ok(bytes) if bytes.is_empty()) && !raw::has_code(vm, extension) {
        return Err(NoExtension { extension }.abi_encode());
    }
    answer
}
