//! Prints the Solidity interface: `cargo run --package bid-asks --features export-abi`.

fn main() {
    bid_asks::print_from_args();
}
