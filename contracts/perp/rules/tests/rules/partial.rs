//! How much of a position a liquidation takes, and what it leaves.

use everfloor_perp_rules::{
    Params, PerpError, Position, Side, WAD,
    liquidation::{self, LiquidationOrder},
};

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

/// Restores 10 %, with a penalty of 1.25 %.
fn partial() -> Params {
    Params { liquidation_target_ppm: 100_000, max_position: ANY, max_open_interest: ANY, ..live_params() }
}

/// A long of 100 at 100 with so much margin, on a curve that it does not move.
fn deep(margin: u128) -> (Rig, Position) {
    let mut rig = Rig::deep(partial());
    let alice = rig.give(Side::Long, wad(100), wad(10_000), margin);
    (rig, alice)
}

fn ratio(rig: &Rig, position: &Position) -> i128 {
    rig.neutral(position).margin_ratio_wad(SCALE).unwrap()
}

#[test]
fn a_slice_restores_the_target() {
    // E = 500 of N = 10,000: (0.1·10,000 − 500)/(0.1 − 0.0125) = 5,714.285714 of it.
    let (mut rig, mut alice) = deep(500 * DOLLAR);
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!(done.base.unsigned_abs() / 1_000_000_000_000, 57_142_857);
    assert!(
        done.base < 0 && done.notional.abs_diff(5_714_285_714_285_714_285_714) < wad(1) / 100,
        "{done:?}"
    );
    // 1.25 % of it: 71.43, which half goes to the keeper.
    assert!(done.penalty.abs_diff(71_428_571) < 200, "{done:?}");
    assert_eq!(done.keeper_reward, done.penalty / 2);
    assert_eq!(rig.market.ledger.insurance_due, done.penalty - done.keeper_reward);
    // 428.57 on 4,285.71.
    assert!(alice.margin.abs_diff(428_571_429) < 1_000, "{alice:?}");
    assert!((ratio(&rig, &alice) - WAD as i128 / 10).abs() < 1_000_000_000_000, "{}", ratio(&rig, &alice));
    assert!(!rig.is_liquidatable(&alice));
}

#[test]
fn the_ratio_afterwards_is_the_target_whatever_the_position() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..500 {
        let penalty = random.between(1_000, 60_000) as u32;
        let maintenance = penalty + random.between(5_000, 100_000) as u32;
        let target = maintenance + random.between(1_000, 100_000) as u32;
        let mut rig = Rig::deep(Params {
            initial_margin_ppm: 300_000,
            maintenance_margin_ppm: maintenance,
            liquidation_penalty_ppm: penalty,
            liquidation_target_ppm: target,
            ..partial()
        });
        rig.forward(1_000);
        rig.accrue();
        let side = random.pick(&[Side::Long, Side::Short]);
        let base = random.between(wad(10), wad(1_000));
        let notional = base * 100;
        // More than the penalty on all of it, less than maintenance.
        let equity_ppm = random.between(u128::from(penalty) + 500, u128::from(maintenance) - 100);
        let mut alice = rig.give(side, base, notional, notional / SCALE * equity_ppm / 1_000_000);
        let (before, equity) = (ratio(&rig, &alice), rig.neutral(&alice).equity);
        let done = rig.liquidate(&mut alice, 0).unwrap();
        if alice.size == 0 {
            // Less than the least position would be left.
            let needed = (notional * u128::from(target) / 1_000_000).saturating_sub(equity as u128 * SCALE)
                * 1_000_000
                / u128::from(target - penalty);
            assert!(notional - needed.min(notional) <= wad(101), "{needed} of {notional}");
            continue;
        }
        let after = ratio(&rig, &alice);
        let wanted = i128::from(target) * 1_000_000_000_000;
        // What its own impact cost, and a few units of rounding, on what is left.
        let units = done.realized_pnl.unsigned_abs() * 11 / 10 + 10;
        let off = units * SCALE * 1_000_000 / (rig.neutral(&alice).notional / 1_000_000_000_000) + 1;
        assert!((after - wanted).unsigned_abs() <= off, "{after} is not {wanted} within {off}: {done:?}");
        assert!(after > before && !rig.is_liquidatable(&alice));
        // What went is what the formula says: (t·N − E)/(t − f).
        let formula = (f64::from(target) * notional as f64 / 1e6 - equity as f64 * 1e12)
            / (f64::from(target - penalty) / 1e6);
        assert!((done.notional as f64 / formula - 1.0).abs() < 1e-4, "{} {formula}", done.notional);
    }
}

