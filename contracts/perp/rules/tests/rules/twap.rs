//! The average is the exact average of the prices that were.

use everfloor_perp_rules::{Position, Side, twap::Twap};

use crate::support::{ANY, DOLLAR, Rig, random::Random, wad};

/// Every price with the time from which it held.
struct History(Vec<(u64, u128)>);

impl History {
    fn integral(&self, from: u64, to: u64) -> u128 {
        let ends = self.0.iter().skip(1).map(|step| step.0).chain([to]);
        let area = |((start, price), end): (&(u64, u128), u64)| {
            price * u128::from(end.min(to).saturating_sub((*start).max(from)))
        };
        self.0.iter().zip(ends).map(area).sum()
    }
}

#[test]
fn the_average_is_exact_over_one_to_two_windows() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..200 {
        let window = random.pick(&[1, 7, 60, 900]);
        let (mut twap, mut now) = (Twap::starting_at(1_000), 1_000);
        let mut history = History(Vec::new());
        for _ in 0..60 {
            let price = random.between(wad(1), wad(1_000));
            history.0.push((now, price));
            now += random.below(2 * window) + u64::from(random.one_in(2));
            twap.advance(price, now, window).unwrap();
            let (from, span) = (twap.older.time, now - twap.older.time);
            assert!(span >= window.min(now - 1_000), "window {window}, span {span}");
            assert!(span < 2 * window || span == 0, "window {window}, span {span}");
            if span > 0 {
                let exact = history.integral(from, now) / u128::from(span);
                assert_eq!(twap.average(0).unwrap(), exact);
            }
        }
    }
}

#[test]
fn shortening_the_window_leaves_a_true_average_and_takes_effect_within_the_new_one() {
    let mut twap = Twap::starting_at(0);
    for now in (10..=3_000).step_by(10) {
        twap.advance(wad(100), now, 3_600).unwrap();
    }
    for now in (3_010..3_200).step_by(10) {
        twap.advance(wad(200), now, 60).unwrap();
        let average = twap.average(0).unwrap();
        assert!((wad(100)..=wad(200)).contains(&average), "{now}: {average}");
        // One window after the first touch, and another of the new price alone.
        assert!(now < 3_130 || average == wad(200), "{now}: {average} since {}", twap.older.time);
    }
}

#[test]
fn a_window_that_keeps_changing_never_overflows_and_never_lies() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..200 {
        let (mut twap, mut now) = (Twap::starting_at(1_000), 1_000);
        let mut history = History(Vec::new());
        for _ in 0..80 {
            let window = random.pick(&[0, 1, 60, 900, 86_400]);
            let step = random.pick(&[1, 30, 500, 100_000]);
            for _ in 0..random.below(6) {
                let price = random.between(1, wad(1_000));
                history.0.push((now, price));
                now += random.below(step);
                twap.advance(price, now, window).expect("an average for any window");
                let (from, span) = (twap.older.time, now - twap.older.time);
                assert!(from <= twap.newer.time && twap.newer.time <= now, "{twap:?}");
                if span > 0 {
                    assert_eq!(twap.average(0).unwrap(), history.integral(from, now) / u128::from(span));
                }
            }
        }
    }
}

#[test]
fn a_shorter_window_blocks_nobody() {
    let (mut rig, mut alice, mut bob) = (Rig::live(), Position::default(), Position::default());
    rig.params.twap_window = 3_600;
    rig.open(&mut alice, Side::Long, 2_000 * DOLLAR, wad(5_000)).unwrap();
    rig.open(&mut bob, Side::Short, 400 * DOLLAR, wad(3_000)).unwrap();
    for _ in 0..5 {
        rig.forward(600);
        rig.accrue();
    }
    // The price doubles in a moment, and governance has just shortened the window.
    rig.market.curve.quote *= 2;
    rig.oracle.price *= 2;
    rig.params.twap_window = 60;
    for _ in 0..3 {
        rig.forward(30);
        assert!(rig.clone().close(&mut alice.clone(), ANY).is_ok());
        assert!(rig.clone().remove(&mut alice.clone(), DOLLAR).is_ok());
        assert!(rig.clone().liquidate(&mut bob.clone(), 0).is_ok());
        rig.accrue();
    }
}

#[test]
fn b21_one_touch_after_a_long_silence_averages_one_window_of_it() {
    let mut twap = Twap::starting_at(0);
    twap.advance(wad(100), 10, 900).unwrap();
    twap.advance(wad(200), 1_000_000, 900).unwrap();
    assert_eq!(twap.average(0), Ok(wad(200)));
    assert_eq!(twap.older.time, 1_000_000 - 900);
}

#[test]
fn a_price_within_one_second_weighs_nothing() {
    let mut twap = Twap::starting_at(0);
    twap.advance(wad(100), 1_000, 900).unwrap();
    twap.advance(wad(1_000_000), 1_000, 900).unwrap();
    twap.advance(wad(100), 1_001, 900).unwrap();
    assert_eq!(twap.average(0), Ok(wad(100)));
}

#[test]
fn without_a_window_or_time_the_average_is_the_price() {
    let mut twap = Twap::starting_at(5);
    assert_eq!(twap.average(wad(3)), Ok(wad(3)));
    twap.advance(wad(100), 50, 0).unwrap();
    assert_eq!(twap.average(wad(3)), Ok(wad(3)));
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    let mut twap = Twap::starting_at(100);
    twap.advance(wad(10), 200, 50).unwrap();
    let before = twap;
    twap.advance(wad(99), 150, 50).unwrap();
    assert_eq!(twap, before);
}
