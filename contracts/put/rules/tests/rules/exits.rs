//! Leaving.

use everfloor_put_rules::{PutError, WAD, exits::required, position::FILLS_AT_ONCE};

use crate::rig::{ETHER, Rig, wad};

/// Three writers of 100, 200 and 300, of whom the first two want to leave; 60 can be spared.
fn crowded() -> Rig {
    let mut rig = Rig::new();
    for amount in [100, 200, 300] {
        rig.deposit(wad(amount)).unwrap();
    }
    rig.buyer().back(wad(4 * 540), wad(600), 4).unwrap();
    rig.request(0, wad(100)).unwrap();
    rig.request(1, wad(200)).unwrap();
    rig
}

/// Lets another 60 be spared.
fn spare_60(rig: &mut Rig) {
    let supply = (rig.pool.book.liquidity - wad(60)) * 4;
    rig.buyer().supply = supply;
}

#[test]
fn what_can_be_spared_is_shared_by_what_was_asked_for() {
    let mut rig = crowded();
    let rolled = rig.next_epoch(WAD);
    let fill = rolled.fill.unwrap();
    assert_eq!((fill.queued, fill.burned, fill.paid), (wad(300), wad(60), wad(60)));
    assert_eq!(rig.claim(0).0, wad(20));
    assert_eq!(rig.claim(1).0, wad(40));
    assert_eq!(rig.claim(2).0, 0);
    assert_eq!((rig.positions[0].shares, rig.positions[0].requested), (wad(80), wad(80)));
    assert_eq!(rig.pool.queue.queued, wad(240));
    assert_eq!(rig.pool.book.liquidity, wad(540));
}

#[test]
fn what_waits_goes_on_waiting_over_as_many_rolls_as_it_takes() {
    let mut rig = crowded();
    for left in [240, 180, 120, 60, 0] {
        rig.next_epoch(WAD);
        assert_eq!(rig.pool.queue.queued, wad(left));
        if left > 0 {
            spare_60(&mut rig);
        }
    }
    assert_eq!(rig.pool.queue.fills, 5);
    // Unclaimed until the very end.
    assert_eq!(rig.claim(0).0, wad(100));
    assert_eq!(rig.claim(1).0, wad(200));
    assert!(rig.positions[0].is_empty() && rig.positions[1].is_empty());
    assert_eq!(rig.pool.book.liquidity, wad(300));
}

#[test]
fn a_request_taken_back_in_between_leaves_what_has_left_and_no_more() {
    let mut rig = crowded();
    rig.next_epoch(WAD);
    spare_60(&mut rig);
    rig.settle(1).unwrap();
    rig.positions[1].cancel_exit(&mut rig.pool.queue, wad(160)).unwrap();
    rig.next_epoch(WAD);
    assert_eq!(rig.claim(0).0, wad(80));
    assert_eq!(rig.claim(1).0, wad(40));
    assert_eq!((rig.positions[1].shares, rig.positions[1].requested), (wad(160), 0));
    // Asked for again, it waits with whoever waits then.
    rig.request(1, wad(160)).unwrap();
    assert_eq!(rig.positions[1].fill, rig.pool.queue.fills);
    rig.buyer().supply = 0;
    rig.next_epoch(WAD);
    assert_eq!((rig.claim(0).0, rig.claim(1).0), (wad(20), wad(160)));
}

#[test]
fn only_what_has_not_left_can_be_taken_back() {
    let mut rig = crowded();
    rig.next_epoch(WAD);
    rig.settle(0).unwrap();
    let refusal = rig.positions[0].cancel_exit(&mut rig.pool.queue, wad(80) + 1).unwrap_err();
    assert_eq!(*refusal, PutError::ExceedsShares { asked: wad(80) + 1, available: wad(80) });
}

#[test]
fn more_exits_than_one_call_accounts_for_are_settled_in_several_and_lose_nothing() {
    let mut rig = Rig::new();
    rig.begin_rewards();
    // Two alike; one looks after every exit, the other never.
    for _ in 0..2 {
        rig.deposit(wad(1_000)).unwrap();
    }
    rig.deposit(wad(8_000)).unwrap();
    for who in [0, 1] {
        rig.request(who, wad(1_000)).unwrap();
    }
    let exits = FILLS_AT_ONCE + 6;
    for _ in 0..exits {
        rig.buyer().supply = (rig.pool.book.liquidity - wad(1) - 7) * 4;
        rig.buy(WAD, WAD, rig.pool.buyer.supply).unwrap();
        rig.next_epoch(WAD);
        rig.settle(0).unwrap();
    }
    assert_eq!(rig.pool.queue.fills, exits);
    let (collateral, reward) = (rig.positions[0].owed, rig.positions[0].owed_reward);
    let once = rig.settle(1).unwrap();
    assert_eq!(once.exits_left(&rig.pool.queue), 6);
    assert!(once.owed < collateral && once.owed_reward < reward);
    let all = rig.settle(1).unwrap();
    assert_eq!(all.exits_left(&rig.pool.queue), 0);
    assert_eq!((all.shares, all.requested), (rig.positions[0].shares, rig.positions[0].requested));
    assert!(all.owed.abs_diff(collateral) <= exits.into());
    assert!(all.owed_reward.abs_diff(reward) <= exits.into());
    assert_eq!(rig.settle(1).unwrap(), all);
}

