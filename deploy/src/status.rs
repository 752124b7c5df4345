//! What differs between a network and its configuration and address book: contracts that are not there or have other code,
//! implementations, parameters, wires, roles, owners; and how long its programs live yet.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, B256, keccak256},
    providers::Provider,
    sol_types::SolCall,
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

/// What ArbWasm says of a program that cannot be called.
const OVER: [&str; 3] = ["ProgramNotActivated", "ProgramNeedsUpgrade", "ProgramExpired"];

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
    /// There is no telling, and why: it is not there, something else is, or the chain says nothing of it.
    Unknown(String),
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

/// Every program of a network, each code once, the shortest life first; and before those that live whatever is not what the
/// book says.
pub async fn lives(client: &Client, book: &Book) -> Result<Vec<Alive>> {
    let (mut lives, mut seen) = (Vec::new(), BTreeSet::new());
    for (name, entry) in book.programs.iter().chain(&book.contracts).chain(&book.proposed) {
        let Entry { address, code_hash } = *entry;
        let code = client.provider().get_code_at(address).await?;
        let found = keccak256(&code);
        let life = if code.is_empty() {
            Life::Unknown(format!("{address} has no code"))
        } else if found != code_hash {
            Life::Unknown(format!("{address} has code {found}, the address book says {code_hash}"))
        } else if is_program(&code) && seen.insert(code_hash) {
            life(client, address).await
        } else {
            continue;
        };
        lives.push(Alive { name: name.clone(), address, code_hash, life });
    }
    lives.sort_by_key(|alive| match alive.life {
        Life::Unknown(_) | Life::Over(_) => 0,
        Life::Left(seconds) => seconds,
    });
    Ok(lives)
}

/// What the chain says of a program. Only its own word for a program that is over is one: an answer that does not come says
/// nothing.
async fn life(client: &Client, program: Address) -> Life {
    let call = ArbWasm::programTimeLeftCall { program };
    match client.ask(ARB_WASM, call.abi_encode().into()).await {
        Ok(Ok(answer)) => match ArbWasm::programTimeLeftCall::abi_decode_returns(&answer) {
            Ok(seconds) => Life::Left(seconds),
            Err(_) => Life::Unknown("the chain answers something else".to_owned()),
        },
        Ok(Err(refusal)) if OVER.contains(&refusal.name.as_str()) => Life::Over(refusal.name),
        Ok(Err(refusal)) => Life::Unknown(refusal.text),
        Err(error) => Life::Unknown(format!("{error:#}")),
    }
}
