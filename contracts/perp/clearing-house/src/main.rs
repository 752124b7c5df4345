//! Prints the Solidity interface.

fn main() {
    clearing_house::print_from_args();
}
