//! A floor market, deployed and wired as the real WASM on the local chain; and what tests do with it.
//!
//! [`FloorSystem::told`] is a market whose index and mark say what they are told, for examples that need a price to the wei.
//! [`FloorSystem::whole`] is the market with its own order book, bids and index: what a user meets.

use std::sync::{Mutex, OnceLock};

use alloy_primitives::{Address, B256, I256, U256, hex};
use alloy_sol_types::{SolCall, sol};
use everfloor_host::Revert;

use crate::{
    abi::{
        AuctionParams, BidBook, BidBookParams, BidBookPeers, BidBookPrograms, BookParams, FloorBook,
        FloorIndex, FloorIndexParams, FloorMarket, FloorMarketParams, MarketPeers, MarketPrograms, TestToken,
    },
    backend::{Backend, Storage},
    system::{account, wad, wad_milli},
    wasm::{Wasm, solidity},
};

sol! {
    /// The collection of the tests, which can be made to misbehave (`test/solidity/HostileNft.sol`).
    #[derive(Debug)]
    interface Nft {
        function mint(address to, uint256 id) external;
        function setApprovalForAll(address operator, bool approved) external;
        function ownerOf(uint256 id) external view returns (address);
        function setMode(uint8 to) external;
        function setReentry(address to, bytes[] calls) external;
        function tried() external view returns (uint256);
        function allowed() external view returns (uint256);
    }

    /// Somebody who takes or borrows NFTs and is called back (`test/solidity/FloorTaker.sol`).
    #[derive(Debug)]
    interface Taker {
        function setMode(uint8 to) external;
        function setCalls(address to, bytes[] with) external;
        function act(address to, bytes data) external returns (bytes answer);
        function tried() external view returns (uint256);
        function allowed() external view returns (uint256);
        function called() external view returns (uint256);
        function owed() external view returns (uint256);
        error Refuses();
    }

    /// Wrapped ether, which can be made to refuse somebody (`test/solidity/Weth.sol`).
    #[derive(Debug)]
    interface Ether {
        function refuse(address receiver) external;
    }

    /// Prices that are told (`test/solidity/FloorPrices.sol`).
    #[derive(Debug)]
    interface Told {
        function setPrice(uint256 to) external;
        function setStatus(uint8 to) external;
        function setCap(uint256 to) external;
        function setBlind(uint256 to) external;
        function setAverage(uint256 epoch, uint256 to) external;
    }
}

/// Seconds of an epoch.
pub const DAY: u64 = 86_400;
/// Wei of cash or FP.
pub const ONE: u128 = 1_000_000_000_000_000_000;
/// The programs of a floor market and of what it deals with.
const PROGRAMS: [&str; 30] = [
    "test-token",
    "erc1967-proxy",
    "floor-market",
    "floor-ledger",
    "floor-cash",
    "floor-trade",
    "floor-vault",
    "floor-funding",
    "floor-auction",
    "floor-sale",
    "floor-takeover",
    "floor-end",
    "floor-simulate",
    "floor-lens",
    "floor-records",
    "floor-admin",
    "floor-book",
    "book-lens",
    "bid-book",
    "bid-asks",
    "bid-upkeep",
    "bid-lens",
    "bid-admin",
    "floor-index",
    "index-admin",
    "floor-shares",
    "floor-parts",
    "part-index",
    "floor-token",
    "ether-gateway",
];

/// The contracts.
#[derive(Clone)]
pub struct FloorSystem {
    /// The chain.
    pub backend: Wasm,
    /// The market.
    pub market: Address,
    /// Its cash.
    pub cash: Address,
    /// The collection.
    pub nft: Address,
    /// Where the index comes from.
    pub index: Address,
    /// Where the mark comes from: the order book, or what is told.
    pub venue: Address,
    /// The bids; none where prices are told.
    pub bids: Address,
    /// Who governs everything.
    pub owner: Address,
    /// A venue whose trades are what a test says: an account.
    pub desk: Address,
    /// NFTs that were made.
    minted: u64,
}

