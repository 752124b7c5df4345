//! The market of a month and who brings what to it.

use anyhow::Result;

use crate::{config::Config, demo::money::DOLLAR};

use super::{
    cast::Trader,
    months::Plan,
    stage::{Person, Role},
};

/// The configuration that every month starts from.
const CONFIG: &str = include_str!("../../devnet.toml");
/// Depth of the curve, dollars a side.
pub(crate) const DEPTH: i128 = 11_600_000;
/// What each arbitrageur has, dollars.
const ARBITRAGE_CAPITAL: u128 = 3_000_000;
/// What each desk has, dollars.
const DESK_CAPITAL: u128 = 120_000;
/// What the owner puts into the insurance fund for the market, and into the shared ledger, dollars.
pub(crate) const INSURANCE: u128 = 40_000;
pub(crate) const SHARED_INSURANCE: u128 = 40_000;
/// Most of the shared ledger that the market may use, dollars.
const SHARED_CAP: &str = "20000";
/// Most base on a side, and between the sides, as parts of the curve's base.
const MOST_OPEN: f64 = 1.0;
const MOST_SKEW: f64 = 0.67;
/// Most base of one account: arbitrageurs hold much.
const MOST_HELD: f64 = 0.33;

/// How long the discount of a takeover grows: an auction must not lapse between two posted prices.
pub(crate) fn takeover_time(step: u64) -> u64 {
    step.clamp(600, 86_400)
}

/// The devnet configuration with the month's first price and pace, and the depth that a month needs.
pub(crate) fn configure(plan: &Plan, council: alloy::primitives::Address) -> Result<Config> {
    let mut config = Config::parse(CONFIG)?.only_perps();
    let price = plan.first().price;
    let text = |units: u64| format!("{}.{:08}", units / 100_000_000, units % 100_000_000);
    let step = u32::try_from(plan.step())?;
    config.council = Some(council);
    let perps = config.perps_mut()?;
    let oracle = &mut perps.oracle;
    oracle.description = plan.month.symbol().replace('-', " / ");
    oracle.first_price = text(price);
    // Below a thousandth of its first price nobody believes a price: then governance has to say what happens.
    oracle.min_price = text((price / 1_000).max(1));
    oracle.max_price = text(price.saturating_mul(1_000));
    oracle.heartbeat = step.saturating_mul(4).clamp(3_600, 604_800);
    oracle.twap_window = step.saturating_mul(2).clamp(60, 604_800);
    perps.insurance.shared_cap = SHARED_CAP.into();
    let market = &mut perps.market;
    market.symbol = plan.month.symbol().into();
    market.price = text(price);
    market.twap_window = step.clamp(60, 3_600);
    market.takeover_time = u32::try_from(takeover_time(plan.step()))?;
    let base = DEPTH as f64 / (price as f64 / 1e8);
    market.virtual_base = format!("{base:.6}");
    market.max_open_interest = format!("{:.6}", base * MOST_OPEN);
    market.max_skew = format!("{:.6}", base * MOST_SKEW);
    market.max_position = format!("{:.6}", base * MOST_HELD);
    // A little deeper than it begins: the fees are to pay for it.
    market.target_depth = format!("{:.6}", base * 1.1);
    config.check()?;
    Ok(config)
}

/// Everybody: the owner first, then the machines, then the traders in their order.
pub(crate) fn people(traders: &[Trader]) -> Vec<Person> {
    let dollars = |amount: u128| amount * DOLLAR;
    let mut people = vec![
        Person::new("insurance seed", Role::Owner, dollars(INSURANCE + SHARED_INSURANCE)),
        Person::new("council", Role::Council, 0),
    ];
    people.extend((1..=3).map(|n| Person::new(format!("keeper {n}"), Role::Keeper, 0)));
    people.extend((1..=2).map(|n| Person::new(format!("desk {n}"), Role::Desk, dollars(DESK_CAPITAL))));
    people.extend(
        (1..=4)
            .map(|n| Person::new(format!("arbitrageur {n}"), Role::Arbitrageur, dollars(ARBITRAGE_CAPITAL))),
    );
    people.extend(traders.iter().map(|trader| {
        let cents = (trader.stake * 100.0).round() as u128;
        Person::new(trader.name(), Role::Trader(trader.kind), cents * (DOLLAR / 100))
    }));
    people
}
