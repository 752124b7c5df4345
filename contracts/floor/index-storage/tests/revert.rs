//! Refusals as Solidity errors: names and values.

use alloy_sol_types::SolError;
use everfloor_common::record::TooWide;
use everfloor_index_rules::IndexError as I;
use everfloor_index_storage::{abi::errors as e, revert::Revert};
use everfloor_math::{MathError, U256};

fn is<E: SolError>(refusal: I, error: E) {
    assert_eq!(Revert::from(refusal).0, error.abi_encode(), "{refusal:?}");
    assert_eq!(Revert::from(refusal.boxed()), Revert::from(refusal));
}

fn n(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn every_refusal_of_a_rule_is_an_error_with_its_values() {
    is(I::Overflow, e::Overflow {});
    is(I::ZeroAmount, e::ZeroAmount {});
    is(I::TooManyUnits { units: 1 }, e::TooManyUnits { units: n(1) });
    is(I::TickOutOfRange { tick: 1 }, e::TickOutOfRange { tick: n(1) });
    is(I::NoSuchOffer { id: 1 }, e::NoSuchOffer { id: n(1) });
    is(I::NotOwner { id: 1 }, e::NotOwnerOfOffer { id: n(1) });
    is(I::CancelRequested { id: 1, at: 2 }, e::CancelRequested { id: n(1), requestedAt: n(2) });
    is(I::CancelNotRequested { id: 1 }, e::CancelNotRequested { id: n(1) });
    is(I::StillBinding { id: 1, until: 2 }, e::StillBinding { id: n(1), bindingUntil: n(2) });
    is(I::PriceBeyondLimit { price: 1, limit: 2 }, e::PriceBeyondLimit { price: n(1), limit: n(2) });
    is(I::TooFewUnits { units: 1, least: 2 }, e::TooFewUnits { units: n(1), least: n(2) });
    is(I::CountsPending, e::CountsPending {});
    is(I::TooFewSources { answered: 1, needed: 2 }, e::TooFewSources { answered: n(1), needed: n(2) });
    is(I::NoIndex, e::NoIndex {});
    is(I::NotStarted { start: 1 }, e::NotStarted { start: n(1) });
    is(I::EpochsPending { epoch: 1 }, e::EpochsPending { epoch: n(1) });
    is(I::EpochNotEnded { end: 1 }, e::EpochNotEnded { end: n(1) });
    is(I::EpochUnknown { first: 1 }, e::EpochUnknown { first: n(1) });
    is(I::OpenInterestCap { open: 1, cap: 2 }, e::OpenInterestCap { open: n(1), cap: n(2) });
    is(I::WrongQuorum { reports: 1, quorum: 2 }, e::WrongQuorum { reports: n(1), quorum: n(2) });
    is(I::WrongMarket { place: 1 }, e::WrongMarket { place: n(1) });
    is(I::MixedRounds { place: 1 }, e::MixedRounds { place: n(1) });
    is(I::UnsortedSigners { place: 1 }, e::UnsortedSigners { place: n(1) });
    is(I::BadSignature { place: 1 }, e::BadSignature { place: n(1) });
    is(I::NotASigner { place: 1 }, e::NotASigner { place: n(1) });
    is(I::BadPrice { place: 1 }, e::BadPrice { place: n(1) });
    is(I::FutureReport { time: 1, now: 2 }, e::FutureReport { time: n(1), nowTime: n(2) });
    is(I::StaleReport { age: 1 }, e::StaleReport { age: n(1) });
    is(I::RepeatedTime { time: 1, last: 2 }, e::RepeatedTime { time: n(1), last: n(2) });
    is(I::RepeatedRound { round: 1, last: 2 }, e::RepeatedRound { round: n(1), last: n(2) });
    is(I::SpreadTooWide { low: 1, high: 2 }, e::SpreadTooWide { low: n(1), high: n(2) });
    is(I::NotInMarket, e::NotInMarket {});
    is(I::ProofTooLong { length: 1 }, e::ProofTooLong { length: n(1) });
    is(I::ParameterOutOfBounds { index: 1, value: 2 }, e::ParameterOutOfBounds { index: n(1), value: n(2) });
}

#[test]
fn what_does_not_fit_is_an_overflow() {
    let overflow = Revert(e::Overflow {}.abi_encode());
    assert_eq!(Revert::from(TooWide), overflow);
    assert_eq!(Revert::from(MathError::Overflow), overflow);
    assert_eq!(Revert::from(MathError::DivisionByZero), overflow);
}
