//! `demo`: Black Thursday on a market of your own.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use everfloor_deploy::demo::{self, Options};

/// Starts a chain, deploys Everfloor on it, and replays a crash with dozens of traders, to the last unit.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Replay these prices (CSV with a close or price column, and times if it has any) in place of Black Thursday
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Leave the node running afterwards, and print commands to look around with
    #[arg(long)]
    keep: bool,
    /// The node's port [default: 8547, or any if that is taken]
    #[arg(long)]
    port: Option<u16>,
    /// Decides who trades how
    #[arg(long, default_value_t = demo::SEED)]
    seed: u64,
    /// Where the report and the address book go [default: target/demo]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let defaults = Options::default();
    let options = Options {
        prices: flags.prices,
        seed: flags.seed,
        port: flags.port,
        out: flags.out.unwrap_or_else(|| defaults.out.clone()),
        ..defaults
    };
    let outcome = demo::run(&options).await?;
    if !outcome.problems.is_empty() {
        for problem in &outcome.problems {
            eprintln!("PROBLEM: {problem}");
        }
        std::process::exit(1);
    }
    if flags.keep {
        println!("\nThe node keeps running. Ctrl-C ends it. To look around:\n");
        println!("{}", demo::cast_lines(&outcome.node, &outcome.book)?);
        tokio::signal::ctrl_c().await?;
    }
    Ok(())
}
