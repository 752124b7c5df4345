//! The replay, price by price: the reporter posts, arbitrageurs and keepers act at once, then the traders.

use alloy::primitives::{I256, U256};
use anyhow::{Context, Result};

use crate::{
    bindings::{ClearingHouse, PostedAggregator, PriceFeed},
    client::Call,
};

use super::{
    Outsiders,
    money::{signed_wad, to_dollars, to_units, to_wad, units, wad},
    prices::{Point, Series},
    traders::{Action, Scene, Side, Trader, size},
    view::View,
    world::{Order, Role, World},
};

/// Refusals of those who open or grow among others: the market's guards and their own limits.
const OPENING: &[&str] = &[
    "SlippageExceeded",
    "PriceImpactTooHigh",
    "MarkTooFarFromIndex",
    "BelowInitialMargin",
    "WindowImpactTooHigh",
    "OpenInterestAboveCap",
    "SkewAboveCap",
    "PositionAboveCap",
    "OracleUnusable",
    "ExceedsPosition",
    "PositionTooSmall",
    "InsufficientMargin",
];
/// Refusals of those who leave: a loss beyond the margin is the keepers' business; or they were liquidated.
const LEAVING: &[&str] = &["InsufficientMargin", "NoPosition"];
/// Refusals of keepers: both have seen the same, or the mark has to come nearer to the oracle first, or the curve has
/// moved as far as it may at once.
const KEEPING: &[&str] = &["NotLiquidatable", "NoPosition", "MarkTooFarFromIndex", "CurveTooThin"];
/// Refusals of those who take profit: it was paid meanwhile, or spoken for.
const CLAIMING: &[&str] = &["ExceedsClaim", "PayoutBelowLimit", "ClaimBacksPosition"];

/// Arbitrageurs act when the mark is this far off.
const ARBITRAGE_GAP: f64 = 0.0015;
/// What one of their trades may move the price; the market's guard is at 2 %.
const ARBITRAGE_IMPACT: f64 = 0.018;
/// Rounds of arbitrage at a time.
const ARBITRAGE_ROUNDS: usize = 3;
/// Leverage of arbitrageurs.
const ARBITRAGE_LEVERAGE: f64 = 3.0;
/// Accounts whose losses keepers realise at a time.
const REALIZE_AT_A_TIME: usize = 8;
/// Rounds of liquidation at a time: one may make the next.
const LIQUIDATION_ROUNDS: usize = 5;

/// The market after a posted price.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Seconds since 1970.
    pub time: u64,
    /// Oracle price.
    pub oracle: f64,
    /// The curve's price.
    pub spot: f64,
    /// What liquidation looks at.
    pub mark: f64,
    /// The oracle's status.
    pub status: &'static str,
}

/// The market after a price of the list.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The market then.
    pub moment: Moment,
    /// Base open on each side.
    pub long: f64,
    /// The same of shorts.
    pub short: f64,
    /// Liquidations since the row before.
    pub liquidations: u64,
    /// The insurance fund, token units.
    pub fund: u128,
    /// Losses beyond margins so far, token units.
    pub shortfall: u128,
    /// Losses nobody covered so far, token units.
    pub bad_debt: u128,
    /// Share of waiting profit that can be taken.
    pub haircut: f64,
    /// Accounts in the market.
    pub accounts: u64,
    /// Conservation checked here, to the unit.
    pub balanced: bool,
}

/// The replay under way.
pub(crate) struct Replay<'a, 'o> {
    pub world: &'a mut World,
    /// Traders, and the place of the first of them among the accounts.
    pub traders: &'a mut [Trader],
    pub first_trader: usize,
    /// Oracle prices so far.
    pub history: Vec<f64>,
    pub moments: Vec<Moment>,
    pub rows: Vec<Row>,
    /// Who keeps the market in place of its own keepers.
    pub outsiders: Option<&'o mut (dyn Outsiders + 'o)>,
}

