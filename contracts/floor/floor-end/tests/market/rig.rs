//! A market and what is around it, and short ways to say what happens.

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use everfloor_common::delegate;
pub use everfloor_floor_storage::abi::{errors, events};
use everfloor_floor_storage::store::{self, Chain, LoadedMarket};
use everfloor_host::{
    Revert, TestChain,
    nft::IPositionToken as Nft,
    token::{IToken, Token},
};
use floor_admin::FloorAdmin;
use floor_auction::FloorAuction;
use floor_cash::FloorCash;
use floor_end::FloorEnd;
use floor_funding::FloorFunding;
use floor_ledger::FloorLedger;
use floor_market::FloorMarket;
use floor_sale::FloorSale;
use floor_takeover::FloorTakeover;
use floor_trade::FloorTrade;
use floor_vault::FloorVault;

sol! {
    #[derive(Debug, PartialEq)]
    struct Peers { address cash; address collection; bytes32 root; address index; address venue; address bids; address wrapper; }
    #[derive(Debug, PartialEq)]
    struct Params {
        uint64 genesis; uint32 epochLength; uint256 maxPayment; uint256 maxRatio; uint256 share; uint256 strike;
        uint256 opening; uint256 maintenance; uint256 cure;
        uint256 shortInitial; uint256 shortMaintenance; uint256 longInitial; uint256 longMaintenance;
        uint256 kappaHigh; uint256 kappaLow; uint256 band; uint256 minPosition; uint8 nftTest; uint8 leverage;
        uint256 bonus; uint256 fee;
    }
    #[derive(Debug, PartialEq)]
    struct Auctions {
        uint32 step; uint256 cut; uint32 tail; uint256 cusp; uint256 top; uint256 chop; uint256 voluntaryFee;
        uint256 tip; uint256 chip; uint256 expected; uint256 fall; uint32 capacity; uint32 spacing;
    }
    #[derive(Debug, PartialEq)]
    struct Programs {
        address ledger; address cash; address trade; address vault; address funding; address auction; address sale; address takeover; address end; address lens; address simulate;
        address records; address admin;
    }

    function initialize(address owner, Peers peers, Params params, Auctions auctions, Programs programs) external;
    function setEntryPaused(bool paused) external;

    function depositCash(uint256 amount, address account) external;
    function withdrawCash(address account, uint256 amount, address to, uint256 deadline) external returns (uint256 paid, uint256 ticket);
    function claimWaiting(uint256 ticket) external returns (uint256 paid);
    function setOperator(address operator, bool approved) external;
    #[derive(Debug, PartialEq)]
    function settleTrade(address maker, address taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark) external returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second);
    function canSettle(address maker, uint256 fp, uint256 price, bool makerBuys, uint256 mark) external view returns (bool can);
    function touch(address[] accounts) external;

    function depositNft(address account, uint256[] ids, bytes32[][] proofs) external;
    function withdrawNft(address account, uint256[] ids, address to, uint256 deadline) external;
    function flashNft(uint256[] ids, address borrower, bytes data) external;

    function pokeFunding(uint256 maxSteps) external returns (uint256 epochs, bool done);

    function kick(address account, uint256[] ids, uint256 deadline) external returns (uint256 auction);
    function redo(uint256 auction) external;
    #[derive(Debug)]
    function take(uint256 auction, uint256[] ids, uint256 maxPrice, uint256 fp, address receiver, bytes data, uint256 deadline) external returns (uint256 price, uint256 owe, uint256 bought);
    function startVoluntary(address account, uint256[] ids, uint256 top, uint256 reserve, uint256 step, uint256 cut, uint256 deadline) external returns (uint256 auction);
    function cancelVoluntary(uint256 auction) external;

    function takeOver(address account, uint256 fp, uint256 leastGot, uint256 mostPaid, uint256 deadline) external returns (uint256 cash);
    function closeBankrupt(address account) external;
    function buyFromHouse(uint256 fp, uint256 mostCash, uint256 deadline) external returns (uint256 cash);

    function shutDown() external returns (uint256 price);
    function redeem(address account, uint256[] ids, uint256 mostPaid, address to, uint256 deadline) external returns (uint256 paid);
    function unredeemedPrice() external view returns (uint256 price);
    #[derive(Debug)]
    function buyUnredeemed(address account, uint256[] ids, uint256 maxPrice, address receiver, bytes data, uint256 deadline) external returns (uint256 price, uint256 owe);
    function closeAccounts(address[] accounts) external;
    function distribute() external returns (uint256 first, uint256 longs);
    function claim(address account) external returns (uint256 paid);

    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);
    function markPrice() external view returns (uint256 price, uint256 blindSeconds, uint256 span);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint256 second, uint8 third);

    /// What an account has; the market's test lens answers it, with the market's own records and rules.
    #[derive(Debug, PartialEq)]
    function seen(address account) external view returns (int256 cash, int256 fp, uint256 nfts, uint256 auctioned);
    /// What the market holds.
    #[derive(Debug, PartialEq)]
    function held() external view returns (uint256 held, uint256 reserve, uint256 waiting, uint256 nfts);

    #[derive(Debug, PartialEq, Eq)]
    error Reentrant();
    #[derive(Debug, PartialEq, Eq)]
    error NotOwner(address caller);
}

