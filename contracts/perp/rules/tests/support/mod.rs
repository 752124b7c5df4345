//! A market under a test's control: its clock, its oracle and calls that leave no trace when they are refused.

pub mod random;

use everfloor_perp_rules::{
    Curve, Market, OracleReading, OracleStatus, Params, PerpError, Position, Side, WAD,
    deleverage::{self, CaughtUp, Index, Journey},
    depth::{self, CurveChange},
    error::Result,
    funding,
    liquidation::{self, Liquidation, LiquidationOrder, TakeoverOrder},
    losses::{Losses, Shortfall},
    margin,
    market::Context,
    position::Valuation,
    settlement::{self, Settled, Settlement},
    trade::{self, CloseOrder, Fill, OpenOrder},
};

/// One unit of a dollar with 6 decimals, in token units.
pub const DOLLAR: u128 = 1_000_000;
/// Wad per token unit of it.
pub const SCALE: u128 = 1_000_000_000_000;
/// No bound on a fee, a size or a time.
pub const ANY: u128 = u128::MAX;

/// Whole units in wad.
pub fn wad(units: u128) -> u128 {
    units.checked_mul(WAD).expect("a test's number")
}

/// Parameters under which nothing but the arithmetic of curve and position matters: no fee, no guard that binds,
/// no average.
pub fn wide_params() -> Params {
    Params {
        initial_margin_ppm: 50_000,
        maintenance_margin_ppm: 50_000,
        fee_ppm: 0,
        liquidation_penalty_ppm: 50_000,
        insurance_share_ppm: 500_000,
        keeper_share_ppm: 500_000,
        max_price_impact_ppm: 16_000_000,
        max_divergence_ppm: 16_000_000,
        mark_band_ppm: 16_000_000,
        max_funding_ppm: 500_000,
        twap_window: 0,
        min_notional: 0,
        max_open_interest: ANY,
        max_position: ANY,
        keeper_floor: 0,
        ..unused_params()
    }
}

/// Parameters of a market as one would be run.
pub fn live_params() -> Params {
    Params {
        initial_margin_ppm: 100_000,
        maintenance_margin_ppm: 62_500,
        fee_ppm: 1_000,
        liquidation_penalty_ppm: 12_500,
        insurance_share_ppm: 500_000,
        keeper_share_ppm: 500_000,
        max_price_impact_ppm: 50_000,
        max_divergence_ppm: 100_000,
        mark_band_ppm: 50_000,
        max_funding_ppm: 100_000,
        twap_window: 900,
        min_notional: wad(100),
        max_open_interest: wad(1_000),
        max_position: wad(200),
        keeper_floor: 0,
        ..unused_params()
    }
}

/// Nothing is switched on that can be off: no window, no spread, no budget for funding, no partial liquidation, no
/// grace, no cap on the skew, no change of the curve.
fn unused_params() -> Params {
    Params {
        initial_margin_ppm: 0,
        maintenance_margin_ppm: 0,
        fee_ppm: 0,
        insurance_share_ppm: 0,
        max_price_impact_ppm: 0,
        max_divergence_ppm: 0,
        mark_band_ppm: 0,
        max_funding_ppm: 0,
        twap_window: 0,
        window_impact_ppm: 16_000_000,
        impact_window: 0,
        skew_spread_ppm: 0,
        gap_spread_ppm: 0,
        funding_share_ppm: 0,
        liquidation_penalty_ppm: 0,
        keeper_share_ppm: 0,
        liquidation_target_ppm: 0,
        takeover_discount_ppm: 40_000,
        takeover_time: 600,
        repeg_step_ppm: 0,
        curve_share_ppm: 0,
        resume_grace: 0,
        min_notional: 0,
        max_open_interest: 0,
        max_skew: ANY,
        max_position: 0,
        keeper_floor: 0,
        target_depth: 0,
    }
}

