//! A token of tests and demonstrations: an ERC-20 with 18 decimals that anybody may mint.
//!
//! It stands where wrapped ether or a governance token stands on a live chain and must never be listed there. Name
//! and symbol are the same for every instance, so the program needs no constructor: plain creates deploy as many
//! as a test needs.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, U8, U256, aliases::B32, uint};
use erc20_parts::{MintError, interfaces};
use openzeppelin_stylus::{
    token::erc20::{self, Erc20, IErc20, extensions::IErc20Metadata},
    utils::introspection::erc165::IErc165,
};
use stylus_sdk::prelude::*;

const NAME: &str = "Everfloor Test Token";
const SYMBOL: &str = "TEST";
const DECIMALS: U8 = uint!(18_U8);

/// The program.
#[entrypoint]
#[storage]
pub struct TestToken {
    erc20: Erc20,
}

#[public]
#[implements(IErc20<Error = erc20::Error>, IErc20Metadata, IErc165)]
impl TestToken {
    /// Creates `value` for `to`; open to everybody.
    pub fn mint(&mut self, to: Address, value: U256) -> Result<(), MintError> {
        erc20_parts::mint(&mut self.erc20, to, value)
    }
}

#[public]
impl IErc20 for TestToken {
    type Error = erc20::Error;

    fn total_supply(&self) -> U256 {
        self.erc20.total_supply()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.erc20.balance_of(account)
    }

    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Self::Error> {
        self.erc20.transfer(to, value)
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.erc20.allowance(owner, spender)
    }

    fn approve(&mut self, spender: Address, value: U256) -> Result<bool, Self::Error> {
        self.erc20.approve(spender, value)
    }

    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Self::Error> {
        self.erc20.transfer_from(from, to, value)
    }
}

#[public]
impl IErc20Metadata for TestToken {
    fn name(&self) -> String {
        NAME.into()
    }

    fn symbol(&self) -> String {
        SYMBOL.into()
    }

    fn decimals(&self) -> U8 {
        DECIMALS
    }
}

#[public]
impl IErc165 for TestToken {
    fn supports_interface(&self, interface_id: B32) -> bool {
        [interfaces::ERC165, interfaces::ERC20, interfaces::ERC20_METADATA].contains(&interface_id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_answered_for_are_those_of_the_standards() {
        assert_eq!(<TestToken as IErc165>::interface_id().0, interfaces::ERC165);
        assert_eq!(<TestToken as IErc20>::interface_id().0, interfaces::ERC20);
        assert_eq!(<TestToken as IErc20Metadata>::interface_id().0, interfaces::ERC20_METADATA);
    }
}
