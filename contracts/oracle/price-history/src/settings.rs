//! The settings of a history and their hard bounds.

use alloy_primitives::{B256, U256};
use alloy_sol_types::sol;
use everfloor_math::mul_div_down;
use everfloor_oracle_rules::history::LONGEST_GAP;
use stylus_sdk::prelude::*;

use crate::state::{Primary, Second};

sol! {
    /// What a history observes and how its prices are made.
    #[derive(Debug, PartialEq, Eq, AbiType)]
    struct HistorySettings {
        /// The PriceFeed that is observed, for good.
        address primaryFeed;
        /// Another PriceFeed that a mark is held against; zero for none, then the primary feed's own live price is.
        address secondFeed;
        /// How far the two sources of a mark may be apart, as a part of the average, 18 decimals; 0.001 to 0.5 in
        /// steps of a billionth.
        uint256 maxDeviation;
        /// Seconds of the average that a mark is made of; 300 to 86400.
        uint32 shortWindow;
        /// Seconds from a window's end to the observations before and after it, at most; 600 to 14400.
        uint32 maxGap;
    }

    /// A setting is not within its bounds (or, for maxDeviation, no multiple of a billionth).
    #[derive(Debug, PartialEq, Eq)]
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);
    /// A history observes one feed for good: another's integral has nothing to do with what was observed. The feed
    /// can be given another source.
    #[derive(Debug, PartialEq, Eq)]
    error PrimaryFeedIsFixed(address primaryFeed);
}

/// Deviations are kept in billionths.
const DEVIATION_STEP: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const MIN_DEVIATION: u32 = 1_000_000;
const MAX_DEVIATION: u32 = 500_000_000;

/// Settings as they are stored, if they are within bounds.
pub fn to_stored(settings: &HistorySettings) -> Result<(Primary, Second), SettingOutOfBounds> {
    within(b"shortWindow", settings.shortWindow, 300, 86_400)?;
    within(b"maxGap", settings.maxGap, 600, LONGEST_GAP as u32)?;
    let (short_window, max_gap) = (settings.shortWindow.into(), settings.maxGap.into());
    let primary = Primary { feed: settings.primaryFeed, newest: 0, short_window, max_gap };
    Ok((primary, Second { feed: settings.secondFeed, tolerance: tolerance(settings.maxDeviation)? }))
}

/// Settings from what is stored.
pub fn from_stored(primary: &Primary, second: &Second) -> HistorySettings {
    HistorySettings {
        primaryFeed: primary.feed,
        secondFeed: second.feed,
        maxDeviation: deviation(second.tolerance),
        shortWindow: primary.short_window as u32,
        maxGap: primary.max_gap as u32,
    }
}

fn within(setting: &[u8], value: u32, min: u32, max: u32) -> Result<(), SettingOutOfBounds> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(refusal(setting, U256::from(value), U256::from(min), U256::from(max)))
}

fn refusal(setting: &[u8], value: U256, min: U256, max: U256) -> SettingOutOfBounds {
    SettingOutOfBounds { setting: B256::right_padding_from(setting), value, min, max }
}

/// A deviation in billionths, if it is within bounds and a whole number of them.
fn tolerance(value: U256) -> Result<u32, SettingOutOfBounds> {
    let billionths = mul_div_down(value, U256::ONE, DEVIATION_STEP).unwrap_or_default();
    let stored = u32::try_from(billionths).unwrap_or_default();
    if (MIN_DEVIATION..=MAX_DEVIATION).contains(&stored) && deviation(stored) == value {
        return Ok(stored);
    }
    Err(refusal(b"maxDeviation", value, deviation(MIN_DEVIATION), deviation(MAX_DEVIATION)))
}

/// Billionths as a deviation with 18 decimals.
fn deviation(tolerance: u32) -> U256 {
    U256::from(tolerance).saturating_mul(DEVIATION_STEP)
}
