//! A put pool, its oracles and what is bonded on it, deployed and wired; and what tests do with them.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_host::Revert;

use crate::{
    abi::{
        Bonding, BondingParams, FeedSettings, HistorySettings, PoolParams, PoolPeers, PoolPrograms, PoolView,
        PostedAggregator, PriceFeed, PriceHistory, PutPool, TestToken, VolatilitySettings, VolatilitySource,
        WriterView,
    },
    backend::{Backend, Owned, Program, Storage},
    system::{Done, account, explain, int, wad, wad_milli},
};

/// Seconds of an epoch.
pub const EPOCH: u64 = 2_592_000;
/// Seconds of the average an epoch settles at.
pub const WINDOW: u64 = 21_600;
/// Seconds until a bond becomes dpxETH.
pub const MATURITY: u64 = 432_000;
/// Seconds of the average a mark is made of.
const SHORT_WINDOW: u64 = 1_800;

/// The contracts.
#[derive(Clone)]
pub struct PutSystem<B> {
    /// The chain.
    pub backend: B,
    /// The pool.
    pub pool: Address,
    /// The ERC-721 of its positions.
    pub positions: Address,
    /// The collateral, 18 decimals.
    pub weth: Address,
    /// The underlying.
    pub rdpx: Address,
    /// The reward token.
    pub dpx: Address,
    /// The price history.
    pub history: Address,
    /// The volatility source.
    pub volatility: Address,
    /// The feeds of the history: observed, and held against it.
    pub feeds: [Address; 2],
    /// Their sources.
    pub sources: [Address; 2],
    /// When those had a price last.
    posted: [u64; 2],
    /// Who governs everything, posts prices and volatility.
    pub owner: Address,
    /// Who buys: an account, unless the system was made with [`PutSystem::bonded`].
    pub buyer: Address,
    /// What is backed, where the buyer is a bonding contract.
    pub dpx_eth: Address,
    /// Who gets rewards that nobody earned.
    pub treasury: Address,
}

crate::calls!(impl[<B: Backend>] PutSystem<B>: backend, pool, storage);

impl<B: Backend> PutSystem<B> {
    /// A pool whose buyer is an account, at the beginning of epoch 0, at a price of 0.2 and a volatility of 100 %.
    #[allow(clippy::new_without_default, reason = "a deployment is not a default")]
    pub fn new() -> Self {
        let mut system = B::puts();
        let buyer = account("buyer");
        system.name_buyer(buyer);
        system.give(buyer, wad(1_000_000));
        system
    }

    /// A pool whose buyer is a bonding contract.
    pub fn bonded() -> Self {
        let mut system = B::puts();
        system.bond_with(BondingParams { maturity: U256::from(MATURITY), minBond: wad_milli(1) });
        system
    }

    /// Deploys everything but the buyer.
    pub(crate) fn deploy(mut backend: B) -> Self {
        let tokens = [backend.token(), backend.token(), backend.token()];
        Self::with_tokens(backend, tokens, Self::params)
    }

    /// Deploys everything but the buyer, with collateral, underlying and reward token.
    pub fn with_tokens(
        backend: B,
        [weth, rdpx, dpx]: [Address; 3],
        params: impl FnOnce(u64) -> PoolParams,
    ) -> Self {
        let none = Address::ZERO;
        let mut system = Self {
            backend,
            pool: none,
            positions: none,
            weth,
            rdpx,
            dpx,
            history: none,
            volatility: none,
            feeds: [none; 2],
            sources: [none; 2],
            posted: [0; 2],
            owner: account("owner"),
            buyer: none,
            dpx_eth: none,
            treasury: account("treasury"),
        };
        system.sources = [system.new_source(), system.new_source()];
        system.feeds = system.sources.map(|source| system.new_feed(source));
        system.history = system.new_history();
        system.volatility = system.new_volatility();
        system.post_volatility(wad(1));
        let genesis = (system.backend.now() / 900 + 10) * 900;
        system.pool = system.new_pool(params(genesis)).expect("sane parameters");
        system.positions = system.backend.owned(Owned::Positions, system.pool);
        let owner = system.owner;
        system.must(owner, PutPool::setPositionsCall { positions: system.positions });
        system.warp_to(genesis);
        system.record();
        system
    }

