//! What operations cost on the local chain, against the committed snapshot `test/gas.json`.
//!
//! All programs are cached, as a deployment asks for; the trader is the second in a live market, and ten seconds pass
//! before every operation. `tx` is what the receipt says; `exec` is that less the 21,000 of a transaction and its
//! calldata. For views both are of an `eth_call`. Where a target was set, the snapshot has it, and how far it is missed.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, LONG, SHORT, System, Wasm,
    abi::{ClearingHouse::*, InsuranceFund, PostedAggregator, PriceFeed, TestDollar},
    account, dollars,
    gas::{self, Cost, Costs, cost},
    int, wad, wad_milli,
};

/// What each of these is to cost at most, `exec`.
const TARGETS: &[(&str, u64)] = &[
    ("openPosition", 150_000),
    ("openPosition.increase", 100_000),
    ("openPosition.reduce", 100_000),
    ("openPosition.reverse", 130_000),
    ("closePosition", 100_000),
    ("addMargin", 45_000),
    ("removeMargin", 55_000),
    ("removeMargin.last", 55_000),
    ("settleFunding", 35_000),
    ("liquidate", 140_000),
    ("marginRatio", 15_000),
];

struct Meter {
    s: System<Wasm>,
    costs: Costs,
}

impl Meter {
    fn tx<C: SolCall>(&mut self, name: &str, from: Address, to: Address, call: C) -> Cost {
        self.s.warp(10);
        let data = call.abi_encode();
        let sent = self.s.backend.send(from, to, U256::ZERO, data.clone());
        let sent = sent.unwrap_or_else(|revert| panic!("{name}: {revert:?}"));
        self.note(name, cost(sent.gas, &data))
    }

    fn house<C: SolCall>(&mut self, name: &str, from: Address, call: C) -> Cost {
        let house = self.s.house;
        self.tx(&format!("ClearingHouse.{name}"), from, house, call)
    }

    fn view<C: SolCall>(&mut self, name: &str, to: Address, call: C) {
        self.s.warp(10);
        let data = call.abi_encode();
        let outcome = self.s.backend.chain().call(account("anybody"), to, data.clone());
        assert!(outcome.success, "{name}");
        self.note(name, cost(outcome.gas_used, &data));
    }

    fn note(&mut self, name: &str, cost: Cost) -> Cost {
        let known = TARGETS.iter().find(|(target, _)| name.strip_prefix("ClearingHouse.") == Some(target));
        let cost = cost.with_target(known.map(|(_, most)| *most));
        assert!(self.costs.insert(name.into(), cost).is_none(), "{name} is measured twice");
        cost
    }
}

/// A live market: a trader on each side, funding under way, insurance there, and a recorded price.
fn live() -> System<Wasm> {
    let mut s = System::<Wasm>::new();
    let market = s.market;
    s.insure(market, dollars(100_000));
    let (first, other) = (s.trader("first", 1_000_000), s.trader("other side", 1_000_000));
    s.open(first, LONG, dollars(10_000), wad(50_000));
    s.open(other, SHORT, dollars(10_000), wad(30_000));
    s.warp(600);
    s.set_price(wad_milli(100_100));
    s
}

fn measure() -> Costs {
    let mut m = Meter { s: live(), costs: Costs::new() };
    trading(&mut m);
    keeping(&mut m);
    administration(&mut m);
    around(&mut m);
    let mut rescue = Meter { s: live(), costs: m.costs };
    rescuing(&mut rescue);
    rescue.costs
}

