//! Prints the Solidity interface: `cargo run --package writer-position --features export-abi`.

fn main() {
    writer_position::print_from_args();
}
