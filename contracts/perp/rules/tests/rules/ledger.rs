//! Profit is junior to principal, and who waits shares what there is.

use everfloor_perp_rules::{Ledger, PerpError, Position, Side, WAD, losses::Losses};

use crate::support::{ANY, DOLLAR, Rig, random::Random, wad};

/// Accounts with these claims on a pool.
fn waiting(claims: &[u128], pool: u128) -> (Ledger, Vec<Position>) {
    let ledger = Ledger { pool, claims: claims.iter().sum(), ..Ledger::default() };
    (ledger, claims.iter().map(|claim| Position { claim: *claim, ..Position::default() }).collect())
}

#[test]
fn redeeming_in_any_order_pays_everybody_the_same_but_for_single_units() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..500 {
        let claims: Vec<u128> = (0..5).map(|_| random.between(1, 1_000_000)).collect();
        let total: u128 = claims.iter().sum();
        let pool = random.between(0, total + total / 4);
        let fair: Vec<u128> = claims.iter().map(|claim| claim * pool.min(total) / total).collect();
        for _ in 0..10 {
            let (mut ledger, mut accounts) = waiting(&claims, pool);
            let mut order: Vec<usize> = (0..5).collect();
            (0..5).for_each(|at| order.swap(at, random.below(5) as usize));
            for who in order {
                let claim = claims[who];
                // In two parts, as well.
                let first = random.between(0, claim);
                for amount in [first, claim - first].into_iter().filter(|amount| *amount > 0) {
                    ledger.redeem(&mut accounts[who], amount).unwrap();
                }
                // A unit less for two parts; more only by what the rounding of those before left behind.
                let got = accounts[who].margin;
                assert!(
                    (fair[who].saturating_sub(1)..=fair[who] + 9).contains(&got),
                    "{got} of {}",
                    fair[who]
                );
            }
            let paid: u128 = accounts.iter().map(|account| account.margin).sum();
            assert_eq!(paid + ledger.pool, pool);
            assert!(ledger.claims == 0 && ledger.principal == paid);
        }
    }
}

#[test]
fn redeeming_never_lowers_what_is_left_for_the_others() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..2_000 {
        let claims = [random.between(1, 1 << 60), random.between(1, 1 << 60)];
        let pool = random.between(0, claims[0] + claims[1]);
        let (mut ledger, mut accounts) = waiting(&claims, pool);
        let before = ledger.haircut_wad().unwrap();
        let amount = random.between(1, claims[0]);
        ledger.redeem(&mut accounts[0], amount).unwrap();
        assert!(ledger.haircut_wad().unwrap() >= before);
    }
}

#[test]
fn redeeming_unit_by_unit_earns_nothing() {
    let (mut ledger, mut accounts) = waiting(&[100, 100], 77);
    for _ in 0..100 {
        ledger.redeem(&mut accounts[0], 1).unwrap();
    }
    assert!(accounts[0].margin <= 38, "{}", accounts[0].margin);
}

#[test]
fn bad_debt_is_what_was_ever_uncovered_and_no_haircut_makes_it_less() {
    let (mut ledger, mut accounts) = waiting(&[100, 100], 150);
    let losses = Losses { bad_debt: 50, ..Losses::default() };
    assert_eq!(ledger.redeem(&mut accounts[0], 100), Ok(75));
    assert_eq!(ledger.redeem(&mut accounts[1], 100), Ok(75));
    assert_eq!((losses.bad_debt, ledger.pool, ledger.claims), (50, 0, 0));
}

#[test]
fn a_claim_is_worth_what_redeeming_it_brings() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..2_000 {
        let claims = [random.between(0, 1 << 60), random.between(1, 1 << 60)];
        let pool = random.between(0, claims[0] + claims[1] + 10);
        let (mut ledger, mut accounts) = waiting(&claims, pool);
        let part = random.between(1, claims[1]);
        let worth = ledger.worth_of(part).unwrap();
        assert!(worth <= part);
        assert_eq!(ledger.redeem(&mut accounts[1], part), Ok(worth));
    }
    assert_eq!(Ledger::default().worth_of(0), Ok(0));
}

