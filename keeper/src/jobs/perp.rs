//! Perpetuals on a curve. In the order in which it matters: the oracle's price is noted; positions below their
//! maintenance margin are closed on the curve, what the curve does not take is offered, taken over with money of one's
//! own, or closed against the other side; funding and the curve are kept up; losers pay in while winners wait; what is
//! due goes to the insurance fund. A market that was halted, or whose oracle is dead, is seen to its end.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, FixedBytes, I256, U256},
    sol_types::{SolCall, SolError},
};
use anyhow::Result;
use everfloor_bindings::{
    ClearingHouse,
    IClearingHouse::{MarketParams, MarketView, PositionView},
    TestToken,
};
use tracing::debug;

use crate::{
    book::Book,
    chain::Look,
    config,
    metrics::{Metrics, Named},
    value::WAD,
    watch::News,
    work::{Pays, Sum, Task, Urgency},
};

use super::{DEADLINE, apart_ppm, first_error, oracle::Feed, own_order, part, to_units};

/// The job's name.
pub(super) const NAME: &str = "perp";
/// Seconds between two changes of a curve of one kind.
const CHANGE_INTERVAL: u64 = 3_600;
/// Seconds after which an oracle that is silent may be called dead.
const DEAD_ORACLE: u64 = 259_200;
/// Seconds between two times that losers are looked for while winners wait.
const LOSSES_EVERY: u64 = 60;
/// What one deleveraging may take of the other side, tenths.
const MOST_TENTHS: u64 = 9;
/// Beyond the initial margin, so that a taker's position is not refused for a rounding, percent.
const MARGIN_ROOM: u64 = 101;
/// How far a price may move between looking and taking over.
const TAKING_ROOM_PPM: u64 = 2_000;
/// Parts in which what was taken over is sold: the largest that the price allows.
const PARTS: [u64; 4] = [1, 4, 16, 64];
/// The oracle's price is good; it is good enough to close by.
const GOOD: u8 = 0;
const DEVIATING: u8 = 1;

/// The markets of a clearing house.
#[derive(Debug)]
pub struct Perp {
    config: config::Perp,
    house: Address,
    token: Address,
    decimals: u8,
    markets: Vec<Market>,
    metrics: Metrics,
}

/// What is remembered of a market.
#[derive(Debug)]
struct Market {
    id: U256,
    params: Option<MarketParams>,
    feed: Feed,
    /// The prices at which accounts were last looked through.
    looked: Option<(U256, U256)>,
    /// Some were found then: there may be more.
    found: bool,
    /// Whoever may have an auction.
    auctions: BTreeSet<Address>,
    funded: u64,
    losses_at: u64,
}

/// A market at the moment, with what it takes to make work of it.
struct Scene<'a> {
    look: &'a Look<'a>,
    news: &'a News,
    perp: &'a config::Perp,
    house: Address,
    token: Address,
    decimals: u8,
    id: U256,
    view: MarketView,
    params: MarketParams,
}

impl Perp {
    /// Finds the markets.
    pub async fn open(config: &config::Perp, book: &Book, look: &Look<'_>, metrics: Metrics) -> Result<Self> {
        let house = config.clearing_house.find(book)?;
        let token = look.ask(house, &ClearingHouse::quoteTokenCall {}).await?;
        let decimals = look.ask(token, &TestToken::decimalsCall {}).await?;
        let mut job = Self { config: config.clone(), house, token, decimals, markets: Vec::new(), metrics };
        job.find_markets(look).await?;
        Ok(job)
    }

    /// What it is paid in.
    pub fn token(&self) -> Address {
        self.token
    }

    /// Whose events it wants.
    pub fn contracts(&self) -> Vec<Address> {
        let feeds = self.markets.iter().map(|market| market.feed.at);
        feeds.chain([self.house]).collect()
    }

    async fn find_markets(&mut self, look: &Look<'_>) -> Result<()> {
        let count: u64 = look.ask(self.house, &ClearingHouse::marketCountCall {}).await?.saturating_to();
        let wanted: Vec<u64> = match self.config.markets.as_slice() {
            [] => (1..=count).collect(),
            named => named.to_vec(),
        };
        for id in wanted.into_iter().map(U256::from) {
            if self.markets.iter().all(|market| market.id != id) {
                let view = look.ask(self.house, &ClearingHouse::getMarketCall { marketId: id }).await?;
                self.markets.push(Market::new(id, view.feed));
            }
        }
        Ok(())
    }

