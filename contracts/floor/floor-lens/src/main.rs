//! Prints the Solidity interface: `cargo run --package floor-lens --features export-abi`.

fn main() {
    floor_lens::print_from_args();
}
