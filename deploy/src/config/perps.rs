//! The perpetuals: collateral, where prices come from, insurance, the market. `oracle`, `insurance` and `market` in the
//! configuration. A put pool's prices come from the same kind of source.

use alloy::primitives::{Address, B256, U256, aliases::I256};
use anyhow::{Context, Result, bail, ensure};
use everfloor_oracle_rules::{MAX_DECIMALS, PRICE_LIMIT};
use everfloor_perp_rules::{Params, PerpError};
use serde::Deserialize;

use super::{Seconds, WAD, amount, decimal, ppm, somebody, within};
use crate::bindings::{
    IClearingHouse::{MarketParams, RiskParams, TradingParams},
    IPriceFeed::FeedSettings,
};

/// Decimals of the perpetuals' collateral, as of the test dollar.
pub const DOLLAR: u8 = 6;
/// Wad per unit of a token with so many decimals.
const SCALE: u128 = 1_000_000_000_000;

/// What the perpetuals need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perps {
    /// The collateral token; the test dollar is deployed if left out.
    pub collateral: Option<Address>,
    /// Where prices come from.
    pub oracle: Oracle,
    /// What stands behind bad debt.
    pub insurance: Insurance,
    /// The market.
    pub market: Market,
}

impl Perps {
    /// Refuses what the contracts would refuse, and what makes no sense together.
    pub(super) fn check(&self) -> Result<()> {
        somebody(&[("collateral", self.collateral)])?;
        self.oracle.check().context("oracle")?;
        self.market.check().context("market")?;
        self.shared_cap()?;
        let posted = self.oracle.source.is_none();
        if posted && decimal("oracle.first-price", &self.oracle.first_price, WAD)? != self.market.peg()? {
            bail!(
                "the market would open at {} while the oracle says {}",
                self.market.price,
                self.oracle.first_price
            );
        }
        Ok(())
    }

    /// Most of the shared ledger the market may use, token units.
    pub fn shared_cap(&self) -> Result<U256> {
        decimal("insurance.shared-cap", &self.insurance.shared_cap, DOLLAR)
    }
}

/// The price source and how far its feed trusts it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Oracle {
    /// A Chainlink aggregator; a posted one is deployed if left out.
    pub source: Option<Address>,
    /// What the price is of, at most 32 bytes of text.
    pub description: String,
    /// Decimals of posted answers.
    #[serde(default)]
    pub decimals: u8,
    /// The posted source's first price.
    #[serde(default)]
    pub first_price: String,
    /// Who posts from then on; the deployer if left out.
    pub reporter: Option<Address>,
    /// How far a posted answer may be from the last one; 0 is any distance.
    #[serde(default)]
    pub max_step_ppm: u32,
    /// The sequencer's uptime feed, where there is one.
    pub sequencer_feed: Option<Address>,
    /// Seconds after the sequencer has come back for which prices are not good.
    #[serde(default)]
    pub sequencer_grace: u32,
    /// Seconds after which a round is stale.
    pub heartbeat: u32,
    /// The lowest price believed.
    pub min_price: String,
    /// The highest price believed.
    pub max_price: String,
    /// How far the price may be from its average and still be good.
    pub max_deviation_ppm: u32,
    /// Seconds of that average.
    pub twap_window: u32,
}

/// The insurance fund.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Insurance {
    /// Most of the shared ledger the market may use, whole tokens.
    pub shared_cap: String,
}