    /// Sets the buyer.
    pub fn name_buyer(&mut self, buyer: Address) {
        let owner = self.owner;
        self.must(owner, PutPool::setBuyerCall { buyer });
        self.buyer = buyer;
    }

    /// Puts a bonding contract behind the pool.
    pub fn bond_with(&mut self, params: BondingParams) {
        let init = Bonding::initializeCall { owner: self.owner, pool: self.pool, params }.abi_encode();
        let program = self.backend.program(Program::Bonding);
        let bonding = self.backend.proxy(program, init).expect("a bonding contract of the pool");
        self.name_buyer(bonding);
        self.dpx_eth = self.backend.owned(Owned::Synthetic, bonding);
        let owner = self.owner;
        let call = Bonding::setSyntheticCall { synthetic: self.dpx_eth };
        self.send_to(owner, bonding, call).expect("dpxETH is the bonding contract's");
    }

    /// A source with 18 decimals at 0.2.
    fn new_source(&mut self) -> Address {
        let at = self.backend.aggregator();
        let owner = self.owner;
        let call = PostedAggregator::initializeCall {
            owner,
            reporter: owner,
            decimals: 18,
            maxDeviationPpm: 0,
            description: B256::ZERO,
        };
        self.send_to(owner, at, call).expect("a new source is initialised");
        let call = PostedAggregator::postCall { answer: int(200_000_000_000_000_000) };
        self.send_to(owner, at, call).expect("the reporter posts");
        at
    }

    fn new_feed(&mut self, source: Address) -> Address {
        let settings = FeedSettings {
            source,
            sequencerFeed: Address::ZERO,
            heartbeat: 604_800,
            sequencerGrace: 0,
            minPrice: U256::ONE,
            maxPrice: U256::from(1_u128 << 95),
            maxDeviation: wad(1),
            twapWindow: 900,
            description: B256::right_padding_from(b"rDPX / ETH"),
        };
        let init = PriceFeed::initializeCall { owner: self.owner, settings }.abi_encode();
        let program = self.backend.program(Program::Feed);
        self.backend.proxy(program, init).expect("a feed with sane settings")
    }

    /// A history of both feeds.
    pub fn new_history(&mut self) -> Address {
        let settings = HistorySettings {
            primaryFeed: self.feeds[0],
            secondFeed: self.feeds[1],
            maxDeviation: wad_milli(50),
            shortWindow: SHORT_WINDOW as u32,
            maxGap: 14_400,
        };
        let init = PriceHistory::initializeCall { owner: self.owner, settings }.abi_encode();
        let program = self.backend.program(Program::History);
        self.backend.proxy(program, init).expect("a history of good feeds")
    }

    /// A volatility source without anything posted.
    pub fn new_volatility(&mut self) -> Address {
        let settings = VolatilitySettings {
            history: self.history,
            interval: 86_400,
            window: 3_600,
            smoothing: 2_592_000,
            minSigma: wad_milli(10),
            maxSigma: wad(10),
        };
        let init = VolatilitySource::initializeCall { owner: self.owner, reporter: self.owner, settings }
            .abi_encode();
        let program = self.backend.program(Program::Volatility);
        self.backend.proxy(program, init).expect("a volatility source with sane settings")
    }

    /// A pool with these parameters, without positions.
    pub fn new_pool(&mut self, params: PoolParams) -> Result<Address, Revert> {
        let call = self.initialize_call(params);
        let program = self.backend.program(Program::PutPool);
        self.backend.proxy(program, call.abi_encode())
    }

    /// Creates a proxy that must fail to be initialised with `error`, which may come wrapped by whoever creates proxies.
    #[track_caller]
    pub fn not_created(&mut self, program: Program, init: Vec<u8>, error: impl SolError) {
        let at = self.backend.program(program);
        let Err(revert) = self.backend.proxy(at, init) else { panic!("{program:?} was initialised") };
        let wanted = error.abi_encode();
        let found = revert.0.windows(wanted.len()).any(|bytes| bytes == wanted);
        assert!(found, "not {wanted:02x?} but {}", explain(&revert));
    }

    /// The call that makes a pool.
    pub fn initialize_call(&self, params: PoolParams) -> PutPool::initializeCall {
        PutPool::initializeCall { owner: self.owner, peers: self.peers(), params, programs: self.programs() }
    }

