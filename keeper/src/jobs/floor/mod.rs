//! Floor markets. What prices rest on is kept up first: bids are counted, the index and the order book's mark are brought
//! up to date. Then what is due is paid, accounts that lost their cover are liquidated, and auctions are seen to their
//! end: into bids, which needs no money, or with money of one's own within its limits. A market that was shut is paid
//! out.

mod end;
mod risk;
mod upkeep;

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use anyhow::Result;
use everfloor_bindings::{
    BidBook, FloorBook, FloorIndex, FloorMarket,
    IFloorBook::BookParams,
    IFloorMarket::{AccountView, AuctionParams, MarketParams, MarketPeers, MarketView, PricesView},
    PartIndex,
};

use super::first_error;
use crate::{
    book::Book,
    budget::Budget,
    chain::Look,
    config,
    metrics::{Metrics, Named},
    watch::News,
    work::{Task, Urgency},
};

/// The job's name.
pub(super) const NAME: &str = "floor";
/// The first place of a list by numbers.
const FIRST: U256 = U256::from_limbs([1, 0, 0, 0]);

/// Floor markets.
#[derive(Debug)]
pub struct Floor {
    config: config::Floor,
    markets: Vec<Market>,
    metrics: Metrics,
}

/// What is remembered of a market.
#[derive(Debug)]
struct Market {
    at: Address,
    made: Made,
    /// When the order book's mark was counted last.
    marked: u64,
    /// The index that the bids' rewards follow, as last seen to.
    followed: U256,
    /// Bids and asks whose cancel was asked for, with when it is due.
    cancels: BTreeMap<Offer, u64>,
    /// The first place in the queue that is not paid.
    queue: u64,
    /// Cash paid for NFTs.
    spent: Budget,
    /// Some were to be liquidated at the last look.
    found: bool,
    looked: Option<(U256, U256)>,
}

/// An offer for an NFT, or of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Offer {
    Bid(U256),
    Ask(U256),
}

/// What a market was made with, and its peers.
#[derive(Clone, Debug)]
struct Made {
    peers: MarketPeers,
    params: MarketParams,
    auctions: AuctionParams,
    /// The index itself; of a market of parts, that of the whole.
    index: Option<Address>,
    /// Of the order book, if it is one of ours.
    book: Option<BookParams>,
    /// The bids, if there are any.
    bids: Option<Address>,
}

/// A market at the moment, with what it takes to make work of it.
struct Scene<'a> {
    look: &'a Look<'a>,
    news: &'a News,
    config: &'a config::Floor,
    at: Address,
    made: &'a Made,
    view: MarketView,
}

impl Floor {
    /// Finds the markets' peers.
    pub async fn open(
        config: &config::Floor,
        book: &Book,
        look: &Look<'_>,
        metrics: Metrics,
    ) -> Result<Self> {
        let mut markets = Vec::new();
        for at in config::find_all(&config.markets, "FloorMarket", book)? {
            markets.push(Market {
                at,
                made: Made::read(at, look).await?,
                marked: 0,
                followed: U256::ZERO,
                cancels: BTreeMap::new(),
                queue: 1,
                spent: Budget::new(config.inventory.cash_a_day.0),
                found: false,
                looked: None,
            });
        }
        Ok(Self { config: config.clone(), markets, metrics })
    }

    /// Whose events it wants.
    pub fn contracts(&self) -> Vec<Address> {
        self.markets.iter().flat_map(Market::contracts).collect()
    }

    /// What it is paid in.
    pub fn tokens(&self) -> Vec<Address> {
        self.markets.iter().map(|market| market.made.peers.cash).collect()
    }

    /// What there is to do.
    pub async fn look(&mut self, look: &Look<'_>, news: &News, tasks: &mut Vec<Task>) -> Result<()> {
        let mut looks = Vec::new();
        for market in &mut self.markets {
            looks.push(market.tasks(look, news, &self.config, &self.metrics, tasks).await);
        }
        first_error(looks)
    }
}

impl Made {
    async fn read(at: Address, look: &Look<'_>) -> Result<Self> {
        let peers = look.ask(at, &FloorMarket::peersCall {}).await?;
        let book = match peers.venue {
            Address::ZERO => None,
            venue => look.try_ask(venue, &FloorBook::paramsCall {}).await?.ok(),
        };
        let bids = (!peers.bids.is_zero()).then_some(peers.bids);
        Ok(Self {
            params: look.ask(at, &FloorMarket::paramsCall {}).await?,
            auctions: look.ask(at, &FloorMarket::auctionParamsCall {}).await?,
            index: index_of(peers.index, look).await?,
            book,
            bids,
            peers,
        })
    }
}

