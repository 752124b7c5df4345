//! One writer position: shares, what they have earned, and the exits they wait for.
//!
//! What a position has earned travels with it: whoever holds it when it is claimed gets it. Nothing runs when it
//! changes hands.

use everfloor_math::{add_u128, sub_u128};

use crate::{
    SHARE_LIMIT, below,
    book::Book,
    error::{PutError, Result, refuse},
    exits::{Fill, Queue},
    yields::{PerShare, earned},
};

/// A position as it was last settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Its shares, requested ones among them.
    pub shares: u128,
    /// Shares that wait to leave.
    pub requested: u128,
    /// The generation its shares are of.
    pub generation: u16,
    /// The next exit that its requested shares take part in.
    pub fill: u16,
    /// The epoch it was made in.
    pub epoch: u16,
    /// What a share had earned when it was last settled.
    pub seen: PerShare,
    /// Collateral it has earned or been paid for shares that left, and not claimed, token units.
    pub owed: u128,
    /// Rewards it has earned and not claimed.
    pub owed_reward: u128,
}

/// What is written down once and looked up later: exits, and what a share of a lost generation had earned in the end.
pub trait Records {
    /// The exit of this number.
    fn fill(&self, number: u16) -> Fill;
    /// What a share of a generation that has ended earned in all.
    fn ended(&self, generation: u16) -> PerShare;
}

/// Exits that one call accounts for; a position that took part in more is settled in several.
pub const FILLS_AT_ONCE: u16 = 24;

impl Position {
    /// A new position, which earns from now on.
    pub fn new(shares: u128, book: &Book, per_share: PerShare) -> Self {
        Self { shares, generation: book.generation, epoch: book.epoch, seen: per_share, ..Self::default() }
    }

    /// Accounts for everything up to now: exits, a lost generation, fees and rewards. Of a position with more exits
    /// than [`FILLS_AT_ONCE`], for the first of them.
    pub fn settle(
        &mut self,
        book: &Book,
        queue: &Queue,
        per_share: PerShare,
        records: &impl Records,
    ) -> Result<()> {
        self.catch_up(book, queue, records)?;
        if self.exits_left(queue) == 0 {
            self.earn_collateral(per_share)?;
            self.earn_reward(per_share)?;
        }
        Ok(())
    }

    /// Accounts for exits and for a lost generation, not for what has been earned since.
    pub fn catch_up(&mut self, book: &Book, queue: &Queue, records: &impl Records) -> Result<()> {
        for _ in 0..FILLS_AT_ONCE {
            if self.exits_left(queue) == 0 {
                break;
            }
            self.take_part(&records.fill(self.fill))?;
        }
        if self.exits_left(queue) == 0 && self.generation != book.generation {
            let end = records.ended(self.generation);
            self.earn_collateral(end)?;
            self.earn_reward(end)?;
            (self.shares, self.requested) = (0, 0);
            self.generation = book.generation;
        }
        Ok(())
    }

    /// Exits that its requested shares took part in and that are not accounted for.
    pub fn exits_left(&self, queue: &Queue) -> u16 {
        if self.requested == 0 { 0 } else { queue.fills.saturating_sub(self.fill) }
    }

    fn take_part(&mut self, fill: &Fill) -> Result<()> {
        self.earn_collateral(fill.per_share)?;
        self.earn_reward(fill.per_share)?;
        let (burned, paid) = fill.part_of(self.requested)?;
        self.shares = sub_u128(self.shares, burned)?;
        self.requested = sub_u128(self.requested, burned)?;
        self.owed = add_u128(self.owed, paid)?;
        self.fill = self.fill.saturating_add(1);
        Ok(())
    }

    /// Earns fees up to a count; exits and generations are accounted for.
    pub fn earn_collateral(&mut self, per_share: PerShare) -> Result<()> {
        let fees = earned(self.shares, self.seen.collateral, per_share.collateral)?;
        self.owed = add_u128(self.owed, fees)?;
        self.seen.collateral = per_share.collateral;
        Ok(())
    }

    /// Earns rewards up to a count.
    pub fn earn_reward(&mut self, per_share: PerShare) -> Result<()> {
        let reward = earned(self.shares, self.seen.reward, per_share.reward)?;
        self.owed_reward = add_u128(self.owed_reward, reward)?;
        self.seen.reward = per_share.reward;
        Ok(())
    }

    /// Asks for shares to leave at the next roll; the position is settled as far as exits go.
    pub fn request_exit(&mut self, queue: &mut Queue, shares: u128) -> Result<()> {
        require_amount(shares)?;
        let available = sub_u128(self.shares, self.requested)?;
        if shares > available {
            return refuse(PutError::ExceedsShares { asked: shares, available });
        }
        self.requested = add_u128(self.requested, shares)?;
        self.fill = queue.fills;
        queue.join(shares)
    }

    /// Takes a request back, as far as it has not been met.
    pub fn cancel_exit(&mut self, queue: &mut Queue, shares: u128) -> Result<()> {
        require_amount(shares)?;
        if shares > self.requested {
            return refuse(PutError::ExceedsShares { asked: shares, available: self.requested });
        }
        self.requested = sub_u128(self.requested, shares)?;
        queue.leave(shares)
    }

    /// Moves shares that are not requested into a new position. Everything earned so far stays here.
    pub fn split(&mut self, shares: u128) -> Result<Self> {
        require_amount(shares)?;
        let available = sub_u128(self.shares, self.requested)?;
        if shares > available {
            return refuse(PutError::ExceedsShares { asked: shares, available });
        }
        self.shares = sub_u128(self.shares, shares)?;
        Ok(Self { shares, requested: 0, owed: 0, owed_reward: 0, ..*self })
    }

    /// Takes another position in, with all it has; both are settled.
    pub fn absorb(&mut self, other: &Self) -> Result<()> {
        self.shares = below(add_u128(self.shares, other.shares)?, SHARE_LIMIT)?;
        self.requested = add_u128(self.requested, other.requested)?;
        // Settled, so whatever is requested takes part in the next exit only.
        self.fill = self.fill.max(other.fill);
        self.owed = add_u128(self.owed, other.owed)?;
        self.owed_reward = add_u128(self.owed_reward, other.owed_reward)?;
        Ok(())
    }

    /// Takes out the collateral it is owed.
    pub fn take_owed(&mut self) -> u128 {
        core::mem::take(&mut self.owed)
    }

    /// Takes out the rewards it is owed.
    pub fn take_reward(&mut self) -> u128 {
        core::mem::take(&mut self.owed_reward)
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.shares == 0 && self.owed == 0 && self.owed_reward == 0
    }
}

fn require_amount(shares: u128) -> Result<()> {
    if shares == 0 { refuse(PutError::ZeroAmount) } else { Ok(()) }
}
