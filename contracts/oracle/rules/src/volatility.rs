//! How much a price moves: an estimate from its average at regular moments, and the volatility an option is sold at.
//!
//! Volatilities are annual and have 18 decimals: a wad is 100 %. All roundings are up, in favour of who writes options.

use everfloor_math::{
    MathError, U256, WAD, WAD_U128, add, mul, mul_div_down_u128, mul_div_up, mul_div_up_u128, sqrt_up,
    to_u128,
};

/// Seconds of the year that volatilities are of.
pub const YEAR: u64 = 365 * 86_400;

/// The lowest volatility there may be: 1 %.
pub const MIN_SIGMA: u128 = WAD_U128 / 100;

/// The highest: 1000 %.
pub const MAX_SIGMA: u128 = WAD_U128 * 10;

/// The variance of the highest volatility. An estimate above it says no more and would take longer to forget.
pub const MAX_VARIANCE: u128 = WAD_U128 * 100;

/// What was realised is multiplied by 5/4 before it is compared to what was posted: the past understates the future
/// when it matters.
const MARKUP: (u128, u128) = (5, 4);

/// `price` as a part of `before`, in wad; at least 1 and at most 2^128 - 1, so that it has a logarithm.
pub fn ratio(price: u128, before: u128) -> u128 {
    mul_div_down_u128(price, WAD_U128, before).unwrap_or(u128::MAX).max(1)
}

/// The estimate of the annual variance after one more return, in wad, at most [`MAX_VARIANCE`].
///
/// `log_return` is the logarithm, in wad, of what the price grew to over `seconds`; its square, annualised, is one
/// sample of the variance. The estimate moves towards it by `seconds / (smoothing + seconds)`: as an exponential average
/// of that many seconds does, without its powers, and a return over a longer time counts for more.
///
/// `(smoothing * variance + YEAR * log_return^2) / (smoothing + seconds)`, rounded up.
pub fn variance_up(variance: u128, log_return: i128, seconds: u64, smoothing: u64) -> u128 {
    let estimate = || -> Result<u128, MathError> {
        let size = U256::from(log_return.unsigned_abs());
        let moved = mul(mul_div_up(size, size, WAD)?, U256::from(YEAR))?;
        let kept = mul(U256::from(variance), U256::from(smoothing))?;
        let seconds = U256::from(smoothing.saturating_add(seconds));
        to_u128(mul_div_up(add(kept, moved)?, U256::ONE, seconds)?)
    };
    // What does not fit is more than the most.
    estimate().unwrap_or(MAX_VARIANCE).min(MAX_VARIANCE)
}

/// The volatility of a variance, in wad, rounded up.
pub fn realised_up(variance: u128) -> u128 {
    let square = mul(U256::from(variance), WAD);
    square.map(sqrt_up).and_then(to_u128).unwrap_or(MAX_SIGMA)
}

/// The volatility to sell options at: the higher of what was posted and 5/4 of what was realised, rounded up, within
/// `lowest` and `highest`.
pub fn sigma_up(posted: u128, realised: u128, lowest: u128, highest: u128) -> u128 {
    let marked_up = mul_div_up_u128(realised, MARKUP.0, MARKUP.1).unwrap_or(u128::MAX);
    // Not `clamp`, which panics where the lowest is above the highest.
    posted.max(marked_up).max(lowest).min(highest)
}
