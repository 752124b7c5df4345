//! Prints the Solidity interface.

fn main() {
    clearing_settlement::print_from_args();
}
