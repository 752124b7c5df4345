//! The constant product, with V1's arithmetic: `k` is floored before it is divided again, then the amount is
//! corrected by one when something was left over. For reserves of less than one this can err against the curve.

use crate::decimal::{self, Dec};
use crate::{Result, V1Error};

/// Which way an asset moves, as seen from the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A trader gives it to the curve.
    AddToAmm,
    /// A trader takes it from the curve.
    RemoveFromAmm,
}

impl Direction {
    /// Where the other asset of the same swap goes.
    pub fn opposite(self) -> Self {
        match self {
            Direction::AddToAmm => Direction::RemoveFromAmm,
            Direction::RemoveFromAmm => Direction::AddToAmm,
        }
    }
}

/// The side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Long.
    Buy,
    /// Short.
    Sell,
}

impl Side {
    /// Where the quote asset of such a trade goes.
    pub fn quote_direction(self) -> Direction {
        match self {
            Side::Buy => Direction::AddToAmm,
            Side::Sell => Direction::RemoveFromAmm,
        }
    }

    /// The side that closes a position of this size.
    pub fn closing(size: Dec) -> Self {
        if size > 0 { Side::Sell } else { Side::Buy }
    }

    /// `amount` with the sign a position of this side has.
    pub fn signed(self, amount: Dec) -> Dec {
        match self {
            Side::Buy => amount,
            Side::Sell => -amount,
        }
    }
}

/// Where the base asset goes when a position of this size is closed.
pub fn closing_base_direction(size: Dec) -> Direction {
    if size > 0 { Direction::AddToAmm } else { Direction::RemoveFromAmm }
}

/// The two virtual reserves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserves {
    /// Quote asset.
    pub quote: Dec,
    /// Base asset.
    pub base: Dec,
}

impl Reserves {
    /// Quote for one base.
    pub fn spot(&self) -> Result<Dec> {
        decimal::div(self.quote, self.base)
    }

    /// The base exchanged for `quote`.
    pub fn base_for_quote(&self, quote_direction: Direction, quote: Dec) -> Result<Dec> {
        exchanged(self.quote, self.base, quote_direction, quote, V1Error::QuoteAssetAfterIsZero)
    }

    /// The quote exchanged for `base`.
    pub fn quote_for_base(&self, base_direction: Direction, base: Dec) -> Result<Dec> {
        exchanged(self.base, self.quote, base_direction, base, V1Error::BaseAssetAfterIsZero)
    }

    /// The reserves after a swap of these amounts.
    pub fn after(&self, quote_direction: Direction, quote: Dec, base: Dec) -> Result<Self> {
        Ok(match quote_direction {
            Direction::AddToAmm => {
                Reserves { quote: self.quote + quote, base: decimal::sub_unsigned(self.base, base)? }
            }
            Direction::RemoveFromAmm => {
                Reserves { quote: decimal::sub_unsigned(self.quote, quote)?, base: self.base + base }
            }
        })
    }

    /// Both reserves times `multiplier`.
    pub fn scaled(&self, multiplier: Dec) -> Result<Self> {
        Ok(Reserves {
            quote: decimal::mul(self.quote, multiplier)?,
            base: decimal::mul(self.base, multiplier)?,
        })
    }
}

/// How much of the `other` reserve is exchanged for `amount` of the `given` one.
fn exchanged(given: Dec, other: Dec, direction: Direction, amount: Dec, emptied: V1Error) -> Result<Dec> {
    if amount == 0 {
        return Ok(0);
    }
    let given_after = match direction {
        Direction::AddToAmm => given + amount,
        Direction::RemoveFromAmm => decimal::sub_unsigned(given, amount)?,
    };
    if given_after == 0 {
        return Err(emptied);
    }
    let k = decimal::mul(given, other)?;
    let (other_after, exact) = decimal::mul_div(k, decimal::WAD, given_after)?;
    let moved = (other_after - other).abs();
    match (exact, direction) {
        (true, _) => Ok(moved),
        (false, Direction::AddToAmm) => decimal::sub_unsigned(moved, 1),
        (false, Direction::RemoveFromAmm) => Ok(moved + 1),
    }
}
