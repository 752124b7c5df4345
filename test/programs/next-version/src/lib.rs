//! A later version of any contract of ours, as an upgrade brings one; for tests, which need a new function to call.
//!
//! It does all that the version before it does, by that one's code on the same storage, and can count. What it adds to the
//! storage lies in a namespace of its own (ERC-7201), where no field of any contract is. It learns which code was before in
//! the call that upgrades (`upgradeToAndCall(this, follow(before))`), and once for its own address, where it is asked whether it
//! is the same kind of contract.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::{SolError, sol};
use everfloor_common::{delegate, words::write};
use stylus_sdk::{ArbResult, prelude::*};

sol! {
    /// It follows `before` already.
    #[derive(Debug, PartialEq, Eq)]
    error FollowsAlready(address before);
}

/// keccak256(keccak256("everfloor.next-version") - 1), its last byte zero: where this version's own words begin.
const NAMESPACE: B256 = b256!("54a00502d9bfcc22352fbcc9e3d5912d3acdf4d1ea8be60ef64d4c2833f44100");

/// The later version.
#[storage]
#[entrypoint]
pub struct NextVersion {}

#[public]
impl NextVersion {
    /// Takes up from the version that is at `before`; once.
    pub fn follow(&mut self, before: Address) -> Result<(), Vec<u8>> {
        let known = self.before();
        if !known.is_zero() {
            return Err(FollowsAlready { before: known }.abi_encode());
        }
        write(self.vm(), word(0), before.into_word());
        Ok(())
    }

    /// Counts; how often it has.
    pub fn count(&mut self) -> U256 {
        let counted = self.counted().saturating_add(U256::ONE);
        write(self.vm(), word(1), counted.into());
        counted
    }

    /// How often it has counted.
    pub fn counted(&self) -> U256 {
        self.vm().storage_load_bytes32(word(1)).into()
    }

    /// Has the version before do everything else.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        delegate::forward(self.vm(), self.before(), calldata)
    }
}

impl NextVersion {
    fn before(&self) -> Address {
        Address::from_word(self.vm().storage_load_bytes32(word(0)))
    }
}

/// A word of the namespace.
fn word(index: u64) -> U256 {
    everfloor_common::words::at(NAMESPACE.into(), index)
}
