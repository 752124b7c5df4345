//! Snapshots of the reserves, one a block, and the time-average over them, which walks back as far as it must.

use crate::curve::Reserves;
use crate::decimal::Dec;
use crate::{Result, V1Error};

/// The block and the second an action happens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Unix time.
    pub now: u64,
    /// Block number.
    pub block: u64,
}

/// The reserves at the end of a block, with the time of that block's first swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The reserves.
    pub reserves: Reserves,
    /// Time of the first write.
    pub timestamp: u64,
    /// Block of all writes.
    pub block: u64,
}

/// All snapshots of a market: never empty, never pruned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    older: Vec<Snapshot>,
    latest: Snapshot,
}

/// Where a history stood, to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    older: usize,
    latest: Snapshot,
}

impl History {
    /// A history that begins with these reserves.
    pub fn new(reserves: Reserves, clock: Clock) -> Self {
        let latest = Snapshot { reserves, timestamp: clock.now, block: clock.block };
        History { older: Vec::new(), latest }
    }

    /// How many snapshots there are.
    pub fn len(&self) -> usize {
        self.older.len() + 1
    }

    /// Never: the first snapshot is taken at the start.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Records the reserves after a swap: over this block's snapshot if there is one.
    pub fn record(&mut self, reserves: Reserves, clock: Clock) {
        if self.latest.block == clock.block {
            self.latest.reserves = reserves;
            return;
        }
        self.older.push(self.latest);
        self.latest = Snapshot { reserves, timestamp: clock.now, block: clock.block };
    }

    /// The newest snapshot that this block has not written, or the only one there is.
    pub fn before_block(&self, block: u64) -> Snapshot {
        match self.older.last() {
            Some(previous) if self.latest.block == block => *previous,
            _ => self.latest,
        }
    }

    /// The average of `value` over the last `interval` seconds.
    pub fn average(&self, now: u64, interval: u64, value: impl Fn(&Reserves) -> Result<Dec>) -> Result<Dec> {
        let start = now.saturating_sub(interval);
        let newest = value(&self.latest.reserves)?;
        if interval == 0 || self.older.is_empty() || self.latest.timestamp <= start {
            return Ok(newest);
        }
        let mut until = self.latest.timestamp;
        let mut sum = newest * i128::from(now.saturating_sub(until));
        for snapshot in self.older.iter().rev() {
            let price = value(&snapshot.reserves)?;
            if snapshot.timestamp <= start {
                sum += price * i128::from(until - start);
                return Ok(sum / i128::from(interval));
            }
            sum += price * i128::from(until.saturating_sub(snapshot.timestamp));
            until = snapshot.timestamp;
        }
        // The market is younger than the interval.
        sum.checked_div(i128::from(now.saturating_sub(until))).ok_or(V1Error::DivisionByZero)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { older: self.older.len(), latest: self.latest }
    }

    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.older.truncate(mark.older);
        self.latest = mark.latest;
    }
}
