//! A put pool and all around it: `[puts]`.

use alloy::primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use everfloor_bonding_rules::{BondError, Params as BondParams};
use everfloor_oracle_rules::{
    history::{BUCKET_SECONDS, LONGEST_GAP},
    volatility::{MAX_SIGMA, MIN_SIGMA},
};
use everfloor_put_rules::{Params, PutError};
use serde::Deserialize;

use super::{Oracle, SOME_MIDNIGHT, Seconds, WAD, amount, decimal, out_of_bounds, ppm, somebody, within};
use crate::bindings::{
    IBonding::BondingParams, IPriceHistory::HistorySettings, IPutPool::PoolParams,
    IVolatilitySource::VolatilitySettings,
};

/// The put pool. Its tokens have 18 decimals.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Puts {
    /// What writers deposit and premiums are paid in; a test token is deployed if left out.
    pub collateral: Option<Address>,
    /// What the puts are on; a test token is deployed if left out.
    pub underlying: Option<Address>,
    /// What writers are rewarded with; a test token is deployed if left out.
    pub reward_token: Option<Address>,
    /// Who gets rewards that nobody was there to earn; the deployer if left out.
    pub treasury: Option<Address>,
    /// Where the price of the underlying, in collateral, comes from.
    pub first: Oracle,
    /// Another source, that a mark is held against; none if left out.
    pub second: Option<Oracle>,
    /// How prices are made of the past.
    pub history: History,
    /// The volatility puts are sold at.
    pub volatility: Volatility,
    /// The pool itself.
    pub pool: Pool,
    /// Bonding, the pool's buyer.
    pub bonding: Bonding,
}

/// The price history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct History {
    /// How far the two sources of a mark may be apart.
    pub max_deviation_ppm: u32,
    /// Seconds of the average that a mark is made of.
    pub short_window: u32,
    /// Seconds from a window's end to the observations around it, at most.
    pub max_gap: u32,
}

/// The volatility source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Volatility {
    /// Who posts; the deployer if left out.
    pub reporter: Option<Address>,
    /// Posted before the pool is made: what its first epoch sells at.
    pub first: String,
    /// Seconds from one price to the next.
    pub interval: u32,
    /// Seconds that a price is the average of.
    pub window: u32,
    /// Seconds of the average of squared returns.
    pub smoothing: u32,
    /// The lowest volatility.
    pub min: String,
    /// The highest volatility.
    pub max: String,
}

/// The pool's parameters, which never change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pool {
    /// When epoch 0 begins, seconds since 1970; the next midnight if left out.
    pub genesis: Option<u64>,
    /// Seconds of an epoch.
    pub epoch_length: u32,
    /// Seconds of the average a roll settles at.
    pub settlement_window: u32,
    /// Seconds after an epoch's end from which it may settle at the last average there was.
    pub grace: u32,
    /// How many times the pool's liquidity may be backed by what it covers.
    pub leverage: u8,
    /// Lowest volatility.
    pub sigma_min: String,
    /// Highest volatility.
    pub sigma_max: String,
    /// Seconds after which the volatility source is too old to be followed.
    pub sigma_max_age: u32,
    /// Least deposit, whole tokens.
    pub min_deposit: String,
    /// Least purchase, whole underlying.
    pub min_units: String,
    /// Reward tokens in a year.
    pub rewards_per_year: String,
    /// Seconds for which rewards are paid.
    pub reward_duration: u32,
}

/// Bonding's parameters, which never change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bonding {
    /// Seconds until a bond becomes dpxETH.
    pub maturity: u32,
    /// Least bond, whole dpxETH.
    pub min_bond: String,
}

impl Puts {
    /// Refuses what the contracts would refuse.
    pub(super) fn check(&self) -> Result<()> {
        somebody(&[
            ("collateral", self.collateral),
            ("underlying", self.underlying),
            ("reward-token", self.reward_token),
            ("treasury", self.treasury),
            ("volatility: reporter", self.volatility.reporter),
        ])?;
        self.first.check().context("first")?;
        if let Some(second) = &self.second {
            second.check().context("second")?;
        }
        self.history.check().context("history")?;
        self.volatility.check().context("volatility")?;
        self.pool.check().context("pool")?;
        self.bonding.check().context("bonding")
    }
}

impl History {
    /// As the contract takes them.
    pub fn settings(&self, primary: Address, second: Address) -> HistorySettings {
        HistorySettings {
            primaryFeed: primary,
            secondFeed: second,
            maxDeviation: ppm(self.max_deviation_ppm),
            shortWindow: self.short_window,
            maxGap: self.max_gap,
        }
    }

