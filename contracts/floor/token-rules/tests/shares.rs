//! Shares of a pool in whatever order anybody comes, goes, gives, is paid.

use everfloor_token_rules::{Entry, Exit, LOCKED, Pool, ShareError, WAD, due_at_end};
use num_bigint::BigInt;
use proptest::prelude::*;

/// What happens to a pool.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Somebody comes with so much FP.
    Comes(u128),
    /// Somebody goes with so many millionths of the shares that are not locked.
    Goes(u128),
    /// Somebody gives cash to the account.
    Gift(u128),
    /// An epoch pays so many thousandths of a wei for one wei of FP, in cash.
    Paid(i128),
    /// An epoch pays so many thousandths of the FP, in kind.
    Grown(u128),
    /// Somebody buys so much FP at so much.
    Bought(u128, u128),
}

fn event() -> impl Strategy<Value = Event> {
    // Amounts of all sizes, the tiny ones in which rounding is all there is.
    let amount = prop_oneof![1..100_u128, 1..10 * LOCKED, 1..1_000 * WAD];
    prop_oneof![
        4 => amount.clone().prop_map(Event::Comes),
        4 => (1..=1_000_000_u128).prop_map(Event::Goes),
        1 => amount.clone().prop_map(Event::Gift),
        2 => (-2_000..2_000_i128).prop_map(Event::Paid),
        2 => (0..100_u128).prop_map(Event::Grown),
        1 => (amount, 1..100 * WAD).prop_map(|(fp, mark)| Event::Bought(fp, mark)),
    ]
}

fn signed(value: u128) -> i128 {
    i128::try_from(value).unwrap()
}

fn ceil(fp: u128, price: u128) -> u128 {
    floor(fp, price) + u128::from(BigInt::from(fp) * price % WAD != BigInt::ZERO)
}

fn floor(fp: u128, price: u128) -> u128 {
    (BigInt::from(fp) * price / WAD).try_into().unwrap()
}

/// A pool after somebody came.
fn entered(pool: &Pool, fp: u128, entry: &Entry) -> Pool {
    Pool {
        shares: pool.shares + entry.shares + entry.locked,
        fp: pool.fp + fp,
        cash: pool.cash + signed(entry.cash),
    }
}

/// A pool after somebody went: the market's own roundings of a trade among it.
fn left(pool: &Pool, shares: u128, exit: &Exit) -> Pool {
    let moved = if exit.price == 0 { -exit.cash } else { signed(floor(exit.fp, exit.price)) };
    if exit.price != 0 {
        assert_eq!(exit.cash, -signed(ceil(exit.fp, exit.price)), "the buyer pays what was said");
    }
    Pool { shares: pool.shares - shares, fp: pool.fp - exit.fp, cash: pool.cash + moved }
}

/// Each share has as much FP as before, and as much cash; in exact fractions.
fn require_not_less(before: &Pool, after: &Pool) {
    let big = |value: u128| BigInt::from(value);
    assert!(big(after.fp) * before.shares >= big(before.fp) * after.shares, "{before:?} {after:?}");
    let [then, now] = [before, after].map(|pool| BigInt::from(pool.cash));
    assert!(now * before.shares >= then * after.shares, "{before:?} {after:?}");
}

fn apply(pool: Pool, event: Event) -> Pool {
    match event {
        Event::Comes(fp) => {
            let Ok(entry) = pool.enter(fp) else { return pool };
            let after = entered(&pool, fp, &entry);
            if pool.shares != 0 {
                require_not_less(&pool, &after);
            }
            // Going again at once brings back no more of either than was brought.
            if let Ok(exit) = after.exit(entry.shares) {
                assert!(exit.fp <= fp, "{pool:?} {entry:?} {exit:?}");
                // The first has what was given before there was a share.
                assert!(pool.shares == 0 || exit.cash <= signed(entry.cash), "{pool:?} {entry:?} {exit:?}");
            }
            after
        }
        Event::Goes(millionths) => {
            let shares = pool.shares.saturating_sub(LOCKED) / 1_000_000 * millionths;
            let Ok(exit) = pool.exit(shares) else { return pool };
            let after = left(&pool, shares, &exit);
            require_not_less(&pool, &after);
            after
        }
        Event::Gift(cash) => Pool { cash: pool.cash + signed(cash), ..pool },
        Event::Paid(rate) => Pool { cash: pool.cash + signed(pool.fp) / 1_000 * rate, ..pool },
        Event::Grown(rate) => Pool { fp: pool.fp + pool.fp / 1_000 * rate, ..pool },
        Event::Bought(fp, mark) => {
            let Ok(sold) = pool.sold_for_debt(fp, mark) else { return pool };
            let got = signed(floor(sold, mark));
            let after = Pool { fp: pool.fp - sold, cash: pool.cash + got, ..pool };
            assert!(
                after.cash <= signed(mark / WAD) + 1,
                "no more is sold than clears the debt: {pool:?} {after:?}"
            );
            after
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whoever_comes_and_goes_leaves_each_share_what_it_had(events in prop::collection::vec(event(), 1..60)) {
        let mut pool = Pool::default();
        for event in events {
            if pool.fp > 1_000_000 * WAD || pool.cash.unsigned_abs() > 1_000_000_000 * WAD {
                break;
            }
            pool = apply(pool, event);
        }
    }

    /// Whatever the market pays when, and whoever gives his shares back when: each gets his part, and all no more than all.
    #[test]
    fn the_end_pays_each_his_part(
        holders in prop::collection::vec(1..1_000 * WAD, 1..6),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 1..=100_u128, 0..50 * WAD), 1..40),
    ) {
        let all: u128 = holders.iter().sum::<u128>() + LOCKED;
        let (mut received, mut given, mut paid) = (0, vec![0; holders.len()], vec![0; holders.len()]);
        for (who, percent, more) in steps {
            received += more;
            let who = who.index(holders.len());
            given[who] += (holders[who] - given[who]) * percent / 100;
            match due_at_end(received, given[who], all, paid[who]) {
                Ok(due) => paid[who] += due,
                Err(error) => prop_assert_eq!(error, ShareError::NothingToPay),
            }
            prop_assert_eq!(BigInt::from(paid[who]), BigInt::from(received) * given[who] / all);
        }
        for (who, shares) in holders.iter().enumerate() {
            paid[who] += due_at_end(received, *shares, all, paid[who]).unwrap_or(0);
            prop_assert_eq!(BigInt::from(paid[who]), BigInt::from(received) * *shares / all);
        }
        prop_assert!(paid.iter().sum::<u128>() <= received);
    }
}

