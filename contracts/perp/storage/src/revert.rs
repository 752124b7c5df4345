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
use everfloor_perp_rules::{PerpError, PerpError as P};

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
        let (selector, shape, first, second) = parts(error);
        let first = if shape == SIGNED { word(first.cast_signed()) } else { U256::from(first) };
        let words = [first, U256::from(second)];
        encode(selector, words.get(..shape.min(2)).unwrap_or_default())
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<PerpError>::from(error).into()
    }
}

/// Selector, number of words or [`SIGNED`], and the words.
type Parts = ([u8; 4], usize, u128, u128);

/// Two words, the first of them signed.
const SIGNED: usize = 3;

fn parts(error: PerpError) -> Parts {
    match error {
        P::Overflow => (e::Overflow::SELECTOR, 0, 0, 0),
        P::ZeroAmount => (e::ZeroAmount::SELECTOR, 0, 0, 0),
        P::Expired { deadline, now } => (e::Expired::SELECTOR, 2, deadline.into(), now.into()),
        P::OpeningPaused => (e::OpeningPaused::SELECTOR, 0, 0, 0),
        P::OracleUnusable { status, updated_at } => {
            (e::OracleUnusable::SELECTOR, 2, status.into(), updated_at.into())
        }
        P::CurveExhausted { asked, reserve } => (e::CurveExhausted::SELECTOR, 2, asked, reserve),
        P::SlippageExceeded { got, limit } => (e::SlippageExceeded::SELECTOR, 2, got, limit),
        P::FeeAboveLimit { fee, limit } => (e::FeeAboveLimit::SELECTOR, 2, fee, limit),
        P::PriceImpactTooHigh { before, after } => (e::PriceImpactTooHigh::SELECTOR, 2, before, after),
        P::MarkTooFarFromIndex { mark, index } => (e::MarkTooFarFromIndex::SELECTOR, 2, mark, index),
        P::OpenInterestAboveCap { size, cap } => (e::OpenInterestAboveCap::SELECTOR, 2, size, cap),
        P::PositionAboveCap { size, cap } => (e::PositionAboveCap::SELECTOR, 2, size, cap),
        P::PositionTooSmall { notional, least } => (e::PositionTooSmall::SELECTOR, 2, notional, least),
        P::BelowInitialMargin { equity, required } => {
            (e::BelowInitialMargin::SELECTOR, SIGNED, equity.cast_unsigned(), required)
        }
        P::InsufficientMargin { available, needed } => {
            (e::InsufficientMargin::SELECTOR, 2, available, needed)
        }
        P::NoPosition => (e::NoPosition::SELECTOR, 0, 0, 0),
        P::ExceedsPosition { asked, available } => (e::ExceedsPosition::SELECTOR, 2, asked, available),
        P::NotLiquidatable { equity, required } => {
            (e::NotLiquidatable::SELECTOR, SIGNED, equity.cast_unsigned(), required)
        }
        P::ExceedsClaim { asked, available } => (e::ExceedsClaim::SELECTOR, 2, asked, available),
        P::ClaimBacksPosition => (e::ClaimBacksPosition::SELECTOR, 0, 0, 0),
        P::PayoutBelowLimit { payout, limit } => (e::PayoutBelowLimit::SELECTOR, 2, payout, limit),
        P::NothingToRealize => (e::NothingToRealize::SELECTOR, 0, 0, 0),
        P::MarketHalted => (e::MarketHalted::SELECTOR, 0, 0, 0),
        P::MarketNotHalted => (e::MarketNotHalted::SELECTOR, 0, 0, 0),
        P::OracleAlive { updated_at, dead_at } => {
            (e::OracleAlive::SELECTOR, 2, updated_at.into(), dead_at.into())
        }
        P::WindowImpactTooHigh { moved, limit } => (e::WindowImpactTooHigh::SELECTOR, 2, moved, limit),
        P::SkewAboveCap { skew, cap } => (e::SkewAboveCap::SELECTOR, 2, skew, cap),
        P::InGrace { until, now } => (e::InGrace::SELECTOR, 2, until.into(), now.into()),
        P::CurveTooThin { notional, least } => (e::CurveTooThin::SELECTOR, 2, notional, least),
        P::NoTakeover { start, now } => (e::NoTakeover::SELECTOR, 2, start.into(), now.into()),
        P::TakeoverRunning { until, now } => (e::TakeoverRunning::SELECTOR, 2, until.into(), now.into()),
        P::UnfitTaker => (e::UnfitTaker::SELECTOR, 0, 0, 0),
        P::TooEarly { next, now } => (e::TooEarly::SELECTOR, 2, next.into(), now.into()),
        P::NothingToChange => (e::NothingToChange::SELECTOR, 0, 0, 0),
        P::OverBudget { cost, budget } => (e::OverBudget::SELECTOR, 2, cost, budget),
        P::WithdrawalsGated => (e::WithdrawalsGated::SELECTOR, 0, 0, 0),
        P::Unsettled { positions } => (e::Unsettled::SELECTOR, 1, positions.into(), 0),
        P::ParameterOutOfBounds { index, value } => {
            (e::ParameterOutOfBounds::SELECTOR, 2, index.into(), value)
        }
    }
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
