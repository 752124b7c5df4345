//! `demo`: Black Thursday on a market of your own, or a whole month of somebody else's.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use everfloor_deploy::{
    demo::{self, Options},
    replay::{self, floor, months::Month, puts},
};

/// Starts a chain, deploys Everfloor on it, and replays a crash with dozens of traders, to the last unit.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Replay a whole month beside Perpetual Protocol V1's rules: eth-2020-03, luna-2022-05, nov-2022; the
    /// put pool's two years: rdpx-2022-2023; a floor market's year: degods-2022; or all
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["prices", "keep", "port"])]
    replay: Option<String>,
    /// Only so many of the month's first days
    #[arg(long, requires = "replay")]
    days: Option<u64>,
    /// Replay these prices (CSV with a close or price column, and times if it has any) in place of Black Thursday
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Leave the node running afterwards, and print commands to look around with
    #[arg(long)]
    keep: bool,
    /// The node's port [default: 8547, or any if that is taken]
    #[arg(long)]
    port: Option<u16>,
    /// Decides who trades how [default: the day of the crash]
    #[arg(long)]
    seed: Option<u64>,
    /// Where the report and the address book go [default: target/demo or target/replay]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    if let Some(name) = &flags.replay {
        return replay_months(&flags, name).await;
    }
    let defaults = Options::default();
    let options = Options {
        prices: flags.prices,
        seed: flags.seed.unwrap_or(demo::SEED),
        port: flags.port,
        out: flags.out.unwrap_or_else(|| defaults.out.clone()),
        ..defaults
    };
    let outcome = demo::run(&options).await?;
    stop_at(&outcome.problems);
    if flags.keep {
        println!("\nThe node keeps running. Ctrl-C ends it. To look around:\n");
        println!("{}", demo::cast_lines(&outcome.node, &outcome.book)?);
        tokio::signal::ctrl_c().await?;
    }
    Ok(())
}

/// Months whose prices are not there are passed over, aloud.
async fn replay_months(flags: &Flags, name: &str) -> Result<()> {
    let defaults = replay::Options::default();
    let options = replay::Options {
        seed: flags.seed.unwrap_or(replay::SEED),
        days: flags.days,
        out: flags.out.clone().unwrap_or_else(|| defaults.out.clone()),
        ..defaults
    };
    let is_month = ![puts::NAME, floor::NAME].contains(&name);
    let months = if is_month { Month::named(name)? } else { Vec::new() };
    for month in months {
        if let Some(missing) = month.missing() {
            eprintln!("SKIPPED, NOTHING WAS REPLAYED: {missing}");
            continue;
        }
        let outcome = replay::run(month, &options).await?;
        println!("report: {}\n", outcome.report.display());
        stop_at(&outcome.problems);
    }
    if [puts::NAME, "all"].contains(&name) {
        replay_puts(&options)?;
    }
    if [floor::NAME, "all"].contains(&name) {
        replay_floor(&options)?;
    }
    Ok(())
}

/// The put pool's two years; passed over, aloud, where their prices are not there.
fn replay_puts(options: &replay::Options) -> Result<()> {
    if let Some(missing) = puts::missing() {
        eprintln!("SKIPPED, NOTHING WAS REPLAYED: {missing}");
        return Ok(());
    }
    let outcome = puts::run(options)?;
    println!("report: {}\n", outcome.report.display());
    stop_at(&outcome.problems);
    Ok(())
}

/// A floor market's year; passed over, aloud, where its floors are not there.
fn replay_floor(options: &replay::Options) -> Result<()> {
    if let Some(missing) = floor::missing() {
        eprintln!("SKIPPED, NOTHING WAS REPLAYED: {missing}");
        return Ok(());
    }
    let outcome = floor::run(options)?;
    println!("report: {}\n", outcome.report.display());
    stop_at(&outcome.problems);
    Ok(())
}

/// Ends the program if anything is wrong.
fn stop_at(problems: &[String]) {
    for problem in problems {
        eprintln!("PROBLEM: {problem}");
    }
    if !problems.is_empty() {
        std::process::exit(1);
    }
}
