//! A random history of makers, takers and keepers on real tokens: what is held is what is owed, and in the end everybody
//! leaves with what is his.
//!
//! `FLOOR_SEED` chooses it (it is printed), `FLOOR_STEPS` its length.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use everfloor_test::abi::{BidBook::*, FloorIndex, OfferView, WriterPosition};

use crate::{
    book_history::random::{Random, number_from_env},
    ground::*,
};

/// All pages of a list.
fn all(page: impl Fn(U256) -> (Vec<OfferView>, U256)) -> Vec<OfferView> {
    let (mut list, mut cursor) = page(U256::ZERO);
    while !cursor.is_zero() {
        let (more, next) = page(cursor);
        list.extend(more);
        cursor = next;
    }
    list
}

/// Cash, NFTs and rewards held are those owed.
fn check(w: &Bids, people: &[Address]) {
    let state = w.state();
    let owed: U256 = people.iter().map(|who| w.claimable(*who).0).sum();
    assert_eq!(w.money(w.g.at), state.escrow + state.fees + owed);
    assert_eq!(w.g.view_of(w.collection, WriterPosition::balanceOfCall { owner: w.g.at }), state.nfts);
    let limit = n(100_u8);
    let bids = all(|cursor| {
        let page = w.g.view(bidsCall { cursor, limit });
        (page.list, page.next)
    });
    let asks = all(|cursor| {
        let page = w.g.view(asksCall { cursor, limit });
        (page.list, page.next)
    });
    let escrow: U256 = bids.iter().map(|bid| bid.price * bid.units).sum();
    assert_eq!((escrow, n(asks.len() as u64)), (state.escrow, state.nfts));
    assert_eq!(bids.first().map_or(U256::ZERO, |best| best.price), state.bestBid);
    let ids: Vec<U256> = bids.iter().map(|bid| bid.id).collect();
    let count = ids.len() as u64;
    let rewards: U256 = people.iter().map(|who| w.claimable(*who).1).sum();
    let known = w.g.view(rewardsCall {}).pot + w.g.view(earnedCall { bidIds: ids }) + rewards;
    let held = w.balance(w.reward, w.g.at);
    assert!(
        known <= held && held - known <= n(count + 1),
        "{held} held of {known}: parts of a unit are carried"
    );
}

struct History {
    w: Bids,
    random: Random,
    people: [Address; 3],
    done: BTreeMap<&'static str, u64>,
}

impl History {
    /// One random call; what it was, and whether it went through.
    fn act(&mut self) -> (&'static str, bool) {
        let who = self.random.pick(&self.people);
        let (tick, state) = (90 + self.random.below(12), self.w.state());
        let count = 1 + self.random.below(3);
        let near = |random: &mut Random, made: U256| n(made.to::<u64>().saturating_sub(random.below(8)));
        let (bid, ask) = (near(&mut self.random, state.bidsMade), near(&mut self.random, state.asksMade));
        let (deadline, to) = (U256::MAX, who);
        let w = &mut self.w;
        match self.random.below(15) {
            0..3 => ("place", w.g.send(who, place_bid(tick, count)).is_ok()),
            3 => ("request", w.g.send(who, requestCancelCall { id: bid }).is_ok()),
            4 => ("finish", w.g.send(who, finishCancelCall { id: bid }).is_ok()),
            5..7 => {
                let nfts = w.mint(who, count);
                ("sell", w.g.send(who, sell(&nfts, U256::ZERO, who)).is_ok())
            }
            7 => ("catch up", w.g.send(who, catchUpCall { steps: n(count) }).is_ok()),
            8 => {
                let nft = w.mint(who, 1)[0];
                ("list", w.g.send(who, list_ask(nft, tick)).is_ok())
            }
            9 => ("request ask", w.g.send(who, requestCancelAskCall { id: ask }).is_ok()),
            10 => ("finish ask", w.g.send(who, finishCancelAskCall { id: ask }).is_ok()),
            11 => {
                let (quantity, max_cost) = (n(count), price(280));
                let call = buyCheapestCall { quantity, maxCost: max_cost, to, deadline };
                ("buy", w.g.send(who, call).is_ok())
            }
            12 => ("fund", w.g.send(who, fundRewardsCall { amount: n(10_000 * count) }).is_ok()),
            13 => {
                w.catch_up();
                _ = w.g.send_to(who, w.index, FloorIndex::updateCall {});
                ("follow", w.g.send(who, followIndexCall { most: n(count) }).is_ok())
            }
            _ => {
                _ = w.g.send(who, claimCashCall { to });
                ("claim rewards", w.g.send(who, claimRewardsCall { bidIds: vec![bid], to }).is_ok())
            }
        }
    }

    /// Everybody leaves.
    fn end(&mut self) {
        let state = self.w.state();
        let w = &mut self.w;
        let all = |made: U256| (1..=made.to::<u64>()).map(n);
        for who in self.people {
            all(state.bidsMade).for_each(|id| _ = w.g.send(who, requestCancelCall { id }));
            all(state.asksMade).for_each(|id| _ = w.g.send(who, requestCancelAskCall { id }));
        }
        w.g.warp(DELAY);
        let owner = w.g.owner;
        all(state.bidsMade).for_each(|id| _ = w.g.send(owner, finishCancelCall { id }));
        all(state.asksMade).for_each(|id| _ = w.g.send(owner, finishCancelAskCall { id }));
        check(w, &self.people);
        self.people.into_iter().for_each(|to| _ = w.g.send(to, claimCashCall { to }));
        _ = w.g.send(owner, collectFeesCall {});
        assert_eq!((w.money(w.g.at), w.state().nfts, w.state().escrow), Default::default());
    }
}

#[test]
fn what_is_held_is_what_is_owed() {
    let steps = number_from_env("FLOOR_STEPS").unwrap_or(400);
    println!("FLOOR_STEPS={steps}");
    let w = Bids::new();
    let people = [w.alice, w.bob, w.carol];
    let mut history = History { w, random: Random::from_env("FLOOR_SEED"), people, done: BTreeMap::new() };
    let owner = history.w.g.owner;
    history.w.g.must(owner, setRewardRateCall { rate: n(7_u8) });
    for step in 1..=steps {
        let seconds = history.random.pick(&[0, 0, 1, 30, 300]);
        history.w.g.warp(seconds);
        let (deed, went) = history.act();
        *history.done.entry(deed).or_default() += u64::from(went);
        if step % 20 == 0 {
            check(&history.w, &people);
        }
    }
    println!("{:?}", history.done);
    assert!(steps < 200 || ["place", "sell", "list"].iter().all(|deed| history.done[deed] > 0));
    history.end();
}
