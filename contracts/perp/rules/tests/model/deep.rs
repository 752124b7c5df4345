//! A side that is deleveraged again and again, until its index is too coarse for more.

use everfloor_perp_rules::{Side, trade::OpenOrder};

use crate::{action::Action, driver::World, market::Cover, random::Random, story};

/// The long that goes bankrupt every time.
const BANKRUPT: usize = 1;
/// A short from the beginning that nobody touches until the end.
const PATIENT: usize = 7;
const NOTHING: Cover = Cover { available: 0, pays: 0, taken_on: false };

/// Takes nine tenths of the shorts as often as the rules let it; returns how often that was.
pub fn run(seed: u64) -> u32 {
    let mut random = Random::new(seed);
    let house = story::deep(&mut random);
    let price = house.oracle.price;
    let mut world = World::of(house, random);
    trade(&mut world, PATIENT, Side::Short, 100);
    for times in 0.. {
        world.house.oracle.price = price;
        open_both_sides(&mut world);
        let up = price + world.random.between(0, price / 4);
        let down = price - world.random.between(price / 3, price / 2);
        if !deleverage(&mut world, up, down) {
            world.end();
            return times;
        }
        // What is left of the long goes by the curve; some of the others are loaded, some fall further behind.
        world.act(&Action::Liquidate { who: BANKRUPT, limit: 0, cover: NOTHING });
        for who in 0..PATIENT {
            if world.random.one_in(3) {
                world.act(&Action::CatchUp { who });
            }
        }
    }
    unreachable!("an index has an end")
}

/// As many shorts as there are accounts for, and one long of as much as all of them.
fn open_both_sides(world: &mut World) {
    let shorts = world.random.between(2, 5) as usize;
    for who in 2..2 + shorts {
        trade(world, who, Side::Short, 20);
    }
    trade(world, BANKRUPT, Side::Long, 20 * shorts as u128 + 100);
}

/// Opens for some parts in ten thousand of the reserve: a long with little margin, a short with much.
fn trade(world: &mut World, who: usize, side: Side, parts: u128) {
    let curve = &world.house.market.curve;
    let notional = curve.quote / 10_000 * parts * (curve.peg / 1_000_000_000) / 1_000_000_000;
    let margin = notional / world.house.scale / if side == Side::Long { 8 } else { 1 };
    let deadline = world.house.now;
    let order = OpenOrder { side, margin, notional, base_limit: 0, max_fee: u128::MAX, deadline };
    assert!(world.act(&Action::Open { who, order }), "an order that can be filled");
}

/// Lets funding come and go, bankrupts the long and closes it against the shorts, as far as may be.
fn deleverage(world: &mut World, up: u128, down: u128) -> bool {
    for price in [up, down] {
        world.house.oracle.price = price;
        pass(world, 3_600);
        world.act(&Action::SettleFunding);
    }
    assert!(world.act(&Action::StartTakeover { who: BANKRUPT }), "a bankrupt position");
    pass(world, 60);
    let base = world.house.market.short_size / 10 * 9;
    world.act(&Action::Deleverage { who: BANKRUPT, base, cover: NOTHING })
}

fn pass(world: &mut World, seconds: u64) {
    world.house.now += seconds;
    world.house.oracle.cumulative += world.house.oracle.price * u128::from(seconds);
    world.house.oracle.updated_at = world.house.now;
}
