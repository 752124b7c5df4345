//! How a refusal becomes a Solidity error.
//!
//! Every error of ours has at most two words of values, so one small function encodes them all. What the pool or dpxETH
//! refuse is passed on as they put it.

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use everfloor_bonding_rules::{BondError, BondError as B};
use everfloor_common::{
    initializer::InitError,
    lock::Reentrant,
    roles::{NotGuardian, NotOwner, NotPendingOwner, ZeroAddress},
    token::{TokenError, TransferFailed},
};
use everfloor_math::MathError;

use crate::abi::errors as e;

/// The bytes a call reverts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

/// What methods of the contract return.
pub type Outcome<T> = core::result::Result<T, Revert>;

impl From<Revert> for Vec<u8> {
    fn from(revert: Revert) -> Self {
        revert.0
    }
}

impl Revert {
    /// An error with its words.
    #[cold]
    #[inline(never)]
    pub fn new(selector: [u8; 4], words: &[U256]) -> Self {
        let mut bytes = Vec::with_capacity(68);
        bytes.extend_from_slice(&selector);
        for word in words {
            bytes.extend_from_slice(&word.to_be_bytes::<32>());
        }
        Self(bytes)
    }
}

impl From<Box<BondError>> for Revert {
    fn from(error: Box<BondError>) -> Self {
        (*error).into()
    }
}

impl From<BondError> for Revert {
    fn from(error: BondError) -> Self {
        let (selector, count, first, second) = parts(error);
        let words = [first, second].map(U256::from);
        Self::new(selector, words.get(..count).unwrap_or_default())
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<BondError>::from(error).into()
    }
}

/// Selector, number of words, and the words.
type Parts = ([u8; 4], usize, u128, u128);

fn parts(error: BondError) -> Parts {
    match error {
        B::Overflow => (e::Overflow::SELECTOR, 0, 0, 0),
        B::ZeroAmount => (e::ZeroAmount::SELECTOR, 0, 0, 0),
        B::BelowMinimum { amount, minimum } => (e::BelowMinimum::SELECTOR, 2, amount, minimum),
        B::Expired { deadline, now } => (e::Expired::SELECTOR, 2, deadline.into(), now.into()),
        B::BondingPaused => (e::BondingPaused::SELECTOR, 0, 0, 0),
        B::SlippageUnderlying { paid, limit } => (e::SlippageUnderlying::SELECTOR, 2, paid, limit),
        B::SlippageCollateral { paid, limit } => (e::SlippageCollateral::SELECTOR, 2, paid, limit),
        B::NotMatured { maturity, now } => (e::NotMatured::SELECTOR, 2, maturity.into(), now.into()),
        B::ExceedsSupply { amount, supply } => (e::ExceedsSupply::SELECTOR, 2, amount, supply),
        B::PriceUnavailable { status } => (e::PriceUnavailable::SELECTOR, 1, status.into(), 0),
        B::ParameterOutOfBounds { index, value } => {
            (e::ParameterOutOfBounds::SELECTOR, 2, index.into(), value)
        }
    }
}

macro_rules! from_solidity_error {
    ($($error:ty),+) => {
        $(impl From<$error> for Revert {
            fn from(error: $error) -> Self {
                Self(error.abi_encode())
            }
        })+
    };
}

from_solidity_error!(NotOwner, NotPendingOwner, NotGuardian, ZeroAddress, Reentrant, TransferFailed);

impl From<InitError> for Revert {
    fn from(error: InitError) -> Self {
        Self(error.into())
    }
}

impl From<TokenError> for Revert {
    fn from(error: TokenError) -> Self {
        Self(error.into())
    }
}

#[cfg(feature = "export-abi")]
impl stylus_sdk::abi::export::internal::InnerTypes for Revert {
    /// None: the SDK's printer knows errors by type; `abi/` lists them from the source.
    fn inner_types() -> Vec<stylus_sdk::abi::export::internal::InnerType> {
        Vec::new()
    }
}
