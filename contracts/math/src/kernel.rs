//! The one multiplication and the one division that everything else is built on.
//!
//! Schoolbook long multiplication and division in base 2^32: WASM multiplies and divides 64 bits in one
//! operator, so a digit product and a two-digit dividend are native, where 64-bit digits would need 128-bit
//! helper routines. Digits are stored lowest first.
//!
//! Digit arithmetic is written with `wrapping_*`: the comment at each place says why nothing is lost, and the
//! overflow checks of the build profile would turn a 64-bit multiplication into a call.

use crate::{MathError, U256};

/// A 256-bit number has 8 digits, and one more when shifted left by less than a digit.
const SHIFTED: usize = 9;

/// Digits of `a * b + c` shifted left by up to 31 bits: below 2^543.
const PRODUCT: usize = 17;

/// `(a * b + c) / d`, rounded down, with nothing lost in between: the numerator always fits 512 bits.
///
/// `c = 0` rounds the product's quotient down, `c = d - 1` up, `c = d / 2` to nearest.
#[inline(never)]
pub fn mul_add_div(a: U256, b: U256, c: U256, d: U256) -> Result<U256, MathError> {
    let bits = d.bit_len();
    if bits == 0 {
        return Err(MathError::DivisionByZero);
    }
    let len = bits.div_ceil(32);
    // Shifting both sides until the divisor's leading digit has its top bit leaves the quotient as it is.
    let shift = 31 & (bits as u32).wrapping_neg();
    let divisor = digits(&d, shift);
    let mut number = product(&a, &b, &c, shift);
    divide(&mut number, divisor.get(..=len).unwrap_or(&divisor));
    number_from(number.get(len..).unwrap_or_default())
}

/// `a * b`, if it fits.
#[inline(never)]
pub(crate) fn checked_mul(a: &U256, b: &U256) -> Result<U256, MathError> {
    number_from(&product(a, b, &U256::ZERO, 0))
}

/// `(a * b + c) << shift` for a shift below 32.
#[inline(never)]
fn product(a: &U256, b: &U256, c: &U256, shift: u32) -> [u32; PRODUCT] {
    let row = digits(a, shift);
    let mut sum = [0; PRODUCT];
    for (to, from) in sum.iter_mut().zip(&digits(c, shift)) {
        *to = *from;
    }
    let mut rest: &mut [u32] = &mut sum;
    for &digit in &digits(b, 0) {
        // Small numbers are common and their leading digits are zero.
        if digit != 0 {
            let carry = add_row(rest, &row, digit, 0);
            // Earlier rows ended one place below, so nothing is there yet.
            if let Some(above) = rest.get_mut(SHIFTED) {
                *above = carry;
            }
        }
        rest = rest.get_mut(1..).unwrap_or_default();
    }
    sum
}

/// Long division in place (Knuth's algorithm D). `divisor` has its top bit set, followed by one zero digit; `n`
/// digits without it. The lowest `n` digits of `number` become the remainder, those above the quotient.
fn divide(number: &mut [u32; PRODUCT], divisor: &[u32]) {
    let width = divisor.len();
    let mut end = PRODUCT;
    while let Some(start) = end.checked_sub(width) {
        let window = number.get_mut(start..end).unwrap_or_default();
        divide_window(window, divisor);
        end = end.wrapping_sub(1); // At least `width`, which is not zero.
    }
}

/// One digit of the quotient: takes the divisor out of the window as often as it goes and leaves the count in
/// the window's top digit, which the remainder does not need. The window without its lowest digit is below the
/// divisor, so the count is a digit.
fn divide_window(window: &mut [u32], divisor: &[u32]) {
    let ([.., next, top], [.., leading, _]) = (&*window, divisor) else { return };
    let head = u64::from(*top) << 32 | u64::from(*next);
    // From the leading digits alone: with the top bit set, never too small and at most 2 too large.
    let estimate = head.checked_div(u64::from(*leading)).unwrap_or_default();
    let mut count = u32::try_from(estimate).unwrap_or(u32::MAX);
    if count == 0 {
        return; // The top digit is zero already.
    }
    // Minus count * divisor, in two's complement: negative while the top digit is not zero.
    add_row(window, divisor, count, u32::MAX);
    while window.last().is_some_and(|top| *top != 0) {
        add_row(window, divisor, 1, 0);
        count = count.wrapping_sub(1); // The estimate is at most 2 too large, so at least 0.
    }
    if let Some(top) = window.last_mut() {
        *top = count;
    }
}

/// Adds `digit * row` to the digits of `sum` under it, or subtracts it when `flip` is all ones rather than
/// zero, and returns the carry out of the row. (`-x` is the complement of `x` plus one, so `digit` times `-row`
/// is `digit` times the complement, plus `digit`.)
#[inline(never)]
fn add_row(sum: &mut [u32], row: &[u32], digit: u32, flip: u32) -> u32 {
    let mut carry = u64::from(digit & flip);
    for (to, from) in sum.iter_mut().zip(row) {
        // At most (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1.
        carry = u64::from(*from ^ flip)
            .wrapping_mul(u64::from(digit))
            .wrapping_add(u64::from(*to))
            .wrapping_add(carry);
        *to = carry as u32;
        carry >>= 32;
    }
    carry as u32
}

/// The digits of `number << shift`, for a shift below 32.
#[inline(never)]
fn digits(number: &U256, shift: u32) -> [u32; SHIFTED] {
    let mut digits = [0; SHIFTED];
    let mut carry = 0;
    let (pairs, top) = digits.as_chunks_mut::<2>();
    for ([low, high], limb) in pairs.iter_mut().zip(number.as_limbs()) {
        let shifted = limb.wrapping_shl(shift) | carry;
        carry = (limb >> 32).wrapping_shr(32_u32.wrapping_sub(shift));
        *low = shifted as u32;
        *high = (shifted >> 32) as u32;
    }
    if let [top] = top {
        *top = carry as u32;
    }
    digits
}

/// The number with these digits, if it fits.
fn number_from(digits: &[u32]) -> Result<U256, MathError> {
    let Some((low, high)) = digits.split_first_chunk::<8>() else { return Err(MathError::Overflow) };
    if high.iter().any(|digit| *digit != 0) {
        return Err(MathError::Overflow);
    }
    let mut limbs = [0; 4];
    for (limb, [low, high]) in limbs.iter_mut().zip(low.as_chunks::<2>().0) {
        *limb = u64::from(*high) << 32 | u64::from(*low);
    }
    Ok(U256::from_limbs(limbs))
}
