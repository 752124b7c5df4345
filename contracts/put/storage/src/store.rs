//! Reads and writes the words of [`crate::layout`], only those that changed.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use everfloor_common::words::{at, hash_pair, load, write, write_changed};
use everfloor_put_rules::{
    Fill, Ladder, Node, Params, PerShare, Pool, Position, error::Result, position::Records,
};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::errors,
    layout::{Closing, Lot, Opening, Record, is_partial},
    revert::Outcome,
    state::{PARAMS, POOL},
};

/// Namespace of records: `keccak256("everfloor.put.records")`.
pub const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.put.records").finalize();

/// Kinds of records; the first byte of a record's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Position = 1,
    Fill = 2,
    Generation = 3,
    Node = 4,
    Lot = 5,
    Opening = 6,
    Closing = 7,
}

/// Where a record begins: `keccak256(kind 1 byte, zeros, major 8 bytes, minor 8 bytes, RECORDS)`.
fn place(vm: &VM, kind: Kind, major: u64, minor: u64) -> U256 {
    let mut key = [0; 32];
    key[0] = kind as u8;
    key[16..24].copy_from_slice(&major.to_be_bytes());
    key[24..].copy_from_slice(&minor.to_be_bytes());
    hash_pair(vm, key, RECORDS)
}

/// A loaded value, with the words it came from.
pub struct Loaded<T, const N: usize> {
    slot: U256,
    words: [B256; N],
    /// The value.
    pub value: T,
}

impl<T: Record<N>, const N: usize> Loaded<T, N> {
    /// Loads what lies at a slot; what was never written is all zero.
    pub fn at(vm: &VM, slot: U256) -> Self {
        let words = load(vm, slot);
        Self { slot, words, value: T::decode(&words) }
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Result<()> {
        let words = self.value.encode()?;
        write_changed(vm, self.slot, &self.words, &words);
        self.words = words;
        Ok(())
    }
}

/// A loaded position.
pub type LoadedPosition = Loaded<Position, 3>;

/// Loads a position; one that was never made, or is closed, is empty.
pub fn position(vm: &VM, id: u64) -> LoadedPosition {
    Loaded::at(vm, place(vm, Kind::Position, id, 0))
}

/// Writes a new position.
pub fn create_position(vm: &VM, id: u64, value: Position) -> Result<()> {
    save_new(vm, place(vm, Kind::Position, id, 0), &value)
}

/// The number of a position.
pub fn position_number(id: U256) -> Outcome<u64> {
    u64::try_from(id).map_err(|_| errors::UnknownPosition { id }.into())
}

/// Hash of what is stored of a position: `keccak256(id, its three words)`. It changes with every claim, request, split,
/// merge and settlement by its owner, and with nothing else.
pub fn state_hash(vm: &VM, id: U256, number: u64) -> B256 {
    let position = position(vm, number);
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(&id.to_be_bytes::<32>());
    position.words.iter().for_each(|word| bytes.extend_from_slice(word.as_slice()));
    vm.native_keccak256(&bytes)
}

/// A record whose words are known to be zero.
fn save_new<T: Record<N>, const N: usize>(vm: &VM, slot: U256, value: &T) -> Result<()> {
    write_changed(vm, slot, &[B256::ZERO; N], &value.encode()?);
    Ok(())
}

/// Places of a pool's components among its words.
pub mod part {
    /// Shares.
    pub const BOOK: u64 = 0;
    /// What a share has earned.
    pub const PER_SHARE: u64 = 1;
    /// What vests.
    pub const STREAM: u64 = 2;
    /// Rewards.
    pub const REWARDS: u64 = 3;
    /// Puts: all of them.
    pub const COVER: u64 = 4;
    /// Puts: those struck anew, and where the others are.
    pub const COVER_BASE: u64 = 5;
    /// Puts: the sum of those bought since.
    pub const COVER_SUM: u64 = 6;
    /// The buyer: its money, the volatility.
    pub const BUYER: u64 = 7;
    /// The buyer: what it backs and lets go.
    pub const BUYER_BACKS: u64 = 8;
    /// Shares that wait to leave.
    pub const QUEUE: u64 = 9;
}

/// The parameters.
pub fn load_params(vm: &VM) -> Params {
    Params::decode(&load(vm, U256::from(PARAMS)))
}

/// The parameters, only the words asked for: the rest is zero.
pub fn load_params_for(vm: &VM, wanted: [bool; 3]) -> Params {
    let mut words = [B256::ZERO; 3];
    for (index, (word, wanted)) in (0..).zip(words.iter_mut().zip(wanted)) {
        if wanted {
            *word = vm.storage_load_bytes32(at(U256::from(PARAMS), index));
        }
    }
    Params::decode(&words)
}

/// Writes the parameters, once.
pub fn save_params(vm: &VM, params: &Params) -> Result<()> {
    save_new(vm, U256::from(PARAMS), params)
}

/// The pool with all its components.
pub struct LoadedPool {
    words: [B256; 10],
    /// The pool.
    pub value: Pool,
}

impl LoadedPool {
    /// Loads it.
    pub fn load(vm: &VM) -> Self {
        let words = load(vm, U256::from(POOL));
        Self { words, value: decode_pool(&words) }
    }