impl Replay<'_, '_> {
    /// Plays the whole list; `tell` hears of every row.
    pub async fn play(&mut self, series: &Series, tell: &mut dyn FnMut(&Row)) -> Result<()> {
        let last = series.points.len().saturating_sub(1) * super::prices::STEPS as usize;
        self.history.push(series.first().price as f64 / 1e8);
        self.post(series.first()).await?;
        let view = self.world.view().await?;
        self.moments.push(moment(series.first().time, &view));
        self.row(tell).await?;
        for row in 1..series.points.len() {
            for point in series.way_to(row) {
                self.step(point, last).await?;
            }
            self.row(tell).await?;
        }
        Ok(())
    }

    /// One posted price and what follows from it.
    async fn step(&mut self, point: Point, last: usize) -> Result<()> {
        self.post(point).await?;
        self.history.push(point.price as f64 / 1e8);
        // Machines first; then people; then the machines clean up.
        self.arbitrage(1).await?;
        self.liquidate().await?;
        self.arbitrage(ARBITRAGE_ROUNDS).await?;
        self.trade(last).await?;
        self.arbitrage(ARBITRAGE_ROUNDS).await?;
        self.liquidate().await?;
        self.realize_losses().await?;
        let view = self.world.view().await?;
        self.moments.push(moment(point.time, &view));
        Ok(())
    }

    /// Posts a price; keepers have the feed and the market take note of it.
    pub async fn post(&mut self, point: Point) -> Result<()> {
        let world = &mut *self.world;
        world.be_at(point.time).await?;
        let (reporters, keepers) = (world.all(Role::Reporter), world.all(Role::Keeper));
        let reporter = *reporters.first().context("nobody posts")?;
        let (poker, settler) =
            (*keepers.first().context("no keeper")?, *keepers.last().context("no keeper")?);
        let answer = I256::try_from(point.price)?;
        let post = Call::new(world.at.source, &PostedAggregator::postCall { answer });
        if self.outsiders.is_some() {
            world.act(vec![Order { who: reporter, call: post, tolerated: &[] }]).await?;
            return self.keep_from_outside().await.map(|_| ());
        }
        let poke = Call::new(world.at.feed, &PriceFeed::pokeCall {});
        let settle = ClearingHouse::settleFundingCall { marketId: world.market };
        let orders = vec![
            Order { who: reporter, call: post, tolerated: &[] },
            Order { who: poker, call: poke, tolerated: &[] },
            world.order(settler, &settle, &[]),
        ];
        world.act(orders).await
    }

    // ---- arbitrageurs ----

    /// Trades the mark to the oracle, as far as guards and capital go.
    pub async fn arbitrage(&mut self, rounds: usize) -> Result<()> {
        let places = self.world.all(Role::Arbitrageur);
        for _ in 0..rounds {
            let view = self.world.view().await?;
            if view.gap().abs() < ARBITRAGE_GAP {
                return Ok(());
            }
            self.world.look_at(&places).await?;
            let orders = self.arbitrage_orders(&view, &places);
            if orders.is_empty() {
                return Ok(());
            }
            self.world.act(orders).await?;
        }
        Ok(())
    }

    fn arbitrage_orders(&self, view: &View, places: &[usize]) -> Vec<Order> {
        let wanted = view.notional_to(view.oracle);
        let side = if wanted > 0.0 { Side::Long } else { Side::Short };
        let part = view.notional_within(ARBITRAGE_IMPACT);
        let mut rest = wanted.abs();
        let mut orders = Vec::new();
        // Those who can leave a position go first: that needs no margin, and is allowed under any oracle.
        let mut queue: Vec<usize> = places.to_vec();
        let turn = self.moments.len() % places.len().max(1);
        queue.rotate_left(turn);
        queue.sort_by_key(|place| !self.is_against(*place, side));
        for place in queue {
            let notional = rest.min(part);
            if notional < 200.0 {
                break;
            }
            let Some(order) = self.arbitrage_order(view, place, side, notional) else { continue };
            orders.push(order);
            rest -= notional;
        }
        orders
    }

    fn is_against(&self, place: usize, side: Side) -> bool {
        let position = self.world.people.get(place).map(|person| &person.position);
        position.and_then(Side::of).is_some_and(|has| has != side)
    }

