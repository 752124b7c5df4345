//! The rules of one market, called as the contracts call them: positions catch up before they are touched, the fund
//! pays what it is asked for or less, and a refusal leaves no trace.

use everfloor_perp_rules::{
    Curve, Market, OracleReading, Params, PerpError, Position, Side,
    deleverage::{self, CaughtUp, Index, Journey},
    depth,
    error::Result as Rules,
    funding, liquidation,
    liquidation::{Liquidation, LiquidationOrder, TakeoverOrder},
    losses::{self, Losses, Shortfall},
    margin,
    market::Context,
    settlement::{self, Settlement},
    trade,
};

use crate::{
    action::{Action, TRADERS},
    int::{Int, ZERO, int},
    market::{Cover, place},
};

/// What a call returned: tokens that came in less those that went out, and what it says it did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub tokens: Int,
    /// Funding it says was settled, token units.
    pub funding: i128,
    pub liquidation: Option<Liquidation>,
    /// What of a claim its owner gave up to be paid now, token units.
    pub forfeited: u128,
}

#[derive(Clone)]
pub struct House {
    pub market: Market,
    pub positions: [Position; TRADERS],
    pub losses: Losses,
    pub settlement: Settlement,
    /// Each side's index after each deleveraging.
    pub indices: [Vec<Index>; 2],
    pub params: Params,
    pub oracle: OracleReading,
    pub scale: u128,
    pub now: u64,
    pub resumed_at: u64,
    /// When the peg and the depth were last changed.
    pub changed: [u64; 2],
    /// What is in the insurance fund.
    pub fund: u128,
}

impl House {
    pub fn new(params: Params, curve: Curve, scale: u128, oracle: OracleReading, now: u64) -> Self {
        Self {
            market: Market::new(curve, oracle.cumulative, now),
            positions: [Position::default(); TRADERS],
            losses: Losses::default(),
            settlement: Settlement::default(),
            indices: [vec![Index::default()], vec![Index::default()]],
            params,
            oracle,
            scale,
            now,
            resumed_at: 0,
            changed: [0; 2],
            fund: 0,
        }
    }