    /// Loads no more than these [`part`]s: the rest is zero, and stays as it is stored as long as it is left zero.
    pub fn load_parts(vm: &VM, parts: &[u64]) -> Self {
        let mut words = [B256::ZERO; 10];
        for part in parts {
            if let Some(word) = words.get_mut(*part as usize) {
                *word = vm.storage_load_bytes32(at(U256::from(POOL), *part));
            }
        }
        Self { words, value: decode_pool(&words) }
    }

    /// Writes what changed.
    pub fn save(&mut self, vm: &VM) -> Result<()> {
        let words = encode_pool(&self.value)?;
        write_changed(vm, U256::from(POOL), &self.words, &words);
        self.words = words;
        Ok(())
    }
}

/// A pool from its words.
pub fn decode_pool(words: &[B256; 10]) -> Pool {
    let [book, per_share, stream, rewards, c0, c1, c2, b0, b1, queue] = *words;
    Pool {
        book: Record::decode(&[book]),
        per_share: Record::decode(&[per_share]),
        stream: Record::decode(&[stream]),
        rewards: Record::decode(&[rewards]),
        cover: Record::decode(&[c0, c1, c2]),
        buyer: Record::decode(&[b0, b1]),
        queue: Record::decode(&[queue]),
    }
}

/// The words of a pool.
pub fn encode_pool(pool: &Pool) -> Result<[B256; 10]> {
    let ([book], [per_share], [stream]) =
        (pool.book.encode()?, pool.per_share.encode()?, pool.stream.encode()?);
    let ([rewards], [queue]) = (pool.rewards.encode()?, pool.queue.encode()?);
    let ([c0, c1, c2], [b0, b1]) = (pool.cover.encode()?, pool.buyer.encode()?);
    Ok([book, per_share, stream, rewards, c0, c1, c2, b0, b1, queue])
}

/// The puts of one epoch by strike.
pub struct Strikes {
    vm: VM,
    epoch: u16,
    /// The first refusal to write, if there was one.
    pub failed: Result<()>,
}

impl Strikes {
    /// Those of an epoch.
    pub fn of(vm: &VM, epoch: u16) -> Self {
        Self { vm: vm.clone(), epoch, failed: Ok(()) }
    }

    fn slot(&self, level: u8, index: u32) -> U256 {
        place(&self.vm, Kind::Node, self.epoch.into(), u64::from(level) << 32 | u64::from(index))
    }
}

impl Ladder for Strikes {
    fn node(&self, level: u8, index: u32) -> Node {
        Node::decode(&load(&self.vm, self.slot(level, index)))
    }

    fn set_node(&mut self, level: u8, index: u32, node: Node) {
        match node.encode() {
            Ok([word]) => write(&self.vm, self.slot(level, index), word),
            Err(error) => self.failed = Err(error),
        }
    }
}

/// The exits and the lost generations of a pool.
pub struct Ledger {
    vm: VM,
}

impl Ledger {
    /// Those of the present contract.
    pub fn new(vm: &VM) -> Self {
        Self { vm: vm.clone() }
    }
}

impl Records for Ledger {
    fn fill(&self, number: u16) -> Fill {
        let slot = place(&self.vm, Kind::Fill, number.into(), 0);
        let [first, second] = load(&self.vm, slot);
        let third = if is_partial(&second) { self.vm.storage_load_bytes32(at(slot, 2)) } else { B256::ZERO };
        Fill::decode(&[first, second, third])
    }

    fn ended(&self, generation: u16) -> PerShare {
        PerShare::decode(&load(&self.vm, place(&self.vm, Kind::Generation, generation.into(), 0)))
    }
}

/// Writes an exit down.
pub fn save_fill(vm: &VM, number: u16, fill: &Fill) -> Result<()> {
    save_new(vm, place(vm, Kind::Fill, number.into(), 0), fill)
}

/// Writes down what a share of a lost generation had earned.
pub fn save_generation(vm: &VM, generation: u16, end: &PerShare) -> Result<()> {
    save_new(vm, place(vm, Kind::Generation, generation.into(), 0), end)
}

/// Writes a purchase down.
pub fn save_lot(vm: &VM, epoch: u16, number: u32, lot: &Lot) -> Result<()> {
    save_new(vm, place(vm, Kind::Lot, epoch.into(), number.into()), lot)
}

/// A purchase of an epoch; nothing if there is none.
pub fn load_lot(vm: &VM, epoch: u16, number: u32) -> Lot {
    Lot::decode(&load(vm, place(vm, Kind::Lot, epoch.into(), number.into())))
}

/// Writes down what an epoch begins with.
pub fn save_opening(vm: &VM, epoch: u16, opening: &Opening) -> Result<()> {
    save_new(vm, place(vm, Kind::Opening, epoch.into(), 0), opening)
}

/// What an epoch began with.
pub fn load_opening(vm: &VM, epoch: u16) -> Opening {
    Opening::decode(&load(vm, place(vm, Kind::Opening, epoch.into(), 0)))
}

/// Writes down how an epoch ended.
pub fn save_closing(vm: &VM, epoch: u16, closing: &Closing) -> Result<()> {
    save_new(vm, place(vm, Kind::Closing, epoch.into(), 0), closing)
}

/// How an epoch ended.
pub fn load_closing(vm: &VM, epoch: u16) -> Closing {
    Closing::decode(&load(vm, place(vm, Kind::Closing, epoch.into(), 0)))
}
