//! The ERC-1967 proxy every Everfloor contract stands behind: a fixed address that delegates each call to the
//! implementation in the ERC-1967 slot.
//!
//! All of its logic is OpenZeppelin's; this crate makes a program of it. The constructor stores the
//! implementation and delegates `data` to it, so that storage is initialised in the transaction that creates
//! the proxy. On Stylus a constructor is an ordinary call that succeeds once (`stylus_constructor`), so deploy
//! through `StylusDeployer`, which creates and constructs in one transaction; a proxy left unconstructed
//! between two transactions belongs to whoever calls it first. Upgrades are the implementation's business
//! (UUPS): the proxy has no administrator.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::Address;
use openzeppelin_stylus::proxy::{
    IProxy,
    erc1967::{Erc1967Proxy, Error},
};
use stylus_sdk::{ArbResult, abi::Bytes, prelude::*};

/// The program: OpenZeppelin's proxy, which keeps its state in the ERC-1967 slots only.
#[entrypoint]
#[storage]
pub struct Proxy {
    erc1967: Erc1967Proxy,
}

#[public]
impl Proxy {
    /// Points the proxy at `implementation` and, if `data` is not empty, delegates `data` to it.
    #[constructor]
    #[payable]
    pub fn constructor(&mut self, implementation: Address, data: Bytes) -> Result<(), Error> {
        self.erc1967.constructor(implementation, &data)
    }

    /// The implementation that calls are delegated to.
    pub fn implementation(&self) -> Result<Address, Vec<u8>> {
        self.erc1967.implementation()
    }

    /// Delegates every other call and returns or reverts with what the implementation did.
    #[fallback]
    #[payable]
    #[allow(unsafe_code)] // delegating is what a proxy is for: the implementation owns this storage
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        unsafe { self.erc1967.do_fallback(calldata) }
    }
}
