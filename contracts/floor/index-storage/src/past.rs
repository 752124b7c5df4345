//! The records of an index on the chain: beginnings of epochs, signers; and its own words.

use alloy_primitives::{Address, U256};
use everfloor_common::{
    record::{self, Loaded, TooWide},
    words::{hash_pair, write},
};
use everfloor_index_rules::{
    Accepted, Account, Index, IndexParams,
    epochs::{Boundaries, Boundary},
    reports::Seats,
};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    layout::{Sources, Stored},
    state::{ACCEPTED, INDEX, PARAMS, SOURCES},
};

/// Namespace of records: `keccak256("everfloor.index.records")`.
pub const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.index.records").finalize();

/// Kinds of records; the first byte of a record's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boundary = 1,
    Signer = 2,
    Seat = 3,
}

/// Where a record is: `keccak256(kind 1 byte, zeros, number up to 20 bytes, RECORDS)`.
fn place(vm: &VM, kind: Kind, number: &[u8]) -> U256 {
    let mut key = [0; 32];
    key[0] = kind as u8;
    let start = key.len().saturating_sub(number.len());
    key.iter_mut().skip(start).zip(number).for_each(|(to, from)| *to = *from);
    hash_pair(vm, key, RECORDS)
}

/// A loaded index.
pub type LoadedIndex = Loaded<Stored<Index>, 4>;

/// Loads the index.
pub fn load_index(vm: &VM) -> LoadedIndex {
    Loaded::at(vm, U256::from(INDEX))
}

/// The index, to look at.
pub fn index(vm: &VM) -> Index {
    load_index(vm).value.0
}

/// What it was made with.
pub fn params(vm: &VM) -> IndexParams {
    let Stored(params) = record::read(vm, U256::from(PARAMS));
    params
}

/// Writes it, once.
pub fn set_params(vm: &VM, params: &IndexParams) -> Result<(), TooWide> {
    record::replace(vm, U256::from(PARAMS), &Stored(*params))
}

/// Where the price comes from.
pub fn sources(vm: &VM) -> Sources {
    record::read(vm, U256::from(SOURCES))
}

/// Replaces it.
pub fn set_sources(vm: &VM, sources: &Sources) -> Result<(), TooWide> {
    record::replace(vm, U256::from(SOURCES), sources)
}

/// The reports accepted last.
pub fn accepted(vm: &VM) -> Accepted {
    let Stored(accepted) = record::read(vm, U256::from(ACCEPTED));
    accepted
}

/// Replaces them.
pub fn set_accepted(vm: &VM, accepted: &Accepted) -> Result<(), TooWide> {
    record::replace(vm, U256::from(ACCEPTED), &Stored(*accepted))
}

/// Epochs and signers of the running contract.
pub struct Past<'a> {
    vm: &'a VM,
    failed: bool,
}

impl<'a> Past<'a> {
    /// Those of the running contract.
    pub fn new(vm: &'a VM) -> Self {
        Self { vm, failed: false }
    }

    /// Refuses if anything did not fit its bytes. Called before the call ends that wrote it.
    pub fn finish(self) -> Result<(), TooWide> {
        if self.failed { Err(TooWide) } else { Ok(()) }
    }

    fn seat_slot(&self, seat: u8) -> U256 {
        place(self.vm, Kind::Seat, &[seat])
    }

    /// Who sits there; zero is nobody.
    pub fn signer(&self, seat: u8) -> Address {
        Address::from_word(self.vm.storage_load_bytes32(self.seat_slot(seat)))
    }

    /// Seats a signer, where nobody sits any more.
    pub fn seat_signer(&mut self, seat: u8, signer: Address) {
        write(self.vm, self.seat_slot(seat), signer.into_word());
        let number = U256::from(seat).saturating_add(U256::ONE);
        write(self.vm, place(self.vm, Kind::Signer, signer.as_slice()), number.into());
    }

    /// Has whoever sits there get up.
    pub fn clear_seat(&mut self, seat: u8) {
        let signer = self.signer(seat);
        if !signer.is_zero() {
            write(self.vm, place(self.vm, Kind::Signer, signer.as_slice()), U256::ZERO.into());
            write(self.vm, self.seat_slot(seat), U256::ZERO.into());
        }
    }
}

impl Boundaries for Past<'_> {
    fn boundary(&self, epoch: u32) -> Boundary {
        let Stored(boundary) = record::read(self.vm, place(self.vm, Kind::Boundary, &epoch.to_be_bytes()));
        boundary
    }

    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        let slot = place(self.vm, Kind::Boundary, &epoch.to_be_bytes());
        self.failed |= record::replace(self.vm, slot, &Stored(boundary)).is_err();
    }
}

impl Seats for Past<'_> {
    fn seat(&self, signer: &Account) -> Option<u8> {
        let word: U256 = self.vm.storage_load_bytes32(place(self.vm, Kind::Signer, signer)).into();
        word.saturating_to::<u8>().checked_sub(1)
    }
}
