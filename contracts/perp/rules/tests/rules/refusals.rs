//! Every refusal, with its values. Parameters out of bounds are in `params`.

use everfloor_perp_rules::{
    OracleStatus, PerpError, Position, Side, WAD, margin,
    trade::{self, CloseOrder, OpenOrder},
};

use crate::support::{ANY, DOLLAR, Rig, wad};

fn flat() -> Position {
    Position::default()
}

/// A market with a long of 20 base.
fn with_long() -> (Rig, Position) {
    let (mut rig, mut alice) = (Rig::live(), flat());
    rig.open(&mut alice, Side::Long, 300 * DOLLAR, wad(2_000)).unwrap();
    (rig, alice)
}

fn place(rig: &mut Rig, position: &mut Position, order: OpenOrder) -> Result<trade::Fill, PerpError> {
    rig.act(position, |market, position, context| trade::open(market, position, context, &order))
}

fn shut(rig: &mut Rig, position: &mut Position, order: CloseOrder) -> Result<trade::Fill, PerpError> {
    rig.act(position, |market, position, context| trade::close(market, position, context, &order))
}

#[test]
fn zero_amounts_mean_nothing() {
    let (mut rig, mut alice) = with_long();
    assert_eq!(rig.open(&mut alice, Side::Long, 1, 0), Err(PerpError::ZeroAmount));
    assert_eq!(rig.close(&mut alice, 0), Err(PerpError::ZeroAmount));
    assert_eq!(rig.add(&mut alice, 0), Err(PerpError::ZeroAmount));
    assert_eq!(rig.remove(&mut alice, 0), Err(PerpError::ZeroAmount));
    // A wei of quote at a price of 100 buys no base.
    assert_eq!(rig.open(&mut flat(), Side::Long, DOLLAR, 1), Err(PerpError::ZeroAmount));
}

#[test]
fn an_order_is_good_until_the_end_of_its_last_second() {
    let (mut rig, mut alice) = with_long();
    let (deadline, now) = (rig.now - 1, rig.now);
    let order = rig.order(Side::Long, 100 * DOLLAR, wad(200));
    let late = OpenOrder { deadline, ..order };
    assert_eq!(place(&mut rig, &mut alice, late), Err(PerpError::Expired { deadline, now }));
    assert!(place(&mut rig, &mut alice, OpenOrder { deadline: now, ..order }).is_ok());
    let order = CloseOrder { base: ANY, quote_limit: 0, max_fee: ANY, deadline };
    assert_eq!(shut(&mut rig, &mut alice, order), Err(PerpError::Expired { deadline, now }));
    assert!(shut(&mut rig, &mut alice, CloseOrder { deadline: now, ..order }).is_ok());
}

#[test]
fn a_paused_market_opens_nothing_and_lets_everybody_leave() {
    let (mut rig, mut alice) = with_long();
    rig.market.status.paused = true;
    assert_eq!(rig.open(&mut flat(), Side::Long, DOLLAR, wad(1)), Err(PerpError::OpeningPaused));
    assert_eq!(rig.open(&mut alice, Side::Long, 0, wad(1)), Err(PerpError::OpeningPaused));
    assert!(rig.add(&mut alice, 1).is_ok());
    assert!(rig.remove(&mut alice, 1).is_ok());
    assert!(rig.open(&mut alice, Side::Short, 0, wad(500)).is_ok());
    assert!(rig.close(&mut alice, ANY).is_ok());
}

#[test]
fn a_doubtful_oracle_opens_nothing_and_an_unusable_one_moves_no_margin_of_a_position() {
    for (status, code) in [(OracleStatus::Deviating, 1), (OracleStatus::Unusable(4), 4)] {
        let (mut rig, mut alice) = with_long();
        rig.oracle.status = status;
        let refused = PerpError::OracleUnusable { status: code, updated_at: rig.oracle.updated_at };
        assert_eq!(rig.open(&mut flat(), Side::Short, DOLLAR, wad(1)), Err(refused));
        assert_eq!(rig.open(&mut alice, Side::Long, 0, wad(1)), Err(refused));
        let unusable = code > 1;
        assert_eq!(rig.remove(&mut alice, 1).err(), unusable.then_some(refused));
        let judged = PerpError::NotLiquidatable { equity: 298_000_000, required: 125_000_000 };
        assert_eq!(
            rig.liquidate(&mut alice, 0).err().is_some_and(|error| error == refused),
            unusable,
            "{judged:?}"
        );
        rig.market.ledger.claims = 1;
        let nothing = if unusable { refused } else { PerpError::NothingToRealize };
        assert_eq!(rig.realize_loss(&mut alice), Err(nothing));
        assert!(rig.close(&mut alice, ANY).is_ok(), "closing needs no oracle");
        assert!(rig.remove(&mut alice, 1).is_ok(), "nor does what a flat account has");
    }
}

