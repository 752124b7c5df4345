//! A halted market: one price, one share, in any order.

use everfloor_perp_rules::{
    OracleReading, OracleStatus, PerpError, Position, Side, WAD,
    settlement::{self, DEAD_ORACLE},
};

use crate::support::{ANY, DOLLAR, Rig, random::Random, wad};

fn flat() -> Position {
    Position::default()
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![vec![]] };
    let shorter = orders(last);
    let with = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, last);
        order
    };
    shorter.iter().flat_map(|order| (0..count).map(move |at| with(order, at))).collect()
}

/// What each account has in the end, if they are settled and paid in these orders.
fn paid(rig: &Rig, accounts: &[Position], settled: &[usize], redeemed: &[usize], fund: u128) -> Vec<u128> {
    let (mut rig, mut accounts, mut fund) = (rig.clone(), accounts.to_vec(), fund);
    for &who in settled {
        if accounts[who].size != 0 {
            rig.catch_up(&mut accounts[who]);
            fund -= rig.settle(&mut accounts[who], fund).unwrap().shortfall.covered_by_fund;
        }
    }
    for &who in redeemed {
        if accounts[who].claim != 0 {
            rig.redeem(&mut accounts[who], 0).unwrap();
        }
        let margin = accounts[who].margin;
        let mut gone = accounts[who];
        if margin != 0 {
            rig.remove(&mut gone, margin).unwrap();
        }
    }
    accounts.iter().map(|account| account.margin).collect()
}

#[test]
fn nobody_is_settled_before_the_halt_and_nobody_trades_after_it() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 50 * DOLLAR, wad(100)).unwrap();
    assert_eq!(rig.settle(&mut alice, 0), Err(PerpError::MarketNotHalted));
    assert_eq!(rig.redeem(&mut alice, 0), Err(PerpError::MarketNotHalted));
    assert_eq!(rig.halt(0), Err(PerpError::ZeroAmount), "there is no such price");
    rig.halt(wad(10)).unwrap();
    assert_eq!(rig.halt(wad(9)), Err(PerpError::MarketHalted), "once is for ever");
    assert_eq!(rig.settlement.price, wad(10));
    let halted = Err(PerpError::MarketHalted);
    assert_eq!(rig.open(&mut alice, Side::Long, 0, wad(1)), halted);
    assert_eq!(rig.close(&mut alice, ANY), halted);
    assert_eq!(rig.add(&mut alice, 1), Err(PerpError::MarketHalted));
    assert_eq!(rig.remove(&mut alice, 1), Err(PerpError::MarketHalted));
    assert_eq!(rig.claim(&mut alice, 1), Err(PerpError::MarketHalted));
    assert_eq!(rig.realize_loss(&mut alice), Err(PerpError::MarketHalted));
    assert_eq!(rig.liquidate(&mut alice, 0), Err(PerpError::MarketHalted));
    assert_eq!(rig.start_takeover(&mut alice), Err(PerpError::MarketHalted));
    assert_eq!(rig.deleverage(&mut alice, ANY, 0), Err(PerpError::MarketHalted));
    assert_eq!(rig.repeg(), Err(PerpError::MarketHalted));
    assert_eq!(rig.adjust_depth(), Err(PerpError::MarketHalted));
    assert!(!rig.is_liquidatable(&alice));
}

#[test]
fn anyone_may_halt_once_the_oracle_is_three_days_dead() {
    let dead_at = 1_000 + DEAD_ORACLE;
    let stale =
        OracleReading { price: wad(10), cumulative: 0, updated_at: 1_000, status: OracleStatus::Unusable(2) };
    let refused = Err(Box::new(PerpError::OracleAlive { updated_at: 1_000, dead_at }));
    assert_eq!(settlement::require_dead_oracle(&stale, dead_at - 1), refused);
    assert_eq!(settlement::require_dead_oracle(&stale, dead_at), Ok(()));
    assert_eq!(DEAD_ORACLE, 3 * 86_400);
    // One that is not known to be late is not dead.
    for status in [OracleStatus::Good, OracleStatus::Deviating, OracleStatus::Unusable(5)] {
        let reading = OracleReading { status, ..stale };
        assert_eq!(settlement::require_dead_oracle(&reading, u64::MAX), refused, "{status:?}");
    }
}

