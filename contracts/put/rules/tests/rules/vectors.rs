//! The worked examples of the pool's study, to the wei.

use everfloor_put_rules::{
    WAD, cover::Cover, exits::required, purchase::max_supply, terms::strike_of, yields::RewardPlan,
};

use crate::rig::{DAY, EPOCH, ETHER, GENESIS, Rig, Strikes, wad};

/// The scenario S1: 100 and 300 deposited, then 800 dpxETH bonded at 0.2: 1,000 units at a strike of 0.15; 1,600 backed.
fn s1() -> Rig {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    rig.deposit(wad(300)).unwrap();
    let bought = rig.buy(wad(1_000), WAD / 5, wad(1_600)).unwrap();
    assert_eq!(bought.strike, 150_000_000_000_000_000);
    assert_eq!(bought.lock, wad(150));
    assert_eq!(bought.premium, 4_083_246_820_020_205_000);
    assert_eq!(bought.prefunded, 0);
    rig
}

#[test]
fn a_bond_buys_units_and_locks_three_quarters_of_a_quarter() {
    let mut rig = Rig::new();
    rig.deposit(wad(1)).unwrap();
    let bought = rig.buy(1_250_000_000_000_000_000, WAD / 5, wad(1)).unwrap();
    assert_eq!((bought.strike, bought.lock), (150_000_000_000_000_000, 187_500_000_000_000_000));
    // The real premium is 0.0051040585250252558433.
    assert_eq!(bought.premium, 5_104_058_525_025_257);
    s1();
}

#[test]
fn a_premium_vests_evenly_and_by_shares() {
    for (day, vested, a, b) in [
        (0, 0, 0, 0),
        (15, 2_041_623_410_010_102_500, 510_405_852_502_525_625, 1_531_217_557_507_576_875),
        (30, 4_083_246_820_020_205_000, 1_020_811_705_005_051_250, 3_062_435_115_015_153_750),
    ] {
        let mut rig = s1();
        rig.now = GENESIS + day * DAY;
        let close = |got: u128, want: u128| assert!(want - got <= 2, "day {day}: {got} is not {want}");
        close(rig.pool.stream.vesting(rig.now, rig.end()).unwrap(), vested);
        close(rig.settle(0).unwrap().owed, a);
        close(rig.settle(1).unwrap().owed, b);
    }
}

#[test]
fn rolls_settle_strike_and_charge_to_the_wei() {
    for (price, payoff, strike, required, locked, liquidity) in [
        (180_000_000_000_000_000, 0, 135_000_000_000_000_000, 3_674_922_138_018_185_000, wad(135), wad(400)),
        (
            149_999_999_999_999_999,
            1_000,
            112_499_999_999_999_999,
            3_062_435_115_015_154_000,
            112_499_999_999_999_999_000,
            399_999_999_999_999_999_000,
        ),
        (400_000_000_000_000_000, 0, 300_000_000_000_000_000, 8_166_493_640_040_410_000, wad(300), wad(400)),
    ] {
        let mut rig = s1();
        rig.buyer().fund(wad(100)).unwrap();
        rig.now = rig.end();
        let rolled = rig.roll_at(price).unwrap();
        assert_eq!(rolled.payoff, payoff, "payoff at {price}");
        assert_eq!((rolled.strike, rolled.required, rolled.funding), (strike, required, required));
        assert_eq!((rolled.lapsed, rolled.units, rolled.fill), (0, wad(1_000), None));
        assert_eq!((rig.cover().locked, rig.pool.book.liquidity), (locked, liquidity));
    }
}

#[test]
fn what_the_escrow_does_not_pay_lapses() {
    let mut rig = s1();
    rig.buyer().fund(1_837_461_069_009_092_500).unwrap();
    rig.now = rig.end();
    let rolled = rig.roll_at(180_000_000_000_000_000).unwrap();
    assert_eq!((rolled.required, rolled.funding), (3_674_922_138_018_185_000, 1_837_461_069_009_092_500));
    assert_eq!((rolled.lapsed, rolled.units), (wad(500), wad(500)));
    assert_eq!((rig.cover().locked, rig.pool.book.liquidity), (wad(135) / 2, wad(400)));
}

#[test]
fn each_put_pays_its_own_strike() {
    let (mut cover, mut strikes) = (Cover::default(), Strikes::default());
    let milli = WAD / 1_000;
    for (strike, units) in [(150, 100), (165, 50), (225, 40), (120, 30)] {
        let (units, strike) = (wad(units), strike * milli);
        let lock = ETHER.cost_up(units, strike).unwrap();
        cover.add(&mut strikes, units, strike, lock, wad(1_000)).unwrap();
    }
    assert_eq!(cover.locked, 35_850_000_000_000_000_000);
    for (price, payoff) in [
        (300, 0),
        (225, 0),
        (200, 1_000_000_000_000_000_000),
        (165, 2_400_000_000_000_000_000),
        (150, 3_750_000_000_000_000_000),
        (140, 5_650_000_000_000_000_000),
        (120, 9_450_000_000_000_000_000),
        (50, 24_850_000_000_000_000_000),
        (0, 35_850_000_000_000_000_000),
    ] {
        assert_eq!(cover.payoff(&strikes, price * milli, ETHER).unwrap(), payoff, "at {price}");
    }
}

