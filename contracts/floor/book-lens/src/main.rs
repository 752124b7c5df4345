//! Prints the Solidity interface: `cargo run --package book-lens --features export-abi`.

fn main() {
    book_lens::print_from_args();
}
