//! Funding: the premium of mark over index, integrated over the time it lasted, paid side to side.
//!
//! The mark is constant between touches and the feed keeps the index's integral, so each touch knows the exact
//! area between the two since the last one: no interval is missed, no sampling moment can be chosen, and a mark
//! pushed and put back within a block weighs nothing. (While the oracle is unusable nobody pays: the premium of that
//! time is unknown.) A premium held for one day costs itself, once
//! (`area / 86,400` per base), at most [`crate::Params::max_funding_ppm`] of the index a day.
//!
//! Each side has its own index. Payers pay the rate; receivers get no more than the payers owe, spread over
//! their own size. What is paid goes to the market's profit pool and what is received is a claim on it
//! ([`crate::ledger`]), so funding never touches the insurance fund or anybody's principal.

use everfloor_math::{mul_div_down_u128, mul_div_up_u128, mul_u128, signed, to_i128};

use crate::{
    DAY, PPM, Side, WAD,
    error::Result,
    market::{Context, Market},
};

/// Marks that the feed's integral at the last touch is not known.
pub const UNKNOWN: u128 = u128::MAX;

/// What one base unit of each side has paid since the market began, wad; falls where a side receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funding {
    /// Paid per long base.
    pub long_index: i128,
    /// Paid per short base.
    pub short_index: i128,
    /// The feed's integral at the last touch, wad·seconds; [`UNKNOWN`] if the oracle was unusable then.
    pub oracle_cumulative: u128,
}

impl Funding {
    pub(crate) fn starting_at(oracle_cumulative: u128) -> Self {
        Self { long_index: 0, short_index: 0, oracle_cumulative }
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
    let elapsed = context.now.saturating_sub(market.mark.last.time);
    if elapsed == 0 {
        return Ok(());
    }
    let spot = market.curve.spot()?;
    market.mark.advance(spot, context.now, u64::from(context.params.twap_window))?;

    // An oracle that is unusable, now or at the last touch, says nothing about the premium in between.
    let now = if context.oracle.is_usable() { context.oracle.cumulative } else { UNKNOWN };
    let before = core::mem::replace(&mut market.funding.oracle_cumulative, now);
    if before == UNKNOWN || now == UNKNOWN {
        return Ok(());
    }
    let Some(index_area) = now.checked_sub(before) else { return Ok(()) };
    let mark_area = mul_u128(spot, u128::from(elapsed))?;
    let (payer, premium_area) = match mark_area.checked_sub(index_area) {
        Some(above) => (Side::Long, above),
        None => (Side::Short, index_area.saturating_sub(mark_area)),
    };
    let cap = mul_div_down_u128(index_area, u128::from(context.params.max_funding_ppm), PPM)?;
    charge(market, payer, premium_area.min(cap))
}

/// Moves both indices for a premium area that `payer` owes.
fn charge(market: &mut Market, payer: Side, area: u128) -> Result<()> {
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
        let received = signed::sub_i128(0, to_i128(share)?)?;
        market.funding.move_index(payer.opposite(), received)?;
    }
    Ok(())
}

/// What `size` on `side` owes since `index`, wad, rounded up: positive is paid, negative received.
pub fn owed_wad_up(market: &Market, side: Side, size: u128, index: i128) -> Result<i128> {
    let moved = signed::sub_i128(market.funding.index(side), index)?;
    Ok(signed::mul_div_ceil(moved, size, WAD)?)
}
