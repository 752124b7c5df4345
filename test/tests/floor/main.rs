//! How the order book, the bids and the index of a floor market behave as the real WASM on the local chain, each behind its
//! proxy. Their behaviours off the chain are tested with their programs (`contracts/floor/*/tests`); here is what only the
//! chain can show: its gas, its guard against reentrancy, its precompiles, real tokens; and every way of a program once.
#![allow(missing_docs, reason = "tests")]

mod bids;
mod bids_history;
mod bids_hostile;
mod book;
mod book_history;
mod book_market;
mod book_views;
mod ground;
mod index;