/// The market: its curve and its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Market {
    /// Its name in the address book.
    pub symbol: String,
    /// Virtual base on the curve at the start; the virtual quote is worth the same at the first price.
    pub virtual_base: String,
    /// The first price: the curve's peg.
    pub price: String,
    /// Margin over notional to open or grow.
    pub initial_margin_ppm: u32,
    /// Margin over notional to stay.
    pub maintenance_margin_ppm: u32,
    /// Fee on every trade.
    pub fee_ppm: u32,
    /// Part of fees that goes to the insurance fund.
    pub insurance_share_ppm: u32,
    /// How far one trade may move the mark.
    pub max_price_impact_ppm: u32,
    /// How far from the oracle a trade may take the mark.
    pub max_divergence_ppm: u32,
    /// How far from the oracle the liquidation price may be.
    pub mark_band_ppm: u32,
    /// Most funding a day, of the index.
    pub max_funding_ppm: u32,
    /// Seconds of the mark's average.
    pub twap_window: u32,
    /// How far all trades of one impact window may move the mark one way.
    pub window_impact_ppm: u32,
    /// Seconds in which a move is forgotten; 0 is at once.
    pub impact_window: u32,
    /// Fee added to a trade that widens the skew, when the skew is at its cap; less in proportion below.
    pub skew_spread_ppm: u32,
    /// Part of the gap between mark and oracle added to the fee of a trade that widens it.
    pub gap_spread_ppm: u32,
    /// Part of the market's fees that may be added to what receivers of funding get, a day.
    pub funding_share_ppm: u32,
    /// Penalty of a liquidation.
    pub liquidation_penalty_ppm: u32,
    /// Part of the penalty that goes to the keeper.
    pub keeper_share_ppm: u32,
    /// Margin ratio that a partial liquidation restores; 0 is always the whole position.
    pub liquidation_target_ppm: u32,
    /// Discount at which a position can be taken over when its auction ends.
    pub takeover_discount_ppm: u32,
    /// Seconds in which that discount grows.
    pub takeover_time: u32,
    /// Most that one repeg moves the peg.
    pub repeg_step_ppm: u32,
    /// Part of the market's fees that one change of the curve may spend.
    pub curve_share_ppm: u32,
    /// Seconds after a pause in which those with equity are not liquidated.
    pub resume_grace: u32,
    /// Least notional of a position, quote.
    pub min_notional: String,
    /// Most base open on a side.
    pub max_open_interest: String,
    /// Most base between longs and shorts.
    pub max_skew: String,
    /// Most base of one position.
    pub max_position: String,
    /// Least a keeper gets, whole tokens.
    pub keeper_floor: String,
    /// The depth the curve is to have, base at a peg of the price: what `virtual-base` counts; 0 is to stay as it is.
    pub target_depth: String,
}

impl Oracle {
    /// The first answer, at the source's decimals.
    pub fn first_answer(&self) -> Result<I256> {
        let answer = decimal("first-price", &self.first_price, self.decimals)?;
        I256::try_from(answer).context("first-price is too large")
    }

    /// What the price is of, as the contracts keep it.
    pub fn description_word(&self) -> B256 {
        B256::right_padding_from(self.description.as_bytes())
    }

    /// The feed's settings, of a source.
    pub fn settings(&self, source: Address) -> Result<FeedSettings> {
        Ok(FeedSettings {
            source,
            sequencerFeed: self.sequencer_feed.unwrap_or_default(),
            heartbeat: self.heartbeat,
            sequencerGrace: self.sequencer_grace,
            minPrice: decimal("min-price", &self.min_price, WAD)?,
            maxPrice: decimal("max-price", &self.max_price, WAD)?,
            maxDeviation: ppm(self.max_deviation_ppm),
            twapWindow: self.twap_window,
            description: self.description_word(),
        })
    }

    /// Refuses what the feed would refuse after much had been sent.
    pub(super) fn check(&self) -> Result<()> {
        somebody(&[
            ("source", self.source),
            ("sequencer-feed", self.sequencer_feed),
            ("reporter", self.reporter),
        ])?;
        ensure!(self.description.len() <= 32, "description has more than 32 bytes");
        within("decimals", self.decimals, 0, MAX_DECIMALS)?;
        within("heartbeat", self.heartbeat, 1, Seconds::WEEK)?;
        within("sequencer-grace", self.sequencer_grace, 0, Seconds::DAY)?;
        within("twap-window", self.twap_window, 60, Seconds::WEEK)?;
        within("max-deviation-ppm", self.max_deviation_ppm, 1_000, 1_000_000)?;
        let FeedSettings { minPrice: min, maxPrice: max, .. } = self.settings(Address::ZERO)?;
        let highest = U256::from(PRICE_LIMIT);
        ensure!(!min.is_zero() && min < max && max < highest, "min-price and max-price make no range");
        if self.source.is_some() {
            return Ok(());
        }
        let first = decimal("first-price", &self.first_price, WAD)?;
        ensure!(
            (min..=max).contains(&first),
            "first-price {} is out of the range believed",
            self.first_price
        );
        ensure!(!self.first_answer()?.is_zero(), "first-price is nothing at {} decimals", self.decimals);
        Ok(())
    }
}

/// The names of the parameters, in the order of [`Params`], for its refusals.
const NAMES: [&str; 28] = [
    "initial-margin-ppm",
    "maintenance-margin-ppm",
    "fee-ppm",
    "insurance-share-ppm",
    "max-price-impact-ppm",
    "max-divergence-ppm",
    "mark-band-ppm",
    "max-funding-ppm",
    "twap-window",
    "window-impact-ppm",
    "impact-window",
    "skew-spread-ppm",
    "gap-spread-ppm",
    "funding-share-ppm",
    "liquidation-penalty-ppm",
    "keeper-share-ppm",
    "liquidation-target-ppm",
    "takeover-discount-ppm",
    "takeover-time",
    "repeg-step-ppm",
    "curve-share-ppm",
    "resume-grace",
    "min-notional",
    "max-open-interest",
    "max-skew",
    "max-position",
    "keeper-floor",
    "target-depth",
];