#[test]
fn the_clock_stops_at_the_halt() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 50 * DOLLAR, wad(100)).unwrap();
    rig.forward(86_400);
    rig.halt(wad(12)).unwrap();
    let index = rig.market.funding.long_index;
    assert!(index > 0, "funding until then is owed");
    rig.forward(86_400);
    rig.accrue();
    assert_eq!(rig.market.funding.long_index, index);
    // Of 9.0909 base at 12 for 100, less what a day of a premium of 2.1 costs.
    let done = rig.settle(&mut alice, 0).unwrap();
    assert_eq!((done.realized_pnl, done.funding), (9_090_909, 19_090_910));
    assert_eq!(alice.margin, 40 * DOLLAR - 1);
}

#[test]
fn margins_are_free_at_once_and_profit_only_when_all_are_settled() {
    let mut rig = Rig::v1();
    let mut idle = flat();
    rig.add(&mut idle, 7 * DOLLAR).unwrap();
    let mut long = rig.give(Side::Long, wad(10), wad(100), 50 * DOLLAR);
    let mut short = rig.give(Side::Short, wad(10), wad(100), 50 * DOLLAR);
    rig.halt(wad(12)).unwrap();
    assert!(rig.remove(&mut idle, 7 * DOLLAR).is_ok());
    rig.settle(&mut long, 0).unwrap();
    assert_eq!((long.margin, long.claim), (50 * DOLLAR, 20 * DOLLAR));
    assert_eq!(rig.redeem(&mut long, 1), Err(PerpError::Unsettled { positions: 1 }));
    assert!(rig.remove(&mut long, 50 * DOLLAR).is_ok(), "his own money waits for nobody");
    rig.settle(&mut short, 0).unwrap();
    assert_eq!(rig.redeem(&mut short, 0), Err(PerpError::ExceedsClaim { asked: 0, available: 0 }));
    assert_eq!(rig.redeem(&mut long, 0), Ok(20 * DOLLAR));
    assert_eq!((long.margin, short.margin), (20 * DOLLAR, 30 * DOLLAR));
    assert_eq!(rig.settle(&mut long, 0), Err(PerpError::NoPosition), "once");
}

#[test]
fn a_deficit_is_decided_before_anybody_is_paid() {
    let mut rig = Rig::v1();
    rig.takes_deficits = true;
    let mut long = rig.give(Side::Long, wad(10), wad(100), 50 * DOLLAR);
    let mut short = rig.give(Side::Short, wad(10), wad(100), 5 * DOLLAR);
    rig.halt(wad(12)).unwrap();
    rig.settle(&mut long, 0).unwrap();
    rig.settle(&mut short, 0).unwrap();
    assert_eq!((rig.losses.deficit, rig.market.ledger.gated), (15 * DOLLAR, true));
    assert_eq!(rig.redeem(&mut long, 0), Err(PerpError::WithdrawalsGated));
    let (ledger, losses) = (&mut rig.market.ledger, &mut rig.losses);
    everfloor_perp_rules::losses::recapitalize(ledger, losses, 10 * DOLLAR).unwrap();
    everfloor_perp_rules::losses::allocate(ledger, losses, true, 0).unwrap();
    assert_eq!(rig.redeem(&mut long, 0), Ok(15 * DOLLAR));
}

#[test]
fn b5_a_market_settles_at_the_price_given_and_not_at_what_its_curve_went_through() {
    // A market that went from 10 to 40: the first vAMM settled it at 20.
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.open(&mut alice, Side::Long, 500 * DOLLAR, wad(1_000)).unwrap();
    assert_eq!(rig.market.curve.spot().unwrap(), wad(40));
    rig.halt(wad(40)).unwrap();
    let done = rig.settle(&mut alice, 0).unwrap();
    assert_eq!((done.notional, done.realized_pnl), (wad(2_000), 1_000 * DOLLAR as i128));
}

