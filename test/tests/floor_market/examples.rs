//! The examples that the product is specified by, to the wei.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use everfloor_test::{
    Backend, FloorSystem, ONE, Told,
    abi::{FloorMarket::*, MarketPeers},
    account,
};

const CENT: u128 = ONE / 100;
/// What 0.2 of funding on a mark of 10 pays: the index is 10.2.
const ABOVE: u128 = 102 * ONE / 10;

fn wei(value: u128) -> i128 {
    i128::try_from(value).unwrap()
}

/// Cash and FP of an account, wei.
fn held(s: &FloorSystem, who: Address) -> (i128, i128) {
    let (cash, fp) = s.holding(who);
    (i128::try_from(cash).unwrap(), i128::try_from(fp).unwrap())
}

/// A holder who has sold FP at 10 against an NFT and has so much cash left; and the longs who bought it, without cash.
fn holder(s: &mut FloorSystem, fp: u128, cash: u128, longs: &[(&str, u128)]) -> Address {
    let holder = s.trader("holder");
    s.lock(holder, 1);
    for (name, part) in longs {
        let long = s.trader(name);
        s.deposit(long, part * 10);
        s.trade(long, holder, *part, 10 * ONE);
    }
    let (has, short) = held(s, holder);
    assert_eq!(short, -wei(fp));
    let rest = has - wei(cash);
    if rest > 0 {
        let call = s.withdraw_call(holder, rest.unsigned_abs());
        assert_eq!(s.must(holder, call).returned.paid, U256::from(rest));
    } else {
        s.deposit(holder, rest.unsigned_abs());
    }
    holder
}

/// The outcome of a trade that a venue offers.
fn offer(s: &mut FloorSystem, call: settleTradeCall) -> (u8, [u8; 4]) {
    let desk = s.desk;
    let told = s.must(desk, call).returned;
    (told.outcome, told.reason.0)
}

#[test]
fn a_holder_hedges_ten_and_buys_back_at_half_the_price() {
    let mut s = FloorSystem::told();
    s.set_prices(20 * ONE, 20 * ONE);
    let (holder, maker) = (s.trader("holder"), s.trader("maker"));
    let ids = s.lock(holder, 10);
    s.deposit(maker, 200 * ONE);
    s.trade(maker, holder, 10 * ONE, 20 * ONE);
    assert_eq!(held(&s, holder), (wei(200 * ONE), -wei(10 * ONE)));
    s.set_prices(10 * ONE, 10 * ONE);
    s.trade(holder, maker, 10 * ONE, 10 * ONE);
    assert_eq!(held(&s, holder), (wei(100 * ONE), 0));
    s.must(holder, withdrawNftCall { account: holder, ids: ids.clone(), to: holder, deadline: U256::MAX });
    assert!(ids.iter().all(|id| s.owner_of(*id) == holder));
}

#[test]
fn a_holder_buys_back_dearer_with_what_is_missing_brought() {
    let mut s = FloorSystem::told();
    s.set_prices(20 * ONE, 20 * ONE);
    let (holder, maker) = (s.trader("holder"), s.trader("maker"));
    s.lock(holder, 10);
    s.deposit(maker, 200 * ONE);
    s.trade(maker, holder, 10 * ONE, 20 * ONE);
    s.set_prices(30 * ONE, 65 * ONE);
    s.deposit(holder, 100 * ONE - 1);
    let call = s.trade_call(holder, maker, 10 * ONE, 30 * ONE);
    let (outcome, reason) = offer(&mut s, call.clone());
    assert_eq!(outcome, 2, "a wei is missing");
    assert_eq!(reason, NegativeCash::SELECTOR);
    s.deposit(holder, 1);
    s.trade(holder, maker, 10 * ONE, 30 * ONE);
    // 65 x 10 of NFTs, 200 got and 300 paid: a profit of 300 against 250.
    assert_eq!(held(&s, holder), (0, 0));
    assert_eq!(held(&s, maker), (wei(300 * ONE), 0));
}

#[test]
fn a_short_without_cash_pays_in_kind_and_longs_grow_in_proportion() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE / 2, 0, &[("x", 3 * ONE / 10), ("y", 2 * ONE / 10)]);
    s.pay_epoch(10 * ONE, ABOVE);
    assert_eq!(held(&s, holder), (0, -wei(51 * CENT)));
    assert_eq!(held(&s, account("x")), (0, wei(306 * ONE / 1_000)));
    assert_eq!(held(&s, account("y")), (0, wei(204 * ONE / 1_000)));
}

