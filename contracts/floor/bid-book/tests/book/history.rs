//! Random histories of makers, takers and keepers: what is held is what is owed, and the events alone say what there is.
//!
//! `BOOK_SEED` repeats a run, `BOOK_OPERATIONS` sets how many actions there are (2,000 unless told otherwise).

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use everfloor_host::nft::IPositionToken as Nft;

use crate::{
    random::{Random, number_from_env},
    rig::*,
};

/// Actions of one history.
const LENGTH: u64 = 250;
const DEEDS: [&str; 17] = [
    "place",
    "place",
    "request",
    "finish",
    "sell",
    "sell into",
    "catch up",
    "list",
    "request ask",
    "finish ask",
    "buy",
    "buy cheapest",
    "fund",
    "follow",
    "settle",
    "claim cash",
    "claim rewards",
];

/// A bid or an ask, as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    owner: Address,
    tick: U256,
    units: U256,
    token: U256,
    binding_until: U256,
}

/// The book as its events tell of it.
#[derive(Debug, Default)]
struct Ledger {
    bids: BTreeMap<U256, Told>,
    asks: BTreeMap<U256, Told>,
    cash: BTreeMap<Address, U256>,
    escrow: U256,
    fees: U256,
    pot_funded: U256,
    rewards_paid: U256,
}

impl Ledger {
    fn of(w: &World) -> Self {
        let mut ledger = Self::default();
        for log in w.chain.logs().iter().filter(|log| log.address == BOOK) {
            let topics = log.topics.iter().copied();
            macro_rules! on {
                ($($event:ident => $act:expr;)*) => {
                    $(if log.topics[0] == events::$event::SIGNATURE_HASH {
                        let event = events::$event::decode_raw_log(topics.clone(), &log.data).unwrap();
                        #[allow(clippy::redundant_closure_call)]
                        ($act)(&mut ledger, event);
                    })*
                };
            }
            on! {
                BidPlaced => |l: &mut Self, e: events::BidPlaced| {
                    l.escrow += e.escrow;
                    let (owner, tick, units) = (e.owner, e.tick, e.units);
                    l.bids.insert(e.id, Told { owner, tick, units, token: U256::ZERO, binding_until: U256::ZERO });
                };
                BidCancelRequested => |l: &mut Self, e: events::BidCancelRequested| {
                    l.bids.get_mut(&e.id).unwrap().binding_until = e.bindingUntil;
                };
                BidCancelled => |l: &mut Self, e: events::BidCancelled| {
                    l.escrow -= e.amount;
                    assert_eq!(l.bids.remove(&e.id).unwrap().units, e.units);
                    if !e.paid {
                        *l.cash.entry(e.owner).or_default() += e.amount;
                    }
                };
                BidFilled => |l: &mut Self, e: events::BidFilled| {
                    l.escrow -= e.price;
                    let bid = l.bids.get_mut(&e.id).unwrap();
                    assert_eq!(bid.owner, e.buyer);
                    bid.units -= U256::ONE;
                    if bid.units.is_zero() {
                        l.bids.remove(&e.id);
                    }
                };
                Sold => |l: &mut Self, e: events::Sold| l.fees += e.fee;
                AskListed => |l: &mut Self, e: events::AskListed| {
                    let (owner, tick, token) = (e.owner, e.tick, e.tokenId);
                    l.asks.insert(e.id, Told { owner, tick, units: n(1), token, binding_until: U256::ZERO });
                };
                AskCancelRequested => |l: &mut Self, e: events::AskCancelRequested| {
                    l.asks.get_mut(&e.id).unwrap().binding_until = e.bindingUntil;
                };
                AskCancelled => |l: &mut Self, e: events::AskCancelled| {
                    assert_eq!(l.asks.remove(&e.id).unwrap().token, e.tokenId);
                };
                AskFilled => |l: &mut Self, e: events::AskFilled| {
                    l.asks.remove(&e.id).unwrap();
                    l.fees += e.fee;
                    *l.cash.entry(e.seller).or_default() += e.price - e.fee;
                };
                CashClaimed => |l: &mut Self, e: events::CashClaimed| {
                    assert_eq!(l.cash.insert(e.owner, U256::ZERO), Some(e.amount));
                };
                FeesCollected => |l: &mut Self, e: events::FeesCollected| l.fees -= e.amount;
                RewardsFunded => |l: &mut Self, e: events::RewardsFunded| l.pot_funded += e.amount;
                RewardsClaimed => |l: &mut Self, e: events::RewardsClaimed| l.rewards_paid += e.amount;
            }
        }
        ledger
    }
}

