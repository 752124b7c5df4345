//! dpxETH, the synthetic ether of the bonding contract: an ERC-20 with permit that one minter creates and destroys.
//!
//! The minter is whoever the constructor names, for good. It destroys from an account only what that account has
//! approved it for, and holders cannot destroy their own: the minter's books of what is outstanding are the supply.
//! Deploy through `StylusDeployer`, which creates and constructs in one transaction; a minter is right to check
//! [`DpxEth::minter`] before it counts on a token. The token itself is OpenZeppelin's.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, B256, U8, U256, aliases::B32, uint};
use erc20_parts::interfaces;
use openzeppelin_stylus::{
    token::erc20::{
        self, Erc20, IErc20,
        extensions::{Erc20Permit, IErc20Burnable, IErc20Metadata, IErc20Permit, permit},
    },
    utils::{
        cryptography::eip712::IEip712,
        introspection::erc165::IErc165,
        nonces::{INonces, Nonces},
    },
};
use stylus_sdk::{prelude::*, storage::StorageAddress};

const NAME: &str = "Everfloor dpxETH";
const SYMBOL: &str = "dpxETH";
const DECIMALS: U8 = uint!(18_U8);

pub use errors::{InvalidMinter, NotMinter};

mod errors {
    use alloy_sol_types::sol;

    sol! {
        /// `minter` cannot be the minter.
        #[derive(Debug)]
        error InvalidMinter(address minter);

        /// `caller` is not the minter.
        #[derive(Debug)]
        error NotMinter(address caller);
    }
}

/// What this program refuses by itself; the rest OpenZeppelin's token refuses.
#[derive(SolidityError, Debug)]
pub enum Refusal {
    /// The minter is the zero address.
    InvalidMinter(InvalidMinter),
    /// The caller is not the minter.
    NotMinter(NotMinter),
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
pub struct DpxEth {
    erc20: Erc20,
    nonces: Nonces,
    permit: Erc20Permit<Domain>,
    minter: StorageAddress,
}

#[public]
#[implements(IErc20<Error = erc20::Error>, IErc20Metadata, INonces, IErc20Permit<Error = permit::Error>, IErc165)]
impl DpxEth {
    /// Names the only account that will mint and burn.
    ///
    /// # Errors
    /// - [`InvalidMinter`]: `minter` is the zero address
    #[constructor]
    pub fn constructor(&mut self, minter: Address) -> Result<(), Refusal> {
        if minter.is_zero() {
            return Err(InvalidMinter { minter }.into());
        }
        self.minter.set(minter);
        Ok(())
    }

    /// The only account that mints and burns.
    pub fn minter(&self) -> Address {
        self.minter.get()
    }

    /// Creates `value` (18 decimals) for `to`; the minter's alone.
    ///
    /// # Errors
    /// - [`NotMinter`]: another asks
    /// - [`erc20::ERC20InvalidReceiver`]: `to` is the zero address
    /// - [`erc20_parts::SupplyOverflow`]: the supply would not fit 256 bits
    pub fn mint(&mut self, to: Address, value: U256) -> Result<(), Vec<u8>> {
        self.check_minter()?;
        Ok(erc20_parts::mint(&mut self.erc20, to, value)?)
    }

    /// Destroys `value` (18 decimals) of `account`'s; the minter's alone, out of `account`'s allowance to it.
    ///
    /// # Errors
    /// - [`NotMinter`]: another asks
    /// - [`erc20::ERC20InsufficientAllowance`]: `account` has approved less
    /// - [`erc20::ERC20InsufficientBalance`]: `account` holds less
    pub fn burn_from(&mut self, account: Address, value: U256) -> Result<(), Vec<u8>> {
        self.check_minter()?;
        Ok(self.erc20.burn_from(account, value)?)
    }
}

impl DpxEth {
    fn check_minter(&self) -> Result<(), Refusal> {
        let caller = self.vm().msg_sender();
        if caller == self.minter.get() { Ok(()) } else { Err(NotMinter { caller }.into()) }
    }
}

#[public]
impl IErc20 for DpxEth {
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
impl IErc20Metadata for DpxEth {
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
impl INonces for DpxEth {
    fn nonces(&self, owner: Address) -> U256 {
        self.nonces.nonces(owner)
    }
}

#[public]
impl IErc20Permit for DpxEth {
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
impl IErc165 for DpxEth {
    fn supports_interface(&self, interface_id: B32) -> bool {
        let answered =
            [interfaces::ERC165, interfaces::ERC20, interfaces::ERC20_METADATA, interfaces::ERC20_PERMIT];
        answered.contains(&interface_id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_answered_for_are_those_of_the_standards() {
        assert_eq!(<DpxEth as IErc165>::interface_id().0, interfaces::ERC165);
        assert_eq!(<DpxEth as IErc20>::interface_id().0, interfaces::ERC20);
        assert_eq!(<DpxEth as IErc20Metadata>::interface_id().0, interfaces::ERC20_METADATA);
        assert_eq!(<DpxEth as IErc20Permit>::interface_id().0, interfaces::ERC20_PERMIT);
    }
}
