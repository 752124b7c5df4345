//! Rewards of makers: by units and seconds in the band, to the wei.

use everfloor_index_rules::{AMOUNT_LIMIT, BidBook, IndexError, Rewards, rewards::band_of};
use proptest::prelude::*;

use crate::{
    rig::{Rig, TICK, all, book_params, who},
    seeds::cases,
};

impl Rig {
    /// A book whose index is 10.00, so that bids of 9.50 and more earn, and 100 wei a second of a million.
    fn rewarding() -> Self {
        let mut rig = Self::new();
        rig.bids.rewards.fund(1_000_000, rig.now).unwrap();
        rig.bids.rewards.set_rate(100, rig.now).unwrap();
        assert!(rig.follow(1_000, 99));
        rig
    }

    /// Moves the band to an index in ticks.
    fn follow(&mut self, ticks: u128, most: u32) -> bool {
        let (now, params) = (self.now, self.params);
        self.bids.follow(&mut self.bid_store, ticks * TICK, most, now, &params).unwrap()
    }

    fn earn(&mut self, id: u32) {
        self.bids.earn(&mut self.bid_store, id, self.now).unwrap();
    }

    fn owed(&self, owner: u8) -> u128 {
        self.bid_store.owed.get(&who(owner)).copied().unwrap_or_default()
    }

    /// Everything that was funded, in parts of a wei, as it lies about; bids are credited.
    fn parts(&mut self) -> u128 {
        let ids: Vec<u32> = self.bid_store.offers.keys().copied().collect();
        ids.iter().for_each(|id| self.earn(*id));
        let fractions: u128 = self.bid_store.offers.values().map(|bid| u128::from(bid.fraction)).sum();
        let owed: u128 = self.bid_store.owed.values().sum();
        let Rewards { pot, remainder, .. } = self.bids.rewards;
        ((owed + pot) << 32) + u128::from(remainder) + fractions
    }
}

#[test]
fn a_single_maker_earns_all_of_the_rate() {
    let mut rig = Rig::rewarding();
    let id = rig.place(1, 1_000, 7);
    rig.wait(10);
    rig.earn(id);
    // A seventh of 1,000 is not whole, not even in parts of a wei.
    assert_eq!((rig.owed(1), rig.bids.rewards.remainder > 0), (999, true));
    rig.wait(60);
    rig.earn(id);
    // A seventh of 7,000 is: what was left over has been carried.
    assert_eq!((rig.owed(1), rig.bids.rewards.remainder, rig.bids.rewards.pot), (7_000, 0, 993_000));
}

#[test]
fn makers_share_by_units_and_seconds() {
    let mut rig = Rig::rewarding();
    let one = rig.place(1, 1_000, 1);
    rig.wait(10);
    let three = rig.place(2, 960, 3);
    rig.wait(10);
    rig.earn(one);
    rig.earn(three);
    assert_eq!((rig.owed(1), rig.owed(2)), (1_000 + 250, 750));
}

#[test]
fn a_bid_below_the_band_earns_nothing_and_one_at_its_edge_does() {
    let mut rig = Rig::rewarding();
    let (below, edge) = (rig.place(1, 949, 1), rig.place(2, 950, 1));
    rig.wait(10);
    rig.earn(below);
    rig.earn(edge);
    assert_eq!((rig.owed(1), rig.owed(2)), (0, 1_000));
}

#[test]
fn the_edge_of_the_band_is_the_first_tick_of_enough() {
    let params = book_params();
    // 0.95 of 10.00 is 9.50; of a wei more it is a little above.
    assert_eq!(band_of(1_000 * TICK, &params).unwrap(), 950);
    assert_eq!(band_of(1_000 * TICK + 1, &params).unwrap(), 951);
    assert_eq!(band_of(0, &params).unwrap(), 1 << 24);
    assert_eq!(band_of(1, &params).unwrap(), 1);
    assert_eq!(band_of((1 << 88) - 1, &params).unwrap(), 1 << 24);
}

