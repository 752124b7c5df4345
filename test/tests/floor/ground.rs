//! The contracts, deployed, and short ways to say what happens.

use std::sync::{Mutex, OnceLock};

use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_test::{
    Backend, Done, Owned, Revert, Storage, Wasm,
    abi::{
        BidBook, BidBookParams, BidBookPeers, BidBookPrograms, BookParams, FloorBook, FloorIndex,
        FloorIndexParams, TestToken, WriterPosition,
    },
    account, explain, query, solidity,
};

sol! {
    /// What a market that stands in for the real one is told (`test/solidity/VenueMarket.sol`).
    #[derive(Debug)]
    interface VenueMarket {
        #[derive(PartialEq, Eq)]
        event Settled(address indexed maker, address indexed taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark);
        #[derive(PartialEq, Eq)]
        error InsufficientMargin(uint256 required, uint256 have);
        function setMode(uint8 to) external;
        function setAsksMark(bool to) external;
        function setBroke(address account, bool to) external;
        function setCredit(address account, bool isLimited, uint256 trades) external;
        function setWords(bytes to) external;
        function setReentry(address to, bytes[] with) external;
        function tried() external view returns (uint256);
        function allowed() external view returns (uint256);
    }
}

/// Ways of the market; at first it settles.
pub const ANSWERS: u8 = 1;
pub const REVERTS: u8 = 2;
pub const REENTERS: u8 = 3;

pub const ETHER: u128 = 1_000_000_000_000_000_000;
pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 86_400;

/// The programs of the three.
const PROGRAMS: [&str; 11] = [
    "test-token",
    "erc1967-proxy",
    "floor-book",
    "book-lens",
    "bid-book",
    "bid-asks",
    "bid-upkeep",
    "bid-lens",
    "bid-admin",
    "floor-index",
    "index-admin",
];

pub fn n(value: impl Into<u128>) -> U256 {
    U256::from(value.into())
}

/// The chain, and a contract that a test is about.
#[derive(Clone)]
pub struct Ground {
    pub chain: Wasm,
    /// The contract, behind its proxy.
    pub at: Address,
    pub owner: Address,
}

everfloor_test::calls!(impl[] Ground: chain, at, words);

impl Ground {
    /// The chain with all programs; made once, and copied.
    pub fn new() -> Self {
        static MADE: OnceLock<Mutex<Wasm>> = OnceLock::new();
        let made = MADE.get_or_init(|| Mutex::new(Wasm::with(&PROGRAMS)));
        let chain = made.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        Self { chain, at: Address::ZERO, owner: account("owner") }
    }

    /// Puts a proxy before a program.
    pub fn proxy(&mut self, program: &str, init: impl SolCall) -> Result<Address, Revert> {
        let program = self.chain.named(program);
        self.chain.proxy(program, init.abi_encode())
    }

    /// A new one of the contracts in `test/solidity`.
    pub fn create(&mut self, init_code: &str) -> Address {
        self.chain.create(hex::decode(init_code.trim()).expect("committed bytecode is hex"))
    }

    /// A proxy whose making must be refused with this error, which the deployer hands on in its own.
    #[track_caller]
    pub fn unmade<C: SolCall>(&mut self, program: &str, init: C, error: impl SolError) {
        let (revert, error) = (self.proxy(program, init).unwrap_err(), error.abi_encode());
        let told = revert.0.windows(error.len()).any(|bytes| bytes == error);
        assert!(told, "{} is not in {}", hex::encode(&error), hex::encode(&revert.0));
    }

    pub fn now(&self) -> u64 {
        self.chain.now()
    }

    pub fn warp(&mut self, seconds: u64) {
        self.chain.warp(seconds);
    }

    /// A view that must revert with this error.
    #[track_caller]
    pub fn blind<C: SolCall>(&self, call: C, error: impl SolError) {
        let Err(revert) = query(&self.chain, self.at, call) else { panic!("{} answered", C::SIGNATURE) };
        assert_eq!(explain(&revert), explain(&Revert(error.abi_encode())), "the revert of {}", C::SIGNATURE);
    }

    /// All it has stored.
    pub fn words(&self) -> Storage {
        self.chain.storage(&[self.at])
    }
}

