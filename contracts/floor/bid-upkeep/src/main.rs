//! Prints the Solidity interface: `cargo run --package bid-upkeep --features export-abi`.

fn main() {
    bid_upkeep::print_from_args();
}
