//! The bounds that no governance can pass.

use everfloor_perp_rules::{Params, PerpError};

use crate::support::{DOLLAR, SCALE, live_params, wide_params};

/// Sets the parameter at a place.
fn with(index: u8, value: u32) -> Params {
    let mut params = live_params();
    // Nothing that depends on another is in the way.
    let place = match index {
        0 => &mut params.initial_margin_ppm,
        1 => &mut params.maintenance_margin_ppm,
        2 => &mut params.fee_ppm,
        3 => &mut params.liquidation_penalty_ppm,
        4 => &mut params.insurance_share_ppm,
        5 => &mut params.keeper_share_ppm,
        6 => &mut params.max_price_impact_ppm,
        7 => &mut params.max_divergence_ppm,
        8 => &mut params.mark_band_ppm,
        9 => &mut params.max_funding_ppm,
        _ => &mut params.twap_window,
    };
    *place = value;
    params
}

#[test]
fn each_parameter_has_bounds_which_are_named_when_they_are_passed() {
    let live = live_params();
    let bounds = [
        (0, live.maintenance_margin_ppm, 900_000),
        (1, live.liquidation_penalty_ppm, live.initial_margin_ppm),
        (2, 0, 100_000),
        (3, 1_000, live.maintenance_margin_ppm),
        (4, 0, 1_000_000),
        (5, 50_000, 1_000_000),
        (6, 1_000, 16_000_000),
        (7, 10_000, 16_000_000),
        (8, 5_000, 16_000_000),
        (9, 0, 500_000),
        (10, 0, 86_400),
    ];
    for (index, low, high) in bounds {
        assert_eq!(with(index, low).validate(SCALE), Ok(()), "parameter {index} at its least");
        assert_eq!(with(index, high).validate(SCALE), Ok(()), "parameter {index} at its most");
        let above = with(index, high + 1).validate(SCALE);
        let refused = PerpError::ParameterOutOfBounds { index, value: u128::from(high) + 1 };
        assert_eq!(above, Err(Box::new(refused)));
    }
    for (index, low) in [(1, 5_000), (3, 1_000), (5, 50_000), (6, 1_000), (7, 10_000), (8, 5_000)] {
        let refused = PerpError::ParameterOutOfBounds { index, value: u128::from(low - 1_u32) };
        assert_eq!(with(index, low - 1).validate(SCALE), Err(Box::new(refused)));
    }
}

#[test]
fn an_initial_margin_below_maintenance_is_refused_at_maintenance() {
    let refused = PerpError::ParameterOutOfBounds { index: 1, value: 62_500 };
    assert_eq!(with(0, 62_499).validate(SCALE), Err(Box::new(refused)));
}

#[test]
fn a_keepers_floor_is_prepaid_by_the_smallest_position() {
    let mut params = live_params();
    // Half of a thousandth of 100.
    params.keeper_floor = DOLLAR / 20;
    assert_eq!(params.validate(SCALE), Ok(()));
    params.keeper_floor += 1;
    let refused = PerpError::ParameterOutOfBounds { index: 14, value: DOLLAR / 20 + 1 };
    assert_eq!(params.validate(SCALE), Err(Box::new(refused)));
}

#[test]
fn the_parameters_of_these_tests_are_within_bounds() {
    assert_eq!(wide_params().validate(SCALE), Ok(()));
    assert_eq!(live_params().validate(SCALE), Ok(()));
}