#[test]
fn what_a_bid_earned_in_the_band_stays_when_the_index_leaves_it_behind() {
    let mut rig = Rig::rewarding();
    let (low, high) = (rig.place(1, 960, 1), rig.place(2, 1_100, 1));
    rig.wait(10);
    assert!(rig.follow(1_100, 99)); // From 10.45 on.
    rig.wait(10);
    assert!(rig.follow(1_000, 99));
    rig.wait(10);
    rig.earn(low);
    rig.earn(high);
    assert_eq!((rig.owed(1), rig.owed(2)), (500 + 500, 500 + 1_000 + 500));
}

#[test]
fn while_nobody_is_in_the_band_the_rewards_stay_in_the_pot() {
    let mut rig = Rig::rewarding();
    rig.place(1, 900, 5);
    rig.wait(1_000);
    rig.place(1, 1_000, 1);
    assert_eq!(rig.bids.rewards.pot, 1_000_000);
    rig.wait(1);
    rig.place(1, 900, 5);
    // What was not earned is not made up for.
    assert_eq!(rig.bids.rewards.pot, 999_900);
}

#[test]
fn rewards_end_with_the_pot_and_go_on_with_a_new_one() {
    let mut rig = Rig::rewarding();
    let id = rig.place(1, 1_000, 1);
    rig.wait(20_000);
    rig.earn(id);
    assert_eq!((rig.owed(1), rig.bids.rewards.pot), (1_000_000, 0));
    // An hour without a pot is not paid for later.
    rig.wait(3_600);
    rig.bids.rewards.fund(50, rig.now).unwrap();
    rig.earn(id);
    assert_eq!(rig.owed(1), 1_000_000);
    rig.wait(1);
    rig.earn(id);
    assert_eq!((rig.owed(1), rig.bids.rewards.pot), (1_000_050, 0));
}

#[test]
fn a_bid_earns_until_its_cancel_is_asked_for() {
    let mut rig = Rig::rewarding();
    let (leaving, staying) = (rig.place(1, 1_000, 1), rig.place(2, 1_000, 1));
    rig.wait(10);
    rig.request(leaving, 1).unwrap();
    rig.wait(10);
    rig.earn(leaving);
    rig.earn(staying);
    assert_eq!((rig.owed(1), rig.owed(2)), (500, 500 + 1_000));
    rig.wait(890);
    rig.finish(leaving).unwrap();
    assert_eq!(rig.bids.rewards.units, 1);
}

#[test]
fn a_bid_that_is_filled_has_earned_until_then_and_its_rest_goes_on() {
    let mut rig = Rig::rewarding();
    let id = rig.place(1, 1_000, 4);
    rig.place(2, 999, 4);
    rig.wait(10);
    rig.sell(all(3)).unwrap();
    assert_eq!(rig.owed(1), 500);
    rig.wait(10);
    rig.earn(id);
    assert_eq!(rig.owed(1), 500 + 200);
    rig.sell(all(1)).unwrap();
    rig.wait(10);
    assert_eq!(rig.parts(), 1_000_000 << 32);
    assert_eq!((rig.owed(1), rig.owed(2)), (700, 500 + 800 + 1_000));
}

#[test]
fn what_is_owed_is_claimed_once() {
    let mut rig = Rig::rewarding();
    let id = rig.place(1, 1_000, 1);
    rig.wait(10);
    rig.earn(id);
    assert_eq!(BidBook::claim(&mut rig.bid_store, &who(1)).unwrap(), 1_000);
    assert_eq!(*BidBook::claim(&mut rig.bid_store, &who(1)).unwrap_err(), IndexError::ZeroAmount);
}