/// A market, its parameters, its oracle and the time.
#[derive(Clone)]
pub struct Rig {
    /// The market.
    pub market: Market,
    /// Its parameters.
    pub params: Params,
    /// Its oracle.
    pub oracle: OracleReading,
    /// Wad per token unit.
    pub scale: u128,
    /// The time.
    pub now: u64,
    /// What nobody has paid.
    pub losses: Losses,
    /// Whether the deficit ledger takes on what nobody else has paid.
    pub takes_deficits: bool,
    /// When opening was last resumed.
    pub resumed_at: u64,
    /// The index of each side after each deleveraging, longs and shorts; none before the first is recorded.
    pub indices: [Vec<Index>; 2],
    /// When the curve last changed: its peg, its depth.
    pub curve_changed: [u64; 2],
    /// What it pays by once it is halted.
    pub settlement: Settlement,
}

/// Where a side's index is kept.
fn place(side: Side) -> usize {
    match side {
        Side::Long => 0,
        Side::Short => 1,
    }
}

impl Rig {
    /// A market with these reserves and the oracle at its price.
    pub fn new(params: Params, base: u128, quote: u128) -> Self {
        let curve = Curve { base, quote, peg: WAD };
        let (now, cumulative) = (1_444_004_400, wad(7_000_000));
        let price = curve.spot().expect("a price");
        Self {
            market: Market::new(curve, cumulative, now),
            params,
            oracle: OracleReading { price, cumulative, updated_at: now, status: OracleStatus::Good },
            scale: SCALE,
            now,
            losses: Losses::default(),
            takes_deficits: false,
            resumed_at: 0,
            indices: [vec![Index::default()], vec![Index::default()]],
            curve_changed: [0; 2],
            settlement: Settlement::default(),
        }
    }

    /// The rig of the published behaviour of the first vAMM: 100 base, 1,000 quote.
    pub fn v1() -> Self {
        Self::new(wide_params(), wad(100), wad(1_000))
    }

    /// A market as one would be run: 10,000 base at 100.
    pub fn live() -> Self {
        Self::new(live_params(), wad(10_000), wad(1_000_000))
    }

    /// A market so deep that no trade of these tests moves its price of 100.
    pub fn deep(params: Params) -> Self {
        Self::new(params, wad(100_000_000_000), wad(10_000_000_000_000))
    }

    /// A position that is simply there, entered at `entry` quote wad in all, without a trade on the curve.
    pub fn give(&mut self, side: Side, base: u128, entry: u128, margin: u128) -> Position {
        let mut position = Position::default();
        if margin > 0 {
            self.add(&mut position, margin).expect("margin");
        }
        let size = i128::try_from(base).expect("a size");
        position.size = if side == Side::Long { size } else { -size };
        position.open_notional = entry;
        position.funding_index = self.market.funding.index(side);
        position.epoch = self.market.epoch(side);
        let total = if side == Side::Long { &mut self.market.long_size } else { &mut self.market.short_size };
        *total += base;
        position
    }

