//! Anyone may take a position over at a discount that grows: who may, at what price, and who gains by it.

use everfloor_perp_rules::{
    OracleStatus, Params, PerpError, Position, Side, WAD,
    liquidation::{self, TakeoverOrder},
};

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

/// Up to 4 % of discount over 600 seconds, with a penalty of 1.25 %.
fn params() -> Params {
    Params { max_position: ANY, max_open_interest: ANY, ..live_params() }
}

/// A position of 100 at 100 with so much margin, whose auction begins now.
fn offered(side: Side, margin: u128) -> (Rig, Position) {
    let mut rig = Rig::deep(params());
    let mut alice = rig.give(side, wad(100), wad(10_000), margin);
    let now = rig.now;
    assert_eq!(rig.start_takeover(&mut alice), Ok(now));
    (rig, alice)
}

fn flat() -> Position {
    Position::default()
}

#[test]
fn the_discount_grows_evenly_to_its_most() {
    let (rig, alice) = offered(Side::Long, 600 * DOLLAR);
    for (seconds, ppm) in [(0, 0), (1, 66), (150, 10_000), (300, 20_000), (600, 40_000), (1_199, 40_000)] {
        let mut rig = rig.clone();
        rig.forward(seconds);
        let context = rig.context();
        assert_eq!(liquidation::discount_ppm(alice.takeover_start, &context), Ok(ppm));
        assert!(liquidation::auction_stands(alice.takeover_start, &context));
    }
}

#[test]
fn a_taker_pays_the_oracles_price_less_the_discount_and_the_penalty_shrinks_by_it() {
    // After 150 seconds 1 %: 99 for a long, 101 for a short.
    for (side, price, penalty) in [(Side::Long, 99, 23_750_000), (Side::Short, 101, 26_250_000)] {
        let (mut rig, mut alice) = offered(side, 600 * DOLLAR);
        rig.forward(150);
        let (spot, mut taker) = (rig.market.curve, flat());
        let done = rig.take_over(&mut alice, &mut taker, ANY, 1_500 * DOLLAR).unwrap();
        assert_eq!((done.notional, done.base), (wad(100 * price), -side_base(side)));
        // 100 lost to the discount; 1.25 % of 9,900 is 123.75, of 10,100 is 126.25, and 100 of it is paid.
        assert_eq!(done.realized_pnl, -100 * DOLLAR as i128);
        assert_eq!((done.penalty, done.keeper_reward), (penalty, penalty / 2));
        assert_eq!((alice.size, alice.margin, alice.takeover_start), (0, 500 * DOLLAR - penalty, 0));
        assert_eq!((taker.size, taker.open_notional), (side_base(side), wad(100 * price)));
        assert_eq!(taker.margin, 1_500 * DOLLAR);
        assert_eq!((rig.market.curve, rig.market.size(side)), (spot, wad(100)), "nothing touched the curve");
    }
}

fn side_base(side: Side) -> i128 {
    if side == Side::Long { 100 * WAD as i128 } else { -100 * WAD as i128 }
}

#[test]
fn a_discount_beyond_the_penalty_leaves_no_penalty() {
    let (mut rig, mut alice) = offered(Side::Long, 600 * DOLLAR);
    rig.forward(600);
    let done = rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR).unwrap();
    // 4 %, where 1.25 % would be the penalty.
    assert_eq!((done.penalty, done.keeper_reward, alice.margin), (0, 0, 200 * DOLLAR));
}

#[test]
fn an_auction_is_begun_once_stands_for_twice_its_time_and_may_then_begin_again() {
    let (mut rig, mut alice) = offered(Side::Long, 600 * DOLLAR);
    let start = rig.now;
    for seconds in [0, 1, 599, 600, 1_199] {
        let (mut rig, mut alice) = (rig.clone(), alice);
        rig.forward(seconds);
        let refused = PerpError::TakeoverRunning { until: start + 600, now: rig.now };
        assert_eq!(rig.start_takeover(&mut alice), Err(refused), "after {seconds}");
        assert!(rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR).is_ok());
    }
    rig.forward(1_200);
    let refused = PerpError::NoTakeover { start, now: rig.now };
    assert_eq!(rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR), Err(refused));
    assert_eq!(rig.start_takeover(&mut alice), Ok(rig.now));
    let done = rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR).unwrap();
    assert_eq!(done.notional, wad(10_000), "and its discount begins at nothing");
}

