//! The chain, a floor market with its order book, bids and index on it, and how anybody acts there.

use std::{collections::BTreeMap, path::Path};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use anyhow::{Context, Result};

use crate::{
    bindings::{
        BidBook, FloorBook, FloorIndex, FloorMarket,
        IBidBook::{BidBookParams, BidBookPeers, BidBookPrograms},
        IFloorBook::BookParams,
        IFloorIndex::FloorIndexParams,
        IFloorMarket::{AccountView, AuctionParams, MarketParams, MarketPeers, MarketPrograms, PricesView},
        TestToken, WriterPosition,
    },
    demo::money::{signed, units},
    errors::Refusal,
    programs,
    replay::local::{Acts, Deployed, Local},
};

use super::{
    diary::{Change, Diary, Holding},
    prices::{DAY, Day},
};

pub(crate) use crate::replay::local::WAD;

/// Wei of a tick, of the order book and of the bids.
pub(crate) const TICK: u128 = WAD / 10_000;
/// Wei of FP of a lot.
pub(crate) const LOT: u128 = WAD / 1_000;
/// The least lots of an order.
pub(crate) const LEAST_LOTS: u128 = 50;
/// NFTs that liquidations may offer at a time.
pub(crate) const CAPACITY: u32 = 20;
/// FP that may be opened against an NFT, wad.
pub(crate) const OPENING: u128 = WAD * 9 / 10;
/// Most of an account's page.
const PAGE: u64 = 100;
/// Most of an order's fills.
const FILLS: u64 = 40;

/// Every program that the replay needs.
pub(crate) fn needed() -> impl Iterator<Item = &'static str> {
    programs::for_floor().into_iter().chain(["writer-position", "test-token", programs::PROXY])
}

/// Where everything is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Contracts {
    pub market: Address,
    pub book: Address,
    pub bids: Address,
    pub index: Address,
    pub cash: Address,
    pub nft: Address,
}

/// Kinds of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// What does not trade rests.
    Resting = 0,
    /// What does not trade is given up.
    Immediate = 2,
}

/// The stage.
pub(crate) struct Stage {
    local: Local,
    /// The contracts.
    pub at: Contracts,
    /// Governs everything, and makes NFTs.
    pub owner: Address,
    /// Settles what somebody asks for and a maker answers, of any size, outside the book.
    pub desk: Address,
    /// Makes the payments that are due, and does what else anybody may.
    pub keeper: Address,
    /// Everybody who may have an account, nobody's own first.
    pub known: Vec<Address>,
    /// What happened.
    pub diary: Diary,
    /// Refusals that are part of the game, by name.
    pub refusals: BTreeMap<String, u64>,
    /// NFTs made.
    pub minted: u64,
}

/// Somebody's address.
pub(crate) fn account(name: &str) -> Address {
    Address::from_slice(&keccak256(format!("floor: {name}"))[12..])
}

/// A price in ticks, the nearest; at least one.
pub(crate) fn tick(price: f64) -> u64 {
    ((price * 10_000.0).round() as u64).max(1)
}

impl Acts for Stage {
    fn send<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Result<C::Return, Refusal>> {
        let (answer, logs) = match self.local.send(from, to, call)? {
            Ok(sent) => sent,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.diary.note(from, &self.at, &logs);
        Ok(Ok(answer))
    }

    fn refusals(&mut self) -> &mut BTreeMap<String, u64> {
        &mut self.refusals
    }
}

impl Stage {
    /// Deploys and wires everything; epoch 0 begins with the first day.
    pub fn new(folder: &Path, first: Day) -> Result<Self> {
        let mut stage = Self {
            local: Local::new(folder, first.time.saturating_sub(DAY)),
            at: Contracts::default(),
            owner: account("owner"),
            desk: account("desk"),
            keeper: account("keeper 1"),
            known: vec![Address::ZERO],
            diary: Diary::default(),
            refusals: BTreeMap::new(),
            minted: 0,
        };
        for who in [stage.owner, stage.desk] {
            stage.local.equip(who);
        }
        stage.local.point_to(programs::for_floor())?;
        stage.wire(first).context("deployment of the floor market")?;
        Ok(stage)
    }

    fn wire(&mut self, first: Day) -> Result<()> {
        let owner = self.owner;
        self.at.cash = self.local.program("test-token")?;
        // Any collection does whose tokens somebody can make: here the owner.
        self.at.nft = self.local.construct("writer-position", &owner.abi_encode())?;
        self.local.cache(self.at.nft)?;
        self.at.bids = self.local.proxy("bid-book", self.bids_init()?)?;
        self.at.index = self.local.proxy("floor-index", self.index_init(first.time)?)?;
        self.must(owner, self.at.bids, &BidBook::setIndexCall { index: self.at.index })?;
        self.at.market = self.local.proxy("floor-market", self.market_init(first.time)?)?;
        self.at.book = self.local.proxy("floor-book", self.book_init(first)?)?;
        let none = Address::ZERO;
        let call = FloorMarket::namePeersCall { venue: self.at.book, bids: none, wrapper: none };
        self.must(owner, self.at.market, &call).map(|_| ())
    }

