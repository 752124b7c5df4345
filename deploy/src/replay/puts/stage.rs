//! The chain, a put pool with everything around it, wired as in production, and the one way in which anybody does
//! anything: a transaction in a block.

use std::{collections::BTreeMap, path::Path};

use alloy::{
    primitives::{Address, B256, I256, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use anyhow::{Context, Result, ensure};

use crate::{
    bindings::{
        Bonding,
        IBonding::BondingParams,
        IPriceFeed::FeedSettings,
        IPriceHistory::HistorySettings,
        IPutPool::{PoolParams, PoolPeers, PoolPrograms, PoolView, PositionView},
        IVolatilitySource::VolatilitySettings,
        PostedAggregator, PriceFeed, PriceHistory, PutPool, TestToken, VolatilitySource,
    },
    demo::money::units,
    errors::Refusal,
    programs,
    replay::local::{Acts, Deployed, Local},
};

use super::{
    diary::Diary,
    prices::{DAY, Day},
};

pub(crate) use crate::replay::local::WAD;

/// Days of an epoch.
pub(crate) const EPOCH_DAYS: u64 = 30;
/// Seconds until a bond becomes dpxETH.
const MATURITY: u64 = 5 * DAY;
/// Volatility before anybody has measured one.
const FIRST_SIGMA: u128 = WAD;

/// Every program that the replay needs.
pub(crate) fn needed() -> impl Iterator<Item = &'static str> {
    let others = ["writer-position", "dpx-eth", "test-token", programs::AGGREGATOR, programs::PROXY];
    programs::for_puts().into_iter().chain(others)
}

/// Where everything is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Contracts {
    pub pool: Address,
    pub positions: Address,
    pub bonding: Address,
    pub dpx_eth: Address,
    pub history: Address,
    pub volatility: Address,
    pub sources: [Address; 2],
    pub weth: Address,
    pub rdpx: Address,
    pub dpx: Address,
}

/// The stage.
pub(crate) struct Stage {
    local: Local,
    /// The contracts.
    pub at: Contracts,
    /// Governs everything, and posts prices and volatility.
    pub owner: Address,
    /// Pays funding into the escrow.
    pub treasury: Address,
    /// Rolls.
    pub keeper: Address,
    /// What happened.
    pub diary: Diary,
    /// Refusals that are part of the game, by name.
    pub refusals: BTreeMap<String, u64>,
}

/// Somebody's address.
pub(crate) fn account(name: &str) -> Address {
    Address::from_slice(&keccak256(format!("puts: {name}"))[12..])
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
        self.diary.note(&self.at, &logs);
        Ok(Ok(answer))
    }

    fn refusals(&mut self) -> &mut BTreeMap<String, u64> {
        &mut self.refusals
    }
}

impl Stage {
    /// Deploys and wires everything; epoch 0 begins with the first day.
    pub fn new(folder: &Path, first: Day) -> Result<Self> {
        let local = Local::new(folder, first.time.saturating_sub(DAY));
        let owner = account("owner");
        let mut stage = Self {
            local,
            at: Contracts::default(),
            owner,
            treasury: account("treasury"),
            keeper: account("keeper"),
            diary: Diary::default(),
            refusals: BTreeMap::new(),
        };
        for who in [owner, stage.treasury, stage.keeper] {
            stage.equip(who);
        }
        stage.local.point_to(programs::for_puts())?;
        stage.wire(first).context("deployment of the put pool")?;
        Ok(stage)
    }

