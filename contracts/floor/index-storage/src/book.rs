//! The records of a bid book on the chain: offers, prices, sets of prices, what accounts are owed.
//!
//! Words are read when a rule asks for them, and written only if they changed. Within a call a word that was read is
//! read again for next to nothing.

use alloy_primitives::{B256, U256};
use everfloor_common::{
    bits,
    record::{self, Record, TooWide},
    words::{at, hash_pair, write, write_changed},
};
use everfloor_index_rules::{
    Account, AskBook, AskStore, BidBook, BidStore, Book, BookParams, Level, Offer, Offers, Rewards,
    offers::{Links, Set, Side},
};
use everfloor_math::MathError;
use everfloor_venue_rules::ticks::TickStore;
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    layout::{Owed, Stored, links_of, with_links},
    revert::Outcome,
    state::{BOOK, PARAMS},
};

/// Namespace of records: `keccak256("everfloor.bids.records")`.
pub const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.bids.records").finalize();

/// Kinds of records; the first byte of a record's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Offer = 1,
    Level = 2,
    Requests = 3,
    Live = 4,
    Counted = 5,
    Token = 6,
    Owed = 7,
}

/// Where a record begins: `keccak256(kind 1 byte, 0 of bids or 1 of asks 1 byte, zeros, number up to 20 bytes, RECORDS)`.
fn place(vm: &VM, kind: Kind, bids: bool, number: &[u8]) -> U256 {
    let mut key = [0; 32];
    (key[0], key[1]) = (kind as u8, u8::from(!bids));
    let start = key.len().saturating_sub(number.len());
    key.iter_mut().skip(start).zip(number).for_each(|(to, from)| *to = *from);
    hash_pair(vm, key, RECORDS)
}

// ---- A book's own words ----

/// Places of components among a book's words.
pub mod part {
    /// Counts and escrow of bids.
    pub const BIDS: u64 = 0;
    /// Rewards: what a unit has earned, the pot.
    pub const GROWTH: u64 = 1;
    /// Rewards: the rate, the band.
    pub const BAND: u64 = 2;
    /// Fees of sales.
    pub const BID_FEES: u64 = 3;
    /// Counts and escrow of asks.
    pub const ASKS: u64 = 4;
    /// Fees of asks.
    pub const ASK_FEES: u64 = 5;
}

/// What placing a bid, asking for its cancel and settling its rewards change.
pub const EARNING: [u64; 3] = [part::BIDS, part::GROWTH, part::BAND];
/// What a sale changes.
pub const SALE: [u64; 4] = [part::BIDS, part::GROWTH, part::BAND, part::BID_FEES];
/// What changes rewards alone.
pub const REWARDS: [u64; 2] = [part::GROWTH, part::BAND];
/// What a purchase changes.
pub const PURCHASE: [u64; 2] = [part::ASKS, part::ASK_FEES];

/// A value of which only some words are loaded: the rest is zero, and stays as it is stored as long as it is left zero.
pub struct Parts<T, const N: usize> {
    first: u64,
    words: [B256; N],
    /// The value.
    pub value: T,
}

impl<T: Copy, const N: usize> Parts<T, N>
where
    Stored<T>: Record<N>,
{
    /// Loads these [`part`]s of a value whose first one is `first`.
    fn load(vm: &VM, first: u64, parts: &[u64]) -> Self {
        let mut words = [B256::ZERO; N];
        for part in parts {
            if let Some(word) = part.checked_sub(first).and_then(|index| words.get_mut(index as usize)) {
                *word = vm.storage_load_bytes32(at(U256::from(BOOK), *part));
            }
        }
        let Stored(value) = Stored::decode(&words);
        Self { first, words, value }
    }

    /// Writes what changed.
    pub fn save(&mut self, vm: &VM) -> Result<(), TooWide> {
        let words = Stored(self.value).encode().ok_or(TooWide)?;
        write_changed(vm, at(U256::from(BOOK), self.first), &self.words, &words);
        self.words = words;
        Ok(())
    }
}

