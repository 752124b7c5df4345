//! The constant-product curve: virtual reserves, a peg, and rounding that never favours the trader.
//!
//! `price = peg · quote / base`. With `q` the virtual quote of a notional (`notional / peg`), a swap moves the
//! reserves along `base · quote = k`:
//!
//! | swap | result | rounding |
//! |---|---|---|
//! | quote in (open long, close short by notional) | `base·q / (quote+q)` | down: the trader receives it |
//! | quote out (open short, close long by notional) | `base·q / (quote−q)` | up: the trader owes it |
//! | base in (close long by size) | `quote·b / (base+b)` | down |
//! | base out (close short by size) | `quote·b / (base−b)` | up |
//!
//! So `k` never falls, and a round trip never pays.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, sub_u128};

use crate::{
    WAD,
    error::{PerpError, Result, refuse},
};

/// The side of a position, or of the swap that opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Gains when the price rises.
    Long,
    /// Gains when the price falls.
    Short,
}

impl Side {
    /// The other side.
    pub fn opposite(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }
}

/// Virtual reserves and peg; nothing in it is anybody's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Virtual base, wad.
    pub base: u128,
    /// Virtual quote, wad.
    pub quote: u128,
    /// Real quote per virtual quote, wad.
    pub peg: u128,
}

impl Curve {
    /// The marginal price, wad, floored.
    pub fn spot(&self) -> Result<u128> {
        Ok(mul_div_down_u128(self.quote, self.peg, self.base)?)
    }

    /// Swaps a quote `notional` into base in the direction of `side`: what a long receives, what a short owes.
    pub fn swap_quote(&mut self, side: Side, notional: u128) -> Result<u128> {
        match side {
            Side::Long => {
                let quote_in = mul_div_down_u128(notional, WAD, self.peg)?;
                let quote = add_u128(self.quote, quote_in)?;
                let base_out = mul_div_down_u128(self.base, quote_in, quote)?;
                self.base = sub_u128(self.base, base_out)?;
                self.quote = quote;
                Ok(base_out)
            }
            Side::Short => {
                let quote_out = mul_div_up_u128(notional, WAD, self.peg)?;
                let quote = remaining(self.quote, quote_out)?;
                let base_in = mul_div_up_u128(self.base, quote_out, quote)?;
                self.base = add_u128(self.base, base_in)?;
                self.quote = quote;
                Ok(base_in)
            }
        }
    }

    /// Swaps `base` of a position on `side` back: the notional a long receives, or a short owes.
    pub fn swap_base(&mut self, side: Side, base: u128) -> Result<u128> {
        match side {
            Side::Long => {
                let base_after = add_u128(self.base, base)?;
                let quote_out = mul_div_down_u128(self.quote, base, base_after)?;
                self.quote = sub_u128(self.quote, quote_out)?;
                self.base = base_after;
                Ok(mul_div_down_u128(quote_out, self.peg, WAD)?)
            }
            Side::Short => {
                let base_after = remaining(self.base, base)?;
                let quote_in = mul_div_up_u128(self.quote, base, base_after)?;
                self.quote = add_u128(self.quote, quote_in)?;
                self.base = base_after;
                Ok(mul_div_up_u128(quote_in, self.peg, WAD)?)
            }
        }
    }

    /// What closing `base` of a position on `side` would give or cost now, price impact included.
    pub fn exit_value(&self, side: Side, base: u128) -> Result<u128> {
        let mut curve = *self;
        curve.swap_base(side, base)
    }
}

/// `reserve − asked`, which must leave something: a reserve of zero has no price.
fn remaining(reserve: u128, asked: u128) -> Result<u128> {
    match reserve.checked_sub(asked) {
        Some(left) if left > 0 => Ok(left),
        _ => refuse(PerpError::CurveExhausted { asked, reserve }),
    }
}