    /// What there is to do.
    pub async fn look(&mut self, look: &Look<'_>, news: &News, tasks: &mut Vec<Task>) -> Result<()> {
        if news.fresh || news.events::<ClearingHouse::MarketCreated>(self.house).next().is_some() {
            self.find_markets(look).await?;
        }
        let mut looks = Vec::new();
        for market in &mut self.markets {
            let scene = market.scene(look, news, &self.config, self.house, self.token, self.decimals).await;
            looks.push(match scene {
                Ok(scene) => market.tasks(&scene, &self.metrics, tasks).await,
                Err(error) => Err(error),
            });
        }
        let reward = look.ask(self.house, &ClearingHouse::rewardOfCall { keeper: look.me }).await?;
        if !reward.is_zero() && reward >= to_units(self.config.least_reward.0, self.decimals) {
            let call = ClearingHouse::withdrawRewardCall { recipient: look.me };
            let task = Task::new((NAME, "withdraw-reward"), "", self.house, &call);
            tasks.push(task.because(format!("{reward} token units of rewards wait")));
        }
        first_error(looks)
    }
}

impl Market {
    fn new(id: U256, feed: Address) -> Self {
        Self {
            id,
            params: None,
            feed: Feed::new(feed),
            looked: None,
            found: false,
            auctions: BTreeSet::new(),
            funded: 0,
            losses_at: 0,
        }
    }

    async fn scene<'a>(
        &mut self,
        look: &'a Look<'a>,
        news: &'a News,
        perp: &'a config::Perp,
        house: Address,
        token: Address,
        decimals: u8,
    ) -> Result<Scene<'a>> {
        let id = self.id;
        let view = look.ask(house, &ClearingHouse::getMarketCall { marketId: id }).await?;
        let changed =
            news.events::<ClearingHouse::MarketParamsChanged>(house).any(|event| event.marketId == id);
        let params = match self.params.take().filter(|_| !news.fresh && !changed) {
            Some(params) => params,
            None => look.ask(house, &ClearingHouse::getParamsCall { marketId: id }).await?.params,
        };
        self.params = Some(params.clone());
        if self.feed.at != view.feed {
            self.feed = Feed::new(view.feed);
        }
        Ok(Scene { look, news, perp, house, token, decimals, id, view, params })
    }

    /// Everything there is to do in this market.
    async fn tasks(&mut self, scene: &Scene<'_>, metrics: &Metrics, tasks: &mut Vec<Task>) -> Result<()> {
        if scene.view.halted {
            return scene.end(tasks).await;
        }
        tasks.extend(self.feed.look(NAME, scene.look, scene.news).await?);
        if let Some(task) = self.funding(scene) {
            tasks.push(task);
        }
        self.liquidations(scene, metrics, tasks).await?;
        tasks.extend(scene.curve());
        self.losses(scene, tasks).await?;
        tasks.extend(scene.money());
        scene.unwind(tasks).await
    }

    // ---- funding ----

    fn funding(&mut self, scene: &Scene<'_>) -> Option<Task> {
        let events = scene.news.events::<ClearingHouse::FundingAccrued>(scene.house);
        let now = scene.look.now;
        if scene.news.blind {
            self.funded = 0;
        }
        if events.filter(|event| event.marketId == self.id).count() > 0 {
            self.funded = now;
        }
        if now < self.funded.saturating_add(scene.perp.funding_every) {
            return None;
        }
        // The market says nothing where no funding moves.
        self.funded = now;
        let call = ClearingHouse::settleFundingCall { marketId: self.id };
        Some(
            scene
                .task("settle-funding", now, &call)
                .because("nothing has settled funding for a while")
                .urgent(Urgency::Due),
        )
    }

    // ---- liquidations ----

    /// Whether accounts have to be looked through: the prices that decide have moved, or something has happened.
    fn should_look(&self, scene: &Scene<'_>) -> bool {
        let Some((mark, index)) = self.looked else { return true };
        let moved = |now, then| apart_ppm(now, then) >= scene.perp.look_after_ppm.max(1);
        self.found
            || scene.news.touched(scene.house)
            || moved(scene.view.markPrice, mark)
            || moved(scene.view.indexPrice, index)
    }

    async fn liquidations(
        &mut self,
        scene: &Scene<'_>,
        metrics: &Metrics,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        for event in scene.news.events::<ClearingHouse::TakeoverStarted>(scene.house) {
            if event.marketId == self.id {
                self.auctions.insert(event.trader);
            }
        }
        if scene.may_liquidate() && (self.should_look(scene) || !self.auctions.is_empty()) {
            let mut found = scene.liquidatable().await?;
            let named = Named { of: self.id.to_string() };
            metrics.liquidatable.get_or_create(&named).set(i64::try_from(found.len()).unwrap_or(i64::MAX));
            own_order(&mut found, scene.look.me);
            self.looked = Some((scene.view.markPrice, scene.view.indexPrice));
            self.found = !found.is_empty();
            let mut offered = self.auctions.clone();
            offered.extend(scene.batches(&found, tasks).await?);
            // What the curve may not take at an unfair mark is in no list; nor are auctions of before this keeper began.
            if scene.news.fresh || scene.mark_is_unfair() {
                offered
                    .extend(scene.positions().await?.into_iter().filter(needs_auction).map(|(who, _)| who));
            }
            self.auctions = scene.auctions(&offered, tasks).await?;
        }
        Ok(())
    }

    // ---- losses ----

    /// Losers pay in what they have lost while winners wait for it, the largest loss first.
    async fn losses(&mut self, scene: &Scene<'_>, tasks: &mut Vec<Task>) -> Result<()> {
        let money = &scene.view.money;
        let wanted = money.claims.saturating_sub(money.pool);
        let now = scene.look.now;
        let due = now >= self.losses_at.saturating_add(LOSSES_EVERY) || scene.news.touched(scene.house);
        if wanted.is_zero() || !scene.may_liquidate() || !due {
            return Ok(());
        }
        self.losses_at = now;
        let positions = scene.positions().await?;
        let mut losers: Vec<(U256, Address)> =
            positions.iter().map(|(who, position)| (scene.loss(position), *who)).collect();
        losers.retain(|(loss, _)| loss >= &scene.units(WAD));
        losers.sort_by(|one, other| other.cmp(one));
        let mut missing = wanted;
        for (loss, trader) in losers.into_iter().take(scene.perp.losses) {
            if missing.is_zero() {
                break;
            }
            missing = missing.saturating_sub(loss);
            let call = ClearingHouse::realizeLossCall { marketId: self.id, trader };
            let why = format!("winners wait for {wanted} token units, and {loss} are lost here");
            tasks.push(scene.task("realize-loss", trader, &call).because(why).patient());
        }
        Ok(())
    }
}