// ---- The order book ----

pub const TICK_SIZE: u128 = ETHER / 1_000;
pub const LOT_SIZE: u128 = ETHER / 10;
/// Wei that one lot at tick 1 is worth.
pub const UNIT: u128 = TICK_SIZE / 10;

/// An order book of a market that does as it is told.
#[derive(Clone)]
pub struct Book {
    pub g: Ground,
    pub market: Address,
    /// When it was opened: ten minutes into epoch 2.
    pub opened: u64,
}

/// Ticks of a thousandth of an ether, lots of a tenth of an FP, epochs of an hour.
pub fn book_params(genesis: u64) -> BookParams {
    BookParams {
        tickSize: TICK_SIZE,
        lotSize: LOT_SIZE,
        minLots: 5,
        markDepth: 100,
        markLevels: 21,
        genesis,
        epoch: HOUR,
        period: 60,
        snapshots: 8,
    }
}

impl Book {
    /// An empty book that opens at 1 ether.
    pub fn new() -> Self {
        static MADE: OnceLock<Mutex<Book>> = OnceLock::new();
        let made = MADE.get_or_init(|| Mutex::new(Self::make()));
        made.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn make() -> Self {
        let mut g = Ground::new();
        let market = g.create(solidity::VENUE_MARKET);
        let opened = g.now();
        let call = Self::init(&g, market);
        g.at = g.proxy("floor-book", call).expect("sane parameters");
        Self { g, market, opened }
    }

    /// The call that makes it.
    pub fn init(g: &Ground, market: Address) -> FloorBook::initializeCall {
        FloorBook::initializeCall {
            owner: g.owner,
            market,
            params: book_params(g.now() - 2 * HOUR - 10 * MINUTE),
            price: n(ETHER),
            lens: g.chain.named("book-lens"),
        }
    }

    /// Tells the market something.
    pub fn tell(&mut self, call: impl SolCall) {
        self.g.must_to(account("anybody"), self.market, call);
    }

    pub fn place(
        &mut self,
        from: Address,
        order: FloorBook::placeOrderCall,
    ) -> Done<FloorBook::placeOrderReturn> {
        self.g.must(from, order)
    }

    /// Places an order that is to rest whole; its number.
    #[track_caller]
    pub fn rest(&mut self, from: Address, order: FloorBook::placeOrderCall) -> u64 {
        let placed = self.place(from, order).returned;
        assert_eq!((placed.filledLots, placed.stop), (U256::ZERO, RESTED));
        placed.orderId.to()
    }

    /// What rests at a tick: numbers and lots, as they are served.
    pub fn queue(&self, tick: u64) -> Vec<(u64, u64)> {
        let call = FloorBook::ordersAtCall { tick: n(tick), fromId: U256::ZERO, limit: n(100_u8) };
        let page = self.g.view(call);
        assert!(page.next.is_zero());
        page.list.iter().map(|order| (order.id.to(), order.lots.to())).collect()
    }

    /// A side's ticks and lots, the best first.
    pub fn side(&self, is_buy: bool) -> Vec<(u64, u64)> {
        let call = FloorBook::levelsCall { isBuy: is_buy, fromTick: U256::ZERO, limit: n(100_u8) };
        let page = self.g.view(call);
        assert!(page.next.is_zero());
        page.list.iter().map(|level| (level.tick.to(), level.lots.to())).collect()
    }
}

pub const GTC: u8 = 0;
pub const POST_ONLY: u8 = 1;
pub const IOC: u8 = 2;
pub const FOK: u8 = 3;

pub const FILLED: u8 = 0;
pub const RESTED: u8 = 1;
pub const GIVEN_UP: u8 = 2;
pub const TOO_SMALL: u8 = 3;
pub const MOST_FILLS: u8 = 4;
pub const SELF_TRADE: u8 = 5;
pub const TAKER_CANNOT: u8 = 6;

/// A good-till-cancelled order without an end.
pub fn order(is_buy: bool, lots: u64, tick: u64) -> FloorBook::placeOrderCall {
    FloorBook::placeOrderCall {
        isBuy: is_buy,
        tick: n(tick),
        lots: n(lots),
        kind: GTC,
        expiry: 0,
        maxFills: n(100_u8),
        stopOnSelf: false,
        deadline: U256::MAX,
    }
}

pub fn bid(lots: u64, tick: u64) -> FloorBook::placeOrderCall {
    order(true, lots, tick)
}

pub fn ask(lots: u64, tick: u64) -> FloorBook::placeOrderCall {
    order(false, lots, tick)
}

/// The same order of another kind.
pub fn of_kind(kind: u8, order: FloorBook::placeOrderCall) -> FloorBook::placeOrderCall {
    FloorBook::placeOrderCall { kind, ..order }
}

/// An order in the place of another.
pub fn instead_of(id: u64, order: FloorBook::placeOrderCall) -> FloorBook::replaceOrderCall {
    let FloorBook::placeOrderCall { isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, deadline } = order;
    let id = n(id);
    FloorBook::replaceOrderCall { id, isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, deadline }
}

/// The preview of an order.
pub fn preview(owner: Address, order: &FloorBook::placeOrderCall) -> FloorBook::previewOrderCall {
    let FloorBook::placeOrderCall { isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, .. } = *order;
    FloorBook::previewOrderCall { owner, isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf }
}

pub fn cancel(id: u64) -> FloorBook::cancelOrderCall {
    FloorBook::cancelOrderCall { id: n(id) }
}

pub fn cancel_all(ids: &[u64]) -> FloorBook::cancelOrdersCall {
    FloorBook::cancelOrdersCall { ids: ids.iter().map(|id| n(*id)).collect() }
}

pub fn reduce(id: u64, lots: u64) -> FloorBook::reduceOrderCall {
    FloorBook::reduceOrderCall { id: n(id), lots: n(lots) }
}

pub fn prune(id: u64) -> FloorBook::pruneOrderCall {
    FloorBook::pruneOrderCall { id: n(id) }
}

pub fn drop_order(id: u64) -> FloorBook::dropOrderCall {
    FloorBook::dropOrderCall { id: n(id) }
}

// ---- Bids ----

/// Wei between two prices.
pub const TICK: u128 = 10_000_000_000_000_000;
/// Seconds until an offer counts.
pub const AGE: u64 = 1_800;
/// Seconds until a cancel is due.
pub const DELAY: u64 = 900;
/// Basis points of a sale.
pub const FEE: u64 = 50;

/// So many ticks in wei.
pub fn price(ticks: u64) -> U256 {
    n(ticks) * n(TICK)
}

/// The fee on an amount, rounded up.
pub fn fee_on(amount: U256) -> U256 {
    (amount * n(FEE)).div_ceil(n(10_000_u64))
}

/// A book of bids, with its index on it.
#[derive(Clone)]
pub struct Bids {
    pub g: Ground,
    pub index: Address,
    pub cash: Address,
    pub reward: Address,
    pub collection: Address,
    pub alice: Address,
    pub bob: Address,
    pub carol: Address,
    /// NFTs that were made.
    pub made: u64,
}

impl Bids {
    /// Everybody has a thousand coins and has approved the book for everything.
    pub fn new() -> Self {
        static MADE: OnceLock<Mutex<Bids>> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let mut g = Ground::new();
            let (reward, curator) = (g.chain.token(), account("curator"));
            let collection = g.chain.owned(Owned::Positions, curator);
            Mutex::new(Self::make(g, collection, reward))
        });
        made.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Bids for a collection, with rewards in a token.
    pub fn make(mut g: Ground, collection: Address, reward: Address) -> Self {
        let cash = g.chain.token();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(account);
        let call = Self::init(&g, collection, cash, reward);
        g.at = g.proxy("bid-book", call).expect("sane parameters");
        let params = FloorIndexParams {
            genesis: g.now(),
            epochLength: DAY as u32,
            window: AGE as u32,
            depth: 3,
            minSources: 1,
            chi: n(10 * ETHER),
        };
        let (owner, book, admin) = (g.owner, g.at, g.chain.named("index-admin"));
        let market = Default::default();
        let call = FloorIndex::initializeCall { owner, book, market, params, admin };
        let index = g.proxy("floor-index", call).expect("sane parameters");
        g.must(owner, BidBook::setIndexCall { index });
        let mut bids = Self { g, index, cash, reward, collection, alice, bob, carol, made: 0 };
        for who in [owner, alice, bob, carol] {
            bids.fund(who);
        }
        bids
    }

