//! What a put is worth, in integers: the premium of a put until its expiry and that of one that never expires.
//!
//! # The formulas
//!
//! [`put_down`] is Black and Scholes' European put (*The Pricing of Options and Corporate Liabilities*, 1973) at an
//! interest rate of zero, for a spot `S`, a strike `K`, a volatility `σ` a year and `t` years:
//!
//! ```text
//! V = K Φ(-d2) - S Φ(-d1)      d1, d2 = ln(S/K) / v ± v/2      v = σ √t
//! ```
//!
//! It is not computed so. Written as `max(K - S, 0)` and the rest, the time value, the rest is the same for `S` and `K`
//! exchanged (that is put-call parity). With `H` the larger and `L` the smaller of the two, `q = ln(H/L) / v`, and because
//! `H φ(q + v/2) = L φ(q - v/2)`, one exponential serves both sides:
//!
//! ```text
//! T = L φ(q - v/2) (M(q - v/2) - M(q + v/2))      M(x) = Φ(-x) / φ(x), the Mills ratio
//! ```
//!
//! So the value cannot leave `[max(K - S, 0), K]`, parity holds to the last unit, and no small difference of large
//! numbers is formed: an error of any part is an absolute one of its last place.
//!
//! [`everlasting_put`] is White's and Bankman-Fried's everlasting option (*Everlasting Options*, 2021), priced in closed
//! form where funding is paid continuously over a mean time `t`: `T = K/u (S/K)^((1 ∓ u)/2)`, `u = √(1 + 8/(σ² t))`, the
//! upper sign for `S >= K`; in `H` and `L` both signs are `T = L/u (L/H)^((u - 1)/2)`.
//!
//! # Numbers
//!
//! Amounts, volatilities and results have 18 decimals (a wad is one). Inside, numbers are binary fractions of 128 bits,
//! named by how many of these are behind the point (`fixed.rs`), or with an exponent where their size is open (`scaled.rs`).
//! There is no division but by small numbers and no number wider than 128 bits, because both cost a program
//! a large routine; quotients are products with the square of a reciprocal root.
//!
//! # Errors of the results
//!
//! | function | result | at most off by |
//! |---|---|---|
//! | [`put_down`] | rounded down | 2^-116 of the smaller of spot and strike before it is rounded: the true floor, or, where the true value is that near to a whole number, its neighbour |
//! | [`everlasting_put`] | rounded down | 2^-110 of the smaller of spot and strike, as above |
//! | [`normal_cdf`], [`ln_wad`] | nearest | 0.5 wei and 2^-110 |
//! | [`exp_wad`] | rounded down | 2^-110 of the result, as above |
//!
//! The tests hold all of them against tables that were computed with 1,500 bits (`tests/reference`); of 10,000 random puts none
//! is away from the floor of its true value.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used
)]

mod elementary;
mod everlasting;
mod fixed;
mod normal;
mod put;
mod range;
mod scaled;

pub use elementary::{exp_wad, ln_wad};
pub use everlasting::{Everlasting, everlasting_put};
pub use normal::{normal_cdf, upper_tail};
pub use put::put_down;
pub use range::{Input, MAX_AMOUNT, MAX_EXPONENT, MAX_SECONDS, MAX_SIGMA, MIN_SIGMA, PricingError};

/// Seconds of the year that volatilities are of.
pub const YEAR: u64 = 365 * 86_400;
