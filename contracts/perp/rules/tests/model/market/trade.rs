//! Open, increase, reduce, reverse, close.

use super::{Done, FINE, Model};
use crate::int::{Int, ZERO, int, ppm};
use everfloor_perp_rules::{
    Side,
    trade::{CloseOrder, OpenOrder},
};

/// Most of any fee, parts per million.
const MOST_FEE: u128 = 100_000;

/// The market before a trade.
#[derive(Clone, Copy)]
struct Before {
    spot: Int,
    skew: Int,
    drift: Int,
}

/// A swap that takes size off.
#[derive(Clone, Copy)]
pub struct Exchange {
    pub base: Int,
    pub notional: Int,
    /// What the whole was worth on the curve, if it could take it.
    pub exit: Option<Int>,
}

/// What a long gets must reach the limit, what a short gives may not pass it.
pub fn require_limit(side: Side, got: Int, limit: u128) -> Done {
    let limit = int(limit);
    let broken = match side {
        Side::Long => got < limit,
        Side::Short => limit != ZERO && got > limit,
    };
    if broken { Err("SlippageExceeded") } else { Ok(()) }
}

impl Model {
    pub fn open(&mut self, who: usize, order: &OpenOrder) -> Done {
        self.begin(order.deadline)?;
        if order.notional == 0 {
            return Err("ZeroAmount");
        }
        self.deposit(who, int(order.margin));
        let before = self.before();
        match self.accounts[who].side() {
            Some(side) if side != order.side => self.against(who, side, order, before),
            _ => self.increase(who, order, before),
        }?;
        self.end_if_cured(who);
        Ok(())
    }

    pub fn close(&mut self, who: usize, order: &CloseOrder) -> Done {
        self.begin(order.deadline)?;
        let side = self.require_side(who)?;
        let total = self.accounts[who].base();
        let base = int(order.base).min(total);
        if base == ZERO {
            return Err("ZeroAmount");
        }
        let before = self.before();
        let exit = self.curve.exit_value(side, total).ok();
        let notional = self.curve.swap_base(side, base)?;
        require_limit(side, notional, order.quote_limit)?;
        self.reduce(who, Exchange { base, notional, exit }, before, order.max_fee)?;
        self.end_if_cured(who);
        Ok(())
    }

    fn begin(&self, deadline: u64) -> Done {
        if self.now > deadline {
            return Err("Expired");
        }
        self.require_live()
    }

    fn before(&self) -> Before {
        Before { spot: self.curve.spot(), skew: self.skew(), drift: self.drift }
    }

    fn increase(&mut self, who: usize, order: &OpenOrder, before: Before) -> Done {
        self.require_entry()?;
        self.settle_net(who, -self.accounts[who].due)?;
        let base = self.enter(who, order.side, int(order.notional))?;
        if base == ZERO {
            return Err("ZeroAmount");
        }
        require_limit(order.side, base, order.base_limit)?;
        self.entered(who, order, before)
    }

    /// An order against the position: a part, the whole, or a reversal.
    fn against(&mut self, who: usize, side: Side, order: &OpenOrder, before: Before) -> Done {
        let (total, notional) = (self.accounts[who].base(), int(order.notional));
        let exit = self.curve.exit_value(side, total).ok();
        if exit.is_some_and(|exit| notional > exit) {
            return self.reverse(who, side, order, before);
        }
        let mut swapped = self.curve;
        let base = swapped.swap_quote(order.side, notional)?;
        let exchange = if exit == Some(notional) || base >= total {
            Exchange { base: total, notional: self.curve.swap_base(side, total)?, exit }
        } else {
            self.curve = swapped;
            Exchange { base, notional, exit }
        };
        if exchange.base == ZERO {
            return Err("ZeroAmount");
        }
        require_limit(order.side, exchange.base, order.base_limit)?;
        self.reduce(who, exchange, before, order.max_fee)
    }

    fn reverse(&mut self, who: usize, side: Side, order: &OpenOrder, before: Before) -> Done {
        let closed = self.accounts[who].base();
        let exit = self.curve.swap_base(side, closed)?;
        self.leave(who, Exchange { base: closed, notional: exit, exit: Some(exit) })?;
        let opened = self.enter(who, order.side, int(order.notional) - exit)?;
        require_limit(order.side, closed + opened, order.base_limit)?;
        if opened == ZERO {
            self.pay_exit_fee(who, exit, order.max_fee, before)?;
            self.record_move(before.spot);
            return Ok(());
        }
        self.require_entry()?;
        self.entered(who, order, before)
    }

    /// What adds risk needs an open market and a good price.
    fn require_entry(&self) -> Done {
        if self.status.paused || self.status.reduce_only {
            return Err("OpeningPaused");
        }
        self.require_good()
    }

    fn enter(&mut self, who: usize, side: Side, notional: Int) -> Done<Int> {
        let mut swapped = self.curve;
        let base = swapped.swap_quote(side, notional)?;
        if base != ZERO {
            self.curve = swapped;
            self.enlarge(who, side, base, notional);
        }
        Ok(base)
    }

    pub fn enlarge(&mut self, who: usize, side: Side, base: Int, notional: Int) {
        self.open[super::place(side)] += base;
        self.funding_settled(who);
        let account = &mut self.accounts[who];
        account.set_base(side, account.base() + base);
        account.entry += notional;
    }

    /// The fee of what was entered, and everything that must be so afterwards.
    fn entered(&mut self, who: usize, order: &OpenOrder, before: Before) -> Done {
        let fee = self.fee_within(int(order.notional), order.max_fee, before)?;
        self.charge(who, fee)?;
        self.require_guards(before)?;
        self.record_move(before.spot);
        let limit = int(self.params.window_impact_ppm);
        if self.drift.abs() > limit && self.drift.abs() > before.drift.abs() {
            return Err("WindowImpactTooHigh");
        }
        self.require_caps(order.side, before)?;
        self.require_cap(who)?;
        self.require_least(who)?;
        self.require_initial(who)
    }