#[test]
fn a_position_too_poor_or_too_small_for_a_part_goes_whole() {
    // No more than the penalty on all of it: no part can restore anything.
    for equity in [0, 1, 100 * DOLLAR, 125 * DOLLAR] {
        let (mut rig, mut alice) = deep(equity);
        rig.liquidate(&mut alice, 0).unwrap();
        assert_eq!(alice.size, 0, "{equity}");
    }
    let (mut rig, mut alice) = deep(135 * DOLLAR);
    // (1,000 − 135)/0.0875 = 9,885.71: 114.29 stay, which is more than 100.
    rig.clone().liquidate(&mut alice.clone(), 0).map(|done| assert!(done.notional < wad(9_886))).unwrap();
    // With 115 as the least, they do not.
    rig.params.min_notional = wad(115);
    rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!(alice.size, 0);
    // Nor without a target.
    let (mut rig, mut alice) = deep(500 * DOLLAR);
    rig.params.liquidation_target_ppm = 0;
    rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!(alice.size, 0);
}

/// A long of 1,500 on 10,000 base at 100, with so many parts in a thousand of margin.
fn whale(permille: u128) -> (Rig, Position) {
    let params = Params { impact_window: 300, window_impact_ppm: 50_000, ..partial() };
    let mut rig = Rig::new(params, wad(10_000), wad(1_000_000));
    let whale = rig.give(Side::Long, wad(1_500), wad(150_000), 150 * permille * DOLLAR);
    (rig, whale)
}

#[test]
fn no_slice_moves_the_mark_further_than_one_trade_or_than_the_window_has_left() {
    for side in [Side::Long, Side::Short] {
        let (mut rig, _) = whale(0);
        rig.market.long_size = 0;
        let mut whale = rig.give(side, wad(1_500), wad(150_000), DOLLAR);
        // 10,000·(1/√0.95 − 1) = 259.78 of a long, 10,000·(1 − 1/√1.05) = 240.999 of a short.
        let most = if side == Side::Long { 259_783 } else { 240_999 };
        let done = rig.liquidate(&mut whale, 0).unwrap();
        let base = done.base.unsigned_abs();
        assert_eq!(base / (WAD / 1_000), most);
        let spot = rig.market.curve.spot().unwrap();
        assert!(spot.abs_diff(wad(100)) <= wad(5) && spot.abs_diff(wad(100)) > wad(5) - 10_000_000, "{spot}");
        // The window is used up; half of it comes back in half of its time.
        let refused = rig.liquidate(&mut whale, 0);
        assert!(matches!(refused, Err(PerpError::CurveTooThin { .. })), "{refused:?}");
        assert!(!rig.clone().is_liquidatable(&whale) || rig.clone().liquidate(&mut whale, 0).is_err());
        rig.forward(150);
        let before = rig.market.curve.spot().unwrap();
        rig.liquidate(&mut whale, 0).unwrap();
        let moved = rig.market.curve.spot().unwrap().abs_diff(before) * 1_000_000 / before;
        assert!((24_990..=25_001).contains(&moved), "{moved}");
    }
}

#[test]
fn a_mark_that_others_moved_the_other_way_gives_a_liquidation_more_of_the_window_and_never_more_than_a_trade()
{
    let (mut rig, mut whale) = whale(0);
    rig.market.drift_ppm = 30_000;
    rig.liquidate(&mut whale, 0).unwrap();
    let spot = rig.market.curve.spot().unwrap();
    assert!(spot >= wad(95) && spot < wad(95) + 10_000_000, "{spot}");
}

