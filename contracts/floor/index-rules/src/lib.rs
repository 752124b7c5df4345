//! Every rule of the floor index, as pure functions over plain values.
//!
//! The index is the price of any NFT of a collection, without knowing which: the highest that somebody is bound to
//! pay. It rests on a book of escrowed bids, which is a spot market too; a pool's price and signed reports stand
//! beside it. The contracts load the components below from storage, call one function of this crate, and store
//! what it leaves; previews do the same on a copy, or ask for a quote, and store nothing. A function that returns
//! an error may leave its arguments half-changed: the caller throws them away.
//!
//! | module | rule |
//! |---|---|
//! | [`offers`] | what bids and asks have in common: queues by price and time, and which of them count |
//! | [`bids`] | cash for any NFT of the market: place, cancel, sell into |
//! | [`asks`] | NFTs at a price: list, cancel, buy |
//! | [`depth`] | the price of the D-th unit that counts; the units near the best |
//! | [`rewards`] | what makers of bids near the index earn, per unit and second |
//! | [`interest`] | how much may be open on what is bid |
//! | [`pool`] | what a constant-product pool pays for D vault tokens |
//! | [`reports`] | signed reports: who, how old, how far apart |
//! | [`typed_data`] | what the signers sign |
//! | [`merkle`] | which NFTs are of the market |
//! | [`series`] | the moving average of a bound |
//! | [`index`] | the median of the sources within its bounds and its guard; averages, staleness |
//! | [`epochs`] | when epochs begin; what is written down of each |
//! | [`params`] | parameters and their hard bounds |
//!
//! # Value
//! ```text
//! cash held = escrow (each live bid's price times its units) + fees
//! rewards held = pot + what bids have earned + what makers are owed
//! ```
//! Both to the wei: a sale takes the bid's price out of the escrow and hands out no more, and what a division of
//! rewards leaves over is carried on.
//!
//! # Units
//! Prices, cash and rewards are wei of the market's cash for one NFT; a price is a whole number of ticks. Units
//! are NFTs. Ratios are basis points, or wad (18 decimals) where the name says so. Time is in seconds since 1970
//! and stored in 32 bits, until 2106.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod asks;
pub mod bids;
pub mod depth;
pub mod epochs;
pub mod error;
pub mod index;
pub mod interest;
pub mod merkle;
pub mod offers;
pub mod params;
pub mod pool;
pub mod reports;
pub mod rewards;
pub mod series;
pub mod typed_data;

pub use asks::{AskBook, AskStore};
pub use bids::{BidBook, BidStore};
pub use error::IndexError;
pub use index::{Index, Readings};
pub use offers::{Book, Level, Offer, Offers, Order};
pub use params::{BookParams, IndexParams};
pub use reports::{Accepted, Panel, Report};
pub use rewards::Rewards;

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// One, in basis points.
pub const BPS: u128 = 10_000;

/// Prices are below this, wei: some 300 million whole coins.
pub const PRICE_LIMIT: u128 = 1 << 88;
/// Amounts of rewards are below this, wei.
pub const AMOUNT_LIMIT: u128 = 1 << 95;
/// Units of one offer are below this.
pub const UNIT_LIMIT: u32 = 1 << 16;

/// The address of an account.
pub type Account = [u8; 20];
/// 32 bytes: a hash, or a market's number.
pub type Word = [u8; 32];

/// The value, if it is below the limit.
pub(crate) fn below(value: u128, limit: u128) -> error::Result<u128> {
    if value < limit { Ok(value) } else { error::refuse(IndexError::Overflow) }
}
