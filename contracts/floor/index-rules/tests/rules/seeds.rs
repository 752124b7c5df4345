//! Property tests that can be repeated: `INDEX_SEED` is printed, and taken where it is set.

use std::hash::{BuildHasher, RandomState};

use proptest::test_runner::{Config, RngSeed};

/// So many cases from the seed.
pub fn cases(cases: u32) -> Config {
    let given = std::env::var("INDEX_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("INDEX_SEED={seed}");
    Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() }
}