/// A book of bids, or some words of it.
pub type LoadedBids = Parts<BidBook, 4>;
/// A book of asks, or some words of it.
pub type LoadedAsks = Parts<AskBook, 2>;

impl LoadedBids {
    /// Loads these [`part`]s.
    pub fn of(vm: &VM, parts: &[u64]) -> Self {
        Self::load(vm, part::BIDS, parts)
    }

    /// A book as it begins: nothing is in the band of rewards.
    pub fn begin(vm: &VM) -> Result<(), TooWide> {
        let mut bids = Self::of(vm, &SALE);
        bids.value = BidBook { rewards: Rewards::default(), ..bids.value };
        bids.save(vm)
    }
}

impl LoadedAsks {
    /// Loads these [`part`]s.
    pub fn of(vm: &VM, parts: &[u64]) -> Self {
        Self::load(vm, part::ASKS, parts)
    }
}

/// The counts of bids, or else of asks.
pub fn counts(vm: &VM, bids: bool) -> Book {
    let part = if bids { part::BIDS } else { part::ASKS };
    get(vm, at(U256::from(BOOK), part))
}

/// The parameters.
pub fn params(vm: &VM) -> BookParams {
    get(vm, U256::from(PARAMS))
}

/// Writes the parameters, once.
pub fn set_params(vm: &VM, params: &BookParams) -> Result<(), TooWide> {
    record::replace(vm, U256::from(PARAMS), &Stored(*params))
}

fn get<T, const N: usize>(vm: &VM, slot: U256) -> T
where
    Stored<T>: Record<N>,
{
    let Stored(value) = record::read(vm, slot);
    value
}

// ---- What accounts are owed ----

fn owed_slot(vm: &VM, account: &Account) -> U256 {
    place(vm, Kind::Owed, true, account)
}

/// What an account may claim.
pub fn owed(vm: &VM, account: &Account) -> Owed {
    record::read(vm, owed_slot(vm, account))
}

/// Owes an account more cash.
pub fn owe_cash(vm: &VM, account: &Account, amount: u128) -> Outcome<()> {
    let owed = owed(vm, account);
    let cash = owed.cash.checked_add(amount).ok_or(MathError::Overflow)?;
    Ok(record::replace(vm, owed_slot(vm, account), &Owed { cash, ..owed })?)
}

/// Takes out the cash that an account is owed.
pub fn take_cash(vm: &VM, account: &Account) -> Outcome<u128> {
    let owed = owed(vm, account);
    record::replace(vm, owed_slot(vm, account), &Owed { cash: 0, ..owed })?;
    Ok(owed.cash)
}

// ---- Offers ----

/// A set of prices on the chain.
pub struct Ticks<'a> {
    vm: &'a VM,
    kind: Kind,
    bids: bool,
}

impl Ticks<'_> {
    fn slot(&self, level: u8, index: u32) -> U256 {
        let number = u64::from(level) << 32 | u64::from(index);
        place(self.vm, self.kind, self.bids, &number.to_be_bytes())
    }
}

impl TickStore for Ticks<'_> {
    fn word(&self, level: u8, index: u32) -> U256 {
        self.vm.storage_load_bytes32(self.slot(level, index)).into()
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        write(self.vm, self.slot(level, index), word.into());
    }
}

/// The bids on the chain, or else the asks.
pub struct Shelf<'a, const BIDS: bool> {
    vm: &'a VM,
    live: Ticks<'a>,
    counted: Ticks<'a>,
    failed: bool,
}

/// The bids.
pub type Bids<'a> = Shelf<'a, true>;
/// The asks.
pub type Asks<'a> = Shelf<'a, false>;

/// Cancels asked for in a word.
const LANES: u32 = 8;

