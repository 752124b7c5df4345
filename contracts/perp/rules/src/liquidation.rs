//! Liquidation: who, how much of it, at what price, and what it pays.
//!
//! Anyone may liquidate a position whose equity at the neutral price is below its maintenance requirement. There are
//! three ways out, for what the one before cannot take:
//!
//! 1. **The curve** ([`liquidate`]). With a target `t` and a penalty `f`, closing `n = (t·N − E)/(t − f)` of a notional
//!    `N` restores the margin ratio `t`; a position too small or too poor for that is closed whole. No call moves the
//!    mark further than one trade may, nor than what the impact window leaves: a whale is not dumped through its own
//!    price. And the mark must be fair: the loss is realised at the curve's price of the moment, which somebody may have
//!    pushed, so a liquidation waits while the mark is further from the oracle, against the position, than any trade may
//!    open to. Trading it back pays whoever does it.
//! 2. **Takeover** ([`start_takeover`], [`take_over`]). Anyone takes the position, or part of it, with margin of his
//!    own, at the oracle's price less a discount that grows with time. The curve is not touched.
//! 3. **The other side** ([`crate::deleverage`]), when the auction is over.
//!
//! The penalty comes out of what margin is left: the keeper's share first (a taker's discount counts as it), the rest to
//! insurance, and what is beyond the penalty stays the trader's. A position with nothing left still pays the keeper a
//! small floor from the market's fees, so that bad debt waits for nobody. Losses: [`crate::losses`].

use everfloor_math::{
    U256, add_u128, mul, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sqrt_down, sub_u128, to_i128,
    to_u128,
};

use crate::{
    PPM, Side, WAD,
    error::{PerpError, Result, refuse},
    funding::accrue,
    losses::{self, Shortfall},
    margin::{at_neutral, neutral_price, require_initial, requirement_up, settle},
    market::{Context, Market},
    position::{Position, Valuation},
    trade::{Exchange, realize, require_cap, require_least, require_limit, signed_base},
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
    /// Loss beyond the margin, and who bears it.
    pub shortfall: Shortfall,
    /// Funding that a taker settled on what it held before; positive was paid.
    pub taker_funding: i128,
}

/// A position that may be liquidated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessment {
    pub side: Side,
    pub neutral: Valuation,
}

/// Whether [`liquidate`] would go on now, but for the caller's own limit and what the curve can take.
pub fn is_liquidatable(market: &Market, position: &Position, context: &Context<'_>) -> Result<bool> {
    let Some(side) = position.side() else { return Ok(false) };
    if market.status.halted
        || !context.oracle.is_usable()
        || require_fair_mark(market, context, side).is_err()
    {
        return Ok(false);
    }
    let (valuation, required) = assess(market, position, context)?;
    let spared = require_no_grace(&valuation, context).is_err();
    Ok(valuation.equity < to_i128(required)? && !spared)
}

/// The valuation that decides, and the maintenance requirement, token units.
pub fn assess(market: &Market, position: &Position, context: &Context<'_>) -> Result<(Valuation, u128)> {
    let valuation = at_neutral(market, position, context)?;
    let required = requirement_up(valuation.notional, context.params.maintenance_margin_ppm, context.scale)?;
    Ok((valuation, required))
}

/// Brings the market to now and refuses a position that keeps its maintenance margin, or is spared for a while.
pub(crate) fn begin(market: &mut Market, position: &Position, context: &Context<'_>) -> Result<Assessment> {
    market.require_live()?;
    accrue(market, context)?;
    context.oracle.require_usable()?;
    let side = position.require_side()?;
    let (neutral, required) = assess(market, position, context)?;
    if neutral.equity >= to_i128(required)? {
        return refuse(PerpError::NotLiquidatable { equity: neutral.equity, required });
    }
    require_no_grace(&neutral, context)?;
    Ok(Assessment { side, neutral })
}

/// What a keeper brings to a liquidation.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiquidationOrder {
    /// Least quote that closing the whole of a long must bring, most that of a short may cost, wad; 0 is no limit. A
    /// part is held to its part of it.
    pub quote_limit: u128,
    /// What the insurance fund would pay.
    pub insurance_available: u128,
}

/// Closes a position that lost its maintenance margin on the curve, or as much of it as restores it and as the curve
/// may take at once. If closing a part would leave the rest worse off than the whole was, the whole has to go.
pub fn liquidate(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &LiquidationOrder,
) -> Result<Liquidation> {
    let assessment = begin(market, position, context)?;
    require_fair_mark(market, context, assessment.side)?;
    let total = position.base();
    let needed = needed_base(position, &assessment.neutral, context)?;
    if needed < total {
        let (mut after, mut rest) = (*market, *position);
        let report = close_on_curve(&mut after, &mut rest, context, order, &assessment, needed)?;
        if is_better_off(&after, &rest, context, &assessment.neutral)? {
            (*market, *position) = (after, rest);
            return Ok(report);
        }
    }
    close_on_curve(market, position, context, order, &assessment, total)
}

