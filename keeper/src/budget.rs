//! Whether work is worth its gas: what it brings, what it costs, and what unpaid work may cost in a day.

use std::collections::VecDeque;

use alloy::primitives::U256;

/// Seconds that a budget is for.
const DAY: u64 = 86_400;

/// Sums that were spent in the last day, and the most of them.
#[derive(Clone, Debug)]
pub struct Budget {
    a_day: U256,
    spent: VecDeque<(u64, U256)>,
}

impl Budget {
    /// So much a day.
    pub fn new(a_day: U256) -> Self {
        Self { a_day, spent: VecDeque::new() }
    }

    /// What is left at a time.
    pub fn left(&mut self, now: u64) -> U256 {
        while self.spent.front().is_some_and(|(at, _)| at.saturating_add(DAY) <= now) {
            self.spent.pop_front();
        }
        let spent = self.spent.iter().fold(U256::ZERO, |sum, (_, one)| sum.saturating_add(*one));
        self.a_day.saturating_sub(spent)
    }

    /// What of that cheap work may take, which anybody can make a lot of: half of a day's budget is for what is urgent.
    pub fn left_for_upkeep(&mut self, now: u64) -> U256 {
        let kept = self.a_day / U256::from(2);
        self.left(now).saturating_sub(kept)
    }

    /// So much was spent.
    pub fn spend(&mut self, now: u64, amount: U256) {
        if !amount.is_zero() {
            self.spent.push_back((now, amount));
        }
    }
}

/// How work is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// By what it brings.
    Pays,
    /// From the budget for unpaid work, which has enough for it.
    FromBudget,
    /// It brings too little.
    BringsTooLittle {
        /// What it would have to bring, wei.
        wanted: U256,
    },
    /// The budget has too little left.
    OverBudget {
        /// What is left, wei.
        left: U256,
    },
}

/// What decides whether work is worth its gas, wei.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Least that paid work brings beyond its gas.
    pub min_profit: U256,
    /// Whether paid work that brings less is done as unpaid work is.
    pub subsidise: bool,
}

impl Terms {
    /// Whether work that costs so much, and brings `reward` if it is paid, is worth it.
    pub fn judge(&self, cost: U256, reward: Option<U256>, left: U256) -> Verdict {
        if let Some(reward) = reward {
            let wanted = cost.saturating_add(self.min_profit);
            if reward >= wanted {
                return Verdict::Pays;
            }
            if !self.subsidise {
                return Verdict::BringsTooLittle { wanted };
            }
        }
        if cost <= left { Verdict::FromBudget } else { Verdict::OverBudget { left } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wei(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn a_budget_comes_back_after_a_day() {
        let mut budget = Budget::new(wei(10));
        budget.spend(1_000, wei(4));
        budget.spend(2_000, wei(5));
        assert_eq!(budget.left(2_000), wei(1));
        assert_eq!(budget.left(1_000 + DAY - 1), wei(1));
        assert_eq!(budget.left(1_000 + DAY), wei(5));
        budget.spend(1_000 + DAY, wei(9));
        assert_eq!(budget.left(1_001 + DAY), wei(0), "more was spent than there is");
        assert_eq!(budget.left(3_000 + 2 * DAY), wei(10));
    }

    #[test]
    fn upkeep_leaves_half_of_a_day_s_budget_to_what_is_urgent() {
        let mut budget = Budget::new(wei(10));
        assert_eq!(budget.left_for_upkeep(0), wei(5));
        budget.spend(0, wei(4));
        assert_eq!((budget.left_for_upkeep(0), budget.left(0)), (wei(1), wei(6)));
        budget.spend(0, wei(4));
        assert_eq!((budget.left_for_upkeep(0), budget.left(0)), (wei(0), wei(2)));
    }

    #[test]
    fn paid_work_has_to_bring_its_gas_and_the_profit_and_unpaid_work_the_budget_allows() {
        let terms = Terms { min_profit: wei(5), subsidise: false };
        assert_eq!(terms.judge(wei(10), Some(wei(15)), wei(0)), Verdict::Pays);
        let too_little = Verdict::BringsTooLittle { wanted: wei(15) };
        assert_eq!(terms.judge(wei(10), Some(wei(14)), wei(100)), too_little);
        assert_eq!(terms.judge(wei(10), None, wei(10)), Verdict::FromBudget);
        assert_eq!(terms.judge(wei(10), None, wei(9)), Verdict::OverBudget { left: wei(9) });
        let terms = Terms { subsidise: true, ..terms };
        assert_eq!(terms.judge(wei(10), Some(wei(0)), wei(10)), Verdict::FromBudget);
        assert_eq!(terms.judge(wei(10), Some(wei(0)), wei(9)), Verdict::OverBudget { left: wei(9) });
    }
}
