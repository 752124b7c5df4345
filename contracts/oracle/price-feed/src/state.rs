//! What the feed stores, packed so that a read touches four slots (a fifth behind a sequencer feed, a sixth when an
//! anchor is due to rotate).
//!
//! | slot | bytes, from the left |
//! |---|---|
//! | hot | price 12, time 5, updated 5, older time 5, newer time 5 |
//! | sum | cumulative 20, highest price 12 |
//! | older | cumulative 20, lowest price 12 |
//! | newer | cumulative 20 |
//! | source | address 20, tolerance 4, window 3, heartbeat 3, decimals 1, behind a sequencer feed 1 |
//! | sequencer | address 20, grace 3 |
//!
//! Prices are below 2^96 and the integral below 2^160 (the oracle's rules see to both); seconds since 1970 have 40
//! bits, durations 24.

use alloy_primitives::{Address, B256, U256};
use everfloor_oracle_rules::{Anchor, Integral, RoundCheck};

/// The integral, the time of the newest round, and the bounds that share their slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    pub integral: Integral,
    /// The time of the newest round recorded.
    pub updated: u64,
    /// The lowest price believed.
    pub min: u128,
    /// The highest price believed.
    pub max: u128,
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
    /// From the slots hot, sum and older; the newer anchor's integral stays zero.
    pub fn unpack(hot: B256, sum: B256, older: B256) -> Self {
        let time = |at| uint(hot, at, 5) as u64;
        let anchor = |time, cumulative| Anchor { time, cumulative };
        let integral = Integral {
            price: uint(hot, 0, 12),
            time: time(12),
            cumulative: cumulative(sum),
            older: anchor(time(22), cumulative(older)),
            newer: anchor(time(27), U256::ZERO),
        };
        Self { integral, updated: time(17), min: uint(older, 20, 12), max: uint(sum, 20, 12) }
    }

    /// Slot hot.
    pub fn hot(&self) -> B256 {
        let i = &self.integral;
        let mut word = B256::ZERO;
        put(&mut word, 0, 12, i.price);
        for (at, time) in [(12, i.time), (17, self.updated), (22, i.older.time), (27, i.newer.time)] {
            put(&mut word, at, 5, time.into());
        }
        word
    }

    /// Slot sum.
    pub fn sum(&self) -> B256 {
        with_cumulative(self.integral.cumulative, self.max)
    }

    /// Slot older.
    pub fn older(&self) -> B256 {
        with_cumulative(self.integral.older.cumulative, self.min)
    }

    /// Slot newer.
    pub fn newer(&self) -> B256 {
        with_cumulative(self.integral.newer.cumulative, 0)
    }

    /// What the source's next round is held against.
    pub fn check(&self, source: &Source) -> RoundCheck {
        RoundCheck {
            decimals: source.decimals,
            min: self.min,
            max: self.max,
            not_before: self.updated,
            heartbeat: source.heartbeat,
        }
    }
}

impl Source {
    /// From its slot.
    pub fn unpack(word: B256) -> Self {
        Self {
            address: address(word),
            tolerance: uint(word, 20, 4) as u32,
            window: uint(word, 24, 3) as u64,
            heartbeat: uint(word, 27, 3) as u64,
            decimals: uint(word, 30, 1) as u8,
            has_sequencer: uint(word, 31, 1) != 0,
        }
    }

    /// Its slot.
    pub fn pack(&self) -> B256 {
        let mut word = with_address(self.address);
        put(&mut word, 20, 4, self.tolerance.into());
        put(&mut word, 24, 3, self.window.into());
        put(&mut word, 27, 3, self.heartbeat.into());
        put(&mut word, 30, 1, self.decimals.into());
        put(&mut word, 31, 1, self.has_sequencer.into());
        word
    }
}

impl Sequencer {
    /// From its slot.
    pub fn unpack(word: B256) -> Self {
        Self { address: address(word), grace: uint(word, 20, 3) as u64 }
    }

    /// Its slot.
    pub fn pack(&self) -> B256 {
        let mut word = with_address(self.address);
        put(&mut word, 20, 3, self.grace.into());
        word
    }
}

/// The integral in the first 20 bytes of a slot.
pub fn cumulative(word: B256) -> U256 {
    address(word).into_word().into()
}

/// The first 20 bytes.
fn address(word: B256) -> Address {
    let (first, _) = word.split_at(20);
    Address::from_slice(first)
}

fn with_address(address: Address) -> B256 {
    let mut word = B256::ZERO;
    let (first, _) = word.split_at_mut(20);
    first.copy_from_slice(address.as_slice());
    word
}

fn with_cumulative(cumulative: U256, price: u128) -> B256 {
    let mut word = with_address(Address::from_word(cumulative.into()));
    put(&mut word, 20, 12, price);
    word
}

/// The number in `len` bytes of a word.
fn uint(word: B256, at: usize, len: usize) -> u128 {
    word.iter().skip(at).take(len).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

/// Writes a number into `len` bytes of a word.
fn put(word: &mut B256, at: usize, len: usize, number: u128) {
    for (place, byte) in word.iter_mut().skip(at).take(len).rev().zip(number.to_le_bytes()) {
        *place = byte;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn anchors()(time in 0u64..1 << 40, sum in any::<[u8; 20]>()) -> Anchor {
            Anchor { time, cumulative: U256::from_be_slice(&sum) }
        }
    }

    prop_compose! {
        fn tracks()(
            price in 0u128..1 << 96, min in 0u128..1 << 96, max in 0u128..1 << 96, updated in 0u64..1 << 40,
            now in anchors(), older in anchors(), newer in anchors(),
        ) -> Track {
            let integral = Integral { price, time: now.time, cumulative: now.cumulative, older, newer };
            Track { integral, updated, min, max }
        }
    }

    proptest! {
        #[test]
        fn a_track_survives_storage(track in tracks()) {
            let mut back = Track::unpack(track.hot(), track.sum(), track.older());
            back.integral.newer.cumulative = cumulative(track.newer());
            prop_assert_eq!(back, track);
        }

        #[test]
        fn settings_survive_storage(
            address in any::<[u8; 20]>(), tolerance in any::<u32>(), window in 0u64..1 << 24,
            heartbeat in 0u64..1 << 24, decimals in any::<u8>(), has_sequencer in any::<bool>(),
        ) {
            let address = Address::from(address);
            let source = Source { address, tolerance, window, heartbeat, decimals, has_sequencer };
            prop_assert_eq!(Source::unpack(source.pack()), source);
            let sequencer = Sequencer { address, grace: window };
            prop_assert_eq!(Sequencer::unpack(sequencer.pack()), sequencer);
        }
    }
}
