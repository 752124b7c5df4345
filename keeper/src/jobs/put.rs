//! Put pools: each epoch is rolled, and what a roll settles by is observed: the price at the ends of its window and often
//! enough between, the volatility once an interval. Payoffs are collected into what backs dpxETH, rewards that nobody
//! earned go to the treasury.

use alloy::primitives::{Address, U256};
use anyhow::Result;
use everfloor_bindings::{
    Bonding,
    IPriceHistory::HistorySettings,
    IPutPool::{PoolParams, PoolPeers, PoolView},
    IVolatilitySource::VolatilitySettings,
    PriceHistory, PutPool, TestToken, VolatilitySource,
};
use tracing::debug;

use crate::{
    book::Book,
    chain::Look,
    config,
    metrics::{Metrics, Named},
    sender::ether,
    watch::News,
    work::{Task, Urgency},
};

use super::{first_error, oracle::Feed, to_units};

/// The job's name.
pub(super) const NAME: &str = "put";
/// Observations are made when this part of the longest gap that an average bears is over, quarters.
const GAP_QUARTERS: u64 = 3;

/// Put pools.
#[derive(Debug)]
pub struct Put {
    config: config::Put,
    pools: Vec<Pool>,
    metrics: Metrics,
}

/// A pool with what does not change of it, and what rarely does.
#[derive(Debug)]
struct Pool {
    at: Address,
    params: PoolParams,
    peers: PoolPeers,
    buyer: Buyer,
    settings: HistorySettings,
    volatility: Option<VolatilitySettings>,
    feeds: Vec<Feed>,
    reward_decimals: u8,
}

/// Who buys a pool's puts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Buyer {
    /// Nobody yet, or nobody known.
    Other,
    /// The contract that backs dpxETH.
    Bonding(Address),
}

impl Put {
    /// Finds the pools' oracles and buyers.
    pub async fn open(config: &config::Put, book: &Book, look: &Look<'_>, metrics: Metrics) -> Result<Self> {
        let mut pools = Vec::new();
        for at in config::find_all(&config.pools, "PutPool", book)? {
            pools.push(Pool::open(at, look).await?);
        }
        Ok(Self { config: config.clone(), pools, metrics })
    }

    /// Whose events it wants.
    pub fn contracts(&self) -> Vec<Address> {
        self.pools.iter().flat_map(Pool::contracts).collect()
    }

    /// What there is to do.
    pub async fn look(&mut self, look: &Look<'_>, news: &News, tasks: &mut Vec<Task>) -> Result<()> {
        let mut looks = Vec::new();
        for pool in &mut self.pools {
            looks.push(pool.tasks(look, news, &self.config, &self.metrics, tasks).await);
        }
        first_error(looks)
    }
}

impl Pool {
    async fn open(at: Address, look: &Look<'_>) -> Result<Self> {
        let params = look.ask(at, &PutPool::paramsCall {}).await?;
        let peers = look.ask(at, &PutPool::peersCall {}).await?;
        let settings = look.ask(peers.history, &PriceHistory::settingsCall {}).await?;
        let reward_decimals = match peers.rewardToken {
            Address::ZERO => 18,
            token => look.ask(token, &TestToken::decimalsCall {}).await?,
        };
        let mut pool = Self {
            at,
            params,
            peers,
            buyer: Buyer::Other,
            settings,
            volatility: None,
            feeds: Vec::new(),
            reward_decimals,
        };
        pool.renew(look).await?;
        Ok(pool)
    }

    /// Reads again what may change: the oracles, and who buys.
    async fn renew(&mut self, look: &Look<'_>) -> Result<()> {
        self.peers = look.ask(self.at, &PutPool::peersCall {}).await?;
        self.settings = look.ask(self.peers.history, &PriceHistory::settingsCall {}).await?;
        let volatility =
            look.try_ask(self.peers.volatilitySource, &VolatilitySource::settingsCall {}).await?;
        self.volatility = volatility.ok();
        // The history looks at its own feed; the second has to be seen to.
        let second = self.settings.secondFeed;
        if self.feeds.first().map(|feed| feed.at) != Some(second) {
            self.feeds = if second.is_zero() { Vec::new() } else { vec![Feed::new(second)] };
        }
        let buyer = look.ask(self.at, &PutPool::buyerCall {}).await?;
        let is_bonding = !buyer.is_zero()
            && look.try_ask(buyer, &Bonding::peersCall {}).await.is_ok_and(|told| told.is_ok());
        self.buyer = if is_bonding { Buyer::Bonding(buyer) } else { Buyer::Other };
        Ok(())
    }

    fn contracts(&self) -> Vec<Address> {
        let PoolPeers { history, volatilitySource, .. } = self.peers;
        let mut all = vec![self.at, history, volatilitySource, self.settings.primaryFeed];
        all.extend(self.feeds.iter().map(|feed| feed.at));
        all
    }

