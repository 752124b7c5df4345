//! Averages of epochs: exact, whoever calls and when.

use everfloor_index_rules::{IndexError, epochs::Boundary};
use proptest::prelude::*;

use crate::{
    rig::{Clock, DAY, GENESIS, HOUR, book, wad},
    seeds::cases,
};

#[test]
fn the_average_of_an_epoch_is_exact_though_nobody_called_at_its_end() {
    let mut clock = Clock::at(wad(10));
    clock.after(18 * HOUR, &book(wad(12)));
    // 18 hours at 10, then at 12 until long after the end.
    clock.now = GENESIS + DAY + 5 * HOUR;
    let epoch = clock.epoch(0).unwrap();
    assert_eq!(epoch.average, (18 * wad(10) + 6 * wad(12)) / 24);
    assert_eq!(epoch.age, 6 * HOUR);
    // Written down by the next update, it is the same.
    clock.update(&book(wad(12))).unwrap();
    assert_eq!(clock.epoch(0).unwrap(), epoch);
    assert_eq!(clock.written.0.len(), 2);
}

#[test]
fn an_average_is_rounded_down() {
    let mut clock = Clock::at(1_000_001);
    clock.after(12 * HOUR, &book(1_000_002));
    clock.now = GENESIS + DAY;
    assert_eq!(clock.epoch(0).unwrap().average, 1_000_001);
}

#[test]
fn an_epoch_that_runs_or_began_without_a_value_has_no_average() {
    let mut clock = Clock::new();
    assert_eq!(*clock.epoch(0).unwrap_err(), IndexError::NoIndex);
    clock.after(1, &book(wad(10)));
    clock.now = GENESIS + DAY;
    assert_eq!(*clock.epoch(0).unwrap_err(), IndexError::EpochUnknown { first: 1 });
    assert_eq!(*clock.epoch(1).unwrap_err(), IndexError::EpochNotEnded { end: GENESIS + 2 * DAY });
    clock.now = GENESIS + 2 * DAY;
    assert_eq!(clock.epoch(1).unwrap().average, wad(10));
}

#[test]
fn an_epoch_that_begins_with_the_first_value_has_an_average() {
    let mut clock = Clock::at(wad(10));
    clock.now = GENESIS + DAY;
    assert_eq!(clock.epoch(0).unwrap().average, wad(10));
    clock.close(1);
    assert_eq!(clock.written.0[&0], Boundary { cumulative: 0, age: 0 });
}

#[test]
fn an_update_writes_one_word_for_each_epoch_that_began() {
    let mut clock = Clock::at(wad(10));
    for (elapsed, words) in [(HOUR, 1), (HOUR, 1), (DAY, 2), (3 * DAY, 5), (21 * HOUR, 5)] {
        clock.after(elapsed, &book(wad(10)));
        assert_eq!(clock.written.0.len(), words);
    }
}

/// However long nobody calls, no call writes more than so many words; what was not written is read off the line.
#[test]
fn after_a_long_silence_epochs_are_written_in_several_calls_before_the_price_changes() {
    let mut clock = Clock::at(wad(10));
    clock.now += 30 * DAY;
    let refusal = *clock.clone().update(&book(wad(12))).unwrap_err();
    assert_eq!(refusal, IndexError::EpochsPending { epoch: 8 });
    let on_line = clock.epoch(3).unwrap();
    assert!(!clock.close(8));
    assert_eq!(clock.written.0.len(), 8);
    assert_eq!(clock.epoch(3).unwrap(), on_line);
    assert_eq!(clock.epoch(29).unwrap().average, wad(10));
    assert_eq!(clock.epoch(29).unwrap().age, 30 * DAY);
    assert!(!clock.close(8) && !clock.close(8));
    assert!(clock.close(7));
    clock.update(&book(wad(12))).unwrap();
    assert_eq!(clock.index.price, wad(12));
    assert_eq!(clock.written.0.len(), 31);
}

