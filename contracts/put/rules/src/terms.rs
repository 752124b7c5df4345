//! Strike, price and lock of a put.

use everfloor_math::{U256, mul_div_down, mul_div_down_u128, mul_div_up_u128, to_u128};
use everfloor_put_pricing::put_down;

use crate::{
    PRICE_LIMIT, WAD, below,
    error::{PutError, Result},
};

/// What collateral counts in: wad per token unit, 1 for a token of 18 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collateral {
    /// A power of ten up to `10^18`.
    pub scale: u128,
}

impl Collateral {
    /// Wad of units times wad of price in one token unit; at most `10^36`.
    fn divisor(self) -> u128 {
        WAD.wrapping_mul(self.scale)
    }

    /// Token units that `units` at `price` cost, rounded up.
    pub fn cost_up(self, units: u128, price: u128) -> Result<u128> {
        Ok(mul_div_up_u128(units, price, self.divisor())?)
    }

    /// Token units that a sum of units times prices is worth, rounded down.
    pub fn worth_down(self, sum: U256) -> Result<u128> {
        Ok(to_u128(mul_div_down(sum, U256::ONE, U256::from(self.divisor()))?)?)
    }

    /// Most units that `amount` token units buy at `price`.
    pub fn units_down(self, amount: u128, price: u128) -> Result<u128> {
        Ok(mul_div_down_u128(amount, self.divisor(), price)?)
    }

    /// The highest price at which `units` cost no more than `amount`, wad.
    pub fn price_down(self, amount: u128, units: u128) -> Result<u128> {
        // Beyond any price there is nothing to compare.
        Ok(mul_div_down_u128(amount, self.divisor(), units).unwrap_or(PRICE_LIMIT))
    }
}

/// The strike at a price: three quarters of it, rounded down to a wei and to nothing coarser.
pub fn strike_of(price: u128) -> Result<u128> {
    Ok(mul_div_down_u128(below(price, PRICE_LIMIT)?, 3, 4)?)
}

/// Price of a put on one unit, wad: Black-Scholes without interest, and a wei for its rounding.
pub fn unit_price(price: u128, strike: u128, sigma: u128, seconds: u64) -> Result<u128> {
    let value = put_down(price, strike, sigma, seconds)?;
    value.checked_add(1).ok_or_else(|| PutError::Overflow.boxed())
}