    fn bids_init(&self) -> Result<Vec<u8>> {
        let peers = BidBookPeers {
            collection: self.at.nft,
            cash: self.at.cash,
            rewardToken: self.at.cash,
            treasury: self.owner,
        };
        let params = BidBookParams {
            tickSize: U256::from(TICK),
            minAge: 1_800,
            cancelDelay: 900,
            fee: 0,
            band: 1_000,
        };
        let programs = BidBookPrograms {
            asks: self.local.at("bid-asks")?,
            upkeep: self.local.at("bid-upkeep")?,
            lens: self.local.at("bid-lens")?,
            admin: self.local.at("bid-admin")?,
        };
        let (owner, root) = (self.owner, B256::ZERO);
        Ok(BidBook::initializeCall { owner, peers, root, params, programs }.abi_encode())
    }

    fn index_init(&self, genesis: u64) -> Result<Vec<u8>> {
        let params = FloorIndexParams {
            genesis,
            epochLength: DAY as u32,
            window: 1_800,
            depth: 3,
            minSources: 1,
            chi: U256::from(10 * WAD),
        };
        let (owner, book, market) = (self.owner, self.at.bids, B256::repeat_byte(7));
        let admin = self.local.at("index-admin")?;
        Ok(FloorIndex::initializeCall { owner, book, market, params, admin }.abi_encode())
    }

    fn market_init(&self, genesis: u64) -> Result<Vec<u8>> {
        let at = |name| self.local.at(name);
        let programs = MarketPrograms {
            ledger: at("floor-ledger")?,
            cash: at("floor-cash")?,
            trade: at("floor-trade")?,
            vault: at("floor-vault")?,
            funding: at("floor-funding")?,
            auction: at("floor-auction")?,
            sale: at("floor-sale")?,
            takeover: at("floor-takeover")?,
            end: at("floor-end")?,
            lens: at("floor-lens")?,
            simulate: at("floor-simulate")?,
            records: at("floor-records")?,
            admin: at("floor-admin")?,
        };
        let peers = MarketPeers {
            cash: self.at.cash,
            collection: self.at.nft,
            root: B256::ZERO,
            index: self.at.index,
            venue: Address::ZERO,
            bids: self.at.bids,
            wrapper: Address::ZERO,
        };
        let (owner, params, auctions) = (self.owner, market_params(genesis), auction_params());
        Ok(FloorMarket::initializeCall { owner, peers, params, auctions, programs }.abi_encode())
    }

    fn book_init(&self, first: Day) -> Result<Vec<u8>> {
        let params = BookParams {
            tickSize: TICK,
            lotSize: LOT,
            minLots: LEAST_LOTS as u64,
            markDepth: 500,
            markLevels: 16,
            genesis: first.time,
            epoch: DAY,
            period: 3_600,
            snapshots: 64,
        };
        let (owner, market, price) = (self.owner, self.at.market, U256::from(first.floor));
        let lens = self.local.at("book-lens")?;
        Ok(FloorBook::initializeCall { owner, market, params, price, lens }.abi_encode())
    }

    /// Gives the market away as it is.
    pub fn give_away(self) -> Deployed {
        let Contracts { market, book, bids, index, cash, nft } = self.at;
        let contracts = [
            ("FloorMarket", market),
            ("FloorBook", book),
            ("BidBook", bids),
            ("FloorIndex", index),
            ("Cash", cash),
            ("Nft", nft),
        ];
        self.local.give_away(self.owner, &contracts)
    }

    // ---- people ----

    /// Gas, cash, allowances and operators for somebody who may have an account.
    pub fn admit(&mut self, who: Address, cash: u128) -> Result<()> {
        let at = self.at;
        self.local.equip(who);
        self.must(who, at.cash, &TestToken::mintCall { to: who, value: U256::from(cash) })?;
        for spender in [at.market, at.bids] {
            self.must(who, at.cash, &TestToken::approveCall { spender, value: U256::MAX })?;
            let call = WriterPosition::setApprovalForAllCall { operator: spender, approved: true };
            self.must(who, at.nft, &call)?;
        }
        for operator in [at.book, self.desk] {
            self.must(who, at.market, &FloorMarket::setOperatorCall { operator, approved: true })?;
        }
        self.known.push(who);
        Ok(())
    }

