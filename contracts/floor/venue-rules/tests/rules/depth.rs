//! Impact and mid: averages over depth, rounded against whoever trades.

use everfloor_venue_rules::{Impact, Params, Side, TICKS, Venue};

use crate::rig::{ALICE, BOB, ETHER, Memory, OPENED, ask, bid, book, params, place, rest, side};

const TICK: u128 = ETHER / 1_000;

#[test]
fn an_impact_is_the_average_over_the_levels_it_reaches() {
    let mut book = book();
    for (lots, tick) in [(10, 1_000), (20, 1_003), (30, 1_010)] {
        rest(&mut book, ask(ALICE, lots, tick));
    }
    let impact = |lots, most| book.impact(Side::Bid, lots, most).unwrap();
    assert_eq!(
        impact(10, 9),
        Impact { average: 1_000 * TICK, notional: 1_000 * TICK, levels: 1, filled: 10 }
    );
    // A lot is a tenth of an FP.
    assert_eq!(
        impact(30, 9),
        Impact { average: 1_002 * TICK, notional: 3_006 * TICK, levels: 2, filled: 30 }
    );
    assert_eq!(impact(100, 9).filled, 60);
    assert_eq!(impact(100, 2), impact(30, 9));
    assert_eq!(impact(100, 0), Impact::default());
    assert_eq!(impact(0, 9), Impact::default());
    assert_eq!(book.impact(Side::Ask, 10, 9).unwrap(), Impact::default());
}

#[test]
fn an_average_is_rounded_against_whoever_trades() {
    let params = Params { tick_size: 1, lot_size: ETHER, ..params() };
    let mut book = Venue::open(params, Memory::default(), Memory::default(), ETHER, OPENED).unwrap();
    for (lots, tick) in [(5, 1_000), (5, 1_001)] {
        rest(&mut book, ask(ALICE, lots, tick));
        rest(&mut book, bid(ALICE, lots, 998 - (tick - 1_000)));
    }
    // 5 x 1,000 and 2 x 1,001 by 7; 5 x 998 and 2 x 997 by 7.
    assert_eq!(book.impact(Side::Bid, 7, 9).unwrap().average, 1_001);
    assert_eq!(book.impact(Side::Ask, 7, 9).unwrap().average, 997);
    assert_eq!(book.impact(Side::Ask, 5, 9).unwrap().average, 998);
}

#[test]
fn the_mid_is_between_what_the_depth_is_sold_and_bought_for() {
    let mut book = book();
    for (lots, tick) in [(50, 1_000), (100, 990)] {
        rest(&mut book, bid(ALICE, lots, tick));
    }
    assert_eq!(book.mid(), Ok(None));
    rest(&mut book, ask(ALICE, 99, 1_005));
    // One lot short of the depth of 100.
    assert_eq!(book.mid(), Ok(None));
    rest(&mut book, ask(ALICE, 99, 1_105));
    // Bids: 50 at 1,000 and 50 at 990. Asks: 99 at 1,005 and 1 at 1,105.
    assert_eq!(book.mid(), Ok(Some((995 * TICK + 1_006 * TICK) / 2)));
}

/// A single lot in front of a deep book moves the mid by a hundredth of the gap, not by half of it.
#[test]
fn a_small_order_at_the_top_hardly_moves_the_mid() {
    let mut book = book();
    rest(&mut book, bid(ALICE, 1_000, 900));
    rest(&mut book, ask(ALICE, 1_000, 1_100));
    assert_eq!(book.mid(), Ok(Some(1_000 * TICK)));
    rest(&mut book, bid(ALICE, 5, 1_099));
    let moved = book.mid().unwrap().unwrap() - 1_000 * TICK;
    assert_eq!(moved, 199 * 5 * TICK / 200);
}

/// Else whoever wants the mark to stand still would have it for a handful of small orders.
#[test]
fn a_wall_of_the_smallest_orders_does_not_blind_the_mark() {
    let mut book = book();
    rest(&mut book, ask(ALICE, 100, 1_100));
    rest(&mut book, bid(ALICE, 100, 1_000));
    for tick in 1_001..1_099 {
        rest(&mut book, bid(BOB, 5, tick));
    }
    let sold: u32 = (1_079..1_099).map(|tick| 5 * tick).sum();
    assert_eq!(book.mid(), Ok(Some((100 * 1_100 + u128::from(sold)) * TICK / 200)));
}

/// One remainder below the least does not hide a depth that is there; two may.
#[test]
fn the_mid_looks_at_so_many_levels_and_no_further() {
    let params = Params { mark_depth: 15, mark_levels: 4, ..params() };
    let mut book = Venue::open(params, Memory::default(), Memory::default(), ETHER, OPENED).unwrap();
    rest(&mut book, ask(ALICE, 100, 1_000));
    rest(&mut book, bid(ALICE, 1_000, 990));
    let remainder = rest(&mut book, bid(ALICE, 6, 995));
    place(&mut book, ask(BOB, 5, 995));
    for (lots, tick) in [(5, 996), (5, 997), (6, 998)] {
        rest(&mut book, bid(ALICE, lots, tick));
    }
    let asks = 15 * 1_000;
    assert_eq!(book.mid(), Ok(Some((asks + 6 * 998 + 5 * 997 + 4 * 996) * TICK / 30)));
    place(&mut book, ask(BOB, 5, 998));
    assert_eq!(side(&book, Side::Bid), [(998, 1), (997, 5), (996, 5), (995, 1), (990, 1_000)]);
    assert_eq!(book.mid(), Ok(None));
    book.cancel(&ALICE, remainder, OPENED).unwrap();
    assert_eq!(book.mid(), Ok(Some((asks + 998 + 5 * (997 + 996) + 4 * 990) * TICK / 30)));
}

#[test]
fn the_mid_is_floored() {
    let params = Params { tick_size: 1, lot_size: ETHER, mark_depth: 2, ..params() };
    let mut book = Venue::open(params, Memory::default(), Memory::default(), ETHER, OPENED).unwrap();
    rest(&mut book, bid(ALICE, 5, 10));
    rest(&mut book, ask(ALICE, 5, 11));
    assert_eq!(book.mid(), Ok(Some(10)));
    place(&mut book, ask(ALICE, 5, TICKS - 1));
    assert_eq!(book.mid(), Ok(Some(10)));
}
