//! Queues by price and time.

use everfloor_index_rules::{IndexError, Offers, UNIT_LIMIT};

use crate::rig::{Rig, TICK, all};

#[test]
fn the_best_price_is_filled_first_and_the_earliest_first_at_a_price() {
    let mut rig = Rig::new();
    let (low, first, second, high) =
        (rig.place(1, 900, 1), rig.place(2, 1_000, 1), rig.place(3, 1_000, 1), rig.place(4, 1_001, 1));
    let sale = rig.sell(all(4)).unwrap();
    let order: Vec<_> = sale.fills.iter().map(|fill| (fill.id, fill.price / TICK)).collect();
    assert_eq!(order, [(high, 1_001), (first, 1_000), (second, 1_000), (low, 900)]);
}

#[test]
fn a_bid_that_is_partly_filled_keeps_its_place() {
    let mut rig = Rig::new();
    let (first, second) = (rig.place(1, 1_000, 3), rig.place(2, 1_000, 3));
    assert_eq!(rig.sell(all(2)).unwrap().fills[0].id, first);
    assert_eq!(rig.queue(1_000), [first, second]);
    let fills: Vec<_> = rig.sell(all(3)).unwrap().fills.iter().map(|fill| (fill.id, fill.units)).collect();
    assert_eq!(fills, [(first, 1), (second, 2)]);
    assert_eq!(rig.queue(1_000), [second]);
}

/// The first, the last, one in the middle and the only one; and what is placed after that is last.
#[test]
fn a_bid_leaves_its_queue_from_any_place() {
    for leaving in [vec![1], vec![3], vec![5], vec![1, 2], vec![5, 4], vec![2, 1, 3], vec![3, 5, 4, 1, 2]] {
        let mut rig = Rig::new();
        let mut expected: Vec<u32> = (1..=5).map(|_| rig.place(1, 1_000, 1)).collect();
        for id in &leaving {
            rig.request(*id, 1).unwrap();
        }
        rig.wait(900);
        for id in leaving {
            rig.finish(id).unwrap();
            expected.retain(|other| *other != id);
            assert_eq!(rig.queue(1_000), expected);
            assert_eq!(rig.bid_store.level(1_000).tail, expected.last().copied().unwrap_or(0));
        }
        expected.push(rig.place(2, 1_000, 1));
        assert_eq!(rig.queue(1_000), expected);
    }
}

#[test]
fn a_price_whose_last_bid_is_gone_leaves_nothing_behind() {
    let mut rig = Rig::new();
    rig.place(1, 1_000, 2);
    rig.wait(1_800);
    rig.catch_up(1);
    assert_eq!(rig.bid_store.live.0.len() + rig.bid_store.counted.0.len(), 6);
    rig.sell(all(2)).unwrap();
    assert!(rig.bid_store.offers.is_empty() && rig.bid_store.levels.is_empty());
    assert!(rig.bid_store.live.0.is_empty() && rig.bid_store.counted.0.is_empty());
}

#[test]
fn there_is_no_price_of_zero_and_none_beyond_the_last() {
    let mut rig = Rig::new();
    for tick in [0, 1 << 24, u32::MAX] {
        let refusal = *rig.try_place(1, tick, 1).unwrap_err();
        assert_eq!(refusal, IndexError::TickOutOfRange { tick });
    }
    rig.place(1, 1, 1);
    let last = (1 << 24) - 1;
    assert_eq!(rig.try_place(1, last, 1).unwrap().escrow, u128::from(last) * TICK);
}

#[test]
fn a_bid_is_for_at_least_one_and_for_less_than_the_limit() {
    let mut rig = Rig::new();
    assert_eq!(*rig.try_place(1, 1, 0).unwrap_err(), IndexError::ZeroAmount);
    let refusal = *rig.try_place(1, 1, UNIT_LIMIT).unwrap_err();
    assert_eq!(refusal, IndexError::TooManyUnits { units: UNIT_LIMIT });
    rig.place(1, 1, UNIT_LIMIT - 1);
}

/// The highest price of the coarsest grid is still one that everything else can work with.
#[test]
fn every_tick_of_every_allowed_grid_is_a_price() {
    let mut rig = Rig::new();
    rig.params.tick_size = u64::MAX.into();
    rig.params.validate().unwrap();
    rig.place(1, (1 << 24) - 1, UNIT_LIMIT - 1);
    rig.params.tick_size += 1;
    rig.params.validate().unwrap_err();
}
