//! Funding is the premium over the time it lasted, paid side to side.

use everfloor_perp_rules::{OracleReading, OracleStatus, Position, Side, WAD, funding};

use crate::support::{ANY, DOLLAR, Rig, SCALE, random::Random, wad};

/// A long of twice the short, and an oracle `below` under the mark.
fn premium_market(below: u128) -> (Rig, Position, Position) {
    let mut rig = Rig::v1();
    let (mut long, mut short) = (Position::default(), Position::default());
    rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(100)).unwrap();
    rig.open(&mut short, Side::Short, 1_000 * DOLLAR, wad(50)).unwrap();
    rig.oracle.price = rig.market.curve.spot().unwrap() - below;
    (rig, long, short)
}

fn owed(rig: &Rig, position: &Position) -> i128 {
    position.funding_owed_up(&rig.market, SCALE).unwrap()
}

#[test]
fn a_day_of_a_constant_premium_costs_the_premium_once() {
    let (mut rig, long, short) = premium_market(WAD / 2);
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, (WAD / 2) as i128);
    assert_eq!(rig.market.funding.short_index, -((WAD / 2) as i128));
    let pays = long.size / 2 / SCALE as i128;
    assert!((owed(&rig, &long) - pays).abs() <= 1);
    assert!((owed(&rig, &short) - short.size / 2 / SCALE as i128).abs() <= 1);
}

#[test]
fn b22_it_does_not_matter_how_often_the_market_is_touched() {
    let mut random = Random::from_env("PERP_SEED");
    let (rig, ..) = premium_market(WAD / 3);
    let mut once = rig.clone();
    once.forward(86_400);
    once.accrue();
    for _ in 0..20 {
        let (mut often, mut left, mut touches) = (rig.clone(), 86_400, 0);
        while left > 0 {
            let step = (random.below(5_000) + 1).min(left);
            often.forward(step);
            often.accrue();
            (left, touches) = (left - step, touches + 1);
        }
        let apart = often.market.funding.long_index - once.market.funding.long_index;
        assert!((0..=touches).contains(&apart), "{apart} wei of a base after {touches} touches");
        let apart = often.market.funding.short_index - once.market.funding.short_index;
        assert!((0..=2 * touches).contains(&apart), "{apart} wei of a base after {touches} touches");
    }
}

#[test]
fn b22_a_stretch_that_nobody_touched_is_paid_in_full() {
    let (mut rig, ..) = premium_market(WAD / 2);
    rig.forward(10 * 86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, 5 * WAD as i128);
}

#[test]
fn shorts_pay_while_the_mark_is_below_the_index() {
    let (mut rig, long, short) = premium_market(0);
    rig.oracle.price += WAD;
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.short_index, WAD as i128);
    assert!(owed(&rig, &short) > 0 && owed(&rig, &long) < 0);
}

#[test]
fn b1_receivers_share_what_payers_owe_and_no_more() {
    let (mut rig, mut long, short) = premium_market(WAD / 2);
    let most = long.base() / 4 * 3;
    rig.close(&mut long, most).unwrap();
    assert!(rig.market.long_size < rig.market.short_size);
    let before = rig.market.funding;
    rig.oracle.price = rig.market.curve.spot().unwrap() - WAD / 2;
    rig.forward(86_400);
    rig.accrue();
    let moved = rig.market.funding.long_index - before.long_index;
    let paid = moved as u128 * rig.market.long_size;
    let moved = before.short_index - rig.market.funding.short_index;
    let received = moved as u128 * rig.market.short_size;
    assert!(received <= paid && paid - received < wad(200), "{received} of {paid}");
    assert!(owed(&rig, &long) + owed(&rig, &short) >= 0);
}

#[test]
fn b2_funding_paid_waits_for_its_receivers_in_the_market_and_takes_nobody_elses_margin() {
    let (mut rig, mut long, mut short) = premium_market(WAD / 2);
    rig.forward(86_400);
    rig.accrue();
    let before = rig.market.ledger;
    let mut idle = Position::default();
    rig.add(&mut idle, 500 * DOLLAR).unwrap();
    let paid = rig.remove(&mut long, 1).unwrap();
    assert_eq!(rig.market.ledger.pool, paid as u128);
    assert_eq!(rig.market.ledger.insurance_due, before.insurance_due);
    assert_eq!(idle.margin, 500 * DOLLAR);
    let received = -rig.remove(&mut short, 1).unwrap();
    assert_eq!(rig.market.ledger.pool, (paid - received) as u128);
}

