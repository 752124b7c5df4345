//! Prints the Solidity interface: `cargo run --package ether-gateway --features export-abi`.

fn main() {
    ether_gateway::print_from_args();
}
