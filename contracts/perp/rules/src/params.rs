//! A market's parameters, and the bounds that no governance can pass.

use everfloor_math::mul_div_down_u128;

use crate::PPM;
use crate::error::{PerpError, Result, refuse};

/// A market's parameters. Ratios are parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Margin over notional to open or grow.
    pub initial_margin_ppm: u32,
    /// Margin over notional to stay.
    pub maintenance_margin_ppm: u32,
    /// Fee on the notional of every trade.
    pub fee_ppm: u32,
    /// Penalty on the notional of a liquidation.
    pub liquidation_penalty_ppm: u32,
    /// Part of fees that goes to the insurance fund.
    pub insurance_share_ppm: u32,
    /// Part of the penalty that goes to the keeper.
    pub keeper_share_ppm: u32,
    /// How far one trade may move the mark.
    pub max_price_impact_ppm: u32,
    /// How far from the oracle a trade may take the mark.
    pub max_divergence_ppm: u32,
    /// How far from the oracle the neutral price may be.
    pub mark_band_ppm: u32,
    /// Most funding a day, of the index.
    pub max_funding_ppm: u32,
    /// Window of the mark's time-average, seconds.
    pub twap_window: u32,
    /// Least notional of an open position, wad.
    pub min_notional: u128,
    /// Most base wad open on a side.
    pub max_open_interest: u128,
    /// Most base wad of one position.
    pub max_position: u128,
    /// Least a keeper gets, while the penalty or the market's fees have it, token units.
    pub keeper_floor: u128,
}

/// Most of any ratio that can sensibly exceed one, 1,600 %: wide enough to set the market up as Perpetual Protocol V1
/// was, for comparison; a live market stays far below.
const WIDE: u32 = 16_000_000;
const ONE: u32 = 1_000_000;

impl Params {
    /// Refuses values outside the hard bounds, by their place in this struct. `scale` is wad per token unit.
    pub fn validate(&self, scale: u128) -> Result<()> {
        let bounds = [
            (self.initial_margin_ppm, 10_000, 900_000),
            (self.maintenance_margin_ppm, 5_000, self.initial_margin_ppm),
            (self.fee_ppm, 0, 100_000),
            (self.liquidation_penalty_ppm, 1_000, self.maintenance_margin_ppm),
            (self.insurance_share_ppm, 0, ONE),
            (self.keeper_share_ppm, 50_000, ONE),
            (self.max_price_impact_ppm, 1_000, WIDE),
            (self.max_divergence_ppm, 10_000, WIDE),
            (self.mark_band_ppm, 5_000, WIDE),
            (self.max_funding_ppm, 0, 500_000),
            (self.twap_window, 0, 86_400),
        ];
        for (index, (value, low, high)) in (0u8..).zip(bounds) {
            if value < low || value > high {
                return refuse(PerpError::ParameterOutOfBounds { index, value: u128::from(value) });
            }
        }
        self.validate_keeper_floor(scale)
    }

    /// The floor is at most what the smallest position has put into the market's fees when it opened: a position pays
    /// for its own keeper, and nobody can farm the fees of others by liquidating himself.
    fn validate_keeper_floor(&self, scale: u128) -> Result<()> {
        let kept = PPM.saturating_sub(u128::from(self.insurance_share_ppm));
        let fee_ppm = mul_div_down_u128(u128::from(self.fee_ppm), kept, PPM)?;
        let paid_wad = mul_div_down_u128(self.min_notional, fee_ppm, PPM)?;
        if self.keeper_floor > mul_div_down_u128(paid_wad, 1, scale)? {
            return refuse(PerpError::ParameterOutOfBounds { index: 14, value: self.keeper_floor });
        }
        Ok(())
    }
}