    /// Everything there is to do for a pool.
    async fn tasks(
        &mut self,
        look: &Look<'_>,
        news: &News,
        config: &config::Put,
        metrics: &Metrics,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        if news.fresh || news.events::<PutPool::OraclesApplied>(self.at).next().is_some() {
            self.renew(look).await?;
        }
        let state = look.ask(self.at, &PutPool::poolStateCall {}).await?;
        for feed in &mut self.feeds {
            tasks.extend(feed.look(NAME, look, news).await?);
        }
        tasks.extend(self.record(look, &state).await?);
        tasks.extend(self.update_volatility(look).await?);
        tasks.extend(self.roll(look).await?);
        tasks.extend(self.collect(look, &state).await?);
        tasks.extend(self.unallocated(look, config).await?);
        let runway = look.try_ask(self.at, &PutPool::quoteFundingCall {}).await?;
        if let Ok(told) = runway {
            metrics
                .put_runway
                .get_or_create(&Named { of: self.at.to_string() })
                .set(epochs(told.runwayEpochs));
        }
        Ok(())
    }

    /// Observes the price when a window begins, when it ends, and often enough between.
    async fn record(&self, look: &Look<'_>, state: &PoolView) -> Result<Option<Task>> {
        let history = self.peers.history;
        let newest = look.ask(history, &PriceHistory::newestObservationCall {}).await?.time;
        let gap = u64::from(self.settings.maxGap) * GAP_QUARTERS / 4;
        let end: u64 = state.end.saturating_to();
        let mut moments = vec![end, end.saturating_sub(self.params.settlementWindow.into())];
        if let Some(settings) = &self.volatility {
            let next =
                look.ask(self.peers.volatilitySource, &VolatilitySource::sigmaPartsCall {}).await?.nextUpdate;
            moments.extend([next, next.saturating_sub(settings.window.into())]);
        }
        let passed = moments.iter().any(|moment| newest < *moment && *moment <= look.now);
        let why = if passed {
            "a window has begun or ended"
        } else if look.now >= newest.saturating_add(gap) {
            "the last observation is long ago"
        } else {
            return Ok(None);
        };
        let task = Task::new((NAME, "record"), newest, history, &PriceHistory::recordCall {});
        Ok(Some(task.because(why).urgent(Urgency::Now).patient()))
    }

    async fn update_volatility(&self, look: &Look<'_>) -> Result<Option<Task>> {
        if self.volatility.is_none() {
            return Ok(None);
        }
        let source = self.peers.volatilitySource;
        let next = look.ask(source, &VolatilitySource::sigmaPartsCall {}).await?.nextUpdate;
        let task = Task::new((NAME, "update-volatility"), next, source, &VolatilitySource::updateCall {});
        let task = task.because("an interval is over").urgent(Urgency::Due).patient();
        Ok((look.now >= next).then_some(task))
    }

    /// Rolls into the epoch that is due, if it can be.
    async fn roll(&self, look: &Look<'_>) -> Result<Option<Task>> {
        let can = look.ask(self.at, &PutPool::canRollCall {}).await?;
        if !can.possible {
            debug!(pool = %self.at, reason = %can.reason, "no roll");
            return Ok(None);
        }
        let task = Task::new((NAME, "roll"), "", self.at, &PutPool::rollCall {});
        Ok(Some(task.because("an epoch is over and has its price").urgent(Urgency::Due)))
    }

    /// Takes payoffs into the backing, and the pool's present history.
    async fn collect(&self, look: &Look<'_>, state: &PoolView) -> Result<Vec<Task>> {
        let Buyer::Bonding(bonding) = self.buyer else { return Ok(Vec::new()) };
        let mut tasks = Vec::new();
        if !state.payoffDue.is_zero() {
            let task = Task::new((NAME, "collect"), "", bonding, &Bonding::collectCall {});
            let why = format!("payoffs of {} ether are due", ether(state.payoffDue));
            // What is due by a roll that is still to come is refused until it has come.
            tasks.push(task.because(why).patient());
        }
        if look.ask(bonding, &Bonding::peersCall {}).await?.history != self.peers.history {
            let task = Task::new((NAME, "sync-history"), "", bonding, &Bonding::syncHistoryCall {});
            tasks.push(task.because("the pool has another history").patient());
        }
        Ok(tasks)
    }

    async fn unallocated(&self, look: &Look<'_>, config: &config::Put) -> Result<Option<Task>> {
        let waiting = look.ask(self.at, &PutPool::rewardStateCall {}).await?.unallocated;
        let least = to_units(config.least_unallocated.0, self.reward_decimals);
        let task = Task::new((NAME, "collect-unallocated"), "", self.at, &PutPool::collectUnallocatedCall {});
        let task = task.because("rewards that nobody was there to earn").patient();
        Ok((!waiting.is_zero() && waiting >= least).then_some(task))
    }
}

/// A number of epochs, as far as there is a number.
fn epochs(count: U256) -> f64 {
    if count == U256::MAX { f64::INFINITY } else { f64::from(count) }
}
