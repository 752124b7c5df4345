//! Prints the Solidity interface: `cargo run --package floor-trade --features export-abi`.

fn main() {
    floor_trade::print_from_args();
}
