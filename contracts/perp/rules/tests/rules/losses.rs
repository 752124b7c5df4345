//! Who bears what a margin cannot pay, and what waits while that is not known.

use everfloor_perp_rules::{
    Ledger, PerpError, Position, Side,
    losses::{self, DEFICIT_PATIENCE, Losses, Shortfall},
};

use crate::support::{ANY, DOLLAR, Rig, random::Random, wad};

fn refused<T>(error: PerpError) -> Result<T, Box<PerpError>> {
    Err(Box::new(error))
}

/// A long of 100 at 10 that lost 700 at the oracle's price of 3, with 100 of margin, and a short that won as much.
fn broken() -> (Rig, Position, Position) {
    let mut rig = Rig::deep(crate::support::wide_params());
    rig.market.curve.peg /= 10;
    rig.oracle.price = wad(10);
    let loser = rig.give(Side::Long, wad(100), wad(1_000), 100 * DOLLAR);
    let winner = rig.give(Side::Short, wad(100), wad(1_000), 900 * DOLLAR);
    rig.market.curve.peg = rig.market.curve.peg / 10 * 3;
    rig.oracle.price = wad(3);
    (rig, loser, winner)
}

#[test]
fn a_shortfall_is_booked_to_the_unit_whoever_takes_it() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..500 {
        let covered_by_market = random.between(0, 1_000);
        let covered_by_fund = random.between(0, 1_000);
        let amount = covered_by_market + covered_by_fund + random.between(0, 1_000);
        let mut shortfall = Shortfall { amount, insurable: amount, covered_by_market, covered_by_fund };
        let (mut ledger, mut losses) = (Ledger::default(), Losses::default());
        let paid = random.between(0, 1_500);
        shortfall.fund_paid(&mut ledger, paid).unwrap();
        assert_eq!((ledger.pool, shortfall.covered_by_fund), (paid.min(covered_by_fund), ledger.pool));
        let left = amount - covered_by_market - ledger.pool;
        assert_eq!(shortfall.uncovered(), left);
        let taken_on = random.one_in(2);
        shortfall.conclude(&mut ledger, &mut losses, taken_on, 77).unwrap();
        let expected = match (left, taken_on) {
            (0, _) => Losses::default(),
            (_, false) => Losses { bad_debt: left, ..Losses::default() },
            (_, true) => Losses { deficit: left, deficit_since: 77, bad_debt: 0 },
        };
        assert_eq!((losses, ledger.gated), (expected, taken_on && left > 0));
    }
}

#[test]
fn the_order_is_margin_claim_fees_insurance_share_fund_deficit() {
    // 700 lost: 100 of margin, 50 of waiting profit, 60 of fees, 70 of the insurance share, 80 of the fund; 340 are left.
    let (mut rig, mut loser, _) = broken();
    loser.claim = 50 * DOLLAR;
    rig.market.ledger.claims = 50 * DOLLAR;
    (rig.market.ledger.fees, rig.market.ledger.insurance_due) = (60 * DOLLAR, 70 * DOLLAR);
    rig.takes_deficits = true;
    let now = rig.now;
    let done = rig.liquidate(&mut loser, 80 * DOLLAR).unwrap().shortfall;
    assert_eq!((loser.margin, loser.claim), (0, 0));
    // The curve's own rounding is within a few units.
    assert!(done.amount.abs_diff(550 * DOLLAR) < 10, "{done:?}");
    assert_eq!((done.covered_by_market, done.covered_by_fund), (130 * DOLLAR, 80 * DOLLAR));
    let ledger = rig.market.ledger;
    assert_eq!((ledger.fees, ledger.insurance_due, ledger.claims), (0, 0, 0));
    assert_eq!(ledger.pool, 310 * DOLLAR);
    assert!(rig.losses.deficit.abs_diff(340 * DOLLAR) < 10);
    assert_eq!((rig.losses.bad_debt, rig.losses.deficit_since, ledger.gated), (0, now, true));
}

#[test]
fn a_second_deficit_waits_no_longer_than_the_first() {
    let (mut ledger, mut losses) = (Ledger::default(), Losses::default());
    let shortfall = Shortfall { amount: 10, insurable: 10, ..Shortfall::default() };
    shortfall.conclude(&mut ledger, &mut losses, true, 100).unwrap();
    shortfall.conclude(&mut ledger, &mut losses, true, 200).unwrap();
    assert_eq!((losses.deficit, losses.deficit_since), (20, 100));
    let next = 100 + DEFICIT_PATIENCE;
    let early = losses::allocate(&mut ledger, &mut losses, false, next - 1);
    assert_eq!(early, refused(PerpError::TooEarly { next, now: next - 1 }));
    assert_eq!(
        losses::allocate(&mut ledger.clone(), &mut losses.clone(), true, 100),
        Ok(20),
        "its ledger may"
    );
    assert_eq!(losses::allocate(&mut ledger, &mut losses, false, next), Ok(20));
    assert_eq!(losses, Losses { bad_debt: 20, ..Losses::default() });
    assert!(!ledger.gated);
    assert_eq!(losses::allocate(&mut ledger, &mut losses, true, next), refused(PerpError::ZeroAmount));
}

