//! Prints the Solidity interface: `cargo run --package test-token --features export-abi`.

fn main() {
    test_token::print_from_args();
}
