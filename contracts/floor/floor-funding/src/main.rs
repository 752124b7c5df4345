//! Prints the Solidity interface: `cargo run --package floor-funding --features export-abi`.

fn main() {
    floor_funding::print_from_args();
}
