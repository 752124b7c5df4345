//! What calls would do, as a contract that tries them answers it.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloc::vec::Vec;

use alloy_primitives::U256;
use stylus_sdk::prelude::*;

use crate::router::Answer;

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