    fn arbitrage_order(&self, view: &View, place: usize, side: Side, notional: f64) -> Option<Order> {
        let person = self.world.people.get(place)?;
        let position = &person.position;
        let against = self.is_against(place, side);
        if against && wad(position.exitNotional) < notional * 1.02 {
            return Some(self.world.order(place, &close(self.world.market), LEAVING));
        }
        if !against && !view.may_open() {
            return None;
        }
        // Reducing needs no margin; growing needs it for all that is then open.
        let after = size(position).abs() * view.oracle + notional;
        let equity = signed_wad(position.equity) * 1e12;
        let missing = if against { 0.0 } else { after / ARBITRAGE_LEVERAGE - equity };
        let margin = to_units(missing).min(person.wallet);
        let call = ClearingHouse::openPositionCall {
            marketId: self.world.market,
            side: side.number(),
            margin: U256::from(margin),
            notional: to_wad(notional),
            baseLimit: U256::ZERO,
            maxFee: U256::MAX,
            deadline: U256::MAX,
        };
        Some(self.world.order(place, &call, OPENING))
    }

    // ---- keepers ----

    /// Lets those from outside do whatever there is to do, if they are in place of the replay's own; whether they are.
    pub async fn keep_from_outside(&mut self) -> Result<bool> {
        let Some(outsiders) = &mut self.outsiders else { return Ok(false) };
        let before = self.world.height().await?;
        outsiders.keep().await?;
        self.world.note_since(before).await?;
        Ok(true)
    }

