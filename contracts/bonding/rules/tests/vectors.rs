//! The worked examples of the pool's study, to the wei, and the edges of every rule.

use everfloor_bonding_rules::{
    Backing, Bond, BondError, Books, Charge, Mark, Params, Redemption, WAD, bond::require_time,
};
use everfloor_math::U256;
use everfloor_put_rules::{
    purchase::max_supply,
    terms::{Collateral, unit_price},
};

const MONTH: u64 = 30 * 86_400;
/// 0.2
const PRICE: u128 = WAD / 5;

fn at(price: u128) -> Mark {
    Mark { low: price, high: price }
}

/// The books after 1 dpxETH bonded at 0.2.
fn one_bonded() -> Books {
    let mut books = Books::default();
    books.add(WAD, &Charge::of(WAD, at(PRICE)).unwrap()).unwrap();
    books
}

fn refused<T: core::fmt::Debug>(result: Result<T, Box<BondError>>) -> BondError {
    *result.unwrap_err()
}

#[test]
fn a_bond_brings_a_quarter_in_the_underlying_and_buys_as_many_puts() {
    for (amount, units, lock, premium) in [
        (WAD, 1_250_000_000_000_000_000, 187_500_000_000_000_000, 5_104_058_525_025_257),
        (800 * WAD, 1_000 * WAD, 150 * WAD, 4_083_246_820_020_205_000),
    ] {
        let charge = Charge::of(amount, at(PRICE)).unwrap();
        let strike = 150_000_000_000_000_000;
        assert_eq!(charge, Charge { units, underlying: units, collateral: amount / 4 * 3, strike });
        // What the pool makes of it, at a volatility of 100 %.
        let collateral = Collateral { scale: 1 };
        assert_eq!(collateral.cost_up(units, strike).unwrap(), lock);
        let put = unit_price(PRICE, strike, WAD, MONTH).unwrap();
        assert_eq!(collateral.cost_up(units, put).unwrap(), premium);
    }
}

#[test]
fn the_backing_follows_the_price_and_stops_at_fifteen_sixteenths() {
    let Books { collateral, underlying, supply } = one_bonded();
    let [collateral, underlying, supply] = [collateral, underlying, supply].map(U256::from);
    let backing = Backing { collateral, underlying, supply };
    let strike = PRICE / 4 * 3;
    // Price in thousandths of the bond's; worth without puts and with them, and what they pay, in ten-thousandths.
    for (price, without, with, payoff) in [
        (0, 7_500, 9_375, 1_875),
        (250, 8_125, 9_375, 1_250),
        (700, 9_250, 9_375, 125),
        (760, 9_400, 9_400, 0),
        (1_000, 10_000, 10_000, 0),
        (1_500, 11_250, 11_250, 0),
        (5_000, 20_000, 20_000, 0),
    ] {
        let price = PRICE / 1_000 * price;
        let part = |amount: u128| U256::from(WAD / 10_000 * amount);
        let paid = underlying * U256::from(strike.saturating_sub(price)) / U256::from(WAD);
        assert_eq!(paid, part(payoff));
        let price = U256::from(price);
        assert_eq!(backing.ratio_down(backing.worth_down(price).unwrap()), part(without));
        assert_eq!(backing.ratio_down(backing.with_puts_down(price, paid).unwrap()), part(with));
    }
}

#[test]
fn four_times_the_liquidity_is_the_most() {
    for (liquidity, most) in [(187_500_000_000_000_000, 750_000_000_000_000_000), (100 * WAD, 400 * WAD)] {
        assert_eq!(max_supply(liquidity, 4).unwrap(), most);
    }
}

#[test]
fn roundings_are_the_bonders() {
    // Neither the units nor three quarters of the price are whole.
    let charge = Charge::of(WAD + 1, at(300_000_000_000_000_001)).unwrap();
    assert_eq!(charge.underlying, charge.units + 1);
    assert_eq!(charge.strike, 225_000_000_000_000_000);
    let puts = charge.units * charge.strike / WAD;
    assert!(charge.collateral + puts >= 937_500_000_000_000_001);
    assert!(charge.collateral - (WAD / 4 * 3) <= 3);
    // Where there are many units the strike's rounding counts, a quarter of a wei on each here.
    let cheap = Charge::of(WAD, at(1_000_000_003)).unwrap();
    assert_eq!(cheap.collateral - WAD / 4 * 3, 62_500_000);
    // The least there is has all its backing in collateral.
    let dust = Charge::of(1, at(PRICE)).unwrap();
    assert_eq!(dust, Charge { units: 1, underlying: 2, collateral: 1, strike: PRICE / 4 * 3 });
}

