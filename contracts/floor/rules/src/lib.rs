//! Every rule of a floor market, as pure functions over plain values.
//!
//! A floor market trades FP, a synthetic NFT that tracks the lowest price of a collection. Holders lock NFTs and short FP
//! against them; others are long, or short against cash. Once an epoch the two sides settle the difference of FP's price
//! (the mark) and the collection's (the index). A holder pays in cash while there is some, then *in kind*: the short
//! grows, and the longs with it. So a price alone never takes an NFT away. The contracts load the components below from
//! storage, call one function of this crate, and store what it leaves; previews do the same and store nothing. A function
//! that returns an error may leave its arguments half-changed: the caller throws them away.
//!
//! | module | rule |
//! |---|---|
//! | [`account`] | what one account has: cash, FP, NFTs, and in which of six ways it is kept |
//! | [`ledger`] | all accounts together: taking one out, giving it back, everything in proportion |
//! | [`longs`] | the long side: units of one growing amount, cash for each unit |
//! | [`ladder`] | NFT-backed shorts by how long their cash lasts: cohorts without, a heap of those with |
//! | [`heap`] | that heap |
//! | [`funding`] | one epoch's payment, in steps of any size |
//! | [`sums`] | cash of all accounts of a kind, without looking at any |
//! | [`health`] | what an account is held to: by its NFTs at the index, by its cash at the mark |
//! | [`liquidity`] | what can be withdrawn can be paid: what new longs must bring |
//! | [`queue`] | withdrawals that wait for cash, first come first served |
//! | [`trade`] | cash and NFTs in and out, trades, and who may |
//! | [`curve`] | how the price of an auction falls |
//! | [`auction`] | sales of NFTs, of holders who may be liquidated and of those who want to; where the money goes |
//! | [`takeover`] | accounts without NFTs that are short of margin; what nobody can pay |
//! | [`shutdown`] | the end of a market: one price, claims in two ranks |
//! | [`params`] | a market's parameters and their hard bounds |
//!
//! A market may also be of perpetual calls on the floor: what one FP tracks is then the index less a strike
//! ([`funding::Terms::payoff`]), and everything else is the same.
//!
//! # Value
//! ```text
//! FP of all shorts = FP of all longs                                 exactly, after every call
//! cash held       >= cash of all accounts, debts of longs deducted   the rest is rounding, a wei at a time
//! ```
//! There is no price in the ledger: no entry price and no unrealised profit. A trade moves FP one way and cash the other.
//!
//! # Units
//! FP is in wei, `10^18` of them to one NFT. Cash is in wei. Prices, and payments per FP, are wei for one FP. Ratios are
//! wad. Debts and debits round up, claims and credits down. Time is in seconds.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod account;
pub mod auction;
pub mod curve;
pub mod error;
pub mod funding;
pub mod health;
pub mod heap;
pub mod ladder;
pub mod ledger;
pub mod liquidity;
pub mod longs;
pub mod params;
pub mod queue;
pub mod shutdown;
pub mod sums;
pub mod takeover;
pub mod trade;

pub use account::{Account, Holding, Kind};
pub use auction::Auction;
pub use curve::Curve;
pub use error::FloorError;
pub use funding::{Event, Prices, Terms};
pub use health::Position;
pub use ladder::Cohort;
pub use ledger::{Books, Ledger, Shelves};
pub use liquidity::Vault;
pub use longs::Longs;
pub use params::Params;
pub use queue::{Queue, Ticket};
pub use shutdown::Shutdown;
pub use sums::Sums;
pub use trade::{Market, Trade};

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;

/// [`WAD`] as a word.
pub(crate) const WAD_WORD: everfloor_math::U256 = everfloor_math::WAD;

/// Prices are below this, wei for one FP: more than a million ether.
pub const PRICE_LIMIT: u128 = 1 << 80;
/// Amounts of FP are below this, wei.
pub const FP_LIMIT: u128 = 1 << 88;
/// Amounts of cash are below this, wei.
pub const CASH_LIMIT: u128 = 1 << 95;
/// Units and levels are below these.
pub const UNIT_LIMIT: u128 = 1 << 120;
/// Levels of the ladder, wei for one FP, are between this and its negative.
pub const LEVEL_LIMIT: u128 = 1 << 94;

/// The value, if it is below the limit.
pub(crate) fn below(value: u128, limit: u128) -> error::Result<u128> {
    if value < limit { Ok(value) } else { error::refuse(FloorError::Overflow) }
}

/// The value, if it and its negative are below the limit.
pub(crate) fn within(value: i128, limit: u128) -> error::Result<i128> {
    below(value.unsigned_abs(), limit).map(|_| value)
}
