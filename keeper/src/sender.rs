//! Carries work out: simulates it, holds what it brings against its gas, sends it, and sees it through.
//!
//! One transaction is under way at a time: what it changed is what the next is simulated on, and an account's nonces
//! cannot get out of order. Work that somebody else did meanwhile is refused when it is simulated, and dropped: that is
//! no error. Of two keepers that send the same within one block, the second pays for a refusal or for a call that did
//! nothing; it is not sent a second time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use alloy::{
    consensus::{SignableTransaction, Transaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    primitives::{Address, TxKind, U256},
    providers::Provider,
    rpc::types::TransactionReceipt,
    signers::{SignerSync, local::PrivateKeySigner},
};
use anyhow::{Context, Result, anyhow};
use tracing::{debug, info, warn};

use crate::{
    budget::{Budget, Terms, Verdict},
    chain::{Look, Node, request},
    config::Config,
    metrics::Metrics,
    nonce::{Fees, Flight, Meeting, Nonces, Patience, Sight, Step},
    refusal::Refusal,
    value::Values,
    work::{Pays, Sum, Task, Urgency},
};

/// Seconds for which work that was refused rests at first, and at most.
const REST: u64 = 15;
const LONGEST_REST: u64 = 960;
/// And for which what is not worth its gas rests, unless it is urgent: a lot of it must not take the time of the rest.
const NOT_WORTH_REST: u64 = 60;
/// So often work may revert in a row before it rests, unless it is patient.
const REVERTS: u32 = 2;
/// So often the same work may be done before it rests, unless it is patient: a whale takes a few liquidations, but what
/// is still there after so many is not going to end by the next.
const REPEATS: u32 = 16;
/// So many keys are remembered before those of blocks long past are forgotten, and how long past.
const REMEMBERED: usize = 4_096;
const LONG_PAST: u64 = 256;

/// What became of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done {
        /// Wei that it cost.
        cost: U256,
    },
    /// It would have been sent, but nothing is.
    DryRun,
    /// What shows it is older than what was done about it.
    Seen,
    /// It was refused a while ago and rests.
    Resting,
    /// Simulated, it is refused: somebody was faster, or its time has not come.
    Refused(String),
    /// Simulated, it does nothing.
    Nothing,
    /// Gas costs more than it may, wei.
    TooDear(u128),
    /// It brings too little, or the budget is spent.
    NotWorth(Verdict),
    /// It was mined and reverted, with this error.
    Reverted(String),
    /// Another transaction has its nonce.
    Replaced,
    /// It was not mined in time.
    GivenUp,
    /// Blocks with our transactions are gone: everything has to be looked at again before anything is sent.
    Reorganised,
}

impl Outcome {
    /// Whether it was sent and not done: then nobody may remember it as done.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Reverted(_) | Self::Replaced | Self::GivenUp)
    }

    /// Its name in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::DryRun => "dry-run",
            Self::Seen => "seen",
            Self::Resting => "resting",
            Self::Refused(_) => "refused",
            Self::Nothing => "nothing",
            Self::TooDear(_) => "too-dear",
            Self::NotWorth(_) => "not-worth",
            Self::Reverted(_) => "reverted",
            Self::Replaced => "replaced",
            Self::GivenUp => "given-up",
            Self::Reorganised => "reorganised",
        }
    }
}

/// When work is tried again that was refused, or was done and is still there.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    until: u64,
    since: u64,
    times: u32,
}

impl Rest {
    /// It was refused: it rests, twice as long each time, after it was `free` times let off.
    fn refused(&mut self, now: u64, free: u32) {
        if self.times >= free {
            let doubled = REST.checked_shl(self.times.saturating_sub(free)).unwrap_or(LONGEST_REST);
            self.until = now.saturating_add(doubled.min(LONGEST_REST));
        }
        self.count(now);
    }

    /// It was done: that begins the count anew, unless it was done a moment ago; it rests if that was so `free` times.
    fn done(&mut self, now: u64, free: u32) {
        if now >= self.since.saturating_add(REST) {
            self.times = 0;
        }
        if self.times >= free {
            self.until = now.saturating_add(REST);
        }
        self.count(now);
    }

    fn count(&mut self, now: u64) {
        self.since = now;
        self.times = self.times.saturating_add(1).min(32);
    }
}

/// What work was found to bring and cost, and who pays for it.
struct Offer {
    gas_limit: u64,
    fees: Fees,
    reward: U256,
    from_budget: bool,
}