    /// The call that makes the book.
    pub fn init(g: &Ground, collection: Address, cash: Address, reward: Address) -> BidBook::initializeCall {
        let at = |name| g.chain.named(name);
        BidBook::initializeCall {
            owner: g.owner,
            peers: BidBookPeers { collection, cash, rewardToken: reward, treasury: account("treasury") },
            root: Default::default(),
            params: BidBookParams {
                tickSize: n(TICK),
                minAge: AGE as u32,
                cancelDelay: DELAY as u32,
                fee: FEE as u16,
                band: 500,
            },
            programs: BidBookPrograms {
                asks: at("bid-asks"),
                upkeep: at("bid-upkeep"),
                lens: at("bid-lens"),
                admin: at("bid-admin"),
            },
        }
    }

    /// Gives an account coins, and has it approve the book for everything.
    pub fn fund(&mut self, who: Address) {
        let (book, value) = (self.g.at, n(1_000 * ETHER));
        for token in [self.cash, self.reward] {
            self.g.must_to(who, token, TestToken::mintCall { to: who, value });
            let call = TestToken::approveCall { spender: book, value: U256::MAX }.abi_encode();
            self.g.chain.send(who, token, U256::ZERO, call).expect("anybody approves");
        }
        let call = WriterPosition::setApprovalForAllCall { operator: book, approved: true };
        self.g.must_to(who, self.collection, call);
    }

