//! The chain, a put pool with everything around it, wired as in production, and the one way in which anybody does
//! anything: a transaction in a block.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes, I256, U256, keccak256},
    sol_types::{SolCall, SolEvent, SolValue},
};
use anyhow::{Context, Result, ensure};
use devnet::{
    CallRequest, Chain, Clock, Config, TxRequest,
    deploy::{STYLUS_DEPLOYER, init_code},
    stylus::program::encode,
};

use crate::{
    bindings::{
        ARB_WASM, ArbWasm, Bonding,
        IBonding::BondingParams,
        IPriceFeed::FeedSettings,
        IPriceHistory::HistorySettings,
        IPutPool::{PoolParams, PoolPeers, PoolPrograms, PoolView, PositionView},
        IVolatilitySource::VolatilitySettings,
        PostedAggregator, PriceFeed, PriceHistory, PutPool, StylusDeployer, TestToken, VolatilitySource,
        stylus_constructorCall,
    },
    demo::money::units,
    errors::Refusal,
    programs,
};

use super::{
    diary::Diary,
    prices::{DAY, Day},
};

/// One, in 18 decimals.
pub(crate) const WAD: u128 = 1_000_000_000_000_000_000;
/// Days of an epoch.
pub(crate) const EPOCH_DAYS: u64 = 30;
/// Seconds until a bond becomes dpxETH.
const MATURITY: u64 = 5 * DAY;
/// Gas money of everybody.
const GAS_MONEY: u128 = 1_000 * WAD;
/// Volatility before anybody has measured one.
const FIRST_SIGMA: u128 = WAD;
/// Most gas of a view: a node of one's own has no limit to speak of.
const VIEW_GAS: u64 = 1_000_000_000;
/// Programs that are called through others or a proxy.
const PROGRAMS: [&str; 9] = [
    "price-feed",
    "price-history",
    "volatility-source",
    "put-pool",
    "put-desk",
    "put-roll",
    "put-lens",
    "put-records",
    "put-admin",
];

/// Every program that the replay needs.
pub(crate) fn needed() -> impl Iterator<Item = &'static str> {
    let others =
        ["bonding", "writer-position", "dpx-eth", "test-token", programs::AGGREGATOR, programs::PROXY];
    PROGRAMS.into_iter().chain(others)
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
    chain: Chain,
    folder: std::path::PathBuf,
    programs: BTreeMap<&'static str, Address>,
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
    /// Transactions sent, deployment aside.
    pub transactions: u64,
    /// Refusals that are part of the game, by name.
    pub refusals: BTreeMap<String, u64>,
}

/// Somebody's address.
pub(crate) fn account(name: &str) -> Address {
    Address::from_slice(&keccak256(format!("puts: {name}"))[12..])
}

impl Stage {
    /// Deploys and wires everything; epoch 0 begins with the first day.
    pub fn new(folder: &Path, first: Day) -> Result<Self> {
        let genesis_time = first.time.saturating_sub(DAY);
        let chain = Chain::new(Config { genesis_time, clock: Clock::Steps(0), ..Config::default() });
        let owner = account("owner");
        let mut stage = Self {
            chain,
            folder: folder.to_owned(),
            programs: BTreeMap::new(),
            at: Contracts::default(),
            owner,
            treasury: account("treasury"),
            keeper: account("keeper"),
            diary: Diary::default(),
            transactions: 0,
            refusals: BTreeMap::new(),
        };
        for who in [owner, stage.treasury, stage.keeper] {
            stage.equip(who);
        }
        for name in PROGRAMS.into_iter().chain(["bonding"]) {
            let at = stage.program(name)?;
            stage.programs.insert(name, at);
        }
        stage.wire(first).context("deployment of the put pool")?;
        Ok(stage)
    }

