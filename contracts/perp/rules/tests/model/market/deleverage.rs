//! Closing against the other side, account by account.

use super::{Done, FINE, Given, Model, liquidation::Closing, place};
use crate::{
    int::{Int, ZERO, int, wad},
    market::liquidation::Cover,
};
use everfloor_perp_rules::{Side, deleverage::CaughtUp};

/// With less of it left the rules refuse.
const LEAST: u128 = 10_u128.pow(9);

impl Model {
    pub fn deleverage(&mut self, who: usize, wanted: u128, cover: &Cover) -> Done {
        let case = self.require_case(who)?;
        let start = self.accounts[who].auction;
        if !self.auction_stands(who) {
            return Err("NoTakeover");
        }
        if self.now < start + u64::from(self.params.takeover_time) {
            return Err("TakeoverRunning");
        }
        self.require_good()?;
        let other = case.side.opposite();
        let base = self.part_worth_taking(self.accounts[who].base(), wanted)?;
        if base > (self.open[place(other)] * 9).down(10) {
            return Err("ExceedsPosition");
        }
        let exchanged = self.take_from_side(other, base)?;
        let closing = Closing { base, price: self.index(), discount: ZERO };
        let (unpaid, notional) = self.close_at_price(who, &case, &closing, cover);
        self.conclude(unpaid, cover.taken_on);
        // A fraction of a wei of this is rounded, and of the rest nobody gave up what is dust.
        let rounded = notional * FINE - exchanged;
        self.rounded += if case.side == Side::Long { -rounded } else { rounded };
        Ok(())
    }

    /// Every account of the side gives up the same part, at the oracle's price; returns what for, fine.
    fn take_from_side(&mut self, side: Side, base: Int) -> Done<Int> {
        let (total, price) = (self.open[place(side)], self.index());
        let whole = self.whole[place(side)];
        let left = (whole * (total - base)).down(total);
        if left < int(LEAST) * FINE {
            return Err("Overflow");
        }
        self.whole[place(side)] = left;
        self.dust[place(side)] = (self.dust[place(side)] * (total - base)).down(total);
        self.open[place(side)] -= base;
        self.epochs[place(side)] += 1;
        let mut exchanged = ZERO;
        for account in self.accounts.iter_mut().filter(|account| account.side() == Some(side)) {
            let new = Given::none(account.left(), whole);
            let (owed, slack) = (account.owed, account.slack);
            let given = account.given.get_or_insert(new);
            (given.owed, given.slack) = (owed, slack);
            let kept = (given.left * (total - base)).down(total);
            let value = ((given.left - kept) * price).down(wad());
            exchanged += value;
            given.value += value;
            given.left = kept;
            given.times += 1;
            given.prices += price;
        }
        Ok(exchanged)
    }

    /// Takes over how the rules round what an account gave up, if it is that within what their index can tell.
    pub fn catch_up(&mut self, who: usize, caught: &CaughtUp) {
        let account = self.accounts[who];
        let side = account.side().expect("a position");
        let given = account.given.expect("something was taken");
        let base = int(caught.base.unsigned_abs());
        let error = Error::of(&given, account.base());
        self.check_left(&given, account.base() - base, &error);
        self.check_value(side, &given, int(caught.notional), &error);
        self.check_funding(&given, int(caught.funding), &error);

        let left = (account.base() - base) * FINE;
        // What came later is owed by what is left, as it is rounded.
        let owed = (account.owed - given.owed) * left;
        let owed = if given.left == ZERO { ZERO } else { owed.down(given.left) };
        let later = (owed, account.slack - given.slack);
        self.unowned += (account.owed - given.owed - owed).abs();
        self.dust[place(side)] += given.left - left;
        let rounded = int(caught.notional) * FINE - given.value;
        self.rounded += if side == Side::Long { -rounded } else { rounded };
        self.book(who, side, caught);
        let account = &mut self.accounts[who];
        (account.owed, account.slack) = (later.0, later.1);
    }

    fn check_left(&self, given: &Given, left: Int, error: &Error) {
        let lost = given.left - left * FINE;
        assert!(lost >= int(-1_000), "more is left than should be: {left}, {given:?}");
        assert!(lost <= error.base * FINE, "too little is left: {left}, {given:?}, {error:?}");
    }

    /// What was cut of the index may go either way; the value itself is rounded against the account.
    fn check_value(&self, side: Side, given: &Given, notional: Int, error: &Error) {
        let off = notional * FINE - given.value;
        let against = if side == Side::Long { -off } else { off };
        let good = against >= -error.index - 1_000 && against <= error.index + FINE;
        assert!(good, "{side:?} gave up {notional}, {given:?}, {error:?}");
    }

    fn check_funding(&self, given: &Given, funding: Int, error: &Error) {
        let excess = funding * self.scale * FINE - given.owed;
        let most = (given.slack + self.scale + error.funding) * FINE;
        assert!(excess >= int(-1_000_000), "caught up too little funding: {excess}");
        assert!(excess <= most, "caught up too much funding: {excess}, {error:?}, {given:?}");
    }

    /// Realises it and settles the net; a loss beyond margin and claim stays in the entry value.
    fn book(&mut self, who: usize, side: Side, caught: &CaughtUp) {
        let account = &mut self.accounts[who];
        account.given = None;
        let base = int(caught.base.unsigned_abs());
        let realized = account.take_share(side, base, int(caught.notional));
        self.realized += realized * FINE;
        let profit = realized.down(self.scale);
        assert_eq!(profit, int(caught.realized_pnl), "realised by catching up");
        self.accounts[who].due = int(caught.funding);
        self.funding_settled(who);
        let net = profit - int(caught.funding);
        if net < ZERO {
            let unpaid = self.absorb(who, -net);
            self.owe(who, side, unpaid);
        } else if self.status.halted {
            self.accounts[who].claim += net;
        } else {
            self.credit(who, net);
        }
    }

    /// What the entry value can carry of an unpaid loss; the rest is bad debt.
    fn owe(&mut self, who: usize, side: Side, unpaid: Int) {
        let account = &mut self.accounts[who];
        let carried = match side {
            _ if account.size == ZERO => ZERO,
            Side::Long => unpaid,
            Side::Short => unpaid.min(account.entry.down(self.scale)),
        };
        let by = carried * self.scale;
        account.entry += if side == Side::Long { by } else { -by };
        self.realized += by * FINE;
        self.bad_debt += unpaid - carried;
    }
}

impl Given {
    fn none(left: Int, whole: Int) -> Self {
        let whole = whole.down(FINE);
        Self { left, value: ZERO, times: 0, prices: ZERO, owed: ZERO, slack: ZERO, whole }
    }
}

/// How far the rules may be from the exact values of what an account gave up.
#[derive(Debug)]
pub struct Error {
    pub base: Int,
    pub value: Int,
    pub funding: Int,
    /// Of the value, what is due to the index alone, fine.
    index: Int,
}

impl Error {
    /// Each time the index is cut to 27 decimals, of the `whole` that was left at the beginning; a size is cut to a wei.
    pub fn of(given: &Given, size: Int) -> Self {
        let times = int(given.times);
        // The rules' index is below the exact one by less than one a time.
        let whole = (given.whole - times).max(int(1));
        let part = |amount: Int| (size * amount).up(whole);
        let prices = (given.prices * times).up(wad()) + times;
        Self {
            base: part(times) + 1,
            value: part(prices) + 1,
            index: part(prices * FINE),
            // One of 27 decimals of the weighted index a time, blown up by what was left.
            funding: (part(times) * wad() + size * 2).up(wad()) + 3,
        }
    }
}