#[test]
fn funding_of_a_day_is_capped() {
    let (mut rig, ..) = premium_market(0);
    rig.params.max_funding_ppm = 100_000;
    rig.oracle.price = wad(1);
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, (WAD / 10) as i128);
}

#[test]
fn with_nobody_to_receive_what_is_paid_stays_in_the_pool() {
    let mut rig = Rig::v1();
    let mut long = Position::default();
    rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(100)).unwrap();
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.short_index, 0);
    let paid = rig.close(&mut long, ANY).unwrap().funding;
    assert!(paid > 0);
    assert_eq!(rig.market.ledger.pool, paid as u128 + 1, "and one unit of the round trip");
}

#[test]
fn with_nobody_to_pay_nobody_receives() {
    let mut rig = Rig::v1();
    let mut long = Position::default();
    rig.open(&mut long, Side::Long, 1_000 * DOLLAR, wad(100)).unwrap();
    rig.oracle.price = wad(50);
    rig.forward(86_400);
    rig.accrue();
    assert_eq!((rig.market.funding.long_index, rig.market.funding.short_index), (0, 0));
}

/// The rig with an oracle that nobody may rely on; a feed that does not answer has no numbers either.
fn in_an_outage(rig: &Rig, status: OracleStatus) -> Rig {
    let answers = status != OracleStatus::Unusable(5);
    let mut rig = rig.clone();
    rig.oracle = if answers {
        OracleReading { status, ..rig.oracle }
    } else {
        OracleReading { price: 0, cumulative: 0, updated_at: 0, status }
    };
    rig
}

/// The feed's source gives nonsense, or the feed nothing at all: no integral is known.
const OUTAGES: [OracleStatus; 2] = [OracleStatus::Unusable(3), OracleStatus::Unusable(5)];
/// A late price, and the grace period after an outage of the sequencer: the integral is known.
const DELAYS: [OracleStatus; 2] = [OracleStatus::Unusable(2), OracleStatus::Unusable(4)];

#[test]
fn a_delay_of_the_oracle_is_no_way_out_of_funding() {
    for status in DELAYS {
        let (mut rig, mut long, short) = premium_market(WAD / 2);
        rig.forward(86_400);
        let mut late = in_an_outage(&rig, status);
        let fill = late.close(&mut long, ANY).unwrap();
        assert!(fill.funding > 0, "{status:?}: {fill:?}");
        rig.accrue();
        assert_eq!(late.market.funding, rig.market.funding, "{status:?}: as if it had not been late");
        assert!(short.funding_owed_up(&late.market, SCALE).unwrap() < 0, "the other side receives");
    }
}

#[test]
fn who_opens_in_the_second_in_which_an_outage_ends_is_paid_for_no_time_before() {
    for status in OUTAGES {
        let (mut rig, ..) = premium_market(WAD / 2);
        rig.forward(86_400);
        let mut dark = in_an_outage(&rig, status);
        dark.accrue();
        rig.market = dark.market;
        rig.accrue();
        assert_eq!(rig.market.funding.long_index, (WAD / 2) as i128, "{status:?}: paid by who was there");
    }
}

#[test]
fn a_touch_while_the_oracle_is_unusable_changes_nothing_in_funding() {
    for status in OUTAGES {
        let (mut rig, ..) = premium_market(WAD / 2);
        rig.forward(3_600);
        rig.accrue();
        let before = rig.market.funding;
        assert!(before.long_index > 0);
        rig.forward(3_600);
        let mut touched = in_an_outage(&rig, status);
        touched.accrue();
        assert_eq!(touched.market.funding, before, "{status:?}");
        assert_eq!(touched.market.mark.last.time, rig.now, "the mark's integral goes on");
    }
}

