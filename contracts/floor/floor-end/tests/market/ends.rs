//! The end of a market: who shuts it, redemptions, sales, claims.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use everfloor_host::token::IToken;
use floor_end::{ABANDONED, REDEMPTION};
use stylus_sdk::prelude::MessageAccess;

use crate::rig::*;

fn redeem(w: &World, who: Address, ids: &[U256]) -> redeemCall {
    redeemCall { account: who, ids: ids.to_vec(), mostPaid: U256::MAX, to: who, deadline: w.deadline() }
}

fn buy(w: &World, account: Address, ids: &[U256], receiver: Address) -> buyUnredeemedCall {
    let (ids, deadline) = (ids.to_vec(), w.deadline());
    buyUnredeemedCall {
        account,
        ids,
        maxPrice: U256::from(u128::MAX),
        receiver,
        data: Bytes::new(),
        deadline,
    }
}

fn close(w: &World, accounts: &[Address]) {
    w.send(account("keeper"), closeAccountsCall { accounts: accounts.to_vec() });
}

fn shut(w: &World) {
    w.send(w.owner, shutDownCall {});
}

/// What anybody gets somebody paid; nothing if nothing is due.
fn claim(w: &World, who: Address) -> u128 {
    let before = w.coins(who);
    match w.chain.send(account("keeper"), MARKET, claimCall { account: who }) {
        Ok(paid) => assert_eq!(paid, n(w.coins(who) - before)),
        Err(revert) => assert!(revert.decode::<errors::NothingToPay>().is_some(), "{revert:?}"),
    }
    w.coins(who) - before
}

/// A holder of one NFT who is short of one FP without cash, and the long, who paid ten.
fn pair(w: &World, name: &str, fp: u128) -> (Address, U256, Address) {
    let (holder, ids) = w.someone(name, 1, 0);
    let long = w.trader(&format!("{name}'s buyer"), 1_000);
    w.trade(holder, long, fp, 1_000);
    w.withdraw(holder, fp * 10);
    (holder, ids[0], long)
}

// ---- Shutting ----

#[test]
fn the_owner_shuts_the_market_when_all_is_paid() {
    let w = World::new();
    let (holder, ids) = w.someone("holder", 2, 0);
    let long = w.trader("long", 1_300);
    w.trade(holder, long, 100, 1_000);
    w.chain.warp(DAY);
    w.refused(w.owner, shutDownCall {}, errors::FundingPending { epoch: U256::ZERO });
    w.poke();
    w.prices(900, 1_100);
    w.refused(long, redeem(&w, long, &[]), errors::MarketOpen {});
    assert_eq!(w.send(w.owner, shutDownCall {}), cents(1_100), "the index, not the mark");
    let told: events::MarketShutDown = w.last();
    assert_eq!((told.by, told.index, told.price), (w.owner, cents(1_100), cents(1_100)));
    assert_eq!(told.redeemUntil, n(w.chain.now() + REDEMPTION));
    assert_eq!(told.unclosed, alloy_primitives::I256::try_from(13 * ONE).unwrap());
    let shut = || errors::MarketShut {};
    w.refused(w.owner, shutDownCall {}, shut());
    w.refused(long, depositCashCall { amount: n(1_u8), account: long }, shut());
    w.refused(VENUE, w.trade_call(holder, long, 1, 1_000), shut());
    w.refused(long, pokeFundingCall { maxSteps: n(1_u8) }, shut());
    let (deadline, to) = (w.deadline(), holder);
    w.refused(holder, withdrawNftCall { account: holder, ids: ids.clone(), to, deadline }, shut());
    w.refused(holder, kickCall { account: holder, ids, deadline }, shut());
    w.refused(long, closeBankruptCall { account: holder }, shut());
}

#[test]
fn a_half_made_payment_is_finished_before_the_end() {
    let w = World::new();
    let (holder, ..) = pair(&w, "holder", 100);
    w.prices(900, 1_000);
    w.chain.warp(DAY);
    assert!(!w.send(holder, pokeFundingCall { maxSteps: n(1_u8) }).done);
    w.refused(w.owner, shutDownCall {}, errors::FundingPending { epoch: U256::ZERO });
    w.poke();
    shut(&w);
}

