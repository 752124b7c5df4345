//! Every rule of bonding dpxETH and of what backs it, as pure functions over plain values.
//!
//! Who bonds 1 dpxETH brings three quarters of it in ether, a quarter of it in rDPX at the price, and the premium of
//! puts on that rDPX, a quarter out of the money. Ether and rDPX are the backing; the puts are bought from a perpetual
//! put pool, whose one buyer bonding is. After maturity the bond becomes dpxETH. Whoever burns dpxETH gets its part of
//! the backing, at most what it is worth at its face.
//!
//! | module | rule |
//! |---|---|
//! | [`bond`] | what a bond costs, and when it is due |
//! | [`books`] | the backing and what it backs: bonds add, payoffs add, redemptions take |
//! | [`backing`] | what the backing is worth at a price, with puts and without |
//! | [`params`] | parameters and their hard bounds |
//!
//! # The two prices
//! An oracle answers with two prices that differ by up to its tolerance. Bonding counts rDPX at the **lower** and
//! redemption at the **higher** ([`Mark`]): whichever is right, what a bond brings is worth its face at least, and
//! what a redemption takes is worth its face at most. So bonding and redeeming never profits, at once or later.
//!
//! # The floor
//! The puts of a bond cover the rDPX it brought, up to a wei, and are struck at three quarters of its price, so **within
//! the epoch of bonding** its backing is worth `0.75 + 0.25 * 0.75 = 0.9375` of it at whatever price; all bonds of an
//! epoch together miss that by a wei at most ([`bond::Charge`] has the bonder make up for what the strike's and the
//! units' rounding would miss). At each roll the strikes follow the price: from then on the floor is three quarters of
//! the price at the roll on the rDPX, and can fall from epoch to epoch. A redemption that is capped leaves what it does
//! not get to those who stay.
//!
//! # Units
//! Ether (the pool's collateral) and rDPX (the underlying) both have 18 decimals here, and so have dpxETH and prices,
//! which are collateral for one underlying. Amounts are rounded against whoever calls.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod backing;
pub mod bond;
pub mod books;
pub mod error;
pub mod params;

pub use backing::Backing;
pub use bond::{Bond, Charge};
pub use books::{Books, Redemption};
pub use error::BondError;
pub use params::Params;

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;

/// What an oracle says now, wad: collateral for one underlying. Neither is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The lower of its two prices: what the underlying counts for when it is brought.
    pub low: u128,
    /// The higher: what it counts for when it is taken.
    pub high: u128,
}
