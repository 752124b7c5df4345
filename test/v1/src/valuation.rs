//! What a position is worth, three ways, and who may do what because of it.

use crate::amm::Amm;
use crate::curve::closing_base_direction;
use crate::decimal::{self, Dec};
use crate::position::Position;
use crate::world::{MarketId, World};
use crate::{Result, Trader, V1Error};

/// How a position is valued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PnlOption {
    /// What closing it on the curve would exchange now.
    Spot,
    /// The 15-minute average of that.
    Twap,
    /// The oracle's price.
    Oracle,
}

/// A position's notional and profit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Quote that closing exchanges.
    pub notional: Dec,
    /// Profit or loss.
    pub pnl: Dec,
}

impl Value {
    /// The value of a position in this market.
    pub fn of(amm: &Amm, now: u64, position: &Position, option: PnlOption) -> Result<Self> {
        let size = position.size.abs();
        if size == 0 {
            return Ok(Value::default());
        }
        let direction = closing_base_direction(position.size);
        let notional = match option {
            PnlOption::Spot => amm.reserves.quote_for_base(direction, size)?,
            PnlOption::Twap => amm.output_twap(now, direction, size)?,
            PnlOption::Oracle => decimal::mul(size, amm.oracle.price)?,
        };
        let pnl = match position.size > 0 {
            true => notional - position.open_notional,
            false => position.open_notional - notional,
        };
        Ok(Value { notional, pnl })
    }
}

impl World {
    /// A position's value.
    pub fn value(&self, id: MarketId, trader: Trader, option: PnlOption) -> Result<Value> {
        Value::of(self.amm(id)?, self.now, &self.position(id, trader)?, option)
    }

    /// Margin over notional, by the better of spot and average.
    pub fn margin_ratio(&self, id: MarketId, trader: Trader) -> Result<Dec> {
        let (spot, twap) = self.spot_and_twap(id, trader)?;
        self.ratio_at(id, trader, if spot.pnl > twap.pnl { spot } else { twap })
    }

    /// Margin over notional, valued one way.
    pub fn margin_ratio_by(&self, id: MarketId, trader: Trader, option: PnlOption) -> Result<Dec> {
        self.ratio_at(id, trader, self.value(id, trader, option)?)
    }

    /// The ratio that decides whether a position can be liquidated: the best of spot, average and, when it is
    /// far from spot, oracle.
    pub fn liquidation_ratio(&self, id: MarketId, trader: Trader) -> Result<Dec> {
        let ratio = self.margin_ratio(id, trader)?;
        if !self.amm(id)?.is_over_spread_limit()? {
            return Ok(ratio);
        }
        Ok(ratio.max(self.margin_ratio_by(id, trader, PnlOption::Oracle)?))
    }

    /// Whether [`World::liquidate`] would get past its first check.
    pub fn is_liquidatable(&self, id: MarketId, trader: Trader) -> Result<bool> {
        Ok(self.liquidation_ratio(id, trader)? < self.ratios.maintenance)
    }

    /// What could be taken out, by the worse of spot and average; negative when margin is lacking.
    pub fn free_collateral(&self, id: MarketId, trader: Trader) -> Result<Dec> {
        let margin = self.margin_with_funding(id, trader)?;
        let (spot, twap) = self.spot_and_twap(id, trader)?;
        let value = if spot.pnl > twap.pnl { twap } else { spot };
        let position = self.position(id, trader)?;
        let carried = if position.size > 0 { position.open_notional } else { value.notional };
        Ok(margin.min(margin + value.pnl) - decimal::mul(carried, self.ratios.initial)?)
    }

    /// The margin after funding, not below zero.
    pub fn margin_with_funding(&self, id: MarketId, trader: Trader) -> Result<Dec> {
        let premium = self.market(id)?.premium_fraction();
        Ok(self.position(id, trader)?.remaining(premium, 0)?.margin)
    }

    /// Margin after funding plus profit: what the trader would have, below zero if it owes.
    pub fn equity(&self, id: MarketId, trader: Trader, option: PnlOption) -> Result<Dec> {
        let position = self.position(id, trader)?;
        let pnl = self.value(id, trader, option)?.pnl;
        Ok(position.margin - position.funding(self.market(id)?.premium_fraction())? + pnl)
    }

    /// What all traders of all markets would have, and what the others owe. V1 never looked at it; beside the
    /// vault and the fund it tells a report how much of V1's balances is not there.
    pub fn claims_and_debts(&self, option: PnlOption) -> Result<(Dec, Dec)> {
        let mut sums = (0, 0);
        for id in self.market_ids() {
            for trader in self.market(id)?.traders() {
                let equity = self.equity(id, trader, option)?;
                sums.0 += equity.max(0);
                sums.1 += (-equity).max(0);
            }
        }
        Ok(sums)
    }

    fn spot_and_twap(&self, id: MarketId, trader: Trader) -> Result<(Value, Value)> {
        Ok((self.value(id, trader, PnlOption::Spot)?, self.value(id, trader, PnlOption::Twap)?))
    }

    fn ratio_at(&self, id: MarketId, trader: Trader, value: Value) -> Result<Dec> {
        let position = self.position(id, trader)?;
        if position.size == 0 {
            return Err(V1Error::PositionSizeIsZero);
        }
        let left = position.remaining(self.market(id)?.premium_fraction(), value.pnl)?;
        decimal::div(left.margin - left.bad_debt, value.notional)
    }
}