#[test]
fn a_price_of_zero_is_not_usable_whatever_its_status() {
    let (mut rig, mut alice) = with_long();
    rig.oracle.price = 0;
    let refused = Some(PerpError::OracleUnusable { status: 0, updated_at: rig.oracle.updated_at });
    assert_eq!(rig.open(&mut alice, Side::Long, 0, wad(1)).err(), refused);
    assert_eq!(rig.liquidate(&mut alice, 0).err(), refused);
    assert_eq!(rig.remove(&mut alice, 1).err(), refused);
}

#[test]
fn a_swap_takes_no_more_than_the_reserve() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    let refused = PerpError::CurveExhausted { asked: wad(1_000), reserve: wad(1_000) };
    assert_eq!(rig.open(&mut alice, Side::Short, DOLLAR, wad(1_000)), Err(refused));
}

#[test]
fn every_swap_keeps_to_its_callers_limit() {
    let (mut rig, mut alice) = with_long();
    let order = rig.order(Side::Long, 200 * DOLLAR, wad(1_000));
    let mut copy = rig.market.curve;
    let buys = copy.swap_quote(Side::Long, wad(1_000)).unwrap();
    let refused = PerpError::SlippageExceeded { got: buys, limit: buys + 1 };
    let limited = |base_limit| OpenOrder { base_limit, ..order };
    assert_eq!(place(&mut rig, &mut flat(), limited(buys + 1)), Err(refused));
    assert!(place(&mut rig.clone(), &mut flat(), limited(buys)).is_ok());

    let mut copy = rig.market.curve;
    let sells = copy.swap_quote(Side::Short, wad(1_000)).unwrap();
    let refused = PerpError::SlippageExceeded { got: sells, limit: sells - 1 };
    let limited = |base_limit| OpenOrder { side: Side::Short, base_limit, ..order };
    // To open a short and to reduce a long alike.
    assert_eq!(place(&mut rig, &mut flat(), limited(sells - 1)), Err(refused));
    assert_eq!(place(&mut rig, &mut alice, limited(sells - 1)), Err(refused));
    assert!(place(&mut rig.clone(), &mut alice.clone(), limited(sells)).is_ok());
    assert!(place(&mut rig.clone(), &mut alice.clone(), limited(0)).is_ok(), "0 is no limit");

    let exit = rig.exit(&alice).notional;
    let refused = PerpError::SlippageExceeded { got: exit, limit: exit + 1 };
    let limited = |quote_limit| CloseOrder { base: ANY, quote_limit, max_fee: ANY, deadline: ANY as u64 };
    assert_eq!(shut(&mut rig, &mut alice, limited(exit + 1)), Err(refused));
    assert!(shut(&mut rig, &mut alice, limited(exit)).is_ok());
}

#[test]
fn a_fee_is_at_most_what_the_caller_accepts() {
    let (mut rig, mut alice) = with_long();
    let order = rig.order(Side::Long, 0, wad(100));
    let fee = DOLLAR / 10;
    let refused = PerpError::FeeAboveLimit { fee, limit: fee - 1 };
    assert_eq!(place(&mut rig, &mut alice, OpenOrder { max_fee: fee - 1, ..order }), Err(refused));
    let done = place(&mut rig, &mut alice, OpenOrder { max_fee: fee, ..order });
    assert_eq!(done.unwrap().fee, fee);
    let order = CloseOrder { base: ANY, quote_limit: 0, max_fee: 0, deadline: ANY as u64 };
    let refused = shut(&mut rig, &mut alice, order);
    assert!(
        matches!(refused, Err(PerpError::FeeAboveLimit { fee: 2_090_000..2_100_001, limit: 0 })),
        "{refused:?}"
    );
}

