//! Everything deployed and wired, with one market; and what tests do with it.

use alloy_primitives::{Address, B256, I256, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use everfloor_host::{Log, Revert};

use crate::{
    abi::{
        BidBook, Bonding, ClearingHouse, CurveView, FeedSettings, FloorBook, FloorIndex, InsuranceFund,
        MarketParams, MarketView, PositionView, PostedAggregator, PriceFeed, Programs, PutPool, RiskParams,
        TestDollar, TestToken, TradingParams,
    },
    backend::{Backend, Program, Sent, Storage},
};

/// Side of `openPosition`.
pub const LONG: u8 = 0;
/// Side of `openPosition`.
pub const SHORT: u8 = 1;
/// A deadline or fee limit that never bites.
pub const NO_LIMIT: U256 = U256::MAX;

/// The address of a named account.
pub fn account(name: &str) -> Address {
    Address::from_slice(&keccak256(name)[12..])
}

/// Whole dollars in token units.
pub fn dollars(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000)
}

/// Whole units in wad.
pub fn wad(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000_000_000_000_000_u64)
}

/// Thousandths in wad.
pub fn wad_milli(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000_000_000_000_u64)
}

/// A small signed value.
pub fn int(value: i128) -> I256 {
    I256::try_from(value).expect("128 bits fit 256")
}

/// A transaction that succeeded, decoded.
#[derive(Clone)]
pub struct Done<R> {
    /// What it returned.
    pub returned: R,
    /// What it logged.
    pub logs: Vec<Log>,
    /// Gas it used; 0 where the backend has no gas.
    pub gas: u64,
}

impl<R> core::fmt::Debug for Done<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Done").field("logs", &self.logs).field("gas", &self.gas).finish_non_exhaustive()
    }
}

impl<R> Done<R> {
    /// The events of type `E` in it.
    pub fn events<E: SolEvent>(&self) -> Vec<E> {
        let decode = |log: &Log| E::decode_raw_log(log.topics.iter().copied(), &log.data).ok();
        self.logs.iter().filter_map(decode).collect()
    }

    /// The one event of type `E` in it.
    pub fn event<E: SolEvent>(&self) -> E {
        let mut events = self.events::<E>();
        assert_eq!(events.len(), 1, "events {} in {:?}", E::SIGNATURE, self.logs);
        events.remove(0)
    }
}

/// The contracts.
#[derive(Clone)]
pub struct System<B> {
    /// The chain.
    pub backend: B,
    /// The clearing house.
    pub house: Address,
    /// The insurance fund.
    pub fund: Address,
    /// The price feed of the market.
    pub feed: Address,
    /// The feed's source.
    pub source: Address,
    /// The collateral, 6 decimals.
    pub token: Address,
    /// Who governs everything and posts prices.
    pub owner: Address,
    /// The first market.
    pub market: U256,
}

crate::calls!(impl[<B: Backend>] System<B>: backend, house, storage);

impl<B: Backend> System<B> {
    /// A system with one market at 100 dollars.
    #[allow(clippy::new_without_default, reason = "a deployment is not a default")]
    pub fn new() -> Self {
        B::system()
    }

    /// Deploys everything, with the test dollar as collateral.
    pub(crate) fn deploy(mut backend: B) -> Self {
        let token = backend.dollar();
        Self::with_token(backend, token)
    }

    /// Deploys everything, with `token` as collateral.
    pub fn with_token(backend: B, token: Address) -> Self {
        let owner = account("owner");
        let none = Address::ZERO;
        let mut system = Self {
            backend,
            house: none,
            fund: none,
            feed: none,
            source: none,
            token,
            owner,
            market: U256::ONE,
        };
        system.source = system.new_source();
        let source = system.source;
        system.feed = system.new_feed(Self::feed_settings(source));
        system.house = system.new_house();
        system.fund = system.new_fund();
        let fund = system.fund;
        system.must(owner, ClearingHouse::setCollateralCall { quoteToken: token, insuranceFund: fund });
        let clearing_house = system.house;
        system
            .send_to(owner, fund, InsuranceFund::setClearingHouseCall { clearingHouse: clearing_house })
            .expect("the owner names the clearing house");
        let call = system.market_call(Self::params());
        system.market = system.must(owner, call).returned;
        // Old enough for its averages to have something to average over.
        system.warp(3_600);
        system
    }