pub const MARKET: Address = address!("0x0000000000000000000000000000000000000f00");
pub const CASH: Address = address!("0x0000000000000000000000000000000000000c00");
pub const APES: Address = address!("0x0000000000000000000000000000000000000a9e");
pub const INDEX: Address = address!("0x0000000000000000000000000000000000000d00");
pub const VENUE: Address = address!("0x0000000000000000000000000000000000000d01");
const CODE: Address = address!("0x0000000000000000000000000000000000000f01");
const VAULT: Address = address!("0x0000000000000000000000000000000000000f02");
const FUNDING: Address = address!("0x0000000000000000000000000000000000000f03");
const AUCTION: Address = address!("0x0000000000000000000000000000000000000f04");
const TAKEOVER: Address = address!("0x0000000000000000000000000000000000000f05");
const END: Address = address!("0x0000000000000000000000000000000000000f06");
const LENS: Address = address!("0x0000000000000000000000000000000000000f07");
const ADMIN: Address = address!("0x0000000000000000000000000000000000000f08");
pub const LEDGER: Address = address!("0x0000000000000000000000000000000000000f09");
pub const CASH_DESK: Address = address!("0x0000000000000000000000000000000000000f0a");
pub const TRADE: Address = address!("0x0000000000000000000000000000000000000f0b");
pub const SALE: Address = address!("0x0000000000000000000000000000000000000f0c");

pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const DAY: u64 = 86_400;
/// Seconds until half of a price is left at the end: 48 steps six times as long.
pub const HALF: u64 = 48 * 3_600;
/// The market's own account.
pub const HOUSE: Address = Address::ZERO;

pub fn n(value: impl Into<u128>) -> U256 {
    U256::from(value.into())
}

/// An amount with this many hundredths.
pub fn cents(value: u128) -> U256 {
    n(value * ONE / 100)
}

pub fn account(name: &str) -> Address {
    TestChain::account(name)
}

pub fn params(genesis: u64) -> Params {
    Params {
        genesis,
        epochLength: DAY as u32,
        maxPayment: n(10 * ONE),
        maxRatio: n(1_000 * ONE),
        share: n(ONE),
        strike: U256::ZERO,
        opening: n(ONE),
        maintenance: n(ONE),
        cure: n(ONE),
        shortInitial: cents(50),
        shortMaintenance: cents(25),
        longInitial: cents(50),
        longMaintenance: cents(10),
        kappaHigh: n(ONE),
        kappaLow: cents(50),
        band: n(ONE),
        minPosition: n(ONE / 1_000),
        nftTest: 0,
        leverage: 0,
        bonus: cents(2),
        fee: U256::ZERO,
    }
}

pub fn auctions() -> Auctions {
    let ray = ONE * 1_000_000_000;
    Auctions {
        step: 600,
        cut: n(985_663_198_640_187_574_667_594_155_u128),
        tail: 50_400,
        cusp: n(3 * ray / 10),
        top: n(2 * ONE),
        chop: cents(5),
        voluntaryFee: U256::ZERO,
        tip: cents(1),
        chip: cents(1),
        expected: cents(95),
        fall: cents(50),
        capacity: 10,
        spacing: 3_600,
    }
}

/// What the index and the venue say.
#[derive(Clone, Copy)]
pub struct Said {
    pub mark: U256,
    pub index: U256,
    pub status: u8,
}

pub struct World {
    pub chain: TestChain,
    pub owner: Address,
    said: Rc<Cell<Said>>,
    made: Cell<u64>,
}

/// What an account has, in hundredths where it is money; for short comparisons.
pub type Seen = (i128, i128, u64);

fn hundredths(value: I256) -> i128 {
    let exact = i128::try_from(value).unwrap();
    let unit = i128::try_from(ONE / 100).unwrap();
    assert_eq!(exact % unit, 0, "{exact} is not whole hundredths");
    exact / unit
}

