//! Prints the Solidity interface: `cargo run --package test-dollar --features export-abi`.

fn main() {
    test_dollar::print_from_args();
}
