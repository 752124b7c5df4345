//! What a call leaves behind: revert data and logs.

use alloy_primitives::{Address, B256, hex};
use alloy_sol_types::SolError;

/// The data a call reverted with.
#[derive(Clone, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

impl Revert {
    /// The revert as a Solidity error of type `E`, if it is one.
    pub fn decode<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.0).ok()
    }

    /// Whether the revert carries no data: an unknown function, bad calldata, value sent to a function that takes
    /// none, or a refused reentrant call.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl core::fmt::Debug for Revert {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Revert(0x{})", hex::encode(&self.0))
    }
}

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The contract that wrote it.
    pub address: Address,
    /// The indexed words; the first is the event's signature.
    pub topics: Vec<B256>,
    /// The rest, ABI encoded.
    pub data: Vec<u8>,
}
