//! An order beyond the position closes it and opens the rest on the other side, as one trade.

use everfloor_perp_rules::{OracleStatus, PerpError, Position, Side, WAD};

use crate::support::{DOLLAR, Rig, random::Random, wad};

/// A long of 100 on 100 base and 1,000 quote: 1,100 quote and 1000/11 base are left.
fn with_long() -> (Rig, Position) {
    let (mut rig, mut alice) = (Rig::v1(), Position::default());
    rig.open(&mut alice, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    (rig, alice)
}

#[test]
fn a_reversal_is_its_two_legs_with_one_fee() {
    let (mut rig, mut alice) = with_long();
    rig.params.fee_ppm = 10_000;
    let (mut apart, mut bob) = (rig.clone(), alice);
    let fill = rig.open(&mut alice, Side::Short, 50 * DOLLAR, wad(250)).unwrap();
    // 1 % of 250, once.
    assert_eq!((fill.fee, fill.notional), (2_500_000, wad(250)));
    apart.add(&mut bob, 50 * DOLLAR).unwrap();
    let closed = apart.close(&mut bob, u128::MAX).unwrap();
    let opened = apart.open(&mut bob, Side::Short, 0, wad(250) - closed.notional).unwrap();
    assert_eq!(fill.base, closed.base + opened.base);
    assert_eq!(fill.realized_pnl, closed.realized_pnl);
    assert_eq!((alice.size, alice.open_notional), (bob.size, bob.open_notional));
    assert_eq!(rig.market.curve, apart.market.curve);
    assert!((closed.fee + opened.fee).abs_diff(fill.fee) <= 1, "two roundings instead of one");
    assert_eq!(alice.margin, 150 * DOLLAR - 2_500_000 - fill.realized_pnl.unsigned_abs());
}

#[test]
fn a_loss_of_the_first_leg_is_taken_before_the_second_is_judged() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 100 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, 500 * DOLLAR, wad(200)).unwrap();
    // 20 base into 1,050 quote and 2000/21 base bring 1,050·20/(2000/21 + 20) = 182.2314…: 67.7685… is lost.
    let lost = 67_768_596;
    rig.params.initial_margin_ppm = 100_000;
    // What is left carries ten times of it, and not more: the rest of the order is 217.77, 10 % of which is 21.78.
    let (mut copy, mut poor) = (rig.clone(), alice);
    poor.margin = lost + 21_000_000;
    copy.market.ledger.principal -= alice.margin - poor.margin;
    let refused = copy.open(&mut poor, Side::Short, 0, wad(400));
    assert!(
        matches!(refused, Err(PerpError::BelowInitialMargin { equity, required })
            if (20_999_990..=21_000_000).contains(&equity) && (21_776_000..21_777_000).contains(&required)),
        "{refused:?}"
    );
    let fill = rig.open(&mut alice, Side::Short, 0, wad(400)).unwrap();
    assert_eq!(fill.realized_pnl, -(lost as i128));
    assert_eq!(alice.margin, 100 * DOLLAR - lost);
    assert_eq!(rig.market.ledger.pool, lost);
}

#[test]
fn the_guards_look_at_the_whole_move() {
    // From 12.1 to 850²/100,000 = 7.225 in two legs of −17 % and −28 %: −40.3 % in all.
    let (rig, alice) = with_long();
    for (limit, passes) in [(300_000, false), (402_800, false), (402_900, true)] {
        let (mut rig, mut alice) = (rig.clone(), alice);
        rig.params.max_price_impact_ppm = limit;
        let done = rig.open(&mut alice, Side::Short, 50 * DOLLAR, wad(250));
        if passes {
            assert!(done.is_ok(), "{limit}: {done:?}");
        } else {
            assert!(
                matches!(done, Err(PerpError::PriceImpactTooHigh { before, after })
                    if before.abs_diff(12_100_000_000_000_000_000) < 20
                        && after.abs_diff(7_225_000_000_000_000_000) < 20),
                "{limit}: {done:?}"
            );
        }
    }
    // The mark was 21 % above the index of 10 and comes out 27.75 % below it.
    let (mut far, mut bob) = (rig.clone(), alice);
    far.params.max_divergence_ppm = 250_000;
    let refused = far.open(&mut bob, Side::Short, 50 * DOLLAR, wad(250));
    assert!(matches!(refused, Err(PerpError::MarkTooFarFromIndex { .. })), "{refused:?}");
    far.params.max_divergence_ppm = 277_600;
    assert!(far.open(&mut bob, Side::Short, 50 * DOLLAR, wad(250)).is_ok());
    // The window of all trades, too.
    let (mut window, mut carol) = (rig, alice);
    (window.params.impact_window, window.params.window_impact_ppm) = (300, 400_000);
    let refused = window.open(&mut carol, Side::Short, 50 * DOLLAR, wad(250));
    assert_eq!(refused, Err(PerpError::WindowImpactTooHigh { moved: 402_892, limit: 400_000 }));
}

