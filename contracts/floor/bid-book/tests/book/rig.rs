//! A book of bids and what is around it: cash, a collection, people.

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolError, sol};
use bid_admin::BidAdmin;
use bid_asks::BidAsks;
use bid_book::BidBook;
use bid_lens::BidLens;
use bid_upkeep::BidUpkeep;
use everfloor_host::{
    TestChain,
    nft::IPositionToken as Nft,
    token::{IToken, Token},
};
pub use everfloor_index_storage::abi::{errors, events};

sol! {
    #[derive(Debug, PartialEq)]
    struct Peers {
        address collection;
        address cash;
        address rewardToken;
        address treasury;
    }
    #[derive(Debug, PartialEq)]
    struct Params {
        uint256 tickSize;
        uint32 minAge;
        uint32 cancelDelay;
        uint16 fee;
        uint16 band;
    }
    #[derive(Debug, PartialEq)]
    struct Programs {
        address asks;
        address upkeep;
        address lens;
        address admin;
    }
    #[derive(Debug, PartialEq)]
    struct Offer {
        uint256 id;
        address owner;
        uint256 tick;
        uint256 price;
        uint256 units;
        uint256 tokenId;
        bool counted;
        uint256 placedAt;
        uint256 bindingUntil;
    }
    #[derive(Debug, PartialEq)]
    struct Level {
        uint256 tick;
        uint256 price;
        uint256 counted;
        uint256 earning;
        uint256 first;
    }
    #[derive(Debug, PartialEq)]
    struct Book {
        uint256 bidsMade;
        uint256 bidCancels;
        uint256 escrow;
        uint256 bestBid;
        uint256 asksMade;
        uint256 askCancels;
        uint256 nfts;
        uint256 bestAsk;
        uint256 fees;
        bool countsPending;
        bool entryPaused;
    }
    #[derive(Debug, PartialEq)]
    struct MakerRewards {
        uint256 pot;
        uint256 rate;
        uint256 units;
        uint256 band;
        uint256 growth;
    }

    function initialize(address owner, Peers peers, bytes32 root, Params params, Programs programs) external;
    function setIndex(address index) external;
    function setRewardRate(uint256 rate) external;
    function setTreasury(address treasury) external;
    function setEntryPaused(bool paused) external;
    function setPrograms(Programs programs) external;
    function setGuardian(address guardian) external;
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;

    function placeBid(uint256 tick, uint256 quantity, uint256 deadline) external returns (uint256 id);
    function requestCancel(uint256 id) external returns (uint256 bindingUntil);
    function finishCancel(uint256 id) external returns (uint256 amount);
    function sell(uint256[] tokenIds, bytes32[][] proofs, uint256 minTotal, uint256 maxBids, address to, uint256 deadline) external returns (uint256 paid, uint256 fee);
    function sellInto(uint256[] bidIds, uint256[] tokenIds, bytes32[][] proofs, uint256 minTotal, address to, uint256 deadline) external returns (uint256 paid, uint256 fee);
    function catchUp(uint256 steps) external returns (bool pending);
    function catchUpAndRead(uint256 steps, uint256 depth) external returns (uint256 bid, uint256 ask, bool pending);
    function reading(uint256 depth) external view returns (uint256 bid, uint256 ask, bool pending);
    function indexPrice(uint256 depth) external view returns (uint256 price);
    function binding() external view returns (uint256 price);
    function bindingAsk() external view returns (uint256 price);
    function unitsNear(uint256 nearBps, uint256 most, uint256 enough) external view returns (uint256 units, bool isAll);

    function listAsk(uint256 tokenId, bytes32[] proof, uint256 tick, uint256 deadline) external returns (uint256 id);
    function requestCancelAsk(uint256 id) external returns (uint256 bindingUntil);
    function finishCancelAsk(uint256 id) external;
    function buyAsk(uint256 id, uint256 maxPrice, address to, uint256 deadline) external returns (uint256 cost);
    function buyCheapest(uint256 quantity, uint256 maxCost, address to, uint256 deadline) external returns (uint256 cost);
    function fundRewards(uint256 amount) external;
    function followIndex(uint256 most) external returns (bool arrived);
    function settleRewards(uint256[] bidIds) external;
    function claimRewards(uint256[] bidIds, address to) external returns (uint256 amount);
    function claimCash(address to) external returns (uint256 amount);
    function collectFees() external returns (uint256 amount);

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function guardian() external view returns (address);
    function peers() external view returns (Peers);
    function index() external view returns (address);
    function root() external view returns (bytes32);
    function programs() external view returns (Programs);
    function params() external view returns (Params);
    function bookState() external view returns (Book);
    function bid(uint256 id) external view returns (Offer);
    function ask(uint256 id) external view returns (Offer);
    function bids(uint256 cursor, uint256 limit) external view returns (Offer[] list, uint256 next);
    function asks(uint256 cursor, uint256 limit) external view returns (Offer[] list, uint256 next);
    function bidsOf(address owner, uint256 from, uint256 limit) external view returns (Offer[] list, uint256 next);
    function asksOf(address owner, uint256 from, uint256 limit) external view returns (Offer[] list, uint256 next);
    function bidLevels(uint256 cursor, uint256 limit) external view returns (Level[] list, uint256 next);
    function askLevels(uint256 cursor, uint256 limit) external view returns (Level[] list, uint256 next);
    function quoteSell(uint256 quantity, uint256 minPrice, uint256 maxBids) external view returns (uint256 units, uint256 paid, uint256 fee);
    function quoteBuy(uint256 quantity) external view returns (uint256 cost);
    function rewards() external view returns (MakerRewards);
    function earned(uint256[] bidIds) external view returns (uint256 amount);
    function claimable(address account) external view returns (uint256 cash, uint256 rewards);

    function getIndex() external view returns (uint256 spot, uint256 twap, uint64 updatedAt, uint8 status);
}

