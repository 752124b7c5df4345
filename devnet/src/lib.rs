//! A Stylus chain in one process, for tests and local development.
//!
//! [`Chain`] is an Arbitrum chain as its users see it, held as a value: EVM contracts and Stylus programs call each
//! other, pay gas as Nitro charges it, and leave blocks, receipts and logs behind. Tests use it directly; the binary
//! serves the same value over JSON-RPC.
//!
//! - [`stylus`]: programs, from compressed account code to a running frame; knows WASM and Nitro's prices.
//! - `evm`: revm, with programs as a second kind of code on the same stack of frames.
//! - `arb`: the precompiles from ArbSys to ArbWasmCache, and the records of programs.
//! - [`chain`]: blocks, transactions, snapshots, time, saving and loading.
//! - [`deploy`]: programs and contracts onto a chain.
//! - [`rpc`]: the chain as a node that clients talk to.

mod arb;
pub mod chain;
pub mod deploy;
mod evm;
pub mod rpc;
pub mod stylus;

pub use arb::{ARB_WASM, ARB_WASM_CACHE};
pub use chain::{
    At, Block, CallOutcome, CallRequest, Chain, ChainError, Clock, Config, Receipt, Transaction, TxRequest,
};
