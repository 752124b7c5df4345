//! Moving the curve: what it costs, how far it goes, and that nobody gains by asking for it.

use everfloor_perp_rules::{
    Curve, OracleStatus, Params, PerpError, Position, Side, WAD,
    depth::{self, CHANGE_INTERVAL},
};

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

/// 10,000 base at a peg of 100 and reserves of one to one, with so much in fees.
fn pegged(fees: u128) -> Rig {
    let params = Params {
        max_position: ANY,
        max_open_interest: ANY,
        max_price_impact_ppm: 1_000_000,
        max_divergence_ppm: 1_000_000,
        // Wider than governance may set them: what they bound shows better.
        repeg_step_ppm: 5_000,
        curve_share_ppm: 500_000,
        ..live_params()
    };
    let mut rig = Rig::new(params, wad(10_000), wad(10_000));
    rig.market.curve.peg = wad(100);
    rig.oracle.price = wad(100);
    rig.market.ledger.fees = fees * DOLLAR;
    rig
}

/// Lets the average and the interval between changes pass.
fn settle_down(rig: &mut Rig) {
    rig.forward(CHANGE_INTERVAL);
    rig.accrue();
}

fn spot(rig: &Rig) -> u128 {
    rig.market.curve.spot().unwrap()
}

/// Rounded up to token units; less for the traders is negative.
fn units(wei: f64) -> i128 {
    (wei / SCALE as f64).ceil() as i128
}

#[test]
fn a_repeg_costs_what_its_formula_says() {
    // Net long 1,000 on reserves of 10,000 and 10,000: (100.5 − 100)·Q·N/(B + N) = 0.5·10,000·1,000/11,000.
    for (side, net) in [(Side::Long, 1_000_i64), (Side::Short, -1_000)] {
        for (rises, index) in [(true, 110), (false, 90)] {
            let mut rig = pegged(10_000);
            let _ = rig.give(side, wad(1_000), wad(100_000), 100_000 * DOLLAR);
            settle_down(&mut rig);
            rig.oracle.price = wad(index);
            let before = rig.market.ledger;
            let done = rig.repeg().unwrap();
            let change = if rises { 0.5 } else { -0.5 };
            let cost = change * 10_000.0 * net as f64 / (10_000.0 + net as f64);
            assert!((done.cost - units(cost * 1e18)).abs() <= 2, "{done:?} is not {cost}");
            assert_eq!(rig.market.curve.peg, if rises { wad(201) / 2 } else { wad(199) / 2 });
            assert_eq!((rig.market.curve.base, rig.market.curve.quote), (wad(10_000), wad(10_000)));
            // A cost goes to the pool for those who gain by it; a gain is nobody's.
            let paid = done.cost.max(0) as u128;
            assert_eq!(rig.market.ledger.fees, before.fees - paid);
            assert_eq!(rig.market.ledger.pool, before.pool + paid);
        }
    }
}

#[test]
fn a_change_of_depth_costs_what_its_formula_says() {
    // p·Q·N²·(m − 1)/((mB + N)(B + N)) with m = 1.02 or 0.98.
    for net in [1_000_i64, -1_000, 3_000, -3_000] {
        for m in [1.02_f64, 0.98] {
            let mut rig = pegged(10_000);
            let side = if net > 0 { Side::Long } else { Side::Short };
            let base = wad(net.unsigned_abs().into());
            let _ = rig.give(side, base, base * 100, 100_000 * DOLLAR);
            rig.params.target_depth = if m > 1.0 { wad(20_000) } else { wad(5_000) };
            settle_down(&mut rig);
            let before = rig.market.ledger;
            let done = rig.adjust_depth().unwrap();
            let n = net as f64;
            let cost = 100.0 * 10_000.0 * n * n * (m - 1.0) / ((m * 10_000.0 + n) * (10_000.0 + n));
            assert!((done.cost - units(cost * 1e18)).abs() <= 2, "{done:?} is not {cost}");
            assert_eq!(spot(&rig), wad(100), "the price stays");
            assert_eq!(depth::depth(&rig.market.curve), Ok(if m > 1.0 { wad(10_200) } else { wad(9_800) }));
            let paid = done.cost.max(0) as u128;
            assert_eq!(rig.market.ledger.fees, before.fees - paid);
            assert_eq!(rig.market.ledger.pool, before.pool + paid);
        }
    }
}

