//! What holds in every history of V1, so also in every history of the model. `V1_SEED` replays a run.

mod support;

use alloy_primitives::U256;
use everfloor_v1_model::{
    Amm, Dec, Direction, Holder, MarketId, Report, Reserves, Result, Side, Trader, V1Error, WAD, World,
};
use support::{RIG, Rig, Story, dec, done};

/// A small generator: the runs need variety, not quality.
struct Random(u64);

impl Random {
    fn seeded(name: &str) -> Self {
        let seed = match std::env::var("V1_SEED") {
            Ok(text) => text.parse().unwrap_or_else(|error| panic!("V1_SEED={text}: {error}")),
            Err(_) => std::time::UNIX_EPOCH.elapsed().map_or(1, |elapsed| elapsed.as_nanos() as u64),
        };
        println!("{name}: V1_SEED={seed}");
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Between `least` and `most`, both inclusive, with all its decimals.
    fn amount(&mut self, least: Dec, most: Dec) -> Dec {
        let wide = (i128::from(self.next()) << 60) ^ i128::from(self.next());
        least + wide % (most - least + 1)
    }
}

const TRADERS: u64 = 20;

/// A market with everything switched on, and traders who can pay.
fn busy_market() -> Story {
    let rig = Rig {
        quote: "1000000",
        base: "1000",
        toll: "0.0005",
        partial_liquidation: "0.25",
        liquidation_fee: "0.0125",
        maintenance: "0.0625",
        funding_period: 3_600,
        insurance: "100000",
        ..RIG
    };
    let mut story = Story::new(rig);
    for trader in 10..10 + TRADERS {
        story.world.mint(Trader(trader), 1_000_000_000_000);
        story.world.backstop.insert(Trader(trader));
    }
    let params = &mut done(story.world.market_mut(story.market)).amm.params;
    params.spread_ratio = dec("0.001");
    params.fluctuation_limit_ratio = dec("0.05");
    story
}

/// One random action; what a trade reports.
fn act(random: &mut Random, world: &mut World, id: MarketId) -> Result<Report> {
    let trader = Trader(10 + random.below(TRADERS));
    let other = Trader(10 + random.below(TRADERS));
    let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
    let none = Report::default();
    match random.below(12) {
        0..=4 => {
            let leverage = random.amount(WAD, 10 * WAD);
            world.open(trader, id, side, random.amount(WAD, 5_000 * WAD), leverage, 0)
        }
        5..=6 => world.close(trader, id, 0),
        7 => world.add_margin(trader, id, random.amount(1, 500 * WAD)).map(|()| none),
        8 => world.remove_margin(trader, id, random.amount(1, 500 * WAD)).map(|()| none),
        9 => {
            let spot = done(done(world.amm(id)).spot());
            let price = random.amount(spot * 9 / 10, spot * 11 / 10);
            done(world.set_oracle(id, price, price));
            world.pay_funding(id).map(|_| none)
        }
        _ => world.liquidate(other, trader, id, 0),
    }
}

/// Sum of a figure over all positions.
fn sum(world: &World, id: MarketId, figure: impl Fn(&everfloor_v1_model::Position) -> Dec) -> Dec {
    done(world.market(id)).traders().map(|trader| figure(&done(world.position(id, trader)))).sum()
}

#[test]
fn sizes_and_entries_add_up_to_the_curve_and_no_token_unit_is_made_or_lost() {
    let mut random = Random::seeded("sizes and entries");
    let Story { mut world, market, .. } = busy_market();
    let (tokens, start) = (world.token.total(), done(world.amm(market)).reserves);
    let (mut realized, mut done_of_kind) = (0, [0_u32; 3]);
    for step in 0..4_000 {
        world.advance(random.below(120), random.below(3));
        match act(&mut random, &mut world, market) {
            Ok(report) => {
                realized += report.realized_pnl;
                let kind = report.liquidation.map_or(0, |outcome| 1 + usize::from(outcome.partial));
                done_of_kind[kind] += 1;
            }
            Err(error @ V1Error::Overflow) => panic!("step {step}: {error}"),
            Err(_) => {}
        }
        let amm: &Amm = done(world.amm(market));
        assert_eq!(world.token.total(), tokens, "step {step}");
        assert_eq!(sum(&world, market, |position| position.size), amm.total_position_size, "step {step}");
        assert_eq!(start.base - amm.reserves.base, amm.total_position_size, "step {step}");
        let signed =
            |position: &everfloor_v1_model::Position| position.open_notional * position.size.signum();
        let entries = sum(&world, market, signed);
        assert_eq!(entries, amm.reserves.quote - start.quote + realized, "step {step}");
        assert!(world.token.balance(Holder::Vault) >= 0);
    }
    println!("trades, full and partial liquidations: {done_of_kind:?}");
    assert!(done_of_kind[0] > 500, "the history was one of refusals: {done_of_kind:?}");
}

/// The exchanged amount, rounded once and for the curve.
fn exact(given: Dec, other: Dec, direction: Direction, amount: Dec) -> Dec {
    let wide = |number: Dec| U256::from(number.unsigned_abs());
    let product = wide(other) * wide(amount);
    let rounded = match direction {
        Direction::AddToAmm => product / wide(given + amount),
        Direction::RemoveFromAmm => product.div_ceil(wide(given - amount)),
    };
    rounded.to()
}

#[test]
fn a_swap_is_within_a_wei_of_the_exact_one_when_reserves_exceed_one() {
    let mut random = Random::seeded("swaps");
    let mut different = 0;
    for _ in 0..20_000 {
        let reserves = Reserves {
            quote: random.amount(100 * WAD, 10_000_000 * WAD),
            base: random.amount(10 * WAD, 1_000_000 * WAD),
        };
        let direction = if random.below(2) == 0 { Direction::AddToAmm } else { Direction::RemoveFromAmm };
        let quote = random.amount(1, reserves.quote * 9 / 10);
        let base = random.amount(1, reserves.base * 9 / 10);
        for (v1, exact) in [
            (
                reserves.base_for_quote(direction, quote),
                exact(reserves.quote, reserves.base, direction, quote),
            ),
            (reserves.quote_for_base(direction, base), exact(reserves.base, reserves.quote, direction, base)),
        ] {
            let off = done(v1) - exact;
            assert!(off.abs() <= 1, "{reserves:?} {direction:?} {quote} {base}: {off}");
            different += u32::from(off != 0);
        }
    }
    println!("{different} of 40,000 differ");
}
