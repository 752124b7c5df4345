//! What the chain demands of a program, and the form it stores one in: devnet's rules, which are the chain's.

use anyhow::{Result, ensure};
use devnet::stylus::{Pages, StylusParams, activate, program};

/// Account code may not be longer (EIP-170).
const CODE_LIMIT: usize = 24_576;
/// Warn from here: what is left is for fixes.
pub const CODE_WARNING: usize = 22_000;

/// A program as the chain takes it.
pub struct Accepted {
    /// The account code that holds it.
    pub code: Vec<u8>,
    /// Gas of entering it when the chain has not cached it.
    pub uncached_gas: u64,
    /// Gas of entering it when the chain has cached it.
    pub cached_gas: u64,
}

/// Puts `wasm` through activation, or says why the chain would refuse it.
pub fn accept(wasm: &[u8]) -> Result<Accepted> {
    let params = StylusParams::default();
    let cost = activate(wasm, params.page_limit, &params)?.cost;
    let code = program::encode(wasm);
    ensure!(code.len() <= CODE_LIMIT, "{} bytes of account code; the chain takes {CODE_LIMIT}", code.len());
    let entry = |cached| params.call_cost(&cost, cached, Pages::default());
    Ok(Accepted { code, uncached_gas: entry(false), cached_gas: entry(true) })
}
