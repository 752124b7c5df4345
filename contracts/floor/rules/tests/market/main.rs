//! Whole markets at random: people who trade, borrow, are liquidated and give up, until the market is shut and paid out.
//!
//! `FLOOR_SEED` repeats a run; `FLOOR_MARKETS` sets how many markets there are (800 unless told otherwise). After every call
//! these hold:
//!
//! | what | |
//! |---|---|
//! | FP | of all shorts is that of all longs, to the wei |
//! | cash | held is at least the reserve, what is waited for, and all accounts' cash, debts deducted |
//! | holders | never owe cash, and are not liquidated by any price while their NFTs cover their short |
//! | a sale | proceeds are what was bought back, fees, the starter's reward and what is left to the owner |
//! | headroom | what can be withdrawn can be paid while it is not negative |
//! | the end | nobody gets more than his claim, all together no more than there is, and dust is left |

#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../support/rig.rs"]
#[allow(dead_code)]
mod rig;
#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use everfloor_floor_rules::{
    Account, Auction, Curve, FloorError, Kind, Market, Params, Position, Prices, Shelves, Shutdown,
    auction::{Bid, Cause, Terms},
    curve::RAY,
    ledger::HOUSE,
    params::{Leverage, NftTest},
};
use everfloor_math::mul_div_down_u128;
use random::{Random, number_from_env};
use rig::{Floor, LITERAL};
use support::{Memory, ONE};

/// Calls of one market.
const LENGTH: u32 = 250;
const BONUS: u128 = ONE / 50;
const KINDS: [&str; 27] = [
    "trade",
    "trade refused",
    "deposit",
    "withdraw",
    "withdraw refused",
    "waited for",
    "lock",
    "unlock",
    "unlock refused",
    "fund",
    "kick",
    "take",
    "take: with FP",
    "take: ended",
    "take: insured",
    "take: shortfall",
    "redo",
    "cure",
    "voluntary",
    "take over short",
    "take over long",
    "loss",
    "close bankrupt",
    "buy from house",
    "end: kept",
    "end: redeemed",
    "end: sold",
];

type Refusal = Box<FloorError>;

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

/// What markets are suggested to be.
const SUGGESTED: Params = Params {
    opening: 75 * ONE / 100,
    maintenance: 88 * ONE / 100,
    cure: 80 * ONE / 100,
    long_initial: ONE / 4,
    ..LITERAL
};

const TERMS: Terms = Terms {
    curve: Curve { step: 600, cut: 985_663_198_640_187_574_667_594_155, tail: 50_400, cusp: 3 * RAY / 10 },
    top: 2 * ONE,
    chop: ONE / 20,
    voluntary_fee: ONE / 200,
    tip: ONE / 100,
    chip: ONE / 100,
    expected: 95 * ONE / 100,
    fall: ONE / 2,
    capacity: u32::MAX,
    spacing: 0,
};

struct World {
    random: Random,
    floor: Floor,
    sales: Vec<Auction>,
    now: u64,
    epoch: u32,
    /// The lowest mark, percent of the index: whether shorts or longs pay for most of this market's life.
    bias: u128,
    counts: BTreeMap<&'static str, u64>,
}

impl World {
    fn new(mut random: Random) -> Self {
        let leverage = random.pick(&[Leverage::Exact, Leverage::Threshold, Leverage::Ramp]);
        let base = random.pick(&[LITERAL, SUGGESTED]);
        let nft_test = random.pick(&[NftTest::Index, NftTest::Index, NftTest::Excess]);
        let mut floor = Floor::new(Params { leverage, nft_test, ..base });
        floor.params.check().unwrap();
        let reserve = random.pick(&[0, ONE, 20 * ONE, 60 * ONE]);
        floor.market.vault.receive(reserve).unwrap();
        floor.market.vault.reserve = reserve;
        for _ in 0..8 {
            let nfts = if random.one_in(2) { random.below(4) as u32 } else { 0 };
            let cash = if random.one_in(3) { 0 } else { random.between(0, 60 * ONE) };
            floor.account(nfts, cash);
        }
        let bias = random.pick(&[82, 84, 92, 99]);
        Self { random, floor, sales: Vec::new(), now: 0, epoch: 0, bias, counts: BTreeMap::new() }
    }

    fn count(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }

    fn people(&self) -> Vec<u32> {
        self.floor.memory.accounts.keys().copied().filter(|id| *id != HOUSE).collect()
    }

    fn someone(&mut self) -> u32 {
        let people = self.people();
        self.random.pick(&people)
    }

