//! Whose the shares are, and who may move them: ERC-6909.
//!
//! Our own, since openzeppelin-stylus has no ERC-6909, and would be on another SDK than the market's code that this
//! contract shares.

use alloy_primitives::{Address, U256};
use everfloor_common::{log::emit, raw::address_word};
use everfloor_floor_storage::revert::Outcome;
use everfloor_math::{add, sub};
use stylus_sdk::{
    prelude::*,
    storage::{StorageBool, StorageMap, StorageU256},
};

use crate::abi::{errors, events};

type PerId = StorageMap<U256, StorageU256>;

/// All shares of all NFTs.
#[storage]
pub struct Book {
    balances: StorageMap<Address, PerId>,
    supplies: PerId,
    allowances: StorageMap<Address, StorageMap<Address, PerId>>,
    operators: StorageMap<Address, StorageMap<Address, StorageBool>>,
}

impl Book {
    /// What somebody has of an NFT.
    pub fn balance(&self, owner: Address, id: U256) -> U256 {
        self.balances.getter(owner).get(id)
    }

    /// What there is of an NFT.
    pub fn supply(&self, id: U256) -> U256 {
        self.supplies.get(id)
    }

    /// What somebody may move of another's.
    pub fn allowance(&self, owner: Address, spender: Address, id: U256) -> U256 {
        self.allowances.getter(owner).getter(spender).get(id)
    }

    /// Whether somebody may move all of another's.
    pub fn is_operator(&self, owner: Address, spender: Address) -> bool {
        self.operators.getter(owner).get(spender)
    }

    /// Makes shares.
    pub fn mint(&mut self, to: Address, id: U256, amount: U256) -> Outcome<()> {
        self.require_receiver(to)?;
        let supply = add(self.supply(id), amount)?;
        self.supplies.insert(id, supply);
        self.credit(to, id, amount)?;
        self.log_transfer(Address::ZERO, to, id, amount);
        Ok(())
    }

    /// Burns shares.
    pub fn burn(&mut self, from: Address, id: U256, amount: U256) -> Outcome<()> {
        self.debit(from, id, amount)?;
        let supply = sub(self.supply(id), amount)?;
        self.supplies.insert(id, supply);
        self.log_transfer(from, Address::ZERO, id, amount);
        Ok(())
    }

    /// Moves shares between people.
    pub fn transfer(&mut self, from: Address, to: Address, id: U256, amount: U256) -> Outcome<()> {
        self.require_receiver(to)?;
        self.hand_over(from, to, id, amount)
    }

    /// Moves shares, to or from this contract too.
    pub fn hand_over(&mut self, from: Address, to: Address, id: U256, amount: U256) -> Outcome<()> {
        self.debit(from, id, amount)?;
        self.credit(to, id, amount)?;
        self.log_transfer(from, to, id, amount);
        Ok(())
    }

    /// Refuses a caller who may not move so much of another's, and takes it off what he may. The highest number stays.
    pub fn spend(&mut self, owner: Address, id: U256, amount: U256) -> Outcome<()> {
        let spender = self.vm().msg_sender();
        if spender == owner || self.is_operator(owner, spender) {
            return Ok(());
        }
        let allowance = self.allowance(owner, spender, id);
        let Ok(rest) = sub(allowance, amount) else {
            return Err(
                errors::ERC6909InsufficientAllowance { spender, allowance, needed: amount, id }.into()
            );
        };
        if allowance != U256::MAX {
            self.allowances.setter(owner).setter(spender).insert(id, rest);
        }
        Ok(())
    }

    /// Lets somebody move so much of the caller's.
    pub fn approve(&mut self, spender: Address, id: U256, amount: U256) -> Outcome<()> {
        let owner = self.caller_for(spender)?;
        self.allowances.setter(owner).setter(spender).insert(id, amount);
        let indexed = [address_word(owner), address_word(spender), id];
        emit::<events::Approval>(self.vm(), &indexed, &[amount]);
        Ok(())
    }

    /// Lets somebody move all of the caller's, or no longer.
    pub fn set_operator(&mut self, spender: Address, approved: bool) -> Outcome<()> {
        let owner = self.caller_for(spender)?;
        self.operators.setter(owner).insert(spender, approved);
        let indexed = [address_word(owner), address_word(spender)];
        emit::<events::OperatorSet>(self.vm(), &indexed, &[U256::from(approved)]);
        Ok(())
    }

    /// The caller, if whom he would allow something is somebody.
    fn caller_for(&self, spender: Address) -> Outcome<Address> {
        if spender.is_zero() {
            return Err(errors::ERC6909InvalidSpender { spender }.into());
        }
        Ok(self.vm().msg_sender())
    }

    /// Refuses whom shares would be lost to.
    fn require_receiver(&self, receiver: Address) -> Outcome<()> {
        if receiver.is_zero() || receiver == self.vm().contract_address() {
            return Err(errors::ERC6909InvalidReceiver { receiver }.into());
        }
        Ok(())
    }

    fn debit(&mut self, owner: Address, id: U256, amount: U256) -> Outcome<()> {
        let balance = self.balance(owner, id);
        let Ok(rest) = sub(balance, amount) else {
            return Err(errors::ERC6909InsufficientBalance { owner, balance, needed: amount, id }.into());
        };
        self.balances.setter(owner).insert(id, rest);
        Ok(())
    }

    fn credit(&mut self, owner: Address, id: U256, amount: U256) -> Outcome<()> {
        let balance = add(self.balance(owner, id), amount)?;
        self.balances.setter(owner).insert(id, balance);
        Ok(())
    }

    fn log_transfer(&self, from: Address, to: Address, id: U256, amount: U256) {
        let vm = self.vm();
        let indexed = [address_word(from), address_word(to), id];
        emit::<events::Transfer>(vm, &indexed, &[address_word(vm.msg_sender()), amount]);
    }
}
