//! Open, increase, reduce, close.
//!
//! What adds risk needs a good oracle, an open market and every guard; what takes risk off needs only the curve
//! and a margin that covers its own loss. Everything settles to the margin, never to a wallet.

use everfloor_math::{mul_div_down_u128, mul_u128, signed, to_i128};

use crate::{
    PPM, Side,
    error::{PerpError, Result, refuse},
    funding::accrue,
    margin::{require_initial, requirement_up, settle},
    market::{Context, Market},
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
    require_in_time(order.deadline, context.now)?;
    if order.notional == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    accrue(market, context)?;
    market.ledger.deposit(position, order.margin)?;
    match position.side() {
        Some(side) if side != order.side => reduce(market, position, context, order, side),
        _ => increase(market, position, context, order),
    }
}

/// Trades by size, down to flat.
pub fn close(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &CloseOrder,
) -> Result<Fill> {
    require_in_time(order.deadline, context.now)?;
    let side = position.require_side()?;
    let base = order.base.min(position.base());
    if base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    accrue(market, context)?;
    let exit = market.curve.exit_value(side, position.base()).ok();
    let notional = market.curve.swap_base(side, base)?;
    require_limit(side, notional, order.quote_limit)?;
    take_off(market, position, context, Exchange { base, notional, exit }, order.max_fee)
}

fn increase(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
) -> Result<Fill> {
    if market.opening_paused {
        return refuse(PerpError::OpeningPaused);
    }
    context.oracle.require_good()?;
    let before = market.curve.spot()?;
    let base = market.curve.swap_quote(order.side, order.notional)?;
    if base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    require_limit(order.side, base, order.base_limit)?;
    require_guards(before, market.curve.spot()?, context)?;

    let funding = position.funding_owed_up(market, context.scale)?;
    settle(market, position, signed::sub_i128(0, funding)?)?;
    let fee = fee_within(order.notional, context, order.max_fee)?;
    market.ledger.charge(position, fee, context.params.insurance_share_ppm)?;
    position.enlarge(order.side, base, order.notional)?;
    position.funding_index = market.funding.index(order.side);
    market.grow(order.side, base)?;

    require_caps(market, position, context, order.side)?;
    require_least(market, position, context)?;
    require_initial(market, position, context)?;
    Ok(Fill { base: signed_base(order.side, base)?, notional: order.notional, fee, realized_pnl: 0, funding })
}

/// Reduces by notional; an order for the exact value of the position, or for all of its size, closes it.
fn reduce(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    order: &OpenOrder,
    side: Side,
) -> Result<Fill> {
    let exit = market.curve.exit_value(side, position.base())?;
    if order.notional > exit {
        return refuse(PerpError::ExceedsPosition { asked: order.notional, available: exit });
    }
    let mut swapped = market.curve;
    let base = swapped.swap_quote(order.side, order.notional)?;
    let exchange = if order.notional == exit || base >= position.base() {
        let base = position.base();
        Exchange { base, notional: market.curve.swap_base(side, base)?, exit: Some(exit) }
    } else {
        market.curve = swapped;
        Exchange { base, notional: order.notional, exit: Some(exit) }
    };
    if exchange.base == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    require_limit(order.side, exchange.base, order.base_limit)?;
    take_off(market, position, context, exchange, order.max_fee)
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

/// Settles a swap that takes `exchange.base` off the position.
fn take_off(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    exchange: Exchange,
    max_fee: u128,
) -> Result<Fill> {
    let side = position.require_side()?;
    let funding = position.funding_owed_up(market, context.scale)?;
    let realized_pnl = realize(market, position, context, exchange)?;
    settle(market, position, signed::sub_i128(realized_pnl, funding)?)?;
    // An exit is never refused for want of its fee.
    let fee = fee_within(exchange.notional, context, max_fee)?.min(position.margin);
    market.ledger.charge(position, fee, context.params.insurance_share_ppm)?;
    require_least(market, position, context)?;
    Ok(Fill {
        base: signed_base(side.opposite(), exchange.base)?,
        notional: exchange.notional,
        fee,
        realized_pnl,
        funding,
    })
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
    position.funding_index = market.funding.index(side);
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

fn fee_within(notional: u128, context: &Context<'_>, limit: u128) -> Result<u128> {
    let fee = requirement_up(notional, context.params.fee_ppm, context.scale)?;
    if fee > limit { refuse(PerpError::FeeAboveLimit { fee, limit }) } else { Ok(fee) }
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

fn require_caps(market: &Market, position: &Position, context: &Context<'_>, side: Side) -> Result<()> {
    let (size, cap) = (market.size(side), context.params.max_open_interest);
    if size > cap {
        return refuse(PerpError::OpenInterestAboveCap { size, cap });
    }
    let (size, cap) = (position.base(), context.params.max_position);
    if size > cap {
        return refuse(PerpError::PositionAboveCap { size, cap });
    }
    Ok(())
}

/// What stays open must be worth a keeper's while.
fn require_least(market: &Market, position: &Position, context: &Context<'_>) -> Result<()> {
    let Some(side) = position.side() else { return Ok(()) };
    // What the curve cannot even take is not too small.
    let notional = market.curve.exit_value(side, position.base()).unwrap_or(u128::MAX);
    let least = context.params.min_notional;
    if notional < least { refuse(PerpError::PositionTooSmall { notional, least }) } else { Ok(()) }
}
