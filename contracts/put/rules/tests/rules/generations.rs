//! Pools that lost everything, or were left but for dust.

use everfloor_put_rules::{PutError, WAD};

use crate::rig::{DAY, ETHER, Rig, wad};

/// Everything of 100 is locked and the price falls to nothing.
fn ruined() -> Rig {
    let mut rig = Rig::new();
    rig.begin_rewards();
    rig.deposit(wad(60)).unwrap();
    rig.deposit(wad(40)).unwrap();
    rig.buy(wad(100) * 4 / 3, WAD, 0).unwrap();
    assert_eq!(rig.pool.book.liquidity - rig.cover().locked, 0);
    rig.request(0, wad(30)).unwrap();
    let rolled = rig.next_epoch(0);
    assert_eq!(rolled.payoff, wad(100) - 1);
    assert!(rolled.lost.is_some());
    rig
}

#[test]
fn a_lost_generation_keeps_its_fees_and_rewards_and_nothing_else() {
    let mut rig = ruined();
    assert_eq!((rig.pool.book.shares, rig.pool.book.liquidity, rig.pool.book.generation), (0, 0, 1));
    assert_eq!(rig.pool.queue.queued, 0);
    let premium = 2_722_164_546_680_136_535;
    let (first, second) = (rig.claim(0), rig.claim(1));
    // And the last wei of the liquidity.
    assert!(premium + 1 - (first.0 + second.0) <= 3, "{first:?} {second:?}");
    assert!(first.0 / 3 - second.0 / 2 <= 1);
    let emitted = rig.params.rewards().emitted(30 * DAY).unwrap();
    assert!(emitted - first.1 - second.1 <= 2);
    for who in [0, 1] {
        assert!(rig.positions[who].is_empty());
        assert_eq!(rig.claim(who), (0, 0));
    }
}

#[test]
fn who_comes_after_a_lost_generation_begins_anew_and_owes_it_nothing() {
    let mut rig = ruined();
    let third = rig.deposit(wad(5)).unwrap();
    assert_eq!(rig.positions[third].shares, wad(5));
    rig.buy(WAD, WAD, 0).unwrap();
    rig.next_epoch(WAD);
    let old = rig.claim(0);
    let new = rig.claim(third);
    assert!(new.0 > 20_000_000_000_000_000 && new.1 > 0);
    assert!(old.0 > 0);
    assert_eq!(rig.worth(third), wad(5));
    // The old position waits for nothing any more and has nothing to leave with.
    let refusal = rig.request(0, 1).unwrap_err();
    assert_eq!(*refusal, PutError::ExceedsShares { asked: 1, available: 0 });
}

#[test]
fn a_position_of_a_lost_generation_can_be_merged_into_one_of_the_next() {
    let mut rig = ruined();
    let third = rig.deposit(wad(5)).unwrap();
    let old = rig.settle(0).unwrap();
    let mut new = rig.settle(third).unwrap();
    new.absorb(&old).unwrap();
    assert_eq!((new.shares, new.generation), (wad(5), 1));
    assert!(new.owed > 0 && new.owed_reward > 0);
}

#[test]
fn cover_ends_with_the_liquidity_that_was_all_of_it() {
    let rig = ruined();
    assert_eq!((rig.cover().units, rig.cover().locked), (0, 0));
}

#[test]
fn a_loss_that_leaves_a_billionth_ends_no_generation() {
    let mut rig = Rig::new();
    rig.deposit(wad(1)).unwrap();
    rig.buy(WAD * 4 / 3 - 2_000_000_000, WAD, 0).unwrap();
    let rolled = rig.next_epoch(0);
    assert_eq!(rolled.lost, None);
    assert_eq!(rig.pool.book.liquidity, 1_500_000_001);
    // Shares are many, not lost: a deposit gets its part of them.
    let second = rig.deposit(1_500_000_001).unwrap();
    assert_eq!(rig.positions[second].shares, WAD);
    assert!(!rig.pool.book.is_wiped_out(ETHER));
}

/// The only writer of a pool of 6 decimals leaves with all but a share: what stays by rounding is a whole unit, for which
/// a million million shares were made at first. Counted on, the next million of tokens would be so few shares that the
/// pool counted as empty and nobody earned rewards.
#[test]
fn dust_that_a_whole_exit_leaves_does_not_make_the_next_shares_few() {
    let mut rig = Rig::of_6_decimals();
    rig.begin_rewards();
    let griefer = rig.deposit(2).unwrap();
    rig.request(griefer, 2 * 1_000_000_000_000 - 1).unwrap();
    let rolled = rig.next_epoch(WAD);
    assert_eq!(rolled.fill.unwrap().paid, 1);
    assert!(rolled.lost.is_some());
    let million = 1_000_000_000_000;
    let writer = rig.deposit(million).unwrap();
    assert_eq!(rig.positions[writer].shares, wad(1_000_000));
    rig.next_epoch(WAD);
    let (_, rewards) = rig.claim(writer);
    let emitted =
        rig.params.rewards().emitted(60 * DAY).unwrap() - rig.params.rewards().emitted(30 * DAY).unwrap();
    assert!(emitted - rewards <= 1, "{rewards} of {emitted}");
    // The unit that was left went to the share it was left to.
    assert_eq!(rig.claim(griefer).0, 2);
}

#[test]
fn dust_of_18_decimals_goes_on_as_it_is() {
    let mut rig = Rig::new();
    rig.deposit(1_000).unwrap();
    rig.request(0, 999).unwrap();
    let rolled = rig.next_epoch(WAD);
    assert_eq!((rolled.lost, rolled.fill.unwrap().paid), (None, 999));
    assert_eq!((rig.pool.book.liquidity, rig.pool.book.shares), (1, 1));
    let second = rig.deposit(wad(1)).unwrap();
    assert_eq!(rig.positions[second].shares, wad(1));
}
