//! A part's share of a price. No SDK.

use alloy_primitives::U256;
use everfloor_math::{MathError, mul_div_down, sub};

/// What the weights of all parts sum to.
pub const WHOLE: u128 = 1_000_000_000_000_000_000;

/// Where a part is when all are laid end to end, wad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Where it begins.
    pub from: u128,
    /// Where it ends.
    pub end: u128,
}

impl Share {
    /// What of a price is the part's: what is left of it down to the part's end less what is left down to its beginning, both
    /// rounded down. Parts that lie end to end sum to what all of them are together.
    pub fn of(&self, price: U256) -> Result<U256, MathError> {
        let down_to = |place: u128| mul_div_down(price, U256::from(place), U256::from(WHOLE));
        sub(down_to(self.end)?, down_to(self.from)?)
    }
}