    /// A source with 8 decimals at 100 dollars.
    pub fn new_source(&mut self) -> Address {
        let at = self.backend.aggregator();
        let call = PostedAggregator::initializeCall {
            owner: self.owner,
            reporter: self.owner,
            decimals: 8,
            maxDeviationPpm: 0,
            description: B256::ZERO,
        };
        self.send_to(self.owner, at, call).expect("a new source is initialised");
        let call = PostedAggregator::postCall { answer: int(100 * 100_000_000) };
        self.send_to(self.owner, at, call).expect("the reporter posts");
        at
    }

    /// A feed behind a proxy.
    pub fn new_feed(&mut self, settings: FeedSettings) -> Address {
        let init = PriceFeed::initializeCall { owner: self.owner, settings }.abi_encode();
        let program = self.backend.program(Program::Feed);
        self.backend.proxy(program, init).expect("a feed with sane settings")
    }

    /// A fund behind a proxy, without a clearing house.
    pub fn new_fund(&mut self) -> Address {
        let init = InsuranceFund::initializeCall { owner: self.owner, quoteToken: self.token }.abi_encode();
        let program = self.backend.program(Program::Fund);
        self.backend.proxy(program, init).expect("a fund for a token")
    }

    /// A clearing house behind a proxy, without collateral.
    pub fn new_house(&mut self) -> Address {
        let init = self.initialize_call().abi_encode();
        let program = self.backend.program(Program::House);
        self.backend.proxy(program, init).expect("a clearing house with an owner and programs")
    }

    /// The call that initialises a clearing house.
    pub fn initialize_call(&self) -> ClearingHouse::initializeCall {
        ClearingHouse::initializeCall { owner: self.owner, programs: self.programs() }
    }

    /// The programs behind a clearing house.
    pub fn programs(&self) -> Programs {
        Programs {
            risk: self.backend.program(Program::Risk),
            takeover: self.backend.program(Program::Takeover),
            upkeep: self.backend.program(Program::Upkeep),
            settlement: self.backend.program(Program::Settlement),
            orders: self.backend.program(Program::Orders),
            lens: self.backend.program(Program::Lens),
            preview: self.backend.program(Program::Preview),
            admin: self.backend.program(Program::Admin),
        }
    }

    /// The call that creates the usual market: 100,000 base and 10 million quote.
    pub fn market_call(&self, params: MarketParams) -> ClearingHouse::createMarketCall {
        ClearingHouse::createMarketCall {
            feed: self.feed,
            baseReserve: wad(100_000),
            quoteReserve: wad(10_000_000),
            peg: wad(1),
            params,
        }
    }

    /// Settings of a feed that believes any price that is fresh; tests that need a stricter one say so.
    pub fn feed_settings(source: Address) -> FeedSettings {
        FeedSettings {
            source,
            sequencerFeed: Address::ZERO,
            heartbeat: 604_800,
            sequencerGrace: 0,
            minPrice: wad_milli(1),
            maxPrice: wad(1_000_000),
            maxDeviation: wad(1),
            twapWindow: 900,
            description: B256::right_padding_from(b"ETH / USD"),
        }
    }

    /// The usual market's parameters: ten times leverage, a fee of a thousandth; none of what makes one trade depend on
    /// those before it, for tests of something else.
    pub fn params() -> MarketParams {
        MarketParams {
            trading: TradingParams {
                initialMarginPpm: 100_000,
                maintenanceMarginPpm: 62_500,
                feePpm: 1_000,
                insuranceSharePpm: 500_000,
                maxPriceImpactPpm: 50_000,
                maxDivergencePpm: 200_000,
                markBandPpm: 50_000,
                maxFundingPpm: 100_000,
                twapWindow: 900,
                // Only one trade's impact is bounded, a move is forgotten at once.
                windowImpactPpm: 16_000_000,
                impactWindow: 0,
                skewSpreadPpm: 0,
                gapSpreadPpm: 0,
                fundingSharePpm: 0,
                minNotional: wad(10),
                maxOpenInterest: wad(20_000),
                maxSkew: wad(20_000),
                maxPosition: wad(15_000),
            },
            risk: RiskParams {
                liquidationPenaltyPpm: 25_000,
                keeperSharePpm: 500_000,
                liquidationTargetPpm: 0,
                takeoverDiscountPpm: 30_000,
                takeoverTime: 600,
                repegStepPpm: 2_000,
                curveSharePpm: 23_000,
                resumeGrace: 0,
                // What the least position pays into the fees when it opens, the highest floor there may be.
                keeperFloor: U256::from(5_000),
                targetDepth: U256::ZERO,
            },
        }
    }