#[test]
fn one_trade_moves_the_mark_only_so_far() {
    let mut rig = Rig::live();
    let before = wad(100);
    let mut copy = rig.market.curve;
    copy.swap_quote(Side::Long, wad(25_000)).unwrap();
    let refused = PerpError::PriceImpactTooHigh { before, after: copy.spot().unwrap() };
    assert_eq!(rig.open(&mut flat(), Side::Long, 10_000 * DOLLAR, wad(25_000)), Err(refused));
    rig.params.max_position = wad(1_000);
    assert!(rig.open(&mut flat(), Side::Long, 10_000 * DOLLAR, wad(24_000)).is_ok());
}

#[test]
fn a_trade_may_bring_the_mark_nearer_to_the_oracle_but_not_take_it_too_far() {
    let mut rig = Rig::live();
    rig.params.max_position = ANY;
    rig.oracle.price = wad(89);
    // 12 % above already.
    let refused = rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(1_000));
    let mark = 100_200_099_999_999_999_999;
    assert_eq!(refused, Err(PerpError::MarkTooFarFromIndex { mark, index: wad(89) }));
    assert!(rig.open(&mut flat(), Side::Short, 1_000 * DOLLAR, wad(1_000)).is_ok());
}

#[test]
fn open_interest_has_a_cap_on_each_side() {
    let mut rig = Rig::live();
    rig.params.max_open_interest = wad(10);
    let refused = rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(1_500));
    let mut copy = rig.market.curve;
    let size = copy.swap_quote(Side::Long, wad(1_500)).unwrap();
    assert_eq!(refused, Err(PerpError::OpenInterestAboveCap { size, cap: wad(10) }));
    let mut long = flat();
    rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(999)).unwrap();
    assert!(rig.open(&mut flat(), Side::Short, 1_000 * DOLLAR, wad(900)).is_ok());
    assert!(rig.open(&mut flat(), Side::Long, 1_000 * DOLLAR, wad(200)).is_err());
    rig.params.max_open_interest = 0;
    assert!(rig.close(&mut long, ANY).is_ok(), "leaving is never capped");
}

#[test]
fn a_position_has_a_cap() {
    let mut rig = Rig::live();
    rig.params.max_position = wad(10);
    let refused = rig.open(&mut flat(), Side::Short, 1_000 * DOLLAR, wad(1_500));
    let mut copy = rig.market.curve;
    let size = copy.swap_quote(Side::Short, wad(1_500)).unwrap();
    assert_eq!(refused, Err(PerpError::PositionAboveCap { size, cap: wad(10) }));
}

#[test]
fn what_stays_open_is_worth_a_keepers_while() {
    let (mut rig, mut alice) = with_long();
    let refused = rig.open(&mut flat(), Side::Long, 50 * DOLLAR, wad(99));
    assert!(matches!(
        refused,
        Err(PerpError::PositionTooSmall { notional, least }) if notional <= wad(99) && least == wad(100)
    ));
    let most = alice.base() / 100 * 96;
    let refused = rig.close(&mut alice, most);
    assert!(matches!(
        refused,
        Err(PerpError::PositionTooSmall { notional, least }) if notional < wad(81) && least == wad(100)
    ));
    assert!(rig.close(&mut alice, ANY).is_ok(), "all of it may always go");
}

#[test]
fn opening_needs_the_initial_margin_at_the_worse_of_two_prices() {
    let mut rig = Rig::live();
    // 101 of 1,000 less the fee of 1 is 10 %, less what the round trip costs.
    let refused = rig.open(&mut flat(), Side::Long, 100 * DOLLAR, wad(1_000));
    assert_eq!(refused, Err(PerpError::BelowInitialMargin { equity: 98_999_999, required: 100 * DOLLAR }));
    let mut alice = flat();
    assert_eq!(rig.open(&mut alice, Side::Long, 104 * DOLLAR, wad(1_000)).unwrap().fee, DOLLAR);
    // The same, where the oracle's band is below the curve.
    rig.oracle.price = wad(94);
    let refused = rig.open(&mut flat(), Side::Long, 104 * DOLLAR, wad(1_000));
    assert!(matches!(refused, Err(PerpError::BelowInitialMargin { equity, .. }) if equity < 100_000_000));
}

