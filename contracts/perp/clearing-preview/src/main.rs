//! Prints the Solidity interface when built with `export-abi`.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

#[cfg(feature = "export-abi")]
fn main() {
    clearing_preview::print_from_args();
}