#[test]
fn a_repeg_goes_one_step_and_never_past_the_oracle() {
    let mut rig = pegged(1_000_000);
    let _ = rig.give(Side::Long, wad(100), wad(10_000), 100_000 * DOLLAR);
    rig.oracle.price = wad(102);
    let mut steps = 0;
    loop {
        settle_down(&mut rig);
        let before = spot(&rig);
        match rig.repeg() {
            Ok(_) => steps += 1,
            Err(refused) => {
                assert_eq!(refused, PerpError::NothingToChange);
                break;
            }
        }
        assert!(spot(&rig) > before && spot(&rig) <= wad(102));
        assert!(spot(&rig) - before <= before / 200 + 1, "half of a hundredth");
        assert!(steps < 10);
    }
    // 1.005³ is 1.01507, 1.005⁴ would be past 1.02.
    assert_eq!(steps, 4);
    assert!(wad(102) - spot(&rig) < 1_000, "{}", spot(&rig));
}

#[test]
fn no_repeg_of_any_market_goes_past_or_away_from_the_oracle_or_over_its_budget() {
    let mut random = Random::from_env("PERP_SEED");
    let (mut moved, mut short_of_money) = (0, 0);
    for _ in 0..2_000 {
        let mut rig = pegged(0);
        rig.market.ledger.fees = random.between(0, 2_000 * DOLLAR) * random.below(5).min(1) as u128;
        rig.market.curve = Curve {
            base: random.between(wad(5_000), wad(20_000)),
            quote: random.between(wad(5_000), wad(20_000)),
            peg: random.between(WAD / 1_000, wad(5_000)),
        };
        let price = spot(&rig);
        let _ = rig.give(Side::Long, random.between(0, wad(3_000)), 0, 0);
        let _ = rig.give(Side::Short, random.between(0, wad(3_000)), 0, 0);
        rig.oracle.price = price / 1_000 * random.between(950, 1_050);
        rig.params.max_funding_ppm = 0;
        settle_down(&mut rig);
        let (before, ledger) = (spot(&rig), rig.market.ledger);
        let budget = ledger.fees / 2;
        match rig.repeg() {
            Ok(done) => {
                let after = spot(&rig);
                let index = rig.oracle.price;
                assert_eq!(before < index, after >= before);
                assert!(after.abs_diff(index) <= before.abs_diff(index));
                let past =
                    if before < index { after.saturating_sub(index) } else { index.saturating_sub(after) };
                // The price is floored to a wei, and the peg is.
                let fine = rig.market.curve.quote / rig.market.curve.base + 2;
                assert!(past <= fine + after / rig.market.curve.peg, "{past} past {index}");
                assert!(done.cost <= budget as i128);
                assert_eq!(ledger.fees - rig.market.ledger.fees, done.cost.max(0) as u128);
                moved += 1;
            }
            Err(PerpError::OverBudget { cost, budget: had }) => {
                assert!(had <= budget && cost > had);
                short_of_money += 1;
            }
            Err(refused) => assert_eq!(refused, PerpError::NothingToChange),
        }
    }
    assert!(moved > 1_000 && short_of_money > 0, "{moved} {short_of_money}");
}

