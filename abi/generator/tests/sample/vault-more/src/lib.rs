//! The vault's second program.

use alloy_primitives::U256;
use sample_common::owner::Owner;
use stylus_sdk::prelude::*;

/// Shares the vault's storage.
#[storage]
#[entrypoint]
pub struct VaultMore {
    owner: Owner,
}

#[public]
impl VaultMore {
    /// How much there is.
    pub fn total(&self) -> U256 {
        U256::ZERO
    }
}
