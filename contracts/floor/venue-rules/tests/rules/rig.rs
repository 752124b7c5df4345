//! A book in memory, a market that does as it is told, and short ways to say what happens.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use everfloor_math::U256;
use everfloor_venue_rules::{
    BookStore, Boundary, Kind, LOTS_LIMIT, Level, Links, MarkStore, NewOrder, Order, Outcome, Owner,
    PRICE_LIMIT, Params, Placed, Point, Removal, SelfTrade, Settlement, Side, TICKS, TickStore, Trade, Venue,
    VenueError, WAD,
};

pub const ETHER: u128 = WAD;
/// When epoch 0 begins: a full hour.
pub const GENESIS: u64 = 1_700_000_000 / 3_600 * 3_600;
/// When the book opens: ten minutes into epoch 2.
pub const OPENED: u64 = GENESIS + 2 * 3_600 + 600;
pub const ALICE: Owner = [0xa1; 20];
pub const BOB: Owner = [0xb0; 20];
pub const CAROL: Owner = [0xca; 20];

/// A word: what kind of record, and its key.
type Word = (&'static str, u64);

/// Words in memory. Whatever is written must fit the bytes that the records promise.
#[derive(Clone, Default)]
pub struct Memory {
    pub words: BTreeMap<(u8, u32), U256>,
    pub orders: BTreeMap<u64, Order>,
    pub links: BTreeMap<u64, Links>,
    pub levels: BTreeMap<u32, Level>,
    pub snapshots: BTreeMap<u32, Point>,
    pub boundaries: BTreeMap<u32, Boundary>,
    counting: Cell<bool>,
    read: RefCell<BTreeSet<Word>>,
    written: BTreeSet<Word>,
}

impl Memory {
    /// Begins to count.
    pub fn count(&mut self) {
        self.counting.set(true);
        self.read.get_mut().clear();
        self.written.clear();
    }

    /// Different words read and written since: by kind, in order.
    pub fn counted(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let kinds = |words: &BTreeSet<Word>| words.iter().map(|(kind, _)| *kind).collect();
        (kinds(&self.read.borrow()), kinds(&self.written))
    }

    fn read(&self, kind: &'static str, key: impl Into<u64>) {
        if self.counting.get() {
            self.read.borrow_mut().insert((kind, key.into()));
        }
    }

    fn written(&mut self, kind: &'static str, key: impl Into<u64>) {
        if self.counting.get() {
            self.written.insert((kind, key.into()));
        }
    }
}

/// Replaces a record; an empty one is none, as on a chain.
fn put<K: Ord, V: Copy + Default + PartialEq>(records: &mut BTreeMap<K, V>, key: K, value: V) {
    if value == V::default() {
        records.remove(&key);
    } else {
        records.insert(key, value);
    }
}

fn get<K: Ord, V: Copy + Default>(records: &BTreeMap<K, V>, key: K) -> V {
    records.get(&key).copied().unwrap_or_default()
}

impl TickStore for Memory {
    fn word(&self, level: u8, index: u32) -> U256 {
        assert!(level < 3 && index < 256_u32.pow(level.into()), "no such word: {level} {index}");
        self.read("set", u64::from(level) << 32 | u64::from(index));
        get(&self.words, (level, index))
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        self.written("set", u64::from(level) << 32 | u64::from(index));
        put(&mut self.words, (level, index), word);
    }
}

impl BookStore for Memory {
    fn order(&self, id: u64) -> Order {
        self.read("order", id);
        get(&self.orders, id)
    }

    fn set_order(&mut self, id: u64, order: Order) {
        assert!(order.lots < LOTS_LIMIT && order.tick < TICKS, "{order:?} is no word");
        self.written("order", id);
        put(&mut self.orders, id, order);
    }

    fn links(&self, id: u64) -> Links {
        self.read("links", id);
        get(&self.links, id)
    }

    fn set_links(&mut self, id: u64, links: Links) {
        self.written("links", id);
        put(&mut self.links, id, links);
    }

    fn level(&self, tick: u32) -> Level {
        self.read("level", tick);
        get(&self.levels, tick)
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        self.written("level", tick);
        put(&mut self.levels, tick, level);
    }
}

impl MarkStore for Memory {
    fn snapshot(&self, place: u32) -> Point {
        self.read("snapshot", place);
        get(&self.snapshots, place)
    }

    fn set_snapshot(&mut self, place: u32, point: Point) {
        let Point { time, cumulative, blind } = point;
        let fits = time >> 32 == 0 && cumulative >> 120 == 0 && blind >> 32 == 0;
        assert!(fits, "{point:?} is no word");
        self.written("snapshot", place);
        put(&mut self.snapshots, place, point);
    }

    fn boundary(&self, epoch: u32) -> Boundary {
        self.read("boundary", epoch);
        get(&self.boundaries, epoch)
    }

    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        let Boundary { cumulative, blind, mid, .. } = boundary;
        assert!(cumulative >> 120 == 0 && blind >> 32 == 0 && mid < PRICE_LIMIT, "{boundary:?} is no word");
        self.written("boundary", epoch);
        assert!(!self.boundaries.contains_key(&epoch), "a boundary is written once");
        put(&mut self.boundaries, epoch, boundary);
    }
}

