//! Integer square roots.

use crate::{U256, kernel::mul_add_div, narrow::widen, to_u128};

/// The largest integer whose square is at most `n`.
pub fn sqrt_down(n: U256) -> U256 {
    // Newton's method from a power of two that is not below the root. An estimate falls until it is the root:
    // above the root, `n / estimate` is below the estimate; at the root it is not.
    let half = n.bit_len().div_ceil(2) as u32;
    let mut estimate = 1_u128.checked_shl(half).unwrap_or(u128::MAX);
    loop {
        let quotient = mul_add_div(n, U256::ONE, U256::ZERO, widen(estimate)).and_then(to_u128);
        match quotient {
            Ok(quotient) if quotient < estimate => estimate = midpoint_down(quotient, estimate),
            // A quotient beyond 128 bits is above the estimate too.
            _ => return widen(estimate),
        }
    }
}

/// The smallest integer whose square is at least `n`.
pub fn sqrt_up(n: U256) -> U256 {
    let root = sqrt_down(n);
    // The square is at most n and the root below 2^128: neither can overflow.
    if root.wrapping_mul(root) == n { root } else { root.wrapping_add(U256::ONE) }
}

/// The mean of `low < high`, rounded down.
fn midpoint_down(low: u128, high: u128) -> u128 {
    low.wrapping_add(high.wrapping_sub(low) >> 1)
}
