//! Which rounds are believed.
#![allow(missing_docs)]
#![allow(clippy::inconsistent_digit_grouping, reason = "amounts in cents")]

use alloy_primitives::{I256, U256};
use everfloor_oracle_rules::{
    Bounds, MAX_DECIMALS, PRICE_LIMIT, RoundCheck, Sample, Status, deviates, sequencer_is_up, to_wad,
};
use proptest::prelude::*;

const WAD: u128 = 1_000_000_000_000_000_000;
const NOW: u64 = 1_700_000_000;

/// An 8-decimal source.
fn check() -> RoundCheck {
    RoundCheck { decimals: 8, not_before: NOW - 100, heartbeat: 3600 }
}

/// 100 to 10,000 dollars.
const BOUNDS: Bounds = Bounds { min: 100 * WAD, max: 10_000 * WAD };

fn dollars(cents: i64) -> I256 {
    I256::try_from(cents * 1_000_000).unwrap()
}

fn at(time: u64) -> U256 {
    U256::from(time)
}

#[test]
fn a_good_round_is_scaled_to_a_wad() {
    let sample = check().sample(dollars(1_234_56), at(NOW - 1), NOW);
    assert_eq!(sample, Ok(Sample { price: 1_234_560_000_000_000_000_000, time: NOW - 1 }));
}

#[test]
fn prices_that_are_not_positive_or_out_of_bounds_are_invalid() {
    for answer in [I256::ZERO, I256::MINUS_ONE, I256::MIN, I256::MAX] {
        assert_eq!(check().sample(answer, at(NOW), NOW), Err(Status::Invalid), "{answer}");
    }
    for (answer, believed) in [
        (dollars(99_99), false),
        (dollars(100_00), true),
        (dollars(10_000_00), true),
        (dollars(10_000_01), false),
    ] {
        let sample = check().sample(answer, at(NOW), NOW).unwrap();
        let expected = if believed { Ok(sample) } else { Err(Status::Invalid) };
        assert_eq!(BOUNDS.believe(sample), expected, "{answer}");
    }
    let limit = I256::try_from(PRICE_LIMIT).unwrap();
    let wads = RoundCheck { decimals: 18, ..check() };
    assert_eq!(wads.sample(limit, at(NOW), NOW), Err(Status::Invalid));
    assert!(wads.sample(limit - I256::ONE, at(NOW), NOW).is_ok());
}

#[test]
fn rounds_without_time_from_the_future_or_going_back_are_invalid() {
    for time in [U256::ZERO, at(NOW + 1), U256::MAX, at(NOW - 101)] {
        assert_eq!(check().sample(dollars(500_00), time, NOW), Err(Status::Invalid), "{time}");
    }
    for time in [at(NOW), at(NOW - 100)] {
        assert!(check().sample(dollars(500_00), time, NOW).is_ok(), "{time}");
    }
}

#[test]
fn a_round_is_stale_after_the_heartbeat_and_not_at_it() {
    assert!(!check().is_stale(NOW - 3600, NOW));
    assert!(check().is_stale(NOW - 3601, NOW));
    assert!(!check().is_stale(NOW + 1, NOW));
}

#[test]
fn the_sequencer_counts_as_up_only_after_the_grace_period() {
    let (up, down) = (I256::ZERO, I256::ONE);
    assert!(sequencer_is_up(up, at(NOW - 61), NOW, 60));
    assert!(!sequencer_is_up(up, at(NOW - 60), NOW, 60));
    assert!(!sequencer_is_up(down, at(NOW - 1000), NOW, 60));
    assert!(!sequencer_is_up(I256::MINUS_ONE, at(NOW - 1000), NOW, 60));
    for since in [U256::ZERO, at(NOW + 1), U256::MAX] {
        assert!(!sequencer_is_up(up, since, NOW, 0), "{since}");
    }
}

#[test]
fn deviation_is_measured_against_the_average() {
    let ten_percent = 100_000_000;
    assert!(!deviates(110 * WAD, 100 * WAD, ten_percent));
    assert!(!deviates(90 * WAD, 100 * WAD, ten_percent));
    assert!(deviates(110 * WAD + 1, 100 * WAD, ten_percent));
    assert!(deviates(90 * WAD - 1, 100 * WAD, ten_percent));
    assert!(!deviates(PRICE_LIMIT - 1, PRICE_LIMIT - 1, 0));
    assert!(deviates(1, PRICE_LIMIT - 1, ten_percent));
}

#[test]
fn the_status_numbers_are_those_of_the_abi() {
    use Status::*;
    let all = [Ok, Deviating, Stale, Invalid, SequencerDown, Unreachable];
    assert_eq!(all.map(|s| s as u8), [0, 1, 2, 3, 4, 5]);
    assert_eq!(all.map(Status::is_ok), [true, false, false, false, false, false]);
}

proptest! {
    #[test]
    fn scaling_keeps_the_value_and_loses_less_than_a_unit(answer in any::<u64>(), decimals in 0..=MAX_DECIMALS) {
        let wad = to_wad(U256::from(answer), decimals).unwrap();
        // answer / 10^decimals == wad / 10^18, multiplied out.
        let (left, right) = (pow10(18) * U256::from(answer), pow10(decimals) * U256::from(wad));
        prop_assert!(right <= left && left - right < pow10(decimals));
    }

    #[test]
    fn scaling_never_panics(answer in any::<[u8; 32]>(), decimals in any::<u8>()) {
        let wad = to_wad(U256::from_be_bytes(answer), decimals);
        prop_assert!(decimals <= MAX_DECIMALS || wad.is_none());
    }

    #[test]
    fn a_sample_is_always_within_its_bounds(
        answer in any::<[u8; 32]>(), time in any::<u64>(), now in any::<u64>(), decimals in any::<u8>(),
        min in any::<u128>(), max in any::<u128>(), not_before in any::<u64>(),
    ) {
        let check = RoundCheck { decimals, not_before, heartbeat: 0 };
        if let Ok(sample) = check.sample(I256::from_be_bytes(answer), U256::from(time), now) {
            let believed = Bounds { min, max }.believe(sample).is_ok();
            prop_assert_eq!(believed, sample.price >= min && sample.price <= max);
            prop_assert!(sample.price > 0);
            prop_assert!(sample.price < PRICE_LIMIT && sample.time >= not_before && sample.time <= now);
        }
    }
}

fn pow10(exponent: u8) -> U256 {
    U256::from(10).pow(U256::from(exponent))
}
