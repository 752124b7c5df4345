//! Prints the Solidity interface: `cargo run --package bid-admin --features export-abi`.

fn main() {
    bid_admin::print_from_args();
}
