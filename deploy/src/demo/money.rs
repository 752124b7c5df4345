//! Amounts: exact where they are money, approximate where they are somebody's opinion.

use alloy::primitives::{I256, U256};

/// Token units of a dollar.
pub(crate) const DOLLAR: u128 = 1_000_000;
/// Wad of a dollar's hundredth.
const CENT_WAD: u128 = 10_000_000_000_000_000;

/// Token units; what the contracts hold has 128 bits.
pub(crate) fn units(value: U256) -> u128 {
    value.saturating_to()
}

/// Signed token units.
pub(crate) fn signed(value: I256) -> i128 {
    i128::try_from(value).unwrap_or(if value.is_negative() { i128::MIN } else { i128::MAX })
}

/// Token units as dollars, for opinions.
pub(crate) fn to_dollars(units: u128) -> f64 {
    units as f64 / DOLLAR as f64
}

/// Dollars wished for as token units.
pub(crate) fn to_units(dollars: f64) -> u128 {
    (dollars.max(0.0) * DOLLAR as f64) as u128
}

/// Dollars wished for as wad, to the cent.
pub(crate) fn to_wad(dollars: f64) -> U256 {
    U256::from((dollars.max(0.0) * 100.0) as u128 * CENT_WAD)
}

/// A wad for opinions and charts.
pub(crate) fn wad(value: U256) -> f64 {
    f64::from(value) / 1e18
}

/// A signed wad, the same.
pub(crate) fn signed_wad(value: I256) -> f64 {
    signed(value) as f64 / 1e18
}

/// Token units to read, in dollars with all six decimals: `-1,234.567890`.
pub(crate) fn exact(units: i128) -> String {
    let (whole, part) = (units.unsigned_abs() / DOLLAR, units.unsigned_abs() % DOLLAR);
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{}.{part:06}", grouped(whole))
}

/// Token units to read, rounded to whole dollars.
pub(crate) fn rounded(units: i128) -> String {
    let whole = (units.unsigned_abs() + DOLLAR / 2) / DOLLAR;
    let sign = if units < 0 && whole > 0 { "-" } else { "" };
    format!("{sign}{}", grouped(whole))
}

/// A price to read: cents, or more decimals where cents say nothing.
pub(crate) fn price(value: f64) -> String {
    match value.abs() {
        large if large >= 1_000.0 => format!("{value:.1}"),
        usual if usual >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.8}"),
    }
}

/// A quantity to read: whole, or of the millions where there are many.
pub(crate) fn quantity(value: f64) -> String {
    if value < 1e7 {
        grouped(value.max(0.0) as u128)
    } else {
        format!("{} M", grouped((value / 1e6) as u128))
    }
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_to_the_unit() {
        assert_eq!(exact(-1_234_567_890_123), "-1,234,567.890123");
        assert_eq!(exact(1), "0.000001");
        assert_eq!(rounded(-499_999), "0");
        assert_eq!(rounded(999_500_000), "1,000");
    }
}
