//! Prints the Solidity interface.

fn main() {
    clearing_lens::print_from_args();
}