#[test]
fn a_reversal_needs_what_opening_needs_and_a_close_does_not() {
    let (rig, alice) = with_long();
    let exit = rig.exit(&alice).notional;
    let shut: [fn(&mut Rig); 4] = [
        |rig| rig.market.status.paused = true,
        |rig| rig.market.status.reduce_only = true,
        |rig| rig.oracle.status = OracleStatus::Deviating,
        |rig| rig.oracle.status = OracleStatus::Unusable(3),
    ];
    for close_door in shut {
        let (mut rig, mut alice) = (rig.clone(), alice);
        close_door(&mut rig);
        let refused = rig.open(&mut alice, Side::Short, 50 * DOLLAR, exit + wad(1));
        assert!(
            matches!(refused, Err(PerpError::OpeningPaused | PerpError::OracleUnusable { .. })),
            "{refused:?}"
        );
        assert!(rig.open(&mut alice, Side::Short, 0, exit).is_ok());
        assert_eq!(alice.size, 0);
    }
}

#[test]
fn a_rest_that_buys_nothing_is_a_close() {
    let (mut rig, mut alice) = (Rig::v1(), Position::default());
    rig.open(&mut alice, Side::Short, 100 * DOLLAR, wad(100)).unwrap();
    let exit = rig.exit(&alice).notional;
    rig.market.status.paused = true;
    let fill = rig.open(&mut alice, Side::Long, 0, exit + 1).unwrap();
    assert_eq!((fill.notional, alice.size, alice.open_notional), (exit, 0, 0));
    assert_eq!((rig.market.long_size, rig.market.short_size), (0, 0));
}

#[test]
fn caps_and_the_least_size_hold_for_what_a_reversal_opens() {
    let (rig, alice) = with_long();
    let exit = rig.exit(&alice).notional;
    let (mut small, mut one) = (rig.clone(), alice);
    small.params.min_notional = wad(20);
    let refused = small.open(&mut one, Side::Short, 0, exit + wad(19));
    assert!(matches!(refused, Err(PerpError::PositionTooSmall { .. })), "{refused:?}");
    let (mut capped, mut one) = (rig, alice);
    // What is sold is 26.7, what is open afterwards 17.6.
    capped.params.max_position = wad(17);
    let refused = capped.open(&mut one, Side::Short, 0, wad(250));
    assert!(
        matches!(refused, Err(PerpError::PositionAboveCap { size, .. }) if size / WAD == 17),
        "{refused:?}"
    );
    capped.params.max_position = wad(18);
    assert!(capped.open(&mut one, Side::Short, 0, wad(250)).is_ok());
}

#[test]
fn funding_is_settled_by_a_reversal_and_starts_anew_on_the_other_side() {
    let (mut rig, mut alice) = with_long();
    rig.market.funding.long_index = WAD as i128;
    rig.market.funding.short_index = -7;
    let base = alice.base();
    let fill = rig.open(&mut alice, Side::Short, 50 * DOLLAR, wad(250)).unwrap();
    assert_eq!(fill.funding as u128, base.div_ceil(rig.scale), "one a base");
    assert_eq!((alice.funding_index, alice.size < 0), (-7, true));
}

#[test]
fn reversing_to_and_fro_never_pays() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let (mut rig, mut alice) = (Rig::live(), Position::default());
        rig.params.fee_ppm = 0;
        rig.params.max_price_impact_ppm = 1_000_000;
        let margin = 100_000 * DOLLAR;
        rig.open(&mut alice, Side::Long, margin, wad(1_000)).unwrap();
        for turn in 0..10 {
            let side = if turn % 2 == 0 { Side::Short } else { Side::Long };
            let notional = rig.exit(&alice).notional + random.between(wad(100), wad(15_000));
            rig.open(&mut alice, side, 0, notional).unwrap();
        }
        rig.close(&mut alice, u128::MAX).unwrap();
        assert!(alice.margin + alice.claim <= margin, "{alice:?}");
        assert_eq!((rig.market.long_size, rig.market.short_size), (0, 0));
    }
}