/// Whether a position has an auction or should have one.
fn needs_auction((_, position): &(Address, PositionView)) -> bool {
    !position.size.is_zero() && (!position.takeoverStart.is_zero() || is_under(position))
}

/// Whether a position has lost its maintenance margin.
fn is_under(position: &PositionView) -> bool {
    I256::try_from(position.maintenanceMargin).is_ok_and(|required| position.equity < required)
}

/// What a batch of liquidations would bring; none if it would liquidate nobody.
fn reward_of_batch(answer: &[u8]) -> Option<U256> {
    let told = ClearingHouse::liquidateBatchCall::abi_decode_returns(answer).ok()?;
    told.results.iter().any(|result| result.is_zero()).then_some(told.reward)
}

fn reward_of_deleverage(answer: &[u8]) -> Option<U256> {
    ClearingHouse::deleverageCall::abi_decode_returns(answer).ok().map(|told| told.reward)
}

impl Scene<'_> {
    fn task(&self, action: &'static str, subject: impl ToString, call: &impl SolCall) -> Task {
        Task::new((NAME, action), format!("{}/{}", self.id, subject.to_string()), self.house, call)
    }

    fn units(&self, wad: U256) -> U256 {
        to_units(wad, self.decimals)
    }

    fn may_liquidate(&self) -> bool {
        matches!(self.view.oracleStatus, GOOD | DEVIATING)
    }

    /// Whether the mark is too far from the oracle to realise losses at it, on one side or the other.
    fn mark_is_unfair(&self) -> bool {
        let gap = apart_ppm(self.view.spotPrice, self.view.indexPrice);
        gap > u64::from(self.params.trading.maxDivergencePpm)
    }

    // ---- looking ----

    /// Accounts that can be liquidated on the curve, on all pages.
    async fn liquidatable(&self) -> Result<Vec<Address>> {
        let (market_id, count) = (self.id, U256::from(self.perp.page));
        let call = |from| ClearingHouse::liquidatableCall { marketId: market_id, from, count };
        self.look.pages(self.house, U256::ZERO, call, |page| (page.accounts, page.next)).await
    }

    /// Every account with how it stands, on all pages.
    async fn positions(&self) -> Result<Vec<(Address, PositionView)>> {
        let (market_id, count) = (self.id, U256::from(self.perp.page));
        let call = |from| ClearingHouse::accountsOfMarketCall { marketId: market_id, from, count };
        let take = |page: ClearingHouse::accountsOfMarketReturn| (page.accounts, page.next);
        let accounts = self.look.pages(self.house, U256::ZERO, call, take).await?;
        self.views(&accounts).await
    }

    /// How some accounts stand.
    async fn views(&self, accounts: &[Address]) -> Result<Vec<(Address, PositionView)>> {
        let call =
            |account: &Address| ClearingHouse::getPositionCall { marketId: self.id, account: *account };
        let calls: Vec<_> = accounts.iter().map(call).collect();
        let views = self.look.try_ask_all(self.house, &calls).await?;
        let mut told = Vec::with_capacity(views.len());
        for (account, view) in accounts.iter().zip(views) {
            match view {
                Ok(view) => told.push((*account, view)),
                Err(refusal) => debug!(%account, %refusal, "a position that cannot be looked at"),
            }
        }
        Ok(told)
    }

    /// What an open position has lost and its margin can pay, token units.
    fn loss(&self, position: &PositionView) -> U256 {
        if position.size.is_zero() {
            return U256::ZERO;
        }
        let pnl = position.exitPnl.max(position.unrealizedPnl);
        let loss = if pnl.is_negative() { self.units(pnl.unsigned_abs()) } else { U256::ZERO };
        loss.min(position.margin)
    }

    // ---- liquidations ----

    /// Work that liquidates those the curve takes, in batches; the others are answered.
    async fn batches(&self, found: &[Address], tasks: &mut Vec<Task>) -> Result<Vec<Address>> {
        let mut others = Vec::new();
        for some in found.chunks(self.perp.batch.max(1)) {
            let call = self.batch(some.to_vec());
            let results = match self.look.try_ask(self.house, &call).await? {
                Ok(told) => told.results,
                Err(refusal) => {
                    debug!(%refusal, "a batch that is refused whole");
                    continue;
                }
            };
            let thin = FixedBytes(ClearingHouse::CurveTooThin::SELECTOR);
            let (mut can, mut why) = (Vec::new(), BTreeSet::new());
            for (trader, result) in some.iter().zip(results) {
                if result.is_zero() {
                    can.push(*trader);
                } else if result == thin {
                    others.push(*trader);
                } else {
                    why.insert(result);
                }
            }
            debug!(found = some.len(), can = can.len(), refused = ?why, "accounts that lost their margin");
            if !can.is_empty() {
                tasks.push(self.liquidate(can));
            }
        }
        Ok(others)
    }

    /// There is no limit on what a batch brings: its gas is spent either way, and what others left of it still pays.
    fn batch(&self, traders: Vec<Address>) -> ClearingHouse::liquidateBatchCall {
        ClearingHouse::liquidateBatchCall {
            marketId: self.id,
            traders,
            minReward: U256::ZERO,
            deadline: U256::from(self.look.now.saturating_add(DEADLINE)),
        }
    }

    fn liquidate(&self, traders: Vec<Address>) -> Task {
        let alone = |trader: &Address| self.liquidate(vec![*trader]);
        let parts = if traders.len() > 1 { traders.iter().map(alone).collect() } else { Vec::new() };
        let names: Vec<String> = traders.iter().map(Address::to_string).collect();
        let why = format!("{} accounts have lost their maintenance margin", traders.len());
        let pays = Pays::Answered { token: self.token, read: reward_of_batch };
        let task = self.task("liquidate", names.join(","), &self.batch(traders));
        task.because(why).urgent(Urgency::Now).pays(pays).or_in_parts(parts)
    }

    /// Work on positions that have, or should have, an auction; those that still do are answered.
    async fn auctions(
        &self,
        offered: &BTreeSet<Address>,
        tasks: &mut Vec<Task>,
    ) -> Result<BTreeSet<Address>> {
        let offered: Vec<Address> = offered.iter().copied().collect();
        let mut on = BTreeSet::new();
        // One takeover in a round: the next depends on what this one leaves of the limits and of the money.
        let mut own = if self.takes_over() { Some(self.own().await?) } else { None };
        for (trader, position) in self.views(&offered).await? {
            if position.size.is_zero() {
                continue;
            }
            let start: u64 = position.takeoverStart.saturating_to();
            let stands =
                start != 0 && self.look.now < start.saturating_add(self.takeover_time().saturating_mul(2));
            if !is_under(&position) {
                tasks.extend((start != 0).then(|| self.end_auction(trader)));
                continue;
            }
            on.insert(trader);
            if !stands {
                tasks.push(self.start_auction(trader));
            } else if self.look.now >= start.saturating_add(self.takeover_time()) {
                tasks.extend(self.deleverage(trader, &position));
            }
            let taking =
                own.as_ref().filter(|_| stands).and_then(|own| self.take_over(trader, &position, own));
            if let Some(task) = taking {
                tasks.push(task);
                own = None;
            }
        }
        Ok(on)
    }

    fn takeover_time(&self) -> u64 {
        self.params.risk.takeoverTime.into()
    }

    fn start_auction(&self, trader: Address) -> Task {
        let call = ClearingHouse::startTakeoverCall { marketId: self.id, trader };
        let task = self.task("start-takeover", trader, &call);
        task.because("the curve does not take the position").urgent(Urgency::Now)
    }

    fn end_auction(&self, trader: Address) -> Task {
        let call = ClearingHouse::startTakeoverCall { marketId: self.id, trader };
        self.task("end-takeover", trader, &call).because("the position keeps its margin again").patient()
    }

    /// Closes a position that nobody took over against the other side, as much as one call may.
    fn deleverage(&self, trader: Address, position: &PositionView) -> Option<Task> {
        if self.view.oracleStatus != GOOD {
            return None;
        }
        let other = if position.size.is_negative() { self.view.longSize } else { self.view.shortSize };
        let most = other.saturating_mul(U256::from(MOST_TENTHS)) / U256::from(10);
        let base = position.size.unsigned_abs().min(most);
        let call = ClearingHouse::deleverageCall { marketId: self.id, trader, base };
        let pays = Pays::Answered { token: self.token, read: reward_of_deleverage };
        let task = self.task("deleverage", trader, &call).because("nobody took the position over").pays(pays);
        (!base.is_zero()).then(|| task.urgent(Urgency::Now))
    }

    // ---- positions taken over ----

    fn takes_over(&self) -> bool {
        !self.perp.takeover.max_notional.0.is_zero()
    }

    /// This keeper's own position and tokens.
    async fn own(&self) -> Result<Own> {
        let me = self.look.me;
        let position = ClearingHouse::getPositionCall { marketId: self.id, account: me };
        let allowance = TestToken::allowanceCall { owner: me, spender: self.house };
        Ok(Own {
            position: self.look.ask(self.house, &position).await?,
            wallet: self.look.ask(self.token, &TestToken::balanceOfCall { account: me }).await?,
            allowance: self.look.ask(self.token, &allowance).await?,
        })
    }

    /// Takes a position over, or a part of it, within the limits and as far as the money goes.
    fn take_over(&self, trader: Address, position: &PositionView, own: &Own) -> Option<Task> {
        let limits = &self.perp.takeover;
        let long = position.size.is_positive();
        let other_side = !own.position.size.is_zero() && own.position.size.is_positive() != long;
        let discount = self.discount_ppm(position);
        if trader == self.look.me || other_side || discount < limits.least_discount_ppm {
            return None;
        }
        let index = self.view.indexPrice;
        let value = |base: U256| base.saturating_mul(index) / WAD;
        let room = limits.max_notional.0.saturating_sub(value(own.position.size.unsigned_abs()));
        let affordable = own
            .wallet
            .saturating_mul(WAD / self.units(WAD))
            .saturating_mul(U256::from(limits.leverage_percent))
            / U256::from(MARGIN_ROOM);
        let (whole, least) = (value(position.size.unsigned_abs()), self.params.trading.minNotional);
        let notional = whole.min(room).min(affordable);
        // Of a position whose rest would be too small to stand the whole is taken.
        let all = whole.saturating_sub(notional) < least;
        if notional < least || (all && notional < whole) {
            return None;
        }
        let margin = self.units(notional).saturating_mul(U256::from(MARGIN_ROOM))
            / U256::from(limits.leverage_percent);
        if own.allowance < margin {
            let call = TestToken::approveCall { spender: self.house, value: U256::MAX };
            let task = Task::new((NAME, "approve"), self.house, self.token, &call);
            return Some(task.because("what is taken over needs margin").urgent(Urgency::Now));
        }
        let room = part(index, TAKING_ROOM_PPM);
        let limit = if long { index.saturating_add(room) } else { index.saturating_sub(room) };
        let call = ClearingHouse::takeOverCall {
            marketId: self.id,
            trader,
            base: notional.saturating_mul(WAD).checked_div(index)?,
            margin,
            priceLimit: limit,
            deadline: U256::from(self.look.now.saturating_add(DEADLINE)),
        };
        let amount = self.units(part(notional, discount));
        let task =
            self.task("take-over", trader, &call).pays(Pays::AtLeast(Sum { token: self.token, amount }));
        Some(task.because(format!("a discount of {discount} ppm")).urgent(Urgency::Now))
    }

    fn discount_ppm(&self, position: &PositionView) -> u64 {
        let elapsed = self.look.now.saturating_sub(position.takeoverStart.saturating_to());
        let time = self.takeover_time().max(1);
        u64::from(self.params.risk.takeoverDiscountPpm).saturating_mul(elapsed.min(time)) / time
    }

    /// Sells what was taken over, as much at a time as the price allows, and takes the margin back at the end.
    async fn unwind(&self, tasks: &mut Vec<Task>) -> Result<()> {
        if !self.takes_over() {
            return Ok(());
        }
        let own = self.own().await?.position;
        if own.size.is_zero() {
            tasks.extend(self.take_home(&own));
            return Ok(());
        }
        for parts in PARTS {
            let size = if parts == 1 { U256::MAX } else { own.size.unsigned_abs() / U256::from(parts) };
            if let Some(task) = self.sell(size, own.size.is_positive()).await? {
                tasks.push(task);
                break;
            }
        }
        Ok(())
    }

    /// Closes so much, if it can be had near the oracle's price.
    async fn sell(&self, size: U256, long: bool) -> Result<Option<Task>> {
        let none = U256::ZERO;
        let call = ClearingHouse::previewClosePositionCall {
            marketId: self.id,
            account: self.look.me,
            size,
            quoteLimit: none,
            maxFee: U256::MAX,
        };
        let preview = self.look.ask(self.house, &call).await?;
        let base = preview.exchangedBase.unsigned_abs();
        if !preview.errorSelector.is_zero() || base.is_zero() {
            return Ok(None);
        }
        let fair = base.saturating_mul(self.view.indexPrice) / WAD;
        let slippage = part(fair, self.perp.takeover.unwind_slippage_ppm);
        let limit = if long { fair.saturating_sub(slippage) } else { fair.saturating_add(slippage) };
        let fits = if long { preview.exchangedNotional >= limit } else { preview.exchangedNotional <= limit };
        let call = ClearingHouse::closePositionCall {
            marketId: self.id,
            size,
            quoteLimit: limit,
            maxFee: U256::MAX,
            deadline: U256::from(self.look.now.saturating_add(DEADLINE)),
        };
        let task = self.task("unwind", "", &call).because("what was taken over is sold again");
        Ok(fits.then_some(task))
    }

    /// Of a position that is closed: profit that waits, where it is worth all of itself, and margin.
    fn take_home(&self, own: &PositionView) -> Option<Task> {
        let market_id = self.id;
        if !own.claim.is_zero() && own.claimWorth == own.claim {
            let call = ClearingHouse::claimProfitCall {
                marketId: market_id,
                amount: own.claim,
                minPayout: own.claim,
            };
            return Some(self.task("claim-profit", "", &call).because("the pool has what was won").patient());
        }
        let call = ClearingHouse::removeMarginCall {
            marketId: market_id,
            amount: own.margin,
            recipient: self.look.me,
        };
        let task = self.task("remove-margin", "", &call).because("nothing is held with it").patient();
        (!own.margin.is_zero()).then_some(task)
    }

    // ---- upkeep ----

    /// Moves the curve towards the oracle, and its depth towards the target.
    fn curve(&self) -> Vec<Task> {
        let (curve, now, mut tasks) = (&self.view.curve, self.look.now, Vec::new());
        let due = |last: U256| now >= last.saturating_to::<u64>().saturating_add(CHANGE_INTERVAL);
        let gap = apart_ppm(self.view.spotPrice, self.view.indexPrice);
        if self.view.oracleStatus == GOOD && gap >= self.perp.repeg_gap_ppm && due(curve.lastRepeg) {
            let call = ClearingHouse::repegCall { marketId: self.id };
            let why = format!("the mark is {gap} ppm from the oracle");
            tasks.push(self.task("repeg", "", &call).because(why).patient());
        }
        let target = self.params.risk.targetDepth;
        if self.view.oracleStatus == GOOD
            && !target.is_zero()
            && apart_ppm(curve.depth, target) > 0
            && due(curve.lastDepth)
        {
            let call = ClearingHouse::adjustDepthCall { marketId: self.id };
            tasks.push(self.task("adjust-depth", "", &call).because("the depth is not its target").patient());
        }
        tasks
    }

    /// What is due to the insurance fund, a deficit that nobody raised money against, an oracle that is dead.
    fn money(&self) -> Vec<Task> {
        let (money, mut tasks) = (&self.view.money, Vec::new());
        let due = money.insuranceDue;
        if !due.is_zero() && due >= self.units(self.perp.least_insurance.0) {
            let call = ClearingHouse::payInsuranceCall { marketId: self.id };
            tasks.push(self.task("pay-insurance", "", &call).because(format!("{due} token units are due")));
        }
        if !money.deficit.is_zero() {
            let call = ClearingHouse::allocateDeficitCall { marketId: self.id };
            tasks.push(self.task("allocate-deficit", "", &call).because("a deficit has waited").patient());
        }
        let updated: u64 = self.view.oracleUpdatedAt.saturating_to();
        if updated != 0 && self.look.now >= updated.saturating_add(DEAD_ORACLE) {
            let call = ClearingHouse::haltMarketCall { marketId: self.id };
            tasks.push(self.task("halt", "", &call).because("the oracle is dead").patient());
        }
        tasks
    }

    /// Of a market that is halted: settles everybody, then pays everybody.
    async fn end(&self, tasks: &mut Vec<Task>) -> Result<()> {
        let settled = self.view.openPositions.is_zero();
        for (trader, position) in self.positions().await? {
            if !position.size.is_zero() {
                let call = ClearingHouse::settlePositionCall { marketId: self.id, trader };
                let task = self.task("settle-position", trader, &call).because("the market was halted");
                tasks.push(task.urgent(Urgency::Due));
            } else if settled && !position.claim.is_zero() {
                let call = ClearingHouse::redeemClaimCall { marketId: self.id, trader };
                tasks.push(
                    self.task("redeem-claim", trader, &call).because("all positions are settled").patient(),
                );
            }
        }
        tasks.extend(self.money().into_iter().filter(|task| task.action != "halt"));
        if self.takes_over() {
            tasks.extend(self.take_home(&self.own().await?.position));
        }
        Ok(())
    }
}

