//! A market's parameters and their hard bounds.

use crate::{
    FP_LIMIT, PRICE_LIMIT, WAD,
    error::{FloorError, Result, refuse},
    funding::Terms,
};

/// Which price the short of an NFT holder is tested at. Fixed when a market is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NftTest {
    /// The index: a price alone never liquidates.
    #[default]
    Index = 0,
    /// What exceeds the NFTs at the greater of mark and index, the rest at the index.
    Excess = 1,
    /// The mark, as other perpetuals do.
    Mark = 2,
}

/// How much of a purchase a new long must pay itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leverage {
    /// All, unless what can be withdrawn can be paid all the same; then the rest of that.
    #[default]
    Exact = 0,
    /// The initial margin if the market is capitalised enough and pays all withdrawals after it; else all.
    Threshold = 1,
    /// Between the two, the more the less the market is capitalised; and never beyond the exact rule.
    Ramp = 2,
}

/// The parameters; ratios are wad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Epoch 1 begins here, seconds.
    pub genesis: u64,
    /// Length of an epoch, seconds.
    pub epoch: u64,
    /// What an epoch pays.
    pub terms: Terms,
    /// FP that may be opened against one NFT.
    pub opening: u128,
    /// FP against one NFT beyond which its holder may be liquidated.
    pub maintenance: u128,
    /// FP against one NFT down to which a liquidation goes.
    pub cure: u128,
    /// Initial and maintenance margin of shorts against cash, of their value at the mark.
    pub short_initial: u128,
    /// See above.
    pub short_maintenance: u128,
    /// Initial and maintenance margin of leveraged longs.
    pub long_initial: u128,
    /// See above.
    pub long_maintenance: u128,
    /// Capitalisation from which the threshold rule and the ramp begin to ask for more; of the threshold, the threshold.
    pub kappa_high: u128,
    /// Capitalisation at which the ramp asks for all.
    pub kappa_low: u128,
    /// A trade is within this of the mark.
    pub band: u128,
    /// The least position, wei of FP.
    pub min_position: u128,
    /// Which price NFT-backed shorts are tested at.
    pub nft_test: NftTest,
    /// What a new long must pay.
    pub leverage: Leverage,
}

/// Percent of one.
const PERCENT: u128 = WAD / 100;
/// Seconds.
const HOUR: u64 = 3_600;
const WEEK: u64 = 604_800;

impl Params {
    /// Refuses what no market may have.
    pub fn check(&self) -> Result<()> {
        within(0, self.epoch.into(), HOUR.into(), WEEK.into())?;
        let ratios = [
            (self.terms.max_payment, PERCENT / 100, 10 * WAD),
            (self.terms.max_ratio, WAD, 1_000 * WAD),
            (self.terms.share, WAD / 168, WAD),
            (self.terms.strike, 0, PRICE_LIMIT / 2),
            (self.opening, PERCENT, WAD),
            (self.maintenance, self.opening, WAD),
            (self.cure, PERCENT, self.maintenance),
            (self.short_initial, self.short_maintenance, 10 * WAD),
            (self.short_maintenance, PERCENT, WAD),
            (self.long_initial, self.long_maintenance, WAD),
            (self.long_maintenance, PERCENT, WAD),
            (self.kappa_high, self.kappa_low, 100 * WAD),
            (self.kappa_low, 0, 100 * WAD),
            (self.band, PERCENT, WAD),
            (self.min_position, WAD / 1_000_000, FP_LIMIT / 2),
        ];
        for (index, (value, low, high)) in (1..).zip(ratios) {
            within(index, value, low, high)?;
        }
        Ok(())
    }
}

/// Refuses a parameter outside its bounds.
pub(crate) fn within(index: u8, value: u128, low: u128, high: u128) -> Result<()> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        refuse(FloorError::ParameterOutOfBounds { index, value })
    }
}