#[test]
fn nobody_takes_what_was_never_offered_or_is_healthy() {
    let mut rig = Rig::deep(params());
    let mut alice = rig.give(Side::Long, wad(100), wad(10_000), 600 * DOLLAR);
    let refused = PerpError::NoTakeover { start: 0, now: rig.now };
    assert_eq!(rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR), Err(refused));
    rig.start_takeover(&mut alice).unwrap();
    // 625 is what it must have.
    rig.add(&mut alice, 25 * DOLLAR).unwrap();
    let healthy = PerpError::NotLiquidatable { equity: 625 * DOLLAR as i128, required: 625 * DOLLAR };
    assert_eq!(rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR), Err(healthy));
    assert_eq!(rig.start_takeover(&mut alice), Ok(0), "which ends the auction");
    assert_eq!(rig.start_takeover(&mut alice), Err(healthy));
    let mut other = flat();
    assert_eq!(rig.start_takeover(&mut other), Err(PerpError::NoPosition));
}

#[test]
fn a_takeover_needs_a_usable_oracle_and_a_live_market() {
    let (rig, alice) = offered(Side::Long, 600 * DOLLAR);
    let (mut late, mut copy) = (rig.clone(), alice);
    late.oracle.status = OracleStatus::Unusable(2);
    let refused = late.take_over(&mut copy, &mut flat(), ANY, 1_500 * DOLLAR);
    assert!(matches!(refused, Err(PerpError::OracleUnusable { .. })));
    assert!(matches!(late.start_takeover(&mut copy), Err(PerpError::OracleUnusable { .. })));
    let (mut over, mut copy) = (rig.clone(), alice);
    over.market.status.halted = true;
    assert_eq!(over.take_over(&mut copy, &mut flat(), ANY, ANY), Err(PerpError::MarketHalted));
    // Paused, it goes on: nothing is opened.
    let (mut paused, mut copy) = (rig, alice);
    paused.market.status.paused = true;
    paused.oracle.status = OracleStatus::Deviating;
    assert!(paused.take_over(&mut copy, &mut flat(), ANY, 1_500 * DOLLAR).is_ok());
}

#[test]
fn a_taker_must_be_fit_for_what_he_takes() {
    let (rig, alice) = offered(Side::Long, 600 * DOLLAR);
    let attempt = |rig: &Rig, taker: Position, margin| {
        let (mut rig, mut alice, mut taker) = (rig.clone(), alice, taker);
        rig.take_over(&mut alice, &mut taker, ANY, margin).map(|_| taker)
    };
    // The initial margin of the whole.
    assert!(matches!(attempt(&rig, flat(), 999 * DOLLAR), Err(PerpError::BelowInitialMargin { .. })));
    assert!(attempt(&rig, flat(), 1_001 * DOLLAR).is_ok());
    // The other side.
    let mut copy = rig.clone();
    let short = copy.give(Side::Short, wad(10), wad(1_000), 5_000 * DOLLAR);
    assert_eq!(attempt(&copy, short, 1_500 * DOLLAR), Err(PerpError::UnfitTaker));
    // On the same side, what there is and what comes are one, and the margin of both is needed.
    let mut copy = rig.clone();
    let long = copy.give(Side::Long, wad(10), wad(1_000), 100 * DOLLAR);
    assert!(attempt(&copy, long, 990 * DOLLAR).is_err());
    let grown = attempt(&copy, long, 1_010 * DOLLAR).unwrap();
    assert_eq!((grown.size, grown.open_notional), (110 * WAD as i128, wad(11_000)));
    // The cap of one position.
    let mut copy = rig.clone();
    copy.params.max_position = wad(99);
    let refused = PerpError::PositionAboveCap { size: wad(100), cap: wad(99) };
    assert_eq!(attempt(&copy, flat(), 1_500 * DOLLAR), Err(refused));
    // Funding that he owes comes first.
    let mut copy = rig;
    let indebted = copy.give(Side::Long, wad(10), wad(1_000), 100 * DOLLAR);
    copy.market.funding.long_index = 5 * WAD as i128;
    let taker = attempt(&copy, indebted, 1_500 * DOLLAR).unwrap();
    assert_eq!((taker.margin, taker.funding_index), (1_550 * DOLLAR, 5 * WAD as i128));
}

