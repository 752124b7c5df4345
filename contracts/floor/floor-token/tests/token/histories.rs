//! Random markets with a token: whoever comes, goes, gives and pays in whatever order, it adds up.
//!
//! `TOKEN_SEED` repeats a run, `TOKEN_MARKETS` is how many markets.

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;

use crate::{
    made::*,
    random::{Random, number_from_env},
    rig::{self, DAY, ONE, account, n},
};

/// What must have happened in some market.
const KINDS: [&str; 6] = ["deleveraged", "gift", "in debt", "redeemed", "unwrapped", "wrapped"];

struct History {
    desk: Desk,
    random: Random,
    people: Vec<Address>,
    mark: u128,
    counts: BTreeMap<&'static str, u64>,
}

/// What the market rounds the FP of a long by when it is traded, wei: it keeps units of them.
const ROUNDED: i128 = 2;

/// What a share is backed by: cash, FP, shares.
type Backing = (i128, u128, u128);

impl History {
    fn new(mut random: Random) -> Self {
        let desk = Desk::new();
        let people: Vec<Address> = (0..6)
            .map(|person| {
                let nfts = if person < 2 { 5 + random.below(6) } else { 0 };
                let cash = if person == 2 { 90_000 } else { random.between(3_500, 9_000) };
                desk.someone(&format!("person {person}"), nfts, cash)
            })
            .collect();
        desk.w.trade(people[0], people[3], 300, 1_000);
        desk.w.trade(people[2], people[4], 300, 1_000);
        Self { desk, random, people, mark: 1_000, counts: BTreeMap::new() }
    }

    fn try_send<C: SolCall>(&mut self, kind: &'static str, from: Address, call: C) -> Option<C::Return> {
        let done = self.desk.w.chain.send(from, TOKEN, call).ok();
        if done.is_some() {
            *self.counts.entry(kind).or_default() += 1;
        }
        done
    }

    fn backing(&self) -> Backing {
        let told = self.desk.view(backingCall {});
        (told.cash.try_into().unwrap(), told.fp.to(), self.desk.supply().to())
    }

    /// Each share has as much as before.
    fn require_not_less(&self, before: Backing) {
        let after = self.backing();
        let [(then_cash, then_fp, then), (cash, fp, now)] = [before, after];
        if then == 0 {
            return;
        }
        assert!(wide(fp + ROUNDED as u128) * wide(then) >= wide(then_fp) * wide(now), "{before:?} {after:?}");
        // A debt never grows, cash never shrinks, for a share.
        let (left, right) = (signed(cash) * signed(then as i128), signed(then_cash) * signed(now as i128));
        assert!(left >= right, "{before:?} {after:?}");
        let sum: U256 = self.people.iter().map(|who| self.desk.shares(*who)).sum();
        assert_eq!(sum + n(LOCKED), n(now), "every share is somebody's");
        assert_eq!(self.desk.has(TOKEN), (cash, i128::try_from(fp).unwrap()));
        self.desk.cash();
    }

    /// What somebody has in all, wei: wallet, account, shares.
    fn wealth(&self, who: Address) -> (i128, i128) {
        let (cash, fp) = self.desk.has(who);
        (cash + i128::try_from(self.desk.w.coins(who)).unwrap(), fp)
    }

    fn amount(&mut self, most: u128) -> U256 {
        let amount = self.random.between(1, most.max(1));
        n(if self.random.one_in(4) { amount / 1_000_000 + 1 } else { amount })
    }

    fn step(&mut self) {
        let who = self.random.pick(&self.people);
        match self.random.below(10) {
            0..=2 => self.wrap(who),
            3..=4 => self.unwrap(who),
            5 => {
                let amount = self.amount(3 * ONE);
                let call = rig::depositCashCall { amount, account: TOKEN };
                if self.desk.w.chain.send(who, rig::MARKET, call).is_ok() {
                    *self.counts.entry("gift").or_default() += 1;
                }
            }
            6 => self.deleverage(who),
            7 => {
                let other = self.random.pick(&self.people);
                let value = n(self.random.between(0, self.desk.shares(who).to()));
                self.desk.send(who, transferCall { to: other, value });
            }
            _ => self.epoch(),
        }
    }

    fn wrap(&mut self, who: Address) {
        let fp = self.amount(ONE);
        self.settle();
        let (before, mine) = (self.backing(), self.wealth(who));
        let Ok(told) = self.desk.w.chain.view(TOKEN, previewWrapCall { fp }) else { return };
        let call = wrapCall { fp, ..self.desk.wrap_call(who, 0) };
        if let Some(done) = self.try_send("wrapped", who, call) {
            assert_eq!((done.shares, done.cash), (told.shares, told.cash));
            let (cash, fps) = self.wealth(who);
            require_near(mine.1 - fps, fp.to());
            assert_eq!(mine.0 - cash, done.cash.to::<i128>());
            self.require_not_less(before);
        }
    }