#[test]
fn strikes_are_three_quarters_rounded_down() {
    for (price, strike) in
        [(312_000_000_000_000_000, 234_000_000_000_000_000), (1, 0), (2, 1), (3, 2), (5, 3)]
    {
        assert_eq!(strike_of(price).unwrap(), strike);
    }
}

#[test]
fn a_supply_is_at_most_four_times_the_liquidity_and_exits_leave_a_quarter_of_it() {
    assert_eq!(max_supply(187_500_000_000_000_000, 4).unwrap(), 750_000_000_000_000_000);
    assert_eq!(max_supply(wad(100), 4).unwrap(), wad(400));
    assert_eq!(required(5, 4, 0, None, ETHER).unwrap(), 2);
    for (supply, most) in [(1_600, 0), (0, 250), (1_000, 150)] {
        let stays = required(wad(supply), 4, wad(1_000), Some(WAD / 5), ETHER).unwrap();
        assert_eq!(wad(400) - stays, wad(most), "a supply of {supply}");
    }
}

#[test]
fn rewards_are_three_thousand_a_year_for_exactly_three_years() {
    let plan = RewardPlan { per_year: wad(3_000), duration: 94_608_000 };
    for (seconds, emitted) in [
        (0, 0),
        (1, 95_129_375_951_293),
        (86_400, 8_219_178_082_191_780_821),
        (7_776_000, 739_726_027_397_260_273_972),
        (31_536_001, 3_000_000_095_129_375_951_293),
        (94_608_000, wad(9_000)),
        (94_608_001, wad(9_000)),
        (u64::MAX, wad(9_000)),
    ] {
        assert_eq!(plan.emitted(seconds).unwrap(), emitted, "after {seconds} s");
    }
    let in_epoch =
        |number: u64| plan.emitted(number * EPOCH).unwrap() - plan.emitted((number - 1) * EPOCH).unwrap();
    assert_eq!(in_epoch(1), 246_575_342_465_753_424_657);
    assert_eq!(in_epoch(12), 246_575_342_465_753_424_658);
    assert_eq!(in_epoch(38), 0);
}

#[test]
fn a_quarter_of_the_underlying_with_its_puts_is_worth_at_least_0_9375_in_its_epoch() {
    // One of a backing bought at a price of 1: 0.75 and a quarter unit, with a put on each.
    let mut rig = Rig::new();
    rig.deposit(wad(1)).unwrap();
    rig.buy(WAD / 4, WAD, wad(1)).unwrap();
    for (hundredths, without, with) in [
        (0, 7_500, 9_375),
        (25, 8_125, 9_375),
        (70, 9_250, 9_375),
        (75, 9_375, 9_375),
        (76, 9_400, 9_400),
        (100, 10_000, 10_000),
        (150, 11_250, 11_250),
        (500, 20_000, 20_000),
    ] {
        let price = hundredths * WAD / 100;
        let plain = WAD * 3 / 4 + price / 4;
        assert_eq!(plain, without * WAD / 10_000);
        let payoff = rig.cover().payoff(&rig.strikes, price, ETHER).unwrap();
        assert_eq!(plain + payoff, with * WAD / 10_000, "at {price}");
    }
}

#[test]
fn over_epochs_the_floor_follows_the_price_down() {
    // Cash settled and struck anew each epoch, as the source has it: the floor is the epoch's.
    for (numerator, denominator, floors) in [
        (
            3,
            4,
            [
                937_500_000_000,
                890_625_000_000,
                855_468_750_000,
                829_101_562_500,
                809_326_171_875,
                794_494_628_906,
            ],
        ),
        (
            1,
            10,
            [
                937_500_000_000,
                931_250_000_000,
                930_625_000_000,
                930_562_500_000,
                930_556_250_000,
                930_555_625_000,
            ],
        ),
    ] {
        let mut rig = Rig::new();
        rig.deposit(wad(4)).unwrap();
        rig.buy(WAD / 4, WAD, wad(1)).unwrap();
        rig.buyer().fund(wad(1)).unwrap();
        let (mut price, mut cash) = (WAD, WAD * 3 / 4);
        for floor in floors {
            price = price * numerator / denominator;
            rig.now = rig.end();
            let rolled = rig.roll_at(price).unwrap();
            assert_eq!(rolled.lapsed, 0);
            cash += rolled.payoff;
            let backing: u128 = cash + price / 4;
            assert!(backing.abs_diff(floor * 1_000_000) <= 1_000_000, "{backing} is not {floor}");
        }
    }
}
