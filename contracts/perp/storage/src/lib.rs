//! The one storage layout of the clearing house, shared by its programs.
//!
//! `clearing-house` and the programs behind it run on the same account's storage (the others by delegatecall from
//! it), so everything that knows where a value lies is here, once:
//!
//! - [`layout`]: which bits of which word hold what; pure, tested without a chain;
//! - [`store`]: reads and writes those words, only the ones that changed;
//! - [`state`]: the contract-wide fields and a [`state::Session`], the loaded state of one call;
//! - [`abi`]: the events, errors and view structs of the contract;
//! - [`recourse`]: asks those outside for what a margin could not pay: the insurance fund, the deficit ledger;
//! - [`revert`]: how a rule's refusal becomes a Solidity error.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub use everfloor_common::{log, routes};

pub mod abi;
pub mod layout;
pub mod recourse;
pub mod revert;
pub mod state;
pub mod store;
