//! The estimate of volatility against floating point and its own bounds.
#![allow(missing_docs)]

use everfloor_oracle_rules::volatility::{
    MAX_SIGMA, MAX_VARIANCE, MIN_SIGMA, YEAR, ratio, realised_up, sigma_up, variance_up,
};
use proptest::prelude::*;

const WAD: u128 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;
const SMOOTHING: u64 = 30 * DAY;

fn wad(value: f64) -> i128 {
    (value * 1e18) as i128
}

fn float(value: u128) -> f64 {
    value as f64 / 1e18
}

proptest! {
    #[test]
    fn the_variance_is_the_weighted_mean_of_what_it_was_and_the_sample(
        before in 0u128..MAX_VARIANCE, change in -2.0f64..2.0, seconds in 900u64..30 * DAY, smoothing in DAY..365 * DAY,
    ) {
        let after = variance_up(before, wad(change), seconds, smoothing);
        let weight = seconds as f64 / (smoothing + seconds) as f64;
        let sample = change * change * YEAR as f64 / seconds as f64;
        let expected = (float(before) * (1.0 - weight) + sample * weight).min(100.0);
        prop_assert!((float(after) - expected).abs() <= 1e-9 * (1.0 + expected));
    }

    #[test]
    fn the_variance_grows_with_the_return_and_ignores_its_sign(
        before in 0u128..MAX_VARIANCE, change in 0i128..5 * WAD as i128, more in 0i128..WAD as i128, seconds in 1u64..DAY,
    ) {
        let after = |change| variance_up(before, change, seconds, SMOOTHING);
        prop_assert!(after(change + more) >= after(change));
        prop_assert_eq!(after(change), after(-change));
    }

    #[test]
    fn nothing_panics_and_nothing_is_above_the_most(
        before in any::<u128>(), change in any::<i128>(), seconds in any::<u64>(), smoothing in any::<u64>(),
        price in any::<u128>(), earlier in any::<u128>(),
    ) {
        let after = variance_up(before, change, seconds, smoothing);
        prop_assert!(after <= MAX_VARIANCE && realised_up(after) <= MAX_SIGMA);
        prop_assert!(realised_up(before) > 0 || before == 0);
        prop_assert!(ratio(price, earlier) > 0);
    }

    #[test]
    fn a_volatility_is_the_root_of_its_variance_rounded_up(variance in 0..=MAX_VARIANCE) {
        let sigma = realised_up(variance);
        prop_assert!(sigma * sigma >= variance * WAD);
        prop_assert!(sigma == 0 || (sigma - 1) * (sigma - 1) < variance * WAD);
    }

    #[test]
    fn the_sigma_is_within_its_bounds_and_at_least_both_parts_where_they_allow(
        posted in 0..=MAX_SIGMA, realised in 0..=MAX_SIGMA, lowest in MIN_SIGMA..=MAX_SIGMA, width in 0..=MAX_SIGMA,
    ) {
        let highest = MAX_SIGMA.min(lowest + width);
        let sigma = sigma_up(posted, realised, lowest, highest);
        prop_assert!((lowest..=highest).contains(&sigma));
        prop_assert!(sigma == highest || (sigma >= posted && 4 * sigma >= 5 * realised));
        prop_assert!(sigma == lowest || sigma <= posted.max((5 * realised).div_ceil(4)));
    }
}

#[test]
fn days_of_the_same_size_lead_to_their_volatility() {
    // 3 % a day is 57.3 % a year.
    let mut variance = 0;
    for day in 0..1000 {
        variance = variance_up(variance, wad(if day % 2 == 0 { 0.03 } else { -0.03 }), DAY, SMOOTHING);
    }
    assert!((float(realised_up(variance)) - 0.03 * 365f64.sqrt()).abs() < 1e-9);
}

#[test]
fn one_return_over_long_counts_like_many_that_make_it_up_to_its_weight() {
    // Ten quiet days at once or one by one: what is forgotten differs by less than a sixth of itself.
    let at_once = variance_up(WAD, 0, 10 * DAY, SMOOTHING);
    let one_by_one = (0..10).fold(WAD, |variance, _| variance_up(variance, 0, DAY, SMOOTHING));
    let (forgotten, expected) = (WAD - at_once, WAD - one_by_one);
    assert!(forgotten < expected && forgotten > expected - expected / 6, "{forgotten} {expected}");
}

#[test]
fn a_ratio_is_a_wad_and_never_nothing() {
    assert_eq!(ratio(150, 100), WAD * 3 / 2);
    assert_eq!(ratio(1, u128::MAX), 1);
    assert_eq!(ratio(0, 5), 1);
    assert_eq!([ratio(u128::MAX, 1), ratio(1, 0)], [u128::MAX; 2]);
}

#[test]
fn the_higher_of_posted_and_realised_counts() {
    let sigma = |posted, realised| sigma_up(posted, realised, WAD / 2, 2 * WAD);
    assert_eq!(sigma(WAD, WAD * 4 / 5), WAD);
    assert_eq!(sigma(WAD, WAD), WAD * 5 / 4);
    assert_eq!(sigma(WAD, WAD + 1), WAD * 5 / 4 + 2);
    assert_eq!((sigma(0, 0), sigma(3 * WAD, 0), sigma(0, 3 * WAD)), (WAD / 2, 2 * WAD, 2 * WAD));
}
