//! What has to hold whatever is bonded and redeemed, at whatever prices.

use everfloor_bonding_rules::{Backing, Books, Charge, Mark, Redemption, WAD};
use everfloor_math::U256;
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};

/// Runs `check` on random values and names the seed, so that a failure can be run again with `BONDING_SEED`.
fn for_all<S: Strategy>(strategy: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let seed =
        std::env::var("BONDING_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand_seed);
    println!("BONDING_SEED={seed}");
    let config = Config {
        cases: 2_000,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, check)
        .unwrap_or_else(|failure| panic!("BONDING_SEED={seed}: {failure}"));
}

/// A new seed each run, from the standard library's randomly keyed hasher.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Bonds an amount.
    Bond(u128),
    /// Redeems so many 65,536ths of the supply, and a wei.
    Redeem(u16),
    /// A payoff arrives; only at an epoch's end.
    Collect(u128),
}

/// Amounts from a wei to a billion ether, of every length.
fn amount() -> impl Strategy<Value = u128> {
    (1..=1_000_000_000 * WAD, 0..90_u32).prop_map(|(number, bits)| (number >> bits).max(1))
}

/// Prices from a billion wei on, of every length: the lower, and the higher up to 20 % above.
fn mark() -> impl Strategy<Value = Mark> {
    (1_000_000_000..=1_u128 << 87, 0..58_u32, 0..=200_u128).prop_map(|(number, bits, permille)| {
        let low = (number >> bits).max(1_000_000_000);
        Mark { low, high: low + low / 1_000 * permille }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => amount().prop_map(Step::Bond),
        2 => any::<u16>().prop_map(Step::Redeem),
        1 => amount().prop_map(Step::Collect),
    ]
}

fn story() -> impl Strategy<Value = Vec<(Step, Mark)>> {
    prop::collection::vec((step(), mark()), 1..24)
}

fn wide(value: u128) -> U256 {
    U256::from(value)
}

/// Worth of collateral and underlying at a price, exactly: in 18 decimals more than wad.
fn worth(collateral: u128, underlying: u128, price: u128) -> U256 {
    wide(collateral) * wide(WAD) + wide(underlying) * wide(price)
}

/// What happened to the books.
#[derive(Default)]
struct World {
    books: Books,
    bought: Vec<Charge>,
    brought: Tokens,
    taken: Tokens,
}

/// Sums of collateral and underlying.
#[derive(Default)]
struct Tokens {
    collateral: U256,
    underlying: U256,
}

impl World {
    fn step(&mut self, step: Step, mark: Mark) -> Result<Option<(u128, Redemption)>, TestCaseError> {
        match step {
            Step::Bond(amount) => {
                let charge = Charge::of(amount, mark).unwrap();
                self.books.add(amount, &charge).unwrap();
                self.brought.collateral += wide(charge.collateral);
                self.brought.underlying += wide(charge.underlying);
                self.bought.push(charge);
                Ok(None)
            }
            Step::Redeem(part) if self.books.supply > 0 => {
                let amount = (self.books.supply / 65_536 * u128::from(part) + 1).min(self.books.supply);
                let taken = self.books.burn(amount, mark).unwrap();
                self.taken.collateral += wide(taken.collateral);
                self.taken.underlying += wide(taken.underlying);
                Ok(Some((amount, taken)))
            }
            Step::Redeem(_) => Ok(None),
            Step::Collect(payoff) => {
                self.books.collect(payoff).unwrap();
                self.brought.collateral += wide(payoff);
                Ok(None)
            }
        }
    }
}

#[test]
fn the_books_are_what_was_brought_less_what_was_taken() {
    for_all(story(), |story| {
        let mut world = World::default();
        for (step, mark) in story {
            world.step(step, mark)?;
            let Books { collateral, underlying, .. } = world.books;
            prop_assert_eq!(wide(collateral) + world.taken.collateral, world.brought.collateral);
            prop_assert_eq!(wide(underlying) + world.taken.underlying, world.brought.underlying);
        }
        Ok(())
    });
}

#[test]
fn a_redemption_never_leaves_less_for_each_that_stays() {
    for_all(story(), |story| {
        let mut world = World::default();
        for (step, mark) in story {
            let before = world.books;
            if let Some((amount, taken)) = world.step(step, mark)? {
                let part = |whole: u128| wide(whole) * wide(amount);
                prop_assert!(wide(taken.collateral) * wide(before.supply) <= part(before.collateral));
                prop_assert!(wide(taken.underlying) * wide(before.supply) <= part(before.underlying));
            }
        }
        Ok(())
    });
}

#[test]
fn a_bond_brings_its_face_and_a_redemption_takes_no_more() {
    for_all((story(), amount(), mark(), mark()), |(story, amount, bonded, redeemed)| {
        let mut world = World::default();
        for (step, mark) in story {
            world.step(step, mark)?;
        }
        let face = wide(amount) * wide(WAD);
        let charge = Charge::of(amount, bonded).unwrap();
        // At any price from the lower on: it only rises with the price.
        prop_assert!(worth(charge.collateral, charge.underlying, bonded.low) >= face);
        world.books.add(amount, &charge).unwrap();
        for mark in [bonded, redeemed] {
            // At any price up to the higher.
            let taken = world.books.redemption(amount, mark).unwrap();
            prop_assert!(worth(taken.collateral, taken.underlying, mark.high) <= face);
        }
        Ok(())
    });
}

#[test]
fn all_bonds_of_an_epoch_are_worth_fifteen_sixteenths_at_any_price() {
    let in_an_epoch = prop::collection::vec(
        (prop_oneof![3 => amount().prop_map(Step::Bond), 1 => any::<u16>().prop_map(Step::Redeem)], mark()),
        1..24,
    );
    for_all((in_an_epoch, mark(), 0..=40_u32), |(story, anywhere, bits)| {
        let mut world = World::default();
        for (step, mark) in story {
            world.step(step, mark)?;
        }
        let strikes = world.bought.iter().map(|charge| charge.strike);
        for price in strikes.flat_map(|k| [k, k + 1, k.saturating_sub(1), k >> bits]).chain([0, anywhere.low])
        {
            let puts = world.bought.iter().map(|charge| {
                // What leaves keeps its cover until the next roll.
                wide(charge.units) * wide(charge.strike.saturating_sub(price))
            });
            let payoff = puts.fold(U256::ZERO, |sum, put| sum + put) / wide(WAD);
            let Books { collateral, underlying, supply } = world.books;
            let [collateral, underlying, supply] = [collateral, underlying, supply].map(wide);
            let backing = Backing { collateral, underlying, supply };
            let worth = backing.with_puts_down(wide(price), payoff).unwrap();
            prop_assert!(
                (worth + U256::ONE) * wide(16) >= supply * wide(15),
                "{worth} of {supply} at {price}"
            );
        }
        Ok(())
    });
}

#[test]
fn what_a_bond_costs_over_its_quarters_is_rounding() {
    for_all((amount(), mark()), |(amount, mark)| {
        let Charge { units, underlying, collateral, strike } = Charge::of(amount, mark).unwrap();
        prop_assert!(underlying - units <= 1);
        let three_quarters = (amount * 3).div_ceil(4);
        prop_assert!(collateral >= three_quarters);
        // A wei of strike on each unit, a wei of unit at the strike, and the roundings up.
        prop_assert!(collateral - three_quarters <= units / WAD + strike / WAD + 4);
        Ok(())
    });
}
