//! Every refusal reaches the caller as the Solidity error that is declared for it.

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolError;
use everfloor_perp_rules::PerpError;
use everfloor_perp_storage::{abi::errors as e, revert::Revert, revert::int};

fn assert_encodes<E: SolError>(refusal: PerpError, declared: E) {
    assert_eq!(Revert::from(refusal).0, declared.abi_encode(), "{refusal:?}");
}

fn u(value: u128) -> U256 {
    U256::from(value)
}

#[test]
fn refusals_are_encoded_as_declared() {
    assert_encodes(PerpError::Overflow, e::Overflow {});
    assert_encodes(PerpError::ZeroAmount, e::ZeroAmount {});
    assert_encodes(PerpError::Expired { deadline: 7, now: 9 }, e::Expired { deadline: u(7), nowTime: u(9) });
    assert_encodes(PerpError::OpeningPaused, e::OpeningPaused {});
    assert_encodes(
        PerpError::OracleUnusable { status: 2, updated_at: 11 },
        e::OracleUnusable { status: 2, updatedAt: u(11) },
    );
    assert_encodes(
        PerpError::CurveExhausted { asked: 3, reserve: u128::MAX },
        e::CurveExhausted { asked: u(3), reserve: u(u128::MAX) },
    );
    assert_encodes(
        PerpError::SlippageExceeded { got: 1, limit: 2 },
        e::SlippageExceeded { got: u(1), limit: u(2) },
    );
    assert_encodes(
        PerpError::FeeAboveLimit { fee: 5, limit: 4 },
        e::FeeAboveLimit { fee: u(5), limit: u(4) },
    );
    assert_encodes(
        PerpError::PriceImpactTooHigh { before: 1, after: 2 },
        e::PriceImpactTooHigh { beforePrice: u(1), afterPrice: u(2) },
    );
    assert_encodes(
        PerpError::MarkTooFarFromIndex { mark: 1, index: 2 },
        e::MarkTooFarFromIndex { mark: u(1), index: u(2) },
    );
    assert_encodes(
        PerpError::OpenInterestAboveCap { size: 1, cap: 2 },
        e::OpenInterestAboveCap { size: u(1), cap: u(2) },
    );
    assert_encodes(
        PerpError::PositionAboveCap { size: 1, cap: 2 },
        e::PositionAboveCap { size: u(1), cap: u(2) },
    );
    assert_encodes(
        PerpError::PositionTooSmall { notional: 1, least: 2 },
        e::PositionTooSmall { notional: u(1), least: u(2) },
    );
    assert_encodes(
        PerpError::BelowInitialMargin { equity: -8, required: 2 },
        e::BelowInitialMargin { equity: int(-8), required: u(2) },
    );
    assert_encodes(
        PerpError::InsufficientMargin { available: 1, needed: 2 },
        e::InsufficientMargin { available: u(1), needed: u(2) },
    );
    assert_encodes(PerpError::NoPosition, e::NoPosition {});
    assert_encodes(
        PerpError::ExceedsPosition { asked: 1, available: 2 },
        e::ExceedsPosition { asked: u(1), available: u(2) },
    );
    assert_encodes(
        PerpError::NotLiquidatable { equity: i128::MIN, required: 2 },
        e::NotLiquidatable { equity: int(i128::MIN), required: u(2) },
    );
    assert_encodes(
        PerpError::ExceedsClaim { asked: 1, available: 2 },
        e::ExceedsClaim { asked: u(1), available: u(2) },
    );
    assert_encodes(PerpError::ClaimBacksPosition, e::ClaimBacksPosition {});
    assert_encodes(
        PerpError::PayoutBelowLimit { payout: 1, limit: 2 },
        e::PayoutBelowLimit { payout: u(1), limit: u(2) },
    );
    assert_encodes(PerpError::NothingToRealize, e::NothingToRealize {});
    assert_encodes(
        PerpError::ParameterOutOfBounds { index: 3, value: 2 },
        e::ParameterOutOfBounds { index: u(3), value: u(2) },
    );
}

#[test]
fn signed_values_keep_their_sign() {
    for value in [0, 1, -1, i128::MAX, i128::MIN] {
        assert_eq!(int(value), I256::try_from(value).expect("fits"));
    }
}
