//! Random histories of random writers and a buyer on the rules and on an independent model of them, side by side.
//!
//! `PUT_SEED` repeats a run, `PUT_OPERATIONS` sets how many actions there are (150,000 unless told otherwise), and
//! `PUT_HISTORY` repeats the one history whose number a failure prints.
//!
//! | file | what it is |
//! |---|---|
//! | `pool/`, `puts.rs` | the model: big integers, every put and every writer visited, exact entitlements |
//! | `house.rs`, `action.rs` | the rules as contracts call them, and what can be called |
//! | `story.rs`, `choice.rs` | pools, prices and what people try |
//! | `patient.rs` | a story that chance seldom tells |
//! | `driver.rs` | both sides of an action, and that they agree: on the refusal, or on everything it leaves |
//! | `invariants.rs` | what holds after every action |
//!
//! How far the rules may be from the model:
//!
//! | quantity | bound | why |
//! |---|---|---|
//! | liquidity, shares, requests, exits, units, locks, strikes, premiums, funding, escrow, due, payoffs | 0 | the same roundings, as documented |
//! | what all puts pay | a thousandth of the strike on the units of the price's leaf, if these have several strikes; a millionth of a wei for each purchase; never above | the ladder tells strikes apart in a thousandth |
//! | fees and rewards of a position, down | a unit each time it was settled, and `10^-27` a share each time anything vested | counts per share |
//! | the same, up | its part of what was carried over, less than `10^-27` a share | a remainder goes to those who are there next |
//! | what the pool holds and owes nobody | a unit for each settlement, and what nobody's shares have; never below 0 | all of the above |
//! | nobody's shares | one for each position in each exit | exits round for those who stay |

mod action;
mod choice;
mod driver;
#[path = "../../../../perp/rules/tests/support/histories.rs"]
#[allow(dead_code)]
mod histories;
mod house;
mod invariants;
mod number;
mod patient;
mod pool;
mod puts;
#[path = "../../../../perp/rules/tests/support/random.rs"]
mod random;
#[path = "../rules/rig.rs"]
#[allow(dead_code)]
mod rig;
mod story;

use driver::World;
use histories::{Counts, run, run_all};
use random::{Random, number_from_env};

/// Actions of one history.
const LENGTH: u64 = 500;
/// Every one of these must happen somewhere: what is never tried is not tested.
const KINDS: [&str; 45] = [
    "deposit",
    "purchase",
    "purchase: late, with a rest for the next epoch",
    "report supply",
    "release",
    "fund escrow",
    "withdraw escrow",
    "collect payoff",
    "request exit",
    "cancel exit",
    "claim fees",
    "claim rewards",
    "claim both",
    "position ended",
    "settle",
    "settle: in steps",
    "split",
    "merge",
    "merge: of what waits",
    "transfer",
    "begin rewards",
    "collect unallocated",
    "rewards without writers",
    "nobody's shares",
    "pool left by all",
    "roll",
    "roll: prompt",
    "roll: late",
    "roll: epochs skipped",
    "roll: without a mark",
    "roll: at a price of zero",
    "roll: at a price beyond strikes",
    "roll: puts pay",
    "roll: several strikes of one leaf",
    "roll: capped strike",
    "roll: all continue",
    "roll: part lapses",
    "roll: all lapse",
    "roll: units let go",
    "roll: generation lost",
    "roll: generation lost with exits",
    "roll: all left but dust",
    "roll: nobody may leave",
    "roll: all that wait leave",
    "roll: some that wait leave",
];

/// And every one of these must stop somebody. Not among them: `Unpriceable`, which a pool's bounds exclude;
/// `ParameterOutOfBounds`, which has its tests in `rules/`; `ZeroAmount` for a deposit, since a unit is always a
/// share at least; `Expired` and `EntryPaused`, which no rule decides.
const REFUSALS: [&str; 30] = [
    "deposit: AmountTooSmall",
    "deposit: Overflow",
    "deposit: RollDue",
    "deposit: SharesBelowLimit",
    "purchase: AmountTooSmall",
    "purchase: EpochNotStarted",
    "purchase: InsufficientCollateral",
    "purchase: Overflow",
    "purchase: RollDue",
    "purchase: SlippagePremium",
    "purchase: StrikeBelowLimit",
    "purchase: SupplyCapExceeded",
    "report supply: SupplyCapExceeded",
    "fund escrow: ZeroAmount",
    "withdraw escrow: ExceedsEscrow",
    "withdraw escrow: ZeroAmount",
    "collect payoff: NothingToPay",
    "request exit: ExceedsShares",
    "request exit: PositionUnsettled",
    "request exit: ZeroAmount",
    "cancel exit: ExceedsShares",
    "cancel exit: PositionUnsettled",
    "cancel exit: ZeroAmount",
    "split: ExceedsShares",
    "split: PositionUnsettled",
    "merge: PositionUnsettled",
    "begin rewards: RewardsStarted",
    "collect unallocated: NothingToPay",
    "roll: EpochNotEnded",
    "roll: PriceUnavailable",
];

/// One pool's life.
fn history(seed: u64) -> Counts {
    let mut world = World::new(Random::new(seed));
    for _ in 0..LENGTH {
        world.step();
    }
    world.counts
}

#[test]
fn random_pools_hold_every_invariant_and_follow_the_model() {
    if let Some(seed) = number_from_env("PUT_HISTORY") {
        patient::run(seed);
        history(seed);
        return;
    }
    let operations = number_from_env("PUT_OPERATIONS").unwrap_or(150_000);
    let mut seeds = Random::from_env("PUT_SEED");
    let seeds: Vec<u64> = (0..operations.div_ceil(LENGTH)).map(|_| seeds.next()).collect();
    let (mut counts, mut failed) = run_all("PUT_HISTORY", &seeds, history);
    let (told, mut failures) = run("PUT_HISTORY", &seeds[..seeds.len().min(10)], patient::run);
    counts.add(told);
    failed.append(&mut failures);
    println!("worked {:#?}\nrefused {:#?}", counts.worked, counts.refused);
    assert!(failed.is_empty(), "PUT_HISTORY is one of {failed:?}");
    // A short run cannot meet everything.
    if operations >= 100_000 {
        counts.require_worked(&KINDS);
        counts.require_refused(&REFUSALS);
    }
}