#[test]
fn exits_leave_a_quarter_of_the_supply_and_the_strikes_of_what_continues() {
    for (supply, units, price) in [(400, 0, 1), (0, 100, 1), (120, 100, 1), (320, 100, 2), (0, 50, 4)] {
        let mut rig = Rig::new();
        rig.deposit(wad(300)).unwrap();
        if units > 0 {
            rig.buy(wad(units), WAD, wad(supply)).unwrap();
        } else {
            rig.buyer().back(wad(supply), wad(300), 4).unwrap();
        }
        rig.buyer().fund(wad(50)).unwrap();
        rig.request(0, wad(300)).unwrap();
        let price = wad(price);
        let needed = required(wad(supply), 4, wad(units), Some(price), ETHER).unwrap();
        let rolled = rig.next_epoch(price);
        assert_eq!(rig.pool.book.liquidity, needed);
        assert!(!rolled.capped && rig.cover().locked <= needed);
        assert_eq!(rolled.strike, if units > 0 { price / 4 * 3 } else { 0 });
    }
}

#[test]
fn nobody_leaves_while_what_is_needed_is_not_there() {
    let mut rig = crowded();
    rig.buyer().supply = wad(10_000);
    assert_eq!(rig.next_epoch(WAD).fill, None);
    assert_eq!((rig.pool.queue.queued, rig.pool.book.liquidity), (wad(300), wad(600)));
}

#[test]
fn shares_that_wait_earn_like_all_others_until_they_leave() {
    let mut rig = Rig::new();
    rig.begin_rewards();
    rig.deposit(wad(10)).unwrap();
    rig.deposit(wad(10)).unwrap();
    rig.buy(wad(1), WAD, 0).unwrap();
    rig.request(0, wad(10)).unwrap();
    rig.buyer().released = wad(1);
    rig.next_epoch(WAD);
    let (waited, stayed) = (rig.claim(0), rig.claim(1));
    assert_eq!((waited.0 - wad(10), waited.1), stayed);
}

#[test]
fn requests_and_cancels_of_nothing_or_too_much_are_refused() {
    let mut rig = Rig::new();
    rig.deposit(10).unwrap();
    assert_eq!(*rig.request(0, 0).unwrap_err(), PutError::ZeroAmount);
    assert_eq!(*rig.request(0, 11).unwrap_err(), PutError::ExceedsShares { asked: 11, available: 10 });
    rig.request(0, 4).unwrap();
    assert_eq!(*rig.request(0, 7).unwrap_err(), PutError::ExceedsShares { asked: 7, available: 6 });
    let mut cancel = |shares| rig.positions[0].cancel_exit(&mut rig.pool.queue, shares).unwrap_err();
    assert_eq!(*cancel(0), PutError::ZeroAmount);
    assert_eq!(*cancel(5), PutError::ExceedsShares { asked: 5, available: 4 });
}

#[test]
fn roundings_of_exits_are_never_paid_by_who_stays() {
    // 7 of 10 remain after a payoff; a share is worth 0.7.
    let mut rig = Rig::new();
    for _ in 0..3 {
        rig.deposit(1_000_003).unwrap();
    }
    rig.params.min_units = 1;
    rig.buy(1_200_000, WAD, 0).unwrap();
    rig.request(0, 1_000_003).unwrap();
    rig.request(1, 999_999).unwrap();
    let supply = 4 * 1_500_001;
    rig.buyer().supply = supply;
    rig.now = rig.end();
    let before = rig.pool.book;
    let rolled = rig.roll_at(WAD / 2).unwrap();
    let fill = rolled.fill.unwrap();
    assert!(fill.burned < fill.queued);
    let after = rig.pool.book;
    // L'/S' >= (L - payoff)/S.
    assert!(after.liquidity * before.shares >= (before.liquidity - rolled.payoff) * after.shares);
    let (first, second) = (rig.settle(0).unwrap(), rig.settle(1).unwrap());
    assert!(first.requested + second.requested <= rig.pool.queue.queued);
    assert!(rig.pool.queue.queued - first.requested - second.requested <= 2);
}
