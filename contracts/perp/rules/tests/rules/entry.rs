//! What a trade that adds risk pays more, and what bounds all of them together: spreads, the impact window, the cap on
//! the skew.

use everfloor_perp_rules::{OracleStatus, Params, PerpError, Position, Side};

use crate::support::{ANY, DOLLAR, Rig, live_params, wad};

fn flat() -> Position {
    Position::default()
}

/// 10,000 base at 100, where a notional of 1,000 is 9.99 base and moves the mark by 0.2 %.
fn rig(params: Params) -> Rig {
    let params = Params { max_position: ANY, max_open_interest: ANY, ..params };
    Rig::new(params, wad(10_000), wad(1_000_000))
}

/// A fee of 0.1 %, and another 1 % at a skew of 100.
fn skewed() -> Rig {
    rig(Params { skew_spread_ppm: 10_000, max_skew: wad(100), ..live_params() })
}

/// The fee in parts per million of a notional.
fn rate(fee: u128, notional: u128) -> u128 {
    fee * 1_000_000 / (notional / 1_000_000_000_000)
}

#[test]
fn who_widens_the_skew_pays_in_proportion_and_who_narrows_it_pays_the_flat_fee() {
    let (mut rig, mut long, mut short) = (skewed(), flat(), flat());
    // 9.99 of 100: 0.0999 %, rounded up to 0.1 %.
    let fill = rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(1_000)).unwrap();
    assert_eq!(fill.fee, 2 * DOLLAR);
    // From 9.99 to 5 long.
    let fill = rig.open(&mut short, Side::Short, 1_000 * DOLLAR, wad(500)).unwrap();
    assert_eq!(fill.fee, DOLLAR / 2);
    // From 5 long to 15 short: 20 base for 2,000, and the skew is wider than it was.
    let fill = rig.open(&mut short, Side::Short, 1_000 * DOLLAR, wad(2_000)).unwrap();
    let skew = rig.market.short_size - rig.market.long_size;
    assert_eq!(skew / wad(1), 15);
    assert_eq!(rate(fill.fee, wad(2_000)), 1_000 + skew.div_ceil(wad(1) / 100));
    // Leaving widens it, too: the long is what stood against the shorts.
    let fill = rig.close(&mut long, ANY).unwrap();
    let skew = rig.market.short_size;
    assert_eq!(skew / wad(1), 25);
    let share = skew.div_ceil(wad(1) / 100);
    assert_eq!(fill.fee, (fill.notional * (1_000 + share)).div_ceil(1_000_000 * rig.scale));
    // And who closes the shorts pays the flat fee again.
    let fill = rig.close(&mut short, ANY).unwrap();
    assert_eq!(fill.fee, fill.notional.div_ceil(1_000 * rig.scale));
}

#[test]
fn the_skew_spread_stops_growing_at_the_cap() {
    let (mut rig, mut long, mut short) = (skewed(), flat(), flat());
    rig.open(&mut long, Side::Long, 100_000 * DOLLAR, wad(8_000)).unwrap();
    rig.open(&mut short, Side::Short, 100_000 * DOLLAR, wad(8_000)).unwrap();
    // The cap comes down below what leaving makes of the skew.
    rig.params.max_skew = wad(10);
    let fill = rig.close(&mut long, ANY).unwrap();
    assert_eq!(fill.fee, (fill.notional * 11_000).div_ceil(1_000_000 * rig.scale));
}

#[test]
fn who_takes_the_mark_away_from_the_oracle_pays_for_the_gap_and_who_brings_it_back_does_not() {
    let mut rig = rig(Params { gap_spread_ppm: 500_000, ..live_params() });
    let (mut long, mut short) = (flat(), flat());
    // To 100.2001: half of 0.2001 % more, rounded up.
    let fill = rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(1_000)).unwrap();
    assert_eq!(fill.fee, 1_000 * 2_001);
    let fill = rig.open(&mut short, Side::Short, 1_000 * DOLLAR, wad(600)).unwrap();
    assert_eq!(fill.fee, DOLLAR * 6 / 10);
    // An exit that widens the gap pays; with no oracle to measure by, it pays the flat fee.
    let (mut blind, mut copy) = (rig.clone(), long);
    blind.oracle.status = OracleStatus::Unusable(2);
    let fill = blind.close(&mut copy, ANY).unwrap();
    assert_eq!(fill.fee, fill.notional.div_ceil(1_000 * rig.scale));
    let fill = rig.close(&mut long, ANY).unwrap();
    // The short is 5.9916 base: (10,000/10,005.9916)² − 1 is 0.11972 % below, which rounds to 1,198 parts.
    assert_eq!(fill.fee, (fill.notional * (1_000 + 599)).div_ceil(1_000_000 * rig.scale));
}

#[test]
fn all_of_a_fee_is_at_most_a_tenth() {
    let mut rig = rig(Params { gap_spread_ppm: 1_000_000, max_divergence_ppm: 900_000, ..live_params() });
    rig.oracle.price = wad(70);
    let mut long = flat();
    // The gap is 43 %.
    let fill = rig.open(&mut long, Side::Long, 2_000 * DOLLAR, wad(1_000)).unwrap();
    assert_eq!(fill.fee, 100 * DOLLAR);
}