#[test]
fn margin_pays_what_an_action_costs() {
    let (mut rig, mut alice) = with_long();
    let available = alice.margin;
    let needed = available + 1;
    assert_eq!(rig.remove(&mut alice, needed), Err(PerpError::InsufficientMargin { available, needed }));
    // The fee of an increase.
    let refused = rig.open(&mut flat(), Side::Long, 99_999, wad(100));
    assert_eq!(refused, Err(PerpError::InsufficientMargin { available: 99_999, needed: 100_000 }));
    // The loss of a close.
    let mut crowd = flat();
    rig.params.max_position = ANY;
    for _ in 0..4 {
        rig.open(&mut crowd, Side::Short, 30_000 * DOLLAR, wad(20_000)).unwrap_or_default();
    }
    alice.margin = 10 * DOLLAR;
    let loss = rig.exit(&alice).pnl_wad.unsigned_abs().div_ceil(rig.scale);
    let refused = PerpError::InsufficientMargin { available: 10 * DOLLAR, needed: loss };
    assert_eq!(rig.close(&mut alice, ANY), Err(refused));
}

#[test]
fn without_a_position_there_is_nothing_to_close_liquidate_or_realize() {
    let (mut rig, _) = with_long();
    assert_eq!(rig.close(&mut flat(), 1), Err(PerpError::NoPosition));
    assert_eq!(rig.liquidate(&mut flat(), 0), Err(PerpError::NoPosition));
    assert_eq!(rig.realize_loss(&mut flat()), Err(PerpError::NoPosition));
}

#[test]
fn a_position_with_its_maintenance_margin_stays() {
    let (mut rig, mut alice) = with_long();
    let (equity, required) = (rig.neutral(&alice).equity, rig.maintenance(&alice) as u128);
    assert_eq!(rig.liquidate(&mut alice, 0), Err(PerpError::NotLiquidatable { equity, required }));
    alice.margin -= (equity - required as i128) as u128;
    let equity = required as i128;
    assert_eq!(rig.liquidate(&mut alice, 0), Err(PerpError::NotLiquidatable { equity, required }));
    alice.margin -= 1;
    assert!(rig.liquidate(&mut alice, 0).is_ok());
}

#[test]
fn a_claim_is_taken_up_to_what_it_is_and_pays_no_less_than_asked() {
    let (mut rig, _) = with_long();
    let mut waiting = Position { claim: 100, ..flat() };
    rig.market.ledger.claims = 100;
    rig.market.ledger.pool = 50;
    assert_eq!(rig.claim(&mut waiting, 101), Err(PerpError::ExceedsClaim { asked: 101, available: 100 }));
    assert_eq!(rig.claim(&mut waiting, 0), Err(PerpError::ExceedsClaim { asked: 0, available: 100 }));
    let refused =
        rig.act(&mut waiting, |market, position, _| margin::claim_profit(market, position, 100, 51));
    assert_eq!(refused, Err(PerpError::PayoutBelowLimit { payout: 50, limit: 51 }));
    waiting.size = 1;
    assert_eq!(rig.claim(&mut waiting, 100), Err(PerpError::ClaimBacksPosition));
    waiting.size = 0;
    assert_eq!(rig.claim(&mut waiting, 100), Ok(50));
}

#[test]
fn nothing_is_realized_when_nobody_waits_or_nothing_is_lost() {
    let (mut rig, mut alice) = with_long();
    assert_eq!(rig.realize_loss(&mut alice), Err(PerpError::NothingToRealize));
    rig.market.ledger.claims = 100 * DOLLAR;
    alice.open_notional /= 2;
    assert_eq!(rig.realize_loss(&mut alice), Err(PerpError::NothingToRealize));
}

#[test]
fn numbers_beyond_all_money_overflow_and_nothing_else() {
    let (mut rig, mut alice) = with_long();
    assert_eq!(rig.open(&mut alice, Side::Long, 0, ANY), Err(PerpError::Overflow));
    assert_eq!(rig.open(&mut alice, Side::Long, ANY, WAD), Err(PerpError::Overflow));
    assert_eq!(rig.add(&mut alice, ANY), Err(PerpError::Overflow));
}