#[test]
fn growth_in_kind_alone_makes_a_short_liquidatable_not_a_price() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, 985 * ONE / 1_000, 0, &[("x", 985 * ONE / 1_000)]);
    s.set_prices(1_000 * ONE, 20 * ONE);
    assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable, "whatever the mark");
    s.set_prices(10 * ONE, ABOVE);
    s.pay_epoch(10 * ONE, ABOVE);
    assert_eq!(held(&s, holder), (0, -wei(10_047 * ONE / 10_000)));
    let test = s.view(isLiquidatableCall { account: holder });
    assert!(test.liquidatable);
    assert_eq!(test.owed - test.have, U256::from(4_794 * ONE / 100_000));
}

#[test]
fn a_limit_below_one_is_crossed_by_growth_as_well() {
    let mut s = FloorSystem::told_with(|params, _| {
        let limit = U256::from(99 * CENT);
        (params.opening, params.maintenance, params.cure) = (limit, limit, limit);
    });
    let fp = 985 * ONE / 1_000;
    let holder = holder(&mut s, fp, 0, &[("x", fp)]);
    assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable);
    s.pay_epoch(985 * CENT, 995 * CENT);
    let (cash, short) = held(&s, holder);
    assert_eq!(cash, 0);
    assert!((0..=2).contains(&(-short - wei(995 * ONE / 1_000))), "{short}");
    let (_, long) = held(&s, account("x"));
    assert!((-2..=0).contains(&(long - wei(995 * ONE / 1_000))), "{long}");
    assert!(s.view(isLiquidatableCall { account: holder }).liquidatable);
}

#[test]
fn cash_is_paid_first_and_the_rest_in_kind() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE / 2, 4 * CENT, &[("x", ONE / 2)]);
    s.pay_epoch(10 * ONE, ABOVE);
    assert_eq!(held(&s, holder), (0, -wei(506 * ONE / 1_000)));
    assert_eq!(held(&s, account("x")), (wei(4 * CENT), wei(506 * ONE / 1_000)));
}

#[test]
fn three_kinds_of_shorts_pay_two_longs() {
    let mut s = FloorSystem::told();
    let [a, b, c, x, y] = ["a", "b", "c", "x", "y"].map(|name| s.trader(name));
    s.lock(a, 1);
    s.lock(b, 1);
    s.deposit(x, 20 * ONE);
    s.deposit(y, 10 * ONE);
    s.deposit(c, 30 * ONE);
    for (long, short, fp) in [(x, a, ONE / 2), (x, b, ONE), (x, c, ONE / 2), (y, c, ONE)] {
        s.trade(long, short, fp, 10 * ONE);
    }
    for (short, leaves) in [(a, 0), (b, 15 * CENT), (c, 30 * ONE)] {
        let (cash, _) = held(&s, short);
        let call = s.withdraw_call(short, (cash - wei(leaves)).unsigned_abs());
        s.must(short, call);
    }
    s.pay_epoch(10 * ONE, ABOVE);
    assert_eq!(held(&s, a), (0, -wei(51 * CENT)));
    assert_eq!(held(&s, b), (0, -wei(1_005 * ONE / 1_000)));
    assert_eq!(held(&s, c), (wei(297 * ONE / 10), -wei(15 * ONE / 10)));
    assert_eq!(held(&s, x), (wei(3 * ONE / 10), wei(201 * CENT)));
    assert_eq!(held(&s, y), (wei(15 * CENT), wei(1_005 * ONE / 1_000)));
    let market = s.view(getMarketCall {});
    assert_eq!(market.openInterest, U256::from(3_015 * ONE / 1_000));
}

#[test]
fn payments_in_kind_compound_for_thirty_six_epochs() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE / 2, 0, &[("x", ONE / 2)]);
    let expected = [
        (1, 510_000_000_000_000_000, 510_000_000_000_000_000),
        (2, 520_200_000_000_000_000, 520_200_000_000_000_000),
        (10, 609_497_209_997_378_566, 609_497_209_997_378_565),
        (34, 980_338_016_011_007_435, 980_338_016_011_007_435),
        (35, 999_944_776_331_227_583, 999_944_776_331_227_568),
        (36, 1_019_943_671_857_852_135, 1_019_943_671_857_852_119),
    ];
    for epoch in 1..=36_u64 {
        s.pay_epoch(10 * ONE, ABOVE);
        let Some((_, short, long)) = expected.iter().find(|(at, ..)| *at == epoch) else { continue };
        let ((_, has_short), (_, has_long)) = (held(&s, holder), held(&s, account("x")));
        assert!((-has_short - short).abs() <= 20, "epoch {epoch}: {has_short}");
        assert!((has_long - long).abs() <= 40, "epoch {epoch}: {has_long}");
        assert!(-has_short >= has_long, "shorts owe no less than longs have");
        s.set_prices(10 * ONE, ABOVE);
        assert_eq!(s.view(isLiquidatableCall { account: holder }).liquidatable, epoch == 36, "epoch {epoch}");
    }
}

