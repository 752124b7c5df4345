//! Prints the Solidity interface: `cargo run --package floor-book --features export-abi`.

fn main() {
    floor_book::print_from_args();
}