/// Two longs who won and a short who lost more than it had, halted at 64 with 600 in hand for margins and profits of 780.95.
fn unequal() -> (Rig, Vec<Position>) {
    let mut rig = Rig::v1();
    // What each is worth at 64: alice +500 of profit on 100, bob +80.952380 on 100, carol −600 on 400.
    let alice = rig.give(Side::Long, wad(10), wad(140), 100 * DOLLAR);
    let bob = rig.give(Side::Long, wad(10), 559_047_620_000_000_000_000, 100 * DOLLAR);
    let carol = rig.give(Side::Short, wad(20), wad(680), 400 * DOLLAR);
    rig.halt(wad(64)).unwrap();
    (rig, vec![alice, bob, carol])
}

#[test]
fn who_claims_first_gets_no_more_where_the_first_vamm_paid_the_first_and_nobody_else() {
    let (rig, accounts) = unequal();
    // 400 of losses for 580.952380 of profit: 500 and 80.952380 get their 400/580.95238 = 68.85 %, floored, and keep
    // their margins. Nobody's own money was ever at stake.
    let expected = vec![100 * DOLLAR + 344_262_295, 100 * DOLLAR + 55_737_704, 0];
    for settled in orders(3) {
        for redeemed in orders(3) {
            assert_eq!(paid(&rig, &accounts, &settled, &redeemed, 0), expected, "{settled:?} {redeemed:?}");
        }
    }
}

#[test]
fn b4_profits_that_were_taken_before_the_halt_leave_every_margin_and_one_share_for_all() {
    // The net size is zero, as it was where the first vAMM gave every margin back and had not the money.
    let (mut rig, mut alice, mut bob, mut carol) = (Rig::v1(), flat(), flat(), flat());
    rig.open(&mut alice, Side::Long, 200 * DOLLAR, wad(200)).unwrap();
    rig.open(&mut bob, Side::Long, 300 * DOLLAR, wad(300)).unwrap();
    rig.open(&mut carol, Side::Short, 300 * DOLLAR, wad(150)).unwrap();
    rig.close(&mut alice, ANY).unwrap();
    let claim = alice.claim;
    assert!(claim > 0, "she won before anybody lost");
    rig.halt(wad(11)).unwrap();
    let held = rig.market.ledger.total().unwrap();
    let accounts = [alice, bob, carol];
    let first = paid(&rig, &accounts, &[0, 1, 2], &[0, 1, 2], 0);
    assert!(first.iter().sum::<u128>() <= held, "{first:?} of {held}");
    assert!(first[0] >= 200 * DOLLAR);
    for settled in orders(3) {
        for redeemed in orders(3) {
            assert_eq!(paid(&rig, &accounts, &settled, &redeemed, 0), first);
        }
    }
}

#[test]
fn b10_a_loser_settles_his_loss_and_not_his_full_margin() {
    // Entered at 100, worth 16.67: 83.33 lost of 25.
    let mut rig = Rig::v1();
    let mut alice = rig.give(Side::Long, wad(10), wad(100), 25 * DOLLAR);
    rig.halt(wad(5) / 3).unwrap();
    let done = rig.settle(&mut alice, 0).unwrap();
    assert_eq!(done.realized_pnl, -83_333_334);
    assert_eq!((alice.margin, done.shortfall.amount, rig.losses.bad_debt), (0, 58_333_334, 58_333_334));
}

#[test]
fn b11_margin_without_a_position_is_never_stuck() {
    let (mut rig, mut alice) = (Rig::v1(), flat());
    rig.add(&mut alice, 25 * DOLLAR).unwrap();
    rig.halt(wad(10)).unwrap();
    rig.oracle.price = 0;
    assert!(rig.remove(&mut alice, 25 * DOLLAR).is_ok());
}

