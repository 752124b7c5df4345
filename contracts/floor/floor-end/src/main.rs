//! Prints the Solidity interface: `cargo run --package floor-end --features export-abi`.

fn main() {
    floor_end::print_from_args();
}
