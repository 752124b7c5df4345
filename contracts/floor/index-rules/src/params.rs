//! Parameters and their hard bounds. Those of a book never change: what a maker has been promised, and the order
//! in which offers come of age and cancels fall due, rest on them.

use crate::{
    WAD,
    epochs::Epochs,
    error::{IndexError, Result, refuse},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// What a book of bids or asks is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookParams {
    /// Wei between two prices.
    pub tick_size: u128,
    /// Seconds after which an offer counts; 30 minutes.
    pub min_age: u64,
    /// Seconds for which an offer is binding after its cancel was asked for; 15 minutes.
    pub cancel_delay: u64,
    /// What the protocol keeps of a sale, basis points.
    pub fee_bps: u32,
    /// How far below the index a bid earns rewards, basis points.
    pub band_bps: u32,
}

/// What an index is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexParams {
    /// When epoch 0 begins, seconds since 1970.
    pub genesis: u64,
    /// Seconds of an epoch.
    pub epoch_length: u64,
    /// Seconds that the averages of the bounds cover at least.
    pub window: u64,
    /// How many units have to be bid for the price that the index believes; 1 is the literal definition, 3 or more
    /// what a market should have.
    pub depth: u32,
    /// Sources it takes.
    pub min_sources: u32,
    /// Units that may be open for each unit bid near the best bid, wad; about 10.
    pub chi: u128,
}

impl BookParams {
    /// Refuses parameters out of bounds.
    pub fn validate(&self) -> Result<()> {
        // Every tick of it is a price below the limit of prices.
        within(0, self.tick_size, 1_000_000_000, u64::MAX.into())?;
        within(1, self.min_age.into(), (5 * MINUTE).into(), DAY.into())?;
        within(2, self.cancel_delay.into(), (5 * MINUTE).into(), DAY.into())?;
        within(3, self.fee_bps.into(), 0, 500)?;
        within(4, self.band_bps.into(), 0, 5_000)
    }
}

impl IndexParams {
    /// Refuses parameters out of bounds.
    pub fn validate(&self) -> Result<()> {
        within(0, self.genesis.into(), 1, u32::MAX.into())?;
        within(1, self.epoch_length.into(), HOUR.into(), (7 * DAY).into())?;
        within(2, self.window.into(), (10 * MINUTE).into(), DAY.into())?;
        within(3, self.depth.into(), 1, 32)?;
        within(4, self.min_sources.into(), 1, 3)?;
        within(5, self.chi, WAD / 10, WAD * 100)
    }

    /// When epochs begin and end.
    pub fn epochs(&self) -> Epochs {
        Epochs { genesis: self.genesis, length: self.epoch_length }
    }
}

fn within(index: u8, value: u128, min: u128, max: u128) -> Result<()> {
    if value >= min && value <= max {
        return Ok(());
    }
    refuse(IndexError::ParameterOutOfBounds { index, value })
}
