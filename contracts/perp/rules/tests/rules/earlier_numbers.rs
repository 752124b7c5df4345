//! The arithmetic of curve and position against the published behaviour of the first vAMM (its own test scenarios,
//! by their names there), to one wei a swap. Amounts have 18 decimals here, so that the wei can be seen; a profit may
//! be in the margin or wait as a claim.

use everfloor_perp_rules::{PerpError, Position, Side, WAD, trade};

use crate::support::{ANY, Rig, wad};

/// The rig of those scenarios: 100 base, 1,000 quote, 5 % margin, no fee.
fn rig() -> Rig {
    let mut rig = Rig::v1();
    rig.scale = 1;
    rig
}

fn flat() -> Position {
    Position::default()
}

/// Within so many wei.
#[track_caller]
fn near<T: Into<i128>>(got: T, expected: i128, wei: i128) {
    let got = got.into();
    assert!((got - expected).abs() <= wei, "{got} is not {expected} within {wei}");
}

fn signed(value: u128) -> i128 {
    i128::try_from(value).unwrap()
}

/// Margin and waiting profit.
fn money(position: &Position) -> i128 {
    signed(position.margin + position.claim)
}

#[test]
fn pos_01_open_a_long_of_600() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.open(&mut alice, Side::Long, wad(60), wad(600)).unwrap();
    assert_eq!((alice.size, alice.margin), (37_500_000_000_000_000_000, wad(60)));
    assert_eq!((rig.market.curve.quote, rig.market.curve.base), (wad(1_600), 62_500_000_000_000_000_000));
}

#[test]
fn pos_04_an_equal_opposite_order_closes_and_all_margin_is_free() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.open(&mut alice, Side::Long, wad(60), wad(600)).unwrap();
    rig.open(&mut alice, Side::Short, 0, wad(600)).unwrap();
    assert_eq!((alice.size, alice.open_notional, money(&alice)), (0, 0, signed(wad(60))));
    rig.remove(&mut alice, wad(60)).unwrap();
    assert_eq!(alice, Position { funding_index: alice.funding_index, ..flat() });
}

#[test]
fn pos_07_first_leg_a_short_of_200() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.open(&mut alice, Side::Short, wad(20), wad(200)).unwrap();
    assert_eq!(alice.size, -25_000_000_000_000_000_000);
}

#[test]
fn pos_10_close_a_long_slightly_above_maintenance() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(25), wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, wad(3_508) / 100, wad(3_508) / 100).unwrap();
    let fill = rig.close(&mut alice, ANY).unwrap();
    near(signed(rig.market.curve.quote), 977_422_074_620_429_546_963, 1);
    near(signed(rig.market.curve.base), 102_309_946_333_914_990_288, 1);
    near(fill.realized_pnl, -12_502_074_620_429_546_963, 1);
    near(money(&alice), 12_497_925_379_570_453_037, 1);
}

#[test]
fn pos_13_open_and_close_a_short_with_a_fee() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.params.fee_ppm = 10_000;
    let opened = rig.open(&mut alice, Side::Short, wad(51), wad(100)).unwrap();
    assert_eq!((opened.base, opened.notional, opened.fee), (-11_111_111_111_111_111_112, wad(100), wad(1)));
    assert_eq!(alice.margin, wad(50));
    let closed = rig.close(&mut alice, ANY).unwrap();
    assert_eq!((closed.base, alice.size), (11_111_111_111_111_111_112, 0));
    near(signed(closed.notional), 100_000_000_000_000_000_008, 1);
    near(signed(closed.fee), signed(WAD), 1);
    near(closed.realized_pnl, -8, 1);
}

#[test]
fn pos_16_a_larger_order_reverses_in_one() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.open(&mut alice, Side::Long, wad(100), wad(100)).unwrap();
    let fill = rig.open(&mut alice, Side::Short, 0, wad(250)).unwrap();
    near(fill.base, -26_737_967_914_438_502_674, 2);
    near(alice.size, -17_647_058_823_529_411_765, 1);
}

#[test]
fn pos_25_an_underwater_long_may_add_if_its_margin_is_enough_afterwards() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(25), wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, wad(250), wad(250)).unwrap();
    rig.open(&mut alice, Side::Long, wad(100), wad(100)).unwrap();
    assert_eq!(alice.margin, wad(125));
    near(alice.size, 29_090_909_090_909_090_909, 1);
    near(signed(rig.exit(&alice).notional), 266_666_666_666_666_666_665, 2);
}