#[test]
fn a_budget_bounds_how_far_a_repeg_goes() {
    // A whole step of 0.5 would cost 454.55; half of 200 buys 22 % of it.
    let mut rig = pegged(200);
    let _ = rig.give(Side::Long, wad(1_000), wad(100_000), 100_000 * DOLLAR);
    settle_down(&mut rig);
    rig.oracle.price = wad(110);
    let done = rig.repeg().unwrap();
    assert!(done.cost <= 100 * DOLLAR as i128 && done.cost > 99_999_000, "{done:?}");
    let moved = rig.market.curve.peg - wad(100);
    assert!(moved.abs_diff(WAD / 100 * 11) < WAD / 100_000, "{moved}");
    // With nothing to spend, it says what it would cost.
    let mut poor = pegged(0);
    let _ = poor.give(Side::Long, wad(1_000), wad(100_000), 100_000 * DOLLAR);
    settle_down(&mut poor);
    poor.oracle.price = wad(110);
    assert!(
        matches!(poor.repeg(), Err(PerpError::OverBudget { cost, budget: 0 }) if cost.abs_diff(454_545_455) <= 2)
    );
    // What costs nothing needs no budget: the shorts lose by it.
    let mut cheap = pegged(0);
    let _ = cheap.give(Side::Short, wad(1_000), wad(100_000), 100_000 * DOLLAR);
    settle_down(&mut cheap);
    cheap.oracle.price = wad(110);
    assert!(cheap.repeg().unwrap().cost < 0);
}

#[test]
fn a_mark_pushed_just_now_moves_no_peg() {
    let mut rig = pegged(10_000);
    settle_down(&mut rig);
    let mut pusher = Position::default();
    rig.open(&mut pusher, Side::Short, 100_000 * DOLLAR, wad(20_000)).unwrap();
    // The mark is below the oracle, its average is not.
    assert_eq!(rig.repeg(), Err(PerpError::NothingToChange));
    // Held for long, it moves the peg up, which the pusher's short pays for.
    settle_down(&mut rig);
    let before = rig.exit(&pusher).equity;
    rig.repeg().unwrap();
    assert!(rig.exit(&pusher).equity < before);
}

#[test]
fn each_change_comes_once_an_hour_and_needs_a_good_oracle_and_a_live_market() {
    let mut rig = pegged(1_000_000);
    rig.params.target_depth = wad(20_000);
    settle_down(&mut rig);
    rig.oracle.price = wad(105);
    rig.repeg().unwrap();
    rig.adjust_depth().unwrap();
    rig.forward(CHANGE_INTERVAL - 1);
    let early = PerpError::TooEarly { next: rig.now + 1, now: rig.now };
    assert_eq!((rig.repeg(), rig.adjust_depth()), (Err(early), Err(early)));
    rig.forward(1);
    for status in [OracleStatus::Deviating, OracleStatus::Unusable(2)] {
        let mut rig = rig.clone();
        rig.oracle.status = status;
        assert!(matches!(rig.repeg(), Err(PerpError::OracleUnusable { .. })));
        assert!(matches!(rig.adjust_depth(), Err(PerpError::OracleUnusable { .. })));
    }
    assert!(rig.repeg().is_ok() && rig.adjust_depth().is_ok());
}

#[test]
fn depth_reaches_its_target_and_stays_there() {
    for target in [12_345, 8_765] {
        let mut rig = pegged(1_000_000);
        let _ = rig.give(Side::Long, wad(500), wad(50_000), 100_000 * DOLLAR);
        rig.params.target_depth = wad(target);
        let mut steps = 0;
        let end = loop {
            settle_down(&mut rig);
            let before = depth::depth(&rig.market.curve).unwrap();
            match rig.adjust_depth() {
                Ok(_) => steps += 1,
                Err(refused) => break refused,
            }
            let after = depth::depth(&rig.market.curve).unwrap();
            assert!(after.abs_diff(before) <= before / 50 + 1, "two hundredths at most");
            assert!(after.abs_diff(wad(target)) < before.abs_diff(wad(target)));
            assert!(steps < 30);
        };
        assert_eq!(end, PerpError::NothingToChange);
        let depth = depth::depth(&rig.market.curve).unwrap();
        assert!(depth.abs_diff(wad(target)) <= wad(target) / 1_000_000 + 1, "{depth}");
        assert!(spot(&rig).abs_diff(wad(100)) < 1_000);
    }
    let mut rig = pegged(1_000);
    assert_eq!(rig.adjust_depth(), Err(PerpError::NothingToChange), "without a target it stays");
}

