//! Liquidation on the curve and by a taker.

use super::{
    Done, Model,
    losses::Unpaid,
    margin::Worth,
    trade::{Exchange, require_limit},
};
use crate::int::{Int, ZERO, int, ppm, wad};
use everfloor_perp_rules::Side;

/// What pays for a shortfall.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cover {
    /// What the fund says it has for this.
    pub available: u128,
    /// What it really pays, at most.
    pub pays: u128,
    /// Whether the deficit ledger takes on the rest.
    pub taken_on: bool,
}

/// A position that may be liquidated.
pub struct Case {
    pub side: Side,
    pub worth: Worth,
}

/// A part of a position that goes at a price.
pub struct Closing {
    pub base: Int,
    pub price: Int,
    pub discount: Int,
}

/// What a taker brings.
pub struct Taking {
    pub taker: usize,
    pub base: u128,
    pub margin: u128,
    pub limit: u128,
}

impl Model {
    /// Refuses whoever keeps the maintenance margin.
    pub fn require_case(&self, who: usize) -> Done<Case> {
        self.require_live()?;
        self.require_usable()?;
        let side = self.require_side(who)?;
        let worth = self.at_price(who, self.neutral());
        if worth.equity >= self.maintenance(&worth) {
            return Err("NotLiquidatable");
        }
        let case = Case { side, worth };
        self.require_no_grace(&case)?;
        Ok(case)
    }

    pub fn liquidate(&mut self, who: usize, limit: u128, cover: &Cover) -> Done {
        let case = self.require_case(who)?;
        self.require_fair_mark(case.side)?;
        let total = self.accounts[who].base();
        let needed = self.needed(total, &case);
        if needed < total {
            let mut tried = self.clone();
            tried.close_on_curve(who, needed, limit, &case, cover)?;
            if tried.is_better_off(who, &case) {
                *self = tried;
                return Ok(());
            }
        }
        self.close_on_curve(who, total, limit, &case, cover)
    }

    fn close_on_curve(&mut self, who: usize, wanted: Int, limit: u128, case: &Case, cover: &Cover) -> Done {
        let total = self.accounts[who].base();
        let base = wanted.min(self.most_base(case.side));
        self.require_worth(case.side, base, total)?;
        let before = self.curve.spot();
        let notional = self.curve.swap_base(case.side, base)?;
        require_part_limit(case.side, limit, notional, base, total)?;
        self.record_move(before);
        let impact = ((base * before).down(wad()) - notional).abs().up(self.scale);
        let unpaid = self.close_for(who, Exchange { base, notional, exit: None }, case, impact, ZERO, cover);
        self.end_if_cured(who);
        self.conclude(unpaid, cover.taken_on);
        Ok(())
    }

    /// For a while after a pause, only who has nothing left.
    fn require_no_grace(&self, case: &Case) -> Done {
        let until = self.resumed_at + u64::from(self.params.resume_grace);
        let spared = self.resumed_at != 0 && self.now < until && case.worth.equity >= ZERO;
        if spared { Err("InGrace") } else { Ok(()) }
    }

    /// No loss is realised at a mark further from the oracle, against the position, than any trade may open to.
    fn require_fair_mark(&self, side: Side) -> Done {
        let gap = self.curve.spot() - self.index();
        let against = if side == Side::Long { -gap } else { gap };
        let far = against > (self.index() * self.params.max_divergence_ppm).down(ppm());
        if far { Err("MarkTooFarFromIndex") } else { Ok(()) }
    }

    /// `(t·N − E)/(t − f)` of the notional, or everything.
    fn needed(&self, total: Int, case: &Case) -> Int {
        let params = &self.params;
        let target = int(params.liquidation_target_ppm);
        let per_notional = target - params.liquidation_penalty_ppm;
        let Worth { value, equity, .. } = case.worth;
        if per_notional <= ZERO || equity <= ZERO {
            return total;
        }
        let missing = (value * target - equity * self.scale * ppm()).max(ZERO);
        let close = missing.up(per_notional);
        let rest = value - close;
        if rest <= ZERO || rest < int(params.min_notional) {
            return total;
        }
        (total * close).up(value).min(total)
    }

