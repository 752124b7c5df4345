//! Who bears what a margin cannot pay.

use super::{Cover, Done, Model};
use crate::int::{Int, ZERO, int};

/// A week.
const PATIENCE: u64 = 7 * 86_400;

/// What neither the account nor the market has paid of a loss.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpaid {
    /// What the fund pays of it.
    pub fund: Int,
    /// What is left, and the insurable part of that.
    pub left: Int,
    pub asked: Int,
}

impl Model {
    /// Settles what somebody else has closed: the account's margin, its claim, then fees and insurance share for no more
    /// than is insurable. What is left of that is asked of the fund; it comes when everything else is done.
    pub fn bear(&mut self, who: usize, net: Int, insurable: Int, cover: &Cover) -> Unpaid {
        if net >= ZERO {
            self.credit(who, net);
            return Unpaid::default();
        }
        let missing = self.absorb(who, -net);
        let covered = missing.min(insurable);
        let fees = covered.min(self.fees);
        let due = (covered - fees).min(self.due);
        let fund = (covered - fees - due).min(int(cover.available)).min(int(cover.pays));
        self.fees -= fees;
        self.due -= due;
        self.pool += fees + due;
        let left = missing - fees - due - fund;
        Unpaid { fund, asked: covered - fees - due - fund, left }
    }

    /// The fund pays, and the rest is a deficit if its ledger takes it on, else bad debt.
    pub fn conclude(&mut self, unpaid: Unpaid, taken_on: bool) {
        let Unpaid { fund, asked, left } = unpaid;
        let asked = if taken_on { asked } else { ZERO };
        self.pool += fund;
        self.tokens += fund;
        self.bad_debt += left - asked;
        if asked > ZERO && self.deficit == ZERO {
            self.deficit_since = self.now;
        }
        self.deficit += asked;
    }

    /// Money against the deficit, then against bad debt.
    pub fn recapitalize(&mut self, amount: u128) -> Done {
        let to_deficit = int(amount).min(self.deficit);
        let to_debt = (int(amount) - to_deficit).min(self.bad_debt);
        if to_deficit + to_debt == ZERO {
            return Err("ZeroAmount");
        }
        self.deficit -= to_deficit;
        self.bad_debt -= to_debt;
        self.pool += to_deficit + to_debt;
        self.tokens += to_deficit + to_debt;
        self.forget_deficit();
        Ok(())
    }

    /// Gives a deficit up.
    pub fn allocate(&mut self, by_ledger: bool) -> Done {
        if self.deficit == ZERO {
            return Err("ZeroAmount");
        }
        if !by_ledger && self.now < self.deficit_since + PATIENCE {
            return Err("TooEarly");
        }
        self.bad_debt += self.deficit;
        self.deficit = ZERO;
        self.forget_deficit();
        Ok(())
    }

    fn forget_deficit(&mut self) {
        if self.deficit == ZERO {
            self.deficit_since = 0;
        }
    }
}
