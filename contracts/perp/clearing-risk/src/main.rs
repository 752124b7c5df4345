//! Prints the Solidity interface.

fn main() {
    clearing_risk::print_from_args();
}
