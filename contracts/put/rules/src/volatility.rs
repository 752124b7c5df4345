//! The one volatility of an epoch, which prices every put and all funding in it.

use everfloor_math::mul_div_down_u128;

use crate::{error::Result, params::Params};

/// What a source of volatility answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Annual, wad; nothing if it did not answer.
    pub sigma: Option<u128>,
    /// When that was found.
    pub updated_at: u64,
}

/// The volatility of the next epoch: what the source says, within the pool's bounds and at most a quarter away from the
/// present one. From a source that is silent or old, the present one and a tenth, since nobody knows.
pub fn next(present: u128, reading: Reading, now: u64, params: &Params) -> Result<u128> {
    let age = now.saturating_sub(reading.updated_at);
    let stepped = match reading.sigma {
        Some(sigma) if age <= params.sigma_max_age => sigma.clamp(part(present, 75)?, part(present, 125)?),
        _ => part(present, 110)?,
    };
    Ok(stepped.clamp(params.sigma_min, params.sigma_max))
}

/// Hundredths of a volatility, rounded down.
fn part(sigma: u128, hundredths: u128) -> Result<u128> {
    Ok(mul_div_down_u128(sigma, hundredths, 100)?)
}