impl Market {
    /// The curve's reserves, base and quote, wad. The peg is the price, so both are the same number.
    pub fn reserve(&self) -> Result<U256> {
        decimal("virtual-base", &self.virtual_base, WAD)
    }

    /// The curve's peg, wad.
    pub fn peg(&self) -> Result<U256> {
        decimal("price", &self.price, WAD)
    }

    /// The parameters as the rules know them.
    fn rules(&self) -> Result<Params> {
        Ok(Params {
            initial_margin_ppm: self.initial_margin_ppm,
            maintenance_margin_ppm: self.maintenance_margin_ppm,
            fee_ppm: self.fee_ppm,
            insurance_share_ppm: self.insurance_share_ppm,
            max_price_impact_ppm: self.max_price_impact_ppm,
            max_divergence_ppm: self.max_divergence_ppm,
            mark_band_ppm: self.mark_band_ppm,
            max_funding_ppm: self.max_funding_ppm,
            twap_window: self.twap_window,
            window_impact_ppm: self.window_impact_ppm,
            impact_window: self.impact_window,
            skew_spread_ppm: self.skew_spread_ppm,
            gap_spread_ppm: self.gap_spread_ppm,
            funding_share_ppm: self.funding_share_ppm,
            liquidation_penalty_ppm: self.liquidation_penalty_ppm,
            keeper_share_ppm: self.keeper_share_ppm,
            liquidation_target_ppm: self.liquidation_target_ppm,
            takeover_discount_ppm: self.takeover_discount_ppm,
            takeover_time: self.takeover_time,
            repeg_step_ppm: self.repeg_step_ppm,
            curve_share_ppm: self.curve_share_ppm,
            resume_grace: self.resume_grace,
            min_notional: amount("min-notional", &self.min_notional, WAD)?,
            max_open_interest: amount("max-open-interest", &self.max_open_interest, WAD)?,
            max_skew: amount("max-skew", &self.max_skew, WAD)?,
            max_position: amount("max-position", &self.max_position, WAD)?,
            keeper_floor: amount("keeper-floor", &self.keeper_floor, DOLLAR)?,
            target_depth: amount("target-depth", &self.target_depth, WAD)?,
        })
    }

    /// The parameters as the contract takes them.
    pub fn params(&self) -> Result<MarketParams> {
        let rules = self.rules()?;
        Ok(MarketParams {
            trading: TradingParams {
                initialMarginPpm: rules.initial_margin_ppm,
                maintenanceMarginPpm: rules.maintenance_margin_ppm,
                feePpm: rules.fee_ppm,
                insuranceSharePpm: rules.insurance_share_ppm,
                maxPriceImpactPpm: rules.max_price_impact_ppm,
                maxDivergencePpm: rules.max_divergence_ppm,
                markBandPpm: rules.mark_band_ppm,
                maxFundingPpm: rules.max_funding_ppm,
                twapWindow: rules.twap_window,
                windowImpactPpm: rules.window_impact_ppm,
                impactWindow: rules.impact_window,
                skewSpreadPpm: rules.skew_spread_ppm,
                gapSpreadPpm: rules.gap_spread_ppm,
                fundingSharePpm: rules.funding_share_ppm,
                minNotional: U256::from(rules.min_notional),
                maxOpenInterest: U256::from(rules.max_open_interest),
                maxSkew: U256::from(rules.max_skew),
                maxPosition: U256::from(rules.max_position),
            },
            risk: RiskParams {
                liquidationPenaltyPpm: rules.liquidation_penalty_ppm,
                keeperSharePpm: rules.keeper_share_ppm,
                liquidationTargetPpm: rules.liquidation_target_ppm,
                takeoverDiscountPpm: rules.takeover_discount_ppm,
                takeoverTime: rules.takeover_time,
                repegStepPpm: rules.repeg_step_ppm,
                curveSharePpm: rules.curve_share_ppm,
                resumeGrace: rules.resume_grace,
                keeperFloor: U256::from(rules.keeper_floor),
                targetDepth: U256::from(rules.target_depth),
            },
        })
    }

    fn check(&self) -> Result<()> {
        let reserve = self.reserve()?;
        ensure!(!reserve.is_zero() && !self.peg()?.is_zero(), "virtual-base and price must not be zero");
        match self.rules()?.validate(SCALE).map_err(|error| *error) {
            Ok(()) => Ok(()),
            Err(PerpError::ParameterOutOfBounds { index, value }) => {
                let name = NAMES.get(usize::from(index)).unwrap_or(&"a parameter");
                bail!("{name} is {value}, outside the contract's hard bounds")
            }
            Err(other) => bail!("{other:?}"),
        }
    }
}
