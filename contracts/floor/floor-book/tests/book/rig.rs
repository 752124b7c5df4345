//! A book behind its proxy, a market that does as it is told, and short ways to say what happens.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use alloy_primitives::{Address, B256, FixedBytes, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use book_lens::BookLens;
use everfloor_host::{Revert, TestChain};
use floor_book::FloorBook;
use stylus_sdk::{
    ArbResult, abi::router_entrypoint, call::RawCall, host::VM, prelude::*, storage::StorageType,
};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct BookParams { uint128 tickSize; uint128 lotSize; uint64 minLots; uint64 markDepth; uint32 markLevels; uint64 genesis; uint64 epoch; uint64 period; uint32 snapshots; }
    #[derive(Debug, PartialEq, Eq)]
    struct OrderView { uint256 id; address owner; bool isBuy; uint256 tick; uint256 lots; uint256 expiry; bool expired; }
    #[derive(Debug, PartialEq, Eq)]
    struct LevelView { uint256 tick; uint256 lots; uint256 orders; }

    function initialize(address owner, address market, BookParams params, uint256 price, address lens) external;
    function setParams(uint64 minLots, uint64 markDepth, uint32 markLevels, uint64 period) external;
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function market() external view returns (address);
    function lens() external view returns (address);
    function params() external view returns (BookParams);
    function tickToPrice(uint256 tick) external view returns (uint256);
    function lotToFp(uint256 lots) external view returns (uint256);

    #[derive(Debug)]
    function placeOrder(bool isBuy, uint256 tick, uint256 lots, uint8 kind, uint64 expiry, uint256 maxFills, bool stopOnSelf, uint256 deadline) external returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);
    function replaceOrder(uint256 id, bool isBuy, uint256 tick, uint256 lots, uint8 kind, uint64 expiry, uint256 maxFills, bool stopOnSelf, uint256 deadline) external returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);
    function cancelOrder(uint256 id) external;
    function cancelOrders(uint256[] ids) external;
    function reduceOrder(uint256 id, uint256 lots) external;
    function pruneOrder(uint256 id) external;
    function dropOrder(uint256 id) external;
    function poke() external;

    function bestBid() external view returns (uint256 tick, uint256 lots);
    function bestAsk() external view returns (uint256 tick, uint256 lots);
    function getOrder(uint256 id) external view returns (OrderView);
    function levels(bool isBuy, uint256 fromTick, uint256 limit) external view returns (LevelView[] list, uint256 next);
    function ordersAt(uint256 tick, uint256 fromId, uint256 limit) external view returns (OrderView[] list, uint256 next);
    function impact(bool isBuy, uint256 lots) external view returns (uint256 average, uint256 notional, uint256 levelsReached, uint256 filledLots);
    function previewOrder(address owner, bool isBuy, uint256 tick, uint256 lots, uint8 kind, uint64 expiry, uint256 maxFills, bool stopOnSelf) external view returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);
    function mid() external view returns (uint256);
    function markPrice() external view returns (uint256 price, uint256 blindSeconds, uint256 span);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint256 blindSeconds, uint8 status);

    #[derive(Debug)]
    function settleTrade(address maker, address taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark) external returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second);
    function canSettle(address maker, uint256 fp, uint256 price, bool makerBuys, uint256 mark) external view returns (bool can);

    /// Why the market refuses a taker.
    #[derive(Debug, PartialEq, Eq)]
    error InsufficientMargin(uint256 required, uint256 have);
    /// The same, with fewer words.
    #[derive(Debug, PartialEq, Eq)]
    error FundingPending(uint256 epoch);
    /// The same, with none.
    #[derive(Debug, PartialEq, Eq)]
    error EntryPaused();
}

