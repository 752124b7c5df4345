//! What can be withdrawn, and what others may do to a position.

use everfloor_perp_rules::{OracleStatus, PerpError, Position, Side, WAD, margin};

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
fn without_an_index_price_the_neutral_price_is_the_average() {
    let mut rig = Rig::live();
    rig.forward(450);
    rig.accrue();
    rig.market.curve.quote *= 2;
    rig.forward(450);
    rig.accrue();
    rig.oracle.price = 0;
    for status in [OracleStatus::Good, OracleStatus::Unusable(5)] {
        rig.oracle.status = status;
        assert_eq!(margin::neutral_price(&rig.market, &rig.context()), Ok(wad(150)));
    }
    rig.oracle.price = 1;
    assert_eq!(margin::neutral_price(&rig.market, &rig.context()), Ok(1), "any price has its band");
}

#[test]
fn a_waiting_claim_opens_no_more_than_it_is_worth() {
    let mut rig = Rig::live();
    let mut alice = Position { claim: 1_000 * DOLLAR, ..flat() };
    let ledger = &mut rig.market.ledger;
    (ledger.claims, ledger.pool) = (1_000 * DOLLAR, 100 * DOLLAR);
    // Worth 110, less the fee of 9; a tenth of 9,000 is asked for.
    let refused = rig.open(&mut alice, Side::Long, 10 * DOLLAR, wad(9_000));
    let Err(PerpError::BelowInitialMargin { equity, required }) = refused else { panic!("{refused:?}") };
    assert_eq!(required, 900 * DOLLAR);
    assert!((100_999_998..=101_000_000).contains(&equity), "{equity}");
    // What it is worth does open.
    assert!(rig.clone().open(&mut alice.clone(), Side::Long, 10 * DOLLAR, wad(1_000)).is_ok());
    // And all of it, once the pool is whole.
    rig.market.ledger.pool = 1_000 * DOLLAR;
    rig.open(&mut alice, Side::Long, 10 * DOLLAR, wad(9_000)).unwrap();
}

#[test]
fn a_claim_at_a_haircut_lets_no_position_grow_and_forces_none_to_close() {
    let mut rig = Rig::live();
    let mut alice = Position { claim: 1_000 * DOLLAR, ..flat() };
    (rig.market.ledger.claims, rig.market.ledger.pool) = (1_000 * DOLLAR, 1_000 * DOLLAR);
    rig.open(&mut alice, Side::Short, 10 * DOLLAR, wad(5_000)).unwrap();
    rig.market.ledger.pool = 0;
    let refused = rig.open(&mut alice, Side::Short, 0, wad(200));
    assert!(matches!(refused, Err(PerpError::BelowInitialMargin { equity, .. }) if equity < 10_000_000));
    // Staying counts it whole: its own later losses are set off against it.
    let refused = rig.liquidate(&mut alice, 0);
    assert!(matches!(refused, Err(PerpError::NotLiquidatable { equity, .. }) if equity > 1_000_000_000));
    assert!(rig.close(&mut alice, ANY).is_ok());
}

