//! What the pool's operations cost on the local chain, against the committed snapshot `test/gas-puts.json`.
//!
//! All programs are cached, as a deployment asks for. There are two writers and a purchase before, and the queue, the
//! escrow and the rewards are in use, so that what is measured is the usual and not the first.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, EPOCH, PutSystem, Wasm,
    abi::{Bonding, PriceHistory, PutPool::*, WriterPosition},
    account,
    gas::{self, Cost, Costs, cost},
    wad, wad_milli,
};

/// What each of these is to cost at most, `exec`.
const TARGETS: &[(&str, u64)] = &[
    ("PutPool.deposit", 110_000),
    ("PutPool.purchase", 140_000),
    ("PutPool.roll", 160_000),
    ("PutPool.requestExit", 60_000),
    ("PutPool.claimFees", 60_000),
    ("PutPool.claimRewards", 60_000),
];

struct Meter {
    s: PutSystem<Wasm>,
    costs: Costs,
}

impl Meter {
    fn tx<C: SolCall>(&mut self, name: &str, from: Address, to: Address, call: C) -> Cost {
        let data = call.abi_encode();
        let sent = self.s.backend.send(from, to, U256::ZERO, data.clone());
        let sent = sent.unwrap_or_else(|revert| panic!("{name}: {revert:?}"));
        self.note(name, cost(sent.gas, &data))
    }

    fn pool<C: SolCall>(&mut self, name: &str, from: Address, call: C) -> Cost {
        let pool = self.s.pool;
        self.tx(&format!("PutPool.{name}"), from, pool, call)
    }

    fn view<C: SolCall>(&mut self, name: &str, to: Address, call: C) {
        let data = call.abi_encode();
        let outcome = self.s.backend.chain().call(account("anybody"), to, data.clone());
        assert!(outcome.success, "{name}");
        self.note(name, cost(outcome.gas_used, &data));
    }

    fn note(&mut self, name: &str, cost: Cost) -> Cost {
        let known = TARGETS.iter().find(|(target, _)| name == *target);
        let cost = cost.with_target(known.map(|(_, most)| *most));
        assert!(self.costs.insert(name.into(), cost).is_none(), "{name} is measured twice");
        cost
    }
}

/// A pool in use.
fn live() -> PutSystem<Wasm> {
    let mut s = PutSystem::<Wasm>::new();
    let (alice, first) = s.deposit("alice", wad(1_000));
    s.deposit("bob", wad(3_000));
    // So that who is paid has been paid before.
    for (token, account) in [(s.weth, account("bob")), (s.dpx, account("bob")), (s.weth, s.buyer)] {
        s.give_token(token, account, U256::ONE);
    }
    s.fund_escrow(wad(500));
    s.begin_rewards();
    s.purchase(wad(1_000), wad(100));
    s.must(alice, requestExitCall { id: first, shares: wad(1) });
    s.roll_at(wad_milli(200));
    s.mark_at(wad_milli(200));
    s.purchase(wad(1_000), wad(200));
    s.must(alice, requestExitCall { id: first, shares: wad(1) });
    s.backend.warp(EPOCH / 3);
    s.mark_at(wad_milli(199));
    s
}

