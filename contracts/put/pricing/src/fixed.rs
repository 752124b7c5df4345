//! 128-bit binary fractions and the few operations on them that cost little in WASM, where 64 bits are native and
//! 128 are not: the products of the compiler's `u128` operators are calls, its quotients a large routine.
//!
//! Digit arithmetic is written with `wrapping_*`: the comment at each place says why nothing is lost, and the overflow
//! checks of the build profile would cost as much as the arithmetic.

use core::num::NonZeroU64;

/// A number below 2^8 with 120 binary places.
pub(crate) type Q120 = u128;
/// A number up to 1, or a little more, with 127 binary places.
pub(crate) type Q127 = u128;
/// A number below 1 with 128 binary places.
pub(crate) type Q128 = u128;

/// One, with 127 places.
pub(crate) const ONE_Q127: Q127 = 1 << 127;

const LOW: u64 = 0xffff_ffff;

/// `a * b / 2^128`, too small by less than 7.
///
/// A number of `m` places times one of `n` has `m + n - 128`. What is left out are the carries out of the product's lower
/// half: the callers have places to spare, and the time of every price is mostly spent here.
#[inline(never)]
pub(crate) fn mul_high(a: u128, b: u128) -> u128 {
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    let (top_high, top_low) = product(a_high, b_high);
    let crossed = u128::from(product_high(a_high, b_low)).wrapping_add(product_high(a_low, b_high).into());
    // Not more than the exact product's upper half.
    join(top_high, top_low).wrapping_add(crossed)
}

/// `a * k`, where it fits; `k` has at most 32 bits.
pub(crate) fn mul_small(a: u128, k: u64) -> u128 {
    let (high, low) = halves(a);
    // Digits of 32 bits times 32 bits, and a carry of 32: below 2^64. The topmost fits because the product does.
    let first = (low & LOW).wrapping_mul(k);
    let second = (low >> 32).wrapping_mul(k).wrapping_add(first >> 32);
    let third = high.wrapping_mul(k).wrapping_add(second >> 32);
    join(third, (second << 32) | (first & LOW))
}

/// `a / d`, rounded down; `d` has at most 32 bits. Long division whose second and third digits have 32 bits.
pub(crate) fn div_small(a: u128, d: NonZeroU64) -> u128 {
    let (high, low) = halves(a);
    let first = high / d;
    let rest = ((high % d) << 32) | (low >> 32);
    let second = rest / d;
    let rest = ((rest % d) << 32) | (low & LOW);
    // A remainder is below the divisor, so these two quotients have 32 bits.
    join(first, (second << 32) | (rest / d))
}

/// The 128 bits of `a * b`, upper and lower half.
#[inline(always)]
pub(crate) fn product(a: u64, b: u64) -> (u64, u64) {
    let ((a_high, a_low), (b_high, b_low)) = ((a >> 32, a & LOW), (b >> 32, b & LOW));
    // At most (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1 each.
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let crossed = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW);
    let high = a_high.wrapping_mul(b_high).wrapping_add(middle >> 32).wrapping_add(crossed >> 32);
    (high, (crossed << 32) | (low & LOW))
}

/// The upper 64 bits of `a * b`, too small by less than 3.
#[inline(always)]
fn product_high(a: u64, b: u64) -> u64 {
    let ((a_high, a_low), (b_high, b_low)) = ((a >> 32, a & LOW), (b >> 32, b & LOW));
    let crossed = (a_high.wrapping_mul(b_low) >> 32).wrapping_add(a_low.wrapping_mul(b_high) >> 32);
    // Not more than the exact ones.
    a_high.wrapping_mul(b_high).wrapping_add(crossed)
}

/// The upper and the lower half.
#[inline(always)]
pub(crate) fn halves(a: u128) -> (u64, u64) {
    ((a >> 64) as u64, a as u64)
}

/// A number from its halves.
#[inline(always)]
pub(crate) fn join(high: u64, low: u64) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

/// `a / 2^bits`, rounded down, for any number of bits.
pub(crate) fn shift_down(a: u128, bits: u32) -> u128 {
    a.checked_shr(bits).unwrap_or_default()
}
