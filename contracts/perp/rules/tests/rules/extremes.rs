//! Nothing panics, whatever it is given: state, parameters, oracle and orders of any numbers at all.

use everfloor_perp_rules::{
    Curve, Ledger, Market, OracleReading, OracleStatus, Params, Position, Side,
    deleverage::{self, Index, Journey},
    depth,
    funding::Funding,
    liquidation::{self, LiquidationOrder, TakeoverOrder},
    losses::{self, Losses, Shortfall},
    margin,
    market::{Context, Status},
    position::Valuation,
    settlement::{self, Settlement},
    trade::{self, CloseOrder, OpenOrder},
    twap::{Anchor, Twap},
};

use crate::support::random::{Random, number_from_env};

fn signed(random: &mut Random) -> i128 {
    let edge = random.edge() as i128;
    if random.one_in(2) { edge } else { edge.wrapping_neg() }
}

fn small(random: &mut Random) -> u32 {
    random.edge() as u32
}

fn time(random: &mut Random) -> u64 {
    random.edge() as u64
}

fn anchor(random: &mut Random) -> Anchor {
    Anchor { time: time(random), cumulative: random.edge() }
}

fn market(random: &mut Random) -> Market {
    Market {
        curve: Curve { base: random.edge(), quote: random.edge(), peg: random.edge() },
        long_size: random.edge(),
        short_size: random.edge(),
        funding: Funding {
            long_index: signed(random),
            short_index: signed(random),
            oracle_cumulative: random.edge(),
            mark_cumulative: random.edge(),
        },
        mark: Twap { last: anchor(random), older: anchor(random), newer: anchor(random) },
        ledger: Ledger {
            principal: random.edge(),
            pool: random.edge(),
            claims: random.edge(),
            fees: random.edge(),
            insurance_due: random.edge(),
            gated: random.one_in(10),
        },
        status: Status {
            paused: random.one_in(10),
            reduce_only: random.one_in(10),
            halted: random.one_in(10),
        },
        drift_ppm: random.edge() as i32,
        epochs: [random.edge() as u16, random.edge() as u16],
    }
}

fn position(random: &mut Random) -> Position {
    Position {
        size: signed(random),
        open_notional: random.edge(),
        margin: random.edge(),
        claim: random.edge(),
        funding_index: signed(random),
        epoch: random.edge() as u16,
        takeover_start: time(random),
    }
}

fn index(random: &mut Random) -> Index {
    if random.one_in(3) {
        return Index::default();
    }
    Index { left: random.edge(), exchanged: random.edge(), funding: signed(random), weighted: signed(random) }
}

fn params(random: &mut Random) -> Params {
    Params {
        initial_margin_ppm: small(random),
        maintenance_margin_ppm: small(random),
        fee_ppm: small(random),
        liquidation_penalty_ppm: small(random),
        insurance_share_ppm: small(random),
        keeper_share_ppm: small(random),
        max_price_impact_ppm: small(random),
        max_divergence_ppm: small(random),
        mark_band_ppm: small(random),
        max_funding_ppm: small(random),
        twap_window: small(random),
        window_impact_ppm: small(random),
        impact_window: small(random),
        skew_spread_ppm: small(random),
        gap_spread_ppm: small(random),
        funding_share_ppm: small(random),
        liquidation_target_ppm: small(random),
        takeover_discount_ppm: small(random),
        takeover_time: small(random),
        repeg_step_ppm: small(random),
        curve_share_ppm: small(random),
        resume_grace: small(random),
        min_notional: random.edge(),
        max_open_interest: random.edge(),
        max_skew: random.edge(),
        max_position: random.edge(),
        keeper_floor: random.edge(),
        target_depth: random.edge(),
    }
}

/// Ordinary numbers with one thing in them that is not.
fn almost_ordinary(random: &mut Random) -> (Market, Position, Params) {
    let mut rig = crate::support::Rig::live();
    let mut alice = Position::default();
    let side = random.pick(&[Side::Long, Side::Short]);
    rig.open(&mut alice, side, 2_000_000_000, 5_000 * everfloor_perp_rules::WAD).expect("an ordinary order");
    let (strange, other, terms) = (market(random), position(random), params(random));
    match random.below(9) {
        0 => rig.market.curve.base = strange.curve.base,
        1 => rig.market.curve.quote = strange.curve.quote,
        2 => rig.market.mark = strange.mark,
        3 => rig.market.funding = strange.funding,
        4 => rig.market.ledger = strange.ledger,
        5 => alice.size = other.size,
        6 => alice.open_notional = other.open_notional,
        7 => alice.funding_index = other.funding_index,
        _ => rig.params = terms,
    }
    (rig.market, alice, rig.params)
}

