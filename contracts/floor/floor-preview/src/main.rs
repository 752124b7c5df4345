//! Prints the Solidity interface: `cargo run --package floor-preview --features export-abi`.

fn main() {
    floor_preview::print_from_args();
}
