//! V1's fixed point: 18 decimals, every product and quotient truncated towards zero.

use alloy_primitives::U256;

use crate::{Result, V1Error};

/// A number with 18 decimals.
pub type Dec = i128;

/// One.
pub const WAD: Dec = 1_000_000_000_000_000_000;

/// `a * b / d` truncated towards zero, and whether that left nothing over.
pub fn mul_div(a: i128, b: i128, d: i128) -> Result<(i128, bool)> {
    if d == 0 {
        return Err(V1Error::DivisionByZero);
    }
    if let Some(product) = a.checked_mul(b) {
        let quotient = product.checked_div(d).ok_or(V1Error::Overflow)?;
        return Ok((quotient, product % d == 0));
    }
    let product = U256::from(a.unsigned_abs()) * U256::from(b.unsigned_abs());
    let (quotient, rest) = product.div_rem(U256::from(d.unsigned_abs()));
    let magnitude = i128::try_from(u128::try_from(quotient).map_err(|_| V1Error::Overflow)?)
        .map_err(|_| V1Error::Overflow)?;
    let negative = (a < 0) ^ (b < 0) ^ (d < 0);
    Ok((if negative { -magnitude } else { magnitude }, rest.is_zero()))
}

/// The product of two decimals, truncated.
pub fn mul(x: Dec, y: Dec) -> Result<Dec> {
    Ok(mul_div(x, y, WAD)?.0)
}

/// The quotient of two decimals, truncated.
pub fn div(x: Dec, y: Dec) -> Result<Dec> {
    Ok(mul_div(x, WAD, y)?.0)
}

/// `x - y` of unsigned numbers.
pub fn sub_unsigned(x: Dec, y: Dec) -> Result<Dec> {
    if y > x { Err(V1Error::SubtractionOverflow) } else { Ok(x - y) }
}

/// An argument that V1 declares unsigned.
pub fn unsigned(x: Dec) -> Result<Dec> {
    if x < 0 { Err(V1Error::NegativeInput) } else { Ok(x) }
}
