//! An epoch's payment: the worked examples, and where it stops.

use everfloor_floor_rules::{
    FloorError, Kind, Shelves,
    funding::{Prices, Terms, kind_mark, payment},
};

use crate::support::{Market, ONE, PLAIN};

const CENT: u128 = ONE / 100;

/// `n` hundredths.
fn c(n: u128) -> u128 {
    n * CENT
}

fn i(n: u128) -> i128 {
    i128::try_from(n).unwrap()
}

/// A short of `short` against one NFT with `cash` left, and longs that hold it.
fn short_of(market: &mut Market, short: u128, cash: u128, longs: &[u128]) -> (u32, Vec<u32>) {
    let alice = market.open(1, i(cash));
    let holders: Vec<u32> = longs.iter().map(|_| market.open(0, 0)).collect();
    for (holder, fp) in holders.iter().zip(longs) {
        market.trade(alice, *holder, i(*fp), 0);
    }
    assert_eq!(market.view(alice).fp, -i(short));
    (alice, holders)
}

#[test]
fn the_payment_is_the_difference_of_mark_and_index() {
    let pay = |mark, index| payment(Prices { mark, index }, &PLAIN).unwrap();
    assert_eq!(pay(10 * ONE, c(1020)), -i(c(20)), "shorts pay");
    assert_eq!(pay(c(1002), 10 * ONE), i(c(2)), "longs pay");
    assert_eq!(pay(10 * ONE, 10 * ONE), 0);
}

#[test]
fn the_payment_is_never_more_than_its_part_of_the_index() {
    let terms = Terms { max_payment: c(2), max_ratio: 3 * ONE, share: ONE / 24, strike: 0 };
    let pay = |mark, index| payment(Prices { mark, index }, &terms).unwrap();
    assert_eq!(pay(10 * ONE, 11 * ONE), -i(ONE / 24), "an hour's part of a day");
    assert_eq!(pay(ONE, 100 * ONE), -i(2 * ONE), "clamped");
    assert_eq!(pay(100 * ONE, ONE), i(c(2)), "clamped");
}

#[test]
fn a_mark_near_zero_does_not_multiply_shorts() {
    let terms = Terms { max_ratio: 3 * ONE, ..PLAIN };
    let mark = |mark, index| kind_mark(Prices { mark, index }, &terms).unwrap();
    assert_eq!(mark(0, 9 * ONE), 3 * ONE);
    assert_eq!(mark(4 * ONE, 9 * ONE), 4 * ONE);
    assert_eq!(mark(1, 10 * ONE), 10 * ONE / 3 + 1, "rounded up");
}

/// Example 6: no cash, all in kind.
#[test]
fn a_short_without_cash_pays_in_kind_and_longs_get_it_in_proportion() {
    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, c(50), 0, &[c(30), c(20)]);
    let settled = market.fund(10 * ONE, c(1020));
    assert_eq!((settled.kind, settled.cash), (CENT, 0));
    assert_eq!((market.view(alice).fp, market.view(alice).cash), (-i(c(51)), 0));
    assert_eq!(market.view(longs[0]).fp, 306_000_000_000_000_000);
    assert_eq!(market.view(longs[1]).fp, 204_000_000_000_000_000);
    assert_eq!(market.view(longs[0]).cash, 0);
}

/// Examples 7a and 7b.
#[test]
fn a_payment_in_kind_is_the_payment_divided_by_the_mark() {
    let mut market = Market::default();
    let (alice, _) = short_of(&mut market, 985 * ONE / 1000, 0, &[985 * ONE / 1000]);
    assert_eq!(market.fund(10 * ONE, c(1020)).kind, 19_700_000_000_000_000);
    assert_eq!(market.view(alice).fp, -1_004_700_000_000_000_000);

    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, 985 * ONE / 1000, 0, &[985 * ONE / 1000]);
    market.fund(c(985), c(995));
    assert_eq!(market.view(alice).fp, -995_000_000_000_000_000);
    assert_eq!(market.view(longs[0]).fp, 995_000_000_000_000_000);
}

/// Example 8.
#[test]
fn a_short_pays_in_cash_first_and_the_rest_in_kind() {
    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, c(50), c(4), &[c(50)]);
    assert_eq!(market.memory.account(alice).kind, Kind::Funded);
    let settled = market.fund(10 * ONE, c(1020));
    assert_eq!((settled.kind, settled.cash), (6 * ONE / 1000, c(4)));
    assert_eq!((market.view(alice).fp, market.view(alice).cash), (-i(506 * ONE / 1000), 0));
    assert_eq!((market.view(longs[0]).fp, market.view(longs[0]).cash), (i(506 * ONE / 1000), i(c(4))));
    assert_eq!(market.memory.account(alice).kind, Kind::Member);
}

