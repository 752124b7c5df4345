//! Random markets through the ABI that are shut at some moment and paid out in any order.
//!
//! `FLOOR_SEED` repeats a run, `FLOOR_ENDS` is how many markets.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use floor_end::REDEMPTION;

use crate::{
    random::{Random, number_from_env},
    rig::*,
};

/// What must have happened in some market.
const KINDS: [&str; 9] =
    ["bought", "cancelled", "claimed", "closed", "distributed", "redeemed", "sale", "taken over", "traded"];

struct History {
    w: World,
    random: Random,
    people: Vec<Address>,
    nfts: Vec<(Address, U256)>,
    tickets: Vec<U256>,
    sales: Vec<(Address, U256)>,
    mark: u128,
    counts: BTreeMap<&'static str, u64>,
}

impl History {
    fn new(mut random: Random) -> Self {
        let w = World::with(|params, _| params.fee = cents(1));
        let (mut people, mut nfts) = (Vec::new(), Vec::new());
        for person in 0..8_u64 {
            let count = if person < 4 { 1 + random.below(3) } else { 0 };
            let cash = if person == 7 { 90_000 } else { random.between(0, 4_000) };
            let (who, ids) = w.someone(&format!("person {person}"), count, cash);
            people.push(who);
            nfts.extend(ids.into_iter().map(|id| (who, id)));
        }
        let (tickets, sales, counts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { w, random, people, nfts, tickets, sales, mark: 1_000, counts }
    }

    /// Sends a call that may be refused, but for a reason that has a name.
    fn try_send<C: SolCall>(&mut self, kind: &'static str, from: Address, call: C) -> Option<C::Return> {
        match self.w.chain.send(from, MARKET, call) {
            Ok(done) => {
                *self.counts.entry(kind).or_default() += 1;
                Some(done)
            }
            Err(revert) => {
                assert!(revert.0.len() >= 4, "{kind}: {revert:?}");
                assert_ne!(
                    revert.0[..4],
                    <errors::Overflow as alloy_sol_types::SolError>::SELECTOR,
                    "{kind}"
                );
                None
            }
        }
    }

    fn someone(&mut self) -> Address {
        self.random.pick(&self.people)
    }

    fn trade(&mut self) {
        let (seller, buyer) = (self.someone(), self.someone());
        let (fp, price) = (self.random.between(1, 200), self.mark * self.random.between(90, 110) / 100);
        let told = self.w.chain.send(VENUE, MARKET, self.w.trade_call(seller, buyer, fp, price));
        if told.is_ok_and(|told| told.outcome == 0) {
            *self.counts.entry("traded").or_default() += 1;
        }
    }

    fn withdraw(&mut self) {
        let (who, deadline) = (self.someone(), self.w.deadline());
        let cash = self.w.view(seenCall { account: who }).cash;
        let amount = U256::try_from(cash).unwrap_or_default() / n(1 + u128::from(self.random.below(3)));
        let call = withdrawCashCall { account: who, amount, to: who, deadline };
        if let Some(done) = self.try_send("withdrawn", who, call)
            && !done.ticket.is_zero()
        {
            self.tickets.push(done.ticket);
        }
    }

    fn move_prices(&mut self) {
        self.mark = (self.mark * self.random.between(60, 150) / 100).clamp(50, 20_000);
        let index = self.mark * self.random.between(85, 115) / 100;
        self.w.prices(self.mark, index);
    }

    /// Takes over whatever is short of margin, or closes what is bankrupt.
    fn take_over(&mut self) {
        let (by, deadline) = (self.someone(), self.w.deadline());
        for account in self.people.clone() {
            let held = self.w.view(seenCall { account });
            if held.fp.is_zero() || account == by {
                continue;
            }
            if self.random.one_in(3) {
                self.try_send("bankrupt", by, closeBankruptCall { account });
                self.pay_loss();
            }
            for part in [1_u8, 2, 8] {
                let fp = held.fp.unsigned_abs() / n(part);
                let call = takeOverCall { account, fp, leastGot: U256::ZERO, mostPaid: U256::MAX, deadline };
                let done = self.try_send("taken over", by, call).is_some();
                self.pay_loss();
                if done {
                    break;
                }
            }
        }
        let house = self.w.view(seenCall { account: HOUSE }).fp;
        if !house.is_zero() && self.random.one_in(2) {
            let call = buyFromHouseCall { fp: house.unsigned_abs(), mostCash: U256::MAX, deadline };
            self.try_send("house", by, call);
            self.pay_loss();
        }
    }

    fn pay_loss(&mut self) {
        let before = self.w.chain.events::<events::LossSettled>(MARKET).len();
        self.w.poke();
        if self.w.chain.events::<events::LossSettled>(MARKET).len() > before {
            *self.counts.entry("loss").or_default() += 1;
        }
    }

    fn offer(&mut self) {
        let (account, id) = self.random.pick(&self.nfts);
        let call = startVoluntaryCall {
            account,
            ids: vec![id],
            top: cents(90_000),
            reserve: cents(50_000),
            step: n(600_u16),
            cut: n(1_000_000_000 * ONE),
            deadline: self.w.deadline(),
        };
        if let Some(sale) = self.try_send("sale", account, call) {
            self.sales.push((account, sale));
        }
    }

    fn step(&mut self) {
        match self.random.below(12) {
            0..=4 => self.trade(),
            5 => self.withdraw(),
            6 | 7 => self.move_prices(),
            8 => self.w.days(1),
            9 => self.offer(),
            _ => self.take_over(),
        }
        self.w.held();
    }

    // ---- The end ----

    /// NFTs of an account that the market still has.
    fn locked(&self, account: Address) -> Vec<U256> {
        let of = self.nfts.iter().filter(|(who, id)| *who == account && self.w.holder(*id) == MARKET);
        of.map(|(_, id)| *id).collect()
    }

    fn redeem(&mut self, account: Address, most: usize) {
        let ids: Vec<U256> = self.locked(account).into_iter().take(most).collect();
        let deadline = self.w.deadline();
        let call = redeemCall { account, ids, mostPaid: U256::MAX, to: account, deadline };
        self.try_send("redeemed", account, call);
    }

    fn buy(&mut self, account: Address) {
        let Some(id) = self.locked(account).pop() else { return };
        let (by, deadline) = (self.someone(), self.w.deadline());
        let call = buyUnredeemedCall {
            account,
            ids: vec![id],
            maxPrice: n(u128::MAX),
            receiver: by,
            data: Bytes::new(),
            deadline,
        };
        self.try_send("bought", by, call);
    }

    fn end_step(&mut self) {
        let account = self.someone();
        match self.random.below(9) {
            0 => {
                let most = self.random.below(3) as usize;
                self.redeem(account, most);
            }
            1 => self.buy(account),
            2 | 3 => drop(self.try_send("closed", account, closeAccountsCall { accounts: vec![account] })),
            4 => drop(self.try_send("distributed", account, distributeCall {})),
            5 | 6 => drop(self.try_send("claimed", account, claimCall { account })),
            7 => {
                if let Some((seller, auction)) = self.sales.pop() {
                    self.try_send("cancelled", seller, cancelVoluntaryCall { auction });
                }
            }
            _ => {
                if let Some(ticket) = self.tickets.first().copied() {
                    self.try_send("waiting", account, claimWaitingCall { ticket });
                }
            }
        }
        self.w.held();
    }

    fn end(&mut self) {
        let price = self.w.send(self.w.owner, shutDownCall {});
        for step in 0..60 {
            if step == 30 {
                self.w.chain.warp(REDEMPTION + 1 + self.random.below(4 * HALF));
            }
            self.end_step();
        }
        self.w.chain.warp(REDEMPTION + 10 * HALF);
        for account in self.people.clone() {
            for _ in 0..4 {
                self.buy(account);
                self.redeem(account, 9);
            }
            assert!(self.locked(account).is_empty(), "every NFT is out");
        }
        let closed: Vec<_> = self.w.chain.events::<events::AccountClosed>(MARKET);
        let mut open = self.people.clone();
        open.push(HOUSE);
        open.retain(|who| closed.iter().all(|told| told.account != *who));
        self.w.send(self.w.owner, closeAccountsCall { accounts: open });
        self.w.send(self.w.owner, distributeCall {});
        for account in self.people.clone() {
            self.try_send("claimed", account, claimCall { account });
        }
        for ticket in self.tickets.clone() {
            self.try_send("waiting", self.w.owner, claimWaitingCall { ticket });
        }
        self.check_end(price);
    }

    /// Everybody has what he claimed, or there is nothing left.
    fn check_end(&self, price: U256) {
        let paid = self.w.chain.events::<events::Claimed>(MARKET);
        let mut lacking = [0, 0];
        for told in self.w.chain.events::<events::AccountClosed>(MARKET) {
            let got: U256 =
                paid.iter().filter(|paid| paid.account == told.account).map(|paid| paid.amount).sum();
            assert!(got <= told.amount, "nobody gets more than he claims");
            lacking[usize::from(told.isLong)] += (told.amount - got).to::<u128>();
        }
        let left = self.w.view(heldCall {});
        assert_eq!(left.nfts, U256::ZERO);
        assert!(left.waiting <= n(1_000_u16), "{left:?}");
        let dust = 100_000;
        assert!(
            lacking.iter().sum::<u128>() < dust || left.held < n(dust + price.to::<u128>() / 100_000_000),
            "{lacking:?} {left:?}"
        );
        self.w.held();
    }
}

#[test]
fn random_markets_pay_everybody_out_through_their_abi() {
    let mut seeds = Random::from_env("FLOOR_SEED");
    let markets = number_from_env("FLOOR_ENDS").unwrap_or(12);
    let mut counts = BTreeMap::<&str, u64>::new();
    // What is rare gets more markets to happen in.
    for market in 0..markets * 10 {
        if market >= markets && KINDS.iter().all(|kind| counts.contains_key(kind)) {
            break;
        }
        let mut history = History::new(Random::new(seeds.next()));
        for _ in 0..60 {
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
