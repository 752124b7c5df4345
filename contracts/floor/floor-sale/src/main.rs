//! Prints the Solidity interface: `cargo run --package floor-sale --features export-abi`.

fn main() {
    floor_sale::print_from_args();
}
