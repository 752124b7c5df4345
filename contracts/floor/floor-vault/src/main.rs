//! Prints the Solidity interface: `cargo run --package floor-vault --features export-abi`.

fn main() {
    floor_vault::print_from_args();
}
