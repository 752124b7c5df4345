//! The end: everybody closes or is liquidated, takes its profit at the market's share, and withdraws.
//!
//! The curve has no liquidity of its own: when everybody has left, its price is back where it began, whatever the
//! oracle says. The arbitrageurs stand against everybody else, so they leave last, a part at a time.

use alloy::primitives::U256;
use anyhow::{Result, bail};

use crate::bindings::ClearingHouse;

use super::{
    money::units,
    prices::{Point, STEPS},
    replay::{Replay, close_part, leave},
    traders::Side,
    world::{Order, Role},
};

/// Traders who leave at a time.
const AT_A_TIME: usize = 8;
/// Posted prices within which all must have left.
const ROUNDS: u64 = 96;
/// Parts in which arbitrageurs leave.
const PARTS: u64 = 6;

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Share at which waiting profit was taken.
    pub share: f64,
    /// The curve's price when all had left.
    pub spot: f64,
}

impl Replay<'_, '_> {
    /// Empties the market. The oracle keeps its last price.
    pub async fn settle(&mut self, last: Point, step: u64) -> Result<End> {
        let end = self.traders_leave(last, step).await?;
        self.arbitrageurs_leave(end, step).await?;
        self.pay_insurance().await?;
        let view = self.world.view().await?;
        self.claim().await?;
        self.withdraw().await?;
        self.keep_from_outside().await?;
        Ok(End { share: view.haircut(), spot: view.spot })
    }

    async fn traders_leave(&mut self, last: Point, step: u64) -> Result<Point> {
        let mut now = last;
        let everybody = self.world.all(Role::Trader);
        for _ in 0..ROUNDS * STEPS {
            now.time = now.time.saturating_add(step);
            self.post(now).await?;
            self.arbitrage(3).await?;
            self.liquidate().await?;
            self.world.look_at(&everybody).await?;
            let open: Vec<usize> = everybody.iter().copied().filter(|place| self.is_open(*place)).collect();
            if open.is_empty() && !self.outsiders_hold().await? {
                return Ok(now);
            }
            for some in open.chunks(AT_A_TIME) {
                let orders = some.iter().map(|place| leave(self.world, *place)).collect();
                self.world.act(orders).await?;
                self.arbitrage(3).await?;
            }
        }
        let left = everybody.iter().filter(|place| self.is_open(**place)).count();
        bail!("{left} positions could neither be closed nor liquidated")
    }

    /// Whether keepers from outside hold what they took over. They sell it themselves.
    async fn outsiders_hold(&mut self) -> Result<bool> {
        let keepers = self.world.all(Role::Keeper);
        self.world.look_at(&keepers).await?;
        Ok(keepers.into_iter().any(|place| self.is_open(place)))
    }

    async fn arbitrageurs_leave(&mut self, last: Point, step: u64) -> Result<()> {
        let mut now = last;
        let everybody = self.world.all(Role::Arbitrageur);
        self.put_up_everything(&everybody).await?;
        for part in (1..=PARTS).rev() {
            now.time = now.time.saturating_add(step);
            self.post(now).await?;
            self.world.look_at(&everybody).await?;
            let mut orders: Vec<Order> = Vec::new();
            for place in everybody.iter().copied().filter(|place| self.is_open(*place)) {
                let Some(person) = self.world.people.get(place) else { continue };
                let size = match part {
                    1 => U256::MAX,
                    _ => person.position.size.unsigned_abs() / U256::from(part),
                };
                orders.push(self.world.order(place, &close_part(self.world.market, size), &[]));
            }
            self.world.act(orders).await?;
        }
        self.world.look_at(&everybody).await
    }

    /// Whoever leaves against the curve realises losses before gains: all capital stands behind them.
    async fn put_up_everything(&mut self, places: &[usize]) -> Result<()> {
        self.world.look_at(places).await?;
        let mut orders = Vec::new();
        for place in places.iter().copied() {
            let wallet = self.world.people.get(place).map_or(0, |person| person.wallet);
            if self.is_open(place) && wallet > 0 {
                let call =
                    ClearingHouse::addMarginCall { marketId: self.world.market, amount: U256::from(wallet) };
                orders.push(self.world.order(place, &call, &[]));
            }
        }
        self.world.act(orders).await
    }

    fn is_open(&self, place: usize) -> bool {
        self.world.people.get(place).is_some_and(|person| Side::of(&person.position).is_some())
    }

    /// Whether somebody's transactions are not the replay's to send: those of keepers from outside.
    fn acts_alone(&self, place: usize) -> bool {
        let role = self.world.people.get(place).map(|person| person.role);
        self.outsiders.is_some() && role == Some(Role::Keeper)
    }

    /// Everybody takes its waiting profit at the market's share, which must be the same for the last as for the first.
    async fn claim(&mut self) -> Result<()> {
        self.world.look_around().await?;
        let raw = self.world.view().await?.raw;
        let mut orders = Vec::new();
        for (place, person) in self.world.people.iter().enumerate() {
            let amount = person.position.claim;
            if amount.is_zero() || self.acts_alone(place) {
                continue;
            }
            let money = &raw.money;
            let least = if money.pool >= money.claims { amount } else { amount * money.pool / money.claims };
            let call =
                ClearingHouse::claimProfitCall { marketId: self.world.market, amount, minPayout: least };
            orders.push(self.world.order(place, &call, &[]));
        }
        self.world.act(orders).await
    }

    async fn withdraw(&mut self) -> Result<()> {
        self.world.look_around().await?;
        let mut orders = Vec::new();
        for (place, person) in self.world.people.iter().enumerate() {
            if units(person.position.margin) > 0 && !self.acts_alone(place) {
                let call = ClearingHouse::removeMarginCall {
                    marketId: self.world.market,
                    amount: person.position.margin,
                    recipient: self.world.address(place),
                };
                orders.push(self.world.order(place, &call, &[]));
            }
        }
        let keepers = self.world.all(Role::Keeper).into_iter().filter(|place| !self.acts_alone(*place));
        for keeper in keepers {
            let recipient = self.world.address(keeper);
            let call = ClearingHouse::withdrawRewardCall { recipient };
            orders.push(self.world.order(keeper, &call, &["NothingToPay"]));
        }
        self.world.act(orders).await
    }
}
