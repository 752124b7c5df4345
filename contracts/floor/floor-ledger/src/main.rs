//! Prints the Solidity interface: `cargo run --package floor-ledger --features export-abi`.

fn main() {
    floor_ledger::print_from_args();
}