pub const CODE: Address = address!("0x0000000000000000000000000000000000000b01");
pub const LENS: Address = address!("0x0000000000000000000000000000000000000b02");
pub const BOOK: Address = address!("0x0000000000000000000000000000000000000b03");
pub const MARKET: Address = address!("0x0000000000000000000000000000000000000b04");
pub const OWNER: Address = address!("0x00000000000000000000000000000000000000f0");
pub const ALICE: Address = address!("0x00000000000000000000000000000000000000a1");
pub const BOB: Address = address!("0x00000000000000000000000000000000000000b0");
pub const CAROL: Address = address!("0x00000000000000000000000000000000000000ca");
pub const STRANGER: Address = address!("0x000000000000000000000000000000000000005a");

pub const ETHER: u128 = 1_000_000_000_000_000_000;
pub const TICK_SIZE: u128 = ETHER / 1_000;
pub const LOT_SIZE: u128 = ETHER / 10;
/// Wei that one lot at tick 1 is worth.
pub const UNIT: u128 = TICK_SIZE / 10;
pub const HOUR: u64 = 3_600;
/// When epoch 0 begins.
pub const GENESIS: u64 = 1_699_992_000;
/// When the book opens: ten minutes into epoch 2.
pub const OPENED: u64 = GENESIS + 2 * HOUR + 600;

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

pub fn n(value: impl Into<u128>) -> U256 {
    U256::from(value.into())
}

pub fn no_more<T>(_: T) {}

/// What the market says to a call, in place of what it would.
pub type Says = Rc<dyn Fn(&[u8], &VM) -> ArbResult>;

/// A market that does as it is told.
#[derive(Clone, Default)]
pub struct Market {
    /// Who cannot fill their resting orders.
    pub makers_without: BTreeSet<Address>,
    /// Trades that each of these takers may make in a call; the others any number.
    pub credit: BTreeMap<Address, u64>,
    /// What takers without credit are told: outcome, reason and words as they are answered.
    pub refusal: Vec<u8>,
    /// Asks for the mark before it settles anything.
    pub asks_mark: bool,
    /// Answers in its place.
    pub says: Option<Says>,
    /// Trades it was asked for since the last call.
    pub trades: Vec<settleTradeCall>,
    /// Questions whether somebody could: who, FP, price, whether he buys.
    pub asked: Vec<(Address, U256, U256, bool)>,
}

/// The whole answer that refuses a taker with an error.
pub fn refusal(error: &impl SolError) -> Vec<u8> {
    let data = error.abi_encode();
    let mut answer = n(2_u8).abi_encode();
    answer.extend_from_slice(&data[..4]);
    answer.extend_from_slice(&[0; 28]);
    answer.extend_from_slice(&data[4..]);
    answer
}

impl Market {
    fn settle(&mut self, call: settleTradeCall) -> Vec<u8> {
        let (maker, taker) = (call.maker, call.taker);
        let told = |outcome: u8| (n(outcome), FixedBytes::<4>::ZERO, U256::ZERO, U256::ZERO).abi_encode();
        if self.asks_mark && call.mark.is_zero() {
            return told(3);
        }
        if self.makers_without.contains(&maker) {
            return told(1);
        }
        if let Some(credit) = self.credit.get(&taker) {
            let made = self.trades.iter().filter(|trade| trade.taker == taker).count() as u64;
            if made >= *credit {
                return self.refusal.clone();
            }
        }
        self.trades.push(call);
        told(0)
    }

    fn can_settle(&mut self, call: canSettleCall) -> Vec<u8> {
        let can = !self.makers_without.contains(&call.maker);
        self.asked.push((call.maker, call.fp, call.price, call.makerBuys));
        can.abi_encode()
    }
}

fn handle(market: &RefCell<Market>, input: &[u8], vm: &VM) -> ArbResult {
    let says = market.borrow().says.clone();
    if let Some(says) = says {
        return says(input, vm);
    }
    if let Ok(call) = settleTradeCall::abi_decode_validate(input) {
        assert_eq!(vm.msg_sender(), BOOK, "the book itself asks");
        return Ok(market.borrow_mut().settle(call));
    }
    let call = canSettleCall::abi_decode_validate(input).expect("a call of a market");
    Ok(market.borrow_mut().can_settle(call))
}

/// How the hot program finds its methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// By the SDK's router.
    Sdk,
    /// As on the chain, for the calls that the program itself takes apart.
    Own,
}

