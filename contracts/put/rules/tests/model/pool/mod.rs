//! The model of a pool, from its specification: no sums that stand for many, no counts per share. Every writer is visited
//! whenever something is earned, paid or lost, and what a writer has earned is an exact number, not a whole one.

mod buyer;
mod rolling;
mod writers;

use everfloor_put_rules::Params;

use crate::{
    action::Action,
    house::Outcome,
    number::{Int, int},
    puts::Puts,
};

pub use rolling::Roll;
pub use writers::Account;

/// The name of a refusal.
pub type Refusal = &'static str;

/// One wad of wad in wad.
const WAD: u128 = 1_000_000_000_000_000_000;
/// Bits of amounts, units and prices, and shares.
const AMOUNT_BITS: u32 = 96;
const UNIT_BITS: u32 = 88;
const SHARE_BITS: u32 = 104;

#[derive(Clone, Debug)]
pub struct Model {
    pub params: Params,
    /// Wad in a token unit.
    pub scale: u128,
    pub now: u64,
    pub epoch: u64,
    pub generation: u64,
    /// The writers' principal.
    pub liquidity: Int,
    /// All shares. Exits round for those who stay, so a few of the shares that wait are nobody's.
    pub shares: Int,
    pub accounts: Vec<Account>,
    /// What nobody's shares have earned.
    pub nobody: Account,
    pub unvested: Int,
    pub vested_to: u64,
    /// Shares that wait to leave, nobody's among them; and exits so far.
    pub queued: Int,
    pub fills: u64,
    pub escrow: Int,
    pub due: Int,
    pub supply: Int,
    pub released: Int,
    pub sigma: u128,
    pub puts: Puts,
    pub rewards_from: Option<u64>,
    pub rewarded_to: u64,
    pub unallocated: Int,
    /// Fees that were ever taken, those of them that have vested, what left in exits, and rewards that were emitted.
    pub taken: Int,
    pub vested: Int,
    pub left_with: Int,
    pub emitted: Int,
    /// How often the rules rounded what a position earned, and the shares of one that left.
    pub roundings: u64,
    pub share_roundings: u64,
    /// What the rules may carry over from one vesting to the next, and from one emission to the next: not whole.
    pub carried: Int,
    pub carried_reward: Int,
}

impl Model {
    pub fn new(params: Params, scale: u128, sigma: u128, now: u64) -> Self {
        Self {
            params,
            scale,
            now,
            epoch: 0,
            generation: 0,
            liquidity: Int::ZERO,
            shares: Int::ZERO,
            accounts: Vec::new(),
            nobody: Account::default(),
            unvested: Int::ZERO,
            vested_to: 0,
            queued: Int::ZERO,
            fills: 0,
            escrow: Int::ZERO,
            due: Int::ZERO,
            supply: Int::ZERO,
            released: Int::ZERO,
            sigma,
            puts: Puts::default(),
            rewards_from: None,
            rewarded_to: 0,
            unallocated: Int::ZERO,
            taken: Int::ZERO,
            vested: Int::ZERO,
            left_with: Int::ZERO,
            emitted: Int::ZERO,
            roundings: 0,
            share_roundings: 0,
            carried: Int::ZERO,
            carried_reward: Int::ZERO,
        }
    }

    /// When the present epoch ends.
    pub fn end(&self) -> u64 {
        self.params.genesis + self.params.epoch_length * (self.epoch + 1)
    }

    /// Wad of wad in a token unit.
    pub fn divisor(&self) -> Int {
        int(WAD) * self.scale
    }

    /// The most that may be backed.
    pub fn most_supply(&self) -> Int {
        &self.liquidity * self.params.leverage
    }

    /// Does what an action does. Of what it pays out to a writer the rules' amount is taken over, and checked elsewhere.
    pub fn run(&mut self, action: &Action, outcome: Option<&Outcome>) -> Result<Option<Roll>, Refusal> {
        match *action {
            Action::Deposit { owner, amount, least } => self.deposit(owner, amount, least)?,
            Action::Purchase { order } => self.purchase(&order)?,
            Action::ReportSupply { supply } => self.back(supply)?,
            Action::Release { units } => self.release(units),
            Action::FundEscrow { amount } => self.fund_escrow(amount)?,
            Action::WithdrawEscrow { amount } => self.withdraw_escrow(amount)?,
            Action::CollectPayoff => self.collect_payoff()?,
            Action::RequestExit { who, shares } => self.request_exit(who, shares)?,
            Action::CancelExit { who, shares } => self.cancel_exit(who, shares)?,
            Action::Claim { who, fees, rewards } => self.claim(who, fees, rewards, outcome),
            Action::Settle { who } => self.settle(who),
            Action::Split { who, shares } => self.split(who, shares)?,
            Action::Merge { into, from } => self.merge(into, from)?,
            Action::Transfer { who, to } => self.accounts[who].owner = to,
            Action::BeginRewards => self.begin_rewards()?,
            Action::CollectUnallocated => self.collect_unallocated()?,
            Action::Roll { outside } => return self.roll(&outside).map(Some),
        }
        Ok(None)
    }
}
