//! Prints the Solidity interface.

fn main() {
    clearing_orders::print_from_args();
}