    fn require_guards(&self, before: Before) -> Done {
        let (after, index) = (self.curve.spot(), self.index());
        if (after - before.spot).abs() * ppm() > before.spot * self.params.max_price_impact_ppm {
            return Err("PriceImpactTooHigh");
        }
        let (gap, was) = ((after - index).abs(), (before.spot - index).abs());
        if gap > (index * self.params.max_divergence_ppm).down(ppm()) && gap > was {
            return Err("MarkTooFarFromIndex");
        }
        Ok(())
    }

    fn require_caps(&self, side: Side, before: Before) -> Done {
        if self.open[super::place(side)] > int(self.params.max_open_interest) {
            return Err("OpenInterestAboveCap");
        }
        if self.skew() > int(self.params.max_skew) && self.skew() > before.skew {
            return Err("SkewAboveCap");
        }
        Ok(())
    }

    pub fn require_cap(&self, who: usize) -> Done {
        let above = self.accounts[who].base() > int(self.params.max_position);
        if above { Err("PositionAboveCap") } else { Ok(()) }
    }

    /// What stays must be worth something, unless the curve cannot even take it.
    pub fn require_least(&self, who: usize) -> Done {
        let account = &self.accounts[who];
        let Some(side) = account.side() else { return Ok(()) };
        match self.curve.exit_value(side, account.base()) {
            Ok(value) if value < int(self.params.min_notional) => Err("PositionTooSmall"),
            _ => Ok(()),
        }
    }

    /// The move of the mark since `before`, in parts per million, is added to the drift.
    pub fn record_move(&mut self, before: Int) {
        if self.params.impact_window == 0 {
            return;
        }
        let after = self.curve.spot();
        let moved = ((after - before).abs() * ppm()).down(before);
        let drift = self.drift + if after < before { -moved } else { moved };
        let most = int(i32::MAX);
        self.drift = drift.min(most).max(-most);
    }

    fn reduce(&mut self, who: usize, exchange: Exchange, before: Before, max_fee: u128) -> Done {
        self.leave(who, exchange)?;
        self.pay_exit_fee(who, exchange.notional, max_fee, before)?;
        self.record_move(before.spot);
        self.require_least(who)
    }

    fn leave(&mut self, who: usize, exchange: Exchange) -> Done {
        let due = self.accounts[who].due;
        let profit = self.realize(who, exchange);
        self.settle_net(who, profit - due)
    }

    /// Takes size off; the realised profit in token units.
    pub fn realize(&mut self, who: usize, exchange: Exchange) -> Int {
        let side = self.accounts[who].side().expect("a position");
        self.open[super::place(side)] -= exchange.base;
        self.funding_settled(who);
        let realized = self.accounts[who].take_off(side, exchange);
        self.realized += realized * FINE;
        realized.down(self.scale)
    }

    fn pay_exit_fee(&mut self, who: usize, notional: Int, limit: u128, before: Before) -> Done {
        let fee = self.fee_within(notional, limit, before)?;
        let fee = fee.min(self.accounts[who].margin);
        self.charge(who, fee)
    }

    fn fee_within(&self, notional: Int, limit: u128, before: Before) -> Done<Int> {
        let fee = (notional * self.fee_ppm(before)).up(ppm() * self.scale);
        if fee > int(limit) { Err("FeeAboveLimit") } else { Ok(fee) }
    }

    /// Flat, more for widening the skew, more for taking the mark from the oracle.
    fn fee_ppm(&self, before: Before) -> Int {
        let params = &self.params;
        let mut fee = int(params.fee_ppm);
        if self.skew() > before.skew && params.max_skew != 0 {
            let cap = int(params.max_skew);
            fee += (self.skew().min(cap) * params.skew_spread_ppm).up(cap);
        }
        if params.gap_spread_ppm != 0 && self.usable() {
            let gap = (self.curve.spot() - self.index()).abs();
            if gap > (before.spot - self.index()).abs() {
                fee += ((gap * ppm()).up(self.index()) * params.gap_spread_ppm).up(ppm());
            }
        }
        fee.min(int(MOST_FEE))
    }
}

impl super::Account {
    /// A part realises its share of the profit of the whole; the rest keeps the total, but no entry below zero.
    fn take_off(&mut self, side: Side, exchange: Exchange) -> Int {
        let Exchange { base, notional, exit } = exchange;
        let total = self.base();
        if base == total {
            let whole = self.pnl(notional);
            self.set_base(side, ZERO);
            (self.entry, self.auction) = (ZERO, 0);
            return whole;
        }
        let Some(exit) = exit else { return self.take_share(side, base, notional) };
        let before = self.entry;
        let share = (self.pnl(exit) * base).down(total);
        let (sign, kept) = match side {
            Side::Long => (int(1), before - notional + share),
            Side::Short => (int(-1), before - notional - share),
        };
        self.entry = kept.max(ZERO);
        self.set_base(side, total - base);
        // Whatever the entry value is, gain and entry together change by what was exchanged.
        (notional - before + self.entry) * sign
    }

    /// Against a share of the entry value, rounded against the trader.
    pub fn take_share(&mut self, side: Side, base: Int, notional: Int) -> Int {
        let total = self.base();
        let share = match side {
            Side::Long => (self.entry * base).up(total),
            Side::Short => (self.entry * base).down(total),
        };
        self.entry -= share;
        self.set_base(side, total - base);
        if side == Side::Long { notional - share } else { share - notional }
    }
}