#[test]
fn an_empty_pool_pays_nothing_and_a_full_one_everything() {
    let (ledger, _) = waiting(&[], 0);
    assert_eq!(ledger.haircut_wad(), Ok(WAD));
    let (mut ledger, mut accounts) = waiting(&[10], 0);
    assert_eq!(ledger.haircut_wad(), Ok(0));
    assert_eq!(ledger.redeem(&mut accounts[0], 10), Ok(0));
    let (mut ledger, mut accounts) = waiting(&[10], 11);
    assert_eq!(ledger.redeem(&mut accounts[0], 10), Ok(10));
    assert_eq!(ledger.pool, 1);
}

#[test]
fn a_claim_that_backs_a_position_is_not_cut_for_cash() {
    let (mut ledger, mut accounts) = waiting(&[100, 100], 150);
    accounts[0].size = 1;
    assert_eq!(ledger.redeem(&mut accounts[0], 10), Err(Box::new(PerpError::ClaimBacksPosition)));
    ledger.pool = 200;
    assert_eq!(ledger.redeem(&mut accounts[0], 10), Ok(10), "in full it may be taken");
}

#[test]
fn a_winner_waits_until_the_losers_have_paid_and_is_then_paid_in_full() {
    let (mut rig, mut winner, mut loser) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut winner, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    rig.open(&mut loser, Side::Long, 500 * DOLLAR, wad(500)).unwrap();
    let profit = rig.close(&mut winner, ANY).unwrap().realized_pnl as u128;
    assert_eq!((winner.margin, winner.claim), (100 * DOLLAR, profit));
    assert_eq!(rig.market.ledger.haircut_wad(), Ok(0));
    let loss = rig.close(&mut loser, ANY).unwrap().realized_pnl.unsigned_abs();
    assert!(loss >= profit && loss <= profit + 2, "{loss} {profit}");
    assert_eq!(rig.claim(&mut winner, profit), Ok(profit));
    assert_eq!((winner.margin, winner.claim), (100 * DOLLAR + profit, 0));
}

#[test]
fn while_the_pool_covers_all_a_winner_is_paid_at_once() {
    let (mut rig, mut winner, mut loser) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut winner, Side::Long, 100 * DOLLAR, wad(100)).unwrap();
    rig.open(&mut loser, Side::Long, 500 * DOLLAR, wad(500)).unwrap();
    rig.market.ledger.pool = 1_000 * DOLLAR;
    let profit = rig.close(&mut winner, ANY).unwrap().realized_pnl as u128;
    assert_eq!((winner.margin, winner.claim), (100 * DOLLAR + profit, 0));
}

#[test]
fn a_loss_is_set_off_against_the_accounts_own_claim_once_the_margin_is_gone() {
    let (mut rig, mut account, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.open(&mut account, Side::Long, 100 * DOLLAR, wad(500)).unwrap();
    rig.open(&mut crowd, Side::Short, 1_000 * DOLLAR, wad(500)).unwrap();
    account.claim = 300 * DOLLAR;
    rig.market.ledger.claims = 300 * DOLLAR;
    let loss = rig.close(&mut account, ANY).unwrap().realized_pnl.unsigned_abs();
    assert!(loss > 100 * DOLLAR && loss < 400 * DOLLAR);
    assert_eq!((account.margin, account.claim), (0, 400 * DOLLAR - loss));
    assert_eq!((rig.market.ledger.pool, rig.market.ledger.claims), (100 * DOLLAR, account.claim));
}

#[test]
fn the_insurance_share_of_a_fee_is_rounded_up_and_the_parts_are_the_whole() {
    let (mut rig, mut account) = (Rig::v1(), Position::default());
    rig.params.fee_ppm = 1_000;
    rig.params.insurance_share_ppm = 333_333;
    let fee = rig.open(&mut account, Side::Long, 100 * DOLLAR, wad(100)).unwrap().fee;
    assert_eq!(fee, DOLLAR / 10);
    assert_eq!((rig.market.ledger.insurance_due, rig.market.ledger.fees), (33_334, 66_666));
}
