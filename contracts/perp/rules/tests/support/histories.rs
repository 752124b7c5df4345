//! Random histories beside each other, and what happened in them.

use std::{collections::BTreeMap, panic, thread};

/// How often each thing happened, and was refused for what.
#[derive(Default)]
pub struct Counts {
    pub worked: BTreeMap<String, u64>,
    pub refused: BTreeMap<String, u64>,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        for (all, one) in [(&mut self.worked, other.worked), (&mut self.refused, other.refused)] {
            for (name, count) in one {
                *all.entry(name).or_default() += count;
            }
        }
    }

    pub fn worked(&mut self, name: impl Into<String>) {
        *self.worked.entry(name.into()).or_default() += 1;
    }

    pub fn seen(&mut self, name: &str, happened: bool) {
        if happened {
            self.worked(name);
        }
    }

    /// Each of these kinds of thing has happened.
    pub fn require_worked(&self, kinds: &[&str]) {
        for kind in kinds {
            assert!(self.worked.contains_key(*kind), "nothing of this has happened: {kind}");
        }
    }

    /// Each of these refusals, named with what was refused, has been met.
    pub fn require_refused(&self, refusals: &[&str]) {
        for refusal in refusals {
            assert!(self.refused.contains_key(*refusal), "nothing was refused so: {refusal}");
        }
    }
}

/// Runs histories; those that fail are told apart by their seed, `variable` of a run that repeats one, and the others go
/// on.
pub fn run(variable: &str, seeds: &[u64], history: fn(u64) -> Counts) -> (Counts, Vec<u64>) {
    let (mut all, mut failed) = (Counts::default(), Vec::new());
    for seed in seeds {
        match panic::catch_unwind(|| history(*seed)) {
            Ok(counts) => all.add(counts),
            Err(_) => {
                eprintln!("{variable}={seed}");
                failed.push(*seed);
            }
        }
    }
    (all, failed)
}

/// All histories, shared out among the machine's cores.
pub fn run_all(variable: &str, seeds: &[u64], history: fn(u64) -> Counts) -> (Counts, Vec<u64>) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = seeds.len().div_ceil(cores).max(1);
    let (mut all, mut failed) = (Counts::default(), Vec::new());
    thread::scope(|scope| {
        let parts: Vec<_> =
            seeds.chunks(share).map(|part| scope.spawn(move || run(variable, part, history))).collect();
        for part in parts {
            let (counts, mut failures) = part.join().expect("a thread");
            all.add(counts);
            failed.append(&mut failures);
        }
    });
    (all, failed)
}
