//! The WASM engine and the cache of compiled programs.

use super::{ActivationError, StylusParams};
use alloy_primitives::B256;
use std::sync::Arc;

/// A compiled program.
#[derive(Debug)]
pub struct Module {}

/// Compiles programs and keeps them; one for a chain, shared by reference.
#[derive(Debug, Default)]
pub struct Engine {}

impl Engine {
    /// An engine with an empty cache.
    pub fn new() -> Self {
        Self {}
    }

    /// The compiled program for a code hash, built on first use by `wasm` (the decompressed program).
    pub fn module(
        &self,
        _code_hash: B256,
        _params: &StylusParams,
        _wasm: impl FnOnce() -> Result<Vec<u8>, ActivationError>,
    ) -> Result<Arc<Module>, ActivationError> {
        todo!()
    }
}
