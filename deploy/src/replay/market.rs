//! A month on our market: the price is posted, arbitrageurs and keepers act, then the traders; and the end of it.

use std::collections::BTreeMap;

use alloy::primitives::{Address, I256, U256};
use anyhow::{Context, Result};

use crate::{
    bindings::{ClearingHouse, IClearingHouse::PositionView, PostedAggregator, PriceFeed},
    demo::{
        money::{DOLLAR, signed, signed_wad, to_dollars, to_units, to_wad, units, wad},
        prices::Point,
        view::View,
    },
};

use super::{
    cast::{LEAST, Side, Wish},
    months::{Ending, Plan},
    stage::{Role, Stage},
};

/// Refusals of those who open among others: the market's guards.
const OPENING: &[&str] = &[
    "OpeningPaused",
    "PriceImpactTooHigh",
    "WindowImpactTooHigh",
    "MarkTooFarFromIndex",
    "BelowInitialMargin",
    "OpenInterestAboveCap",
    "SkewAboveCap",
    "PositionAboveCap",
    "OracleUnusable",
    "PositionTooSmall",
    "InsufficientMargin",
    "CurveExhausted",
    "UnfitTaker",
];
/// Refusals of those who leave: a loss beyond the margin is the keepers' business; or somebody else has closed.
const LEAVING: &[&str] =
    &["InsufficientMargin", "NoPosition", "OracleUnusable", "PositionTooSmall", "CurveExhausted"];
/// Refusals of keepers: there is nothing to do, or not now.
const KEEPING: &[&str] = &[
    "NotLiquidatable",
    "NoPosition",
    "NoTakeover",
    "TakeoverRunning",
    "TooEarly",
    "NothingToChange",
    "OverBudget",
    "OracleUnusable",
    "NothingToRealize",
    "NothingToPay",
    "ExceedsPosition",
    "PositionTooSmall",
    "MarkTooFarFromIndex",
];

/// Arbitrageurs act when the mark is this far off.
const ARBITRAGE_GAP: f64 = 0.003;
/// What one of their trades may move the price; the market's guard is at 2 %.
const ARBITRAGE_IMPACT: f64 = 0.018;
/// Leverage of arbitrageurs and desks.
const PATIENT_LEVERAGE: f64 = 3.0;
/// Keepers look through the accounts when the price has moved so far since they last did.
const LOOK_AFTER: f64 = 0.004;
/// Seconds between two looks of machines, where prices are further apart, and how many looks there are at least.
const LOOK_EVERY: u64 = 900;
const LEAST_LOOKS: u64 = 2;
/// Accounts in a batch of liquidations.
const BATCH: usize = 8;
/// Looks in a round of liquidations: one may make the next.
const LOOKS: usize = 4;
/// Accounts whose losses are realised at a time.
const REALIZE_AT_A_TIME: usize = 8;
/// What a desk keeps back of its money, token units.
const DESK_RESERVE: u128 = 100 * DOLLAR;
/// Rounds in which everybody must have left; then the market is halted.
const ROUNDS: usize = 240;
/// Traders who leave at a time.
const AT_A_TIME: usize = 8;
/// Parts in which arbitrageurs leave.
const PARTS: u64 = 6;
/// The council lets a market only reduce below this part of its first price, governance halts it below that.
const REDUCE_ONLY_BELOW: f64 = 0.25;

/// The market at a moment.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Seconds since 1970.
    pub time: u64,
    /// Oracle price, as posted.
    pub oracle: f64,
    /// The curve's price.
    pub spot: f64,
    /// Base of longs and shorts.
    pub long: f64,
    pub short: f64,
    /// Share of waiting profit that can be taken.
    pub haircut: f64,
    /// The insurance fund's ledger of the market, token units.
    pub fund: u128,
    /// Losses beyond margins so far, and those of them that nobody covered.
    pub shortfall: u128,
    pub uncovered: u128,
    /// Liquidations so far, of all kinds.
    pub liquidations: u64,
    /// The oracle's status.
    pub status: &'static str,
}

/// How it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    /// When, seconds since 1970.
    pub time: u64,
    /// The price everything was settled at, if the market was halted.
    pub halted_at: Option<f64>,
    /// Positions that were open when it was.
    pub settled: usize,
    /// Share at which waiting profit was paid.
    pub share: f64,
    /// When the market was set to only reduce.
    pub reduce_only: Option<u64>,
}

