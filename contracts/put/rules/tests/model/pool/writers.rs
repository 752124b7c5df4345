//! The writers of the model.

use everfloor_put_rules::{RAY, YEAR};

use super::{AMOUNT_BITS, Model, Refusal, SHARE_BITS};
use crate::{
    house::Outcome,
    number::{Int, down, exact, int, limit, narrow},
};

/// Below so many shares a pool counts as empty for rewards: a thousandth of a wad.
pub const FEWEST_SHARES: u64 = 1_000_000_000_000_000;
/// Exits that one call accounts for.
const EXITS_AT_ONCE: u64 = 24;

/// What an account has earned in one currency: exactly, what it was paid of it, and by how much the rules may have
/// counted less or more.
#[derive(Clone, Debug, Default)]
pub struct Purse {
    pub earned: Int,
    pub paid: Int,
    pub less: Int,
    pub more: Int,
}

impl Purse {
    /// One rounding down to a whole unit.
    fn round(&mut self) {
        self.less += exact(&int(1));
    }

    fn add(&mut self, other: Self) {
        self.earned += other.earned;
        self.paid += other.paid;
        self.less += other.less;
        self.more += other.more;
    }

    /// Whether this is what may be owed.
    pub fn allows(&self, owed: u128) -> bool {
        let counted = exact(&(&self.paid + owed));
        &self.earned - &self.less <= counted && counted <= &self.earned + &self.more
    }
}

/// A position.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub owner: usize,
    pub open: bool,
    pub shares: Int,
    /// Of these, those that wait to leave.
    pub requested: Int,
    /// Exits it took part in since the rules last accounted for them.
    pub unseen: u64,
    pub fees: Purse,
    pub rewards: Purse,
}

impl Model {
    /// Those who have shares, and nobody.
    fn holders(&mut self) -> impl Iterator<Item = &mut Account> {
        let accounts = self.accounts.iter_mut().filter(|account| account.open);
        accounts.chain([&mut self.nobody]).filter(|account| account.shares > Int::ZERO)
    }

    /// What rounding left of the shares that left without an owner.
    pub fn find_nobodys(&mut self) {
        let owned: Int = self.accounts.iter().map(|account| &account.shares).sum();
        self.nobody.shares = &self.shares - owned;
    }

    /// Everybody earns a part of an amount by shares.
    pub fn distribute(&mut self, amount: &Int) {
        let (all, carried) = (self.shares.clone(), self.carried.clone());
        for account in self.holders() {
            earn(&mut account.fees, amount, &account.shares, &all, &carried);
        }
        self.carried = exact(&all) / RAY + 1;
        self.vested += amount;
    }

    /// Premiums vest evenly until the epoch's end, in whole units.
    pub fn vest(&mut self) {
        let (end, from) = (self.end(), self.vested_to);
        let until = self.now.min(end);
        let vested = if self.now >= end {
            self.unvested.clone()
        } else if until > from {
            down(&self.unvested * (until - from), &int(end - from))
        } else {
            Int::ZERO
        };
        self.vested_to = from.max(until);
        if vested > Int::ZERO && self.shares > Int::ZERO {
            self.unvested -= &vested;
            self.distribute(&vested);
        }
    }

    /// Rewards up to a time, by the plan.
    pub fn emitted_by(&self, time: u64) -> Int {
        let Some(start) = self.rewards_from else { return Int::ZERO };
        let elapsed = time.saturating_sub(start).min(self.params.reward_duration);
        down(int(self.params.rewards_per_year) * elapsed, &int(YEAR))
    }

    /// Rewards are emitted by the plan.
    pub fn emit(&mut self) {
        if self.rewards_from.is_none() || self.now <= self.rewarded_to {
            return;
        }
        let amount = self.emitted_by(self.now) - self.emitted_by(self.rewarded_to);
        self.rewarded_to = self.now;
        self.emitted += &amount;
        if self.shares < int(FEWEST_SHARES) {
            self.unallocated += amount;
            return;
        }
        let (all, carried) = (self.shares.clone(), self.carried_reward.clone());
        for account in self.holders() {
            earn(&mut account.rewards, &amount, &account.shares, &all, &carried);
        }
        self.carried_reward = exact(&all) / RAY + 1;
    }

    /// The rules round what an account has earned.
    pub fn round(&mut self, who: usize) {
        self.accounts[who].fees.round();
        self.accounts[who].rewards.round();
        self.roundings += 1;
    }

    /// Shares that a deposit gets.
    fn shares_for(&self, amount: u128) -> Result<Int, Refusal> {
        let shares = match self.shares == Int::ZERO {
            true => int(amount) * self.scale,
            false => down(&self.shares * amount, &self.liquidity),
        };
        if shares == Int::ZERO { Err("ZeroAmount") } else { Ok(shares) }
    }

