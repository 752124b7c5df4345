//! The end: one price for all, then one share for all.

use super::{Cover, Done, FINE, Model, trade::Exchange};
use crate::int::{ZERO, int, wad};
use everfloor_perp_rules::Side;

impl Model {
    pub fn halt(&mut self, price: u128) -> Done {
        self.require_live()?;
        if price == 0 {
            return Err("ZeroAmount");
        }
        self.status.halted = true;
        self.frozen.0 = int(price);
        Ok(())
    }

    fn require_halted(&self) -> Done {
        if self.status.halted { Ok(()) } else { Err("MarketNotHalted") }
    }

    /// Closes a position at the frozen price: losses go to the pool, profit waits.
    pub fn settle(&mut self, who: usize, cover: &Cover) -> Done {
        self.require_halted()?;
        let side = self.require_side(who)?;
        let account = self.accounts[who];
        let value = account.base() * self.frozen.0;
        let notional = if side == Side::Long { value.down(wad()) } else { value.up(wad()) };
        self.settled += notional * if side == Side::Long { -int(FINE) } else { int(FINE) };
        let exchange = Exchange { base: account.base(), notional, exit: None };
        let profit = self.realize(who, exchange);
        let net = profit - account.due;
        if net >= ZERO {
            self.accounts[who].claim += net;
        } else {
            let unpaid = self.bear(who, net, (-profit).max(ZERO), cover);
            self.conclude(unpaid, cover.taken_on);
        }
        Ok(())
    }

    /// Pays a claim at the share that the first of them fixed.
    pub fn redeem(&mut self, who: usize) -> Done {
        self.require_halted()?;
        if self.open_positions() > 0 {
            return Err("Unsettled");
        }
        if self.gated() {
            return Err("WithdrawalsGated");
        }
        let claim = self.accounts[who].claim;
        if claim == ZERO {
            return Err("ExceedsClaim");
        }
        if self.frozen.2 == ZERO {
            // What all are owed comes first, the rest is the insurance's.
            let held = self.pool + self.fees;
            self.pool = held.min(self.claims());
            self.due += held - self.pool;
            self.fees = ZERO;
            (self.frozen.1, self.frozen.2) = (self.pool, self.claims());
        }
        let (_, pool, claims) = self.frozen;
        let payout = if pool >= claims { claim } else { (claim * pool).down(claims) };
        self.pay(who, claim, payout);
        Ok(())
    }
}
