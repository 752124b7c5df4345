//! The index: the median of its sources, within what somebody is bound to pay and to sell for, and no faster than
//! a guard.
//!
//! # A value
//! 1. `raw` is the median of the sources that have an answer, of which there must be `min_sources`.
//! 2. It is moved between the average binding bid and, if there is one, the average binding ask. Where these
//!    cross, the bid is right: it is the definition of the index.
//! 3. It moves from the last value by at most [`RATE_GUARD`] of it a second, either way, for at most two days'
//!    worth.
//!
//! The first value is the first `raw` that enough sources agree on, moved between the bounds; there is no value
//! before, and nothing to guard it with.
//!
//! The average bid is that of the price of the D-th unit that counts ([`crate::depth`]): with the very best bid in
//! its place a single unit would move the bound, and so the index, whatever D is. For D = 1 they are the same. The
//! averages are of what was read at updates, over at least the window; a reading weighs nothing until the next. An
//! ask bounds the index only if there has been one for a whole window, and there is one now.
//!
//! # Averages
//! A value holds until the next. The integral at the beginning of each epoch is written down ([`crate::epochs`]),
//! so averages of epochs are exact. The moving average runs from the beginning of the epoch before the present
//! one, or from the first value if that is later.
//!
//! # Staleness
//! See [`Freshness`]. A value is as old as its update; a report in it may have been 20 minutes old by then. What
//! makes anybody safer (deposits, burns, buying back, cures, takes) needs none of it.
//!
//! # Storage
//! Four words: price 88, time 32, cumulative 120, sources 8; begun 32, next 32, bid's price 88, ask's price 88;
//! the bid's spans; the ask's spans. An update reads and changes all four, and writes one new word for each epoch
//! begun since the last.

use everfloor_math::{add_u128, mul_div_down_u128, mul_u128, sub_u128};

use crate::{
    PRICE_LIMIT, WAD,
    epochs::{Boundaries, Boundary, Epochs},
    error::{IndexError, Result, refuse},
    params::IndexParams,
    series::Series,
};

/// How much of its value the index may move in a second, wad: a half in a day.
pub const RATE_GUARD: u128 = 5_787_037_037_037;
/// The most seconds that the guard lets add up: a little less than all of the value.
pub const GUARD_SECONDS: u64 = 172_800;
/// Beginnings of epochs that an update writes down at most.
pub const EPOCHS_AT_ONCE: u32 = 8;

/// An index older than this is not fresh, seconds.
pub const FRESH: u64 = 1_200;
/// An index older than this at the end of an epoch pays no funding for it, seconds.
pub const SILENT: u64 = 21_600;
/// An index older than this may be given up, seconds.
pub const DEAD: u64 = 259_200;

/// What an index may be used for, by its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Freshness {
    /// At most 20 minutes old: for everything.
    Fresh = 0,
    /// Older: not to mint, to lever or to kick an auction off.
    Late = 1,
    /// Older than 6 hours: an epoch that ends now pays no funding.
    Silent = 2,
    /// Older than 72 hours: the market may be shut down.
    Dead = 3,
}

/// What the sources say; 0 is no answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// The bid book: the price of the D-th unit that counts.
    pub book: u128,
    /// The pool: what D tokens bring, each.
    pub pool: u128,
    /// The reports' median.
    pub reports: u128,
    /// The binding bid that the index is not to be below on average: what the book says, whether it is a source or
    /// not.
    pub bid: u128,
    /// The binding ask that it is not to be above.
    pub ask: u128,
}

/// What the index is moved between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The average bid; 0 if there was none.
    pub lower: u128,
    /// The average ask; nothing if there is none.
    pub upper: Option<u128>,
}

/// An update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    /// The median of the sources.
    pub raw: u128,
    /// What it was moved between.
    pub bounds: Bounds,
    /// The median between the bounds.
    pub bounded: u128,
    /// The new value: as far towards that as the guard lets it.
    pub price: u128,
    /// Which sources answered: 1 the book, 2 the pool, 4 the reports.
    pub sources: u8,
}

/// An epoch that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// The average value, rounded down.
    pub average: u128,
    /// How old the value was when it ended, seconds.
    pub age: u64,
}

impl Epoch {
    /// Whether it pays no funding, because nobody knew the price at its end.
    pub fn is_silent(&self) -> bool {
        self.age > SILENT
    }
}

/// The lower and the upper of two values: whichever is against who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lower.
    pub lower: u128,
    /// The upper.
    pub upper: u128,
}

