//! Prints the Solidity interface: `cargo run --package floor-part --features export-abi`.

fn main() {
    floor_part::print_from_args();
}
