//! Every contract as Rust clients see it: a module for each with its calls, events and errors, and the names of what a
//! contract logs or refuses with.
//!
//! All of it is made from `abi/*.json` when this is compiled, so it cannot differ from what is published. `rpc`, a
//! feature, adds to each module a client of a contract at a node:
//!
//! ```ignore
//! let house = ClearingHouse::new(address, provider);
//! let market = house.getMarket(market_id).call().await?;
//! ```

pub mod chain;
pub mod contracts;

use std::fmt;

use alloy_primitives::{B256, LogData};
use alloy_sol_types::{SolEventInterface, SolInterface};
pub use contracts::*;

/// An error or an event of a contract, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The contract by whose ABI it was read.
    pub contract: &'static str,
    /// Its name, as in the ABI.
    pub name: String,
    /// Name and values, to read.
    pub text: String,
}

impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known of a contract when it answers.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Its name, that of its ABI file.
    pub name: &'static str,
    error: fn(&[u8]) -> Option<String>,
    event: fn(&[B256], &[u8]) -> Option<String>,
}

impl Contract {
    /// One of its errors, from what a call reverted with.
    pub fn decode_error(&self, data: &[u8]) -> Option<Decoded> {
        (self.error)(data).map(|text| self.decoded(&text))
    }

    /// One of its events, from a log.
    pub fn decode_event(&self, log: &LogData) -> Option<Decoded> {
        (self.event)(log.topics(), &log.data).map(|text| self.decoded(&text))
    }

    /// From `NotOwner(NotOwner { caller: .. })`, as derived, without the repetition.
    fn decoded(&self, text: &str) -> Decoded {
        let (name, inner) = text.split_once('(').unwrap_or((text, text));
        let text = inner.strip_suffix(')').unwrap_or(inner).to_owned();
        Decoded { contract: self.name, name: name.to_owned(), text }
    }
}

/// The contract of a name.
pub fn contract(name: &str) -> Option<&'static Contract> {
    CONTRACTS.iter().find(|contract| contract.name == name)
}

/// An error by the first contract that knows it, the chain's own last. Several may: they share what they are made of.
pub fn decode_error(data: &[u8]) -> Option<Decoded> {
    CONTRACTS.iter().chain([&chain::REFUSALS]).find_map(|contract| contract.decode_error(data))
}

/// An event by the first contract that knows it. Where it matters whose it is, ask the [`contract`] at its address.
pub fn decode_event(log: &LogData) -> Option<Decoded> {
    CONTRACTS.iter().find_map(|contract| contract.decode_event(log))
}

fn error<E: SolInterface + fmt::Debug>(data: &[u8]) -> Option<String> {
    E::abi_decode(data).ok().map(|error| format!("{error:?}"))
}

fn event<E: SolEventInterface + fmt::Debug>(topics: &[B256], data: &[u8]) -> Option<String> {
    E::decode_raw_log(topics, data).ok().map(|event| format!("{event:?}"))
}
