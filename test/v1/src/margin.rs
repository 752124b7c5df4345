//! Margin in and out, and settlement after a shutdown.

use crate::decimal::{self, Dec};
use crate::world::{MarketId, World};
use crate::{Holder, Result, Trader, V1Error};

impl World {
    /// Adds margin, also where there is no position. Funding is not settled.
    pub fn add_margin(&mut self, trader: Trader, id: MarketId, amount: Dec) -> Result<()> {
        self.transact(|world| {
            world.require_unpaused()?;
            world.require_market(id, true)?;
            world.require_token_amount(amount)?;
            let mut position = world.position(id, trader)?;
            position.margin += amount;
            world.set_position(id, trader, position)?;
            world.exchange_margin(trader, amount)
        })
    }

    /// Takes margin out, after funding, as long as the rest carries the position at its worse value.
    pub fn remove_margin(&mut self, trader: Trader, id: MarketId, amount: Dec) -> Result<()> {
        self.transact(|world| {
            world.require_unpaused()?;
            world.require_market(id, true)?;
            world.require_token_amount(amount)?;
            let mut position = world.position(id, trader)?;
            let premium_fraction = world.market(id)?.premium_fraction();
            let remaining = position.remaining(premium_fraction, -amount)?;
            if remaining.bad_debt != 0 {
                return Err(V1Error::MarginNotEnough);
            }
            position.margin = remaining.margin;
            position.premium_fraction = premium_fraction;
            world.set_position(id, trader, position)?;
            if world.free_collateral(id, trader)? < 0 {
                return Err(V1Error::FreeCollateralNotEnough);
            }
            world.withdraw(trader, amount)
        })
    }

    /// Pays a position of a market that was shut down: its value at the settlement price without funding, or
    /// its margin when that price is zero. First come, first served; the fund does not help. Returns the value.
    pub fn settle_position(&mut self, trader: Trader, id: MarketId) -> Result<Dec> {
        self.transact(|world| {
            world.require_market(id, false)?;
            let value = world.settlement_value(id, trader)?;
            world.clear_position(id, trader)?;
            world.token.transfer(Holder::Vault, Holder::Wallet(trader), value)?;
            Ok(value)
        })
    }

    /// What settlement would pay.
    pub fn settlement_value(&self, id: MarketId, trader: Trader) -> Result<Dec> {
        let position = self.position(id, trader)?;
        if position.size == 0 {
            return Err(V1Error::PositionSizeIsZero);
        }
        let price = self.amm(id)?.settlement_price;
        if price == 0 {
            return Ok(position.margin);
        }
        let entry = decimal::div(position.open_notional, position.size.abs())?;
        Ok((decimal::mul(position.size, price - entry)? + position.margin).max(0))
    }
}