#[test]
fn a_takers_price_limit_is_kept() {
    for (side, limit, passes) in [
        (Side::Long, wad(99), true),
        (Side::Long, wad(99) - 1, false),
        (Side::Short, wad(101), true),
        (Side::Short, wad(101) + 1, false),
    ] {
        let (mut rig, mut alice) = offered(side, 600 * DOLLAR);
        rig.forward(150);
        let order =
            TakeoverOrder { base: ANY, margin: 1_500 * DOLLAR, price_limit: limit, insurance_available: 0 };
        let done = rig.act(&mut alice, |market, position, context| {
            liquidation::take_over(market, position, &mut flat(), context, &order)
        });
        assert_eq!(done.is_ok(), passes, "{done:?}");
        assert!(passes || matches!(done, Err(PerpError::SlippageExceeded { .. })));
    }
}

#[test]
fn a_part_is_worth_taking_and_so_is_what_it_leaves() {
    let (rig, alice) = offered(Side::Long, 600 * DOLLAR);
    let attempt = |base| {
        let (mut rig, mut alice) = (rig.clone(), alice);
        rig.take_over(&mut alice, &mut flat(), base, 1_500 * DOLLAR).map(|_| alice.base())
    };
    // The least is 100, one base.
    assert_eq!(attempt(wad(2)), Ok(wad(98)));
    let refused = PerpError::PositionTooSmall { notional: wad(100) - 100, least: wad(100) };
    assert_eq!(attempt(wad(1) - 1), Err(refused));
    assert_eq!(attempt(0), Err(PerpError::PositionTooSmall { notional: 0, least: wad(100) }));
    assert_eq!(attempt(wad(99)), Ok(wad(1)));
    assert_eq!(attempt(wad(99) + 1), Ok(0), "a rest too small goes with it");
}

#[test]
fn several_takers_share_one_position() {
    let (mut rig, mut alice) = offered(Side::Long, 240 * DOLLAR);
    rig.forward(300);
    let before = rig.market.ledger.total().unwrap();
    let mut takers = [flat(); 4];
    for taker in &mut takers {
        rig.take_over(&mut alice, taker, wad(25), 400 * DOLLAR).unwrap();
    }
    // 2 % of each: 50 lost by each quarter, 200 in all, beyond the penalty of 122.5.
    assert_eq!((alice.size, alice.margin), (0, 40 * DOLLAR));
    assert!(takers.iter().all(|taker| taker.base() == wad(25) && taker.open_notional == wad(2_450)));
    assert_eq!(rig.market.ledger.total().unwrap(), before + 1_600 * DOLLAR);
}

#[test]
fn equity_passes_from_victim_to_taker_and_nowhere_else() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..500 {
        let mut rig = Rig::deep(params());
        let side = random.pick(&[Side::Long, Side::Short]);
        let base = random.between(wad(2), wad(1_000)) + random.between(0, WAD);
        let entry = base * random.between(90, 110);
        // Between bankrupt and just below maintenance.
        let value = base * 100;
        let pnl =
            if side == Side::Long { value as i128 - entry as i128 } else { entry as i128 - value as i128 };
        let wanted = (value / SCALE) as i128 * (random.below(800) as i128 - 180) / 10_000;
        let margin = (wanted - pnl / SCALE as i128).max(0) as u128;
        let mut alice = rig.give(side, base, entry, margin);
        if rig.start_takeover(&mut alice).is_err() {
            continue;
        }
        rig.forward(random.below(1_200));
        rig.accrue();
        let mut taker =
            if random.one_in(2) { flat() } else { rig.give(side, wad(5), wad(500), 100 * DOLLAR) };
        let equity = |rig: &Rig, position: &Position| rig.neutral(position).equity;
        let before = equity(&rig, &alice) + equity(&rig, &taker);
        let added = value / SCALE;
        let part = if random.one_in(2) { ANY } else { random.between(wad(1), base) };
        let Ok(done) = rig.take_over(&mut alice, &mut taker, part, added) else { continue };
        let after = equity(&rig, &alice) + equity(&rig, &taker);
        let moved = before + added as i128 - after;
        let out = done.penalty as i128 - done.shortfall.amount as i128;
        assert!((moved - out).abs() <= 4, "{moved} is not {out}: {done:?}");
        // The victim's own equity falls by the discount and the penalty, and rises by what others paid.
        assert!(alice.size == 0 || rig.market.size(side) == alice.base() + taker.base());
    }
}