    /// Somebody who may be liquidated, or anybody.
    fn debtor(&mut self) -> u32 {
        let (prices, params) = (self.floor.prices, self.floor.params);
        let people = self.people();
        let found =
            people.iter().find(|id| self.floor.position(**id).is_liquidatable(prices, &params).unwrap());
        match found {
            Some(id) => *id,
            None => self.someone(),
        }
    }

    fn amount(&mut self, most: u128) -> u128 {
        if self.random.one_in(3) { most } else { self.random.between(0, most) }
    }

    fn trade(&mut self) {
        let (seller, buyer) = (self.someone(), self.someone());
        if seller == buyer {
            return;
        }
        let nfts = self.floor.memory.account(seller).nfts;
        let fp = if nfts != 0 && self.random.one_in(2) {
            // All that the NFTs cover: what holders come for.
            let limit = i(u128::from(nfts) * self.floor.params.opening);
            (limit + self.floor.view(seller).fp).max(i(ONE / 1000)).unsigned_abs()
        } else {
            self.random.between(ONE / 1000, 2 * ONE)
        };
        let near = self.floor.prices.mark / 20;
        let price = self.floor.prices.mark - near + self.random.between(0, 2 * near);
        let refused = self.floor.sell(seller, buyer, fp, price).is_err();
        self.count(if refused { "trade refused" } else { "trade" });
    }

    fn cash(&mut self) {
        let id = self.someone();
        if self.random.one_in(4) {
            let cash = self.random.between(1, 10 * ONE);
            self.bring(id, cash);
            self.count("deposit");
            return;
        }
        let has = self.floor.view(id).cash.max(0).unsigned_abs();
        let cash = if self.random.one_in(4) { has + self.floor.prices.mark / 4 } else { self.amount(has) };
        let before = self.floor.market.vault.held;
        match self.floor.withdraw(id, cash) {
            Ok(paid) => {
                assert_eq!(before - self.floor.market.vault.held, paid);
                self.count(if paid < cash { "waited for" } else { "withdraw" });
            }
            Err(_) => self.count("withdraw refused"),
        }
    }

    /// Cash, unless it is too little for the debt of a long that was closed out: that is paid whole or not at all.
    fn bring(&mut self, id: u32, cash: u128) {
        let view = self.floor.view(id);
        if view.fp != 0 || view.cash + i(cash) >= 0 {
            self.floor.deposit(id, cash);
        }
    }

    fn nfts(&mut self) {
        let id = self.someone();
        if self.random.one_in(2) {
            let locked = self.floor.on(id, |market, memory, account, _, _| market.lock(memory, account, 1));
            if locked.is_ok() {
                self.count("lock");
            }
        } else {
            let done = self.floor.unlock(id, 1);
            self.count(if done.is_ok() { "unlock" } else { "unlock refused" });
        }
    }

    fn fund(&mut self) {
        self.epoch += 1;
        let Floor { market, memory, params, prices } = &mut self.floor;
        if market.ledger.begin_payment(self.epoch, *prices, &params.terms).unwrap().is_none() {
            market.ledger.continue_payment(memory, u32::MAX, |_| {}).unwrap().unwrap();
        }
        self.count("fund");
    }

    /// Prices move, seldom far; the mark stays within a fifth of the index.
    fn move_prices(&mut self) {
        let Prices { index, .. } = self.floor.prices;
        let percent =
            if self.random.one_in(12) { self.random.between(40, 220) } else { self.random.between(93, 107) };
        let index = (index * percent / 100).clamp(ONE / 10, 1_000 * ONE);
        let mark = index * (self.bias + self.random.between(0, 18)) / 100;
        self.floor.prices = Prices { mark, index };
        self.now += self.random.below(60_000);
    }

    fn kick(&mut self) {
        let id = self.debtor();
        let nfts = self.random.below(4) as u32;
        let now = self.now;
        let kicked = self.floor.on(id, |market, memory, account, prices, params| {
            market.kick(memory, account, nfts, prices, params, &TERMS, 0, now)
        });
        if let Ok(sale) = kicked {
            self.sales.push(sale);
            self.count("kick");
        }
    }

    fn voluntary(&mut self) {
        let (id, now) = (self.someone(), self.now);
        let (top, reserve) = (self.floor.prices.index * 2, self.floor.prices.index * 11 / 10);
        let started = self.floor.on(id, |market, memory, account, prices, params| {
            market.start_voluntary(
                memory,
                account,
                1,
                (top, reserve),
                TERMS.curve,
                prices,
                params,
                &TERMS,
                now,
            )
        });
        if let Ok(sale) = started {
            self.sales.push(sale);
            self.count("voluntary");
        }
    }

