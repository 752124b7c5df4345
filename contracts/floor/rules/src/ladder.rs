//! NFT-backed shorts that have spent their cash, in cohorts.
//!
//! A *level* is what shorts will have paid for one FP when an account's cash is spent. Two shorts of the same level
//! have the same cash for each FP, and go on having it whatever is paid or received: so all that reach a level together
//! are one cohort from then on, kept as units of one amount. A cohort whose level is what has been paid so far has no cash;
//! when shorts are paid instead, it has without being written to.
//!
//! Cohorts are a stack, the lowest level on top: a new one is made only at what has been paid so far, which is below all
//! others. A payment lifts all that are below its end to one level, and there they merge: the one with fewer members
//! becomes units of the other, so no chain of merged ones is longer than the number of binary digits of the members.
//!
//! An account that joins a cohort is rounded up to units, by less than a billionth of a wei, and its amount is seen
//! rounded up to a wei. What the last member owes is whatever is left.

use everfloor_math::{
    U256, add_u128, mul, mul_add_div, mul_div_down, mul_div_up_u128, sub, sub_u128, to_i128, to_u128,
};

use crate::{
    FP_LIMIT, UNIT_LIMIT, below,
    error::{FloorError, Result, refuse},
    ledger::Shelves,
    longs::{GRAIN, UNITS_OF_WEI},
};

/// Merges that one account may have gone through.
const MERGES: u32 = 33;

/// Shorts of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    /// Units of its members.
    pub units: u128,
    /// FP they owe, wei; of one that was merged, its units in the one it was merged into.
    pub amount: u128,
    /// What shorts will have paid for one FP when its cash is spent.
    pub level: i128,
    /// The cohort below it on the stack; 0 is none.
    pub below: u32,
    /// The cohort it was merged into; 0 is none.
    pub parent: u32,
    /// Accounts in it, or that were in what was merged into it.
    pub members: u32,
}

impl Cohort {
    /// The FP of some units, wei, rounded up; but less than a thousandth of a wei is what joining rounded.
    fn fp_of(&self, units: u128) -> Result<u128> {
        if self.units == 0 {
            return Ok(0);
        }
        let all = U256::from(self.units);
        let up = sub(all, U256::from(self.units.div_ceil(GRAIN)))?;
        Ok(to_u128(mul_add_div(U256::from(units), U256::from(self.amount), up, all)?)?)
    }

    /// The units of the cohort it was merged into that some units have become.
    fn units_in_parent(&self, units: u128) -> Result<u128> {
        if self.units == 0 {
            return Ok(0);
        }
        Ok(mul_div_up_u128(units, self.amount, self.units)?)
    }

    /// Adds FP of some accounts; its units.
    pub fn add(&mut self, fp: u128, members: u32) -> Result<u128> {
        let units = if self.units == 0 || self.amount == 0 {
            fp.checked_mul(UNITS_OF_WEI).ok_or_else(|| FloorError::Overflow.boxed())?
        } else {
            mul_div_up_u128(fp, self.units, self.amount)?
        };
        self.units = below(add_u128(self.units, units)?, UNIT_LIMIT)?;
        self.amount = below(add_u128(self.amount, fp)?, FP_LIMIT)?;
        self.members = self.members.checked_add(members).ok_or_else(|| FloorError::Overflow.boxed())?;
        Ok(units)
    }

    /// Pays what its cash does not cover of a payment in kind: `short` wei for each FP, at `mark`. The new FP.
    pub fn grow(&mut self, short: u128, mark: u128) -> Result<u128> {
        let fp = mul_div_up_u128(self.amount, short, mark)?;
        self.amount = below(add_u128(self.amount, fp)?, FP_LIMIT)?;
        Ok(fp)
    }
}

/// Where a member's units are now, through all merges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The cohort.
    pub id: u32,
    /// It.
    pub cohort: Cohort,
    /// The member's units in it.
    pub units: u128,
}

impl Membership {
    /// Follows a member's units.
    pub fn of(shelves: &impl Shelves, id: u32, units: u128) -> Result<Self> {
        let mut found = Self { id, cohort: shelves.cohort(id), units };
        for _ in 0..MERGES {
            if found.cohort.parent == 0 {
                // All that rounding left belongs to the last one.
                if found.cohort.members == 1 {
                    found.units = found.cohort.units;
                }
                return Ok(found);
            }
            let merged = found.cohort;
            let parent = shelves.cohort(merged.parent);
            let units = merged.units_in_parent(found.units)?;
            found = Self { id: merged.parent, cohort: parent, units: units.min(parent.units) };
        }
        refuse(FloorError::Overflow)
    }

    /// The member's FP, wei.
    pub fn fp(&self) -> Result<u128> {
        self.cohort.fp_of(self.units)
    }

    /// The member's cash when shorts have paid `paid` for one FP, wei, rounded down.
    pub fn cash(&self, paid: i128) -> Result<i128> {
        let each = self.cohort.level.saturating_sub(paid);
        let Ok(each) = u128::try_from(each) else { return refuse(FloorError::NegativeCash { cash: each }) };
        // Of the exact share, not of the FP rounded up.
        let (share, of) = (U256::from(self.units), U256::from(self.cohort.units));
        if of.is_zero() {
            return Ok(0);
        }
        let all = mul(U256::from(each), U256::from(self.cohort.amount))?;
        Ok(to_i128(to_u128(mul_div_down(all, share, mul(of, crate::WAD_WORD)?)?)?)?)
    }

    /// Takes the member out; its FP.
    pub fn leave(mut self, shelves: &mut impl Shelves) -> Result<u128> {
        let fp = self.fp()?;
        self.cohort.units = sub_u128(self.cohort.units, self.units)?;
        self.cohort.amount = sub_u128(self.cohort.amount, fp)?;
        self.cohort.members = self.cohort.members.saturating_sub(1);
        shelves.set_cohort(self.id, self.cohort);
        Ok(fp)
    }
}

/// Joins two cohorts of the same level, or of none yet; the one that remains, and its number.
pub fn merge(
    shelves: &mut impl Shelves,
    (first_id, first): (u32, Cohort),
    (second_id, second): (u32, Cohort),
) -> Result<(u32, Cohort)> {
    let second_remains = second.members > first.members;
    let (id, mut root, child_id, mut child) = if second_remains {
        (second_id, second, first_id, first)
    } else {
        (first_id, first, second_id, second)
    };
    let units = root.add(child.amount, child.members)?;
    (child.amount, child.parent) = (units, id);
    shelves.set_cohort(child_id, child);
    Ok((id, root))
}
