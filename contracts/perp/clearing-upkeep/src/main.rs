//! Prints the Solidity interface.

fn main() {
    clearing_upkeep::print_from_args();
}
