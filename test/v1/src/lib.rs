//! Perpetual Protocol V1's clearing house as a native model, exact to the wei and **with its faults**.
//!
//! It exists to be compared with. A crash replay prints "the same run under V1's rules" from it beside our own
//! result, the open vectors run against it so that they mean what we think they mean, and regression tests
//! take from it what a fault of V1 costs. Nothing here is a rule of ours: where V1 pays one trader with
//! another's margin, rounds against itself, forgets a debt or succeeds without doing anything, so does this.
//!
//! It is written from the formulas of the published protocol, not from its source.
//!
//! | module | V1's part |
//! |---|---|
//! | [`decimal`] | 18-decimal numbers that truncate |
//! | [`curve`] | the constant product with its floored `k` and the correction by one |
//! | [`history`] | reserve snapshots, one a block, and the time-average that walks them |
//! | [`amm`] | one market: swaps, limits, fees, settlement price |
//! | [`funding`] | a premium per period, settled against the insurance fund |
//! | [`migration`] | the early liquidity migration that resized positions |
//! | [`position`], [`valuation`] | positions, their value by spot, average and oracle; margin ratio, free collateral |
//! | [`trading`] | open, increase, reduce, reverse, close |
//! | [`margin`] | adding and removing margin, settlement after a shutdown |
//! | [`liquidation`] | partial and full liquidation |
//! | [`vault`], [`insurance`], [`token`] | one vault for all markets, prepaid bad debt, the fund behind it, the collateral |
//! | [`world`] | all of it together, with a clock |
//!
//! # Use
//!
//! A [`World`] holds markets, balances, the clock (`now`, `block`) and the clearing house's ratios; every field a
//! test or a replay needs to move is public. Each action is a transaction: it returns a [`Report`] (or a
//! [`FundingReport`]), or a [`V1Error`] that displays as V1's own message and leaves the world as it was.
//!
//! ```
//! use everfloor_v1_model::{AmmParams, Ratios, Side, Trader, WAD, World};
//!
//! let mut world = World::new(Ratios::PRODUCTION, 6);
//! let market = world.add_market(AmmParams::production(1_000_000 * WAD, 1_000 * WAD), 1_000 * WAD);
//! world.mint(Trader(1), 500_000_000);
//! let report = world.open(Trader(1), market, Side::Buy, 100 * WAD, 5 * WAD, 0)?;
//! assert_eq!(report.exchanged_quote, 500 * WAD);
//! # Ok::<(), everfloor_v1_model::V1Error>(())
//! ```
//!
//! # Numbers
//!
//! Money, sizes, prices and ratios are [`Dec`]: 18 decimals in an `i128`, products held in 256 bits. That is
//! narrower than V1's words; a world with more than 10²⁰ of anything ends in [`V1Error::Overflow`] or, when
//! mere sums exceed it, in Rust's overflow check. Token balances are in token units.
//!
//! # Left out
//!
//! Allowances (taken as unlimited; a wallet without balance still cannot pay), roles (whoever calls the owner's
//! methods is the owner), and what was never live on chain: minting for losses, the exchange, rewards.

pub mod amm;
pub mod curve;
pub mod decimal;
pub mod error;
pub mod funding;
pub mod history;
pub mod insurance;
pub mod liquidation;
pub mod margin;
pub mod migration;
pub mod position;
pub mod token;
pub mod trading;
pub mod valuation;
pub mod vault;
pub mod world;

pub use amm::{Amm, AmmParams, Oracle};
pub use curve::{Direction, Reserves, Side};
pub use decimal::{Dec, WAD};
pub use error::V1Error;
pub use funding::FundingReport;
pub use insurance::InsuranceFlows;
pub use position::{Position, Report};
pub use token::{Holder, Token, Trader};
pub use valuation::PnlOption;
pub use world::{Market, MarketId, Ratios, World};

/// The result of everything that V1 could revert.
pub type Result<T> = core::result::Result<T, V1Error>;
