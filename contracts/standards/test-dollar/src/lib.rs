//! The dollar of tests and demonstrations: an ERC-20 with six decimals and permit that anybody may mint.
//!
//! It stands where a real stablecoin stands on a live chain and must never be listed there. The token is
//! OpenZeppelin's; name, symbol and decimals are constants, so the program needs no constructor and a plain
//! create deploys it.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, B256, U8, U256, aliases::B32, uint};
use openzeppelin_stylus::{
    token::erc20::{
        self, Erc20, IErc20,
        extensions::{Erc20Permit, IErc20Metadata, IErc20Permit, permit},
    },
    utils::{
        cryptography::eip712::IEip712,
        introspection::erc165::IErc165,
        nonces::{INonces, Nonces},
    },
};
use stylus_sdk::prelude::*;

const NAME: &str = "Everfloor Test Dollar";
const SYMBOL: &str = "tUSD";
const DECIMALS: U8 = uint!(6_U8);

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
/// build; constants keep the program's bytes reproducible.
mod interfaces {
    pub(crate) const ERC165: [u8; 4] = [0x01, 0xff, 0xc9, 0xa7];
    pub(crate) const ERC20: [u8; 4] = [0x36, 0x37, 0x2b, 0x07];
    pub(crate) const ERC20_METADATA: [u8; 4] = [0xa2, 0x19, 0xa0, 0x25];
    pub(crate) const ERC20_PERMIT: [u8; 4] = [0x9d, 0x8f, 0xf7, 0xda];
}

/// Why a mint failed.
#[derive(SolidityError, Debug)]
pub enum MintError {
    /// The supply would not fit 256 bits.
    SupplyOverflow(SupplyOverflow),
    /// The receiver is the zero address.
    InvalidReceiver(erc20::ERC20InvalidReceiver),
}

/// The domain of this token's signed permits.
#[storage]
pub struct Domain;

impl IEip712 for Domain {
    const NAME: &'static str = NAME;
    const VERSION: &'static str = "1";
}

/// The program.
#[entrypoint]
#[storage]
pub struct TestDollar {
    erc20: Erc20,
    nonces: Nonces,
    permit: Erc20Permit<Domain>,
}

#[public]
#[implements(IErc20<Error = erc20::Error>, IErc20Metadata, INonces, IErc20Permit<Error = permit::Error>, IErc165)]
impl TestDollar {
    /// Creates `value` for `to`; open to everybody.
    pub fn mint(&mut self, to: Address, value: U256) -> Result<(), MintError> {
        if to.is_zero() {
            return Err(MintError::InvalidReceiver(erc20::ERC20InvalidReceiver { receiver: to }));
        }
        let supply = self.erc20.total_supply();
        if supply.checked_add(value).is_none() {
            return Err(MintError::SupplyOverflow(SupplyOverflow { supply, value }));
        }
        // The two causes of failure were met above, with their values.
        self.erc20
            ._mint(to, value)
            .map_err(|_| MintError::InvalidReceiver(erc20::ERC20InvalidReceiver { receiver: to }))
    }
}

#[public]
impl IErc20 for TestDollar {
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
impl IErc20Metadata for TestDollar {
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
impl INonces for TestDollar {
    fn nonces(&self, owner: Address) -> U256 {
        self.nonces.nonces(owner)
    }
}

#[public]
impl IErc20Permit for TestDollar {
    type Error = permit::Error;

    #[selector(name = "DOMAIN_SEPARATOR")]
    fn domain_separator(&self) -> B256 {
        self.permit.domain_separator()
    }

    fn permit(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(), Self::Error> {
        self.permit.permit(owner, spender, value, deadline, v, r, s, &mut self.erc20, &mut self.nonces)
    }
}

#[public]
impl IErc165 for TestDollar {
    fn supports_interface(&self, interface_id: B32) -> bool {
        let interface_id = interface_id.0;
        [interfaces::ERC165, interfaces::ERC20, interfaces::ERC20_METADATA, interfaces::ERC20_PERMIT]
            .contains(&interface_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_answered_for_are_those_of_the_standards() {
        assert_eq!(<TestDollar as IErc165>::interface_id().0, interfaces::ERC165);
        assert_eq!(<TestDollar as IErc20>::interface_id().0, interfaces::ERC20);
        assert_eq!(<TestDollar as IErc20Metadata>::interface_id().0, interfaces::ERC20_METADATA);
        assert_eq!(<TestDollar as IErc20Permit>::interface_id().0, interfaces::ERC20_PERMIT);
    }
}
