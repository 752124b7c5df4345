//! Prints the Solidity interface of [`price_feed`].

fn main() {
    price_feed::print_from_args();
}