/// The month under way.
pub(crate) struct Market<'a> {
    pub stage: &'a mut Stage,
    /// Where everybody stands.
    pub rows: Vec<Row>,
    pub end: End,
    step: u64,
    steps: usize,
    first_price: f64,
    price: f64,
    looked_at: f64,
    found_some: bool,
    auctions: BTreeMap<usize, u64>,
}

impl<'a> Market<'a> {
    /// A market before its first price.
    pub fn new(stage: &'a mut Stage, plan: &Plan) -> Self {
        let first_price = plan.first().price as f64 / 1e8;
        Self {
            stage,
            rows: Vec::new(),
            end: End::default(),
            step: plan.step(),
            steps: 0,
            first_price,
            price: first_price,
            looked_at: 0.0,
            found_some: false,
            auctions: BTreeMap::new(),
        }
    }

    /// One posted price and what follows from it: machines, people, machines.
    pub fn step(&mut self, point: Point, wishes: &[(usize, Wish)]) -> Result<()> {
        self.post(point)?;
        self.arbitrage(1)?;
        self.keep()?;
        for (place, wish) in wishes {
            self.carry_out(*place, *wish)?;
        }
        self.arbitrage(2)?;
        let looks = (self.step / LOOK_EVERY).max(LEAST_LOOKS);
        for look in 1..looks {
            self.stage.be_at(point.time + self.step * look / looks)?;
            self.arbitrage(1)?;
            self.keep()?;
        }
        self.upkeep()?;
        self.steps += 1;
        Ok(())
    }

    /// Whether governance has had enough: the oracle gives no price any more.
    pub fn is_over(&self, ending: Ending) -> Result<bool> {
        Ok(ending == Ending::Halting
            && self.end.reduce_only.is_some()
            && self.stage.view()?.status() == "invalid")
    }

    /// Posts a price; the feed and the market take note of it.
    fn post(&mut self, point: Point) -> Result<()> {
        let stage = &mut *self.stage;
        stage.be_at(point.time)?;
        self.price = point.price as f64 / 1e8;
        let (source, feed) = (stage.at.source, stage.at.feed);
        stage.must(0, source, &PostedAggregator::postCall { answer: I256::try_from(point.price)? })?;
        stage.must(0, feed, &PriceFeed::pokeCall {})?;
        let keeper = keeper(stage)?;
        stage.act(keeper, &ClearingHouse::settleFundingCall { marketId: stage.market }, &["MarketHalted"])?;
        if self.price < self.first_price * REDUCE_ONLY_BELOW && self.end.reduce_only.is_none() {
            self.only_reduce(point.time)?;
        }
        Ok(())
    }

    fn only_reduce(&mut self, time: u64) -> Result<()> {
        let stage = &mut *self.stage;
        let council = *stage.all(Role::Council).first().context("no council")?;
        let call = ClearingHouse::setReduceOnlyCall { marketId: stage.market, reduceOnly: true };
        stage.act(council, &call, &[])?;
        self.end.reduce_only = Some(time);
        Ok(())
    }

    // ---- traders ----

    fn carry_out(&mut self, place: usize, wish: Wish) -> Result<()> {
        match wish {
            Wish::Close => self.close(place, U256::MAX).map(|_| ()),
            Wish::Open { side, margin, notional } => self.open(place, side, margin, notional),
            Wish::AddMargin(amount) => self.add_margin(place, amount),
        }
    }

    /// Opens, or adds; with less of everything where money is short. What margin lies there already counts.
    fn open(&mut self, place: usize, side: Side, margin: f64, notional: f64) -> Result<()> {
        let (wallet, position) = (self.stage.wallet(place)?, self.stage.position(place)?);
        let open = !position.size.is_zero();
        let held = if open { 0 } else { units(position.margin) };
        // The fee comes out of the margin, and the highest leverage has no room for it.
        let wanted = to_units(margin + notional * 0.005);
        let has = wallet + held;
        let part = (has as f64 / wanted.max(1) as f64).min(1.0);
        let deposit = wanted.min(has).saturating_sub(held).min(wallet);
        if notional * part < LEAST {
            return Ok(());
        }
        self.send_open(place, side, deposit, notional * part)
    }

    fn send_open(&mut self, place: usize, side: Side, margin: u128, notional: f64) -> Result<()> {
        let call = ClearingHouse::openPositionCall {
            marketId: self.stage.market,
            side: side.number(),
            margin: U256::from(margin),
            notional: to_wad(notional),
            baseLimit: U256::ZERO,
            maxFee: U256::MAX,
            deadline: U256::MAX,
        };
        if self.stage.act(place, &call, OPENING)?.is_some() {
            self.deposited(place, margin);
        }
        Ok(())
    }

