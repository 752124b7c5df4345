//! Prints the Solidity interface: `cargo run --package floor-cash --features export-abi`.

fn main() {
    floor_cash::print_from_args();
}
