//! The storage layouts of a bid book and of a floor index, shared by their programs.
//!
//! Two contracts, each of several programs on one account's storage (the others by delegatecall from the first), so
//! everything that knows where a value lies is here, once:
//!
//! - [`layout`]: which bytes of which word hold what; pure, tested without a chain;
//! - [`book`]: the records of a bid book: offers, prices, sets of prices, what accounts are owed;
//! - [`past`]: the records of an index: beginnings of epochs, signers;
//! - [`state`]: the contract-wide fields of both;
//! - [`outside`]: what is asked of a collection, of a pool, and of each other;
//! - [`abi`]: the events, errors and view structs;
//! - [`revert`]: how a rule's refusal becomes a Solidity error.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
pub mod book;
pub mod layout;
pub mod outside;
pub mod past;
pub mod revert;
pub mod state;
