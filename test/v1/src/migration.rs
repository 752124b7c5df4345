//! The liquidity migration of the first markets: reserves were scaled and every size re-expressed so that closing
//! it would exchange the same quote. The net size is converted at once, each position when it is next touched;
//! the two do not add up to the wei, nor at all once the path matters.

use crate::amm::{Amm, LiquiditySnapshot};
use crate::curve::{Direction, Reserves, closing_base_direction};
use crate::decimal::{self, Dec, WAD};
use crate::history::Clock;
use crate::position::Position;
use crate::world::{MarketId, World};
use crate::{Result, V1Error};

/// What rounding may add to the traders' net size.
const ROUNDING_MARGIN: Dec = 1_000_000_000;

impl World {
    /// Multiplies a market's liquidity, within `fluctuation_limit` of the last block's price (zero for any).
    pub fn migrate(&mut self, id: MarketId, multiplier: Dec, fluctuation_limit: Dec) -> Result<()> {
        self.transact(|world| {
            let clock = world.clock();
            world.market_mut(id)?.amm.migrate(clock, multiplier, fluctuation_limit)
        })
    }
}

impl Amm {
    fn migrate(&mut self, clock: Clock, multiplier: Dec, fluctuation_limit: Dec) -> Result<()> {
        if decimal::unsigned(multiplier)? == WAD {
            return Err(V1Error::MultiplierIsOne);
        }
        self.require_room(self.total_position_size, multiplier)?;
        self.require_room(self.base_delta_this_period, multiplier)?;
        if fluctuation_limit != 0 && !self.is_within_bounds(clock, &self.reserves, fluctuation_limit)? {
            return Err(V1Error::OverFluctuation);
        }
        let old = self.reserves;
        self.reserves = old.scaled(multiplier)?;
        self.base_delta_this_period = self.converted(self.base_delta_this_period, &old)?;
        self.total_position_size = self.converted(self.total_position_size, &old)?;
        self.liquidity.push(LiquiditySnapshot {
            cumulative_notional: self.cumulative_notional,
            reserves: self.reserves,
            total_position_size: self.total_position_size,
        });
        Ok(())
    }

    /// The position as it is on the curve of now.
    pub(crate) fn adjusted(&self, position: Position) -> Result<Position> {
        let latest = self.liquidity.len() - 1;
        let Some(snapshot) = self.liquidity.get(position.liquidity_index) else { return Ok(position) };
        if position.liquidity_index == latest {
            return Ok(position);
        }
        let old = snapshot.moved_by(self.cumulative_notional - snapshot.cumulative_notional)?;
        Ok(Position { size: self.converted(position.size, &old)?, liquidity_index: latest, ..position })
    }

    /// The size whose closing on the curve of now exchanges what closing `size` did on the old one.
    fn converted(&self, size: Dec, old: &Reserves) -> Result<Dec> {
        if size == 0 {
            return Ok(0);
        }
        let direction = closing_base_direction(size);
        let notional = old.quote_for_base(direction, size.abs())?;
        let base = self.reserves.base_for_quote(direction.opposite(), notional)?;
        Ok(if size > 0 { base } else { -base })
    }

    /// A positive size must still fit the scaled base reserve.
    fn require_room(&self, size: Dec, multiplier: Dec) -> Result<()> {
        if size <= 0 {
            return Ok(());
        }
        let least = decimal::div(size + ROUNDING_MARGIN, self.reserves.base)?;
        if multiplier < least { Err(V1Error::IllegalLiquidityMultiplier) } else { Ok(()) }
    }
}

impl LiquiditySnapshot {
    /// The reserves of then, moved by the quote that was traded since.
    fn moved_by(&self, notional: Dec) -> Result<Reserves> {
        let direction = if notional > 0 { Direction::AddToAmm } else { Direction::RemoveFromAmm };
        let base = self.reserves.base_for_quote(direction, notional.abs())?;
        self.reserves.after(direction, notional.abs(), base)
    }
}
