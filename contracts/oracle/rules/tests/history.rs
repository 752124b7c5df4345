//! Averages from kept observations against a model that knows every second.
#![allow(missing_docs)]

use std::{cell::Cell, collections::BTreeMap};

use everfloor_oracle_rules::{
    Anchor, PRICE_LIMIT,
    history::{
        BUCKET_SECONDS, Bucket, HistoryStatus, LOOKBACK_BUCKETS, Mark, Observations, average_down,
        average_until, bucket_of, integral_at, newest_until,
    },
};
use proptest::prelude::*;

/// A multiple of the bucket.
const START: u64 = 1_700_000_100;
const GAP: u64 = 3600;

/// Observations as a program would keep them, and how often it was asked.
#[derive(Default)]
struct Kept {
    buckets: BTreeMap<u64, Bucket>,
    reads: Cell<u64>,
}

impl Kept {
    fn observe(&mut self, seen: Anchor) {
        let number = bucket_of(seen.time);
        let bucket = Bucket::observe(self.buckets.get(&number).copied(), seen);
        self.buckets.insert(number, bucket);
    }

    fn of(seen: impl IntoIterator<Item = Anchor>) -> Self {
        let mut kept = Self::default();
        seen.into_iter().for_each(|seen| kept.observe(seen));
        kept
    }
}

impl Observations for Kept {
    fn bucket(&self, number: u64) -> Option<Bucket> {
        self.reads.set(self.reads.get() + 1);
        self.buckets.get(&number).copied()
    }
}

/// Prices, each from its time on; the first from [`START`].
#[derive(Clone, Debug)]
struct Prices(Vec<(u64, u128)>);

impl Prices {
    fn integral(&self, time: u64) -> u128 {
        let ends = self.0.iter().skip(1).map(|(since, _)| *since).chain([u64::MAX]);
        self.0
            .iter()
            .zip(ends)
            .map(|((since, price), end)| price * u128::from(time.min(end).saturating_sub(*since)))
            .sum()
    }

    fn seen(&self, time: u64) -> Anchor {
        Anchor { time, cumulative: self.integral(time) }
    }

    /// The difference between the highest and the lowest price there is.
    fn range(&self) -> u128 {
        let prices = self.0.iter().map(|(_, price)| *price);
        prices.clone().max().unwrap_or_default() - prices.min().unwrap_or_default()
    }
}

fn later(longest: u64) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1..longest, 1..80).prop_map(|steps| {
        steps
            .into_iter()
            .scan(START, |time, step| {
                *time += step;
                Some(*time)
            })
            .collect()
    })
}

fn prices() -> impl Strategy<Value = Prices> {
    (later(3000), prop::collection::vec(1..PRICE_LIMIT, 80))
        .prop_map(|(times, prices)| Prices([START].into_iter().chain(times).zip(prices).collect()))
}

/// Prices, the times of recordings, and the present, after all of them.
fn worlds() -> impl Strategy<Value = (Prices, Vec<u64>, u64)> {
    (prices(), later(2500)).prop_map(|(prices, times)| {
        let now = times.last().unwrap() + 5000;
        (prices, times, now)
    })
}

/// The line between the recordings nearest to `time` on both sides, whichever were kept.
fn line(prices: &Prices, times: &[u64], time: u64) -> Option<u128> {
    let before = times.iter().copied().filter(|at| *at <= time && time - at <= GAP).max()?;
    let after = times.iter().copied().filter(|at| *at >= time && at - time <= GAP).min()?;
    let (low, high) = (prices.integral(before), prices.integral(after));
    let (part, whole) = (u128::from(time - before), u128::from((after - before).max(1)));
    let area = high - low;
    Some(low + area / whole * part + area % whole * part / whole)
}

