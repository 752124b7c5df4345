//! Where each token unit of a market belongs, and in which order.
//!
//! ```text
//! tokens held for the market = principal + pool + fees + insurance_due
//! ```
//!
//! **Principal is senior**: it is the sum of all margins and nothing but its owner's own losses, funding and
//! fees is ever taken from it. **Profit is junior**: it is paid from the pool, which is what losers have paid
//! in. While the pool covers all profit (`pool >= claims`) a winner is paid at once; when it does not, because
//! losers have not realised yet or could not pay, the profit waits as a claim. A claim can be taken at any time
//! by a flat account for its share `h = pool / claims`, which leaves the same `h` to everybody else who
//! waits. An open position counts its claim as equity, because its own later losses are set off against it.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, sub_u128};

use crate::{
    PPM, WAD,
    error::{PerpError, Result, refuse},
    position::Position,
};

/// A market's money, token units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Sum of all margins.
    pub principal: u128,
    /// Losses and funding collected, for those who gained.
    pub pool: u128,
    /// Profit that waits for the pool.
    pub claims: u128,
    /// The market's own fees, first to pay for a bad debt.
    pub fees: u128,
    /// The insurance fund's share of fees and penalties, not yet sent to it.
    pub insurance_due: u128,
    /// A deficit waits to be covered ([`crate::losses`]): no profit is paid before it is known who bears it.
    pub gated: bool,
}

impl Ledger {
    /// Every token unit held for the market.
    pub fn total(&self) -> Result<u128> {
        let owned = add_u128(self.principal, self.pool)?;
        Ok(add_u128(owned, add_u128(self.fees, self.insurance_due)?)?)
    }

    /// The share of a claim that can be paid now, wad: 1 while the pool covers all claims.
    pub fn haircut_wad(&self) -> Result<u128> {
        if self.pool >= self.claims { Ok(WAD) } else { Ok(mul_div_down_u128(self.pool, WAD, self.claims)?) }
    }

    /// What a claim is worth at today's share, token units, floored.
    pub fn worth_of(&self, claim: u128) -> Result<u128> {
        if self.pool >= self.claims {
            Ok(claim)
        } else {
            Ok(mul_div_down_u128(claim, self.pool, self.claims)?)
        }
    }

    pub(crate) fn deposit(&mut self, position: &mut Position, amount: u128) -> Result<()> {
        position.margin = add_u128(position.margin, amount)?;
        self.principal = add_u128(self.principal, amount)?;
        Ok(())
    }

    /// Takes `amount` out of a margin, which must have it.
    pub(crate) fn withdraw(&mut self, position: &mut Position, amount: u128) -> Result<()> {
        let available = position.margin;
        position.margin = available
            .checked_sub(amount)
            .ok_or_else(|| PerpError::InsufficientMargin { available, needed: amount }.boxed())?;
        self.principal = sub_u128(self.principal, amount)?;
        Ok(())
    }

    /// Moves a loss from a margin, which must have it, to the pool.
    pub(crate) fn collect(&mut self, position: &mut Position, loss: u128) -> Result<()> {
        self.withdraw(position, loss)?;
        self.pool = add_u128(self.pool, loss)?;
        Ok(())
    }

    /// Takes a loss from an account: from its margin, then by setting it off against its own waiting profit, which
    /// the pool then owes no more. Returns what neither could pay.
    pub(crate) fn absorb(&mut self, position: &mut Position, loss: u128) -> Result<u128> {
        let paid = loss.min(position.margin);
        self.collect(position, paid)?;
        let rest = sub_u128(loss, paid)?;
        let set_off = rest.min(position.claim);
        position.claim = sub_u128(position.claim, set_off)?;
        self.claims = sub_u128(self.claims, set_off)?;
        Ok(sub_u128(rest, set_off)?)
    }

    /// Records a profit, and pays what the account waits for when the pool covers everybody.
    pub(crate) fn credit(&mut self, position: &mut Position, profit: u128) -> Result<()> {
        self.promise(position, profit)?;
        if self.pool >= self.claims && !self.gated {
            self.pay(position, position.claim, position.claim)?;
        }
        Ok(())
    }

    /// Records a profit that waits, whatever the pool has.
    pub(crate) fn promise(&mut self, position: &mut Position, profit: u128) -> Result<()> {
        self.claims = add_u128(self.claims, profit)?;
        position.claim = add_u128(position.claim, profit)?;
        Ok(())
    }

    /// Takes `amount` of the account's claim at today's share; returns what reached the margin.
    pub fn redeem(&mut self, position: &mut Position, amount: u128) -> Result<u128> {
        if amount == 0 || amount > position.claim {
            return refuse(PerpError::ExceedsClaim { asked: amount, available: position.claim });
        }
        if self.gated {
            return refuse(PerpError::WithdrawalsGated);
        }
        let payout = self.worth_of(amount)?;
        if payout < amount && position.size != 0 {
            return refuse(PerpError::ClaimBacksPosition);
        }
        self.pay(position, amount, payout)?;
        Ok(payout)
    }

    pub(crate) fn pay(&mut self, position: &mut Position, claim: u128, payout: u128) -> Result<()> {
        position.claim = sub_u128(position.claim, claim)?;
        self.claims = sub_u128(self.claims, claim)?;
        self.pool = sub_u128(self.pool, payout)?;
        self.deposit(position, payout)
    }

    /// Takes a fee from a margin and splits it; the market's own part is rounded down.
    pub(crate) fn charge(&mut self, position: &mut Position, fee: u128, insurance_ppm: u32) -> Result<()> {
        self.withdraw(position, fee)?;
        let insured = mul_div_up_u128(fee, u128::from(insurance_ppm), PPM)?;
        self.insurance_due = add_u128(self.insurance_due, insured)?;
        self.fees = add_u128(self.fees, sub_u128(fee, insured)?)?;
        Ok(())
    }
}