#[test]
fn pos_28_a_quarter_of_a_long() {
    let (mut rig, mut alice) = (rig(), flat());
    rig.open(&mut alice, Side::Long, wad(25), wad(250)).unwrap();
    let fill = rig.close(&mut alice, wad(5)).unwrap();
    assert_eq!((fill.base, alice.size), (-signed(wad(5)), signed(wad(15))));
    near(signed(fill.notional), 73_529_411_764_705_882_352, 1);
    near(money(&alice), signed(wad(25)), 1);
}

#[test]
fn fee_02_fees_of_two_opens_and_a_close() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.params.fee_ppm = 10_000;
    rig.params.insurance_share_ppm = 0;
    let unit = 1_000_000;
    rig.open(&mut alice, Side::Long, 70 * unit, wad(600)).unwrap();
    assert_eq!(rig.market.ledger.fees, 6 * unit);
    rig.params.fee_ppm = 50_000;
    rig.open(&mut alice, Side::Long, 40 * unit, wad(200)).unwrap();
    assert_eq!(rig.market.ledger.fees, 16 * unit);
    rig.close(&mut alice, ANY).unwrap();
    // There it is rounded down; here what is owed is rounded up.
    near(signed(rig.market.ledger.fees), 55_999_999, 1);
}

#[test]
fn pnl_01_the_price_rises_and_a_long_is_reduced() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(60), wad(600)).unwrap();
    rig.open(&mut bob, Side::Long, wad(400), wad(400)).unwrap();
    near(rig.exit(&alice).pnl_wad, 257_142_857_142_857_142_857, 1);
    rig.open(&mut alice, Side::Short, 0, wad(400)).unwrap();
    near(alice.size, 25_000_000_000_000_000_000, 1);
    near(rig.exit(&alice).pnl_wad, 171_428_571_428_571_428_572, 2);
    near(signed(alice.open_notional), 285_714_285_714_285_714_285, 2);
    near(money(&alice), 145_714_285_714_285_714_285, 1);
    assert_eq!(alice.margin, wad(60), "nobody has lost yet, so the profit waits");
}

#[test]
fn pnl_04_the_price_falls_and_a_short_is_reduced() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Short, wad(250), wad(500)).unwrap();
    rig.open(&mut bob, Side::Short, wad(100), wad(100)).unwrap();
    near(rig.exit(&alice).pnl_wad, 233_333_333_333_333_333_333, 1);
    rig.open(&mut alice, Side::Long, 0, wad(100)).unwrap();
    near(alice.size, -50_000_000_000_000_000_000, 1);
    near(rig.exit(&alice).pnl_wad, 116_666_666_666_666_666_667, 2);
    near(signed(alice.open_notional), 283_333_333_333_333_333_334, 2);
    near(money(&alice), 366_666_666_666_666_666_666, 1);
}

#[test]
fn pnl_07_first_leg_a_short_loses_as_the_price_rises() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Short, wad(200), wad(200)).unwrap();
    rig.open(&mut bob, Side::Long, wad(50), wad(200)).unwrap();
    near(rig.exit(&alice).pnl_wad, -133_333_333_333_333_333_334, 1);
}

#[test]
fn fun_03_three_days_at_one_hundredth_above_below_below() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(300), wad(600)).unwrap();
    rig.open(&mut bob, Side::Short, wad(1_200), wad(1_200)).unwrap();
    assert_eq!(rig.market.curve.spot(), Ok(wad(16) / 10));
    let mut day = |index: u128| {
        rig.oracle.price = index;
        rig.forward(86_400);
        rig.accrue();
        (rig.market.funding.long_index, signed(alice.margin) - alice.funding_owed_up(&rig.market, 1).unwrap())
    };
    assert_eq!(day(wad(159) / 100).0, 10_000_000_000_000_000);
    assert_eq!(day(wad(161) / 100), (0, signed(wad(300))));
    assert_eq!(day(wad(161) / 100), (-10_000_000_000_000_000, 300_375_000_000_000_000_000));
}

#[test]
fn mr_02_the_margin_ratio_of_a_short() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Short, wad(25), wad(250)).unwrap();
    rig.open(&mut bob, Side::Long, wad(15), wad(150)).unwrap();
    let ratio = rig.exit(&alice).margin_ratio_wad(1).unwrap();
    near(ratio, -287_037_037_037_037_037, 1);
}

#[test]
fn liq_01_a_quarter_of_a_losing_long() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(25), wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, wad(46), 45_180_722_890_000_000_000).unwrap();
    let fill = rig.close(&mut alice, wad(5)).unwrap();
    near(signed(fill.notional), 68_455_640_744_970_299_586, 1);
    near(fill.realized_pnl, -4_013_627_324_696_012_820, 1);
    near(rig.exit(&alice).pnl_wad, -12_040_881_974_088_038_460, 2);
    near(signed(alice.open_notional), 177_530_731_930_333_687_594, 2);
    // Its penalty there is 1.711391018624257489; here a part is closed for the usual fee.
    near(money(&alice), 19_274_981_656_679_729_691 + 1_711_391_018_624_257_489, 1);
}