/// Sends one account's transactions.
#[derive(Debug)]
pub struct Sender {
    node: Node,
    signer: PrivateKeySigner,
    config: crate::config::Gas,
    terms: Terms,
    budget: Budget,
    values: Values,
    nonces: Nonces,
    poll: Duration,
    dry_run: bool,
    metrics: Metrics,
    resting: BTreeMap<String, Rest>,
    done: BTreeMap<String, u64>,
}

impl Sender {
    /// A sender for a node and a key.
    pub fn new(
        node: Node,
        signer: PrivateKeySigner,
        config: &Config,
        values: Values,
        metrics: Metrics,
        dry_run: bool,
    ) -> Self {
        let terms = Terms { min_profit: config.profit.min_ether.0, subsidise: config.profit.subsidise };
        Self {
            node,
            signer,
            config: config.gas,
            terms,
            budget: Budget::new(config.profit.upkeep_ether_a_day.0),
            values,
            nonces: Nonces::default(),
            poll: Duration::from_millis(config.network.poll_millis),
            dry_run,
            metrics,
            resting: BTreeMap::new(),
            done: BTreeMap::new(),
        }
    }

    /// Whose transactions they are.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// What tokens are worth.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Forgets what was done: the chain on which it was is gone.
    pub fn forget(&mut self) {
        self.done.clear();
        self.resting.clear();
    }

    /// Tells metrics what is in the account and left of the budget.
    pub async fn tell(&mut self, now: u64) -> Result<()> {
        let balance = self.node.provider().get_balance(self.address()).await?;
        self.metrics.balance.set(ether(balance));
        self.metrics.budget_left.set(ether(self.budget.left(now)));
        Ok(())
    }

    // ---- what becomes of work ----

    /// Carries a piece of work out, as it was seen in a look.
    pub async fn carry_out(&mut self, task: &Task, look: &Look<'_>) -> Result<Outcome> {
        let outcome = self.attempt(task, look).await?;
        self.remember(task, look, &outcome);
        self.metrics.count(task.job, task.action, outcome.name());
        let Task { job, action, subject, why, .. } = task;
        match &outcome {
            Outcome::Done { cost } => info!(job, action, %subject, %why, cost = ether(*cost), "done"),
            Outcome::DryRun => info!(job, action, %subject, %why, "would be done"),
            Outcome::Reverted(error) => warn!(job, action, %subject, %error, "reverted"),
            Outcome::Replaced | Outcome::GivenUp | Outcome::Reorganised => {
                warn!(job, action, %subject, outcome = outcome.name(), "not done");
            }
            other => debug!(job, action, %subject, outcome = ?other, "not done"),
        }
        Ok(outcome)
    }

    async fn attempt(&mut self, task: &Task, look: &Look<'_>) -> Result<Outcome> {
        let key = task.key();
        if self.done.get(&key).is_some_and(|block| look.head.number < *block) {
            return Ok(Outcome::Seen);
        }
        if self.resting.get(&key).is_some_and(|rest| look.now < rest.until) {
            return Ok(Outcome::Resting);
        }
        let offer = match self.offer(task, look).await? {
            Ok(offer) => offer,
            Err(outcome) => return Ok(outcome),
        };
        if self.dry_run {
            return Ok(Outcome::DryRun);
        }
        let outcome = self.fly(task, look, &offer).await?;
        if matches!(outcome, Outcome::Done { .. }) {
            self.metrics.earned.inc_by(ether(offer.reward));
        }
        Ok(outcome)
    }

    /// What is remembered, so that the same is not done again on the same sight, nor tried without end.
    fn remember(&mut self, task: &Task, look: &Look<'_>, outcome: &Outcome) {
        let key = task.key();
        match outcome {
            Outcome::Done { .. } => self.rest(key).done(look.now, if task.patient { 0 } else { REPEATS }),
            Outcome::DryRun => {
                self.resting
                    .insert(key, Rest { until: look.now.saturating_add(LONGEST_REST), ..Rest::default() });
            }
            Outcome::Refused(_) | Outcome::Nothing if task.patient => self.rest(key).refused(look.now, 0),
            Outcome::NotWorth(_) if task.urgency != Urgency::Now => {
                self.rest(key).until = look.now.saturating_add(NOT_WORTH_REST);
            }
            Outcome::Reverted(_) => {
                self.rest(key).refused(look.now, if task.patient { 0 } else { REVERTS });
            }
            _ => {}
        }
    }

