//! The settings of a volatility source and their hard bounds.

use alloy_primitives::{B256, U256};
use alloy_sol_types::sol;
use everfloor_oracle_rules::{
    history::BUCKET_SECONDS,
    volatility::{MAX_SIGMA, MIN_SIGMA},
};
use stylus_sdk::prelude::*;

use crate::state::{SigmaBounds, Upstream};

sol! {
    /// Where a volatility source gets prices and what it makes of them.
    #[derive(Debug, PartialEq, Eq, AbiType)]
    struct VolatilitySettings {
        /// The PriceHistory whose prices are looked at.
        address history;
        /// Seconds from one price to the next; 3600 to 604800, a multiple of 900.
        uint32 interval;
        /// Seconds that a price is the average of; 900 to 86400, a multiple of 900.
        uint32 window;
        /// Seconds of the exponential average of squared returns; 86400 to 31536000.
        uint32 smoothing;
        /// The lowest volatility, 18 decimals; 0.01 or more.
        uint256 minSigma;
        /// The highest volatility, 18 decimals; not below the lowest, and 10 or less.
        uint256 maxSigma;
    }

    /// A setting is not within its bounds, or no multiple of what it must be one of.
    #[derive(Debug, PartialEq, Eq)]
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);
}

/// Settings as they are stored, if they are within bounds.
pub fn to_stored(settings: &VolatilitySettings) -> Result<(Upstream, SigmaBounds), SettingOutOfBounds> {
    let upstream = Upstream {
        history: settings.history,
        interval: seconds(b"interval", settings.interval, 3600, 604_800, BUCKET_SECONDS as u32)?,
        window: seconds(b"window", settings.window, 900, 86_400, BUCKET_SECONDS as u32)?,
        smoothing: seconds(b"smoothing", settings.smoothing, 86_400, 31_536_000, 1)?,
    };
    let (least, most) = (U256::from(MIN_SIGMA), U256::from(MAX_SIGMA));
    let highest = sigma(b"maxSigma", settings.maxSigma, least, most)?;
    let lowest = sigma(b"minSigma", settings.minSigma, least, settings.maxSigma)?;
    Ok((upstream, SigmaBounds { lowest, highest }))
}

/// Settings from what is stored.
pub fn from_stored(upstream: &Upstream, bounds: &SigmaBounds) -> VolatilitySettings {
    VolatilitySettings {
        history: upstream.history,
        interval: upstream.interval as u32,
        window: upstream.window as u32,
        smoothing: upstream.smoothing as u32,
        minSigma: U256::from(bounds.lowest),
        maxSigma: U256::from(bounds.highest),
    }
}

fn seconds(setting: &[u8], value: u32, min: u32, max: u32, step: u32) -> Result<u64, SettingOutOfBounds> {
    if (min..=max).contains(&value) && value.is_multiple_of(step) {
        return Ok(value.into());
    }
    Err(refusal(setting, U256::from(value), U256::from(min), U256::from(max)))
}

fn sigma(setting: &[u8], value: U256, min: U256, max: U256) -> Result<u128, SettingOutOfBounds> {
    if value >= min && value <= max {
        return Ok(value.saturating_to());
    }
    Err(refusal(setting, value, min, max))
}

fn refusal(setting: &[u8], value: U256, min: U256, max: U256) -> SettingOutOfBounds {
    SettingOutOfBounds { setting: B256::right_padding_from(setting), value, min, max }
}