#[test]
fn gas_is_that_of_the_committed_snapshot() {
    let mut m = Meter { s: live(), costs: Costs::new() };
    let (buyer, bob) = (m.s.buyer, account("bob"));
    let carol = m.s.writer("carol", wad(1_000));
    let call = m.s.deposit_call(carol, wad(100));
    m.pool("deposit", carol, call);
    let call = m.s.deposit_call(carol, wad(100));
    m.pool("deposit.again", carol, call);
    let call = m.s.purchase_call(wad(1_000), wad(300));
    m.pool("purchase", buyer, call);
    let call = m.s.purchase_call(wad(1_000), wad(400));
    m.pool("purchase.sameStrike", buyer, call);
    let id = U256::from(2);
    m.pool("requestExit", bob, requestExitCall { id, shares: wad(10) });
    m.pool("cancelExit", bob, cancelExitCall { id, shares: wad(5) });
    m.s.backend.warp(1_000);
    m.pool("claimFees", bob, claimFeesCall { id, recipient: bob });
    m.pool("claimRewards", bob, claimRewardsCall { id, recipient: bob });
    m.s.backend.warp(1_000);
    m.pool("claim", bob, claimCall { id, recipient: bob });
    m.pool("split", bob, splitCall { id, shares: wad(1) });
    m.pool("merge", bob, mergeCall { into: id, from: U256::from(5) });
    let donor = m.s.writer("donor", wad(10));
    m.pool("fundEscrow", donor, fundEscrowCall { amount: wad(1) });
    m.pool("withdrawEscrow", buyer, withdrawEscrowCall { amount: wad(1), recipient: donor });
    m.pool("reportSupply", buyer, reportSupplyCall { supply: wad(350) });
    m.pool("coverAtMost", buyer, coverAtMostCall { units: wad(3_999) });
    let positions = m.s.positions;
    let transfer = WriterPosition::transferFromCall { from: bob, to: carol, tokenId: id };
    m.tx("WriterPosition.transferFrom", bob, positions, transfer);
    let (pool, history) = (m.s.pool, m.s.history);
    m.view("PutPool.poolState", pool, poolStateCall {});
    m.view("PutPool.position", pool, positionCall { id });
    m.view("PutPool.quotePut", pool, quotePutCall { units: wad(1) });
    m.view("PriceHistory.mark", history, PriceHistory::markCall {});
    m.tx("PriceHistory.record", donor, history, PriceHistory::recordCall {});
    m.s.end_epoch_at(wad_milli(140));
    m.pool("roll", donor, rollCall {});
    m.pool("collectPayoff", buyer, collectPayoffCall {});
    m.s.end_epoch_at(wad_milli(200));
    m.pool("roll.withoutPurchases", donor, rollCall {});
    bonding(&mut m);
    gas::compare("gas-puts.json", &m.costs);
}

fn bonding(m: &mut Meter) {
    let mut s = PutSystem::<Wasm>::bonded();
    s.deposit("alice", wad(1_000));
    s.fund_escrow(wad(500));
    let bonder = s.bonder("bonder");
    s.bond(bonder, wad(8));
    s.backend.warp(EPOCH / 6);
    s.mark_at(wad_milli(199));
    let (bonding, dpx_eth) = (s.buyer, s.dpx_eth);
    s.approve(dpx_eth, bonder, bonding);
    let mut b = Meter { s, costs: core::mem::take(&mut m.costs) };
    let call = b.s.bond_call(bonder, wad(8));
    b.tx("Bonding.bond", bonder, bonding, call);
    b.tx("Bonding.redeem", bonder, bonding, Bonding::redeemCall { bondId: U256::ONE, recipient: bonder });
    let call = Bonding::redeemBackingCall {
        amount: wad(1),
        minCollateral: U256::ZERO,
        minUnderlying: U256::ZERO,
        recipient: bonder,
        deadline: U256::MAX,
    };
    b.tx("Bonding.redeemBacking", bonder, bonding, call);
    m.costs = b.costs;
}

#[test]
fn nothing_costs_more_with_more_writers_or_more_purchases() {
    let few = rolled(crowded(1, 1));
    let many = rolled(crowded(10_000, 300));
    for (name, few) in &few {
        let many = many[name];
        // A roll reads the purchases' tree, by a bounded number of nodes whatever their number.
        let most = if *name == "roll" { 60_000 } else { 600 };
        assert!(many <= few + most, "{name}: {few} gas with one writer and purchase, {many} with many");
    }
}

/// A pool with so many writers, and purchases at as many prices.
fn crowded(writers: u64, purchases: u64) -> PutSystem<Wasm> {
    let mut s = PutSystem::<Wasm>::new();
    s.fund_escrow(wad(5_000));
    for number in 0..writers {
        s.deposit(&format!("writer {number}"), wad(10));
    }
    s.deposit("big", wad(100_000));
    s.begin_rewards();
    for number in 0..purchases {
        if number % 10 == 0 {
            s.mark_at(wad_milli(200 + number * 7 % 101));
        }
        s.purchase(wad(1) + U256::from(number), wad(1));
    }
    s
}

/// Gas of what anybody does at the end of an epoch and after it.
fn rolled(mut s: PutSystem<Wasm>) -> std::collections::BTreeMap<&'static str, u64> {
    let id = U256::ONE;
    let writer = account("writer 0");
    let mut costs = std::collections::BTreeMap::new();
    costs.insert("requestExit", s.must(writer, requestExitCall { id, shares: wad(1) }).gas);
    s.end_epoch_at(wad_milli(180));
    costs.insert("roll", s.must(account("keeper"), rollCall {}).gas);
    s.backend.warp(1_000);
    costs.insert("claim", s.must(writer, claimCall { id, recipient: writer }).gas);
    let newcomer = s.writer("newcomer", wad(10));
    let call = s.deposit_call(newcomer, wad(10));
    costs.insert("deposit", s.must(newcomer, call).gas);
    costs
}
