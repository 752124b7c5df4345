//! A pool's parameters have hard bounds.

use everfloor_put_rules::{Params, PutError, WAD};

use crate::rig::{DAY, params};

type Change = fn(&mut Params);

#[test]
fn the_parameters_of_a_pool_are_within_their_bounds() {
    params().validate().unwrap();
}

#[test]
fn parameters_at_their_bounds_are_taken_and_beyond_are_refused_with_their_place() {
    let good: [Change; 12] = [
        // The last whole observation of 900 seconds that 32 bits hold.
        |params| params.genesis = u64::from(u32::MAX) / 900 * 900,
        |params| params.epoch_length = DAY,
        |params| params.epoch_length = 400 * DAY,
        |params| params.window = DAY,
        |params| params.grace = 7 * DAY,
        |params| params.leverage = 1,
        |params| params.leverage = 16,
        |params| params.sigma_max = params.sigma_min,
        |params| params.sigma_max_age = 3_600,
        |params| params.min_deposit = 1,
        |params| params.reward_duration = 0,
        |params| params.rewards_per_year = 0,
    ];
    for change in good {
        let mut params = params();
        change(&mut params);
        params.validate().unwrap();
    }
    let bad: [(u8, Change); 24] = [
        (0, |params| params.genesis += 1),
        (1, |params| params.epoch_length += 899),
        (2, |params| params.window += 1),
        (3, |params| (params.window, params.grace) = (3_600, 14_399)),
        (0, |params| params.genesis = 0),
        (0, |params| params.genesis = 1 << 32),
        (1, |params| params.epoch_length = DAY - 1),
        (1, |params| params.epoch_length = 400 * DAY + 1),
        (2, |params| params.window = 3_599),
        (2, |params| params.window = DAY + 1),
        (3, |params| params.grace = params.window - 1),
        (3, |params| params.grace = 7 * DAY + 1),
        (4, |params| params.leverage = 0),
        (4, |params| params.leverage = 17),
        (5, |params| params.sigma_min = WAD / 100 - 1),
        (6, |params| params.sigma_max = params.sigma_min - 1),
        (6, |params| params.sigma_max = 10 * WAD + 1),
        (7, |params| params.sigma_max_age = 3_599),
        (8, |params| params.min_deposit = 0),
        (9, |params| params.min_units = 999_999),
        (9, |params| params.min_units = (1 << 80) + 1),
        (10, |params| params.rewards_per_year = 300_001 * WAD),
        (10, |params| (params.rewards_per_year, params.reward_duration) = (100_000 * WAD, 3_650 * DAY)),
        (11, |params| params.reward_duration = 10 * 366 * DAY + 1),
    ];
    for (place, change) in bad {
        let mut params = params();
        change(&mut params);
        let refusal = *params.validate().unwrap_err();
        let PutError::ParameterOutOfBounds { index, .. } = refusal else { panic!("{refusal:?}") };
        assert_eq!(index, place, "{params:?}");
    }
}

/// M-10: a length that could be changed moved every epoch there had been. Nothing of a schedule can be.
#[test]
fn epochs_are_where_they_are_for_ever() {
    let schedule = params().schedule();
    for (epoch, after) in [(0, 0), (1, 30), (96, 96 * 30), (97, 97 * 30), (u16::MAX, 65_535 * 30)] {
        assert_eq!(schedule.start(epoch), schedule.genesis + after * DAY);
        assert_eq!(schedule.end(epoch), schedule.start(epoch) + 30 * DAY);
        assert_eq!(schedule.at(schedule.start(epoch)).unwrap(), epoch);
        assert_eq!(schedule.at(schedule.end(epoch) - 1).unwrap(), epoch);
    }
    assert_eq!(schedule.at(0).unwrap(), 0);
    assert_eq!(*schedule.at(schedule.end(u16::MAX)).unwrap_err(), PutError::Overflow);
}