    /// Parameters as a live market has them: windows, spreads, partial liquidation, grace.
    pub fn live_params() -> MarketParams {
        let mut params = Self::params();
        params.trading.maxPriceImpactPpm = 20_000;
        params.trading.windowImpactPpm = 25_000;
        params.trading.impactWindow = 300;
        params.trading.skewSpreadPpm = 3_000;
        params.trading.gapSpreadPpm = 50_000;
        params.trading.fundingSharePpm = 100_000;
        params.trading.maxSkew = wad(10_000);
        params.risk.liquidationTargetPpm = 80_000;
        params.risk.resumeGrace = 600;
        params
    }

    /// The storage of every contract of the system.
    pub fn storage(&self) -> Storage {
        self.backend.storage(&[self.house, self.fund, self.feed, self.source, self.token])
    }

    // ---- money ----

    /// An account with so many dollars that lets the clearing house take them.
    pub fn trader(&mut self, name: &str, amount: u64) -> Address {
        let trader = account(name);
        self.give(trader, dollars(amount));
        trader
    }

    /// Gives an account tokens and lets the clearing house take any of them.
    pub fn give(&mut self, to: Address, amount: U256) {
        let (token, house) = (self.token, self.house);
        self.send_to(to, token, TestDollar::mintCall { to, value: amount }).expect("anybody mints");
        let raw = TestDollar::approveCall { spender: house, value: U256::MAX }.abi_encode();
        self.backend.send(to, token, U256::ZERO, raw).expect("anybody approves");
    }

    /// Token units of an account.
    pub fn balance(&self, account: Address) -> U256 {
        self.ask(self.token, TestDollar::balanceOfCall { account }).expect("a balance")
    }

    /// Puts token units into a ledger of the insurance fund.
    pub fn insure(&mut self, market: U256, amount: U256) {
        let (donor, token, fund) = (account("donor"), self.token, self.fund);
        self.send_to(donor, token, TestDollar::mintCall { to: donor, value: amount }).expect("anybody mints");
        let raw = TestDollar::approveCall { spender: fund, value: amount }.abi_encode();
        self.backend.send(donor, token, U256::ZERO, raw).expect("anybody approves");
        let call = InsuranceFund::depositCall { marketId: market, amount };
        self.send_to(donor, fund, call).expect("anybody insures");
    }

    /// The tokens the clearing house holds are those of its ledgers and rewards, to the unit.
    #[track_caller]
    pub fn assert_backed(&self, keepers: &[Address]) {
        self.assert_backed_with(keepers, U256::ZERO);
    }

    /// The same, with so many token units that were simply sent there.
    #[track_caller]
    pub fn assert_backed_with(&self, keepers: &[Address], donated: U256) {
        let markets: u64 = self.view(ClearingHouse::marketCountCall {}).to();
        let mut owned = donated;
        for id in 1..=markets {
            let m = self.view(ClearingHouse::getMarketCall { marketId: U256::from(id) });
            owned += m.money.principal + m.money.pool + m.money.fees + m.money.insuranceDue;
        }
        for keeper in keepers {
            owned += self.view(ClearingHouse::rewardOfCall { keeper: *keeper });
        }
        assert_eq!(self.balance(self.house), owned, "tokens held are not those of the ledgers");
    }

    // ---- time and price ----

    /// Lets time pass.
    pub fn warp(&mut self, seconds: u64) {
        self.backend.warp(seconds);
    }

