//! The book, its orders and its mark on the words of [`crate::layout`], and its lock.
//!
//! # What can be seen in the middle of a call
//! Only an order on its way through the book calls anybody who may call back, once for each trade. Before it does,
//! the lock is taken and the mark is counted and written ([`LoadedVenue::lock`]); orders are written as they
//! trade, levels and bests after them, since the market's answer decides what becomes of them. So between two
//! trades the levels in storage may tell of orders that are gone, and whoever asks for the book is refused
//! ([`LoadedVenue::open`]). The mark is whole all the time: it is counted up to this second, by the book as it was
//! before the call, and what the call does has no part in it. So its averages may be asked for
//! ([`LoadedVenue::load`]), and are what they will be after the call.
//!
//! # Previews
//! Run the rules on the very same types, with what they write put aside ([`LoadedVenue::aside`]): so a program that has
//! both has the rules once.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use everfloor_common::{
    lock::Reentrant,
    log::emit,
    record::{self, Loaded, Record, TooWide},
    words::{hash_pair, load, write},
};
use everfloor_venue_rules::{
    BookStore, Boundary, Level, Links, MarkStore, Order, Params, Point, TickStore, Venue,
};
use stylus_sdk::host::VM;

use crate::{
    abi::events,
    layout::{Head, Kept},
    revert::Outcome,
    state::{BOOK, PARAMS},
};

/// Namespace of records: `keccak256("everfloor.book.records")`.
pub const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.book.records").finalize();

/// Kinds of records; the first byte of a record's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Order = 1,
    Links = 2,
    Level = 3,
    Ticks = 4,
    Snapshot = 5,
    Boundary = 6,
    Epochs = 7,
}

/// Where a record is: `keccak256(kind 1 byte, zeros, number 8 bytes, RECORDS)`.
fn place(vm: &VM, kind: Kind, number: u64) -> U256 {
    let mut key = [0; 32];
    key[0] = kind as u8;
    key[24..].copy_from_slice(&number.to_be_bytes());
    hash_pair(vm, key, RECORDS)
}

/// The number of a node of a set: its level, and its place in the level.
fn node(level: u8, index: u32) -> u64 {
    u64::from(level) << 32 | u64::from(index)
}

/// Records of one word each.
struct Records {
    vm: VM,
    /// Whether all that was written fitted its word.
    fitted: bool,
    /// What was written and is not kept, by place and in the places' order; none if everything is kept.
    aside: Option<Vec<(U256, B256)>>,
}

impl Records {
    fn new(vm: &VM) -> Self {
        Self { vm: vm.clone(), fitted: true, aside: None }
    }

    #[inline(never)]
    fn read(&self, at: U256) -> B256 {
        let found = self.aside.as_ref().and_then(|aside| {
            let index = aside.binary_search_by(|(known, _)| known.cmp(&at)).ok()?;
            aside.get(index)
        });
        match found {
            Some((_, word)) => *word,
            None => {
                let [word] = load(&self.vm, at);
                word
            }
        }
    }

    #[inline(never)]
    fn write(&mut self, at: U256, word: B256) {
        let Some(aside) = &mut self.aside else { return write(&self.vm, at, word) };
        match aside.binary_search_by(|(known, _)| known.cmp(&at)) {
            Ok(index) => aside.iter_mut().skip(index).take(1).for_each(|(_, known)| *known = word),
            Err(index) => aside.insert(index, (at, word)),
        }
    }

    fn get<T>(&self, kind: Kind, number: u64) -> T
    where
        Kept<T>: Record<1>,
    {
        let Kept(value) = Kept::decode(&[self.read(place(&self.vm, kind, number))]);
        value
    }

    fn set<T>(&mut self, kind: Kind, number: u64, value: T)
    where
        Kept<T>: Record<1>,
    {
        match Kept(value).encode() {
            Some([word]) => self.write(place(&self.vm, kind, number), word),
            None => self.fitted = false,
        }
    }
}

/// The orders and levels of the present contract.
pub struct Orders(Records);

impl Orders {
    /// As they are stored.
    pub fn new(vm: &VM) -> Self {
        Self(Records::new(vm))
    }
}

impl TickStore for Orders {
    fn word(&self, level: u8, index: u32) -> U256 {
        self.0.get(Kind::Ticks, node(level, index))
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        self.0.set(Kind::Ticks, node(level, index), word);
    }
}