fn told(list: Vec<Offer>) -> BTreeMap<U256, Told> {
    let one = |offer: Offer| {
        let Offer { id, owner, tick, units, tokenId, bindingUntil, .. } = offer;
        (id, Told { owner, tick, units, token: tokenId, binding_until: bindingUntil })
    };
    list.into_iter().map(one).collect()
}

fn check(w: &World, people: &[Address]) {
    let (ledger, state) = (Ledger::of(w), w.view(bookStateCall {}));
    assert_eq!((state.escrow, state.fees), (ledger.escrow, ledger.fees));
    let owed: U256 = people.iter().map(|who| w.claimable(*who).0).sum();
    let told_owed: U256 = ledger.cash.values().copied().sum();
    assert_eq!(owed, told_owed);
    assert_eq!(w.cash(BOOK), state.escrow + state.fees + owed);
    let held = w.chain.view(APES, Nft::balanceOfCall { owner: BOOK }).unwrap();
    assert_eq!((held, n(ledger.asks.len() as u64)), (state.nfts, state.nfts));
    let bids = w.view(bidsCall { cursor: U256::ZERO, limit: n(100) });
    let asks = w.view(asksCall { cursor: U256::ZERO, limit: n(100) });
    assert!(bids.next.is_zero() && asks.next.is_zero());
    assert_eq!((told(bids.list), told(asks.list)), (ledger.bids.clone(), ledger.asks));
    // Rewards: what is not in the pot, owed or earned is parts of a unit that are carried on.
    let earned = w.view(earnedCall { bidIds: ledger.bids.keys().copied().collect() });
    let owed: U256 = people.iter().map(|who| w.claimable(*who).1).sum();
    let accounted = w.view(rewardsCall {}).pot + earned + owed;
    let held = w.reward(BOOK);
    assert_eq!(held, ledger.pot_funded - ledger.rewards_paid);
    let carried = held - accounted;
    assert!(carried <= n(ledger.bids.len() as u64 + 1), "{carried} carried");
}

/// One of those whose cancel is due, if there are any.
fn due(w: &World, random: &mut Random, list: &[Offer]) -> Option<U256> {
    let is_due = |offer: &&Offer| !offer.bindingUntil.is_zero() && offer.bindingUntil <= n(w.now());
    let ids: Vec<U256> = list.iter().filter(is_due).map(|offer| offer.id).collect();
    (!ids.is_empty()).then(|| random.pick(&ids))
}