    /// What takes the price to `p·(B/(B ± b))²` within one trade's impact and what the window has left.
    fn most_base(&self, side: Side) -> Int {
        let params = &self.params;
        let mut room = int(params.max_price_impact_ppm);
        if params.impact_window != 0 {
            let same_way = if side == Side::Long { -self.drift } else { self.drift };
            room = room.min((int(params.window_impact_ppm) - same_way).max(ZERO));
        }
        let base = self.curve.base;
        let root = |share: Int| (ppm() * wad()).down(share);
        match side {
            Side::Long if room >= ppm() => int(u128::MAX),
            Side::Long => (base * (root(ppm() - room) * wad()).root()).down(wad()) - base,
            Side::Short => {
                let left = (root(ppm() + room) * wad()).root() + 4;
                (base - (base * left).up(wad())).max(ZERO)
            }
        }
    }

    fn require_worth(&self, side: Side, base: Int, total: Int) -> Done {
        if base == ZERO {
            return Err("CurveTooThin");
        }
        let notional = self.curve.exit_value(side, base)?;
        let worth = base == total || notional >= int(self.params.min_notional);
        if worth { Ok(()) } else { Err("CurveTooThin") }
    }

    /// The rest must be better off than the whole was.
    fn is_better_off(&self, who: usize, case: &Case) -> bool {
        let after = self.at_price(who, self.neutral());
        self.ratio(&after) > self.ratio(&case.worth)
    }

    fn ratio(&self, worth: &Worth) -> Int {
        if worth.value == ZERO {
            return int(i128::MAX);
        }
        (worth.equity * self.scale * wad()).down(worth.value)
    }

    /// Realises what somebody else has brought about, and pays the keeper; returns what is unpaid. Others pay of a loss what the
    /// neutral price explains and `explained` more, and no funding.
    fn close_for(
        &mut self,
        who: usize,
        exchange: Exchange,
        case: &Case,
        explained: Int,
        discount: Int,
        cover: &Cover,
    ) -> Unpaid {
        let account = self.accounts[who];
        let lacking = ((-case.worth.equity).max(ZERO) * exchange.base).up(account.base());
        let (due, fair) = (account.due, lacking + explained);
        let profit = self.realize(who, exchange);
        let unpaid = self.bear(who, profit - due, fair.min((-profit).max(ZERO)), cover);
        self.penalize(who, exchange.notional, discount);
        unpaid
    }

    /// The penalty, less a discount, from what margin is left; the keeper's share first.
    fn penalize(&mut self, who: usize, notional: Int, discount: Int) {
        let nominal = self.part_up(notional, self.params.liquidation_penalty_ppm);
        // What the rest needs for its own loss is not there to be taken.
        let spare = match self.accounts[who].side() {
            None => self.accounts[who].margin,
            Some(_) => self.at_price(who, self.neutral()).equity.max(ZERO),
        };
        let account = &mut self.accounts[who];
        let penalty = (nominal - discount).max(ZERO).min(account.margin).min(spare);
        account.margin -= penalty;
        let floor = int(self.params.keeper_floor);
        let own = (penalty * self.params.keeper_share_ppm).down(ppm()).max(floor.min(penalty));
        let topped = (floor - own).max(ZERO).min(self.fees);
        self.fees -= topped;
        self.due += penalty - own;
        self.tokens -= own + topped;
    }

    /// Whether an auction is on, or over for less than its time.
    pub fn auction_stands(&self, who: usize) -> bool {
        let start = self.accounts[who].auction;
        start != 0 && self.now < start + 2 * u64::from(self.params.takeover_time)
    }

    /// An auction ends once its position is seen to be sound.
    pub fn end_if_cured(&mut self, who: usize) {
        let worth = self.at_price(who, self.neutral());
        if self.usable() && worth.equity >= self.maintenance(&worth) {
            self.accounts[who].auction = 0;
        }
    }

