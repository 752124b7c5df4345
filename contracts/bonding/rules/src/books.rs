//! The books: what the backing holds and how much dpxETH it backs. Nothing else is known of what bonding owns: tokens
//! that are simply sent to it change nothing.

use everfloor_math::{add_u128, mul_div_down_u128, sub_u128};

use crate::{
    Mark, WAD,
    bond::Charge,
    error::{BondError, Result, refuse},
};

/// The backing and what it backs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Collateral; payoffs the pool still holds are not in it.
    pub collateral: u128,
    /// Underlying.
    pub underlying: u128,
    /// All dpxETH ever bonded and not burned, matured or not, wad.
    pub supply: u128,
}

/// What a redemption takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// Collateral.
    pub collateral: u128,
    /// Underlying; as many units need no cover any more.
    pub underlying: u128,
}

impl Books {
    /// Adds what a bond of `amount` brings.
    pub fn add(&mut self, amount: u128, charge: &Charge) -> Result<()> {
        self.collateral = add_u128(self.collateral, charge.collateral)?;
        self.underlying = add_u128(self.underlying, charge.underlying)?;
        self.supply = add_u128(self.supply, amount)?;
        Ok(())
    }

    /// Adds a payoff.
    pub fn collect(&mut self, payoff: u128) -> Result<()> {
        self.collateral = add_u128(self.collateral, payoff)?;
        Ok(())
    }

    /// What burning `amount` would take: its part of the backing, each token rounded down, and of that no more than is
    /// worth `amount` at the higher price. Of what is worth more the underlying stays first: a redemption in collateral
    /// rests on no price.
    pub fn redemption(&self, amount: u128, mark: Mark) -> Result<Redemption> {
        if amount == 0 {
            return refuse(BondError::ZeroAmount);
        }
        if amount > self.supply {
            return refuse(BondError::ExceedsSupply { amount, supply: self.supply });
        }
        let collateral = mul_div_down_u128(self.collateral, amount, self.supply)?.min(amount);
        let part = mul_div_down_u128(self.underlying, amount, self.supply)?;
        let room = sub_u128(amount, collateral)?;
        // Where so much would fit that it is no number, all of the part does.
        let most = mul_div_down_u128(room, WAD, mark.high).unwrap_or(u128::MAX);
        Ok(Redemption { collateral, underlying: part.min(most) })
    }

    /// Takes it, and what is burned out of the supply.
    pub fn burn(&mut self, amount: u128, mark: Mark) -> Result<Redemption> {
        let taken = self.redemption(amount, mark)?;
        self.collateral = sub_u128(self.collateral, taken.collateral)?;
        self.underlying = sub_u128(self.underlying, taken.underlying)?;
        self.supply = sub_u128(self.supply, amount)?;
        Ok(taken)
    }
}

impl Redemption {
    /// Refuses if it takes less of either than the caller accepts.
    pub fn require_least(&self, min_collateral: u128, min_underlying: u128) -> Result<()> {
        let Self { collateral, underlying } = *self;
        if collateral < min_collateral {
            return refuse(BondError::SlippageCollateral { paid: collateral, limit: min_collateral });
        }
        if underlying < min_underlying {
            return refuse(BondError::SlippageUnderlying { paid: underlying, limit: min_underlying });
        }
        Ok(())
    }
}
