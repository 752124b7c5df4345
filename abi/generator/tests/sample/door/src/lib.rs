//! What stands before the vault.

use alloy_primitives::Address;
use stylus_sdk::ArbResult;
use stylus_sdk::prelude::*;

/// Delegates.
#[storage]
#[entrypoint]
pub struct Door {}

#[public]
impl Door {
    /// To whom.
    pub fn implementation(&self) -> Address {
        Address::ZERO
    }

    /// Delegates.
    #[fallback]
    #[payable]
    pub fn fallback(&mut self, _input: &[u8]) -> ArbResult {
        Ok(Vec::new())
    }
}
