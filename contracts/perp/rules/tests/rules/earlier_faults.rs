//! The faults of the first vAMM and its kin, by number. Those that can occur at this level have a test each, whose name
//! begins with the number; the numbers in it are those of the reproductions on the first vAMM.
//!
//! | fault | what it was | tested |
//! |---|---|---|
//! | B1 | funding paid without bound by the insurance fund | here, `funding` |
//! | B2 | funding swept from margins that had not paid it | `funding` |
//! | B3 | settlement forgot unpaid funding | here, and for a halted market too |
//! | B4 | a settlement that paid more than there was | here, `settlement` |
//! | B5 | a settlement price out of the curve's own past | `settlement` |
//! | B6 | a close that did nothing and succeeded | here |
//! | B7 | a liquidated margin counted twice | here |
//! | B8, B9 | limits that a partial close and a reversal ignored | here, `reversal` |
//! | B10 | losers settled at their full margin | `settlement` |
//! | B11 | margin without a position stuck | `settlement` |
//! | B12 | a profit and a funding debt that nobody could liquidate | here |
//! | B13 | a very profitable position that could not be reduced | `position` |
//! | B14 | credited in finer units than paid | here |
//! | B15 | growing on the maintenance margin | here |
//! | B16 | the best of three prices kept positions alive | here |
//! | B17 | bad debt liquidated by a whitelist only | here; the call itself in the market's tests |
//! | B18 | one vault for all markets | market's tests |
//! | B19 | open interest that drifted | here |
//! | B20 | fees pulled from the wallet on closing | here; allowances in the market's tests |
//! | B21 | an average over an unbounded walk | `twap`; block numbers in the market's tests |
//! | B22 | funding at the keeper's choice of time | `funding` |
//! | B23 | an oracle nobody checked | what each status allows: `refusals`; the checks: the feed's and the market's tests |
//! | B24 | a whale dumped through its own price | `partial` |
//! | B25 | minting for losses | nothing mints: market's tests |
//! | B26 | funding on the size of one period, ratios on the entry value | here |
//! | B27 | a settlement price computed again | here; who may halt in the market's tests |
//! | B28 | a pause that froze traders and not liquidations | here; the switch in the market's tests |
//! | B29 | parameters without bounds or delay | bounds and steps: `params`; who and when: market's tests |
//! | B30 | events that told the wrong size and result | market's tests |
//! | B31 | a funding debt erased by growing | here |
//! | B32 | a removed market locked its traders in | nothing removes one: market's tests |
//! | B33 | rewards lost while nobody stakes | market's tests |
//!
//! The market's tests are `test/tests/market/earlier_faults.rs`.

use everfloor_perp_rules::{
    PerpError, Position, Side, WAD,
    trade::{self, CloseOrder},
};

use crate::support::{ANY, DOLLAR, Rig, SCALE, random::Random, wad};

fn flat() -> Position {
    Position::default()
}

#[test]
fn b1_funding_is_paid_by_payers_and_a_bounded_part_of_the_fees_and_by_no_insurance() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 300 * DOLLAR, wad(600)).unwrap();
    rig.open(&mut bob, Side::Short, 1_200 * DOLLAR, wad(1_200)).unwrap();
    rig.market.ledger.insurance_due = 5_000 * DOLLAR;
    rig.market.ledger.fees = 30 * DOLLAR;
    rig.params.funding_share_ppm = 333_333;
    // Shorts, five times the longs, are to receive 0.4 a base: 75 a day, where the longs pay 15.
    rig.oracle.price = wad(12) / 10;
    for day in 1..=10 {
        rig.forward(86_400);
        rig.accrue();
        let received = -bob.funding_owed_up(&rig.market, SCALE).unwrap();
        let paid = alice.funding_owed_up(&rig.market, SCALE).unwrap();
        let ledger = rig.market.ledger;
        assert!(received <= paid + (30 * DOLLAR - ledger.fees) as i128, "day {day}: {received} of {paid}");
        assert_eq!((ledger.insurance_due, ledger.principal), (5_000 * DOLLAR, 1_500 * DOLLAR));
    }
    assert!(rig.market.ledger.fees < 30 * DOLLAR && rig.market.ledger.pool > 0);
}