    /// Makes NFTs for somebody.
    pub fn mint(&mut self, to: Address, count: u32) -> Result<Vec<U256>> {
        let (owner, nft) = (self.owner, self.at.nft);
        let mut ids = Vec::new();
        for _ in 0..count {
            self.minted += 1;
            let id = U256::from(self.minted);
            self.must(owner, nft, &WriterPosition::mintCall { to, id })?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// Prolongs the life of every program: the chain forgets one that nobody has prolonged or activated for a year.
    pub fn keep_alive(&mut self) -> Result<()> {
        self.local.keep_alive()
    }

    /// Transactions sent, and the gas they used.
    pub fn work(&self) -> (u64, u128) {
        (self.local.transactions, self.local.gas)
    }

    // ---- doing ----

    /// The time of the next block.
    pub fn now(&self) -> u64 {
        self.local.now()
    }

    /// Lets time pass up to a moment.
    pub fn be_at(&mut self, time: u64) -> Result<()> {
        self.local.be_at(time)
    }

    /// Brings cash into somebody's account.
    pub fn deposit(&mut self, who: Address, cash: u128) -> Result<()> {
        if cash == 0 {
            return Ok(());
        }
        let call = FloorMarket::depositCashCall { amount: U256::from(cash), account: who };
        self.must(who, self.at.market, &call).map(|_| ())
    }

    /// Takes all the cash out of an account that may be taken.
    pub fn withdraw_all(&mut self, who: Address) -> Result<()> {
        let most = self.ask(self.at.market, &FloorMarket::maxWithdrawCall { account: who })?.amount;
        if most.is_zero() {
            return Ok(());
        }
        let call = FloorMarket::withdrawCashCall { account: who, amount: most, to: who, deadline: U256::MAX };
        self.must(who, self.at.market, &call).map(|_| ())
    }

    /// Places an order; what of it traded, lots. None if it was refused.
    pub fn order(
        &mut self,
        who: Address,
        is_buy: bool,
        tick: u64,
        lots: u128,
        kind: Order,
    ) -> Result<Option<FloorBook::placeOrderReturn>> {
        let call = FloorBook::placeOrderCall {
            isBuy: is_buy,
            tick: U256::from(tick),
            lots: U256::from(lots),
            kind: kind as u8,
            expiry: 0,
            maxFills: U256::from(FILLS),
            stopOnSelf: false,
            deadline: U256::MAX,
        };
        self.may(who, self.at.book, &call, &REFUSED_TRADES)
    }

    /// Buys or sells exactly so much of a maker at a price, outside the book; whether it was done.
    pub fn through_desk(
        &mut self,
        who: Address,
        maker: Address,
        fp: u128,
        price: u128,
        buys: bool,
    ) -> Result<bool> {
        let call = FloorMarket::settleTradeCall {
            maker,
            taker: who,
            fp: U256::from(fp),
            price: U256::from(price),
            takerBuys: buys,
            mark: U256::ZERO,
        };
        let told = self.must(self.desk, self.at.market, &call)?;
        if told.outcome != 0 {
            let name = Refusal::decode(&[&told.reason[..], &[0; 64]].concat()).name;
            self.refused(&format!("{name} at the desk"));
        }
        Ok(told.outcome == 0)
    }

    /// Does something that changes what others have, and writes down by how much.
    pub fn around<T>(&mut self, change: Change, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mark = units(self.prices()?.mark);
        let before = self.holdings()?;
        let done = act(self)?;
        // A loss that is to be made good is part of what caused it.
        let payment = self.ask(self.at.market, &FloorMarket::getPaymentCall {})?;
        if payment.pending {
            self.pay()?;
        }
        let after = self.holdings()?;
        self.diary.changed(change, mark, &before, &after);
        Ok(done)
    }

    /// Makes every payment that is due, as far as there are prices for it.
    pub fn pay(&mut self) -> Result<()> {
        let keeper = self.keeper;
        for _ in 0..100 {
            let call = FloorMarket::pokeFundingCall { maxSteps: U256::from(PAGE) };
            if self.must(keeper, self.at.market, &call)?.done {
                return Ok(());
            }
        }
        anyhow::bail!("ten thousand steps do not make the payments that are due")
    }

    // ---- looking ----

    /// Asks a contract.
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return> {
        self.local.ask(Address::ZERO, to, call)
    }

    /// What a contract would answer somebody.
    pub fn ask_as<C: SolCall>(&self, who: Address, to: Address, call: &C) -> Result<C::Return> {
        self.local.ask(who, to, call)
    }

    /// The market's present prices.
    pub fn prices(&self) -> Result<PricesView> {
        self.ask(self.at.market, &FloorMarket::pricesCall {})
    }

    /// An account.
    pub fn view(&self, owner: Address) -> Result<AccountView> {
        self.ask(self.at.market, &FloorMarket::getAccountCall { owner })
    }

    /// All accounts.
    pub fn views(&self) -> Result<Vec<AccountView>> {
        let mut all = Vec::new();
        for owners in self.known.chunks(PAGE as usize) {
            let call = FloorMarket::getAccountsCall { owners: owners.to_vec() };
            all.extend(self.ask(self.at.market, &call)?.list);
        }
        Ok(all)
    }

    /// What everybody has.
    pub fn holdings(&self) -> Result<BTreeMap<Address, Holding>> {
        let holding = |view: AccountView| {
            let (cash, fp) = (signed(view.cash), signed(view.fp));
            (view.owner, Holding { cash, fp })
        };
        Ok(self.views()?.into_iter().map(holding).collect())
    }

    /// The first NFTs of an account that are of an auction, 0 for those that are of none.
    pub fn nfts(&self, owner: Address, auction: U256) -> Result<Vec<U256>> {
        let call = FloorMarket::nftsOfCall { account: owner, from: U256::ZERO, limit: U256::from(PAGE) };
        let list = self.ask(self.at.market, &call)?.list;
        Ok(list.into_iter().filter(|nft| nft.auction == auction).map(|nft| nft.id).collect())
    }

    /// Every page of a list of accounts.
    pub fn pages<C: SolCall>(
        &self,
        call: impl Fn(U256, U256) -> C,
        take: impl Fn(C::Return) -> (Vec<Address>, U256),
    ) -> Result<Vec<Address>> {
        let (mut all, mut from) = (Vec::new(), U256::ONE);
        loop {
            let (list, next) = take(self.ask(self.at.market, &call(from, U256::from(PAGE)))?);
            all.extend(list);
            if next.is_zero() {
                return Ok(all);
            }
            from = next;
        }
    }

    /// Accounts that may be liquidated.
    pub fn liquidatable(&self) -> Result<Vec<Address>> {
        self.pages(|from, limit| FloorMarket::liquidatableCall { from, limit }, |page| (page.list, page.next))
    }

    /// Cash outside the market.
    pub fn balance(&self, account: Address) -> Result<u128> {
        Ok(units(self.ask(self.at.cash, &TestToken::balanceOfCall { account })?))
    }

    /// NFTs of somebody.
    pub fn nfts_held(&self, owner: Address) -> Result<u128> {
        Ok(units(self.ask(self.at.nft, &WriterPosition::balanceOfCall { owner })?))
    }
}

/// How a market may refuse an order that its owner could not foresee, or did not care to.
const REFUSED_TRADES: [&str; 6] = [
    "InsufficientMargin",
    "InsufficientCollateral",
    "OpenInterestCap",
    "PriceOutOfBand",
    "PositionTooSmall",
    "NegativeCash",
];

/// The source's rules with a margin of safety: 0.9 FP against an NFT, liquidated at 0.95, down to 0.85; all of a day's
/// difference is paid, up to a fiftieth of the index.
fn market_params(genesis: u64) -> MarketParams {
    let percent = |part: u128| U256::from(part * WAD / 100);
    MarketParams {
        genesis,
        epochLength: DAY as u32,
        maxPayment: percent(2),
        maxRatio: percent(300),
        share: percent(100),
        strike: U256::ZERO,
        opening: U256::from(OPENING),
        maintenance: percent(95),
        cure: percent(85),
        shortInitial: percent(50),
        shortMaintenance: percent(20),
        longInitial: percent(50),
        longMaintenance: percent(20),
        kappaHigh: percent(100),
        kappaLow: percent(50),
        band: percent(30),
        minPosition: U256::from(LOT),
        nftTest: 0,
        leverage: 0,
        bonus: percent(2),
        fee: percent(1) / U256::from(5),
    }
}

/// Begun at 1.3 times the index; half in eight hours by steps of ten minutes.
fn auction_params() -> AuctionParams {
    let percent = |part: u128| U256::from(part * WAD / 100);
    AuctionParams {
        step: 600,
        cut: U256::from(985_663_198_640_187_574_667_594_155_u128),
        tail: 50_400,
        cusp: U256::from(3 * 10_u128.pow(26)),
        top: percent(130),
        chop: percent(5),
        voluntaryFee: percent(1) / U256::from(2),
        tip: percent(1),
        chip: percent(1),
        expected: percent(90),
        fall: U256::ZERO,
        capacity: CAPACITY,
        spacing: 3_600,
    }
}
