//! Who is liquidated, who pays and who is paid.

use everfloor_perp_rules::{
    OracleStatus, Params, PerpError, Position, Side, WAD, liquidation, liquidation::LiquidationOrder,
};

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

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
        assert_eq!((done.shortfall.amount, alice.margin, alice.claim), (hole, 0, claim));
        assert_eq!(fees - ledger.fees, hole.min(fees));
        assert_eq!(due - ledger.insurance_due, (hole - hole.min(fees)).min(due));
        assert_eq!(done.shortfall.covered_by_market, fees - ledger.fees + due - ledger.insurance_due);
        assert_eq!(done.shortfall.covered_by_fund, (hole - done.shortfall.covered_by_market).min(fund));
        assert_eq!(rig.losses.bad_debt, done.shortfall.uncovered());
        assert_eq!(
            ledger.pool,
            25 * DOLLAR + done.shortfall.covered_by_market + done.shortfall.covered_by_fund
        );
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
    assert_eq!((alice.claim, rig.market.ledger.claims, done.shortfall.amount), (0, 0, 5 * DOLLAR));
}

#[test]
fn insurance_pays_trading_losses_and_never_funding() {
    let (mut rig, mut alice) = underwater();
    rig.market.funding.long_index = 5 * WAD as i128;
    let done = rig.liquidate(&mut alice, 1_000 * DOLLAR).unwrap();
    assert_eq!(done.funding, 100 * DOLLAR as i128);
    let trading = done.realized_pnl.unsigned_abs();
    assert_eq!(done.shortfall.amount, trading + 75 * DOLLAR, "the margin went to funding");
    assert_eq!((done.shortfall.covered_by_fund, done.shortfall.uncovered()), (trading, 75 * DOLLAR));
    // And nothing where there is no trading loss at all.
    let (mut rig, mut alice, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut crowd, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    rig.market.funding.long_index = 10 * WAD as i128;
    let done = rig.liquidate(&mut alice, 1_000 * DOLLAR).unwrap();
    assert!(done.realized_pnl > 0 && done.shortfall.amount > 0);
    assert_eq!((done.shortfall.covered_by_fund, done.shortfall.covered_by_market), (0, 0));
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
            let order = LiquidationOrder { quote_limit: limit, ..LiquidationOrder::default() };
            liquidation::liquidate(market, position, context, &order)
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

/// A live market with a long and a short that any price in this file liquidates.
fn doomed() -> (Rig, [Position; 2]) {
    let mut rig = Rig::live();
    let (mut long, mut short) = (Position::default(), Position::default());
    rig.open(&mut long, Side::Long, 2_000 * DOLLAR, wad(10_000)).unwrap();
    rig.open(&mut short, Side::Short, 2_000 * DOLLAR, wad(10_000)).unwrap();
    for one in [&mut long, &mut short] {
        rig.market.ledger.principal -= one.margin;
        one.margin = 0;
    }
    rig.params.max_divergence_ppm = 20_000;
    (rig, [long, short])
}

#[test]
fn liquidation_waits_while_the_mark_is_too_far_from_the_oracle_against_the_position() {
    let (rig, [long, short]) = doomed();
    let mark = rig.market.curve.spot().unwrap();
    // The furthest price of the oracle within 2 % of which the mark is, and the next beyond.
    let (high, low) = (mark * 50 / 49 - 50, mark * 50 / 51 + 50);
    for (position, near, far) in [(long, high, high + 100), (short, low, low - 100)] {
        let (mut rig, mut position) = (rig.clone(), position);
        rig.oracle.price = far;
        assert!(!rig.is_liquidatable(&position), "it waits");
        let refused = PerpError::MarkTooFarFromIndex { mark, index: far };
        assert_eq!(rig.liquidate(&mut position, 0), Err(refused));
        rig.oracle.price = near;
        assert!(rig.is_liquidatable(&position));
        assert!(rig.liquidate(&mut position, 0).is_ok());
    }
}

#[test]
fn a_mark_far_from_the_oracle_in_the_positions_favour_stops_no_liquidation() {
    let (rig, [long, short]) = doomed();
    for (mut position, price) in [(long, wad(90)), (short, wad(110))] {
        let mut rig = rig.clone();
        rig.oracle.price = price;
        assert!(rig.liquidate(&mut position, 0).is_ok());
    }
}

#[test]
fn a_healthy_position_is_told_so_wherever_the_mark_is() {
    let (mut rig, mut alice) = (Rig::live(), Position::default());
    rig.open(&mut alice, Side::Long, 2_000 * DOLLAR, wad(2_000)).unwrap();
    rig.oracle.price = wad(150);
    assert!(matches!(rig.liquidate(&mut alice, 0), Err(PerpError::NotLiquidatable { .. })));
}

#[test]
fn trading_a_far_mark_back_lets_liquidation_go_on() {
    let (mut rig, [mut long, _]) = doomed();
    rig.oracle.price = wad(104);
    let refused = rig.liquidate(&mut long, 0);
    assert!(matches!(refused, Err(PerpError::MarkTooFarFromIndex { .. })), "{refused:?}");
    let mut arbitrageur = Position::default();
    rig.open(&mut arbitrageur, Side::Long, 5_000 * DOLLAR, wad(15_000)).unwrap();
    assert!(rig.liquidate(&mut long, 0).is_ok());
    assert!(rig.exit(&arbitrageur).equity > 0);
}

#[test]
fn insurance_pays_what_the_neutral_price_and_the_positions_own_impact_explain_and_no_more() {
    for index in [11_200, 5_000] {
        let (mut rig, mut alice) = underwater();
        // At 11.2 the oracle holds the neutral price above what the curve gives, at 5 below it.
        rig.params.mark_band_ppm = 5_000;
        rig.oracle.price = wad(index) / 995;
        let (hole, neutral) = (hole(&rig, &alice), rig.neutral(&alice));
        let missing = neutral.equity.min(0).unsigned_abs();
        let at_mark = alice.base() * (rig.market.curve.spot().unwrap() / 1_000_000_000) / 1_000_000_000;
        let impact = (at_mark - rig.exit(&alice).notional).div_ceil(rig.scale);
        let explained = missing + impact;
        let done = rig.liquidate(&mut alice, 1_000 * DOLLAR).unwrap();
        assert_eq!(done.shortfall.amount, hole);
        assert!(
            done.shortfall.covered_by_fund.abs_diff(hole.min(explained)) <= 1,
            "{index}: {done:?} of {explained}"
        );
        assert_eq!(hole > explained, index > 10_000, "both sides of the cap are seen: {hole} {explained}");
    }
}

#[test]
fn what_the_fund_promised_and_did_not_pay_is_bad_debt() {
    let (rig, alice) = underwater();
    let hole = hole(&rig, &alice);
    for unpaid in [0, 1, hole] {
        let (mut rig, alice) = (rig.clone(), &mut alice.clone());
        rig.losses.bad_debt = 7;
        let order = rig.liquidation(ANY);
        let done = rig
            .act(alice, |market, position, context| liquidation::liquidate(market, position, context, &order))
            .unwrap();
        assert_eq!((done.shortfall.covered_by_fund, done.shortfall.uncovered()), (hole, 0));
        let before = rig.market.ledger;
        rig.conclude(done.shortfall, hole - unpaid);
        let ledger = rig.market.ledger;
        assert_eq!((rig.losses.bad_debt, ledger.pool), (7 + unpaid, before.pool + hole - unpaid));
        assert_eq!(ledger.total().unwrap(), before.total().unwrap() + hole - unpaid, "and no token more");
        // More than it was asked for is not taken.
        let mut more = done.shortfall;
        more.fund_paid(&mut before.clone(), ANY).unwrap();
        assert_eq!(more, done.shortfall);
    }
}

#[test]
fn what_is_called_liquidatable_is_what_liquidation_takes() {
    let mut random = Random::from_env("PERP_SEED");
    let (mut yes, mut waits) = (0, 0);
    for _ in 0..1_000 {
        let (mut rig, mut alice, mut crowd) = (Rig::live(), Position::default(), Position::default());
        let side = random.pick(&[Side::Long, Side::Short]);
        let notional = random.between(wad(2_000), wad(10_000));
        rig.open(&mut alice, side, notional / SCALE * 12 / 100, notional).unwrap();
        let push = random.pick(&[Side::Long, Side::Short]);
        rig.open(&mut crowd, push, 10_000 * DOLLAR, random.between(wad(200), wad(10_000))).unwrap();
        rig.params.max_divergence_ppm = 40_000;
        let lost = random.between(0, alice.margin);
        alice.margin -= lost;
        rig.market.ledger.principal -= lost;
        rig.oracle.price = random.between(wad(85), wad(115));
        rig.oracle.status = random.pick(&[OracleStatus::Good, OracleStatus::Deviating, OracleStatus::Good]);
        rig.forward(random.below(100_000));
        let called = rig.is_liquidatable(&alice);
        match rig.liquidate(&mut alice, 0) {
            Ok(_) => {
                assert!(called);
                yes += 1;
            }
            Err(PerpError::MarkTooFarFromIndex { .. }) => {
                assert!(!called);
                waits += 1;
            }
            Err(refused) => {
                assert!(matches!(refused, PerpError::NotLiquidatable { .. }), "{refused:?}");
                assert!(!called);
            }
        }
    }
    assert!(yes > 100 && waits > 10, "{yes} {waits}");
}

#[test]
fn nobody_is_called_liquidatable_without_a_position_or_an_oracle() {
    let (mut rig, alice) = underwater();
    assert!(rig.is_liquidatable(&alice));
    assert!(!rig.is_liquidatable(&Position::default()));
    for status in [OracleStatus::Unusable(2), OracleStatus::Unusable(5)] {
        rig.oracle.status = status;
        assert!(!rig.is_liquidatable(&alice));
    }
    rig.oracle.status = OracleStatus::Good;
    rig.oracle.price = 0;
    assert!(!rig.is_liquidatable(&alice), "no price is no oracle");
}

/// Somebody who holds a big long, a big short and, on a third account, a long that is about to be liquidated.
#[derive(Clone)]
struct Sandwich {
    rig: Rig,
    long: Position,
    short: Position,
    victim: Position,
}

/// What the three accounts have in the end, and what insurance of either kind paid for it.
struct Outcome {
    wealth: i128,
    insured: u128,
}

impl Sandwich {
    /// The oracle and the mark have fallen by `fall` percent, and the average has followed.
    fn after_a_fall_of(fall: u128) -> Self {
        let params = Params {
            max_price_impact_ppm: 20_000,
            max_divergence_ppm: 50_000,
            mark_band_ppm: 30_000,
            max_open_interest: ANY,
            max_position: ANY,
            ..live_params()
        };
        let mut rig = Rig::new(params, wad(60_000), wad(6_000_000));
        let mut accounts = [Position::default(); 4];
        accounts.iter_mut().for_each(|one| rig.add(one, 4_000_000 * DOLLAR).unwrap());
        let [mut long, mut short, mut victim, mut others] = accounts;
        for _ in 0..30 {
            rig.open(&mut long, Side::Long, 0, wad(50_000)).unwrap();
            rig.open(&mut short, Side::Short, 0, wad(50_000)).unwrap();
        }
        rig.forward(3_600);
        rig.open(&mut victim, Side::Long, 0, wad(50_000)).unwrap();
        rig.remove(&mut victim, 4_000_000 * DOLLAR - 5_500 * DOLLAR).unwrap();
        rig.oracle.price = wad(100 - fall);
        while rig.market.curve.spot().unwrap() > rig.oracle.price {
            rig.open(&mut others, Side::Short, 0, wad(5_000)).unwrap();
        }
        rig.forward(3_600);
        rig.accrue();
        Self { rig, long, short, victim }
    }

    /// Closes so much of the long, liquidates, closes the rest of both: all in one second.
    fn run(mut self, pushed: u128) -> Result<Outcome, PerpError> {
        if pushed > 0 {
            self.rig.close(&mut self.long, pushed).unwrap();
        }
        let done = self.rig.liquidate(&mut self.victim, ANY)?;
        if self.long.size != 0 {
            self.rig.close(&mut self.long, ANY).unwrap();
        }
        self.rig.close(&mut self.short, ANY).unwrap();
        let accounts = [self.long, self.short, self.victim];
        let wealth: u128 = accounts.iter().map(|one| self.rig.wealth(one)).sum();
        let insured = done.shortfall.covered_by_market + done.shortfall.covered_by_fund;
        Ok(Outcome { wealth: (wealth + done.keeper_reward) as i128, insured })
    }
}

#[test]
fn a_sandwich_that_takes_the_mark_away_liquidates_nothing_and_gets_no_insurance() {
    for fall in [6, 8, 10, 12] {
        let sandwich = Sandwich::after_a_fall_of(fall);
        assert!(sandwich.rig.is_liquidatable(&sandwich.victim), "{fall}");
        assert!(sandwich.clone().run(0).is_ok(), "{fall}: at the market's own price it goes on");
        // Closing the long takes the mark down by a third.
        let pushed = sandwich.long.base();
        let refused = sandwich.run(pushed).err();
        assert!(
            matches!(refused, Some(PerpError::MarkTooFarFromIndex { mark, index }) if mark < index * 7 / 10),
            "{fall}: {refused:?}"
        );
    }
}

#[test]
fn a_sandwich_within_the_allowed_distance_takes_no_more_insurance_than_the_neutral_price_explains() {
    for fall in [6, 8, 10, 12] {
        let sandwich = Sandwich::after_a_fall_of(fall);
        let neutral = sandwich.rig.neutral(&sandwich.victim);
        let at_mark = sandwich.victim.base() / 1_000_000_000 * sandwich.rig.market.curve.spot().unwrap()
            / 1_000_000_000;
        let impact = at_mark.abs_diff(sandwich.rig.exit(&sandwich.victim).notional).div_ceil(SCALE);
        let explained = neutral.equity.min(0).unsigned_abs() + impact;
        let honest = sandwich.clone().run(0).unwrap();
        // All that the distance a mark may have is worth.
        let most = sandwich.victim.base() / 20 * (sandwich.rig.oracle.price / WAD) / SCALE;
        let mut went_on = 0;
        for part in 1..=40 {
            let Ok(pushed) = sandwich.clone().run(sandwich.long.base() * part / 200) else { break };
            went_on += 1;
            assert!(pushed.insured <= explained, "{fall}, {part}: {} of {explained}", pushed.insured);
            let gain = pushed.wealth - honest.wealth;
            assert!(gain <= most as i128, "{fall}, {part}: gained {gain} of {most}");
        }
        assert!((5..40).contains(&went_on), "{fall}: {went_on}");
    }
}
