//! Prints the Solidity interface: `cargo run --package part-index --features export-abi`.

fn main() {
    part_index::print_from_args();
}