    fn wire(&mut self, first: Day) -> Result<()> {
        for place in 0..2 {
            self.at.sources[place] = self.source(first.price)?;
        }
        let sources = self.at.sources;
        let feeds = [self.feed(sources[0])?, self.feed(sources[1])?];
        self.at.weth = self.local.program("test-token")?;
        self.at.rdpx = self.local.program("test-token")?;
        self.at.dpx = self.local.program("test-token")?;
        let owner = self.owner;
        let settings = HistorySettings {
            primaryFeed: feeds[0],
            secondFeed: feeds[1],
            maxDeviation: U256::from(WAD / 20),
            shortWindow: 1_800,
            maxGap: 14_400,
        };
        self.at.history = self
            .local
            .proxy("price-history", PriceHistory::initializeCall { owner, settings }.abi_encode())?;
        let settings = VolatilitySettings {
            history: self.at.history,
            interval: 86_400,
            window: 3_600,
            smoothing: 2_592_000,
            minSigma: U256::from(WAD / 100),
            maxSigma: U256::from(10 * WAD),
        };
        let init = VolatilitySource::initializeCall { owner, reporter: owner, settings }.abi_encode();
        self.at.volatility = self.local.proxy("volatility-source", init)?;
        self.post_volatility(FIRST_SIGMA)?;
        self.wire_pool(first.time)?;
        self.wire_bonding()
    }

    fn wire_pool(&mut self, genesis: u64) -> Result<()> {
        let local = &self.local;
        let programs = PoolPrograms {
            desk: local.at("put-desk")?,
            roll: local.at("put-roll")?,
            lens: local.at("put-lens")?,
            records: local.at("put-records")?,
            admin: local.at("put-admin")?,
        };
        let peers = PoolPeers {
            collateral: self.at.weth,
            underlying: self.at.rdpx,
            rewardToken: self.at.dpx,
            treasury: self.treasury,
            history: self.at.history,
            volatilitySource: self.at.volatility,
        };
        let params = pool_params(genesis);
        let owner = self.owner;
        let init = PutPool::initializeCall { owner, peers, params, programs };
        self.at.pool = self.local.proxy("put-pool", init.abi_encode())?;
        let pool = self.at.pool;
        self.at.positions = self.local.construct("writer-position", &pool.abi_encode())?;
        let positions = self.at.positions;
        self.local.cache(positions)?;
        self.must(owner, pool, &PutPool::setPositionsCall { positions }).map(|_| ())
    }

    fn wire_bonding(&mut self) -> Result<()> {
        let (owner, pool) = (self.owner, self.at.pool);
        let params = BondingParams { maturity: U256::from(MATURITY), minBond: U256::from(WAD / 1_000) };
        self.at.bonding =
            self.local.proxy("bonding", Bonding::initializeCall { owner, pool, params }.abi_encode())?;
        let bonding = self.at.bonding;
        self.must(owner, pool, &PutPool::setBuyerCall { buyer: bonding })?;
        self.at.dpx_eth = self.local.construct("dpx-eth", &bonding.abi_encode())?;
        let synthetic = self.at.dpx_eth;
        self.local.cache(synthetic)?;
        self.must(owner, bonding, &Bonding::setSyntheticCall { synthetic }).map(|_| ())
    }

    fn source(&mut self, price: u128) -> Result<Address> {
        let (owner, at) = (self.owner, self.local.program(programs::AGGREGATOR)?);
        let call = PostedAggregator::initializeCall {
            owner,
            reporter: owner,
            decimals: 18,
            maxDeviationPpm: 0,
            description: B256::ZERO,
        };
        self.must(owner, at, &call)?;
        self.must(owner, at, &PostedAggregator::postCall { answer: I256::try_from(price)? })?;
        Ok(at)
    }

    fn feed(&mut self, source: Address) -> Result<Address> {
        let settings = FeedSettings {
            source,
            sequencerFeed: Address::ZERO,
            heartbeat: 604_800,
            sequencerGrace: 0,
            minPrice: U256::ONE,
            maxPrice: U256::from(1_u128 << 95),
            maxDeviation: U256::from(WAD),
            twapWindow: 900,
            description: B256::right_padding_from(b"rDPX / ETH"),
        };
        let owner = self.owner;
        self.local.proxy("price-feed", PriceFeed::initializeCall { owner, settings }.abi_encode())
    }