/// Closes `wanted` of a position, or as much of it as the curve may take now.
fn close_on_curve(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &LiquidationOrder,
    assessment: &Assessment,
    wanted: u128,
) -> Result<Liquidation> {
    let (side, total) = (assessment.side, position.base());
    let base = wanted.min(most_base(market, context, side)?);
    require_worth(market, context, side, base, total)?;
    let before = market.curve.spot()?;
    let at_mark = mul_div_down_u128(base, before, WAD)?;
    let notional = market.curve.swap_base(side, base)?;
    require_limit(side, notional, part_of_limit(order.quote_limit, side, base, total)?)?;
    market.record_move(before, market.curve.spot()?, context.params)?;

    let impact = mul_div_up_u128(at_mark.abs_diff(notional), 1, context.scale)?;
    // A slice loses what it loses, not its share of what a dump of the whole would: others would pay for that, and what is
    // left would be worth more than before.
    let exchange = Exchange { base, notional, exit: None };
    let mut report =
        close(market, position, context, exchange, assessment, impact, order.insurance_available)?;
    take_penalty(market, position, context, &mut report, 0)?;
    end_if_cured(market, position, context)?;
    Ok(report)
}

/// How much has to go: what restores the target ratio, or all of it.
fn needed_base(position: &Position, neutral: &Valuation, context: &Context<'_>) -> Result<u128> {
    let (total, params) = (position.base(), context.params);
    let target = u128::from(params.liquidation_target_ppm);
    let per_notional = target.saturating_sub(params.liquidation_penalty_ppm.into());
    let equity = u128::try_from(neutral.equity).unwrap_or(0);
    if per_notional == 0 || equity == 0 {
        return Ok(total);
    }
    let equity_ppm = mul_u128(mul_u128(equity, context.scale)?, PPM)?;
    let missing_ppm = mul_u128(neutral.notional, target)?.saturating_sub(equity_ppm);
    let close = mul_div_up_u128(missing_ppm, 1, per_notional)?;
    let rest = neutral.notional.saturating_sub(close);
    if rest < params.min_notional || rest == 0 {
        return Ok(total);
    }
    Ok(mul_div_up_u128(total, close, neutral.notional)?.min(total))
}

/// The most base that may go through the curve at once: neither one trade's impact nor what the window has left is
/// passed. Closing a long takes the price to `p·(B/(B+b))²`, a short to `p·(B/(B−b))²`.
fn most_base(market: &Market, context: &Context<'_>, side: Side) -> Result<u128> {
    let params = context.params;
    let mut room = u128::from(params.max_price_impact_ppm);
    if params.impact_window != 0 {
        let drift = i64::from(market.drift_ppm);
        let same_way = match side {
            Side::Long => drift.saturating_neg(),
            Side::Short => drift,
        };
        let left = i64::from(params.window_impact_ppm).saturating_sub(same_way);
        room = room.min(u128::try_from(left).unwrap_or(0));
    }
    let base = market.curve.base;
    match side {
        Side::Long if room >= PPM => Ok(u128::MAX),
        Side::Long => {
            let root = ratio_root(PPM, sub_u128(PPM, room)?)?;
            Ok(sub_u128(mul_div_down_u128(base, root, WAD)?, base)?)
        }
        Side::Short => {
            let root = ratio_root(PPM, add_u128(PPM, room)?)?;
            // Two floors have taken less than four from it: the ratio is never below 1/17.
            Ok(base.saturating_sub(mul_div_up_u128(base, add_u128(root, 4)?, WAD)?))
        }
    }
}

/// `√(a/b)`, wad, floored.
fn ratio_root(a: u128, b: u128) -> Result<u128> {
    let ratio = mul_div_down_u128(mul_u128(a, WAD)?, 1, b)?;
    Ok(to_u128(sqrt_down(mul(U256::from(ratio), U256::from(WAD))?))?)
}

/// Refuses a slice that is not the whole and too small to be worth a call: somebody has to take the position over.
fn require_worth(market: &Market, context: &Context<'_>, side: Side, base: u128, total: u128) -> Result<()> {
    let least = context.params.min_notional;
    let notional = if base == 0 { 0 } else { market.curve.exit_value(side, base)? };
    let worth = base == total || notional >= least;
    if base == 0 || !worth { refuse(PerpError::CurveTooThin { notional, least }) } else { Ok(()) }
}

/// The caller's limit for the whole position, for a part of it.
fn part_of_limit(limit: u128, side: Side, base: u128, total: u128) -> Result<u128> {
    match side {
        _ if limit == 0 => Ok(0),
        Side::Long => Ok(mul_div_up_u128(limit, base, total)?),
        Side::Short => Ok(mul_div_down_u128(limit, base, total)?.max(1)),
    }
}

