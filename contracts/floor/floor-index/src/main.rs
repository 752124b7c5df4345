//! Prints the Solidity interface: `cargo run --package floor-index --features export-abi`.

fn main() {
    floor_index::print_from_args();
}
