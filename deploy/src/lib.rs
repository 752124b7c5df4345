//! Deploys and wires Everfloor on a Stylus chain.
//!
//! - [`config`]: what a network should have, from TOML, checked by the contracts' own bounds.
//! - [`programs`]: the built programs, checked by the chain's activation rules.
//! - [`steps`]: the steps from nothing to a wired system, and how one sees that they are done.
//! - [`preflight`]: what the configuration names is looked at before anything is sent.
//! - [`apply`]: takes the steps that are not done, or tells them.
//! - [`status`]: what differs between book, configuration and chain.
//! - [`upgrade`], [`keepalive`]: other programs in place of those that are there; longer lives.
//! - [`keys`]: whose key it is.
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
pub mod keepalive;
pub mod keys;
pub mod preflight;
pub mod programs;
pub mod replay;
pub mod status;
pub mod steps;
pub mod upgrade;