/// The index that can be updated: a market's own, or that of the whole where the market's is of a part.
async fn index_of(at: Address, look: &Look<'_>) -> Result<Option<Address>> {
    let index = match look.try_ask(at, &PartIndex::partOfCall {}).await? {
        Ok(part) => part.whole,
        Err(_) => at,
    };
    Ok(look.try_ask(index, &FloorIndex::nextEpochCall {}).await?.is_ok().then_some(index))
}

impl Market {
    fn contracts(&self) -> Vec<Address> {
        let MarketPeers { index, venue, bids, .. } = self.made.peers;
        let all = [self.at, index, venue, bids].into_iter().chain(self.made.index);
        all.filter(|at| !at.is_zero()).collect()
    }

    /// Everything there is to do in a market.
    async fn tasks(
        &mut self,
        look: &Look<'_>,
        news: &News,
        config: &config::Floor,
        metrics: &Metrics,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        if news.fresh || news.events::<FloorMarket::PeersNamed>(self.at).next().is_some() {
            self.made = Made::read(self.at, look).await?;
        }
        let made = self.made.clone();
        let view = look.ask(self.at, &FloorMarket::getMarketCall {}).await?;
        let scene = Scene { look, news, config, at: self.at, made: &made, view };
        self.note(&scene);
        self.bids(&scene, tasks).await?;
        tasks.extend(scene.index().await?);
        if scene.view.paymentPending {
            // Nothing of an account can be seen before it is made.
            tasks.extend(scene.funding().await?);
            return Ok(());
        }
        self.orders(&scene, tasks).await?;
        self.waiting(&scene, tasks).await?;
        if scene.view.shut {
            return self.end(&scene, tasks).await;
        }
        tasks.extend(scene.funding().await?);
        tasks.extend(scene.shut_down());
        if news.fresh {
            tasks.extend(scene.touch().await?);
        }
        let prices = look.ask(self.at, &FloorMarket::pricesCall {}).await?;
        // Without prices nobody is liquidated, and no auction ends.
        if prices.status == 0 {
            tasks.extend(scene.unload(&prices).await?);
            self.auctions(&scene, &prices, tasks).await?;
            self.liquidations(&scene, &prices, metrics, tasks).await?;
        }
        Ok(())
    }

    /// What events say that is not looked up.
    fn note(&mut self, scene: &Scene<'_>) {
        let (news, now) = (scene.news, scene.look.now);
        if news.blind {
            (self.marked, self.followed, self.queue) = (0, U256::ZERO, 1);
        }
        if news.events::<FloorBook::MarkCounted>(scene.made.peers.venue).next().is_some() {
            self.marked = now;
        }
        let sold = news.events::<FloorMarket::NftSold>(self.at).map(|sold| (sold.taker, sold.price));
        let left = news.events::<FloorMarket::UnredeemedSold>(self.at).map(|sold| (sold.taker, sold.price));
        for (_, price) in sold.chain(left).filter(|(taker, _)| *taker == scene.look.me) {
            self.spent.spend(now, price);
        }
        for asked in news.events::<BidBook::BidCancelRequested>(scene.made.peers.bids) {
            self.cancels.insert(Offer::Bid(asked.id), asked.bindingUntil.saturating_to());
        }
        for asked in news.events::<BidBook::AskCancelRequested>(scene.made.peers.bids) {
            self.cancels.insert(Offer::Ask(asked.id), asked.bindingUntil.saturating_to());
        }
        for gone in news.events::<BidBook::BidCancelled>(scene.made.peers.bids) {
            self.cancels.remove(&Offer::Bid(gone.id));
        }
        for gone in news.events::<BidBook::AskCancelled>(scene.made.peers.bids) {
            self.cancels.remove(&Offer::Ask(gone.id));
        }
    }

    /// Pays withdrawals that waited, as far as there is cash for them.
    async fn waiting(&mut self, scene: &Scene<'_>, tasks: &mut Vec<Task>) -> Result<()> {
        let last: u64 = scene.view.tickets.saturating_to();
        if self.queue > last || !scene.news.touched(self.at) {
            return Ok(());
        }
        let tickets: Vec<u64> = (self.queue..=last).collect();
        let call = |ticket: &u64| FloorMarket::waitingCall { ticket: U256::from(*ticket) };
        let calls: Vec<_> = tickets.iter().map(call).collect();
        let places = scene.look.ask_all(self.at, &calls).await?;
        for (ticket, place) in tickets.into_iter().zip(places) {
            if place.paid == place.amount && ticket == self.queue {
                self.queue = self.queue.saturating_add(1);
            }
            if !place.due.is_zero() {
                let call = FloorMarket::claimWaitingCall { ticket: U256::from(ticket) };
                let task = scene.task("claim-waiting", format!("{ticket}/{}", place.paid), &call);
                tasks.push(task.because("there is cash for a withdrawal that waits"));
            }
        }
        Ok(())
    }

