//! What the ERC-20 programs of this workspace share: minting that says why it fails, and interface ids.
//!
//! A library, never a program: each program writes the standard's methods out itself, since the SDK routes to no
//! others.
#![no_std]

extern crate alloc;

use alloy_primitives::{Address, U256};
use openzeppelin_stylus::token::erc20::{ERC20InvalidReceiver, Erc20, IErc20};
use stylus_sdk::prelude::*;

pub use errors::SupplyOverflow;

mod errors {
    use alloy_sol_types::sol;

    sol! {
        /// Minting `value` on top of `supply` would not fit 256 bits.
        #[derive(Debug)]
        error SupplyOverflow(uint256 supply, uint256 value);
    }
}

/// What ERC-165 answers for. OpenZeppelin computes these at run time, in an order its macro draws anew for every
/// build; constants keep a program's bytes reproducible.
pub mod interfaces {
    /// ERC-165 itself.
    pub const ERC165: [u8; 4] = [0x01, 0xff, 0xc9, 0xa7];
    /// ERC-20 without its optional methods.
    pub const ERC20: [u8; 4] = [0x36, 0x37, 0x2b, 0x07];
    /// `name`, `symbol` and `decimals`.
    pub const ERC20_METADATA: [u8; 4] = [0xa2, 0x19, 0xa0, 0x25];
    /// `permit`, `nonces` and `DOMAIN_SEPARATOR` (ERC-2612), as OpenZeppelin groups them.
    pub const ERC20_PERMIT: [u8; 4] = [0x9d, 0x8f, 0xf7, 0xda];
}

/// Why a mint failed.
#[derive(SolidityError, Debug)]
pub enum MintError {
    /// The supply would not fit 256 bits.
    SupplyOverflow(SupplyOverflow),
    /// The receiver is the zero address.
    InvalidReceiver(ERC20InvalidReceiver),
}

/// Creates `value`, in the token's smallest unit, for `to`. Who may is the caller's business.
///
/// # Errors
/// - [`ERC20InvalidReceiver`]: `to` is the zero address
/// - [`SupplyOverflow`]: the supply would not fit 256 bits
pub fn mint(token: &mut Erc20, to: Address, value: U256) -> Result<(), MintError> {
    let invalid_receiver = || MintError::InvalidReceiver(ERC20InvalidReceiver { receiver: to });
    if to.is_zero() {
        return Err(invalid_receiver());
    }
    // OpenZeppelin panics here, which on the chain is a revert without a reason.
    let supply = token.total_supply();
    if supply.checked_add(value).is_none() {
        return Err(MintError::SupplyOverflow(SupplyOverflow { supply, value }));
    }
    // What it still refuses is the zero address, which was met above.
    token._mint(to, value).map_err(|_| invalid_receiver())
}