crate::calls!(impl[] FloorSystem: backend, market, storage);

impl FloorSystem {
    /// A market by the letter of the examples, without fees, at the beginning of its epoch 0; prices are told.
    pub fn told() -> Self {
        Self::told_with(|_, _| ())
    }

    /// The same with other parameters.
    pub fn told_with(change: impl FnOnce(&mut FloorMarketParams, &mut AuctionParams)) -> Self {
        let mut system = Self::base();
        let genesis = system.genesis();
        let (mut params, mut auctions) = (Self::params(genesis), Self::auctions());
        change(&mut params, &mut auctions);
        system.index = system.told_prices();
        system.venue = system.told_prices();
        let peers = MarketPeers { venue: system.venue, ..system.peers() };
        system.market = system.new_market(peers, params, auctions).expect("sane parameters");
        system.warp_to(genesis);
        system.set_prices(10 * ONE, 10 * ONE);
        system
    }

    /// A market with its own order book, bids and index.
    pub fn whole() -> Self {
        static DEPLOYED: OnceLock<Mutex<FloorSystem>> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| Mutex::new(Self::deploy_whole()));
        deployed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The chain with all programs, the cash and the collection.
    fn base() -> Self {
        static DEPLOYED: OnceLock<Mutex<FloorSystem>> = OnceLock::new();
        let deploy = || {
            let mut backend = Wasm::with(&PROGRAMS);
            let cash = backend.token();
            let nft = backend.create(hex::decode(solidity::HOSTILE_NFT.trim()).expect("hex"));
            let none = Address::ZERO;
            let (owner, desk) = (account("owner"), account("desk"));
            let (market, index, venue, bids) = (none, none, none, none);
            Mutex::new(Self { backend, market, cash, nft, index, venue, bids, owner, desk, minted: 0 })
        };
        let deployed = DEPLOYED.get_or_init(deploy);
        deployed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn deploy_whole() -> Self {
        let mut system = Self::base();
        let genesis = system.genesis();
        system.bids = system.new_bids();
        system.index = system.new_index(genesis);
        let (owner, bids, index) = (system.owner, system.bids, system.index);
        system.must_to(owner, bids, BidBook::setIndexCall { index });
        let (mut params, mut auctions) = (Self::params(genesis), Self::auctions());
        params.opening = wad_milli(900);
        params.maintenance = wad_milli(950);
        params.cure = wad_milli(850);
        auctions.chop = wad_milli(50);
        auctions.tip = wad_milli(10);
        let peers = MarketPeers { bids, ..system.peers() };
        system.market = system.new_market(peers, params, auctions).expect("sane parameters");
        system.venue = system.new_book(genesis);
        let venue = system.venue;
        let none = Address::ZERO;
        system.must(owner, FloorMarket::namePeersCall { venue, bids: none, wrapper: none });
        system.warp_to(genesis);
        system
    }

    /// When epoch 0 begins, if a market is made now.
    fn genesis(&self) -> u64 {
        (self.backend.now() / DAY + 1) * DAY
    }

    fn told_prices(&mut self) -> Address {
        self.backend.create(hex::decode(solidity::FLOOR_PRICES.trim()).expect("committed bytecode is hex"))
    }

    fn peers(&self) -> MarketPeers {
        MarketPeers {
            cash: self.cash,
            collection: self.nft,
            root: B256::ZERO,
            index: self.index,
            venue: Address::ZERO,
            bids: Address::ZERO,
            wrapper: Address::ZERO,
        }
    }

    /// A market.
    pub fn new_market(
        &mut self,
        peers: MarketPeers,
        params: FloorMarketParams,
        auctions: AuctionParams,
    ) -> Result<Address, Revert> {
        let program = |name| self.backend.named(name);
        let programs = MarketPrograms {
            ledger: program("floor-ledger"),
            cash: program("floor-cash"),
            trade: program("floor-trade"),
            vault: program("floor-vault"),
            funding: program("floor-funding"),
            auction: program("floor-auction"),
            sale: program("floor-sale"),
            takeover: program("floor-takeover"),
            end: program("floor-end"),
            simulate: program("floor-simulate"),
            lens: program("floor-lens"),
            records: program("floor-records"),
            admin: program("floor-admin"),
        };
        let call = FloorMarket::initializeCall { owner: self.owner, peers, params, auctions, programs };
        self.backend.proxy(self.backend.named("floor-market"), call.abi_encode())
    }

    fn new_book(&mut self, genesis: u64) -> Address {
        let params = BookParams {
            tickSize: ONE / 1_000,
            lotSize: ONE / 1_000,
            minLots: 10,
            markDepth: 20,
            markLevels: 16,
            genesis,
            epoch: DAY,
            period: 3_600,
            snapshots: 64,
        };
        let call = FloorBook::initializeCall {
            owner: self.owner,
            market: self.market,
            params,
            price: wad(10),
            lens: self.backend.named("book-lens"),
        };
        self.backend.proxy(self.backend.named("floor-book"), call.abi_encode()).expect("a sane book")
    }

    fn new_bids(&mut self) -> Address {
        let peers = BidBookPeers {
            collection: self.nft,
            cash: self.cash,
            rewardToken: self.cash,
            treasury: account("treasury"),
        };
        let params =
            BidBookParams { tickSize: wad_milli(10), minAge: 1_800, cancelDelay: 900, fee: 0, band: 1_000 };
        let programs = BidBookPrograms {
            asks: self.backend.named("bid-asks"),
            upkeep: self.backend.named("bid-upkeep"),
            lens: self.backend.named("bid-lens"),
            admin: self.backend.named("bid-admin"),
        };
        let call = BidBook::initializeCall { owner: self.owner, peers, root: B256::ZERO, params, programs };
        self.backend.proxy(self.backend.named("bid-book"), call.abi_encode()).expect("a sane book of bids")
    }

    fn new_index(&mut self, genesis: u64) -> Address {
        let params = FloorIndexParams {
            genesis,
            epochLength: DAY as u32,
            window: 1_800,
            depth: 3,
            minSources: 1,
            chi: wad(10),
        };
        let call = FloorIndex::initializeCall {
            owner: self.owner,
            book: self.bids,
            market: B256::repeat_byte(7),
            params,
            admin: self.backend.named("index-admin"),
        };
        self.backend.proxy(self.backend.named("floor-index"), call.abi_encode()).expect("a sane index")
    }

    /// By the letter of the source: one FP against one NFT, all of a payment, no fees.
    pub fn params(genesis: u64) -> FloorMarketParams {
        FloorMarketParams {
            genesis,
            epochLength: DAY as u32,
            maxPayment: wad(10),
            maxRatio: wad(1_000),
            share: wad(1),
            strike: U256::ZERO,
            opening: wad(1),
            maintenance: wad(1),
            cure: wad(1),
            shortInitial: wad_milli(500),
            shortMaintenance: wad_milli(250),
            longInitial: wad_milli(500),
            longMaintenance: wad_milli(100),
            kappaHigh: wad(1),
            kappaLow: wad_milli(500),
            band: wad(1),
            minPosition: wad_milli(1),
            nftTest: 0,
            leverage: 0,
            bonus: U256::ZERO,
            fee: U256::ZERO,
        }
    }

    /// Half in eight hours by steps of ten minutes, begun anew at three tenths or after fourteen hours; no fees, no rewards.
    pub fn auctions() -> AuctionParams {
        AuctionParams {
            step: 600,
            cut: "985663198640187574667594155".parse().expect("a ray"),
            tail: 50_400,
            cusp: U256::from(10).pow(U256::from(26)) * U256::from(3),
            top: wad(1),
            chop: U256::ZERO,
            voluntaryFee: U256::ZERO,
            tip: U256::ZERO,
            chip: U256::ZERO,
            expected: wad_milli(800),
            fall: U256::ZERO,
            capacity: 1_000,
            spacing: 0,
        }
    }

    /// The storage of every contract of the system.
    pub fn storage(&self) -> Storage {
        self.backend.storage(&[self.market, self.cash, self.nft, self.index, self.venue, self.bids])
    }

    /// The same market with wrapped ether for cash, which nobody has yet.
    pub fn with_ether(mut self) -> Self {
        let code = hex::decode(solidity::WETH.trim()).expect("committed bytecode is hex");
        self.cash = self.backend.create(code);
        let peers = MarketPeers { cash: self.cash, ..self.view(FloorMarket::peersCall {}) };
        let genesis = self.view(FloorMarket::paramsCall {}).genesis;
        self.market =
            self.new_market(peers, Self::params(genesis), Self::auctions()).expect("sane parameters");
        self
    }

    /// Somebody who is called back.
    pub fn taker(&mut self) -> Address {
        self.backend.create(hex::decode(solidity::FLOOR_TAKER.trim()).expect("committed bytecode is hex"))
    }

    /// What somebody who is called back does as itself; must succeed.
    #[track_caller]
    pub fn act<C: SolCall>(&mut self, taker: Address, to: Address, call: C) {
        let data = call.abi_encode().into();
        self.must_to(account("anybody"), taker, Taker::actCall { to, data });
    }

    /// What the market holds is what its accounts, its reserve and its queue have, NFTs are counted, and half of all FP is the
    /// other half, but for what rounding leaves the market.
    #[track_caller]
    pub fn assert_conserved(&self) {
        let cash = self.view(FloorMarket::getCashCall {});
        assert_eq!(self.balance(self.market), cash.held, "the market holds what it says");
        let limit = U256::from(100);
        let first = self.view(FloorMarket::accountsCall { from: U256::ZERO, limit });
        assert!(first.next.is_zero(), "a page has all accounts");
        let reserved = I256::try_from(cash.reserve + cash.waiting).expect("little cash");
        let (mut all, mut fp, mut nfts) = (reserved, I256::ZERO, U256::ZERO);
        for owner in first.list.into_iter().chain([Address::ZERO]) {
            let has = self.view(FloorMarket::getAccountCall { owner });
            (all, fp, nfts) = (all + has.cash, fp + has.fp, nfts + has.nfts);
        }
        let held = I256::try_from(cash.held).expect("little cash");
        let slack = I256::try_from(10_000).expect("it fits");
        assert!(all <= held && held - all <= slack, "{all} of {held}");
        assert!(fp <= I256::ZERO && -fp <= slack, "{fp} more long than short");
        assert_eq!(nfts, self.view(FloorMarket::getMarketCall {}).nfts, "every NFT is somebody's");
    }

    // ---- time and prices ----

    /// Lets time pass up to a moment.
    pub fn warp_to(&mut self, time: u64) {
        let now = self.backend.now();
        self.backend.warp(time.checked_sub(now).expect("time does not run backwards"));
    }

    /// Says what mark and index are.
    pub fn set_prices(&mut self, mark: u128, index: u128) {
        let owner = self.owner;
        for (at, price) in [(self.venue, mark), (self.index, index)] {
            self.must_to(owner, at, Told::setPriceCall { to: U256::from(price) });
        }
    }

    /// Lets the present epoch end with these averages, and pays it to its end.
    #[track_caller]
    pub fn pay_epoch(&mut self, mark: u128, index: u128) {
        let (owner, epoch) = (self.owner, self.view(FloorMarket::getMarketCall {}).epochsPaid);
        for (at, price) in [(self.venue, mark), (self.index, index)] {
            self.must_to(owner, at, Told::setAverageCall { epoch: U256::from(epoch), to: U256::from(price) });
        }
        self.backend.warp(DAY);
        let poked =
            self.must(account("keeper"), FloorMarket::pokeFundingCall { maxSteps: U256::from(1_000) });
        assert!(poked.returned.done, "an epoch is paid in a thousand steps");
    }

    // ---- accounts ----

    /// A named account with a million in cash, which the market may take and for which the desk acts.
    pub fn trader(&mut self, name: &str) -> Address {
        let trader = account(name);
        let (cash, nft, market, desk) = (self.cash, self.nft, self.market, self.desk);
        self.must_to(trader, cash, TestToken::mintCall { to: trader, value: wad(1_000_000) });
        for spender in [market, self.bids].into_iter().filter(|spender| !spender.is_zero()) {
            let raw = TestToken::approveCall { spender, value: U256::MAX }.abi_encode();
            self.backend.send(trader, cash, U256::ZERO, raw).expect("anybody approves");
            self.must_to(trader, nft, Nft::setApprovalForAllCall { operator: spender, approved: true });
        }
        let venue = self.venue;
        for operator in [desk, venue] {
            self.must(trader, FloorMarket::setOperatorCall { operator, approved: true });
        }
        trader
    }

    /// Brings cash into an account.
    #[track_caller]
    pub fn deposit(&mut self, trader: Address, amount: u128) {
        self.must(trader, FloorMarket::depositCashCall { amount: U256::from(amount), account: trader });
    }

    /// The call that takes cash out, for its owner.
    pub fn withdraw_call(&self, trader: Address, amount: u128) -> FloorMarket::withdrawCashCall {
        let (amount, deadline) = (U256::from(amount), U256::MAX);
        FloorMarket::withdrawCashCall { account: trader, amount, to: trader, deadline }
    }

    /// Makes NFTs for a trader.
    pub fn mint(&mut self, trader: Address, count: u64) -> Vec<U256> {
        let nft = self.nft;
        (0..count)
            .map(|_| {
                self.minted += 1;
                let id = U256::from(self.minted);
                self.must_to(trader, nft, Nft::mintCall { to: trader, id });
                id
            })
            .collect()
    }

    /// Makes NFTs for a trader and locks them.
    #[track_caller]
    pub fn lock(&mut self, trader: Address, count: u64) -> Vec<U256> {
        let ids = self.mint(trader, count);
        let call = FloorMarket::depositNftCall { account: trader, ids: ids.clone(), proofs: Vec::new() };
        self.must(trader, call);
        ids
    }

    /// Who has an NFT.
    pub fn owner_of(&self, id: U256) -> Address {
        self.view_of(self.nft, Nft::ownerOfCall { id })
    }

    /// The call of the desk that lets one buy of another; the buyer is the taker.
    pub fn trade_call(
        &self,
        buyer: Address,
        seller: Address,
        fp: u128,
        price: u128,
    ) -> FloorMarket::settleTradeCall {
        FloorMarket::settleTradeCall {
            maker: seller,
            taker: buyer,
            fp: U256::from(fp),
            price: U256::from(price),
            takerBuys: true,
            mark: U256::ZERO,
        }
    }

    /// One buys of another.
    #[track_caller]
    pub fn trade(&mut self, buyer: Address, seller: Address, fp: u128, price: u128) {
        let call = self.trade_call(buyer, seller, fp, price);
        let desk = self.desk;
        let told = self.must(desk, call).returned;
        let words = (told.outcome, told.reason, told.first, told.second);
        assert_eq!(words.0, 0, "the trade is refused: {words:?}");
    }

    /// Cash and FP of an account, with everything paid up to now.
    #[track_caller]
    pub fn holding(&self, trader: Address) -> (I256, I256) {
        let view = self.view(FloorMarket::getAccountCall { owner: trader });
        (view.cash, view.fp)
    }

    /// Cash outside the market.
    pub fn balance(&self, account: Address) -> U256 {
        self.view_of(self.cash, TestToken::balanceOfCall { account })
    }
}
