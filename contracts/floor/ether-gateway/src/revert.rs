//! How a refusal becomes a Solidity error.

use alloy_primitives::U256;
use everfloor_common::revert::encode;

use crate::abi::errors;

everfloor_common::revert_type!(errors::NothingToPay, errors::ZeroAmount);

impl Revert {
    /// An error with its words.
    pub fn new(selector: [u8; 4], words: &[U256]) -> Self {
        Self(encode(selector, words))
    }
}
