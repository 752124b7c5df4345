//! Prints the Solidity interface of [`insurance_fund`].

fn main() {
    insurance_fund::print_from_args();
}