    /// The contract's bounds; a test holds them against the contract.
    fn check(&self) -> Result<()> {
        within("max-deviation-ppm", self.max_deviation_ppm, 1_000, 500_000)?;
        within("short-window", self.short_window, 300, Seconds::DAY)?;
        within("max-gap", u64::from(self.max_gap), 600, LONGEST_GAP)
    }
}

impl Volatility {
    /// As the contract takes them.
    pub fn settings(&self, history: Address) -> Result<VolatilitySettings> {
        Ok(VolatilitySettings {
            history,
            interval: self.interval,
            window: self.window,
            smoothing: self.smoothing,
            minSigma: decimal("min", &self.min, WAD)?,
            maxSigma: decimal("max", &self.max, WAD)?,
        })
    }

    /// The first volatility.
    pub fn first(&self) -> Result<U256> {
        decimal("first", &self.first, WAD)
    }

    /// The contract's bounds; a test holds them against the contract.
    fn check(&self) -> Result<()> {
        within("interval", self.interval, 3_600, Seconds::WEEK)?;
        within("window", self.window, 900, Seconds::DAY)?;
        within("smoothing", self.smoothing, Seconds::DAY, 365 * Seconds::DAY)?;
        for (name, seconds) in [("interval", self.interval), ("window", self.window)] {
            let whole = u64::from(seconds).is_multiple_of(BUCKET_SECONDS);
            ensure!(whole, "{name} is {seconds}, no multiple of {BUCKET_SECONDS}");
        }
        let VolatilitySettings { minSigma, maxSigma, .. } = self.settings(Address::ZERO)?;
        within("max", maxSigma, U256::from(MIN_SIGMA), U256::from(MAX_SIGMA))?;
        within("min", minSigma, U256::from(MIN_SIGMA), maxSigma)?;
        within("first", self.first()?, minSigma, maxSigma)
    }
}

/// The names of the parameters, in the order of the rules', for their refusals.
const POOL: [&str; 12] = [
    "genesis",
    "epoch-length",
    "settlement-window",
    "grace",
    "leverage",
    "sigma-min",
    "sigma-max",
    "sigma-max-age",
    "min-deposit",
    "min-units",
    "rewards-per-year",
    "reward-duration",
];

impl Pool {
    fn rules(&self) -> Result<Params> {
        Ok(Params {
            genesis: self.genesis.unwrap_or(SOME_MIDNIGHT),
            epoch_length: self.epoch_length.into(),
            window: self.settlement_window.into(),
            grace: self.grace.into(),
            leverage: self.leverage.into(),
            sigma_min: amount("sigma-min", &self.sigma_min, WAD)?,
            sigma_max: amount("sigma-max", &self.sigma_max, WAD)?,
            sigma_max_age: self.sigma_max_age.into(),
            min_deposit: amount("min-deposit", &self.min_deposit, WAD)?,
            min_units: amount("min-units", &self.min_units, WAD)?,
            rewards_per_year: amount("rewards-per-year", &self.rewards_per_year, WAD)?,
            reward_duration: self.reward_duration.into(),
        })
    }

    /// As the contract takes them.
    pub fn params(&self, genesis: u64) -> Result<PoolParams> {
        let rules = self.rules()?;
        Ok(PoolParams {
            genesis,
            epochLength: self.epoch_length,
            settlementWindow: self.settlement_window,
            grace: self.grace,
            leverage: self.leverage,
            sigmaMin: U256::from(rules.sigma_min),
            sigmaMax: U256::from(rules.sigma_max),
            sigmaMaxAge: self.sigma_max_age,
            minDeposit: U256::from(rules.min_deposit),
            minUnits: U256::from(rules.min_units),
            rewardsPerYear: U256::from(rules.rewards_per_year),
            rewardDuration: self.reward_duration,
        })
    }

    fn check(&self) -> Result<()> {
        match self.rules()?.validate().map_err(|error| *error) {
            Ok(()) => Ok(()),
            Err(PutError::ParameterOutOfBounds { index, value }) => out_of_bounds(&POOL, index, value),
            Err(other) => anyhow::bail!("{other:?}"),
        }
    }
}

impl Bonding {
    /// As the contract takes them.
    pub fn params(&self) -> Result<BondingParams> {
        let min_bond = decimal("min-bond", &self.min_bond, WAD)?;
        Ok(BondingParams { maturity: U256::from(self.maturity), minBond: min_bond })
    }

    fn check(&self) -> Result<()> {
        let min_bond = amount("min-bond", &self.min_bond, WAD)?;
        let rules = BondParams { maturity: self.maturity.into(), min_bond };
        match rules.validate().map_err(|error| *error) {
            Ok(()) => Ok(()),
            Err(BondError::ParameterOutOfBounds { index, value }) => {
                out_of_bounds(&["maturity", "min-bond"], index, value)
            }
            Err(other) => anyhow::bail!("{other:?}"),
        }
    }
}
