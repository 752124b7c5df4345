//! Big integers: nothing in the model is ever rounded by accident.

pub use num_bigint::BigInt as Int;

/// Bits behind the point of amounts that are not whole: what a rounding loses is nothing to a bound in whole units.
const PLACES: u32 = 192;

/// Any integer as a big one.
pub fn int(value: impl Into<Int>) -> Int {
    value.into()
}

/// `number / by`, rounded down; neither is negative.
pub fn down(number: Int, by: &Int) -> Int {
    assert!(number >= Int::ZERO && *by > Int::ZERO, "{number} / {by}");
    number / by
}

/// `number / by`, rounded up.
pub fn up(number: Int, by: &Int) -> Int {
    down(number + by - 1, by)
}

/// Two to the power of `bits`.
pub fn limit(bits: u32) -> Int {
    Int::from(1) << bits
}

/// A whole amount as one that need not be whole.
pub fn exact(whole: &Int) -> Int {
    whole << PLACES
}

/// As a number of 128 bits.
pub fn narrow(value: &Int) -> u128 {
    u128::try_from(value).expect("128 bits")
}
