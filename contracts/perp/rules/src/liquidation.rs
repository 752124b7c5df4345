//! Liquidation: who, what it pays, and who bears what the margin cannot.
//!
//! Anyone may liquidate a position whose equity at the neutral price is below its maintenance requirement. The
//! whole position is closed on the curve. The loss is paid by, in order: the trader's margin, the trader's own
//! waiting profit, the market's fees, the insurance share not yet sent, the insurance fund. What is left is recorded
//! as bad debt, which makes profit claims short ([`crate::ledger`]); nobody's principal is touched. Insurance pays
//! trading losses only, never funding, and no more than the neutral price and the position's own impact explain.
//!
//! The loss is realised at the curve's price of the moment, which somebody may have pushed. So a liquidation waits
//! while the mark is further from the oracle, against the position, than any trade may open to: trading it back pays
//! whoever does it.
//!
//! The penalty comes out of what margin is left: the keeper's share first, the rest to insurance, and what is
//! beyond the penalty stays the trader's. A position with nothing left still pays the keeper a small floor from
//! the market's fees, so that bad debt waits for nobody.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, signed, sub_u128, to_i128};

use crate::{
    Ledger, PPM, Side, WAD,
    error::{PerpError, Result, refuse},
    funding::accrue,
    margin::{at_neutral, requirement_up},
    market::{Context, Market},
    position::{Position, Valuation},
    trade::{Exchange, realize, require_limit, signed_base},
};

/// What a liquidation did; token units unless named otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Liquidation {
    /// Change of size, base wad.
    pub base: i128,
    /// Quote exchanged, wad.
    pub notional: u128,
    /// Realised profit before funding.
    pub realized_pnl: i128,
    /// Funding settled; positive was owed.
    pub funding: i128,
    /// Penalty taken from the margin.
    pub penalty: u128,
    /// What the keeper gets.
    pub keeper_reward: u128,
    /// Loss beyond the margin.
    pub shortfall: u128,
    /// Part of it the market's own fees and insurance share covered.
    pub covered_by_market: u128,
    /// Part of it to draw from the insurance fund.
    pub covered_by_fund: u128,
}

impl Liquidation {
    /// Loss that nothing covered.
    pub fn uncovered(&self) -> u128 {
        self.shortfall.saturating_sub(self.covered_by_market).saturating_sub(self.covered_by_fund)
    }

    /// What the fund had promised and did not pay becomes bad debt.
    pub fn fund_paid_less(&mut self, ledger: &mut Ledger, unpaid: u128) -> Result<()> {
        self.covered_by_fund = sub_u128(self.covered_by_fund, unpaid)?;
        ledger.pool = sub_u128(ledger.pool, unpaid)?;
        ledger.bad_debt = add_u128(ledger.bad_debt, unpaid)?;
        Ok(())
    }
}

/// Whether [`liquidate`] would go on now, but for the caller's own limit and what the curve can take.
pub fn is_liquidatable(market: &Market, position: &Position, context: &Context<'_>) -> Result<bool> {
    let Some(side) = position.side() else { return Ok(false) };
    if !context.oracle.is_usable() || require_fair_mark(market, context, side).is_err() {
        return Ok(false);
    }
    let (valuation, required) = assess(market, position, context)?;
    Ok(valuation.equity < to_i128(required)?)
}

/// The valuation that decides, and the maintenance requirement, token units.
pub fn assess(market: &Market, position: &Position, context: &Context<'_>) -> Result<(Valuation, u128)> {
    let valuation = at_neutral(market, position, context)?;
    let required = requirement_up(valuation.notional, context.params.maintenance_margin_ppm, context.scale)?;
    Ok((valuation, required))
}

