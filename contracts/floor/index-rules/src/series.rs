//! The moving average of a price that is constant between touches, from two spans of it.
//!
//! A span is some of the latest past: its seconds, and the price times the seconds in it. The older span is what
//! the average is taken over: at least the window once there is so much past, and less than two. The newer takes
//! its place when it is a window long, and a new one begins where it was just that long, which is known exactly
//! because the price did not change since the last touch. A silence of a window or more leaves one span: the
//! window itself.
//!
//! # Storage
//! A span is 128 bits, seconds 20 and area 108, so a series is a word beside its price of 88.

use everfloor_math::{add_u128, mul_div_down_u128, mul_u128};

use crate::error::Result;

/// Some of the latest past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its seconds.
    pub seconds: u64,
    /// The price times the seconds in it, wei·seconds.
    pub area: u128,
}

/// A price and its past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The price since the last touch, wei.
    pub price: u128,
    /// What the average is taken over.
    pub older: Span,
    /// What it will be taken over next.
    pub newer: Span,
}

impl Span {
    /// So many seconds at one price.
    fn of(price: u128, seconds: u64) -> Result<Self> {
        Ok(Self { seconds, area: mul_u128(price, seconds.into())? })
    }

    fn and(self, later: Self) -> Result<Self> {
        let seconds = self.seconds.saturating_add(later.seconds);
        Ok(Self { seconds, area: add_u128(self.area, later.area)? })
    }
}

impl Series {
    /// A series that begins now.
    pub fn starting_at(price: u128) -> Self {
        Self { price, ..Self::default() }
    }

    /// The price has held for some time more.
    pub fn advance(&mut self, elapsed: u64, window: u64) -> Result<()> {
        if elapsed >= window {
            self.older = Span::of(self.price, window)?;
            self.newer = self.older;
            return Ok(());
        }
        let held = Span::of(self.price, elapsed)?;
        self.older = self.older.and(held)?;
        self.newer = self.newer.and(held)?;
        if self.newer.seconds >= window {
            self.older = self.newer;
            // It was less than a window long at the last touch, so all of this is at one price.
            self.newer = Span::of(self.price, self.newer.seconds.saturating_sub(window))?;
        }
        Ok(())
    }

    /// The average up to the last touch, floored; the price itself while there is no past.
    pub fn average(&self) -> Result<u128> {
        if self.older.seconds == 0 {
            return Ok(self.price);
        }
        Ok(mul_div_down_u128(self.older.area, 1, self.older.seconds.into())?)
    }

    /// Whether the past is a window long.
    pub fn is_full(&self, window: u64) -> bool {
        self.older.seconds >= window
    }
}
