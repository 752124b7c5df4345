//! Cash of all accounts of a kind, without looking at any.
//!
//! An account's cash is a straight line in what has been paid since it was written down: so much for each unit or FP. So
//! is the sum of many, and one word holds where the line of a sum begins. The words are signed numbers that may wrap on
//! the way; the sums themselves do not.
//!
//! Each account that is written down may shift a sum by the wei that its own cash was rounded by.

use everfloor_math::{U256, add_u128, sub_u128, to_u128};

use crate::{
    CASH_LIMIT, WAD_WORD,
    error::{FloorError, Result},
    longs::{End, Longs, PER_UNIT_SCALE, PerUnit},
};

/// Where the lines of the sums begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Cash of accounts that are neither long nor short, wei.
    pub flat: u128,
    /// Of margined shorts: cash and what they had paid, in `10^-18` wei.
    pub margined: U256,
    /// Of longs: cash less what they had earned, in `10^-36` wei.
    pub longs: U256,
    /// The same of leveraged longs.
    pub debts: U256,
    /// Units of leveraged longs.
    pub debt_units: u128,
}

/// A signed number as a word.
fn signed(amount: i128) -> U256 {
    let size = U256::from(amount.unsigned_abs());
    if amount < 0 { size.wrapping_neg() } else { size }
}

/// A word as a signed number of whole wei, floored.
fn whole(word: U256, scale: U256) -> Result<i128> {
    let (size, negative) = if word.bit(255) { (word.wrapping_neg(), true) } else { (word, false) };
    let size = if negative {
        to_u128(everfloor_math::mul_div_up(size, U256::ONE, scale)?)?
    } else {
        to_u128(everfloor_math::mul_div_down(size, U256::ONE, scale)?)?
    };
    let size = i128::try_from(size).map_err(|_| FloorError::Overflow.boxed())?;
    Ok(if negative { size.wrapping_neg() } else { size })
}

/// `cash` less what `units` had earned.
fn line_of_long(earned: PerUnit, units: u128, cash: i128) -> U256 {
    let begins = signed(cash).wrapping_mul(PER_UNIT_SCALE);
    begins.wrapping_sub(U256::from(units).wrapping_mul(earned.0))
}

/// `cash` and what a short had paid.
fn line_of_margined(paid: i128, fp: u128, cash: i128) -> U256 {
    signed(cash).wrapping_mul(WAD_WORD).wrapping_add(signed(paid).wrapping_mul(U256::from(fp)))
}

impl Sums {
    pub(crate) fn give_flat(&mut self, cash: i128) -> Result<()> {
        self.flat = crate::below(add_u128(self.flat, positive(cash)?)?, CASH_LIMIT)?;
        Ok(())
    }

    pub(crate) fn take_flat(&mut self, cash: i128) -> Result<()> {
        self.flat = sub_u128(self.flat, positive(cash)?)?;
        Ok(())
    }

    pub(crate) fn give_margined(&mut self, paid: i128, fp: u128, cash: i128) {
        self.margined = self.margined.wrapping_add(line_of_margined(paid, fp, cash));
    }

    pub(crate) fn take_margined(&mut self, paid: i128, fp: u128, cash: i128) {
        self.margined = self.margined.wrapping_sub(line_of_margined(paid, fp, cash));
    }

    pub(crate) fn give_long(&mut self, longs: &Longs, units: u128, cash: i128, in_debt: bool) -> Result<()> {
        let line = line_of_long(longs.earned, units, cash);
        self.longs = self.longs.wrapping_add(line);
        if in_debt {
            self.debts = self.debts.wrapping_add(line);
            self.debt_units = add_u128(self.debt_units, units)?;
        }
        Ok(())
    }

    pub(crate) fn take_long(&mut self, longs: &Longs, units: u128, cash: i128, in_debt: bool) -> Result<()> {
        let line = line_of_long(longs.earned, units, cash);
        self.longs = self.longs.wrapping_sub(line);
        if in_debt {
            self.debts = self.debts.wrapping_sub(line);
            self.debt_units = sub_u128(self.debt_units, units)?;
        }
        Ok(())
    }

    /// A generation of units has ended, of which there were so many: what they had earned is now where lines begin.
    pub(crate) fn begin_generation(&mut self, end: &End, units: u128) {
        self.longs = self.longs.wrapping_add(end.earned.0.wrapping_mul(U256::from(units)));
        self.debts = self.debts.wrapping_add(end.earned.0.wrapping_mul(U256::from(self.debt_units)));
        self.debt_units = self.debt_units.checked_div(end.divisor).unwrap_or(0);
    }

    /// Cash of all margined shorts, wei; those in debt deducted.
    pub fn margined_cash(&self, paid: i128, fp: u128) -> Result<i128> {
        let paid = signed(paid).wrapping_mul(U256::from(fp));
        whole(self.margined.wrapping_sub(paid), WAD_WORD)
    }

    /// Cash of all longs, wei; those in debt deducted.
    pub fn long_cash(&self, longs: &Longs) -> Result<i128> {
        whole(self.longs.wrapping_add(U256::from(longs.units).wrapping_mul(longs.earned.0)), PER_UNIT_SCALE)
    }

    /// What leveraged longs owe, wei, rounded up. Of those that came into debt, or out of it, by payments alone, as they
    /// were when last written down; which anybody may bring about.
    pub fn debt(&self, longs: &Longs) -> Result<u128> {
        let line = self.debts.wrapping_add(U256::from(self.debt_units).wrapping_mul(longs.earned.0));
        Ok(whole(line, PER_UNIT_SCALE)?.min(0).unsigned_abs())
    }
}

/// Cash of a flat account, which is never in debt.
fn positive(cash: i128) -> Result<u128> {
    u128::try_from(cash).map_err(|_| FloorError::NegativeCash { cash }.boxed())
}