    pub fn start_takeover(&mut self, who: usize) -> Done {
        let auction = self.accounts[who].auction;
        match self.require_case(who) {
            Err("NotLiquidatable") if auction != 0 => {
                self.accounts[who].auction = 0;
                return Ok(());
            }
            other => other?,
        };
        if self.auction_stands(who) {
            return Err("TakeoverRunning");
        }
        self.accounts[who].auction = self.now;
        Ok(())
    }

    pub fn take_over(&mut self, who: usize, taking: &Taking, cover: &Cover) -> Done {
        let case = self.require_case(who)?;
        let Taking { taker, .. } = *taking;
        if !self.auction_stands(who) {
            return Err("NoTakeover");
        }
        if self.accounts[taker].side().is_some_and(|held| held != case.side) {
            return Err("UnfitTaker");
        }
        let closing = self.terms(who, case.side, taking.base)?;
        require_limit(case.side.opposite(), closing.price, taking.limit)?;
        self.deposit(taker, int(taking.margin));
        self.settle_net(taker, -self.accounts[taker].due)?;
        let (unpaid, notional) = self.close_at_price(who, &case, &closing, cover);
        self.enlarge(taker, case.side, closing.base, notional);
        self.accounts[taker].auction = 0;
        self.require_cap(taker)?;
        self.require_least(taker)?;
        // The fund has not paid yet: new risk is not taken on money that is not there.
        self.require_initial(taker)?;
        self.conclude(unpaid, cover.taken_on);
        Ok(())
    }

    /// The oracle's price less what the time has added to the discount.
    fn terms(&self, who: usize, side: Side, wanted: u128) -> Done<Closing> {
        let time = u64::from(self.params.takeover_time);
        let elapsed = (self.now - self.accounts[who].auction).min(time);
        let share = (int(self.params.takeover_discount_ppm) * elapsed).down(time);
        let off = (self.index() * share).down(ppm());
        let price = if side == Side::Long { self.index() - off } else { self.index() + off };
        let base = self.part_worth_taking(self.accounts[who].base(), wanted)?;
        Ok(Closing { base, price, discount: (base * off).up(wad()).up(self.scale) })
    }

    /// A part worth it, of a whole whose rest is worth it; else the whole.
    pub fn part_worth_taking(&self, total: Int, wanted: u128) -> Done<Int> {
        let (wanted, least) = (int(wanted), int(self.params.min_notional));
        let rest = ((total - wanted).max(ZERO) * self.index()).down(wad());
        if wanted >= total || rest < least {
            return Ok(total);
        }
        let notional = (wanted * self.index()).down(wad());
        if wanted == ZERO || notional < least { Err("PositionTooSmall") } else { Ok(wanted) }
    }

    /// Closes a part off the curve; returns what is unpaid and the notional.
    pub fn close_at_price(
        &mut self,
        who: usize,
        case: &Case,
        closing: &Closing,
        cover: &Cover,
    ) -> (Unpaid, Int) {
        let value = closing.base * closing.price;
        let notional = if case.side == Side::Long { value.down(wad()) } else { value.up(wad()) };
        let apart = (self.neutral() - closing.price).abs();
        let explained = (closing.base * apart).up(wad()).up(self.scale);
        let exchange = Exchange { base: closing.base, notional, exit: None };
        let unpaid = self.close_for(who, exchange, case, explained, closing.discount, cover);
        self.end_if_cured(who);
        (unpaid, notional)
    }
}

/// The limit for the whole, for a part.
fn require_part_limit(side: Side, limit: u128, notional: Int, base: Int, total: Int) -> Done {
    if limit == 0 {
        return Ok(());
    }
    let whole = int(limit) * base;
    let broken = match side {
        Side::Long => notional < whole.up(total),
        Side::Short => notional > whole.down(total).max(int(1)),
    };
    if broken { Err("SlippageExceeded") } else { Ok(()) }
}