#[test]
fn b3_closing_settles_the_funding_that_is_owed() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.market.funding.long_index = WAD as i128 / 2;
    let fill = rig.close(&mut alice, ANY).unwrap();
    assert_eq!(fill.funding, 10 * DOLLAR as i128);
    assert_eq!(alice.margin, 15 * DOLLAR - fill.realized_pnl.unsigned_abs());
}

#[test]
fn b3_a_halted_market_settles_the_funding_that_is_owed() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.halt(wad(25) / 2).unwrap();
    rig.market.funding.long_index = WAD as i128 / 2;
    let done = rig.settle(&mut alice, 0).unwrap();
    assert_eq!((done.realized_pnl, done.funding, alice.margin), (0, 10 * DOLLAR as i128, 15 * DOLLAR));
}

#[test]
fn b4_profit_that_was_taken_leaves_every_margin_covered_in_any_order() {
    let (mut rig, mut alice, mut bob, mut carol) = (Rig::v1(), flat(), flat(), flat());
    rig.open(&mut alice, Side::Long, 200 * DOLLAR, wad(200)).unwrap();
    rig.open(&mut bob, Side::Long, 200 * DOLLAR, wad(200)).unwrap();
    rig.open(&mut carol, Side::Short, 300 * DOLLAR, wad(150)).unwrap();
    rig.close(&mut alice, ANY).unwrap();
    let held = 700 * DOLLAR;
    // Whoever leaves first: all of the margins are there for those who left.
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut rig = rig.clone();
        let mut all = [alice, bob, carol];
        let mut paid = 0;
        for who in order {
            if all[who].size != 0 {
                rig.close(&mut all[who], ANY).unwrap();
            }
            let margin = all[who].margin;
            rig.remove(&mut all[who], margin).unwrap();
            paid += margin;
        }
        let claims: u128 = all.iter().map(|account| account.claim).sum();
        assert_eq!(paid + rig.market.ledger.total().unwrap(), held);
        assert!(rig.market.ledger.pool >= claims, "all lost and won on the curve, so all is there");
        for account in &mut all {
            let claim = account.claim;
            assert!(claim == 0 || rig.claim(account, claim) == Ok(claim));
        }
    }
}

#[test]
fn b6_a_close_beyond_its_limit_is_refused_and_not_passed_over() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 200 * DOLLAR, wad(200)).unwrap();
    let order = CloseOrder { base: ANY, quote_limit: wad(201), max_fee: ANY, deadline: rig.now };
    let got = rig.exit(&alice).notional;
    let refused =
        rig.act(&mut alice, |market, position, context| trade::close(market, position, context, &order));
    assert_eq!(refused, Err(PerpError::SlippageExceeded { got, limit: wad(201) }));
    // Nor do guards against the mark's movement hold anybody in.
    rig.params.max_price_impact_ppm = 1_000;
    rig.oracle.price = wad(500);
    assert!(rig.close(&mut alice, ANY).is_ok());
}

#[test]
fn b7_what_a_liquidated_trader_has_left_is_counted_once() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, 60 * DOLLAR, wad(60)).unwrap();
    // The neutral price where the exit is, so that the position is below maintenance.
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = wad(114) / 10;
    let before = rig.market.ledger;
    let done = rig.liquidate(&mut alice, 5_000 * DOLLAR).unwrap();
    let after = rig.market.ledger;
    // 25 less the loss of 21.227787 leaves 3.772213, less than the penalty of 11.44: all of it is penalty.
    assert_eq!(done.penalty, 3_772_213);
    assert_eq!((done.shortfall.amount, done.shortfall.covered_by_fund, alice.margin), (0, 0, 0));
    let insured = after.insurance_due - before.insurance_due;
    assert_eq!(done.keeper_reward + insured, 3_772_213);
    assert_eq!(before.total().unwrap() - after.total().unwrap(), done.keeper_reward);
    assert_eq!(after.principal, before.principal - 25 * DOLLAR);
    assert_eq!(after.pool, before.pool + 21_227_787);
}

