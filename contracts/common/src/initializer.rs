//! Initialise once, and only behind a proxy.
//!
//! A program behind an ERC-1967 proxy is initialised by the call that creates its proxy. The program itself has an
//! address too, and nobody must be able to initialise it there and speak with its name: initialising asks for the
//! proxy's implementation slot, which is empty in the program's own account.

use alloy_primitives::{B256, U256, uint};
use alloy_sol_types::sol;
use stylus_sdk::{prelude::*, storage::StorageBool};

sol! {
    /// The contract has been initialised before.
    #[derive(Debug, PartialEq, Eq)]
    error AlreadyInitialized();
    /// The program was called at its own address and not through a proxy.
    #[derive(Debug, PartialEq, Eq)]
    error NotThroughProxy();
}

/// Why a program was not initialised.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum InitError {
    /// It had been before.
    AlreadyInitialized(AlreadyInitialized),
    /// It was called at its own address.
    NotThroughProxy(NotThroughProxy),
}

/// Where an ERC-1967 proxy keeps the address of its implementation: keccak256("eip1967.proxy.implementation") - 1.
pub const IMPLEMENTATION_SLOT: U256 =
    uint!(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc_U256);

/// Whether the contract has been initialised. One slot.
#[storage]
pub struct Initializer {
    done: StorageBool,
}

impl Initializer {
    /// Marks the contract as initialised; the first thing a program's initialiser does.
    pub fn begin(&mut self) -> Result<(), InitError> {
        if self.vm().storage_load_bytes32(IMPLEMENTATION_SLOT) == B256::ZERO {
            return Err(NotThroughProxy {}.into());
        }
        if self.done.get() {
            return Err(AlreadyInitialized {}.into());
        }
        self.done.set(true);
        Ok(())
    }
}
