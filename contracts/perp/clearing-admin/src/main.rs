//! Prints the Solidity interface.

fn main() {
    clearing_admin::print_from_args();
}