#[test]
fn b8_a_partial_close_keeps_to_its_limit() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 200 * DOLLAR, wad(250)).unwrap();
    let got = rig.market.curve.exit_value(Side::Long, wad(5)).unwrap();
    let order = |limit| CloseOrder { base: wad(5), quote_limit: limit, max_fee: ANY, deadline: rig.now };
    let (kept, broken) = (order(got), order(got + 1));
    let refused =
        rig.act(&mut alice, |market, position, context| trade::close(market, position, context, &broken));
    assert_eq!(refused, Err(PerpError::SlippageExceeded { got, limit: got + 1 }));
    assert!(
        rig.act(&mut alice, |market, position, context| trade::close(market, position, context, &kept))
            .is_ok()
    );
}

#[test]
fn b9_a_reversing_sale_keeps_to_one_limit_over_both_of_its_legs() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    // 100 of quote into 1,000: 100·100/1,100 of base.
    rig.open(&mut alice, Side::Long, 50 * DOLLAR, wad(100)).unwrap();
    assert_eq!(alice.base(), 9_090_909_090_909_090_909);
    // 250 of quote out of 1,100: 90.909…·250/850 of base, of which 9.09 closes the long.
    let sold = 26_737_967_914_438_502_674;
    let mut order = rig.order(Side::Short, 50 * DOLLAR, wad(250));
    for limit in [wad(5), alice.base(), sold - 10] {
        order.base_limit = limit;
        let refused =
            rig.act(&mut alice, |market, position, context| trade::open(market, position, context, &order));
        assert!(
            matches!(refused, Err(PerpError::SlippageExceeded { got, limit: kept })
                if got.abs_diff(sold) <= 2 && kept == limit),
            "{limit}: {refused:?}"
        );
    }
    order.base_limit = sold + 2;
    let fill = rig
        .act(&mut alice, |market, position, context| trade::open(market, position, context, &order))
        .unwrap();
    assert!(fill.base.unsigned_abs().abs_diff(sold) <= 2 && fill.base < 0, "{fill:?}");
    // A sale that only reduces keeps to it, too.
    order.notional = wad(90);
    order.side = Side::Long;
    order.base_limit = wad(20);
    let refused =
        rig.act(&mut alice, |market, position, context| trade::open(market, position, context, &order));
    assert!(matches!(refused, Err(PerpError::SlippageExceeded { got, limit }) if got < limit));
}

#[test]
fn b12_a_position_with_a_profit_and_a_large_funding_debt_can_be_liquidated() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut bob, Side::Long, 50 * DOLLAR, wad(44)).unwrap();
    let profit = rig.exit(&alice).pnl_wad;
    assert!(profit > wad(16) as i128);
    // Funding leaves 4 % of the value at the exit, less than the margin: it is negative without the profit.
    let value = rig.exit(&alice).notional;
    let owed = wad(25) as i128 + profit - (value / 25) as i128;
    assert!(owed > wad(25) as i128);
    rig.market.funding.long_index = owed / 20;
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = value / 20;
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert!(done.realized_pnl > 0 && done.funding > 25 * DOLLAR as i128);
    assert_eq!(done.shortfall.amount, 0);
    assert_eq!(
        alice.margin + done.penalty + 1,
        (value / 25 / SCALE),
        "4 % of the value, less a unit of rounding"
    );
}

#[test]
fn b14_what_is_credited_is_what_can_be_paid_to_the_unit() {
    // Margin is given and kept in token units: there is no fraction to credit and not pay.
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.add(&mut alice, 1_000_000).unwrap();
    rig.open(&mut alice, Side::Long, 99, 1_999_999_999_999_999_999).unwrap();
    rig.close(&mut alice, ANY).unwrap();
    let margin = alice.margin;
    assert!((1_000_097..=1_000_099).contains(&margin), "{margin}");
    rig.remove(&mut alice, margin).unwrap();
    assert_eq!(rig.market.ledger.total(), Ok(1_000_099 - margin));
}

