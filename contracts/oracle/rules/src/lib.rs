//! The oracle's rules, without storage or calls: what makes a round of a price source usable, and the time integral
//! of price from which averages are taken.
//!
//! # Rounds
//!
//! [`RoundCheck::sample`] turns what a source answered into a [`Sample`] (a price with 18 decimals and its time) or
//! refuses it, [`Bounds::believe`] refuses prices nobody expects; [`RoundCheck::is_stale`] and [`sequencer_is_up`] say whether a good sample may still be acted on.
//! [`Status`] is the verdict a feed publishes.
//!
//! # The integral
//!
//! [`Integral`] keeps the sum of price times seconds since the feed began, so the average price between two moments
//! is a difference divided by a time, exactly, whatever happened in between. It needs no history: two anchors,
//! rotated once a window, give a moving average over between one and two windows.
//!
//! The price is a step function: it holds from a sample's time to the next one's. What has been committed is never
//! rewritten; a sample that comes with an older time than that counts from where the integral stands.
//!
//! # The past
//!
//! [`history`] keeps observations of the integral, so that a window that ended long ago still has its average;
//! [`volatility`] estimates from such averages how much the price moves.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used
)]

pub mod history;
mod integral;
mod round;
pub mod volatility;
pub mod word;

pub use integral::{Anchor, Average, Integral};
pub use round::{Bounds, MAX_DECIMALS, PRICE_LIMIT, RoundCheck, Sample, sequencer_is_up, to_wad};

/// What a reader may do with the price of a feed. The numbers are part of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// Fresh, within bounds, near its average.
    Ok = 0,
    /// Fresh and within bounds, but further from its average than configured.
    Deviating = 1,
    /// The newest round is older than the heartbeat.
    Stale = 2,
    /// The source answers with something that is no usable price.
    Invalid = 3,
    /// The chain's sequencer is down, or has been back for less than the grace period.
    SequencerDown = 4,
    /// The source does not answer.
    Unreachable = 5,
}

impl Status {
    /// Whether the price is good enough to open a position at.
    pub fn is_ok(self) -> bool {
        self == Self::Ok
    }
}

/// One billion: ratios are parts of it.
pub const BILLION: u128 = 1_000_000_000;

/// Whether `price` is further from `average` than `tolerance` billionths of the average.
pub fn deviates(price: u128, average: u128, tolerance: u32) -> bool {
    // Prices have at most 96 bits, so neither product overflows; if they had more, far counts as too far.
    let distance = price.abs_diff(average).saturating_mul(BILLION);
    distance > average.saturating_mul(u128::from(tolerance))
}
