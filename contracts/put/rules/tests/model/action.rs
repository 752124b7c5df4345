//! What can be done to a pool.

use everfloor_put_rules::{Order, volatility::Reading};

/// Who may own positions.
pub const OWNERS: usize = 4;

/// What the outside says at a roll.
#[derive(Clone, Copy, Debug)]
pub struct Outside {
    /// The average of the settlement window, if there is one.
    pub average: Option<u128>,
    /// The last average there was before.
    pub last_average: u128,
    /// The present mark, if there is one.
    pub mark: Option<u128>,
    /// The volatility source.
    pub reading: Reading,
}

#[derive(Clone, Copy, Debug)]
pub enum Action {
    Deposit { owner: usize, amount: u128, least: u128 },
    Purchase { order: Order },
    ReportSupply { supply: u128 },
    Release { units: u128 },
    FundEscrow { amount: u128 },
    WithdrawEscrow { amount: u128 },
    CollectPayoff,
    RequestExit { who: usize, shares: u128 },
    CancelExit { who: usize, shares: u128 },
    Claim { who: usize, fees: bool, rewards: bool },
    Settle { who: usize },
    Split { who: usize, shares: u128 },
    Merge { into: usize, from: usize },
    Transfer { who: usize, to: usize },
    BeginRewards,
    CollectUnallocated,
    Roll { outside: Outside },
}

impl Action {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deposit { .. } => "deposit",
            Self::Purchase { .. } => "purchase",
            Self::ReportSupply { .. } => "report supply",
            Self::Release { .. } => "release",
            Self::FundEscrow { .. } => "fund escrow",
            Self::WithdrawEscrow { .. } => "withdraw escrow",
            Self::CollectPayoff => "collect payoff",
            Self::RequestExit { .. } => "request exit",
            Self::CancelExit { .. } => "cancel exit",
            Self::Claim { fees: true, rewards: true, .. } => "claim both",
            Self::Claim { fees: true, .. } => "claim fees",
            Self::Claim { .. } => "claim rewards",
            Self::Settle { .. } => "settle",
            Self::Split { .. } => "split",
            Self::Merge { .. } => "merge",
            Self::Transfer { .. } => "transfer",
            Self::BeginRewards => "begin rewards",
            Self::CollectUnallocated => "collect unallocated",
            Self::Roll { .. } => "roll",
        }
    }
}