/// What this keeper has.
struct Own {
    position: PositionView,
    wallet: U256,
    allowance: U256,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(results: &[[u8; 4]], reward: u64) -> Vec<u8> {
        let results = results.iter().map(|selector| FixedBytes(*selector)).collect();
        ClearingHouse::liquidateBatchCall::abi_encode_returns(&ClearingHouse::liquidateBatchReturn {
            results,
            reward: U256::from(reward),
        })
    }

    #[test]
    fn a_batch_that_would_liquidate_nobody_is_no_work() {
        assert_eq!(reward_of_batch(&answer(&[[0; 4], [1, 2, 3, 4]], 7)), Some(U256::from(7)));
        assert_eq!(reward_of_batch(&answer(&[[1, 2, 3, 4]], 0)), None);
        assert_eq!(reward_of_batch(&answer(&[], 0)), None);
        assert_eq!(reward_of_batch(&[]), None);
    }

    #[test]
    fn a_position_is_under_when_its_equity_does_not_reach_the_margin() {
        let mut position = PositionView { maintenanceMargin: U256::from(10), ..PositionView::default() };
        position.equity = I256::try_from(9).unwrap();
        assert!(is_under(&position));
        position.equity = I256::try_from(10).unwrap();
        assert!(!is_under(&position));
    }
}
