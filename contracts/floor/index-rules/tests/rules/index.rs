//! The index: median, bounds, guard, staleness.

use everfloor_index_rules::{
    IndexError, PRICE_LIMIT, Readings, WAD,
    index::{Bounds, Freshness, Range, guard, guarded, median},
};
use proptest::prelude::*;

use crate::{
    rig::{Clock, DAY, GENESIS, HOUR, book, wad},
    seeds::cases,
};

/// All three sources, and nothing bounds them.
fn sources(book: u128, pool: u128, reports: u128) -> Readings {
    Readings { book, pool, reports, ..Readings::default() }
}

#[test]
fn example_35_the_median_of_five() {
    let mut values = [98, 100, 101, 102, 150].map(|tenths| tenths * WAD / 10);
    assert_eq!(median(&mut values), 10_100_000_000_000_000_000);
    values.reverse();
    assert_eq!(median(&mut values), 10_100_000_000_000_000_000);
}

#[test]
fn the_median_of_an_even_number_is_the_mean_of_the_middle_two_rounded_down() {
    assert_eq!(median(&mut [4, 1, 9, 2]), 3);
    assert_eq!(median(&mut [2, 5]), 3);
    assert_eq!(median(&mut [u128::MAX, u128::MAX - 1]), u128::MAX - 1);
    assert_eq!(median(&mut [7]), 7);
    assert_eq!(median(&mut []), 0);
}

#[test]
fn the_first_value_is_the_first_that_enough_sources_agree_on() {
    let mut clock = Clock::new();
    clock.params.min_sources = 2;
    let refusal = *clock.update(&book(wad(10))).unwrap_err();
    assert_eq!(refusal, IndexError::TooFewSources { answered: 1, needed: 2 });
    assert_eq!(*clock.index.freshness(clock.now).unwrap_err(), IndexError::NoIndex);
    // However far from what one of them said alone: there was no value to guard.
    let update = clock.after(HOUR, &sources(wad(100), 0, wad(50)));
    assert_eq!((update.raw, update.price, update.sources), (wad(75), wad(75), 0b101));
    assert_eq!((clock.index.price, clock.index.begun), (wad(75), GENESIS + HOUR));
}

#[test]
fn the_first_value_is_within_its_bounds() {
    let mut clock = Clock::new();
    let update = clock.update(&Readings { bid: wad(12), ..book(wad(10)) }).unwrap();
    assert_eq!(update.price, wad(12));
}

#[test]
fn there_is_no_value_before_the_first_epoch() {
    let mut clock = Clock::new();
    clock.now = GENESIS - 1;
    assert_eq!(*clock.update(&book(wad(10))).unwrap_err(), IndexError::NotStarted { start: GENESIS });
}

#[test]
fn later_values_need_enough_sources_too() {
    let mut clock = Clock::new();
    clock.params.min_sources = 2;
    clock.update(&sources(wad(10), wad(10), 0)).unwrap();
    clock.now += HOUR;
    assert!(clock.update(&book(wad(10))).is_err());
    // A source without an answer, or with one out of all bounds, is none.
    assert!(clock.update(&sources(wad(10), PRICE_LIMIT, 0)).is_err());
    clock.update(&sources(0, wad(10), wad(10))).unwrap();
}

#[test]
fn the_index_is_not_below_the_average_bid() {
    let mut clock = Clock::at(wad(10));
    let bid = |bid, price| Readings { bid, ..book(price) };
    // A bid of 9 is seen, and weighs nothing yet.
    let update = clock.after(1_800, &bid(wad(9), wad(10)));
    assert_eq!((update.bounds.lower, update.price), (0, wad(10)));
    // After 900 seconds it is half of what is averaged.
    let update = clock.after(900, &bid(wad(9), wad(1)));
    assert_eq!(update.bounds.lower, 3 * WAD);
    let update = clock.after(1_800, &bid(wad(9), wad(1)));
    assert_eq!((update.bounds.lower, update.bounded), (9 * WAD, 9 * WAD));
}

#[test]
fn the_index_is_not_above_the_average_ask_once_there_was_one_for_a_window() {
    let mut clock = Clock::at(wad(10));
    let ask = |ask, price| Readings { ask, ..book(price) };
    assert_eq!(clock.after(HOUR, &ask(wad(9), wad(10))).bounds.upper, None);
    assert_eq!(clock.after(1_799, &ask(wad(9), wad(10))).bounds.upper, None);
    let update = clock.after(1, &ask(wad(9), wad(10)));
    assert_eq!((update.bounds.upper, update.bounded), (Some(wad(9)), wad(9)));
    // It is bought: nothing bounds the index, and the next one begins anew.
    assert_eq!(clock.after(HOUR, &book(wad(10))).bounds.upper, None);
    assert_eq!(clock.after(HOUR, &ask(wad(2), wad(10))).bounds.upper, None);
    assert_eq!(clock.after(HOUR, &ask(wad(2), wad(10))).bounds.upper, Some(wad(2)));
}

#[test]
fn where_bid_and_ask_cross_the_bid_is_right() {
    let bounds = Bounds { lower: wad(10), upper: Some(wad(9)) };
    assert_eq!([wad(8), wad(9) + 1, wad(11)].map(|raw| bounds.move_between(raw)), [wad(10); 3]);
    let open = Bounds { lower: 5, upper: None };
    assert_eq!([4, 6, u128::MAX].map(|raw| open.move_between(raw)), [5, 6, u128::MAX]);
}