#[test]
fn a_short_is_paid_in_cash_when_the_mark_is_above() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE / 2, 2 * ONE, &[("x", ONE / 2)]);
    s.deposit(account("x"), ONE);
    s.pay_epoch(1_002 * CENT, 10 * ONE);
    assert_eq!(held(&s, holder), (wei(201 * CENT), -wei(ONE / 2)));
    assert_eq!(held(&s, account("x")), (wei(99 * CENT), wei(ONE / 2)));
    assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable);
}

#[test]
fn one_fp_against_one_nft_is_never_liquidated_by_a_price() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE, 0, &[("x", ONE)]);
    for (mark, index) in [(1, 1), (10, 10), (1_000, 10), (1, 1_000_000), (1_000_000, 1)] {
        s.set_prices(mark * ONE, index * ONE);
        assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable, "at {mark} and {index}");
        let balance = s.view(getAccountCall { owner: holder });
        let refusal = NotLiquidatable { owed: balance.owed, have: balance.have };
        let call = kickCall { account: holder, ids: vec![U256::ONE], deadline: U256::MAX };
        s.refused(account("keeper"), call, refusal);
    }
}

#[test]
fn the_test_of_a_mixed_account_turns_on_a_wei() {
    let mut s = FloorSystem::told();
    s.set_prices(ABOVE, ABOVE);
    let (holder, long) = (s.trader("holder"), s.trader("x"));
    s.lock(holder, 1);
    s.deposit(long, 20 * ONE);
    s.trade(long, holder, 12 * ONE / 10, ABOVE);
    let keeps = 204 * CENT;
    // What is short beyond the NFT wants a margin when cash is taken, which is small at a low price.
    s.set_prices(ONE, ONE);
    let (cash, _) = held(&s, holder);
    let call = s.withdraw_call(holder, cash.unsigned_abs() - keeps);
    s.must(holder, call);
    s.set_prices(ABOVE, ABOVE);
    assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable, "equal is enough");
    // A wei less, which only a lower price lets him take.
    let one_more = s.withdraw_call(holder, 1);
    assert!(s.send(holder, one_more.clone()).is_err());
    s.set_prices(ONE, ONE);
    s.must(holder, one_more);
    s.set_prices(ABOVE, ABOVE);
    let test = s.view(isLiquidatableCall { account: holder });
    assert!(test.liquidatable);
    assert_eq!(test.owed - test.have, U256::ONE);
}

#[test]
fn alice_bob_and_charlie_are_all_paid() {
    let mut s = FloorSystem::told();
    s.set_prices(ONE, ONE);
    let [alice, bob, charlie] = ["alice", "bob", "charlie"].map(|name| s.trader(name));
    s.lock(alice, 1);
    s.deposit(bob, ONE);
    s.trade(bob, alice, ONE, ONE);
    assert_eq!((held(&s, alice), held(&s, bob)), ((wei(ONE), -wei(ONE)), (0, wei(ONE))));
    s.set_prices(6 * ONE, 6 * ONE);
    // Bob's profit of 5 is nowhere yet: a purchase on margin would leave nothing to pay it with.
    s.deposit(charlie, 3 * ONE);
    let call = s.trade_call(charlie, bob, ONE, 6 * ONE);
    let (outcome, reason) = offer(&mut s, call.clone());
    assert_eq!((outcome, reason), (2, InsufficientCollateral::SELECTOR));
    s.deposit(charlie, 3 * ONE);
    s.trade(charlie, bob, ONE, 6 * ONE);
    let held_by_all = |s: &FloorSystem| s.view(getCashCall {}).held;
    assert_eq!(held_by_all(&s), U256::from(7 * ONE));
    for (who, amount, left) in [(bob, 6 * ONE, ONE), (alice, ONE, 0)] {
        let call = s.withdraw_call(who, amount);
        assert_eq!(s.must(who, call).returned.paid, U256::from(amount));
        assert_eq!(held_by_all(&s), U256::from(left));
    }
}

