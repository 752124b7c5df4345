//! The examples that the product is specified by, to the wei. Prices are hundredths, FP and cash are wei.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;

use crate::rig::*;

const CENT: i128 = 10_000_000_000_000_000;
const WHOLE: i128 = 100 * CENT;

/// Cash and FP of an account, wei.
fn held(w: &World, who: Address) -> (i128, i128) {
    let seen = w.view(seenCall { account: who });
    (i128::try_from(seen.cash).unwrap(), i128::try_from(seen.fp).unwrap())
}

/// By the letter: one FP against one NFT, no fees, no rewards.
fn literal() -> World {
    World::with(|params, auctions| {
        params.bonus = U256::ZERO;
        (auctions.top, auctions.chop, auctions.fall) = (n(ONE), U256::ZERO, U256::ZERO);
        (auctions.tip, auctions.chip, auctions.spacing) = (U256::ZERO, U256::ZERO, 0);
    })
}

fn trade(w: &World, seller: Address, buyer: Address, fp: i128, price: u128) {
    let call = settleTradeCall { fp: n(fp.unsigned_abs()), ..w.trade_call(seller, buyer, 0, price) };
    let told = w.send(VENUE, call);
    assert_eq!(told.outcome, 0, "{told:?}");
}

/// Leaves so much cash in an account.
fn leave(w: &World, who: Address, cash: i128) {
    let (has, _) = held(w, who);
    if has > cash {
        let amount = n((has - cash).unsigned_abs());
        let call = withdrawCashCall { account: who, amount, to: who, deadline: w.deadline() };
        assert_eq!(w.send(who, call).paid, amount);
    } else if has < cash {
        w.send(who, depositCashCall { amount: n((cash - has).unsigned_abs()), account: who });
    }
}

/// A holder of one NFT who has sold FP at ten to longs that have no more cash than it cost, and has so much left.
fn holder(w: &World, cash: i128, longs: &[(&str, i128)]) -> (Address, Vec<U256>, Vec<Address>) {
    let (holder, ids) = w.someone("holder", 1, 0);
    let mut buyers = Vec::new();
    for (name, fp) in longs {
        let long = w.trader(name, 0);
        leave(w, long, 10 * fp);
        trade(w, holder, long, *fp, 1_000);
        buyers.push(long);
    }
    leave(w, holder, cash);
    (holder, ids, buyers)
}

/// A day at these prices, paid.
fn day(w: &World, mark: u128, index: u128) {
    w.prices(mark, index);
    w.days(1);
}

/// Whether an account may be liquidated: what it is held to and what it has, if it may not.
fn kick(w: &World, who: Address, ids: &[U256]) -> Result<U256, Vec<u8>> {
    let call = kickCall { account: who, ids: ids.to_vec(), deadline: w.deadline() };
    w.chain.send(account("keeper"), MARKET, call).map_err(|revert| revert.0)
}

fn is_liquidatable(w: &World, who: Address, ids: &[U256]) -> bool {
    let state = w.chain.snapshot();
    let kicked = kick(w, who, ids);
    w.chain.restore(&state);
    if let Err(refusal) = &kicked {
        assert_eq!(refusal[..4], errors::NotLiquidatable::SELECTOR, "refused for another reason");
    }
    kicked.is_ok()
}

#[test]
fn a_holder_hedges_ten_and_buys_back_at_half_the_price() {
    let w = literal();
    w.prices(2_000, 2_000);
    let ((holder, ids), maker) = (w.someone("holder", 10, 0), w.trader("maker", 20_000));
    w.trade(holder, maker, 1_000, 2_000);
    assert_eq!(held(&w, holder), (200 * WHOLE, -10 * WHOLE));
    w.prices(1_000, 1_000);
    w.trade(maker, holder, 1_000, 1_000);
    assert_eq!(held(&w, holder), (100 * WHOLE, 0));
    w.send(holder, withdrawNftCall { account: holder, ids: ids.clone(), to: holder, deadline: w.deadline() });
    assert!(ids.iter().all(|id| w.holder(*id) == holder));
}

#[test]
fn a_holder_buys_back_dearer_with_what_is_missing_brought() {
    let w = literal();
    w.prices(2_000, 2_000);
    let ((holder, _), maker) = (w.someone("holder", 10, 0), w.trader("maker", 20_000));
    w.trade(holder, maker, 1_000, 2_000);
    w.prices(3_000, 6_500);
    leave(&w, holder, 300 * WHOLE - 1);
    let told = w.send(VENUE, w.trade_call(maker, holder, 1_000, 3_000));
    assert_eq!((told.outcome, told.reason.0), (2, errors::NegativeCash::SELECTOR), "a wei is missing");
    leave(&w, holder, 300 * WHOLE);
    w.trade(maker, holder, 1_000, 3_000);
    // 650 of NFTs, 200 got, 300 paid: 550, against 250 before.
    assert_eq!((held(&w, holder), held(&w, maker)), ((0, 0), (300 * WHOLE, 0)));
}

