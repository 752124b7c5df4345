//! The events and errors of the parts.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloy_primitives::U256;
use everfloor_floor_storage::revert::Revert;

use crate::rules::Refusal;

/// Errors. Weights are wad.
pub mod errors {
    alloy_sol_types::sol! {
        /// There are between two and eight parts.
        #[derive(Debug, PartialEq, Eq)]
        error PartCountOutOfBounds(uint256 parts);
        /// Part `part` weighs nothing.
        #[derive(Debug, PartialEq, Eq)]
        error ZeroWeight(uint256 part);
        /// The weights sum to `sum` and not to `10^18`.
        #[derive(Debug, PartialEq, Eq)]
        error WeightsNotWhole(uint256 sum);
        /// There is no part `part`.
        #[derive(Debug, PartialEq, Eq)]
        error UnknownPart(uint256 part);
        /// The tokens of the parts are not named yet.
        #[derive(Debug, PartialEq, Eq)]
        error PartsNotNamed();
        /// The tokens of the parts are named, for good.
        #[derive(Debug, PartialEq, Eq)]
        error PartsAlreadyNamed();
        /// `token` is not made by this contract but by `minter`, or is named twice.
        #[derive(Debug, PartialEq, Eq)]
        error PartMismatch(address token, address minter);
    }
}

/// Events.
pub mod events {
    alloy_sol_types::sol! {
        /// NFTs of a collection can be split, once the tokens of the parts are named.
        #[derive(Debug, PartialEq, Eq)]
        event PartsCreated(address indexed collection, uint256 parts);
        /// Part `part` is `token`, and weighs `weight`.
        #[derive(Debug, PartialEq, Eq)]
        event PartNamed(uint256 indexed part, address indexed token, uint256 weight);
        /// NFT `id` came in; its parts are `to`'s.
        #[derive(Debug, PartialEq, Eq)]
        event Split(uint256 indexed id, address indexed from, address indexed to);
        /// The parts of NFT `id` are burned, and it is `to`'s.
        #[derive(Debug, PartialEq, Eq)]
        event Merged(uint256 indexed id, address indexed by, address indexed to);
    }
}

macro_rules! refuse_with {
    ($($error:ident),+) => {
        $(impl From<errors::$error> for Revert {
            fn from(error: errors::$error) -> Self {
                Self(alloy_sol_types::SolError::abi_encode(&error))
            }
        })+
    };
}

refuse_with!(
    PartCountOutOfBounds,
    ZeroWeight,
    WeightsNotWhole,
    UnknownPart,
    PartsNotNamed,
    PartsAlreadyNamed,
    PartMismatch
);

impl From<Refusal> for Revert {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Count(parts) => errors::PartCountOutOfBounds { parts: U256::from(parts) }.into(),
            Refusal::Zero(part) => errors::ZeroWeight { part: U256::from(part) }.into(),
            Refusal::Sum(sum) => errors::WeightsNotWhole { sum }.into(),
        }
    }
}
