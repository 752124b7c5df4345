//! Every rule of the limit order book, as pure functions over plain values.
//!
//! The book is one venue of a margin ledger, the market: it knows ticks, lots and who owns an order, and offers
//! each trade to the market, which alone knows accounts, margin, fees and cash ([`Settlement`]). What trades is a
//! floor perp (FP), a synthetic NFT. The contract loads a [`Venue`], calls one function of it, and stores what it
//! leaves; a preview does the same on an [`Overlay`] and stores nothing. A function that returns an error may
//! leave its arguments half-changed: the caller throws them away.
//!
//! | module | rule |
//! |---|---|
//! | [`ticks`] | a set of ticks that knows its best in three reads |
//! | [`order`] | orders, their neighbours and their level |
//! | [`book`] | queues of orders at ticks |
//! | [`matching`] | an incoming order against the resting ones; what the market is asked |
//! | [`depth`] | impact of a size; the mid |
//! | [`mark`] | the mid over time: exact averages of epochs, snapshots |
//! | [`schedule`] | when epochs begin and end |
//! | [`venue`] | all that can be done: place, cancel, reduce, replace, prune, drop; views |
//! | [`pages`] | levels and orders, a page at a time |
//! | [`overlay`] | a store that keeps what is written to itself |
//! | [`params`] | a book's parameters and their hard bounds |
//!
//! # Promises
//! - The book is never crossed, whatever stops an order halfway.
//! - Price first, then time: of two orders on a side the better is served first, of equals the older. To be made
//!   smaller costs no place, to be made anything else is to be replaced.
//! - A call touches at most as many resting orders as its caller said, and nothing else that anybody could make
//!   long. To cancel takes the same few words however deep the book is.
//! - Nobody has to be asked to cancel, or to take out what has expired.
//! - An id is never used again.
//! - The mark of an epoch that is over is one number for ever, and what happens within one second has no part in
//!   it.
//! - No lot is ever lost: what came in was filled, on both sides alike, or taken out, or returned, or rests.
//!
//! # Units
//! A quantity is in **lots**, each `lot_size` wei of FP, a price is a **tick**, each `tick_size` wei of ETH for 1
//! FP. One lot at tick 1 is worth a whole number of wei ([`Params::validate`]), so a notional is exact. The
//! roundings there are are those of averages, and named: a quoted impact against whoever trades, a mark down. Time
//! is in seconds, below `2^32`.
//!
//! # Words
//! Beside the bitmaps a book takes two words of its own (`Book` and `Mark`) and two of [`Params`], an order one
//! and, where it has neighbours, another, a level one, a snapshot one and a boundary one. Every call reads the two
//! words of its own and the parameters; the first in a second also counts the mark, which reads at most twice
//! [`Params::mark_levels`] levels and the words that lead there, and writes at most a snapshot, a boundary and
//! what the set of boundaries changes. Beyond that:
//!
//! | operation | reads | writes |
//! |---|---|---|
//! | rest alone at a tick | level, 1 to 3 of the set | order, level, 1 to 3 of the set |
//! | rest behind others | level, links of the last | order, both links, level |
//! | fill a part | level, order | order, level |
//! | fill whole, others behind | order, links; level once | order, links cleared; level once |
//! | fill the last of a level | level, order, 1 to 3 of the set, the next best | order, level cleared; the set's |
//! | cancel at either end | order, level, links | all three |
//! | cancel in the middle | order, level, three links | all five |
//! | reduce | order, level | both |
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod book;
pub mod depth;
pub mod error;
pub mod mark;
pub mod matching;
pub mod order;
pub mod overlay;
pub mod pages;
pub mod params;
pub mod schedule;
pub mod ticks;
pub mod venue;

pub use book::{Book, BookStore};
pub use depth::Impact;
pub use error::VenueError;
pub use mark::{Average, Boundary, Mark, MarkStore, Point};
pub use matching::{Outcome, Placed, Removal, Settlement, Stop, Trade};
pub use order::{Kind, Level, Links, NewOrder, Order, Owner, SelfTrade, Side};
pub use overlay::Overlay;
pub use params::Params;
pub use schedule::Schedule;
pub use ticks::{TICKS, TickStore};
pub use venue::Venue;

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// One, in parts per million.
pub const PPM: u128 = 1_000_000;

/// Prices are below this, wei of ETH for 1 FP: the last tick of the greatest size.
pub const PRICE_LIMIT: u128 = 1 << 84;
/// Lots of an order are below this.
pub const LOTS_LIMIT: u64 = 1 << 40;

/// The sum.
pub(crate) fn more(a: u64, b: u64) -> error::Result<u64> {
    a.checked_add(b).ok_or_else(|| VenueError::Overflow.boxed())
}

/// The difference, where it is not negative.
pub(crate) fn less(a: u64, b: u64) -> error::Result<u64> {
    a.checked_sub(b).ok_or_else(|| VenueError::Overflow.boxed())
}
