//! The writers' shares of the liquidity.

use everfloor_math::{add_u128, mul_div_down_u128, mul_u128, sub_u128};

use crate::{
    AMOUNT_LIMIT, SHARE_LIMIT, below,
    error::{PutError, Result, refuse},
    terms::Collateral,
    yields::LEAST_SHARES,
};

/// Shares and what they are shares of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The writers' principal, token units.
    pub liquidity: u128,
    /// Shares of it; those that wait to leave are among them.
    pub shares: u128,
    /// How often the principal was lost as good as whole, or left but for dust, and shares began anew.
    pub generation: u16,
    /// The epoch; moved by the roll and by nothing else.
    pub epoch: u16,
    /// Positions ever made; the last one's number.
    pub positions: u32,
}

/// A share is worth at least a billionth of what the first of its generation was, or a new generation begins.
pub const LEAST_WORTH: u128 = 1_000_000_000;

/// The highest number a position can have.
const LAST_POSITION: u32 = (1 << 24) - 1;

impl Book {
    /// Shares for an amount: wad of it in an empty pool, else the same part of the shares as of the liquidity, rounded
    /// down. The price leaves open puts out of account: who comes never pays too little.
    pub fn shares_for(&self, amount: u128, collateral: Collateral) -> Result<u128> {
        if self.shares == 0 {
            return Ok(mul_u128(amount, collateral.scale)?);
        }
        Ok(mul_div_down_u128(amount, self.shares, self.liquidity)?)
    }

    /// Token units that shares are worth, rounded down.
    pub fn worth(&self, shares: u128) -> Result<u128> {
        if self.shares == 0 {
            return Ok(0);
        }
        Ok(mul_div_down_u128(shares, self.liquidity, self.shares)?)
    }

    /// Takes a deposit; the shares for it.
    pub fn deposit(&mut self, amount: u128, collateral: Collateral) -> Result<u128> {
        let shares = self.shares_for(amount, collateral)?;
        if shares == 0 {
            return refuse(PutError::ZeroAmount);
        }
        self.liquidity = below(add_u128(self.liquidity, amount)?, AMOUNT_LIMIT)?;
        self.shares = below(add_u128(self.shares, shares)?, SHARE_LIMIT)?;
        Ok(shares)
    }

    /// Shares leave with `amount` of the liquidity.
    pub fn withdraw(&mut self, shares: u128, amount: u128) -> Result<()> {
        self.liquidity = sub_u128(self.liquidity, amount)?;
        self.shares = sub_u128(self.shares, shares)?;
        Ok(())
    }

    /// Whether shares are worth so little that deposits would get more of them than can be counted.
    pub fn is_wiped_out(&self, collateral: Collateral) -> bool {
        // Shares have at most 104 bits, so what does not fit 128 is more.
        let worth = self.liquidity.saturating_mul(collateral.scale).saturating_mul(LEAST_WORTH);
        worth < self.shares
    }

    /// Whether the shares are too few to count on and, by the rounding of what left, worth more than the first of their
    /// generation. Of a token of 18 decimals they never are.
    pub fn is_dust(&self, collateral: Collateral) -> bool {
        // Too few for either product to be large.
        0 < self.shares
            && self.shares < LEAST_SHARES
            && self.liquidity.saturating_mul(collateral.scale) > self.shares
    }

    /// The number of a new position.
    pub fn next_position(&mut self) -> Result<u32> {
        if self.positions >= LAST_POSITION {
            return refuse(PutError::Overflow);
        }
        self.positions = self.positions.wrapping_add(1);
        Ok(self.positions)
    }
}
