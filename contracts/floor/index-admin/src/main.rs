//! Prints the Solidity interface: `cargo run --package index-admin --features export-abi`.

fn main() {
    index_admin::print_from_args();
}
