//! Signed 128-bit arithmetic: profits, losses and funding.

use crate::{MathError, mul_div_down_u128, mul_div_up_u128, to_i128};

/// `-a`.
pub fn neg(a: i128) -> Result<i128, MathError> {
    a.checked_neg().ok_or(MathError::Overflow)
}

/// `a + b`.
pub fn add_i128(a: i128, b: i128) -> Result<i128, MathError> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `a - b`.
pub fn sub_i128(a: i128, b: i128) -> Result<i128, MathError> {
    a.checked_sub(b).ok_or(MathError::Overflow)
}

/// `a * b / d`, rounded towards negative infinity: never credits too much, never charges too little.
pub fn mul_div_floor(a: i128, b: u128, d: u128) -> Result<i128, MathError> {
    let magnitude = a.unsigned_abs();
    if a < 0 {
        minus(mul_div_up_u128(magnitude, b, d)?)
    } else {
        to_i128(mul_div_down_u128(magnitude, b, d)?)
    }
}

/// `a * b / d`, rounded towards positive infinity.
pub fn mul_div_ceil(a: i128, b: u128, d: u128) -> Result<i128, MathError> {
    let magnitude = a.unsigned_abs();
    if a < 0 {
        minus(mul_div_down_u128(magnitude, b, d)?)
    } else {
        to_i128(mul_div_up_u128(magnitude, b, d)?)
    }
}

/// `-magnitude`, down to `i128::MIN`, whose magnitude has no positive counterpart.
fn minus(magnitude: u128) -> Result<i128, MathError> {
    0_i128.checked_sub_unsigned(magnitude).ok_or(MathError::Overflow)
}
