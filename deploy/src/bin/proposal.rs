//! `proposal`: calls and a description in, the transactions of a proposal out, as JSON. It sends nothing and needs no key.

use std::path::PathBuf;

use alloy::primitives::{Address, Bytes};
use anyhow::{Context, Result};
use clap::Parser;
use everfloor_deploy::{
    book::Book,
    governance::{Action, Contracts, Proposal},
};

/// Prints what to send to propose, vote for, queue and execute.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The address book of a network that is governed
    #[arg(long, value_name = "FILE")]
    book: PathBuf,
    /// Why: part of the proposal's identity, so that it must never change
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// A contract of the book, or an address, and what to call it with; repeated, calls are made in this order
    #[arg(long = "call", value_name = "CONTRACT=CALLDATA", required = true)]
    calls: Vec<String>,
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    let book = Book::read(&flags.book)?;
    let governor = Contracts::of(&book)?.governor;
    let actions = flags.calls.iter().map(|call| action(&book, call)).collect::<Result<Vec<_>>>()?;
    let proposal = Proposal::new(actions, &flags.description)?;
    println!("{}", serde_json::to_string_pretty(&proposal.printed(governor))?);
    Ok(())
}

fn action(book: &Book, text: &str) -> Result<Action> {
    let (contract, data) = text.split_once('=').with_context(|| format!("{text}: no CONTRACT=CALLDATA"))?;
    let target = contract.parse::<Address>().or_else(|_| book.contract(contract))?;
    let data = data.parse::<Bytes>().with_context(|| format!("{data} is no call data"))?;
    Ok(Action::raw(target, data))
}
