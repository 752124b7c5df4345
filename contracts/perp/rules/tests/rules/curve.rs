//! The curve gives no trader anything by rounding.

use everfloor_perp_rules::{Curve, PerpError, Side, WAD};
use num_bigint::BigInt;

use crate::support::{random::Random, wad};

fn random_curve(random: &mut Random) -> Curve {
    let mut reserve = || random.between(1, 1 << 100) >> random.below(70);
    let (base, quote) = (reserve().max(1), reserve().max(1));
    Curve { base, quote, peg: random.pick(&[WAD, WAD, 1, 3 * WAD + 1, WAD / 7, 250 * WAD]) }
}

fn k(curve: &Curve) -> BigInt {
    BigInt::from(curve.base) * curve.quote
}

/// Whether `got` is `a · b / d` rounded down.
fn is_floor(got: u128, a: u128, b: u128, d: u128) -> bool {
    let exact = BigInt::from(a) * b;
    BigInt::from(got) * d <= exact && exact < (BigInt::from(got) + 1) * d
}

/// Whether `got` is `a · b / d` rounded up.
fn is_ceiling(got: u128, a: u128, b: u128, d: u128) -> bool {
    let exact = BigInt::from(a) * b;
    (BigInt::from(got) - 1) * d < exact && exact <= BigInt::from(got) * d
}

#[test]
fn a_long_receives_the_exact_result_rounded_down_and_a_short_owes_it_rounded_up() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..5_000 {
        let curve = Curve { peg: WAD, ..random_curve(&mut random) };
        let amount = random.between(0, 1 << 100) >> random.below(100);
        let mut after = curve;
        if let Ok(base) = after.swap_quote(Side::Long, amount) {
            assert!(is_floor(base, curve.base, amount, curve.quote + amount), "{curve:?} {amount}");
        }
        let mut after = curve;
        if let Ok(base) = after.swap_quote(Side::Short, amount) {
            assert!(is_ceiling(base, curve.base, amount, curve.quote - amount), "{curve:?} {amount}");
        }
        let mut after = curve;
        if let Ok(quote) = after.swap_base(Side::Long, amount) {
            assert!(is_floor(quote, curve.quote, amount, curve.base + amount), "{curve:?} {amount}");
        }
        let mut after = curve;
        if let Ok(quote) = after.swap_base(Side::Short, amount) {
            assert!(is_ceiling(quote, curve.quote, amount, curve.base - amount), "{curve:?} {amount}");
        }
    }
}

#[test]
fn no_swap_lets_k_fall() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..5_000 {
        let curve = random_curve(&mut random);
        let amount = random.between(0, 1 << 100) >> random.below(100);
        let side = random.pick(&[Side::Long, Side::Short]);
        let mut after = curve;
        let done =
            if random.one_in(2) { after.swap_quote(side, amount) } else { after.swap_base(side, amount) };
        assert!(done.is_err() || k(&after) >= k(&curve), "{curve:?} {side:?} {amount}");
    }
}

#[test]
fn a_round_trip_never_pays_whatever_the_peg() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..5_000 {
        let curve = random_curve(&mut random);
        let notional = random.between(0, 1 << 100) >> random.below(100);
        for side in [Side::Long, Side::Short] {
            let mut after = curve;
            let Ok(base) = after.swap_quote(side, notional) else { continue };
            let Ok(back) = after.swap_base(side, base) else { continue };
            match side {
                Side::Long => assert!(back <= notional, "{curve:?}: paid {notional}, got {back}"),
                Side::Short => assert!(back >= notional, "{curve:?}: got {notional}, paid {back}"),
            }
        }
    }
}

#[test]
fn a_trade_in_parts_gets_no_more_than_the_whole() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..2_000 {
        let curve = Curve { base: wad(1_000), quote: wad(random.between(10, 100_000)), peg: WAD };
        let notional = random.between(1, curve.quote / 2);
        let first = random.between(0, notional);
        for side in [Side::Long, Side::Short] {
            let (mut whole, mut parts) = (curve, curve);
            let at_once = whole.swap_quote(side, notional).unwrap();
            let in_two =
                parts.swap_quote(side, first).unwrap() + parts.swap_quote(side, notional - first).unwrap();
            match side {
                Side::Long => assert!(in_two <= at_once, "{in_two} > {at_once}"),
                Side::Short => assert!(in_two >= at_once, "{in_two} < {at_once}"),
            }
        }
    }
}

#[test]
fn what_an_exit_is_worth_is_what_the_exit_gives() {
    let curve = Curve { base: wad(100), quote: wad(1_000), peg: WAD };
    for side in [Side::Long, Side::Short] {
        let mut after = curve;
        assert_eq!(curve.exit_value(side, wad(7)), after.swap_base(side, wad(7)));
        assert_ne!(after, curve);
    }
}

#[test]
fn a_reserve_cannot_be_emptied() {
    let mut curve = Curve { base: wad(100), quote: wad(1_000), peg: WAD };
    let refused = |asked, reserve| Err(Box::new(PerpError::CurveExhausted { asked, reserve }));
    assert_eq!(curve.swap_quote(Side::Short, wad(1_000)), refused(wad(1_000), wad(1_000)));
    assert_eq!(curve.swap_base(Side::Short, wad(101)), refused(wad(101), wad(100)));
    assert!(curve.swap_base(Side::Short, wad(99)).is_ok());
}

#[test]
fn the_peg_scales_price_and_value_alike() {
    let unpegged = Curve { base: wad(100), quote: wad(1_000), peg: WAD };
    let pegged = Curve { peg: 20 * WAD, ..unpegged };
    assert_eq!(pegged.spot().unwrap(), 20 * unpegged.spot().unwrap());
    let (mut a, mut b) = (unpegged, pegged);
    assert_eq!(a.swap_quote(Side::Long, wad(50)), b.swap_quote(Side::Long, wad(1_000)));
    assert_eq!(a.swap_base(Side::Long, wad(1)).unwrap() * 20, b.swap_base(Side::Long, wad(1)).unwrap());
}
