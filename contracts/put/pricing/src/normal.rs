//! The normal distribution's tail.

use core::num::NonZeroU64;

use crate::{
    elementary::{Exponential, WAD, exp_minus, from_wad},
    fixed::{Q120, Q128, div_small, mul_high, mul_small, shift_down},
};

/// From here on a tail is below 2^-126, and nothing of 112 bits has a unit's part there.
pub(crate) const TAIL_END: Q120 = 13 << 120;
/// 1 / √(2π).
const DENSITY: Q128 = 0x6621_14cf_50d9_4234_3f2c_f140_2eae_38c0;
/// The scaled tail at 0, 1, 2, …, 13 (tests/reference/generate.py prints them).
const SCALED_TAILS: [Q128; 14] = [
    0x8000_0000_0000_0000_0000_0000_0000_0000,
    0x42f6_cb80_e77c_c763_b072_7a21_3ebf_1511,
    0x2b08_bb95_a54a_9ce4_ffa1_d845_fc7c_d153,
    0x1f1b_89c2_31e9_b789_592f_89f3_26f4_83ca,
    0x182b_4bb8_c94d_cdcc_de2b_b1ea_6b12_601a,
    0x13b0_fbcb_4c77_be4c_5e52_a402_247a_4036,
    0x1095_608c_7b15_f107_f871_2abd_0306_8bf3,
    0x0e4f_0907_2444_9b5b_4926_8c52_ce95_b9eb,
    0x0c93_4b91_7a86_6e4d_7f97_783e_1a6c_c9be,
    0x0b36_65bd_ce06_2b52_700e_9fdf_e86d_f065,
    0x0a1d_1c57_2376_a2cd_8b5e_5a7e_5097_8752,
    0x0935_a67e_6665_3619_84a9_32e2_fd40_392f,
    0x0873_ee68_ec98_c904_21d2_9e07_d656_6512,
    0x07cf_7709_7a2c_42cb_de2b_73cf_f182_a47c,
];
/// Terms of its series; at half a unit from a node the next is below 2^-126.
const TERMS: usize = 42;

/// The part of a normal distribution below `x` standard deviations, `Φ(x)`: of a wad, as a wad, to the nearest unit.
///
/// `Φ(x) + Φ(-x)` is one exactly.
pub fn normal_cdf(x_wad: i128) -> u128 {
    const HALF: u128 = 1 << 59;
    // 16 is beyond the end.
    let distance = from_wad(x_wad.unsigned_abs().min(WAD << 4));
    let tail = mul_high(upper_tail(distance), WAD << 61).wrapping_add(HALF) >> 60; // 127 + 61 - 128 places
    // A tail is at most a half.
    if x_wad > 0 { WAD.wrapping_sub(tail) } else { tail }
}

/// `Φ(-x)` with 127 binary places, for an `x` that has 120; within 2^-118.
pub fn upper_tail(x: u128) -> u128 {
    if x >= TAIL_END {
        return 0;
    }
    let Exponential { fraction, halvings } = bell(x);
    shift_down(mul_high(fraction, scaled_tail(x)), halvings)
}

/// `e^(-x²/2)` for `x` up to the end of tails.
pub(crate) fn bell(x: Q120) -> Exponential {
    // Below 2^124, so nothing is shifted out.
    let x = x << 4;
    exp_minus(mul_high(x, x) >> 1) // 124 + 124 - 128 places
}

/// `R(x) = e^(x²/2) Φ(-x)`, the Mills ratio times 1/√(2π): a half at zero, falling as `1/x`; nothing from 13.5 on.
///
/// By Taylor's series about the nearest whole number `k`, `R(k + h) = Σ c_n (-h)^n`, with positive `c_n`.
pub(crate) fn scaled_tail(x: Q120) -> Q128 {
    const HALF: Q120 = 1 << 119;
    let node = x.saturating_add(HALF) >> 120;
    let Some(tail) = SCALED_TAILS.get(node as usize) else { return 0 };
    let coefficients = coefficients(*tail, node as u64);
    let offset = x.wrapping_sub(node << 120) as i128;
    let distance = offset.unsigned_abs() << 8; // 128 places
    // To add for a negative offset, to subtract for a positive one: the complement of x, and one, is -x.
    let flip = if offset < 0 { 0 } else { u128::MAX };
    let mut sum = 0;
    for coefficient in coefficients.iter().rev() {
        let product = mul_high(distance, sum);
        // Each is a derivative of R at x over a factorial, between 0 and 1/2.
        sum = coefficient.wrapping_add(product ^ flip).wrapping_sub(flip);
    }
    sum
}

/// The `c_n` about a node: `R' = x R - 1/√(2π)`, and so `(n + 1) c_(n+1) = c_(n-1) - k c_n` with the density before the
/// first.
///
/// The errors of a coefficient grow in this, but only as fast as a solution of the differential equation, `e^(x²/2)`:
/// within half a unit by less than the bell, which multiplies all of it, takes back.
fn coefficients(tail: Q128, node: u64) -> [Q128; TERMS] {
    let mut list = [0; TERMS];
    let (mut before, mut current) = (DENSITY, tail);
    let mut divisor = NonZeroU64::MIN;
    for slot in &mut list {
        *slot = current;
        // Not negative but by an error, when it is far below a last place of the sum.
        let difference = before.saturating_sub(mul_small(current, node));
        (before, current) = (current, div_small(difference, divisor));
        divisor = divisor.saturating_add(1);
    }
    list
}
