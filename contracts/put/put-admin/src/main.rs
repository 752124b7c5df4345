//! Prints the Solidity interface: `cargo run --package put-admin --features export-abi`.

fn main() {
    put_admin::print_from_args();
}