#[test]
fn b24_a_whale_is_not_dumped_through_its_own_price() {
    // 6 % of margin. All of it through the curve would bring 1,500·1,000,000/11,500 = 130,434.78: 19,565 lost of 9,000.
    let (mut rig, mut whale) = whale(60);
    rig.params.liquidation_target_ppm = 0;
    let dump = rig.exit(&whale);
    assert!(dump.equity < -10_565 * DOLLAR as i128 && dump.equity > -10_566 * DOLLAR as i128);
    // One call takes a sixth of it. The rest is taken over at the oracle's price: nothing is left unpaid.
    let done = rig.liquidate(&mut whale, 0).unwrap();
    assert_eq!((done.shortfall.amount, rig.losses.bad_debt), (0, 0));
    assert!(rig.market.curve.spot().unwrap() >= wad(95));
    assert!(rig.liquidate(&mut whale, 0).is_err());
    rig.start_takeover(&mut whale).unwrap();
    let mut taker = Position::default();
    rig.take_over(&mut whale, &mut taker, ANY, 40_000 * DOLLAR).unwrap();
    assert_eq!((whale.size, rig.losses.bad_debt), (0, 0));
    assert!(whale.margin > 6_000 * DOLLAR, "{whale:?}");
    assert!(rig.market.curve.spot().unwrap() >= wad(95), "the curve was not touched");
}

#[test]
fn a_position_whose_rest_a_slice_would_leave_worse_off_goes_whole() {
    // 5 % of equity at the average of 100, and a mark of the moment 8 % below it: selling costs more than it restores.
    let (mut rig, mut alice) = deep(500 * DOLLAR);
    rig.forward(1_000);
    rig.accrue();
    rig.market.curve.peg = WAD / 100 * 92;
    // 57.14 base would lose 457.14 and 65.71 be the penalty: nothing would be left for a rest of 4,285.71.
    let (mut whole, mut gone) = (rig.clone(), alice);
    whole.liquidate(&mut gone, 0).unwrap();
    assert_eq!(gone.size, 0);
    // At 2 % below it helps: 114.3 and 70 of 500 leave 315.7 on 4,285.71, which is 7.4 %.
    rig.market.curve.peg = WAD / 100 * 98;
    rig.liquidate(&mut alice, 0).unwrap();
    let after = ratio(&rig, &alice) / (WAD as i128 / 100_000);
    assert!((7_360..7_370).contains(&after), "{after}");
}

#[test]
fn a_part_keeps_to_its_part_of_the_keepers_limit() {
    let (rig, alice) = deep(500 * DOLLAR);
    let order = |quote_limit| LiquidationOrder { quote_limit, ..LiquidationOrder::default() };
    let with = |order: LiquidationOrder| {
        rig.clone().act(&mut alice.clone(), |market, position, context| {
            liquidation::liquidate(market, position, context, &order)
        })
    };
    // The whole is to bring 10,000 at least; 57.14 % of it bring 5,714.28 less its own small impact.
    assert!(matches!(with(order(wad(10_000))), Err(PerpError::SlippageExceeded { .. })));
    assert!(with(order(wad(9_999))).is_ok());
    let mut rig = Rig::deep(partial());
    let mut short = rig.give(Side::Short, wad(100), wad(10_000), 500 * DOLLAR);
    let mut with = |quote_limit| {
        rig.act(&mut short, |market, position, context| {
            liquidation::liquidate(market, position, context, &order(quote_limit))
        })
    };
    assert!(matches!(with(wad(10_000)), Err(PerpError::SlippageExceeded { .. })));
    assert!(
        matches!(with(1), Err(PerpError::SlippageExceeded { limit: 1, .. })),
        "least of all is not no limit"
    );
    assert!(with(wad(10_001)).is_ok());
}

#[test]
fn after_a_pause_who_has_equity_is_spared_for_a_while_and_who_has_none_is_not() {
    let (mut rig, mut alice) = deep(500 * DOLLAR);
    rig.params.resume_grace = 600;
    rig.resumed_at = rig.now - 100;
    let refused = PerpError::InGrace { until: rig.now + 500, now: rig.now };
    assert_eq!(rig.liquidate(&mut alice, 0), Err(refused));
    assert!(!rig.is_liquidatable(&alice));
    // At an equity of zero it still is, below it is not.
    let (mut none, mut poor) = (rig.clone(), alice);
    none.market.ledger.principal -= poor.margin;
    poor.margin = 0;
    assert!(none.clone().liquidate(&mut poor.clone(), 0).is_err());
    poor.open_notional += wad(1);
    assert!(none.is_liquidatable(&poor));
    assert!(none.liquidate(&mut poor, 0).is_ok());
    // Until it ends, to the second.
    rig.forward(499);
    assert!(rig.liquidate(&mut alice, 0).is_err());
    rig.forward(1);
    assert!(rig.is_liquidatable(&alice));
    assert!(rig.liquidate(&mut alice, 0).is_ok());
}

