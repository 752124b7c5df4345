//! Books and an index in memory.

use std::collections::BTreeMap;

use everfloor_index_rules::{
    Account, AskBook, AskStore, BidBook, BidStore, BookParams, Index, IndexParams, Level, Offer, Offers,
    Order, Readings, WAD,
    bids::{Placed, Refund, Sale},
    depth,
    epochs::{Boundaries, Boundary},
    error::Result,
    index::Update,
    offers::{Set, Side},
};
use everfloor_math::U256;
use everfloor_venue_rules::ticks::TickStore;

/// When epoch 0 begins.
pub const GENESIS: u64 = 1_700_000_100;
/// Seconds of an hour.
pub const HOUR: u64 = 3_600;
/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Wei between two prices.
pub const TICK: u128 = WAD / 100;

/// A set of ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticks(pub BTreeMap<(u8, u32), U256>);

impl TickStore for Ticks {
    fn word(&self, level: u8, index: u32) -> U256 {
        self.0.get(&(level, index)).copied().unwrap_or_default()
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        keep(&mut self.0, (level, index), word);
    }
}

/// What is kept of bids, or else of asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory<const BIDS: bool> {
    pub offers: BTreeMap<u32, Offer>,
    pub levels: BTreeMap<u32, Level>,
    pub requests: BTreeMap<u32, u32>,
    pub live: Ticks,
    pub counted: Ticks,
    pub owed: BTreeMap<Account, u128>,
    pub tokens: BTreeMap<u32, U256>,
}

/// What is zero is not kept, as on a chain.
fn keep<K: Ord, V: Default + PartialEq>(map: &mut BTreeMap<K, V>, key: K, value: V) {
    if value == V::default() {
        map.remove(&key);
    } else {
        map.insert(key, value);
    }
}

impl<const BIDS: bool> Offers for Memory<BIDS> {
    type Ticks = Ticks;
    const SIDE: Side = if BIDS { Side::Bid } else { Side::Ask };

    fn offer(&self, id: u32) -> Offer {
        self.offers.get(&id).copied().unwrap_or_default()
    }

    fn set_offer(&mut self, id: u32, offer: Offer) {
        keep(&mut self.offers, id, offer);
    }

    fn level(&self, tick: u32) -> Level {
        self.levels.get(&tick).copied().unwrap_or_default()
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        keep(&mut self.levels, tick, level);
    }

    fn request(&self, number: u32) -> u32 {
        self.requests.get(&number).copied().unwrap_or_default()
    }

    fn set_request(&mut self, number: u32, offer: u32) {
        self.requests.insert(number, offer);
    }

    fn ticks(&self, set: Set) -> &Ticks {
        if set == Set::Live { &self.live } else { &self.counted }
    }

    fn ticks_mut(&mut self, set: Set) -> &mut Ticks {
        if set == Set::Live { &mut self.live } else { &mut self.counted }
    }
}

impl BidStore for Memory<true> {
    fn owed(&self, owner: &Account) -> u128 {
        self.owed.get(owner).copied().unwrap_or_default()
    }

    fn set_owed(&mut self, owner: &Account, amount: u128) {
        keep(&mut self.owed, *owner, amount);
    }
}

impl AskStore for Memory<false> {
    fn token(&self, id: u32) -> U256 {
        self.tokens.get(&id).copied().unwrap_or_default()
    }

    fn set_token(&mut self, id: u32, token: U256) {
        keep(&mut self.tokens, id, token);
    }
}

/// Beginnings of epochs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written(pub BTreeMap<u32, Boundary>);

impl Boundaries for Written {
    fn boundary(&self, epoch: u32) -> Boundary {
        self.0[&epoch]
    }

    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        assert!(self.0.insert(epoch, boundary).is_none(), "the beginning of {epoch} was written before");
    }
}

/// Somebody.
pub fn who(number: u8) -> Account {
    [number; 20]
}

pub fn book_params() -> BookParams {
    BookParams { tick_size: TICK, min_age: 1_800, cancel_delay: 900, fee_bps: 50, band_bps: 500 }
}

pub fn index_params() -> IndexParams {
    IndexParams {
        genesis: GENESIS,
        epoch_length: DAY,
        window: 1_800,
        depth: 3,
        min_sources: 1,
        chi: 10 * WAD,
    }
}

/// All of an amount, at whatever price.
pub fn all(units: u32) -> Order {
    Order { units, least: 1, limit: 0, most: u32::MAX }
}