proptest! {
    #[test]
    fn a_window_recorded_at_its_ends_is_exact_whatever_else_is_recorded(
        (prices, times, now) in worlds(), from in 0u64..40, length in 1u64..40,
    ) {
        let from = START + from * BUCKET_SECONDS;
        let to = from + length * BUCKET_SECONDS;
        let mut times = times;
        times.extend([from, to]);
        times.sort_unstable();
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        let expected = (prices.integral(to) - prices.integral(from)) / u128::from(to - from);
        prop_assert_eq!(average_down(&kept, from..to, GAP, now.max(to)), Ok(expected));
    }

    #[test]
    fn at_a_buckets_beginning_the_nearest_of_all_recordings_count(
        (prices, times, now) in worlds(), number in 0u64..60,
    ) {
        let time = START + number * BUCKET_SECONDS;
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        prop_assert_eq!(integral_at(&kept, time, GAP, now), line(&prices, &times, time));
    }

    #[test]
    fn what_is_known_of_a_buckets_beginning_stays(
        (prices, times, _) in worlds(), number in 0u64..60,
    ) {
        let time = START + number * BUCKET_SECONDS;
        let (mut kept, mut known) = (Kept::default(), None);
        for now in times {
            kept.observe(prices.seen(now));
            let integral = if now >= time { integral_at(&kept, time, GAP, now) } else { None };
            prop_assert!(known.is_none() || integral == known);
            known = integral;
        }
    }

    #[test]
    fn anywhere_else_the_error_is_a_quarter_of_the_distance_times_the_range(
        (prices, times, now) in worlds(), after in 0u64..60_000,
    ) {
        let time = START + after;
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        if let Some(integral) = integral_at(&kept, time, GAP, now) {
            let error = integral.abs_diff(prices.integral(time));
            prop_assert!(error <= prices.range() * u128::from(2 * GAP) / 4 + 1);
        }
    }

    #[test]
    fn the_integral_never_falls((prices, times, now) in worlds(), mut moments in prop::collection::vec(0u64..60_000, 40)) {
        moments.sort_unstable();
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        let known: Vec<u128> =
            moments.iter().filter_map(|after| integral_at(&kept, START + after, GAP, now)).collect();
        prop_assert!(known.is_sorted());
    }

    #[test]
    fn an_average_is_a_price_there_was(
        (prices, times, now) in worlds(), from in 0u64..50_000, length in 1u64..20_000,
    ) {
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        let window = START + from..START + from + length;
        if let Ok(average) = average_down(&kept, window, GAP, now) {
            let all = prices.0.iter().map(|(_, price)| *price);
            // Interpolated integrals are rounded down, which may be a unit a window.
            prop_assert!(average <= all.clone().max().unwrap() && average + 1 >= all.min().unwrap());
        }
    }

    #[test]
    fn the_last_average_is_exact_between_two_recordings(
        (prices, times, now) in worlds(), window in 1u64..20_000, before in 0u64..60_000,
    ) {
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        let Some(end) = newest_until(&kept, now.min(START + before), LOOKBACK_BUCKETS) else { return Ok(()) };
        if let Ok(average) = average_until(&kept, end, window) {
            let starts = times.iter().filter(|time| *time + window <= end.time);
            let exact = starts.map(|start| (prices.integral(end.time) - prices.integral(*start)) / u128::from(end.time - start));
            prop_assert!(exact.into_iter().any(|exact| exact == average));
        }
    }

    #[test]
    fn few_buckets_are_looked_at((prices, times, now) in worlds(), after in 0u64..60_000) {
        let kept = Kept::of(times.iter().map(|time| prices.seen(*time)));
        let _ = integral_at(&kept, START + after, GAP, now);
        prop_assert!(kept.reads.get() <= 2 * (GAP / BUCKET_SECONDS + 1) + 1);
    }
}

fn steady(price: u128) -> Prices {
    Prices(vec![(START, price)])
}

#[test]
fn observations_may_be_as_far_as_the_longest_gap_and_no_further() {
    let prices = steady(200);
    let (time, now) = (START + 10 * BUCKET_SECONDS, START + 100 * BUCKET_SECONDS);
    let integral = |before: u64, after: u64| {
        let kept = Kept::of([prices.seen(time - before), prices.seen(time + after)]);
        integral_at(&kept, time, GAP, now)
    };
    let exact = Some(prices.integral(time));
    assert_eq!([integral(GAP, GAP), integral(1, GAP), integral(GAP, 1), integral(0, 1)], [exact; 4]);
    assert_eq!([integral(GAP + 1, 1), integral(1, GAP + 1), integral(GAP + 899, GAP + 899)], [None; 3]);
    // One at the very moment needs no other.
    assert_eq!(integral_at(&Kept::of([prices.seen(time)]), time, GAP, time), exact);
}