    fn wire(&mut self, first: Day) -> Result<()> {
        for place in 0..2 {
            self.at.sources[place] = self.source(first.price)?;
        }
        let sources = self.at.sources;
        let feeds = [self.feed(sources[0])?, self.feed(sources[1])?];
        self.at.weth = self.program("test-token")?;
        self.at.rdpx = self.program("test-token")?;
        self.at.dpx = self.program("test-token")?;
        let owner = self.owner;
        let settings = HistorySettings {
            primaryFeed: feeds[0],
            secondFeed: feeds[1],
            maxDeviation: U256::from(WAD / 20),
            shortWindow: 1_800,
            maxGap: 14_400,
        };
        self.at.history =
            self.proxy("price-history", PriceHistory::initializeCall { owner, settings }.abi_encode())?;
        let settings = VolatilitySettings {
            history: self.at.history,
            interval: 86_400,
            window: 3_600,
            smoothing: 2_592_000,
            minSigma: U256::from(WAD / 100),
            maxSigma: U256::from(10 * WAD),
        };
        let init = VolatilitySource::initializeCall { owner, reporter: owner, settings }.abi_encode();
        self.at.volatility = self.proxy("volatility-source", init)?;
        self.post_volatility(FIRST_SIGMA)?;
        self.wire_pool(first.time)?;
        self.wire_bonding()
    }