#[test]
fn an_auction_passed_over_to_oneself_pays_no_more_than_the_discount() {
    let mut random = Random::from_env("PERP_SEED");
    let mut gained = 0;
    for _ in 0..500 {
        let mut rig = Rig::deep(params());
        let side = random.pick(&[Side::Long, Side::Short]);
        let entry = if side == Side::Long { 10_000 } else { 10_000 - 400 } + random.below(400) as u128;
        let margin = random.between(0, 700 * DOLLAR);
        let mut alice = rig.give(side, wad(100), wad(entry), margin);
        // What the first had is his own; what he owed beyond it, he would never have paid.
        if rig.start_takeover(&mut alice).is_err() {
            continue;
        }
        rig.forward(random.below(1_200));
        let before = rig.neutral(&alice).equity.max(0);
        let (mut second, mut reward, mut brought) = (flat(), 0, 0);
        for _ in 0..20 {
            let base = random.between(wad(1), wad(100));
            // Refused once it is healthy again, or gone.
            if let Ok(done) = rig.take_over(&mut alice, &mut second, base, 1_500 * DOLLAR) {
                reward += done.keeper_reward as i128;
                brought += 1_500 * DOLLAR as i128;
            }
        }
        let after = rig.neutral(&alice).equity + rig.neutral(&second).equity + reward - brought;
        // 4 % of 10,000.
        assert!(after - before <= 400 * DOLLAR as i128 + 10, "{before} became {after}");
        gained += i128::from(after > before);
    }
    assert!(gained > 50, "the bankrupt ones show what the discount costs insurance: {gained}");
}

#[test]
fn the_last_margin_is_paid_before_others_pay_for_a_discount() {
    // 100 of margin on a position that lost 300; at 2 % another 200 go to the taker.
    let mut rig = Rig::deep(params());
    let mut alice = rig.give(Side::Long, wad(100), wad(10_300), 100 * DOLLAR);
    rig.start_takeover(&mut alice).unwrap();
    rig.forward(300);
    let done = rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR).unwrap();
    assert_eq!(done.realized_pnl, -500 * DOLLAR as i128);
    assert_eq!((done.shortfall.amount, done.shortfall.covered_by_fund), (400 * DOLLAR, 400 * DOLLAR));
    assert_eq!((done.penalty, alice.margin, rig.market.ledger.pool), (0, 0, 500 * DOLLAR));
}

#[test]
fn what_cures_a_position_ends_its_auction_and_nothing_less_does() {
    type Act = fn(&mut Rig, &mut Position) -> bool;
    let (rig, alice) = offered(Side::Long, 240 * DOLLAR);
    let acts: [(Act, bool); 7] = [
        (|rig, alice| rig.add(alice, 1).is_ok(), false),
        (|rig, alice| rig.close(alice, wad(10)).is_ok(), false),
        (|rig, alice| rig.open(alice, Side::Short, 0, wad(500)).is_ok(), false),
        (|rig, alice| rig.close(alice, wad(70)).is_ok(), true),
        (|rig, alice| rig.open(alice, Side::Short, 0, wad(7_000)).is_ok(), true),
        (|rig, alice| rig.open(alice, Side::Short, 0, wad(10_500)).is_ok(), true),
        (|rig, alice| rig.open(alice, Side::Long, 2_000 * DOLLAR, wad(500)).is_ok(), true),
    ];
    for (act, cures) in acts {
        let (mut rig, mut alice) = (rig.clone(), alice);
        rig.forward(300);
        assert!(act(&mut rig, &mut alice));
        assert_eq!(alice.takeover_start == 0, cures);
        let refused = rig.take_over(&mut alice, &mut flat(), ANY, 1_500 * DOLLAR).is_err();
        assert_eq!(refused, cures);
    }
    let (mut rig, mut alice) = (rig, alice);
    rig.market.ledger.claims = 1_000 * DOLLAR;
    alice.open_notional += wad(10);
    rig.realize_loss(&mut alice).unwrap();
    rig.take_over(&mut alice, &mut flat(), wad(10), 1_500 * DOLLAR).unwrap();
    assert_ne!(alice.takeover_start, 0, "neither the collection of its loss nor a taker of a part");
}
