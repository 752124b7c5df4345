//! The mark: the integral of the mid over time, and its exact average from one epoch's boundary to the next.
//!
//! The mid is constant between two changes of the book. So before the first change in a new second the mid that
//! held since the last one is counted for all the seconds since, and what happens within a second has no weight,
//! however far it moves the mid. Counting without a change adds nothing that the next change would not have added:
//! a poke is nothing. While there is no mid, for want of depth, the last one is carried on and these seconds are
//! counted as blind.
//!
//! An epoch's boundary is seldom a second in which anything changes. It need not be: the first count after it
//! knows the mid that held then, and writes down what the integral was at the boundary. If several boundaries were
//! passed, the mid was the same at all of them, and one record tells them all: `from this epoch on, with that
//! mid`. A set of ticks says which epochs have a record. Whoever asks about an epoch later gets the same answer
//! for ever.
//!
//! Snapshots, at most one each period, are kept in a ring for averages over other times.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, sub_u128};

use crate::{
    PPM, PRICE_LIMIT,
    error::{Result, VenueError, refuse},
    less, more,
    params::Params,
    ticks::{self, TickStore},
};

/// The integrals at one time.
///
/// One word as a snapshot: time 4 bytes, cumulative 15, blind 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// When, seconds.
    pub time: u64,
    /// The integral of the mid, wei·seconds.
    pub cumulative: u128,
    /// Seconds until then without a mid.
    pub blind: u64,
}

/// The integrals at an epoch's boundary, and the mid from there on: at the boundaries after it too, up to the next
/// that has a record of its own.
///
/// One word: cumulative 15 bytes, mid 11, blind 4, carried 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    /// The integral of the mid, wei·seconds.
    pub cumulative: u128,
    /// Seconds until then without a mid.
    pub blind: u64,
    /// The mid, wei of ETH for 1 FP.
    pub mid: u128,
    /// Whether that is an earlier one carried on.
    pub carried: bool,
}

/// Where snapshots and boundaries are kept; all empty at first. The ticks are the epochs that have a record.
pub trait MarkStore: TickStore {
    /// A snapshot, by its place in the ring.
    fn snapshot(&self, place: u32) -> Point;
    /// Replaces it.
    fn set_snapshot(&mut self, place: u32, point: Point);
    /// The integrals at an epoch's beginning.
    fn boundary(&self, epoch: u32) -> Boundary;
    /// Writes them.
    fn set_boundary(&mut self, epoch: u32, boundary: Boundary);
}

/// An average of the mid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// The average, wei of ETH for 1 FP, floored: it serves both sides alike.
    pub price: u128,
    /// Seconds it is taken over.
    pub span: u64,
    /// Seconds of these without a mid.
    pub blind: u64,
}

/// What a venue at work tells a market instead of its mark when it has none.
pub const NO_MARK: u128 = u128::MAX;

impl Average {
    /// What a venue at work tells a market: the price, or [`NO_MARK`] if for more than half of the time there was no mid and
    /// the last one was carried on. Nobody stands behind that, and the market must not liquidate by it.
    pub fn told(&self) -> u128 {
        if self.blind > self.span / 2 { NO_MARK } else { self.price }
    }

    /// The share of the time without a mid, in parts per million, ceiled: whoever sets a limit to it means it.
    pub fn blind_share(&self) -> Result<u128> {
        Ok(mul_div_up_u128(self.blind.into(), PPM, self.span.into())?)
    }
}

/// The average from one point to a later one.
pub fn twap(from: &Point, to: &Point) -> Result<Average> {
    if to.time <= from.time {
        return refuse(VenueError::NothingToAverage { from: from.time, to: to.time });
    }
    let span = less(to.time, from.time)?;
    let area = sub_u128(to.cumulative, from.cumulative)?;
    let price = mul_div_down_u128(area, 1, span.into())?;
    Ok(Average { price, span, blind: less(to.blind, from.blind)? })
}

/// A mid that holds from a point on.
#[derive(Clone, Copy)]
struct Stretch {
    from: Point,
    mid: u128,
    carried: bool,
}

impl Stretch {
    /// The integrals at a later time, if it lasts until then.
    fn at(&self, time: u64) -> Result<Point> {
        let elapsed = less(time, self.from.time)?;
        let area = mul_u128(self.mid, elapsed.into())?;
        let cumulative = add_u128(self.from.cumulative, area)?;
        let blind = more(self.from.blind, if self.carried { elapsed } else { 0 })?;
        Ok(Point { time, cumulative, blind })
    }
}

/// The integral of the mid up to the last count.
///
/// Time 4 bytes, cumulative 15 and mid 11 are one word, blind seconds 4, snapshots 4 and newest 4 lie with the
/// [`crate::Book`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The integrals at the last count.
    pub point: Point,
    /// The mid that was counted last: what is carried on while there is none.
    pub mid: u128,
    /// Snapshots taken so far.
    pub snapshots: u32,
    /// When the newest was taken.
    pub newest: u64,
}

impl Mark {
    /// A mark that begins now. There is no mid yet, so the opening price is carried on until there is.
    pub fn open(store: &mut impl MarkStore, params: &Params, price: u128, now: u64) -> Result<Self> {
        if price == 0 || price >= PRICE_LIMIT {
            return refuse(VenueError::PriceOutOfRange { price });
        }
        let mut mark = Self { point: Point { time: now, ..Point::default() }, mid: price, ..Self::default() };
        // If an epoch begins now it is the first to be whole.
        mark.record(store, params, &mark.stretch(None), now.saturating_sub(1))?;
        mark.snap(store, params)?;
        Ok(mark)
    }

