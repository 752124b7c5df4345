//! Rounds: the head is looked at, jobs say what there is to do, the sender does it; and again at once as long as
//! something was done, since one liquidation may bring about the next.
//!
//! A keeper has nothing on disk. Killed at any moment and started again it finds its work in the views and its nonce in
//! the chain. Several do no harm to each other: whatever one has done the others see, or are refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, Result, ensure};
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tracing::{debug, error, info, warn};

use crate::{
    book::Book,
    chain::{Boxed, Head, Look, Node},
    config::Config,
    jobs::Job,
    metrics::Metrics,
    nonce::Meeting,
    sender::{Outcome, Sender},
    value::Values,
    watch::{News, Watch},
    work::{Task, Urgency},
};

/// Says when to stop. What is under way is finished first.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A way to say it, and to hear it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was said. Nobody being left to say it is no reason.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for a time, or until it is said.
    async fn wait(&mut self, time: Duration) {
        let said = async { self.0.wait_for(|said| *said).await.is_ok() };
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            said = said => {
                if !said {
                    tokio::time::sleep(time).await;
                }
            }
        }
    }
}

/// What a round came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Work that was found, whatever became of it.
    pub found: usize,
    /// Work that was done.
    pub done: usize,
    /// Work that reverted, was replaced, or given up.
    pub failed: usize,
    /// Jobs that could not look, and work that could not be tried: the node did not answer, say.
    pub errors: usize,
}

impl Round {
    fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done { .. } => self.done += 1,
            Outcome::Reverted(_) | Outcome::Replaced | Outcome::GivenUp | Outcome::Reorganised => {
                self.failed += 1;
            }
            _ => {}
        }
    }

    /// Whether the next round may find what this one brought about.
    fn moved(&self) -> bool {
        self.done > 0
    }
}

/// Seconds after which a job looks at everything again because something that it found was lost on the way.
const AGAIN_AFTER: u64 = 60;
/// So long a round works on what is not urgent; then it looks for what is.
const HASTE: Duration = Duration::from_secs(5);

/// A job, and whether it missed news: then there is no telling what happened, for it.
#[derive(Debug)]
struct Hired {
    job: Job,
    missed: bool,
    /// When it takes itself to have missed some: what it remembers as done was not.
    again_at: Option<u64>,
}

impl Hired {
    fn undone(&mut self, now: u64) {
        self.again_at.get_or_insert(now.saturating_add(AGAIN_AFTER));
    }

    /// Whether it has to look at everything; it does now.
    fn looks_anew(&mut self, now: u64) -> bool {
        let again = self.again_at.take_if(|at| *at <= now).is_some();
        again || self.missed
    }
}

/// A keeper.
#[derive(Debug)]
pub struct Keeper {
    node: Node,
    jobs: Vec<Hired>,
    watch: Watch,
    sender: Sender,
    metrics: Metrics,
    poll: Duration,
    sweep_every: u64,
    swept: Option<u64>,
    /// What the last round found and left, for there might have been something more urgent.
    left: Vec<Task>,
    haste: Duration,
}

