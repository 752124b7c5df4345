//! Prints the Solidity interface: `cargo run --package floor-parts --features export-abi`.

fn main() {
    floor_parts::print_from_args();
}