#[allow(unsafe_code, reason = "makes the contract as its entrypoint does")]
fn routed_by_itself(input: Vec<u8>, vm: VM) -> ArbResult {
    let own = [
        placeOrderCall::SELECTOR,
        replaceOrderCall::SELECTOR,
        cancelOrdersCall::SELECTOR,
        setParamsCall::SELECTOR,
        initializeCall::SELECTOR,
    ];
    if input.first_chunk().is_some_and(|selector| own.contains(selector)) {
        if !vm.msg_value().is_zero() {
            return Err(Vec::new());
        }
        // SAFETY: the only contract of this frame.
        let mut book = unsafe { FloorBook::new(U256::ZERO, 0, vm) };
        return book.route_other(&input);
    }
    router_entrypoint::<FloorBook, FloorBook>(input, vm)
}

/// A call of its own, as a contract makes one.
#[allow(unsafe_code, reason = "a handler has no storage of its own")]
pub fn call_from(vm: &VM, to: Address, data: &[u8], is_static: bool) -> ArbResult {
    // SAFETY: nothing is borrowed.
    unsafe {
        if is_static {
            RawCall::new_static(vm).call(to, data)
        } else {
            RawCall::new(vm).clear_storage_cache().call(to, data)
        }
    }
}

/// Ticks of a thousandth of an ether, lots of a tenth of an FP, epochs of an hour.
pub fn params() -> BookParams {
    BookParams {
        tickSize: TICK_SIZE,
        lotSize: LOT_SIZE,
        minLots: 5,
        markDepth: 100,
        markLevels: 21,
        genesis: GENESIS,
        epoch: HOUR,
        period: 60,
        snapshots: 8,
    }
}

pub struct World {
    pub chain: TestChain,
    pub market: Rc<RefCell<Market>>,
}

/// Runs a test both ways.
pub fn both(test: impl Fn(&World)) {
    for routing in [Routing::Sdk, Routing::Own] {
        test(&World::new(routing));
    }
}

impl World {
    /// Programs, a market, and a proxy that was not initialised.
    pub fn without_book(routing: Routing) -> Self {
        let chain = TestChain::new();
        chain.set_time(OPENED);
        match routing {
            Routing::Sdk => chain.deploy::<FloorBook>(CODE),
            Routing::Own => chain.deploy_handler(CODE, routed_by_itself),
        }
        chain.deploy::<BookLens>(LENS);
        chain.deploy_proxy(BOOK, CODE);
        let market = Rc::new(RefCell::new(Market {
            refusal: refusal(&InsufficientMargin { required: n(7_u8), have: n(3_u8) }),
            ..Market::default()
        }));
        let told = market.clone();
        chain.deploy_handler(MARKET, move |input, vm| handle(&told, &input, &vm));
        Self { chain, market }
    }

    /// An empty book that opens at 1 ether.
    pub fn new(routing: Routing) -> Self {
        let world = Self::without_book(routing);
        world.send(OWNER, initialize(params(), n(ETHER))).unwrap();
        world
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, Revert> {
        {
            let mut market = self.market.borrow_mut();
            market.trades.clear();
            market.asked.clear();
        }
        self.chain.send(from, BOOK, call)
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(BOOK, call).unwrap()
    }

    /// A call that is refused with this error, and changes nothing.
    pub fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = (self.chain.state(), self.chain.logs());
        let revert = self.send(from, call).map(no_more).expect_err(C::SIGNATURE);
        assert_eq!(revert.0, error.abi_encode(), "{} and not {error:?}", C::SIGNATURE);
        assert_eq!((self.chain.state(), self.chain.logs()), before);
    }

    /// A view that is refused with this error.
    pub fn blind<C: SolCall, E: SolError>(&self, call: C, error: E) {
        let revert = self.chain.view(BOOK, call).map(no_more).expect_err(C::SIGNATURE);
        assert_eq!(revert.0, error.abi_encode(), "{}", C::SIGNATURE);
    }

