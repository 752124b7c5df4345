//! What calls would do, as a contract that tries them answers it; and what else the router reads and writes that came later.
//!
//! Apart from [`crate::router`], whose every implementation has its number in the names by which programs are put together:
//! one more there would change the bytes of all of them.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloc::vec::Vec;

use alloy_primitives::{FixedBytes, I256, U256};
use stylus_sdk::{abi::Bytes, prelude::*};

use crate::router::{Answer, Argument, Arguments, Fixed, list_at};

alloy_sol_types::sol! {
    /// What a call would do.
    #[derive(AbiType, Debug, PartialEq, Eq)]
    struct CallResult {
        bool success;
        /// What it answers or is refused with.
        bytes returnData;
    }
}

impl Answer for Vec<CallResult> {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        let mut word = |value: usize| U256::from(value).write(to);
        word(32);
        word(self.len());
        let mut at = self.len().saturating_mul(32);
        for result in &self {
            word(at);
            at = at.saturating_add(padded(result.returnData.len())).saturating_add(96);
        }
        for CallResult { success, returnData: data } in self {
            for word in [success.into(), 64, data.len()] {
                U256::from(word).write(to);
            }
            to.extend_from_slice(&data);
            to.resize(to.len().saturating_sub(data.len()).saturating_add(padded(data.len())), 0);
        }
    }
}

/// Bytes of so many with the zeros that fill the last word.
#[inline]
fn padded(bytes: usize) -> usize {
    bytes.saturating_add(31) & !31
}

/// A list of calls.
impl Argument for Vec<Bytes> {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let (base, count) = list_at(from.data, 0, from.at)?;
        from.at = from.at.checked_add(32)?;
        let mut list = Self::new();
        let mut head = base;
        for _ in 0..count {
            let (start, length) = list_at(from.data, base, head)?;
            head = head.checked_add(32)?;
            list.push(Bytes(from.data.get(start..start.checked_add(length)?)?.to_vec().into()));
        }
        Some(list)
    }
}

impl Fixed for U256 {}
impl Fixed for I256 {}
impl Fixed for bool {}
impl Fixed for u8 {}
impl Fixed for FixedBytes<32> {}
impl<A: Fixed, B: Fixed> Fixed for (A, B) {}
impl<A: Fixed, B: Fixed, C: Fixed> Fixed for (A, B, C) {}

/// A list of numbers.
impl Answer for Vec<U256> {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        U256::from(32).write(to);
        U256::from(self.len()).write(to);
        for number in self {
            number.write(to);
        }
    }
}

/// How a trade ended, with a selector and two words.
impl Answer for (u8, FixedBytes<4>, U256, U256) {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        (self.2, self.3).write(to);
    }
}

impl Argument for FixedBytes<4> {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let bytes = from.word()?.to_be_bytes::<32>();
        let (value, padding) = bytes.split_at(4);
        padding.iter().all(|byte| *byte == 0).then(|| Self::from_slice(value))
    }
}

/// Takes the next words of a call; none if it has fewer.
#[inline]
pub fn words<'a>(from: &mut Arguments<'a>, count: usize) -> Option<&'a [u8]> {
    let end = from.at.checked_add(count.checked_mul(32)?)?;
    let words = from.data.get(from.at..end)?;
    from.at = end;
    Some(words)
}
