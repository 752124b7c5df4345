//! The arithmetic of every program that moves money: exact integers, a named rounding direction, typed errors
//! and nothing that can panic or wrap. No SDK and no standard library, so the rules built on it run unchanged
//! in a contract, in a test and in a simulation.
//!
//! # Rounding
//!
//! The direction is always in the name; a caller picks the one that favours the protocol.
//!
//! | function | result | direction |
//! |---|---|---|
//! | [`mul_div_down`], [`mul_div_down_u128`] | `a * b / d` | down (positive numbers: towards zero) |
//! | [`mul_div_up`], [`mul_div_up_u128`] | `a * b / d` | up (positive numbers: away from zero) |
//! | [`mul_add_div`] | `(a * b + c) / d` | down; `c` chooses any other rounding |
//! | [`signed::mul_div_floor`] | `a * b / d`, signed `a` | towards negative infinity |
//! | [`signed::mul_div_ceil`] | `a * b / d`, signed `a` | towards positive infinity |
//! | [`sqrt_down`], [`sqrt_up`] | square root | down, up |
//! | [`Scale::wad_to_token_down`], [`Scale::wad_to_token_up`] | token units of a wad amount | down, up |
//! | [`Scale::token_to_wad`], `add`, `sub`, `mul` and the rest | | exact |
//!
//! # Width
//!
//! A product is held in 512 bits before it is divided, so only a result that does not fit is an
//! [`MathError::Overflow`]. All multiplications and divisions of every width share one kernel: in a WASM
//! program its few hundred bytes are paid once, where the operators of `U256` and of `u128` would each link a
//! routine of their own.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used
)]

mod kernel;
mod narrow;
mod root;
mod scale;
pub mod signed;
mod wide;

pub use alloy_primitives::U256;
pub use kernel::mul_add_div;
pub use narrow::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, sub_u128, to_i128, to_u128};
pub use root::{sqrt_down, sqrt_up};
pub use scale::{MAX_DECIMALS, Scale, UnsupportedDecimals};
pub use wide::{add, mul, mul_div_down, mul_div_up, sub};

/// One in 18-decimal fixed point: prices, ratios and internal amounts are multiples of a wad.
pub const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// [`WAD`] for 128-bit arithmetic.
pub const WAD_U128: u128 = 1_000_000_000_000_000_000;

/// Why a calculation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathError {
    /// The exact result does not fit the result type, or would be negative where it cannot be.
    Overflow,
    /// The divisor is zero.
    DivisionByZero,
}

impl core::fmt::Display for MathError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            MathError::Overflow => "arithmetic overflow",
            MathError::DivisionByZero => "division by zero",
        })
    }
}

impl core::error::Error for MathError {}
