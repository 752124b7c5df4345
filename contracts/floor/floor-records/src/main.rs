//! Prints the Solidity interface: `cargo run --package floor-records --features export-abi`.

fn main() {
    floor_records::print_from_args();
}
