//! Time: the list of all prices for the average, and funding paid account by account.

use super::{Account, FINE, Model};
use crate::int::{Int, ZERO, int, ppm, wad};
use everfloor_perp_rules::Side;

const DAY: u128 = 86_400;

/// One span of funding.
struct Span {
    payer: Side,
    /// Premium times seconds.
    area: Int,
    paying: Int,
    receiving: Int,
    /// Token units that fees add.
    added: Int,
}

impl Model {
    /// Brings the mark's history to now, and funding too if the feed knows its integral.
    pub fn accrue(&mut self) {
        if self.status.halted {
            return;
        }
        let elapsed = self.now - self.touched;
        self.fade(elapsed);
        self.remember(elapsed);
        if !self.integral_is_known() {
            return;
        }
        let index = (int(self.oracle.cumulative) - self.area).max(ZERO);
        let premium = self.mark_area - index;
        self.rebase(self.oracle.cumulative);
        let cap = (index * self.params.max_funding_ppm).down(ppm());
        let payer = if premium >= ZERO { Side::Long } else { Side::Short };
        self.pay_funding(payer, premium.abs().min(cap), elapsed);
    }

    /// A late price, and one in the grace after an outage, was true when it was made.
    fn integral_is_known(&self) -> bool {
        [0, 1, 2, 4].contains(&self.oracle.status.code()) && self.oracle.price > 0
    }

    /// What is left of the drift, in proportion to what is left of its window, rounded towards zero.
    fn fade(&mut self, elapsed: u64) {
        let window = u64::from(self.params.impact_window);
        if window == 0 {
            return;
        }
        let kept = (self.drift.abs() * window.saturating_sub(elapsed)).down(window);
        self.drift = if self.drift < ZERO { -kept } else { kept };
    }

    /// Adds the price that held since the last touch to the history.
    fn remember(&mut self, elapsed: u64) {
        if elapsed == 0 {
            return;
        }
        let spot = self.curve.spot();
        self.mark_area += spot * elapsed;
        self.history.push((self.touched, spot.narrow()));
        self.touched = self.now;
        let keep = self.now.saturating_sub(4 * self.longest + 4);
        let first = self.history.iter().rposition(|step| step.0 <= keep).unwrap_or(0);
        self.history.drain(..first);
    }

    /// Funding begins anew, where the oracle's area is this.
    pub fn rebase(&mut self, area: u128) {
        self.area = int(area);
        self.mark_area = ZERO;
    }

    /// Other parameters from now on.
    pub fn set_params(&mut self, params: everfloor_perp_rules::Params) {
        self.params = params;
        self.longest = self.longest.max(params.twap_window.into());
    }

    /// The mark's integral from one time to the last touch, from the list of its prices.
    fn integral(&self, from: u64) -> Int {
        let ends = self.history.iter().skip(1).map(|step| step.0).chain([self.touched]);
        self.history
            .iter()
            .zip(ends)
            .filter(|(_, end)| *end > from)
            .map(|((start, spot), end)| int(*spot) * (end - (*start).max(from)))
            .sum()
    }

    /// The average of the mark from where the rules say that theirs starts.
    pub fn average(&self) -> Int {
        let from = self.average_from;
        if self.touched == from {
            return self.curve.spot();
        }
        self.integral(from).down(self.touched - from)
    }

    /// Every account on the paying side owes its base times the area; the receivers share no more than that, and what
    /// the fees add.
    fn pay_funding(&mut self, payer: Side, area: Int, elapsed: u64) {
        let [paying, receiving] = [payer, payer.opposite()].map(|side| self.open[super::place(side)]);
        if paying == ZERO || area == ZERO {
            return;
        }
        let added = self.add_from_fees(area, paying, receiving, elapsed);
        self.fees -= added;
        self.pool += added;
        self.added += added;
        let span = Span { payer, area, paying, receiving, added };
        let (scale, before) = (self.scale, self.owed());
        for account in self.accounts.iter_mut() {
            span.charge(account, scale);
        }
        self.unreceived += self.owed() - before + added * scale * FINE;
        self.unowned += (self.dust[super::place(payer)] * area).up(wad() * DAY) + 1_000;
    }

    /// Funding all accounts owe, fine.
    pub fn owed(&self) -> Int {
        self.accounts.iter().map(|account| account.owed).sum()
    }

    /// What receivers lack to the rate that is paid, or the budget if that is less, token units.
    fn add_from_fees(&self, area: Int, paying: Int, receiving: Int, elapsed: u64) -> Int {
        if receiving <= paying {
            return ZERO;
        }
        let daily = (self.fees * self.params.funding_share_ppm).down(ppm());
        let budget = (daily * u128::from(elapsed).min(DAY)).down(DAY);
        let rate = area.down(DAY);
        let missing = rate - (rate * paying).down(receiving);
        (missing * receiving).up(wad()).up(self.scale).min(budget)
    }

    /// Takes over what the rules say an account owes, token units, if it is what it owes, rounded up: by less than a
    /// unit, a wei, and the wei per base of each span's index.
    pub fn adopt_owed(&mut self, who: usize, owed: i128) {
        let account = &mut self.accounts[who];
        account.due = int(owed);
        let excess = account.due * self.scale * FINE - account.owed;
        // Fractions of this model are cut off, too.
        assert!(excess >= int(-1_000_000), "account {who} owes {owed} units: {account:?}");
        let most = (account.slack + self.scale + 1) * FINE;
        assert!(excess <= most, "account {who} owes {owed} units, {excess} too much: {account:?}");
    }
}

impl Span {
    fn charge(&self, account: &mut Account, scale: Int) {
        let Some(side) = account.side() else { return };
        let base = account.left();
        let day = wad() * DAY;
        if side == self.payer {
            account.owed += (base * self.area).up(day);
        } else {
            account.owed -= self.receipt(base, day, scale);
        }
        // Three roundings of a wei per base.
        account.slack += (base * 3).up(wad() * FINE) + 2;
    }

    /// What `base` receives, fine.
    fn receipt(&self, base: Int, day: Int, scale: Int) -> Int {
        if self.receiving <= self.paying {
            return (base * self.area).down(day);
        }
        let share = (base * self.area * self.paying).down(day * self.receiving);
        let added = (base * self.added * scale).down(self.receiving);
        (share + added).min((base * self.area).down(day))
    }
}
