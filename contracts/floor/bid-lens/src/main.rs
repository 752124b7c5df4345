//! Prints the Solidity interface: `cargo run --package bid-lens --features export-abi`.

fn main() {
    bid_lens::print_from_args();
}