    /// Liquidates whatever can be, until nothing more can.
    pub async fn liquidate(&mut self) -> Result<()> {
        if self.keep_from_outside().await? {
            return Ok(());
        }
        let world = &mut *self.world;
        let keepers = world.all(Role::Keeper);
        for _ in 0..LIQUIDATION_ROUNDS {
            let found = world.liquidatable().await?;
            if found.is_empty() {
                return Ok(());
            }
            let orders = found.into_iter().filter_map(|(page, trader)| {
                let keeper = *keepers.get(page % keepers.len().max(1))?;
                let call = ClearingHouse::liquidateCall {
                    marketId: world.market,
                    trader,
                    quoteLimit: U256::ZERO,
                    deadline: U256::MAX,
                };
                Some(world.order(keeper, &call, KEEPING))
            });
            let orders = orders.collect();
            let before = world.tally.liquidations;
            world.act(orders).await?;
            if world.tally.liquidations == before {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Moves open losses into the pool while winners wait for it, the largest first.
    async fn realize_losses(&mut self) -> Result<()> {
        if self.outsiders.is_some() {
            return Ok(());
        }
        let world = &mut *self.world;
        let view = world.view().await?;
        let mut wanted = to_dollars(view.uncovered_claims());
        if wanted <= 0.0 || !view.may_liquidate() {
            return Ok(());
        }
        world.look_around().await?;
        let mut losers: Vec<(f64, usize)> = Vec::new();
        for (place, person) in world.people.iter().enumerate() {
            let position = &person.position;
            let loss = -signed_wad(position.exitPnl).max(signed_wad(position.unrealizedPnl));
            let loss = loss.min(to_dollars(units(position.margin)));
            if Side::of(position).is_some() && loss > 1.0 {
                losers.push((loss, place));
            }
        }
        losers.sort_by(|one, other| other.0.total_cmp(&one.0));
        let keeper = *world.all(Role::Keeper).first().context("no keeper")?;
        let mut orders = Vec::new();
        for (loss, place) in losers.into_iter().take(REALIZE_AT_A_TIME) {
            if wanted <= 0.0 {
                break;
            }
            wanted -= loss;
            let call =
                ClearingHouse::realizeLossCall { marketId: world.market, trader: world.address(place) };
            orders.push(world.order(keeper, &call, &["NothingToRealize", "NoPosition"]));
        }
        world.act(orders).await
    }

    /// Sends the insurance fund its share, if there is any.
    pub async fn pay_insurance(&mut self) -> Result<()> {
        if self.keep_from_outside().await? {
            return Ok(());
        }
        let world = &mut *self.world;
        if world.view().await?.raw.money.insuranceDue.is_zero() {
            return Ok(());
        }
        let keeper = *world.all(Role::Keeper).first().context("no keeper")?;
        let order = world.order(keeper, &ClearingHouse::payInsuranceCall { marketId: world.market }, &[]);
        world.act(vec![order]).await
    }

    // ---- traders ----

    async fn trade(&mut self, last: usize) -> Result<()> {
        self.world.look_around().await?;
        let view = self.world.view().await?;
        let mut orders = Vec::new();
        for (number, trader) in self.traders.iter_mut().enumerate() {
            let place = self.first_trader + number;
            let Some(person) = self.world.people.get(place) else { continue };
            trader.liquidations = person.liquidations;
            let scene = Scene {
                step: self.history.len().saturating_sub(1),
                last,
                history: &self.history,
                view: &view,
                position: &person.position,
                wallet: person.wallet,
            };
            for action in trader.decide(&scene) {
                orders.push(order_of(self.world, place, action));
            }
        }
        self.world.act(orders).await
    }

    // ---- books ----

    async fn row(&mut self, tell: &mut dyn FnMut(&Row)) -> Result<()> {
        self.pay_insurance().await?;
        let view = self.world.view().await?;
        let failed: Vec<_> =
            self.world.books().await?.checks().into_iter().filter(|check| !check.holds()).collect();
        for check in &failed {
            let text = format!("books do not balance: {}: {} and {}", check.name, check.left, check.right);
            self.world.tally.unexpected.push(text);
        }
        let time = self.moments.last().map(|moment| moment.time);
        let before: u64 = self.rows.iter().map(|row| row.liquidations).sum();
        let tally = &self.world.tally;
        let row = Row {
            moment: moment(time.unwrap_or_default(), &view),
            long: wad(view.raw.longSize),
            short: wad(view.raw.shortSize),
            liquidations: tally.liquidations - before,
            fund: self.world.insurance().await?,
            shortfall: tally.shortfall,
            bad_debt: units(view.raw.money.badDebt),
            haircut: view.haircut(),
            accounts: view.raw.accounts.saturating_to(),
            balanced: failed.is_empty(),
        };
        tell(&row);
        self.rows.push(row);
        Ok(())
    }
}

fn moment(time: u64, view: &View) -> Moment {
    Moment { time, oracle: view.oracle, spot: view.spot, mark: view.mark, status: view.status() }
}

/// Closes everything, at any price.
pub(crate) fn close(market: U256) -> ClearingHouse::closePositionCall {
    close_part(market, U256::MAX)
}

/// Closes so much base, at any price.
pub(crate) fn close_part(market: U256, size: U256) -> ClearingHouse::closePositionCall {
    ClearingHouse::closePositionCall {
        marketId: market,
        size,
        quoteLimit: U256::ZERO,
        maxFee: U256::MAX,
        deadline: U256::MAX,
    }
}

/// A closing order of somebody.
pub(crate) fn leave(world: &World, place: usize) -> Order {
    world.order(place, &close(world.market), LEAVING)
}

fn order_of(world: &World, place: usize, action: Action) -> Order {
    let market_id = world.market;
    match action {
        Action::Close => leave(world, place),
        Action::Trade { side, margin, notional, base_limit } => {
            let call = ClearingHouse::openPositionCall {
                marketId: market_id,
                side: side.number(),
                margin: U256::from(margin),
                notional,
                baseLimit: base_limit,
                maxFee: U256::MAX,
                deadline: U256::MAX,
            };
            world.order(place, &call, OPENING)
        }
        Action::AddMargin(amount) => {
            let call = ClearingHouse::addMarginCall { marketId: market_id, amount: U256::from(amount) };
            world.order(place, &call, &[])
        }
        Action::Claim(amount) => {
            let amount = U256::from(amount);
            let call = ClearingHouse::claimProfitCall { marketId: market_id, amount, minPayout: amount };
            world.order(place, &call, CLAIMING)
        }
    }
}