    fn add_margin(&mut self, place: usize, amount: f64) -> Result<()> {
        let amount = to_units(amount).min(self.stage.wallet(place)?);
        // Nobody adds to a position that is gone.
        if amount == 0 || self.stage.position(place)?.size.is_zero() {
            return Ok(());
        }
        let call = ClearingHouse::addMarginCall { marketId: self.stage.market, amount: U256::from(amount) };
        if self.stage.act(place, &call, &[])?.is_some() {
            self.deposited(place, amount);
        }
        Ok(())
    }

    fn deposited(&mut self, place: usize, amount: u128) {
        if let Some(page) = self.stage.diary.account(place) {
            page.deposited += amount;
        }
    }

    fn close(&mut self, place: usize, size: U256) -> Result<bool> {
        let call = ClearingHouse::closePositionCall {
            marketId: self.stage.market,
            size,
            quoteLimit: U256::ZERO,
            maxFee: U256::MAX,
            deadline: U256::MAX,
        };
        Ok(self.stage.act(place, &call, LEAVING)?.is_some())
    }

    // ---- arbitrageurs ----

    /// Trades the mark to the oracle, as far as guards and capital go.
    fn arbitrage(&mut self, rounds: usize) -> Result<()> {
        for round in 0..rounds {
            let view = self.stage.view()?;
            if view.gap().abs() < ARBITRAGE_GAP || view.raw.halted {
                return Ok(());
            }
            let wanted = view.notional_to(view.oracle);
            let side = if wanted > 0.0 { Side::Long } else { Side::Short };
            let notional = wanted.abs().min(view.notional_within(ARBITRAGE_IMPACT) * 0.98);
            if notional < 300.0 || !self.arbitrage_once(&view, side, notional, round)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The first who can and may: those who leave a position need no margin, and no good oracle.
    fn arbitrage_once(&mut self, view: &View, side: Side, notional: f64, round: usize) -> Result<bool> {
        let mut queue = Vec::new();
        for place in self.stage.all(Role::Arbitrageur) {
            queue.push((place, self.stage.position(place)?));
        }
        let turn = (self.steps + round) % queue.len().max(1);
        queue.rotate_left(turn);
        queue.sort_by_key(|(_, position)| side_of(position).is_none_or(|held| held == side));
        for (place, position) in queue {
            if side_of(&position).is_some_and(|held| held != side) {
                let done = match wad(position.exitNotional) < notional * 1.02 {
                    true => self.close(place, U256::MAX)?,
                    false => self.reduce(place, side, notional)?,
                };
                if done {
                    return Ok(true);
                }
            } else if view.may_open() && self.arbitrage_open(view, place, &position, side, notional)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn reduce(&mut self, place: usize, side: Side, notional: f64) -> Result<bool> {
        let before = self.stage.diary.totals.volume;
        self.send_open(place, side, 0, notional)?;
        Ok(self.stage.diary.totals.volume > before)
    }

    fn arbitrage_open(
        &mut self,
        view: &View,
        place: usize,
        position: &PositionView,
        side: Side,
        notional: f64,
    ) -> Result<bool> {
        let wallet = self.stage.wallet(place)?;
        let after = size_of(position) * view.oracle + notional;
        let equity = signed(position.equity) as f64 / DOLLAR as f64;
        let missing = to_units(after / PATIENT_LEVERAGE - equity);
        if missing > wallet {
            return Ok(false);
        }
        let before = self.stage.diary.totals.volume;
        self.send_open(place, side, missing, notional)?;
        Ok(self.stage.diary.totals.volume > before)
    }

    // ---- keepers ----

    /// Liquidates what the curve takes, offers and closes what it does not.
    fn keep(&mut self) -> Result<()> {
        let moved = (self.price / self.looked_at - 1.0).abs() > LOOK_AFTER;
        if moved || self.found_some || self.steps.is_multiple_of(8) {
            self.liquidate()?;
        }
        self.take_over()
    }

    fn liquidate(&mut self) -> Result<()> {
        self.looked_at = self.price;
        self.found_some = false;
        for look in 0..LOOKS {
            let found = self.stage.liquidatable()?;
            if found.is_empty() {
                return Ok(());
            }
            self.found_some = true;
            let before = self.stage.diary.totals.liquidations;
            for batch in found.chunks(BATCH) {
                self.liquidate_batch(batch, look)?;
            }
            if self.stage.diary.totals.liquidations == before {
                return self.offer(&found);
            }
        }
        let left = self.stage.liquidatable()?;
        self.offer(&left)
    }

    fn liquidate_batch(&mut self, traders: &[Address], look: usize) -> Result<()> {
        let keepers = self.stage.all(Role::Keeper);
        let keeper = *keepers.get(look % keepers.len().max(1)).context("no keeper")?;
        let call = ClearingHouse::liquidateBatchCall {
            marketId: self.stage.market,
            traders: traders.to_vec(),
            minReward: U256::ZERO,
            deadline: U256::MAX,
        };
        self.stage.act(keeper, &call, KEEPING).map(|_| ())
    }

    /// What the curve has not taken is offered to anyone.
    fn offer(&mut self, traders: &[Address]) -> Result<()> {
        let keeper = keeper(self.stage)?;
        for trader in traders {
            let Some(place) = self.stage.diary.place(*trader) else { continue };
            let call = ClearingHouse::startTakeoverCall { marketId: self.stage.market, trader: *trader };
            if let Some(start) = self.stage.act(keeper, &call, KEEPING)? {
                self.auctions.insert(place, units(start) as u64);
            }
        }
        Ok(())
    }

    /// Desks take what they can once the discount is worth it; what nobody took goes against the other side.
    fn take_over(&mut self) -> Result<()> {
        let (now, time) = (self.stage.chain.timestamp(), self.takeover_time());
        for (place, start) in self.auctions.clone() {
            let position = self.stage.position(place)?;
            if position.takeoverStart.is_zero() || !position.liquidatable || now >= start + 2 * time {
                self.auctions.remove(&place);
            } else if now >= start + time {
                self.deleverage(place)?;
            } else if now >= start + time / 2 {
                self.desks_take(place, &position)?;
            }
        }
        Ok(())
    }

    fn takeover_time(&self) -> u64 {
        super::setup::takeover_time(self.step)
    }

    fn desks_take(&mut self, victim: usize, position: &PositionView) -> Result<()> {
        let index = wad(self.stage.view()?.raw.indexPrice);
        for desk in self.stage.all(Role::Desk) {
            let has = self.stage.wallet(desk)?.saturating_sub(DESK_RESERVE);
            let own = self.stage.position(desk)?;
            let other_side =
                side_of(&own).is_some_and(|held| side_of(position).is_some_and(|side| side != held));
            let notional = to_dollars(has) * PATIENT_LEVERAGE;
            if other_side || notional < 1_000.0 {
                continue;
            }
            let base = (notional / index).min(size_of(position));
            let margin = to_units(base * index / PATIENT_LEVERAGE).min(has);
            let call = ClearingHouse::takeOverCall {
                marketId: self.stage.market,
                trader: self.stage.address(victim),
                base: to_wad(base),
                margin: U256::from(margin),
                priceLimit: U256::ZERO,
                deadline: U256::MAX,
            };
            if self.stage.act(desk, &call, TAKING)?.is_some() {
                self.deposited(desk, margin);
                return Ok(());
            }
        }
        Ok(())
    }

    fn deleverage(&mut self, victim: usize) -> Result<()> {
        let keeper = keeper(self.stage)?;
        let trader = self.stage.address(victim);
        let call = ClearingHouse::deleverageCall { marketId: self.stage.market, trader, base: U256::MAX };
        if self.stage.act(keeper, &call, KEEPING)?.is_some() {
            self.auctions.remove(&victim);
        }
        Ok(())
    }

    /// What is due by the hour, by the quarter of a day, and by the day.
    fn upkeep(&mut self) -> Result<()> {
        let hour = usize::try_from(3_600 / self.step.max(1)).unwrap_or(1).max(1);
        let market_id = self.stage.market;
        let keeper = keeper(self.stage)?;
        if self.steps.is_multiple_of(hour) {
            if self.stage.view()?.gap().abs() > ARBITRAGE_GAP {
                self.stage.act(keeper, &ClearingHouse::repegCall { marketId: market_id }, KEEPING)?;
            }
            self.desks_unwind()?;
        }
        if self.steps.is_multiple_of(6 * hour) {
            self.stage.act(keeper, &ClearingHouse::adjustDepthCall { marketId: market_id }, KEEPING)?;
            self.realize_losses()?;
        }
        if self.steps.is_multiple_of(24 * hour) {
            self.stage.act(keeper, &ClearingHouse::payInsuranceCall { marketId: market_id }, KEEPING)?;
        }
        Ok(())
    }

    /// Desks sell on the curve what they took over, a quarter at a time.
    fn desks_unwind(&mut self) -> Result<()> {
        for desk in self.stage.all(Role::Desk) {
            let position = self.stage.position(desk)?;
            if position.size.is_zero() {
                self.withdraw(desk)?;
                continue;
            }
            let part = if wad(position.notional) < 20_000.0 { 1 } else { 4 };
            self.close(desk, position.size.unsigned_abs() / U256::from(part))?;
        }
        Ok(())
    }

    /// Moves open losses into the pool while winners wait for it, the largest first.
    fn realize_losses(&mut self) -> Result<()> {
        let view = self.stage.view()?;
        let mut wanted = to_dollars(view.uncovered_claims());
        if wanted < 1.0 || !view.may_liquidate() {
            return Ok(());
        }
        let mut losers = Vec::new();
        for place in 0..self.stage.people.len() {
            let position = self.stage.position(place)?;
            let loss = -signed_wad(position.exitPnl).max(signed_wad(position.unrealizedPnl));
            let loss = loss.min(to_dollars(units(position.margin)));
            if !position.size.is_zero() && loss > 1.0 {
                losers.push((loss, place));
            }
        }
        losers.sort_by(|one, other| other.0.total_cmp(&one.0));
        let keeper = keeper(self.stage)?;
        for (loss, place) in losers.into_iter().take(REALIZE_AT_A_TIME) {
            if wanted <= 0.0 {
                break;
            }
            wanted -= loss;
            let trader = self.stage.address(place);
            let call = ClearingHouse::realizeLossCall { marketId: self.stage.market, trader };
            self.stage.act(keeper, &call, KEEPING)?;
        }
        Ok(())
    }

    // ---- books ----

    /// Writes a row, and checks that the clearing house holds what it owes.
    pub fn row(&mut self, time: u64) -> Result<&Row> {
        let view = self.stage.view()?;
        let (held, owed) = self.stage.held_and_owed(&view)?;
        if held != owed {
            self.stage.problems.push(format!("at {time} the clearing house holds {held} and owes {owed}"));
        }
        let totals = &self.stage.diary.totals;
        self.rows.push(Row {
            time,
            oracle: self.price,
            spot: view.spot,
            long: wad(view.raw.longSize),
            short: wad(view.raw.shortSize),
            haircut: view.haircut(),
            fund: self.stage.insurance()?.0,
            shortfall: totals.shortfall,
            uncovered: totals.uncovered,
            liquidations: totals.liquidations + totals.takeovers + totals.deleveragings,
            status: view.status(),
        });
        self.rows.last().context("a row was just written")
    }

    // ---- the end ----

    /// Empties the market.
    pub fn finish(&mut self, last: Point, ending: Ending) -> Result<()> {
        let time = match ending {
            Ending::Leaving => self.leave(last)?,
            Ending::Halting => last.time,
        };
        self.end.time = time;
        self.row(time)?;
        if self.anybody_open()? {
            self.halt()?;
        }
        let (mut waiting, mut paid) = (0, 0);
        for place in 0..self.stage.people.len() {
            waiting += units(self.stage.position(place)?.claim);
            paid += self.take_profit(place)?;
            self.withdraw(place)?;
        }
        self.end.share = if waiting == 0 { 1.0 } else { paid as f64 / waiting as f64 };
        let keeper = keeper(self.stage)?;
        let market_id = self.stage.market;
        self.stage.act(keeper, &ClearingHouse::payInsuranceCall { marketId: market_id }, KEEPING)?;
        for role in [Role::Keeper, Role::Desk] {
            for place in self.stage.all(role) {
                let recipient = self.stage.address(place);
                self.stage.act(place, &ClearingHouse::withdrawRewardCall { recipient }, KEEPING)?;
            }
        }
        Ok(())
    }

    /// Traders and desks first, a few at a time, then the arbitrageurs, who stand against everybody else.
    fn leave(&mut self, last: Point) -> Result<u64> {
        let mut now = last;
        let mut everybody = self.stage.traders();
        everybody.extend(self.stage.all(Role::Desk));
        for _ in 0..ROUNDS {
            now.time += self.step;
            self.next_moment(now)?;
            let open = self.open_among(&everybody)?;
            if open.is_empty() {
                break;
            }
            for some in open.chunks(AT_A_TIME) {
                for place in some {
                    self.close(*place, U256::MAX)?;
                }
                self.arbitrage(2)?;
            }
        }
        let arbitrageurs = self.stage.all(Role::Arbitrageur);
        for place in self.open_among(&arbitrageurs)? {
            let wallet = to_dollars(self.stage.wallet(place)?);
            self.add_margin(place, wallet)?;
        }
        for round in 0..ROUNDS as u64 {
            now.time += self.step;
            self.post(now)?;
            let open = self.open_among(&arbitrageurs)?;
            if open.is_empty() {
                break;
            }
            let parts = PARTS.saturating_sub(round).max(1);
            for place in open {
                let size = self.stage.position(place)?.size.unsigned_abs();
                let size = if parts == 1 { U256::MAX } else { size / U256::from(parts) };
                self.close(place, size)?;
            }
            if parts == 1 {
                self.keep_all()?;
            }
        }
        Ok(now.time)
    }

    fn next_moment(&mut self, now: Point) -> Result<()> {
        self.post(now)?;
        self.arbitrage(3)?;
        self.keep_all()?;
        self.steps += 1;
        Ok(())
    }

    fn keep_all(&mut self) -> Result<()> {
        self.found_some = true;
        self.keep()
    }

    fn open_among(&self, places: &[usize]) -> Result<Vec<usize>> {
        let mut open = Vec::new();
        for place in places {
            if !self.stage.position(*place)?.size.is_zero() {
                open.push(*place);
            }
        }
        Ok(open)
    }

    fn anybody_open(&self) -> Result<bool> {
        Ok(!self.stage.view()?.raw.openPositions.is_zero())
    }

    /// Governance ends the market: everybody is settled at one price, in whatever order.
    fn halt(&mut self) -> Result<()> {
        let market_id = self.stage.market;
        let price = self.stage.act(0, &ClearingHouse::haltMarketCall { marketId: market_id }, &[])?;
        self.end.halted_at = price.map(wad);
        let keeper = keeper(self.stage)?;
        let everybody: Vec<usize> = (0..self.stage.people.len()).collect();
        for place in self.open_among(&everybody)? {
            let trader = self.stage.address(place);
            self.stage.act(
                keeper,
                &ClearingHouse::settlePositionCall { marketId: market_id, trader },
                &[],
            )?;
            self.end.settled += 1;
        }
        Ok(())
    }

    /// Takes what waits, at the market's share; returns what was paid.
    fn take_profit(&mut self, place: usize) -> Result<u128> {
        let position = self.stage.position(place)?;
        if position.claim.is_zero() {
            return Ok(0);
        }
        let market_id = self.stage.market;
        let payout = if self.end.halted_at.is_some() {
            let trader = self.stage.address(place);
            self.stage.act(place, &ClearingHouse::redeemClaimCall { marketId: market_id, trader }, &[])?
        } else {
            let call = ClearingHouse::claimProfitCall {
                marketId: market_id,
                amount: position.claim,
                minPayout: position.claimWorth,
            };
            self.stage.act(place, &call, &[])?
        };
        Ok(payout.map_or(0, units))
    }

    /// Takes all margin of an account without a position.
    fn withdraw(&mut self, place: usize) -> Result<()> {
        let amount = self.stage.position(place)?.margin;
        if amount.is_zero() {
            return Ok(());
        }
        let recipient = self.stage.address(place);
        let call = ClearingHouse::removeMarginCall { marketId: self.stage.market, amount, recipient };
        if self.stage.act(place, &call, &[])?.is_some()
            && let Some(page) = self.stage.diary.account(place)
        {
            page.withdrawn += units(amount);
        }
        Ok(())
    }
}

/// Refusals of desks: what they may take is bounded as any opening is, and others may have acted.
const TAKING: &[&str] = &[
    "NotLiquidatable",
    "NoPosition",
    "NoTakeover",
    "UnfitTaker",
    "BelowInitialMargin",
    "PositionAboveCap",
    "PositionTooSmall",
    "OracleUnusable",
    "OpenInterestAboveCap",
];

fn keeper(stage: &Stage) -> Result<usize> {
    stage.all(Role::Keeper).first().copied().context("no keeper")
}

fn side_of(position: &PositionView) -> Option<Side> {
    match position.size {
        size if size.is_zero() => None,
        size if size.is_negative() => Some(Side::Short),
        _ => Some(Side::Long),
    }
}

fn size_of(position: &PositionView) -> f64 {
    signed_wad(position.size).abs()
}