#[test]
fn a_stale_touch_in_a_quiet_market_does_not_erase_funding() {
    let mut random = Random::from_env("PERP_SEED");
    for status in OUTAGES.into_iter().chain(DELAYS) {
        let (mut quiet, ..) = premium_market(WAD / 2);
        let mut stale = quiet.clone();
        quiet.forward(86_400);
        quiet.accrue();
        // Somebody who owes calls whenever the feed happens to be stale.
        let mut left = 86_400;
        while left > 10 {
            let step = random.below(5_000).min(left - 10);
            stale.forward(step);
            left -= step;
            let mut touched = in_an_outage(&stale, status);
            touched.accrue();
            stale.market = touched.market;
            if random.one_in(20) {
                break;
            }
        }
        stale.forward(left);
        stale.accrue();
        // Every touch that accrues may round a wei up.
        let (touched, whole) = (stale.market.funding.long_index, quiet.market.funding.long_index);
        assert_eq!(whole, (WAD / 2) as i128);
        assert!((0..100).contains(&(touched - whole)), "{status:?}: {touched} {whole}");
    }
}

#[test]
fn after_an_outage_mark_and_index_are_compared_over_all_of_it() {
    for status in OUTAGES {
        let (mut rig, mut long, _) = premium_market(WAD / 2);
        let start = rig.now;
        let mut areas = (0, 0);
        let mut pass = |rig: &mut Rig, seconds: u64| {
            areas.0 += rig.market.curve.spot().unwrap() * u128::from(seconds);
            areas.1 += rig.oracle.price * u128::from(seconds);
            rig.forward(seconds);
        };
        pass(&mut rig, 1_000);
        // In the outage the mark falls, by one who leaves, and so does the index.
        let mut dark = in_an_outage(&rig, status);
        let part = long.base() / 2;
        dark.close(&mut long, part).unwrap();
        rig.market = dark.market;
        rig.oracle.price -= WAD / 4;
        pass(&mut rig, 70_000);
        let mut dark = in_an_outage(&rig, status);
        dark.accrue();
        rig.market = dark.market;
        assert_eq!(rig.market.funding.long_index, 0, "{status:?}");
        pass(&mut rig, 15_400);
        rig.accrue();
        assert_eq!(rig.now - start, 86_400);
        let (mark, index) = areas;
        assert!(mark != index);
        let (payer, area) =
            if mark > index { (Side::Long, mark - index) } else { (Side::Short, index - mark) };
        assert_eq!(rig.market.funding.index(payer), area.div_ceil(86_400) as i128, "{status:?}");
    }
}

#[test]
fn after_an_outage_the_cap_is_that_of_all_the_time() {
    let (mut rig, ..) = premium_market(0);
    rig.params.max_funding_ppm = 100_000;
    rig.oracle.price = wad(1);
    rig.forward(86_400);
    let mut dark = in_an_outage(&rig, OracleStatus::Unusable(3));
    dark.accrue();
    rig.market = dark.market;
    rig.forward(2 * 86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, (3 * WAD / 10) as i128);
}

#[test]
fn a_touch_without_time_pays_nothing_twice() {
    let (mut rig, ..) = premium_market(WAD / 2);
    rig.forward(86_400);
    rig.accrue();
    let once = rig.market;
    rig.accrue();
    assert_eq!(rig.market, once);
}

#[test]
fn another_feed_begins_another_span_and_its_own_past_is_nobodys() {
    for cumulative in [0, wad(1), wad(900_000_000)] {
        let (mut rig, ..) = premium_market(WAD / 2);
        rig.forward(86_400);
        rig.accrue();
        let before = rig.market.funding.long_index;
        rig.oracle.cumulative = cumulative;
        funding::rebase(&mut rig.market, cumulative);
        assert_eq!(rig.market.funding.long_index, before);
        rig.forward(86_400);
        rig.accrue();
        assert_eq!(rig.market.funding.long_index - before, (WAD / 2) as i128);
    }
}

#[test]
fn a_jumping_price_is_still_paid_for() {
    let (mut rig, ..) = premium_market(WAD / 2);
    rig.oracle.status = OracleStatus::Deviating;
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, (WAD / 2) as i128);
}

#[test]
fn an_integral_that_went_back_charges_nobody() {
    let (mut rig, ..) = premium_market(WAD / 2);
    rig.forward(10);
    rig.oracle.cumulative = 1;
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, 0);
}

#[test]
fn a_mark_pushed_and_put_back_within_a_block_weighs_nothing() {
    let (mut rig, ..) = premium_market(0);
    let mut pusher = Position::default();
    rig.forward(1_000);
    rig.open(&mut pusher, Side::Long, 10_000 * DOLLAR, wad(900)).unwrap();
    rig.close(&mut pusher, ANY).unwrap();
    rig.forward(1_000);
    rig.accrue();
    assert!(rig.market.funding.long_index <= 2, "{}", rig.market.funding.long_index);
}