#[test]
fn removing_too_much_says_what_could_be_removed() {
    let mut random = Random::from_env("PERP_SEED");
    let mut told = 0;
    for _ in 0..500 {
        let (mut rig, mut alice, mut crowd) = (Rig::live(), flat(), flat());
        let side = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut alice, side, 2_000 * DOLLAR, random.between(wad(200), wad(10_000))).unwrap();
        let push = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut crowd, push, 10_000 * DOLLAR, random.between(wad(200), wad(10_000))).unwrap();
        rig.oracle.price = random.between(wad(90), wad(110));
        rig.forward(random.below(100_000));
        // Beyond all of the margin, the margin is what is told.
        let owed = alice.funding_owed_up(&rig.fresh().market, rig.scale).unwrap();
        let asked = random.between(1, alice.margin - owed.max(0) as u128);
        let Err(refused) = rig.remove(&mut alice, asked) else { continue };
        let PerpError::InsufficientMargin { available, needed } = refused else { panic!("{refused:?}") };
        assert_eq!(needed, asked);
        assert!(rig.clone().remove(&mut alice.clone(), available + 1).is_err());
        if available > 0 {
            told += 1;
            let removed = rig.remove(&mut alice, available);
            assert!(removed.is_ok(), "{available} of {asked}: {removed:?}");
        }
    }
    assert!(told > 100, "{told}");
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
    rig.oracle.status = OracleStatus::Unusable(5);
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
        let owed = alice.funding_owed_up(&rig.market, rig.scale).unwrap();
        let Ok((loss, funding)) = rig.realize_loss(&mut alice) else { continue };
        assert_eq!(funding as i128, owed.max(0));
        let taken = loss + funding;
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
fn realizing_tells_loss_and_funding_apart_and_takes_funding_first() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 200 * DOLLAR, wad(1_000) / 3).unwrap();
    rig.open(&mut crowd, Side::Short, 500 * DOLLAR, wad(300)).unwrap();
    // One of each base, of which there are 25, less a wei.
    rig.market.funding.long_index = WAD as i128;
    let lost = rig.exit(&alice).pnl_wad.max(rig.neutral(&alice).pnl_wad).unsigned_abs() / rig.scale;
    assert!(lost > 30 * DOLLAR && lost < 175 * DOLLAR, "{lost}");
    // As far as winners wait: the funding, and then of the loss what is left to wait for.
    for (claims, loss) in [(20, 0), (25, 0), (30, 5 * DOLLAR), (1_000, lost)] {
        let (mut rig, mut alice) = (rig.clone(), alice);
        rig.market.ledger.claims = claims * DOLLAR;
        assert_eq!(rig.realize_loss(&mut alice), Ok((loss, 25 * DOLLAR)), "{claims} waited for");
        assert_eq!(rig.market.ledger.pool, loss + 25 * DOLLAR);
        assert_eq!(alice.margin, 200 * DOLLAR - loss - 25 * DOLLAR);
    }
}

#[test]
fn funding_that_the_margin_cannot_pay_comes_before_losses() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Short, 500 * DOLLAR, wad(260)).unwrap();
    rig.market.ledger.claims = 100 * DOLLAR;
    rig.market.funding.long_index = 2 * WAD as i128;
    let refused = rig.realize_loss(&mut alice);
    assert_eq!(refused, Err(PerpError::NothingToRealize));
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

#[test]
fn what_is_called_removable_is_what_can_be_removed_to_the_unit() {
    let mut random = Random::from_env("PERP_SEED");
    let mut limited = 0;
    for _ in 0..500 {
        let (mut rig, mut alice, mut crowd) = (Rig::live(), flat(), flat());
        let side = random.pick(&[Side::Long, Side::Short]);
        let push = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut alice, side, 1_000 * DOLLAR, random.between(wad(200), wad(8_000))).unwrap();
        rig.open(&mut crowd, push, 9_000 * DOLLAR, random.between(wad(200), wad(8_000))).unwrap();
        rig.oracle.price = random.between(wad(95), wad(105));
        rig.forward(random.below(100_000));
        rig.accrue();
        // Now and then there is enough to pay what funding it receives.
        rig.market.ledger.pool += random.pick(&[0, 10_000 * DOLLAR]);
        let context = rig.context();
        let most = margin::removable(&rig.market, &alice, &context).unwrap();
        if most > 0 {
            rig.clone().remove(&mut alice.clone(), most).unwrap();
        }
        limited += u32::from(most > 0 && most < alice.margin);
        assert!(rig.clone().remove(&mut alice.clone(), most + 1).is_err(), "{most}");
        rig.market.ledger.gated = true;
        let context = rig.context();
        assert_eq!(margin::removable(&rig.market, &alice, &context), Ok(0));
    }
    assert!(limited > 100, "{limited}");
}
