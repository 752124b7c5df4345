//! How a refusal becomes a Solidity error.
//!
//! Every rule error has at most two words of values, so one small function encodes them all. What a collection or the
//! other contract refuses is passed on as they put it.

use alloc::boxed::Box;

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use everfloor_common::{record::TooWide, revert::encode};
use everfloor_index_rules::{IndexError, IndexError as I};
use everfloor_math::MathError;

use crate::abi::errors as e;

everfloor_common::revert_type!(
    e::BookUnreachable,
    e::CostAboveLimit,
    e::EntryPaused,
    e::Expired,
    e::GasTooLow,
    e::IndexNotFresh,
    e::NftNotHeld,
    e::ProceedsBelowLimit,
    e::ProofsMismatch,
    e::UnsupportedToken,
);

impl From<Box<IndexError>> for Revert {
    fn from(error: Box<IndexError>) -> Self {
        (*error).into()
    }
}

impl From<IndexError> for Revert {
    fn from(error: IndexError) -> Self {
        let (selector, count, first, second) = parts(error);
        let words = [first, second].map(U256::from);
        Self(encode(selector, words.get(..count).unwrap_or_default()))
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<IndexError>::from(error).into()
    }
}

impl From<TooWide> for Revert {
    /// Rules keep their numbers below what the layout has room for; what does not fit is as good as an overflow.
    fn from(_: TooWide) -> Self {
        IndexError::Overflow.into()
    }
}

/// Selector, number of words, and the words.
type Parts = ([u8; 4], usize, u128, u128);

fn parts(error: IndexError) -> Parts {
    match error {
        I::Overflow => (e::Overflow::SELECTOR, 0, 0, 0),
        I::ZeroAmount => (e::ZeroAmount::SELECTOR, 0, 0, 0),
        I::TooManyUnits { units } => (e::TooManyUnits::SELECTOR, 1, units.into(), 0),
        I::TickOutOfRange { tick } => (e::TickOutOfRange::SELECTOR, 1, tick.into(), 0),
        I::NoSuchOffer { id } => (e::NoSuchOffer::SELECTOR, 1, id.into(), 0),
        I::NotOwner { id } => (e::NotOwnerOfOffer::SELECTOR, 1, id.into(), 0),
        I::CancelRequested { id, at } => (e::CancelRequested::SELECTOR, 2, id.into(), at.into()),
        I::CancelNotRequested { id } => (e::CancelNotRequested::SELECTOR, 1, id.into(), 0),
        I::StillBinding { id, until } => (e::StillBinding::SELECTOR, 2, id.into(), until.into()),
        I::PriceBeyondLimit { price, limit } => (e::PriceBeyondLimit::SELECTOR, 2, price, limit),
        I::TooFewUnits { units, least } => (e::TooFewUnits::SELECTOR, 2, units.into(), least.into()),
        I::CountsPending => (e::CountsPending::SELECTOR, 0, 0, 0),
        I::TooFewSources { answered, needed } => {
            (e::TooFewSources::SELECTOR, 2, answered.into(), needed.into())
        }
        I::NoIndex => (e::NoIndex::SELECTOR, 0, 0, 0),
        I::NotStarted { start } => (e::NotStarted::SELECTOR, 1, start.into(), 0),
        I::EpochsPending { epoch } => (e::EpochsPending::SELECTOR, 1, epoch.into(), 0),
        I::EpochNotEnded { end } => (e::EpochNotEnded::SELECTOR, 1, end.into(), 0),
        I::EpochUnknown { first } => (e::EpochUnknown::SELECTOR, 1, first.into(), 0),
        I::OpenInterestCap { open, cap } => (e::OpenInterestCap::SELECTOR, 2, open, cap),
        I::WrongQuorum { reports, quorum } => (e::WrongQuorum::SELECTOR, 2, reports.into(), quorum.into()),
        I::WrongMarket { place } => (e::WrongMarket::SELECTOR, 1, place.into(), 0),
        I::MixedRounds { place } => (e::MixedRounds::SELECTOR, 1, place.into(), 0),
        I::UnsortedSigners { place } => (e::UnsortedSigners::SELECTOR, 1, place.into(), 0),
        I::BadSignature { place } => (e::BadSignature::SELECTOR, 1, place.into(), 0),
        I::NotASigner { place } => (e::NotASigner::SELECTOR, 1, place.into(), 0),
        I::BadPrice { place } => (e::BadPrice::SELECTOR, 1, place.into(), 0),
        I::FutureReport { time, now } => (e::FutureReport::SELECTOR, 2, time.into(), now.into()),
        I::StaleReport { age } => (e::StaleReport::SELECTOR, 1, age.into(), 0),
        I::RepeatedTime { time, last } => (e::RepeatedTime::SELECTOR, 2, time.into(), last.into()),
        I::RepeatedRound { round, last } => (e::RepeatedRound::SELECTOR, 2, round.into(), last.into()),
        I::SpreadTooWide { low, high } => (e::SpreadTooWide::SELECTOR, 2, low, high),
        I::NotInMarket => (e::NotInMarket::SELECTOR, 0, 0, 0),
        I::ProofTooLong { length } => (e::ProofTooLong::SELECTOR, 1, length.into(), 0),
        I::ParameterOutOfBounds { index, value } => {
            (e::ParameterOutOfBounds::SELECTOR, 2, index.into(), value)
        }
    }
}