#[test]
fn an_epoch_whose_end_nobody_knew_a_price_of_for_six_hours_pays_no_funding() {
    for (quiet, silent) in [(6 * HOUR, false), (6 * HOUR + 1, true)] {
        let mut clock = Clock::at(wad(10));
        clock.after(DAY - quiet, &book(wad(10)));
        // Whether or not somebody calls right after the end.
        clock.now = GENESIS + DAY;
        assert_eq!(clock.epoch(0).unwrap().is_silent(), silent);
        clock.update(&book(wad(10))).unwrap();
        clock.now += 9 * DAY;
        assert_eq!(clock.epoch(0).unwrap().is_silent(), silent);
    }
}

#[test]
fn the_moving_average_begins_with_the_first_value_and_then_with_the_epoch_before() {
    let mut clock = Clock::new();
    let average =
        |clock: &Clock| clock.index.average(&clock.written, clock.now, clock.params.epochs()).unwrap();
    clock.after(12 * HOUR, &book(wad(10)));
    assert_eq!(average(&clock), wad(10));
    clock.after(DAY, &book(wad(12)));
    assert_eq!(average(&clock), wad(10));
    // 36 hours after the first value, in epoch 1: all of it.
    clock.now = GENESIS + 2 * DAY - 1;
    let seconds = u128::from(36 * HOUR - 1);
    let area = u128::from(DAY) * wad(10) + (seconds - u128::from(DAY)) * wad(12);
    assert_eq!(average(&clock), area / seconds);
    // In epoch 2 it begins with epoch 1: 12 hours of 10, then 12.
    clock.now = GENESIS + 2 * DAY + 12 * HOUR;
    assert_eq!(average(&clock), (12 * wad(10) + 24 * wad(12)) / 36);
}

#[test]
fn an_epoch_number_that_no_time_reaches_is_refused() {
    let mut clock = Clock::at(wad(10));
    clock.now = GENESIS + DAY;
    assert!(clock.epoch(u32::MAX).is_err());
    assert!(clock.params.epochs().at(u64::MAX).is_err());
}

proptest! {
    #![proptest_config(cases(256))]

    /// Funding rests on these averages: nobody may move them by choosing when to call.
    #[test]
    fn when_epochs_are_closed_changes_no_average(
        steps in proptest::collection::vec((1..2 * DAY, 1..100_u128), 1..12),
        pokes in proptest::collection::vec((0..12_usize, 0..2 * DAY, 0..4_u32), 0..20),
    ) {
        let mut quiet = Clock::at(wad(50));
        let mut poked = quiet.clone();
        for (turn, (wait, price)) in steps.iter().enumerate() {
            for (_, after, most) in pokes.iter().filter(|(at, after, _)| *at == turn && after < wait) {
                let now = quiet.now + after;
                if now >= poked.now {
                    poked.now = now;
                    poked.close(*most);
                }
            }
            poked.now = quiet.now;
            quiet.after(*wait, &book(wad(*price)));
            poked.after(*wait, &book(wad(*price)));
            prop_assert_eq!(&quiet.index, &poked.index);
            prop_assert_eq!(&quiet.written, &poked.written);
        }
    }

    /// Second by second, as if somebody had written the value down every second.
    #[test]
    fn the_average_is_that_of_all_its_seconds(
        steps in proptest::collection::vec((1..3 * HOUR, 1..1_000_u128), 1..20),
        begins in 0..2 * HOUR,
    ) {
        let mut clock = Clock::new();
        clock.params.epoch_length = HOUR;
        clock.after(begins, &book(1_000_000));
        let mut seconds: Vec<Option<u128>> = vec![None; begins as usize];
        for (wait, price) in steps {
            seconds.extend(std::iter::repeat_n(Some(clock.index.price), wait as usize));
            clock.after(wait, &book(1_000_000 + price));
        }
        for (epoch, part) in (0..).zip(seconds.chunks_exact(HOUR as usize)) {
            let all: Option<Vec<u128>> = part.iter().copied().collect();
            match (clock.epoch(epoch), all) {
                (Ok(average), Some(all)) => {
                    prop_assert_eq!(average.average, all.iter().sum::<u128>() / u128::from(HOUR));
                }
                (Err(_), None) => {}
                (rules, expected) => prop_assert!(false, "{:?} {:?}", rules, expected),
            }
        }
    }
}
