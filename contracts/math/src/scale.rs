//! Conversion between a token's own units and wads.

use crate::{
    MathError, U256, mul, mul_div_down, mul_div_down_u128, mul_div_up, mul_div_up_u128, mul_u128,
    narrow::widen,
};

/// Tokens with more decimals than a wad are refused: their units could not be represented exactly.
pub const MAX_DECIMALS: u8 = 18;

/// The token has more than [`MAX_DECIMALS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsupportedDecimals {
    /// What the token states.
    pub decimals: u8,
}

impl core::fmt::Display for UnsupportedDecimals {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "a token of {} decimals cannot be scaled to {MAX_DECIMALS}", self.decimals)
    }
}

impl core::error::Error for UnsupportedDecimals {}

/// Wads in one unit of a token: `10^12` for a token of 6 decimals, 1 for one of 18.
///
/// The factor is what a contract stores; one never set is zero, and converting by it is a
/// [`MathError::DivisionByZero`] or gives zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// A power of ten up to `10^18`.
    pub factor: u128,
}

impl Scale {
    /// The scale of a token with this many decimals.
    pub fn from_decimals(decimals: u8) -> Result<Self, UnsupportedDecimals> {
        let missing = MAX_DECIMALS.checked_sub(decimals).ok_or(UnsupportedDecimals { decimals })?;
        // At most 10^18, which a u64 holds.
        let factor = (0..missing).fold(1_u64, |factor, _| factor.wrapping_mul(10));
        Ok(Self { factor: factor.into() })
    }

    /// Token units worth at most `wad`.
    pub fn wad_to_token_down(self, wad: U256) -> Result<U256, MathError> {
        mul_div_down(wad, U256::ONE, widen(self.factor))
    }

    /// Token units worth at least `wad`.
    pub fn wad_to_token_up(self, wad: U256) -> Result<U256, MathError> {
        mul_div_up(wad, U256::ONE, widen(self.factor))
    }

    /// The wad value of `token` units, exact.
    pub fn token_to_wad(self, token: U256) -> Result<U256, MathError> {
        mul(token, widen(self.factor))
    }

    /// [`Scale::wad_to_token_down`] in 128 bits.
    pub fn wad_to_token_down_u128(self, wad: u128) -> Result<u128, MathError> {
        mul_div_down_u128(wad, 1, self.factor)
    }

    /// [`Scale::wad_to_token_up`] in 128 bits.
    pub fn wad_to_token_up_u128(self, wad: u128) -> Result<u128, MathError> {
        mul_div_up_u128(wad, 1, self.factor)
    }

    /// [`Scale::token_to_wad`] in 128 bits.
    pub fn token_to_wad_u128(self, token: u128) -> Result<u128, MathError> {
        mul_u128(token, self.factor)
    }
}