/// The index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Its value, wei; 0 before the first.
    pub price: u128,
    /// Since when.
    pub time: u64,
    /// The integral of the value up to then, wei·seconds.
    pub cumulative: u128,
    /// Which sources it is from.
    pub sources: u8,
    /// When it had its first value.
    pub begun: u64,
    /// The first epoch whose beginning is not written down.
    pub next: u32,
    /// The binding bid.
    pub bid: Series,
    /// The binding ask.
    pub ask: Series,
}

impl Index {
    /// Reads the sources: what there is to be a new value.
    pub fn update(
        &mut self,
        store: &mut impl Boundaries,
        readings: &Readings,
        now: u64,
        params: &IndexParams,
    ) -> Result<Update> {
        let epochs = params.epochs();
        epochs.require_started(now)?;
        let (raw, sources) = readings.median(params.min_sources)?;
        let is_first = self.price == 0;
        if is_first {
            self.begin(readings, now, epochs)?;
        } else if !self.close_epochs(store, now, epochs, EPOCHS_AT_ONCE)? {
            return refuse(IndexError::EpochsPending { epoch: self.next });
        }
        let elapsed = now.saturating_sub(self.time);
        let bounds = self.watch(readings, elapsed, params.window)?;
        let bounded = bounds.move_between(raw);
        let price = if is_first { bounded } else { guarded(self.price, bounded, elapsed)? };
        self.cumulative = self.cumulative_at(now)?;
        (self.time, self.price, self.sources) = (now, price, sources);
        Ok(Update { raw, bounds, bounded, price, sources })
    }

    /// Writes down the beginnings of at most `most` epochs that have begun; whether it is done.
    pub fn close_epochs(
        &mut self,
        store: &mut impl Boundaries,
        now: u64,
        epochs: Epochs,
        most: u32,
    ) -> Result<bool> {
        if self.price == 0 {
            return Ok(true);
        }
        for _ in 0..most {
            if epochs.start(self.next) > now {
                break;
            }
            store.set_boundary(self.next, self.on_line(epochs.start(self.next))?);
            self.next = self.next.checked_add(1).ok_or_else(|| IndexError::Overflow.boxed())?;
        }
        Ok(epochs.start(self.next) > now)
    }

    /// The integral of the value up to `now`, which is not before the last update.
    pub fn cumulative_at(&self, now: u64) -> Result<u128> {
        let held = now.saturating_sub(self.time);
        Ok(add_u128(self.cumulative, mul_u128(self.price, held.into())?)?)
    }

    /// An epoch that has ended, written down or not.
    pub fn epoch(&self, store: &impl Boundaries, epoch: u32, now: u64, epochs: Epochs) -> Result<Epoch> {
        let first = self.first_epoch(epochs)?;
        if epoch < first {
            return refuse(IndexError::EpochUnknown { first });
        }
        let end = epochs.end(epoch);
        if now < end {
            return refuse(IndexError::EpochNotEnded { end });
        }
        let from = self.boundary(store, epoch, epochs)?;
        let to = self.boundary(store, epoch.saturating_add(1), epochs)?;
        let area = sub_u128(to.cumulative, from.cumulative)?;
        Ok(Epoch { average: mul_div_down_u128(area, 1, epochs.length.into())?, age: to.age })
    }

    /// The moving average up to `now`, rounded down: over more than an epoch and less than two, once there is so
    /// much past.
    pub fn average(&self, store: &impl Boundaries, now: u64, epochs: Epochs) -> Result<u128> {
        let first = self.first_epoch(epochs)?;
        let before = epochs.at(now)?.checked_sub(1).filter(|epoch| *epoch >= first);
        let (start, area) = match before {
            Some(epoch) => (epochs.start(epoch), self.boundary(store, epoch, epochs)?.cumulative),
            None => (self.begun, 0),
        };
        let seconds = now.saturating_sub(start);
        if seconds == 0 {
            return Ok(self.price);
        }
        Ok(mul_div_down_u128(sub_u128(self.cumulative_at(now)?, area)?, 1, seconds.into())?)
    }

    /// The lower and the upper of the value and its moving average.
    pub fn range(&self, store: &impl Boundaries, now: u64, epochs: Epochs) -> Result<Range> {
        let average = self.average(store, now, epochs)?;
        Ok(Range { lower: average.min(self.price), upper: average.max(self.price) })
    }

    /// What the value may be used for.
    pub fn freshness(&self, now: u64) -> Result<Freshness> {
        self.require_begun()?;
        let age = now.saturating_sub(self.time);
        let older = [FRESH, SILENT, DEAD].into_iter().filter(|limit| age > *limit).count();
        Ok(match older {
            0 => Freshness::Fresh,
            1 => Freshness::Late,
            2 => Freshness::Silent,
            _ => Freshness::Dead,
        })
    }

    /// The first epoch whose beginning is known.
    pub fn first_epoch(&self, epochs: Epochs) -> Result<u32> {
        self.require_begun()?;
        epochs.beginning_from(self.begun)
    }