impl<'a, const BIDS: bool> Shelf<'a, BIDS> {
    /// Those of the running contract.
    pub fn new(vm: &'a VM) -> Self {
        let ticks = |kind| Ticks { vm, kind, bids: BIDS };
        Self { vm, live: ticks(Kind::Live), counted: ticks(Kind::Counted), failed: false }
    }

    /// Refuses if anything did not fit its bytes. Called before the call ends that wrote it.
    pub fn finish(self) -> Result<(), TooWide> {
        if self.failed { Err(TooWide) } else { Ok(()) }
    }

    fn slot(&self, kind: Kind, number: u32) -> U256 {
        place(self.vm, kind, BIDS, &number.to_be_bytes())
    }

    fn put<T: Record<N>, const N: usize>(&mut self, slot: U256, value: &T) {
        self.failed |= record::replace(self.vm, slot, value).is_err();
    }

    /// Where an offer has its links.
    fn links_slot(&self, id: u32) -> U256 {
        at(self.slot(Kind::Offer, id), 1)
    }

    /// Where a cancel asked for is written down: the word, and its first byte there.
    fn request_slot(&self, number: u32) -> (U256, u8) {
        let lane = (number % LANES) as u8;
        (self.slot(Kind::Requests, number / LANES), lane.wrapping_mul(4)) // A lane is below 8.
    }
}

impl<'a, const BIDS: bool> Offers for Shelf<'a, BIDS> {
    type Ticks = Ticks<'a>;
    const SIDE: Side = if BIDS { Side::Bid } else { Side::Ask };

    fn offer(&self, id: u32) -> Offer {
        get(self.vm, self.slot(Kind::Offer, id))
    }

    fn set_offer(&mut self, id: u32, offer: Offer) {
        self.put(self.slot(Kind::Offer, id), &Stored(offer));
    }

    fn links(&self, id: u32) -> Links {
        links_of(&self.vm.storage_load_bytes32(self.links_slot(id)))
    }

    fn set_links(&mut self, id: u32, links: Links) {
        let slot = self.links_slot(id);
        let word = self.vm.storage_load_bytes32(slot);
        write_changed(self.vm, slot, &[word], &[with_links(word, links)]);
    }

    fn level(&self, tick: u32) -> Level {
        get(self.vm, self.slot(Kind::Level, tick))
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        self.put(self.slot(Kind::Level, tick), &Stored(level));
    }

    fn request(&self, number: u32) -> u32 {
        let (slot, byte) = self.request_slot(number);
        bits::read(&self.vm.storage_load_bytes32(slot), (0, byte, 4)) as u32
    }

    fn set_request(&mut self, number: u32, offer: u32) {
        let (slot, byte) = self.request_slot(number);
        let mut word = self.vm.storage_load_bytes32(slot);
        word.iter_mut().skip(byte.into()).zip(offer.to_be_bytes()).for_each(|(to, from)| *to = from);
        write(self.vm, slot, word);
    }

    fn ticks(&self, set: Set) -> &Ticks<'a> {
        match set {
            Set::Live => &self.live,
            Set::Counted => &self.counted,
        }
    }

    fn ticks_mut(&mut self, set: Set) -> &mut Ticks<'a> {
        match set {
            Set::Live => &mut self.live,
            Set::Counted => &mut self.counted,
        }
    }
}

impl BidStore for Bids<'_> {
    fn owed(&self, owner: &Account) -> u128 {
        owed(self.vm, owner).rewards
    }

    fn set_owed(&mut self, owner: &Account, amount: u128) {
        let owed = Owed { rewards: amount, ..owed(self.vm, owner) };
        self.put(owed_slot(self.vm, owner), &owed);
    }
}

impl AskStore for Asks<'_> {
    fn token(&self, id: u32) -> U256 {
        self.vm.storage_load_bytes32(self.slot(Kind::Token, id)).into()
    }

    fn set_token(&mut self, id: u32, token: U256) {
        write(self.vm, self.slot(Kind::Token, id), token.into());
    }
}
