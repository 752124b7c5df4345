//! Liquidation, partial and full, on the same curve that values the position.

use crate::decimal::{self, Dec, WAD};
use crate::position::{Liquidation, Report};
use crate::valuation::PnlOption;
use crate::world::{MarketId, World};
use crate::{Result, Trader, V1Error};

impl World {
    /// Liquidates, also while paused. A limit other than zero bounds the quote exchanged for the whole position.
    pub fn liquidate(
        &mut self,
        liquidator: Trader,
        trader: Trader,
        id: MarketId,
        quote_limit: Dec,
    ) -> Result<Report> {
        self.transact(|world| {
            world.require_market(id, true)?;
            if world.liquidation_ratio(id, trader)? >= world.ratios.maintenance {
                return Err(V1Error::MarginRatio);
            }
            let size = world.position(id, trader)?.size;
            let (report, outcome) = if world.only_partly(id, trader)? {
                world.liquidate_partly(trader, id)?
            } else {
                world.liquidate_fully(liquidator, trader, id)?
            };
            world.flows.liquidation_in += world.transfer_to_insurance(outcome.to_insurance)?;
            world.withdraw(liquidator, outcome.fee)?;
            let block = world.block;
            world.market_mut(id)?.restricted_block = Some(block);
            let limit = decimal::unsigned(quote_limit)?;
            world.check_liquidation_limit(size, report.exchanged_quote, limit, outcome.partial)?;
            Ok(Report { liquidation: Some(outcome), ..report })
        })
    }

    /// Whether enough margin is left, at spot, for a penalty on a part.
    fn only_partly(&self, id: MarketId, trader: Trader) -> Result<bool> {
        let share = self.ratios.partial_liquidation;
        let ratio = self.margin_ratio_by(id, trader, PnlOption::Spot)?;
        Ok(ratio > self.ratios.liquidation_fee && share < WAD && share != 0)
    }

    /// Closes a share; half of the penalty on it to the liquidator, half to the fund. Fails where profit carries
    /// the position but the margin itself is smaller than the penalty.
    fn liquidate_partly(&mut self, trader: Trader, id: MarketId) -> Result<(Report, Liquidation)> {
        let mut report = self.close_share(trader, id)?;
        let penalty = decimal::mul(report.exchanged_quote, self.ratios.liquidation_fee)?;
        let fee = penalty / 2;
        report.position.margin = decimal::sub_unsigned(report.position.margin, penalty)?;
        self.set_position(id, trader, report.position)?;
        let to_insurance = penalty - fee;
        Ok((report, Liquidation { partial: true, penalty, fee, bad_debt: 0, to_insurance }))
    }

    /// Closes everything; what is left over goes to the fund. When less is left than the liquidator's fee, the
    /// fund pays the difference and receives the rest all the same: it is counted twice.
    fn liquidate_fully(
        &mut self,
        liquidator: Trader,
        trader: Trader,
        id: MarketId,
    ) -> Result<(Report, Liquidation)> {
        let penalty = self.position(id, trader)?.margin;
        let report = self.close_whole(trader, id, 0)?;
        let rest = report.margin_to_vault.abs();
        let fee = decimal::mul(report.exchanged_quote, self.ratios.liquidation_fee)? / 2;
        let bad_debt = (fee - rest).max(0);
        let to_insurance = if bad_debt > 0 { rest } else { rest - fee };
        let total = report.bad_debt + bad_debt;
        if total > 0 {
            if !self.backstop.contains(&liquidator) {
                return Err(V1Error::NotBackstop);
            }
            self.realize_bad_debt(total)?;
        }
        Ok((report, Liquidation { partial: false, penalty, fee, bad_debt, to_insurance }))
    }

    fn check_liquidation_limit(&self, size: Dec, quote: Dec, limit: Dec, partial: bool) -> Result<()> {
        let limit = if partial { decimal::mul(limit, self.ratios.partial_liquidation)? } else { limit };
        if size > 0 && quote < limit {
            return Err(V1Error::LessThanMinimalQuote);
        }
        if size < 0 && limit != 0 && quote > limit {
            return Err(V1Error::MoreThanMaximalQuote);
        }
        Ok(())
    }
}
