//! The European put.

use crate::{
    YEAR,
    elementary::{Exponential, ln_ratio},
    fixed::{Q120, Q127, join, mul_high, product, shift_down},
    normal::{TAIL_END, bell, scaled_tail},
    range::{Input, PricingError},
    scaled::Scaled,
};

/// `2^144 / (10^36 YEAR)`, where a volatility is a wad and a time in seconds.
const PER_WAD_SQUARED_AND_YEAR: Scaled = Scaled::constant(0xb507_e9b4_0e77_5828_2ead_e0f3_2eae_5617, -144);
const _: () = assert!(YEAR == 31_536_000, "the constant above is for this year");

/// The value of a put in the unit of spot and strike, rounded down.
///
/// With no time or no volatility left it is what exercising pays.
///
/// # Errors
/// Spot or strike above [`crate::MAX_AMOUNT`], a volatility that is neither zero nor from [`crate::MIN_SIGMA`] to
/// [`crate::MAX_SIGMA`], more seconds than [`crate::MAX_SECONDS`].
pub fn put_down(spot: u128, strike: u128, sigma_wad: u128, seconds: u64) -> Result<u128, PricingError> {
    check_amounts(spot, strike)?;
    Input::Seconds.check(seconds.into())?;
    let intrinsic = strike.saturating_sub(spot);
    if sigma_wad == 0 {
        return Ok(intrinsic);
    }
    let sigma = Input::Sigma.check(sigma_wad)?;
    let (low, high) = (spot.min(strike), spot.max(strike));
    if seconds == 0 || low == 0 {
        return Ok(intrinsic);
    }
    // The time value is below the smaller of the two, so the sum is not above the strike.
    Ok(intrinsic.wrapping_add(time_value(high, low, Spread::new(sigma, seconds))))
}

/// Refuses prices that are too large.
pub(crate) fn check_amounts(spot: u128, strike: u128) -> Result<(), PricingError> {
    Input::Spot.check(spot)?;
    Input::Strike.check(strike)?;
    Ok(())
}

/// How far prices spread in a time: `v = σ √t`, between 2^-20 and 22.4.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    /// `v²`.
    pub square: Scaled,
    /// `1 / v`.
    pub reciprocal: Scaled,
}

impl Spread {
    /// Of a volatility and a time that have been checked.
    pub fn new(sigma_wad: u128, seconds: u64) -> Self {
        // At most 10^19, which has 64 bits.
        let (high, low) = product(sigma_wad as u64, sigma_wad as u64);
        let variance = Scaled::new(join(high, low), 0).times(Scaled::new(seconds.into(), 0));
        let square = variance.times(PER_WAD_SQUARED_AND_YEAR);
        Self { square, reciprocal: square.reciprocal_root() }
    }

    /// `v`.
    pub fn root(self) -> Scaled {
        self.square.times(self.reciprocal)
    }
}

/// What a put, or a call, is worth beyond what exercising it pays; `high >= low > 0` are spot and strike, in whichever
/// order. Rounded down.
fn time_value(high: u128, low: u128, spread: Spread) -> u128 {
    let half = spread.root().places(119); // v with 119 places is v/2 with 120
    let center = Scaled::new(ln_ratio(high, low), 120).times(spread.reciprocal).places(120);
    if center < half {
        let (near, far) = (half.wrapping_sub(center), center.wrapping_add(half));
        // L Φ(near) - H Φ(-far). Each tail is below a half, and both are one only without any spread.
        let missing = scaled_tail(near).wrapping_add(scaled_tail(far));
        // Never a whole number, so that rounding it up is one more.
        return low.saturating_sub(1).saturating_sub(weigh(low, near, missing));
    }
    let near = center.wrapping_sub(half);
    if near >= TAIL_END {
        return 0;
    }
    // L Φ(-near) - H Φ(-far).
    let far = center.wrapping_add(half);
    weigh(low, near, scaled_tail(near).saturating_sub(scaled_tail(far)))
}

/// `amount e^(-x²/2) factor / 2^128`, rounded down.
fn weigh(amount: u128, x: Q120, factor: u128) -> u128 {
    let Exponential { fraction, halvings } = bell(x);
    part_down(amount, mul_high(fraction, factor), halvings)
}

/// `amount * part / 2^halvings`, rounded down, for an amount that is not zero.
pub(crate) fn part_down(amount: u128, part: Q127, halvings: u32) -> u128 {
    // All the places there are, so that the product's error is 2^-125 of the amount and no matter of units.
    let places = amount.leading_zeros();
    let product = mul_high(amount.wrapping_shl(places), part);
    shift_down(product, halvings.wrapping_add(places).saturating_sub(1))
}