/// The band moves past so many prices a call; in between it stands where it got to, and what it has not passed
/// earns as before.
#[test]
fn the_band_moves_in_as_many_calls_as_it_takes() {
    let mut rig = Rig::rewarding();
    (951..=960).for_each(|tick| _ = rig.place(1, tick, 1));
    assert!(!rig.follow(2_000, 4));
    assert_eq!((rig.bids.rewards.band, rig.bids.rewards.units), (955, 6));
    assert!(!rig.follow(2_000, 5));
    assert!(rig.follow(2_000, 1));
    assert_eq!((rig.bids.rewards.band, rig.bids.rewards.units), (1_900, 0));
    assert!(!rig.follow(1_000, 3));
    assert_eq!((rig.bids.rewards.band, rig.bids.rewards.units), (958, 3));
    assert!(rig.follow(1_000, 7));
    assert_eq!((rig.bids.rewards.band, rig.bids.rewards.units), (950, 10));
    // Without an index nobody earns.
    assert!(rig.follow(0, 10));
    assert_eq!((rig.bids.rewards.band, rig.bids.rewards.units), (1 << 24, 0));
}

/// A price that was left by all and is bid again begins anew, on either side of the edge.
#[test]
fn a_price_bid_again_earns_nothing_of_the_time_before() {
    for tick in [1_000, 900] {
        let mut rig = Rig::rewarding();
        rig.place(9, 1_100, 1);
        rig.place(1, tick, 1);
        rig.wait(10);
        rig.sell_into(&[2], all(1)).unwrap();
        rig.wait(10);
        let before = rig.owed(2);
        let id = rig.place(2, tick, 1);
        rig.earn(id);
        assert_eq!(rig.owed(2), before);
        rig.follow(900, 9);
        rig.wait(10);
        rig.earn(id);
        assert_eq!(rig.owed(2), 500);
    }
}

/// A count that fits no more ends the rewards. Bids still come and go.
#[test]
fn rewards_that_cannot_be_counted_stop_nobody() {
    let mut rig = Rig::rewarding();
    rig.bids.rewards.growth = u128::MAX - 5;
    let id = rig.place(1, 1_000, 1);
    rig.wait(10);
    rig.sell_into(&[id], all(1)).unwrap();
    let id = rig.place(1, 1_000, 1);
    rig.request(id, 1).unwrap();
    rig.wait(900);
    rig.finish(id).unwrap();
    assert_eq!((rig.owed(1), rig.bids.rewards.pot), (0, 1_000_000));
}

#[test]
fn a_pot_is_funded_with_something_and_below_the_limit() {
    let mut rewards = Rewards::default();
    assert_eq!(*rewards.fund(0, 0).unwrap_err(), IndexError::ZeroAmount);
    assert_eq!(*rewards.fund(AMOUNT_LIMIT, 0).unwrap_err(), IndexError::Overflow);
    rewards.fund(AMOUNT_LIMIT - 1, 0).unwrap();
    // All of it at once, and the highest rate there is: nothing wraps.
    rewards.units = 3;
    rewards.set_rate(u64::MAX, 1).unwrap();
    rewards.accrue(1 << 30).unwrap();
    assert!(rewards.pot > 0 && rewards.growth > 0);
    rewards.accrue(u64::MAX).unwrap();
    let rest = u128::from(rewards.remainder);
    assert_eq!(rewards.growth * 3 + rest, (AMOUNT_LIMIT - 1 - rewards.pot) << 32);
}

proptest! {
    #![proptest_config(cases(256))]

    /// Whoever comes by, however often, nothing is lost and nothing invented; and each gets his part to a wei.
    #[test]
    fn every_wei_is_somewhere(
        units in proptest::collection::vec(1..1_000_u32, 1..6),
        waits in proptest::collection::vec(1..200_u64, 1..12),
    ) {
        let mut rig = Rig::rewarding();
        let ids: Vec<u32> = units.iter().map(|units| rig.place(1, 1_000, *units)).collect();
        for (turn, wait) in waits.iter().enumerate() {
            rig.wait(*wait);
            rig.earn(ids[turn % ids.len()]);
        }
        prop_assert_eq!(rig.parts(), 1_000_000 << 32);
        let paid: u64 = waits.iter().map(|wait| wait * 100).sum();
        let whole = u128::from(paid.min(1_000_000));
        prop_assert!(rig.owed(1) <= whole && rig.owed(1) + ids.len() as u128 + 1 >= whole);
    }
}
