//! Open, increase, reduce, reverse, close.
//!
//! What adds risk needs a good oracle, an open market and every guard; what takes risk off needs only the curve
//! and a margin that covers its own loss. Everything settles to the margin, never to a wallet.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128, to_i128};

use crate::{
    PPM, Side,
    error::{PerpError, Result, refuse},
    funding::accrue,
    liquidation::end_if_cured,
    margin::{require_initial, requirement_up, settle},
    market::{Context, Market},
    params::MOST_FEE,
    position::Position,
};

/// An order by notional: opens or increases on its side, reduces on the other.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrder {
    /// Direction.
    pub side: Side,
    /// Token units added to the margin first.
    pub margin: u128,
    /// Quote to exchange, wad.
    pub notional: u128,
    /// Least base a buy takes, most base a sale gives, wad; 0 is no limit.
    pub base_limit: u128,
    /// Highest fee accepted, token units.
    pub max_fee: u128,
    /// Last second in which the order is good.
    pub deadline: u64,
}

/// An order by size: takes base off the position.
#[derive(Clone, Copy, Debug)]
pub struct CloseOrder {
    /// Base to close, wad; the whole size if larger.
    pub base: u128,
    /// Least quote a long receives, most quote a short pays, wad; 0 is no limit.
    pub quote_limit: u128,
    /// Highest fee accepted, token units.
    pub max_fee: u128,
    /// Last second in which the order is good.
    pub deadline: u64,
}

/// What a trade did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// Change of size, base wad.
    pub base: i128,
    /// Quote exchanged, wad.
    pub notional: u128,
    /// Fee taken, token units.
    pub fee: u128,
    /// Realised profit before funding and fee, token units.
    pub realized_pnl: i128,
    /// Funding settled, token units; positive was paid.
    pub funding: i128,
}

/// Trades by notional.
pub fn open(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
) -> Result<Fill> {
    begin(market, context, order.deadline)?;
    if order.notional == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    market.ledger.deposit(position, order.margin)?;
    let before = Before::of(market)?;
    let fill = match position.side() {
        Some(side) if side != order.side => against(market, position, context, order, before, side),
        _ => increase(market, position, context, order, before),
    }?;
    end_if_cured(market, position, context)?;
    Ok(fill)
}

/// Trades by size, down to flat.
pub fn close(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &CloseOrder,
) -> Result<Fill> {
    begin(market, context, order.deadline)?;
    let side = position.require_side()?;
    let base = order.base.min(position.base());
    if base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    let before = Before::of(market)?;
    let exit = market.curve.exit_value(side, position.base()).ok();
    let notional = market.curve.swap_base(side, base)?;
    require_limit(side, notional, order.quote_limit)?;
    let exchange = Exchange { base, notional, exit };
    let fill = reduce(market, position, context, exchange, before, order.max_fee)?;
    end_if_cured(market, position, context)?;
    Ok(fill)
}

/// What every trade begins with.
fn begin(market: &mut Market, context: &Context<'_>, deadline: u64) -> Result<()> {
    require_in_time(deadline, context.now)?;
    market.require_live()?;
    accrue(market, context)
}

/// The market before a trade, by which its guards and its fee are measured.
#[derive(Clone, Copy, Debug)]
struct Before {
    spot: u128,
    skew: u128,
}

impl Before {
    fn of(market: &Market) -> Result<Self> {
        Ok(Self { spot: market.curve.spot()?, skew: market.skew() })
    }
}

/// Opens, or adds to a position on the same side.
fn increase(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
    before: Before,
) -> Result<Fill> {
    require_entry(market, context)?;
    let funding = position.funding_owed_up(market, context.scale)?;
    settle(market, position, signed::neg(funding)?)?;
    let base = enter(market, position, order.side, order.notional)?;
    if base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    require_limit(order.side, base, order.base_limit)?;
    let fee = fee_within(market, context, order.notional, order.max_fee, before)?;
    market.ledger.charge(position, fee, context.params.insurance_share_ppm)?;
    require_entered(market, position, context, order.side, before)?;
    Ok(Fill { base: signed_base(order.side, base)?, notional: order.notional, fee, realized_pnl: 0, funding })
}

/// An order against the position: reduces it, closes it if it is for its exact value or all of its size, reverses it
/// if it is for more.
fn against(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
    before: Before,
    side: Side,
) -> Result<Fill> {
    let total = position.base();
    // None if the curve could not take the whole: then the order, which it can take, is a part.
    let exit = market.curve.exit_value(side, total).ok();
    if exit.is_some_and(|exit| order.notional > exit) {
        return reverse(market, position, context, order, before, side);
    }
    let mut swapped = market.curve;
    let base = swapped.swap_quote(order.side, order.notional)?;
    let exchange = if exit == Some(order.notional) || base >= total {
        Exchange { base: total, notional: market.curve.swap_base(side, total)?, exit }
    } else {
        market.curve = swapped;
        Exchange { base, notional: order.notional, exit }
    };
    if exchange.base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    require_limit(order.side, exchange.base, order.base_limit)?;
    reduce(market, position, context, exchange, before, order.max_fee)
}

