//! Prints the Solidity interface: `cargo run --package erc1967-proxy --features export-abi`.

fn main() {
    erc1967_proxy::print_from_args();
}
