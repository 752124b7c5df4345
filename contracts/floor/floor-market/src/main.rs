//! Prints the Solidity interface: `cargo run --package floor-market --features export-abi`.

fn main() {
    floor_market::print_from_args();
}