#[test]
fn anybody_shuts_a_market_that_has_had_no_prices_for_long() {
    let w = World::new();
    let (holder, id, long) = pair(&w, "holder", 100);
    w.prices(1_000, 1_200);
    w.days(1);
    w.status(3);
    w.prices(1_000, 5_000);
    let last = w.chain.now() / DAY * DAY;
    w.days(29);
    let early = errors::TooEarly { from: n(last + ABANDONED), nowTime: n(w.chain.now()) };
    w.refused(long, shutDownCall {}, early);
    w.days(1);
    w.chain.set_time(last + ABANDONED);
    let early = errors::TooEarly { from: n(last + ABANDONED), nowTime: n(last + ABANDONED) };
    w.refused(long, shutDownCall {}, early);
    w.chain.warp(1);
    assert_eq!(w.send(long, shutDownCall {}), cents(1_200), "the last average there was a payment by");
    let owes = w.view(seenCall { account: holder }).fp.unsigned_abs() * n(12_u8);
    assert_eq!(w.send(holder, redeem(&w, holder, &[id])), owes, "with what it came to owe in kind");
}

#[test]
fn an_index_that_does_not_answer_at_all_keeps_nobody_in() {
    let w = World::new();
    let (.., long) = pair(&w, "holder", 100);
    w.prices(1_100, 1_100);
    w.days(2);
    w.silence_index();
    let last = w.chain.now() / DAY * DAY;
    w.chain.warp(3 * DAY);
    let silent = errors::PriceUnavailable { source: U256::ZERO, status: n(255_u8) };
    w.refused(long, pokeFundingCall { maxSteps: n(9_u8) }, silent);
    let early = errors::TooEarly { from: n(last + ABANDONED), nowTime: n(w.chain.now()) };
    w.refused(long, shutDownCall {}, early);
    let before = w.chain.snapshot();
    assert_eq!(w.send(w.owner, shutDownCall {}), cents(1_100), "the owner need not wait");
    w.chain.restore(&before);
    w.chain.warp(ABANDONED);
    assert_eq!(w.send(long, shutDownCall {}), cents(1_100));
}

#[test]
fn what_can_be_paid_is_paid_before_anybody_shuts_the_market() {
    let w = World::new();
    w.days(1);
    w.chain.warp(ABANDONED + DAY);
    w.refused(account("anybody"), shutDownCall {}, errors::FundingPending { epoch: n(1_u8) });
    w.poke();
    let from = n(w.chain.now() / DAY * DAY + ABANDONED);
    let early = errors::TooEarly { from, nowTime: n(w.chain.now()) };
    w.refused(account("anybody"), shutDownCall {}, early);
}

#[test]
fn a_market_that_never_had_an_index_is_not_shut_at_nothing() {
    let w = World::new();
    w.status(3);
    w.days(31);
    let none = errors::PriceUnavailable { source: U256::ZERO, status: n(3_u8) };
    w.refused(account("anybody"), shutDownCall {}, none);
    w.status(0);
    assert_eq!(w.send(account("anybody"), shutDownCall {}), cents(1_000));
}

#[test]
fn a_call_is_worth_what_the_index_has_above_its_strike() {
    let w = World::with(|params, _| params.strike = cents(400));
    w.prices(600, 1_000);
    let (holder, ids) = w.someone("holder", 1, 0);
    let long = w.trader("long", 600);
    w.trade(holder, long, 100, 600);
    w.withdraw(holder, 600);
    assert_eq!(w.send(w.owner, shutDownCall {}), cents(600));
    w.chain.warp(REDEMPTION + 1);
    assert_eq!(w.view(unredeemedPriceCall {}), cents(2_000), "an NFT is worth the index");
    w.send(long, buy(&w, holder, &ids, long));
    assert_eq!(w.last::<events::AccountClosed>().amount, cents(1_400));
}

