//! How a refusal becomes a Solidity error.
//!
//! What the market refuses is passed on as it puts it.

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::revert::encode;
use everfloor_math::MathError;
use everfloor_token_rules::ShareError;

use crate::abi::errors as e;

everfloor_common::revert_type!(e::FundingNotPaid);

impl Revert {
    /// An error with its words.
    pub fn new(selector: [u8; 4], words: &[U256]) -> Self {
        Self(encode(selector, words))
    }
}

impl From<ShareError> for Revert {
    fn from(error: ShareError) -> Self {
        let one = |selector, value| Self::new(selector, &[value]);
        let two = |selector, first, second| Self::new(selector, &[U256::from(first), U256::from(second)]);
        match error {
            ShareError::Overflow => Self::new(e::Overflow::SELECTOR, &[]),
            ShareError::ZeroAmount => Self::new(e::ZeroAmount::SELECTOR, &[]),
            ShareError::NothingToPay => Self::new(e::NothingToPay::SELECTOR, &[]),
            ShareError::BelowMinimum { fp, least } => two(e::BelowMinimum::SELECTOR, fp, least),
            ShareError::NoBacking { shares } => one(e::NoBacking::SELECTOR, U256::from(shares)),
            ShareError::ExceedsSupply { shares, supply } => two(e::ExceedsSupply::SELECTOR, shares, supply),
            ShareError::InDebt { cash } => one(e::InDebt::SELECTOR, int(cash).into_raw()),
            ShareError::NotInDebt { cash } => one(e::NotInDebt::SELECTOR, int(cash).into_raw()),
        }
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        ShareError::from(error).into()
    }
}

/// A signed number as the ABI has it.
pub fn int(value: i128) -> I256 {
    I256::try_from(value).unwrap_or_default()
}
