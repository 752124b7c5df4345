//! What a part of a position realises.

use everfloor_perp_rules::{Position, Side, WAD};
use num_bigint::BigInt;

use crate::support::{Rig, random::Random, wad};

/// A market of random depth with a random position on it, 18 decimals.
fn random_position(random: &mut Random) -> (Rig, Position) {
    let base = random.between(wad(1_000), wad(100_000));
    let mut rig = Rig::new(crate::support::wide_params(), base, base * random.between(1, 50));
    rig.scale = 1;
    let size = random.between(10 * WAD, base / 5);
    let side = random.pick(&[Side::Long, Side::Short]);
    let exit = rig.market.curve.exit_value(side, size).unwrap();
    let size = if side == Side::Long { size as i128 } else { -(size as i128) };
    let entry = random.between(exit / 2, exit * 3 / 2);
    let margin = wad(10_000_000_000);
    let position = Position { size, open_notional: entry, margin, ..Position::default() };
    rig.market.ledger.principal = margin;
    rig.market.long_size = size.max(0) as u128;
    rig.market.short_size = size.min(0).unsigned_abs();
    (rig, position)
}

/// `a · b / d`, towards zero.
fn toward_zero(a: i128, b: u128, d: u128) -> i128 {
    i128::try_from(BigInt::from(a) * b / d).unwrap()
}

#[test]
fn a_part_realises_as_the_first_vamm_did() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..3_000 {
        let (mut rig, mut position) = random_position(&mut random);
        let (long, size) = (position.size > 0, position.base());
        let part = random.between(1, size / 2);
        let exit = rig.exit(&position);
        let entry = position.open_notional as i128;
        let fill = rig.close(&mut position, part).unwrap();

        // There: the share of the profit is cut twice, and the rest of the entry follows from it.
        let cut = toward_zero(toward_zero(exit.pnl_wad, part, WAD), WAD, size);
        let left = exit.pnl_wad - cut;
        let rest = exit.notional as i128 - fill.notional as i128;
        let rest_entry = if long { rest - left } else { rest + left };
        if rest_entry <= 0 {
            continue; // There, this was refused.
        }
        // Exactly it is between the two: that one is cut towards zero, twice, ours is rounded down, once.
        let exact = BigInt::from(exit.pnl_wad) * part;
        let got = BigInt::from(fill.realized_pnl) * size;
        assert!(got <= exact && exact - &got < BigInt::from(size), "more than a wei from the exact share");
        let apart = cut - fill.realized_pnl;
        assert!((0..=2).contains(&apart) || (-1..=0).contains(&apart), "{cut} there, {}", fill.realized_pnl);
        let entry_apart = rest_entry - position.open_notional as i128;
        assert_eq!(
            entry_apart.abs(),
            apart.abs(),
            "entries {rest_entry} and {} of {entry}",
            position.open_notional
        );
    }
}

#[test]
fn nothing_is_lost_between_a_part_and_the_rest() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..3_000 {
        let (mut rig, mut position) = random_position(&mut random);
        if random.one_in(3) {
            position.open_notional = random.between(0, position.open_notional / 50);
        }
        let before = rig.exit(&position);
        let part = random.between(1, position.base() - 1);
        let fill = rig.close(&mut position, part).unwrap();
        let after = rig.exit(&position);
        let total = fill.realized_pnl + after.pnl_wad;
        // Closing in two swaps rounds once more, for the market.
        assert!((0..=2).contains(&(before.pnl_wad - total)), "{} became {total}", before.pnl_wad);
    }
}

#[test]
fn b13_a_very_profitable_long_can_be_reduced_to_any_part() {
    let (mut rig, mut alice, mut bob) = (Rig::v1(), Position::default(), Position::default());
    rig.scale = 1;
    rig.oracle.price = wad(100);
    rig.open(&mut alice, Side::Long, wad(100), wad(100)).unwrap();
    for _ in 0..3 {
        rig.open(&mut bob, Side::Long, wad(2_000), wad(2_000)).unwrap();
    }
    let before = rig.exit(&alice);
    assert!(before.pnl_wad > 20 * alice.open_notional as i128);
    for part in [1, 20, 50, 80, 99] {
        let (mut rig, mut position) = (rig.clone(), alice);
        let base = position.base() / 100 * part;
        let fill = rig.close(&mut position, base).unwrap();
        let total = fill.realized_pnl + rig.exit(&position).pnl_wad;
        assert!((0..=2).contains(&(before.pnl_wad - total)), "{part} %: {} became {total}", before.pnl_wad);
    }
}

#[test]
fn a_short_that_the_curve_cannot_take_whole_can_still_be_reduced() {
    let (mut rig, mut whale, mut crowd) = (Rig::v1(), Position::default(), Position::default());
    rig.scale = 1;
    rig.open(&mut whale, Side::Short, wad(100_000), wad(500)).unwrap();
    for _ in 0..4 {
        rig.open(&mut crowd, Side::Long, wad(100_000), wad(400)).unwrap();
    }
    assert!(whale.base() > rig.market.curve.base);
    let (entry, size) = (whale.open_notional, whale.base());
    let fill = rig.close(&mut whale, size / 10).unwrap();
    assert_eq!(whale.open_notional, entry - entry / 10);
    assert_eq!(fill.realized_pnl, (entry / 10) as i128 - fill.notional as i128);
}

#[test]
fn closing_all_realises_all_and_leaves_no_entry() {
    let (mut rig, mut alice) = (Rig::v1(), Position::default());
    rig.open(&mut alice, Side::Long, 100_000_000, wad(333)).unwrap();
    let exit = rig.exit(&alice);
    let fill = rig.close(&mut alice, u128::MAX).unwrap();
    assert_eq!((alice.size, alice.open_notional), (0, 0));
    assert_eq!(fill.notional, exit.notional);
}

#[test]
fn an_order_for_the_exact_value_closes_all() {
    for side in [Side::Long, Side::Short] {
        let (mut rig, mut alice) = (Rig::v1(), Position::default());
        rig.open(&mut alice, side, 100_000_000, wad(333)).unwrap();
        let exit = rig.exit(&alice).notional;
        let done = rig.open(&mut alice, side.opposite(), 0, exit).unwrap();
        assert_eq!((alice.size, alice.open_notional, done.notional), (0, 0, exit));
    }
}

#[test]
fn the_share_of_a_profit_is_rounded_against_the_account() {
    let (mut rig, mut alice) = (Rig::v1(), Position::default());
    rig.open(&mut alice, Side::Long, 100_000_000, wad(100)).unwrap();
    let third = alice.base() / 3;
    let fill = rig.close(&mut alice, third).unwrap();
    assert_eq!(fill.realized_pnl, -1, "a fraction of a unit lost is a unit lost");
}