/// Closes the position and opens the rest of the order on the other side: one limit, one fee, one price impact.
fn reverse(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
    before: Before,
    side: Side,
) -> Result<Fill> {
    let closed = position.base();
    let exit = market.curve.swap_base(side, closed)?;
    let exchange = Exchange { base: closed, notional: exit, exit: Some(exit) };
    let (realized_pnl, funding) = leave(market, position, context, exchange)?;
    let opened = enter(market, position, order.side, sub_u128(order.notional, exit)?)?;
    let base = add_u128(closed, opened)?;
    require_limit(order.side, base, order.base_limit)?;
    if opened == 0 {
        // A rest too small to buy anything was a close.
        let fee = pay_exit_fee(market, position, context, exit, order.max_fee, before)?;
        market.record_move(before.spot, market.curve.spot()?, context.params)?;
        return Ok(Fill { base: signed_base(order.side, base)?, notional: exit, fee, realized_pnl, funding });
    }
    require_entry(market, context)?;
    let notional = order.notional;
    let fee = fee_within(market, context, notional, order.max_fee, before)?;
    market.ledger.charge(position, fee, context.params.insurance_share_ppm)?;
    require_entered(market, position, context, order.side, before)?;
    Ok(Fill { base: signed_base(order.side, base)?, notional, fee, realized_pnl, funding })
}

/// Swaps a notional into the position; returns the base.
fn enter(market: &mut Market, position: &mut Position, side: Side, notional: u128) -> Result<u128> {
    let mut swapped = market.curve;
    let base = swapped.swap_quote(side, notional)?;
    if base != 0 {
        market.curve = swapped;
        position.enlarge(side, base, notional)?;
        position.settled_now(market, side);
        market.grow(side, base)?;
    }
    Ok(base)
}

/// What adds risk needs an open market and a good oracle.
fn require_entry(market: &Market, context: &Context<'_>) -> Result<()> {
    if market.status.paused || market.status.reduce_only {
        return refuse(PerpError::OpeningPaused);
    }
    context.oracle.require_good()
}

/// What a trade that added risk must have left: every guard, cap and the initial margin of the whole.
fn require_entered(
    market: &mut Market,
    position: &Position,
    context: &Context<'_>,
    side: Side,
    before: Before,
) -> Result<()> {
    let spot = market.curve.spot()?;
    require_guards(before.spot, spot, context)?;
    let drift = market.drift_ppm;
    market.record_move(before.spot, spot, context.params)?;
    require_drift(drift, market.drift_ppm, context)?;
    require_open_interest(market, context, side, before.skew)?;
    require_cap(position, context)?;
    require_least(market, position, context)?;
    require_initial(market, position, context)
}

/// A swap that takes a position down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// Base taken off, wad.
    pub base: u128,
    /// Quote exchanged, wad.
    pub notional: u128,
    /// What the whole position was worth on the curve before, wad; none if the curve could not take all of it.
    pub exit: Option<u128>,
}

/// Settles a swap that takes `exchange.base` off the position, which keeps its side or becomes flat.
fn reduce(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    exchange: Exchange,
    before: Before,
    max_fee: u128,
) -> Result<Fill> {
    let side = position.require_side()?;
    let (realized_pnl, funding) = leave(market, position, context, exchange)?;
    let fee = pay_exit_fee(market, position, context, exchange.notional, max_fee, before)?;
    market.record_move(before.spot, market.curve.spot()?, context.params)?;
    require_least(market, position, context)?;
    Ok(Fill {
        base: signed_base(side.opposite(), exchange.base)?,
        notional: exchange.notional,
        fee,
        realized_pnl,
        funding,
    })
}

/// Books an exit and settles it to the margin; returns the realised profit and the funding, token units.
fn leave(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    exchange: Exchange,
) -> Result<(i128, i128)> {
    let funding = position.funding_owed_up(market, context.scale)?;
    let realized_pnl = realize(market, position, context, exchange)?;
    settle(market, position, signed::sub_i128(realized_pnl, funding)?)?;
    Ok((realized_pnl, funding))
}

/// Books a swap that takes size off; returns the realised profit, token units, floored.
pub(crate) fn realize(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    exchange: Exchange,
) -> Result<i128> {
    let side = position.require_side()?;
    let realized_wad = position.realize(exchange.base, exchange.notional, exchange.exit)?;
    position.settled_now(market, side);
    market.shrink(side, exchange.base)?;
    Ok(signed::mul_div_floor(realized_wad, 1, context.scale)?)
}

pub(crate) fn signed_base(side: Side, base: u128) -> Result<i128> {
    let base = to_i128(base)?;
    match side {
        Side::Long => Ok(base),
        Side::Short => Ok(signed::sub_i128(0, base)?),
    }
}

/// Refuses a call after its deadline.
pub fn require_in_time(deadline: u64, now: u64) -> Result<()> {
    if now > deadline { refuse(PerpError::Expired { deadline, now }) } else { Ok(()) }
}