    /// New NFTs of somebody's.
    pub fn mint(&mut self, to: Address, count: u64) -> Vec<U256> {
        let ids: Vec<U256> = (self.made + 1..=self.made + count).map(n).collect();
        self.made += count;
        for id in &ids {
            self.g.must_to(account("curator"), self.collection, WriterPosition::mintCall { to, id: *id });
        }
        ids
    }

    pub fn holder(&self, id: U256) -> Address {
        self.g.view_of(self.collection, WriterPosition::ownerOfCall { tokenId: id })
    }

    pub fn balance(&self, token: Address, account: Address) -> U256 {
        self.g.view_of(token, TestToken::balanceOfCall { account })
    }

    pub fn money(&self, account: Address) -> U256 {
        self.balance(self.cash, account)
    }

    pub fn place(&mut self, who: Address, tick: u64, units: u64) -> U256 {
        self.g.must(who, place_bid(tick, units)).returned
    }

    /// Sells at any price; what was paid, and the fee.
    pub fn sell(&mut self, seller: Address, token_ids: &[U256]) -> (U256, U256) {
        let sold = self.g.must(seller, sell(token_ids, U256::ZERO, seller)).returned;
        (sold.paid, sold.fee)
    }

    pub fn state(&self) -> everfloor_test::abi::BidBookView {
        self.g.view(BidBook::bookStateCall {})
    }

    /// Cash and rewards that an account may claim.
    pub fn claimable(&self, account: Address) -> (U256, U256) {
        let owed = self.g.view(BidBook::claimableCall { account });
        (owed.cash, owed.rewards)
    }

    /// Counts all there is to count.
    pub fn catch_up(&mut self) {
        assert!(!self.g.must(account("keeper"), BidBook::catchUpCall { steps: n(1_000_u64) }).returned);
    }
}

pub fn place_bid(tick: u64, units: u64) -> BidBook::placeBidCall {
    BidBook::placeBidCall { tick: n(tick), quantity: n(units), deadline: U256::MAX }
}

pub fn sell(token_ids: &[U256], min_total: U256, to: Address) -> BidBook::sellCall {
    BidBook::sellCall {
        tokenIds: token_ids.to_vec(),
        proofs: Vec::new(),
        minTotal: min_total,
        maxBids: U256::MAX,
        to,
        deadline: U256::MAX,
    }
}

pub fn list_ask(token_id: U256, tick: u64) -> BidBook::listAskCall {
    BidBook::listAskCall { tokenId: token_id, proof: Vec::new(), tick: n(tick), deadline: U256::MAX }
}