#[test]
fn no_number_makes_a_rule_panic() {
    let rounds = number_from_env("PERP_OPERATIONS").unwrap_or(10_000);
    let mut random = Random::from_env("PERP_SEED");
    let mut worked = 0;
    for round in 0..rounds {
        let (market, position, params) = if round % 2 == 0 {
            almost_ordinary(&mut random)
        } else {
            (market(&mut random), position(&mut random), params(&mut random))
        };
        let oracle = OracleReading {
            price: random.edge(),
            cumulative: random.edge(),
            updated_at: time(&mut random),
            status: OracleStatus::from_code(random.pick(&[0, 0, 1, 2, 255])),
        };
        let scale = random.pick(&[0, 1, 1_000_000_000_000, u128::MAX]);
        let context =
            Context { params: &params, oracle, scale, now: time(&mut random), resumed_at: time(&mut random) };
        worked += u64::from(everything(&mut random, market, position, &context));
    }
    assert!(worked > 0, "something of it even works");
}

/// Calls every rule; whether any worked.
fn everything(random: &mut Random, market: Market, position: Position, context: &Context<'_>) -> bool {
    let side = random.pick(&[Side::Long, Side::Short]);
    let (amount, limit) = (random.edge(), if random.one_in(2) { 0 } else { random.edge() });
    let open = OpenOrder {
        side,
        margin: random.edge() >> 20,
        notional: amount,
        base_limit: limit,
        max_fee: u128::MAX,
        deadline: u64::MAX,
    };
    let close = CloseOrder { base: amount, quote_limit: limit, max_fee: u128::MAX, deadline: u64::MAX };
    let (insurance, time) = (random.edge(), time(random));
    let keeper = LiquidationOrder { quote_limit: limit, insurance_available: insurance };
    let takeover = TakeoverOrder {
        base: amount,
        margin: random.edge() >> 20,
        price_limit: limit,
        insurance_available: insurance,
    };
    let taker = if random.one_in(2) { Position::default() } else { self::position(random) };
    let journey = Journey { from: index(random), next: index(random), to: index(random) };
    let shortfall = Shortfall {
        amount: random.edge(),
        insurable: random.edge(),
        covered_by_market: random.edge(),
        covered_by_fund: random.edge(),
    };
    let owed = Losses { bad_debt: random.edge(), deficit: random.edge(), deficit_since: self::time(random) };
    let frozen = Settlement { price: random.edge(), pool: random.edge(), claims: random.edge() };
    let act = |action: &dyn Fn(&mut Market, &mut Position) -> bool| {
        action(&mut market.clone(), &mut position.clone())
    };
    let worked = [
        act(&|market, position| trade::open(market, position, context, &open).is_ok()),
        act(&|market, position| trade::close(market, position, context, &close).is_ok()),
        act(&|market, position| margin::add(market, position, amount).is_ok()),
        act(&|market, position| margin::remove(market, position, context, amount).is_ok()),
        act(&|market, position| margin::realize_loss(market, position, context).is_ok()),
        act(&|market, position| margin::claim_profit(market, position, amount, limit).is_ok()),
        act(&|market, position| liquidation::liquidate(market, position, context, &keeper).is_ok()),
        act(&|market, position| liquidation::is_liquidatable(market, position, context).is_ok()),
        act(&|market, position| liquidation::start_takeover(market, position, context).is_ok()),
        act(&|market, position| {
            liquidation::take_over(market, position, &mut taker.clone(), context, &takeover).is_ok()
        }),
        act(&|market, position| {
            deleverage::deleverage(market, position, context, &mut journey.to.clone(), amount, insurance)
                .is_ok()
        }),
        act(&|market, position| deleverage::catch_up(market, position, &journey, context.scale).is_ok()),
        act(&|market, _| {
            let mut shortfall = shortfall;
            shortfall.fund_paid(&mut market.ledger, insurance).is_ok()
                && shortfall.conclude(&mut market.ledger, &mut owed.clone(), amount & 1 == 0, time).is_ok()
        }),
        act(&|market, _| losses::recapitalize(&mut market.ledger, &mut owed.clone(), amount).is_ok()),
        act(&|market, _| {
            losses::allocate(&mut market.ledger, &mut owed.clone(), amount & 1 == 0, time).is_ok()
        }),
        act(&|market, _| depth::repeg(market, context, time).is_ok()),
        act(&|market, _| depth::adjust_depth(market, context, time).is_ok()),
        act(&|market, _| settlement::halt(market, &mut frozen.clone(), amount).is_ok()),
        act(&|market, position| {
            settlement::settle(market, position, &frozen, context.scale, insurance).is_ok()
        }),
        act(&|market, position| {
            settlement::redeem(market, position, &mut frozen.clone(), insurance as u32 & 1).is_ok()
        }),
        act(&|market, position| margin::free_collateral(market, position, context).is_ok()),
        act(&|market, position| margin::liquidation_price(market, position, context).is_ok()),
        act(&|market, position| {
            let value = Valuation::at_exit(market, position, context);
            value.is_ok_and(|value| value.margin_ratio_wad(context.scale).is_ok())
        }),
        market.ledger.total().is_ok(),
        market.ledger.haircut_wad().is_ok(),
        market.ledger.worth_of(amount).is_ok(),
        context.params.validate(context.scale).is_ok(),
    ];
    worked.contains(&true)
}