/// One random call; whether it was made.
fn act(w: &World, random: &mut Random, deed: &str, people: &[Address]) -> bool {
    let who = random.pick(people);
    let tick = 90 + random.below(12);
    let state = w.view(bookStateCall {});
    let near = |random: &mut Random, made: U256| n(made.to::<u64>().saturating_sub(random.below(10)));
    let (bid, ask) = (near(random, state.bidsMade), near(random, state.asksMade));
    let deadline = w.deadline();
    let made = |sent: Result<(), everfloor_host::Revert>| sent.is_ok();
    macro_rules! call {
        ($call:expr) => {
            made(w.chain.send(who, BOOK, $call).map(drop))
        };
    }
    match deed {
        "place" => call!(w.place_call(tick, 1 + random.below(4))),
        "request" => call!(requestCancelCall { id: bid }),
        "finish" => {
            let list = w.view(bidsCall { cursor: U256::ZERO, limit: n(100) }).list;
            call!(finishCancelCall { id: due(w, random, &list).unwrap_or(bid) })
        }
        "sell" => {
            let nfts = w.mint(who, 1 + random.below(3));
            call!(w.sell_call(&nfts, U256::ZERO, who))
        }
        "sell into" => call!(sellIntoCall {
            bidIds: vec![bid, bid - n(1).min(bid)],
            tokenIds: w.mint(who, 1 + random.below(3)),
            proofs: vec![],
            minTotal: U256::ZERO,
            to: who,
            deadline,
        }),
        "catch up" => call!(catchUpCall { steps: n(random.below(6)) }),
        "list" => {
            let nft = w.mint(who, 1)[0];
            call!(w.list_call(nft, tick))
        }
        "request ask" => call!(requestCancelAskCall { id: ask }),
        "finish ask" => {
            let list = w.view(asksCall { cursor: U256::ZERO, limit: n(100) }).list;
            call!(finishCancelAskCall { id: due(w, random, &list).unwrap_or(ask) })
        }
        "buy" => call!(buyAskCall { id: ask, maxPrice: price(96), to: who, deadline }),
        "buy cheapest" => call!(buyCheapestCall {
            quantity: n(1 + random.below(3)),
            maxCost: price(280),
            to: who,
            deadline
        }),
        "fund" => call!(fundRewardsCall { amount: n(random.below(100_000)) }),
        "follow" => {
            w.index_says(price(90 + random.below(20)), 0);
            call!(followIndexCall { most: n(random.below(5)) })
        }
        "settle" => call!(settleRewardsCall { bidIds: vec![bid, near(random, state.bidsMade)] }),
        "claim cash" => call!(claimCashCall { to: who }),
        "claim rewards" => call!(claimRewardsCall { bidIds: vec![bid], to: who }),
        _ => unreachable!("{deed}"),
    }
}

#[test]
fn what_is_held_is_what_is_owed_and_events_tell_all_of_it() {
    let operations = number_from_env("BOOK_OPERATIONS").unwrap_or(2_000);
    let mut random = Random::from_env("BOOK_SEED");
    let mut done = BTreeSet::new();
    let expected: BTreeSet<&str> = DEEDS.into_iter().collect();
    let histories = operations.div_ceil(LENGTH);
    // A kind that seldom succeeds gets more histories to happen in.
    for history in 0..histories * 10 {
        if history >= histories && done == expected {
            break;
        }
        let w = World::new();
        w.send(w.owner, setIndexCall { index: INDEX });
        w.send(w.owner, setRewardRateCall { rate: n(1 + random.below(40)) });
        let people = [w.alice, w.bob, w.carol];
        for step in 1..=LENGTH {
            w.chain.warp(random.pick(&[0, 0, 1, 30, 300]));
            let deed = random.pick(&DEEDS);
            if act(&w, &mut random, deed, &people) {
                done.insert(deed);
            }
            if step % 10 == 0 {
                check(&w, &people);
            }
        }
        // In the end everybody leaves with what is his.
        let state = w.view(bookStateCall {});
        let all = |made: U256| (1..=made.to::<u64>()).map(n);
        for (id, who) in all(state.bidsMade).flat_map(|id| people.map(|who| (id, who))) {
            _ = w.chain.send(who, BOOK, requestCancelCall { id });
        }
        for (id, who) in all(state.asksMade).flat_map(|id| people.map(|who| (id, who))) {
            _ = w.chain.send(who, BOOK, requestCancelAskCall { id });
        }
        w.chain.warp(DELAY);
        all(state.bidsMade).for_each(|id| _ = w.chain.send(w.owner, BOOK, finishCancelCall { id }));
        all(state.asksMade).for_each(|id| _ = w.chain.send(w.owner, BOOK, finishCancelAskCall { id }));
        check(&w, &people);
        people.into_iter().for_each(|who| _ = w.chain.send(who, BOOK, claimCashCall { to: who }));
        _ = w.chain.send(w.owner, BOOK, collectFeesCall {});
        assert_eq!((w.cash(BOOK), w.view(bookStateCall {}).nfts), (U256::ZERO, U256::ZERO));
    }
    assert_eq!(done, expected, "every kind of call was made");
}
