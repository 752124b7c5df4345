//! Numbers packed into words by tables: one table a record says where each of its numbers lies.
//!
//! Two small loops over tables serve all records of a program, where a reader and a writer for each would be most of
//! it.

use alloy_primitives::B256;

/// Where a number lies: the word, its first byte from the left, and how many bytes it has.
pub type Field = (u8, u8, u8);

/// Reads the numbers of a table.
pub fn unpack<const N: usize, const F: usize>(words: &[B256; N], fields: &[Field; F]) -> [u128; F] {
    let mut values = [0; F];
    read_all(words, fields, &mut values);
    values
}

/// Writes the numbers of a table into words; nothing if one of them does not fit.
pub fn pack<const N: usize, const F: usize>(values: &[u128; F], fields: &[Field; F]) -> Option<[B256; N]> {
    let mut words = [B256::ZERO; N];
    write_all(&mut words, fields, values).then_some(words)
}

#[inline(never)]
fn read_all(words: &[B256], fields: &[Field], values: &mut [u128]) {
    for (value, field) in values.iter_mut().zip(fields) {
        *value = words.get(usize::from(field.0)).map_or(0, |word| read(word, *field));
    }
}

/// Reads one number of a word; which word is not looked at.
#[inline(never)]
pub fn read(word: &B256, (_, at, bytes): Field) -> u128 {
    let bytes = word.iter().skip(at.into()).take(bytes.into());
    bytes.fold(0, |value, byte| (value << 8) | u128::from(*byte))
}

/// Whether all of them fitted.
#[inline(never)]
fn write_all(words: &mut [B256], fields: &[Field], values: &[u128]) -> bool {
    fields.iter().zip(values).all(|(field, value)| {
        words.get_mut(usize::from(field.0)).is_some_and(|word| write(word, *field, *value))
    })
}

fn write(word: &mut B256, (_, at, bytes): Field, value: u128) -> bool {
    let mut rest = value;
    for byte in word.iter_mut().skip(at.into()).take(bytes.into()).rev() {
        *byte = rest as u8;
        rest >>= 8;
    }
    rest == 0
}

/// A signed number as one of so many bytes, in two's complement; nothing if it does not fit.
pub fn signed_to(value: i128, bytes: u8) -> Option<u128> {
    let shift = 128_u32.checked_sub(u32::from(bytes).checked_mul(8)?)?;
    let kept = (value as u128).checked_shl(shift)?.checked_shr(shift)?;
    (signed_from(kept, bytes) == value).then_some(kept)
}

/// The signed number that so many bytes are in two's complement.
pub fn signed_from(value: u128, bytes: u8) -> i128 {
    let shift = 128_u32.saturating_sub(u32::from(bytes).saturating_mul(8));
    (value.wrapping_shl(shift) as i128).wrapping_shr(shift)
}
