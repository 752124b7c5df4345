//! The put that never expires.

use crate::{
    elementary::{Exponential, WAD, exp_minus, ln_ratio},
    fixed::{Q120, Q127, mul_high},
    put::{Spread, check_amounts, part_down},
    range::{Input, PricingError},
    scaled::Scaled,
};

/// The price of an everlasting put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Everlasting {
    /// `√(1 + 8/(σ² t))` as a wad, to the nearest unit.
    pub u_wad: u128,
    /// What it is worth beyond what exercising pays, rounded down. The everlasting call has the same.
    pub time_value: u128,
    /// The whole value, rounded down.
    pub value: u128,
}

/// An exponent whose exponential leaves nothing of 112 bits, and below those that were too large for their type.
const NOTHING_LEFT: Q120 = 80 << 120;

/// An everlasting put whose holder pays mark less payoff, continuously, once in `seconds`.
///
/// # Errors
/// Spot or strike above [`crate::MAX_AMOUNT`], a volatility not from [`crate::MIN_SIGMA`] to
/// [`crate::MAX_SIGMA`], no seconds or more than [`crate::MAX_SECONDS`].
pub fn everlasting_put(
    spot: u128,
    strike: u128,
    sigma_wad: u128,
    seconds: u64,
) -> Result<Everlasting, PricingError> {
    check_amounts(spot, strike)?;
    let sigma = Input::Sigma.check(sigma_wad)?;
    Input::FundingSeconds.check(seconds.into())?;
    let shape = Shape::new(Spread::new(sigma, seconds));
    let time_value = shape.time_value(spot.max(strike), spot.min(strike));
    // Below the smaller of spot and strike.
    let value = strike.saturating_sub(spot).wrapping_add(time_value);
    Ok(Everlasting { u_wad: shape.u_wad(), time_value, value })
}

/// `u` and its reciprocal.
struct Shape {
    u: Scaled,
    reciprocal: Scaled,
}

impl Shape {
    /// `u = √(v² + 8) / v`.
    fn new(spread: Spread) -> Self {
        const EIGHT_Q119: u128 = 8 << 119;
        // v² is at most 500, so the sum is below 2^9.
        let sum = Scaled::new(spread.square.places(119).wrapping_add(EIGHT_Q119), 119);
        let reciprocal = sum.reciprocal_root();
        Self {
            u: sum.times(reciprocal).times(spread.reciprocal),
            reciprocal: reciprocal.times(spread.root()),
        }
    }

    /// `L/u e^(-ln(H/L) (u - 1)/2)`, rounded down.
    fn time_value(&self, high: u128, low: u128) -> u128 {
        /// Above the error of `1/u`, so that a third is not rounded to below one: only with `H = L` can the result be whole.
        const NUDGE: Q127 = 1 << 10;
        if low == 0 {
            return 0;
        }
        let log = ln_ratio(high, low);
        let exponent = Scaled::new(log, 120).times(self.u).places(120).saturating_sub(log) >> 1;
        if exponent >= NOTHING_LEFT {
            return 0;
        }
        let Exponential { fraction, halvings } = exp_minus(exponent);
        let part = mul_high(fraction, self.reciprocal.places(128)).saturating_add(NUDGE);
        part_down(low, part, halvings)
    }

    /// `u` to the nearest wad.
    fn u_wad(&self) -> u128 {
        let doubled = self.u.times(Scaled::new(WAD, 0)).places(1);
        doubled.saturating_add(1) >> 1
    }
}
