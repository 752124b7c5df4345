//! Prints the Solidity interface of [`black_scholes`].

fn main() {
    black_scholes::print_from_args();
}
