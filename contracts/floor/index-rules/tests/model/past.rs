//! The model of the index: every value and every reading it ever had, and integrals over these.

use everfloor_index_rules::{IndexParams, Readings};

use crate::{
    desk::Refusal,
    number::{Int, down, int, narrow},
};

/// A price that holds from one time to the next.
#[derive(Clone, Debug, Default)]
pub struct Steps(pub Vec<(u64, u128)>);

impl Steps {
    /// The integral between two times, of which none is before the first step.
    pub fn area(&self, from: u64, to: u64) -> Int {
        let ends = self.0.iter().skip(1).map(|step| step.0).chain([u64::MAX]);
        let parts = self.0.iter().zip(ends).map(|((start, price), end)| {
            let seconds = to.min(end).saturating_sub(from.max(*start));
            int(*price) * seconds
        });
        parts.sum()
    }

    pub fn last(&self) -> u128 {
        self.0.last().map_or(0, |step| step.1)
    }

    /// The average, rounded down; the last price where there is no time.
    pub fn average(&self, from: u64, to: u64) -> Int {
        if to > from { down(self.area(from, to), to - from) } else { int(self.last()) }
    }
}

/// A bound's readings, and where its average begins now and next.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    pub steps: Steps,
    pub from: u64,
    pub next: u64,
}

impl Watch {
    fn restart(&mut self, now: u64) {
        (self.from, self.next) = (now, now);
    }

    fn touch(&mut self, now: u64, window: u64) {
        let quiet = self.steps.0.last().is_none_or(|step| now - step.0 >= window);
        if quiet {
            self.restart(now - window);
        } else if now - self.next >= window {
            self.from = self.next;
            self.next += window;
        }
    }
}

#[derive(Clone, Debug)]
pub struct Past {
    pub values: Steps,
    pub bids: Watch,
    pub asks: Watch,
    pub next: u32,
    pub params: IndexParams,
}

/// What an update came to.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub raw: Int,
    pub lower: Int,
    pub upper: Option<Int>,
    pub bounded: Int,
    pub price: Int,
}

impl Past {
    pub fn new(params: IndexParams) -> Self {
        Self { values: Steps::default(), bids: Watch::default(), asks: Watch::default(), next: 0, params }
    }

    pub fn start(&self, epoch: u32) -> u64 {
        self.params.genesis + self.params.epoch_length * u64::from(epoch)
    }

    pub fn begun(&self) -> Option<u64> {
        self.values.0.first().map(|step| step.0)
    }

    /// The first epoch that begins with a value.
    pub fn first(&self) -> Option<u32> {
        let begun = self.begun()?;
        (0..).find(|epoch| self.start(*epoch) >= begun)
    }

    /// Beginnings of epochs that are not written.
    pub fn unwritten(&self, now: u64) -> u32 {
        if self.begun().is_none() {
            return 0;
        }
        (self.next..).take_while(|epoch| self.start(*epoch) <= now).count() as u32
    }

    pub fn close(&mut self, most: u32, now: u64) -> bool {
        let unwritten = self.unwritten(now);
        self.next += unwritten.min(most);
        unwritten <= most
    }

    pub fn update(&mut self, readings: &Readings, now: u64) -> Result<News, Refusal> {
        if now < self.params.genesis {
            return Err("NotStarted");
        }
        let mut answers: Vec<u128> = [readings.book, readings.pool, readings.reports]
            .into_iter()
            .filter(|price| *price > 0 && *price < 1 << 88)
            .collect();
        if (answers.len() as u32) < self.params.min_sources {
            return Err("TooFewSources");
        }
        answers.sort_unstable();
        let (low, high) = (answers[(answers.len() - 1) / 2], answers[answers.len() / 2]);
        let raw = down(int(low) + high, 2);
        let before = self.values.0.last().copied();
        if before.is_none() {
            self.next = (0..).find(|epoch| self.start(*epoch) >= now).expect("an epoch");
            self.bids.restart(now);
            self.bids.steps.0.push((now, readings.bid));
        } else if !self.close(8, now) {
            return Err("EpochsPending");
        }
        let (lower, upper) = self.bounds(readings, now);
        let bounded = raw.clone().min(upper.clone().unwrap_or_else(|| raw.clone())).max(lower.clone());
        let price = match before {
            None => bounded.clone(),
            Some((time, last)) => {
                let seconds = (now - time).min(172_800);
                let step = down(int(last) * 5_787_037_037_037_u64 * seconds, 10_u128.pow(18));
                bounded.clone().max(int(last) - &step).min(int(last) + &step)
            }
        };
        self.values.0.push((now, narrow(&price)));
        Ok(News { raw, lower, upper, bounded, price })
    }

    fn bounds(&mut self, readings: &Readings, now: u64) -> (Int, Option<Int>) {
        let window = self.params.window;
        self.bids.touch_unless_new(now, window);
        let lower = self.bids.steps.average(self.bids.from, now);
        self.bids.steps.0.push((now, readings.bid));
        let was_asked = self.asks.steps.last() > 0;
        if was_asked {
            self.asks.touch(now, window);
        }
        let is_full = was_asked && now - self.asks.from >= window;
        let upper = (is_full && readings.ask > 0).then(|| self.asks.steps.average(self.asks.from, now));
        if !was_asked {
            self.asks.restart(now);
        }
        self.asks.steps.0.push((now, readings.ask));
        (lower, upper)
    }

    /// The average of an epoch and the age of its last value, or why there is none.
    pub fn epoch(&self, epoch: u32, now: u64) -> Result<(Int, u64), Refusal> {
        let first = self.first().ok_or("NoIndex")?;
        if epoch < first {
            return Err("EpochUnknown");
        }
        let (start, end) = (self.start(epoch), self.start(epoch + 1));
        if end > now {
            return Err("EpochNotEnded");
        }
        // What was updated at the very end is the next one's.
        let last = self.values.0.iter().rev().find(|step| step.0 < end).expect("a value");
        Ok((self.values.average(start, end), end - last.0))
    }

    /// The average since the beginning of the epoch before this one, or since the first value.
    pub fn moving(&self, now: u64) -> Option<Int> {
        let begun = self.begun()?;
        let present = (now - self.params.genesis) / self.params.epoch_length;
        let from = match present.checked_sub(1) {
            Some(before) if self.start(before as u32) >= begun => self.start(before as u32),
            _ => begun,
        };
        Some(self.values.average(from, now))
    }
}

impl Watch {
    fn touch_unless_new(&mut self, now: u64, window: u64) {
        if self.steps.0.last().is_some_and(|step| step.0 < now) {
            self.touch(now, window);
        }
    }
}