    fn take(&mut self) {
        if self.sales.is_empty() {
            return;
        }
        let at = self.random.below(self.sales.len() as u64) as usize;
        let mut sale = self.sales[at];
        if sale.needs_reset(self.now).unwrap() {
            self.floor.market.redo(&mut sale, self.floor.prices, &TERMS, self.now).unwrap();
            self.sales[at] = sale;
            self.count("redo");
            return;
        }
        let payer = Some(self.someone()).filter(|id| *id != sale.account);
        let fp = payer.map_or(0, |id| self.floor.view(id).fp.max(0).unsigned_abs());
        let bid = Bid { nfts: 1, max_price: u128::MAX, fp: self.amount(fp) };
        let (before, vault, now) = (self.floor.view(sale.account), self.floor.market.vault, self.now);
        let taken = self.floor.on(sale.account, |market, memory, account, prices, params| {
            let mut other = payer.map(|id| memory.account(id));
            let taken = market.take(memory, &mut sale, account, other.as_mut(), &bid, prices, params, now)?;
            if let Some(other) = other {
                memory.set_account(&other);
            }
            Ok::<_, Refusal>(taken)
        });
        let Ok(taken) = taken else { return };
        // Proceeds and the account's cash are all somewhere.
        let (after, held) = (self.floor.view(sale.account), self.floor.market.vault);
        assert_eq!(held.held + taken.reward, vault.held + taken.owe);
        assert_eq!(held.reserve + taken.insured, vault.reserve + taken.fee);
        let there = before.cash + i(taken.owe) + i(taken.insured);
        assert_eq!(there, i(taken.reward) + i(taken.paid_to_longs) + i(taken.fee) + after.cash);
        assert!((after.fp - before.fp - i(taken.bought)).abs() <= 1_000, "{before:?} {after:?} {taken:?}");
        for (happened, kind) in [
            (true, "take"),
            (taken.fp != 0, "take: with FP"),
            (taken.ended, "take: ended"),
            (taken.insured != 0, "take: insured"),
            (taken.shortfall != 0, "take: shortfall"),
        ] {
            if happened {
                self.count(kind);
            }
        }
        if taken.ended {
            self.sales.swap_remove(at);
        } else {
            self.sales[at] = sale;
        }
    }

    fn cure(&mut self) {
        let Some(at) = self.sales.iter().position(|sale| sale.cause == Cause::Liquidation) else { return };
        let mut sale = self.sales[at];
        let cash = self.random.between(0, 30 * ONE);
        self.bring(sale.account, cash);
        let cured = self.floor.on(sale.account, |market, memory, account, prices, params| {
            market.cure(memory, &mut sale, account, prices, params)
        });
        if cured.is_ok() {
            self.sales.swap_remove(at);
            self.count("cure");
        }
    }

    fn take_over(&mut self) {
        let (id, by) = (self.debtor(), self.someone());
        if id == by {
            return;
        }
        let view = self.floor.view(id);
        let fp = self.amount(view.fp.unsigned_abs());
        if self.random.one_in(4) {
            let epoch = self.epoch;
            let closed = self.floor.on(id, |market, memory, account, prices, _| {
                market.close_bankrupt(memory, account, epoch, prices)
            });
            if let Ok(closed) = closed {
                self.count("close bankrupt");
                self.pay_loss(closed.loss);
            }
            return;
        }
        let epoch = self.epoch;
        let done = self.floor.on(id, |market, memory, account, prices, params| {
            let mut taker = memory.account(by);
            let done = market.take_over(memory, account, &mut taker, fp, BONUS, epoch, prices, params)?;
            memory.set_account(&taker);
            Ok::<_, Refusal>(done)
        });
        let Ok(done) = done else { return };
        self.count(if view.fp < 0 { "take over short" } else { "take over long" });
        self.pay_loss(done.loss);
    }

    fn pay_loss(&mut self, loss: u128) {
        if loss != 0 {
            let Floor { market, memory, .. } = &mut self.floor;
            market.ledger.continue_payment(memory, u32::MAX, |_| {}).unwrap().unwrap();
            self.count("loss");
            self.buy_from_house();
        }
    }

