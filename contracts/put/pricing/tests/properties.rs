//! What any price of a put has to satisfy, on random inputs.

use everfloor_put_pricing::{
    MAX_AMOUNT, MAX_SECONDS, MAX_SIGMA, MIN_SIGMA, everlasting_put, exp_wad, ln_wad, normal_cdf, put_down,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};

const WAD: i128 = 1_000_000_000_000_000_000;

/// Runs `check` on random values and names the seed, so that a failure can be run again with `PRICING_SEED`.
fn for_all<S: Strategy>(strategy: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let seed =
        std::env::var("PRICING_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand_seed);
    println!("PRICING_SEED={seed}");
    let config = Config {
        cases: 5_000,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, check)
        .unwrap_or_else(|failure| panic!("PRICING_SEED={seed}: {failure}"));
}

/// A new seed each run, from the standard library's randomly keyed hasher.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

#[derive(Clone, Copy, Debug)]
struct Put {
    spot: u128,
    strike: u128,
    sigma: u128,
    seconds: u64,
}

impl Put {
    fn value(self) -> i128 {
        put_down(self.spot, self.strike, self.sigma, self.seconds).unwrap() as i128
    }

    /// What two rounded values may differ by where exact ones would not: 2 wei and 1e-17 of the larger price.
    fn slack(self) -> i128 {
        2 + (self.spot.max(self.strike) / 100_000_000_000_000_000) as i128
    }
}

/// Numbers of every length up to `max`.
fn of_any_length(max: u128) -> impl Strategy<Value = u128> {
    (any::<u128>(), 0..=112_u32)
        .prop_map(move |(number, bits)| (number >> (128 - bits).min(127)).clamp(1, max))
}

/// Any put, every other one of a spot and a strike of the same size.
fn any_put() -> impl Strategy<Value = Put> {
    let strike = prop_oneof![of_any_length(MAX_AMOUNT).prop_map(Some), Just(None)];
    let near = 0.5..2.0_f64;
    let width = (MIN_SIGMA.ilog2() as f64..63.1_f64, 0.0..27.2_f64);
    (of_any_length(MAX_AMOUNT), strike, near, width).prop_map(|(spot, strike, near, (sigma, seconds))| Put {
        spot,
        strike: strike.unwrap_or((spot as f64 * near) as u128).clamp(1, MAX_AMOUNT),
        sigma: (sigma.exp2() as u128).clamp(MIN_SIGMA, MAX_SIGMA),
        seconds: (seconds.exp2() as u64).min(MAX_SECONDS),
    })
}

#[test]
fn a_put_is_worth_what_it_pays_and_no_more_than_its_strike() {
    for_all(any_put(), |put| {
        let intrinsic = put.strike.saturating_sub(put.spot) as i128;
        prop_assert!((intrinsic..=put.strike as i128).contains(&put.value()));
        let price = everlasting_put(put.spot, put.strike, put.sigma, put.seconds).unwrap();
        prop_assert!((intrinsic..=put.strike as i128).contains(&(price.value as i128)));
        Ok(())
    });
}

#[test]
fn a_call_is_a_put_with_the_prices_exchanged() {
    for_all(any_put(), |put| {
        let call = Put { spot: put.strike, strike: put.spot, ..put };
        prop_assert_eq!(call.value() - put.value(), put.spot as i128 - put.strike as i128);
        Ok(())
    });
}

#[test]
fn more_strike_volatility_or_time_is_worth_more_and_more_spot_less() {
    for_all((any_put(), 0.0..1.0_f64), |(put, share)| {
        let above = |now: u128, max: u128| now + ((max - now) as f64 * share * share * share) as u128;
        let up = |now, max| above(now, max).min(max);
        let value = put.value();
        let greater = [
            Put { strike: up(put.strike, MAX_AMOUNT), ..put },
            Put { sigma: up(put.sigma, MAX_SIGMA), ..put },
            Put { seconds: up(put.seconds.into(), MAX_SECONDS.into()) as u64, ..put },
        ];
        for more in greater {
            prop_assert!(more.value() + more.slack() >= value, "{:?}", more);
        }
        let less = Put { spot: up(put.spot, MAX_AMOUNT), ..put };
        prop_assert!(less.value() <= value + less.slack(), "{:?}", less);
        Ok(())
    });
}

#[test]
fn the_value_is_convex_in_the_strike() {
    for_all((any_put(), 0.0..1.0_f64), |(put, share)| {
        let step = (put.strike.min(MAX_AMOUNT - put.strike) as f64 * share * 0.999) as u128;
        let at = |strike| Put { strike, ..put };
        let (low, high) = (at(put.strike - step), at(put.strike + step));
        prop_assert!(low.value() + high.value() + 2 * high.slack() >= 2 * put.value());
        Ok(())
    });
}

#[test]
fn prices_times_a_number_are_worth_that_often() {
    for_all((any_put(), 1..=1_000_000_u128), |(put, times)| {
        let times = times.min(MAX_AMOUNT / put.spot.max(put.strike));
        let large = Put { spot: put.spot * times, strike: put.strike * times, ..put };
        let (often, once) = (large.value(), put.value());
        // What is rounded off once is below a unit.
        prop_assert!(often + large.slack() >= once * times as i128);
        prop_assert!(often <= (once + 1) * times as i128 + large.slack());
        Ok(())
    });
}

#[test]
fn the_normal_distribution_is_symmetric_and_rises() {
    for_all((-14 * WAD..14 * WAD, 0..WAD), |(x, step)| {
        prop_assert_eq!(normal_cdf(x) + normal_cdf(-x), WAD as u128);
        prop_assert!(normal_cdf(x + step) >= normal_cdf(x));
        Ok(())
    });
    // Where distributions by a formula for one side have been seen to jump.
    let fine: Vec<u128> = (0..=10_000).map(|step| normal_cdf(-WAD + step * WAD / 10_000)).collect();
    assert!(fine.is_sorted());
    // Nor does it across the nodes and the middles between them.
    for quarter in 1..52 {
        let x = quarter * WAD / 4;
        let around: Vec<u128> = (-20..20).map(|offset| normal_cdf(x + offset)).collect();
        assert!(around.is_sorted(), "{x}");
    }
}

#[test]
fn the_logarithm_undoes_the_exponential() {
    for_all(-20 * WAD..47 * WAD, |x| {
        let back = ln_wad(exp_wad(x).unwrap()).unwrap();
        // A unit of the power is e^-x of it.
        let slack = 1 + WAD / (exp_wad(x).unwrap().min(i128::MAX as u128) as i128);
        prop_assert!((back - x).abs() <= slack, "{} {}", x, back);
        Ok(())
    });
}