/// Whether what is left of a position has a better margin ratio than the whole had.
fn is_better_off(market: &Market, rest: &Position, context: &Context<'_>, was: &Valuation) -> Result<bool> {
    let is = at_neutral(market, rest, context)?;
    Ok(is.margin_ratio_wad(context.scale)? > was.margin_ratio_wad(context.scale)?)
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

/// For a while after a pause, who still has equity may use what the pause took from him; who has none waits for nobody.
fn require_no_grace(valuation: &Valuation, context: &Context<'_>) -> Result<()> {
    let until = context.resumed_at.saturating_add(context.params.resume_grace.into());
    if context.resumed_at != 0 && context.now < until && valuation.equity >= 0 {
        return refuse(PerpError::InGrace { until, now: context.now });
    }
    Ok(())
}

/// When an auction that began at `start` has reached its full discount.
pub fn auction_end(start: u64, context: &Context<'_>) -> u64 {
    start.saturating_add(context.params.takeover_time.into())
}

/// Whether an auction that began at `start` is on, or over and not yet lapsed: it counts for twice its time.
pub fn auction_stands(start: u64, context: &Context<'_>) -> bool {
    let lapse = auction_end(auction_end(start, context), context);
    start != 0 && context.now < lapse
}

/// The discount of an auction, parts per million: from nothing to all of it in [`crate::Params::takeover_time`].
pub fn discount_ppm(start: u64, context: &Context<'_>) -> Result<u128> {
    let time = u128::from(context.params.takeover_time);
    let elapsed = u128::from(context.now.saturating_sub(start)).min(time);
    Ok(mul_div_down_u128(context.params.takeover_discount_ppm.into(), elapsed, time)?)
}

/// Ends the auction of a position that is seen to keep its maintenance margin again.
///
/// Nothing less ends it: an owner who could begin it anew by a unit of margin or a wei of a trade would keep a hopeless
/// position, and what may yet come of it, for as long as he likes, and leave the loss to others. And nothing more is asked:
/// what later falls below again is offered from no discount on.
pub(crate) fn end_if_cured(market: &Market, position: &mut Position, context: &Context<'_>) -> Result<()> {
    if position.takeover_start != 0 && context.oracle.is_usable() {
        let (valuation, required) = assess(market, position, context)?;
        if valuation.equity >= to_i128(required)? {
            position.takeover_start = 0;
        }
    }
    Ok(())
}

/// Offers a position that lost its maintenance margin to anyone. Returns when its auction began; of one that has had an
/// auction and keeps its maintenance margin again, it ends it and returns 0.
pub fn start_takeover(market: &mut Market, position: &mut Position, context: &Context<'_>) -> Result<u64> {
    if let Err(refusal) = begin(market, position, context) {
        let offered = position.takeover_start != 0;
        if offered && matches!(*refusal, PerpError::NotLiquidatable { .. }) {
            position.takeover_start = 0;
            return Ok(0);
        }
        return Err(refusal);
    }
    if auction_stands(position.takeover_start, context) {
        let until = auction_end(position.takeover_start, context);
        return refuse(PerpError::TakeoverRunning { until, now: context.now });
    }
    position.takeover_start = context.now;
    Ok(context.now)
}

/// What a taker asks for.
#[derive(Clone, Copy, Debug)]
pub struct TakeoverOrder {
    /// Base to take, wad; the whole size if larger.
    pub base: u128,
    /// Token units added to the taker's margin first.
    pub margin: u128,
    /// Highest price for a long, least for a short, wad; 0 is no limit.
    pub price_limit: u128,
    /// What the insurance fund would pay.
    pub insurance_available: u128,
}

/// Moves a position, or part of it, to `taker` at the oracle's price less the auction's discount.
pub fn take_over(
    market: &mut Market,
    position: &mut Position,
    taker: &mut Position,
    context: &Context<'_>,
    order: &TakeoverOrder,
) -> Result<Liquidation> {
    let assessment = begin(market, position, context)?;
    let side = assessment.side;
    let start = position.takeover_start;
    if !auction_stands(start, context) {
        return refuse(PerpError::NoTakeover { start, now: context.now });
    }
    if taker.side().is_some_and(|held| held != side) {
        return refuse(PerpError::UnfitTaker);
    }
    let closing = takeover_terms(position, context, side, order.base)?;
    // A taker of a long wants a price as low as possible.
    require_limit(side.opposite(), closing.price, order.price_limit)?;

    market.ledger.deposit(taker, order.margin)?;
    let owed = taker.funding_owed_up(market, context.scale)?;
    settle(market, taker, signed::neg(owed)?)?;
    let mut report =
        close_at_price(market, position, context, &assessment, closing, order.insurance_available)?;
    report.taker_funding = owed;
    market.grow(side, closing.base)?;
    taker.enlarge(side, closing.base, report.notional)?;
    taker.settled_now(market, side);
    taker.takeover_start = 0;
    require_cap(taker, context)?;
    require_least(market, taker, context)?;
    require_initial(market, taker, context)?;
    Ok(report)
}

fn takeover_terms(position: &Position, context: &Context<'_>, side: Side, wanted: u128) -> Result<Closing> {
    let (index, total) = (context.oracle.price, position.base());
    let discount_ppm = discount_ppm(position.takeover_start, context)?;
    let off = mul_div_down_u128(index, discount_ppm, PPM)?;
    let price = match side {
        Side::Long => sub_u128(index, off)?,
        Side::Short => add_u128(index, off)?,
    };
    let base = part_worth_taking(total, wanted, index, context)?;
    let discount = mul_div_up_u128(mul_div_up_u128(base, off, WAD)?, 1, context.scale)?;
    Ok(Closing { base, price, discount })
}

/// `wanted` of a position, or all of it if what would be left is not worth taking; a part must be worth it, too, or the
/// keeper's floor could be had for next to nothing.
pub(crate) fn part_worth_taking(
    total: u128,
    wanted: u128,
    price: u128,
    context: &Context<'_>,
) -> Result<u128> {
    let least = context.params.min_notional;
    let rest = mul_div_down_u128(total.saturating_sub(wanted), price, WAD)?;
    if rest < least || wanted >= total {
        return Ok(total);
    }
    let notional = mul_div_down_u128(wanted, price, WAD)?;
    if wanted == 0 || notional < least {
        return refuse(PerpError::PositionTooSmall { notional, least });
    }
    Ok(wanted)
}

/// Part of a position that goes at a given price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closing {
    /// Base, wad.
    pub base: u128,
    /// Price, wad.
    pub price: u128,
    /// What of it is a discount, token units.
    pub discount: u128,
}

