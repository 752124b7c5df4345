//! A floor market on the real programs: over a path of our own, and over the real floors where their file is there.
#![allow(missing_docs, reason = "a test")]

use std::{fs, path::PathBuf};

use everfloor_deploy::replay::{
    Options,
    floor::{self, Day, Outcome},
};

/// Wei of an ether.
const ETHER: u128 = 1_000_000_000_000_000_000;
/// A Monday's midnight.
const BEGINNING: u64 = 1_641_168_000;
/// Days of the real floors that are replayed: those up to the crash of May 2022, and what it did.
const DAYS: u64 = 170;

/// A folder of a test's own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("everfloor-floor-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn options(folder: &Folder, seed: u64) -> Options {
    Options { seed, out: folder.0.clone(), quiet: true, ..Options::default() }
}

/// Whether the programs are built; says so, loudly, where they are not.
fn is_built(options: &Options) -> bool {
    let market = options.programs.join("floor-market.wasm");
    if !market.is_file() {
        eprintln!("SKIPPED, NOTHING WAS TESTED: the programs are not built: no {}", market.display());
    }
    market.is_file()
}

/// Up by half, down to a third, up again, as thousandths of an ether a day.
fn path(days: u64) -> Vec<Day> {
    let floor = |day: u64| match day {
        0..10 => 4_000 + 220 * u128::from(day),
        10..22 => 6_200 - 350 * u128::from(day - 10),
        _ => 2_000 + 130 * u128::from(day - 22),
    };
    let day = |day| Day { time: BEGINNING + day * 86_400, floor: floor(day) * ETHER / 1_000, held: false };
    (0..days).map(day).collect()
}

fn assert_sound(outcome: &Outcome) {
    println!("{outcome:#?}");
    assert!(outcome.problems.is_empty(), "{:#?}", outcome.problems);
    assert_eq!(outcome.sum, 0, "what some got others paid");
    assert!(outcome.holders > 20, "{} holders", outcome.holders);
    assert!(outcome.trades > 0 && outcome.most_open > 1.0, "nobody traded");
    assert!(outcome.paid_in_kind > 0, "no short paid in kind");
    let html = fs::read_to_string(&outcome.report).unwrap();
    assert!(html.contains("<svg") && !html.contains("SOMETHING IS WRONG"));
}

#[test]
fn a_rise_and_a_fall_are_paid_to_the_wei() {
    let folder = Folder::new("path");
    let options = options(&folder, 7);
    if !is_built(&options) {
        return;
    }
    let outcome = floor::replay(&options, &path(36)).unwrap();
    assert_sound(&outcome);
    assert_eq!((outcome.days, outcome.epochs_paid), (36, 35), "every epoch is paid that began with an index");
    assert!(outcome.takeovers > 0, "two thirds gone, and no long in debt was taken over");
}

#[test]
fn the_same_seed_repeats_the_same_days_and_another_does_not() {
    let folder = Folder::new("seeds");
    let run = |seed| {
        let options = options(&folder, seed);
        is_built(&options).then(|| floor::replay(&options, &path(6)).unwrap())
    };
    let (Some(first), Some(again), Some(other)) = (run(1), run(1), run(2)) else { return };
    let told = |outcome: &Outcome| (outcome.transactions, outcome.gas, outcome.trades, outcome.paid_in_kind);
    assert_eq!(told(&first), told(&again));
    assert_ne!(told(&first), told(&other));
}

#[test]
fn the_real_floors_up_to_the_crash_leave_nobody_unpaid() {
    let folder = Folder::new("real");
    let options = Options { days: Some(DAYS), ..options(&folder, Options::default().seed) };
    if !is_built(&options) {
        return;
    }
    if let Some(why) = floor::missing() {
        eprintln!("SKIPPED, NOTHING WAS TESTED: {why}");
        return;
    }
    let outcome = floor::run(&options).unwrap();
    assert_sound(&outcome);
    assert!(outcome.kicks > 0 && outcome.nfts_taken > 0, "no holder was liquidated");
}
