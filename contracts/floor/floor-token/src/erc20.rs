//! The shares: ERC-20, with permits (ERC-2612).
//!
//! Own code and not openzeppelin-stylus, whose present release takes an earlier SDK than everything this contract is made
//! of and tested with (contracts/standards says more).

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::SolError;
use everfloor_common::{
    log::emit,
    raw::{address_word, static_call, word_at},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

use crate::{
    abi::{errors, events},
    revert::{Outcome, Revert},
};

/// The precompile that recovers a signer.
const ECRECOVER: Address = address!("0x0000000000000000000000000000000000000001");
/// The type of the domain.
const DOMAIN_TYPE: &[u8] =
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
/// The type of a permit.
const PERMIT_TYPE: &[u8] =
    b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
/// The domain's version.
const VERSION: &[u8] = b"1";

/// Who has how many shares, and who may move them. Four slots.
#[storage]
pub struct Erc20 {
    supply: StorageU256,
    balances: StorageMap<Address, StorageU256>,
    allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    nonces: StorageMap<Address, StorageU256>,
}

/// What an owner signs to let somebody move shares of his.
pub struct Permit {
    /// Whose shares.
    pub owner: Address,
    /// Who may move them.
    pub spender: Address,
    /// How many.
    pub value: U256,
    /// Until when the permit is taken, seconds since 1970.
    pub deadline: U256,
    /// The signature.
    pub v: u8,
    /// See above.
    pub r: B256,
    /// See above.
    pub s: B256,
}

impl Erc20 {
    /// All shares.
    pub fn supply(&self) -> U256 {
        self.supply.get()
    }

    /// Those of an account.
    pub fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// How many of an owner's shares somebody may move; the highest number is any.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.getter(owner).get(spender)
    }

    /// How many permits of an owner were taken.
    pub fn nonce(&self, owner: Address) -> U256 {
        self.nonces.get(owner)
    }

    /// Moves shares.
    pub fn transfer(&mut self, from: Address, to: Address, value: U256) -> Outcome<()> {
        require_receiver(to)?;
        self.debit(from, value)?;
        self.credit(to, value);
        self.log_transfer(from, to, value);
        Ok(())
    }

    /// Makes shares.
    pub fn mint(&mut self, to: Address, value: U256) -> Outcome<()> {
        require_receiver(to)?;
        let supply = self.supply.get().checked_add(value);
        self.supply.set(supply.ok_or_else(|| Revert::new(errors::Overflow::SELECTOR, &[]))?);
        self.credit(to, value);
        self.log_transfer(Address::ZERO, to, value);
        Ok(())
    }

    /// Destroys shares.
    pub fn burn(&mut self, from: Address, value: U256) -> Outcome<()> {
        self.debit(from, value)?;
        self.supply.set(self.supply.get().wrapping_sub(value));
        self.log_transfer(from, Address::ZERO, value);
        Ok(())
    }

    /// Uses up what somebody may move.
    pub fn spend(&mut self, owner: Address, spender: Address, value: U256) -> Outcome<()> {
        let allowance = self.allowance(owner, spender);
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(value) else {
            let words = [address_word(spender), allowance, value];
            return Err(Revert::new(errors::ERC20InsufficientAllowance::SELECTOR, &words));
        };
        self.allowances.setter(owner).insert(spender, rest);
        Ok(())
    }

    /// Sets how many shares somebody may move.
    pub fn approve(&mut self, owner: Address, spender: Address, value: U256) -> Outcome<()> {
        require_some(owner, errors::ERC20InvalidApprover::SELECTOR)?;
        require_some(spender, errors::ERC20InvalidSpender::SELECTOR)?;
        self.allowances.setter(owner).insert(spender, value);
        let indexed = [address_word(owner), address_word(spender)];
        emit::<events::Approval>(self.vm(), &indexed, &[value]);
        Ok(())
    }

    /// Sets it by a permit; `name` is the token's.
    pub fn permit(&mut self, permit: &Permit, name: &[u8]) -> Outcome<()> {
        let Permit { owner, spender, value, deadline, .. } = *permit;
        if U256::from(self.vm().block_timestamp()) > deadline {
            return Err(Revert::new(errors::ERC2612ExpiredSignature::SELECTOR, &[deadline]));
        }
        let nonce = self.nonces.get(owner);
        let hashed =
            [self.hash(PERMIT_TYPE), address_word(owner), address_word(spender), value, nonce, deadline];
        let mut message = Vec::from([0x19, 0x01]);
        message.extend_from_slice(&joined(&[self.domain(name), self.hash(&joined(&hashed))]));
        let signer = self.signer(self.hash(&message), permit);
        // Nobody's signature is recovered as that of the address zero.
        if signer.is_zero() || signer != owner {
            let words = [address_word(signer), address_word(owner)];
            return Err(Revert::new(errors::ERC2612InvalidSigner::SELECTOR, &words));
        }
        // A number that is used once makes each signature good once, in whichever of its two forms.
        self.nonces.insert(owner, nonce.wrapping_add(U256::ONE));
        self.approve(owner, spender, value)
    }

    /// The hash of the domain. Computed anew every time: after a fork, the chains do not take each other's permits.
    pub fn domain(&self, name: &[u8]) -> U256 {
        let (chain, here) = (U256::from(self.vm().chain_id()), self.vm().contract_address());
        let words = [self.hash(DOMAIN_TYPE), self.hash(name), self.hash(VERSION), chain, address_word(here)];
        self.hash(&joined(&words))
    }

    fn hash(&self, bytes: &[u8]) -> U256 {
        self.vm().native_keccak256(bytes).into()
    }

    /// The signer; zero, who is nobody, where there is none.
    fn signer(&self, digest: U256, permit: &Permit) -> Address {
        let input = joined(&[digest, U256::from(permit.v), permit.r.into(), permit.s.into()]);
        let answer = static_call(self.vm(), ECRECOVER, &input, u64::MAX, 32).unwrap_or_default();
        Address::from_word(word_at(&answer, 0).unwrap_or_default().into())
    }

    fn debit(&mut self, from: Address, value: U256) -> Outcome<()> {
        let balance = self.balances.get(from);
        let Some(rest) = balance.checked_sub(value) else {
            let words = [address_word(from), balance, value];
            return Err(Revert::new(errors::ERC20InsufficientBalance::SELECTOR, &words));
        };
        self.balances.insert(from, rest);
        Ok(())
    }

    /// All balances are the supply, which fits.
    fn credit(&mut self, to: Address, value: U256) {
        let balance = self.balances.get(to);
        self.balances.insert(to, balance.wrapping_add(value));
    }

    fn log_transfer(&self, from: Address, to: Address, value: U256) {
        emit::<events::Transfer>(self.vm(), &[address_word(from), address_word(to)], &[value]);
    }
}

fn require_receiver(to: Address) -> Outcome<()> {
    require_some(to, errors::ERC20InvalidReceiver::SELECTOR)
}

fn require_some(address: Address, selector: [u8; 4]) -> Outcome<()> {
    if address.is_zero() { Err(Revert::new(selector, &[U256::ZERO])) } else { Ok(()) }
}

/// Words one after the other.
fn joined(words: &[U256]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect()
}