impl BookStore for Orders {
    fn order(&self, id: u64) -> Order {
        self.0.get(Kind::Order, id)
    }

    fn set_order(&mut self, id: u64, order: Order) {
        self.0.set(Kind::Order, id, order);
    }

    fn links(&self, id: u64) -> Links {
        self.0.get(Kind::Links, id)
    }

    fn set_links(&mut self, id: u64, links: Links) {
        self.0.set(Kind::Links, id, links);
    }

    fn level(&self, tick: u32) -> Level {
        self.0.get(Kind::Level, tick.into())
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        self.0.set(Kind::Level, tick.into(), level);
    }
}

/// The snapshots and boundaries of the present contract's mark.
pub struct History(Records);

impl History {
    /// As they are stored.
    pub fn new(vm: &VM) -> Self {
        Self(Records::new(vm))
    }
}

impl TickStore for History {
    fn word(&self, level: u8, index: u32) -> U256 {
        self.0.get(Kind::Epochs, node(level, index))
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        self.0.set(Kind::Epochs, node(level, index), word);
    }
}

impl MarkStore for History {
    fn snapshot(&self, place: u32) -> Point {
        self.0.get(Kind::Snapshot, place.into())
    }

    fn set_snapshot(&mut self, place: u32, point: Point) {
        self.0.set(Kind::Snapshot, place.into(), point);
    }

    fn boundary(&self, epoch: u32) -> Boundary {
        self.0.get(Kind::Boundary, epoch.into())
    }

    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        self.0.set(Kind::Boundary, epoch.into(), boundary);
    }
}

/// A book on the chain.
pub type ChainVenue = Venue<Orders, History>;

/// The parameters.
pub fn load_params(vm: &VM) -> Params {
    let Kept(params) = record::read(vm, U256::from(PARAMS));
    params
}

/// Replaces the parameters.
pub fn save_params(vm: &VM, params: &Params) -> Outcome<()> {
    Ok(record::replace(vm, U256::from(PARAMS), &Kept(*params))?)
}

/// The loaded book, with the words it came from.
pub struct LoadedVenue {
    head: Loaded<Head, 2>,
    /// The book.
    pub venue: ChainVenue,
}

impl LoadedVenue {
    /// Loads it, also in the middle of another call: for those who ask for nothing but the mark's averages, and
    /// for making it.
    pub fn load(vm: &VM) -> Self {
        let head: Loaded<Head, 2> = Loaded::at(vm, U256::from(BOOK));
        let Head { book, mark, .. } = head.value;
        let (store, history) = (Orders::new(vm), History::new(vm));
        Self { head, venue: Venue { params: load_params(vm), book, mark, store, history } }
    }

    /// Loads it; refuses in the middle of another call.
    pub fn open(vm: &VM) -> Outcome<Self> {
        let loaded = Self::load(vm);
        if loaded.head.value.locked { Err(Reentrant {}.into()) } else { Ok(loaded) }
    }

    /// The book, where nothing that is done from now on is kept.
    pub fn aside(mut self) -> ChainVenue {
        for records in [&mut self.venue.store.0, &mut self.venue.history.0] {
            records.aside = Some(Vec::new());
        }
        self.venue
    }

    /// Counts the mark up to now, and logs it; once in a second.
    pub fn count(&mut self, vm: &VM, now: u64) -> Outcome<()> {
        if now <= self.venue.mark.point.time {
            return Ok(());
        }
        self.venue.touch(now)?;
        let mark = &self.venue.mark;
        let Point { time, cumulative, blind } = mark.point;
        let words = [U256::from(time), U256::from(mark.mid), U256::from(cumulative), U256::from(blind)];
        emit::<events::MarkCounted>(vm, &[], &words);
        Ok(())
    }

    /// Takes the lock, until the book is saved. The mark has been counted, and is written with it.
    pub fn lock(&mut self, vm: &VM) -> Outcome<()> {
        self.write(vm, true)
    }

    /// Writes what changed, and gives the lock back if it was taken.
    pub fn save(&mut self, vm: &VM) -> Outcome<()> {
        if !self.venue.store.0.fitted || !self.venue.history.0.fitted {
            return Err(TooWide.into());
        }
        self.write(vm, false)
    }

    fn write(&mut self, vm: &VM, locked: bool) -> Outcome<()> {
        self.head.value = Head { book: self.venue.book, mark: self.venue.mark, locked };
        Ok(self.head.save(vm)?)
    }
}
