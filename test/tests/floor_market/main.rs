//! A floor market through its ABI, as the real WASM on the local chain: the published examples to the wei, money that is
//! conserved, hostile collections and callers, and the market together with its own order book, bids and index.
#![allow(missing_docs, reason = "tests")]

mod examples;
mod hostile;
mod whole;
