//! Moving the curve itself: its peg towards the oracle, its depth towards the target.
//!
//! Both change what the traders' net position would bring on the curve, and nothing else: no position is touched. What
//! they would gain by it is paid from the market's fees into the pool, in advance; what they would lose is left where
//! it is. With reserves `Q`, `B`, peg `p` and a net long `N` (for a net short `n` put `−n`):
//!
//! | change | cost |
//! |---|---|
//! | peg to `p₂` | `(p₂ − p) · Q·N/(B+N)` |
//! | both reserves by `m` | `p · Q·N²·(m−1) / ((mB+N)(B+N))` |
//!
//! Anyone may trigger either, once an hour; how far is decided here, by the oracle or the target, the step and the
//! budget, so there is nothing for the caller to choose. Who pushed the mark away from the oracle holds the side that a
//! repeg takes value from.

use everfloor_math::{
    U256, add_u128, mul, mul_div_down_u128, mul_div_up_u128, signed, sqrt_down, sub_u128, to_i128, to_u128,
};

use crate::{
    Curve, PPM, WAD,
    error::{PerpError, Result, refuse},
    funding::accrue,
    market::{Context, Market},
};

/// Seconds between two changes of one kind.
pub const CHANGE_INTERVAL: u64 = 3_600;
/// How far one change may scale the reserves.
const DEPTH_STEP_PPM: u128 = 20_000;

/// A change that was made; token units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveChange {
    /// What it cost the fees; negative is what traders lost by it, which nobody was paid.
    pub cost: i128,
}

/// Moves the peg so that the mark comes nearer to the oracle, as far as step and budget go.
///
/// Only when the mark of the moment and its time-average stand on the same side of the oracle: a mark that was pushed
/// just now moves nothing.
pub fn repeg(market: &mut Market, context: &Context<'_>, last: u64) -> Result<CurveChange> {
    begin(market, context, last)?;
    let (spot, index) = (market.curve.spot()?, context.oracle.price);
    let average = market.mark.average(spot)?;
    let rises = spot < index && average < index;
    let falls = spot > index && average > index;
    if !rises && !falls {
        return refuse(PerpError::NothingToChange);
    }
    let peg = market.curve.peg;
    let wanted = mul_div_down_u128(peg, index, spot)?.abs_diff(peg);
    let step = wanted.min(mul_div_down_u128(peg, context.params.repeg_step_ppm.into(), PPM)?);
    let budget = budget(market, context)?;
    let full = cost_of(market, &pegged(market.curve, step, rises)?, context)?;
    let step = match u128::try_from(full) {
        // The cost is linear in the step; one unit is left for roundings.
        Ok(cost) if cost > budget => mul_div_down_u128(step, budget.saturating_sub(1), cost)?,
        _ => step,
    };
    if step == 0 {
        return refuse_unpaid(full, budget);
    }
    let curve = pegged(market.curve, step, rises)?;
    apply(market, curve, context, budget)
}

/// Scales the reserves towards the target depth, as far as step and budget go. The price stays.
pub fn adjust_depth(market: &mut Market, context: &Context<'_>, last: u64) -> Result<CurveChange> {
    begin(market, context, last)?;
    let target = context.params.target_depth;
    let depth = depth(&market.curve)?;
    if target == 0 || target == depth {
        return refuse(PerpError::NothingToChange);
    }
    let wanted = mul_div_down_u128(target, PPM, depth)?.abs_diff(PPM);
    let budget = budget(market, context)?;
    let mut step = wanted.min(DEPTH_STEP_PPM);
    let mut cost = 0;
    while step > 0 {
        let factor = if target > depth { add_u128(PPM, step)? } else { sub_u128(PPM, step)? };
        let curve = scaled(market.curve, factor)?;
        cost = cost_of(market, &curve, context)?;
        if cost <= 0 || cost.unsigned_abs() <= budget {
            return apply(market, curve, context, budget);
        }
        step >>= 1;
    }
    refuse_unpaid(cost, budget)
}

/// The depth of a curve: the root of the product of its reserves, wad, floored.
pub fn depth(curve: &Curve) -> Result<u128> {
    Ok(to_u128(sqrt_down(mul(U256::from(curve.base), U256::from(curve.quote))?))?)
}

fn begin(market: &mut Market, context: &Context<'_>, last: u64) -> Result<()> {
    market.require_live()?;
    accrue(market, context)?;
    context.oracle.require_good()?;
    let next = last.saturating_add(CHANGE_INTERVAL);
    if context.now < next { refuse(PerpError::TooEarly { next, now: context.now }) } else { Ok(()) }
}

fn refuse_unpaid<T>(cost: i128, budget: u128) -> Result<T> {
    match u128::try_from(cost) {
        Ok(cost) if cost > budget => refuse(PerpError::OverBudget { cost, budget }),
        _ => refuse(PerpError::NothingToChange),
    }
}

fn pegged(curve: Curve, step: u128, rises: bool) -> Result<Curve> {
    let peg = if rises { add_u128(curve.peg, step)? } else { sub_u128(curve.peg, step)? };
    Ok(Curve { peg, ..curve })
}

fn scaled(curve: Curve, factor_ppm: u128) -> Result<Curve> {
    let base = mul_div_down_u128(curve.base, factor_ppm, PPM)?;
    Ok(Curve { base, quote: mul_div_down_u128(curve.quote, base, curve.base)?, ..curve })
}

/// What the fees may spend on one change.
fn budget(market: &Market, context: &Context<'_>) -> Result<u128> {
    Ok(mul_div_down_u128(market.ledger.fees, context.params.curve_share_ppm.into(), PPM)?)
}

/// What the traders' net position would bring more on `curve`, token units, rounded up.
fn cost_of(market: &Market, curve: &Curve, context: &Context<'_>) -> Result<i128> {
    if market.skew() == 0 {
        return Ok(0);
    }
    let (before, after) = (market.net_exit_value(&market.curve)?, market.net_exit_value(curve)?);
    // Each value is cut by less than one wei of virtual quote, which the peg blows up, and one of real.
    let cut = add_u128(mul_div_up_u128(curve.peg, 1, WAD)?, 1)?;
    let gain = signed::add_i128(signed::sub_i128(after, before)?, to_i128(cut)?)?;
    Ok(signed::mul_div_ceil(gain, 1, context.scale)?)
}

fn apply(market: &mut Market, curve: Curve, context: &Context<'_>, budget: u128) -> Result<CurveChange> {
    let cost = cost_of(market, &curve, context)?;
    let paid = cost.max(0).unsigned_abs();
    if paid > budget {
        return refuse(PerpError::OverBudget { cost: paid, budget });
    }
    market.ledger.fees = sub_u128(market.ledger.fees, paid)?;
    market.ledger.pool = add_u128(market.ledger.pool, paid)?;
    market.curve = curve;
    Ok(CurveChange { cost })
}
