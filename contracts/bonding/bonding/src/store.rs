//! Where everything lies. Append only: every later version reads it where it is. Numbers are bytes, high to low:
//!
//! | slot | holds |
//! |---|---|
//! | 0, 1 | owner, offered owner |
//! | 2 | guardian |
//! | 3 | whether the proxy was initialised |
//! | 4 | backing: collateral 16, underlying 16 |
//! | 5 | supply 16, bonds made 8, 8 unused |
//! | 6 | lock 1, paused 1, maturity 4, 6 unused, pool 20 |
//! | 7 | least bond 12, collateral token 20 |
//! | 8 | 12 unused, underlying token 20 |
//! | 9 | 12 unused, price history 20 |
//! | 10 | 12 unused, dpxETH 20 |
//!
//! Records, each at `keccak256(kind 1 byte, zeros, key 20 bytes, RECORDS)`:
//!
//! | kind | key | words |
//! |---|---|---|
//! | 1 | number of a bond | amount 12, owner 20; matures 8, the owner's bond before it 8, redeemed 1, 15 unused |
//! | 2 | an owner | 24 unused, the number of his newest bond 8 |
//!
//! An owner's bonds are a chain from the newest to the oldest: a list beside the bonds would cost each of them a word more.
//!
//! The slots from 4 on are read by hand: an accessor for each field would cost the program more than its rules.

use alloy_primitives::{Address, B256, U256};
use everfloor_bonding_rules::{Bond, BondError, Books, Params, error::Result};
use everfloor_common::{
    bits::{self, Field, pack, unpack},
    lock::Reentrant,
    words::{hash_pair, load, write, write_changed},
};
use stylus_sdk::{host::VM, prelude::*};

use crate::revert::Outcome;

/// Where the books begin.
const BOOKS: u64 = 4;
const BOOKS_FIELDS: [Field; 4] = [(0, 0, 16), (0, 16, 16), (1, 0, 16), (1, 16, 8)];

/// Places in the pool's word.
const LOCK_BYTE: usize = 0;
const PAUSE_BYTE: usize = 1;
const MATURITY: Field = (0, 2, 4);
/// Place in the collateral's word.
const MIN_BOND: Field = (0, 0, 12);

const BOND_FIELDS: [Field; 4] = [(0, 0, 12), (1, 0, 8), (1, 8, 8), (1, 16, 1)];

/// Namespace of records: `keccak256("everfloor.bonding.records")`.
const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.bonding.records").finalize();

/// Addresses the contract knows, at their slots; each is the low end of its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The put pool.
    Pool = 6,
    /// The collateral token.
    Collateral = 7,
    /// The underlying token.
    Underlying = 8,
    /// The price history.
    History = 9,
    /// dpxETH.
    Synthetic = 10,
}

/// The books, how many bonds were made, and the words they came from.
#[derive(Debug)]
pub struct Ledger {
    words: [B256; 2],
    /// The books.
    pub books: Books,
    /// Bonds made; the newest's number.
    pub bonds: u64,
}

/// A bond, whose it is, and which of his was before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// The bond.
    pub bond: Bond,
    /// Its owner; zero where there is no such bond.
    pub owner: Address,
    /// Number of the owner's bond before this; 0 for none.
    pub before: u64,
}

/// The contract's words.
pub struct Store {
    vm: VM,
}

impl Store {
    /// Those of the present contract.
    pub fn new(vm: &VM) -> Self {
        Self { vm: vm.clone() }
    }

    fn word(&self, slot: u64) -> B256 {
        self.vm.storage_load_bytes32(U256::from(slot))
    }

    fn set_word(&self, slot: u64, word: B256) {
        write(&self.vm, U256::from(slot), word);
    }

    fn set_byte(&self, at: usize, value: u8) {
        let mut word = self.word(Peer::Pool as u64);
        word[at] = value;
        self.set_word(Peer::Pool as u64, word);
    }

    // ---- The lock and the pause ----

    /// Takes the lock.
    pub fn enter(&self) -> Outcome<()> {
        self.require_free()?;
        self.set_byte(LOCK_BYTE, 1);
        Ok(())
    }

    /// Gives it back.
    pub fn leave(&self) {
        self.set_byte(LOCK_BYTE, 0);
    }

    /// Refuses to go on in the middle of another call; for what need not take the lock itself.
    pub fn require_free(&self) -> Outcome<()> {
        if self.word(Peer::Pool as u64)[LOCK_BYTE] != 0 { Err(Reentrant {}.into()) } else { Ok(()) }
    }

