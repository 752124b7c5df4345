//! Who is liquidated, who pays and who is paid.

use everfloor_perp_rules::{OracleStatus, PerpError, Position, Side, WAD, liquidation};

use crate::support::{DOLLAR, Rig, wad};

/// A long of 250 with 25 of margin that lost 70.
fn underwater() -> (Rig, Position) {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Short, 500 * DOLLAR, wad(200)).unwrap();
    (rig, alice)
}

/// What it loses beyond the margin.
fn hole(rig: &Rig, position: &Position) -> u128 {
    rig.exit(position).equity.min(0).unsigned_abs()
}

#[test]
fn a_loss_is_paid_by_margin_then_fees_then_the_insurance_share_then_the_fund() {
    let (rig, alice) = underwater();
    let hole = hole(&rig, &alice);
    assert!(hole > 30 * DOLLAR, "{hole}");
    for (fees, due, fund) in [(0, 0, 0), (5, 0, 0), (5, 6, 0), (5, 6, 7), (5, 6, 90), (50, 6, 7), (5, 60, 7)]
    {
        let (mut rig, mut alice) = (rig.clone(), alice);
        let claim = 0;
        let (fees, due, fund) = (fees * DOLLAR, due * DOLLAR, fund * DOLLAR);
        rig.market.ledger.fees = fees;
        rig.market.ledger.insurance_due = due;
        let done = rig.liquidate(&mut alice, fund).unwrap();
        let ledger = rig.market.ledger;
        assert_eq!((done.shortfall, alice.margin, alice.claim), (hole, 0, claim));
        assert_eq!(fees - ledger.fees, hole.min(fees));
        assert_eq!(due - ledger.insurance_due, (hole - hole.min(fees)).min(due));
        assert_eq!(done.covered_by_market, fees - ledger.fees + due - ledger.insurance_due);
        assert_eq!(done.covered_by_fund, (hole - done.covered_by_market).min(fund));
        assert_eq!(ledger.bad_debt, done.uncovered());
        assert_eq!(ledger.pool, 25 * DOLLAR + done.covered_by_market + done.covered_by_fund);
    }
}

#[test]
fn the_traders_own_waiting_profit_pays_before_anybody_elses_money() {
    let (mut rig, mut alice) = underwater();
    let hole = hole(&rig, &alice);
    rig.market.ledger.fees = 1_000 * DOLLAR;
    alice.claim = hole - 5 * DOLLAR;
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = rig.exit(&alice).notional / 20;
    rig.market.ledger.claims = alice.claim;
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!((alice.claim, rig.market.ledger.claims, done.shortfall), (0, 0, 5 * DOLLAR));
}

#[test]
fn insurance_pays_trading_losses_and_never_funding() {
    let (mut rig, mut alice) = underwater();
    rig.market.funding.long_index = 5 * WAD as i128;
    let done = rig.liquidate(&mut alice, 1_000 * DOLLAR).unwrap();
    assert_eq!(done.funding, 100 * DOLLAR as i128);
    let trading = done.realized_pnl.unsigned_abs();
    assert_eq!(done.shortfall, trading + 75 * DOLLAR, "the margin went to funding");
    assert_eq!((done.covered_by_fund, done.uncovered()), (trading, 75 * DOLLAR));
    // And nothing where there is no trading loss at all.
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    rig.market.funding.long_index = 10 * WAD as i128;
    let done = rig.liquidate(&mut alice, 1_000 * DOLLAR).unwrap();
    assert!(done.realized_pnl > 0 && done.shortfall > 0);
    assert_eq!((done.covered_by_fund, done.covered_by_market), (0, 0));
}

/// A long that is below maintenance and still has margin.
fn thin() -> (Rig, Position) {
    let (mut rig, mut alice) = (Rig::v1(), Position::default());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = wad(114) / 10;
    (rig, alice)
}

