//! Signed reports: who, of what, how old, how far apart.

use everfloor_index_rules::{
    Accepted, Account, IndexError, PRICE_LIMIT, Panel, Report, WAD, Word,
    error::Result,
    reports::{HALF_ORDER, Seats, Signed},
};
use proptest::prelude::*;

use crate::{
    rig::{GENESIS, wad, who},
    seeds::cases,
};

const MARKET: Word = [7; 32];

/// Signer 1 sits on seat 0, 2 on 1 and so on to 15.
pub struct Table;

impl Seats for Table {
    fn seat(&self, signer: &Account) -> Option<u8> {
        (1..=15).find(|number| who(*number) == *signer).map(|number| number - 1)
    }
}

/// A report that signer `number` made `age` seconds before the block.
fn signed(number: u8, price: u128, age: u64) -> Signed {
    let report = Report { market: MARKET, price, time: GENESIS - age, round: 1 };
    Signed { report, signer: who(number), s: [1; 32] }
}

/// Accepts a batch at [`GENESIS`] by five of which three are needed.
fn accept(accepted: &mut Accepted, batch: &[Signed]) -> Result<u128> {
    accepted.accept(&Panel { seats: 0b1_1111, quorum: 3 }, &Table, &MARKET, batch, GENESIS)
}

fn good() -> [Signed; 3] {
    [signed(1, wad(10), 3), signed(2, wad(11), 2), signed(4, wad(9), 1)]
}

/// Why a batch with one thing changed is refused.
fn refusal(place: usize, change: impl Fn(&mut Signed)) -> IndexError {
    let mut batch = good();
    accept(&mut Accepted::default(), &batch).unwrap();
    change(&mut batch[place]);
    *accept(&mut Accepted::default(), &batch).unwrap_err()
}

#[test]
fn the_median_is_accepted_with_the_times_of_the_oldest_and_the_newest() {
    let mut accepted = Accepted::default();
    assert_eq!(accept(&mut accepted, &good()).unwrap(), wad(10));
    assert_eq!(accepted, Accepted { price: wad(10), oldest: GENESIS - 3, newest: GENESIS - 1, round: 1 });
}

#[test]
fn example_38_a_report_of_1200_seconds_is_accepted_and_one_of_1201_is_not() {
    let mut batch = good();
    batch[1].report.time = GENESIS - 1_200;
    accept(&mut Accepted::default(), &batch).unwrap();
    batch[1].report.time -= 1;
    assert_eq!(
        *accept(&mut Accepted::default(), &batch).unwrap_err(),
        IndexError::StaleReport { age: 1_201 }
    );
}

#[test]
fn example_38_the_same_time_twice_is_refused() {
    let mut accepted = Accepted::default();
    accept(&mut accepted, &good()).unwrap();
    let later = good().map(|mut one| {
        one.report.round = 2;
        one.report.time = GENESIS - 1;
        one
    });
    let last = GENESIS - 1;
    assert_eq!(
        *accept(&mut accepted.clone(), &later).unwrap_err(),
        IndexError::RepeatedTime { time: last, last }
    );
    let newer = later.map(|mut one| {
        one.report.time = GENESIS;
        one
    });
    accept(&mut accepted, &newer).unwrap();
}

#[test]
fn example_38_signers_out_of_order_are_refused() {
    let mut batch = good();
    batch.swap(0, 1);
    assert_eq!(
        *accept(&mut Accepted::default(), &batch).unwrap_err(),
        IndexError::UnsortedSigners { place: 1 }
    );
}

#[test]
fn a_signer_counts_once() {
    assert_eq!(refusal(1, |one| one.signer = who(1)), IndexError::UnsortedSigners { place: 1 });
}

#[test]
fn a_batch_that_was_accepted_is_refused_again() {
    let mut accepted = Accepted::default();
    accept(&mut accepted, &good()).unwrap();
    let again = *accept(&mut accepted, &good()).unwrap_err();
    assert_eq!(again, IndexError::RepeatedRound { round: 1, last: 1 });
}

/// Two different quorums of one round would be two updates of one round.
#[test]
fn a_round_is_accepted_once_even_of_others() {
    let mut accepted = Accepted::default();
    accept(&mut accepted, &good()).unwrap();
    let others = [signed(2, wad(10), 0), signed(3, wad(10), 0), signed(5, wad(10), 0)];
    let again = *accept(&mut accepted, &others).unwrap_err();
    assert_eq!(again, IndexError::RepeatedRound { round: 1, last: 1 });
}

#[test]
fn every_report_must_be_newer_than_the_newest_accepted() {
    let mut accepted = Accepted::default();
    accept(&mut accepted, &good()).unwrap();
    let mut batch = good().map(|mut one| {
        (one.report.round, one.report.time) = (2, GENESIS);
        one
    });
    // Newer than the oldest, which is not enough.
    batch[2].report.time = GENESIS - 2;
    let refusal = *accept(&mut accepted, &batch).unwrap_err();
    assert_eq!(refusal, IndexError::RepeatedTime { time: GENESIS - 2, last: GENESIS - 1 });
}

