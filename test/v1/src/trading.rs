//! Opening, increasing, reducing, reversing and closing.

use crate::curve::{Side, closing_base_direction};
use crate::decimal::{self, Dec, WAD};
use crate::position::{Position, Report};
use crate::valuation::{PnlOption, Value};
use crate::world::{MarketId, World};
use crate::{Result, Trader, V1Error};

impl World {
    /// Trades `quote * leverage` of notional: opens or increases on the same side, else reduces or reverses.
    /// `base_limit` is the least base to buy or the most to sell; zero for any.
    pub fn open(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        quote: Dec,
        leverage: Dec,
        base_limit: Dec,
    ) -> Result<Report> {
        self.transact(|world| {
            world.require_unpaused()?;
            world.require_market(id, true)?;
            world.require_token_amount(quote)?;
            if decimal::unsigned(leverage)? == 0 {
                return Err(V1Error::InputIsZero);
            }
            require_at_least(decimal::div(WAD, leverage)?, world.ratios.initial)?;
            world.require_unrestricted(id, trader)?;
            let base_limit = decimal::unsigned(base_limit)?;
            let report = world.trade(trader, id, side, quote, leverage, base_limit)?;
            world.exchange_margin(trader, report.margin_to_vault)?;
            world.charged(id, trader, report)
        })
    }

    /// Closes the position; or, when that would move the price too far, only the partial liquidation's share of
    /// it, whatever `quote_limit` says. With that share at zero nothing happens and the call succeeds.
    pub fn close(&mut self, trader: Trader, id: MarketId, quote_limit: Dec) -> Result<Report> {
        self.transact(|world| {
            world.require_unpaused()?;
            world.require_market(id, true)?;
            world.require_unrestricted(id, trader)?;
            let quote_limit = decimal::unsigned(quote_limit)?;
            let size = world.position(id, trader)?.size;
            let report = if world.ratios.partial_liquidation < WAD
                && world.amm(id)?.is_over_fluctuation(
                    world.clock(),
                    closing_base_direction(size),
                    size.abs(),
                )? {
                world.close_share(trader, id)?
            } else {
                world.close_whole(trader, id, quote_limit)?
            };
            if report.bad_debt != 0 {
                return Err(V1Error::BadDebt);
            }
            world.exchange_margin(trader, report.margin_to_vault)?;
            world.charged(id, trader, report)
        })
    }

    /// The trade of an open, checked, before any token moves.
    fn trade(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        quote: Dec,
        leverage: Dec,
        base_limit: Dec,
    ) -> Result<Report> {
        let old = self.position(id, trader)?;
        let report = if old.size == 0 || (old.size > 0) == (side == Side::Buy) {
            self.increase(trader, id, side, decimal::mul(quote, leverage)?, leverage, base_limit)?
        } else {
            self.oppose(trader, id, side, quote, leverage, base_limit, false)?
        };
        self.set_position(id, trader, report.position)?;
        if old.size != 0 && report.position.size != 0 {
            require_at_least(self.margin_ratio(id, trader)?, self.ratios.maintenance)?;
        }
        if report.bad_debt != 0 {
            return Err(V1Error::BadDebt);
        }
        Ok(report)
    }

    /// Adds to a position. A debt that funding leaves behind is dropped here, and forgotten.
    fn increase(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        notional: Dec,
        leverage: Dec,
        base_limit: Dec,
    ) -> Result<Report> {
        let old = self.position(id, trader)?;
        let exchanged_size = self.swap_input(id, side, notional, base_limit, false)?;
        let size = old.size + exchanged_size;
        self.count_open_interest(id, trader, notional)?;
        self.check_holding(id, trader, size)?;
        let margin_added = decimal::div(notional, leverage)?;
        let premium_fraction = self.market(id)?.premium_fraction();
        let remaining = old.remaining(premium_fraction, margin_added)?;
        let position = Position {
            size,
            margin: remaining.margin,
            open_notional: old.open_notional + notional,
            premium_fraction,
            liquidity_index: old.liquidity_index,
            block: self.block,
        };
        Ok(Report {
            position,
            exchanged_quote: notional,
            exchanged_size,
            unrealized_pnl_after: self.value(id, trader, PnlOption::Spot)?.pnl,
            funding_payment: remaining.funding,
            margin_to_vault: margin_added,
            ..Report::default()
        })
    }

    /// Trades against a position: reduces it, or closes it and opens the other side with the rest.
    #[expect(clippy::too_many_arguments, reason = "an order has that many terms")]
    fn oppose(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        quote: Dec,
        leverage: Dec,
        base_limit: Dec,
        may_exceed_fluctuation: bool,
    ) -> Result<Report> {
        let notional = decimal::mul(quote, leverage)?;
        let value = self.value(id, trader, PnlOption::Spot)?;
        if value.notional > notional {
            return self.reduce(trader, id, side, notional, value, base_limit, may_exceed_fluctuation);
        }
        self.reverse(trader, id, side, notional, leverage, base_limit)
    }

