//! Big integers.

/// A whole number of any size.
pub type Int = num_bigint::BigInt;

/// Any integer as a big one.
pub fn int(value: impl Into<Int>) -> Int {
    value.into()
}

/// `number / by`, rounded down; neither is negative.
pub fn down(number: Int, by: impl Into<Int>) -> Int {
    let by = by.into();
    assert!(number >= Int::ZERO && by > Int::ZERO, "{number} / {by}");
    number / by
}

/// `number / by`, rounded up.
pub fn up(number: Int, by: impl Into<Int>) -> Int {
    let by = by.into();
    down(number + &by - 1, by)
}

/// As a number of 128 bits.
pub fn narrow(value: &Int) -> u128 {
    u128::try_from(value).expect("128 bits")
}
