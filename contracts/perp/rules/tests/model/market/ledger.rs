//! Whose the tokens are.

use super::{Done, Model};
use crate::int::{Int, ZERO, int, ppm};

impl Model {
    pub fn deposit(&mut self, who: usize, amount: Int) {
        self.accounts[who].margin += amount;
        self.tokens += amount;
    }

    /// What a claim could be had for now.
    pub fn worth_of(&self, claim: Int) -> Int {
        let claims = self.claims();
        if self.pool >= claims { claim } else { (claim * self.pool).down(claims) }
    }

    /// Takes a loss: margin to the pool, then against the account's own claim. Returns what is missing.
    pub fn absorb(&mut self, who: usize, loss: Int) -> Int {
        let account = &mut self.accounts[who];
        let cash = loss.min(account.margin);
        account.margin -= cash;
        self.pool += cash;
        let set_off = (loss - cash).min(account.claim);
        account.claim -= set_off;
        loss - cash - set_off
    }

    /// A profit is paid at once if the pool has enough for everybody.
    pub fn credit(&mut self, who: usize, profit: Int) {
        self.accounts[who].claim += profit;
        if self.pool >= self.claims() && !self.gated() {
            self.pay(who, self.accounts[who].claim, self.accounts[who].claim);
        }
    }

    pub fn pay(&mut self, who: usize, claim: Int, payout: Int) {
        self.pool -= payout;
        let account = &mut self.accounts[who];
        account.claim -= claim;
        account.margin += payout;
    }

    /// Settles a result that the account must be able to bear.
    pub fn settle_net(&mut self, who: usize, net: Int) -> Done {
        if net < ZERO && self.absorb(who, -net) > ZERO {
            return Err("InsufficientMargin");
        }
        if net > ZERO {
            self.credit(who, net);
        }
        Ok(())
    }

    pub fn charge(&mut self, who: usize, fee: Int) -> Done {
        let account = &mut self.accounts[who];
        if fee > account.margin {
            return Err("InsufficientMargin");
        }
        account.margin -= fee;
        let insured = (fee * self.params.insurance_share_ppm).up(ppm());
        self.fees += fee - insured;
        self.due += insured;
        Ok(())
    }

    /// Takes waiting profit.
    pub fn claim(&mut self, who: usize, amount: u128, least: u128) -> Done {
        self.require_live()?;
        let (account, amount) = (self.accounts[who], int(amount));
        if amount == ZERO || amount > account.claim {
            return Err("ExceedsClaim");
        }
        if self.gated() {
            return Err("WithdrawalsGated");
        }
        let payout = self.worth_of(amount);
        if account.size != ZERO && payout < amount {
            return Err("ClaimBacksPosition");
        }
        self.pay(who, amount, payout);
        if payout < int(least) { Err("PayoutBelowLimit") } else { Ok(()) }
    }

    /// What is owed to the insurance fund goes there.
    pub fn send_insurance(&mut self) {
        self.tokens -= self.due;
        self.due = ZERO;
    }
}
