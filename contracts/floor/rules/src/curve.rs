//! The price of an auction: a staircase down.
//!
//! `price = top x cut^(whole steps since it began)`. The power is of ray numbers, each product rounded to the nearest, the
//! last one down; so a price never rises while an auction runs.

use everfloor_math::{U256, mul_add_div, mul_div_down, to_u128};

use crate::error::Result;

/// One, in 27 decimals.
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// How a price falls; fixed when an auction begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    /// Seconds of a step.
    pub step: u64,
    /// What a step leaves of the price, ray.
    pub cut: u128,
    /// Seconds after which it must be begun anew.
    pub tail: u64,
    /// The part of the first price below which it must be begun anew, ray.
    pub cusp: u128,
}

fn ray() -> U256 {
    U256::from(RAY)
}

/// `cut^n`, ray, each product to the nearest.
fn power(cut: u128, n: u64) -> Result<U256> {
    let half = U256::from(RAY / 2);
    let (mut result, mut square, mut rest) = (ray(), U256::from(cut), n);
    while rest != 0 {
        if rest & 1 == 1 {
            result = mul_add_div(result, square, half, ray())?;
        }
        square = mul_add_div(square, square, half, ray())?;
        rest >>= 1;
    }
    Ok(result)
}

impl Curve {
    /// The part of the first price that is left after some seconds, ray.
    pub fn left_after(&self, elapsed: u64) -> Result<u128> {
        Ok(to_u128(power(self.cut, elapsed.checked_div(self.step).unwrap_or(0))?)?)
    }

    /// The price after some seconds, wei, rounded down.
    pub fn price(&self, top: u128, elapsed: u64) -> Result<u128> {
        Ok(to_u128(mul_div_down(U256::from(top), U256::from(self.left_after(elapsed)?), ray())?)?)
    }

    /// Whether it has run its time, and must be begun anew at a fresh price.
    pub fn is_over(&self, elapsed: u64) -> Result<bool> {
        Ok(elapsed > self.tail || self.left_after(elapsed)? < self.cusp)
    }
}
