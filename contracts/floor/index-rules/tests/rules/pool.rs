//! What a pool pays for D tokens.

use everfloor_index_rules::{
    WAD,
    pool::{Fees, Reserves},
};

use crate::rig::wad;

const POOL: Reserves = Reserves { tokens: 20 * WAD, cash: 190 * WAD };
const FREE: Fees = Fees { pool_bps: 0, mint_bps: 0 };

#[test]
fn example_33_one_token_sold_into_20_against_190_and_3_percent_for_its_making() {
    assert_eq!(POOL.proceeds(WAD, FREE).unwrap(), 9_047_619_047_619_047_619);
    let fees = Fees { mint_bps: 300, ..FREE };
    assert_eq!(POOL.proceeds(WAD, fees).unwrap(), 8_776_190_476_190_476_190);
    assert_eq!(POOL.price(1, fees), 8_776_190_476_190_476_190);
}

/// 3 tokens: 190 * 3 / 23 = 24.782608..., a third of it each.
#[test]
fn more_tokens_bring_less_each() {
    assert_eq!(POOL.proceeds(wad(3), FREE).unwrap(), 24_782_608_695_652_173_913);
    assert_eq!(POOL.price(3, FREE), 8_260_869_565_217_391_304);
}

/// 0.3 % of the token stay: 190 * 0.997 / 20.997.
#[test]
fn the_pools_fee_is_taken_of_what_it_is_sold() {
    let fees = Fees { pool_bps: 30, ..FREE };
    assert_eq!(POOL.proceeds(WAD, fees).unwrap(), 9_021_765_014_049_626_137);
}

/// What somebody did to the reserves in this block does not matter at another price: their product does.
#[test]
fn at_an_average_price_the_reserves_are_what_they_would_be() {
    // 20 and 180 have an average price of 9; pushed to 10 and 360.
    let pushed = Reserves { tokens: wad(10), cash: wad(360) };
    assert_eq!(pushed.at_price(9 * WAD).unwrap(), Reserves { tokens: wad(20), cash: wad(180) });
}

#[test]
fn roundings_at_an_average_price_are_against_the_pool() {
    let odd = Reserves { tokens: 20 * WAD + 1, cash: 190 * WAD + 1 };
    let there = odd.at_price(7 * WAD + 3).unwrap();
    let square = |value: u128| num_bigint::BigUint::from(value) * value;
    let product = num_bigint::BigUint::from(odd.tokens) * odd.cash;
    assert!(square(there.tokens) * (7 * WAD + 3) >= &product * WAD);
    assert!(square(there.cash) * WAD <= product * (7 * WAD + 3));
    assert!(odd.at_price(0).is_err());
}

#[test]
fn a_broken_pool_has_no_answer_and_stops_nobody() {
    let broken = [
        (Reserves { tokens: 0, cash: 0 }, 1, FREE),
        (Reserves { tokens: wad(1), cash: 0 }, 1, FREE),
        (Reserves { tokens: 0, cash: u128::MAX }, 1, FREE),
        (Reserves { tokens: u128::MAX, cash: WAD }, 1, FREE),
        (POOL, 0, FREE),
        (POOL, 1, Fees { pool_bps: 10_001, mint_bps: 0 }),
        (POOL, 1, Fees { pool_bps: 0, mint_bps: 10_000 }),
    ];
    for (pool, units, fees) in broken {
        assert_eq!(pool.price(units, fees), 0, "{pool:?}");
    }
}
