//! How a refusal becomes a Solidity error.
//!
//! Every rule error has at most two words of values, so one small function encodes them all.

use alloc::boxed::Box;

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{record::TooWide, revert::encode};
use everfloor_floor_rules::{FloorError, FloorError as F};
use everfloor_math::MathError;

use crate::abi::errors as e;

everfloor_common::revert_type!(
    e::EntryPaused,
    e::AlreadyNamed,
    e::BidsBelowPrice,
    e::CashAboveLimit,
    e::CashBelowLimit,
    e::MarketOpen,
    e::MarketShut,
    e::NotOperator,
    e::NotThisCollection,
    e::NotVenue,
    e::OwnAccount,
    e::PriceUnavailable,
    e::Refused,
    e::TooLittleGas,
    e::UnknownAccount,
    e::UnknownAuction,
    e::UnknownNft,
    e::UnsupportedToken,
);

impl From<Box<FloorError>> for Revert {
    fn from(error: Box<FloorError>) -> Self {
        (*error).into()
    }
}

impl From<FloorError> for Revert {
    fn from(error: FloorError) -> Self {
        let (selector, count, first, second) = parts(error);
        Self(encode(selector, [first, second].get(..count).unwrap_or_default()))
    }
}

impl From<TooWide> for Revert {
    /// Rules keep their numbers below what the layout has room for; what does not fit is as good as an overflow.
    fn from(_: TooWide) -> Self {
        FloorError::Overflow.into()
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<FloorError>::from(error).into()
    }
}

/// Selector, number of words, and the words.
pub type Parts = ([u8; 4], usize, U256, U256);

/// A rule's refusal as selector and words; a venue is told those of a taker.
pub fn parts(error: FloorError) -> Parts {
    let none = |selector| (selector, 0, U256::ZERO, U256::ZERO);
    let one = |selector, value: u128| (selector, 1, U256::from(value), U256::ZERO);
    let two = |selector, first: u128, second: u128| (selector, 2, U256::from(first), U256::from(second));
    match error {
        F::Overflow => none(e::Overflow::SELECTOR),
        F::ZeroAmount => none(e::ZeroAmount::SELECTOR),
        F::NothingToPay => none(e::NothingToPay::SELECTOR),
        F::FundingPending { epoch } => one(e::FundingPending::SELECTOR, epoch.into()),
        F::NobodyToPay { loss } => one(e::NobodyToPay::SELECTOR, loss),
        F::NftsNotSold { nfts } => one(e::NftsNotSold::SELECTOR, nfts.into()),
        F::NegativeCash { cash } => {
            let word = I256::try_from(cash).unwrap_or_default().into_raw();
            (e::NegativeCash::SELECTOR, 1, word, U256::ZERO)
        }
        F::Expired { deadline, now } => two(e::Expired::SELECTOR, deadline.into(), now.into()),
        F::TooEarly { from, now } => two(e::TooEarly::SELECTOR, from.into(), now.into()),
        F::PositionTooSmall { fp, least } => two(e::PositionTooSmall::SELECTOR, fp, least),
        F::InsufficientMargin { required, have } => two(e::InsufficientMargin::SELECTOR, required, have),
        F::InsufficientCollateral { required, have } => {
            two(e::InsufficientCollateral::SELECTOR, required, have)
        }
        F::OpenInterestCap { open, cap } => two(e::OpenInterestCap::SELECTOR, open, cap),
        F::PriceOutOfBand { price, mark } => two(e::PriceOutOfBand::SELECTOR, price, mark),
        F::PriceAboveLimit { price, limit } => two(e::PriceAboveLimit::SELECTOR, price, limit),
        F::NotEnoughNfts { asked, free } => two(e::NotEnoughNfts::SELECTOR, asked.into(), free.into()),
        F::NotEnoughFp { asked, have } => two(e::NotEnoughFp::SELECTOR, asked, have),
        F::NotLiquidatable { owed, have } => two(e::NotLiquidatable::SELECTOR, owed, have),
        F::NeedsReset { started, now } => two(e::NeedsReset::SELECTOR, started.into(), now.into()),
        F::StillRunning { started, now } => two(e::StillRunning::SELECTOR, started.into(), now.into()),
        F::ReserveTooLow { reserve, required } => two(e::ReserveTooLow::SELECTOR, reserve, required),
        F::DebtorsNotClosed { shorts, longs } => two(e::DebtorsNotClosed::SELECTOR, shorts, longs),
        F::ParameterOutOfBounds { index, value } => {
            two(e::ParameterOutOfBounds::SELECTOR, index.into(), value)
        }
    }
}