    /// A second later the source has a new price, wad, and the feed has recorded it.
    pub fn set_price(&mut self, price: U256) {
        self.backend.warp(1);
        let answer = I256::from_raw(price / U256::from(10_000_000_000_u64));
        self.send_to(self.owner, self.source, PostedAggregator::postCall { answer })
            .expect("the reporter posts");
        self.send_to(self.owner, self.feed, PriceFeed::pokeCall {}).expect("anybody pokes");
    }

    /// Trades the mark, in steps that pass the guards, to within a thousandth of `target` wad; the account that
    /// does it is new and has all the margin it could need.
    pub fn move_mark(&mut self, target: U256) -> Address {
        let name = format!("arbitrageur at {} from {}", self.backend.now(), self.market().sequence);
        let arbitrageur = self.trader(&name, 100_000_000);
        let margin = dollars(50_000_000);
        self.must(arbitrageur, ClearingHouse::addMarginCall { marketId: self.market, amount: margin });
        for _ in 0..100 {
            let spot = self.market().spotPrice;
            let (side, off) = if spot < target { (LONG, target - spot) } else { (SHORT, spot - target) };
            if off * U256::from(1_000) <= target {
                return arbitrageur;
            }
            let call = self.step_call(side, target);
            self.must(arbitrageur, call);
        }
        panic!("the mark did not reach {target}");
    }

    /// An order that takes the mark to `target`, or 4 % nearer.
    fn step_call(&self, side: u8, target: U256) -> ClearingHouse::openPositionCall {
        let m = self.market();
        let percent = |n: u64| m.spotPrice * U256::from(n) / U256::from(100);
        let next = if side == LONG { target.min(percent(104)) } else { target.max(percent(96)) };
        // quote = sqrt(k · price), with prices and reserves in wad.
        let CurveView { baseReserve, quoteReserve, peg, .. } = m.curve;
        let quote = (baseReserve * quoteReserve / peg * next).root(2);
        let notional = quote.abs_diff(quoteReserve) * peg / wad(1);
        self.open_call(side, U256::ZERO, notional)
    }

    // ---- trading ----

    /// An order without limits.
    pub fn open_call(&self, side: u8, margin: U256, notional: U256) -> ClearingHouse::openPositionCall {
        ClearingHouse::openPositionCall {
            marketId: self.market,
            side,
            margin,
            notional,
            baseLimit: U256::ZERO,
            maxFee: NO_LIMIT,
            deadline: NO_LIMIT,
        }
    }

    /// Closes `size` without limits.
    pub fn close_call(&self, size: U256) -> ClearingHouse::closePositionCall {
        ClearingHouse::closePositionCall {
            marketId: self.market,
            size,
            quoteLimit: U256::ZERO,
            maxFee: NO_LIMIT,
            deadline: NO_LIMIT,
        }
    }

    /// Liquidates without limits.
    pub fn liquidate_call(&self, trader: Address) -> ClearingHouse::liquidateCall {
        ClearingHouse::liquidateCall {
            marketId: self.market,
            trader,
            quoteLimit: U256::ZERO,
            deadline: NO_LIMIT,
        }
    }

    /// Liquidates some of these, whatever the reward.
    pub fn batch_call(&self, traders: &[Address]) -> ClearingHouse::liquidateBatchCall {
        ClearingHouse::liquidateBatchCall {
            marketId: self.market,
            traders: traders.to_vec(),
            minReward: U256::ZERO,
            deadline: NO_LIMIT,
        }
    }

    /// Takes a position over, as much of it as `base`, without limits.
    pub fn take_over_call(&self, trader: Address, base: U256, margin: U256) -> ClearingHouse::takeOverCall {
        ClearingHouse::takeOverCall {
            marketId: self.market,
            trader,
            base,
            margin,
            priceLimit: U256::ZERO,
            deadline: NO_LIMIT,
        }
    }

    /// Offers a position to anyone.
    pub fn start_takeover_call(&self, trader: Address) -> ClearingHouse::startTakeoverCall {
        ClearingHouse::startTakeoverCall { marketId: self.market, trader }
    }

