//! Margin: what a position must have to grow, to stay, and to pay out; adding, removing, settling.
//!
//! Two valuations: **exit**, what closing on the curve would bring with its price impact, and **neutral**, the
//! mark's time-average held within a band of the oracle. Growing and withdrawing are checked at the worse of the
//! two; liquidation uses the neutral one alone, so nobody can be pushed into it by one trade.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128, to_i128};

use crate::{
    PPM, Side, WAD,
    error::{PerpError, Result, refuse},
    funding::accrue,
    liquidation::end_if_cured,
    market::{Context, Market},
    position::{Position, Valuation},
};

/// The neutral price: the mark's time-average, clamped to the oracle's band.
pub fn neutral_price(market: &Market, context: &Context<'_>) -> Result<u128> {
    let average = market.mark.average(market.curve.spot()?)?;
    let index = context.oracle.price;
    if index == 0 {
        return Ok(average); // there is no oracle to hold it by; nothing that changes anything gets here
    }
    let band = mul_div_down_u128(index, u128::from(context.params.mark_band_ppm), PPM)?;
    let low = index.saturating_sub(band);
    Ok(average.clamp(low, index.saturating_add(band).max(low)))
}

/// The neutral valuation.
pub fn at_neutral(market: &Market, position: &Position, context: &Context<'_>) -> Result<Valuation> {
    Valuation::at_price(market, position, context, neutral_price(market, context)?)
}

/// A share of a notional, token units, rounded up.
pub fn requirement_up(notional: u128, ratio_ppm: u32, scale: u128) -> Result<u128> {
    let denominator = mul_u128(PPM, scale)?;
    Ok(mul_div_up_u128(notional, u128::from(ratio_ppm), denominator)?)
}

/// Refuses a position that does not reach its initial margin under either valuation. A waiting profit counts for what
/// it is worth today: new risk is not taken on money that is not there.
pub fn require_initial(market: &Market, position: &Position, context: &Context<'_>) -> Result<()> {
    let exit = Valuation::at_exit(market, position, context)?;
    let neutral = at_neutral(market, position, context)?;
    let doubtful = to_i128(sub_u128(position.claim, market.ledger.worth_of(position.claim)?)?)?;
    for valuation in [exit, neutral] {
        let required = requirement_up(valuation.notional, context.params.initial_margin_ppm, context.scale)?;
        let equity = signed::sub_i128(valuation.equity, doubtful)?;
        if equity < to_i128(required)? {
            return refuse(PerpError::BelowInitialMargin { equity, required });
        }
    }
    Ok(())
}

/// Token units that could be withdrawn now, negative if margin is missing: losses count, gains and waiting profit do
/// not, and the initial requirement stays (on the entry value for a long, on the present value for a short).
pub fn free_collateral(market: &Market, position: &Position, context: &Context<'_>) -> Result<i128> {
    let exit = Valuation::at_exit(market, position, context)?;
    let neutral = at_neutral(market, position, context)?;
    let worse = if exit.pnl_wad < neutral.pnl_wad { exit } else { neutral };
    let basis = match position.side() {
        None => return Ok(to_i128(position.margin)?),
        Some(Side::Long) => position.open_notional,
        Some(Side::Short) => worse.notional,
    };
    let owed = position.funding_owed_up(market, context.scale)?;
    let without_gain = signed::sub_i128(to_i128(position.margin)?, owed)?;
    let required = requirement_up(basis, context.params.initial_margin_ppm, context.scale)?;
    let without_claim = signed::sub_i128(worse.equity, to_i128(position.claim)?)?;
    Ok(signed::sub_i128(without_claim.min(without_gain), to_i128(required)?)?)
}

/// Token units that [`remove`] would pay now; the caller has brought the market to now. Funding is settled first, as it
/// does: a receipt that the pool cannot pay is a claim, and no margin.
pub fn removable(market: &Market, position: &Position, context: &Context<'_>) -> Result<u128> {
    let Some(side) = position.side() else { return Ok(position.margin) };
    if market.status.halted || market.ledger.gated || !context.oracle.is_usable() {
        return Ok(0);
    }
    let (mut market, mut position) = (*market, *position);
    let owed = position.funding_owed_up(&market, context.scale)?;
    if settle(&mut market, &mut position, signed::neg(owed)?).is_err() {
        return Ok(0);
    }
    position.settled_now(&market, side);
    let free = free_collateral(&market, &position, context)?;
    Ok(u128::try_from(free).unwrap_or(0).min(position.margin))
}

/// Adds `amount` token units, which the caller collects. Needs no oracle, is never paused; and so does not know whether it
/// cures the position: its auction, if there is one, is ended by [`crate::liquidation::start_takeover`], which anyone may ask
/// for.
pub fn add(market: &mut Market, position: &mut Position, amount: u128) -> Result<()> {
    market.require_live()?;
    if amount == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    market.ledger.deposit(position, amount)
}

/// Removes `amount` token units from a flat account: needs nothing but its margin, and nothing stops it.
pub fn remove_flat(market: &mut Market, position: &mut Position, amount: u128) -> Result<()> {
    if amount == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    market.ledger.withdraw(position, amount)
}

