//! The time integral of price, and a moving average from two anchors.

use everfloor_math::mul_div_down_u128;

use crate::Sample;

/// The integral at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Seconds since 1970.
    pub time: u64,
    /// The integral there, in wad seconds.
    pub cumulative: u128,
}

/// An average price and the seconds it was taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// The price in wad, rounded down.
    pub price: u128,
    /// The seconds; 0 when the integral has only just begun, and then the price is the present one.
    pub seconds: u64,
}

/// The sum of price times seconds since the first sample.
///
/// It is committed up to `time`; from there on the last price holds. Prices are below 2^96, so the sum stays below
/// 2^128 for the first 2^32 seconds, 136 years; then it stands still rather than wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integral {
    /// The price since `time`, in wad.
    pub price: u128,
    /// Up to when the integral is committed.
    pub time: u64,
    /// The integral at `time`, in wad seconds.
    pub cumulative: u128,
    /// The anchor averages are taken from.
    pub older: Anchor,
    /// The anchor that takes its place.
    pub newer: Anchor,
}

impl Integral {
    /// An integral that begins with its first sample.
    pub fn start(sample: Sample) -> Self {
        let anchor = Anchor { time: sample.time, cumulative: 0 };
        Self { price: sample.price, time: sample.time, cumulative: 0, older: anchor, newer: anchor }
    }

    /// The integral at `now`, in wad seconds; before the committed time, that of the committed time.
    pub fn cumulative_at(&self, now: u64) -> u128 {
        let held = u128::from(now.saturating_sub(self.time));
        self.cumulative.saturating_add(self.price.saturating_mul(held))
    }

    /// Commits the integral up to `now` and rotates the anchors if it is time.
    pub fn advance(&mut self, now: u64, window: u64) {
        self.cumulative = self.cumulative_at(now);
        self.time = self.time.max(now);
        if self.rotation_is_due(self.time, window) {
            self.older = self.newer;
            self.newer = Anchor { time: self.time, cumulative: self.cumulative };
        }
    }

    /// Takes over a sample: up to its time the last price held, from there on its own does.
    ///
    /// A sample's time before the committed one counts as that: the past is not rewritten.
    pub fn observe(&mut self, sample: Sample, window: u64) {
        self.advance(sample.time, window);
        self.price = sample.price;
    }

    /// Whether the newer anchor is a window old at `now`, and so due to become the older one.
    pub fn rotation_is_due(&self, now: u64, window: u64) -> bool {
        now.saturating_sub(self.newer.time) >= window
    }

    /// The average price up to `now`, over at least `window` seconds once there is so much history.
    ///
    /// If the integral is advanced at least every `gap` seconds, over less than `2 * (window + gap)`.
    pub fn average(&self, now: u64, window: u64) -> Average {
        // What a rotation at `now` would make the older anchor.
        let from = if self.rotation_is_due(now, window) { self.newer } else { self.older };
        let seconds = now.max(self.time).saturating_sub(from.time);
        let area = self.cumulative_at(now).saturating_sub(from.cumulative);
        // No time has passed, nothing to average.
        let price = mul_div_down_u128(area, 1, seconds.into()).unwrap_or(self.price);
        Average { price, seconds }
    }
}