#[test]
fn the_first_shares_are_the_fp_they_are_made_of_less_what_is_locked() {
    let entry = Pool::default().enter(WAD).unwrap();
    assert_eq!(entry, Entry { shares: WAD - LOCKED, locked: LOCKED, cash: 0 });
    let refusal = ShareError::BelowMinimum { fp: LOCKED, least: LOCKED };
    assert_eq!(Pool::default().enter(LOCKED), Err(refusal));
    assert_eq!(Pool::default().enter(0), Err(ShareError::BelowMinimum { fp: 0, least: LOCKED }));
}

#[test]
fn cash_is_brought_and_taken_in_proportion() {
    let pool = Pool { shares: 4 * WAD, fp: 5 * WAD, cash: signed(10 * WAD) };
    let entry = pool.enter(WAD).unwrap();
    assert_eq!(entry, Entry { shares: 8 * WAD / 10, locked: 0, cash: 2 * WAD });
    let exit = pool.exit(WAD).unwrap();
    assert_eq!(exit, Exit { fp: 125 * WAD / 100, price: 0, cash: signed(25 * WAD / 10) });
    assert_eq!(
        (pool.fp_per_share(), pool.cash_per_share()),
        (Ok(125 * WAD / 100), Ok(signed(25 * WAD / 10)))
    );
}

#[test]
fn debt_is_left_behind_by_the_price_and_nobody_comes_to_it() {
    let pool = Pool { shares: 4 * WAD, fp: 5 * WAD, cash: -signed(10 * WAD) };
    assert_eq!(pool.enter(WAD), Err(ShareError::InDebt { cash: pool.cash }));
    let exit = pool.exit(WAD).unwrap();
    assert_eq!(exit, Exit { fp: 125 * WAD / 100, price: 2 * WAD, cash: -signed(25 * WAD / 10) });
    assert_eq!(pool.cash_per_share(), Ok(-signed(25 * WAD / 10)));
    assert_eq!(pool.sold_for_debt(5 * WAD, 4 * WAD), Ok(25 * WAD / 10));
    assert_eq!(pool.sold_for_debt(WAD, 4 * WAD), Ok(WAD));
    assert_eq!(pool.sold_for_debt(u128::MAX, WAD), Ok(5 * WAD), "no more than there is");
    assert_eq!(Pool { cash: 0, ..pool }.sold_for_debt(WAD, WAD), Err(ShareError::NotInDebt { cash: 0 }));
    assert_eq!(pool.sold_for_debt(WAD, 0), Err(ShareError::Overflow), "there is no price");
}

#[test]
fn nothing_is_refused() {
    let pool = Pool { shares: 4 * WAD, fp: 5 * WAD, cash: 0 };
    assert_eq!(pool.enter(0), Err(ShareError::ZeroAmount));
    assert_eq!(pool.enter(1), Err(ShareError::ZeroAmount), "not a share's worth");
    assert_eq!(pool.exit(0), Err(ShareError::ZeroAmount));
    assert_eq!(Pool { fp: 0, ..pool }.enter(WAD), Err(ShareError::NoBacking { shares: 4 * WAD }));
    assert_eq!(Pool { fp: 0, ..pool }.exit(WAD), Err(ShareError::ZeroAmount));
    let many = ShareError::ExceedsSupply { shares: 4 * WAD + 1, supply: 4 * WAD };
    assert_eq!(pool.exit(4 * WAD + 1), Err(many));
    assert_eq!(due_at_end(5, 0, 10, 0), Err(ShareError::NothingToPay));
    assert_eq!(due_at_end(5, 0, 0, 0), Err(ShareError::NothingToPay));
    assert_eq!(due_at_end(5, 2, 10, 1), Err(ShareError::NothingToPay));
}

/// The least shares there are without anybody, and as much of cash as one likes: who comes loses next to nothing.
#[test]
fn a_gift_before_somebody_comes_costs_him_no_more_than_a_thousand_millionth() {
    let mut pool = Pool { shares: LOCKED + 1, fp: LOCKED + 1, cash: 0 };
    // By coming and going with little, each rounding a share's: what there is of this way of making shares dear.
    for _ in 0..1_000 {
        let entry = pool.enter(LOCKED + 7).unwrap();
        pool = entered(&pool, LOCKED + 7, &entry);
        let exit = pool.exit(entry.shares).unwrap();
        pool = left(&pool, entry.shares, &exit);
    }
    pool.cash += signed(1_000 * WAD);
    let entry = pool.enter(WAD).unwrap();
    let after = entered(&pool, WAD, &entry);
    let exit = after.exit(entry.shares).unwrap();
    assert!(WAD - exit.fp < 2 * WAD / LOCKED, "{exit:?}");
    let lost = entry.cash - exit.cash.unsigned_abs();
    assert!(lost <= entry.cash / LOCKED * 2, "{entry:?} {exit:?}");
}
