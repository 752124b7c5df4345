//! The lives of programs: the chain forgets one that nobody has prolonged for a year, and then no contract that is made
//! of it answers. Prolonging and activating anew are for anybody who pays the chain's fee.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolError,
};
use anyhow::Result;
use everfloor_bindings::chain::{ARB_WASM, ArbWasm};
use tracing::{error, warn};

use crate::{
    book::Book,
    chain::Look,
    config,
    metrics::{Metrics, Named},
    refusal::Refusal,
    watch::News,
    work::{Task, Urgency},
};

/// The job's name.
pub(super) const NAME: &str = "programs";
/// Seconds of a day.
const DAY: u64 = 86_400;
/// Seconds until a look that found something is repeated.
const SOON: u64 = 60;
/// What is sent along for a fee, percent of it; the chain gives back what it does not need.
const ROOM: u64 = 120;

/// Programs, by the hash of their code: contracts of the same code live as long as each other.
#[derive(Debug)]
pub struct Programs {
    config: config::Programs,
    named: Vec<(String, Address)>,
    codes: BTreeMap<B256, (String, Address)>,
    looked: Option<u64>,
    metrics: Metrics,
}

impl Programs {
    /// Those of an address book, and others.
    pub fn new(config: &config::Programs, book: &Book, metrics: Metrics) -> Self {
        let mut named: Vec<(String, Address)> =
            book.everything().map(|(name, at)| (name.to_owned(), at)).collect();
        named.extend(config.also.iter().map(|at| (at.to_string(), *at)));
        Self { config: config.clone(), named, codes: BTreeMap::new(), looked: None, metrics }
    }

    /// What there is to prolong.
    pub async fn look(&mut self, look: &Look<'_>, news: &News) -> Result<Vec<Task>> {
        let due = self.looked.is_none_or(|last| look.now >= last.saturating_add(self.config.look_every));
        if !due && !news.reorganised {
            return Ok(Vec::new());
        }
        self.find_codes(look).await?;
        let mut tasks = Vec::new();
        for (hash, (name, at)) in &self.codes {
            tasks.extend(self.prolong(look, *hash, name, *at).await?);
        }
        // Where something is to be done, it is soon looked at again.
        let soon = self.config.look_every.saturating_sub(SOON);
        self.looked = Some(if tasks.is_empty() { look.now } else { look.now.saturating_sub(soon) });
        Ok(tasks)
    }

    /// Codes change when contracts get other programs, which is rare: they are read anew at each look.
    async fn find_codes(&mut self, look: &Look<'_>) -> Result<()> {
        self.codes.clear();
        for (name, at) in &self.named {
            let code = look.code(*at).await?;
            if !code.is_empty() {
                self.codes.entry(keccak256(&code)).or_insert_with(|| (name.clone(), *at));
            }
        }
        Ok(())
    }

    async fn prolong(&self, look: &Look<'_>, hash: B256, name: &str, at: Address) -> Result<Option<Task>> {
        let days = match look.try_ask(ARB_WASM, &ArbWasm::programTimeLeftCall { program: at }).await? {
            Ok(seconds) => seconds / DAY,
            Err(refusal) => return self.revive(look, name, at, &refusal).await,
        };
        self.metrics.program_days.get_or_create(&Named { of: name.to_owned() }).set(days as f64);
        if days >= self.config.renew_below_days {
            return Ok(None);
        }
        let call = ArbWasm::codehashKeepaliveCall { codehash: hash };
        let probe = look.try_ask(ARB_WASM, &call).await?.err();
        let task = Task::new((NAME, "keep-alive"), name, ARB_WASM, &call);
        let task = task.because(format!("{days} days of life are left")).patient();
        Ok(self.with_fee(task, name, probe))
    }

    /// A program that is forgotten is activated anew, at the fee that activation costs.
    async fn revive(
        &self,
        look: &Look<'_>,
        name: &str,
        at: Address,
        refusal: &Refusal,
    ) -> Result<Option<Task>> {
        if refusal.name != "ProgramExpired" {
            // What is no program has no life to prolong.
            return Ok(None);
        }
        self.metrics.program_days.get_or_create(&Named { of: name.to_owned() }).set(0.0);
        error!(
            program = name,
            "a program has expired: nothing made of it answers until it is activated anew"
        );
        let call = ArbWasm::activateProgramCall { program: at };
        let probe = look.try_ask(ARB_WASM, &call).await?.err();
        let task = Task::new((NAME, "activate"), name, ARB_WASM, &call);
        Ok(self.with_fee(task.because("it has expired").urgent(Urgency::Now).patient(), name, probe))
    }

    /// The work at its fee, which the chain names when it is offered none; nothing if that is too much.
    fn with_fee(&self, task: Task, name: &str, probe: Option<Refusal>) -> Option<Task> {
        let fee = match probe.map(|refusal| ArbWasm::ProgramInsufficientValue::abi_decode(&refusal.data)) {
            // Not refused without a fee, it costs none.
            None => U256::ZERO,
            Some(Ok(asked)) => asked.want,
            // Refused for another reason: simulated, it will tell.
            Some(Err(_)) => self.config.max_fee.0,
        };
        if fee > self.config.max_fee.0 {
            warn!(program = name, %fee, "to prolong a program's life costs more than it may");
            return None;
        }
        let value = fee.saturating_mul(U256::from(ROOM)) / U256::from(100);
        Some(task.with_value(value, fee))
    }
}
