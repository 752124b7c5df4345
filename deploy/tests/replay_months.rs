//! Whole months on the real programs, beside V1's rules. They need the built programs and the price files, and say so
//! where either is missing.
#![allow(missing_docs, reason = "a test")]

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use everfloor_deploy::{
    config::Config,
    programs::{self, Program},
    replay::{self, Options, Outcome, months::Month},
};

/// A folder of this test's own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("everfloor-{name}-{}-{number}", std::process::id()));
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

/// What stands in the way of a replay.
fn missing(month: Month) -> Option<String> {
    let config = Config::parse(include_str!("../devnet.toml")).unwrap().only_perps();
    let programs = Program::load_all(&programs::default_folder(), &programs::needed(&config));
    programs.err().map(|error| format!("{error:#}")).or_else(|| month.missing())
}

/// Replays, and checks what holds for every month; none, loudly, where it cannot.
async fn replayed(month: Month, days: Option<u64>) -> Option<Outcome> {
    if let Some(why) = missing(month) {
        eprintln!("SKIPPED, NOTHING WAS TESTED: {why}");
        return None;
    }
    let folder = Folder::new(month.name());
    let options = Options { days, out: folder.0.clone(), ..Options::default() };
    println!("seed {}", options.seed);
    let outcome = replay::run(month, &options).await.unwrap();
    println!("{:.0} s", outcome.seconds);
    // Solvent to the unit, every account's money explained, nobody's principal touched: any of it missing is a problem.
    assert!(outcome.problems.is_empty(), "{:#?}", outcome.problems);
    assert!(outcome.traders >= 200 && outcome.behaviours >= 9);
    assert!(outcome.layers.liquidations > 0, "nobody was liquidated");
    let layers = &outcome.layers;
    let paid = layers.margins
        + layers.set_off
        + layers.market_fees
        + layers.fund_ledger
        + layers.fund_shared
        + layers.bad_debt;
    assert_eq!(paid, layers.losses, "each loss is somebody's, and none is anybody's twice");
    assert_eq!((layers.principal_of_others, layers.unpaid), (0, 0));
    let html = fs::read_to_string(&outcome.report).unwrap();
    assert!(html.contains("V1") && !html.contains("SOMETHING IS WRONG"));
    Some(outcome)
}

#[tokio::test(flavor = "multi_thread")]
async fn ether_halves_in_march_2020_and_nobody_pays_for_another() {
    let Some(outcome) = replayed(Month::Eth2020, None).await else { return };
    assert!(outcome.decisions > 1_000);
    // Under V1's rules the one insurance fund was empty when the second fall came.
    assert!(outcome.v1.broke_at.is_some() && outcome.v1.stuck_liquidations > 0);
    println!("{:?}\n{:?}", outcome.layers, outcome.v1);
}

#[tokio::test(flavor = "multi_thread")]
async fn luna_goes_to_nothing_and_its_market_ends_with_everybody_settled() {
    let Some(outcome) = replayed(Month::Luna2022, None).await else { return };
    assert!(outcome.layers.settled > 0, "nobody was settled");
    assert!(outcome.layers.haircut > 0, "there was not enough for all profit, and all of it was paid");
    // Under V1's rules whoever was settled last found the vault empty.
    assert!(outcome.v1.unpaid > 0 && outcome.v1.unpaid_amount > 0);
    println!("{:?}\n{:?}", outcome.layers, outcome.v1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ether_in_november_2022_ends_with_everybody_gone() {
    let Some(outcome) = replayed(Month::Nov2022, None).await else { return };
    println!("{:?}\n{:?}", outcome.layers, outcome.v1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_repeats_the_same_replay() {
    let Some(first) = replayed(Month::Luna2022, Some(3)).await else { return };
    let Some(second) = replayed(Month::Luna2022, Some(3)).await else { return };
    assert_eq!((first.transactions, first.layers), (second.transactions, second.layers));
    assert_eq!(first.v1, second.v1);
}