// ---- Redemptions ----

#[test]
fn a_holder_pays_what_his_short_is_worth_and_takes_his_nfts_in_parts() {
    let w = World::new();
    let (holder, ids) = w.someone("holder", 5, 0);
    let long = w.trader("long", 4_000);
    w.trade(holder, long, 400, 1_000);
    w.withdraw(holder, 3_500);
    shut(&w);
    let most = redeemCall { mostPaid: cents(3_499), ..redeem(&w, holder, &ids[..1]) };
    w.refused(holder, most, errors::CashAboveLimit { cash: cents(3_500), limit: cents(3_499) });
    w.refused(long, redeem(&w, holder, &ids), errors::NotOperator { account: holder, caller: long });
    let stranger = redeem(&w, holder, &[n(77_u8)]);
    w.refused(holder, stranger, errors::UnknownNft { id: n(77_u8) });
    let twice = redeem(&w, holder, &[ids[0], ids[0]]);
    w.refused(holder, twice, errors::UnknownNft { id: ids[0] });
    let zero = redeem(&w, long, &[]);
    w.refused(long, zero, errors::ZeroAmount {});
    assert_eq!(w.send(holder, redeem(&w, holder, &ids[1..3])), cents(3_500));
    assert_eq!(w.last::<events::Redeemed>().cash, cents(3_500));
    assert_eq!((w.holder(ids[1]), w.holder(ids[2]), w.seen(holder)), (holder, holder, (0, 0, 3)));
    assert_eq!(w.last::<events::AccountClosed>().amount, U256::ZERO);
    w.refused(long, buy(&w, holder, &ids[3..4], long), too_early(&w));
    w.chain.warp(REDEMPTION + 1);
    let none = errors::NotEnoughNfts { asked: n(1_u8), free: U256::ZERO };
    w.refused(long, buy(&w, holder, &ids[3..4], long), none);
    let to = account("friend");
    let rest = redeemCall { to, ..redeem(&w, holder, &[ids[0], ids[4], ids[3]]) };
    assert_eq!(w.send(holder, rest), U256::ZERO);
    assert_eq!([ids[0], ids[3], ids[4]].map(|id| w.holder(id)), [to; 3]);
    assert_eq!(w.held(), 40 * ONE);
}

fn too_early(w: &World) -> errors::TooEarly {
    let until = w.last::<events::MarketShutDown>().redeemUntil;
    errors::TooEarly { from: until, nowTime: n(w.chain.now()) }
}

#[test]
fn nfts_of_auctions_that_ran_are_their_holders_again() {
    let w = World::new();
    let (holder, ids) = w.someone("holder", 2, 0);
    let long = w.trader("long", 1_000);
    w.trade(holder, long, 100, 1_000);
    w.withdraw(holder, 1_000);
    let sale = startVoluntaryCall {
        account: holder,
        ids: ids[..1].to_vec(),
        top: cents(3_000),
        reserve: cents(2_000),
        step: n(600_u16),
        cut: n(1_000_000_000 * ONE),
        deadline: w.deadline(),
    };
    let auction = w.send(holder, sale);
    shut(&w);
    let take = takeCall {
        auction,
        ids: ids[..1].to_vec(),
        maxPrice: U256::from(u128::MAX),
        fp: U256::ZERO,
        receiver: long,
        data: Bytes::new(),
        deadline: w.deadline(),
    };
    w.refused(long, take, errors::MarketShut {});
    w.send(holder, redeem(&w, holder, &ids[..1]));
    assert_eq!(w.holder(ids[0]), holder);
    w.send(holder, cancelVoluntaryCall { auction });
    w.send(holder, redeem(&w, holder, &ids[1..]));
    assert_eq!((w.holder(ids[1]), w.seen(holder)), (holder, (0, 0, 0)));
}

// ---- Sales ----