#[test]
fn a_short_without_cash_pays_in_kind_and_longs_grow_in_proportion() {
    let w = literal();
    let (holder, _, longs) = holder(&w, 0, &[("x", 30 * CENT), ("y", 20 * CENT)]);
    day(&w, 1_000, 1_020);
    assert_eq!(held(&w, holder), (0, -51 * CENT));
    assert_eq!(
        longs.iter().map(|long| held(&w, *long)).collect::<Vec<_>>(),
        [(0, 306 * CENT / 10), (0, 204 * CENT / 10)]
    );
}

#[test]
fn growth_in_kind_makes_a_short_liquidatable_and_no_price_does() {
    let w = literal();
    let (holder, ids, longs) = holder(&w, 0, &[("x", 985 * CENT / 10)]);
    for (mark, index) in [(1, 1), (100_000, 2_000), (1, 100_000), (100_000, 1)] {
        w.prices(mark, index);
        assert!(!is_liquidatable(&w, holder, &ids), "at {mark} and {index}");
    }
    day(&w, 1_000, 1_020);
    let grown = 10_047 * CENT / 100;
    assert_eq!((held(&w, holder), held(&w, longs[0])), ((0, -grown), (0, grown)));
    assert!(is_liquidatable(&w, holder, &ids));
    // Cash that covers the rest at the index covers it: 0.0047 x 10.2.
    leave(&w, holder, 4_794 * CENT / 1_000 - 1);
    assert!(is_liquidatable(&w, holder, &ids), "a wei is missing");
    leave(&w, holder, 4_794 * CENT / 1_000);
    assert!(!is_liquidatable(&w, holder, &ids), "equal is enough");
}

#[test]
fn a_limit_below_one_is_crossed_by_growth_as_well() {
    let w = World::with(|params, auctions| {
        let limit = cents(99);
        (params.opening, params.maintenance, params.cure) = (limit, limit, limit);
        auctions.spacing = 0;
    });
    let (holder, ids, longs) = holder(&w, 0, &[("x", 985 * CENT / 10)]);
    w.prices(985, 995);
    assert!(!is_liquidatable(&w, holder, &ids));
    w.days(1);
    let ((cash, short), (_, long)) = (held(&w, holder), held(&w, longs[0]));
    let grown = 995 * CENT / 10;
    assert_eq!(cash, 0);
    assert!((0..=2).contains(&(-short - grown)) && (-2..=0).contains(&(long - grown)), "{short} {long}");
    assert!(is_liquidatable(&w, holder, &ids));
}

#[test]
fn cash_is_paid_first_and_the_rest_in_kind() {
    let w = literal();
    let (holder, _, longs) = holder(&w, 4 * CENT, &[("x", 50 * CENT)]);
    day(&w, 1_000, 1_020);
    assert_eq!(held(&w, holder), (0, -506 * CENT / 10));
    assert_eq!(held(&w, longs[0]), (4 * CENT, 506 * CENT / 10));
}

#[test]
fn three_kinds_of_shorts_pay_two_longs() {
    let w = literal();
    let ((a, _), (b, _)) = (w.someone("a", 1, 0), w.someone("b", 1, 0));
    let [c, x, y] = [("c", 3_000), ("x", 2_000), ("y", 1_000)].map(|(name, cash)| w.trader(name, cash));
    for (short, long, fp) in [(a, x, 50), (b, x, 100), (c, x, 50), (c, y, 100)] {
        w.trade(short, long, fp, 1_000);
    }
    for (short, cash) in [(a, 0), (b, 15 * CENT), (c, 30 * WHOLE)] {
        leave(&w, short, cash);
    }
    day(&w, 1_000, 1_020);
    assert_eq!(held(&w, a), (0, -51 * CENT));
    assert_eq!(held(&w, b), (0, -1_005 * CENT / 10));
    assert_eq!(held(&w, c), (2_970 * CENT, -150 * CENT));
    assert_eq!(held(&w, x), (30 * CENT, 201 * CENT));
    assert_eq!(held(&w, y), (15 * CENT, 1_005 * CENT / 10));
}

#[test]
fn payments_in_kind_compound_for_thirty_six_days() {
    let w = literal();
    let (holder, ids, longs) = holder(&w, 0, &[("x", 50 * CENT)]);
    let expected: [(u64, i128, i128); 6] = [
        (1, 510_000_000_000_000_000, 510_000_000_000_000_000),
        (2, 520_200_000_000_000_000, 520_200_000_000_000_000),
        (10, 609_497_209_997_378_566, 609_497_209_997_378_565),
        (34, 980_338_016_011_007_435, 980_338_016_011_007_435),
        (35, 999_944_776_331_227_583, 999_944_776_331_227_568),
        (36, 1_019_943_671_857_852_135, 1_019_943_671_857_852_119),
    ];
    for now in 1..=36 {
        day(&w, 1_000, 1_020);
        let Some((_, short, long)) = expected.iter().find(|(then, ..)| *then == now) else { continue };
        let ((_, has_short), (_, has_long)) = (held(&w, holder), held(&w, longs[0]));
        assert!((-has_short - short).abs() <= 20, "day {now}: {has_short}");
        assert!((has_long - long).abs() <= 40, "day {now}: {has_long}");
        assert!(-has_short >= has_long, "shorts owe no less than longs have");
        assert_eq!(is_liquidatable(&w, holder, &ids), now == 36, "day {now}");
    }
}