    /// Whether bonding is paused.
    pub fn is_paused(&self) -> bool {
        self.word(Peer::Pool as u64)[PAUSE_BYTE] != 0
    }

    /// Pauses or resumes it.
    pub fn set_paused(&self, paused: bool) {
        self.set_byte(PAUSE_BYTE, u8::from(paused));
    }

    // ---- What the contract was made with ----

    /// An address the contract knows; zero is none.
    pub fn peer(&self, peer: Peer) -> Address {
        Address::from_word(self.word(peer as u64))
    }

    /// Replaces one, and nothing beside it.
    pub fn set_peer(&self, peer: Peer, address: Address) {
        let mut word = self.word(peer as u64);
        word[12..].copy_from_slice(address.as_slice());
        self.set_word(peer as u64, word);
    }

    /// The parameters.
    pub fn params(&self) -> Params {
        Params {
            maturity: bits::read(&self.word(Peer::Pool as u64), MATURITY) as u64,
            min_bond: bits::read(&self.word(Peer::Collateral as u64), MIN_BOND),
        }
    }

    /// Writes the parameters, once, before anything that lies beside them.
    pub fn set_params(&self, params: &Params) -> Result<()> {
        let place = |value, field| pack(&[value], &[field]).ok_or_else(|| BondError::Overflow.boxed());
        let [maturity] = place(params.maturity.into(), MATURITY)?;
        let [min_bond] = place(params.min_bond, MIN_BOND)?;
        self.set_word(Peer::Pool as u64, maturity);
        self.set_word(Peer::Collateral as u64, min_bond);
        Ok(())
    }

    // ---- The books ----

    /// Loads the books.
    pub fn ledger(&self) -> Ledger {
        let words = load(&self.vm, U256::from(BOOKS));
        let [collateral, underlying, supply, bonds] = unpack(&words, &BOOKS_FIELDS);
        Ledger { words, books: Books { collateral, underlying, supply }, bonds: bonds as u64 }
    }

    /// Writes what changed of them.
    pub fn save(&self, ledger: &Ledger) -> Result<()> {
        let Books { collateral, underlying, supply } = ledger.books;
        let values = [collateral, underlying, supply, ledger.bonds.into()];
        let words = pack(&values, &BOOKS_FIELDS).ok_or_else(|| BondError::Overflow.boxed())?;
        write_changed(&self.vm, U256::from(BOOKS), &ledger.words, &words);
        Ok(())
    }

    // ---- Bonds ----

    /// A bond; one that was never made is nobody's.
    pub fn load_bond(&self, id: u64) -> Owned {
        let words: [B256; 2] = load(&self.vm, self.bond_place(id));
        let [amount, matures, before, redeemed] = unpack(&words, &BOND_FIELDS);
        Owned {
            bond: Bond { amount, matures: matures as u64, redeemed: redeemed != 0 },
            owner: Address::from_word(words[0]),
            before: before as u64,
        }
    }

    /// Writes a bond down.
    pub fn save_bond(&self, id: u64, owned: &Owned) -> Result<()> {
        let Bond { amount, matures, redeemed } = owned.bond;
        let values = [amount, matures.into(), owned.before.into(), redeemed.into()];
        let mut words: [B256; 2] = pack(&values, &BOND_FIELDS).ok_or_else(|| BondError::Overflow.boxed())?;
        words[0][12..].copy_from_slice(owned.owner.as_slice());
        let place = self.bond_place(id);
        write_changed(&self.vm, place, &load(&self.vm, place), &words);
        Ok(())
    }

    /// Number of an owner's newest bond; 0 for none.
    pub fn newest(&self, owner: Address) -> u64 {
        let word: U256 = self.vm.storage_load_bytes32(self.newest_place(owner)).into();
        word.saturating_to()
    }

    /// Replaces it.
    pub fn set_newest(&self, owner: Address, id: u64) {
        write(&self.vm, self.newest_place(owner), U256::from(id).into());
    }

    fn bond_place(&self, id: u64) -> U256 {
        self.place(1, U256::from(id).into())
    }

    fn newest_place(&self, owner: Address) -> U256 {
        self.place(2, owner.into_word())
    }

    fn place(&self, kind: u8, mut key: B256) -> U256 {
        key[0] = kind;
        hash_pair(&self.vm, key.0, RECORDS)
    }
}
