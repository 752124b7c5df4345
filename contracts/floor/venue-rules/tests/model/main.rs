//! Random histories of random traders on the rules and on an independent model of them, side by side.
//!
//! `VENUE_SEED` repeats a run, `VENUE_OPERATIONS` sets how many actions there are (250,000 unless told otherwise),
//! and `VENUE_HISTORY` repeats the one history whose number a failure prints.
//!
//! | file | what it is |
//! |---|---|
//! | `naive.rs` | the book as a plain list that is searched from end to end; big integers |
//! | `clock.rs` | the mark second by second |
//! | `action.rs`, `choice.rs` | what can be done, and what people try |
//! | `driver.rs` | both sides of an action: they agree on the refusal, or on everything it leaves |
//! | `invariants.rs` | what holds after every action |
//!
//! The rules differ from the model by nothing at all: there is no rounding but the named ones, and the model has
//! these.

mod action;
mod choice;
mod clock;
mod driver;
#[path = "../../../../perp/rules/tests/support/histories.rs"]
#[allow(dead_code)]
mod histories;
mod invariants;
mod naive;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../rules/rig.rs"]
#[allow(dead_code)]
mod rig;

use driver::World;
use histories::{Counts, run_all};
use random::{Random, number_from_env};

/// Actions of one history.
const LENGTH: u64 = 500;

/// Every one of these must happen somewhere: what is never tried is not tested.
const KINDS: [&str; 47] = [
    "place: filled",
    "place: rested",
    "place: rested after a fill",
    "place: given up",
    "place: too small to rest",
    "place: most fills",
    "place: met its own, stopped",
    "place: met its own, cancelled it",
    "place: taker cannot",
    "place: taker cannot, after a fill",
    "place: maker cannot",
    "place: met an expired one",
    "place: of several makers",
    "place: over several levels",
    "place: over three of the set's words",
    "place: a part of an order",
    "place: emptied a side",
    "place: post only",
    "place: fill or kill",
    "place: by who sells",
    "cancel: first of several",
    "cancel: last of several",
    "cancel: in the middle",
    "cancel: alone",
    "cancel: the best level",
    "reduce",
    "replace",
    "replace: by what trades",
    "prune",
    "drop",
    "touch",
    "retune",
    "mid",
    "no mid",
    "no mid: in too many levels",
    "impact: all of it",
    "impact: a part",
    "levels",
    "orders",
    "epoch",
    "epoch: not counted yet",
    "epoch: part blind",
    "epoch: of a record before it",
    "epoch: several mids",
    "since: a snapshot",
    "since: the last change",
    "snapshots: the ring is full",
];

/// And every one of these must stop somebody. Not among them are `ParameterOutOfBounds` and `PriceOutOfRange`,
/// which have their tests in `rules/`.
const REFUSALS: [&str; 26] = [
    "place: TickOutOfRange",
    "place: OrderTooSmall",
    "place: Overflow",
    "place: Expired",
    "place: WouldCross",
    "place: NotFilled",
    "cancel: NoSuchOrder",
    "cancel: NotOwner",
    "reduce: NoSuchOrder",
    "reduce: NotOwner",
    "reduce: OrderTooSmall",
    "reduce: Overflow",
    "reduce: NotReduced",
    "replace: NoSuchOrder",
    "replace: NotOwner",
    "replace: WouldCross",
    "replace: NotFilled",
    "replace: Expired",
    "prune: NoSuchOrder",
    "prune: NotExpired",
    "drop: NoSuchOrder",
    "orders: NoSuchOrder",
    "epoch: EpochNotOver",
    "epoch: EpochNotRecorded",
    "since: NoSnapshot",
    "since: NothingToAverage",
];

/// One book's life.
fn history(seed: u64) -> Counts {
    let mut world = World::new(Random::new(seed));
    for _ in 0..LENGTH {
        world.step();
    }
    world.end();
    world.counts
}

#[test]
fn random_books_hold_every_invariant_and_follow_the_model() {
    if let Some(seed) = number_from_env("VENUE_HISTORY") {
        history(seed);
        return;
    }
    let operations = number_from_env("VENUE_OPERATIONS").unwrap_or(250_000);
    let mut seeds = Random::from_env("VENUE_SEED");
    let seeds: Vec<u64> = (0..operations.div_ceil(LENGTH)).map(|_| seeds.next()).collect();
    let (counts, failed) = run_all("VENUE_HISTORY", &seeds, history);
    println!("worked {:#?}\nrefused {:#?}", counts.worked, counts.refused);
    assert!(failed.is_empty(), "VENUE_HISTORY is one of {failed:?}");
    // A short run cannot meet everything.
    if operations >= 100_000 {
        counts.require_worked(&KINDS);
        counts.require_refused(&REFUSALS);
    }
}