pub const BOOK: Address = address!("0x0000000000000000000000000000000000000b00");
pub const CODE: Address = address!("0x0000000000000000000000000000000000000b01");
pub const ASKS: Address = address!("0x0000000000000000000000000000000000000b02");
pub const UPKEEP: Address = address!("0x0000000000000000000000000000000000000b03");
pub const LENS: Address = address!("0x0000000000000000000000000000000000000b04");
pub const ADMIN: Address = address!("0x0000000000000000000000000000000000000b05");
pub const CASH: Address = address!("0x0000000000000000000000000000000000000c00");
pub const REWARD: Address = address!("0x0000000000000000000000000000000000000c01");
pub const APES: Address = address!("0x0000000000000000000000000000000000000a9e");
pub const INDEX: Address = address!("0x0000000000000000000000000000000000000d00");

/// Wei between two prices.
pub const TICK: u64 = 10_000_000_000_000_000;
/// Seconds until an offer counts.
pub const AGE: u64 = 1_800;
/// Seconds until a cancel is due.
pub const DELAY: u64 = 900;
/// Basis points of a sale.
pub const FEE: u64 = 50;

pub fn n(value: u64) -> U256 {
    U256::from(value)
}

/// So many ticks in wei.
pub fn price(ticks: u64) -> U256 {
    n(ticks) * n(TICK)
}

/// The fee on an amount, rounded up.
pub fn fee_on(amount: U256) -> U256 {
    (amount * n(FEE)).div_ceil(n(10_000))
}

pub fn peers() -> Peers {
    Peers { collection: APES, cash: CASH, rewardToken: REWARD, treasury: account("treasury") }
}

pub fn params() -> Params {
    Params { tickSize: n(TICK), minAge: AGE as u32, cancelDelay: DELAY as u32, fee: FEE as u16, band: 500 }
}

pub fn programs() -> Programs {
    Programs { asks: ASKS, upkeep: UPKEEP, lens: LENS, admin: ADMIN }
}

pub fn account(name: &str) -> Address {
    TestChain::account(name)
}

pub struct World {
    pub chain: TestChain,
    pub owner: Address,
    pub alice: Address,
    pub bob: Address,
    pub carol: Address,
    /// The NFT made last.
    pub made: std::cell::Cell<u64>,
}

impl World {
    /// Everything but the book's initialisation. Everybody has a thousand coins and has approved the book for everything.
    pub fn unmade() -> Self {
        Self::unmade_with(Token::well_behaved(18))
    }

    pub fn unmade_with(cash: Token) -> Self {
        let chain = TestChain::new();
        let [owner, alice, bob, carol] = ["owner", "alice", "bob", "carol"].map(account);
        chain.deploy::<BidBook>(CODE);
        chain.deploy::<BidAsks>(ASKS);
        chain.deploy::<BidUpkeep>(UPKEEP);
        chain.deploy::<BidLens>(LENS);
        chain.deploy::<BidAdmin>(ADMIN);
        chain.deploy_proxy(BOOK, CODE);
        chain.deploy_token(CASH, cash);
        chain.deploy_token(REWARD, Token::well_behaved(18));
        chain.deploy_nft(APES, owner);
        let w = Self { chain, owner, alice, bob, carol, made: 0.into() };
        for who in [owner, alice, bob, carol] {
            w.fund(who);
        }
        w
    }