#[test]
fn b15_growing_needs_the_initial_margin_of_the_whole() {
    let (mut rig, mut alice) = (Rig::live(), flat());
    rig.open(&mut alice, Side::Long, 110 * DOLLAR, wad(1_000)).unwrap();
    // 16 times the margin would still be above maintenance.
    let refused = rig.open(&mut alice, Side::Long, 0, wad(500));
    assert!(
        matches!(refused, Err(PerpError::BelowInitialMargin { required, .. }) if required > 149 * DOLLAR)
    );
}

#[test]
fn b16_no_valuation_that_is_better_for_the_trader_keeps_it_alive_or_lets_it_grow() {
    let (mut rig, mut alice, mut bob) = (Rig::live(), flat(), flat());
    rig.params.twap_window = 0;
    rig.open(&mut alice, Side::Long, 110 * DOLLAR, wad(1_000)).unwrap();
    rig.open(&mut bob, Side::Long, 2_000 * DOLLAR, wad(9_000)).unwrap();
    assert!(rig.exit(&alice).pnl_wad > 0, "on the curve it gains");
    rig.oracle.price = wad(90);
    let refused = rig.open(&mut alice, Side::Long, 0, wad(1));
    assert!(refused.is_err(), "{refused:?}");
    let done = rig.liquidate(&mut alice, 0);
    assert!(done.is_ok(), "the oracle's band decides: {done:?}");
}

#[test]
fn b17_anyone_may_liquidate_a_position_whose_loss_nobody_can_pay() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 150 * DOLLAR, wad(600)).unwrap();
    rig.open(&mut bob, Side::Short, 500 * DOLLAR, wad(500)).unwrap();
    let done = rig.liquidate(&mut alice, 0).unwrap();
    assert_eq!(done.realized_pnl, -278_761_062);
    assert_eq!((done.shortfall.amount, done.shortfall.uncovered()), (128_761_062, 128_761_062));
    assert_eq!(rig.losses.bad_debt, 128_761_062);
    // The winner has what the loser had, and waits for nothing that will not come.
    let profit = rig.close(&mut bob, ANY).unwrap().realized_pnl as u128;
    assert_eq!(bob.margin, 500 * DOLLAR);
    let share = rig.claim(&mut bob, profit).unwrap();
    assert!(share <= 150 * DOLLAR && share + 1 >= 150 * DOLLAR, "{share}");
}

#[test]
fn b19_open_interest_is_the_sum_of_what_is_open_whatever_was_done() {
    let mut random = Random::from_env("PERP_SEED");
    let mut rig = Rig::live();
    rig.params.max_position = ANY;
    rig.params.max_open_interest = ANY;
    let mut all = [flat(); 5];
    all.iter_mut().for_each(|one| rig.add(one, 50_000 * DOLLAR).unwrap());
    let mut traded = 0;
    for _ in 0..2_000 {
        let who = random.below(5) as usize;
        let side = random.pick(&[Side::Long, Side::Short]);
        traded += match random.below(4) {
            0 => u32::from(rig.close(&mut all[who], ANY).is_ok()),
            1 => {
                let part = random.between(0, all[who].base());
                u32::from(rig.close(&mut all[who], part).is_ok())
            }
            _ => u32::from(rig.open(&mut all[who], side, 0, random.between(wad(100), wad(9_000))).is_ok()),
        };
        rig.oracle.price = rig.market.curve.spot().unwrap();
        let open = |side| all.iter().filter(|one| one.side() == Some(side)).map(Position::base).sum::<u128>();
        assert_eq!((rig.market.long_size, rig.market.short_size), (open(Side::Long), open(Side::Short)));
    }
    assert!(traded > 500, "{traded}");
}

#[test]
fn b20_closing_needs_no_money_from_outside() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.params.fee_ppm = 50_000;
    rig.open(&mut alice, Side::Long, 40 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut bob, Side::Short, 300 * DOLLAR, wad(50)).unwrap();
    let left = rig.exit(&alice).equity as u128;
    // The fee is more than is left: it takes that, and the exit goes on.
    let fill = rig.close(&mut alice, ANY).unwrap();
    assert!(fill.notional / SCALE / 20 > left, "{fill:?}");
    assert_eq!((fill.fee, alice.margin), (left, 0));
}