#[test]
fn a_window_without_its_observations_says_which_end_lacks_them() {
    let prices = steady(200);
    let (from, to) = (START + 7200, START + 14_400);
    let average = |times: &[u64], now| {
        average_down(&Kept::of(times.iter().map(|time| prices.seen(*time))), from..to, GAP, now)
    };
    assert_eq!(average(&[from, to], to), Ok(200));
    assert_eq!(average(&[to], to), Err(HistoryStatus::StartMissing));
    assert_eq!(average(&[from], to), Err(HistoryStatus::EndMissing));
    assert_eq!(average(&[from, to], to - 1), Err(HistoryStatus::Future));
    assert_eq!(average(&[from, to - 5], to), Err(HistoryStatus::EndMissing));
    assert_eq!(average(&[from, to - 5, to + 5], to + 5), Ok(200));
}

#[test]
fn a_window_without_length_or_with_a_past_that_was_rewritten_is_bad_data() {
    let at = |time, cumulative| Anchor { time, cumulative };
    let (from, to) = (START, START + 1800);
    let average = |seen: [Anchor; 2], window| average_down(&Kept::of(seen), window, GAP, to);
    let grown = [at(from, 50_000), at(to, 90_000)];
    let bad = Err(HistoryStatus::BadData);
    assert_eq!(average(grown, from..to), Ok(22));
    assert_eq!(average(grown, from..from), bad);
    assert_eq!(average(grown, to..from), bad);
    assert_eq!(average([at(from, 50_000), at(to, 50_000)], from..to), bad);
    assert_eq!(average([at(from, 50_000), at(to, 49_999)], from..to), bad);
    // Less than a unit of price a second is no price either.
    assert_eq!(average([at(from, 0), at(to, 1799)], from..to), bad);
}

#[test]
fn a_bucket_keeps_its_first_and_its_last_and_nothing_that_contradicts_them() {
    let at = |time, cumulative| Anchor { time: START + time, cumulative };
    let first = at(10, 1000);
    let bucket = Bucket::observe(None, first);
    assert_eq!(bucket, Bucket { first, last: first });
    let second = Bucket::observe(Some(bucket), at(20, 1500));
    assert_eq!(second, Bucket { first, last: at(20, 1500) });
    assert_eq!(Bucket::observe(Some(second), at(30, 1500)).last, at(30, 1500));
    let contradictions = [
        at(20, 1600),
        at(15, 1600),
        at(5, 1600),
        at(30, 1499),
        at(30, 1000 + 20 * PRICE_LIMIT),
        at(30, u128::MAX),
    ];
    for seen in contradictions {
        assert_eq!(Bucket::observe(Some(second), seen), second);
    }
}

#[test]
fn the_lookback_ends_after_two_days() {
    let prices = steady(200);
    let kept = Kept::of([prices.seen(START)]);
    let at = |buckets: u64| newest_until(&kept, START + buckets * BUCKET_SECONDS, LOOKBACK_BUCKETS);
    assert_eq!((at(192), at(193)), (Some(prices.seen(START)), None));
    let end = prices.seen(START + 200 * BUCKET_SECONDS);
    assert_eq!(average_until(&kept, end, 8 * BUCKET_SECONDS), Ok(200));
    assert_eq!(average_until(&kept, end, 7 * BUCKET_SECONDS), Err(HistoryStatus::StartMissing));
}

#[test]
fn a_mark_is_the_lower_of_two_sources_that_agree() {
    let five_percent = 50_000_000;
    let mark = |twap, second| {
        let mark = Mark::lower(twap, second, five_percent);
        (mark.price, mark.status)
    };
    assert_eq!(mark(Ok(1000), Some(1050)), (1000, HistoryStatus::Ok));
    assert_eq!(mark(Ok(1000), Some(950)), (950, HistoryStatus::Ok));
    assert_eq!(mark(Ok(1000), Some(1051)), (0, HistoryStatus::Deviating));
    assert_eq!(mark(Ok(1000), Some(949)), (0, HistoryStatus::Deviating));
    assert_eq!(mark(Ok(1000), None), (0, HistoryStatus::SecondNotGood));
    for status in [HistoryStatus::StartMissing, HistoryStatus::EndMissing, HistoryStatus::PrimaryNotGood] {
        assert_eq!(mark(Err(status), Some(1000)), (0, status));
        assert_eq!(mark(Err(status), None), (0, status));
    }
}

#[test]
fn the_ends_of_time_do_no_harm() {
    let kept = Kept::of([steady(1).seen(START)]);
    assert_eq!(integral_at(&kept, u64::MAX, u64::MAX, 0), None);
    assert_eq!(newest_until(&kept, 0, LOOKBACK_BUCKETS), None);
    assert_eq!(
        average_until(&kept, Anchor { time: 5, cumulative: 0 }, u64::MAX),
        Err(HistoryStatus::StartMissing)
    );
}