#[test]
fn the_penalty_is_divided_and_the_rest_stays_the_traders() {
    let (mut rig, mut alice) = thin();
    rig.params.liquidation_penalty_ppm = 10_000;
    rig.params.keeper_share_ppm = 300_000;
    let exit = rig.exit(&alice);
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!(done.penalty, exit.notional.div_ceil(100 * rig.scale));
    assert_eq!(done.keeper_reward, done.penalty * 3 / 10);
    assert_eq!(rig.market.ledger.insurance_due, done.penalty - done.keeper_reward);
    assert_eq!(alice.margin as i128, exit.equity - done.penalty as i128);
}

#[test]
fn the_penalty_takes_no_more_than_is_left() {
    let (mut rig, mut alice) = thin();
    rig.market.ledger.principal -= alice.margin - 2;
    alice.margin = 2;
    let done = rig.liquidate(&mut alice, 0).unwrap();
    let left = 2_u128.saturating_sub(done.realized_pnl.unsigned_abs());
    assert_eq!((done.penalty, alice.margin), (left, 0));
}

#[test]
fn a_keeper_gets_its_floor_from_the_penalty_first_and_then_from_fees() {
    for (floor, fees, reward) in [(3, 0, 6), (8, 0, 8), (20, 0, 12), (20, 5, 17), (20, 50, 20)] {
        let (mut rig, mut alice) = thin();
        rig.params.keeper_floor = floor * DOLLAR;
        rig.market.ledger.fees = fees * DOLLAR;
        let done = rig.liquidate(&mut alice, 0).unwrap();
        assert_eq!(done.penalty.div_ceil(DOLLAR), 13, "{done:?}");
        assert_eq!(done.keeper_reward / DOLLAR, reward, "floor {floor} fees {fees}: {done:?}");
    }
}

#[test]
fn a_position_with_nothing_left_still_pays_the_floor() {
    let (mut rig, mut alice) = underwater();
    rig.params.keeper_floor = DOLLAR;
    rig.market.ledger.fees = 1_000 * DOLLAR;
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!((done.penalty, done.keeper_reward), (0, DOLLAR));
}

#[test]
fn the_keepers_limit_is_kept() {
    let (mut rig, mut alice) = thin();
    let exit = rig.exit(&alice).notional;
    let mut with = |limit| {
        rig.act(&mut alice, |market, position, context| {
            liquidation::liquidate(market, position, context, limit, 0)
        })
    };
    assert_eq!(with(exit + 1), Err(PerpError::SlippageExceeded { got: exit, limit: exit + 1 }));
    assert!(with(exit).is_ok());
}

#[test]
fn the_curves_last_price_alone_liquidates_nobody() {
    let mut rig = Rig::live();
    rig.params.max_price_impact_ppm = 900_000;
    rig.params.max_divergence_ppm = 900_000;
    rig.params.max_position = wad(10_000);
    rig.params.max_open_interest = wad(10_000);
    let (mut alice, mut attacker) = (Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 1_000 * DOLLAR, wad(9_000)).unwrap();
    rig.forward(10_000);
    rig.open(&mut attacker, Side::Short, 300_000 * DOLLAR, wad(200_000)).unwrap();
    assert!(rig.exit(&alice).equity < 0);
    assert!(matches!(rig.liquidate(&mut alice, 0), Err(PerpError::NotLiquidatable { .. })));
}

#[test]
fn a_jump_of_the_oracle_does_not_stop_liquidation_and_an_outage_does() {
    let (mut rig, alice) = thin();
    rig.oracle.status = OracleStatus::Deviating;
    assert!(rig.clone().liquidate(&mut alice.clone(), 0).is_ok());
    rig.oracle.status = OracleStatus::Unusable(2);
    let refused = PerpError::OracleUnusable { status: 2, updated_at: rig.oracle.updated_at };
    assert_eq!(rig.liquidate(&mut alice.clone(), 0), Err(refused));
}

#[test]
fn a_profit_on_the_curve_is_the_traders_even_in_liquidation() {
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = wad(11);
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert!(done.realized_pnl > 0);
    assert_eq!(alice.claim, done.realized_pnl as u128);
    assert_eq!(alice.margin + done.penalty, 25 * DOLLAR);
}
