//! A part's share of a price, for any price and any weights.
#![allow(missing_docs)]

use alloy_primitives::U256;
use part_index::rules::{Share, WHOLE};

fn of(from: u128, end: u128, price: U256) -> U256 {
    Share { from, end }.of(price).unwrap()
}

#[test]
fn a_tenth_of_ten_is_one() {
    let ten = U256::from(10 * WHOLE);
    assert_eq!(of(0, WHOLE / 10, ten), U256::from(WHOLE));
    assert_eq!(of(WHOLE / 10, WHOLE, ten), U256::from(9 * WHOLE));
    assert_eq!(of(0, WHOLE, ten), ten);
    assert_eq!(of(0, WHOLE / 2, U256::from(3_u8)), U256::from(1_u8));
    assert_eq!(of(WHOLE / 2, WHOLE, U256::from(3_u8)), U256::from(2_u8), "the last has what rounding left");
}

#[test]
fn the_shares_of_all_parts_sum_to_the_price_and_each_is_within_a_wei() {
    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..20_000 {
        let price = U256::from(next()) * U256::from(next() >> (next() % 64));
        let mut ends: Vec<u128> = (0..next() % 7 + 1).map(|_| u128::from(next()) % WHOLE).collect();
        ends.push(WHOLE);
        ends.sort_unstable();
        let (mut sum, mut from) = (U256::ZERO, 0);
        for end in ends {
            let share = of(from, end, price);
            let exact = price * U256::from(end - from);
            let counted = share * U256::from(WHOLE);
            assert!(counted.abs_diff(exact) < U256::from(WHOLE), "{share} of {price} from {from} to {end}");
            sum += share;
            from = end;
        }
        assert_eq!(sum, price);
    }
    assert_eq!(of(0, WHOLE, U256::MAX), U256::MAX);
}