    fn require_begun(&self) -> Result<()> {
        if self.price == 0 { refuse(IndexError::NoIndex) } else { Ok(()) }
    }

    fn begin(&mut self, readings: &Readings, now: u64, epochs: Epochs) -> Result<()> {
        (self.begun, self.time) = (now, now);
        self.next = epochs.beginning_from(now)?;
        self.bid = Series::starting_at(sane(readings.bid));
        self.ask = Series::default();
        Ok(())
    }

    /// The averages of the bounds up to now; from now on they are what was read.
    fn watch(&mut self, readings: &Readings, elapsed: u64, window: u64) -> Result<Bounds> {
        let (bid, ask) = (sane(readings.bid), sane(readings.ask));
        self.bid.advance(elapsed, window)?;
        let lower = self.bid.average()?;
        self.bid.price = bid;
        if self.ask.price > 0 {
            self.ask.advance(elapsed, window)?;
        }
        let is_bounded = ask > 0 && self.ask.is_full(window);
        let upper = if is_bounded { Some(self.ask.average()?) } else { None };
        // A time without any ask is no part of an average.
        self.ask = if ask > 0 { Series { price: ask, ..self.ask } } else { Series::default() };
        Ok(Bounds { lower, upper })
    }

    /// What is known of the beginning of an epoch, which is not before the first value nor after now.
    fn boundary(&self, store: &impl Boundaries, epoch: u32, epochs: Epochs) -> Result<Boundary> {
        if epoch < self.next { Ok(store.boundary(epoch)) } else { self.on_line(epochs.start(epoch)) }
    }

    /// A moment since the last update.
    fn on_line(&self, time: u64) -> Result<Boundary> {
        Ok(Boundary { cumulative: self.cumulative_at(time)?, age: time.saturating_sub(self.time) })
    }
}

impl Readings {
    /// The median of the answers, and who gave them.
    pub fn median(&self, min_sources: u32) -> Result<(u128, u8)> {
        let mut answers = [0; 3];
        let (mut answered, mut sources) = (0, 0_u8);
        for (bit, answer) in [(1, self.book), (2, self.pool), (4, self.reports)] {
            let answer = sane(answer);
            if let Some(to) = answers.get_mut(answered).filter(|_| answer > 0) {
                *to = answer;
                answered = answered.saturating_add(1);
                sources |= bit;
            }
        }
        let given = answers.get_mut(..answered).unwrap_or_default();
        let (answered, needed) = (given.len() as u32, min_sources.max(1));
        if answered < needed {
            return refuse(IndexError::TooFewSources { answered, needed });
        }
        Ok((median(given), sources))
    }
}

impl Bounds {
    /// The value nearest to `raw` between them.
    pub fn move_between(&self, raw: u128) -> u128 {
        // Not `clamp`, which panics where they cross: then the bid is right.
        raw.min(self.upper.unwrap_or(u128::MAX)).max(self.lower)
    }
}

/// The value nearest to `wanted` that the guard allows, `elapsed` seconds after `last`.
pub fn guarded(last: u128, wanted: u128, elapsed: u64) -> Result<u128> {
    let Range { lower, upper } = guard(last, elapsed)?;
    Ok(wanted.max(lower).min(upper))
}

/// The values that the guard allows; never zero, since the step is less than all of the value.
pub fn guard(last: u128, elapsed: u64) -> Result<Range> {
    let part = mul_u128(RATE_GUARD, elapsed.min(GUARD_SECONDS).into())?;
    let step = mul_div_down_u128(last, part, WAD)?;
    Ok(Range { lower: sub_u128(last, step)?, upper: add_u128(last, step)? })
}

/// The median, the mean of the middle two of an even number rounded down; 0 of none. Sorts: there are at most
/// fifteen.
pub fn median(values: &mut [u128]) -> u128 {
    for end in 1..values.len() {
        for place in (1..=end).rev() {
            let Some([low, high]) = values.get_mut(place.saturating_sub(1)..=place) else { break };
            if low <= high {
                break;
            }
            core::mem::swap(low, high);
        }
    }
    let middle = values.len() / 2;
    let Some(high) = values.get(middle).copied() else { return 0 };
    if values.len() % 2 == 1 {
        return high;
    }
    let low = values.get(middle.saturating_sub(1)).copied().unwrap_or(high);
    // Sorted, so the difference is not negative, and half of it more than the lower is at most the higher.
    low.wrapping_add(high.wrapping_sub(low) / 2)
}

/// A price below the limit; anything else is no answer, so that one broken source cannot stop the others.
fn sane(price: u128) -> u128 {
    if price < PRICE_LIMIT { price } else { 0 }
}
