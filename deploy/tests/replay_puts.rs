//! The put pool's first months on the real programs. They need the built programs and the price file, and say so where
//! either is missing.
#![allow(missing_docs, reason = "a test")]

use std::{fs, path::PathBuf};

use everfloor_deploy::replay::{
    Options,
    puts::{self, Outcome},
};

/// Days replayed: four epochs, in one of which the treasury pays nothing, and what ends them.
const DAYS: u64 = 130;

/// A folder of a test's own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("everfloor-puts-{name}-{}", std::process::id()));
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

/// Replays some days; none, loudly, where that cannot be done.
fn replayed(folder: &Folder, days: u64, seed: u64) -> Option<Outcome> {
    let options =
        Options { days: Some(days), seed, out: folder.0.clone(), quiet: true, ..Options::default() };
    let missing = puts::missing().or_else(|| {
        let pool = options.programs.join("put-pool.wasm");
        (!pool.is_file()).then(|| format!("the programs are not built: no {}", pool.display()))
    });
    if let Some(why) = missing {
        eprintln!("SKIPPED, NOTHING WAS TESTED: {why}");
        return None;
    }
    Some(puts::run(&options).unwrap())
}

#[test]
fn the_first_months_roll_and_every_sum_holds() {
    let folder = Folder::new("months");
    let Some(outcome) = replayed(&folder, DAYS, Options::default().seed) else { return };
    println!("{outcome:#?}");
    assert!(outcome.problems.is_empty(), "{:#?}", outcome.problems);
    assert_eq!(outcome.epochs, 5, "four epochs, and the one in which everybody leaves");
    assert!(outcome.income > 0 && outcome.payoffs > 0, "the price fell by half: puts paid");
    assert!(outcome.lapsed > 0, "the treasury ran dry, and no cover lapsed");
    assert!(outcome.lowest.0 <= outcome.lowest.1, "puts never take from the backing");
    let html = fs::read_to_string(&outcome.report).unwrap();
    assert!(html.contains("<svg") && !html.contains("SOMETHING IS WRONG"));
}

#[test]
fn the_same_seed_repeats_the_same_days_and_another_does_not() {
    let folder = Folder::new("seeds");
    let Some(first) = replayed(&folder, 25, 1) else { return };
    let Some(again) = replayed(&folder, 25, 1) else { return };
    let Some(other) = replayed(&folder, 25, 2) else { return };
    assert_eq!((first.transactions, first.income), (again.transactions, again.income));
    assert_ne!(first.income, other.income);
}
