//! A random history of a market on the chain: after every call what is held is what is owed, and in the end everybody who is
//! flat leaves with what is his.
//!
//! `FLOOR_SEED` chooses it (it is printed), `FLOOR_STEPS` its length.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_test::{Backend, FloorSystem, ONE, Told, abi::FloorMarket::*, account};

use crate::random::{Random, number_from_env};

/// What must have happened.
const KINDS: [&str; 11] = [
    "cured or redone",
    "deposited",
    "epoch",
    "kicked",
    "locked",
    "offered",
    "taken",
    "taken over",
    "traded",
    "unlocked",
    "withdrawn",
];

struct History {
    s: FloorSystem,
    random: Random,
    people: Vec<Address>,
    price: u128,
    done: BTreeMap<&'static str, u64>,
}

impl History {
    fn new(random: Random) -> Self {
        let mut s = FloorSystem::told_with(|params, auctions| {
            params.opening = U256::from(ONE * 9 / 10);
            params.maintenance = U256::from(ONE * 95 / 100);
            params.cure = U256::from(ONE * 85 / 100);
            params.fee = U256::from(ONE / 1_000);
            params.bonus = U256::from(ONE / 50);
            auctions.chop = U256::from(ONE / 20);
            auctions.chip = U256::from(ONE / 100);
            auctions.top = U256::from(ONE * 11 / 10);
        });
        let people = (0..8).map(|number| s.trader(&format!("person {number}"))).collect::<Vec<_>>();
        for (number, who) in people.iter().enumerate() {
            s.lock(*who, 3 * (number as u64 % 2));
            s.deposit(*who, (3 + 9 * number as u128) * ONE);
        }
        Self { s, random, people, price: 10 * ONE, done: BTreeMap::new() }
    }

    /// Sends a call, which may be refused for a reason that has a name, and looks whether all is still there.
    fn try_send<C: SolCall>(&mut self, kind: &'static str, from: Address, call: C) -> bool {
        let sent = self.s.send(from, call);
        self.s.assert_conserved();
        match sent {
            Ok(_) => {
                *self.done.entry(kind).or_default() += 1;
                true
            }
            Err(revert) => {
                assert!(revert.0.len() >= 4 && revert.0[..4] != Overflow::SELECTOR, "{kind}: {revert:?}");
                false
            }
        }
    }

    fn person(&mut self) -> Address {
        self.random.pick(&self.people)
    }

    /// A part of an amount.
    fn some(&mut self, of: u128) -> u128 {
        of * u128::from(1 + self.random.below(100)) / 100
    }

    fn trade(&mut self) {
        let (buyer, seller) = (self.person(), self.person());
        let (fp, price) = (self.some(6 * ONE), self.price * (90 + u128::from(self.random.below(21))) / 100);
        let call = self.s.trade_call(buyer, seller, fp, price);
        let desk = self.s.desk;
        let sent = self.s.send(desk, call);
        self.s.assert_conserved();
        if sent.is_ok_and(|told| told.returned.outcome == 0) {
            *self.done.entry("traded").or_default() += 1;
        }
    }

    fn cash(&mut self) {
        let (who, amount) = (self.person(), self.some(20 * ONE));
        if self.random.one_in(2) {
            let call = depositCashCall { amount: U256::from(amount), account: who };
            self.try_send("deposited", who, call);
        } else {
            let call = self.s.withdraw_call(who, amount);
            self.try_send("withdrawn", who, call);
        }
    }

    fn nfts(&mut self) {
        let who = self.person();
        if self.random.one_in(2) {
            let ids = self.s.mint(who, 1 + self.random.below(2));
            self.try_send("locked", who, depositNftCall { account: who, ids, proofs: Vec::new() });
            return;
        }
        let ids = self.ids_of(who, 1);
        let call = withdrawNftCall { account: who, ids, to: who, deadline: U256::MAX };
        self.try_send("unlocked", who, call);
    }

    fn ids_of(&self, account: Address, most: u64) -> Vec<U256> {
        let call = nftsOfCall { account, from: U256::ZERO, limit: U256::from(most) };
        self.s.view(call).list.iter().map(|nft| nft.id).collect()
    }

    fn epoch(&mut self) {
        let index = self.price;
        let mark = index * (75 + u128::from(self.random.below(41))) / 100;
        let (owner, venue, at_index) = (self.s.owner, self.s.venue, self.s.index);
        let epoch = self.s.view(getMarketCall {}).epochsPaid;
        for (at, to) in [(venue, mark), (at_index, index)] {
            self.s.must_to(owner, at, Told::setAverageCall { epoch, to: U256::from(to) });
        }
        self.s.backend.warp(86_400);
        let steps = U256::from(1 + self.random.below(4));
        while !self.s.must(owner, pokeFundingCall { maxSteps: steps }).returned.done {}
        self.s.assert_conserved();
        *self.done.entry("epoch").or_default() += 1;
    }