    /// Takes a part off a position; its share of the profit moves into the margin, nothing is paid out.
    #[expect(clippy::too_many_arguments, reason = "an order has that many terms")]
    fn reduce(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        notional: Dec,
        value: Value,
        base_limit: Dec,
        may_exceed_fluctuation: bool,
    ) -> Result<Report> {
        let old = self.position(id, trader)?;
        self.count_open_interest(id, trader, -notional)?;
        let exchanged_size = self.swap_input(id, side, notional, base_limit, may_exceed_fluctuation)?;
        let realized_pnl = decimal::div(decimal::mul(value.pnl, exchanged_size.abs())?, old.size.abs())?;
        let premium_fraction = self.market(id)?.premium_fraction();
        let remaining = old.remaining(premium_fraction, realized_pnl)?;
        let unrealized_pnl_after = value.pnl - realized_pnl;
        let open_notional = match old.size > 0 {
            true => value.notional - notional - unrealized_pnl_after,
            false => value.notional - notional + unrealized_pnl_after,
        };
        if open_notional <= 0 {
            return Err(V1Error::OpenNotionalNotPositive);
        }
        let position = Position {
            size: old.size + exchanged_size,
            margin: remaining.margin,
            open_notional,
            premium_fraction,
            liquidity_index: old.liquidity_index,
            block: self.block,
        };
        Ok(Report {
            position,
            exchanged_quote: notional,
            exchanged_size,
            realized_pnl,
            unrealized_pnl_after,
            bad_debt: remaining.bad_debt,
            funding_payment: remaining.funding,
            ..Report::default()
        })
    }

    /// Closes, then opens the other side with what is left of the notional.
    fn reverse(
        &mut self,
        trader: Trader,
        id: MarketId,
        side: Side,
        notional: Dec,
        leverage: Dec,
        base_limit: Dec,
    ) -> Result<Report> {
        let closed = self.close_whole(trader, id, 0)?;
        if closed.bad_debt != 0 {
            return Err(V1Error::ReduceUnderwater);
        }
        let rest = decimal::sub_unsigned(notional, closed.exchanged_quote)?;
        if decimal::div(rest, leverage)? == 0 {
            return Ok(closed);
        }
        // A limit no larger than the closed size is not tightened to nothing, it is dropped.
        let limit = (base_limit - closed.exchanged_size.abs()).max(0);
        let opened = self.increase(trader, id, side, rest, leverage, limit)?;
        Ok(Report {
            position: opened.position,
            exchanged_quote: closed.exchanged_quote + opened.exchanged_quote,
            exchanged_size: closed.exchanged_size + opened.exchanged_size,
            realized_pnl: closed.realized_pnl + opened.realized_pnl,
            funding_payment: closed.funding_payment + opened.funding_payment,
            margin_to_vault: closed.margin_to_vault + opened.margin_to_vault,
            ..Report::default()
        })
    }

    /// Closes a whole position on the curve; the position is gone afterwards, its debt is in the report.
    pub(crate) fn close_whole(&mut self, trader: Trader, id: MarketId, quote_limit: Dec) -> Result<Report> {
        let old = self.position(id, trader)?;
        if old.size == 0 {
            return Err(V1Error::PositionSizeIsZero);
        }
        let pnl = self.value(id, trader, PnlOption::Spot)?.pnl;
        let remaining = old.remaining(self.market(id)?.premium_fraction(), pnl)?;
        let clock = self.clock();
        let exchanged_quote = self.market_mut(id)?.amm.swap_output(
            clock,
            closing_base_direction(old.size),
            old.size.abs(),
            quote_limit,
        )?;
        self.count_open_interest(id, trader, -(pnl + remaining.bad_debt + old.open_notional))?;
        self.clear_position(id, trader)?;
        Ok(Report {
            position: self.position(id, trader)?,
            exchanged_quote,
            exchanged_size: -old.size,
            realized_pnl: pnl,
            bad_debt: remaining.bad_debt,
            funding_payment: remaining.funding,
            margin_to_vault: -remaining.margin,
            ..Report::default()
        })
    }

    /// Closes the partial liquidation's share of a position, at any price and past the fluctuation limit.
    pub(crate) fn close_share(&mut self, trader: Trader, id: MarketId) -> Result<Report> {
        let size = self.position(id, trader)?.size;
        let share = decimal::mul(size, self.ratios.partial_liquidation)?.abs();
        let notional = self.amm(id)?.reserves.quote_for_base(closing_base_direction(size), share)?;
        let report = self.oppose(trader, id, Side::closing(size), notional, WAD, 0, true)?;
        self.set_position(id, trader, report.position)?;
        Ok(report)
    }

    /// The report with the fees, which are pulled from the wallet now.
    fn charged(&mut self, id: MarketId, trader: Trader, report: Report) -> Result<Report> {
        let fee = self.charge_fees(id, trader, report.exchanged_quote)?;
        Ok(Report { fee, ..report })
    }
}

fn require_at_least(ratio: Dec, least: Dec) -> Result<()> {
    if ratio < least { Err(V1Error::MarginRatio) } else { Ok(()) }
}
