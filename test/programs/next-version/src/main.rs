//! Prints the Solidity interface: `cargo run --package next-version --features export-abi`.

fn main() {
    next_version::print_from_args();
}