    fn unwrap(&mut self, who: Address) {
        let all = self.desk.shares(who).to();
        let shares = if self.random.one_in(3) { n(all) } else { self.amount(all) };
        self.settle();
        let (before, mine) = (self.backing(), self.wealth(who));
        let Ok(told) = self.desk.w.chain.view(TOKEN, previewUnwrapCall { shares }) else { return };
        let call = self.desk.unwrap_call(who, shares);
        if let Some(done) = self.try_send("unwrapped", who, call) {
            assert_eq!((done.fp, done.cash), (told.fp, told.cash));
            let (cash, fps) = self.wealth(who);
            require_near(fps - mine.1, done.fp.to());
            if done.ticket.is_zero() {
                assert_eq!(int(cash - mine.0), done.cash);
            }
            if done.cash.is_negative() {
                *self.counts.entry("in debt").or_default() += 1;
            }
            self.require_not_less(before);
        }
    }

    fn deleverage(&mut self, who: Address) {
        let fp = self.amount(ONE);
        self.settle();
        let before = self.backing();
        let deadline = self.desk.w.deadline();
        let call = deleverageCall { account: who, fp, maxPrice: U256::MAX, deadline };
        if let Some(done) = self.try_send("deleveraged", who, call) {
            let (cash, left, _) = self.backing();
            require_near((before.1 - left) as i128, done.sold.to());
            let got = (done.sold * done.price / n(ONE)).to::<i128>();
            assert_eq!(cash - before.0, got, "sold at the mark");
            assert!(
                before.0 < 0 && cash <= (done.price / n(ONE)).to::<i128>() + 1,
                "and no more than clears it"
            );
        }
    }

    fn epoch(&mut self) {
        self.mark = (self.mark * self.random.between(90, 111) / 100).clamp(300, 3_000);
        let index = self.mark * self.random.between(85, 118) / 100;
        self.desk.w.prices(self.mark, index);
        self.desk.w.chain.warp(DAY);
    }

    /// Pays what is due, so that what is seen is what a call meets.
    fn settle(&self) {
        self.desk.w.poke();
    }

    /// The market is shut, all is paid that can be, and each share of whoever asks gets the same.
    fn end(&mut self) {
        let owner = self.desk.w.owner;
        self.settle();
        self.desk.w.send(owner, rig::shutDownCall {});
        let everybody: Vec<Address> = self.people.iter().copied().chain([TOKEN, rig::HOUSE]).collect();
        for who in everybody {
            let call = rig::closeAccountsCall { accounts: vec![who] };
            let _ = self.desk.w.chain.send(owner, rig::MARKET, call);
        }
        let supply = self.desk.supply().to::<u128>();
        let (mut given, mut paid) = (BTreeMap::<Address, u128>::new(), 0_u128);
        for _ in 0..30 {
            let who = self.random.pick(&self.people);
            match self.random.below(4) {
                0 => drop(self.desk.w.chain.send(owner, rig::MARKET, rig::distributeCall {})),
                1 => drop(self.desk.w.chain.send(who, rig::MARKET, rig::claimCall { account: TOKEN })),
                _ => {
                    let shares = n(self.random.between(0, self.desk.shares(who).to()));
                    let call = redeemAfterEndCall { shares, to: account("purse") };
                    if let Some(more) = self.try_send("redeemed", who, call) {
                        *given.entry(who).or_default() += shares.to::<u128>();
                        paid += more.to::<u128>();
                        // Exactly his part of all that came, whenever he asked before.
                        let came = paid + self.desk.w.coins(TOKEN);
                        let told = self.desk.view(givenAfterEndCall { holder: who });
                        assert_eq!(told.shares.to::<u128>(), given[&who]);
                        assert_eq!(told.paid, n(came) * n(given[&who]) / n(supply));
                    }
                }
            }
        }
        assert_eq!(self.desk.w.coins(account("purse")), paid);
    }
}

fn require_near(moved: i128, told: i128) {
    assert!(moved.abs_diff(told) <= ROUNDED as u128, "{moved} {told}");
}

fn wide(value: u128) -> U256 {
    n(value)
}

fn signed(value: i128) -> I256 {
    int(value)
}

#[test]
fn random_markets_leave_each_share_what_it_had() {
    let mut seeds = Random::from_env("TOKEN_SEED");
    let markets = number_from_env("TOKEN_MARKETS").unwrap_or(12);
    let mut counts = BTreeMap::<&str, u64>::new();
    // What is rare gets more markets to happen in.
    for market in 0..markets * 10 {
        if market >= markets && KINDS.iter().all(|kind| counts.contains_key(kind)) {
            break;
        }
        let mut history = History::new(Random::new(seeds.next()));
        for _ in 0..80 {
            history.step();
        }
        history.end();
        for (kind, count) in history.counts {
            *counts.entry(kind).or_default() += count;
        }
    }
    println!("{counts:?}");
    for kind in KINDS {
        assert!(counts.contains_key(kind), "{kind} never happened: {counts:?}");
    }
}