#[test]
fn a_market_that_was_never_paused_has_no_grace() {
    let (mut rig, mut alice) = deep(500 * DOLLAR);
    rig.params.resume_grace = 3_600;
    assert!(rig.liquidate(&mut alice, 0).is_ok());
}

#[test]
fn slicing_a_bankrupt_position_costs_the_others_the_hole_once_and_the_penalties() {
    // Insurance explains a hole once, however often it is asked; penalties are taken while there is margin.
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..100 {
        let mut rig = Rig::deep(partial());
        let entry = random.between(wad(10_100), wad(11_000));
        let mut alice = rig.give(Side::Long, wad(100), entry, 50 * DOLLAR);
        let at_once = rig.clone().liquidate(&mut alice.clone(), ANY).unwrap().shortfall;
        rig.start_takeover(&mut alice).unwrap();
        let (mut insured, mut hole, mut penalties, mut taker) = (0, 0, 0, Position::default());
        for _ in 0..10 {
            let done = rig.take_over(&mut alice, &mut taker, wad(10), 200 * DOLLAR).unwrap();
            insured += done.shortfall.covered_by_fund;
            hole += done.shortfall.amount;
            penalties += done.penalty;
        }
        assert_eq!(alice.size, 0);
        assert!(hole.abs_diff(at_once.amount + penalties) < 100, "{hole} {penalties} {at_once:?}");
        assert!(insured <= hole && penalties <= 50 * DOLLAR);
    }
}

#[test]
fn a_slice_realises_its_own_loss_and_not_that_of_dumping_the_whole() {
    // 2 % of margin on 150,000. The slice of 259.78 sells at 97.47 and loses 657.8 of 3,000; its share of a dump of all
    // would be 3,388, more than there is: others would pay, and what is left would be worth more than before.
    let (mut rig, mut whale) = whale(20);
    rig.params.liquidation_target_ppm = 0;
    rig.forward(10_000);
    rig.accrue();
    let before = rig.neutral(&whale).equity;
    assert_eq!(before, 3_000 * DOLLAR as i128);
    let done = rig.liquidate(&mut whale, ANY).unwrap();
    assert_eq!(done.shortfall.amount, 0, "{done:?}");
    assert!((-658 * DOLLAR as i128..-657 * DOLLAR as i128).contains(&done.realized_pnl), "{done:?}");
    // At the oracle's price, all that it lost is what the slice lost and the penalty.
    let value = whale.base() / SCALE * 100 + whale.margin - whale.open_notional / SCALE;
    let lost = done.realized_pnl.unsigned_abs() + done.penalty;
    assert!((value + lost).abs_diff(3_000 * DOLLAR) < 200, "{value} {lost}");
}

#[test]
fn slices_forgive_nothing_that_their_own_impact_does_not_explain() {
    let mut random = Random::from_env("PERP_SEED");
    let mut slices = 0;
    for _ in 0..300 {
        let (mut rig, _) = whale(0);
        rig.market.long_size = 0;
        let side = random.pick(&[Side::Long, Side::Short]);
        let base = random.between(wad(300), wad(3_000));
        let mut whale = rig.give(side, base, base * 100, base / SCALE * random.between(0, 6));
        rig.forward(10_000);
        rig.accrue();
        let neutral = rig.neutral(&whale).equity;
        let Ok(done) = rig.liquidate(&mut whale, ANY) else { continue };
        slices += u32::from(whale.size != 0);
        let after = rig.neutral(&whale).equity;
        // What others paid is at most what the position was short of, and the slice's own impact.
        let at_mark = done.base.unsigned_abs() * 100;
        let impact = (at_mark.abs_diff(done.notional) / SCALE) as i128;
        let short = neutral.min(0).abs() + impact;
        assert!(done.shortfall.amount as i128 <= short + 10, "{done:?}");
        assert!(after <= neutral.max(0) + 10, "{neutral} became {after}: {done:?}");
    }
    assert!(slices > 100, "{slices}");
}