#[test]
fn a_report_from_the_future_is_refused() {
    let time = GENESIS + 1;
    assert_eq!(refusal(0, |one| one.report.time = time), IndexError::FutureReport { time, now: GENESIS });
}

#[test]
fn of_two_signatures_only_the_low_one_counts() {
    let mut batch = good();
    batch[2].s = HALF_ORDER;
    accept(&mut Accepted::default(), &batch).unwrap();
    let above = refusal(2, |one| {
        one.s = HALF_ORDER;
        one.s[31] += 1;
    });
    assert_eq!(above, IndexError::BadSignature { place: 2 });
    assert_eq!(refusal(0, |one| one.s = [0; 32]), IndexError::BadSignature { place: 0 });
}

/// Twice the half and one is the order of the curve, as everybody knows it.
#[test]
fn half_of_the_order_is_half_of_the_order() {
    let half = num_bigint::BigUint::from_bytes_be(&HALF_ORDER);
    let order = num_bigint::BigUint::parse_bytes(
        b"115792089237316195423570985008687907852837564279074904382605163141518161494337",
        10,
    );
    assert_eq!(Some(half * 2_u8 + 1_u8), order);
}

#[test]
fn a_signature_that_nobody_made_is_refused() {
    assert_eq!(refusal(0, |one| one.signer = [0; 20]), IndexError::BadSignature { place: 0 });
}

#[test]
fn only_those_on_the_list_may_report() {
    // Nobody's seat, and a seat that is not taken.
    assert_eq!(refusal(2, |one| one.signer = who(99)), IndexError::NotASigner { place: 2 });
    assert_eq!(refusal(2, |one| one.signer = who(6)), IndexError::NotASigner { place: 2 });
}

#[test]
fn all_reports_are_of_the_market_and_of_one_round() {
    assert_eq!(refusal(1, |one| one.report.market = [8; 32]), IndexError::WrongMarket { place: 1 });
    assert_eq!(refusal(1, |one| one.report.round = 2), IndexError::MixedRounds { place: 1 });
}

#[test]
fn a_batch_has_exactly_the_quorum() {
    let batch = good();
    for reports in [&batch[..0], &batch[..2], &[batch[0], batch[1], batch[2], signed(5, wad(10), 1)]] {
        let refusal = *accept(&mut Accepted::default(), reports).unwrap_err();
        assert_eq!(refusal, IndexError::WrongQuorum { reports: reports.len() as u32, quorum: 3 });
    }
    // A panel that was never set accepts nothing.
    let nothing = Accepted::default().accept(&Panel::default(), &Table, &MARKET, &[], GENESIS);
    assert_eq!(*nothing.unwrap_err(), IndexError::WrongQuorum { reports: 0, quorum: 0 });
}

#[test]
fn reports_may_be_twice_as_high_as_others_and_no_more() {
    let with = |high| [signed(1, wad(5), 0), signed(2, high, 0), signed(3, wad(7), 0)];
    assert_eq!(accept(&mut Accepted::default(), &with(wad(10))).unwrap(), wad(7));
    let refusal = *accept(&mut Accepted::default(), &with(wad(10) + 1)).unwrap_err();
    assert_eq!(refusal, IndexError::SpreadTooWide { low: wad(5), high: wad(10) + 1 });
}

#[test]
fn a_price_is_not_zero_and_below_the_limit() {
    for price in [0, PRICE_LIMIT, u128::MAX] {
        assert_eq!(refusal(0, |one| one.report.price = price), IndexError::BadPrice { place: 0 });
    }
    let highest = [1, 2, 3].map(|number| signed(number, PRICE_LIMIT - 1, 0));
    assert_eq!(accept(&mut Accepted::default(), &highest).unwrap(), PRICE_LIMIT - 1);
}

#[test]
fn what_was_accepted_is_an_answer_until_its_oldest_report_is_too_old() {
    let mut accepted = Accepted::default();
    assert_eq!(accepted.answer(GENESIS), 0);
    accept(&mut accepted, &good()).unwrap();
    assert_eq!(accepted.answer(GENESIS + 1_197), wad(10));
    assert_eq!(accepted.answer(GENESIS + 1_198), 0);
}

proptest! {
    #![proptest_config(cases(256))]

    /// Two false reports of five end up at a true one, or between two.
    #[test]
    fn a_minority_cannot_move_the_median_beyond_the_true_reports(
        truth in proptest::collection::vec(WAD..WAD * 3 / 2, 3),
        lies in proptest::collection::vec(WAD * 3 / 4..WAD * 3 / 2, 2),
        places in Just([0, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let all: Vec<u128> = truth.iter().chain(&lies).copied().collect();
        let batch: Vec<Signed> =
            (1..).zip(places).map(|(number, place)| signed(number, all[place], 0)).collect();
        let panel = Panel { seats: 0b1_1111, quorum: 5 };
        let median = Accepted::default().accept(&panel, &Table, &MARKET, &batch, GENESIS).unwrap();
        prop_assert!(truth.iter().any(|price| *price <= median) && truth.iter().any(|price| *price >= median));
    }
}
