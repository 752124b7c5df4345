//! What a bond costs, and when it is due.

use everfloor_math::{mul_div_down_u128, mul_div_up_u128, mul_u128, sub_u128};
use everfloor_put_rules::terms::strike_of;

use crate::{
    Mark, WAD,
    error::{BondError, Result, refuse},
    params::{AMOUNT_LIMIT, Params},
};

/// What a bond brings to the backing; the premium of its puts comes on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Units of the underlying its puts cover, wad: a quarter of the amount at the lower price, rounded down.
    pub units: u128,
    /// Underlying to be paid: the same, rounded up.
    pub underlying: u128,
    /// Collateral to be paid: three quarters of the amount, rounded up, and the few wei by which roundings keep the puts
    /// from paying the fifteen sixteenths' rest.
    pub collateral: u128,
    /// The puts' least strike, wad: three quarters of the lower price, as the pool has it.
    pub strike: u128,
}

impl Charge {
    /// What a bond of `amount` dpxETH brings at a mark.
    pub fn of(amount: u128, mark: Mark) -> Result<Self> {
        if amount >= AMOUNT_LIMIT {
            return refuse(BondError::Overflow);
        }
        // The pool refuses any price that its strikes do not go up to, and so does this.
        let strike = strike_of(mark.low).map_err(|_| BondError::Overflow.boxed())?;
        let four = mul_u128(mark.low, 4)?;
        let units = mul_div_down_u128(amount, WAD, four)?;
        // What the puts are sure to pay if the underlying is worth nothing; at most three sixteenths.
        let puts = mul_div_down_u128(units, strike, WAD)?;
        let floor = mul_div_up_u128(amount, 15, 16)?;
        Ok(Self {
            units,
            underlying: mul_div_up_u128(amount, WAD, four)?,
            collateral: sub_u128(floor, puts)?,
            strike,
        })
    }

    /// Refuses if the bond costs more of either than the caller accepts; `collateral` is what is paid of that with the
    /// premium.
    pub fn require_within(&self, collateral: u128, max_underlying: u128, max_collateral: u128) -> Result<()> {
        if self.underlying > max_underlying {
            let paid = self.underlying;
            return refuse(BondError::SlippageUnderlying { paid, limit: max_underlying });
        }
        if collateral > max_collateral {
            return refuse(BondError::SlippageCollateral { paid: collateral, limit: max_collateral });
        }
        Ok(())
    }
}

/// A bond: dpxETH to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bond {
    /// How much, wad.
    pub amount: u128,
    /// From when on, seconds since 1970.
    pub matures: u64,
    /// Whether it has been made.
    pub redeemed: bool,
}

impl Bond {
    /// A new bond.
    pub fn open(amount: u128, now: u64, params: &Params) -> Result<Self> {
        if amount < params.min_bond {
            return refuse(BondError::BelowMinimum { amount, minimum: params.min_bond });
        }
        Ok(Self { amount, matures: now.saturating_add(params.maturity), redeemed: false })
    }

    /// Refuses before it is due.
    pub fn require_matured(&self, now: u64) -> Result<()> {
        let maturity = self.matures;
        if now < maturity { refuse(BondError::NotMatured { maturity, now }) } else { Ok(()) }
    }
}

/// Refuses to run late.
pub fn require_time(deadline: u64, now: u64) -> Result<()> {
    if now > deadline { refuse(BondError::Expired { deadline, now }) } else { Ok(()) }
}