/// Closes a position that lost its maintenance margin. `insurance_available` is what the fund would pay.
pub fn liquidate(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    quote_limit: u128,
    insurance_available: u128,
) -> Result<Liquidation> {
    accrue(market, context)?;
    context.oracle.require_usable()?;
    let side = position.require_side()?;
    let (valuation, required) = assess(market, position, context)?;
    if valuation.equity >= to_i128(required)? {
        return refuse(PerpError::NotLiquidatable { equity: valuation.equity, required });
    }
    require_fair_mark(market, context, side)?;
    let base = position.base();
    let at_mark = mul_div_down_u128(base, market.curve.spot()?, WAD)?;
    let notional = market.curve.swap_base(side, base)?;
    require_limit(side, notional, quote_limit)?;
    let funding = position.funding_owed_up(market, context.scale)?;
    let realized_pnl = realize(market, position, context, Exchange { base, notional, exit: Some(notional) })?;

    let mut report = Liquidation {
        base: signed_base(side.opposite(), base)?,
        notional,
        realized_pnl,
        funding,
        ..Liquidation::default()
    };
    let impact = mul_div_up_u128(at_mark.abs_diff(notional), 1, context.scale)?;
    let explained = add_u128(valuation.equity.min(0).unsigned_abs(), impact)?;
    settle_loss(&mut market.ledger, position, &mut report, explained, insurance_available)?;
    take_penalty(&mut market.ledger, position, context, &mut report)?;
    Ok(report)
}

/// Refuses to realise a loss at a mark that is out of line with the oracle, against the position.
fn require_fair_mark(market: &Market, context: &Context<'_>, side: Side) -> Result<()> {
    let (mark, index) = (market.curve.spot()?, context.oracle.price);
    let allowed = mul_div_down_u128(index, u128::from(context.params.max_divergence_ppm), PPM)?;
    let against = match side {
        Side::Long => index.saturating_sub(mark),
        Side::Short => mark.saturating_sub(index),
    };
    if against > allowed { refuse(PerpError::MarkTooFarFromIndex { mark, index }) } else { Ok(()) }
}

/// Settles the result; what the margin lacks goes up the loss order.
fn settle_loss(
    ledger: &mut Ledger,
    position: &mut Position,
    report: &mut Liquidation,
    explained: u128,
    insurance_available: u128,
) -> Result<()> {
    let net = signed::sub_i128(report.realized_pnl, report.funding)?;
    if net >= 0 {
        return ledger.credit(position, net.unsigned_abs());
    }
    report.shortfall = ledger.absorb(position, net.unsigned_abs())?;

    // Funding is paid from the margin first, so a shortfall is a trading loss up to the size of that loss.
    let trading_loss = report.realized_pnl.min(0).unsigned_abs();
    let coverable = report.shortfall.min(trading_loss).min(explained);
    let from_fees = coverable.min(ledger.fees);
    let from_due = sub_u128(coverable, from_fees)?.min(ledger.insurance_due);
    report.covered_by_market = add_u128(from_fees, from_due)?;
    report.covered_by_fund = sub_u128(coverable, report.covered_by_market)?.min(insurance_available);

    ledger.fees = sub_u128(ledger.fees, from_fees)?;
    ledger.insurance_due = sub_u128(ledger.insurance_due, from_due)?;
    let covered = add_u128(report.covered_by_market, report.covered_by_fund)?;
    ledger.pool = add_u128(ledger.pool, covered)?;
    ledger.bad_debt = add_u128(ledger.bad_debt, report.uncovered())?;
    Ok(())
}

/// Takes the penalty from what margin is left and divides it.
fn take_penalty(
    ledger: &mut Ledger,
    position: &mut Position,
    context: &Context<'_>,
    report: &mut Liquidation,
) -> Result<()> {
    let nominal = requirement_up(report.notional, context.params.liquidation_penalty_ppm, context.scale)?;
    report.penalty = nominal.min(position.margin);
    ledger.withdraw(position, report.penalty)?;
    let share = mul_div_down_u128(report.penalty, u128::from(context.params.keeper_share_ppm), PPM)?;
    let floor = context.params.keeper_floor;
    let from_penalty = share.max(floor.min(report.penalty));
    let from_fees = floor.saturating_sub(from_penalty).min(ledger.fees);
    ledger.fees = sub_u128(ledger.fees, from_fees)?;
    ledger.insurance_due = add_u128(ledger.insurance_due, sub_u128(report.penalty, from_penalty)?)?;
    report.keeper_reward = add_u128(from_penalty, from_fees)?;
    Ok(())
}
