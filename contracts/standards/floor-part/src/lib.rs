//! One part of the NFTs of a collection: an ERC-721 whose tokens have the ids of the NFTs that are split.
//!
//! The minter is whoever the constructor names, for good: the contract that splits NFTs and merges them (`floor-parts`). It is
//! there first; the token is created and constructed in one transaction through `StylusDeployer`, and the minter is told its
//! address, which it takes only if [`FloorPart::minter`] answers with the minter itself.
//!
//! A plain ERC-721 by intent, without metadata of its own and without enumeration: what a token looks like is what the NFT of
//! its id looks like, and a market takes it for a collection like any other. As every program of the SDK it refuses to be called
//! while it runs; all writes are done by the time that `safeTransferFrom` asks a receiver.
//!
//! The token is OpenZeppelin's.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::{string::String, vec, vec::Vec};

use alloy_primitives::{Address, U256, aliases::B32};
use openzeppelin_stylus::{
    token::erc721::{self, Erc721, IErc721},
    utils::introspection::erc165::IErc165,
};
use stylus_sdk::{abi::Bytes, prelude::*, storage::StorageAddress};

const NAME: &str = "Everfloor Part";
const SYMBOL: &str = "EFP";

pub use sol::{InvalidMinter, NotMinter};

mod sol {
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

/// What ERC-165 answers for, as constants: OpenZeppelin computes these at run time, in an order its macro draws anew for every
/// build.
mod interfaces {
    pub(crate) const ERC165: [u8; 4] = [0x01, 0xff, 0xc9, 0xa7];
    pub(crate) const ERC721: [u8; 4] = [0x80, 0xac, 0x58, 0xcd];
}

/// What this program refuses by itself; the rest OpenZeppelin's token refuses.
#[derive(SolidityError, Debug)]
pub enum Refusal {
    /// The minter is the zero address.
    InvalidMinter(InvalidMinter),
    /// The caller is not the minter.
    NotMinter(NotMinter),
}

/// The program.
#[entrypoint]
#[storage]
pub struct FloorPart {
    erc721: Erc721,
    minter: StorageAddress,
}

#[public]
#[implements(IErc721<Error = erc721::Error>, IErc165)]
impl FloorPart {
    /// Names the minter.
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

    /// Who makes and burns the tokens.
    pub fn minter(&self) -> Address {
        self.minter.get()
    }

    /// The name of all parts.
    pub fn name(&self) -> String {
        NAME.into()
    }

    /// The symbol of all parts.
    pub fn symbol(&self) -> String {
        SYMBOL.into()
    }

    /// Creates token `id` for `to` without asking `to`; the minter's alone. An id that was burnt is free again.
    ///
    /// # Errors
    /// - [`NotMinter`]: another asks
    /// - [`erc721::ERC721InvalidReceiver`]: `to` is the zero address
    /// - [`erc721::ERC721InvalidSender`]: the token exists
    pub fn mint(&mut self, to: Address, id: U256) -> Result<(), Vec<u8>> {
        self.check_minter()?;
        Ok(self.erc721._mint(to, id)?)
    }

    /// Destroys token `id`; the minter's alone, which asks for the owner's leave itself.
    ///
    /// # Errors
    /// - [`NotMinter`]: another asks
    /// - [`erc721::ERC721NonexistentToken`]: there is no such token
    pub fn burn(&mut self, id: U256) -> Result<(), Vec<u8>> {
        self.check_minter()?;
        Ok(self.erc721._burn(id)?)
    }

    /// The owner of token `id`, if `spender` may dispose of it: as its owner, as approved for it, or as the owner's
    /// operator. The minter's check of who asks, in one call.
    ///
    /// # Errors
    /// - [`erc721::ERC721NonexistentToken`]: there is no such token
    /// - [`erc721::ERC721InsufficientApproval`]: `spender` may not
    pub fn owner_if_authorized(&self, spender: Address, id: U256) -> Result<Address, erc721::Error> {
        let owner = self.erc721._owner_of(id);
        self.erc721._check_authorized(owner, spender, id)?;
        Ok(owner)
    }
}

impl FloorPart {
    fn check_minter(&self) -> Result<(), Refusal> {
        let caller = self.vm().msg_sender();
        if caller == self.minter.get() { Ok(()) } else { Err(NotMinter { caller }.into()) }
    }
}

#[public]
impl IErc721 for FloorPart {
    type Error = erc721::Error;

    fn balance_of(&self, owner: Address) -> Result<U256, Self::Error> {
        self.erc721.balance_of(owner)
    }

    fn owner_of(&self, token_id: U256) -> Result<Address, Self::Error> {
        self.erc721.owner_of(token_id)
    }

    fn safe_transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Self::Error> {
        self.safe_transfer_from_with_data(from, to, token_id, vec![].into())
    }

    #[selector(name = "safeTransferFrom")]
    fn safe_transfer_from_with_data(
        &mut self,
        from: Address,
        to: Address,
        token_id: U256,
        data: Bytes,
    ) -> Result<(), Self::Error> {
        self.erc721.safe_transfer_from_with_data(from, to, token_id, data)
    }

    fn transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Self::Error> {
        self.erc721.transfer_from(from, to, token_id)
    }

    fn approve(&mut self, to: Address, token_id: U256) -> Result<(), Self::Error> {
        self.erc721.approve(to, token_id)
    }

    fn set_approval_for_all(&mut self, operator: Address, approved: bool) -> Result<(), Self::Error> {
        self.erc721.set_approval_for_all(operator, approved)
    }

    fn get_approved(&self, token_id: U256) -> Result<Address, Self::Error> {
        self.erc721.get_approved(token_id)
    }

    fn is_approved_for_all(&self, owner: Address, operator: Address) -> bool {
        self.erc721.is_approved_for_all(owner, operator)
    }
}

#[public]
impl IErc165 for FloorPart {
    fn supports_interface(&self, interface_id: B32) -> bool {
        [interfaces::ERC165, interfaces::ERC721].contains(&interface_id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_answered_for_are_those_of_the_standards() {
        assert_eq!(<FloorPart as IErc165>::interface_id().0, interfaces::ERC165);
        assert_eq!(<FloorPart as IErc721>::interface_id().0, interfaces::ERC721);
    }
}
