//! What vests, and rewards.

use everfloor_put_rules::{Pool, WAD};

use crate::rig::{DAY, EPOCH, GENESIS, Rig, wad};

/// A writer of 100 and a premium of so many units.
fn streaming(unvested: u128) -> Rig {
    let mut rig = Rig::of_6_decimals();
    rig.deposit(100_000_000).unwrap();
    rig.deposit(50_000_000).unwrap();
    rig.pool.stream.unvested = unvested;
    rig
}

/// 138, 1299, 129: each call rounded, and what was rounded was lost.
#[test]
fn however_often_anybody_comes_by_all_of_a_premium_vests_by_the_end() {
    for unvested in [1, 7, 2_591_999, 1_000_000_007] {
        let mut rig = streaming(unvested);
        let (mut calls, mut last) = (0_u64, 0);
        while rig.now < rig.end() {
            rig.now += 1 + calls % 613;
            calls += 1;
            rig.pool.accrue(&rig.params, rig.now).unwrap();
            let vested = unvested - rig.pool.stream.unvested;
            let even = unvested * u128::from((rig.now - GENESIS).min(EPOCH)) / u128::from(EPOCH);
            // Never early, and late by at most a unit for each call.
            assert!(vested <= even && even - vested <= u128::from(calls) && vested >= last);
            last = vested;
        }
        assert_eq!(rig.pool.stream.unvested, 0);
        let owed = rig.settle(0).unwrap().owed + rig.settle(1).unwrap().owed;
        assert!(unvested - owed <= 1, "{owed} of {unvested} after {calls} calls");
    }
}

#[test]
fn what_a_division_leaves_is_carried_over_and_not_lost() {
    // Three shares of a wad: a unit never divides by them.
    let mut rig = Rig::new();
    for _ in 0..3 {
        rig.deposit(wad(1)).unwrap();
    }
    rig.begin_rewards();
    let mut thrifty = rig.clone();
    for second in 1..=5_000 {
        rig.now = GENESIS + second;
        rig.pool.accrue(&rig.params, rig.now).unwrap();
    }
    thrifty.now = rig.now;
    thrifty.pool.accrue(&thrifty.params, thrifty.now).unwrap();
    assert_eq!(rig.pool.per_share, thrifty.pool.per_share);
    let emitted = rig.params.rewards().emitted(5_000).unwrap();
    let owed: u128 = (0..3).map(|who| rig.settle(who).unwrap().owed_reward).sum();
    assert!(emitted - owed <= 3);
}

#[test]
fn after_the_end_nothing_more_vests_and_nothing_is_left() {
    let mut rig = streaming(1_000);
    rig.now = rig.end() - 1;
    rig.settle(0).unwrap();
    assert_eq!(rig.pool.stream.unvested, 1);
    for now in [rig.end(), rig.end(), rig.end() + 5 * DAY] {
        rig.now = now;
        rig.settle(0).unwrap();
        assert_eq!(rig.pool.stream.unvested, 0);
    }
}

/// 620, 734: a premium paid in the second an epoch ends was divided by no time at all.
#[test]
fn a_premium_of_the_last_second_is_earned_in_it() {
    let mut rig = Rig::new();
    rig.deposit(wad(10)).unwrap();
    rig.now = rig.end() - 1;
    let bought = rig.buy(WAD, WAD, 0).unwrap();
    rig.now += 1;
    assert_eq!(rig.settle(0).unwrap().owed, bought.premium - bought.prefunded);
    // And with no second left at all the division is not made.
    let mut stream = rig.pool.stream;
    (stream.unvested, stream.last) = (5, rig.end());
    assert_eq!(stream.vesting(rig.end(), rig.end()).unwrap(), 0);
    assert_eq!(stream.vesting(rig.end() + 1, rig.end()).unwrap(), 5);
}

#[test]
fn funding_waits_for_writers_where_there_are_none() {
    let mut pool = Pool::default();
    let params = crate::rig::params();
    pool.stream.unvested = 100;
    pool.accrue(&params, GENESIS + EPOCH).unwrap();
    assert_eq!((pool.stream.unvested, pool.per_share.collateral), (100, 0));
}

/// D6.
#[test]
fn rewards_of_a_pool_without_writers_are_the_treasurys_and_not_the_next_writers() {
    let mut rig = Rig::new();
    rig.begin_rewards();
    rig.now += 10 * DAY;
    let first = rig.deposit(wad(1)).unwrap();
    let emitted = |days| rig.params.rewards().emitted(days * DAY).unwrap();
    let (before, after) = (emitted(10), emitted(30));
    assert_eq!(rig.pool.rewards.unallocated, before);
    assert_eq!(rig.positions[first].owed_reward, 0);
    rig.now = rig.end();
    let earned = rig.settle(first).unwrap().owed_reward;
    assert!(after - before - earned <= 1);
    assert_eq!(rig.pool.rewards.unallocated, before);
}

#[test]
fn a_pool_of_less_than_a_thousandth_counts_as_empty() {
    for (shares, counts) in [(1_000_000_000_000_000 - 1, false), (1_000_000_000_000_000, true)] {
        let mut rig = Rig::new();
        rig.begin_rewards();
        rig.deposit(shares).unwrap();
        rig.now += DAY;
        let earned = rig.settle(0).unwrap().owed_reward;
        assert_eq!(earned > 0, counts);
        assert_eq!(rig.pool.rewards.unallocated == 0, counts);
    }
}

#[test]
fn rewards_begun_late_or_never_are_counted_from_then_or_not_at_all() {
    let mut rig = Rig::new();
    rig.deposit(wad(1)).unwrap();
    rig.now += 3 * DAY;
    assert_eq!(rig.settle(0).unwrap().owed_reward, 0);
    rig.begin_rewards();
    assert_eq!(rig.settle(0).unwrap().owed_reward, 0);
    rig.now += DAY;
    let owed = rig.settle(0).unwrap().owed_reward;
    assert!(8_219_178_082_191_780_821 - owed <= 1);
    // Long after their end there are no more of them.
    rig.now += 10 * 366 * DAY;
    let owed = rig.settle(0).unwrap().owed_reward;
    assert!(wad(9_000) - owed <= 2);
    rig.now += DAY;
    assert_eq!(rig.settle(0).unwrap().owed_reward, owed);
}

#[test]
fn who_comes_later_earns_from_then_on_only() {
    let mut rig = Rig::new();
    rig.begin_rewards();
    rig.deposit(wad(10)).unwrap();
    rig.buy(wad(1), WAD, 0).unwrap();
    rig.now += 15 * DAY;
    let late = rig.deposit(wad(10)).unwrap();
    let position = rig.settle(late).unwrap();
    assert_eq!((position.owed, position.owed_reward), (0, 0));
    rig.now = rig.end();
    let (early, late) = (rig.settle(0).unwrap(), rig.settle(late).unwrap());
    assert!(early.owed.abs_diff(3 * late.owed) <= 4);
    assert!(early.owed_reward.abs_diff(3 * late.owed_reward) <= 4);
}
