//! What a constant-product pool of a fungible vault token pays: a vault takes any NFT of its collection for one
//! token, so what the pool pays for D tokens is a binding bid for D NFTs.
//!
//! Every step is floored, as the pool itself floors what it pays.

use everfloor_math::{
    U256, add_u128, mul, mul_div_down, mul_div_down_u128, mul_div_up, mul_u128, sqrt_down, sqrt_up, sub_u128,
    to_u128,
};

use crate::{BPS, PRICE_LIMIT, WAD, error::Result};

/// What the pool holds, in the tokens' own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserves {
    /// Vault tokens, 18 decimals.
    pub tokens: u128,
    /// Cash, wei.
    pub cash: u128,
}

/// What pool and vault take, basis points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// The pool, of the tokens it is sold.
    pub pool_bps: u32,
    /// The vault, for making a token of an NFT; taken off the proceeds.
    pub mint_bps: u32,
}

impl Reserves {
    /// The same product at another price, wad of cash for a token: what the pool would hold if its price were the
    /// average one. What somebody did to the pool in this block is undone by it; tokens are rounded up and cash
    /// down.
    pub fn at_price(self, price: u128) -> Result<Self> {
        let product = mul(U256::from(self.tokens), U256::from(self.cash))?;
        let (price, wad) = (U256::from(price), U256::from(WAD));
        let tokens = to_u128(sqrt_up(mul_div_up(product, wad, price)?))?;
        let cash = to_u128(sqrt_down(mul_div_down(product, price, wad)?))?;
        Ok(Self { tokens, cash })
    }

    /// The proceeds of selling exactly `tokens`, and the fee for making them of NFTs taken off, wei.
    pub fn proceeds(self, tokens: u128, fees: Fees) -> Result<u128> {
        let sold = less(tokens, fees.pool_bps)?;
        let after = add_u128(self.tokens, sold)?;
        less(mul_div_down_u128(self.cash, sold, after)?, fees.mint_bps)
    }

    /// What `units` NFTs bring, each, wei. 0, which is no answer, for none, for an empty pool, and where a number
    /// is out of all bounds: a pool that somebody has broken must not stop the other sources.
    pub fn price(self, units: u32, fees: Fees) -> u128 {
        let tokens = mul_u128(WAD, units.into());
        let proceeds = tokens.map_err(Into::into).and_then(|tokens| self.proceeds(tokens, fees));
        let each = proceeds.ok().and_then(|proceeds| mul_div_down_u128(proceeds, 1, units.into()).ok());
        each.filter(|price| *price < PRICE_LIMIT).unwrap_or_default()
    }
}

/// An amount without a fee, rounded down.
fn less(amount: u128, bps: u32) -> Result<u128> {
    Ok(mul_div_down_u128(amount, sub_u128(BPS, bps.into())?, BPS)?)
}
