//! Averages of epochs, exact whenever they are asked for.

use alloy_primitives::U256;

use crate::rig::*;

fn average(w: &World, epoch: u64) -> (U256, u8) {
    let answer = w.view(averageOfEpochCall { epoch: n(epoch) });
    (answer.price, answer.status)
}

#[test]
fn an_epochs_average_is_that_of_its_seconds() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    // Half a day at 10, then a little more.
    w.after(DAY / 2, milli(10_100));
    assert_eq!(average(&w, 0), (U256::ZERO, 2));
    w.chain.warp(DAY / 2);
    let expected = (milli(10_050), 1);
    // Nobody has written it down, and it is known.
    assert_eq!((average(&w, 0), w.view(nextEpochCall {})), (expected, n(1)));
    w.bid(milli(10_100));
    w.update();
    assert_eq!(w.last::<events::EpochsClosed>(), events::EpochsClosed { from: n(1), next: n(2) });
    assert_eq!((average(&w, 0), w.view(nextEpochCall {})), (expected, n(2)));
    w.chain.warp(100 * DAY);
    assert_eq!(average(&w, 0), expected);
}

#[test]
fn an_epoch_whose_end_nobody_saw_is_silent() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    w.chain.set_time(w.genesis + DAY - 6 * HOUR);
    w.update();
    w.chain.set_time(w.genesis + DAY);
    assert_eq!(average(&w, 0), (wad(10), 0));
    w.chain.set_time(w.genesis + 2 * DAY);
    assert_eq!(average(&w, 1), (wad(10), 1));
    w.update();
    assert_eq!((average(&w, 0), average(&w, 1)), ((wad(10), 0), (wad(10), 1)));
}

#[test]
fn an_epoch_that_began_before_the_first_value_is_unknown() {
    let w = World::new();
    w.chain.warp(1);
    w.bid(wad(10));
    w.update();
    w.chain.warp(2 * DAY);
    assert_eq!((average(&w, 0), average(&w, 1)), ((U256::ZERO, 3), (wad(10), 1)));
    assert_eq!(average(&w, 2), (U256::ZERO, 2));
    let far = w.view(averageOfEpochCall { epoch: U256::MAX });
    assert_eq!((far.price, far.status), (U256::ZERO, 2));
}

#[test]
fn after_a_long_silence_epochs_are_closed_before_the_value_changes() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    w.chain.warp(20 * DAY);
    w.no_update(errors::EpochsPending { epoch: n(8) });
    assert!(!w.send(closeEpochsCall { most: n(15) }));
    assert_eq!(w.last::<events::EpochsClosed>(), events::EpochsClosed { from: n(0), next: n(15) });
    w.update();
    assert!(w.send(closeEpochsCall { most: n(15) }));
    assert!((0..20).all(|epoch| average(&w, epoch).0 == wad(10)));
}

#[test]
fn closing_epochs_before_there_is_a_value_does_nothing() {
    let w = World::new();
    assert!(w.send(closeEpochsCall { most: U256::MAX }));
    assert!(w.chain.events::<events::EpochsClosed>(INDEX).is_empty());
}

#[test]
fn epochs_are_of_one_length_from_the_genesis() {
    let w = World::new();
    let at = |time| {
        let at = w.view(epochAtCall { time: n(time) });
        (at.epoch, at.start, at.end)
    };
    assert_eq!(at(w.genesis - 1), (n(0), n(w.genesis), n(w.genesis + DAY)));
    assert_eq!(at(w.genesis + 5 * DAY - 1), (n(4), n(w.genesis + 4 * DAY), n(w.genesis + 5 * DAY)));
    assert_eq!(at(w.genesis + 5 * DAY).0, n(5));
}
