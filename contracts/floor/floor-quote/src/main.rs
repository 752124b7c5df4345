//! Prints the Solidity interface: `cargo run --package floor-quote --features export-abi`.

fn main() {
    floor_quote::print_from_args();
}