fn trading(m: &mut Meter) {
    let trader = m.s.trader("second trader", 100_000);
    let market = m.s.market;
    let order = m.s.open_call(LONG, dollars(1_000), wad(5_000));
    m.house("openPosition", trader, order);
    let order = m.s.open_call(LONG, U256::ZERO, wad(1_000));
    m.house("openPosition.increase", trader, order);
    let order = m.s.open_call(LONG, dollars(100), wad(1_000));
    m.house("openPosition.increaseWithMargin", trader, order);
    let order = m.s.open_call(SHORT, U256::ZERO, wad(1_000));
    m.house("openPosition.reduce", trader, order);
    m.house("addMargin", trader, addMarginCall { marketId: market, amount: dollars(50) });
    let remove = removeMarginCall { marketId: market, amount: dollars(50), recipient: trader };
    m.house("removeMargin", trader, remove);
    let order = m.s.close_call(wad(1));
    m.house("closePosition.partial", trader, order);
    let order = m.s.open_call(SHORT, U256::ZERO, wad(12_000));
    m.house("openPosition.reverse", trader, order);
    acting_for(m, trader);
    let house = m.s.house;
    m.view("ClearingHouse.getPosition", house, getPositionCall { marketId: market, account: trader });
    m.view("ClearingHouse.marginRatio", house, marginRatioCall { marketId: market, account: trader });
    m.view("ClearingHouse.getMarket", house, getMarketCall { marketId: market });
    m.view("ClearingHouse.markPrice", house, markPriceCall { marketId: market });
    let preview = previewOpenPositionCall {
        marketId: market,
        account: trader,
        side: LONG,
        margin: dollars(10),
        notional: wad(100),
        baseLimit: U256::ZERO,
        maxFee: U256::MAX,
    };
    m.view("ClearingHouse.previewOpenPosition", house, preview);
    let order = m.s.close_call(U256::MAX);
    m.house("closePosition", trader, order);
    let margin = m.s.position(trader).margin;
    let all = removeMarginCall { marketId: market, amount: margin, recipient: trader };
    m.house("removeMargin.last", trader, all);
}

/// The same increase by an operator, and as one of several calls in one.
fn acting_for(m: &mut Meter, trader: Address) {
    let operator = account("operator");
    m.house("setOperator", trader, setOperatorCall { operator, scopes: 15 });
    let call = m.s.open_call(SHORT, U256::ZERO, wad(1_000)).abi_encode();
    m.house("executeFor.increase", operator, executeForCall { owner: trader, call: call.clone().into() });
    m.house("multicall.increase", trader, multicallCall { calls: vec![call.into()] });
}

/// What the curve cannot take, the curve itself, and several at once.
fn rescuing(m: &mut Meter) {
    let (market, keeper) = (m.s.market, account("keeper"));
    m.s.change(|params| {
        params.risk.liquidationTargetPpm = 80_000;
        params.risk.targetDepth = wad(12_000);
    });
    let weak: Vec<Address> = (0..5)
        .map(|number| {
            let one = m.s.trader(&format!("weak {number}"), 10_000);
            m.s.open(one, LONG, dollars(550), wad(5_000));
            one
        })
        .collect();
    m.s.set_price(wad_milli(94_500));
    m.s.move_mark(wad_milli(94_500));
    m.s.warp(2_000);
    let call = m.s.liquidate_call(weak[0]);
    m.house("liquidate.partial", keeper, call);
    let call = m.s.batch_call(&weak[1..3]);
    let before = weak[1..3].iter().map(|one| m.s.position(*one).size).collect::<Vec<_>>();
    m.house("liquidateBatch.two", keeper, call);
    for (one, before) in weak[1..3].iter().zip(before) {
        assert!(m.s.position(*one).size < before, "both are liquidated");
    }
    m.house("startTakeover", keeper, startTakeoverCall { marketId: market, trader: weak[3] });
    m.s.must(keeper, startTakeoverCall { marketId: market, trader: weak[4] });
    let taker = m.s.trader("taker", 10_000);
    let take = takeOverCall {
        marketId: market,
        trader: weak[3],
        base: U256::MAX,
        margin: dollars(2_000),
        priceLimit: U256::ZERO,
        deadline: U256::MAX,
    };
    m.house("takeOver", taker, take);
    m.s.warp(600);
    m.house("deleverage", keeper, deleverageCall { marketId: market, trader: weak[4], base: U256::MAX });
    m.house("catchUp", keeper, catchUpCall { marketId: market, trader: account("other side") });
    m.s.set_price(wad(96));
    m.s.warp(2_000);
    m.house("repeg", keeper, repegCall { marketId: market });
    m.house("adjustDepth", keeper, adjustDepthCall { marketId: market });
}

