//! Prints the Solidity interface: `cargo run --package floor-token --features export-abi`.

fn main() {
    floor_token::print_from_args();
}
