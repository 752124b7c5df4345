//! Every rule of the perpetual put pool, as pure functions over plain values.
//!
//! Writers deposit collateral and share everything: premiums, rewards, losses. One buyer (for rDPX the bonding
//! contract) buys puts on an underlying, 25 % out of the money, and an epoch's end settles all of them in cash,
//! strikes what continues anew and takes the next premium. The contracts load the components below from storage, call
//! one function of this crate, and store what it leaves; previews do the same and store nothing. A function that
//! returns an error may leave its arguments half-changed: the caller throws them away.
//!
//! | module | rule |
//! |---|---|
//! | [`schedule`] | epochs: when one begins and ends, never changed |
//! | [`terms`] | strike, price and lock of a put |
//! | [`ladder`] | puts of an epoch by strike: what they pay at a price, exactly, in a bounded number of reads |
//! | [`cover`] | all puts together: units, locked collateral, payoff |
//! | [`book`] | the writers' shares of the liquidity; deposits |
//! | [`yields`] | premiums and funding that vest over time, rewards by schedule, both per share |
//! | [`position`] | one writer position: what it has earned; exits it took part in; split and merge |
//! | [`exits`] | how much may leave at a roll, and what leaves |
//! | [`purchase`] | buying puts |
//! | [`roll`] | the end of an epoch |
//! | [`volatility`] | the one volatility of an epoch |
//! | [`params`] | a pool's parameters and their hard bounds |
//!
//! # Value
//! ```text
//! collateral held = liquidity + unvested + escrow + due to the buyer + owed to positions
//! ```
//! `liquidity` is the writers' principal. At every moment `payoff(any price) <= locked <= liquidity`: a put can be
//! paid in full whatever the price, the oracle or other writers do. Fees and rewards are no part of the share
//! price, which therefore never rises by more than the roundings of deposits and exits: nothing is gained by entering
//! before or leaving after something is paid.
//!
//! # The floor that is promised
//! Strikes are three quarters of the price *at purchase* and again of the mark *at each roll*. So 1 of a backing
//! bought as a quarter of the underlying never falls below 0.9375 **within the epoch of its purchase**; over several
//! epochs the floor follows the price down (0.75 an epoch at the worst, on the quarter).
//!
//! # Units
//! `_wad` is 18 decimals. Units of the underlying are wad, prices and strikes are wad of collateral for one unit.
//! Liquidity, premiums, escrow are **token units** of the collateral. Shares are wad of collateral at the first
//! deposit. Crossing from wad to token units always rounds for the pool: what the buyer pays and what is locked is
//! ceiled, what is paid out is floored. Time is in seconds.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod book;
pub mod cover;
pub mod error;
pub mod exits;
pub mod ladder;
pub mod params;
pub mod position;
pub mod purchase;
pub mod roll;
pub mod schedule;
pub mod terms;
pub mod volatility;
pub mod yields;

pub use book::Book;
pub use cover::Cover;
pub use error::PutError;
pub use exits::{Fill, Queue};
pub use ladder::{Ladder, Node};
pub use params::Params;
pub use position::Position;
pub use purchase::{Buyer, Order, Purchase};
pub use roll::{Pool, Rolled};
pub use schedule::Schedule;
pub use yields::{PerShare, Rewards, Stream};

/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// The scale of what is paid per share.
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Seconds in a year of 365 days: the unit of volatility and of reward rates.
pub const YEAR: u64 = 31_536_000;

/// Prices and strikes are below this, wad: some 300 million collateral for one unit.
pub const PRICE_LIMIT: u128 = 1 << 88;
/// Units of the underlying under cover are below this, wad.
pub const UNIT_LIMIT: u128 = 1 << 88;
/// Amounts of collateral are below this, token units.
pub const AMOUNT_LIMIT: u128 = 1 << 96;
/// Shares are below this.
pub const SHARE_LIMIT: u128 = 1 << 104;

/// The value, if it is below the limit.
pub(crate) fn below(value: u128, limit: u128) -> error::Result<u128> {
    if value < limit { Ok(value) } else { error::refuse(PutError::Overflow) }
}
