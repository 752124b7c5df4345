//! How a refusal becomes a Solidity error.
//!
//! Every rule error has at most two words of values, so one small function encodes them all; the selectors come
//! from the declarations in [`crate::abi::errors`], and a test compares the bytes with those of the declared types.

use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::{I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::InitError,
    lock::Reentrant,
    roles::{NotGuardian, NotOwner, NotPendingOwner, ZeroAddress},
    token::{TokenError, TransferFailed},
};
use everfloor_math::MathError;
use everfloor_perp_rules::PerpError;

use crate::abi::errors as e;

/// The bytes a call reverts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

/// What methods of the clearing house return.
pub type Outcome<T> = core::result::Result<T, Revert>;

impl From<Revert> for Vec<u8> {
    fn from(revert: Revert) -> Self {
        revert.0
    }
}

impl Revert {
    /// The error's selector; previews answer with it.
    pub fn selector(&self) -> [u8; 4] {
        self.0.first_chunk().copied().unwrap_or_default()
    }
}

/// An error with its words.
pub fn encode(selector: [u8; 4], words: &[U256]) -> Revert {
    let mut bytes = Vec::with_capacity(68);
    bytes.extend_from_slice(&selector);
    for word in words {
        bytes.extend_from_slice(&word.to_be_bytes::<32>());
    }
    Revert(bytes)
}

impl From<Box<PerpError>> for Revert {
    fn from(error: Box<PerpError>) -> Self {
        (*error).into()
    }
}

impl From<PerpError> for Revert {
    fn from(error: PerpError) -> Self {
        let (selector, words) = parts(error);
        match words {
            None => encode(selector, &[]),
            Some((first, None)) => encode(selector, &[first]),
            Some((first, Some(second))) => encode(selector, &[first, second]),
        }
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<PerpError>::from(error).into()
    }
}

type Parts = ([u8; 4], Option<(U256, Option<U256>)>);

fn parts(error: PerpError) -> Parts {
    match error {
        PerpError::Overflow => none(e::Overflow::SELECTOR),
        PerpError::ZeroAmount => none(e::ZeroAmount::SELECTOR),
        PerpError::Expired { deadline, now } => two(e::Expired::SELECTOR, deadline.into(), now.into()),
        PerpError::OpeningPaused => none(e::OpeningPaused::SELECTOR),
        PerpError::OracleUnusable { status, updated_at } => {
            two(e::OracleUnusable::SELECTOR, status.into(), updated_at.into())
        }
        PerpError::CurveExhausted { asked, reserve } => two(e::CurveExhausted::SELECTOR, asked, reserve),
        PerpError::SlippageExceeded { got, limit } => two(e::SlippageExceeded::SELECTOR, got, limit),
        PerpError::FeeAboveLimit { fee, limit } => two(e::FeeAboveLimit::SELECTOR, fee, limit),
        PerpError::PriceImpactTooHigh { before, after } => {
            two(e::PriceImpactTooHigh::SELECTOR, before, after)
        }
        PerpError::MarkTooFarFromIndex { mark, index } => two(e::MarkTooFarFromIndex::SELECTOR, mark, index),
        PerpError::OpenInterestAboveCap { size, cap } => two(e::OpenInterestAboveCap::SELECTOR, size, cap),
        PerpError::PositionAboveCap { size, cap } => two(e::PositionAboveCap::SELECTOR, size, cap),
        PerpError::PositionTooSmall { notional, least } => {
            two(e::PositionTooSmall::SELECTOR, notional, least)
        }
        PerpError::BelowInitialMargin { equity, required } => {
            signed(e::BelowInitialMargin::SELECTOR, equity, required)
        }
        PerpError::InsufficientMargin { available, needed } => {
            two(e::InsufficientMargin::SELECTOR, available, needed)
        }
        PerpError::NoPosition => none(e::NoPosition::SELECTOR),
        PerpError::ExceedsPosition { asked, available } => {
            two(e::ExceedsPosition::SELECTOR, asked, available)
        }
        PerpError::NotLiquidatable { equity, required } => {
            signed(e::NotLiquidatable::SELECTOR, equity, required)
        }
        PerpError::ExceedsClaim { asked, available } => two(e::ExceedsClaim::SELECTOR, asked, available),
        PerpError::ClaimBacksPosition => none(e::ClaimBacksPosition::SELECTOR),
        PerpError::PayoutBelowLimit { payout, limit } => two(e::PayoutBelowLimit::SELECTOR, payout, limit),
        PerpError::NothingToRealize => none(e::NothingToRealize::SELECTOR),
        PerpError::MarketHalted => none(e::MarketHalted::SELECTOR),
        PerpError::MarketNotHalted => none(e::MarketNotHalted::SELECTOR),
        PerpError::OracleAlive { updated_at, dead_at } => {
            two(e::OracleAlive::SELECTOR, updated_at.into(), dead_at.into())
        }
        PerpError::WindowImpactTooHigh { moved, limit } => {
            two(e::WindowImpactTooHigh::SELECTOR, moved, limit)
        }
        PerpError::SkewAboveCap { skew, cap } => two(e::SkewAboveCap::SELECTOR, skew, cap),
        PerpError::InGrace { until, now } => two(e::InGrace::SELECTOR, until.into(), now.into()),
        PerpError::CurveTooThin { notional, least } => two(e::CurveTooThin::SELECTOR, notional, least),
        PerpError::SliceDoesNotHelp { before, after } => signed(e::SliceDoesNotHelp::SELECTOR, before, after),
        PerpError::NoTakeover { start, now } => two(e::NoTakeover::SELECTOR, start.into(), now.into()),
        PerpError::TakeoverRunning { until, now } => {
            two(e::TakeoverRunning::SELECTOR, until.into(), now.into())
        }
        PerpError::UnfitTaker => none(e::UnfitTaker::SELECTOR),
        PerpError::TooEarly { next, now } => two(e::TooEarly::SELECTOR, next.into(), now.into()),
        PerpError::NothingToChange => none(e::NothingToChange::SELECTOR),
        PerpError::OverBudget { cost, budget } => two(e::OverBudget::SELECTOR, cost, budget),
        PerpError::WithdrawalsGated => none(e::WithdrawalsGated::SELECTOR),
        PerpError::Unsettled { positions } => (e::Unsettled::SELECTOR, Some((U256::from(positions), None))),
        PerpError::ParameterOutOfBounds { index, value } => {
            two(e::ParameterOutOfBounds::SELECTOR, index.into(), value)
        }
    }
}

fn none(selector: [u8; 4]) -> Parts {
    (selector, None)
}

fn two(selector: [u8; 4], first: u128, second: u128) -> Parts {
    (selector, Some((U256::from(first), Some(U256::from(second)))))
}

fn signed(selector: [u8; 4], first: i128, second: u128) -> Parts {
    (selector, Some((word(first), Some(U256::from(second)))))
}

/// A signed value as a word.
pub fn word(value: i128) -> U256 {
    int(value).into_raw()
}

/// A signed value as Solidity's `int256`.
pub fn int(value: i128) -> I256 {
    let magnitude = U256::from(value.unsigned_abs());
    let raw = if value < 0 { magnitude.wrapping_neg() } else { magnitude };
    I256::from_raw(raw)
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
