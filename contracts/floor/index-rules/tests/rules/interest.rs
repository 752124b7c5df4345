//! How much may be open.

use everfloor_index_rules::{IndexError, WAD, interest};

use crate::rig::wad;

#[test]
fn so_many_times_the_units_bid_may_be_open() {
    assert_eq!(interest::cap(7, 10 * WAD).unwrap(), wad(70));
    assert_eq!(interest::cap(3, WAD / 10).unwrap(), 3 * WAD / 10);
    assert_eq!(interest::cap(0, 10 * WAD).unwrap(), 0);
}

#[test]
fn open_interest_grows_to_its_cap_and_no_further() {
    interest::require_within(wad(60), wad(70), wad(70)).unwrap();
    let refusal = *interest::require_within(wad(60), wad(70) + 1, wad(70)).unwrap_err();
    assert_eq!(refusal, IndexError::OpenInterestCap { open: wad(70) + 1, cap: wad(70) });
}

#[test]
fn open_interest_above_a_cap_that_fell_may_stay_or_shrink() {
    interest::require_within(wad(90), wad(90), wad(70)).unwrap();
    interest::require_within(wad(90), wad(80), wad(70)).unwrap();
    interest::require_within(wad(90), wad(90) + 1, wad(70)).unwrap_err();
}

/// What a walk stops at is just enough.
#[test]
fn the_units_needed_are_the_fewest_whose_cap_is_enough() {
    for (open, chi) in [(1, 10 * WAD), (wad(70), 10 * WAD), (wad(70) + 1, 10 * WAD), (wad(5), WAD / 10)] {
        let units = interest::needed(open, chi);
        assert!(interest::cap(units, chi).unwrap() >= open);
        assert!(interest::cap(units - 1, chi).unwrap() < open);
    }
    assert_eq!(interest::needed(0, WAD), 0);
    assert_eq!(interest::needed(u128::MAX, 1), u64::MAX);
}
