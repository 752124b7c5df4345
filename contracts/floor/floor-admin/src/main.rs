//! Prints the Solidity interface: `cargo run --package floor-admin --features export-abi`.

fn main() {
    floor_admin::print_from_args();
}