/// All trades of 300 seconds may move the mark by 0.5 % one way.
fn windowed() -> Rig {
    rig(Params { impact_window: 300, window_impact_ppm: 5_000, ..live_params() })
}

#[test]
fn the_window_bounds_what_many_trades_move_the_mark_one_way() {
    let mut rig = windowed();
    // 2,000 of 1,000,000: 1.002² − 1 is 0.4004 %.
    rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(2_000)).unwrap();
    assert!((4_003..=4_004).contains(&rig.market.drift_ppm), "{}", rig.market.drift_ppm);
    // (1003/1002)² − 1 is 0.1997 %.
    let refused = rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(1_000));
    assert!(
        matches!(refused, Err(PerpError::WindowImpactTooHigh { moved: 5_999..=6_001, limit: 5_000 })),
        "{refused:?}"
    );
    // Somebody else's, and in two: the same.
    rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(400)).unwrap();
    assert!(rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(400)).is_err());
}

#[test]
fn a_move_is_forgotten_over_the_window() {
    let mut rig = windowed();
    rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(2_000)).unwrap();
    let drift = rig.market.drift_ppm;
    for (seconds, left) in [(0, drift), (75, drift * 3 / 4), (150, drift / 2), (299, drift / 300), (300, 0)] {
        let mut later = rig.clone();
        later.forward(seconds);
        later.accrue();
        let is = later.market.drift_ppm;
        assert!((left..=left + 1).contains(&is), "after {seconds}: {is} of {drift}");
    }
    rig.forward(150);
    assert!(rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(1_000)).is_ok(), "0.2 % and 0.2 %");
}

#[test]
fn the_window_lets_the_mark_come_back_and_not_go_too_far_the_other_way() {
    let mut rig = windowed();
    rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(2_000)).unwrap();
    assert!(rig.clone().open(&mut flat(), Side::Short, 1_000 * DOLLAR, wad(4_000)).is_ok());
    // 1,002,000 to 997,000: −0.9955 %, of which 0.4 % is coming back.
    let refused = rig.open(&mut flat(), Side::Short, 1_000 * DOLLAR, wad(5_000));
    assert!(
        matches!(refused, Err(PerpError::WindowImpactTooHigh { moved: 5_950..=5_952, limit: 5_000 })),
        "{refused:?}"
    );
}

#[test]
fn the_window_holds_nobody_in_and_counts_who_leaves() {
    let mut rig = windowed();
    rig.params.impact_window = 0;
    let (mut whale, mut other) = (flat(), flat());
    rig.open(&mut whale, Side::Long, 100_000 * DOLLAR, wad(20_000)).unwrap();
    assert_eq!(rig.market.drift_ppm, 0, "without a window nothing is counted");
    rig.params.impact_window = 300;
    rig.close(&mut whale, ANY).unwrap();
    // 1 − 1/1.02² is 3.883 %.
    assert!((-38_832..=-38_831).contains(&rig.market.drift_ppm), "{}", rig.market.drift_ppm);
    assert!(rig.open(&mut other, Side::Short, 1_000 * DOLLAR, wad(200)).is_err());
    assert!(rig.open(&mut other, Side::Long, 1_000 * DOLLAR, wad(1_000)).is_ok(), "bringing it back is free");
    assert!(rig.close(&mut other, ANY).is_ok(), "leaving is not bounded even where it adds to it");
}

#[test]
fn the_skew_has_a_cap_that_stops_only_what_widens_it() {
    let mut rig = rig(Params { max_skew: wad(10), ..live_params() });
    let (mut long, mut short) = (flat(), flat());
    rig.open(&mut long, Side::Long, 10_000 * DOLLAR, wad(1_000)).unwrap();
    let refused = rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(200));
    assert!(
        matches!(refused, Err(PerpError::SkewAboveCap { skew, cap }) if skew > wad(11) && cap == wad(10)),
        "{refused:?}"
    );
    // From 10 long to 10 short is 2,000, to more than that is too far.
    assert!(rig.clone().open(&mut flat(), Side::Short, 10_000 * DOLLAR, wad(1_990)).is_ok());
    assert!(rig.clone().open(&mut flat(), Side::Short, 10_000 * DOLLAR, wad(2_010)).is_err());
    // Beyond a cap that came down, what narrows the skew may come and all may leave.
    rig.open(&mut short, Side::Short, 10_000 * DOLLAR, wad(1_500)).unwrap();
    rig.params.max_skew = wad(1);
    assert!(rig.clone().open(&mut flat(), Side::Long, 10_000 * DOLLAR, wad(200)).is_ok());
    assert!(rig.clone().open(&mut flat(), Side::Short, 10_000 * DOLLAR, wad(200)).is_err());
    assert!(rig.close(&mut long, ANY).is_ok());
    assert!(rig.close(&mut short, ANY).is_ok());
}