/// Removes `amount` token units, which the caller pays out; returns the funding settled. A flat account needs
/// no oracle, and nothing stops it.
pub fn remove(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    amount: u128,
) -> Result<i128> {
    let Some(side) = position.side() else {
        remove_flat(market, position, amount)?;
        return Ok(0);
    };
    if amount == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    accrue(market, context)?;
    market.require_live()?;
    if market.ledger.gated {
        return refuse(PerpError::WithdrawalsGated);
    }
    context.oracle.require_usable()?;
    let owed = position.funding_owed_up(market, context.scale)?;
    settle(market, position, signed::sub_i128(0, owed)?)?;
    position.settled_now(market, side);
    market.ledger.withdraw(position, amount)?;
    let free = free_collateral(market, position, context)?;
    if free < 0 {
        let available = amount.saturating_sub(free.unsigned_abs());
        return refuse(PerpError::InsufficientMargin { available, needed: amount });
    }
    end_if_cured(market, position, context)?;
    Ok(owed)
}

/// Settles a net result (profit less funding owed, token units) against the pool. The account must cover a loss.
pub(crate) fn settle(market: &mut Market, position: &mut Position, net: i128) -> Result<()> {
    if net < 0 {
        let needed = net.unsigned_abs();
        let available = add_u128(position.margin, position.claim)?;
        match market.ledger.absorb(position, needed)? {
            0 => Ok(()),
            _ => refuse(PerpError::InsufficientMargin { available, needed }),
        }
    } else if net > 0 {
        market.ledger.credit(position, net.unsigned_abs())
    } else {
        Ok(())
    }
}

/// Takes waiting profit at today's share; `least` bounds the payout.
pub fn claim_profit(market: &mut Market, position: &mut Position, amount: u128, least: u128) -> Result<u128> {
    market.require_live()?;
    let payout = market.ledger.redeem(position, amount)?;
    if payout < least {
        return refuse(PerpError::PayoutBelowLimit { payout, limit: least });
    }
    Ok(payout)
}

/// Moves an open position's loss, and the funding it owes, into the pool, for winners who wait; returns the loss and
/// the funding moved, token units. Anyone may ask for it. The position's equity stays the same: margin falls and the
/// entry value moves by as much, so the loss is the smaller of the two valuations' and no more than what is waited
/// for. (Its rank changes: what the price gives back later is profit, and profit may have to wait.)
pub fn realize_loss(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
) -> Result<(u128, u128)> {
    market.require_live()?;
    accrue(market, context)?;
    context.oracle.require_usable()?;
    let side = position.require_side()?;
    let wanted = market.ledger.claims.saturating_sub(market.ledger.pool);
    if wanted == 0 {
        return refuse(PerpError::NothingToRealize);
    }
    let funding = collect_funding(market, position, context, side)?;
    let wanted = wanted.saturating_sub(funding);
    let exit = Valuation::at_exit(market, position, context)?;
    let neutral = at_neutral(market, position, context)?;
    let loss_wad = exit.pnl_wad.max(neutral.pnl_wad).min(0).unsigned_abs();
    let loss = mul_div_down_u128(loss_wad, 1, context.scale)?.min(wanted).min(position.margin);
    if loss == 0 && funding == 0 {
        return refuse(PerpError::NothingToRealize);
    }
    market.ledger.collect(position, loss)?;
    let entry_by = mul_u128(loss, context.scale)?;
    position.open_notional = match side {
        Side::Long => sub_u128(position.open_notional, entry_by)?,
        Side::Short => add_u128(position.open_notional, entry_by)?,
    };
    Ok((loss, funding))
}

/// Collects the funding a position owes; receipts, down to the last fraction of a unit, wait for the owner. A margin
/// that cannot pay it is left whole: funding is owed before losses, and liquidation takes both in that order.
fn collect_funding(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    side: Side,
) -> Result<u128> {
    let owed = position.funding_owed_up(market, context.scale)?;
    let owed = match u128::try_from(owed) {
        Ok(owed) if owed > position.margin => return refuse(PerpError::NothingToRealize),
        Ok(owed) if owed > 0 => owed,
        _ => return Ok(0),
    };
    market.ledger.collect(position, owed)?;
    position.settled_now(market, side);
    Ok(owed)
}

/// The neutral price at which the position would lose its maintenance margin, wad; 0 if no price does.
///
/// Solves `margin − owed + pnl(p) = maintenance · base · p`: for a long `p = (entry − cash) / (base·(1 − m))`, for a
/// short `p = (entry + cash) / (base·(1 + m))`, with cash = margin and waiting
/// profit less funding owed.
pub fn liquidation_price(market: &Market, position: &Position, context: &Context<'_>) -> Result<u128> {
    let Some(side) = position.side() else { return Ok(0) };
    let owed = position.funding_owed_up(market, context.scale)?;
    let cash = signed::sub_i128(to_i128(add_u128(position.margin, position.claim)?)?, owed)?;
    let cash = signed::mul_div_floor(cash, context.scale, 1)?;
    let entry = to_i128(position.open_notional)?;
    let maintenance = u128::from(context.params.maintenance_margin_ppm);
    let (value, share) = match side {
        Side::Long => (signed::sub_i128(entry, cash)?, sub_u128(PPM, maintenance)?),
        Side::Short => (signed::add_i128(entry, cash)?, add_u128(PPM, maintenance)?),
    };
    let Ok(value) = u128::try_from(value) else { return Ok(0) };
    // Dust with a large margin has a price beyond every number.
    let Ok(per_base) = mul_div_down_u128(value, WAD, position.base()) else { return Ok(0) };
    Ok(mul_div_down_u128(per_base, PPM, share).unwrap_or(0))
}