#[test]
fn the_price_of_an_auction_falls_by_steps_and_is_begun_anew() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, 985 * ONE / 1_000, 0, &[("x", 985 * ONE / 1_000)]);
    s.pay_epoch(10 * ONE, ABOVE);
    s.set_prices(10 * ONE, 20 * ONE);
    let id = s.view(nftsOfCall { account: holder, from: U256::ZERO, limit: U256::from(10) }).list[0].id;
    let call = kickCall { account: holder, ids: vec![id], deadline: U256::MAX };
    let auction = s.must(account("keeper"), call).returned;
    let started = s.view(getAuctionCall { id: auction }).started;
    let at = |s: &FloorSystem, seconds: u64| {
        s.view(auctionPriceCall { id: auction, time: started + U256::from(seconds) })
    };
    for (seconds, price) in [
        (0, 20 * ONE),
        (599, 20 * ONE),
        (600, 19_713_263_972_803_751_493),
        (3_600, 18_340_080_864_093_424_634),
        (28_800, 9_999_999_999_999_999_999),
    ] {
        assert_eq!(at(&s, seconds), U256::from(price), "after {seconds} seconds");
    }
    s.refused(account("keeper"), redoCall { auction }, StillRunning { started, nowTime: started });
    s.backend.warp(50_400);
    s.set_prices(10 * ONE, 12 * ONE);
    s.must(account("keeper"), redoCall { auction });
    assert_eq!(s.view(getAuctionCall { id: auction }).price, U256::from(12 * ONE));
}

#[test]
fn an_nft_is_sold_the_short_bought_back_and_the_rest_is_the_owners() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, 985 * ONE / 1_000, 0, &[("x", 985 * ONE / 1_000)]);
    s.pay_epoch(10 * ONE, ABOVE);
    s.set_prices(10 * ONE, 105 * ONE / 10);
    let id = s.view(nftsOfCall { account: holder, from: U256::ZERO, limit: U256::from(10) }).list[0].id;
    let keeper = s.trader("keeper");
    let call = kickCall { account: holder, ids: vec![id], deadline: U256::MAX };
    let auction = s.must(keeper, call).returned;
    let take = takeCall {
        auction,
        ids: vec![id],
        maxPrice: U256::from(105 * ONE / 10),
        fp: U256::ZERO,
        receiver: keeper,
        data: Default::default(),
        deadline: U256::MAX,
    };
    let taken = s.must(keeper, take).returned;
    assert_eq!(taken.bought, U256::from(10_047 * ONE / 10_000));
    assert_eq!(s.owner_of(id), keeper);
    assert_eq!(held(&s, holder), (wei(453 * ONE / 1_000), 0));
    assert_eq!(held(&s, account("x")).0, wei(10_047 * ONE / 1_000), "longs are paid at the mark");
    let call = s.withdraw_call(holder, 453 * ONE / 1_000);
    assert_eq!(s.must(holder, call).returned.paid, U256::from(453 * ONE / 1_000));
}

#[test]
fn only_nfts_of_the_root_are_of_an_attribute_market() {
    let root: B256 = "38df29c12d0b6cbbd6dd55f5d3398c3d7b465da33aea410d0cc790d19ef24026".parse().unwrap();
    let proof: Vec<B256> = [
        "df9794daa5195d8c3a1ae269f31e1dc4ec407700e2c71e46da4759e0e911c527",
        "cc45a66a01155c09a39679a75245010f469139ef30d5a2200b9b6945ad08cc04",
    ]
    .map(|part| part.parse().unwrap())
    .to_vec();
    let mut s = FloorSystem::told();
    let peers = MarketPeers { root, ..s.view(peersCall {}) };
    let genesis = s.view(paramsCall {}).genesis;
    s.market = s.new_market(peers, FloorSystem::params(genesis), FloorSystem::auctions()).unwrap();
    let holder = s.trader("holder");
    let (nft, member, other) = (s.nft, U256::from(42), U256::from(43));
    for id in [member, other] {
        s.must_to(holder, nft, everfloor_test::Nft::mintCall { to: holder, id });
    }
    let lock = |ids: Vec<U256>, proofs: Vec<Vec<B256>>| depositNftCall { account: holder, ids, proofs };
    let foreign = |id| NotThisCollection { collection: nft, id };
    s.refused(holder, lock(vec![member], vec![]), foreign(member));
    s.refused(holder, lock(vec![other], vec![proof.clone()]), foreign(other));
    s.refused(holder, lock(vec![member, other], vec![proof.clone(), proof.clone()]), foreign(other));
    s.must(holder, lock(vec![member], vec![proof]));
    assert_eq!(s.view(nftCall { id: member }).account, holder);
}

