//! The one storage layout of a limit order book, shared by its programs.
//!
//! `floor-book` and `book-lens` run on the same account's storage (the lens by delegatecall from the book), so
//! everything that knows where a value lies is here, once:
//!
//! - [`layout`]: which bytes of which word hold what; pure, tested without a chain;
//! - [`store`]: the book, its orders and its mark on those words, and its lock;
//! - [`state`]: the contract-wide fields;
//! - [`market`]: what is asked of the market, and what its answers mean;
//! - [`terms`]: an order as a call brings it, and what became of it as a call answers it;
//! - [`abi`]: the events, errors and view structs of the contract;
//! - [`revert`]: how a rule's refusal becomes a Solidity error.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
pub mod layout;
pub mod market;
pub mod revert;
pub mod state;
pub mod store;
pub mod terms;
