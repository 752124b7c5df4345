//! What may be backed and locked at most.

use everfloor_put_rules::{PutError, WAD};

use crate::rig::{Rig, wad};

/// P11.
#[test]
fn a_supply_of_exactly_four_times_the_liquidity_is_backed_and_a_wei_more_is_not() {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    let refusal = *rig.clone().buy(WAD, WAD, wad(400) + 1).unwrap_err();
    assert_eq!(refusal, PutError::SupplyCapExceeded { supply: wad(400) + 1, max: wad(400) });
    rig.buy(WAD, WAD, wad(400)).unwrap();
    assert_eq!(rig.pool.buyer.supply, wad(400));
}

/// A payoff may leave the supply above its cap: it can shrink and stay, and not grow.
#[test]
fn a_supply_above_its_cap_may_stay_or_shrink() {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    rig.buyer().back(wad(400), wad(100), 4).unwrap();
    let grown = *rig.buyer().back(wad(400) + 1, wad(90), 4).unwrap_err();
    assert_eq!(grown, PutError::SupplyCapExceeded { supply: wad(400) + 1, max: wad(360) });
    rig.buyer().back(wad(400), wad(90), 4).unwrap();
    rig.buyer().back(wad(399), wad(90), 4).unwrap();
    assert!(rig.buyer().back(wad(400), wad(90), 4).is_err());
}

#[test]
fn all_of_the_liquidity_can_be_locked_and_a_wei_more_cannot() {
    let mut rig = Rig::new();
    rig.deposit(wad(75)).unwrap();
    rig.buy(wad(50), WAD, 0).unwrap();
    let free = wad(75) - wad(50) * 3 / 4;
    let units = wad(50);
    let refusal = *rig.clone().buy(units + 1, WAD, 0).unwrap_err();
    assert_eq!(refusal, PutError::InsufficientCollateral { need: free + 1, free });
    rig.buy(units, WAD, 0).unwrap();
    assert_eq!(rig.cover().locked, rig.pool.book.liquidity);
}

#[test]
fn an_escrow_gives_back_what_it_has_and_no_more() {
    let mut rig = Rig::new();
    rig.buyer().fund(10).unwrap();
    let refusal = *rig.buyer().unfund(11).unwrap_err();
    assert_eq!(refusal, PutError::ExceedsEscrow { asked: 11, available: 10 });
    rig.buyer().unfund(10).unwrap();
    assert_eq!(rig.pool.buyer.escrow, 0);
}

#[test]
fn a_deposit_below_the_least_is_refused() {
    let mut rig = Rig::new();
    rig.params.min_deposit = 1_000;
    assert_eq!(*rig.deposit(999).unwrap_err(), PutError::AmountTooSmall { amount: 999, least: 1_000 });
    rig.deposit(1_000).unwrap();
}
