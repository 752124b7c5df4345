//! Funding: the premium of mark over index, integrated over the time it lasted, paid side to side.
//!
//! The mark is constant between touches and the feed keeps the index's integral, so each touch knows the exact
//! area between the two since the last one: no interval is missed, no sampling moment can be chosen, and a mark
//! pushed and put back within a block weighs nothing. A premium held for one day costs itself, once
//! (`area / 86,400` per base), at most [`crate::Params::max_funding_ppm`] of the index a day.
//!
//! A price that is merely late, or awaits the sequencer's grace, still has its integral, so funding goes on. While the
//! feed knows none (its source gives nonsense or nothing) nothing accrues; when it does again, the areas of mark and
//! index over all the time in between are compared: an outage neither loses nor doubles what is owed by those who are
//! still there.
//!
//! Each side has its own index. Payers pay the rate; receivers get no more than the payers owe, spread over
//! their own size, and what a bounded share of the market's fees adds ([`crate::Params::funding_share_ppm`], of the
//! fees, a day), paid in advance. What is paid goes to the market's profit pool and what is received is a claim on it
//! ([`crate::ledger`]), so funding never touches the insurance fund or anybody's principal. Where payers are more than
//! receivers, the rest stays in the pool, behind everybody's profit.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128, to_i128};

use crate::{
    DAY, PPM, Side, WAD,
    error::Result,
    market::{Context, Market},
};

/// What one base unit of each side has paid since the market began, wad; falls where a side receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funding {
    /// Paid per long base.
    pub long_index: i128,
    /// Paid per short base.
    pub short_index: i128,
    /// The feed's integral when funding last accrued, wad·seconds.
    pub oracle_cumulative: u128,
    /// The mark's integral at the same moment.
    pub mark_cumulative: u128,
}

impl Funding {
    pub(crate) fn starting_at(oracle_cumulative: u128) -> Self {
        Self { long_index: 0, short_index: 0, oracle_cumulative, mark_cumulative: 0 }
    }

    /// The index of a side.
    pub fn index(&self, side: Side) -> i128 {
        match side {
            Side::Long => self.long_index,
            Side::Short => self.short_index,
        }
    }

    fn move_index(&mut self, side: Side, by: i128) -> Result<()> {
        let index = match side {
            Side::Long => &mut self.long_index,
            Side::Short => &mut self.short_index,
        };
        *index = signed::add_i128(*index, by)?;
        Ok(())
    }
}

/// Brings the market's clocks to now: the mark's integral, then funding. Every action starts with it.
pub fn accrue(market: &mut Market, context: &Context<'_>) -> Result<()> {
    if market.status.halted {
        return Ok(());
    }
    let spot = market.curve.spot()?;
    let elapsed = context.now.saturating_sub(market.mark.last.time);
    market.fade_drift(elapsed, context.params.impact_window)?;
    market.mark.advance(spot, context.now, u64::from(context.params.twap_window))?;

    if !context.oracle.integral_is_known() {
        return Ok(());
    }
    let (index_area, mark_area) = (
        context.oracle.cumulative.saturating_sub(market.funding.oracle_cumulative),
        sub_u128(market.mark.last.cumulative, market.funding.mark_cumulative)?,
    );
    rebase(market, context.oracle.cumulative);
    let (payer, premium_area) = match mark_area.checked_sub(index_area) {
        Some(above) => (Side::Long, above),
        None => (Side::Short, index_area.saturating_sub(mark_area)),
    };
    let cap = mul_div_down_u128(index_area, u128::from(context.params.max_funding_ppm), PPM)?;
    let budget = budget(market, context, elapsed)?;
    charge(market, payer, premium_area.min(cap), budget, context.scale)
}

/// What the fees may add to receipts for `elapsed` seconds, token units, floored.
fn budget(market: &Market, context: &Context<'_>, elapsed: u64) -> Result<u128> {
    let daily = mul_div_down_u128(market.ledger.fees, context.params.funding_share_ppm.into(), PPM)?;
    Ok(mul_div_down_u128(daily, u128::from(elapsed).min(DAY), DAY)?)
}

/// Begins a new span of funding here, at the feed's integral.
pub fn rebase(market: &mut Market, oracle_cumulative: u128) {
    market.funding.oracle_cumulative = oracle_cumulative;
    market.funding.mark_cumulative = market.mark.last.cumulative;
}

/// Moves both indices for a premium area that `payer` owes; `budget` token units may be added to what is received.
fn charge(market: &mut Market, payer: Side, area: u128, budget: u128, scale: u128) -> Result<()> {
    let paying = market.size(payer);
    if paying == 0 || area == 0 {
        return Ok(());
    }
    let rate_up = mul_div_up_u128(area, 1, DAY)?;
    market.funding.move_index(payer, to_i128(rate_up)?)?;

    let receiving = market.size(payer.opposite());
    if receiving > 0 {
        let rate = mul_div_down_u128(area, 1, DAY)?;
        let share = if receiving > paying { mul_div_down_u128(rate, paying, receiving)? } else { rate };
        let added = add_from_fees(market, sub_u128(rate, share)?, receiving, budget, scale)?;
        let received = signed::neg(to_i128(add_u128(share, added)?)?)?;
        market.funding.move_index(payer.opposite(), received)?;
    }
    Ok(())
}

/// Moves what `missing` per base comes to from the fees to the pool, at most `budget`; returns what that is per base,
/// floored.
fn add_from_fees(
    market: &mut Market,
    missing: u128,
    receiving: u128,
    budget: u128,
    scale: u128,
) -> Result<u128> {
    if missing == 0 || budget == 0 {
        return Ok(0);
    }
    let whole = mul_div_up_u128(mul_div_up_u128(missing, receiving, WAD)?, 1, scale)?;
    let ledger = &mut market.ledger;
    if whole <= budget {
        ledger.fees = sub_u128(ledger.fees, whole)?;
        ledger.pool = add_u128(ledger.pool, whole)?;
        return Ok(missing);
    }
    ledger.fees = sub_u128(ledger.fees, budget)?;
    ledger.pool = add_u128(ledger.pool, budget)?;
    Ok(mul_div_down_u128(mul_u128(budget, scale)?, WAD, receiving)?)
}

/// What `size` on `side` owes since `index`, wad, rounded up: positive is paid, negative received.
pub fn owed_wad_up(market: &Market, side: Side, size: u128, index: i128) -> Result<i128> {
    between_up(market.funding.index(side), index, size)
}

/// What `size` owes between two values of its side's index, wad, rounded up.
pub(crate) fn between_up(now: i128, then: i128, size: u128) -> Result<i128> {
    Ok(signed::mul_div_ceil(signed::sub_i128(now, then)?, size, WAD)?)
}
