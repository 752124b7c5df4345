//! What the history stores: two words of settings, and one word for each bucket in which something was observed.
//!
//! | word | high to low, in bits |
//! |---|---|
//! | primary | feed 160, number of the newest bucket 32, short window 24, longest gap 16, 24 unused |
//! | second | feed 160, tolerance 32, 64 unused |
//! | bucket | first integral 128, what the last has more 106, first offset 10, last offset 10, unused 1, kept 1 |
//!
//! Offsets are seconds since the bucket's beginning, below 900. In 900 seconds an integral grows by less than
//! 2^96 * 900, which has 106 bits ([`Bucket::observe`] sees to it). A bucket's word is written with its first
//! observation and changed by later ones, so those cost no slot.

use alloy_primitives::{Address, B256};
use everfloor_oracle_rules::{
    Anchor,
    history::{BUCKET_SECONDS, Bucket, bucket_of},
    word::{address_and_rest, field, from_address, from_halves, halves},
};

/// Where observations come from, how they are used, and the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Primary {
    pub feed: Address,
    /// Number of the newest bucket with an observation; 0 before the first.
    pub newest: u64,
    /// Seconds of the average that a mark is made of.
    pub short_window: u64,
    /// Seconds from a window's end to an observation at most.
    pub max_gap: u64,
}

/// What the primary feed is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Second {
    /// Zero is none.
    pub feed: Address,
    /// Billionths of the average it may be away from it.
    pub tolerance: u32,
}

impl Primary {
    /// From its word.
    pub fn unpack(word: B256) -> Self {
        let (feed, rest) = address_and_rest(word);
        let (newest, short_window, max_gap) = (field(rest, 64, 32), field(rest, 40, 24), field(rest, 24, 16));
        Self { feed, newest, short_window, max_gap }
    }

    /// Its word.
    pub fn pack(&self) -> B256 {
        let newest = u128::from(self.newest) << 64;
        from_address(self.feed, newest | u128::from(self.short_window) << 40 | u128::from(self.max_gap) << 24)
    }
}

impl Second {
    /// From its word.
    pub fn unpack(word: B256) -> Self {
        let (feed, rest) = address_and_rest(word);
        Self { feed, tolerance: field(rest, 64, 32) as u32 }
    }

    /// Its word.
    pub fn pack(&self) -> B256 {
        from_address(self.feed, u128::from(self.tolerance) << 64)
    }
}

/// A bucket from its word; `None` if nothing was observed in it.
pub fn unpack_bucket(number: u64, word: B256) -> Option<Bucket> {
    if word.is_zero() {
        return None;
    }
    let (cumulative, rest) = halves(word);
    let begin = number.saturating_mul(BUCKET_SECONDS);
    let at = |offset| begin.saturating_add(offset);
    let first = Anchor { time: at(field(rest, 12, 10)), cumulative };
    let last = Anchor { time: at(field(rest, 2, 10)), cumulative: cumulative.saturating_add(rest >> 22) };
    Some(Bucket { first, last })
}

/// A bucket's word; never zero.
pub fn pack_bucket(bucket: &Bucket) -> B256 {
    let Bucket { first, last } = bucket;
    let begin = bucket_of(first.time).saturating_mul(BUCKET_SECONDS);
    let offset = |seen: &Anchor| u128::from(seen.time.saturating_sub(begin));
    let grown = last.cumulative.saturating_sub(first.cumulative);
    from_halves(first.cumulative, grown << 22 | offset(first) << 12 | offset(last) << 2 | 1)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "of small numbers")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        /// Two observations of a bucket, with any price between them that a feed may have.
        fn buckets()(
            number in 0u64..1 << 32, first in 0u64..900, later in 0u64..900, price in 0u128..1 << 96,
            cumulative in 0u128..u128::MAX >> 1,
        ) -> (u64, Bucket) {
            let first = Anchor { time: number * 900 + first, cumulative };
            let seconds = later.saturating_sub(first.time % 900);
            let grown = price * u128::from(seconds);
            (number, Bucket { first, last: Anchor { time: first.time + seconds, cumulative: cumulative + grown } })
        }
    }

    proptest! {
        #[test]
        fn a_bucket_survives_storage((number, bucket) in buckets()) {
            prop_assert_eq!(unpack_bucket(number, pack_bucket(&bucket)), Some(bucket));
            prop_assert_eq!(bucket_of(bucket.last.time), number);
        }

        #[test]
        fn settings_survive_storage(
            feed in any::<[u8; 20]>(), newest in any::<u32>(), window in 0u64..1 << 24, gap in any::<u16>(),
            tolerance in any::<u32>(),
        ) {
            let feed = Address::from(feed);
            let primary =
                Primary { feed, newest: newest.into(), short_window: window, max_gap: gap.into() };
            prop_assert_eq!(Primary::unpack(primary.pack()), primary);
            let second = Second { feed, tolerance };
            prop_assert_eq!(Second::unpack(second.pack()), second);
        }
    }

    #[test]
    fn the_first_second_of_a_feed_is_kept_and_an_empty_word_is_no_observation() {
        let begin = Anchor { time: 900, cumulative: 0 };
        let bucket = Bucket { first: begin, last: begin };
        assert_eq!(unpack_bucket(1, pack_bucket(&bucket)), Some(bucket));
        assert_eq!(unpack_bucket(1, B256::ZERO), None);
    }

    #[test]
    fn a_bucket_has_room_for_the_highest_price() {
        let first = Anchor { time: 900, cumulative: 7 };
        let grown = ((1u128 << 96) - 1) * 899;
        let bucket = Bucket::observe(
            Some(Bucket { first, last: first }),
            Anchor { time: 1799, cumulative: 7 + grown },
        );
        assert_eq!(unpack_bucket(1, pack_bucket(&bucket)), Some(bucket));
        assert_eq!(bucket.last.time, 1799);
    }
}
