//! The one storage layout of a floor market, shared by its programs.
//!
//! `floor-market` and the programs behind it run on the same account's storage (the others by delegatecall from it), so
//! everything that knows where a value lies is here, once:
//!
//! - [`layout`]: which bytes of which word hold what; pure, tested without a chain;
//! - [`store`]: reads and writes those words, only the ones that changed;
//! - [`state`]: the contract-wide fields;
//! - [`desk`]: what calls of an account have in common;
//! - [`outside`]: what is asked of the index, of the venue and of the collection;
//! - [`shown`]: accounts and prices as views show them;
//! - [`abi`]: the events, errors and view structs of the contract;
//! - [`revert`]: how a rule's refusal becomes a Solidity error.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
mod answers;
pub mod desk;
pub mod layout;
pub mod outside;
pub mod remote;
pub mod revert;
pub mod sales;
pub mod shown;
pub mod state;
pub mod store;
