//! All puts of a pool together.

use everfloor_math::{U256, add, add_u128, mul};

use crate::{
    UNIT_LIMIT, below,
    error::{PutError, Result, refuse},
    ladder::{self, Ladder},
    terms::Collateral,
};

/// What is under cover. Puts that the last roll struck anew have one strike; those bought since have their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Units of all puts, wad.
    pub units: u128,
    /// Token units that all puts together can pay at most.
    pub locked: u128,
    /// Units that the last roll struck anew, wad.
    pub base_units: u128,
    /// Their strike, wad.
    pub base_strike: u128,
    /// Units times strike of the purchases since, wad of wad.
    pub sold_sum: U256,
    /// Purchases since.
    pub lots: u32,
    /// Binades in which those have strikes, a bit each.
    pub binades: u128,
}

impl Cover {
    /// Adds a purchase that locks `lock` of `liquidity`.
    pub fn add(
        &mut self,
        ladder: &mut impl Ladder,
        units: u128,
        strike: u128,
        lock: u128,
        liquidity: u128,
    ) -> Result<()> {
        let free = liquidity.saturating_sub(self.locked);
        if lock > free {
            return refuse(PutError::InsufficientCollateral { need: lock, free });
        }
        self.locked = add_u128(self.locked, lock)?;
        self.units = below(add_u128(self.units, units)?, UNIT_LIMIT)?;
        self.sold_sum = add(self.sold_sum, mul(U256::from(units), U256::from(strike))?)?;
        self.lots = self.lots.checked_add(1).ok_or_else(|| PutError::Overflow.boxed())?;
        self.binades = ladder::insert(ladder, self.binades, units, strike)?;
        Ok(())
    }

    /// What all puts pay at a price, token units: the sum of `N (K - P)` over those whose strike is above it.
    pub fn payoff(&self, ladder: &impl Ladder, price: u128, collateral: Collateral) -> Result<u128> {
        let difference = self.base_strike.saturating_sub(price);
        let base = mul(U256::from(self.base_units), U256::from(difference))?;
        let sold = ladder::payoff(ladder, self.binades, price)?;
        collateral.worth_down(add(base, sold)?)
    }

    /// Units times strike of all puts, wad of wad.
    pub fn sum(&self) -> Result<U256> {
        Ok(add(self.sold_sum, mul(U256::from(self.base_units), U256::from(self.base_strike))?)?)
    }

    /// All of it is struck anew, or what is left of it.
    pub fn restrike(units: u128, strike: u128, collateral: Collateral) -> Result<Self> {
        let locked = collateral.cost_up(units, strike)?;
        Ok(Self { units, locked, base_units: units, base_strike: strike, ..Self::default() })
    }
}
