//! Writer positions of a perpetual put pool: one ERC-721 token for each, which the pool mints and burns.
//!
//! What a position holds is in the pool; this program says whose it is. The pool is whoever the constructor names,
//! for good. Pool and token need each other's address, so the pool is there first, the token is created and
//! constructed in one transaction through `StylusDeployer`, and the pool is told its address, which it is right to
//! take only if [`WriterPosition::pool`] answers with the pool itself.
//!
//! As every program of the SDK it refuses to be called while it runs: a receiver that `safeTransferFrom` asks
//! cannot ask back, nor can the pool on its behalf. All writes are done by then.
//!
//! The token and its enumeration are OpenZeppelin's.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::{string::String, vec, vec::Vec};

use alloy_primitives::{Address, U256, aliases::B32};
use openzeppelin_stylus::{
    token::erc721::{
        self, Erc721, IErc721,
        extensions::{Erc721Enumerable, IErc721Enumerable, IErc721Metadata, enumerable},
    },
    utils::introspection::erc165::IErc165,
};
use stylus_sdk::{abi::Bytes, prelude::*, storage::StorageAddress};

mod uri;

const NAME: &str = "Everfloor Writer Position";
const SYMBOL: &str = "EFWP";

pub use sol::{InvalidPool, InvalidTokenId, MetadataUpdate, NotPool};

mod sol {
    use alloy_sol_types::sol;

    sol! {
        /// What the pool knows of token `id` has changed (ERC-4906).
        #[derive(Debug)]
        event MetadataUpdate(uint256 id);

        /// `pool` cannot be the pool.
        #[derive(Debug)]
        error InvalidPool(address pool);

        /// `caller` is not the pool.
        #[derive(Debug)]
        error NotPool(address caller);

        /// No token can have this `id`.
        #[derive(Debug)]
        error InvalidTokenId(uint256 id);
    }
}

/// What ERC-165 answers for. OpenZeppelin computes these at run time, in an order its macro draws anew for every
/// build; constants keep the program's bytes reproducible.
mod interfaces {
    pub(crate) const ERC165: [u8; 4] = [0x01, 0xff, 0xc9, 0xa7];
    pub(crate) const ERC721: [u8; 4] = [0x80, 0xac, 0x58, 0xcd];
    pub(crate) const ERC721_METADATA: [u8; 4] = [0x5b, 0x5e, 0x13, 0x9f];
    pub(crate) const ERC721_ENUMERABLE: [u8; 4] = [0x78, 0x0e, 0x9d, 0x63];
    /// Of events only; the standard gives it this number.
    pub(crate) const ERC4906: [u8; 4] = [0x49, 0x06, 0x49, 0x06];
}

/// What this program refuses by itself; the rest OpenZeppelin's token refuses.
#[derive(SolidityError, Debug)]
pub enum Refusal {
    /// The pool is the zero address.
    InvalidPool(InvalidPool),
    /// The caller is not the pool.
    NotPool(NotPool),
    /// The id is zero.
    InvalidTokenId(InvalidTokenId),
}

/// The program.
#[entrypoint]
#[storage]
pub struct WriterPosition {
    erc721: Erc721,
    enumerable: Erc721Enumerable,
    pool: StorageAddress,
}

#[public]
#[implements(
    IErc721<Error = erc721::Error>,
    IErc721Metadata<Error = erc721::Error>,
    IErc721Enumerable<Error = enumerable::Error>,
    IErc165
)]
impl WriterPosition {
    /// Names the pool whose positions these are.
    ///
    /// # Errors
    /// - [`InvalidPool`]: `pool` is the zero address
    #[constructor]
    pub fn constructor(&mut self, pool: Address) -> Result<(), Refusal> {
        if pool.is_zero() {
            return Err(InvalidPool { pool }.into());
        }
        self.pool.set(pool);
        Ok(())
    }

    /// The pool whose positions these are.
    pub fn pool(&self) -> Address {
        self.pool.get()
    }

    /// Creates token `id` for `to` without asking `to`; the pool's alone. An id that was burnt is free again.
    ///
    /// # Errors
    /// - [`NotPool`]: another asks
    /// - [`InvalidTokenId`]: `id` is zero
    /// - [`erc721::ERC721InvalidReceiver`]: `to` is the zero address
    /// - [`erc721::ERC721InvalidSender`]: the token exists
    pub fn mint(&mut self, to: Address, id: U256) -> Result<(), Vec<u8>> {
        self.check_pool()?;
        // In OpenZeppelin's lists of an owner's tokens a zero is the end.
        if id.is_zero() {
            return Err(Refusal::InvalidTokenId(InvalidTokenId { id }).into());
        }
        self.erc721._mint(to, id)?;
        Ok(self.relist(Address::ZERO, to, id)?)
    }