    /// Counts the mid that has held since the last count; once in a second, before the book changes.
    pub fn advance(
        &mut self,
        store: &mut impl MarkStore,
        params: &Params,
        mid: Option<u128>,
        now: u64,
    ) -> Result<()> {
        let last = self.point.time;
        if now <= last {
            return Ok(());
        }
        let stretch = self.stretch(mid);
        self.mid = stretch.mid;
        self.point = stretch.at(now)?;
        self.record(store, params, &stretch, last)?;
        if now >= more(self.newest, params.period)? {
            self.snap(store, params)?;
        }
        Ok(())
    }

    /// The mid from the last count on, given that of the book as it is.
    fn stretch(&self, mid: Option<u128>) -> Stretch {
        Stretch { from: self.point, mid: mid.unwrap_or(self.mid), carried: mid.is_none() }
    }

    /// Writes down the first boundary after `last`, if the stretch has come to it; the others follow from it.
    fn record(
        &self,
        store: &mut impl MarkStore,
        params: &Params,
        stretch: &Stretch,
        last: u64,
    ) -> Result<()> {
        let schedule = params.schedule();
        let epoch = schedule.first_after(last)?;
        let start = schedule.start(epoch);
        if start > self.point.time {
            return Ok(());
        }
        let Point { cumulative, blind, .. } = stretch.at(start)?;
        store.set_boundary(epoch, Boundary { cumulative, blind, mid: stretch.mid, carried: stretch.carried });
        ticks::insert(store, epoch)?;
        Ok(())
    }

    /// Takes a snapshot of the last count.
    fn snap(&mut self, store: &mut impl MarkStore, params: &Params) -> Result<()> {
        store.set_snapshot(place(self.snapshots, params), self.point);
        self.newest = self.point.time;
        self.snapshots = self.snapshots.checked_add(1).ok_or_else(|| VenueError::Overflow.boxed())?;
        Ok(())
    }

    /// The integrals at a time that is not before the last count, given the mid of the book as it is.
    pub fn at(&self, mid: Option<u128>, time: u64) -> Result<Point> {
        self.stretch(mid).at(time)
    }

    /// The integrals at an epoch's beginning, which is not in the future; the mid is that of the book as it is.
    pub fn at_epoch(
        &self,
        store: &impl MarkStore,
        params: &Params,
        epoch: u32,
        mid: Option<u128>,
    ) -> Result<Point> {
        let schedule = params.schedule();
        let start = schedule.start(epoch);
        if start > self.point.time {
            return self.at(mid, start);
        }
        let Some(recorded) = ticks::next_below(store, epoch.saturating_add(1)) else {
            return refuse(VenueError::EpochNotRecorded { epoch });
        };
        let Boundary { cumulative, blind, mid, carried } = store.boundary(recorded);
        let from = Point { time: schedule.start(recorded), cumulative, blind };
        Stretch { from, mid, carried }.at(start)
    }

    /// The average of an epoch that is over, exactly from its beginning to its end; the mid is that of the book as
    /// it is.
    pub fn average_of_epoch(
        &self,
        store: &impl MarkStore,
        params: &Params,
        epoch: u32,
        mid: Option<u128>,
        now: u64,
    ) -> Result<Average> {
        let end = params.schedule().end(epoch);
        if now < end {
            return refuse(VenueError::EpochNotOver { end, now });
        }
        let from = self.at_epoch(store, params, epoch, mid)?;
        let to = self.at_epoch(store, params, epoch.saturating_add(1), mid)?;
        twap(&from, &to)
    }

    /// The average since the newest snapshot that is a period old, or the oldest that is kept; of no time at all it is the
    /// mid that was counted last. The mid given is that of the book as it is; it has no part in it if the mark has been
    /// counted up to now.
    pub fn recent(
        &self,
        store: &impl MarkStore,
        params: &Params,
        mid: Option<u128>,
        now: u64,
    ) -> Result<Average> {
        let now = now.max(self.point.time);
        let since = now.saturating_sub(params.period);
        let from = if since >= self.point.time {
            self.at(mid, since)?
        } else {
            self.snapshot_at(store, params, since).unwrap_or_else(|_| self.oldest(store, params))
        };
        let to = self.at(mid, now)?;
        if from.time == to.time {
            return Ok(Average { price: self.mid, span: 0, blind: 0 });
        }
        twap(&from, &to)
    }

    /// The oldest snapshot that is kept.
    fn oldest(&self, store: &impl MarkStore, params: &Params) -> Point {
        store.snapshot(place(self.snapshots.saturating_sub(params.snapshots), params))
    }

    /// The newest snapshot that is not after `time`, of those that are kept: a search of as many reads as their
    /// number has bits.
    pub fn snapshot_at(&self, store: &impl MarkStore, params: &Params, time: u64) -> Result<Point> {
        // All before `low` are not after `time`, all from `high` on are.
        let oldest = self.snapshots.saturating_sub(params.snapshots);
        let (mut low, mut high) = (oldest, self.snapshots);
        while low < high {
            let middle = low.midpoint(high);
            if store.snapshot(place(middle, params)).time <= time {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        if low == oldest {
            return refuse(VenueError::NoSnapshot { time });
        }
        Ok(store.snapshot(place(low.saturating_sub(1), params)))
    }
}

/// Where the snapshot of a number is kept.
fn place(number: u32, params: &Params) -> u32 {
    number.checked_rem(params.snapshots).unwrap_or_default()
}
