//! Prints the Solidity interface: `cargo run --package dpx-eth --features export-abi`.

fn main() {
    dpx_eth::print_from_args();
}
