//! What the feed stores, packed so that a read touches three slots: hot, average and source. A fourth holds the bounds
//! and is asked only about a round that is not recorded; a fifth is read behind a sequencer feed, a sixth when an
//! anchor is due to rotate.
//!
//! | slot | high to low, in bits |
//! |---|---|
//! | hot | integral 128, price 96, time 32 |
//! | average | older anchor's integral 128, its time 32, the newer's time 32, lag 32, 32 unused |
//! | newer | newer anchor's integral 128, 128 unused |
//! | bounds | lowest price 128, highest price 128 |
//! | source | address 160, tolerance 32, window 24, heartbeat 24, decimals 8, behind a sequencer feed 8 |
//! | sequencer | address 160, grace 24, 72 unused |
//!
//! The lag is by how much the newest round is older than the integral's time: zero for a round that was recorded in
//! its turn, so that recording one as a rule changes the slot hot and no other.
//!
//! Prices are below 2^96 (the oracle's rules see to it); seconds since 1970 have 32 bits, which lasts until 2106.

use alloy_primitives::{Address, B256};
use everfloor_oracle_rules::{Anchor, Bounds, Integral, RoundCheck, Sample};

/// The integral, and the time of the newest round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    pub integral: Integral,
    /// The time of the newest round recorded; never after the integral's.
    pub updated: u64,
}

/// Where the price comes from and how far it is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub address: Address,
    /// Billionths of the average the price may be away from it.
    pub tolerance: u32,
    /// Seconds of the average.
    pub window: u64,
    /// Seconds after which a round is stale.
    pub heartbeat: u64,
    pub decimals: u8,
    pub has_sequencer: bool,
}

/// The sequencer's uptime feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequencer {
    pub address: Address,
    /// Seconds after it has come back for which prices are not trusted.
    pub grace: u64,
}

impl Track {
    /// From the slots hot and average; the newer anchor's integral stays zero.
    pub fn unpack(hot: B256, average: B256) -> Self {
        let ((cumulative, now), (older, times)) = (halves(hot), halves(average));
        let time = field(now, 0, 32);
        let integral = Integral {
            price: now >> 32,
            time,
            cumulative,
            older: Anchor { time: field(times, 96, 32), cumulative: older },
            newer: Anchor { time: field(times, 64, 32), cumulative: 0 },
        };
        Self { integral, updated: time.saturating_sub(field(times, 32, 32)) }
    }

    /// Slot hot.
    pub fn hot(&self) -> B256 {
        let i = &self.integral;
        join(i.cumulative, i.price << 32 | seconds(i.time))
    }

    /// Slot average.
    pub fn average(&self) -> B256 {
        let i = &self.integral;
        let lag = i.time.saturating_sub(self.updated);
        let times = seconds(i.older.time) << 96 | seconds(i.newer.time) << 64 | seconds(lag) << 32;
        join(i.older.cumulative, times)
    }

    /// Slot newer.
    pub fn newer(&self) -> B256 {
        join(self.integral.newer.cumulative, 0)
    }

    /// Whether the source's round is another than the one recorded.
    pub fn is_news(&self, sample: Sample) -> bool {
        sample.time != self.updated || sample.price != self.integral.price
    }

    /// What the source's next round is held against.
    pub fn check(&self, source: &Source) -> RoundCheck {
        RoundCheck { decimals: source.decimals, not_before: self.updated, heartbeat: source.heartbeat }
    }
}

/// The newer anchor's integral, from its slot.
pub fn newer_cumulative(word: B256) -> u128 {
    halves(word).0
}

/// The bounds, from their slot.
pub fn unpack_bounds(word: B256) -> Bounds {
    let (min, max) = halves(word);
    Bounds { min, max }
}

/// The bounds' slot.
pub fn pack_bounds(bounds: &Bounds) -> B256 {
    join(bounds.min, bounds.max)
}

impl Source {
    /// From its slot.
    pub fn unpack(word: B256) -> Self {
        let settings = halves(word).1;
        Self {
            address: address(word),
            tolerance: field(settings, 64, 32) as u32,
            window: field(settings, 40, 24),
            heartbeat: field(settings, 16, 24),
            decimals: field(settings, 8, 8) as u8,
            has_sequencer: field(settings, 0, 8) != 0,
        }
    }

