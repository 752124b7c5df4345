//! Prints the Solidity interface: `cargo run --package put-desk --features export-abi`.

fn main() {
    put_desk::print_from_args();
}
