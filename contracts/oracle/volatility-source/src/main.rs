//! Prints the Solidity interface of [`volatility_source`].

fn main() {
    volatility_source::print_from_args();
}