    pub fn deposit(&mut self, owner: usize, amount: u128, least: u128) -> Result<(), Refusal> {
        if self.now >= self.end() {
            return Err("RollDue");
        }
        if amount < self.params.min_deposit {
            return Err("AmountTooSmall");
        }
        self.vest();
        self.emit();
        let shares = self.shares_for(amount)?;
        self.liquidity += amount;
        self.shares += &shares;
        if self.liquidity >= limit(AMOUNT_BITS) || self.shares >= limit(SHARE_BITS) {
            return Err("Overflow");
        }
        if shares < int(least) {
            return Err("SharesBelowLimit");
        }
        self.accounts.push(Account { owner, open: true, shares, ..Account::default() });
        Ok(())
    }

    /// The rules account for the exits of an account, in the order they happened, as many as one call does.
    fn catch_up(&mut self, who: usize) {
        let account = &mut self.accounts[who];
        account.unseen = account.unseen.saturating_sub(EXITS_AT_ONCE);
    }

    fn require_caught_up(&mut self, who: usize) -> Result<(), Refusal> {
        self.catch_up(who);
        self.require_lag_free(who)
    }

    pub fn request_exit(&mut self, who: usize, shares: u128) -> Result<(), Refusal> {
        self.require_caught_up(who)?;
        let account = &mut self.accounts[who];
        check_shares(shares, &(&account.shares - &account.requested))?;
        account.requested += shares;
        self.queued += shares;
        Ok(())
    }

    pub fn cancel_exit(&mut self, who: usize, shares: u128) -> Result<(), Refusal> {
        self.require_caught_up(who)?;
        let account = &mut self.accounts[who];
        check_shares(shares, &account.requested)?;
        account.requested -= shares;
        self.queued -= shares;
        Ok(())
    }

    pub fn settle(&mut self, who: usize) {
        self.vest();
        self.emit();
        self.catch_up(who);
        self.round(who);
    }

    pub fn claim(&mut self, who: usize, fees: bool, rewards: bool, outcome: Option<&Outcome>) {
        if fees {
            self.vest();
        }
        if rewards {
            self.emit();
        }
        self.catch_up(who);
        self.round(who);
        let Some(outcome) = outcome else { return };
        let account = &mut self.accounts[who];
        account.fees.paid += outcome.fees;
        account.rewards.paid += outcome.rewards;
        if outcome.ended {
            assert_eq!(account.shares, Int::ZERO, "ended with shares");
            assert!(account.fees.allows(0) && account.rewards.allows(0), "ended unpaid: {account:?}");
            account.open = false;
        }
    }

    pub fn split(&mut self, who: usize, shares: u128) -> Result<(), Refusal> {
        self.settle(who);
        self.require_lag_free(who)?;
        let account = &mut self.accounts[who];
        check_shares(shares, &(&account.shares - &account.requested))?;
        account.shares -= shares;
        let owner = account.owner;
        self.accounts.push(Account { owner, open: true, shares: int(shares), ..Account::default() });
        Ok(())
    }

    pub fn merge(&mut self, into: usize, from: usize) -> Result<(), Refusal> {
        for who in [into, from] {
            self.settle(who);
            self.require_lag_free(who)?;
        }
        let gone = std::mem::take(&mut self.accounts[from]);
        let kept = &mut self.accounts[into];
        kept.shares += gone.shares;
        kept.requested += gone.requested;
        kept.fees.add(gone.fees);
        kept.rewards.add(gone.rewards);
        Ok(())
    }

    fn require_lag_free(&self, who: usize) -> Result<(), Refusal> {
        if self.accounts[who].unseen == 0 { Ok(()) } else { Err("PositionUnsettled") }
    }

    pub fn begin_rewards(&mut self) -> Result<(), Refusal> {
        let plan = self.params;
        let total = int(plan.rewards_per_year) * plan.reward_duration / YEAR;
        if self.rewards_from.is_some() || total == Int::ZERO {
            return Err("RewardsStarted");
        }
        (self.rewards_from, self.rewarded_to) = (Some(self.now), self.now);
        Ok(())
    }

    pub fn collect_unallocated(&mut self) -> Result<(), Refusal> {
        self.emit();
        if narrow(&std::mem::take(&mut self.unallocated)) == 0 { Err("NothingToPay") } else { Ok(()) }
    }
}

/// An account's part; the rules count in `10^-27` a share, and what such a division left over from before goes to those
/// who are there now.
fn earn(purse: &mut Purse, amount: &Int, shares: &Int, all: &Int, carried: &Int) {
    purse.earned += exact(amount) * shares / all;
    purse.less += exact(shares) / RAY + 2;
    purse.more += carried * shares / all + 1;
}

fn check_shares(asked: u128, available: &Int) -> Result<(), Refusal> {
    if asked == 0 {
        return Err("ZeroAmount");
    }
    if int(asked) > *available { Err("ExceedsShares") } else { Ok(()) }
}