#[test]
fn a_payment_is_made_in_steps_of_any_size() {
    let mut whole = FloorSystem::told();
    let mut small = whole.clone();
    let mut ends = Vec::new();
    for (s, steps) in [(&mut whole, 1_000_u64), (&mut small, 1)] {
        let shorts: Vec<Address> = (0..6).map(|n| s.trader(&format!("short {n}"))).collect();
        let long = s.trader("x");
        s.deposit(long, 100 * ONE);
        for (n, short) in shorts.iter().enumerate() {
            s.lock(*short, 1);
            s.trade(long, *short, ONE / 2, 10 * ONE);
            let cash = 5 * ONE - n as u128 * 3 * CENT;
            let call = s.withdraw_call(*short, cash);
            s.must(*short, call);
        }
        let (owner, venue, index) = (s.owner, s.venue, s.index);
        for epoch in 0..3_u64 {
            for (at, to) in [(venue, 10 * ONE), (index, ABOVE)] {
                let call = Told::setAverageCall { epoch: U256::from(epoch), to: U256::from(to) };
                s.must_to(owner, at, call);
            }
        }
        s.backend.warp(3 * 86_400);
        let mut calls = 0;
        let poke = pokeFundingCall { maxSteps: U256::from(steps) };
        while !s.must(account("keeper"), poke.clone()).returned.done {
            calls += 1;
            assert!(calls < 100, "every call gets on");
        }
        assert_eq!(calls == 0, steps > 1);
        ends.push(shorts.iter().chain([&long]).map(|who| held(s, *who)).collect::<Vec<_>>());
    }
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn an_epoch_waits_for_its_prices_and_is_skipped_only_if_it_will_never_have_any() {
    let mut s = FloorSystem::told();
    let holder = holder(&mut s, ONE / 2, 0, &[("x", ONE / 2)]);
    s.backend.warp(86_400);
    let call = pokeFundingCall { maxSteps: U256::from(10) };
    // There is an index, and the venue says that the epoch is not over for it yet.
    let (owner, index) = (s.owner, s.index);
    s.must_to(owner, index, Told::setAverageCall { epoch: U256::ZERO, to: U256::from(ABOVE) });
    let pending = PriceUnavailable { source: U256::ONE, status: U256::ONE };
    s.refused(account("keeper"), call.clone(), pending);
    let venue = s.venue;
    s.must_to(owner, venue, Told::setAverageCall { epoch: U256::ZERO, to: U256::from(10 * ONE) });
    s.must(account("keeper"), call.clone());
    assert_eq!(held(&s, holder).1, -wei(51 * CENT));
    // Of the next there is no index, and the one after it is paid.
    s.must_to(owner, index, Told::setAverageCall { epoch: U256::from(2), to: U256::from(ABOVE) });
    s.must_to(owner, venue, Told::setAverageCall { epoch: U256::from(2), to: U256::from(10 * ONE) });
    s.backend.warp(2 * 86_400);
    let poked = s.must(account("keeper"), call);
    let skipped: FundingSkipped = poked.event();
    assert_eq!((skipped.epoch, skipped.source), (U256::ONE, U256::ZERO));
    assert!((-held(&s, holder).1 - wei(5_202 * ONE / 10_000)).abs() <= 1);
}

#[test]
fn a_mark_that_nobody_stood_behind_for_half_of_its_time_is_none() {
    let mut s = FloorSystem::told();
    s.set_prices(7 * ONE, 10 * ONE);
    let (owner, venue) = (s.owner, s.venue);
    let mark = |s: &FloorSystem| s.view(markPriceCall {}).price;
    s.must_to(owner, venue, Told::setBlindCall { to: U256::from(1_800) });
    assert_eq!(mark(&s), U256::from(7 * ONE));
    s.must_to(owner, venue, Told::setBlindCall { to: U256::from(1_801) });
    assert_eq!(mark(&s), U256::from(10 * ONE), "what one FP tracks");
    // A venue at work tells it in the same way; no trade of a venue of one's own can say so.
    let (short, long) = (s.trader("short"), s.trader("long"));
    s.deposit(short, 6 * ONE);
    s.deposit(long, 20 * ONE);
    s.trade(long, short, ONE, 10 * ONE);
    assert!(!s.view(isLiquidatableCall { account: short }).liquidatable);
}
