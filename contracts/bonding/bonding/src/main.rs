//! Prints the Solidity interface: `cargo run --package bonding --features export-abi`.

fn main() {
    bonding::print_from_args();
}
