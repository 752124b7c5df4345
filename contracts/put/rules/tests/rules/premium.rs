//! What a put costs, and who gets it.

use everfloor_put_rules::{PutError, WAD, purchase::quote, terms::unit_price};

use crate::rig::{DAY, EPOCH, ETHER, GENESIS, Rig, params, wad};

/// M-12: bought a day before the end, a put was nearly free.
#[test]
fn a_premium_is_that_of_a_whole_epoch_whenever_it_is_paid() {
    let at = |seconds| quote(wad(10), WAD, WAD, GENESIS + seconds, &params(), 0, ETHER).unwrap();
    let first = at(0);
    assert_eq!((first.premium, first.prefunded), (204_162_341_001_010_240, 0));
    let mut before = 0;
    for seconds in [1, DAY, 15 * DAY, 29 * DAY, EPOCH - 864, EPOCH - 863, EPOCH - 1] {
        let late = at(seconds);
        assert_eq!((late.premium, late.strike, late.lock), (first.premium, first.strike, first.lock));
        assert!(late.prefunded >= before && late.prefunded < late.premium);
        before = late.prefunded;
    }
    // In the last second nearly all of it is for the next epoch, and the writers still get a wei for a unit.
    assert_eq!(at(EPOCH - 1).premium - at(EPOCH - 1).prefunded, 10);
}

#[test]
fn what_a_late_premium_leaves_pays_the_next_funding() {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    rig.now = rig.end() - DAY;
    let bought = rig.buy(wad(10), WAD, 0).unwrap();
    let earned = bought.premium - bought.prefunded;
    assert_eq!((rig.pool.stream.unvested, rig.pool.buyer.escrow), (earned, bought.prefunded));
    let rolled = rig.next_epoch(WAD);
    // The price has not moved, so it lacks only what the one day cost.
    assert_eq!(rolled.required, bought.premium);
    assert_eq!(rolled.funding, bought.prefunded);
    assert_eq!(rolled.units + rolled.lapsed, wad(10));
    let missing = rolled.lapsed * bought.premium / wad(10);
    assert!(missing.abs_diff(earned) <= 2);
}

#[test]
fn writers_get_the_premium_until_the_end_and_no_less_than_a_wei_for_each_unit() {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    rig.now = rig.end() - 1;
    rig.buy(1_000_000, 1_000, 0).unwrap();
    assert_eq!(rig.pool.stream.unvested, 1);
    rig.now = rig.end();
    assert_eq!(rig.settle(0).unwrap().owed, 1);
}

/// H-06: with less than 864 seconds left nothing could be priced.
#[test]
fn a_put_has_a_price_to_the_last_second() {
    for seconds in [0, 1, 2, 863, 864, 865] {
        // Out of the money by a quarter and with no time: nothing, and a wei.
        assert_eq!(unit_price(WAD, WAD / 4 * 3, WAD, seconds).unwrap(), 1);
        // In the money it is what it pays.
        assert_eq!(unit_price(WAD / 2, WAD / 4 * 3, WAD, 0).unwrap(), WAD / 4 + 1);
    }
}

#[test]
fn a_premium_is_rounded_up_and_what_is_locked_too() {
    for units in [1_000_000, 1_000_001, WAD + 1] {
        let bought = quote(units, 1_001, WAD, GENESIS, &params(), 0, ETHER).unwrap();
        let price = unit_price(1_001, 750, WAD, EPOCH).unwrap();
        assert_eq!(bought.premium, (units * price).div_ceil(WAD));
        assert_eq!(bought.lock, (units * 750).div_ceil(WAD));
        assert!(bought.premium > 0 && bought.lock > 0);
    }
}

#[test]
fn a_purchase_keeps_to_the_buyers_limits() {
    let mut rig = Rig::new();
    rig.deposit(wad(100)).unwrap();
    let bought = rig.clone().buy(WAD, WAD, 0).unwrap();
    let mut order = everfloor_put_rules::Order {
        units: WAD,
        supply: 0,
        price: WAD,
        max_premium: bought.premium,
        min_strike: bought.strike,
    };
    let sell = |order: &_| {
        let mut rig = rig.clone();
        everfloor_put_rules::purchase::Counter::of(&mut rig.pool, &mut rig.strikes)
            .sell(order, GENESIS, &params(), ETHER)
            .map_err(|refusal| *refusal)
    };
    assert_eq!(sell(&order), Ok(bought));
    order.max_premium -= 1;
    let slipped = PutError::SlippagePremium { premium: bought.premium, limit: bought.premium - 1 };
    assert_eq!(sell(&order), Err(slipped));
    (order.max_premium, order.min_strike) = (u128::MAX, bought.strike + 1);
    let low = PutError::StrikeBelowLimit { strike: bought.strike, limit: bought.strike + 1 };
    assert_eq!(sell(&order), Err(low));
    // And a price without a strike buys nothing, limit or not.
    (order.price, order.min_strike) = (1, 0);
    assert_eq!(sell(&order), Err(PutError::StrikeBelowLimit { strike: 0, limit: 0 }));
    (order.price, order.units) = (WAD, 999_999);
    assert_eq!(sell(&order), Err(PutError::AmountTooSmall { amount: 999_999, least: 1_000_000 }));
}

#[test]
fn puts_are_sold_from_the_first_second_of_the_first_epoch_to_the_last_of_an_open_one() {
    let mut rig = Rig::new();
    rig.now = GENESIS - 1;
    rig.deposit(wad(100)).unwrap();
    let early = *rig.buy(WAD, WAD, 0).unwrap_err();
    assert_eq!(early, PutError::EpochNotStarted { start: GENESIS, now: GENESIS - 1 });
    for now in [GENESIS, rig.end() - 1] {
        rig.now = now;
        rig.buy(WAD, WAD, 0).unwrap();
    }
    rig.now = rig.end();
    let over = PutError::RollDue { end: rig.end(), now: rig.now };
    assert_eq!(*rig.buy(WAD, WAD, 0).unwrap_err(), over);
    assert_eq!(*rig.deposit(1).unwrap_err(), over);
}