    /// Whom a pool deals with.
    pub fn peers(&self) -> PoolPeers {
        PoolPeers {
            collateral: self.weth,
            underlying: self.rdpx,
            rewardToken: self.dpx,
            treasury: self.treasury,
            history: self.history,
            volatilitySource: self.volatility,
        }
    }

    /// The programs behind a pool.
    pub fn programs(&self) -> PoolPrograms {
        PoolPrograms {
            desk: self.backend.program(Program::PutDesk),
            roll: self.backend.program(Program::PutRoll),
            lens: self.backend.program(Program::PutLens),
            records: self.backend.program(Program::PutRecords),
            admin: self.backend.program(Program::PutAdmin),
        }
    }

    /// rDPX's parameters.
    pub fn params(genesis: u64) -> PoolParams {
        PoolParams {
            genesis,
            epochLength: EPOCH as u32,
            settlementWindow: WINDOW as u32,
            grace: 86_400,
            leverage: 4,
            sigmaMin: wad_milli(100),
            sigmaMax: wad(3),
            sigmaMaxAge: 40 * 86_400,
            minDeposit: U256::from(1_000_000_000_000_u64),
            minUnits: U256::from(1_000_000_000_000_u64),
            rewardsPerYear: wad(3_000),
            rewardDuration: 94_608_000,
        }
    }

    /// The storage of every contract of the system.
    pub fn storage(&self) -> Storage {
        let [a, b] = self.feeds;
        let own = [self.pool, self.positions, self.buyer, self.dpx_eth, self.history, self.volatility, a, b];
        self.backend.storage(&[&own[..], &[self.weth, self.rdpx, self.dpx]].concat())
    }

    // ---- bonding ----

    /// Gives an account rDPX and collateral for bonding.
    pub fn bonder(&mut self, name: &str) -> Address {
        self.writer(name, wad(10_000))
    }

    /// The call that bonds, without limits.
    pub fn bond_call(&self, receiver: Address, amount: U256) -> Bonding::bondCall {
        Bonding::bondCall {
            amount,
            maxUnderlying: U256::MAX,
            maxCollateral: U256::MAX,
            receiver,
            deadline: U256::MAX,
        }
    }

    /// Bonds for the caller.
    #[track_caller]
    pub fn bond(&mut self, bonder: Address, amount: U256) -> Done<Bonding::bondReturn> {
        let (bonding, call) = (self.buyer, self.bond_call(bonder, amount));
        self.must_to(bonder, bonding, call)
    }

    // ---- time and prices ----

    /// Lets time pass up to a moment.
    pub fn warp_to(&mut self, time: u64) {
        let now = self.backend.now();
        self.backend.warp(time.checked_sub(now).expect("time does not run backwards"));
    }

    /// Posts a price at both sources and has it recorded.
    pub fn post(&mut self, price: U256) {
        for source in 0..2 {
            self.post_to(source, price);
        }
        self.record();
    }

    /// Posts a price at one source, a second later if it had one in this second.
    pub fn post_to(&mut self, source: usize, price: U256) {
        let (owner, at) = (self.owner, self.sources[source]);
        if self.posted[source] == self.backend.now() {
            self.backend.warp(1);
        }
        self.posted[source] = self.backend.now();
        let call = PostedAggregator::postCall { answer: int(price.to::<i128>()) };
        self.must_to(owner, at, call);
    }

    /// Has the history look at its feed.
    pub fn record(&mut self) {
        let history = self.history;
        self.must_to(account("keeper"), history, PriceHistory::recordCall {});
    }

    /// Makes `price` the mark: posts it and waits until the short average is it.
    pub fn mark_at(&mut self, price: U256) {
        self.post(price);
        self.backend.warp(SHORT_WINDOW);
        self.post(price);
    }

    /// Posts a volatility.
    pub fn post_volatility(&mut self, sigma: U256) {
        let (owner, at) = (self.owner, self.volatility);
        self.must_to(owner, at, VolatilitySource::postCall { sigma });
    }

    /// Lets the epoch end at a price that held for the whole window, with fresh prices and the same volatility.
    pub fn end_epoch_at(&mut self, price: U256) {
        let end: u64 = self.state().end.to();
        self.warp_to(end - WINDOW);
        self.post(price);
        // So that there is a mark after the roll.
        self.warp_to(end - SHORT_WINDOW);
        self.record();
        self.warp_to(end);
        self.post(price);
        let sigma = self.state().sigma;
        self.post_volatility(sigma);
    }