fn lens(input: &[u8], vm: &stylus_sdk::host::VM) -> stylus_sdk::ArbResult {
    if let Ok(call) = seenCall::abi_decode_validate(input) {
        let account = store::account(vm, call.account).value;
        let market = LoadedMarket::load(vm).value;
        let held = market.ledger.view(&Chain::new(vm), &account).unwrap();
        let [cash, fp] = [held.cash, held.fp].map(|value| I256::try_from(value).unwrap());
        return Ok((cash, fp, n(account.nfts), n(account.auctioned)).abi_encode());
    }
    if heldCall::abi_decode_validate(input).is_ok() {
        let vault = LoadedMarket::load(vm).value.vault;
        let counters = stylus_sdk::prelude::StorageAccess::storage_load_bytes32(vm, n(5_u8));
        let nfts = u32::from_be_bytes(counters[12..16].try_into().unwrap());
        return Ok((n(vault.held), n(vault.reserve), n(vault.queue.waiting()), n(nfts)).abi_encode());
    }
    delegate::forward(vm, ADMIN, input)
}

impl World {
    /// A market on which nothing has happened, mark and index at ten.
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    pub fn with(change: impl FnOnce(&mut Params, &mut Auctions)) -> Self {
        let chain = TestChain::new();
        let owner = account("owner");
        let said = Rc::new(Cell::new(Said { mark: n(10 * ONE), index: n(10 * ONE), status: 0 }));
        chain.deploy::<FloorMarket>(CODE);
        chain.deploy::<FloorLedger>(LEDGER);
        chain.deploy::<FloorCash>(CASH_DESK);
        chain.deploy::<FloorTrade>(TRADE);
        chain.deploy::<FloorVault>(VAULT);
        chain.deploy::<FloorFunding>(FUNDING);
        chain.deploy::<FloorAuction>(AUCTION);
        chain.deploy::<FloorSale>(SALE);
        chain.deploy::<FloorTakeover>(TAKEOVER);
        chain.deploy::<FloorEnd>(END);
        chain.deploy::<FloorAdmin>(ADMIN);
        chain.deploy_handler(LENS, |input, vm| lens(&input, &vm));
        chain.deploy_proxy(MARKET, CODE);
        chain.deploy_token(CASH, Token::well_behaved(18));
        chain.deploy_nft(APES, owner);
        let says = said.clone();
        chain.deploy_handler(INDEX, move |input, _| {
            let Said { index, status, .. } = says.get();
            Ok(match input.first_chunk() {
                Some(&averageOfEpochCall::SELECTOR) => (index, n(status)).abi_encode(),
                Some(&openInterestCapForCall::SELECTOR) => (n(u128::MAX), U256::ZERO).abi_encode(),
                _ => (index, index, U256::ZERO, n(status)).abi_encode(),
            })
        });
        let says = said.clone();
        chain.deploy_handler(VENUE, move |_, _| Ok((says.get().mark, U256::ZERO, U256::ZERO).abi_encode()));
        let (mut params, mut auctions) = (params(chain.now() / DAY * DAY), auctions());
        change(&mut params, &mut auctions);
        let peers = Peers {
            cash: CASH,
            collection: APES,
            root: B256::ZERO,
            index: INDEX,
            venue: VENUE,
            bids: Address::ZERO,
            wrapper: Address::ZERO,
        };
        let programs = Programs {
            ledger: LEDGER,
            cash: CASH_DESK,
            trade: TRADE,
            vault: VAULT,
            funding: FUNDING,
            auction: AUCTION,
            sale: SALE,
            takeover: TAKEOVER,
            end: END,
            lens: LENS,
            simulate: LENS,
            records: LENS,
            admin: ADMIN,
        };
        chain.send(owner, MARKET, initializeCall { owner, peers, params, auctions, programs }).unwrap();
        Self { chain, owner, said, made: Cell::new(0) }
    }

    /// What index and venue say from now on, in hundredths.
    pub fn prices(&self, mark: u128, index: u128) {
        self.said.set(Said { mark: cents(mark), index: cents(index), ..self.said.get() });
    }

    /// What the index says of itself from now on: 0 is fresh.
    pub fn status(&self, status: u8) {
        self.said.set(Said { status, ..self.said.get() });
    }

    /// Lets the market's programs be called while they run, so that only the market's lock is in the way.
    pub fn allow_reentry(&self) {
        for contract in [MARKET, CODE, END] {
            self.chain.allow_reentry(contract);
        }
    }

    /// Lets nobody hear of the index any more.
    pub fn silence_index(&self) {
        self.chain.deploy_handler(INDEX, |_, _| Err(Vec::new()));
    }

