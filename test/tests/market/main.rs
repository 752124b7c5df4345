//! How the market behaves, natively and on the real WASM.
#![allow(missing_docs, reason = "tests")]

mod lifecycle;
mod trading;