    /// Sells all that can be sold, and takes all the cash: what is paid from then on is paid in kind.
    fn hollow(&mut self) {
        let (who, buyer) = (self.person(), self.person());
        let fp = self.s.must(who, maxMintCall { account: who }).returned;
        let call = self.s.trade_call(buyer, who, fp.saturating_to(), self.price);
        let desk = self.s.desk;
        let _ = self.s.send(desk, call);
        if let Ok(most) = self.s.send(who, maxWithdrawCall { account: who }) {
            let call = self.s.withdraw_call(who, most.returned.amount.saturating_to());
            self.try_send("withdrawn", who, call);
        }
    }

    fn move_price(&mut self) {
        self.price = (self.price * (70 + u128::from(self.random.below(70))) / 100).clamp(ONE, 100 * ONE);
        let mark = self.price * (90 + u128::from(self.random.below(21))) / 100;
        self.s.set_prices(mark, self.price);
    }

    /// Everything that may be liquidated is, by whatever is there for it.
    fn keep(&mut self) {
        let by = self.person();
        let page = liquidatableCall { from: U256::ZERO, limit: U256::from(100) };
        for account in self.s.view(page).list {
            let ids =
                self.s.send(by, suggestedLotCall { account }).map(|sent| sent.returned).unwrap_or_default();
            if !ids.is_empty() {
                self.try_send("kicked", by, kickCall { account, ids, deadline: U256::MAX });
                continue;
            }
            let most = self.s.send(by, suggestedTakeOverCall { account }).map(|sent| sent.returned);
            let Some(fp) = most.ok().filter(|fp| !fp.is_zero()) else { continue };
            let (least, most, deadline) = (U256::ZERO, U256::from(u128::MAX), U256::MAX);
            let call = takeOverCall { account, fp, leastGot: least, mostPaid: most, deadline };
            self.try_send("taken over", by, call);
        }
        let house = self.s.view(getAccountCall { owner: Address::ZERO }).fp;
        if !house.is_zero() {
            let (fp, most) = (house.unsigned_abs(), U256::from(u128::MAX));
            self.try_send("house", by, buyFromHouseCall { fp, mostCash: most, deadline: U256::MAX });
        }
        // A loss that was shared out is paid like an epoch.
        while !self.s.must(by, pokeFundingCall { maxSteps: U256::from(100) }).returned.done {}
    }

    fn auctions(&mut self) {
        self.s.backend.warp(600 * (1 + self.random.below(90)));
        let by = self.person();
        let page = auctionsCall { from: U256::ZERO, limit: U256::from(20) };
        for auction in self.s.view(page).list {
            let (id, account) = (auction.id, auction.account);
            if self.random.one_in(3) {
                self.try_send("cured or redone", by, cureCall { auction: id });
            }
            if auction.needsReset {
                self.try_send("cured or redone", by, redoCall { auction: id });
            }
            let mut ids = self.ids_of(account, 100);
            ids.retain(|nft| self.s.view(nftCall { id: *nft }).auction == id);
            ids.truncate(1 + self.random.below(2) as usize);
            let fp = if self.random.one_in(4) { U256::from(self.some(ONE)) } else { U256::ZERO };
            let (max, deadline, data) = (U256::from(u128::MAX), U256::MAX, Default::default());
            let take = takeCall { auction: id, ids, maxPrice: max, fp, receiver: by, data, deadline };
            self.try_send("taken", by, take);
        }
    }

    fn offer(&mut self) {
        let account = self.person();
        let call = startVoluntaryCall {
            account,
            ids: self.ids_of(account, 1),
            top: U256::from(self.price * 2),
            reserve: U256::from(self.price / 2),
            step: U256::from(600),
            cut: U256::from(95) * U256::from(10).pow(U256::from(25)),
            deadline: U256::MAX,
        };
        self.try_send("offered", account, call);
    }

    fn step(&mut self) {
        match self.random.below(14) {
            0..=3 => self.trade(),
            4 | 5 => self.cash(),
            6 => self.nfts(),
            7 | 8 => self.epoch(),
            9 => self.move_price(),
            10 => self.hollow(),
            11 => self.keep(),
            12 => self.auctions(),
            _ => self.offer(),
        }
    }
}

#[test]
fn a_market_holds_what_it_owes_through_any_history() {
    let seed = number_from_env("FLOOR_SEED").unwrap_or(7);
    let steps = number_from_env("FLOOR_STEPS").unwrap_or(250);
    println!("FLOOR_SEED={seed} FLOOR_STEPS={steps}");
    let mut history = History::new(Random::new(seed));
    for _ in 0..steps {
        history.step();
    }
    let History { mut s, people, done, .. } = history;
    println!("{done:?}");
    for kind in KINDS {
        assert!(steps < 250 || done.contains_key(kind), "nobody has {kind} in {done:?}");
    }
    // Who is flat takes all he has.
    for who in people {
        let (cash, fp) = s.holding(who);
        if fp.is_zero() && cash.is_positive() {
            let call = s.withdraw_call(who, cash.unsigned_abs().to::<u128>());
            let done = s.must(who, call).returned;
            assert_eq!(
                done.paid.is_zero(),
                done.ticket > U256::ZERO && s.view(getCashCall {}).held.is_zero()
            );
        }
    }
    s.assert_conserved();
    assert_eq!(s.balance(account("nobody")), U256::ZERO);
}
