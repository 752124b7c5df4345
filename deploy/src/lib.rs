//! Deploys and wires Everfloor on a Stylus chain.
//!
//! - [`config`]: what a network should have, from TOML, checked by the contracts' own bounds.
//! - [`programs`]: the built programs, checked by the chain's activation rules.
//! - [`apply`]: the steps from nothing to a wired market; each is skipped if it is done.
//! - [`verify`]: reads every wire back.
//! - [`governance`]: a token, a governor and a timelock that owns the contracts; proposals ready to be sent.
//! - [`book`]: the address book, written after every step.
//! - [`demo`], [`replay`]: crashes replayed, two days through a node and whole months straight into a chain.
//! - [`client`], [`bindings`], [`errors`]: signed transactions, the ABIs, refusals by name.

pub mod apply;
pub mod bindings;
pub mod book;
pub mod client;
pub mod config;
pub mod demo;
pub mod errors;
pub mod governance;
pub mod programs;
pub mod replay;
pub mod verify;
