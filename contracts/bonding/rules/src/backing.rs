//! What the backing is worth at a price.

use everfloor_math::{U256, add, mul_div_down};

use crate::{WAD, error::Result};

/// What backs a supply, with what the put pool owes already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backing {
    /// Collateral, payoffs that are due among it.
    pub collateral: U256,
    /// Underlying.
    pub underlying: U256,
    /// dpxETH it backs, wad.
    pub supply: U256,
}

impl Backing {
    /// Its worth at a price without puts, collateral, rounded down. Any price there can be a number for is good.
    pub fn worth_down(&self, price: U256) -> Result<U256> {
        Ok(add(self.collateral, mul_div_down(self.underlying, price, U256::from(WAD))?)?)
    }

    /// The same with what the puts pay at that price.
    pub fn with_puts_down(&self, price: U256, payoff: U256) -> Result<U256> {
        Ok(add(self.worth_down(price)?, payoff)?)
    }

    /// A worth for each dpxETH, wad, rounded down; the highest number where there are none.
    pub fn ratio_down(&self, worth: U256) -> U256 {
        mul_div_down(worth, U256::from(WAD), self.supply).unwrap_or(U256::MAX)
    }
}
