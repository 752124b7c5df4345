//! Prints the Solidity interface: `cargo run --package put-records --features export-abi`.

fn main() {
    put_records::print_from_args();
}