/// Takes the fee of an exit from the margin; an exit is never refused for want of it.
fn pay_exit_fee(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    notional: u128,
    limit: u128,
    before: Before,
) -> Result<u128> {
    let fee = fee_within(market, context, notional, limit, before)?.min(position.margin);
    market.ledger.charge(position, fee, context.params.insurance_share_ppm)?;
    Ok(fee)
}

fn fee_within(
    market: &Market,
    context: &Context<'_>,
    notional: u128,
    limit: u128,
    before: Before,
) -> Result<u128> {
    let fee = requirement_up(notional, fee_ppm(market, context, before)?, context.scale)?;
    if fee > limit { refuse(PerpError::FeeAboveLimit { fee, limit }) } else { Ok(fee) }
}

/// The fee of a trade that the market has just taken, parts per million: the flat one, more for widening the skew, and
/// more for taking the mark away from the oracle. Who brings either back pays the flat one.
fn fee_ppm(market: &Market, context: &Context<'_>, before: Before) -> Result<u32> {
    let params = context.params;
    let mut fee = u128::from(params.fee_ppm);
    let skew = market.skew();
    if skew > before.skew && params.max_skew != 0 {
        let share =
            mul_div_up_u128(params.skew_spread_ppm.into(), skew.min(params.max_skew), params.max_skew)?;
        fee = add_u128(fee, share)?;
    }
    let index = context.oracle.price;
    if params.gap_spread_ppm != 0 && context.oracle.is_usable() {
        let gap = market.curve.spot()?.abs_diff(index);
        if gap > before.spot.abs_diff(index) {
            let gap_ppm = mul_div_up_u128(gap, PPM, index)?;
            fee = add_u128(fee, mul_div_up_u128(gap_ppm, params.gap_spread_ppm.into(), PPM)?)?;
        }
    }
    Ok(u32::try_from(fee).unwrap_or(MOST_FEE).min(MOST_FEE))
}

/// What a long receives (base when it opens, quote when it closes) must reach the limit; what a short gives must not
/// pass it; 0 is no limit.
pub(crate) fn require_limit(side: Side, got: u128, limit: u128) -> Result<()> {
    let broken = match side {
        Side::Long => got < limit,
        Side::Short => limit != 0 && got > limit,
    };
    if broken { refuse(PerpError::SlippageExceeded { got, limit }) } else { Ok(()) }
}

/// Price impact of one trade, and distance from the oracle unless the trade brings the mark nearer.
fn require_guards(before: u128, after: u128, context: &Context<'_>) -> Result<()> {
    let moved = after.abs_diff(before);
    if mul_u128(moved, PPM)? > mul_u128(before, u128::from(context.params.max_price_impact_ppm))? {
        return refuse(PerpError::PriceImpactTooHigh { before, after });
    }
    let index = context.oracle.price;
    let gap = after.abs_diff(index);
    let allowed = mul_div_down_u128(index, u128::from(context.params.max_divergence_ppm), PPM)?;
    if gap > allowed && gap > before.abs_diff(index) {
        return refuse(PerpError::MarkTooFarFromIndex { mark: after, index });
    }
    Ok(())
}

/// What the trades of the last window have moved the mark one way, unless this one moves it back.
fn require_drift(before: i32, after: i32, context: &Context<'_>) -> Result<()> {
    let (moved, limit) = (after.unsigned_abs(), context.params.window_impact_ppm);
    if moved > limit && moved > before.unsigned_abs() {
        return refuse(PerpError::WindowImpactTooHigh { moved: moved.into(), limit: limit.into() });
    }
    Ok(())
}

/// Open interest of the side, and what it exceeds the other by, unless the trade has narrowed that.
fn require_open_interest(
    market: &Market,
    context: &Context<'_>,
    side: Side,
    skew_before: u128,
) -> Result<()> {
    let (size, cap) = (market.size(side), context.params.max_open_interest);
    if size > cap {
        return refuse(PerpError::OpenInterestAboveCap { size, cap });
    }
    let (skew, cap) = (market.skew(), context.params.max_skew);
    if skew > cap && skew > skew_before {
        return refuse(PerpError::SkewAboveCap { skew, cap });
    }
    Ok(())
}

pub(crate) fn require_cap(position: &Position, context: &Context<'_>) -> Result<()> {
    let (size, cap) = (position.base(), context.params.max_position);
    if size > cap { refuse(PerpError::PositionAboveCap { size, cap }) } else { Ok(()) }
}

/// What stays open must be worth a keeper's while.
pub(crate) fn require_least(market: &Market, position: &Position, context: &Context<'_>) -> Result<()> {
    let Some(side) = position.side() else { return Ok(()) };
    // What the curve cannot even take is not too small.
    let notional = market.curve.exit_value(side, position.base()).unwrap_or(u128::MAX);
    let least = context.params.min_notional;
    if notional < least { refuse(PerpError::PositionTooSmall { notional, least }) } else { Ok(()) }
}
