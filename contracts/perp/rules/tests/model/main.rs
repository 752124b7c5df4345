//! Random histories of random traders on the rules and on an independent model of them, side by side.
//!
//! `PERP_SEED` repeats a run, `PERP_OPERATIONS` sets how many actions there are (1,000,000 unless told otherwise), and
//! `PERP_HISTORY` repeats the one history whose number a failure prints.
//!
//! | file | what it is |
//! |---|---|
//! | `market/` | the model: every formula in 512 bits, every account visited |
//! | `house.rs`, `action.rs` | the rules as contracts call them, and what can be called |
//! | `story.rs`, `choice.rs`, `ending.rs` | markets, prices and what people try; how it ends |
//! | `deep.rs`, `whale.rs` | two stories that chance does not tell |
//! | `driver.rs` | both sides of an action, and that they agree: on the refusal, or on everything it leaves |
//! | `invariants.rs` | I1 to I10 after every action |
//!
//! How far the rules may be from the model:
//!
//! | quantity | bound | why |
//! |---|---|---|
//! | reserves, sides, margins, claims, entries, pool, fees, losses, drift, payouts | 0 | the same roundings, as documented |
//! | where the time-average starts | between one window and two back | the model takes the rules' start and integrates from there |
//! | funding of a position | a unit and a wei up, and 3 wei per base and span | the index is in wei per base, three times rounded against the account |
//! | base left after deleveraging | `times · size / A` and a wei down | the index `A` has 27 decimals |
//! | value exchanged by it | the same times the prices, and a wei against the account | the same |
//! | value of everything (I10) | the roundings of the accounts touched, never against the pool | see there |

mod action;
mod choice;
mod deep;
mod driver;
mod ending;
#[path = "../support/histories.rs"]
#[allow(dead_code)]
mod histories;
mod house;
mod int;
mod invariants;
mod market;
#[path = "../support/random.rs"]
#[allow(dead_code)]
mod random;
mod story;
mod whale;

use std::panic;

use driver::World;
use histories::{Counts, run_all};
use random::{Random, number_from_env};

/// Actions of one history.
const LENGTH: u64 = 500;
/// Every one of these must work somewhere: what is never tried is not tested.
const KINDS: [&str; 34] = [
    "open: new",
    "open: increase",
    "open: reduce",
    "open: reverse",
    "close",
    "add margin",
    "remove margin",
    "claim",
    "realize loss",
    "settle funding",
    "liquidate: whole",
    "liquidate: part",
    "start takeover",
    "take over: whole",
    "take over: part",
    "deleverage: whole",
    "deleverage: part",
    "caught up",
    "catch up",
    "repeg",
    "adjust depth",
    "set status",
    "send insurance",
    "recapitalize",
    "allocate",
    "change parameters",
    "change feed",
    "halt",
    "settle",
    "redeem",
    "shortfall",
    "shortfall: the market paid",
    "shortfall: the fund paid",
    "shortfall: nobody paid",
];

/// And every one of these must stop somebody. (What the rules of a market do not decide is not among them.)
const REFUSALS: [&str; 35] = [
    "BelowInitialMargin",
    "ClaimBacksPosition",
    "CurveExhausted",
    "CurveTooThin",
    "ExceedsClaim",
    "ExceedsPosition",
    "Expired",
    "FeeAboveLimit",
    "InGrace",
    "InsufficientMargin",
    "MarkTooFarFromIndex",
    "MarketHalted",
    "MarketNotHalted",
    "NoPosition",
    "NoTakeover",
    "NotLiquidatable",
    "NothingToChange",
    "NothingToRealize",
    "OpenInterestAboveCap",
    "OpeningPaused",
    "OracleUnusable",
    "OverBudget",
    "PayoutBelowLimit",
    "PositionAboveCap",
    "PositionTooSmall",
    "PriceImpactTooHigh",
    "SkewAboveCap",
    "SlippageExceeded",
    "TakeoverRunning",
    "TooEarly",
    "UnfitTaker",
    "Unsettled",
    "WindowImpactTooHigh",
    "WithdrawalsGated",
    "ZeroAmount",
];

/// One market from its opening to its end.
fn history(seed: u64) -> Counts {
    let mut world = World::new(Random::new(seed));
    for _ in 0..LENGTH {
        world.step();
    }
    world.end();
    world.counts
}

#[test]
fn random_markets_hold_every_invariant_and_follow_the_model() {
    if let Some(seed) = number_from_env("PERP_HISTORY") {
        history(seed);
        return;
    }
    let operations = number_from_env("PERP_OPERATIONS").unwrap_or(1_000_000);
    let mut seeds = Random::from_env("PERP_SEED");
    let seeds: Vec<u64> = (0..operations.div_ceil(LENGTH)).map(|_| seeds.next()).collect();
    let (counts, failed) = run_all("PERP_HISTORY", &seeds, history);
    println!("worked {:#?}\nrefused {:#?}", counts.worked, counts.refused);
    assert!(failed.is_empty(), "PERP_HISTORY is one of {failed:?}");
    // A short run cannot meet everything.
    if operations >= 100_000 {
        counts.require_worked(&KINDS);
        for refusal in REFUSALS {
            let met = counts.refused.keys().any(|name| name.ends_with(&format!(": {refusal}")));
            assert!(met, "nothing was refused for this: {refusal}");
        }
    }
}

/// Runs a story with a seed, saying which it was if it fails.
fn told<T>(seed: u64, story: fn(u64) -> T) -> T {
    panic::catch_unwind(|| story(seed)).unwrap_or_else(|fault| {
        eprintln!("with seed {seed}");
        panic::resume_unwind(fault)
    })
}

#[test]
fn a_side_can_be_deleveraged_until_its_index_is_too_coarse() {
    let mut seeds = Random::from_env("PERP_SEED");
    for _ in 0..50 {
        let times = told(seeds.next(), deep::run);
        // Nine tenths at a time, from 27 decimals down to 9.
        assert!((17..=30).contains(&times), "{times} times");
    }
}

#[test]
fn a_position_as_large_as_its_market_leaves_in_parts() {
    let mut seeds = Random::from_env("PERP_SEED");
    let beyond = (0..200).filter(|_| told(seeds.next(), whale::run)).count();
    assert!(beyond > 0, "no part of a long brought more than its share");
}