    /// Gives the pool away as it is.
    pub fn give_away(self) -> Deployed {
        let at = self.at;
        let contracts = [
            ("PutPool", at.pool),
            ("WriterPosition", at.positions),
            ("Bonding", at.bonding),
            ("DpxEth", at.dpx_eth),
            ("PriceHistory", at.history),
            ("VolatilitySource", at.volatility),
            ("FirstSource", at.sources[0]),
            ("SecondSource", at.sources[1]),
            ("Weth", at.weth),
            ("Rdpx", at.rdpx),
            ("Dpx", at.dpx),
        ];
        self.local.give_away(self.owner, &contracts)
    }

    /// Prolongs the life of every program: the chain forgets one that nobody has prolonged or activated for a year.
    pub fn keep_alive(&mut self) -> Result<()> {
        self.local.keep_alive()
    }

    /// Transactions sent since they were last counted from nothing.
    pub fn transactions(&self) -> u64 {
        self.local.transactions
    }

    /// Counts transactions from here on.
    pub fn count_from_here(&mut self) {
        self.local.transactions = 0;
    }

    // ---- doing ----

    /// Gives an account gas money.
    pub fn equip(&mut self, who: Address) {
        self.local.equip(who);
    }

    /// Gives an account tokens, and lets spenders take any of them.
    pub fn give(&mut self, token: Address, to: Address, amount: u128, spenders: &[Address]) -> Result<()> {
        self.must(to, token, &TestToken::mintCall { to, value: U256::from(amount) })?;
        for spender in spenders {
            self.must(to, token, &TestToken::approveCall { spender: *spender, value: U256::MAX })?;
        }
        Ok(())
    }

    /// Lets time pass up to a moment.
    pub fn be_at(&mut self, time: u64) -> Result<()> {
        self.local.be_at(time)
    }

    /// Has the history look at its feed.
    pub fn record(&mut self) -> Result<()> {
        let (keeper, history) = (self.keeper, self.at.history);
        let status = self.must(keeper, history, &PriceHistory::recordCall {})?;
        ensure!(status <= 1, "nothing was recorded: the feed's status is {status}");
        Ok(())
    }

    /// Posts a price at both sources and has it recorded.
    pub fn post(&mut self, price: u128) -> Result<()> {
        for source in self.at.sources {
            self.must(self.owner, source, &PostedAggregator::postCall { answer: I256::try_from(price)? })?;
        }
        self.record()
    }

    /// Posts a volatility.
    pub fn post_volatility(&mut self, sigma: u128) -> Result<()> {
        let call = VolatilitySource::postCall { sigma: U256::from(sigma) };
        self.must(self.owner, self.at.volatility, &call).map(|_| ())
    }

    // ---- looking ----

    /// Asks a contract.
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return> {
        self.local.ask(Address::ZERO, to, call)
    }

    /// The pool.
    pub fn state(&self) -> Result<PoolView> {
        self.ask(self.at.pool, &PutPool::poolStateCall {})
    }

    /// A position.
    pub fn position(&self, id: u64) -> Result<PositionView> {
        self.ask(self.at.pool, &PutPool::positionCall { id: U256::from(id) })
    }

    /// Tokens of an account.
    pub fn balance(&self, token: Address, account: Address) -> Result<u128> {
        Ok(units(self.ask(token, &TestToken::balanceOfCall { account })?))
    }

    /// How many tokens there are.
    pub fn supply_of(&self, token: Address) -> Result<u128> {
        Ok(units(self.ask(token, &TestToken::totalSupplyCall {})?))
    }
}

/// rDPX's parameters.
fn pool_params(genesis: u64) -> PoolParams {
    PoolParams {
        genesis,
        epochLength: (EPOCH_DAYS * DAY) as u32,
        settlementWindow: 21_600,
        grace: 86_400,
        leverage: 4,
        sigmaMin: U256::from(WAD / 10),
        sigmaMax: U256::from(3 * WAD),
        sigmaMaxAge: 40 * DAY as u32,
        minDeposit: U256::from(1_000_000_000_000_u64),
        minUnits: U256::from(1_000_000_000_000_u64),
        rewardsPerYear: U256::from(3_000 * WAD),
        rewardDuration: 94_608_000,
    }
}
