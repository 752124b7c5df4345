//! Prints the Solidity interface: `cargo run --package put-roll --features export-abi`.

fn main() {
    put_roll::print_from_args();
}
