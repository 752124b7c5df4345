//! What the chain demands of a program, and the form it stores one in: devnet's rules, which are the chain's.

use anyhow::{Result, ensure};
use devnet::{
    deploy::Packed,
    stylus::{Pages, StylusParams, activate},
};

/// Account code may not be longer (EIP-170).
const CODE_LIMIT: usize = 24_576;
/// Warn from here: what is left is for fixes.
pub const CODE_WARNING: usize = 22_000;

/// A program as the chain takes it.
pub struct Accepted {
    /// The program, and the account code that holds it.
    pub packed: Packed,
    /// Gas of entering it when the chain has not cached it.
    pub uncached_gas: u64,
    /// Gas of entering it when the chain has cached it.
    pub cached_gas: u64,
}

/// Puts `wasm` through activation, or says why the chain would refuse it.
pub fn accept(wasm: Vec<u8>) -> Result<Accepted> {
    let params = StylusParams::default();
    let cost = activate(&wasm, params.page_limit, &params)?.cost;
    let packed = Packed::new(wasm);
    let length = packed.code.len();
    ensure!(length <= CODE_LIMIT, "{length} bytes of account code; the chain takes {CODE_LIMIT}");
    let entry = |cached| params.call_cost(&cost, cached, Pages::default());
    Ok(Accepted { packed, uncached_gas: entry(false), cached_gas: entry(true) })
}