/// Example 9.
#[test]
fn shorts_with_without_and_only_with_cash_pay_each_in_their_own_way() {
    let mut market = Market::default();
    let [a, b, c_] = [(1, 0), (1, c(15)), (0, 30 * ONE)].map(|(nfts, cash)| market.open(nfts, i(cash)));
    let [x, y] = [0, 0].map(|cash| market.open(0, cash));
    market.trade(a, x, i(c(50)), 0);
    market.trade(b, y, i(ONE), 0);
    market.trade(c_, x, i(c(150)), 0);
    let settled = market.fund(10 * ONE, c(1020));
    assert_eq!((settled.kind, settled.cash), (15 * ONE / 1000, c(45)));
    let all = [a, b, c_, x, y].map(|id| (market.view(id).fp, market.view(id).cash));
    let expected = [
        (-i(c(51)), 0),
        (-i(1005 * ONE / 1000), 0),
        (-i(c(150)), i(2970 * CENT)),
        (i(c(201)), i(c(30))),
        (i(1005 * ONE / 1000), i(c(15))),
    ];
    assert_eq!(all, expected);
    assert_eq!(market.ledger.longs.total, 3_015_000_000_000_000_000);
}

/// Example 14: the same premium every epoch, compounding.
#[test]
fn payments_in_kind_compound_exactly() {
    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, c(50), 0, &[c(50)]);
    for epoch in 1..=36_u32 {
        market.fund(10 * ONE, c(1020));
        let (short, long) = (-market.view(alice).fp, market.view(longs[0]).fp);
        match epoch {
            1 => assert_eq!(short, i(c(51))),
            2 => assert_eq!(short, 520_200_000_000_000_000),
            10 => close_to(short, 609_497_209_997_378_566),
            34 => close_to(short, 980_338_016_011_007_435),
            35 => close_to(short, 999_944_776_331_227_583),
            36 => close_to(short, 1_019_943_671_857_852_135),
            _ => {}
        }
        assert_eq!(short, long, "one short, one long");
    }
}

/// Within the 20 wei that the example allows for roundings each epoch.
fn close_to(found: i128, example: i128) {
    assert!((found - example).abs() <= 20, "{found} is not {example}");
}

#[test]
fn longs_pay_in_cash_and_may_come_to_owe_it() {
    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, ONE, 0, &[c(60), c(40)]);
    let settled = market.fund(c(1020), 10 * ONE);
    assert_eq!((settled.payment, settled.kind), (i(c(20)), 0));
    assert_eq!(market.view(alice).cash, i(c(20)), "a cohort is funded without being written to");
    assert_eq!(market.view(longs[0]).cash, -i(c(12)));
    assert_eq!(market.view(longs[1]).cash, -i(c(8)));
}

#[test]
fn cash_that_was_received_is_spent_before_anything_is_paid_in_kind() {
    let mut market = Market::default();
    let (alice, _) = short_of(&mut market, ONE, 0, &[ONE]);
    market.fund(c(1020), 10 * ONE);
    assert_eq!(market.fund(10 * ONE, c(1015)).kind, 0, "0.15 of the 0.20 received");
    assert_eq!(market.view(alice).cash, i(c(5)));
    assert_eq!(market.fund(10 * ONE, c(1020)).kind, c(15) / 10, "0.15 short at 10");
    assert_eq!((market.view(alice).fp, market.view(alice).cash), (-i(ONE + c(15) / 10), 0));
}

#[test]
fn shorts_that_reach_a_level_together_stay_together() {
    let mut market = Market::default();
    let (a, _) = short_of(&mut market, c(50), 0, &[c(50)]);
    market.fund(c(1020), 10 * ONE);
    let (b, _) = short_of(&mut market, c(30), 0, &[c(30)]);
    assert_ne!(market.memory.account(a).cohort, market.memory.account(b).cohort);
    market.fund(10 * ONE, c(1050));
    // b was below and paid all in kind; both are at the same level now and one cohort.
    let cohorts = [a, b].map(|id| market.memory.account(id).cohort);
    let [first, second] = cohorts.map(|id| market.memory.cohorts[&id]);
    assert!(first.parent == cohorts[1] || second.parent == cohorts[0]);
    assert_eq!(market.view(a).fp, -i(c(50) + c(50) * 30 / 1000), "0.30 short of the 0.50 at 10");
    assert_eq!(market.view(b).fp, -i(c(30) + c(30) * 50 / 1000));
}

#[test]
fn nothing_changes_hands_while_a_payment_is_half_made() {
    let mut market = Market::default();
    let (alice, longs) = short_of(&mut market, c(50), 0, &[c(50)]);
    market.ledger.begin_payment(1, Prices { mark: 10 * ONE, index: c(1020) }, &PLAIN).unwrap();
    for id in [alice, longs[0]] {
        let mut account = market.memory.account(id);
        let refusal = market.ledger.clone().take(&mut market.memory.clone(), &mut account).unwrap_err();
        assert_eq!(*refusal, FloorError::FundingPending { epoch: 1 });
    }
    let again = market.ledger.begin_payment(2, Prices { mark: ONE, index: ONE }, &PLAIN).unwrap_err();
    assert_eq!(*again, FloorError::FundingPending { epoch: 1 });
    let none = market.ledger.continue_payment(&mut market.memory, 0, |_| {}).unwrap();
    assert_eq!(none, None, "no steps, no progress");
    market.ledger.continue_payment(&mut market.memory, 2, |_| {}).unwrap().unwrap();
    assert_eq!(market.view(alice).fp, -i(c(51)));
}

#[test]
fn a_market_without_longs_pays_nothing() {
    let mut market = Market::default();
    let paid = market.fund(c(1020), 10 * ONE);
    assert_eq!((paid.payment, market.ledger.paid), (0, 0));
}