#[test]
fn what_is_not_redeemed_is_sold_at_a_price_that_falls() {
    let w = World::new();
    let (holder, ids) = w.someone("holder", 3, 0);
    let long = w.trader("long", 2_000);
    w.trade(holder, long, 200, 1_000);
    w.withdraw(holder, 2_000);
    let buyer = w.trader("buyer", 0);
    shut(&w);
    w.refused(buyer, buy(&w, holder, &ids[..1], buyer), too_early(&w));
    w.chain.warp(REDEMPTION + 1);
    let late = errors::Expired { deadline: n(w.chain.now() - 1), nowTime: w.deadline() };
    w.refused(holder, redeem(&w, holder, &ids), late);
    assert_eq!(w.view(unredeemedPriceCall {}), cents(2_000));
    let one = errors::NotEnoughNfts { asked: n(2_u8), free: n(1_u8) };
    w.refused(buyer, buy(&w, holder, &ids[..2], buyer), one);
    w.chain.warp(HALF);
    let price = w.view(unredeemedPriceCall {});
    assert!((cents(999)..=cents(1_000)).contains(&price), "{price}");
    let limit = buyUnredeemedCall { maxPrice: price - n(1_u8), ..buy(&w, holder, &ids[..1], buyer) };
    w.refused(buyer, limit, errors::PriceAboveLimit { price, limit: price - n(1_u8) });
    let foreign = buy(&w, holder, &[n(77_u8)], buyer);
    w.refused(buyer, foreign, errors::UnknownNft { id: n(77_u8) });
    let sold = w.send(buyer, buy(&w, holder, &ids[..2], buyer));
    assert_eq!((sold.price, sold.owe), (price, price * n(2_u8)));
    let told: events::UnredeemedSold = w.last();
    assert_eq!((told.account, told.id, told.taker, told.price), (holder, ids[1], buyer, price));
    assert_eq!(w.coins(buyer), 1_000 * ONE - (price * n(2_u8)).to::<u128>());
    // The price is a hair below ten: what is still owed takes the third NFT, and the surplus is the holder's.
    assert!(w.chain.events::<events::AccountClosed>(MARKET).is_empty());
    w.send(buyer, buy(&w, holder, &ids[2..], buyer));
    let told: events::AccountClosed = w.last();
    assert_eq!((told.account, told.amount), (holder, price * n(3_u8) - cents(2_000)));
    assert!(ids.iter().all(|id| w.holder(*id) == buyer));
    w.held();
}

/// A receiver of NFTs that calls the market while it is called.
fn receiver(w: &World, calls: Vec<Vec<u8>>) -> (Address, Rc<RefCell<Vec<Vec<u8>>>>) {
    let (at, heard) = (account("receiver"), Rc::new(RefCell::new(Vec::new())));
    let answers = heard.clone();
    w.chain.deploy_handler(at, move |_, vm| {
        for call in &calls {
            let answer = everfloor_common::raw::call(&vm, MARKET, call, 256);
            answers.borrow_mut().push(answer.expect_err("it is refused"));
        }
        assert_eq!(vm.msg_sender(), MARKET);
        Ok(Vec::new())
    });
    (at, heard)
}

#[test]
fn a_buyer_has_the_nfts_before_he_pays_and_can_do_nothing_else_with_the_market() {
    let w = World::new();
    let (holder, id, long) = pair(&w, "holder", 100);
    let other = w.trader("other", 500);
    shut(&w);
    close(&w, &[other]);
    w.send(other, distributeCall {});
    w.chain.warp(REDEMPTION + HALF + 1);
    let (receiver, heard) = receiver(
        &w,
        vec![
            claimCall { account: other }.abi_encode(),
            distributeCall {}.abi_encode(),
            closeAccountsCall { accounts: vec![long] }.abi_encode(),
            redeem(&w, holder, &[id]).abi_encode(),
        ],
    );
    let buyer = w.trader("buyer", 0);
    let call = buyUnredeemedCall { data: vec![1].into(), ..buy(&w, holder, &[id], receiver) };
    // The entrypoint's own refusal of what comes back would hide whether the lock does.
    w.allow_reentry();
    w.send(buyer, call);
    assert_eq!(w.holder(id), receiver);
    let locked = alloy_sol_types::SolError::abi_encode(&Reentrant {});
    assert_eq!(*heard.borrow(), vec![locked; 4]);
    assert_eq!(claim(&w, other), 5 * ONE);
}

