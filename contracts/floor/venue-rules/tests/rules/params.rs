//! A book is made within hard bounds or not at all.

use everfloor_venue_rules::{LOTS_LIMIT, Params, VenueError, WAD};

use crate::rig::{ETHER, params};

/// A parameter by its place.
fn set(params: &mut Params, index: u8, value: u128) {
    match index {
        0 => params.tick_size = value,
        1 => params.lot_size = value,
        2 => params.min_lots = value as u64,
        3 => params.mark_depth = value as u64,
        4 => params.mark_levels = value as u32,
        5 => params.genesis = value as u64,
        6 => params.epoch = value as u64,
        7 => params.period = value as u64,
        _ => params.snapshots = value as u32,
    }
}

#[test]
fn every_parameter_has_a_least_and_a_most() {
    let (lots, time) = (u128::from(LOTS_LIMIT), u128::from(u32::MAX));
    let bounds = [
        (1, ETHER),
        (1, WAD),
        (1, lots >> 8),
        (1, 5 * 20),
        (2, 32),
        (1, time),
        (300, 400 * 86_400),
        (1, 86_400),
        (2, 65_535),
    ];
    for (index, (least, most)) in (0..).zip(bounds) {
        // Whatever the one of the two is, a lot at tick 1 is worth whole wei.
        let base = Params { tick_size: ETHER, lot_size: WAD, mark_depth: 5, ..params() };
        for value in [least, most] {
            let mut params = base;
            set(&mut params, index, value);
            assert_eq!(params.validate(), Ok(()), "{index}: {value}");
        }
        for value in [least - 1, most + 1] {
            let mut params = base;
            set(&mut params, index, value);
            let refusal = *params.validate().unwrap_err();
            assert_eq!(refusal, VenueError::ParameterOutOfBounds { index, value });
        }
    }
}

#[test]
fn a_lot_at_tick_one_is_worth_whole_wei() {
    for (tick_size, lot_size, unit) in [
        (WAD, 1, Some(1)),
        (1, WAD, Some(1)),
        (1_000_000_000, 1_000_000_000, Some(1)),
        (1, WAD / 2, None),
        (3, WAD / 2, None),
        (6, WAD / 2, Some(3)),
    ] {
        let params = Params { tick_size, lot_size, ..params() };
        match unit {
            Some(unit) => {
                assert_eq!(params.validate(), Ok(()));
                assert_eq!(params.value(7), Ok(7 * unit));
            }
            None => {
                let refusal = *params.validate().unwrap_err();
                assert_eq!(refusal, VenueError::ParameterOutOfBounds { index: 1, value: lot_size });
            }
        }
    }
}