    /// Its slot.
    pub fn pack(&self) -> B256 {
        let settings = u128::from(self.tolerance) << 64
            | u128::from(self.window) << 40
            | u128::from(self.heartbeat) << 16
            | u128::from(self.decimals) << 8
            | u128::from(self.has_sequencer);
        with_address(self.address, settings)
    }
}

impl Sequencer {
    /// From its slot.
    pub fn unpack(word: B256) -> Self {
        Self { address: address(word), grace: field(halves(word).1, 72, 24) }
    }

    /// Its slot.
    pub fn pack(&self) -> B256 {
        with_address(self.address, u128::from(self.grace) << 72)
    }
}

/// The upper and the lower half of a word.
fn halves(word: B256) -> (u128, u128) {
    let (high, low) = word.0.split_at(16);
    let number = |half: &[u8]| half.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
    (number(high), number(low))
}

fn join(high: u128, low: u128) -> B256 {
    let mut word = B256::ZERO;
    let (upper, lower) = word.split_at_mut(16);
    upper.copy_from_slice(&high.to_be_bytes());
    lower.copy_from_slice(&low.to_be_bytes());
    word
}

/// The number in `bits` bits, at most 63, above the lowest `at`.
fn field(half: u128, at: u32, bits: u32) -> u64 {
    (half >> at) as u64 & !(u64::MAX << bits)
}

/// A time or a duration as it is stored; beyond its 32 bits it stands still.
fn seconds(time: u64) -> u128 {
    u32::try_from(time).unwrap_or(u32::MAX).into()
}

/// The upper 160 bits.
fn address(word: B256) -> Address {
    let (first, _) = word.split_at(20);
    Address::from_slice(first)
}

/// An address above a number of 96 bits.
fn with_address(address: Address, low: u128) -> B256 {
    let mut word = join(0, low);
    let (first, _) = word.split_at_mut(20);
    first.copy_from_slice(address.as_slice());
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn anchors()(time in any::<u32>(), cumulative in any::<u128>()) -> Anchor {
            Anchor { time: time.into(), cumulative }
        }
    }

    prop_compose! {
        fn tracks()(
            price in 0u128..1 << 96, lag in any::<u32>(), now in anchors(), older in anchors(), newer in anchors(),
        ) -> Track {
            let integral = Integral { price, time: now.time, cumulative: now.cumulative, older, newer };
            Track { integral, updated: now.time.saturating_sub(lag.into()) }
        }
    }

    proptest! {
        #[test]
        fn a_track_survives_storage(track in tracks()) {
            let mut back = Track::unpack(track.hot(), track.average());
            back.integral.newer.cumulative = newer_cumulative(track.newer());
            prop_assert_eq!(back, track);
        }

        #[test]
        fn settings_survive_storage(
            address in any::<[u8; 20]>(), tolerance in any::<u32>(), window in 0u64..1 << 24,
            heartbeat in 0u64..1 << 24, decimals in any::<u8>(), has_sequencer in any::<bool>(),
            min in any::<u128>(), max in any::<u128>(),
        ) {
            let address = Address::from(address);
            let source = Source { address, tolerance, window, heartbeat, decimals, has_sequencer };
            prop_assert_eq!(Source::unpack(source.pack()), source);
            let sequencer = Sequencer { address, grace: window };
            prop_assert_eq!(Sequencer::unpack(sequencer.pack()), sequencer);
            let bounds = Bounds { min, max };
            prop_assert_eq!(unpack_bounds(pack_bounds(&bounds)), bounds);
        }
    }

    #[test]
    fn times_beyond_the_last_stand_still() {
        let anchor = |time| Anchor { time, cumulative: 0 };
        let (older, newer) = (anchor(u64::MAX), anchor(1 << 32));
        let integral = Integral { price: 1, time: u64::MAX, cumulative: 0, older, newer };
        let back = Track::unpack(
            Track { integral, updated: u64::MAX }.hot(),
            Track { integral, updated: u64::MAX }.average(),
        );
        let last = u64::from(u32::MAX);
        let times = [back.integral.time, back.updated, back.integral.older.time, back.integral.newer.time];
        assert_eq!((times, back.integral.price), ([last; 4], 1));
    }
}