/// Closes part of a position off the curve; a discount counts as part of the penalty.
pub(crate) fn close_at_price(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    assessment: &Assessment,
    closing: Closing,
    insurance_available: u128,
) -> Result<Liquidation> {
    let Closing { base, price, discount } = closing;
    let notional = match assessment.side {
        Side::Long => mul_div_down_u128(base, price, WAD)?,
        Side::Short => mul_div_up_u128(base, price, WAD)?,
    };
    // The price may differ from the neutral one by what the band allows.
    let apart = neutral_price(market, context)?.abs_diff(price);
    let explained = mul_div_up_u128(mul_div_up_u128(base, apart, WAD)?, 1, context.scale)?;
    let exchange = Exchange { base, notional, exit: None };
    let mut report = close(market, position, context, exchange, assessment, explained, insurance_available)?;
    take_penalty(market, position, context, &mut report, discount)?;
    end_if_cured(market, position, context)?;
    Ok(report)
}

/// Realises an exchange that somebody else brought about. Others pay of the loss what the neutral price explains, and
/// `explained` on top of it.
fn close(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    exchange: Exchange,
    assessment: &Assessment,
    explained: u128,
    insurance_available: u128,
) -> Result<Liquidation> {
    let funding = position.funding_owed_up(market, context.scale)?;
    let lacking = assessment.neutral.equity.min(0).unsigned_abs();
    let lacking = mul_div_up_u128(lacking, exchange.base, position.base())?; // a part has its part of it
    let realized_pnl = realize(market, position, context, exchange)?;
    let net = losses::net(realized_pnl, funding)?;
    let fair = add_u128(lacking, explained)?;
    // Funding is paid from the margin first, so a shortfall is a trading loss up to the size of that loss.
    let insurable = fair.min(losses::trading_loss(realized_pnl));
    let shortfall = losses::bear(&mut market.ledger, position, net, insurable, insurance_available)?;
    Ok(Liquidation {
        base: signed_base(assessment.side.opposite(), exchange.base)?,
        notional: exchange.notional,
        realized_pnl,
        funding,
        shortfall,
        ..Liquidation::default()
    })
}

/// Takes the penalty, less what a discount has taken of it already, from what margin is left, and divides it. Margin that
/// the rest of a position needs for its own loss is not there to be taken: others would pay for it in the end.
fn take_penalty(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    report: &mut Liquidation,
    discount: u128,
) -> Result<()> {
    let nominal = requirement_up(report.notional, context.params.liquidation_penalty_ppm, context.scale)?;
    let spare = match position.side() {
        None => position.margin,
        Some(_) => u128::try_from(at_neutral(market, position, context)?.equity).unwrap_or(0),
    };
    report.penalty = nominal.saturating_sub(discount).min(position.margin).min(spare);
    let ledger = &mut market.ledger;
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