    /// Whether accounts have to be looked through: prices have moved, or something has happened.
    fn should_look(&self, scene: &Scene<'_>, prices: &PricesView) -> bool {
        self.found || scene.news.touched(self.at) || self.looked != Some((prices.mark, prices.index))
    }

    async fn liquidations(
        &mut self,
        scene: &Scene<'_>,
        prices: &PricesView,
        metrics: &Metrics,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        if !self.should_look(scene, prices) {
            return Ok(());
        }
        let found = scene.liquidatable().await?;
        let named = Named { of: self.at.to_string() };
        metrics.liquidatable.get_or_create(&named).set(i64::try_from(found.len()).unwrap_or(i64::MAX));
        (self.found, self.looked) = (!found.is_empty(), Some((prices.mark, prices.index)));
        scene.liquidate(&found, prices, tasks).await
    }
}

impl Scene<'_> {
    fn task(&self, action: &'static str, subject: impl ToString, call: &impl SolCall) -> Task {
        Task::new((NAME, action), subject, self.at, call)
    }

    fn page(&self) -> U256 {
        U256::from(self.config.page)
    }

    fn deadline(&self) -> U256 {
        U256::from(self.look.now.saturating_add(super::DEADLINE))
    }

    /// What some accounts have, and how they stand.
    async fn accounts(&self, owners: &[Address]) -> Result<Vec<AccountView>> {
        let mut all = Vec::with_capacity(owners.len());
        for some in owners.chunks(self.config.page as usize) {
            let call = FloorMarket::getAccountsCall { owners: some.to_vec() };
            all.extend(self.look.ask(self.at, &call).await?.list);
        }
        Ok(all)
    }

    /// Whose accounts there are, on all pages.
    async fn owners(&self) -> Result<Vec<Address>> {
        let limit = self.page();
        let call = |from| FloorMarket::accountsCall { from, limit };
        self.look.pages(self.at, FIRST, call, |page| (page.list, page.next)).await
    }

    // ---- what is due ----

    /// Pays epochs that are over, a number of accounts at a time.
    async fn funding(&self) -> Result<Option<Task>> {
        let view = &self.view;
        if !view.paymentPending {
            if view.epochsOver <= view.epochsPaid {
                return Ok(None);
            }
            let due = self.look.ask(self.at, &FloorMarket::dueFundingCall { limit: U256::ONE }).await?;
            if due.list.is_empty() {
                // An epoch is over and has no prices yet.
                return Ok(None);
            }
        }
        let subject = format!("{}/{}", view.epochsPaid, view.paymentPending);
        let call = FloorMarket::pokeFundingCall { maxSteps: U256::from(self.config.funding_steps) };
        let task = self.task("poke-funding", subject, &call);
        // A payment that is half made keeps everybody from being liquidated.
        let urgency = if view.paymentPending { Urgency::Now } else { Urgency::Due };
        Ok(Some(task.because("an epoch is over and not paid").urgent(urgency)))
    }

    /// Shuts a market that has had no prices for so long that anybody may: whether it is so, it says itself.
    fn shut_down(&self) -> Option<Task> {
        let (params, view) = (&self.made.params, &self.view);
        let epochs = view.lastPriced.saturating_to::<u64>();
        let priced = params.genesis.saturating_add(epochs.saturating_mul(params.epochLength.into()));
        if self.look.now < priced.saturating_add(DEAD_MARKET) {
            return None;
        }
        let task = self.task("shut-down", "", &FloorMarket::shutDownCall {});
        Some(task.because("no epoch has had prices for a month").patient())
    }

    /// Has accounts that came into debt by payments counted as debtors.
    async fn touch(&self) -> Result<Option<Task>> {
        let views = self.accounts(&self.owners().await?).await?;
        let of_debtors = views.into_iter().filter(|view| view.kind == LONG && view.cash.is_negative());
        let accounts: Vec<Address> =
            of_debtors.map(|view| view.owner).take(self.config.page as usize).collect();
        if accounts.is_empty() {
            return Ok(None);
        }
        let subject = accounts.iter().map(Address::to_string).collect::<Vec<_>>().join(",");
        let task = self.task("touch", subject, &FloorMarket::touchCall { accounts });
        Ok(Some(task.because("payments have brought accounts into debt").patient()))
    }
}

/// Seconds without prices after which anybody may shut a market.
const DEAD_MARKET: u64 = 30 * 86_400;
/// The kind of an account that was written down as long and without debt.
const LONG: u8 = 1;
