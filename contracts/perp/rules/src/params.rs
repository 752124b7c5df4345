//! A market's parameters, and the bounds that no governance can pass.

use everfloor_math::{mul_div_down_u128, mul_div_up_u128};

use crate::{
    PPM,
    error::{PerpError, Result, refuse},
};

/// A market's parameters. Ratios are parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Margin over notional to open or grow.
    pub initial_margin_ppm: u32,
    /// Margin over notional to stay.
    pub maintenance_margin_ppm: u32,
    /// Fee on the notional of every trade.
    pub fee_ppm: u32,
    /// Part of fees that goes to the insurance fund.
    pub insurance_share_ppm: u32,
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
    /// How far all trades of one impact window may move the mark one way.
    pub window_impact_ppm: u32,
    /// The time in which a move is forgotten, seconds; 0 is at once.
    pub impact_window: u32,
    /// Fee added to a trade that widens the skew, when the skew is at its cap; less in proportion below.
    pub skew_spread_ppm: u32,
    /// Part of the gap between mark and oracle added to the fee of a trade that widens it.
    pub gap_spread_ppm: u32,
    /// Part of the market's fees that may be added to what receivers of funding get, a day.
    pub funding_share_ppm: u32,
    /// Penalty on the notional of a liquidation.
    pub liquidation_penalty_ppm: u32,
    /// Part of the penalty that goes to the keeper.
    pub keeper_share_ppm: u32,
    /// Margin ratio that a partial liquidation restores; 0 is always the whole position.
    pub liquidation_target_ppm: u32,
    /// Discount at which a position can be taken over when its auction ends.
    pub takeover_discount_ppm: u32,
    /// How long the discount grows, seconds.
    pub takeover_time: u32,
    /// Most that one repeg moves the peg.
    pub repeg_step_ppm: u32,
    /// Part of the market's fees that one change of the curve may spend.
    pub curve_share_ppm: u32,
    /// How long after a pause those with equity are not liquidated, seconds.
    pub resume_grace: u32,
    /// Least notional of an open position, wad.
    pub min_notional: u128,
    /// Most base wad open on a side.
    pub max_open_interest: u128,
    /// Most base wad between longs and shorts.
    pub max_skew: u128,
    /// Most base wad of one position.
    pub max_position: u128,
    /// Least a keeper gets, while the penalty or the market's fees have it, token units.
    pub keeper_floor: u128,
    /// The depth that the curve is to have, the root of its reserves' product, wad; 0 is to stay as it is.
    pub target_depth: u128,
}

/// Most of any ratio that can sensibly exceed one, 1,600 %: wide enough to set the market up as Perpetual Protocol V1
/// was, for comparison; a live market stays far below.
const WIDE: u32 = 16_000_000;
const ONE: u32 = 1_000_000;
/// Most of any fee, spreads included.
pub(crate) const MOST_FEE: u32 = 100_000;
const DAY: u32 = 86_400;
/// Most of the fees that one change of the curve may spend: two changes an hour leave a third of them after a day, for the
/// losses that they are the first to pay.
const MOST_SHARE: u32 = 23_000;
/// How many of the parameters are ratios or times: those come first.
const SMALL: usize = 22;
const KEEPER_FLOOR: u8 = 26;

impl Params {
    /// Refuses values outside the hard bounds, by their place in this struct. `scale` is wad per token unit.
    pub fn validate(&self, scale: u128) -> Result<()> {
        let bounds = [
            (10_000, 900_000),
            (5_000, self.initial_margin_ppm),
            (0, MOST_FEE),
            (0, ONE),
            (1_000, WIDE),
            (10_000, WIDE),
            (5_000, WIDE),
            (0, 500_000),
            (0, DAY),
            (1_000, WIDE),
            (0, DAY),
            (0, 50_000),
            (0, ONE),
            (0, 333_333),
            (1_000, self.maintenance_margin_ppm),
            (50_000, ONE),
            (0, 900_000),
            (0, self.initial_margin_ppm),
            (60, DAY),
            // A round trip through a repeg must cost more in fees than the peg can give.
            (0, self.fee_ppm.saturating_mul(2).min(20_000)),
            (0, MOST_SHARE),
            (0, 3_600),
        ];
        for (index, (value, (low, high))) in (0u8..).zip(self.small().into_iter().zip(bounds)) {
            if value < low || value > high {
                return refuse(PerpError::ParameterOutOfBounds { index, value: u128::from(value) });
            }
        }
        self.validate_target()?;
        self.validate_keeper_floor(scale)
    }

    /// Refuses a change beyond what may be done in one step without governance: a tenth of each value, rounded up.
    pub fn validate_step(&self, next: &Self) -> Result<()> {
        let before = self.small().into_iter().map(u128::from).chain(self.large());
        let after = next.small().into_iter().map(u128::from).chain(next.large());
        for (index, (old, new)) in (0u8..).zip(before.zip(after)) {
            if new.abs_diff(old) > mul_div_up_u128(old, 1, 10)? {
                return refuse(PerpError::ParameterOutOfBounds { index, value: new });
            }
        }
        Ok(())
    }

    /// Ratios and times, in order.
    fn small(&self) -> [u32; SMALL] {
        [
            self.initial_margin_ppm,
            self.maintenance_margin_ppm,
            self.fee_ppm,
            self.insurance_share_ppm,
            self.max_price_impact_ppm,
            self.max_divergence_ppm,
            self.mark_band_ppm,
            self.max_funding_ppm,
            self.twap_window,
            self.window_impact_ppm,
            self.impact_window,
            self.skew_spread_ppm,
            self.gap_spread_ppm,
            self.funding_share_ppm,
            self.liquidation_penalty_ppm,
            self.keeper_share_ppm,
            self.liquidation_target_ppm,
            self.takeover_discount_ppm,
            self.takeover_time,
            self.repeg_step_ppm,
            self.curve_share_ppm,
            self.resume_grace,
        ]
    }

    /// Amounts, in order.
    fn large(&self) -> [u128; 6] {
        [
            self.min_notional,
            self.max_open_interest,
            self.max_skew,
            self.max_position,
            self.keeper_floor,
            self.target_depth,
        ]
    }

    /// A target below what is required to stay would be no cure.
    fn validate_target(&self) -> Result<()> {
        let target = self.liquidation_target_ppm;
        if target != 0 && target < self.maintenance_margin_ppm {
            return refuse(PerpError::ParameterOutOfBounds { index: 16, value: u128::from(target) });
        }
        Ok(())
    }

    /// The floor is at most what the smallest position has put into the market's fees when it opened: a position pays
    /// for its own keeper, and nobody can farm the fees of others by liquidating himself.
    fn validate_keeper_floor(&self, scale: u128) -> Result<()> {
        let kept = PPM.saturating_sub(u128::from(self.insurance_share_ppm));
        let fee_ppm = mul_div_down_u128(u128::from(self.fee_ppm), kept, PPM)?;
        let paid_wad = mul_div_down_u128(self.min_notional, fee_ppm, PPM)?;
        if self.keeper_floor > mul_div_down_u128(paid_wad, 1, scale)? {
            return refuse(PerpError::ParameterOutOfBounds { index: KEEPER_FLOOR, value: self.keeper_floor });
        }
        Ok(())
    }
}
