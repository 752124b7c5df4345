//! What a position is worth and must have.

use super::{Done, Model};
use crate::int::{Int, ZERO, int, ppm, wad};
use everfloor_perp_rules::Side;

/// A position under one price.
#[derive(Clone, Copy, Debug)]
pub struct Worth {
    pub value: Int,
    pub pnl: Int,
    pub equity: Int,
}

impl Model {
    /// The mark's average, held within the oracle's band.
    pub fn neutral(&self) -> Int {
        let average = self.average();
        if self.oracle.price == 0 {
            return average;
        }
        let band = (self.index() * self.params.mark_band_ppm).down(ppm());
        average.max((self.index() - band).max(ZERO)).min(self.index() + band)
    }

    /// If closed on the curve.
    pub fn at_exit(&self, who: usize) -> Done<Worth> {
        let account = &self.accounts[who];
        let Some(side) = account.side() else { return Ok(self.worth(who, ZERO)) };
        Ok(self.worth(who, self.curve.exit_value(side, account.base())?))
    }

    /// At a price.
    pub fn at_price(&self, who: usize, price: Int) -> Worth {
        let account = &self.accounts[who];
        let value = account.base() * price;
        self.worth(who, if account.side() == Some(Side::Short) { value.up(wad()) } else { value.down(wad()) })
    }

    fn worth(&self, who: usize, value: Int) -> Worth {
        let account = &self.accounts[who];
        let pnl = account.pnl(value);
        let equity = account.margin + account.claim + pnl.down(self.scale) - account.due;
        Worth { value, pnl, equity }
    }

    pub fn require_initial(&self, who: usize) -> Done {
        let claim = self.accounts[who].claim;
        for worth in [self.at_exit(who)?, self.at_price(who, self.neutral())] {
            let required = self.part_up(worth.value, self.params.initial_margin_ppm);
            if worth.equity - claim + self.worth_of(claim) < required {
                return Err("BelowInitialMargin");
            }
        }
        Ok(())
    }

    pub fn maintenance(&self, worth: &Worth) -> Int {
        self.part_up(worth.value, self.params.maintenance_margin_ppm)
    }

    /// What could be withdrawn.
    fn free(&self, who: usize, side: Side) -> Done<Int> {
        let (exit, neutral) = (self.at_exit(who)?, self.at_price(who, self.neutral()));
        let worse = if exit.pnl < neutral.pnl { exit } else { neutral };
        let account = &self.accounts[who];
        let basis = if side == Side::Long { account.entry } else { worse.value };
        let loss = worse.pnl.down(self.scale).min(ZERO);
        Ok(account.margin - account.due + loss - self.part_up(basis, self.params.initial_margin_ppm))
    }

    pub fn add(&mut self, who: usize, amount: u128) -> Done {
        self.require_live()?;
        if amount == 0 {
            return Err("ZeroAmount");
        }
        self.deposit(who, int(amount));
        Ok(())
    }

    pub fn remove(&mut self, who: usize, amount: u128) -> Done {
        if amount == 0 {
            return Err("ZeroAmount");
        }
        let Some(side) = self.accounts[who].side() else { return self.withdraw(who, int(amount)) };
        self.require_live()?;
        if self.gated() {
            return Err("WithdrawalsGated");
        }
        self.require_usable()?;
        self.settle_net(who, -self.accounts[who].due)?;
        self.funding_settled(who);
        self.withdraw(who, int(amount))?;
        if self.free(who, side)? < ZERO {
            return Err("InsufficientMargin");
        }
        self.end_if_cured(who);
        Ok(())
    }

    fn withdraw(&mut self, who: usize, amount: Int) -> Done {
        if amount > self.accounts[who].margin {
            return Err("InsufficientMargin");
        }
        self.accounts[who].margin -= amount;
        self.tokens -= amount;
        Ok(())
    }

    pub fn funding_settled(&mut self, who: usize) {
        let account = &mut self.accounts[who];
        self.funding += account.due;
        (account.owed, account.slack, account.due) = (ZERO, ZERO, ZERO);
    }

    /// Moves a loss and owed funding to the pool, for those who wait.
    pub fn realize_loss(&mut self, who: usize) -> Done {
        self.require_live()?;
        self.require_usable()?;
        let side = self.require_side(who)?;
        let wanted = self.claims() - self.pool;
        if wanted <= ZERO {
            return Err("NothingToRealize");
        }
        let funding = self.accounts[who].due.max(ZERO);
        if funding > self.accounts[who].margin {
            return Err("NothingToRealize");
        }
        if funding > ZERO {
            self.absorb(who, funding);
            self.funding_settled(who);
        }
        let pnl = self.at_exit(who)?.pnl.max(self.at_price(who, self.neutral()).pnl);
        let loss = (-pnl).max(ZERO).down(self.scale);
        let loss = loss.min((wanted - funding).max(ZERO)).min(self.accounts[who].margin);
        if loss + funding == ZERO {
            return Err("NothingToRealize");
        }
        self.absorb(who, loss);
        let by = loss * self.scale;
        self.accounts[who].entry += if side == Side::Long { -by } else { by };
        self.realized -= by * super::FINE;
        Ok(())
    }
}