    pub fn deadline(&self) -> U256 {
        n(self.chain.now())
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.chain.send(from, MARKET, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(MARKET, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    pub fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.chain.state();
        let revert = self.chain.send(from, MARKET, call).map(drop).unwrap_err();
        assert_eq!(revert, Revert(error.abi_encode()));
        assert_eq!(self.chain.state(), before);
    }

    /// The event of this kind that was logged last.
    pub fn last<E: SolEvent>(&self) -> E {
        self.chain.events::<E>(MARKET).pop().expect("it was logged")
    }

    // ---- People ----

    /// Somebody with a thousand coins and so many NFTs, who has approved the market for all of it and the venue
    /// for his account; with this much of cash in it, hundredths. The NFTs are locked.
    pub fn someone(&self, name: &str, nfts: u64, cash: u128) -> (Address, Vec<U256>) {
        let who = account(name);
        let mint = IToken::mintCall { to: who, amount: n(1_000 * ONE) };
        self.chain.send(who, CASH, mint).unwrap();
        self.chain.send(who, CASH, IToken::approveCall { spender: MARKET, amount: U256::MAX }).unwrap();
        let approve = Nft::setApprovalForAllCall { operator: MARKET, approved: true };
        self.chain.send(who, APES, approve).unwrap();
        self.send(who, setOperatorCall { operator: VENUE, approved: true });
        let first = self.made.get() + 1;
        self.made.set(self.made.get() + nfts);
        let ids: Vec<U256> = (first..first + nfts).map(n).collect();
        for id in &ids {
            self.chain.send(self.owner, APES, Nft::mintCall { to: who, id: *id }).unwrap();
        }
        if nfts != 0 {
            self.send(who, depositNftCall { account: who, ids: ids.clone(), proofs: Vec::new() });
        }
        if cash != 0 {
            self.send(who, depositCashCall { amount: cents(cash), account: who });
        }
        (who, ids)
    }

    /// Somebody without NFTs.
    pub fn trader(&self, name: &str, cash: u128) -> Address {
        self.someone(name, 0, cash).0
    }

    pub fn trade_call(&self, seller: Address, buyer: Address, fp: u128, price: u128) -> settleTradeCall {
        settleTradeCall {
            maker: seller,
            taker: buyer,
            fp: cents(fp),
            price: cents(price),
            takerBuys: true,
            mark: self.said.get().mark,
        }
    }

    /// A trade in hundredths, which is done.
    pub fn trade(&self, seller: Address, buyer: Address, fp: u128, price: u128) {
        let told = self.send(VENUE, self.trade_call(seller, buyer, fp, price));
        assert_eq!(told.outcome, 0, "{told:?}");
    }

    /// Takes all cash of an account, hundredths; it is there.
    pub fn withdraw(&self, who: Address, cash: u128) {
        let call = withdrawCashCall { account: who, amount: cents(cash), to: who, deadline: self.deadline() };
        let done = self.send(who, call);
        assert_eq!((done.paid, done.ticket), (cents(cash), U256::ZERO));
    }

    /// Pays all that is due.
    pub fn poke(&self) {
        assert!(self.send(account("keeper"), pokeFundingCall { maxSteps: n(100_u8) }).done);
    }

    /// Lets days pass that are paid, at the present prices.
    pub fn days(&self, days: u64) {
        for _ in 0..days {
            self.chain.warp(DAY);
            self.poke();
        }
    }

    // ---- What there is ----

    /// Cash and FP in hundredths, NFTs.
    pub fn seen(&self, who: Address) -> Seen {
        let seen = self.view(seenCall { account: who });
        (hundredths(seen.cash), hundredths(seen.fp), seen.nfts.to())
    }

    /// What it has in its wallet, wei.
    pub fn coins(&self, who: Address) -> u128 {
        self.chain.view(CASH, IToken::balanceOfCall { account: who }).unwrap().to()
    }

    /// Cash that the market counts, in wei: exactly what it has.
    pub fn held(&self) -> u128 {
        let held = self.view(heldCall {});
        let apes: U256 = self.chain.view(APES, Nft::balanceOfCall { owner: MARKET }).unwrap();
        assert_eq!(held.nfts, apes, "every NFT is counted");
        assert_eq!(held.held.to::<u128>(), self.coins(MARKET), "every coin is counted");
        held.held.to()
    }

    pub fn holder(&self, id: U256) -> Address {
        self.chain.view(APES, Nft::ownerOfCall { tokenId: id }).unwrap()
    }
}
