//! Prints the Solidity interface: `cargo run --package floor-takeover --features export-abi`.

fn main() {
    floor_takeover::print_from_args();
}
