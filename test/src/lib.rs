//! The system's behaviour, driven through its ABI on the real WASM on the local chain.
