//! Positive numbers of any size to 128 bits: variances span 2^-39 to 2^9, and their reciprocals as much again.

use crate::fixed::{halves, join, mul_high};

/// `fraction / 2^128 * 2^power`; the fraction is at least a half, or the number is zero.
#[derive(Clone, Copy)]
pub(crate) struct Scaled {
    fraction: u128,
    power: i32,
}

/// A reciprocal root has this many places.
const ROOT_PLACES: i32 = 126;

impl Scaled {
    /// `number` with so many binary places, exactly.
    pub(crate) fn new(number: u128, places: i32) -> Self {
        let zeros = number.leading_zeros();
        // Powers are of three digits. Zero is shifted by nothing and stays zero.
        let power = 128_i32.wrapping_sub(places).wrapping_sub(zeros as i32);
        Self { fraction: number.wrapping_shl(zeros), power }
    }

    /// A constant given by its fraction, which is at least a half.
    pub(crate) const fn constant(fraction: u128, power: i32) -> Self {
        Self { fraction, power }
    }

    /// The product, too small by less than 2^-123 of itself.
    pub(crate) fn times(self, other: Self) -> Self {
        let places = 128_i32.wrapping_sub(self.power).wrapping_sub(other.power);
        Self::new(mul_high(self.fraction, other.fraction), places)
    }

    /// The number with so many binary places, rounded down; the largest one where that is too large.
    pub(crate) fn places(self, places: i32) -> u128 {
        let surplus = 128_i32.wrapping_sub(places).wrapping_sub(self.power);
        match u32::try_from(surplus) {
            Ok(surplus) => self.fraction.checked_shr(surplus).unwrap_or_default(),
            Err(_) => u128::MAX,
        }
    }

    /// `1 / √self`, within 2^-120 of itself.
    ///
    /// Newton's method for `1/y² = w`: an error of `e` becomes one of `3/2 e²`. From 30 bits three steps reach the end
    /// of the fraction.
    pub(crate) fn reciprocal_root(self) -> Self {
        let odd = self.power & 1;
        // Between a quarter and one, so that what is left is an even power, and the result between one and two.
        let w = self.fraction >> odd;
        let mut y = first_guess(w);
        for _ in 0..3 {
            y = improve(y, w);
        }
        // The power with its last bit is even.
        let half = self.power.wrapping_add(odd) >> 1;
        Self::new(y, ROOT_PLACES.wrapping_add(half))
    }
}

/// `1 / √(w / 2^128)` with 126 places, good to 30 bits: by the integer root of the upper half.
fn first_guess(w: u128) -> u128 {
    let (top, _) = halves(w);
    // Heron's method from three quarters of 2^32, where the root is between a half and one: errors of 0.5, 0.09, 0.004,
    // 6e-6, 2e-11. No estimate is below 2^31, so every quotient is below 2^33.
    let mut root = 3_u64 << 30;
    for _ in 0..4 {
        root = root.wrapping_add(top.checked_div(root).unwrap_or_default()) >> 1;
    }
    let reciprocal = (1_u64 << 63).checked_div(root).unwrap_or_default();
    join(reciprocal << 31, 0)
}

/// `y + y (1 - w y²) / 2`, where `y` has 126 places and is near to `1 / √w`.
fn improve(y: u128, w: u128) -> u128 {
    const ONE_Q124: u128 = 1 << 124;
    let square = mul_high(w, mul_high(y, y)); // 126 + 126 - 128 = 124 places
    let (short, error) = (square < ONE_Q124, square.abs_diff(ONE_Q124));
    // The first guess leaves less than 2^-28, so there is room for 28 places more: 152, and 150 after the product.
    let change = mul_high(y, error << 28) >> 25;
    // Both are near y, between 2^126 and 2^127 or a little outside.
    if short { y.wrapping_add(change) } else { y.wrapping_sub(change) }
}
