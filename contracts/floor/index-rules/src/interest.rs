//! How much may be open on what is bid.
//!
//! To move the index for a while somebody has to expose D real bids; what he gains grows with the open interest.
//! So the open interest is at most so many times the units bid near the best price, which forces whoever wants to
//! trade more to have more bid.

use everfloor_math::{mul_div_up_u128, mul_u128};

use crate::error::{IndexError, Result, refuse};

/// How far below the best bid units are near it: 10 %.
pub const NEAR_BPS: u32 = 1_000;

/// The most that may be open, wad of floor, on so many units; `chi` is a factor in wad.
pub fn cap(units: u64, chi: u128) -> Result<u128> {
    // A unit is one whole floor, so its wad is the factor's.
    Ok(mul_u128(units.into(), chi)?)
}

/// The units that it takes for `open`: no walk needs to find more. Rounded up.
pub fn needed(open: u128, chi: u128) -> u64 {
    let units = mul_div_up_u128(open, 1, chi).unwrap_or(u128::MAX);
    u64::try_from(units).unwrap_or(u64::MAX)
}

/// Refuses an open interest that grows beyond its cap. One that is above it already may stay or shrink.
pub fn require_within(before: u128, after: u128, cap: u128) -> Result<()> {
    if after <= cap || after <= before {
        return Ok(());
    }
    refuse(IndexError::OpenInterestCap { open: after, cap })
}