#[test]
fn a_depth_beyond_the_budget_goes_in_smaller_steps() {
    // 2 % for a net long of 3,000 would cost 100·10,000·9·10⁶·0.02/(13,200·13,000) = 1,048.95.
    let mut rig = pegged(1_000);
    let _ = rig.give(Side::Long, wad(3_000), wad(300_000), 100_000 * DOLLAR);
    rig.params.target_depth = wad(20_000);
    settle_down(&mut rig);
    let done = rig.adjust_depth().unwrap();
    // A quarter of it does: 500 is the budget, a half is 526.5, a quarter 45·10⁹/(13,050·13,000) = 265.25.
    assert_eq!(depth::depth(&rig.market.curve), Ok(wad(10_050)));
    assert!((265_251_980..265_252_000).contains(&done.cost), "{done:?}");
    // With nothing to spend, not at all.
    let mut poor = pegged(0);
    let _ = poor.give(Side::Long, wad(3_000), wad(300_000), 100_000 * DOLLAR);
    poor.params.target_depth = wad(20_000);
    settle_down(&mut poor);
    assert!(matches!(poor.adjust_depth(), Err(PerpError::OverBudget { budget: 0, .. })));
}

#[test]
fn a_curve_is_never_made_too_thin_for_who_has_to_leave_by_it() {
    let mut rig = pegged(1_000);
    let _ = rig.give(Side::Short, wad(9_900), wad(990_000), 100_000 * DOLLAR);
    rig.params.target_depth = wad(100);
    settle_down(&mut rig);
    // 9,800 would be left for 9,900 that have to be bought back.
    assert!(matches!(rig.adjust_depth(), Err(PerpError::CurveExhausted { .. })));
}

#[test]
fn whoever_trades_around_a_change_of_depth_takes_no_more_than_the_fees_gave() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let mut rig = pegged(10_000);
        rig.params.fee_ppm = 0;
        let mut attacker = Position::default();
        let margin = 1_000_000 * DOLLAR;
        rig.add(&mut attacker, margin).unwrap();
        let mut given = 0;
        for round in 0..random.between(2, 6) {
            let side = random.pick(&[Side::Long, Side::Short]);
            if random.one_in(2) {
                let _ = rig.open(&mut attacker, side, 0, random.between(wad(200), wad(50_000)));
            }
            rig.params.target_depth = if round % 2 == 0 { wad(20_000) } else { wad(1_000) };
            settle_down(&mut rig);
            given += rig.adjust_depth().map_or(0, |done| done.cost.max(0) as u128);
        }
        if attacker.size != 0 {
            rig.close(&mut attacker, ANY).unwrap();
        }
        // Funding of a lone trader is paid to nobody.
        let has = attacker.margin + attacker.claim;
        assert!(has <= margin + given, "{has} of {margin} and {given}");
    }
}

#[test]
fn there_and_back_with_the_same_position_gives_nothing() {
    // Up costs the fees what down takes again, and the position is worth what it was.
    let mut rig = pegged(10_000);
    let alice = rig.give(Side::Long, wad(1_000), wad(100_000), 100_000 * DOLLAR);
    let before = rig.exit(&alice).notional;
    rig.params.target_depth = wad(10_200);
    settle_down(&mut rig);
    rig.adjust_depth().unwrap();
    rig.params.target_depth = wad(10_000);
    settle_down(&mut rig);
    rig.adjust_depth().unwrap();
    assert!(rig.exit(&alice).notional.abs_diff(before) <= wad(1) / 100);
    assert!(rig.market.ledger.pool > 0, "what the fees paid stays for those who wait");
}
