//! Prints the Solidity interface: `cargo run --package floor-auction --features export-abi`.

fn main() {
    floor_auction::print_from_args();
}