impl Keeper {
    /// Connects to the node and finds the contracts. The registry has the metrics, to be served.
    pub fn open(
        config: &Config,
        signer: PrivateKeySigner,
        dry_run: bool,
    ) -> Boxed<'_, Result<(Self, Registry)>> {
        Box::pin(Self::begin(config, signer, dry_run))
    }

    async fn begin(config: &Config, signer: PrivateKeySigner, dry_run: bool) -> Result<(Self, Registry)> {
        let node = Node::connect(&config.network).await?;
        let book = match &config.network.book {
            Some(file) => Book::read(file)?,
            None => Book::default(),
        };
        ensure!(
            config.network.book.is_none() || book.chain_id == node.chain_id(),
            "the address book is of chain {}, the node of {}",
            book.chain_id,
            node.chain_id()
        );
        let (metrics, registry) = Metrics::new();
        let look = node.look(node.head().await?, signer.address());
        let jobs = Job::all(config, &book, &look, &metrics).await?;
        let values = Values::open(config, &book, &look).await?;
        warn_of_worthless(&jobs, &values);
        let contracts: Vec<_> = jobs.iter().flat_map(Job::contracts).collect();
        let watch = Watch::new(contracts, config.network.log_blocks);
        let sender = Sender::new(node.clone(), signer, config, values, metrics.clone(), dry_run);
        let jobs = jobs.into_iter().map(|job| Hired { job, missed: true, again_at: None }).collect();
        let keeper = Self {
            node,
            jobs,
            watch,
            sender,
            metrics,
            poll: Duration::from_millis(config.network.poll_millis),
            sweep_every: config.network.sweep_every,
            swept: None,
            left: Vec::new(),
            haste: HASTE,
        };
        Ok((keeper, registry))
    }

    /// What it measures.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Has rounds look for what is urgent after so long, and not after five seconds.
    pub fn look_again_after(&mut self, haste: Duration) {
        self.haste = haste;
    }

    /// Goes round until it is told to stop. A round that fails is tried again after a while.
    pub fn run(self, stop: Stop) -> Boxed<'static, ()> {
        Box::pin(self.go_on(stop))
    }

    async fn go_on(mut self, mut stop: Stop) {
        while !stop.is_set() {
            match self.round(&stop).await {
                Ok(round) if (round.moved() || self.leaves_work()) && !stop.is_set() => {}
                Ok(_) => stop.wait(self.poll).await,
                Err(error) => {
                    self.metrics.fail("node");
                    warn!(error = self.node.hidden(&error), "a round failed");
                    stop.wait(self.poll).await;
                }
            }
        }
        info!("stopped");
    }

    /// Goes round until there is nothing more to do now, or it is told to stop; what all rounds came to.
    pub async fn settle(&mut self, stop: &Stop) -> Result<Round> {
        let mut all = Round::default();
        loop {
            let round = self.round(stop).await?;
            all.found += round.found;
            all.done += round.done;
            all.failed += round.failed;
            all.errors += round.errors;
            if stop.is_set() || !(round.moved() || self.leaves_work()) {
                return Ok(all);
            }
        }
    }

    /// Whether there is work that the last round found and left.
    fn leaves_work(&self) -> bool {
        !self.left.is_empty()
    }

    /// One round.
    pub fn round<'a>(&'a mut self, stop: &'a Stop) -> Boxed<'a, Result<Round>> {
        Box::pin(self.go_round(stop))
    }

    async fn go_round(&mut self, stop: &Stop) -> Result<Round> {
        let started = Instant::now();
        let head = self.node.head().await.context("the head")?;
        self.metrics.head.set(i64::try_from(head.number).unwrap_or(i64::MAX));
        self.metrics.head_time.set(i64::try_from(head.time).unwrap_or(i64::MAX));
        let look_node = self.node.clone();
        let look = look_node.look(head, self.sender.address());
        let news = self.news(head, &look).await?;
        let mut round = Round::default();
        let tasks = self.find(&look, &news, &mut round).await;
        round.found = tasks.len();
        self.work(tasks, &look, stop, &mut round).await;
        self.sender.tell(look.now).await?;
        if round.errors == 0 {
            self.metrics.round(started.elapsed());
        }
        debug!(block = head.number, ?round, "a round");
        Ok(round)
    }

    /// What has happened; everything, now and then.
    async fn news(&mut self, head: Head, look: &Look<'_>) -> Result<News> {
        let back = matches!(self.sender.meet().await.context("the nonce")?, Meeting::Back { .. });
        if back {
            self.forget();
        }
        let mut news = self.watch.news(&self.node, head).await.context("events")?;
        news.reorganised |= back;
        news.blind |= back;
        news.fresh |= back;
        if news.reorganised {
            warn!(block = head.number, "the chain is another one than it was: everything is looked at again");
            self.metrics.reorganisations.inc();
            self.forget();
        }
        if news.fresh || self.swept.is_none_or(|last| look.now >= last.saturating_add(self.sweep_every)) {
            self.swept = Some(look.now);
            news.fresh = true;
            self.watch.follow(self.jobs.iter().flat_map(|hired| hired.job.contracts()));
        }
        Ok(news)
    }

    /// The chain is another one: what was seen and done on it counts no more.
    fn forget(&mut self) {
        self.sender.forget();
        self.left.clear();
        self.jobs.iter_mut().for_each(|hired| hired.missed = true);
    }

    /// What all jobs find, and what was left, the most urgent first.
    async fn find(&mut self, look: &Look<'_>, news: &News, round: &mut Round) -> Vec<Task> {
        let mut tasks = Vec::new();
        for hired in &mut self.jobs {
            // A job that cannot look this time must not take the next news for all that happened.
            let anew = hired.looks_anew(look.now);
            let for_it = if anew || news.fresh { news.sweeping(anew) } else { news.clone() };
            hired.missed = true;
            match hired.job.look(look, &for_it, &mut tasks).await {
                Ok(()) => hired.missed = false,
                // What it found in other markets is done all the same.
                Err(error) => {
                    round.errors += 1;
                    self.metrics.fail(hired.job.name());
                    error!(job = hired.job.name(), error = self.node.hidden(&error), "a job could not look");
                }
            }
        }
        // What was left is older: it comes first, but as it is found now, where it is found again.
        let left = std::mem::take(&mut self.left);
        let waited: BTreeMap<String, usize> =
            left.iter().enumerate().map(|(place, task)| (task.key(), place)).collect();
        let found: BTreeSet<String> = tasks.iter().map(Task::key).collect();
        tasks.extend(left.into_iter().filter(|old| !found.contains(&old.key())));
        let place = |task: &Task| waited.get(&task.key()).copied().unwrap_or(usize::MAX);
        tasks.sort_by_cached_key(|task| (task.urgency, place(task)));
        tasks
    }

    /// Does what was found, one after the other, until it is told to stop, the chain turns out to be another one, or
    /// there may be something more urgent by now.
    async fn work(&mut self, tasks: Vec<Task>, look: &Look<'_>, stop: &Stop, round: &mut Round) {
        let mut leisure = None;
        let mut tasks = tasks.into_iter();
        while let Some(task) = tasks.next() {
            if stop.is_set() {
                return;
            }
            if task.urgency != Urgency::Now {
                if leisure.is_some_and(|since: Instant| since.elapsed() >= self.haste) {
                    self.left.push(task);
                    self.left.extend(tasks);
                    return;
                }
                leisure.get_or_insert_with(Instant::now);
            }
            if self.attempt(&task, look, stop, round).await == Some(Outcome::Reorganised) {
                self.metrics.reorganisations.inc();
                self.forget();
                return;
            }
        }
    }

    /// Carries a piece of work out; in parts, if it is not worth its gas as a whole.
    async fn attempt(
        &mut self,
        task: &Task,
        look: &Look<'_>,
        stop: &Stop,
        round: &mut Round,
    ) -> Option<Outcome> {
        let outcome = self.carry_out(task, look, round).await;
        if !matches!(outcome, Some(Outcome::NotWorth(_))) {
            return outcome;
        }
        for part in &task.parts {
            if stop.is_set() {
                break;
            }
            if self.carry_out(part, look, round).await == Some(Outcome::Reorganised) {
                return Some(Outcome::Reorganised);
            }
        }
        outcome
    }

    async fn carry_out(&mut self, task: &Task, look: &Look<'_>, round: &mut Round) -> Option<Outcome> {
        let carried = self.sender.carry_out(task, look).await;
        if carried.as_ref().map_or(true, Outcome::is_lost) {
            let hired = self.jobs.iter_mut().filter(|hired| hired.job.name() == task.job);
            hired.for_each(|hired| hired.undone(look.now));
        }
        match carried {
            Ok(outcome) => {
                round.note(&outcome);
                Some(outcome)
            }
            Err(error) => {
                round.errors += 1;
                self.metrics.fail(task.job);
                warn!(job = task.job, action = task.action, error = self.node.hidden(&error), "not tried");
                None
            }
        }
    }
}

/// Rewards in a token that nobody has put a worth on count nothing: it is better to know.
fn warn_of_worthless(jobs: &[Job], values: &Values) {
    for token in jobs.iter().flat_map(Job::tokens).filter(|token| !values.knows(*token)) {
        warn!(%token, "no [tokens] entry says what rewards in this token are worth: they count nothing");
    }
}