#[test]
fn a_short_is_paid_in_cash_when_the_mark_is_above() {
    let w = literal();
    let (holder, ids, longs) = holder(&w, 2 * WHOLE, &[("x", 50 * CENT)]);
    leave(&w, longs[0], WHOLE);
    day(&w, 1_002, 1_000);
    assert_eq!(held(&w, holder), (201 * CENT, -50 * CENT));
    assert_eq!(held(&w, longs[0]), (99 * CENT, 50 * CENT));
    assert!(!is_liquidatable(&w, holder, &ids));
}

#[test]
fn alice_bob_and_charlie_are_all_paid() {
    let w = literal();
    w.prices(100, 100);
    let (alice, _) = w.someone("alice", 1, 0);
    let [bob, charlie] = [("bob", 100), ("charlie", 300)].map(|(name, cash)| w.trader(name, cash));
    w.trade(alice, bob, 100, 100);
    assert_eq!((held(&w, alice), held(&w, bob)), ((WHOLE, -WHOLE), (0, WHOLE)));
    w.prices(600, 600);
    // Bob's profit of five is nowhere yet: a purchase on margin would leave nothing to pay it with.
    let told = w.send(VENUE, w.trade_call(bob, charlie, 100, 600));
    assert_eq!((told.outcome, told.reason.0), (2, errors::InsufficientCollateral::SELECTOR));
    leave(&w, charlie, 6 * WHOLE);
    w.trade(bob, charlie, 100, 600);
    assert_eq!(w.held(), 7 * ONE);
    w.withdraw(bob, 600);
    assert_eq!(w.held(), ONE);
    w.withdraw(alice, 100);
    assert_eq!(w.held(), 0);
}

#[test]
fn the_price_of_an_auction_falls_by_steps_and_is_begun_anew() {
    let w = literal();
    let (holder, ids, _) = holder(&w, 0, &[("x", 985 * CENT / 10)]);
    day(&w, 1_000, 1_020);
    w.prices(1_000, 2_000);
    let auction = kick(&w, holder, &ids).unwrap();
    let buyer = w.trader("buyer", 0);
    let price = |w: &World| {
        let state = w.chain.snapshot();
        let data = alloy_primitives::Bytes::new();
        let (ids, deadline) = (ids.clone(), w.deadline());
        let (max, fp) = (U256::MAX >> 128, U256::ZERO);
        let taken =
            w.send(buyer, takeCall { auction, ids, maxPrice: max, fp, receiver: buyer, data, deadline });
        w.chain.restore(&state);
        taken.price.to::<u128>()
    };
    let mut passed = 0;
    for (seconds, expected) in [
        (0, 20 * ONE),
        (599, 20 * ONE),
        (600, 19_713_263_972_803_751_493),
        (3_600, 18_340_080_864_093_424_634),
        (28_800, 9_999_999_999_999_999_999),
    ] {
        w.chain.warp(seconds - passed);
        passed = seconds;
        assert_eq!(price(&w), expected, "after {seconds} seconds");
    }
    let started = n(w.chain.now() - passed);
    let running = errors::StillRunning { started, nowTime: n(w.chain.now()) };
    w.refused(account("keeper"), redoCall { auction }, running);
    w.chain.warp(50_400 - passed);
    w.prices(1_000, 1_200);
    w.send(account("keeper"), redoCall { auction });
    assert_eq!(price(&w), 12 * ONE);
}

#[test]
fn an_nft_is_sold_the_short_bought_back_and_the_rest_is_the_owners() {
    let w = literal();
    let (holder, ids, longs) = holder(&w, 0, &[("x", 985 * CENT / 10)]);
    day(&w, 1_000, 1_020);
    w.prices(1_000, 1_050);
    let auction = kick(&w, holder, &ids).unwrap();
    let buyer = w.trader("buyer", 0);
    let data = alloy_primitives::Bytes::new();
    let (max, fp, deadline) = (cents(1_050), U256::ZERO, w.deadline());
    let call = takeCall { auction, ids: ids.clone(), maxPrice: max, fp, receiver: buyer, data, deadline };
    let taken = w.send(buyer, call);
    assert_eq!((taken.price, taken.bought), (max, n(10_047 * ONE / 10_000)));
    assert_eq!(w.holder(ids[0]), buyer);
    assert_eq!(held(&w, holder), (453 * CENT / 10, 0));
    assert_eq!(held(&w, longs[0]).0, 10_047 * CENT / 10, "longs are paid at the mark");
}
