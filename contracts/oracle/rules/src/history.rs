//! Averages over windows that have ended, from observations of the integral.
//!
//! # What is kept
//!
//! Time is cut into buckets of [`BUCKET_SECONDS`]; of each, the first and the last observation are kept, for ever. So
//! the integral at any past moment is found by looking at a few buckets on both sides of it, never by a search, and
//! lies on the straight line between the observations around the moment ([`integral_at`]).
//!
//! # Why the moment of a recording cannot matter
//!
//! Around a bucket's beginning lie the last observation of the bucket before and the first of the bucket itself.
//! Before that moment a further observation only takes the place of an older one; after it, it changes nothing. So
//! each recording brings the two closer or leaves them, nobody can move them apart, and once there is an
//! observation after the moment its integral is final. One taken at that very moment is exact. Windows that settle
//! something should therefore begin and end at multiples of [`BUCKET_SECONDS`].
//!
//! At any other moment the same holds once its bucket is over; until then a later observation may take the place of
//! a closer one, within the bucket.

use core::ops::Range;

use everfloor_math::{mul_div_down_u128, sub_u128};

use crate::{Anchor, PRICE_LIMIT, deviates};

/// Seconds of a bucket; buckets are counted from 1970.
pub const BUCKET_SECONDS: u64 = 900;

/// The most seconds there may be between a window's end and an observation beside it.
pub const LONGEST_GAP: u64 = 14_400;

/// Buckets that [`newest_until`] looks back at most: two days.
pub const LOOKBACK_BUCKETS: u64 = 192;

/// The observations kept of one bucket: the first and the last, which may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The first.
    pub first: Anchor,
    /// The last.
    pub last: Anchor,
}

impl Bucket {
    /// The bucket with one more observation, made no earlier than those in it.
    ///
    /// One that contradicts them, because the source has rewritten its past, is not kept.
    pub fn observe(bucket: Option<Self>, seen: Anchor) -> Self {
        match bucket {
            None => Self { first: seen, last: seen },
            Some(bucket) if bucket.is_followed_by(seen) => Self { last: seen, ..bucket },
            Some(bucket) => bucket,
        }
    }

    /// Whether an observation is later, and the integral there one that prices below [`PRICE_LIMIT`] lead to.
    fn is_followed_by(&self, seen: Anchor) -> bool {
        let seconds = u128::from(seen.time.saturating_sub(self.first.time));
        let most = PRICE_LIMIT.saturating_mul(seconds);
        let grown = sub_u128(seen.cumulative, self.first.cumulative);
        seen.time > self.last.time
            && seen.cumulative >= self.last.cumulative
            && grown.is_ok_and(|area| area < most)
    }

    fn newest_until(&self, time: u64) -> Option<Anchor> {
        [self.last, self.first].into_iter().find(|seen| seen.time <= time)
    }

    fn oldest_from(&self, time: u64) -> Option<Anchor> {
        [self.first, self.last].into_iter().find(|seen| seen.time >= time)
    }
}

/// Where observations are kept.
pub trait Observations {
    /// What is kept of the bucket with this number; `None` if nothing was observed in it.
    fn bucket(&self, number: u64) -> Option<Bucket>;
}

/// What an average or a mark is worth. The numbers are part of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum HistoryStatus {
    /// It is good.
    Ok = 0,
    /// There are no observations near enough the window's beginning.
    StartMissing = 1,
    /// There are none near enough its end; they may yet come until the longest gap after the end has passed.
    EndMissing = 2,
    /// The window ends in the future.
    Future = 3,
    /// The window has no length, or the integral does not grow over it: the source has rewritten its past.
    BadData = 4,
    /// The primary feed has no good price now.
    PrimaryNotGood = 5,
    /// The second feed has no good price now.
    SecondNotGood = 6,
    /// The average and the second source are too far apart.
    Deviating = 7,
}

/// The price to act on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The lower of the two below, in wad; 0 unless the status is ok.
    pub price: u128,
    /// The average over the short window, in wad; 0 if there is none.
    pub twap: u128,
    /// What the second source says, in wad; 0 if it says nothing good.
    pub second: u128,
    /// What the price is worth.
    pub status: HistoryStatus,
}