    fn wire_pool(&mut self, genesis: u64) -> Result<()> {
        let at = |name: &str| self.programs.get(name).copied().unwrap_or_default();
        let programs = PoolPrograms {
            desk: at("put-desk"),
            roll: at("put-roll"),
            lens: at("put-lens"),
            records: at("put-records"),
            admin: at("put-admin"),
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
        self.at.pool = self.proxy("put-pool", init.abi_encode())?;
        let pool = self.at.pool;
        self.at.positions = self.construct(self.code("writer-position")?, &pool.abi_encode())?;
        let positions = self.at.positions;
        self.chain.cache_program(positions).map_err(broken)?;
        self.must(owner, pool, &PutPool::setPositionsCall { positions }).map(|_| ())
    }

    fn wire_bonding(&mut self) -> Result<()> {
        let (owner, pool) = (self.owner, self.at.pool);
        let params = BondingParams { maturity: U256::from(MATURITY), minBond: U256::from(WAD / 1_000) };
        self.at.bonding =
            self.proxy("bonding", Bonding::initializeCall { owner, pool, params }.abi_encode())?;
        let bonding = self.at.bonding;
        self.must(owner, pool, &PutPool::setBuyerCall { buyer: bonding })?;
        self.at.dpx_eth = self.construct(self.code("dpx-eth")?, &bonding.abi_encode())?;
        let synthetic = self.at.dpx_eth;
        self.chain.cache_program(synthetic).map_err(broken)?;
        self.must(owner, bonding, &Bonding::setSyntheticCall { synthetic }).map(|_| ())
    }

    fn source(&mut self, price: u128) -> Result<Address> {
        let (owner, at) = (self.owner, self.program(programs::AGGREGATOR)?);
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
        self.proxy("price-feed", PriceFeed::initializeCall { owner, settings }.abi_encode())
    }

    // ---- programs ----

    fn wasm(&self, name: &str) -> Result<Vec<u8>> {
        let file = self.folder.join(format!("{name}.wasm"));
        fs::read(&file).with_context(|| format!("program {name} is not built: no {}", file.display()))
    }

    fn code(&self, name: &str) -> Result<Bytes> {
        Ok(init_code(&encode(&self.wasm(name)?)))
    }

    fn deployer(&self) -> Result<Address> {
        Ok(self.chain.accounts().first().context("a chain without accounts")?.0)
    }

    fn program(&mut self, name: &str) -> Result<Address> {
        let (wasm, deployer) = (self.wasm(name)?, self.deployer()?);
        let at = self.chain.deploy_program(deployer, &wasm).map_err(broken).context(name.to_owned())?;
        self.chain.cache_program(at).map_err(broken).context(name.to_owned())?;
        Ok(at)
    }

    fn proxy(&mut self, name: &str, init: Vec<u8>) -> Result<Address> {
        let implementation = self.programs.get(name).copied().unwrap_or_default();
        let arguments = (implementation, Bytes::from(init)).abi_encode_params();
        let code = self.code(programs::PROXY)?;
        self.construct(code, &arguments).with_context(|| format!("the proxy of {name}"))
    }

    /// Creates a program that has a constructor, and calls it, in one transaction.
    fn construct(&mut self, bytecode: Bytes, arguments: &[u8]) -> Result<Address> {
        let init = [&stylus_constructorCall::SELECTOR[..], arguments].concat();
        let call = StylusDeployer::deployCall {
            bytecode,
            initData: init.into(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let request = TxRequest {
            from: self.deployer()?,
            to: Some(STYLUS_DEPLOYER),
            // More than activation costs; the deployer returns what it does not need.
            value: U256::from(WAD),
            data: call.abi_encode().into(),
            ..TxRequest::default()
        };
        let receipt = self.chain.send(request).map_err(broken)?;
        ensure!(receipt.success, "{}", Refusal::decode(&receipt.output));
        let created =
            receipt.logs.iter().find_map(|log| StylusDeployer::ContractDeployed::decode_log(log).ok());
        Ok(created.context("the deployer named nothing")?.deployedContract)
    }

    /// Prolongs the life of every program: the chain forgets one that nobody has prolonged or activated for a year.
    pub fn keep_alive(&mut self) -> Result<()> {
        for name in needed() {
            let codehash = programs::Program::load(&self.folder, name)?.code_hash;
            let request = TxRequest {
                from: self.deployer()?,
                to: Some(ARB_WASM),
                // More than it costs; the chain returns what it does not need.
                value: U256::from(WAD),
                data: ArbWasm::codehashKeepaliveCall { codehash }.abi_encode().into(),
                ..TxRequest::default()
            };
            let receipt = self.chain.send(request).map_err(broken)?;
            ensure!(receipt.success, "{name} was not kept alive: {}", Refusal::decode(&receipt.output));
        }
        Ok(())
    }

    // ---- doing ----

    /// Gives an account gas money.
    pub fn equip(&mut self, who: Address) {
        self.chain.set_balance(who, U256::from(GAS_MONEY));
    }

    /// Gives an account tokens, and lets spenders take any of them.
    pub fn give(&mut self, token: Address, to: Address, amount: u128, spenders: &[Address]) -> Result<()> {
        self.must(to, token, &TestToken::mintCall { to, value: U256::from(amount) })?;
        for spender in spenders {
            self.must(to, token, &TestToken::approveCall { spender: *spender, value: U256::MAX })?;
        }
        Ok(())
    }

    /// Sends a transaction; a refusal is an answer.
    pub fn send<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Result<C::Return, Refusal>> {
        let request =
            TxRequest { from, to: Some(to), data: call.abi_encode().into(), ..TxRequest::default() };
        let receipt = self.chain.send(request).map_err(broken)?;
        self.transactions += 1;
        if !receipt.success {
            let why = receipt.error.unwrap_or_default();
            ensure!(why.starts_with("execution reverted"), "{} did not revert: {why}", C::SIGNATURE);
            return Ok(Err(Refusal::decode(&receipt.output)));
        }
        self.diary.note(&self.at, &receipt.logs);
        Ok(Ok(C::abi_decode_returns(&receipt.output)?))
    }

    /// Sends a transaction that has to succeed.
    pub fn must<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<C::Return> {
        let sent = self.send(from, to, call)?;
        sent.map_err(|refusal| anyhow::anyhow!("{} was refused: {refusal}", C::SIGNATURE))
    }

    /// Sends a transaction that may be refused with one of these errors; any other ends the replay.
    pub fn may<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
        tolerated: &[&str],
    ) -> Result<Option<C::Return>> {
        match self.send(from, to, call)? {
            Ok(done) => Ok(Some(done)),
            Err(refusal) => {
                let known = tolerated.contains(&refusal.name.as_str());
                ensure!(known, "{} was refused: {refusal}", C::SIGNATURE);
                *self.refusals.entry(refusal.name).or_default() += 1;
                Ok(None)
            }
        }
    }

    /// Lets time pass up to a moment.
    pub fn be_at(&mut self, time: u64) -> Result<()> {
        let now = self.chain.next_timestamp();
        self.chain.warp(time.checked_sub(now).with_context(|| format!("time {time} is past: it is {now}"))?);
        Ok(())
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
        let request = CallRequest {
            to: Some(to),
            data: call.abi_encode().into(),
            gas: Some(VIEW_GAS),
            ..CallRequest::default()
        };
        let outcome = self.chain.call_with(&request).map_err(broken)?;
        ensure!(outcome.success, "{}: {}", C::SIGNATURE, Refusal::decode(&outcome.output));
        Ok(C::abi_decode_returns(&outcome.output)?)
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

fn broken(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