    /// Closes a position against the other side.
    pub fn deleverage_call(&self, trader: Address, base: U256) -> ClearingHouse::deleverageCall {
        ClearingHouse::deleverageCall { marketId: self.market, trader, base }
    }

    /// Takes all of an account's margin out.
    #[track_caller]
    pub fn remove_all(&mut self, trader: Address) {
        let amount = self.position(trader).margin;
        let call = ClearingHouse::removeMarginCall { marketId: self.market, amount, recipient: trader };
        self.must(trader, call);
    }

    /// The owner changes the market's parameters.
    #[track_caller]
    pub fn change(&mut self, edit: impl FnOnce(&mut MarketParams)) {
        let now = self.view(ClearingHouse::getParamsCall { marketId: self.market });
        let mut params = now.params;
        edit(&mut params);
        let (owner, market_id) = (self.owner, self.market);
        self.must(owner, ClearingHouse::setMarketCall { marketId: market_id, feed: now.feed, params });
    }

    /// Opens, increases or reduces, and must succeed.
    #[track_caller]
    pub fn open(
        &mut self,
        trader: Address,
        side: u8,
        margin: U256,
        notional: U256,
    ) -> Done<ClearingHouse::openPositionReturn> {
        let call = self.open_call(side, margin, notional);
        self.must(trader, call)
    }

    /// Closes the whole position, and must succeed.
    #[track_caller]
    pub fn close(&mut self, trader: Address) -> Done<ClearingHouse::closePositionReturn> {
        let call = self.close_call(U256::MAX);
        self.must(trader, call)
    }

    /// The market now.
    #[track_caller]
    pub fn market(&self) -> MarketView {
        self.view(ClearingHouse::getMarketCall { marketId: self.market })
    }

    /// An account's position now.
    #[track_caller]
    pub fn position(&self, account: Address) -> PositionView {
        self.view(ClearingHouse::getPositionCall { marketId: self.market, account })
    }

    /// All accounts of the market, read in pages of `page`.
    pub fn accounts(&self, page: u64) -> Vec<Address> {
        let (mut all, mut from) = (Vec::new(), U256::ZERO);
        loop {
            let call =
                ClearingHouse::accountsOfMarketCall { marketId: self.market, from, count: U256::from(page) };
            let answer = self.view(call);
            all.extend(answer.accounts);
            if answer.next.is_zero() {
                return all;
            }
            from = answer.next;
        }
    }
}

/// Sends a transaction to a contract.
pub fn transact<B: Backend, C: SolCall>(
    backend: &mut B,
    from: Address,
    to: Address,
    call: C,
) -> Result<Done<C::Return>, Revert> {
    let Sent { output, logs, gas } = backend.send(from, to, U256::ZERO, call.abi_encode())?;
    Ok(Done { returned: decode::<C>(&output), logs, gas })
}

/// Calls a contract and changes nothing.
pub fn query<B: Backend, C: SolCall>(backend: &B, to: Address, call: C) -> Result<C::Return, Revert> {
    let output = backend.call(account("anybody"), to, call.abi_encode())?;
    Ok(decode::<C>(&output))
}

fn decode<C: SolCall>(output: &[u8]) -> C::Return {
    match C::abi_decode_returns_validate(output) {
        Ok(answer) => answer,
        Err(error) => panic!("answer to {} cannot be decoded: {error}", C::SIGNATURE),
    }
}

/// A revert in words.
pub fn explain(revert: &Revert) -> String {
    use alloy_sol_types::SolInterface;
    if let Ok(error) = ClearingHouse::ClearingHouseErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    if let Ok(error) = PutPool::PutPoolErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    if let Ok(error) = Bonding::BondingErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    if let Ok(error) = FloorBook::FloorBookErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    if let Ok(error) = BidBook::BidBookErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    if let Ok(error) = FloorIndex::FloorIndexErrors::abi_decode(&revert.0) {
        return format!("{error:?}");
    }
    match TestToken::TestTokenErrors::abi_decode(&revert.0) {
        Ok(error) => format!("{error:?}"),
        Err(_) => format!("{revert:?}"),
    }
}