    fn buy_from_house(&mut self) {
        let house = self.floor.memory.account(HOUSE);
        let has = self.floor.market.ledger.view(&self.floor.memory, &house).unwrap().fp.max(0).unsigned_abs();
        if has == 0 {
            return;
        }
        let (by, fp, epoch) = (self.floor.account(0, 1_000_000 * ONE), self.amount(has), self.epoch);
        let done = self.floor.on(by, |market, memory, account, prices, params| {
            market.buy_from_house(memory, account, fp, BONUS, epoch, prices, params)
        });
        if let Ok(done) = done {
            self.count("buy from house");
            self.pay_loss(done.loss);
        }
    }

    fn step(&mut self) {
        match self.random.below(30) {
            0..=6 => self.trade(),
            7..=10 => self.cash(),
            11 => self.nfts(),
            12..=14 => self.move_prices(),
            15..=17 => self.fund(),
            18..=20 => self.kick(),
            21..=23 => self.take(),
            24 => self.cure(),
            25 => self.voluntary(),
            26 | 27 => self.take_over(),
            _ => self.buy_from_house(),
        }
    }

    fn check(&self) {
        let Floor { market, memory, params, .. } = &self.floor;
        let (mut shorts, mut cash) = (0, 0_i128);
        for account in memory.accounts.values() {
            let view = market.ledger.view(memory, account).unwrap();
            cash += view.cash;
            if account.kind == Kind::Funded || account.kind == Kind::Margined {
                shorts += account.quantity;
            }
            assert!(account.auctioned <= account.nfts);
            if view.fp < 0 && account.nfts > 0 {
                assert!(view.cash >= 0);
                self.check_holder(&Position { holding: view, nfts: account.nfts }, params);
            }
            let closed_out = account.kind == Kind::Leveraged || account.kind == Kind::Long;
            assert!(view.fp != 0 || view.cash >= 0 || closed_out, "a debt of nobody's: {account:?}");
        }
        let mut id = market.ledger.top;
        while id != 0 {
            let cohort = memory.cohort(id);
            shorts += cohort.amount;
            id = cohort.below;
        }
        assert_eq!(shorts, market.ledger.longs.total, "shorts are longs");
        let owned = cash + i(market.vault.reserve) + i(market.vault.queue.waiting());
        assert!(owned <= i(market.vault.held), "{owned} of {} held", market.vault.held);
        assert!(
            i(market.vault.held) - owned < 200_000,
            "{owned} of {} held: more than dust",
            market.vault.held
        );
        self.check_headroom(market, memory);
    }

    fn check_holder(&self, position: &Position, params: &Params) {
        let covered = position.holding.fp.unsigned_abs() <= u128::from(position.nfts) * params.maintenance;
        if covered && params.nft_test != NftTest::Mark {
            for index in [1, ONE, 1_000_000 * ONE] {
                for mark in [0, ONE, 1_000_000 * ONE] {
                    assert!(!position.is_liquidatable(Prices { mark, index }, params).unwrap());
                }
            }
        }
    }

    /// What can be withdrawn can be paid while the headroom is not negative and nobody is below his initial margin.
    fn check_headroom(&self, market: &Market, memory: &Memory) {
        let (mark, params) = (self.floor.prices.mark, &self.floor.params);
        let capital = market.vault.capital(&market.ledger, mark, params).unwrap();
        let mut withdrawable = i(market.vault.queue.waiting());
        for account in memory.accounts.values() {
            let view = market.ledger.view(memory, account).unwrap();
            let lock = if account.kind == Kind::Margined {
                let worth = mul_div_down_u128(view.fp.unsigned_abs(), mark, ONE).unwrap();
                i(worth + mul_div_down_u128(worth, params.short_initial, ONE).unwrap())
            } else {
                0
            };
            withdrawable += (view.cash - lock).max(0);
        }
        if capital.headroom().unwrap() >= 0 {
            let slack = i(mark); // Those below their initial margin, and what payments alone brought into debt.
            let missing = withdrawable - i(market.vault.held);
            let lacking: i128 = memory
                .accounts
                .values()
                .filter(|account| matches!(account.kind, Kind::Margined | Kind::Long | Kind::Leveraged))
                .map(|account| (account, market.ledger.view(memory, account).unwrap()))
                .map(|(account, view)| match account.kind {
                    Kind::Margined => {
                        (i(view.fp.unsigned_abs()) / i(ONE) + 1) * i(mark) * 3 / 2 + view.cash.min(0).abs()
                    }
                    _ => view.cash.abs(),
                })
                .sum();
            assert!(missing <= lacking + slack, "{missing} cannot be paid");
        }
    }

