//! Prints the Solidity interface of [`price_history`].

fn main() {
    price_history::print_from_args();
}
