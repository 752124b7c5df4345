//! Prints the Solidity interface: `cargo run --package floor-forecast --features export-abi`.

fn main() {
    floor_forecast::print_from_args();
}