    /// What the rules read.
    pub fn context(&self) -> Context<'_> {
        Context {
            params: &self.params,
            oracle: self.oracle,
            scale: self.scale,
            now: self.now,
            resumed_at: self.resumed_at,
        }
    }

    /// Lets time pass; the oracle's price holds.
    pub fn forward(&mut self, seconds: u64) {
        self.now += seconds;
        self.oracle.cumulative += self.oracle.price * u128::from(seconds);
        self.oracle.updated_at = self.now;
    }

    /// Brings the market's clocks to now.
    pub fn accrue(&mut self) {
        let context = Context {
            params: &self.params,
            oracle: self.oracle,
            scale: self.scale,
            now: self.now,
            resumed_at: self.resumed_at,
        };
        funding::accrue(&mut self.market, &context).expect("accrual");
    }

    /// Runs an action on copies, which it keeps only if the action succeeds: as a contract does.
    pub fn act<T>(
        &mut self,
        position: &mut Position,
        action: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> Result<T>,
    ) -> std::result::Result<T, PerpError> {
        let (mut market, mut copy) = (self.market, *position);
        let done = action(&mut market, &mut copy, &self.context()).map_err(|error| *error)?;
        self.market = market;
        *position = copy;
        Ok(done)
    }

    /// Trades a notional in wad with `margin` token units, without limits.
    pub fn open(
        &mut self,
        position: &mut Position,
        side: Side,
        margin: u128,
        notional: u128,
    ) -> std::result::Result<Fill, PerpError> {
        let order = self.order(side, margin, notional);
        self.act(position, |market, position, context| trade::open(market, position, context, &order))
    }

    /// An order without limits.
    pub fn order(&self, side: Side, margin: u128, notional: u128) -> OpenOrder {
        OpenOrder { side, margin, notional, base_limit: 0, max_fee: ANY, deadline: self.now }
    }

    /// Closes `base`, without limits.
    pub fn close(&mut self, position: &mut Position, base: u128) -> std::result::Result<Fill, PerpError> {
        let order = CloseOrder { base, quote_limit: 0, max_fee: ANY, deadline: self.now };
        self.act(position, |market, position, context| trade::close(market, position, context, &order))
    }

    /// Liquidates, with so much in the insurance fund, which pays what it is asked for.
    pub fn liquidate(
        &mut self,
        position: &mut Position,
        insurance: u128,
    ) -> std::result::Result<Liquidation, PerpError> {
        let order = self.liquidation(insurance);
        let report = self.act(position, |market, position, context| {
            liquidation::liquidate(market, position, context, &order)
        })?;
        self.conclude(report.shortfall, insurance);
        Ok(report)
    }

    /// A keeper's order without a limit.
    pub fn liquidation(&self, insurance: u128) -> LiquidationOrder {
        LiquidationOrder { quote_limit: 0, insurance_available: insurance }
    }

    /// Books what the fund pays of a shortfall, and who bears the rest.
    pub fn conclude(&mut self, mut shortfall: Shortfall, paid: u128) {
        let ledger = &mut self.market.ledger;
        shortfall.fund_paid(ledger, paid).expect("a payment");
        shortfall.conclude(ledger, &mut self.losses, self.takes_deficits, self.now).expect("a loss");
    }

    /// Offers a position to anyone.
    pub fn start_takeover(&mut self, position: &mut Position) -> std::result::Result<u64, PerpError> {
        self.act(position, liquidation::start_takeover)
    }

    /// Takes over `base` of `position` with `margin` of the taker's; the fund has all that is asked of it.
    pub fn take_over(
        &mut self,
        position: &mut Position,
        taker: &mut Position,
        base: u128,
        margin: u128,
    ) -> std::result::Result<Liquidation, PerpError> {
        let order = TakeoverOrder { base, margin, price_limit: 0, insurance_available: ANY };
        let mut copy = *taker;
        let report = self.act(position, |market, position, context| {
            liquidation::take_over(market, position, &mut copy, context, &order)
        })?;
        *taker = copy;
        self.conclude(report.shortfall, ANY);
        Ok(report)
    }

    /// Closes `base` of a position against the other side, and records its index.
    pub fn deleverage(
        &mut self,
        position: &mut Position,
        base: u128,
        insurance: u128,
    ) -> std::result::Result<Liquidation, PerpError> {
        let opposite = position.side().unwrap_or(Side::Short).opposite();
        let mut index = *self.indices[place(opposite)].last().expect("the beginning");
        let report = self.act(position, |market, position, context| {
            deleverage::deleverage(market, position, context, &mut index, base, insurance)
        })?;
        self.indices[place(opposite)].push(index);
        self.conclude(report.shortfall, insurance);
        Ok(report)
    }

    /// Applies to a position what its side gave up, if it has to.
    pub fn catch_up(&mut self, position: &mut Position) -> CaughtUp {
        if !deleverage::is_behind(&self.market, position) {
            return CaughtUp::default();
        }
        let journey = self.journey(position);
        let scale = self.scale;
        let done = self
            .act(position, |market, position, _| deleverage::catch_up(market, position, &journey, scale))
            .expect("catching up is never refused");
        self.conclude(done.shortfall(), 0);
        done
    }

    /// The points of its side's index that a position needs to catch up.
    pub fn journey(&self, position: &Position) -> Journey {
        let recorded = &self.indices[place(position.side().expect("a side"))];
        let from = usize::from(position.epoch);
        Journey { from: recorded[from], next: recorded[from + 1], to: *recorded.last().expect("the last") }
    }

    /// Moves the peg.
    pub fn repeg(&mut self) -> std::result::Result<CurveChange, PerpError> {
        let last = self.curve_changed[0];
        let done =
            self.act(&mut Position::default(), |market, _, context| depth::repeg(market, context, last))?;
        self.curve_changed[0] = self.now;
        Ok(done)
    }

    /// Scales the reserves.
    pub fn adjust_depth(&mut self) -> std::result::Result<CurveChange, PerpError> {
        let last = self.curve_changed[1];
        let done = self
            .act(&mut Position::default(), |market, _, context| depth::adjust_depth(market, context, last))?;
        self.curve_changed[1] = self.now;
        Ok(done)
    }

    /// Ends the market at `price`.
    pub fn halt(&mut self, price: u128) -> std::result::Result<(), PerpError> {
        self.accrue();
        settlement::halt(&mut self.market, &mut self.settlement, price).map_err(|error| *error)
    }

    /// Settles a position of the halted market.
    pub fn settle(
        &mut self,
        position: &mut Position,
        insurance: u128,
    ) -> std::result::Result<Settled, PerpError> {
        let (frozen, scale) = (self.settlement, self.scale);
        let report = self.act(position, |market, position, _| {
            settlement::settle(market, position, &frozen, scale, insurance)
        })?;
        self.conclude(report.shortfall, insurance);
        Ok(report)
    }

    /// Pays a claim on the halted market; `open_positions` wait to be settled.
    pub fn redeem(
        &mut self,
        position: &mut Position,
        open_positions: u32,
    ) -> std::result::Result<u128, PerpError> {
        let mut frozen = self.settlement;
        let paid = self.act(position, |market, position, _| {
            settlement::redeem(market, position, &mut frozen, open_positions)
        })?;
        self.settlement = frozen;
        Ok(paid)
    }

    /// Adds margin.
    pub fn add(&mut self, position: &mut Position, amount: u128) -> std::result::Result<(), PerpError> {
        self.act(position, |market, position, _| margin::add(market, position, amount))
    }

    /// Removes margin.
    pub fn remove(&mut self, position: &mut Position, amount: u128) -> std::result::Result<i128, PerpError> {
        self.act(position, |market, position, context| margin::remove(market, position, context, amount))
    }

    /// Realises a loss for those who wait; the loss and the funding moved.
    pub fn realize_loss(&mut self, position: &mut Position) -> std::result::Result<(u128, u128), PerpError> {
        self.act(position, margin::realize_loss)
    }

    /// Takes waiting profit.
    pub fn claim(&mut self, position: &mut Position, amount: u128) -> std::result::Result<u128, PerpError> {
        self.act(position, |market, position, _| margin::claim_profit(market, position, amount, 0))
    }

    /// Worth if closed now, funding up to date.
    pub fn exit(&self, position: &Position) -> Valuation {
        let fresh = self.fresh();
        Valuation::at_exit(&fresh.market, position, &fresh.context()).expect("a value")
    }

    /// Worth at the neutral price, funding up to date.
    pub fn neutral(&self, position: &Position) -> Valuation {
        let fresh = self.fresh();
        margin::at_neutral(&fresh.market, position, &fresh.context()).expect("a value")
    }

    /// The maintenance requirement that goes with [`Self::neutral`].
    pub fn maintenance(&self, position: &Position) -> i128 {
        let fresh = self.fresh();
        let (_, required) =
            liquidation::assess(&fresh.market, position, &fresh.context()).expect("a requirement");
        i128::try_from(required).expect("small")
    }

    /// Whether it can be liquidated, funding up to date.
    pub fn is_liquidatable(&self, position: &Position) -> bool {
        let fresh = self.fresh();
        liquidation::is_liquidatable(&fresh.market, position, &fresh.context()).expect("an answer")
    }

    /// What everything of an account could be had for today, once it is flat, token units.
    pub fn wealth(&self, position: &Position) -> u128 {
        assert_eq!(position.size, 0, "an open position is not wealth yet");
        position.margin + self.market.ledger.worth_of(position.claim).expect("a share")
    }

    /// A copy with the clocks at now.
    pub fn fresh(&self) -> Self {
        let mut copy = self.clone();
        copy.accrue();
        copy
    }
}
