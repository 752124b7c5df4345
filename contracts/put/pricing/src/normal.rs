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
/// Pairs of terms of its series: a quarter away from a node, the next term is below 2^-125.
const PAIRS: usize = 16;

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

/// `R(x) = e^(x²/2) Φ(-x)`, the Mills ratio times 1/√(2π): a half at zero, falling as `1/x`; nothing from 13.25 on.
///
/// By Taylor's series about the nearest multiple of a half, `R(k + h) = Σ c_n (-h)^n`, with positive `c_n`. Even and odd
/// terms are added up apart, so that no sum has signs.
pub(crate) fn scaled_tail(x: Q120) -> Q128 {
    const QUARTER: Q120 = 1 << 118;
    let node = x.saturating_add(QUARTER) >> 119;
    let Some(tail) = tail_at(node as u64) else { return 0 };
    let at_node = node << 119;
    let distance = x.abs_diff(at_node) << 8; // 128 places
    let square = mul_high(distance, distance);
    let (mut even, mut odd) = (0, 0);
    for pair in coefficients(tail, node as u64).iter().rev() {
        // Both stay below 1/2, the first coefficient, and a little.
        even = pair.0.wrapping_add(mul_high(square, even));
        odd = pair.1.wrapping_add(mul_high(square, odd));
    }
    let odd = mul_high(distance, odd);
    // The result is positive.
    if x < at_node { even.wrapping_add(odd) } else { even.wrapping_sub(odd) }
}

/// The `c_n` about half of `node`, in pairs: because `R' = x R - 1/√(2π)`, it is `(n + 1) c_(n+1) = c_(n-1) - k c_n`, with
/// the density before the first.
///
/// An error of a coefficient grows in this, but only as a solution of the differential equation does, `e^(x²/2)`, and
/// the bell, which multiplies it all, takes that back.
fn coefficients(tail: Q128, node: u64) -> [(Q128, Q128); PAIRS] {
    let mut list = [(0, 0); PAIRS];
    let (mut before, mut current) = (DENSITY, tail);
    let mut divisor = NonZeroU64::MIN;
    for pair in &mut list {
        let odd = following(before, current, node, divisor);
        *pair = (current, odd);
        before = odd;
        current = following(current, odd, node, divisor.saturating_add(1));
        divisor = divisor.saturating_add(2);
    }
    list
}

/// `(before - node/2 * current) / divisor`.
fn following(before: Q128, current: Q128, node: u64, divisor: NonZeroU64) -> Q128 {
    // Half of a product below one. The difference is negative only by an error, where it is far below the last place
    // of the sum.
    div_small(before.saturating_sub(mul_small(current, node) >> 1), divisor)
}

/// `R(node/2)`, up to 13 (tests/reference/generate.py prints them).
///
/// Code and no table: a byte of data costs a program three quarters of a gas at every entry, a byte of code a thousandth.
#[inline(never)]
fn tail_at(node: u64) -> Option<Q128> {
    Some(match node {
        0 => 0x8000_0000_0000_0000_0000_0000_0000_0000,
        1 => 0x5980_9eb5_3092_bc6b_f4a2_916b_88c8_b673,
        2 => 0x42f6_cb80_e77c_c763_b072_7a21_3ebf_1511,
        3 => 0x34ae_0ab2_d125_6dc5_fe8b_3df0_6de4_f186,
        4 => 0x2b08_bb95_a54a_9ce4_ffa1_d845_fc7c_d153,
        5 => 0x242e_4a46_2e01_70d8_13d3_bd69_9f32_a99e,
        6 => 0x1f1b_89c2_31e9_b789_592f_89f3_26f4_83ca,
        7 => 0x1b39_6f9c_f1e2_5ff7_4dca_649f_05d9_a349,
        8 => 0x182b_4bb8_c94d_cdcc_de2b_b1ea_6b12_601a,
        9 => 0x15b5_acd3_b15f_bb4e_c296_5f27_e678_3e16,
        10 => 0x13b0_fbcb_4c77_be4c_5e52_a402_247a_4036,
        11 => 0x1201_fa92_59b7_ac52_8017_0184_02d0_2f94,
        12 => 0x1095_608c_7b15_f107_f871_2abd_0306_8bf3,
        13 => 0x0f5d_2ff2_d8a5_951f_61ed_10bb_b525_9660,
        14 => 0x0e4f_0907_2444_9b5b_4926_8c52_ce95_b9eb,
        15 => 0x0d63_1495_eddf_ee0a_775b_88c9_7459_d31d,
        16 => 0x0c93_4b91_7a86_6e4d_7f97_783e_1a6c_c9be,
        17 => 0x0bda_f998_8243_e4fc_4afd_8c54_620b_898c,
        18 => 0x0b36_65bd_ce06_2b52_700e_9fdf_e86d_f065,
        19 => 0x0aa2_94b9_7bb5_83a8_2659_3224_a42d_7f92,
        20 => 0x0a1d_1c57_2376_a2cd_8b5e_5a7e_5097_8752,
        21 => 0x09a4_02ce_9a3e_fb86_5a2b_5b14_4867_62d9,
        22 => 0x0935_a67e_6665_3619_84a9_32e2_fd40_392f,
        23 => 0x08d0_aba3_83e8_36f6_ef51_510c_9f77_9535,
        24 => 0x0873_ee68_ec98_c904_21d2_9e07_d656_6512,
        25 => 0x081e_7828_1e10_0131_3a14_81b0_edc6_caf0,
        26 => 0x07cf_7709_7a2c_42cb_de2b_73cf_f182_a47c,
        _ => return None,
    })
}
