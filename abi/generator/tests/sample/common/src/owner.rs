//! A component: an owner, and a trait programs implement.

use super::records::{Forbidden, Moved};
use alloy_primitives::{Address, U256};
use stylus_sdk::{prelude::*, storage::StorageAddress};

/// Who owns the contract.
#[storage]
pub struct Owner {
    address: StorageAddress,
}

impl Owner {
    /// The owner.
    pub fn get(&self) -> Address {
        self.address.get()
    }

    /// Refuses all others.
    pub fn check(&self) -> Result<(), Forbidden> {
        let caller = self.vm().msg_sender();
        if caller == self.get() { Ok(()) } else { Err(Forbidden { caller }) }
    }

    /// Replaces the owner; one nobody calls would still count as the program's.
    pub fn replace(&mut self, to: Address) {
        let from = self.get();
        self.address.set(to);
        let balance = super::records::Balance { token: Address::ZERO, amount: U256::ZERO };
        self.vm().log(Moved { from, to, amount: U256::ZERO, balance });
    }
}

/// A contract somebody owns.
#[public]
pub trait IOwned {
    /// What refuses a caller.
    type Error: Into<Vec<u8>>;

    /// Who owns the contract.
    fn owner(&self) -> Address;

    /// Gives the contract away.
    ///
    /// # Arguments
    /// * `new_owner` - Who gets it.
    ///
    /// # Errors
    /// * [`Forbidden`] - The caller is not the owner.
    fn set_owner(&mut self, new_owner: Address) -> Result<(), Self::Error>;
}
