//! 256-bit arithmetic.

use crate::{
    MathError, U256,
    kernel::{checked_mul, mul_add_div},
};

/// `a + b`.
pub fn add(a: U256, b: U256) -> Result<U256, MathError> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `a - b`; [`MathError::Overflow`] when it would be negative.
pub fn sub(a: U256, b: U256) -> Result<U256, MathError> {
    a.checked_sub(b).ok_or(MathError::Overflow)
}

/// `a * b`.
pub fn mul(a: U256, b: U256) -> Result<U256, MathError> {
    checked_mul(&a, &b)
}

/// `a * b / d`, rounded down.
pub fn mul_div_down(a: U256, b: U256, d: U256) -> Result<U256, MathError> {
    mul_add_div(a, b, U256::ZERO, d)
}

/// `a * b / d`, rounded up.
pub fn mul_div_up(a: U256, b: U256, d: U256) -> Result<U256, MathError> {
    // A zero divisor wraps here and is refused there.
    mul_add_div(a, b, d.wrapping_sub(U256::ONE), d)
}
