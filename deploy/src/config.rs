//! What a network should have: collateral, oracle, insurance, market. Read from TOML, checked before anything is sent.
//!
//! Amounts and prices are decimal text, so that no float comes near money; ratios are parts per million, durations
//! seconds, as in the contracts.

use std::{fs, path::Path};

use alloy::primitives::{Address, B256, U256, aliases::I256, utils::parse_units};
use anyhow::{Context, Result, bail, ensure};
use everfloor_perp_rules::{Params, PerpError};
use serde::Deserialize;

use crate::{
    bindings::{
        IClearingHouse::{MarketParams, RiskParams, TradingParams},
        IPriceFeed::FeedSettings,
    },
    governance::Governance,
};

/// Decimals of everything that is no token amount.
pub(crate) const WAD: u8 = 18;
/// Decimals of the test dollar.
pub const DOLLAR: u8 = 6;
/// Wad per unit of a token with so many decimals.
const SCALE: u128 = 1_000_000_000_000;

/// A network's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The network's name; the address book carries it.
    pub network: String,
    /// Its chain identifier; a node of another chain is refused.
    pub chain_id: u64,
    /// May pause opening; nobody if left out.
    pub guardian: Option<Address>,
    /// May move parameters in bounded steps and let the market only reduce; nobody if left out.
    pub council: Option<Address>,
    /// The collateral token; the test dollar is deployed if left out.
    pub collateral: Option<Address>,
    /// Where prices come from.
    pub oracle: Oracle,
    /// What stands behind bad debt.
    pub insurance: Insurance,
    /// The market.
    pub market: Market,
    /// Who owns the contracts; the deployer if left out.
    pub governance: Option<Governance>,
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
    pub decimals: u8,
    /// The posted source's first price.
    pub first_price: String,
    /// Who posts from then on; the deployer if left out.
    pub reporter: Option<Address>,
    /// How far a posted answer may be from the last one; 0 is any distance.
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

impl Config {
    /// Reads a configuration and checks it.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("configuration {}", file.display()))
    }

    /// From text, checked.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what the contracts would refuse, and what makes no sense together.
    pub fn check(&self) -> Result<()> {
        self.oracle.check().context("oracle")?;
        self.market.check().context("market")?;
        units("insurance.shared-cap", &self.insurance.shared_cap, DOLLAR)?;
        if let Some(governance) = &self.governance {
            governance.check().context("governance")?;
        }
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
            maxDeviation: U256::from(self.max_deviation_ppm) * U256::from(1_000_000_000_000u64),
            twapWindow: self.twap_window,
            description: self.description_word(),
        })
    }

    fn check(&self) -> Result<()> {
        ensure!(self.description.len() <= 32, "description has more than 32 bytes");
        ensure!(self.decimals <= 36, "decimals is {}, at most 36", self.decimals);
        // The feed's own bounds: it would refuse with SettingOutOfBounds after much had been sent.
        let bounds = [
            ("heartbeat", self.heartbeat, 1, 604_800),
            ("sequencer-grace", self.sequencer_grace, 0, 86_400),
            ("twap-window", self.twap_window, 60, 604_800),
            ("max-deviation-ppm", self.max_deviation_ppm, 1_000, 1_000_000),
        ];
        for (name, value, low, high) in bounds {
            ensure!((low..=high).contains(&value), "{name} is {value}, not within {low} and {high}");
        }
        let (min, max) = (self.settings(Address::ZERO)?.minPrice, self.settings(Address::ZERO)?.maxPrice);
        ensure!(!min.is_zero() && min < max && max.bit_len() <= 96, "min-price and max-price make no range");
        let first = decimal("first-price", &self.first_price, WAD)?;
        ensure!(
            (min..=max).contains(&first),
            "first-price {} is out of the range believed",
            self.first_price
        );
        self.first_answer().map(|_| ())
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

/// Decimal text as the rules keep amounts.
fn amount(name: &str, text: &str, decimals: u8) -> Result<u128> {
    let value = decimal(name, text, decimals)?;
    u128::try_from(value).with_context(|| format!("{name} has more than 128 bits"))
}

/// Decimal text as a whole number of the last decimal's units.
pub(crate) fn decimal(name: &str, text: &str, decimals: u8) -> Result<U256> {
    let parsed =
        parse_units(text, decimals).with_context(|| format!("{name}: {text:?} is no decimal number"))?;
    ensure!(!parsed.is_negative(), "{name} is negative");
    Ok(parsed.get_absolute())
}

/// Whole tokens as token units.
fn units(name: &str, text: &str, decimals: u8) -> Result<U256> {
    decimal(name, text, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVNET: &str = include_str!("../devnet.toml");

    #[test]
    fn the_committed_configuration_is_within_every_bound() {
        let config = Config::parse(DEVNET).unwrap();
        assert_eq!(config.market.peg().unwrap(), decimal("price", &config.oracle.first_price, WAD).unwrap());
    }

    #[test]
    fn a_parameter_out_of_bounds_is_named_before_anything_is_sent() {
        let text = DEVNET.replace("maintenance-margin-ppm = 50000", "maintenance-margin-ppm = 500000");
        assert_ne!(text, DEVNET);
        let error = format!("{:#}", Config::parse(&text).unwrap_err());
        assert!(error.contains("maintenance-margin-ppm is 500000"), "{error}");
    }

    #[test]
    fn a_market_that_opens_beside_its_oracle_is_refused() {
        let text = DEVNET.replace("first-price = \"193.44\"", "first-price = \"200\"");
        assert_ne!(text, DEVNET);
        let error = format!("{:#}", Config::parse(&text).unwrap_err());
        assert!(error.contains("193.44") && error.contains("200"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = format!("{:#}", Config::parse(&format!("{DEVNET}\nspeed = 1\n")).unwrap_err());
        assert!(error.contains("speed"), "{error}");
    }
}
