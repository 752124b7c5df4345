//! Every rule of the vAMM perpetual market, as pure functions over plain values.
//!
//! What a trade costs, what a position is worth, who may be liquidated, who is paid first: all of it is decided
//! here and nowhere else. The contracts load a [`Market`] and a [`Position`] from storage, call one function of
//! this crate, and store what it leaves; previews do the same and store nothing. A function that returns an
//! error may leave its arguments half-changed: the caller throws them away.
//!
//! | module | rule |
//! |---|---|
//! | [`curve`] | constant product with a peg; every rounding favours the curve |
//! | [`twap`] | the time-average of the mark, from one running integral |
//! | [`funding`] | premium integrated over time, an index per side |
//! | [`position`] | size, entry, margin; what an exit realises |
//! | [`ledger`] | where each token unit of a market belongs; profit is junior to principal |
//! | [`margin`] | initial, maintenance and withdrawal checks |
//! | [`trade`] | open, increase, reduce, reverse, close; guards, spreads, caps |
//! | [`liquidation`] | who can be liquidated, on the curve or by a taker, and what it pays |
//! | [`deleverage`] | closing against the other side, by an index |
//! | [`losses`] | who bears what a margin cannot pay |
//! | [`depth`] | repeg and depth of the curve, within a budget |
//! | [`settlement`] | a halted market at one frozen price |
//! | [`params`] | a market's parameters and their hard bounds |
//!
//! # Units
//! `_wad` is 18 decimals. Sizes are base in wad, notionals and prices are quote in wad. Margins, fees and profit
//! are **token units** of the collateral (6 decimals for a dollar): they are what can be paid out. Crossing from
//! wad to token units always rounds for the market: what an account receives is floored, what it owes is
//! ceiled. Ratios are parts per million. Time is in seconds.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod curve;
pub mod deleverage;
pub mod depth;
pub mod error;
pub mod funding;
pub mod ledger;
pub mod liquidation;
pub mod losses;
pub mod margin;
pub mod market;
pub mod params;
pub mod position;
pub mod settlement;
pub mod trade;
pub mod twap;

pub use curve::{Curve, Side};
pub use error::PerpError;
pub use ledger::Ledger;
pub use market::{Market, OracleReading, OracleStatus};
pub use params::Params;
pub use position::Position;

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// One, in parts per million.
pub const PPM: u128 = 1_000_000;
/// Seconds in a day: the unit in which funding rates are quoted.
pub const DAY: u128 = 86_400;
