//! Prints the Solidity interface: `cargo run --package put-lens --features export-abi`.

fn main() {
    put_lens::print_from_args();
}
