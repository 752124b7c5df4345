//! What can be withdrawn, and what others may do to a position.

use everfloor_perp_rules::{Position, Side, WAD, margin};

use crate::support::{ANY, DOLLAR, Rig, random::Random, wad};

fn flat() -> Position {
    Position::default()
}

#[test]
fn the_neutral_price_is_the_average_within_the_oracles_band() {
    let mut rig = Rig::live();
    let neutral = |rig: &Rig| margin::neutral_price(&rig.market, &rig.context()).unwrap();
    assert_eq!(neutral(&rig), wad(100));
    rig.oracle.price = wad(102);
    assert_eq!(neutral(&rig), wad(100));
    rig.oracle.price = wad(200);
    assert_eq!(neutral(&rig), wad(190));
    rig.oracle.price = wad(50);
    assert_eq!(neutral(&rig), 52_500_000_000_000_000_000);
    rig.oracle.price = ANY;
    rig.params.mark_band_ppm = 999_999;
    assert_eq!(neutral(&rig), ANY - (ANY / 1_000_000 * 999_999 + ANY % 1_000_000 * 999_999 / 1_000_000));
}

#[test]
fn removing_leaves_the_initial_margin_at_both_prices() {
    let mut random = Random::from_env("PERP_SEED");
    let mut removed = 0;
    for _ in 0..1_000 {
        let mut rig = Rig::live();
        let (mut alice, mut crowd) = (flat(), flat());
        let side = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut alice, side, 2_000 * DOLLAR, random.between(wad(200), wad(10_000))).unwrap();
        let push = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut crowd, push, 10_000 * DOLLAR, random.between(wad(200), wad(10_000))).unwrap();
        rig.oracle.price = random.between(wad(85), wad(115));
        rig.forward(random.below(100_000));
        let free = margin::free_collateral(&rig.fresh().market, &alice, &rig.context()).unwrap();
        let Ok(most) = u128::try_from(free) else { continue };
        // Rounding of what was owed aside, all that is free can be had, and nothing more.
        assert!(rig.clone().remove(&mut alice.clone(), most + 2).is_err());
        if most > 2 && rig.remove(&mut alice, most - 1).is_ok() {
            removed += 1;
            assert_eq!(margin::require_initial(&rig.market, &alice, &rig.context()), Ok(()));
        }
    }
    assert!(removed > 500, "{removed}");
}

#[test]
fn unrealised_profit_and_waiting_profit_cannot_be_withdrawn() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 100 * DOLLAR, wad(200)).unwrap();
    rig.open(&mut crowd, Side::Long, 500 * DOLLAR, wad(500)).unwrap();
    assert!(rig.exit(&alice).pnl_wad > wad(100) as i128);
    alice.claim = 50 * DOLLAR;
    rig.market.ledger.claims = 50 * DOLLAR;
    assert_eq!(margin::free_collateral(&rig.market, &alice, &rig.context()), Ok(90 * DOLLAR as i128));
}

#[test]
fn a_flat_account_may_withdraw_all_without_an_oracle() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.add(&mut alice, 7).unwrap();
    rig.oracle.status = everfloor_perp_rules::OracleStatus::Unusable(5);
    assert_eq!(rig.remove(&mut alice, 7), Ok(0));
    assert_eq!(rig.market.ledger.total(), Ok(0));
}

#[test]
fn realizing_a_loss_moves_money_to_who_waits_and_no_equity() {
    let mut random = Random::from_env("PERP_SEED");
    let mut moved = 0;
    for _ in 0..500 {
        let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
        let side = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut alice, side, 200 * DOLLAR, random.between(wad(50), wad(300))).unwrap();
        rig.open(&mut crowd, side.opposite(), 500 * DOLLAR, random.between(wad(50), wad(300))).unwrap();
        rig.forward(random.below(10_000));
        rig.accrue();
        rig.market.ledger.claims = random.between(1, 100 * DOLLAR);
        let (before, ledger) = (alice, rig.market.ledger);
        let (exit, neutral) = (rig.exit(&alice).equity, rig.neutral(&alice).equity);
        let Ok(taken) = rig.realize_loss(&mut alice) else { continue };
        moved += 1;
        assert_eq!(rig.market.ledger.pool, ledger.pool + taken);
        assert_eq!(alice.margin, before.margin - taken);
        assert!((0..=1).contains(&(exit - rig.exit(&alice).equity)));
        assert!((0..=1).contains(&(neutral - rig.neutral(&alice).equity)));
        let price =
            |position: &Position| margin::liquidation_price(&rig.market, position, &rig.context()).unwrap();
        assert!(price(&before).abs_diff(price(&alice)) < WAD / 100_000);
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn funding_that_the_margin_cannot_pay_comes_before_losses() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Short, 500 * DOLLAR, wad(260)).unwrap();
    rig.market.ledger.claims = 100 * DOLLAR;
    rig.market.funding.long_index = 2 * WAD as i128;
    let refused = rig.realize_loss(&mut alice);
    assert_eq!(refused, Err(everfloor_perp_rules::PerpError::NothingToRealize));
}

