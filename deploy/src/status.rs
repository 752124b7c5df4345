//! What differs between a network and its configuration and address book: contracts that are not there or have other code,
//! implementations, parameters, wires, roles, owners; and how long its programs live yet.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, keccak256},
    providers::Provider,
};
use anyhow::Result;
use devnet::stylus::program::is_program;

use crate::{
    apply::{Standing, standing},
    bindings::{ARB_WASM, ArbWasm},
    book::{Book, Entry},
    client::Client,
    config::Config,
    governance,
    steps::{self, Contract, Site, Task, Wire},
};

/// Everything that is not as it should be; nothing of a network that is whole.
pub async fn drift(client: &Client, config: &Config, book: &Book) -> Result<Vec<String>> {
    let mut drift = Vec::new();
    let site = Site { book, deployer: book.deployer.unwrap_or_default() };
    for step in steps::of(config) {
        let task = match step.task(&site) {
            Ok(task) => task,
            Err(missing) => {
                drift.push(format!("{}: {missing:#}", step.name));
                continue;
            }
        };
        let differs = match standing(client, book, &task, None).await? {
            Standing::Nothing(_) | Standing::Done => continue,
            Standing::Differs(first) => every(client, &task, first).await?,
            Standing::Found | Standing::Open => vec![undone(client, &task).await?],
        };
        drift.extend(differs.into_iter().map(|what| format!("{}: {what}", step.name)));
    }
    if let Some(settings) = &config.governance {
        let verdict = governance::verify(client, settings, book).await;
        drift.extend(verdict.err().map(|error| format!("governance: {error:#}")));
    }
    Ok(drift)
}

/// All that differs of what is there, where the first is one of its checks; else that first alone.
async fn every(client: &Client, task: &Task, first: String) -> Result<Vec<String>> {
    let (Task::Contract(Contract { checks, .. }) | Task::Wire(Wire { checks, .. }) | Task::Read(checks)) =
        task
    else {
        return Ok(vec![first]);
    };
    let mut all = Vec::new();
    for check in checks {
        all.extend(check.differs(client).await?);
    }
    Ok(if all.contains(&first) { all } else { vec![first] })
}

/// Why a step counts as not done.
async fn undone(client: &Client, task: &Task) -> Result<String> {
    let what = match task {
        Task::Wire(wire) => wire.undone(client).await?,
        Task::Genesis { .. } => Some("not decided".to_owned()),
        Task::Cancel(_) => Some("there is".to_owned()),
        _ => None,
    };
    Ok(what.unwrap_or_else(|| "not there".to_owned()))
}

/// How a program lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// So many seconds yet.
    Left(u64),
    /// It cannot be called: the chain's word for why.
    Over(String),
}

/// A program of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alive {
    /// A name of it in the address book.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// The hash by which the chain knows it.
    pub code_hash: B256,
    /// How it lives.
    pub life: Life,
}

/// Every program of a network, each code once, the shortest life first.
pub async fn lives(client: &Client, book: &Book) -> Result<Vec<Alive>> {
    let entries = book.programs.iter().chain(&book.contracts).chain(&book.proposed);
    let codes: BTreeMap<B256, (&String, Address)> =
        entries.map(|(name, Entry { address, code_hash })| (*code_hash, (name, *address))).collect();
    let mut lives = Vec::new();
    for (code_hash, (name, address)) in codes {
        let code = client.provider().get_code_at(address).await?;
        if keccak256(&code) != code_hash || !is_program(&code) {
            continue;
        }
        let call = ArbWasm::programTimeLeftCall { program: address };
        let answer = client.ask(ARB_WASM, alloy::sol_types::SolCall::abi_encode(&call).into()).await?;
        let life = match answer {
            Ok(answer) => {
                let left =
                    <ArbWasm::programTimeLeftCall as alloy::sol_types::SolCall>::abi_decode_returns(&answer)?;
                Life::Left(left)
            }
            Err(refusal) => Life::Over(refusal.name),
        };
        lives.push(Alive { name: name.clone(), address, code_hash, life });
    }
    lives.sort_by_key(|alive| match alive.life {
        Life::Over(_) => 0,
        Life::Left(seconds) => seconds,
    });
    Ok(lives)
}
