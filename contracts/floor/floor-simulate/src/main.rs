//! Prints the Solidity interface: `cargo run --package floor-simulate --features export-abi`.

fn main() {
    floor_simulate::print_from_args();
}