    fn rest(&mut self, key: String) -> &mut Rest {
        self.resting.entry(key).or_default()
    }

    // ---- whether it is worth it ----

    /// Simulates, estimates and judges.
    async fn offer(&mut self, task: &Task, look: &Look<'_>) -> Result<Result<Offer, Outcome>> {
        let call = request(self.address(), task.to, task.data.clone(), task.value);
        let answer = match self.node.simulate(call.clone()).await? {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Err(Outcome::Refused(refusal.name))),
        };
        let reward = match task.pays {
            Pays::Nothing => None,
            Pays::AtLeast(sum) => Some(sum),
            Pays::Answered { token, read } => match read(&answer) {
                None => return Ok(Err(Outcome::Nothing)),
                Some(amount) => Some(Sum { token, amount }),
            },
        };
        let reward = match reward {
            None => None,
            // Who is bankrupt pays nothing, and is in nobody's interest to be left alone.
            Some(sum) => Some(self.values.of(look, sum).await?).filter(|worth| !worth.is_zero()),
        };
        let gas = match self.node.estimate(call).await? {
            Ok(gas) => gas,
            Err(refusal) => return Ok(Err(Outcome::Refused(refusal.name))),
        };
        let price = self.node.provider().get_gas_price().await?;
        self.metrics.gas_price.set(price as f64 / 1e9);
        let (tip, cap) = (self.config.tip_gwei.0, self.config.max_price_gwei.0);
        let Some(fees) = Fees::at(price, tip, cap) else { return Ok(Err(Outcome::TooDear(price))) };
        let cost = U256::from(gas).saturating_mul(U256::from(price.saturating_add(tip)));
        let left = match task.urgency {
            Urgency::Upkeep => self.budget.left_for_upkeep(look.now),
            Urgency::Now | Urgency::Due => self.budget.left(look.now),
        };
        let from_budget = match self.terms.judge(cost.saturating_add(task.fee), reward, left) {
            Verdict::Pays => false,
            Verdict::FromBudget => true,
            verdict => return Ok(Err(Outcome::NotWorth(verdict))),
        };
        let gas_limit = gas.saturating_add(gas.saturating_mul(self.config.room_percent) / 100);
        Ok(Ok(Offer { gas_limit, fees, reward: reward.unwrap_or_default(), from_budget }))
    }

    // ---- sending ----

    /// Whether the chain has as many of our transactions as we think.
    pub async fn meet(&mut self) -> Result<Meeting> {
        let meeting = self.nonces.meet(self.mined().await?);
        match meeting {
            Meeting::Known | Meeting::First => {}
            Meeting::Ahead { by } => {
                warn!(by, "transactions of this account that this keeper did not see through")
            }
            Meeting::Back { by } => warn!(by, "blocks with transactions of this account are gone"),
        }
        Ok(meeting)
    }

    async fn mined(&self) -> Result<u64> {
        Ok(self.node.provider().get_transaction_count(self.address()).latest().await?)
    }

    /// Sends it and waits until it is in the chain, or is not going to be.
    async fn fly(&mut self, task: &Task, look: &Look<'_>, offer: &Offer) -> Result<Outcome> {
        if let Meeting::Back { .. } = self.meet().await? {
            return Ok(Outcome::Reorganised);
        }
        let nonce = self.nonces.next().unwrap_or_default();
        let Some((mut flight, mut answered)) = self.launch(task, offer, nonce).await? else {
            return Ok(Outcome::Replaced);
        };
        let started = Instant::now();
        let patience = Patience {
            bump_after: Duration::from_secs(self.config.bump_after),
            give_up_after: Duration::from_secs(self.config.give_up_after),
        };
        loop {
            let looked = self.sight(&flight).await;
            let elapsed = started.elapsed();
            match looked {
                Ok((mined, receipt)) => {
                    let sight = Sight { has_receipt: receipt.is_some(), mined, elapsed };
                    match (flight.step(sight, patience), receipt) {
                        (Step::Landed, Some(receipt)) => {
                            return self.landed(task, look, offer, nonce, &receipt).await;
                        }
                        (Step::Replaced, _) => return Ok(self.lost(Outcome::Replaced)),
                        (Step::GiveUp, _) => return Ok(self.lost(Outcome::GivenUp)),
                        (Step::Bump, _) => self.bump(task, offer, &mut flight, elapsed).await,
                        (Step::Wait | Step::Landed, _) => {}
                    }
                }
                // It is under way, whether the node answers or not: it is seen through.
                Err(_) if elapsed >= patience.give_up_after => return Ok(self.lost(Outcome::GivenUp)),
                Err(error) => self.stumble("a look at what is under way failed", &error),
            }
            tokio::time::sleep(self.poll).await;
            if !answered {
                answered = self.send_again(task, offer, &flight).await;
            }
        }
    }

    /// Sends the same once more, since the node did not say whether it has it; whether it does now.
    async fn send_again(&self, task: &Task, offer: &Offer, flight: &Flight) -> bool {
        let Ok(same) = self.sign(task, offer.gas_limit, flight.fees, flight.nonce) else { return true };
        !matches!(self.send(&same).await, Ok(Sent::Unanswered) | Err(_))
    }

    /// How many of the account's transactions are in the chain, and then the receipt of this one.
    async fn sight(&self, flight: &Flight) -> Result<(u64, Option<TransactionReceipt>)> {
        Ok((self.mined().await?, self.receipt(flight).await?))
    }

    /// The node failed in something that is tried again.
    fn stumble(&self, what: &str, error: &anyhow::Error) {
        self.metrics.fail("node");
        warn!(error = self.node.hidden(error), "{what}");
    }

    fn lost(&mut self, outcome: Outcome) -> Outcome {
        self.metrics.lost.inc();
        self.nonces.forget();
        outcome
    }

    /// Sends it for the first time. What an earlier life of this keeper left in the pool under the same nonce has to be
    /// outbid. None if the nonce was used meanwhile; else with whether the node said that it has it.
    async fn launch(&mut self, task: &Task, offer: &Offer, nonce: u64) -> Result<Option<(Flight, bool)>> {
        let mut fees = offer.fees;
        loop {
            let transaction = self.sign(task, offer.gas_limit, fees, nonce)?;
            let flight = || Flight::new(nonce, fees, *transaction.tx_hash());
            match self.send(&transaction).await? {
                Sent::Taken => return Ok(Some((flight(), true))),
                Sent::Unanswered => return Ok(Some((flight(), false))),
                Sent::NonceUsed => {
                    self.nonces.forget();
                    return Ok(None);
                }
                Sent::Underpriced => {
                    match fees.bumped(self.config.bump_percent, self.config.max_price_gwei.0) {
                        Some(higher) => fees = higher,
                        None => {
                            let cap = self.config.max_price_gwei.0;
                            return Err(anyhow!(
                                "what waits in the pool under nonce {nonce} offers more than {cap} wei"
                            ));
                        }
                    }
                }
            }
        }
    }

    /// Sends it again at a higher price, if the cap allows one and the node takes it.
    async fn bump(&mut self, task: &Task, offer: &Offer, flight: &mut Flight, elapsed: Duration) {
        if let Err(error) = self.try_bump(task, offer, flight, elapsed).await {
            self.stumble("not sent again", &error);
            flight.not_again(elapsed);
        }
    }

    async fn try_bump(
        &mut self,
        task: &Task,
        offer: &Offer,
        flight: &mut Flight,
        elapsed: Duration,
    ) -> Result<()> {
        let higher = flight.fees.bumped(self.config.bump_percent, self.config.max_price_gwei.0);
        let Some(fees) = higher else {
            flight.not_again(elapsed);
            return Ok(());
        };
        let transaction = self.sign(task, offer.gas_limit, fees, flight.nonce)?;
        match self.send(&transaction).await? {
            Sent::Taken | Sent::Unanswered => {
                self.metrics.bumps.inc();
                warn!(nonce = flight.nonce, most = fees.most, "not mined yet: sent again at a higher price");
                flight.again(fees, *transaction.tx_hash(), elapsed);
            }
            Sent::NonceUsed | Sent::Underpriced => flight.not_again(elapsed),
        }
        Ok(())
    }

    fn sign(&self, task: &Task, gas_limit: u64, fees: Fees, nonce: u64) -> Result<TxEnvelope> {
        let transaction = TxEip1559 {
            chain_id: self.node.chain_id(),
            nonce,
            gas_limit,
            max_fee_per_gas: fees.most,
            max_priority_fee_per_gas: fees.tip,
            to: TxKind::Call(task.to),
            value: task.value,
            access_list: Default::default(),
            input: task.data.clone(),
        };
        let signature = self.signer.sign_hash_sync(&transaction.signature_hash())?;
        Ok(TxEnvelope::from(transaction.into_signed(signature)))
    }

    async fn send(&self, transaction: &TxEnvelope) -> Result<Sent> {
        let sent = self.node.provider().send_raw_transaction(&transaction.encoded_2718()).await;
        let Err(error) = sent else { return Ok(Sent::Taken) };
        let Some(response) = error.as_error_resp() else {
            self.stumble("no answer to a transaction", &anyhow!(error));
            return Ok(Sent::Unanswered);
        };
        // Nodes have no numbers for these, but they have the words.
        Ok(match response.message.to_lowercase() {
            words if words.contains("already known") || words.contains("known transaction") => Sent::Taken,
            words if words.contains("nonce too low") => Sent::NonceUsed,
            words if words.contains("underpriced") => Sent::Underpriced,
            _ => {
                return Err(anyhow!(error))
                    .with_context(|| format!("nonce {} not sent", transaction.nonce()));
            }
        })
    }

    /// The receipt of whichever form of a transaction is in the chain.
    async fn receipt(&self, flight: &Flight) -> Result<Option<TransactionReceipt>> {
        for hash in &flight.hashes {
            if let Some(receipt) = self.node.provider().get_transaction_receipt(*hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// It is in the chain: counts what it cost, and what became of it.
    async fn landed(
        &mut self,
        task: &Task,
        look: &Look<'_>,
        offer: &Offer,
        nonce: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Outcome> {
        self.nonces.used(nonce);
        let price = U256::from(receipt.effective_gas_price);
        let fee = if receipt.status() { task.fee } else { U256::ZERO };
        let cost = U256::from(receipt.gas_used).saturating_mul(price).saturating_add(fee);
        self.metrics.spent.inc_by(ether(cost));
        if offer.from_budget {
            self.budget.spend(look.now, cost);
        }
        let block = receipt.block_number.unwrap_or_default();
        self.note_done(task.key(), block, look.now);
        if receipt.status() {
            return Ok(Outcome::Done { cost });
        }
        Ok(Outcome::Reverted(self.why(task, block).await))
    }

    fn note_done(&mut self, key: String, block: u64, now: u64) {
        if self.resting.len() >= REMEMBERED {
            self.resting.retain(|_, rest| rest.until.max(rest.since).saturating_add(LONGEST_REST) > now);
        }
        if self.done.len() >= REMEMBERED {
            self.done.retain(|_, at| at.saturating_add(LONG_PAST) > block);
        }
        self.done.insert(key, block);
    }

    /// Why it reverted, as far as asking again on the block before tells.
    async fn why(&self, task: &Task, block: u64) -> String {
        let call = request(self.address(), task.to, task.data.clone(), task.value);
        let again = self.node.provider().call(call).block(block.saturating_sub(1).into()).await;
        match again.map_err(|error| Refusal::of_call(&error)) {
            Err(Some(refusal)) => refusal.name,
            _ => "it succeeds when asked again".into(),
        }
    }
}

/// What a node says to a transaction.
enum Sent {
    /// It has it.
    Taken,
    /// Nothing: it may have it all the same.
    Unanswered,
    /// Its nonce was used.
    NonceUsed,
    /// It offers less than what has to be outbid.
    Underpriced,
}

/// Wei as ether, to read.
pub(crate) fn ether(wei: U256) -> f64 {
    f64::from(wei) / 1e18
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_rests_twice_as_long_each_time_up_to_a_limit() {
        let mut rest = Rest::default();
        let mut rests = Vec::new();
        for _ in 0..9 {
            rest.refused(100, 2);
            rests.push(rest.until.saturating_sub(100));
        }
        assert_eq!(rests, [0, 0, 15, 30, 60, 120, 240, 480, 960]);
        for _ in 0..100 {
            rest.refused(100, 2);
        }
        assert_eq!(rest.until, 100 + LONGEST_REST);
    }

    #[test]
    fn what_is_done_again_and_again_rests_and_what_is_done_now_and_then_does_not() {
        let mut rest = Rest::default();
        for _ in 0..3 {
            rest.done(100, 3);
        }
        assert_eq!(rest.until, 0);
        rest.done(100, 3);
        assert_eq!(rest.until, 100 + REST);
        let mut rest = Rest::default();
        for time in 0..10 {
            rest.done(100 + time * REST, 3);
        }
        assert_eq!(rest.until, 0);
    }
}