#[test]
fn what_is_no_number_is_refused() {
    assert_eq!(refused(Charge::of(1 << 96, at(PRICE))), BondError::Overflow);
    assert_eq!(refused(Charge::of(WAD, at(1 << 88))), BondError::Overflow);
    assert_eq!(refused(Charge::of((1 << 96) - 1, at(1))), BondError::Overflow);
    let full = Books { collateral: u128::MAX, ..Books::default() };
    assert_eq!(refused({ full }.collect(1)), BondError::Overflow);
    let backing = Backing { underlying: U256::from(u128::MAX), ..Backing::default() };
    assert_eq!(refused(backing.worth_down(U256::MAX)), BondError::Overflow);
}

#[test]
fn limits_are_kept_to_the_wei() {
    let charge = Charge::of(WAD, at(PRICE)).unwrap();
    let (underlying, collateral) = (charge.underlying, charge.collateral + 7);
    charge.require_within(collateral, underlying, collateral).unwrap();
    assert_eq!(
        refused(charge.require_within(collateral, underlying - 1, collateral)),
        BondError::SlippageUnderlying { paid: underlying, limit: underlying - 1 }
    );
    assert_eq!(
        refused(charge.require_within(collateral, underlying, collateral - 1)),
        BondError::SlippageCollateral { paid: collateral, limit: collateral - 1 }
    );
    let taken = Redemption { collateral: 3, underlying: 5 };
    taken.require_least(3, 5).unwrap();
    assert_eq!(refused(taken.require_least(4, 5)), BondError::SlippageCollateral { paid: 3, limit: 4 });
    assert_eq!(refused(taken.require_least(3, 6)), BondError::SlippageUnderlying { paid: 5, limit: 6 });
}

#[test]
fn a_bond_is_due_at_its_maturity_and_not_before() {
    let params = Params { maturity: 100, min_bond: 10 };
    let bond = Bond::open(10, 1_000, &params).unwrap();
    assert_eq!(refused(bond.require_matured(1_099)), BondError::NotMatured { maturity: 1_100, now: 1_099 });
    bond.require_matured(1_100).unwrap();
    assert_eq!(refused(Bond::open(9, 1_000, &params)), BondError::BelowMinimum { amount: 9, minimum: 10 });
    require_time(5, 5).unwrap();
    assert_eq!(refused(require_time(5, 6)), BondError::Expired { deadline: 5, now: 6 });
}

#[test]
fn parameters_have_bounds() {
    let good = Params { maturity: MONTH, min_bond: 1 };
    good.validate().unwrap();
    Params { maturity: 0, min_bond: (1 << 96) - 1 }.validate().unwrap();
    for (bad, index, value) in [
        (Params { maturity: MONTH + 1, ..good }, 0, u128::from(MONTH) + 1),
        (Params { min_bond: 0, ..good }, 1, 0),
        (Params { min_bond: 1 << 96, ..good }, 1, 1 << 96),
    ] {
        assert_eq!(refused(bad.validate()), BondError::ParameterOutOfBounds { index, value });
    }
}

#[test]
fn a_redemption_takes_its_part_where_that_is_worth_no_more_than_its_face() {
    let mut books = one_bonded();
    let taken = books.burn(WAD / 2, at(PRICE)).unwrap();
    assert_eq!(taken, Redemption { collateral: WAD / 8 * 3, underlying: WAD / 8 * 5 });
    assert_eq!(books, Books { collateral: WAD / 8 * 3, underlying: WAD / 8 * 5, supply: WAD / 2 });
    // At half the price it is the same part, and worth less.
    assert_eq!(books.burn(WAD / 2, at(PRICE / 2)).unwrap(), taken);
    assert_eq!(books, Books::default());
}

#[test]
fn a_redemption_worth_more_is_cut_to_its_face_at_the_higher_price() {
    let mut books = one_bonded();
    // At twice the price half of the underlying is worth the quarter.
    let mark = Mark { low: PRICE, high: 2 * PRICE };
    let taken = books.burn(WAD / 2, mark).unwrap();
    assert_eq!(taken, Redemption { collateral: WAD / 8 * 3, underlying: WAD / 16 * 5 });
    assert_eq!(books.underlying, WAD / 16 * 15);
    // With a payoff there is more collateral than the face: it is cut to that, and of the underlying there is none.
    books.collect(WAD).unwrap();
    assert_eq!(books.redemption(WAD / 2, mark).unwrap(), Redemption { collateral: WAD / 2, underlying: 0 });
    // Where the underlying is next to worthless no number says how much of it would fit, and it is all there is.
    let mut poor = one_bonded();
    let all = poor.burn(WAD, at(1)).unwrap();
    assert_eq!(all, Redemption { collateral: WAD / 4 * 3, underlying: WAD / 4 * 5 });
}

#[test]
fn nothing_and_too_much_are_refused() {
    let books = one_bonded();
    assert_eq!(refused(books.redemption(0, at(PRICE))), BondError::ZeroAmount);
    assert_eq!(
        refused(books.redemption(WAD + 1, at(PRICE))),
        BondError::ExceedsSupply { amount: WAD + 1, supply: WAD }
    );
}

#[test]
fn nothing_backs_nothing_without_end() {
    assert_eq!(Backing::default().ratio_down(U256::ZERO), U256::MAX);
}
