//! Prints the Solidity interface.

fn main() {
    clearing_preview::print_from_args();
}
