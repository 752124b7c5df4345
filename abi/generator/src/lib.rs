//! Generates the Solidity interface and JSON ABI of every program from its Rust source.
