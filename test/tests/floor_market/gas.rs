//! What operations of a floor market cost on the local chain, against the committed snapshot `test/gas-floor.json`: the market
//! with its own order book, bids and index. All programs are cached, as a deployment asks for.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, FloorSystem, ONE,
    abi::{BidBook, FloorBook, FloorIndex, FloorMarket::*, FloorToken},
    account,
    gas::{self, Costs, cost},
    wad,
};

use crate::whole::{ETH, FP, IMMEDIATE, POST_ONLY, order, pass, quoted};

/// What each of these is to cost at most, `exec`.
const TARGETS: &[(&str, u64)] = &[("FloorMarket.kick", 120_000), ("FloorMarket.take", 110_000)];

struct Meter {
    s: FloorSystem,
    costs: Costs,
}

impl Meter {
    fn tx<C: SolCall>(&mut self, name: &str, from: Address, to: Address, call: C) {
        self.s.backend.warp(10);
        let data = call.abi_encode();
        let sent = self.s.backend.send(from, to, U256::ZERO, data.clone());
        let sent = sent.unwrap_or_else(|revert| panic!("{name}: {revert:?}"));
        let target = TARGETS.iter().find(|(known, _)| *known == name).map(|(_, most)| *most);
        let cost = cost(sent.gas, &data).with_target(target);
        assert!(self.costs.insert(name.into(), cost).is_none(), "{name} is measured twice");
    }

    fn market<C: SolCall>(&mut self, name: &str, from: Address, call: C) {
        let market = self.s.market;
        self.tx(&format!("FloorMarket.{name}"), from, market, call);
    }
}

/// A market with a maker in its book and a bidder, and so many holders who are short and have cash of different amounts.
pub fn live(holders: u64) -> FloorSystem {
    let mut s = FloorSystem::whole();
    let (whale, keeper) = (s.trader("whale"), account("keeper"));
    let bids = s.bids;
    let bid =
        BidBook::placeBidCall { tick: U256::from(1_000), quantity: U256::from(50_000), deadline: U256::MAX };
    s.must_to(whale, bids, bid);
    quoted(&mut s, 10, 8);
    s.deposit(whale, 300_000 * ONE);
    let desk = s.desk;
    for number in 0..holders {
        let holder = account(&format!("holder {number}"));
        let ids = s.mint(whale, 1);
        s.must(whale, depositNftCall { account: holder, ids, proofs: Vec::new() });
        s.must(holder, setOperatorCall { operator: desk, approved: true });
        s.trade(whale, holder, ONE / 2, 10 * ONE + u128::from(number % 97) * ONE / 100);
    }
    s.must(keeper, touchCall { accounts: vec![keeper] });
    s
}

fn measure(s: FloorSystem) -> Costs {
    let mut m = Meter { s, costs: Costs::new() };
    trading(&mut m);
    wrapping(&mut m);
    liquidating(&mut m);
    around(&mut m);
    m.costs
}

/// Cash, NFTs, orders.
fn trading(m: &mut Meter) {
    let trader = m.s.trader("trader");
    let venue = m.s.venue;
    let ids = m.s.mint(trader, 2);
    let deposit = |amount: u128| depositCashCall { amount: U256::from(amount), account: trader };
    m.market("depositCash.first", trader, deposit(ONE));
    m.market("depositCash", trader, deposit(30 * ONE));
    let lock = |ids: &[U256]| depositNftCall { account: trader, ids: ids.to_vec(), proofs: Vec::new() };
    m.market("depositNft.first", trader, lock(&ids[..1]));
    m.market("depositNft", trader, lock(&ids[1..]));
    m.tx("FloorBook.placeOrder.rests", trader, venue, order(false, 9 * ETH, FP, POST_ONLY));
    let newest = m.s.must_to(trader, venue, order(false, 9 * ETH, FP, POST_ONLY)).returned.orderId;
    m.tx("FloorBook.cancelOrder", trader, venue, FloorBook::cancelOrderCall { id: newest });
    m.tx("FloorBook.placeOrder.opensAgainstOne", trader, venue, order(false, 7 * ETH, FP, IMMEDIATE));
    m.tx("FloorBook.placeOrder.addsAgainstOne", trader, venue, order(false, 7 * ETH, FP / 2, IMMEDIATE));
    m.tx("FloorBook.placeOrder.closesAgainstOne", trader, venue, order(true, 8 * ETH + 10, FP, IMMEDIATE));
    let sell = m.s.trade_call(account("whale"), trader, ONE / 10, 8 * ONE);
    let desk = m.s.desk;
    m.market("settleTrade", desk, sell);
    let withdraw = m.s.withdraw_call(trader, 2 * ONE);
    m.market("withdrawCash", trader, withdraw);
    let back = withdrawNftCall { account: trader, ids: ids[..1].to_vec(), to: trader, deadline: U256::MAX };
    m.market("withdrawNft", trader, back);
    m.market("touch", trader, touchCall { accounts: vec![trader] });
}

