//! Words of storage as two numbers of 128 bits, or an address above a number of 96.

use alloy_primitives::{Address, B256};

/// The upper and the lower half of a word.
pub fn halves(word: B256) -> (u128, u128) {
    let [upper, lower] = [0, 16].map(|at| word.get(at..).and_then(|bytes| bytes.first_chunk::<16>()));
    (
        upper.map_or(0, |bytes| u128::from_be_bytes(*bytes)),
        lower.map_or(0, |bytes| u128::from_be_bytes(*bytes)),
    )
}

/// A word of two halves.
pub fn from_halves(upper: u128, lower: u128) -> B256 {
    let bytes = upper.to_be_bytes().into_iter().chain(lower.to_be_bytes());
    let mut word = B256::ZERO;
    word.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    word
}

/// The address in the upper 160 bits, and the number below it.
pub fn address_and_rest(word: B256) -> (Address, u128) {
    let (_, lower) = halves(word);
    let address = word.first_chunk().map_or(Address::ZERO, |bytes| Address::from(*bytes));
    (address, lower & REST)
}

/// A word of an address and a number, of which the lowest 96 bits count.
pub fn from_address(address: Address, rest: u128) -> B256 {
    let mut word = from_halves(0, rest & REST);
    word.iter_mut().zip(address.iter()).for_each(|(to, byte)| *to = *byte);
    word
}

/// The `bits` bits, at most 63, above the lowest `at` of a number.
pub fn field(number: u128, at: u32, bits: u32) -> u64 {
    (number >> at) as u64 & !(u64::MAX << bits)
}

/// The bits below an address.
const REST: u128 = (1 << 96) - 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_word_was_made_of_comes_back(upper in any::<u128>(), lower in any::<u128>(), owner in any::<[u8; 20]>()) {
            prop_assert_eq!(halves(from_halves(upper, lower)), (upper, lower));
            let word = from_address(owner.into(), lower);
            prop_assert_eq!(address_and_rest(word), (owner.into(), lower & REST));
            prop_assert_eq!(field(lower, 40, 24), (lower >> 40 & 0xff_ffff) as u64);
        }
    }
}
