//! The end of an epoch.

use everfloor_put_rules::{PutError, WAD, roll::Prices, terms::unit_price};

use crate::rig::{DAY, EPOCH, GENESIS, Rig, wad};

/// 100 deposited, 40 units at 1 bought, 20 in the escrow.
fn sold() -> Rig {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    rig.buy(wad(40), WAD, wad(100)).unwrap();
    rig.buyer().fund(wad(20)).unwrap();
    rig
}

/// P8.
#[test]
fn within_the_window_the_second_of_the_roll_changes_nothing() {
    let mut all = Vec::new();
    for late in [0, 1, 3_600, 21_600] {
        let mut rig = sold();
        rig.now = rig.end() + late;
        let rolled = rig.roll_at(WAD / 2).unwrap();
        assert_eq!(rolled.payoff, wad(10));
        all.push((rolled, rig.pool.buyer, rig.pool.cover, rig.pool.book));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

/// P8 again: beyond the window the payoff is the same, and what continues pays for the time it gets.
#[test]
fn after_the_window_the_epoch_still_pays_the_same_and_the_next_costs_what_is_left_of_it() {
    for late in [21_601, DAY, 20 * DAY, EPOCH - 1] {
        let mut rig = sold();
        rig.now = rig.end() + late;
        let rolled = rig.roll(Prices { settlement: WAD / 2, mark: Some(2 * WAD) }).unwrap();
        assert_eq!(rolled.payoff, wad(10));
        assert_eq!(rolled.strike, 3 * WAD / 2);
        let price = unit_price(2 * WAD, 3 * WAD / 2, WAD, EPOCH - late).unwrap();
        assert_eq!(rolled.required, (wad(40) * price).div_ceil(WAD));
        assert_eq!(rig.pool.book.epoch, 1);
    }
}

/// P9.
#[test]
fn skipped_epochs_are_one_settlement_and_a_gap_without_cover_or_cost() {
    let mut prompt = sold();
    let at_once = prompt.next_epoch(WAD / 2);
    let mut rig = sold();
    rig.now = GENESIS + 4 * EPOCH + 7 * DAY;
    let rolled = rig.roll_at(WAD / 2).unwrap();
    assert_eq!(rolled.payoff, at_once.payoff);
    assert_eq!(rig.pool.book.epoch, 4);
    let price = unit_price(WAD / 2, WAD / 8 * 3, WAD, EPOCH - 7 * DAY).unwrap();
    assert_eq!(rolled.funding, (wad(40) * price).div_ceil(WAD));
    assert!(rolled.funding < at_once.funding);
    // The gap vested nothing, and the next premium vests from now on.
    assert_eq!(rig.pool.stream.last, rig.now);
    let before = rig.settle(0).unwrap().owed;
    rig.now = rig.end();
    assert_eq!(rig.settle(0).unwrap().owed, before + rolled.funding);
}

#[test]
fn an_epoch_rolls_once_and_not_before_its_end() {
    let mut rig = sold();
    rig.now = rig.end() - 1;
    let early = PutError::EpochNotEnded { end: rig.end(), now: rig.now };
    assert_eq!(*rig.roll_at(WAD).unwrap_err(), early);
    rig.now += 1;
    rig.roll_at(WAD).unwrap();
    let again = PutError::EpochNotEnded { end: rig.end(), now: rig.now };
    assert_eq!(*rig.roll_at(WAD).unwrap_err(), again);
}

#[test]
fn without_a_mark_cover_ends_and_the_escrow_keeps_what_it_has() {
    let mut rig = sold();
    rig.now = rig.end() + DAY;
    let escrow = rig.pool.buyer.escrow;
    let rolled = rig.roll(Prices { settlement: WAD / 2, mark: None }).unwrap();
    assert_eq!((rolled.payoff, rolled.units, rolled.lapsed, rolled.funding), (wad(10), 0, wad(40), 0));
    assert_eq!((rig.cover().units, rig.cover().locked, rig.pool.buyer.escrow), (0, 0, escrow));
    // And is sold again at once.
    rig.buy(wad(40), WAD / 2, wad(100)).unwrap();
}

#[test]
fn a_strike_is_capped_at_what_the_liquidity_could_pay_for_all_units() {
    let mut rig = Rig::new();
    rig.deposit(wad(30)).unwrap();
    rig.buy(wad(40), WAD, 0).unwrap();
    rig.buyer().fund(wad(100)).unwrap();
    let rolled = rig.next_epoch(wad(5));
    assert!(rolled.capped);
    assert_eq!((rolled.strike, rolled.units), (WAD * 3 / 4, wad(40)));
    assert_eq!(rig.cover().locked, wad(30));
    // A price at which it just is not.
    let mut rig = Rig::new();
    rig.deposit(wad(30)).unwrap();
    rig.buy(wad(40), WAD, 0).unwrap();
    rig.buyer().fund(wad(100)).unwrap();
    assert!(!rig.next_epoch(WAD).capped);
}

#[test]
fn prices_of_nothing_and_beyond_everything_roll() {
    for (price, payoff) in [(0, wad(30)), (1, wad(30) - 40), (1 << 88, 0), (u128::MAX, 0)] {
        let mut rig = sold();
        let rolled = rig.next_epoch(price);
        assert_eq!(rolled.payoff, payoff, "at {price}");
        assert_eq!(rolled.units + rolled.lapsed, wad(40));
        if price < 2 {
            assert_eq!((rolled.units, rolled.strike), (0, 0));
        }
    }
}

/// M-03: what is not paid for, or let go, frees what it locked.
#[test]
fn what_is_let_go_or_not_paid_for_locks_nothing_more() {
    let mut rig = sold();
    let cover = rig.pool.cover;
    // 40 are covered: keeping at most 100 lets none go, at most 30 lets 10, at most 25 lets 15, and that stays.
    for (keep, released) in [(100, 0), (30, 10), (25, 15), (30, 15)] {
        rig.buyer().keep_at_most(wad(keep), &cover);
        assert_eq!(rig.buyer().released, wad(released));
    }
    let rolled = rig.next_epoch(WAD);
    assert_eq!((rolled.released, rolled.units), (wad(15), wad(25)));
    assert_eq!(rig.cover().locked, wad(25) * 3 / 4);
    rig.buyer().escrow = 0;
    let rolled = rig.next_epoch(WAD);
    assert_eq!((rolled.lapsed, rig.cover().locked), (wad(25), 0));
}

#[test]
fn as_many_units_continue_as_the_escrow_pays_for_and_not_one_more() {
    for escrow in [1, 2, 1_000, 204_162_341_001_010_237, 816_649_364_004_040_959] {
        let mut rig = sold();
        rig.buyer().escrow = escrow;
        let rolled = rig.next_epoch(WAD);
        let price = unit_price(WAD, WAD / 4 * 3, WAD, EPOCH).unwrap();
        let cost = |units: u128| (units * price).div_ceil(WAD);
        assert!(cost(rolled.units) <= escrow && cost(rolled.units + 1) > escrow, "{escrow}");
        assert_eq!(rolled.funding, cost(rolled.units));
        assert_eq!(rig.pool.buyer.escrow, escrow - rolled.funding);
    }
}

#[test]
fn a_payoff_waits_for_the_buyer_and_is_paid_once() {
    let mut rig = sold();
    rig.next_epoch(WAD / 2);
    rig.next_epoch(WAD / 4);
    assert_eq!(rig.buyer().take_due(), wad(10) + wad(5));
    assert_eq!(rig.buyer().take_due(), 0);
}