/// A market that does as it is told, and remembers what it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// Who cannot fill their resting orders.
    pub makers_without: BTreeSet<Owner>,
    /// Lots that takers may trade in a call; none is no end.
    pub credit: Option<u64>,
    pub trades: Vec<Trade>,
    pub removed: Vec<(u64, Order, Removal)>,
}

/// Why a taker cannot, as far as this market knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCredit;

impl Settlement for Market {
    type Refusal = NoCredit;

    fn settle(&mut self, trade: &Trade) -> Outcome<NoCredit> {
        if self.makers_without.contains(&trade.maker) {
            return Outcome::MakerCannot;
        }
        if let Some(credit) = &mut self.credit {
            let Some(left) = credit.checked_sub(trade.lots) else { return Outcome::TakerCannot(NoCredit) };
            *credit = left;
        }
        self.trades.push(*trade);
        Outcome::Filled
    }

    fn removed(&mut self, id: u64, order: &Order, why: Removal) {
        self.removed.push((id, *order, why));
    }
}

/// Ticks of a thousandth of an ether, lots of a tenth of an FP, epochs of an hour.
pub fn params() -> Params {
    Params {
        tick_size: ETHER / 1_000,
        lot_size: WAD / 10,
        min_lots: 5,
        mark_depth: 100,
        mark_levels: 21,
        genesis: GENESIS,
        epoch: 3_600,
        period: 60,
        snapshots: 8,
    }
}

pub type Book = Venue<Memory, Memory>;

/// An empty book that opens at 1 ether.
pub fn book() -> Book {
    Venue::open(params(), Memory::default(), Memory::default(), ETHER, OPENED).unwrap()
}

/// A limit order without an end.
pub fn limit(owner: Owner, side: Side, lots: u64, tick: u32) -> NewOrder {
    NewOrder {
        owner,
        side,
        lots,
        tick,
        kind: Kind::Limit,
        expiry: 0,
        self_trade: SelfTrade::CancelResting,
        max_fills: 100,
    }
}

pub fn bid(owner: Owner, lots: u64, tick: u32) -> NewOrder {
    limit(owner, Side::Bid, lots, tick)
}

pub fn ask(owner: Owner, lots: u64, tick: u32) -> NewOrder {
    limit(owner, Side::Ask, lots, tick)
}

/// Places an order; the market has no objection.
pub fn place(book: &mut Book, order: NewOrder) -> Placed<NoCredit> {
    place_at(book, order, OPENED).0
}

/// Places an order at a time; and what the market was asked.
pub fn place_at(book: &mut Book, order: NewOrder, now: u64) -> (Placed<NoCredit>, Market) {
    let mut market = Market::default();
    (book.place(&order, &mut market, now).unwrap(), market)
}

/// Places an order that is to rest; its id.
pub fn rest(book: &mut Book, order: NewOrder) -> u64 {
    rest_at(book, order, OPENED)
}

/// The same at a time.
pub fn rest_at(book: &mut Book, order: NewOrder, now: u64) -> u64 {
    place_at(book, order, now).0.id.expect("it rests")
}

/// Why an order is refused; the book is as it was.
pub fn refusal(book: &Book, order: NewOrder, now: u64) -> VenueError {
    *book.preview().place(&order, &mut Market::default(), now).unwrap_err()
}

/// The orders that rest at a tick: ids and lots.
pub fn queue(book: &Book, tick: u32) -> Vec<(u64, u64)> {
    book.orders_at(tick, 0, 1_000).unwrap().into_iter().map(|(id, order)| (id, order.lots)).collect()
}

/// A side's ticks and lots, the best first.
pub fn side(book: &Book, side: Side) -> Vec<(u32, u64)> {
    book.levels(side, 0, 1_000).into_iter().map(|(tick, level)| (tick, level.lots)).collect()
}