#[test]
fn every_order_of_settling_and_paying_gives_the_same_to_the_unit() {
    let mut random = Random::from_env("PERP_SEED");
    let mut short_of_money = 0;
    for _ in 0..40 {
        let mut rig = Rig::v1();
        let mut accounts: Vec<Position> = (0..5)
            .map(|_| {
                let side = random.pick(&[Side::Long, Side::Short]);
                let base = random.between(WAD, wad(30));
                let entry = base / 10 * random.between(50, 150);
                let margin = random.between(1, 200 * DOLLAR);
                rig.give(side, base, entry, margin)
            })
            .collect();
        // A deleveraging that some of them have not heard of.
        if random.one_in(2) && rig.market.long_size > wad(4) {
            let mut broken = rig.give(Side::Short, wad(2), 0, 1);
            rig.start_takeover(&mut broken).unwrap();
            rig.forward(600);
            rig.deleverage(&mut broken, ANY, ANY).unwrap();
        }
        // Profit from before, of two of them, and some money of the market's own.
        for account in accounts.iter_mut().take(2) {
            account.claim = random.between(0, 100 * DOLLAR);
            rig.market.ledger.claims += account.claim;
        }
        rig.market.ledger.pool = random.between(0, rig.market.ledger.claims);
        rig.market.ledger.fees = random.between(0, 20 * DOLLAR);
        rig.market.ledger.insurance_due = random.between(0, 20 * DOLLAR);
        rig.market.funding.long_index = random.between(0, WAD) as i128;
        rig.market.funding.short_index = -rig.market.funding.long_index;
        let fund = random.between(0, 40 * DOLLAR);
        rig.halt(random.between(wad(5), wad(15))).unwrap();
        let held = rig.market.ledger.total().unwrap() + fund;
        let straight = [0, 1, 2, 3, 4];
        let first = paid(&rig, &accounts, &straight, &straight, fund);
        assert!(first.iter().sum::<u128>() <= held);
        let all = orders(5);
        for _ in 0..60 {
            let (settled, redeemed) = (
                &all[random.below(all.len() as u64) as usize],
                &all[random.below(all.len() as u64) as usize],
            );
            assert_eq!(paid(&rig, &accounts, settled, redeemed, fund), first, "{settled:?} {redeemed:?}");
        }
        let mut copy = rig.clone();
        for account in &mut accounts {
            copy.catch_up(account);
            copy.settle(account, fund).unwrap();
        }
        short_of_money += u32::from(copy.market.ledger.pool < copy.market.ledger.claims);
    }
    assert!(short_of_money > 5, "{short_of_money}");
}

#[test]
fn what_was_given_up_before_the_halt_is_paid_with_everybody_else() {
    let mut rig = Rig::v1();
    let mut long = rig.give(Side::Long, wad(20), wad(100), 50 * DOLLAR);
    let mut broken = rig.give(Side::Short, wad(10), wad(50), DOLLAR);
    rig.start_takeover(&mut broken).unwrap();
    rig.forward(600);
    rig.deleverage(&mut broken, ANY, ANY).unwrap();
    rig.market.ledger.pool += 1_000 * DOLLAR;
    rig.halt(wad(10)).unwrap();
    // Half of it went at 10 for an entry of 5; there is money, and still it waits.
    let caught = rig.catch_up(&mut long);
    assert_eq!(
        (caught.realized_pnl, long.margin, long.claim),
        (50 * DOLLAR as i128, 50 * DOLLAR, 50 * DOLLAR)
    );
    rig.settle(&mut long, 0).unwrap();
    assert_eq!(rig.redeem(&mut long, 0), Ok(100 * DOLLAR));
}

#[test]
fn money_that_comes_after_the_share_is_fixed_changes_nobodys_share() {
    let (mut rig, mut accounts) = unequal();
    for account in &mut accounts {
        rig.settle(account, 0).unwrap();
    }
    rig.redeem(&mut accounts[0], 0).unwrap();
    let (ledger, losses) = (&mut rig.market.ledger, &mut rig.losses);
    everfloor_perp_rules::losses::recapitalize(ledger, losses, 100 * DOLLAR).unwrap();
    assert_eq!(rig.redeem(&mut accounts[1], 0), Ok(55_737_704));
}
