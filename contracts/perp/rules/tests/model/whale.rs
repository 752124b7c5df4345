//! A position as large as its market, in a price that goes many times up or down, taken off in parts.

use everfloor_perp_rules::{
    Side,
    trade::{CloseOrder, OpenOrder},
};

use crate::{action::Action, driver::World, market::Cover, random::Random, story};

const WHALE: usize = 1;

/// Returns whether a part of a long brought more than its share of profit and entry together.
pub fn run(seed: u64) -> bool {
    let mut random = Random::new(seed);
    let house = story::deep(&mut random);
    let mut world = World::of(house, random);
    let side = if world.random.one_in(3) { Side::Short } else { Side::Long };
    let parts = world.random.between(1_000, 4_000);
    trade(&mut world, WHALE, side, parts);
    for who in 2..5 {
        let parts = world.random.between(2_000, 9_000);
        trade(&mut world, who, side, parts);
        realize_losses(&mut world);
    }
    let mut beyond = false;
    while world.house.positions[WHALE].size != 0 {
        let whole = world.house.positions[WHALE].base();
        let base = if world.random.one_in(6) { whole } else { world.random.between(1, whole / 2 + 1) };
        let deadline = world.house.now;
        let order = CloseOrder { base, quote_limit: 0, max_fee: u128::MAX, deadline };
        assert!(world.act(&Action::Close { who: WHALE, order }), "a close that can be paid");
        let position = &world.house.positions[WHALE];
        beyond |= position.size > 0 && position.open_notional == 0;
        follow(&mut world);
    }
    world.end();
    beyond
}

/// Opens for some parts in ten thousand of the quote, with as much margin.
fn trade(world: &mut World, who: usize, side: Side, parts: u128) {
    let curve = &world.house.market.curve;
    let notional = curve.quote / 10_000 * parts * (curve.peg / 1_000_000_000) / 1_000_000_000;
    let margin = notional / world.house.scale * 20;
    let deadline = world.house.now;
    let order = OpenOrder { side, margin, notional, base_limit: 0, max_fee: u128::MAX, deadline };
    world.act(&Action::Open { who, order });
    follow(world);
}

/// The oracle goes where the mark is, and time passes.
fn follow(world: &mut World) {
    let house = &mut world.house;
    house.now += 10;
    house.oracle.cumulative += house.oracle.price * 10;
    house.oracle.updated_at = house.now;
    house.oracle.price = house.market.curve.spot().expect("a price");
}

/// Losers pay what winners wait for, and whoever cannot is liquidated.
fn realize_losses(world: &mut World) {
    for who in 2..8 {
        world.act(&Action::RealizeLoss { who });
        let cover = Cover { available: 0, pays: 0, taken_on: false };
        world.act(&Action::Liquidate { who, limit: 0, cover });
    }
}
