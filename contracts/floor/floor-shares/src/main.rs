//! Prints the Solidity interface: `cargo run --package floor-shares --features export-abi`.

fn main() {
    floor_shares::print_from_args();
}