fn keeping(m: &mut Meter) {
    let (market, keeper) = (m.s.market, account("keeper"));
    m.house("settleFunding", keeper, settleFundingCall { marketId: market });
    m.house("payInsurance", keeper, payInsuranceCall { marketId: market });
    let healthy = m.s.trader("liquidated with margin left", 10_000);
    m.s.open(healthy, LONG, dollars(560), wad(5_000));
    let bankrupt = m.s.trader("liquidated with nothing left", 10_000);
    m.s.open(bankrupt, LONG, dollars(540), wad(5_000));
    let winner = m.s.trader("winner", 100_000);
    m.s.open(winner, SHORT, dollars(10_000), wad(20_000));
    m.s.set_price(wad(92));
    m.s.move_mark(wad(92));
    m.s.warp(2_000);
    let call = m.s.liquidate_call(healthy);
    m.house("liquidate", keeper, call);
    m.s.set_price(wad(82));
    m.s.move_mark(wad(82));
    let call = m.s.liquidate_call(bankrupt);
    m.house("liquidate.shortfall", keeper, call);
    m.house("withdrawReward", keeper, withdrawRewardCall { recipient: keeper });
    // The winner leaves first and waits; the first trader's loss is moved to where it can be paid from.
    let order = m.s.close_call(U256::MAX);
    m.house("closePosition.waiting", winner, order);
    let first = account("first");
    m.house("realizeLoss", keeper, realizeLossCall { marketId: market, trader: first });
    let claim = m.s.position(winner).claim;
    m.house(
        "claimProfit",
        winner,
        claimProfitCall { marketId: market, amount: claim, minPayout: U256::ZERO },
    );
}

fn administration(m: &mut Meter) {
    let owner = m.s.owner;
    let call = m.s.market_call(System::<Wasm>::params());
    m.house("createMarket", owner, call);
    let call = setMarketCall { marketId: m.s.market, feed: m.s.feed, params: System::<Wasm>::params() };
    m.house("setMarket", owner, call);
    m.house("setOpeningPaused", owner, setOpeningPausedCall { marketId: m.s.market, paused: true });
}

fn around(m: &mut Meter) {
    let (owner, anybody) = (m.s.owner, account("anybody"));
    let (source, feed, fund, token) = (m.s.source, m.s.feed, m.s.fund, m.s.token);
    m.tx("PostedAggregator.post", owner, source, PostedAggregator::postCall { answer: int(8_300_000_000) });
    m.view("PriceFeed.read", feed, PriceFeed::readCall {});
    m.tx("PriceFeed.poke", anybody, feed, PriceFeed::pokeCall {});
    m.s.give(anybody, dollars(1_000));
    let transfer = TestDollar::transferCall { to: account("first"), value: dollars(1) };
    m.tx("TestDollar.transfer", anybody, token, transfer);
    let approve = TestDollar::approveCall { spender: fund, value: dollars(10) }.abi_encode();
    m.s.backend.send(anybody, token, U256::ZERO, approve).unwrap();
    let deposit = InsuranceFund::depositCall { marketId: m.s.market, amount: dollars(10) };
    m.tx("InsuranceFund.deposit", anybody, fund, deposit);
}

#[test]
fn gas_is_that_of_the_committed_snapshot() {
    gas::compare("gas.json", &measure());
}

#[test]
fn no_operation_costs_more_in_a_market_with_more_accounts() {
    let few = crowded(live(), 8);
    let many = crowded(few.clone(), 9_990);
    assert_eq!((few.market().accounts, many.market().accounts), (U256::from(10), U256::from(10_000)));
    let (few, many) = (written(few), written(many));
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        // Nothing but the bytes of a place in the list may differ, and they cost the same.
        assert!(few.abs_diff(*many) <= 50, "{name}: {few} gas with 10 accounts, {many} with 10,000");
    }
}

/// So many more accounts in the market, that have margin there.
fn crowded(mut s: System<Wasm>, count: u32) -> System<Wasm> {
    let already = s.market().accounts;
    for number in 0..count {
        let saver = s.trader(&format!("saver {number} after {already}"), 10);
        s.must(saver, addMarginCall { marketId: s.market, amount: dollars(1) });
    }
    s
}

/// The gas of each write in this market.
fn written(s: System<Wasm>) -> Vec<(String, u64)> {
    let mut m = Meter { s, costs: Costs::new() };
    let again = m.s.clone();
    trading(&mut m);
    keeping(&mut m);
    let mut m = Meter { s: again, costs: m.costs };
    rescuing(&mut m);
    m.costs.into_iter().map(|(name, cost)| (name, cost.tx)).collect()
}