impl Mark {
    /// The lower of an average and a second source's price, if they are at most `tolerance` billionths of the
    /// average apart. A pump of either cannot raise it.
    pub fn lower(twap: Result<u128, HistoryStatus>, second: Option<u128>, tolerance: u32) -> Self {
        let (average, price) = (twap.unwrap_or_default(), second.unwrap_or_default());
        let status = match (twap, second) {
            (Err(status), _) => status,
            (_, None) => HistoryStatus::SecondNotGood,
            _ if deviates(price, average, tolerance) => HistoryStatus::Deviating,
            _ => HistoryStatus::Ok,
        };
        let lower = if status == HistoryStatus::Ok { average.min(price) } else { 0 };
        Self { price: lower, twap: average, second: price, status }
    }
}

/// The bucket a moment lies in.
pub fn bucket_of(time: u64) -> u64 {
    time.checked_div(BUCKET_SECONDS).unwrap_or_default()
}

/// The average price over `window`, in wad, rounded down: what the integral grew by, divided by the seconds.
///
/// Both ends need observations on both sides at most `max_gap` seconds away, or one at the very moment.
pub fn average_down(
    history: &impl Observations,
    window: Range<u64>,
    max_gap: u64,
    now: u64,
) -> Result<u128, HistoryStatus> {
    let Range { start, end } = window;
    if end > now {
        return Err(HistoryStatus::Future);
    }
    if start >= end {
        return Err(HistoryStatus::BadData);
    }
    let from = integral_at(history, start, max_gap, now).ok_or(HistoryStatus::StartMissing)?;
    let to = integral_at(history, end, max_gap, now).ok_or(HistoryStatus::EndMissing)?;
    price_between(Anchor { time: start, cumulative: from }, Anchor { time: end, cumulative: to })
}

/// The average between two observations, at least `window` seconds apart: `to`, and the newest that is old enough.
///
/// Nothing lies between observations here, so it is exact; and it needs no more than one observation that is old
/// enough and not older than that by the lookback, so it is there when [`average_down`] is not.
pub fn average_until(history: &impl Observations, to: Anchor, window: u64) -> Result<u128, HistoryStatus> {
    let start = to.time.saturating_sub(window);
    let from = newest_until(history, start, LOOKBACK_BUCKETS).ok_or(HistoryStatus::StartMissing)?;
    price_between(from, to)
}

/// The integral at `time`, in wad seconds, rounded down: exact where it was observed, else on the line between the
/// observations before and after, if both are at most `max_gap` seconds away.
///
/// A gap above [`LONGEST_GAP`] counts as that. Off by at most a quarter of their distance times the range of the price between them.
pub fn integral_at(history: &impl Observations, time: u64, max_gap: u64, now: u64) -> Option<u128> {
    let max_gap = max_gap.min(LONGEST_GAP);
    let reach = max_gap.div_ceil(BUCKET_SECONDS);
    let before = newest_until(history, time, reach)?;
    if before.time == time {
        return Some(before.cumulative);
    }
    let latest = time.saturating_add(max_gap).min(now);
    let after = oldest_from(history, time, latest)?;
    let is_near = time.saturating_sub(before.time) <= max_gap && after.time.saturating_sub(time) <= max_gap;
    if is_near { between(before, after, time) } else { None }
}

/// The newest observation at or before `time`, in its bucket or the `reach` before it.
pub fn newest_until(history: &impl Observations, time: u64, reach: u64) -> Option<Anchor> {
    let own = bucket_of(time);
    let earliest = own.saturating_sub(reach);
    (earliest..=own).rev().find_map(|number| history.bucket(number)?.newest_until(time))
}

/// The oldest observation at or after `time`, up to the bucket that `latest` lies in.
fn oldest_from(history: &impl Observations, time: u64, latest: u64) -> Option<Anchor> {
    (bucket_of(time)..=bucket_of(latest)).find_map(|number| history.bucket(number)?.oldest_from(time))
}

/// The integral at a moment between two observations.
fn between(before: Anchor, after: Anchor, time: u64) -> Option<u128> {
    let area = sub_u128(after.cumulative, before.cumulative).ok()?;
    let (part, whole) = (time.saturating_sub(before.time), after.time.saturating_sub(before.time));
    let grown = mul_div_down_u128(area, part.into(), whole.into()).ok()?;
    before.cumulative.checked_add(grown)
}

/// The average price between two moments, rounded down.
fn price_between(from: Anchor, to: Anchor) -> Result<u128, HistoryStatus> {
    let seconds = to.time.saturating_sub(from.time);
    let area = to.cumulative.saturating_sub(from.cumulative);
    match mul_div_down_u128(area, 1, seconds.into()) {
        Ok(price) if price > 0 => Ok(price),
        _ => Err(HistoryStatus::BadData),
    }
}
