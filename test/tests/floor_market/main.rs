//! A floor market through its ABI, as the real WASM on the local chain: the published examples to the wei, money that is
//! conserved, hostile collections and callers, and the market together with its own order book, bids and index.
#![allow(missing_docs, reason = "tests")]

mod edges;
mod ends;
mod examples;
mod gas;
mod histories;
mod hostile;
mod parts;
#[path = "../../../contracts/perp/rules/tests/support/random.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod random;
mod settings;
mod shares;
mod simulation;
mod upgrade;
mod whole;