    /// Ends the epoch at a price and rolls.
    #[track_caller]
    pub fn roll_at(&mut self, price: U256) -> Done<PutPool::rollReturn> {
        self.end_epoch_at(price);
        self.must(account("keeper"), PutPool::rollCall {})
    }

    // ---- the pool ----

    /// The pool now.
    #[track_caller]
    pub fn state(&self) -> PoolView {
        self.view(PutPool::poolStateCall {})
    }

    /// A position now.
    #[track_caller]
    pub fn position(&self, id: U256) -> WriterView {
        self.view(PutPool::positionCall { id })
    }

    /// Gives an account collateral and rDPX, and lets pool and buyer take any of them.
    pub fn give(&mut self, to: Address, amount: U256) {
        let spenders = [self.pool, self.buyer];
        for token in [self.weth, self.rdpx] {
            self.give_token(token, to, amount);
            for spender in spenders.into_iter().filter(|spender| !spender.is_zero()) {
                self.approve(token, to, spender);
            }
        }
    }

    /// Gives an account tokens.
    pub fn give_token(&mut self, token: Address, to: Address, value: U256) {
        self.send_to(to, token, TestToken::mintCall { to, value }).expect("anybody mints");
    }

    /// Lets a spender take any of an account's tokens.
    pub fn approve(&mut self, token: Address, from: Address, spender: Address) {
        let raw = TestToken::approveCall { spender, value: U256::MAX }.abi_encode();
        self.backend.send(from, token, U256::ZERO, raw).expect("anybody approves");
    }

    /// An account with collateral.
    pub fn writer(&mut self, name: &str, amount: U256) -> Address {
        let writer = account(name);
        self.give(writer, amount);
        writer
    }

    /// The call that deposits, without limits.
    pub fn deposit_call(&self, receiver: Address, assets: U256) -> PutPool::depositCall {
        PutPool::depositCall { assets, minShares: U256::ZERO, receiver, deadline: U256::MAX }
    }

    /// A new writer deposits all it has.
    #[track_caller]
    pub fn deposit(&mut self, name: &str, assets: U256) -> (Address, U256) {
        let writer = self.writer(name, assets);
        let call = self.deposit_call(writer, assets);
        (writer, self.must(writer, call).returned.id)
    }

    /// The call that buys, without limits.
    pub fn purchase_call(&self, units: U256, supply: U256) -> PutPool::purchaseCall {
        PutPool::purchaseCall {
            units,
            supply,
            maxPremium: U256::MAX,
            minStrike: U256::ZERO,
            deadline: U256::MAX,
        }
    }

    /// The buyer buys.
    #[track_caller]
    pub fn purchase(&mut self, units: U256, supply: U256) -> Done<PutPool::purchaseReturn> {
        let (buyer, call) = (self.buyer, self.purchase_call(units, supply));
        self.must(buyer, call)
    }

    /// Anybody adds to the escrow.
    pub fn fund_escrow(&mut self, amount: U256) {
        let donor = self.writer("donor", amount);
        self.must(donor, PutPool::fundEscrowCall { amount });
    }

    /// Somebody pays in all rewards, and they begin.
    pub fn begin_rewards(&mut self) {
        let (dpx, pool, payer) = (self.dpx, self.pool, account("rewarder"));
        self.give_token(dpx, payer, wad(9_000));
        self.approve(dpx, payer, pool);
        self.must(payer, PutPool::beginRewardsCall {});
    }

    /// Tokens of an account.
    pub fn balance(&self, token: Address, account: Address) -> U256 {
        self.view_of(token, TestToken::balanceOfCall { account })
    }

    /// The collateral the pool holds is what its ledgers and positions say, but for `dust` that roundings leave over.
    #[track_caller]
    pub fn assert_backed(&self, dust: u64) {
        let state = self.state();
        let mut owed = state.liquidity + state.unvested + state.escrow + state.payoffDue;
        for id in 1..=state.positionsMade.to::<u64>() {
            owed += self.position(U256::from(id)).feesOwed;
        }
        let held = self.balance(self.weth, self.pool);
        assert!(owed <= held, "the pool owes {owed} and holds {held}");
        assert!(held - owed <= U256::from(dust), "the pool owes {owed} and holds {held}: more than dust");
    }
}
