//! Positions that are divided, joined and handed on.

use everfloor_put_rules::{PutError, WAD};

use crate::rig::{DAY, GENESIS, Rig, wad};

/// Half an epoch after 30 and 70 were deposited.
fn half_way() -> Rig {
    let mut rig = Rig::new();
    rig.begin_rewards();
    rig.deposit(wad(30)).unwrap();
    rig.deposit(wad(70)).unwrap();
    rig.buy(wad(50), WAD, 0).unwrap();
    rig.now = GENESIS + 15 * DAY;
    rig
}

#[test]
fn a_split_leaves_what_was_earned_and_divides_what_will_be() {
    let mut rig = half_way();
    let earned = rig.settle(0).unwrap();
    let part = rig.positions[0].split(wad(10)).unwrap();
    rig.positions.push(part);
    assert_eq!((part.owed, part.owed_reward, part.requested), (0, 0, 0));
    assert_eq!((rig.positions[0].owed, rig.positions[0].owed_reward), (earned.owed, earned.owed_reward));
    rig.now = rig.end();
    let (kept, part) = (rig.settle(0).unwrap(), rig.settle(2).unwrap());
    assert_eq!((kept.shares, part.shares), (wad(20), wad(10)));
    // Twice as many shares earn twice as much.
    let later = (kept.owed - earned.owed, kept.owed_reward - earned.owed_reward);
    assert!(later.0.abs_diff(2 * part.owed) <= 2 && later.1.abs_diff(2 * part.owed_reward) <= 2);
}

#[test]
fn split_and_merged_again_a_position_has_what_it_would_have_had() {
    let mut whole = half_way();
    let mut rig = whole.clone();
    rig.settle(0).unwrap();
    let part = rig.positions[0].split(wad(29)).unwrap();
    rig.positions.push(part);
    rig.now += 5 * DAY;
    let part = rig.settle(2).unwrap();
    rig.settle(0).unwrap();
    rig.positions[0].absorb(&part).unwrap();
    for rig in [&mut rig, &mut whole] {
        rig.now = rig.end();
        rig.settle(0).unwrap();
    }
    let (merged, whole) = (rig.positions[0], whole.positions[0]);
    assert_eq!(merged.shares, whole.shares);
    assert!(whole.owed - merged.owed <= 3 && whole.owed_reward - merged.owed_reward <= 3);
}

#[test]
fn what_waits_to_leave_is_merged_with_all_that_is_owed() {
    let mut rig = half_way();
    rig.request(0, wad(12)).unwrap();
    rig.request(1, wad(3)).unwrap();
    let (other, mut kept) = (rig.settle(0).unwrap(), rig.settle(1).unwrap());
    let owed = (kept.owed + other.owed, kept.owed_reward + other.owed_reward);
    kept.absorb(&other).unwrap();
    assert_eq!((kept.shares, kept.requested), (wad(100), wad(15)));
    assert_eq!((kept.owed, kept.owed_reward), owed);
    rig.positions[1] = kept;
    rig.buyer().fund(wad(5)).unwrap();
    rig.next_epoch(WAD);
    let (paid, _) = rig.claim(1);
    assert!(paid >= wad(15) && rig.positions[1].requested == 0);
    assert_eq!(rig.pool.queue.queued, 0);
}

#[test]
fn what_waits_to_leave_cannot_be_split_off() {
    let mut rig = half_way();
    rig.request(0, wad(12)).unwrap();
    let refusal = rig.positions[0].split(wad(18) + 1).unwrap_err();
    assert_eq!(*refusal, PutError::ExceedsShares { asked: wad(18) + 1, available: wad(18) });
    assert_eq!(*rig.positions[0].split(0).unwrap_err(), PutError::ZeroAmount);
    let part = rig.positions[0].split(wad(18)).unwrap();
    assert_eq!((part.shares, part.requested, rig.positions[0].shares), (wad(18), 0, wad(12)));
}

/// P5: nothing runs on a transfer, so all there is to check is that nothing but the position says what it is owed.
#[test]
fn what_a_position_has_earned_travels_with_it() {
    let mut rig = half_way();
    let unclaimed = rig.positions[0];
    assert_eq!(unclaimed.owed, 0);
    let handed_on = rig.claim(0);
    assert!(handed_on.0 > 0 && handed_on.1 > 0);
    // Claimed at any moment and by anybody: the sum is the same.
    let mut later = half_way();
    later.now = later.end();
    let all = later.claim(0);
    rig.now = rig.end();
    let rest = rig.claim(0);
    assert!(all.0 - handed_on.0 - rest.0 <= 1 && all.1 - handed_on.1 - rest.1 <= 1);
}
