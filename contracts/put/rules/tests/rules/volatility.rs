//! The one volatility of an epoch.

use everfloor_put_rules::{
    WAD,
    volatility::{Reading, next},
};

use crate::rig::{DAY, GENESIS, params};

const NOW: u64 = GENESIS + 30 * DAY;

fn after(present: u128, sigma: Option<u128>, age: u64) -> u128 {
    next(present, Reading { sigma, updated_at: NOW - age }, NOW, &params()).unwrap()
}

#[test]
fn it_moves_by_a_quarter_at_most() {
    for (read, found) in
        [(100, 100), (124, 124), (125, 125), (126, 125), (900, 125), (76, 76), (75, 75), (74, 75), (1, 75)]
    {
        assert_eq!(after(WAD, Some(read * WAD / 100), 0), found * WAD / 100, "{read}");
    }
    assert_eq!(after(WAD, Some(u128::MAX), 0), WAD * 5 / 4);
    assert_eq!(after(WAD, Some(0), 0), WAD * 3 / 4);
}

#[test]
fn a_source_that_is_silent_or_old_makes_it_a_tenth_more() {
    assert_eq!(after(WAD, None, 0), WAD * 11 / 10);
    assert_eq!(after(WAD, Some(WAD), 40 * DAY), WAD);
    assert_eq!(after(WAD, Some(WAD), 40 * DAY + 1), WAD * 11 / 10);
}

/// 3.4, 4: a volatility without bounds was whatever an account wrote.
#[test]
fn it_stays_within_the_pools_bounds() {
    let params = params();
    assert_eq!(after(params.sigma_max, None, 0), params.sigma_max);
    assert_eq!(after(params.sigma_max, Some(u128::MAX), 0), params.sigma_max);
    assert_eq!(after(params.sigma_min, Some(0), 0), params.sigma_min);
    let mut sigma = WAD;
    for _ in 0..200 {
        sigma = after(sigma, Some(1), 0);
    }
    assert_eq!(sigma, params.sigma_min);
}