    /// Everybody withdraws what he can: whether that can be paid is what the headroom is for.
    fn run_on_the_bank(&mut self) {
        for id in self.people() {
            let has = self.floor.view(id).cash.max(0).unsigned_abs();
            for part in [has, has / 2] {
                if let Ok(paid) = self.floor.withdraw(id, part) {
                    self.count(if paid < part { "waited for" } else { "withdraw" });
                    break;
                }
            }
            self.check();
        }
    }

    /// Shuts the market and pays everybody out, in any order.
    fn end(&mut self) {
        let price = self.floor.prices.index;
        let Floor { market, memory, .. } = &mut self.floor;
        // Of longs that were closed out and not written down since, cash moves between the ranks when it is.
        let closed_out = memory
            .accounts
            .values()
            .any(|account| account.kind.is_long() && market.ledger.view(memory, account).unwrap().fp == 0);
        let mut end = Shutdown::begin(market, price, self.now + 1_000).unwrap();
        let mut claims = Vec::new();
        let (mut brought, held) = (0, market.vault.held);
        let mut ids: Vec<u32> = memory.accounts.keys().copied().collect();
        let mut unsold = Vec::new();
        while !ids.is_empty() {
            let id = ids.swap_remove(self.random.below(ids.len() as u64) as usize);
            let mut account: Account = memory.account(id);
            if account.nfts > 0 && self.random.one_in(3) {
                let nfts = account.nfts;
                brought += end.redeem(market, memory, &mut account, nfts, self.now).unwrap();
                claims.push(end.close(market, memory, &mut account).unwrap());
                *self.counts.entry("end: redeemed").or_default() += 1;
            } else if account.nfts > 0 && end.can_close(market, memory, &account).unwrap() {
                claims.push(end.close(market, memory, &mut account).unwrap());
                *self.counts.entry("end: kept").or_default() += 1;
            } else if account.nfts > 0 {
                unsold.push(id);
            } else {
                claims.push(end.close(market, memory, &mut account).unwrap());
            }
            memory.set_account(&account);
            if self.random.one_in(3) && end.distribute(market).is_ok() {
                for claim in &mut claims {
                    end.pay(market, claim).unwrap();
                }
            }
        }
        for id in unsold {
            let mut account = memory.account(id);
            let proceeds = self.random.between(0, price * 2) * u128::from(account.nfts);
            let nfts = account.nfts;
            end.sold(market, memory, &mut account, nfts, proceeds).unwrap();
            brought += proceeds;
            claims.push(end.close(market, memory, &mut account).unwrap());
            memory.set_account(&account);
            *self.counts.entry("end: sold").or_default() += 1;
        }
        end.distribute(market).unwrap();
        for claim in &mut claims {
            end.pay(market, claim).unwrap();
            assert!(claim.paid <= claim.amount);
        }
        let paid: u128 = claims.iter().map(|claim| claim.paid).sum();
        assert_eq!(paid + market.vault.held, held + brought);
        let claimed: u128 = claims.iter().map(|claim| claim.amount).sum();
        let left = market.vault.held.saturating_sub(market.vault.queue.waiting());
        assert!(
            claims.iter().all(|claim| claim.paid == claim.amount) || left < 100_000 + claimed / ONE,
            "{left} left of {claimed}"
        );
        assert!(
            closed_out
                || claims.iter().all(|claim| claim.is_long || claim.paid == claim.amount)
                || claims.iter().all(|claim| !claim.is_long || claim.paid < 100),
            "the first rank is paid first: {end:?} {claims:?}"
        );
    }
}

#[test]
fn random_markets_keep_every_promise_until_they_are_paid_out() {
    let mut seeds = Random::from_env("FLOOR_SEED");
    let markets = number_from_env("FLOOR_MARKETS").unwrap_or(800);
    let mut counts = BTreeMap::<&str, u64>::new();
    // A kind that is rare gets more markets to happen in.
    for market in 0..markets * 10 {
        if market >= markets && KINDS.iter().all(|kind| counts.contains_key(kind)) {
            break;
        }
        let mut world = World::new(Random::new(seeds.next()));
        for _ in 0..LENGTH {
            world.step();
            world.check();
        }
        if world.random.one_in(2) {
            world.run_on_the_bank();
        }
        world.end();
        for (kind, count) in world.counts {
            *counts.entry(kind).or_default() += count;
        }
    }
    println!("{counts:?}");
    for kind in KINDS {
        assert!(counts.contains_key(kind), "{kind} never happened");
    }
}
