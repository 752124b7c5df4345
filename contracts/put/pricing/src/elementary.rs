//! Logarithm and exponential.

use core::num::NonZeroU64;

use crate::{
    fixed::{ONE_Q127, Q120, Q127, Q128, div_small, mul_high, shift_down},
    range::{Input, PricingError},
    scaled::Scaled,
};

pub(crate) const WAD: u128 = 1_000_000_000_000_000_000;
/// An exponent whose exponential is below a unit, as are those beyond: 64 wads.
const NOTHING_LEFT: u128 = WAD << 6;
/// ln 2.
const LN_2: Q128 = 0xb172_17f7_d1cf_79ab_c9e3_b398_03f2_f6af;
/// 1 / ln 2.
const LOG2_E: Q127 = 0xb8aa_3b29_5c17_f0bb_be87_fed0_691d_3e89;
/// 2^186 / 10^18.
const PER_WAD: u128 = 0x49c9_7747_490e_ae83_9d7f_9917_3121_cfe8;

/// Terms of the series of the inverse hyperbolic tangent: the next is below `0.1716^49 / 49 < 2^-130`.
const LN_TERMS: u64 = 24;
/// Terms of the exponential's: the next is below `(ln 2 / 8)^20 / 20! < 2^-131`.
const EXP_TERMS: u64 = 19;

/// The natural logarithm of a wad as a wad, to the nearest unit.
///
/// # Errors
/// Zero has none.
pub fn ln_wad(x_wad: u128) -> Result<i128, PricingError> {
    let x = Input::Antilogarithm.check(x_wad)?;
    // Below 89 wads, so the signs are free to set.
    if x >= WAD {
        Ok(to_wad_nearest(ln_ratio(x, WAD)) as i128)
    } else {
        Ok((to_wad_nearest(ln_ratio(WAD, x)) as i128).wrapping_neg())
    }
}

/// `e` to the power of a wad, as a wad, rounded down.
///
/// # Errors
/// An exponent above [`crate::MAX_EXPONENT`]: the result would not fit.
pub fn exp_wad(x_wad: i128) -> Result<u128, PricingError> {
    let magnitude = x_wad.unsigned_abs();
    if x_wad <= 0 {
        let Exponential { fraction, halvings } = exp_minus(from_wad(magnitude.min(NOTHING_LEFT)));
        return Ok(shift_down(mul_high(fraction, WAD << 68), halvings.wrapping_add(67)));
    }
    let x = from_wad(Input::Exponent.check(magnitude)?);
    // e^x = 2^n e^-(n ln 2 - x), where n is at most 69.
    let doublings = whole_halvings(x).wrapping_add(1);
    let rest = times_ln_2(doublings).saturating_sub(x);
    let wads = mul_high(exp_minus(rest).fraction, WAD << 68); // 67 places
    Ok(match 67_u32.checked_sub(doublings) {
        Some(places) => shift_down(wads, places),
        None => wads.wrapping_shl(doublings.wrapping_sub(67)),
    })
}

/// `ln (high / low)` for `high >= low > 0`, within 2^-117.
///
/// The quotient is `m 2^n` with `m` between `√½` and `√2`, and `ln m = 2 artanh z = 2 (z + z³/3 + z⁵/5 + …)` with
/// `z = (m - 1) / (m + 1)`, which is at most 0.1716.
pub(crate) fn ln_ratio(high: u128, low: u128) -> Q120 {
    let zeros = (high.leading_zeros(), low.leading_zeros());
    // Below 2^126, so that sums fit. The number with fewer leading zeros is not the smaller one.
    let (mut above, mut below) = (high.wrapping_shl(zeros.0) >> 2, low.wrapping_shl(zeros.1) >> 2);
    let mut doublings = zeros.1.wrapping_sub(zeros.0);
    if exceeds_root_2(above, below) {
        above >>= 1;
        doublings = doublings.wrapping_add(1);
    } else if exceeds_root_2(below, above) {
        // Without doublings `above` would be the larger one.
        below >>= 1;
        doublings = doublings.wrapping_sub(1);
    }
    let difference = above.abs_diff(below);
    let rest = artanh(quotient(difference, above.wrapping_add(below))) >> 6; // twice it, with 120 places
    let whole = times_ln_2(doublings);
    if above >= below { whole.wrapping_add(rest) } else { whole.saturating_sub(rest) }
}

/// Whether `a / b`, of numbers between 2^124 and 2^126, is above `√2` or very near to it.
fn exceeds_root_2(a: u128, b: u128) -> bool {
    // 256 / 181 = 1.41436; of numbers of 30 bits.
    ((a >> 96) as u64).wrapping_mul(181) > ((b >> 96) as u64) << 8
}

/// `a / b` for `a < b`: by the square of the reciprocal root.
fn quotient(a: u128, b: u128) -> Q128 {
    let root = Scaled::new(b, 0).reciprocal_root();
    Scaled::new(a, 0).times(root).times(root).places(128)
}

/// The inverse hyperbolic tangent of at most 0.1716, with 127 places.
fn artanh(z: Q128) -> Q127 {
    let square = mul_high(z, z);
    let mut sum = 0;
    for term in (0..LN_TERMS).rev() {
        let divisor = NonZeroU64::MIN | (term << 1);
        // Below 1 + 1/34.
        sum = div_small(ONE_Q127, divisor).wrapping_add(mul_high(square, sum));
    }
    mul_high(z, sum)
}

/// `fraction / 2^halvings`.
pub(crate) struct Exponential {
    /// From a half to one.
    pub fraction: Q127,
    pub halvings: u32,
}

/// `e^-x` for `x < 2^7`, its fraction within 2^-118.
///
/// With `x = n ln 2 + r` it is `2^-n (e^-(r/8))^8`, and `e^-s = 1 - s (1 - s/2 (1 - s/3 (…)))`.
pub(crate) fn exp_minus(x: Q120) -> Exponential {
    let halvings = whole_halvings(x);
    // Both roundings above are downwards, so this is not negative, and below ln 2 and a little.
    let eighth = x.wrapping_sub(times_ln_2(halvings)) << 5; // 128 places with the division
    let mut fraction = ONE_Q127;
    for term in (0..EXP_TERMS).rev() {
        let divisor = NonZeroU64::MIN.saturating_add(term);
        // The product is below the sum, which is at most one.
        fraction = ONE_Q127.wrapping_sub(div_small(mul_high(eighth, fraction), divisor));
    }
    for _ in 0..3 {
        // 127 + 127 - 128 places, and at most one.
        fraction = mul_high(fraction, fraction) << 1;
    }
    Exponential { fraction, halvings }
}

/// How often `ln 2` goes into `x`: once less where it would nearly go.
fn whole_halvings(x: Q120) -> u32 {
    (mul_high(x, LOG2_E) >> 119) as u32 // 120 + 127 - 128 places
}

/// `n ln 2` for `n` below 2^8, rounded down.
fn times_ln_2(n: u32) -> Q120 {
    mul_high(LN_2, u128::from(n) << 120)
}

/// A wad below 2^66, 73 wads, as a binary fraction, rounded down.
pub(crate) fn from_wad(wad: u128) -> Q120 {
    mul_high(wad << 62, PER_WAD) // 62 + 186 - 128 places
}

/// The nearest wad.
fn to_wad_nearest(x: Q120) -> u128 {
    const HALF: u128 = 1 << 59;
    mul_high(x, WAD << 68).wrapping_add(HALF) >> 60 // 120 + 68 - 128 places
}
