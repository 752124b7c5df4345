//! The moving average of a bound.

use everfloor_index_rules::series::{Series, Span};
use proptest::prelude::*;

use crate::seeds::cases;

#[test]
fn without_a_past_the_average_is_the_price() {
    assert_eq!(Series::starting_at(7).average().unwrap(), 7);
    assert_eq!(Series::default().average().unwrap(), 0);
}

#[test]
fn a_price_weighs_nothing_until_it_has_held() {
    let mut series = Series::starting_at(100);
    series.advance(600, 1_800).unwrap();
    series.price = 1_000_000;
    assert_eq!(series.average().unwrap(), 100);
    series.advance(1, 1_800).unwrap();
    // 600 seconds of a hundred and one of a million.
    assert_eq!(series.average().unwrap(), (60_000 + 1_000_000) / 601);
}

#[test]
fn a_silence_longer_than_the_window_leaves_one_price() {
    let mut series = Series::starting_at(100);
    series.advance(900, 1_800).unwrap();
    series.price = 200;
    series.advance(1_800, 1_800).unwrap();
    assert_eq!(series.average().unwrap(), 200);
    assert_eq!(series.older, Span { seconds: 1_800, area: 360_000 });
}

#[test]
fn the_average_is_rounded_down() {
    let mut series = Series::starting_at(1);
    series.advance(2, 1_800).unwrap();
    series.price = 2;
    series.advance(1, 1_800).unwrap();
    assert_eq!(series.average().unwrap(), 1);
}

proptest! {
    #![proptest_config(cases(512))]

    /// It is the integral over the latest seconds, at least a window of them once there are, and less than two.
    #[test]
    fn the_average_is_that_of_the_latest_window_or_two(
        steps in proptest::collection::vec((0..1_500_u64, 0..1_000_u128), 1..40),
        window in 600..1_200_u64,
    ) {
        let mut series = Series::starting_at(500);
        let mut past: Vec<u128> = Vec::new(); // The price of each second.
        for (elapsed, price) in steps {
            series.advance(elapsed, window).unwrap();
            past.extend(std::iter::repeat_n(series.price, elapsed as usize));
            series.price = price;
            let (seconds, all) = (series.older.seconds, past.len() as u64);
            prop_assert!(seconds < 2 * window && seconds >= window.min(all) && seconds <= all);
            prop_assert_eq!(series.is_full(window), all >= window);
            let area: u128 = past[past.len() - seconds as usize..].iter().sum();
            prop_assert_eq!(series.older.area, area);
        }
    }

    /// Looking more often does not change what is averaged, beyond where the window begins.
    #[test]
    fn one_price_is_its_own_average_however_often_it_is_touched(
        waits in proptest::collection::vec(0..5_000_u64, 1..40),
    ) {
        let mut series = Series::starting_at(777);
        for wait in waits {
            series.advance(wait, 1_800).unwrap();
            prop_assert_eq!(series.average().unwrap(), 777);
        }
    }
}

/// The packing's widths: the longest window, the highest price.
#[test]
fn spans_fit_their_place() {
    let mut series = Series::starting_at((1 << 88) - 1);
    for _ in 0..5 {
        series.advance(86_399, 86_400).unwrap();
        assert!(series.older.seconds < 1 << 20 && series.older.area < 1 << 108);
    }
}
