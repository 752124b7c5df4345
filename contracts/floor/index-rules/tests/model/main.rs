//! Random histories of bidders, sellers, signers and keepers on the rules and on an independent model of them,
//! side by side.
//!
//! `INDEX_SEED` repeats a run, `INDEX_OPERATIONS` sets how many actions there are (160,000 unless told otherwise),
//! and `INDEX_HISTORY` repeats the one history whose number a failure prints.
//!
//! | file | what it is |
//! |---|---|
//! | `desk.rs`, `past.rs`, `ideal.rs` | the model: lists searched end to end, big integers, all readings |
//! | `house.rs`, `action.rs` | the rules as contracts call them, and what can be called |
//! | `choice.rs` | parameters, prices and what people try |
//! | `driver.rs` | both sides of an action, and that they agree: on the refusal, or on everything it leaves |
//! | `invariants.rs` | what holds after every action |
//!
//! The rules differ from the model in nothing: prices, escrow, fees, rewards to a part of a wei, the index and all
//! its averages are equal.

mod action;
mod choice;
mod desk;
mod driver;
#[path = "../../../../perp/rules/tests/support/histories.rs"]
#[allow(dead_code)]
mod histories;
mod house;
mod ideal;
mod invariants;
mod number;
mod past;
#[path = "../../../../perp/rules/tests/support/random.rs"]
mod random;
#[path = "../rules/rig.rs"]
#[allow(dead_code)]
mod rig;

use driver::World;
use histories::{Counts, run_all};
use random::{Random, number_from_env};

/// Actions of one history.
const LENGTH: u64 = 400;
/// Every one of these must happen somewhere: what is never tried is not tested.
const KINDS: [&str; 57] = [
    "place",
    "request",
    "finish",
    "sell",
    "sell into",
    "catch up",
    "earn",
    "claim",
    "fund",
    "set rate",
    "follow",
    "take fees",
    "list",
    "request ask",
    "finish ask",
    "buy",
    "buy named",
    "report",
    "update",
    "close",
    "sale: several prices",
    "sale: several bids",
    "sale: a part",
    "sale: to oneself",
    "sale: into a bid that its owner could end",
    "sale: into a bid whose cancel was asked for",
    "catch up: not all",
    "catch up: a cancel",
    "follow: not all the way",
    "follow: up",
    "follow: down",
    "follow: past earning bids",
    "close: epochs",
    "close: not all",
    "rewards shared",
    "rewards shared among several",
    "rewards waited for somebody",
    "pot emptied",
    "all bids gone",
    "bid counts",
    "update: the first",
    "update: bid bounds",
    "update: ask bounds",
    "update: there is an ask",
    "update: bid and ask cross",
    "update: guard holds it down",
    "update: guard holds it up",
    "update: free",
    "update: epochs closed",
    "update: in the same second",
    "update: after two days",
    "update: sources 1",
    "update: sources 2",
    "update: sources 3",
    "update: sources 4",
    "update: sources 5",
    "update: sources 7",
];

/// And every one of these must stop somebody. Not among them: `OpenInterestCap`, `WrongMarket`, `BadSignature`,
/// `NotInMarket`, `ProofTooLong` and `ParameterOutOfBounds`, which have their tests in `rules/`.
const REFUSALS: [&str; 40] = [
    "place: TickOutOfRange",
    "place: TooManyUnits",
    "place: ZeroAmount",
    "request: CancelRequested",
    "request: NoSuchOffer",
    "request: NotOwner",
    "finish: CancelNotRequested",
    "finish: NoSuchOffer",
    "finish: StillBinding",
    "sell: TooFewUnits",
    "sell into: PriceBeyondLimit",
    "sell into: TooFewUnits",
    "earn: NoSuchOffer",
    "claim: ZeroAmount",
    "fund: Overflow",
    "fund: ZeroAmount",
    "list: TickOutOfRange",
    "request ask: CancelRequested",
    "request ask: NoSuchOffer",
    "request ask: NotOwner",
    "finish ask: CancelNotRequested",
    "finish ask: NoSuchOffer",
    "finish ask: StillBinding",
    "buy: TooFewUnits",
    "buy named: PriceBeyondLimit",
    "buy named: TooFewUnits",
    "report: BadPrice",
    "report: FutureReport",
    "report: MixedRounds",
    "report: NotASigner",
    "report: RepeatedRound",
    "report: RepeatedTime",
    "report: SpreadTooWide",
    "report: StaleReport",
    "report: UnsortedSigners",
    "report: WrongQuorum",
    "update: CountsPending",
    "update: EpochsPending",
    "update: NotStarted",
    "update: TooFewSources",
];

/// The life of one pair of books.
fn history(seed: u64) -> Counts {
    let mut world = World::new(Random::new(seed));
    for _ in 0..LENGTH {
        world.step();
    }
    world.counts
}

#[test]
fn random_books_hold_every_invariant_and_follow_the_model() {
    if let Some(seed) = number_from_env("INDEX_HISTORY") {
        history(seed);
        return;
    }
    let operations = number_from_env("INDEX_OPERATIONS").unwrap_or(160_000);
    let mut seeds = Random::from_env("INDEX_SEED");
    let seeds: Vec<u64> = (0..operations.div_ceil(LENGTH)).map(|_| seeds.next()).collect();
    let (counts, failed) = run_all("INDEX_HISTORY", &seeds, history);
    println!("worked {:#?}\nrefused {:#?}", counts.worked, counts.refused);
    assert!(failed.is_empty(), "INDEX_HISTORY is one of {failed:?}");
    // A short run cannot meet everything.
    if operations >= 100_000 {
        counts.require_worked(&KINDS);
        counts.require_refused(&REFUSALS);
    }
}
