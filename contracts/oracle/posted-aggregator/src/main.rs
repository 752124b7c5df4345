//! Prints the Solidity interface of [`posted_aggregator`].

fn main() {
    posted_aggregator::print_from_args();
}
