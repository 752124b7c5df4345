//! What the source stores, in four words; the volatility is read from the last three.
//!
//! | word | high to low, in bits |
//! |---|---|
//! | upstream | history 160, interval 24, window 24, smoothing 32, 16 unused |
//! | posted | reporter 160, volatility 64, time 32 |
//! | realised | price 96, time 32, variance 128 |
//! | bounds | lowest volatility 64, highest volatility 64, 128 unused |
//!
//! Volatilities are at most 10^19, which has 64 bits. Prices are below 2^96; seconds since 1970 have 32 bits.

use alloy_primitives::{Address, B256};
use everfloor_oracle_rules::word::{address_and_rest, field, from_address, from_halves, halves};

/// Where prices come from and how they are made use of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream {
    pub history: Address,
    /// Seconds from one price to the next; a price's moment is a multiple of it.
    pub interval: u64,
    /// Seconds a price is the average of.
    pub window: u64,
    /// Seconds of the exponential average of squared returns.
    pub smoothing: u64,
}

/// What the reporter has posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    pub reporter: Address,
    /// In wad; 0 before the first.
    pub sigma: u128,
    pub time: u64,
}

/// What the price has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Realised {
    /// The last price, in wad; 0 before the first.
    pub price: u128,
    /// Its moment.
    pub time: u64,
    /// The estimate of the annual variance, in wad.
    pub variance: u128,
}

/// What the volatility is kept within, in wad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigmaBounds {
    pub lowest: u128,
    pub highest: u128,
}

impl Upstream {
    /// From its word.
    pub fn unpack(word: B256) -> Self {
        let (history, rest) = address_and_rest(word);
        Self {
            history,
            interval: field(rest, 72, 24),
            window: field(rest, 48, 24),
            smoothing: field(rest, 16, 32),
        }
    }

    /// Its word.
    pub fn pack(&self) -> B256 {
        let times = u128::from(self.interval) << 72
            | u128::from(self.window) << 48
            | u128::from(self.smoothing) << 16;
        from_address(self.history, times)
    }
}

impl Posted {
    /// From its word.
    pub fn unpack(word: B256) -> Self {
        let (reporter, rest) = address_and_rest(word);
        Self { reporter, sigma: rest >> 32, time: field(rest, 0, 32) }
    }

    /// Its word.
    pub fn pack(&self) -> B256 {
        from_address(self.reporter, self.sigma << 32 | u128::from(self.time))
    }
}

impl Realised {
    /// From its word.
    pub fn unpack(word: B256) -> Self {
        let (seen, variance) = halves(word);
        Self { price: seen >> 32, time: field(seen, 0, 32), variance }
    }

    /// Its word.
    pub fn pack(&self) -> B256 {
        from_halves(self.price << 32 | u128::from(self.time), self.variance)
    }
}

impl SigmaBounds {
    /// From their word.
    pub fn unpack(word: B256) -> Self {
        let (both, _) = halves(word);
        Self { lowest: both >> 64, highest: both & u128::from(u64::MAX) }
    }

    /// Their word.
    pub fn pack(&self) -> B256 {
        from_halves(self.lowest << 64 | self.highest, 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_of_it_survives_storage(
            account in any::<[u8; 20]>(), interval in 0u64..1 << 24, window in 0u64..1 << 24, smoothing in any::<u32>(),
            sigma in any::<u64>(), time in any::<u32>(), price in 0u128..1 << 96, variance in any::<u128>(),
            highest in any::<u64>(),
        ) {
            let account = Address::from(account);
            let upstream = Upstream { history: account, interval, window, smoothing: smoothing.into() };
            prop_assert_eq!(Upstream::unpack(upstream.pack()), upstream);
            let posted = Posted { reporter: account, sigma: sigma.into(), time: time.into() };
            prop_assert_eq!(Posted::unpack(posted.pack()), posted);
            let realised = Realised { price, time: time.into(), variance };
            prop_assert_eq!(Realised::unpack(realised.pack()), realised);
            let bounds = SigmaBounds { lowest: sigma.into(), highest: highest.into() };
            prop_assert_eq!(SigmaBounds::unpack(bounds.pack()), bounds);
        }
    }
}