    /// Places an order.
    pub fn place(&self, from: Address, order: placeOrderCall) -> Placed {
        let told = self.send(from, order).unwrap();
        Placed {
            id: told.orderId.to(),
            filled: told.filledLots.to(),
            notional: told.notional.to(),
            stop: told.stop,
        }
    }

    /// Places an order that is to rest whole; its number.
    pub fn rest(&self, from: Address, order: placeOrderCall) -> u64 {
        let placed = self.place(from, order);
        assert_eq!((placed.filled, placed.stop), (0, RESTED));
        placed.id
    }

    /// What rests at a tick: numbers and lots, as they are served.
    pub fn queue(&self, tick: u64) -> Vec<(u64, u64)> {
        let page = self.view(ordersAtCall { tick: n(tick), fromId: n(0_u8), limit: n(100_u8) });
        assert!(page.next.is_zero());
        page.list.iter().map(|order| (order.id.to(), order.lots.to())).collect()
    }

    /// A side's ticks and lots, the best first.
    pub fn side(&self, is_buy: bool) -> Vec<(u64, u64)> {
        let page = self.view(levelsCall { isBuy: is_buy, fromTick: n(0_u8), limit: n(100_u8) });
        assert!(page.next.is_zero());
        page.list.iter().map(|level| (level.tick.to(), level.lots.to())).collect()
    }

    pub fn order(&self, id: u64) -> OrderView {
        self.view(getOrderCall { id: n(id) })
    }

    /// Changes what the market does.
    pub fn tell(&self, change: impl FnOnce(&mut Market)) {
        change(&mut self.market.borrow_mut());
    }

    /// Lets the market answer each call with this.
    pub fn market_says(&self, answer: ArbResult) {
        self.tell(|market| market.says = Some(Rc::new(move |_, _| answer.clone())));
    }

    pub fn events<E: alloy_sol_types::SolEvent>(&self) -> Vec<E> {
        self.chain.events(BOOK)
    }

    /// Words of the book that hold anything.
    pub fn words(&self) -> BTreeMap<U256, B256> {
        self.chain.storage_of(BOOK)
    }
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub id: u64,
    pub filled: u64,
    pub notional: u128,
    pub stop: u8,
}

pub fn initialize(params: BookParams, price: U256) -> initializeCall {
    initializeCall { owner: OWNER, market: MARKET, params, price, lens: LENS }
}

/// A good-till-cancelled order without an end.
pub fn order(is_buy: bool, lots: u64, tick: u64) -> placeOrderCall {
    placeOrderCall {
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

pub fn bid(lots: u64, tick: u64) -> placeOrderCall {
    order(true, lots, tick)
}

pub fn ask(lots: u64, tick: u64) -> placeOrderCall {
    order(false, lots, tick)
}

/// The same order of another kind.
pub fn of_kind(kind: u8, order: placeOrderCall) -> placeOrderCall {
    placeOrderCall { kind, ..order }
}

/// An order in the place of another.
pub fn instead_of(id: u64, order: placeOrderCall) -> replaceOrderCall {
    let placeOrderCall { isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, deadline } = order;
    replaceOrderCall { id: n(id), isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, deadline }
}

/// The preview of an order.
pub fn preview(owner: Address, order: &placeOrderCall) -> previewOrderCall {
    let placeOrderCall { isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf, .. } = *order;
    previewOrderCall { owner, isBuy, tick, lots, kind, expiry, maxFills, stopOnSelf }
}

pub fn cancel(id: u64) -> cancelOrderCall {
    cancelOrderCall { id: n(id) }
}

pub fn cancel_all(ids: &[u64]) -> cancelOrdersCall {
    cancelOrdersCall { ids: ids.iter().map(|id| n(*id)).collect() }
}

pub fn reduce(id: u64, lots: u64) -> reduceOrderCall {
    reduceOrderCall { id: n(id), lots: n(lots) }
}

pub fn prune(id: u64) -> pruneOrderCall {
    pruneOrderCall { id: n(id) }
}

pub fn drop_order(id: u64) -> dropOrderCall {
    dropOrderCall { id: n(id) }
}
