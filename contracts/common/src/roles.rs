//! Who may configure a contract: an owner, replaced in two steps, and a guardian.
//!
//! The owner is meant to be governance. A transfer of ownership only takes effect when the new owner accepts it,
//! so a mistyped address cannot lose the contract. The guardian may only do what a program lets it do (pausing);
//! it can act fast and can be replaced by the owner.

use alloy_primitives::Address;
use alloy_sol_types::sol;
use stylus_sdk::{prelude::*, storage::StorageAddress};

use crate::{log::emit, raw::address_word};

sol! {
    /// `caller` is not the contract's owner.
    #[derive(Debug, PartialEq, Eq)]
    error NotOwner(address caller);
    /// `caller` has not been offered the ownership.
    #[derive(Debug, PartialEq, Eq)]
    error NotPendingOwner(address caller);
    /// `caller` is neither the guardian nor the owner.
    #[derive(Debug, PartialEq, Eq)]
    error NotGuardian(address caller);
    /// An address that must be given is zero.
    #[derive(Debug, PartialEq, Eq)]
    error ZeroAddress();

    /// `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    #[derive(Debug, PartialEq, Eq)]
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);
    /// The contract has a new owner.
    #[derive(Debug, PartialEq, Eq)]
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// The contract has a new guardian; zero is nobody.
    #[derive(Debug, PartialEq, Eq)]
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);
}

/// Refuses the zero address.
pub fn non_zero(address: Address) -> Result<Address, ZeroAddress> {
    if address.is_zero() { Err(ZeroAddress {}) } else { Ok(address) }
}

/// The owner and the one offered the ownership. Two slots.
#[storage]
pub struct Ownership {
    owner: StorageAddress,
    pending: StorageAddress,
}

impl Ownership {
    /// Sets the first owner; for a program's initialiser.
    pub fn init(&mut self, owner: Address) -> Result<(), ZeroAddress> {
        self.replace(non_zero(owner)?);
        Ok(())
    }

    /// The owner; zero before initialisation.
    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    /// Who may accept the ownership; zero is nobody.
    pub fn pending(&self) -> Address {
        self.pending.get()
    }

    /// Refuses everybody but the owner.
    pub fn only_owner(&self) -> Result<(), NotOwner> {
        let caller = self.vm().msg_sender();
        if caller == self.owner.get() { Ok(()) } else { Err(NotOwner { caller }) }
    }

    /// The owner offers the ownership to `to`; zero withdraws the offer.
    pub fn offer(&mut self, to: Address) -> Result<(), NotOwner> {
        self.only_owner()?;
        self.pending.set(to);
        let indexed = [self.owner.get(), to].map(address_word);
        emit::<OwnershipTransferStarted>(self.vm(), &indexed, &[]);
        Ok(())
    }

    /// The one offered the ownership takes it.
    pub fn accept(&mut self) -> Result<(), NotPendingOwner> {
        let caller = self.vm().msg_sender();
        if caller != self.pending.get() || caller.is_zero() {
            return Err(NotPendingOwner { caller });
        }
        self.pending.set(Address::ZERO);
        self.replace(caller);
        Ok(())
    }

    fn replace(&mut self, owner: Address) {
        let previous = self.owner.get();
        self.owner.set(owner);
        emit::<OwnershipTransferred>(self.vm(), &[previous, owner].map(address_word), &[]);
    }
}

/// The guardian. One slot.
#[storage]
pub struct Guardian {
    guardian: StorageAddress,
}

impl Guardian {
    /// The guardian; zero is nobody.
    pub fn get(&self) -> Address {
        self.guardian.get()
    }

    /// Replaces the guardian; the program has checked that the owner asks.
    pub fn set(&mut self, guardian: Address) {
        let previous = self.guardian.get();
        self.guardian.set(guardian);
        emit::<GuardianChanged>(self.vm(), &[previous, guardian].map(address_word), &[]);
    }

    /// Refuses everybody but the guardian and the owner.
    pub fn only_guardian(&self, ownership: &Ownership) -> Result<(), NotGuardian> {
        let caller = self.vm().msg_sender();
        // A caller is never the zero address, so an unset guardian is nobody.
        if caller == self.guardian.get() || caller == ownership.owner() {
            return Ok(());
        }
        Err(NotGuardian { caller })
    }
}
