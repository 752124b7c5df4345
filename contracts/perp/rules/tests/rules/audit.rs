//! What a hostile owner, keeper or clock could do, and can no longer.

use everfloor_perp_rules::{Params, Position, Side, liquidation, margin};

use crate::support::{ANY, DOLLAR, Rig, live_params, wad};

/// A hopeless long of 100 at 100, whose auction begins now: nothing is left of its margin.
fn hopeless() -> (Rig, Position) {
    let params = Params { max_position: ANY, max_open_interest: ANY, ..live_params() };
    let mut rig = Rig::deep(params);
    rig.give(Side::Short, wad(500), wad(50_000), 50_000 * DOLLAR);
    let mut alice = rig.give(Side::Long, wad(100), wad(11_000), 100 * DOLLAR);
    rig.start_takeover(&mut alice).unwrap();
    (rig, alice)
}

#[test]
fn an_owner_does_not_end_an_auction_by_a_unit_of_margin_or_a_wei_of_a_trade() {
    let (mut rig, mut alice) = hopeless();
    let start = rig.now;
    rig.forward(599);
    rig.add(&mut alice, 1).unwrap();
    assert_eq!(alice.takeover_start, start);
    rig.close(&mut alice, 1).unwrap();
    assert_eq!(alice.takeover_start, start);
    rig.open(&mut alice, Side::Short, 20, 100).unwrap();
    assert_eq!(alice.takeover_start, start);
    rig.forward(1);
    assert!(rig.clone().take_over(&mut alice.clone(), &mut Position::default(), ANY, 2_000 * DOLLAR).is_ok());
    assert!(rig.deleverage(&mut alice, ANY, ANY).is_ok());
}

#[test]
fn an_auction_ends_when_its_position_is_seen_to_be_cured() {
    // By a trade.
    let (mut rig, mut alice) = hopeless();
    rig.open(&mut alice, Side::Long, 3_000 * DOLLAR, wad(100)).unwrap();
    assert_eq!(alice.takeover_start, 0);
    // By margin alone: the market has no oracle then, so somebody has to ask.
    let (mut rig, mut alice) = hopeless();
    rig.add(&mut alice, 3_000 * DOLLAR).unwrap();
    assert_ne!(alice.takeover_start, 0);
    assert_eq!(rig.start_takeover(&mut alice), Ok(0));
    assert_eq!(alice.takeover_start, 0);
    assert!(rig.start_takeover(&mut alice).is_err(), "and there is none to end any more");
    // By taking margin out, which only a sound position may.
    let (mut rig, mut alice) = hopeless();
    rig.add(&mut alice, 3_000 * DOLLAR).unwrap();
    rig.remove(&mut alice, DOLLAR).unwrap();
    assert_eq!(alice.takeover_start, 0);
}

#[test]
fn a_price_that_came_back_ends_an_auction_so_that_the_next_begins_without_a_discount() {
    let (mut rig, mut alice) = hopeless();
    rig.oracle.price = wad(120);
    rig.forward(300);
    rig.params.mark_band_ppm = 5_000;
    assert_eq!(rig.start_takeover(&mut alice), Ok(0));
    rig.oracle.price = wad(100);
    rig.forward(300);
    assert_eq!(rig.start_takeover(&mut alice), Ok(rig.now));
    assert_eq!(liquidation::discount_ppm(alice.takeover_start, &rig.context()), Ok(0));
}

#[test]
fn a_market_touched_every_second_forgets_its_drift_too() {
    let mut rig = Rig::deep(Params { impact_window: 86_400, window_impact_ppm: 20_000, ..live_params() });
    rig.market.drift_ppm = -20_000;
    for _ in 0..86_400 {
        rig.forward(1);
        rig.accrue();
    }
    assert_eq!(rig.market.drift_ppm, 0);
}

#[test]
fn what_a_market_leaves_in_fees_pays_claims_first_and_nothing_stays_behind() {
    // A claim of 200 that 50 in the pool stand against.
    for (fees, paid, insured) in [(0, 50, 0), (100, 150, 0), (150, 200, 0), (400, 200, 250)] {
        let mut rig = Rig::live();
        let mut alice = rig.give(Side::Long, wad(10), wad(800), 10 * DOLLAR);
        rig.market.ledger.pool = 50 * DOLLAR;
        rig.market.ledger.fees = fees * DOLLAR;
        rig.halt(wad(100)).unwrap();
        rig.settle(&mut alice, 0).unwrap();
        let held = rig.market.ledger.total();
        assert_eq!(rig.redeem(&mut alice, 0), Ok(paid * DOLLAR));
        let ledger = rig.market.ledger;
        assert_eq!((ledger.pool, ledger.fees, ledger.insurance_due), (0, 0, insured * DOLLAR));
        assert_eq!(ledger.total(), held);
    }
}

#[test]
fn what_nobody_is_owed_in_the_pool_of_a_market_that_ended_goes_to_insurance() {
    let mut rig = Rig::live();
    let mut alice = rig.give(Side::Long, wad(10), wad(800), 10 * DOLLAR);
    rig.market.ledger.pool = 500 * DOLLAR;
    rig.halt(wad(100)).unwrap();
    rig.settle(&mut alice, 0).unwrap();
    assert_eq!(rig.redeem(&mut alice, 0), Ok(200 * DOLLAR));
    assert_eq!((rig.market.ledger.pool, rig.market.ledger.insurance_due), (0, 300 * DOLLAR));
}

#[test]
fn a_slice_at_a_mark_that_was_pushed_costs_others_no_more_than_a_fair_price_explains() {
    // 4,000 long of 10,000 base, hopeless by 20 %; somebody has pushed the mark 8 % below the oracle.
    let params = Params { max_position: ANY, max_open_interest: ANY, twap_window: 0, ..live_params() };
    let mut rig = Rig::new(params, wad(10_000), wad(920_000));
    rig.oracle.price = wad(100);
    let mut alice = rig.give(Side::Long, wad(4_000), wad(480_000), DOLLAR);
    let neutral = 95;
    let done = rig.liquidate(&mut alice, ANY).unwrap();
    let base = done.base.unsigned_abs();
    assert!(base < wad(1_000), "a slice");
    let others = done.shortfall.covered_by_market + done.shortfall.covered_by_fund;
    let at_mark = base * 92 / 1_000_000_000_000;
    let impact = at_mark - done.notional / 1_000_000_000_000;
    let fair = base * (120 - neutral) / 1_000_000_000_000 + impact;
    assert!(others <= fair, "{others} for {fair}");
    assert!(done.shortfall.uncovered() > base * 2 / 1_000_000_000_000, "the push is not insured");
}

#[test]
fn dust_beside_a_large_margin_has_a_ratio() {
    let mut rig = Rig::live();
    let alice = rig.give(Side::Short, 1, 100, 1_000_000 * DOLLAR);
    let ratio = |rig: &Rig, alice: &Position| {
        let worth = margin::at_neutral(&rig.market, alice, &rig.context()).unwrap();
        worth.margin_ratio_wad(rig.scale).unwrap()
    };
    assert_eq!(ratio(&rig, &alice), i128::MAX);
    let mut owing = rig.give(Side::Long, 1, 1 << 111, 0);
    assert_eq!(ratio(&rig, &owing), i128::MIN);
    assert_eq!(rig.liquidate(&mut owing, ANY).map(|done| done.base), Ok(-1));
}