#[test]
fn a_receipt_below_a_unit_is_not_lost_by_anothers_call() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Short, 100 * DOLLAR, wad(50)).unwrap();
    rig.open(&mut crowd, Side::Long, 500 * DOLLAR, wad(260)).unwrap();
    rig.market.ledger.claims = 1;
    rig.market.funding.short_index = -1_000;
    assert!(rig.realize_loss(&mut alice).is_ok());
    assert_eq!(alice.funding_index, 0);
}

#[test]
fn the_liquidation_price_is_where_liquidation_begins() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..500 {
        let mut rig = Rig::live();
        rig.params.mark_band_ppm = 5_000;
        let (mut alice, side) = (flat(), random.pick(&[Side::Long, Side::Short]));
        rig.open(&mut alice, side, 1_500 * DOLLAR, random.between(wad(2_000), wad(9_000))).unwrap();
        let price = margin::liquidation_price(&rig.market, &alice, &rig.context()).unwrap();
        if price == 0 {
            continue;
        }
        // An oracle that puts the neutral price there: the average is above its band for a long, below for a short.
        let healthy = |price: u128| {
            let mut rig = rig.clone();
            rig.oracle.price = match side {
                Side::Long => price * 1_000 / 1_005,
                Side::Short => price * 1_000 / 995,
            };
            let neutral = margin::neutral_price(&rig.market, &rig.context()).unwrap();
            assert!(neutral.abs_diff(price) < WAD / 1_000_000, "{neutral} {price}");
            rig.neutral(&alice).equity >= rig.maintenance(&alice)
        };
        let (better, worse) = match side {
            Side::Long => (price + WAD / 1_000, price - WAD / 1_000),
            Side::Short => (price - WAD / 1_000, price + WAD / 1_000),
        };
        if (side == Side::Long) == (price < wad(99)) {
            assert!(healthy(better) && !healthy(worse), "{side:?} {price}");
        }
    }
}

#[test]
fn a_position_that_no_price_can_hurt_has_no_liquidation_price() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    assert_eq!(margin::liquidation_price(&rig.market, &alice, &rig.context()), Ok(0));
    rig.open(&mut alice, Side::Long, 101 * DOLLAR, wad(100)).unwrap();
    assert_eq!(margin::liquidation_price(&rig.market, &alice, &rig.context()), Ok(0));
}

#[test]
fn reducing_never_turns_a_healthy_position_into_one_to_liquidate() {
    let mut random = Random::from_env("PERP_SEED");
    let mut reduced = 0;
    for _ in 0..1_000 {
        let mut rig = Rig::live();
        rig.params.fee_ppm = 0;
        rig.params.max_funding_ppm = 500_000;
        rig.params.mark_band_ppm = 16_000_000;
        rig.params.max_divergence_ppm = 900_000;
        rig.params.twap_window = 0;
        rig.params.max_price_impact_ppm = 900_000;
        rig.params.max_position = ANY;
        rig.params.max_open_interest = ANY;
        let (mut alice, mut crowd) = (flat(), flat());
        let side = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut alice, side, 2_000 * DOLLAR, random.between(wad(1_000), wad(10_000))).unwrap();
        let push = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut crowd, push, 90_000 * DOLLAR, random.between(wad(1_000), wad(150_000))).unwrap();
        rig.forward(random.below(200_000));
        rig.accrue();
        let healthy = rig.neutral(&alice).equity > rig.maintenance(&alice) + 2;
        let part = random.between(1, alice.base());
        if healthy && rig.close(&mut alice, part).is_ok() && alice.size != 0 {
            reduced += 1;
            let (equity, needs) = (rig.neutral(&alice).equity, rig.maintenance(&alice));
            assert!(equity >= needs, "{equity} of {needs}: {alice:?}");
        }
    }
    assert!(reduced > 200, "{reduced}");
}
