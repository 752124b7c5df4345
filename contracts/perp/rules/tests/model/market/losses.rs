//! Who bears what a margin cannot pay.

use super::{Cover, Done, Model};
use crate::int::{Int, ZERO, int};

/// A week.
const PATIENCE: u64 = 7 * 86_400;

impl Model {
    /// Settles what somebody else has closed: the account's margin, its claim, then fees, insurance share and fund for
    /// no more than is insurable; the rest is a deficit or bad debt.
    pub fn bear(&mut self, who: usize, net: Int, insurable: Int, cover: &Cover) {
        if net >= ZERO {
            return self.credit(who, net);
        }
        let missing = self.absorb(who, -net);
        let covered = missing.min(insurable);
        let fees = covered.min(self.fees);
        let due = (covered - fees).min(self.due);
        let fund = (covered - fees - due).min(int(cover.available)).min(int(cover.pays));
        self.fees -= fees;
        self.due -= due;
        self.pool += fees + due + fund;
        self.tokens += fund;
        self.leave_unpaid(missing - fees - due - fund, cover.taken_on);
    }

    fn leave_unpaid(&mut self, left: Int, taken_on: bool) {
        if !taken_on {
            self.bad_debt += left;
        } else if left > ZERO {
            if self.deficit == ZERO {
                self.deficit_since = self.now;
            }
            self.deficit += left;
        }
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