// ---- Claims ----

#[test]
fn everybody_is_paid_in_two_ranks_and_every_coin_is_accounted_for() {
    let w = World::new();
    let (alice, ape, alan) = pair(&w, "alice", 100);
    let (ben, bored, bill) = pair(&w, "ben", 90);
    let (short, flat) = (w.trader("short", 1_500), w.trader("flat", 400));
    let (lucy, lucys) = w.someone("lucy", 1, 250);
    // Lent against the margin of the short.
    w.trade(short, lucy, 50, 1_000);
    assert_eq!([lucy, short].map(|who| w.seen(who)), [(-250, 50, 1), (2_000, -50, 0)]);
    let all = [alice, alan, ben, bill, short, flat, lucy];
    let begun: u128 = w.held();
    assert_eq!(begun, 225 * ONE / 10, "one of bill's is left, and what three brought");
    shut(&w);
    let debtors = errors::DebtorsNotClosed { shorts: cents(50), longs: cents(50) };
    w.refused(flat, distributeCall {}, debtors);
    let never = account("never");
    let unknown = closeAccountsCall { accounts: vec![short, never] };
    w.refused(flat, unknown, errors::UnknownAccount { account: never });
    let owing = closeAccountsCall { accounts: vec![short, ben] };
    w.refused(flat, owing, errors::NftsNotSold { nfts: n(1_u8) });
    close(&w, &[short, lucy, HOUSE]);
    let state = w.chain.state();
    close(&w, &[short]);
    assert_eq!(w.chain.state(), state, "once");
    close(&w, &[flat, short, alan]);
    let ratios = w.send(flat, distributeCall {});
    // 22.50 are there, 19 of them for the first rank; longs have 10, 10 and 2.50 to come.
    assert_eq!(ratios.first, n(ONE));
    let paid = [short, flat, alan].map(|who| claim(&w, who));
    assert_eq!(paid[..2], [15 * ONE, 4 * ONE]);
    assert!(paid[2] > 0 && paid[2] < 10 * ONE, "{paid:?}");
    assert_eq!(claim(&w, flat), 0, "nobody twice");
    w.send(alice, redeem(&w, alice, &[ape]));
    w.chain.warp(REDEMPTION + HALF + 1);
    let buyer = w.trader("buyer", 0);
    let sold = w.send(buyer, buy(&w, ben, &[bored], buyer));
    close(&w, &[bill]);
    w.send(lucy, redeem(&w, lucy, &lucys));
    w.send(flat, distributeCall {});
    let mut claims = [0; 7];
    for (paid, who) in claims.iter_mut().zip(all) {
        claim(&w, who);
        let told = w.chain.events::<events::Claimed>(MARKET);
        *paid = told.iter().filter(|told| told.account == who).map(|told| told.amount.to::<u128>()).sum();
    }
    let [of_alice, of_alan, of_ben, of_bill, of_short, of_flat, of_lucy] = claims;
    assert_eq!((of_alice, of_short, of_flat), (0, 15 * ONE, 4 * ONE));
    assert_eq!(of_ben, sold.price.to::<u128>() - 9 * ONE, "what the sale brought beyond nine");
    let due = [10 * ONE, 10 * ONE, 5 * ONE / 2];
    for (got, due) in [of_alan, of_bill, of_lucy].into_iter().zip(due) {
        assert!((due - 100..=due).contains(&got), "{got} of {due}");
    }
    let brought = 10 * ONE + sold.owe.to::<u128>();
    assert_eq!(claims.iter().sum::<u128>() + w.held(), begun + brought);
    assert!(w.held() < 1_000, "only dust is left");
    assert!(w.chain.view(CASH, IToken::balanceOfCall { account: MARKET }).unwrap() < n(1_000_u16));
}