/// Bids and asks, and the time.
#[derive(Clone, Debug)]
pub struct Rig {
    pub bids: BidBook,
    pub bid_store: Memory<true>,
    pub asks: AskBook,
    pub ask_store: Memory<false>,
    pub params: BookParams,
    pub now: u64,
}

impl Rig {
    pub fn new() -> Self {
        Self {
            bids: BidBook::default(),
            bid_store: Memory::default(),
            asks: AskBook::default(),
            ask_store: Memory::default(),
            params: book_params(),
            now: GENESIS,
        }
    }

    pub fn try_place(&mut self, owner: u8, tick: u32, units: u32) -> Result<Placed> {
        let (now, params) = (self.now, self.params);
        self.bids.place(&mut self.bid_store, &who(owner), tick, units, now, &params)
    }

    pub fn place(&mut self, owner: u8, tick: u32, units: u32) -> u32 {
        self.try_place(owner, tick, units).unwrap().id
    }

    pub fn request(&mut self, id: u32, caller: u8) -> Result<u64> {
        let (now, params) = (self.now, self.params);
        self.bids.request_cancel(&mut self.bid_store, id, &who(caller), now, &params)
    }

    pub fn finish(&mut self, id: u32) -> Result<Refund> {
        let (now, params) = (self.now, self.params);
        self.bids.finish_cancel(&mut self.bid_store, id, now, &params)
    }

    pub fn sell(&mut self, order: Order) -> Result<Sale> {
        let (now, params) = (self.now, self.params);
        self.bids.sell(&mut self.bid_store, &order, now, &params)
    }

    pub fn sell_into(&mut self, bids: &[u32], order: Order) -> Result<Sale> {
        let (now, params) = (self.now, self.params);
        self.bids.sell_into(&mut self.bid_store, bids, &order, now, &params)
    }

    pub fn catch_up(&mut self, steps: u32) -> bool {
        let (now, params) = (self.now, self.params);
        self.bids.book.catch_up(&mut self.bid_store, now, &params, steps).unwrap()
    }

    /// The price of a unit, counted up to now or refused.
    pub fn price_of_unit(&self, depth: u32) -> Result<u128> {
        depth::price_of_unit(&self.bid_store, &self.bids.book, depth, self.now, &self.params)
    }

    /// The same after everything was counted.
    pub fn counted_price_of_unit(&mut self, depth: u32) -> u128 {
        assert!(self.catch_up(u32::MAX));
        self.price_of_unit(depth).unwrap()
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now += seconds;
    }

    /// The offers at a price, in order.
    pub fn queue(&self, tick: u32) -> Vec<u32> {
        let mut id = self.bid_store.level(tick).head;
        let mut queue = Vec::new();
        while id != 0 {
            queue.push(id);
            id = self.bid_store.offer(id).links.next;
        }
        queue
    }

    /// What all bids have in escrow, added up one by one.
    pub fn escrowed(&self) -> u128 {
        self.bid_store.offers.values().map(|bid| u128::from(bid.tick) * TICK * u128::from(bid.units)).sum()
    }
}

/// An index, what is written down of it, and the time.
#[derive(Clone, Debug)]
pub struct Clock {
    pub index: Index,
    pub written: Written,
    pub params: IndexParams,
    pub now: u64,
}

impl Clock {
    pub fn new() -> Self {
        Self { index: Index::default(), written: Written::default(), params: index_params(), now: GENESIS }
    }

    /// An index that a book's price began.
    pub fn at(price: u128) -> Self {
        let mut clock = Self::new();
        clock.update(&book(price)).unwrap();
        clock
    }

    pub fn update(&mut self, readings: &Readings) -> Result<Update> {
        self.index.update(&mut self.written, readings, self.now, &self.params)
    }

    pub fn after(&mut self, seconds: u64, readings: &Readings) -> Update {
        self.now += seconds;
        self.update(readings).unwrap()
    }

    pub fn close(&mut self, most: u32) -> bool {
        let epochs = self.params.epochs();
        self.index.close_epochs(&mut self.written, self.now, epochs, most).unwrap()
    }

    pub fn epoch(&self, epoch: u32) -> Result<everfloor_index_rules::index::Epoch> {
        self.index.epoch(&self.written, epoch, self.now, self.params.epochs())
    }
}

/// Only a book has an answer, and nothing bounds it.
pub fn book(price: u128) -> Readings {
    Readings { book: price, ..Readings::default() }
}

/// Whole coins in wei.
pub fn wad(amount: u128) -> u128 {
    amount * WAD
}
