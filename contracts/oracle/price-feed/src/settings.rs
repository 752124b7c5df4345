//! The settings of a feed and their hard bounds.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;
use everfloor_math::mul_div_down;
use everfloor_oracle_rules::{BILLION, Bounds, PRICE_LIMIT};
use stylus_sdk::prelude::*;

use crate::state::{Sequencer, Source};

sol! {
    /// What a feed reads and how far it trusts it.
    #[derive(Debug, PartialEq, Eq, AbiType)]
    struct FeedSettings {
        /// The source: a Chainlink aggregator, version 3.
        address source;
        /// The sequencer's uptime feed, zero for none.
        address sequencerFeed;
        /// Seconds after which a round is stale; 1 to 604800.
        uint32 heartbeat;
        /// Seconds after the sequencer has come back for which prices are not good; up to 86400.
        uint32 sequencerGrace;
        /// The lowest price believed, 18 decimals; at least 1.
        uint256 minPrice;
        /// The highest price believed, 18 decimals; above the lowest and below 2^96.
        uint256 maxPrice;
        /// How far the price may be from its average and still be good, as a part of the average, 18 decimals;
        /// 0.001 to 1 in steps of a billionth.
        uint256 maxDeviation;
        /// Seconds of the average; 60 to 604800.
        uint32 twapWindow;
        /// What the price is of, as text: "ETH / USD".
        bytes32 description;
    }

    /// A setting is not within its bounds (or, for maxDeviation, no multiple of the lowest step).
    #[derive(Debug, PartialEq, Eq)]
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);
}

const WEEK: u32 = 604_800;
const DAY: u32 = 86_400;
/// Deviations are kept in billionths.
const DEVIATION_STEP: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);

/// Refuses settings out of bounds.
pub fn validate(settings: &FeedSettings) -> Result<(), SettingOutOfBounds> {
    within(b"heartbeat", settings.heartbeat, 1, WEEK)?;
    within(b"sequencerGrace", settings.sequencerGrace, 0, DAY)?;
    within(b"twapWindow", settings.twapWindow, 60, WEEK)?;
    let highest = U256::from(PRICE_LIMIT).saturating_sub(U256::ONE);
    in_range(b"maxPrice", settings.maxPrice, U256::from(2), highest)?;
    in_range(b"minPrice", settings.minPrice, U256::ONE, settings.maxPrice.saturating_sub(U256::ONE))?;
    let (low, high) = (U256::from(1_000_000), U256::from(BILLION));
    let bounds = (low.saturating_mul(DEVIATION_STEP), high.saturating_mul(DEVIATION_STEP));
    in_range(b"maxDeviation", settings.maxDeviation, bounds.0, bounds.1)?;
    if deviation(tolerance(settings)) != settings.maxDeviation {
        let (min, max) = bounds;
        return Err(SettingOutOfBounds {
            setting: name(b"maxDeviation"),
            value: settings.maxDeviation,
            min,
            max,
        });
    }
    Ok(())
}

fn within(setting: &[u8], value: u32, min: u32, max: u32) -> Result<(), SettingOutOfBounds> {
    in_range(setting, U256::from(value), U256::from(min), U256::from(max))
}

fn in_range(setting: &[u8], value: U256, min: U256, max: U256) -> Result<(), SettingOutOfBounds> {
    if value >= min && value <= max {
        return Ok(());
    }
    Err(SettingOutOfBounds { setting: name(setting), value, min, max })
}

/// A setting's name as a word of text.
fn name(text: &[u8]) -> B256 {
    B256::right_padding_from(text)
}

/// The deviation in billionths, rounded down.
fn tolerance(settings: &FeedSettings) -> u32 {
    let billionths = mul_div_down(settings.maxDeviation, U256::ONE, DEVIATION_STEP).unwrap_or_default();
    u32::try_from(billionths).unwrap_or_default()
}

/// Billionths as a deviation with 18 decimals.
fn deviation(tolerance: u32) -> U256 {
    U256::from(tolerance).saturating_mul(DEVIATION_STEP)
}

/// The prices believed, of settings that have been validated.
pub fn bounds(settings: &FeedSettings) -> Bounds {
    Bounds { min: settings.minPrice.saturating_to(), max: settings.maxPrice.saturating_to() }
}

/// Settings as they are stored; the source's decimals have been asked for.
pub fn to_stored(settings: &FeedSettings, decimals: u8) -> (Source, Sequencer) {
    let source = Source {
        address: settings.source,
        tolerance: tolerance(settings),
        window: settings.twapWindow.into(),
        heartbeat: settings.heartbeat.into(),
        decimals,
        has_sequencer: settings.sequencerFeed != Address::ZERO,
    };
    (source, Sequencer { address: settings.sequencerFeed, grace: settings.sequencerGrace.into() })
}

/// Settings from what is stored.
pub fn from_stored(source: Source, sequencer: Sequencer, bounds: Bounds, description: B256) -> FeedSettings {
    FeedSettings {
        source: source.address,
        sequencerFeed: sequencer.address,
        heartbeat: source.heartbeat as u32,
        sequencerGrace: sequencer.grace as u32,
        minPrice: U256::from(bounds.min),
        maxPrice: U256::from(bounds.max),
        maxDeviation: deviation(source.tolerance),
        twapWindow: source.window as u32,
        description,
    }
}
