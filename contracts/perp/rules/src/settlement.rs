//! The end of a market: every position is settled at one frozen price, then profit is paid, to all at one share.
//!
//! Halting freezes funding and the price, an average of the oracle before the halt. After it nobody trades, nobody is
//! liquidated, and anyone may settle any position, in any order: losses go to the pool, profit waits. When none is left
//! the first to be paid puts the market's own fees into the pool, as far as claims need them, and fixes the share of all,
//! `min(1, pool / claims)`, kept as the two numbers and not as a ratio, so that what one account is paid does not depend
//! on who came before. What nobody is owed then goes to insurance. Margins were never at stake; flat accounts take theirs
//! at any time.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, signed, sub_u128};

use crate::{
    Ledger, Side, WAD,
    error::{PerpError, Result, refuse},
    losses::{self, Shortfall},
    market::{Market, OracleReading},
    position::Position,
};

/// How long an oracle must have been silent before anyone may halt its market, seconds.
pub const DEAD_ORACLE: u64 = 259_200;

/// What a halted market pays by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// The frozen price, wad; 0 while the market is not halted.
    pub price: u128,
    /// The pool when the share was fixed, token units.
    pub pool: u128,
    /// The claims then; 0 while it is not.
    pub claims: u128,
}

/// What settling a position did, token units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Change of size, base wad.
    pub base: i128,
    /// Its value at the frozen price, wad.
    pub notional: u128,
    /// Realised profit before funding.
    pub realized_pnl: i128,
    /// Funding settled.
    pub funding: i128,
    /// Loss beyond the margin, and who bears it.
    pub shortfall: Shortfall,
}

/// Ends trading at `price`; the caller has brought the market to now.
pub fn halt(market: &mut Market, settlement: &mut Settlement, price: u128) -> Result<()> {
    market.require_live()?;
    if price == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    market.status.halted = true;
    settlement.price = price;
    Ok(())
}

/// Whether anyone, and not only governance, may halt: the oracle answers, but with a price that is too old. (One that
/// does not answer proves nothing.)
pub fn require_dead_oracle(oracle: &OracleReading, now: u64) -> Result<()> {
    let updated_at = oracle.updated_at;
    let dead_at = updated_at.saturating_add(DEAD_ORACLE);
    if oracle.is_stale() && now >= dead_at {
        return Ok(());
    }
    refuse(PerpError::OracleAlive { updated_at, dead_at })
}

/// Closes a position at the frozen price.
pub fn settle(
    market: &mut Market,
    position: &mut Position,
    settlement: &Settlement,
    scale: u128,
    insurance_available: u128,
) -> Result<Settled> {
    require_halted(market)?;
    let side = position.require_side()?;
    let base = position.base();
    let notional = match side {
        Side::Long => mul_div_down_u128(base, settlement.price, WAD)?,
        Side::Short => mul_div_up_u128(base, settlement.price, WAD)?,
    };
    let funding = position.funding_owed_up(market, scale)?;
    let realized_wad = position.realize(base, notional, Some(notional))?;
    position.settled_now(market, side);
    position.takeover_start = 0;
    market.shrink(side, base)?;
    let realized_pnl = signed::mul_div_floor(realized_wad, 1, scale)?;
    let net = losses::net(realized_pnl, funding)?;
    let shortfall = match u128::try_from(net) {
        Ok(profit) => {
            market.ledger.promise(position, profit)?;
            Shortfall::default()
        }
        Err(_) => {
            let insurable = losses::trading_loss(realized_pnl);
            losses::bear(&mut market.ledger, position, net, insurable, insurance_available)?
        }
    };
    let base = crate::trade::signed_base(side.opposite(), base)?;
    Ok(Settled { base, notional, realized_pnl, funding, shortfall })
}

/// Pays a claim at the fixed share into the margin; returns what reached it. `open_positions` wait to be settled.
pub fn redeem(
    market: &mut Market,
    position: &mut Position,
    settlement: &mut Settlement,
    open_positions: u32,
) -> Result<u128> {
    require_halted(market)?;
    if open_positions != 0 {
        return refuse(PerpError::Unsettled { positions: open_positions });
    }
    if market.ledger.gated {
        return refuse(PerpError::WithdrawalsGated);
    }
    let claim = position.claim;
    if claim == 0 {
        return refuse(PerpError::ExceedsClaim { asked: 0, available: 0 });
    }
    if settlement.claims == 0 {
        fix_share(&mut market.ledger, settlement)?;
    }
    let payout = share_of(claim, settlement)?;
    market.ledger.pay(position, claim, payout)?;
    Ok(payout)
}

/// Fixes the share of all. The market's fees have nothing left to be kept for: they make up what claims are short by, and
/// what nobody is owed goes the way of the insurance share, so that nothing stays behind.
fn fix_share(ledger: &mut Ledger, settlement: &mut Settlement) -> Result<()> {
    let short = ledger.claims.saturating_sub(ledger.pool).min(ledger.fees);
    let pool = add_u128(ledger.pool, short)?;
    let beyond = pool.saturating_sub(ledger.claims);
    let left = add_u128(sub_u128(core::mem::take(&mut ledger.fees), short)?, beyond)?;
    ledger.insurance_due = add_u128(ledger.insurance_due, left)?;
    ledger.pool = sub_u128(pool, beyond)?;
    *settlement = Settlement { pool: ledger.pool, claims: ledger.claims, ..*settlement };
    Ok(())
}

/// A claim at the fixed share, token units, floored.
fn share_of(claim: u128, settlement: &Settlement) -> Result<u128> {
    let Settlement { pool, claims, .. } = *settlement;
    if pool >= claims { Ok(claim) } else { Ok(mul_div_down_u128(claim, pool, claims)?) }
}

/// Refuses a market that still trades.
pub fn require_halted(market: &Market) -> Result<()> {
    if market.status.halted { Ok(()) } else { refuse(PerpError::MarketNotHalted) }
}