    /// Destroys token `id`; the pool's alone, which asks for the owner's leave itself.
    ///
    /// # Errors
    /// - [`NotPool`]: another asks
    /// - [`erc721::ERC721NonexistentToken`]: there is no such token
    pub fn burn(&mut self, id: U256) -> Result<(), Vec<u8>> {
        self.check_pool()?;
        let owner = self.erc721.owner_of(id)?;
        self.erc721._burn(id)?;
        Ok(self.relist(owner, Address::ZERO, id)?)
    }

    /// Tells indexers that the position behind token `id` has changed (ERC-4906); the pool's alone, which answers
    /// for the token's existence.
    ///
    /// # Errors
    /// - [`NotPool`]: another asks
    pub fn notify_update(&mut self, id: U256) -> Result<(), Refusal> {
        self.check_pool()?;
        log(self.vm(), MetadataUpdate { id });
        Ok(())
    }

    /// The owner of token `id`, if `spender` may dispose of it: as its owner, as approved for it, or as the owner's
    /// operator. The pool's check of who asks, in one call.
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

impl WriterPosition {
    fn check_pool(&self) -> Result<(), Refusal> {
        let caller = self.vm().msg_sender();
        if caller == self.pool.get() { Ok(()) } else { Err(NotPool { caller }.into()) }
    }

    /// Brings the enumeration up to date after token `id` went `from` one `to` another, the zero address standing
    /// for before its creation and after its end. Balances must be those after the change.
    fn relist(&mut self, from: Address, to: Address, id: U256) -> Result<(), erc721::Error> {
        if from == to {
            return Ok(());
        }
        if from.is_zero() {
            self.enumerable._add_token_to_all_tokens_enumeration(id);
        } else {
            self.enumerable._remove_token_from_owner_enumeration(from, id, &self.erc721)?;
        }
        if to.is_zero() {
            self.enumerable._remove_token_from_all_tokens_enumeration(id);
            return Ok(());
        }
        self.enumerable._add_token_to_owner_enumeration(to, id, &self.erc721)
    }
}

#[public]
impl IErc721 for WriterPosition {
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
        self.transfer_from(from, to, token_id)?;
        let operator = self.vm().msg_sender();
        self.erc721._check_on_erc721_received(operator, from, to, token_id, &data)
    }

    fn transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Self::Error> {
        self.erc721.transfer_from(from, to, token_id)?;
        self.relist(from, to, token_id)
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
impl IErc721Metadata for WriterPosition {
    type Error = erc721::Error;

    fn name(&self) -> String {
        NAME.into()
    }

    fn symbol(&self) -> String {
        SYMBOL.into()
    }

    #[selector(name = "tokenURI")]
    fn token_uri(&self, token_id: U256) -> Result<String, Self::Error> {
        self.erc721.owner_of(token_id)?;
        Ok(uri::of(token_id, self.pool.get()))
    }
}

#[public]
impl IErc721Enumerable for WriterPosition {
    type Error = enumerable::Error;

    fn token_of_owner_by_index(&self, owner: Address, index: U256) -> Result<U256, Self::Error> {
        self.enumerable.token_of_owner_by_index(owner, index)
    }

    fn total_supply(&self) -> U256 {
        self.enumerable.total_supply()
    }

    fn token_by_index(&self, index: U256) -> Result<U256, Self::Error> {
        self.enumerable.token_by_index(index)
    }
}

#[public]
impl IErc165 for WriterPosition {
    fn supports_interface(&self, interface_id: B32) -> bool {
        let answered = [
            interfaces::ERC165,
            interfaces::ERC721,
            interfaces::ERC721_METADATA,
            interfaces::ERC721_ENUMERABLE,
            interfaces::ERC4906,
        ];
        answered.contains(&interface_id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_answered_for_are_those_of_the_standards() {
        assert_eq!(<WriterPosition as IErc165>::interface_id().0, interfaces::ERC165);
        assert_eq!(<WriterPosition as IErc721>::interface_id().0, interfaces::ERC721);
        assert_eq!(<WriterPosition as IErc721Metadata>::interface_id().0, interfaces::ERC721_METADATA);
        assert_eq!(<WriterPosition as IErc721Enumerable>::interface_id().0, interfaces::ERC721_ENUMERABLE);
    }
}
