//! What bonding is made with, and the hard bounds of it; none of it changes.

use crate::error::{BondError, Result, refuse};

const DAY: u64 = 86_400;
/// The longest maturity, seconds.
const LONGEST: u64 = 30 * DAY;
/// Bonds are below this, wad; as all amounts of a put pool are.
pub const AMOUNT_LIMIT: u128 = everfloor_put_rules::AMOUNT_LIMIT;

/// The parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// Seconds from bonding until a bond becomes dpxETH; up to 30 days.
    pub maturity: u64,
    /// Least bond, wad of dpxETH.
    pub min_bond: u128,
}

impl Params {
    /// Refuses parameters out of bounds.
    pub fn validate(&self) -> Result<()> {
        if self.maturity > LONGEST {
            return refuse(BondError::ParameterOutOfBounds { index: 0, value: self.maturity.into() });
        }
        if self.min_bond == 0 || self.min_bond >= AMOUNT_LIMIT {
            return refuse(BondError::ParameterOutOfBounds { index: 1, value: self.min_bond });
        }
        Ok(())
    }
}
