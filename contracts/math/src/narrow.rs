//! 128-bit arithmetic, for amounts that are stored packed. Products are as wide as in [`crate::mul_div_down`].

use crate::{MathError, U256, mul, mul_div_down, mul_div_up};

/// `a + b`.
pub fn add_u128(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `a - b`; [`MathError::Overflow`] when it would be negative.
pub fn sub_u128(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_sub(b).ok_or(MathError::Overflow)
}

/// `a * b`.
pub fn mul_u128(a: u128, b: u128) -> Result<u128, MathError> {
    to_u128(mul(widen(a), widen(b))?)
}

/// `a * b / d`, rounded down.
pub fn mul_div_down_u128(a: u128, b: u128, d: u128) -> Result<u128, MathError> {
    to_u128(mul_div_down(widen(a), widen(b), widen(d))?)
}

/// `a * b / d`, rounded up.
pub fn mul_div_up_u128(a: u128, b: u128, d: u128) -> Result<u128, MathError> {
    to_u128(mul_div_up(widen(a), widen(b), widen(d))?)
}

/// The value as a 128-bit number, if it fits.
pub fn to_u128(value: U256) -> Result<u128, MathError> {
    match *value.as_limbs() {
        [low, high, 0, 0] => Ok(u128::from(high) << 64 | u128::from(low)),
        _ => Err(MathError::Overflow),
    }
}

/// The value as a signed number, if it fits.
pub fn to_i128(value: u128) -> Result<i128, MathError> {
    i128::try_from(value).map_err(|_| MathError::Overflow)
}

pub(crate) fn widen(value: u128) -> U256 {
    U256::from_limbs([value as u64, (value >> 64) as u64, 0, 0])
}