#[test]
fn liq_04_the_limit_of_closing_a_short() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Short, wad(20), wad(200)).unwrap();
    rig.open(&mut bob, Side::Long, wad(20), 19_672_131_150_000_000_000).unwrap();
    // A quarter of it costs more than a quarter of 177 and less than one of 177.1, weighted by how it is priced.
    let quarter = |limit| trade::CloseOrder {
        base: alice.base() / 4,
        quote_limit: limit,
        max_fee: ANY,
        deadline: rig.now,
    };
    let (low, high) = (quarter(wad(44)), quarter(wad(45)));
    let mut tight = alice;
    let refused =
        rig.act(&mut tight, |market, position, context| trade::close(market, position, context, &low));
    assert!(
        matches!(refused, Err(PerpError::SlippageExceeded { limit, .. }) if limit == wad(44)),
        "{refused:?}"
    );
    assert!(
        rig.act(&mut alice, |market, position, context| trade::close(market, position, context, &high))
            .is_ok()
    );
}

#[test]
fn liq_07_a_long_squeezed_between_an_open_and_a_close() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut bob, Side::Long, wad(20), wad(100)).unwrap();
    rig.open(&mut alice, Side::Long, wad(20), wad(100)).unwrap();
    rig.open(&mut bob, Side::Short, 0, wad(100)).unwrap();
    assert_eq!(alice.open_notional, wad(100));
    near(rig.exit(&alice).pnl_wad, -15_384_615_384_615_384_623, 1);
}

#[test]
fn slp_02_closing_a_short_has_a_most_it_may_cost() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut bob, Side::Short, wad(20), wad(100)).unwrap();
    rig.open(&mut alice, Side::Short, wad(20), wad(100)).unwrap();
    let order = |limit| trade::CloseOrder { base: ANY, quote_limit: limit, max_fee: ANY, deadline: rig.now };
    let (low, high) = (order(wad(78)), order(wad(79)));
    let refused =
        rig.act(&mut bob, |market, position, context| trade::close(market, position, context, &low));
    let cost = 78_048_780_487_804_878_055;
    assert_eq!(refused, Err(PerpError::SlippageExceeded { got: cost, limit: wad(78) }));
    let fill = rig.act(&mut bob, |market, position, context| trade::close(market, position, context, &high));
    assert_eq!(fill.unwrap().notional, cost);
    assert_eq!(rig.market.curve.quote, 878_048_780_487_804_878_055);
    assert_eq!(rig.market.curve.base, 113_888_888_888_888_888_889);
}

#[test]
fn mar_03_what_margin_can_be_removed() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Long, wad(60), wad(600)).unwrap();
    let (available, needed) = (wad(60), wad(61));
    assert_eq!(rig.remove(&mut alice, wad(61)), Err(PerpError::InsufficientMargin { available, needed }));
    let (available, needed) = (wad(30), wad(36));
    assert_eq!(rig.remove(&mut alice, needed), Err(PerpError::InsufficientMargin { available, needed }));
    let (available, needed) = (0, 1);
    assert_eq!(rig.remove(&mut bob, 1), Err(PerpError::InsufficientMargin { available, needed }));
    assert!(rig.remove(&mut alice, wad(30) - 1).is_ok());
}

#[test]
fn mar_06_the_free_collateral_of_a_short_in_profit() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut alice, Side::Short, wad(20), wad(100)).unwrap();
    rig.open(&mut bob, Side::Short, wad(20), wad(100)).unwrap();
    let free = everfloor_perp_rules::margin::free_collateral(&rig.market, &alice, &rig.context()).unwrap();
    near(free, 16_097_560_975_609_756_098, 1);
}

#[test]
fn bad_02_an_underwater_long_may_close_as_much_as_its_margin_can_lose() {
    let (mut rig, mut alice, mut bob) = (rig(), flat(), flat());
    rig.open(&mut bob, Side::Long, wad(10), wad(80)).unwrap();
    for _ in 0..5 {
        rig.open(&mut alice, Side::Short, wad(10), wad(100)).unwrap();
    }
    let quarter = bob.base() / 4;
    let refused = rig.close(&mut bob, quarter);
    assert!(matches!(refused, Err(PerpError::InsufficientMargin { available, .. }) if available == wad(10)));
    let tenth = bob.base() / 10;
    rig.close(&mut bob, tenth).unwrap();
    near(bob.size, 6_666_666_666_666_666_667, 0);
    near(money(&bob), 4_389_204_545_454_545_460, 2);
}
