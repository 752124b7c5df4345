//! Prints the Solidity interface: `cargo run --package bid-book --features export-abi`.

fn main() {
    bid_book::print_from_args();
}
