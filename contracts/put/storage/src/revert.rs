//! How a refusal becomes a Solidity error.
//!
//! Every rule error has at most two words of values, so one small function encodes them all.

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::InitError,
    lock::Reentrant,
    roles::{NotGuardian, NotOwner, NotPendingOwner, ZeroAddress},
    token::{TokenError, TransferFailed},
};
use everfloor_math::MathError;
use everfloor_put_rules::{PutError, PutError as P};

use crate::abi::errors as e;

/// The bytes a call reverts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

/// What methods of the pool return.
pub type Outcome<T> = core::result::Result<T, Revert>;

impl From<Revert> for Vec<u8> {
    fn from(revert: Revert) -> Self {
        revert.0
    }
}

/// An error with its words.
fn encode(selector: [u8; 4], words: &[u128]) -> Revert {
    let mut bytes = Vec::with_capacity(68);
    bytes.extend_from_slice(&selector);
    for word in words {
        bytes.extend_from_slice(&U256::from(*word).to_be_bytes::<32>());
    }
    Revert(bytes)
}

impl From<Box<PutError>> for Revert {
    fn from(error: Box<PutError>) -> Self {
        (*error).into()
    }
}

impl From<PutError> for Revert {
    fn from(error: PutError) -> Self {
        let (selector, count, first, second) = parts(error);
        encode(selector, [first, second].get(..count).unwrap_or_default())
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<PutError>::from(error).into()
    }
}

/// Selector, number of words, and the words.
type Parts = ([u8; 4], usize, u128, u128);

fn parts(error: PutError) -> Parts {
    match error {
        P::Overflow => (e::Overflow::SELECTOR, 0, 0, 0),
        P::Unpriceable => (e::Unpriceable::SELECTOR, 0, 0, 0),
        P::ZeroAmount => (e::ZeroAmount::SELECTOR, 0, 0, 0),
        P::AmountTooSmall { amount, least } => (e::AmountTooSmall::SELECTOR, 2, amount, least),
        P::Expired { deadline, now } => (e::Expired::SELECTOR, 2, deadline.into(), now.into()),
        P::EntryPaused => (e::EntryPaused::SELECTOR, 0, 0, 0),
        P::EpochNotStarted { start, now } => (e::EpochNotStarted::SELECTOR, 2, start.into(), now.into()),
        P::EpochNotEnded { end, now } => (e::EpochNotEnded::SELECTOR, 2, end.into(), now.into()),
        P::RollDue { end, now } => (e::RollDue::SELECTOR, 2, end.into(), now.into()),
        P::SharesBelowLimit { shares, limit } => (e::SharesBelowLimit::SELECTOR, 2, shares, limit),
        P::SlippagePremium { premium, limit } => (e::SlippagePremium::SELECTOR, 2, premium, limit),
        P::StrikeBelowLimit { strike, limit } => (e::StrikeBelowLimit::SELECTOR, 2, strike, limit),
        P::InsufficientCollateral { need, free } => (e::InsufficientCollateral::SELECTOR, 2, need, free),
        P::SupplyCapExceeded { supply, max } => (e::SupplyCapExceeded::SELECTOR, 2, supply, max),
        P::ExceedsShares { asked, available } => (e::ExceedsShares::SELECTOR, 2, asked, available),
        P::ExceedsEscrow { asked, available } => (e::ExceedsEscrow::SELECTOR, 2, asked, available),
        P::PositionUnsettled { exits } => (e::PositionUnsettled::SELECTOR, 1, exits.into(), 0),
        P::PriceUnavailable { status } => (e::PriceUnavailable::SELECTOR, 1, status.into(), 0),
        P::RewardsStarted { start } => (e::RewardsStarted::SELECTOR, 1, start.into(), 0),
        P::NothingToPay => (e::NothingToPay::SELECTOR, 0, 0, 0),
        P::ParameterOutOfBounds { index, value } => {
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

from_solidity_error!(
    NotOwner,
    NotPendingOwner,
    NotGuardian,
    ZeroAddress,
    Reentrant,
    TransferFailed,
    e::NotBuyer,
    e::PeerAlreadySet,
    e::PositionsMismatch,
    e::PositionsNotSet,
    e::StateChanged,
    e::UnsupportedToken,
    e::UnknownPosition
);

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