/// An epoch that makes somebody's short outgrow his NFTs, and what is done with him.
fn liquidating(m: &mut Meter) {
    let (keeper, buyer) = (m.s.trader("keeper"), m.s.trader("buyer"));
    let mut weak = Vec::new();
    for name in ["weak", "weaker", "weakest"] {
        let one = m.s.trader(name);
        let ids = m.s.lock(one, 2);
        m.s.trade(account("whale"), one, 18 * ONE / 10, 8 * ONE);
        let cash = u128::try_from(m.s.holding(one).0).unwrap();
        let call = m.s.withdraw_call(one, cash);
        m.s.must(one, call);
        weak.push((one, ids));
    }
    pass(&mut m.s, 86_400);
    let poke = pokeFundingCall { maxSteps: U256::from(1_000) };
    m.market("pokeFunding", keeper, poke.clone());
    assert!(m.s.view(isLiquidatableCall { account: weak[0].0 }).liquidatable);
    // The keeper's account is there already.
    m.s.deposit(keeper, 1);
    let kick =
        |of: usize| kickCall { account: weak[of].0, ids: weak[of].1[..1].to_vec(), deadline: U256::MAX };
    m.market("kick", keeper, kick(0));
    let auctions = m.s.view(getMarketCall {}).auctions;
    let take = takeCall {
        auction: auctions,
        ids: weak[0].1[..1].to_vec(),
        maxPrice: wad(100),
        fp: U256::ZERO,
        receiver: buyer,
        data: Default::default(),
        deadline: U256::MAX,
    };
    m.market("take", buyer, take);
    m.market("kick.second", keeper, kick(1));
    // Longer than an auction runs, and long enough for its first price to be what is bid.
    pass(&mut m.s, 54_000);
    m.market("redo", keeper, redoCall { auction: auctions + U256::ONE });
    let into = takeIntoBidsCall {
        auction: auctions + U256::ONE,
        ids: weak[1].1[..1].to_vec(),
        proofs: Vec::new(),
        maxBids: U256::from(4),
        deadline: U256::MAX,
    };
    pass(&mut m.s, 5_400);
    m.market("takeIntoBids", keeper, into);
    m.s.must(keeper, kick(2));
    m.s.deposit(weak[2].0, 30 * ONE);
    m.market("cure", keeper, cureCall { auction: auctions + U256::from(2) });
    let voluntary = startVoluntaryCall {
        account: weak[2].0,
        ids: weak[2].1[..1].to_vec(),
        top: wad(20),
        reserve: wad(11),
        step: U256::from(600),
        cut: "985663198640187574667594155".parse().unwrap(),
        deadline: U256::MAX,
    };
    m.market("startVoluntary", weak[2].0, voluntary);
    m.market("cancelVoluntary", weak[2].0, cancelVoluntaryCall { auction: auctions + U256::from(3) });
}

/// FP that leaves the market and comes back.
fn wrapping(m: &mut Meter) {
    let trader = account("trader");
    let (name, symbol) = (B256::repeat_byte(b'a'), B256::ZERO);
    let call = FloorToken::initializeCall { market: m.s.market, name, symbol };
    let program = m.s.backend.named("floor-token");
    let token = m.s.backend.proxy(program, call.abi_encode()).expect("a token");
    m.s.must(trader, setOperatorCall { operator: token, approved: true });
    let wrap = FloorToken::wrapCall {
        account: trader,
        fp: U256::from(ONE / 10),
        minShares: U256::ONE,
        maxCash: U256::MAX,
        to: trader,
        deadline: U256::MAX,
    };
    m.tx("FloorToken.wrap.first", trader, token, wrap.clone());
    m.tx("FloorToken.wrap", trader, token, wrap);
    m.tx(
        "FloorToken.transfer",
        trader,
        token,
        FloorToken::transferCall { to: account("friend"), value: U256::ONE },
    );
    let unwrap = FloorToken::unwrapCall {
        shares: U256::from(ONE / 10),
        account: trader,
        minFp: U256::ZERO,
        minCash: I256::ZERO,
        to: trader,
        deadline: U256::MAX,
    };
    m.tx("FloorToken.unwrap", trader, token, unwrap);
}

/// Bids and index.
fn around(m: &mut Meter) {
    let (bidder, bids, index) = (m.s.trader("another bidder"), m.s.bids, m.s.index);
    let bid = |quantity: u64| BidBook::placeBidCall {
        tick: U256::from(990),
        quantity: U256::from(quantity),
        deadline: U256::MAX,
    };
    m.tx("BidBook.placeBid", bidder, bids, bid(2));
    m.s.backend.warp(1_800);
    m.tx("FloorIndex.update", account("keeper"), index, FloorIndex::updateCall {});
    let id = m.s.must_to(bidder, bids, bid(1)).returned;
    m.tx("BidBook.requestCancel", bidder, bids, BidBook::requestCancelCall { id });
    m.s.backend.warp(901);
    m.tx("BidBook.finishCancel", bidder, bids, BidBook::finishCancelCall { id });
}

#[test]
fn gas_is_that_of_the_committed_snapshot() {
    gas::compare("gas-floor.json", &measure(live(8)));
}

#[test]
fn no_operation_costs_more_in_a_market_with_more_accounts() {
    let few: BTreeMap<_, _> = measure(live(8));
    let many = measure(live(9_990));
    for (name, few) in &few {
        let many = many[name].tx;
        // What a sale leaves its owner pays from then on, so he goes into the heap, which of ten thousand is five levels
        // deeper than of ten; a level is two words.
        let enters_heap = ["FloorMarket.take", "FloorMarket.takeIntoBids"].contains(&name.as_str());
        let most = few.tx + if enters_heap { 75_000 } else { 500 };
        println!("{name}: {} with ten accounts, {many} with ten thousand", few.tx);
        assert!(many <= most, "{name}: {} gas with ten accounts, {many} with ten thousand", few.tx);
    }
}
