//! A market under a test's control: its clock, its oracle and calls that leave no trace when they are refused.

pub mod random;

use everfloor_perp_rules::{
    Curve, Market, OracleReading, OracleStatus, Params, PerpError, Position, Side, WAD,
    error::Result,
    funding,
    liquidation::{self, Liquidation},
    margin,
    market::Context,
    position::Valuation,
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

    /// What the rules read.
    pub fn context(&self) -> Context<'_> {
        Context { params: &self.params, oracle: self.oracle, scale: self.scale, now: self.now }
    }

    /// Lets time pass; the oracle's price holds.
    pub fn forward(&mut self, seconds: u64) {
        self.now += seconds;
        self.oracle.cumulative += self.oracle.price * u128::from(seconds);
        self.oracle.updated_at = self.now;
    }

    /// Brings the market's clocks to now.
    pub fn accrue(&mut self) {
        let context = Context { params: &self.params, oracle: self.oracle, scale: self.scale, now: self.now };
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

    /// Liquidates, with so much in the insurance fund.
    pub fn liquidate(
        &mut self,
        position: &mut Position,
        insurance: u128,
    ) -> std::result::Result<Liquidation, PerpError> {
        self.act(position, |market, position, context| {
            liquidation::liquidate(market, position, context, 0, insurance)
        })
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