#[test]
fn b31_funding_debt_does_not_vanish_by_increasing() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 30 * DOLLAR, wad(250)).unwrap();
    rig.open(&mut bob, Side::Long, 100 * DOLLAR, wad(90)).unwrap();
    let profit = rig.exit(&alice).pnl_wad;
    assert!((wad(33) as i128..wad(34) as i128).contains(&profit), "{profit}");
    rig.market.funding.long_index = 7 * WAD as i128 / 2;
    let equity = rig.exit(&alice).equity;
    assert!((-7 * DOLLAR as i128..-6 * DOLLAR as i128).contains(&equity));
    let refused = rig.open(&mut alice, Side::Long, DOLLAR, wad(1));
    assert_eq!(refused, Err(PerpError::InsufficientMargin { available: 31 * DOLLAR, needed: 70 * DOLLAR }));
    assert_eq!(rig.exit(&alice).equity, equity);
    // With enough to pay it, it is paid.
    rig.open(&mut alice, Side::Long, 60 * DOLLAR, wad(1)).unwrap();
    assert_eq!((alice.margin, rig.market.ledger.pool), (20 * DOLLAR, 70 * DOLLAR));
}

#[test]
fn b26_funding_is_paid_on_all_that_is_open_and_ratios_are_of_what_it_is_worth() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 100 * DOLLAR, wad(250)).unwrap();
    rig.oracle.price = wad(15);
    for _ in 0..3 {
        // Nothing is opened in the second day or in the third.
        rig.forward(86_400);
        rig.accrue();
    }
    assert_eq!(rig.market.funding.long_index, 1_875 * WAD as i128 / 1_000, "0.625 a day");
    assert_eq!(alice.funding_owed_up(&rig.market, SCALE), Ok(37_500_000));
    rig.open(&mut bob, Side::Long, 500 * DOLLAR, wad(250)).unwrap();
    let value = rig.exit(&alice);
    // 1,500 quote and 66.67 base: 20 of it are worth 346.15, not 250.
    assert_eq!(value.notional / 10_000_000_000_000_000, 34_615);
    // 100 of margin, 96.15 gained and 37.5 owed: 158.65 of 346.15. On the entry value it would be 63.5 %.
    let ratio = value.margin_ratio_wad(SCALE).unwrap();
    assert_eq!(ratio / (WAD as i128 / 10_000), 4_583);
}

#[test]
fn b27_the_settlement_price_is_set_once_and_so_is_the_share() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), flat(), flat());
    rig.open(&mut alice, Side::Long, 50 * DOLLAR, wad(100)).unwrap();
    rig.open(&mut bob, Side::Short, 50 * DOLLAR, wad(100)).unwrap();
    rig.halt(wad(12)).unwrap();
    rig.settle(&mut alice, 0).unwrap();
    let before = rig.settlement;
    assert_eq!(rig.halt(wad(5)), Err(PerpError::MarketHalted));
    assert_eq!(rig.settlement, before);
    rig.settle(&mut bob, 0).unwrap();
    rig.redeem(&mut alice, 0).unwrap();
    assert_eq!(rig.settlement.price, wad(12));
    assert!(rig.settlement.claims > 0);
}

#[test]
fn b28_a_paused_trader_can_add_and_leave_and_is_spared_for_a_while_afterwards() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 25 * DOLLAR, wad(250)).unwrap();
    rig.params.mark_band_ppm = 5_000;
    rig.oracle.price = wad(115) / 10;
    rig.params.resume_grace = 600;
    rig.market.status.paused = true;
    assert!(rig.clone().add(&mut alice.clone(), DOLLAR).is_ok());
    assert!(rig.clone().close(&mut alice.clone(), ANY).is_ok());
    rig.market.status.paused = false;
    rig.resumed_at = rig.now;
    assert!(rig.neutral(&alice).equity >= 0);
    assert!(matches!(rig.liquidate(&mut alice, 0), Err(PerpError::InGrace { .. })));
    rig.forward(600);
    assert!(rig.liquidate(&mut alice, 0).is_ok());
}
