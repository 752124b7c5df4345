//! The time-average of a price that is constant between touches, read in O(1).
//!
//! One running integral of price over time and two earlier points of it. The average runs from the older point
//! to now; the points move on so that it covers at least one window, once there is that much history, and less than
//! two. A quiet stretch
//! longer than the window had one price, so the point one window back is known exactly and becomes the anchor:
//! silence never stretches the average.

use everfloor_math::{add_u128, mul_div_down_u128, mul_u128, sub_u128};

use crate::error::Result;

/// A point of the integral.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// When, seconds.
    pub time: u64,
    /// The integral then, wad·seconds.
    pub cumulative: u128,
}

/// The integral of a price over time, with the two points that the average starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Twap {
    /// The integral at the last touch.
    pub last: Anchor,
    /// Where the average starts.
    pub older: Anchor,
    /// Where it will start next.
    pub newer: Anchor,
}

impl Twap {
    /// A series that begins now.
    pub fn starting_at(now: u64) -> Self {
        let start = Anchor { time: now, cumulative: 0 };
        Self { last: start, older: start, newer: start }
    }

    /// Extends the integral to `now` at the price that held since the last touch.
    pub fn advance(&mut self, price: u128, now: u64, window: u64) -> Result<()> {
        let before = self.last;
        let elapsed = now.saturating_sub(before.time);
        if elapsed == 0 {
            return Ok(());
        }
        let area = mul_u128(price, u128::from(elapsed))?;
        self.last = Anchor { time: now, cumulative: add_u128(self.last.cumulative, area)? };
        if elapsed >= window {
            let back = mul_u128(price, u128::from(window))?;
            let start = Anchor {
                time: now.saturating_sub(window),
                cumulative: sub_u128(self.last.cumulative, back)?,
            };
            self.older = start;
            self.newer = start;
        } else if now.saturating_sub(self.newer.time) >= window {
            // The price was constant since the last touch, so the integral is known exactly anywhere from there on.
            let due = self.newer.time.saturating_add(window).max(before.time);
            let since = mul_u128(price, u128::from(now.saturating_sub(due)))?;
            self.older = self.newer;
            self.newer = Anchor { time: due, cumulative: sub_u128(self.last.cumulative, since)? };
        }
        Ok(())
    }

    /// The average up to the last touch, floored; `price` itself while there is no time to average over.
    pub fn average(&self, price: u128) -> Result<u128> {
        let span = self.last.time.saturating_sub(self.older.time);
        if span == 0 {
            return Ok(price);
        }
        let area = sub_u128(self.last.cumulative, self.older.cumulative)?;
        Ok(mul_div_down_u128(area, 1, u128::from(span))?)
    }
}