#[test]
fn money_goes_to_the_deficit_first_then_to_bad_debt_and_no_further() {
    let start = Losses { deficit: 30, bad_debt: 50, deficit_since: 9 };
    let gated = Ledger { gated: true, pool: 1, ..Ledger::default() };
    for (amount, taken, left) in [
        (10, 10, Losses { deficit: 20, ..start }),
        (30, 30, Losses { deficit: 0, deficit_since: 0, bad_debt: 50 }),
        (70, 70, Losses { deficit: 0, deficit_since: 0, bad_debt: 10 }),
        (500, 80, Losses::default()),
    ] {
        let (mut ledger, mut losses) = (gated, start);
        assert_eq!(losses::recapitalize(&mut ledger, &mut losses, amount), Ok(taken));
        assert_eq!((losses, ledger.pool, ledger.gated), (left, 1 + taken, left.deficit != 0));
    }
    let nothing = losses::recapitalize(&mut Ledger::default(), &mut Losses::default(), 5);
    assert_eq!(nothing, refused(PerpError::ZeroAmount));
    assert_eq!(
        losses::recapitalize(&mut gated.clone(), &mut start.clone(), 0),
        refused(PerpError::ZeroAmount)
    );
}

#[test]
fn while_a_deficit_waits_no_profit_is_paid_by_any_way_and_every_margin_of_a_flat_account_is_free() {
    let (mut rig, mut loser, mut winner) = broken();
    rig.takes_deficits = true;
    let mut idle = rig.give(Side::Long, 0, 0, 40 * DOLLAR);
    rig.liquidate(&mut loser, 0).unwrap();
    // More than enough in the pool, and still nobody is paid.
    rig.market.ledger.pool += 10_000 * DOLLAR;
    assert_eq!(rig.remove(&mut winner, 1), Err(PerpError::WithdrawalsGated));
    let profit = rig.close(&mut winner, ANY).unwrap().realized_pnl as u128;
    assert_eq!((winner.margin, winner.claim), (900 * DOLLAR, profit));
    assert_eq!(rig.claim(&mut winner, profit), Err(PerpError::WithdrawalsGated));
    // Nor by trading, by being taken over, or by losing it to himself on another account.
    rig.open(&mut winner, Side::Long, 0, wad(100)).unwrap();
    rig.close(&mut winner, ANY).unwrap();
    assert!(winner.margin <= 900 * DOLLAR && winner.claim >= profit);
    let margin = winner.margin;
    assert!(rig.remove(&mut winner, margin).is_ok(), "what was his before is his");
    assert!(rig.remove(&mut idle, 40 * DOLLAR).is_ok());
    assert!(rig.add(&mut idle, 1).is_ok());
    // Once it is covered, all of it is paid.
    let deficit = rig.losses.deficit;
    losses::recapitalize(&mut rig.market.ledger, &mut rig.losses, deficit).unwrap();
    let claim = winner.claim;
    assert_eq!(rig.claim(&mut winner, claim), Ok(claim));
}

#[test]
fn a_deficit_called_bad_debt_makes_all_claims_shorter_by_the_same_share() {
    let (mut rig, mut loser, mut winner) = broken();
    rig.takes_deficits = true;
    rig.liquidate(&mut loser, 0).unwrap();
    rig.close(&mut winner, ANY).unwrap();
    losses::allocate(&mut rig.market.ledger, &mut rig.losses, true, 0).unwrap();
    // 100 were paid in for 700.
    assert!(rig.losses.bad_debt.abs_diff(600 * DOLLAR) < 10);
    let claim = winner.claim;
    let payout = rig.claim(&mut winner, claim).unwrap();
    assert!(payout.abs_diff(100 * DOLLAR) < 10 && payout <= 100 * DOLLAR, "{payout}");
    assert!(winner.margin <= 1_000 * DOLLAR);
}

#[test]
fn what_the_market_is_short_of_is_bad_debt_and_deficit_and_nothing_else() {
    // Pool and claims apart by exactly what nobody has paid, once all positions are gone.
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let (mut rig, mut loser, mut winner) = broken();
        rig.takes_deficits = random.one_in(2);
        rig.market.ledger.fees = random.between(0, 300 * DOLLAR);
        let fund = random.between(0, 300 * DOLLAR);
        rig.liquidate(&mut loser, fund).unwrap();
        rig.market.ledger.gated = false;
        rig.close(&mut winner, ANY).unwrap();
        let short = rig.market.ledger.claims - rig.market.ledger.pool;
        assert!(short.abs_diff(rig.losses.bad_debt + rig.losses.deficit) < 10, "{short} {:?}", rig.losses);
    }
}