#[test]
fn what_is_owed_is_rounded_up_and_what_is_received_down() {
    let (mut rig, ..) = premium_market(0);
    rig.market.funding.long_index = 1;
    rig.market.funding.short_index = -1;
    assert_eq!(funding::owed_wad_up(&rig.market, Side::Long, 1, 0), Ok(1));
    assert_eq!(funding::owed_wad_up(&rig.market, Side::Short, 1, 0), Ok(0));
    let mut position = Position { size: 1, ..Position::default() };
    assert_eq!(position.funding_owed_up(&rig.market, SCALE), Ok(1));
    position.size = -1;
    assert_eq!(position.funding_owed_up(&rig.market, SCALE), Ok(0));
}

/// Five long base and twenty short, an index half below the mark, and so much in fees, a twentieth of which may go to
/// receivers a day.
fn short_of_payers(fees: u128) -> Rig {
    let mut rig = Rig::v1();
    rig.params.funding_share_ppm = 50_000;
    rig.oracle.price = rig.market.curve.spot().unwrap() - WAD / 2;
    let _ = rig.give(Side::Long, wad(5), wad(50), 100 * DOLLAR);
    let _ = rig.give(Side::Short, wad(20), wad(200), 100 * DOLLAR);
    rig.market.ledger.fees = fees * DOLLAR;
    rig
}

#[test]
fn fees_add_to_what_receivers_get_within_their_budget() {
    // Longs pay 2.5, shorts are to get 10: 0.125 a base, and 5 of the missing 7.5 make it 0.375.
    let mut rig = short_of_payers(100);
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, WAD as i128 / 2);
    assert_eq!(rig.market.funding.short_index, -(3 * WAD as i128 / 8));
    assert_eq!((rig.market.ledger.fees, rig.market.ledger.pool), (95 * DOLLAR, 5 * DOLLAR));
    // With enough in it, no more than what is missing.
    let mut rig = short_of_payers(1_000);
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.short_index, -(WAD as i128 / 2));
    assert_eq!((rig.market.ledger.fees, rig.market.ledger.pool), (992_500_000, 7_500_000));
}

#[test]
fn the_budget_is_of_the_time_and_no_more_than_a_days() {
    // A quarter of a day, a quarter of it: 1.25 on 20 base and 0.125/4 from the longs.
    let mut rig = short_of_payers(100);
    rig.forward(21_600);
    rig.accrue();
    assert_eq!(rig.market.funding.short_index, -(3 * WAD as i128 / 32));
    assert_eq!(rig.market.ledger.fees, 98_750_000);
    // Ten days that nobody touched: one day's.
    let mut rig = short_of_payers(100);
    rig.forward(864_000);
    rig.accrue();
    assert_eq!(rig.market.ledger.fees, 95 * DOLLAR);
    assert_eq!(rig.market.funding.short_index, -(10 * WAD as i128 / 8 + WAD as i128 / 4));
}

#[test]
fn without_payers_no_fees_are_given_away() {
    let mut rig = short_of_payers(100);
    rig.market.long_size = 0;
    rig.forward(86_400);
    rig.accrue();
    assert_eq!((rig.market.ledger.fees, rig.market.funding.short_index), (100 * DOLLAR, 0));
}

#[test]
fn what_is_received_is_never_more_than_what_is_paid_and_what_the_fees_spent() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let mut rig = Rig::v1();
        rig.params.funding_share_ppm = random.between(0, 333_333) as u32;
        let fees = random.between(0, 1_000 * DOLLAR);
        let accounts: Vec<Position> = (0..6)
            .map(|_| {
                let side = random.pick(&[Side::Long, Side::Short]);
                rig.give(side, random.between(1, wad(50)), 0, 0)
            })
            .collect();
        rig.market.ledger.fees = fees;
        for _ in 0..random.between(1, 10) {
            rig.oracle.price = random.between(wad(8), wad(12));
            rig.forward(random.below(200_000));
            rig.accrue();
        }
        let net: i128 = accounts.iter().map(|account| owed(&rig, account)).sum();
        let spent = (fees - rig.market.ledger.fees) as i128;
        assert!(net + spent >= 0, "{net} {spent}");
        assert_eq!(rig.market.ledger.pool as i128, spent);
    }
}