#[test]
fn longs_share_what_there_is_when_it_is_not_all() {
    let w = World::new();
    let (alice, ape, alan) = pair(&w, "alice", 100);
    let (ben, bored, bill) = pair(&w, "ben", 100);
    shut(&w);
    close(&w, &[alan, bill]);
    let none = w.send(alan, distributeCall {});
    assert_eq!((none.longs, claim(&w, alan)), (U256::ZERO, 0));
    w.send(alice, redeem(&w, alice, &[ape]));
    w.send(alan, distributeCall {});
    assert_eq!(claim(&w, alan), 5 * ONE, "half of it by now");
    w.chain.warp(REDEMPTION + 2 * HALF + 1);
    let buyer = w.trader("buyer", 0);
    let price = w.send(buyer, buy(&w, ben, &[bored], buyer)).price.to::<u128>();
    assert!(price < 5 * ONE, "{price}");
    assert_eq!(w.last::<events::AccountClosed>().amount, U256::ZERO, "a debt is no claim");
    w.send(alan, distributeCall {});
    let each = (10 * ONE + price) / 2;
    for (got, due) in [(claim(&w, alan), each - 5 * ONE), (claim(&w, bill), each)] {
        assert!((due - 100..=due).contains(&got), "{got} of {due}");
    }
    assert!(w.held() < 1_000);
}

#[test]
fn what_waited_is_paid_first_and_as_ever() {
    let w = World::new();
    let (holder, id, long) = pair(&w, "holder", 100);
    w.prices(1_200, 1_000);
    w.days(1);
    w.prices(1_000, 1_000);
    assert_eq!([holder, long].map(|who| w.seen(who)), [(200, -100, 1), (-200, 100, 0)]);
    let call = withdrawCashCall { account: holder, amount: cents(200), to: holder, deadline: w.deadline() };
    let ticket = w.send(holder, call).ticket;
    shut(&w);
    w.send(holder, redeem(&w, holder, &[id]));
    close(&w, &[long]);
    w.send(long, distributeCall {});
    assert_eq!(w.last::<events::Distributed>().longRatio, n(ONE));
    assert_eq!(claim(&w, long), 8 * ONE);
    assert_eq!(w.send(long, claimWaitingCall { ticket }), cents(200));
    assert_eq!(w.held(), 0);
}

#[test]
fn what_the_house_has_not_sold_holds_nobody_up() {
    let w = World::new();
    let [short, long] = [("short", 4_000), ("long", 500)].map(|(name, cash)| w.trader(name, cash));
    let (holder, ids) = w.someone("holder", 1, 0);
    let [rich, taker] = ["rich", "taker"].map(|name| w.trader(name, 1_000));
    w.trade(short, long, 100, 1_000);
    w.trade(holder, rich, 100, 1_000);
    w.withdraw(holder, 1_000);
    w.prices(200, 200);
    let deadline = w.deadline();
    let call =
        takeOverCall { account: long, fp: cents(100), leastGot: U256::ZERO, mostPaid: U256::MAX, deadline };
    w.send(taker, call);
    w.refused(w.owner, shutDownCall {}, errors::FundingPending { epoch: U256::ZERO });
    w.poke();
    assert_eq!(w.seen(HOUSE), (-152, 76, 0));
    shut(&w);
    let all = [short, rich, taker];
    close(&w, &all);
    let debtors = errors::DebtorsNotClosed { shorts: U256::ZERO, longs: cents(76) };
    w.refused(taker, distributeCall {}, debtors);
    close(&w, &[HOUSE]);
    w.send(holder, redeem(&w, holder, &ids));
    w.send(taker, distributeCall {});
    let paid = all.map(|who| claim(&w, who));
    assert_eq!(paid[0], 4_648 * ONE / 100, "48.48 and a short of one at two");
    assert!(paid[1] <= 2 * ONE && paid[1] + 100 > 2 * ONE, "{paid:?}");
    assert!(w.held() < 1_000);
}