    /// Gives an account coins, and has it approve the book for everything.
    pub fn fund(&self, who: Address) {
        for token in [CASH, REWARD] {
            let amount = n(1_000) * n(1_000_000_000_000_000_000);
            self.chain.send(who, token, IToken::mintCall { to: who, amount }).unwrap();
            self.chain.send(who, token, IToken::approveCall { spender: BOOK, amount: U256::MAX }).unwrap();
        }
        let call = Nft::setApprovalForAllCall { operator: BOOK, approved: true };
        self.chain.send(who, APES, call).unwrap();
    }

    pub fn new() -> Self {
        Self::of_root(B256::ZERO)
    }

    pub fn of_root(root: B256) -> Self {
        Self::unmade().made_of(root)
    }

    pub fn made_of(self, root: B256) -> Self {
        let call = initializeCall {
            owner: self.owner,
            peers: peers(),
            root,
            params: params(),
            programs: programs(),
        };
        self.chain.send(self.owner, BOOK, call).unwrap();
        self
    }

    pub fn now(&self) -> u64 {
        self.chain.now()
    }

    pub fn deadline(&self) -> U256 {
        n(self.now())
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(BOOK, call).unwrap()
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.chain.send(from, BOOK, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    pub fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, BOOK, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }

    pub fn cash(&self, account: Address) -> U256 {
        self.chain.view(CASH, IToken::balanceOfCall { account }).unwrap()
    }

    pub fn reward(&self, account: Address) -> U256 {
        self.chain.view(REWARD, IToken::balanceOfCall { account }).unwrap()
    }

    pub fn holder(&self, id: U256) -> Address {
        self.chain.view(APES, Nft::ownerOfCall { tokenId: id }).unwrap()
    }

    /// New NFTs of somebody's.
    pub fn mint(&self, to: Address, count: u64) -> Vec<U256> {
        let first = self.made.get() + 1;
        self.made.set(self.made.get() + count);
        let ids: Vec<U256> = (first..first + count).map(n).collect();
        for id in &ids {
            self.chain.send(self.owner, APES, Nft::mintCall { to, id: *id }).unwrap();
        }
        ids
    }

    // ---- What people do ----

    pub fn place_call(&self, tick: u64, units: u64) -> placeBidCall {
        placeBidCall { tick: n(tick), quantity: n(units), deadline: self.deadline() }
    }

    pub fn place(&self, who: Address, tick: u64, units: u64) -> U256 {
        self.send(who, self.place_call(tick, units))
    }

    pub fn sell_call(&self, token_ids: &[U256], min_total: U256, to: Address) -> sellCall {
        sellCall {
            tokenIds: token_ids.to_vec(),
            proofs: Vec::new(),
            minTotal: min_total,
            maxBids: U256::MAX,
            to,
            deadline: self.deadline(),
        }
    }

    /// Sells at any price; what was paid, and the fee.
    pub fn sell(&self, seller: Address, token_ids: &[U256]) -> (U256, U256) {
        let sold = self.send(seller, self.sell_call(token_ids, U256::ZERO, seller));
        (sold.paid, sold.fee)
    }

    pub fn list_call(&self, token_id: U256, tick: u64) -> listAskCall {
        listAskCall { tokenId: token_id, proof: Vec::new(), tick: n(tick), deadline: self.deadline() }
    }

    pub fn list(&self, who: Address, token_id: U256, tick: u64) -> U256 {
        self.send(who, self.list_call(token_id, tick))
    }

    pub fn catch_up(&self) {
        assert!(!self.send(self.carol, catchUpCall { steps: n(1_000) }));
    }

    /// Takes a bid back; it has waited.
    pub fn cancel(&self, who: Address, id: U256) {
        self.send(who, requestCancelCall { id });
        self.chain.warp(DELAY);
        self.send(who, finishCancelCall { id });
    }

    pub fn claimable(&self, account: Address) -> (U256, U256) {
        let owed = self.view(claimableCall { account });
        (owed.cash, owed.rewards)
    }

    /// What a view refuses with.
    pub fn unanswered<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(&self, call: C, error: E) {
        let revert = self.chain.view(BOOK, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
    }

    /// What of an event there was last.
    pub fn last<E: alloy_sol_types::SolEvent>(&self) -> E {
        self.chain.events::<E>(BOOK).pop().expect("it was logged")
    }

    /// An index that answers this.
    pub fn index_says(&self, spot: U256, status: u8) {
        self.chain.deploy_handler(INDEX, move |_, vm| {
            let now = stylus_sdk::prelude::BlockAccess::block_timestamp(&vm);
            Ok(getIndexCall::abi_encode_returns(&getIndexReturn { spot, twap: spot, updatedAt: now, status }))
        });
    }
}
