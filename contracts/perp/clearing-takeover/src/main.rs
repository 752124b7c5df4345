//! Prints the Solidity interface.

fn main() {
    clearing_takeover::print_from_args();
}
