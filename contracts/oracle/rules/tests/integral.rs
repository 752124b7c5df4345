//! The integral against a model that keeps the whole history.
#![allow(missing_docs)]

use alloy_primitives::U256;
use everfloor_oracle_rules::{Integral, PRICE_LIMIT, Sample};
use proptest::prelude::*;

const START: u64 = 1_700_000_000;

/// Every price there ever was, and since when.
struct History(Vec<Sample>);

impl History {
    /// The sum of price times seconds from the beginning to `now`, second by second of history.
    fn integral(&self, now: u64) -> U256 {
        let ends = self.0.iter().skip(1).map(|s| s.time).chain([u64::MAX]);
        let mut sum = U256::ZERO;
        for (sample, end) in self.0.iter().zip(ends) {
            let seconds = end.min(now).saturating_sub(sample.time);
            sum += U256::from(sample.price) * U256::from(seconds);
        }
        sum
    }
}

/// One thing that happens to the integral.
#[derive(Clone, Debug)]
enum Step {
    /// Time passes, and a price observed `age` seconds ago arrives.
    Observe { after: u64, age: u64, price: u128 },
    /// Time passes, and somebody commits it.
    Advance { after: u64 },
    /// Time passes.
    Wait { after: u64 },
}

fn steps(longest: u64) -> impl Strategy<Value = Vec<Step>> {
    let after = 0..=longest;
    let step = prop_oneof![
        (after.clone(), 0..=longest, 1..PRICE_LIMIT).prop_map(|(after, age, price)| Step::Observe {
            after,
            age,
            price
        }),
        after.clone().prop_map(|after| Step::Advance { after }),
        after.prop_map(|after| Step::Wait { after }),
    ];
    prop::collection::vec(step, 1..60)
}

/// Runs the steps on both; `visit` sees the integral, the history, the time and the longest time between commits.
fn run(steps: &[Step], window: u64, mut visit: impl FnMut(&Integral, &History, u64)) {
    let first = Sample { price: 7, time: START };
    let (mut integral, mut history, mut now) = (Integral::start(first), History(vec![first]), START);
    for step in steps {
        match *step {
            Step::Observe { after, age, price } => {
                now += after;
                let sample = Sample { price, time: now.saturating_sub(age) };
                // What is committed stays: an older sample counts from there.
                let time = sample.time.max(integral.time);
                integral.observe(sample, window);
                history.0.push(Sample { price, time });
            }
            Step::Advance { after } => {
                now += after;
                integral.advance(now, window);
            }
            Step::Wait { after } => now += after,
        }
        visit(&integral, &history, now);
    }
}

proptest! {
    #[test]
    fn the_integral_is_exact_at_every_moment(steps in steps(10_000), window in 1u64..20_000) {
        let mut failed = None;
        run(&steps, window, |integral, history, now| {
            for time in [now.max(integral.time), now + 1, now + 12_345] {
                if U256::from(integral.cumulative_at(time)) != history.integral(time) {
                    failed = Some(time);
                }
            }
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn the_average_is_that_of_the_history_over_the_seconds_it_names(steps in steps(10_000), window in 1u64..20_000) {
        let mut failed = None;
        run(&steps, window, |integral, history, now| {
            let now = now.max(integral.time);
            let average = integral.average(now, window);
            let expected = if average.seconds == 0 {
                U256::from(integral.price)
            } else {
                let from = history.integral(now - average.seconds);
                (history.integral(now) - from) / U256::from(average.seconds)
            };
            if U256::from(average.price) != expected {
                failed = Some((now, average));
            }
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn the_average_spans_between_one_and_two_windows(steps in steps(50), window in 1000u64..5000) {
        // Committed every step, a step being 50 seconds at most.
        let steps: Vec<Step> = steps.into_iter().cycle().take(600).flat_map(|s| [s, Step::Advance { after: 0 }]).collect();
        let mut failed = None;
        run(&steps, window, |integral, _, now| {
            let seconds = integral.average(now, window).seconds;
            let full = now - START >= window;
            if (full && seconds < window) || seconds >= 2 * (window + 50) {
                failed = Some((now - START, seconds));
            }
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn committing_twice_or_reading_does_not_change_what_comes(steps in steps(1000), window in 1u64..2000) {
        let mut failed = false;
        run(&steps, window, |integral, _, now| {
            let now = now.max(integral.time);
            let mut twice = *integral;
            twice.advance(now, window);
            let once = twice;
            twice.advance(now, window);
            failed |= once.cumulative_at(now + 77) != integral.cumulative_at(now + 77);
            failed |= twice.cumulative_at(now + 77) != once.cumulative_at(now + 77);
        });
        prop_assert!(!failed);
    }
}

#[test]
fn the_average_lies_between_the_prices_it_is_of() {
    let mut integral = Integral::start(Sample { price: 100, time: START });
    integral.observe(Sample { price: 200, time: START + 30 }, 60);
    let average = integral.average(START + 60, 60);
    assert_eq!((average.price, average.seconds), (150, 60));
    // The price holds after the last sample.
    assert_eq!(integral.average(START + 120, 60).price, 175);
}

#[test]
fn an_anchor_that_is_due_to_rotate_counts_as_rotated() {
    let mut integral = Integral::start(Sample { price: 100, time: START });
    integral.observe(Sample { price: 200, time: START + 60 }, 60);
    // The anchors are at the start and 60 seconds after; 90 seconds later nobody has committed anything.
    let average = integral.average(START + 150, 60);
    assert_eq!((average.price, average.seconds), (200, 90));
}

#[test]
fn with_no_time_to_average_the_price_itself_is_the_average() {
    let integral = Integral::start(Sample { price: 100, time: START });
    let average = integral.average(START, 60);
    assert_eq!((average.price, average.seconds), (100, 0));
    // A clock that goes back does no harm either.
    assert_eq!(integral.average(START - 50, 60).price, 100);
}

#[test]
fn the_highest_price_for_the_longest_time_does_not_overflow() {
    let century = u64::from(u32::MAX);
    let mut integral = Integral::start(Sample { price: PRICE_LIMIT - 1, time: START });
    integral.advance(START + century, 60);
    assert_eq!(integral.cumulative, (PRICE_LIMIT - 1) * u128::from(century));
    // Beyond that it stands still, and no average is off by more than that.
    integral.advance(u64::MAX, 60);
    assert_eq!(integral.cumulative, u128::MAX);
    assert!(integral.average(u64::MAX, 60).price < PRICE_LIMIT);
}
