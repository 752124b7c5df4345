//! Prices of puts for whoever asks: Black-Scholes and the everlasting option, and the functions they are made of.
//!
//! [`BlackScholes`] keeps nothing and belongs to nobody, so anybody can check a premium that a pool of puts has
//! charged, or price a put of their own. The pools do not call it: they compile the same crate,
//! [`everfloor_put_pricing`], whose documentation has the formulas and how exact they are.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![allow(clippy::result_large_err, reason = "an error's values go into revert data at once")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;
use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::sol;
use everfloor_put_pricing::{Everlasting, Input, PricingError};
use stylus_sdk::prelude::*;

sol! {
    /// An input, named as in the call, is `value` and not from `min` to `max`.
    #[derive(Debug, PartialEq, Eq)]
    error OutOfRange(bytes32 what, uint256 value, uint256 min, uint256 max);
}

/// Why a price is refused.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An input cannot be priced.
    OutOfRange(OutOfRange),
}

/// Prices of puts, and the functions they are made of. It keeps nothing and belongs to nobody.
#[storage]
#[entrypoint]
pub struct BlackScholes {}

#[public]
impl BlackScholes {
    /// The value of a European put at an interest rate of zero, in the unit of spot and strike, rounded down: never
    /// below what exercising pays, which it is without time or volatility.
    ///
    /// # Arguments
    /// - `spot`: the price of what the put is on, below 2^112
    /// - `strike`: the price it sells at, below 2^112
    /// - `sigma`: the volatility a year of 365 days, with 18 decimals: 0, or from 0.01 to 10
    /// - `seconds_to_expiry`: at most five years
    ///
    /// # Errors
    /// - [`OutOfRange`]: when an input is none of these
    pub fn bs_put(spot: U256, strike: U256, sigma: U256, seconds_to_expiry: U256) -> Result<U256, Refusal> {
        let (spot, strike) = (narrow(Input::Spot, spot)?, narrow(Input::Strike, strike)?);
        let (sigma, seconds) = (narrow(Input::Sigma, sigma)?, seconds(Input::Seconds, seconds_to_expiry)?);
        let value = everfloor_put_pricing::put_down(spot, strike, sigma, seconds).map_err(refuse)?;
        Ok(U256::from(value))
    }

    /// The part of a standard normal distribution below `x`, with 18 decimals, to the nearest unit. That of `-x` is
    /// the rest, exactly.
    ///
    /// # Arguments
    /// - `x`: standard deviations from the mean, with 18 decimals
    pub fn normal_cdf(x: I256) -> U256 {
        U256::from(everfloor_put_pricing::normal_cdf(saturate(x)))
    }

    /// The natural logarithm, with 18 decimals, to the nearest unit.
    ///
    /// # Arguments
    /// - `x`: with 18 decimals, from 1 unit to 2^128 - 1
    ///
    /// # Errors
    /// - [`OutOfRange`]: when `x` is none of these
    pub fn ln(x: U256) -> Result<I256, Refusal> {
        let x = narrow(Input::Antilogarithm, x)?;
        let logarithm = everfloor_put_pricing::ln_wad(x).map_err(refuse)?;
        Ok(widen(logarithm))
    }

    /// The exponential, with 18 decimals, rounded down.
    ///
    /// # Arguments
    /// - `x`: with 18 decimals, at most 47.272
    ///
    /// # Errors
    /// - [`OutOfRange`]: when `x` is above that
    pub fn exp(x: I256) -> Result<U256, Refusal> {
        if x.is_positive() {
            narrow(Input::Exponent, x.into_raw())?;
        }
        let power = everfloor_put_pricing::exp_wad(saturate(x)).map_err(refuse)?;
        Ok(U256::from(power))
    }

    /// An everlasting put: one that never expires, and whose holder pays its value less what exercising pays,
    /// continuously, once in a mean time.
    ///
    /// # Arguments
    /// - `spot`: the price of what the put is on, below 2^112
    /// - `strike`: the price it sells at, below 2^112
    /// - `sigma`: the volatility a year of 365 days, with 18 decimals, from 0.01 to 10
    /// - `funding_seconds`: the mean time, from a second to five years
    ///
    /// # Returns
    /// - `u`: the square root of 1 + 8 / (sigma squared times the mean time in years), with 18 decimals, to the nearest
    ///   unit
    /// - `timeValue`: what the put is worth beyond what exercising pays, in the unit of spot and strike, rounded down
    /// - `value`: the whole
    ///
    /// # Errors
    /// - [`OutOfRange`]: when an input is none of these
    pub fn everlasting_put(
        spot: U256,
        strike: U256,
        sigma: U256,
        funding_seconds: U256,
    ) -> Result<(U256, U256, U256), Refusal> {
        let (spot, strike) = (narrow(Input::Spot, spot)?, narrow(Input::Strike, strike)?);
        let (sigma, seconds) =
            (narrow(Input::Sigma, sigma)?, seconds(Input::FundingSeconds, funding_seconds)?);
        let Everlasting { u_wad, time_value, value } =
            everfloor_put_pricing::everlasting_put(spot, strike, sigma, seconds).map_err(refuse)?;
        Ok((U256::from(u_wad), U256::from(time_value), U256::from(value)))
    }
}

/// The input, if it has 128 bits at most; no input may have more.
fn narrow(input: Input, value: U256) -> Result<u128, Refusal> {
    match *value.as_limbs() {
        [low, high, 0, 0] => Ok(u128::from(high) << 64 | u128::from(low)),
        _ => Err(out_of_range(input, value)),
    }
}

/// A time, if it has 64 bits at most; none may have more.
fn seconds(input: Input, value: U256) -> Result<u64, Refusal> {
    match *value.as_limbs() {
        [seconds, 0, 0, 0] => Ok(seconds),
        _ => Err(out_of_range(input, value)),
    }
}

/// The number, or the nearest of 128 bits: so far out a distribution and an exponential have ended.
fn saturate(x: I256) -> i128 {
    i128::try_from(x).unwrap_or(if x.is_negative() { i128::MIN } else { i128::MAX })
}

/// The number in 256 bits.
fn widen(x: i128) -> I256 {
    let magnitude = I256::from_raw(U256::from(x.unsigned_abs()));
    // A logarithm is small.
    if x < 0 { magnitude.wrapping_neg() } else { magnitude }
}

fn refuse(error: PricingError) -> Refusal {
    out_of_range(error.input, U256::from(error.value))
}

fn out_of_range(input: Input, value: U256) -> Refusal {
    let (min, max) = input.bounds();
    let what = B256::right_padding_from(input.name().as_bytes());
    Refusal::OutOfRange(OutOfRange { what, value, min: U256::from(min), max: U256::from(max) })
}
