//! What writers earn: premiums and funding that vest evenly until the epoch's end, and rewards by a fixed schedule.
//!
//! Both are counted per share, in numbers that only grow: a position has earned its shares times the growth since it
//! was last settled. What a division leaves over is carried to the next, so that nothing is lost however often anybody
//! comes by.
//!
//! The counts have 128 bits and a scale of `10^27`. Fees in an epoch are less than the liquidity, and a share is worth
//! about a wad of it at most, so fees never come near. Rewards might, where a handful of shares earned all of them:
//! below [`LEAST_SHARES`] a pool counts as empty, and what an empty pool would earn is the treasury's.

use everfloor_math::{MathError, U256, mul_add_div, mul_div_down_u128, sub_u128, to_u128};

use crate::{RAY, YEAR, book::Book, error::Result};

/// Fewer shares than this earn no rewards: a thousandth of a whole token at the first price.
pub const LEAST_SHARES: u128 = 1_000_000_000_000_000;

/// What one share has earned so far, in `10^-27` of a token unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerShare {
    /// Of the collateral.
    pub collateral: u128,
    /// Of the reward token.
    pub reward: u128,
}

/// Premiums and funding that have been paid and not been earned yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Token units still to be earned until the epoch's end.
    pub unvested: u128,
    /// Up to when they have been.
    pub last: u64,
    /// Carried over: less than one share's worth, in `10^-27`.
    pub remainder: u128,
}

impl Stream {
    /// What vests between the last time and `now`, if the epoch ends at `end`; rounded down until the end.
    pub fn vesting(&self, now: u64, end: u64) -> Result<u128> {
        let until = now.min(end);
        if until <= self.last {
            // Past its end already, all of it is due.
            return Ok(if self.last >= end && now > end { self.unvested } else { 0 });
        }
        if until == end {
            return Ok(self.unvested);
        }
        let (elapsed, left) = (until.saturating_sub(self.last), end.saturating_sub(self.last));
        Ok(mul_div_down_u128(self.unvested, elapsed.into(), left.into())?)
    }

    /// Lets writers earn what has vested; while there are none it waits for the next.
    pub fn accrue(&mut self, book: &Book, per_share: &mut PerShare, now: u64, end: u64) -> Result<()> {
        let vested = self.vesting(now, end)?;
        self.last = self.last.max(now.min(end));
        if vested == 0 || book.shares == 0 {
            return Ok(());
        }
        if share_out(vested, book.shares, &mut self.remainder, &mut per_share.collateral)? {
            self.unvested = sub_u128(self.unvested, vested)?;
        }
        Ok(())
    }
}

/// Rewards for writers: a total, paid evenly over a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewards {
    /// When they began; 0 before.
    pub start: u64,
    /// Up to when they have been earned.
    pub last: u64,
    /// Carried over: less than one share's worth, in `10^-27`.
    pub remainder: u128,
    /// What nobody was there to earn: the treasury's.
    pub unallocated: u128,
}

/// A rate of rewards and for how long it is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardPlan {
    /// Reward tokens in a year of 365 days.
    pub per_year: u128,
    /// Seconds.
    pub duration: u64,
}

impl RewardPlan {
    /// Rewards of the first `elapsed` seconds together, rounded down.
    pub fn emitted(&self, elapsed: u64) -> Result<u128> {
        let paid = elapsed.min(self.duration);
        Ok(mul_div_down_u128(self.per_year, paid.into(), YEAR.into())?)
    }

    /// All rewards there will ever be.
    pub fn total(&self) -> Result<u128> {
        self.emitted(self.duration)
    }
}

impl Rewards {
    /// Rewards emitted up to `now`, by the plan.
    pub fn emitted(&self, plan: &RewardPlan, now: u64) -> Result<u128> {
        if self.start == 0 {
            return Ok(0);
        }
        plan.emitted(now.saturating_sub(self.start))
    }

    /// Lets writers earn what has been emitted since the last time; the treasury gets it while there are none.
    pub fn accrue(
        &mut self,
        plan: &RewardPlan,
        book: &Book,
        per_share: &mut PerShare,
        now: u64,
    ) -> Result<()> {
        if self.start == 0 || now <= self.last {
            return Ok(());
        }
        let before = self.emitted(plan, self.last)?;
        let new = sub_u128(self.emitted(plan, now)?, before)?;
        self.last = now;
        let earned = book.shares >= LEAST_SHARES
            && share_out(new, book.shares, &mut self.remainder, &mut per_share.reward)?;
        if !earned {
            self.unallocated = self.unallocated.saturating_add(new);
        }
        Ok(())
    }
}

/// Adds `amount` to what each share has earned; whether it could be counted.
fn share_out(amount: u128, shares: u128, remainder: &mut u128, per_share: &mut u128) -> Result<bool> {
    let (amount, ray, shares) = (U256::from(amount), U256::from(RAY), U256::from(shares));
    let carried = U256::from(*remainder);
    let each = mul_add_div(amount, ray, carried, shares)?;
    // Amounts have 96 bits and the scale 90: neither product can wrap.
    let rest = amount.wrapping_mul(ray).wrapping_add(carried).wrapping_sub(each.wrapping_mul(shares));
    let total = to_u128(each).and_then(|each| each.checked_add(*per_share).ok_or(MathError::Overflow));
    let Ok(total) = total else { return Ok(false) };
    *per_share = total;
    *remainder = to_u128(rest)?;
    Ok(true)
}

/// What `shares` have earned while a share's count grew from `before` to `after`, rounded down.
pub fn earned(shares: u128, before: u128, after: u128) -> Result<u128> {
    Ok(mul_div_down_u128(shares, after.saturating_sub(before), RAY)?)
}
