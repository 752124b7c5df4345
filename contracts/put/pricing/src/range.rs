//! What can be priced, and the refusal of everything else: nothing is clamped.

use crate::YEAR;

/// The largest spot and strike: 112 bits, 5e15 units of 18 decimals.
pub const MAX_AMOUNT: u128 = (1 << 112) - 1;
/// The smallest volatility that is not zero: 1 % a year, as a wad.
pub const MIN_SIGMA: u128 = 10_000_000_000_000_000;
/// The largest volatility: 1000 % a year, as a wad.
pub const MAX_SIGMA: u128 = 10_000_000_000_000_000_000;
/// The longest time to expiry: five years.
pub const MAX_SECONDS: u64 = 5 * YEAR;
/// The largest exponent of [`crate::exp_wad`], as a wad: beyond, the result has more than 128 bits.
pub const MAX_EXPONENT: u128 = 47_272_000_000_000_000_000;

/// What a function is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The price of what the put is on.
    Spot,
    /// The price the put sells at.
    Strike,
    /// The volatility a year, as a wad. For [`crate::put_down`] it may be zero, too.
    Sigma,
    /// Seconds to expiry.
    Seconds,
    /// The mean time in which an everlasting put is paid for once, in seconds.
    FundingSeconds,
    /// The argument of a logarithm.
    Antilogarithm,
    /// The argument of an exponential.
    Exponent,
}

/// An input is outside of what can be priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricingError {
    /// Which.
    pub input: Input,
    /// What it was.
    pub value: u128,
    /// The least it may be.
    pub min: u128,
    /// The most it may be.
    pub max: u128,
}

impl Input {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Input::Spot => "spot",
            Input::Strike => "strike",
            Input::Sigma => "sigma",
            Input::Seconds => "secondsToExpiry",
            Input::FundingSeconds => "fundingSeconds",
            Input::Antilogarithm | Input::Exponent => "x",
        }
    }

    /// The least and the most it may be. (An exponent may be negative.)
    pub fn bounds(self) -> (u128, u128) {
        match self {
            Input::Spot | Input::Strike => (0, MAX_AMOUNT),
            Input::Sigma => (MIN_SIGMA, MAX_SIGMA),
            Input::Seconds => (0, MAX_SECONDS as u128),
            Input::FundingSeconds => (1, MAX_SECONDS as u128),
            Input::Antilogarithm => (1, u128::MAX),
            Input::Exponent => (0, MAX_EXPONENT),
        }
    }

    /// The value, if it is within the bounds.
    ///
    /// Inlined so that the bounds are constants of the code: a table of them would be data, which every entry of a
    /// program pays for.
    #[inline(always)]
    pub(crate) fn check(self, value: u128) -> Result<u128, PricingError> {
        let (min, max) = self.bounds();
        if min <= value && value <= max {
            Ok(value)
        } else {
            Err(PricingError { input: self, value, min, max })
        }
    }
}

impl core::fmt::Display for PricingError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { input, value, min, max } = self;
        write!(f, "{} is {value}, not from {min} to {max}", input.name())
    }
}

impl core::error::Error for PricingError {}
