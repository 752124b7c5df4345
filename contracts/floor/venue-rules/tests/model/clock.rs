//! The mark second by second: what the mid was in each, and whether that was an earlier one.

use everfloor_venue_rules::Params;
use num_bigint::BigUint;

use crate::naive::Refusal;

pub struct Clock {
    pub opened: u64,
    /// The mid of each second since, and whether there was none.
    seconds: Vec<(u128, bool)>,
    carried: u128,
    /// The sum of all mids.
    pub total: BigUint,
    pub blind: u64,
    /// The last second in which the rules counted.
    pub counted: u64,
    /// When snapshots were taken, all of them.
    pub snapshots: Vec<u64>,
}

/// Average, seconds, blind seconds, and how many different mids there were.
pub type Naively = (u128, u64, u64, usize);

impl Clock {
    pub fn new(price: u128, now: u64) -> Self {
        Self {
            opened: now,
            seconds: Vec::new(),
            carried: price,
            total: BigUint::ZERO,
            blind: 0,
            counted: now,
            snapshots: vec![now],
        }
    }

    pub fn now(&self) -> u64 {
        self.opened + self.seconds.len() as u64
    }

    /// Some seconds pass, in which the book stays as it is.
    pub fn pass(&mut self, seconds: u64, mid: Option<u128>) {
        if seconds > 0 {
            self.carried = mid.unwrap_or(self.carried);
        }
        for _ in 0..seconds {
            self.seconds.push((self.carried, mid.is_none()));
            self.total += self.carried;
            self.blind += u64::from(mid.is_none());
        }
    }

    /// The book changes, or somebody counts.
    pub fn count(&mut self, period: u64) {
        let now = self.now();
        if now == self.counted {
            return;
        }
        self.counted = now;
        if now >= self.snapshots.last().expect("one when it opened") + period {
            self.snapshots.push(now);
        }
    }

    /// The average of the seconds from one to another, the latter not included.
    pub fn average(&self, from: u64, to: u64) -> Naively {
        let seconds = &self.seconds[(from - self.opened) as usize..(to - self.opened) as usize];
        let sum: BigUint = seconds.iter().map(|(mid, _)| *mid).map(BigUint::from).sum();
        let price = u128::try_from(sum / seconds.len()).expect("a price");
        let mut mids: Vec<u128> = seconds.iter().map(|(mid, _)| *mid).collect();
        mids.dedup();
        let blind = seconds.iter().filter(|(_, blind)| *blind).count() as u64;
        (price, to - from, blind, mids.len())
    }

    pub fn epoch(&self, params: &Params, epoch: u32) -> Result<Naively, Refusal> {
        let start = params.genesis + u64::from(epoch) * params.epoch;
        let end = start + params.epoch;
        if end > self.now() {
            return Err("EpochNotOver");
        }
        if start < self.opened {
            return Err("EpochNotRecorded");
        }
        Ok(self.average(start, end))
    }

    /// Where an average since a time begins, and the average.
    pub fn since(&self, params: &Params, time: u64) -> Result<Naively, Refusal> {
        let from = if time >= self.counted {
            time
        } else {
            let kept = self.snapshots.len().saturating_sub(params.snapshots as usize);
            *self.snapshots[kept..].iter().rev().find(|taken| **taken <= time).ok_or("NoSnapshot")?
        };
        if from >= self.now() { Err("NothingToAverage") } else { Ok(self.average(from, self.now())) }
    }
}
