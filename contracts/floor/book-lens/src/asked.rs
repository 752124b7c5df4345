//! The market as a preview asks it: whether it could settle, never to do so.

use everfloor_book_storage::{
    market::Market,
    revert::{Outcome, Revert},
};
use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128};
use everfloor_venue_rules::{Order, Outcome as Said, Removal, Settlement, Trade, error::Result as Ruled};

/// The market, for one previewed order.
pub struct Asked<'a> {
    market: Market<'a>,
    /// The mark as it is.
    mark: u128,
    /// Lots the order has traded so far.
    lots: u128,
    /// The sum of each one's tick.
    lot_ticks: u128,
    /// What the preview reverts with, if it does.
    revert: Option<Revert>,
}

impl<'a> Asked<'a> {
    /// Before the first trade.
    pub fn new(market: Market<'a>, mark: u128) -> Self {
        Self { market, mark, lots: 0, lot_ticks: 0, revert: None }
    }

    /// What would become of the order; the market's revert if it did.
    pub fn close<T>(self, placed: Ruled<T>) -> Outcome<T> {
        match self.revert {
            Some(revert) => Err(revert),
            None => Ok(placed?),
        }
    }

    fn ask(&mut self, trade: &Trade) -> Outcome<Said<()>> {
        let Trade { maker, taker, lots, tick, taker_buys, .. } = *trade;
        if !self.market.can_settle(maker, lots, self.market.params.price(tick)?, !taker_buys, self.mark)? {
            return Ok(Said::MakerCannot);
        }
        let all = add_u128(self.lots, lots.into())?;
        let lot_ticks = add_u128(self.lot_ticks, mul_u128(lots.into(), tick.into())?)?;
        let tick_size = self.market.params.tick_size;
        // Against who trades.
        let average = if taker_buys {
            mul_div_up_u128(lot_ticks, tick_size, all)?
        } else {
            mul_div_down_u128(lot_ticks, tick_size, all)?
        };
        if !self.market.can_settle(taker, all as u64, average, taker_buys, self.mark)? {
            return Ok(Said::TakerCannot(()));
        }
        (self.lots, self.lot_ticks) = (all, lot_ticks);
        Ok(Said::Filled)
    }
}

impl Settlement for Asked<'_> {
    type Refusal = ();

    fn settle(&mut self, trade: &Trade) -> Said<()> {
        self.ask(trade).unwrap_or_else(|revert| {
            self.revert = Some(revert);
            Said::TakerCannot(())
        })
    }

    fn removed(&mut self, _: u64, _: &Order, _: Removal) {}
}
