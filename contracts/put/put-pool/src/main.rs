//! Prints the Solidity interface: `cargo run --package put-pool --features export-abi`.

fn main() {
    put_pool::print_from_args();
}
