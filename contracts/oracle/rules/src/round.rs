//! What makes a round usable.

use alloy_primitives::{I256, U256};
use everfloor_math::{mul_div_down, to_u128};

use crate::Status;

/// The most decimals a source may have.
pub const MAX_DECIMALS: u8 = 36;

/// Prices are below this, in wad: 2^96, some 79 billion whole units.
pub const PRICE_LIMIT: u128 = 1 << 96;

/// Decimals of a wad.
const WAD_DECIMALS: u8 = 18;

/// A usable price and since when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The price with 18 decimals.
    pub price: u128,
    /// Seconds since 1970 at which the source says it was observed.
    pub time: u64,
}

/// Prices that are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The lowest, in wad; at least 1.
    pub min: u128,
    /// The highest, in wad; below [`PRICE_LIMIT`].
    pub max: u128,
}

impl Bounds {
    /// A sample whose price is believed.
    ///
    /// Apart from [`RoundCheck::sample`], because a round recorded once has passed: whoever meets it again need not
    /// look the bounds up.
    pub fn believe(&self, sample: Sample) -> Result<Sample, Status> {
        if sample.price < self.min || sample.price > self.max { Err(Status::Invalid) } else { Ok(sample) }
    }
}

/// What rounds of one source are held against, but for the [`Bounds`] of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundCheck {
    /// Decimals of the source's answers.
    pub decimals: u8,
    /// The time of the newest round already used; a round must not be older.
    pub not_before: u64,
    /// Seconds after which a round is stale.
    pub heartbeat: u64,
}

impl RoundCheck {
    /// The round as a sample, if it is complete, not from the future, not older than one already used, and its price
    /// is positive and below [`PRICE_LIMIT`].
    pub fn sample(&self, answer: I256, updated_at: U256, now: u64) -> Result<Sample, Status> {
        let time = u64::try_from(updated_at).map_err(|_| Status::Invalid)?;
        // A round without an update time is one that has been started and not answered.
        if time == 0 || time > now || time < self.not_before || answer.is_negative() {
            return Err(Status::Invalid);
        }
        let price = to_wad(answer.into_raw(), self.decimals).ok_or(Status::Invalid)?;
        if price == 0 || price >= PRICE_LIMIT {
            return Err(Status::Invalid);
        }
        Ok(Sample { price, time })
    }

    /// Whether a sample of time `time` is older than the heartbeat.
    pub fn is_stale(&self, time: u64, now: u64) -> bool {
        now.saturating_sub(time) > self.heartbeat
    }
}

/// An answer with `decimals` as a wad, rounded down; `None` if it does not fit or has more than [`MAX_DECIMALS`].
pub fn to_wad(answer: U256, decimals: u8) -> Option<u128> {
    if decimals > MAX_DECIMALS {
        return None;
    }
    // At most 10^18 either way.
    let factor = power_of_ten(decimals.abs_diff(WAD_DECIMALS));
    if decimals > WAD_DECIMALS {
        return to_u128(mul_div_down(answer, U256::ONE, U256::from(factor)).ok()?).ok();
    }
    // Every round of nearly every source comes this way: too short for the long multiplication.
    to_u128(answer).ok()?.checked_mul(factor.into())
}

fn power_of_ten(exponent: u8) -> u64 {
    (0..exponent).fold(1, |power: u64, _| power.saturating_mul(10))
}

/// Whether the sequencer's uptime feed says it has been up for longer than `grace` seconds.
///
/// The feed answers 0 for up and 1 for down; `started_at` is when that began.
pub fn sequencer_is_up(answer: I256, started_at: U256, now: u64, grace: u64) -> bool {
    // A feed that has not begun, or begins in the future, says nothing.
    let Ok(since) = u64::try_from(started_at) else { return false };
    let Some(elapsed) = now.checked_sub(since) else { return false };
    answer.is_zero() && since != 0 && elapsed > grace
}