/// Half of its value in a day, up or down: 5787037037037 wad a second.
#[test]
fn the_guard_lets_the_index_move_so_much_a_second() {
    let step = wad(10) / WAD * 5_787_037_037_037;
    assert_eq!(guard(wad(10), 1).unwrap(), Range { lower: wad(10) - step, upper: wad(10) + step });
    assert_eq!(guard(wad(10), 0).unwrap(), Range { lower: wad(10), upper: wad(10) });
    let day = guard(wad(10), DAY).unwrap();
    assert_eq!(day.upper - wad(10), 4_999_999_999_999_968_000);
    assert_eq!(wad(10) - day.lower, 4_999_999_999_999_968_000);
    // After two days it is all that it will be: almost everything, and double.
    assert_eq!(guard(wad(10), 2 * DAY).unwrap(), guard(wad(10), u64::MAX).unwrap());
    assert!(guard(wad(10), 2 * DAY).unwrap().lower > 0);
    assert_eq!(guarded(wad(10), u128::MAX >> 1, 1).unwrap(), wad(10) + step);
    assert_eq!(guarded(wad(10), 0, 1).unwrap(), wad(10) - step);
    assert_eq!(guarded(wad(10), wad(10) + 1, 1).unwrap(), wad(10) + 1);
}

#[test]
fn bounds_far_away_are_reached_no_faster_than_the_guard_allows() {
    let mut clock = Clock::at(wad(10));
    clock.after(HOUR, &Readings { bid: wad(100), ..book(wad(10)) });
    let update = clock.after(HOUR, &Readings { bid: wad(100), ..book(wad(10)) });
    assert_eq!(update.bounded, wad(100));
    assert_eq!(update.price, guard(wad(10), HOUR).unwrap().upper);
}

#[test]
fn a_second_update_in_a_second_changes_nothing() {
    let mut clock = Clock::at(wad(10));
    let update = clock.after(0, &book(wad(20)));
    assert_eq!((update.raw, update.price), (wad(20), wad(10)));
}

#[test]
fn staleness_has_four_steps() {
    let clock = Clock::at(wad(10));
    let at = |age| clock.index.freshness(GENESIS + age).unwrap();
    assert_eq!([0, 1_200].map(at), [Freshness::Fresh; 2]);
    assert_eq!([1_201, 6 * HOUR].map(at), [Freshness::Late; 2]);
    assert_eq!([6 * HOUR + 1, 72 * HOUR].map(at), [Freshness::Silent; 2]);
    assert_eq!([72 * HOUR + 1, u64::MAX - GENESIS].map(at), [Freshness::Dead; 2]);
}

#[test]
fn a_conservative_reading_is_the_lower_and_the_upper_of_value_and_average() {
    let mut clock = Clock::at(wad(10));
    clock.after(DAY, &book(wad(14)));
    let range = |clock: &Clock| clock.index.range(&clock.written, clock.now, clock.params.epochs()).unwrap();
    assert_eq!(range(&clock), Range { lower: wad(10), upper: wad(14) });
    clock.after(DAY, &book(wad(9)));
    // The day before: 14.
    assert_eq!(range(&clock), Range { lower: wad(9), upper: wad(14) });
}

/// Neither a missing source nor an extreme one brings a value that the guard or the type cannot hold.
#[test]
fn the_highest_prices_there_are_can_be_held() {
    let mut clock = Clock::at(PRICE_LIMIT - 1);
    let top = PRICE_LIMIT - 1;
    let highest = Readings { bid: top, ask: top, ..sources(top, top, top) };
    for _ in 0..3 {
        assert_eq!(clock.after(3 * DAY, &highest).price, top);
    }
    clock.now = u64::from(u32::MAX);
    while !clock.close(1_000) {}
    clock.update(&highest).unwrap();
    assert!(clock.index.cumulative < 1 << 120);
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn the_median_is_the_middle_of_the_sorted(values in proptest::collection::vec(any::<u64>(), 1..15)) {
        let mut given: Vec<u128> = values.iter().map(|value| u128::from(*value)).collect();
        let mut sorted = given.clone();
        sorted.sort_unstable();
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        prop_assert_eq!(median(&mut given), (low + high) / 2);
        prop_assert_eq!(given, sorted);
    }

    /// In parts or at once, nobody moves it further a step than the guard, and one step can do what it allows.
    #[test]
    fn no_step_is_wider_than_the_guard(
        last in 1..PRICE_LIMIT,
        wanted in 1..PRICE_LIMIT,
        elapsed in 0..300_000_u64,
    ) {
        let price = guarded(last, wanted, elapsed).unwrap();
        let change = num_bigint::BigUint::from(price.abs_diff(last)) * WAD;
        prop_assert!(change <= num_bigint::BigUint::from(last) * 5_787_037_037_037_u64 * elapsed.min(172_800));
        prop_assert!(price > 0);
        // It never moves the wrong way or too far.
        prop_assert!(price >= last.min(wanted) && price <= last.max(wanted));
    }
}
