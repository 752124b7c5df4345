//! The bounds that no governance can pass, and the steps that need none.

use everfloor_perp_rules::{Params, PerpError};

use crate::support::{DOLLAR, SCALE, live_params, wad, wide_params};

/// How many of the parameters are ratios or times.
const SMALL: u8 = 22;

/// The ratio or time at a place.
fn small(params: &mut Params, index: u8) -> &mut u32 {
    match index {
        0 => &mut params.initial_margin_ppm,
        1 => &mut params.maintenance_margin_ppm,
        2 => &mut params.fee_ppm,
        3 => &mut params.insurance_share_ppm,
        4 => &mut params.max_price_impact_ppm,
        5 => &mut params.max_divergence_ppm,
        6 => &mut params.mark_band_ppm,
        7 => &mut params.max_funding_ppm,
        8 => &mut params.twap_window,
        9 => &mut params.window_impact_ppm,
        10 => &mut params.impact_window,
        11 => &mut params.skew_spread_ppm,
        12 => &mut params.gap_spread_ppm,
        13 => &mut params.funding_share_ppm,
        14 => &mut params.liquidation_penalty_ppm,
        15 => &mut params.keeper_share_ppm,
        16 => &mut params.liquidation_target_ppm,
        17 => &mut params.takeover_discount_ppm,
        18 => &mut params.takeover_time,
        19 => &mut params.repeg_step_ppm,
        20 => &mut params.curve_share_ppm,
        21 => &mut params.resume_grace,
        _ => panic!("{index} is no ratio or time"),
    }
}

/// The amount at a place.
fn large(params: &mut Params, index: u8) -> &mut u128 {
    match index {
        22 => &mut params.min_notional,
        23 => &mut params.max_open_interest,
        24 => &mut params.max_skew,
        25 => &mut params.max_position,
        26 => &mut params.keeper_floor,
        27 => &mut params.target_depth,
        _ => panic!("{index} is no amount"),
    }
}

fn with(index: u8, value: u32) -> Params {
    let mut params = live_params();
    *small(&mut params, index) = value;
    params
}

fn out_of_bounds<T>(index: u8, value: u128) -> Result<T, Box<PerpError>> {
    Err(Box::new(PerpError::ParameterOutOfBounds { index, value }))
}

#[test]
fn each_parameter_has_bounds_which_are_named_when_they_are_passed() {
    let live = live_params();
    let bounds = [
        (live.maintenance_margin_ppm, 900_000),
        (live.liquidation_penalty_ppm, live.initial_margin_ppm),
        (0, 100_000),
        (0, 1_000_000),
        (1_000, 16_000_000),
        (10_000, 16_000_000),
        (5_000, 16_000_000),
        (0, 500_000),
        (0, 86_400),
        (1_000, 16_000_000),
        (0, 86_400),
        (0, 50_000),
        (0, 1_000_000),
        (0, 333_333),
        (1_000, live.maintenance_margin_ppm),
        (50_000, 1_000_000),
        (live.maintenance_margin_ppm, 900_000),
        (0, live.initial_margin_ppm),
        (60, 86_400),
        (0, 2 * live.fee_ppm),
        (0, 23_000),
        (0, 3_600),
    ];
    for (index, (low, high)) in (0..SMALL).zip(bounds) {
        assert_eq!(with(index, low).validate(SCALE), Ok(()), "parameter {index} at its least");
        assert_eq!(with(index, high).validate(SCALE), Ok(()), "parameter {index} at its most");
        assert_eq!(with(index, high + 1).validate(SCALE), out_of_bounds(index, u128::from(high) + 1));
    }
    for (index, low) in
        [(1, 5_000), (4, 1_000), (5, 10_000), (6, 5_000), (9, 1_000), (14, 1_000), (15, 50_000), (18, 60)]
    {
        assert_eq!(with(index, low - 1).validate(SCALE), out_of_bounds(index, u128::from(low - 1)));
    }
}

#[test]
fn a_round_trip_through_a_repeg_costs_more_in_fees_than_the_peg_can_give() {
    for (fee, most) in [(0, 0), (1, 2), (9_999, 19_998), (10_000, 20_000), (100_000, 20_000)] {
        let mut params = Params { keeper_floor: 0, ..live_params() };
        params.fee_ppm = fee;
        params.repeg_step_ppm = most;
        assert_eq!(params.validate(SCALE), Ok(()));
        params.repeg_step_ppm = most + 1;
        assert_eq!(params.validate(SCALE), out_of_bounds(19, u128::from(most) + 1));
    }
}

#[test]
fn a_margin_that_depends_on_another_is_refused_at_the_other() {
    assert_eq!(with(0, 62_499).validate(SCALE), out_of_bounds(1, 62_500));
    assert_eq!(with(1, 12_499).validate(SCALE), out_of_bounds(14, 12_500));
}

#[test]
fn a_liquidation_target_below_maintenance_is_no_cure() {
    assert_eq!(with(16, 0).validate(SCALE), Ok(()), "always the whole");
    assert_eq!(with(16, 1).validate(SCALE), out_of_bounds(16, 1));
    assert_eq!(with(16, 62_499).validate(SCALE), out_of_bounds(16, 62_499));
    assert_eq!(with(16, 62_500).validate(SCALE), Ok(()));
}

#[test]
fn a_keepers_floor_is_prepaid_by_the_smallest_position() {
    let mut params = live_params();
    // Half of a thousandth of 100.
    params.keeper_floor = DOLLAR / 20;
    assert_eq!(params.validate(SCALE), Ok(()));
    params.keeper_floor += 1;
    assert_eq!(params.validate(SCALE), out_of_bounds(26, DOLLAR / 20 + 1));
}

#[test]
fn a_step_without_governance_is_a_tenth_of_each_value_rounded_up() {
    for index in 0..SMALL {
        for (value, most) in [(1_000, 100), (1_001, 101), (9, 1), (0, 0)] {
            let mut before = live_params();
            *small(&mut before, index) = value;
            for up in [true, false] {
                let stepped = |by: u32| {
                    let mut next = before;
                    let place = small(&mut next, index);
                    *place = if up { value + by } else { value.saturating_sub(by) };
                    before.validate_step(&next)
                };
                assert_eq!(stepped(most), Ok(()), "parameter {index} from {value} by {most}");
                if up || value > most {
                    let next = if up { value + most + 1 } else { value - most - 1 };
                    assert_eq!(stepped(most + 1), out_of_bounds(index, next.into()));
                }
            }
        }
    }
    for index in 22..28 {
        let mut before = live_params();
        *large(&mut before, index) = wad(10);
        let mut next = before;
        *large(&mut next, index) = wad(11);
        assert_eq!(before.validate_step(&next), Ok(()));
        *large(&mut next, index) += 1;
        assert_eq!(before.validate_step(&next), out_of_bounds(index, wad(11) + 1));
        *large(&mut next, index) = wad(9) - 1;
        assert_eq!(before.validate_step(&next), out_of_bounds(index, wad(9) - 1));
    }
}

#[test]
fn what_is_off_cannot_be_switched_on_without_governance() {
    let (before, mut next) = (live_params(), live_params());
    next.liquidation_target_ppm = 80_000;
    assert_eq!(before.validate_step(&next), out_of_bounds(16, 80_000));
}

#[test]
fn the_parameters_of_these_tests_are_within_bounds() {
    assert_eq!(wide_params().validate(SCALE), Ok(()));
    assert_eq!(live_params().validate(SCALE), Ok(()));
}
