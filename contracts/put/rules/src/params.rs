//! A pool's parameters and their hard bounds. They are chosen when the pool is made; what may change later takes effect
//! with the next roll, so that no open epoch changes.

use everfloor_math::mul_u128;

use crate::{
    AMOUNT_LIMIT, UNIT_LIMIT,
    error::{PutError, Result, refuse},
    schedule::Schedule,
    terms::Collateral,
    yields::RewardPlan,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// Seconds between whole observations of a price history.
const OBSERVATION: u64 = 900;
/// The longest a price history waits for the observation after a window.
const LONGEST_GAP: u64 = 14_400;

/// What a pool is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// When epoch 0 begins, seconds since 1970.
    pub genesis: u64,
    /// Length of an epoch, seconds; 30 days for rDPX.
    pub epoch_length: u64,
    /// Seconds of the average a roll settles at; it ends with the epoch.
    pub window: u64,
    /// Seconds after an epoch's end from which it may settle at the last average there was.
    pub grace: u64,
    /// How many times the pool's liquidity may be backed by what it covers; 4 for dpxETH.
    pub leverage: u64,
    /// Lowest volatility, wad.
    pub sigma_min: u128,
    /// Highest volatility, wad.
    pub sigma_max: u128,
    /// Seconds after which the volatility source is too old to be followed.
    pub sigma_max_age: u64,
    /// Least deposit, token units.
    pub min_deposit: u128,
    /// Least purchase, units in wad.
    pub min_units: u128,
    /// Reward tokens in a year of 365 days; 3,000 DPX.
    pub rewards_per_year: u128,
    /// Seconds for which rewards are paid; three years.
    pub reward_duration: u64,
}

/// Volatilities that can be priced, wad.
const SIGMA: (u128, u128) = (10_000_000_000_000_000, 10_000_000_000_000_000_000);
/// Rewards a share's count has room for, even if [`crate::yields::LEAST_SHARES`] earn all of them.
const MOST_REWARDS: u128 = 300_000_000_000_000_000_000_000;

impl Params {
    /// Refuses parameters out of bounds.
    pub fn validate(&self) -> Result<()> {
        let in_time =
            |index, value: u64, min: u64, max: u64| within(index, value.into(), min.into(), max.into());
        in_time(0, self.genesis, 1, u32::MAX.into())?;
        in_time(1, self.epoch_length, DAY, 400 * DAY)?;
        in_time(2, self.window, HOUR, DAY.min(self.epoch_length))?;
        // Whole observations of the price history: at their ends an average is final.
        for (index, time) in [(0, self.genesis), (1, self.epoch_length), (2, self.window)] {
            in_time(index, time, time.next_multiple_of(OBSERVATION), u64::MAX)?;
        }
        in_time(3, self.grace, self.window.max(LONGEST_GAP), 7 * DAY)?;
        in_time(4, self.leverage, 1, 16)?;
        within(5, self.sigma_min, SIGMA.0, SIGMA.1)?;
        within(6, self.sigma_max, self.sigma_min, SIGMA.1)?;
        in_time(7, self.sigma_max_age, HOUR, 400 * DAY)?;
        within(8, self.min_deposit, 1, AMOUNT_LIMIT >> 8)?;
        within(9, self.min_units, 1_000_000, UNIT_LIMIT >> 8)?;
        in_time(11, self.reward_duration, 0, 10 * 366 * DAY)?;
        within(10, self.rewards_per_year, 0, MOST_REWARDS)?;
        within(10, self.rewards().total()?, 0, MOST_REWARDS)
    }

    /// The least shares of a position that another is divided into: what the least deposit gets at first.
    pub fn least_shares(&self, collateral: Collateral) -> Result<u128> {
        Ok(mul_u128(self.min_deposit, collateral.scale)?)
    }

    /// When epochs begin and end.
    pub fn schedule(&self) -> Schedule {
        Schedule { genesis: self.genesis, length: self.epoch_length }
    }

    /// How rewards are paid.
    pub fn rewards(&self) -> RewardPlan {
        RewardPlan { per_year: self.rewards_per_year, duration: self.reward_duration }
    }
}

fn within(index: u8, value: u128, min: u128, max: u128) -> Result<()> {
    if value >= min && value <= max {
        return Ok(());
    }
    refuse(PutError::ParameterOutOfBounds { index, value })
}
