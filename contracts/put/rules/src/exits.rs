//! Leaving: shares wait for the roll, and leave together at its price, as many as the pool can spare.
//!
//! Nobody leaves in between: whoever could would leave before a payoff and come back after it.

use everfloor_math::{mul_div_down_u128, mul_div_up_u128, sub_u128};

use crate::{
    book::Book,
    error::{PutError, Result, refuse},
    terms::{Collateral, strike_of},
    yields::PerShare,
};

/// Shares that wait to leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Shares requested and not left yet.
    pub queued: u128,
    /// Exits so far; the number of the next.
    pub fills: u16,
}

/// One exit: what left at a roll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// What a share had earned by then.
    pub per_share: PerShare,
    /// Shares that waited.
    pub queued: u128,
    /// Shares of these that left.
    pub burned: u128,
    /// Token units they were paid.
    pub paid: u128,
    /// The epoch that ended.
    pub epoch: u16,
}

impl Fill {
    /// What `requested` shares of one position had of the exit: how many left (rounded up) and what they are paid
    /// (rounded down).
    pub fn part_of(&self, requested: u128) -> Result<(u128, u128)> {
        if self.queued == 0 {
            return Ok((0, 0));
        }
        let burned = mul_div_up_u128(requested, self.burned, self.queued)?.min(requested);
        let paid = mul_div_down_u128(self.paid, requested, self.queued)?;
        Ok((burned, paid))
    }
}

/// The liquidity that has to stay for what the pool backs and covers, token units: a `leverage`th of the supply backed,
/// and the strike of all units at the mark.
pub fn required(
    supply: u128,
    leverage: u128,
    units: u128,
    mark: Option<u128>,
    collateral: Collateral,
) -> Result<u128> {
    let strike = mark.map_or(Ok(0), strike_of)?;
    let for_units = collateral.cost_up(units, strike)?;
    Ok(mul_div_up_u128(supply, 1, leverage)?.max(for_units))
}

impl Queue {
    /// Adds a request.
    pub fn join(&mut self, shares: u128) -> Result<()> {
        self.queued = everfloor_math::add_u128(self.queued, shares)?;
        Ok(())
    }

    /// Takes a request back.
    pub fn leave(&mut self, shares: u128) -> Result<()> {
        self.queued = sub_u128(self.queued, shares)?;
        Ok(())
    }

    /// Lets as many shares leave as `spare` liquidity pays; what left, if any waited and anything was to spare.
    pub fn fill(&mut self, book: &mut Book, per_share: PerShare, spare: u128) -> Result<Option<Fill>> {
        let wanted = book.worth(self.queued)?;
        if wanted == 0 || spare == 0 {
            return Ok(None);
        }
        let (burned, paid) = if spare >= wanted {
            (self.queued, wanted)
        } else {
            // Rounded up, so that whoever stays never pays for it; not above what waits, since less is paid.
            (mul_div_up_u128(spare, book.shares, book.liquidity)?, spare)
        };
        book.withdraw(burned, paid)?;
        self.record(Fill { per_share, queued: self.queued, burned, paid, epoch: book.epoch }).map(Some)
    }

    /// Everything that waits leaves with nothing: the principal is lost.
    pub fn drop_all(&mut self, book: &Book, per_share: PerShare) -> Result<Option<Fill>> {
        if self.queued == 0 {
            return Ok(None);
        }
        let burned = self.queued;
        self.record(Fill { per_share, queued: burned, burned, paid: 0, epoch: book.epoch }).map(Some)
    }

    fn record(&mut self, fill: Fill) -> Result<Fill> {
        self.queued = sub_u128(self.queued, fill.burned)?;
        match self.fills.checked_add(1) {
            Some(next) => self.fills = next,
            None => return refuse(PutError::Overflow),
        }
        Ok(fill)
    }
}
