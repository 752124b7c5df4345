//! The long side: units of one amount of FP that grows and shrinks for all in proportion.
//!
//! Payments in kind, and shorts that are closed against all longs, change the amount and no unit. Cash is counted for
//! each unit. Units are also what leaves the market as a token: they never change by themselves.
//!
//! Units are a billionth of a wei at first, and rounded down when they are given out, so that nobody's part gets smaller
//! when others come and go; an amount within a thousandth of a wei of a whole one is that, so that what is taken out and
//! given back is the same to the wei. What rounding leaves belongs to those who stay; the units of all accounts together
//! are exactly all units.

use everfloor_math::{
    U256, add_u128, mul_add_div, mul_div_down, mul_div_down_u128, mul_div_up, sub_u128, to_u128,
};

use crate::{
    FP_LIMIT, UNIT_LIMIT, below,
    error::{FloorError, Result, refuse},
};

/// Units of one wei of FP, while nothing has grown or shrunk.
pub const UNITS_OF_WEI: u128 = 1_000_000_000;
/// Parts of a wei below which units are not exact.
pub(crate) const GRAIN: u128 = 1_000;
/// Cash for a unit is counted in this fraction of a wei.
pub(crate) const PER_UNIT_SCALE: U256 =
    U256::from_limbs([12_919_594_847_110_692_864, 54_210_108_624_275_221, 0, 0]);
/// With a generation of coarser units, this many become one.
const COARSENING: u128 = 1_000_000_000;

/// Cash that a unit has earned since the first one, in `10^-36` wei: a signed number in two's complement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerUnit(pub U256);

impl PerUnit {
    /// What some units earned between two counts, wei; floored, also below zero.
    pub fn earned(self, since: Self, units: u128) -> Result<i128> {
        let change = self.0.wrapping_sub(since.0);
        let units = U256::from(units);
        let amount = if change.bit(255) {
            let lost = to_u128(mul_div_up(change.wrapping_neg(), units, PER_UNIT_SCALE)?)?;
            0_i128.checked_sub_unsigned(lost)
        } else {
            i128::try_from(to_u128(mul_div_down(change, units, PER_UNIT_SCALE)?)?).ok()
        };
        amount.ok_or_else(|| FloorError::Overflow.boxed())
    }

    /// The count after a payment to each unit.
    fn plus(self, amount: U256) -> Self {
        Self(self.0.wrapping_add(amount))
    }

    /// The count after a payment from each unit.
    fn minus(self, amount: U256) -> Self {
        Self(self.0.wrapping_sub(amount))
    }
}

/// The long side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Longs {
    /// FP of all of them, wei; and so of all shorts.
    pub total: u128,
    /// Their units.
    pub units: u128,
    /// Cash that a unit has earned.
    pub earned: PerUnit,
    /// How many times the units were begun anew.
    pub generation: u16,
}

/// How a generation of units ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// What a unit had earned in all.
    pub earned: PerUnit,
    /// Units that became one of the next generation; 0 is that all were lost.
    pub divisor: u128,
}

impl Longs {
    /// The FP of some units, wei, rounded down; but a thousandth of a wei is what giving out units rounded.
    pub fn fp_of(&self, units: u128) -> Result<u128> {
        if self.units == 0 {
            return Ok(0);
        }
        let grain = U256::from(self.units / GRAIN);
        let fp = mul_add_div(U256::from(units), U256::from(self.total), grain, U256::from(self.units))?;
        Ok(to_u128(fp)?.min(self.total))
    }

    /// Takes units out; their FP.
    pub fn take(&mut self, units: u128) -> Result<u128> {
        let fp = self.fp_of(units)?;
        self.units = sub_u128(self.units, units)?;
        self.total = sub_u128(self.total, fp)?;
        Ok(fp)
    }

    /// Adds FP; its units, rounded down.
    pub fn give(&mut self, fp: u128) -> Result<u128> {
        let units = if self.units == 0 || self.total == 0 {
            below(fp, FP_LIMIT)?.checked_mul(UNITS_OF_WEI).ok_or_else(|| FloorError::Overflow.boxed())?
        } else {
            mul_div_down_u128(fp, self.units, self.total)?
        };
        self.units = below(add_u128(self.units, units)?, UNIT_LIMIT)?;
        self.total = below(add_u128(self.total, fp)?, FP_LIMIT)?;
        Ok(units)
    }

    /// Grows everybody's FP.
    pub fn grow(&mut self, fp: u128) -> Result<()> {
        self.total = below(add_u128(self.total, fp)?, FP_LIMIT)?;
        Ok(())
    }

    /// Takes FP from everybody, for cash.
    ///
    /// Returns how the generation ended, if that leaves units too fine to go on with.
    pub fn close(&mut self, fp: u128, cash: u128) -> Result<Option<End>> {
        if fp > self.total {
            return refuse(FloorError::Overflow);
        }
        self.credit(cash)?;
        self.total = sub_u128(self.total, fp)?;
        let coarsest = self.total.saturating_mul(UNITS_OF_WEI).saturating_mul(COARSENING);
        if self.units <= coarsest {
            return Ok(None);
        }
        let divisor = if self.total == 0 { 0 } else { COARSENING };
        self.units = self.units.checked_div(divisor).unwrap_or(0);
        self.generation = self.generation.checked_add(1).ok_or_else(|| FloorError::Overflow.boxed())?;
        Ok(Some(End { earned: core::mem::take(&mut self.earned), divisor }))
    }

    /// Pays cash to all, by units; what does not divide stays with the market.
    pub fn credit(&mut self, cash: u128) -> Result<()> {
        if self.units != 0 {
            let each = mul_div_down(U256::from(cash), PER_UNIT_SCALE, U256::from(self.units))?;
            self.earned = self.earned.plus(each);
        }
        Ok(())
    }

    /// Takes cash from all, `price` wei for each FP of theirs.
    pub fn charge(&mut self, price: u128) -> Result<()> {
        let owed = mul_div_up(U256::from(price), U256::from(self.total), crate::WAD_WORD)?;
        self.charge_amount(to_u128(owed)?)
    }

    /// Takes cash from all, by units.
    pub fn charge_amount(&mut self, cash: u128) -> Result<()> {
        if self.units != 0 {
            let each = mul_div_up(U256::from(cash), PER_UNIT_SCALE, U256::from(self.units))?;
            self.earned = self.earned.minus(each);
        }
        Ok(())
    }
}