    pub fn context(
        params: &Params,
        oracle: OracleReading,
        scale: u128,
        now: u64,
        resumed_at: u64,
    ) -> Context<'_> {
        Context { params, oracle, scale, now, resumed_at }
    }

    /// Brings the clocks to now.
    pub fn accrue(&mut self) -> Rules<()> {
        let context = Self::context(&self.params, self.oracle, self.scale, self.now, self.resumed_at);
        funding::accrue(&mut self.market, &context)
    }

    /// Applies to an account what its side gave up, as every load does.
    pub fn load(&mut self, who: usize) -> Option<CaughtUp> {
        let position = &mut self.positions[who];
        if !deleverage::is_behind(&self.market, position) {
            return None;
        }
        let recorded = &self.indices[place(position.side()?)];
        let from = usize::from(position.epoch);
        let to = *recorded.last().expect("the last");
        let journey = Journey { from: recorded[from], next: recorded[from + 1], to };
        let caught = deleverage::catch_up(&mut self.market, position, &journey, self.scale);
        let caught = caught.expect("catching up is never refused");
        let (ledger, losses) = (&mut self.market.ledger, &mut self.losses);
        caught.shortfall().conclude(ledger, losses, false, self.now).expect("a sum");
        Some(caught)
    }

    /// Runs an action; what it leaves is good only if it was not refused.
    pub fn run(&mut self, action: &Action) -> Result<Outcome, PerpError> {
        let done = match action {
            Action::Open { .. }
            | Action::Close { .. }
            | Action::Add { .. }
            | Action::Remove { .. }
            | Action::Claim { .. }
            | Action::RealizeLoss { .. } => self.trader(action),
            Action::Liquidate { .. }
            | Action::StartTakeover { .. }
            | Action::TakeOver { .. }
            | Action::Deleverage { .. } => self.keeper(action),
            Action::Halt { .. } | Action::Settle { .. } | Action::Redeem { .. } => self.end(action),
            _ => self.office(action),
        };
        done.map_err(|refusal| *refusal)
    }

    fn trader(&mut self, action: &Action) -> Rules<Outcome> {
        let Self { market, positions, params, oracle, scale, now, resumed_at, .. } = self;
        let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
        let position = &mut positions[action.who().expect("an account")];
        let mut done = Outcome::default();
        match action {
            Action::Open { order, .. } => {
                done.funding = trade::open(market, position, &context, order)?.funding;
                done.tokens = int(order.margin);
            }
            Action::Close { order, .. } => {
                done.funding = trade::close(market, position, &context, order)?.funding;
            }
            Action::Add { amount, .. } => {
                margin::add(market, position, *amount)?;
                done.tokens = int(*amount);
            }
            Action::Remove { amount, .. } => {
                done.funding = margin::remove(market, position, &context, *amount)?;
                done.tokens = -int(*amount);
            }
            Action::Claim { amount, least, .. } => {
                let payout = margin::claim_profit(market, position, *amount, *least)?;
                done.forfeited = amount - payout;
            }
            _ => {
                let (_, funding) = margin::realize_loss(market, position, &context)?;
                done.funding = i128::try_from(funding).expect("small");
            }
        }
        Ok(done)
    }

    fn keeper(&mut self, action: &Action) -> Rules<Outcome> {
        let who = action.who().expect("an account");
        let (report, cover) = match action {
            Action::Liquidate { limit, cover, .. } => (self.liquidate(who, *limit, cover)?, cover),
            Action::TakeOver { taker, base, margin, limit, cover, .. } => {
                let insurance_available = self.available(cover);
                let order =
                    TakeoverOrder { base: *base, margin: *margin, price_limit: *limit, insurance_available };
                let mut report = self.take_over(who, *taker, &order)?;
                let tokens = self.conclude(&mut report.shortfall, cover)? + *margin - report.keeper_reward;
                return Ok(Outcome {
                    tokens,
                    funding: report.funding,
                    liquidation: Some(report),
                    ..Outcome::default()
                });
            }
            Action::Deleverage { base, cover, .. } => (self.deleverage(who, *base, cover)?, cover),
            _ => {
                let Self { market, positions, params, oracle, scale, now, resumed_at, .. } = self;
                let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
                liquidation::start_takeover(market, &mut positions[who], &context)?;
                return Ok(Outcome::default());
            }
        };
        let mut report = report;
        let tokens = self.conclude(&mut report.shortfall, cover)? - report.keeper_reward;
        Ok(Outcome { tokens, funding: report.funding, liquidation: Some(report), ..Outcome::default() })
    }

    fn liquidate(&mut self, who: usize, limit: u128, cover: &Cover) -> Rules<Liquidation> {
        let insurance_available = self.available(cover);
        let Self { market, positions, params, oracle, scale, now, resumed_at, .. } = self;
        let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
        let order = LiquidationOrder { quote_limit: limit, insurance_available };
        liquidation::liquidate(market, &mut positions[who], &context, &order)
    }

    fn take_over(&mut self, who: usize, taker: usize, order: &TakeoverOrder) -> Rules<Liquidation> {
        let Self { market, positions, params, oracle, scale, now, resumed_at, .. } = self;
        let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
        let (mut position, mut to) = (positions[who], positions[taker]);
        let report = liquidation::take_over(market, &mut position, &mut to, &context, order)?;
        (positions[who], positions[taker]) = (position, to);
        Ok(report)
    }

    fn deleverage(&mut self, who: usize, base: u128, cover: &Cover) -> Rules<Liquidation> {
        let available = self.available(cover);
        let Self { market, positions, params, oracle, scale, now, resumed_at, indices, .. } = self;
        let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
        let other = place(positions[who].side().unwrap_or(Side::Long).opposite());
        let mut index = *indices[other].last().expect("the beginning");
        let position = &mut positions[who];
        let report = deleverage::deleverage(market, position, &context, &mut index, base, available)?;
        indices[other].push(index);
        Ok(report)
    }

    fn available(&self, cover: &Cover) -> u128 {
        cover.available.min(self.fund)
    }

    /// The fund pays what it is asked for, or less; returns what it paid.
    fn conclude(&mut self, shortfall: &mut Shortfall, cover: &Cover) -> Rules<Int> {
        let paid = shortfall.covered_by_fund.min(cover.pays);
        self.fund -= paid;
        shortfall.fund_paid(&mut self.market.ledger, paid)?;
        shortfall.conclude(&mut self.market.ledger, &mut self.losses, cover.taken_on, self.now)?;
        Ok(int(paid))
    }

    fn end(&mut self, action: &Action) -> Rules<Outcome> {
        let mut tokens = ZERO;
        match action {
            Action::Halt { price } => {
                self.accrue()?;
                settlement::halt(&mut self.market, &mut self.settlement, *price)?;
            }
            Action::Settle { who, cover } => {
                let (available, scale, frozen) = (self.available(cover), self.scale, self.settlement);
                let position = &mut self.positions[*who];
                let mut settled = settlement::settle(&mut self.market, position, &frozen, scale, available)?;
                tokens = self.conclude(&mut settled.shortfall, cover)?;
                return Ok(Outcome { tokens, funding: settled.funding, ..Outcome::default() });
            }
            _ => {
                let who = action.who().expect("an account");
                let open = self.positions.iter().map(|position| u32::from(position.size != 0)).sum();
                let position = &mut self.positions[who];
                let claim = position.claim;
                let payout = settlement::redeem(&mut self.market, position, &mut self.settlement, open)?;
                return Ok(Outcome { forfeited: claim - payout, ..Outcome::default() });
            }
        }
        Ok(Outcome { tokens, ..Outcome::default() })
    }

    fn office(&mut self, action: &Action) -> Rules<Outcome> {
        let mut tokens = ZERO;
        match action {
            Action::Repeg | Action::AdjustDepth => {
                self.change_curve(matches!(action, Action::AdjustDepth))?
            }
            Action::SetStatus { paused, reduce_only } => self.set_status(*paused, *reduce_only),
            Action::SendInsurance => {
                let due = core::mem::take(&mut self.market.ledger.insurance_due);
                self.fund += due;
                tokens = -int(due);
            }
            Action::Recapitalize { amount } => {
                let taken = losses::recapitalize(&mut self.market.ledger, &mut self.losses, *amount)?;
                tokens = int(taken);
            }
            Action::Allocate { by_ledger } => {
                losses::allocate(&mut self.market.ledger, &mut self.losses, *by_ledger, self.now)?;
            }
            Action::ChangeParams { params } => self.params = *params,
            Action::ChangeFeed { cumulative } => {
                self.accrue()?;
                self.oracle.cumulative = *cumulative;
                funding::rebase(&mut self.market, *cumulative);
            }
            Action::SettleFunding => self.accrue()?,
            _ => {}
        }
        Ok(Outcome { tokens, ..Outcome::default() })
    }

    fn change_curve(&mut self, depth: bool) -> Rules<()> {
        let last = self.changed[usize::from(depth)];
        let Self { market, params, oracle, scale, now, resumed_at, .. } = self;
        let context = Self::context(params, *oracle, *scale, *now, *resumed_at);
        if depth {
            depth::adjust_depth(market, &context, last)?;
        } else {
            depth::repeg(market, &context, last)?;
        }
        self.changed[usize::from(depth)] = self.now;
        Ok(())
    }

    fn set_status(&mut self, paused: bool, reduce_only: bool) {
        if self.market.status.paused && !paused {
            self.resumed_at = self.now;
        }
        self.market.status.paused = paused;
        self.market.status.reduce_only = reduce_only;
    }
}
