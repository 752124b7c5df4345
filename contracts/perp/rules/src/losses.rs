//! Who bears what a margin cannot pay.
//!
//! In this order: the trader's margin, the trader's own waiting profit, the market's fees, its insurance share not yet
//! sent, the insurance fund (the market's own ledger, then the shared one up to its cap). What is left of a trading
//! loss goes to the deficit ledger, a contract that raises money against it; while it does, profit and the margins of
//! open positions stay where they are, so that nobody runs ahead of the answer. What nobody takes is **bad debt**: it was
//! never paid into the pool, so the claims of winners are short by it, each by the same share ([`crate::ledger`]).
//! Nobody's principal is ever touched.
//!
//! Insurance pays trading losses only, never funding, and no more than the caller can explain by a fair price.

use everfloor_math::{add_u128, signed, sub_u128};

use crate::{
    Ledger,
    error::{PerpError, Result, refuse},
    position::Position,
};

/// How long a deficit waits for its ledger before anyone may call it bad debt, seconds.
pub const DEFICIT_PATIENCE: u64 = 604_800;

/// What nobody has paid, token units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// What claims are short by.
    pub bad_debt: u128,
    /// What the deficit ledger is asked for.
    pub deficit: u128,
    /// Since when it is; 0 while there is none.
    pub deficit_since: u64,
}

/// A loss beyond the margin and the trader's own claim, and who paid it, token units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// The loss.
    pub amount: u128,
    /// Part of it that others may be asked for: a trading loss that a fair price explains. The rest is funding that was
    /// not paid, or what somebody pushed the price for.
    pub insurable: u128,
    /// Part of it the market's own fees and insurance share covered.
    pub covered_by_market: u128,
    /// Part of it that the insurance fund is asked for, and after [`Shortfall::conclude`] has paid.
    pub covered_by_fund: u128,
}

impl Shortfall {
    /// What is left for the deficit ledger and the claims.
    pub fn uncovered(&self) -> u128 {
        self.amount.saturating_sub(self.covered_by_market).saturating_sub(self.covered_by_fund)
    }

    /// What the deficit ledger is asked for: what is left of the insurable part.
    pub fn askable(&self) -> u128 {
        let asked =
            self.insurable.saturating_sub(self.covered_by_market).saturating_sub(self.covered_by_fund);
        asked.min(self.uncovered())
    }

    /// Books what the fund has paid, which may be less than it was asked for.
    pub fn fund_paid(&mut self, ledger: &mut Ledger, paid: u128) -> Result<()> {
        self.covered_by_fund = paid.min(self.covered_by_fund);
        ledger.pool = add_u128(ledger.pool, self.covered_by_fund)?;
        Ok(())
    }

    /// Books what is left: as a deficit what its ledger has taken on of it, the rest as bad debt.
    pub fn conclude(&self, ledger: &mut Ledger, losses: &mut Losses, taken_on: bool, now: u64) -> Result<()> {
        let asked = if taken_on { self.askable() } else { 0 };
        losses.bad_debt = add_u128(losses.bad_debt, sub_u128(self.uncovered(), asked)?)?;
        if asked == 0 {
            return Ok(());
        }
        if losses.deficit == 0 {
            losses.deficit_since = now;
        }
        losses.deficit = add_u128(losses.deficit, asked)?;
        ledger.gated = true;
        Ok(())
    }
}

/// Settles a net result (profit less funding owed, token units) of a position that somebody else closed.
///
/// `trading_loss` and `explained` bound what others pay: the loss without funding, and what a fair price accounts for.
pub(crate) fn bear(
    ledger: &mut Ledger,
    position: &mut Position,
    net: i128,
    insurable: u128,
    insurance_available: u128,
) -> Result<Shortfall> {
    if net >= 0 {
        ledger.credit(position, net.unsigned_abs())?;
        return Ok(Shortfall::default());
    }
    let amount = ledger.absorb(position, net.unsigned_abs())?;
    let coverable = amount.min(insurable);
    let from_fees = coverable.min(ledger.fees);
    let from_due = sub_u128(coverable, from_fees)?.min(ledger.insurance_due);
    let covered_by_market = add_u128(from_fees, from_due)?;
    ledger.fees = sub_u128(ledger.fees, from_fees)?;
    ledger.insurance_due = sub_u128(ledger.insurance_due, from_due)?;
    ledger.pool = add_u128(ledger.pool, covered_by_market)?;
    let covered_by_fund = sub_u128(coverable, covered_by_market)?.min(insurance_available);
    Ok(Shortfall { amount, insurable: coverable, covered_by_market, covered_by_fund })
}

/// What a position lost by trading, without funding, token units.
pub(crate) fn trading_loss(realized_pnl: i128) -> u128 {
    realized_pnl.min(0).unsigned_abs()
}

/// Net of a realised profit and the funding it owes.
pub(crate) fn net(realized_pnl: i128, funding: i128) -> Result<i128> {
    Ok(signed::sub_i128(realized_pnl, funding)?)
}

/// Money against what nobody has paid: the deficit first, then bad debt. Returns what was taken; the rest is the
/// caller's.
pub fn recapitalize(ledger: &mut Ledger, losses: &mut Losses, amount: u128) -> Result<u128> {
    let to_deficit = amount.min(losses.deficit);
    let to_debt = sub_u128(amount, to_deficit)?.min(losses.bad_debt);
    let taken = add_u128(to_deficit, to_debt)?;
    if taken == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    losses.deficit = sub_u128(losses.deficit, to_deficit)?;
    losses.bad_debt = sub_u128(losses.bad_debt, to_debt)?;
    ledger.pool = add_u128(ledger.pool, taken)?;
    if losses.deficit == 0 {
        open_gate(ledger, losses);
    }
    Ok(taken)
}

/// Calls a deficit bad debt: its ledger may at any time, anyone when it has waited too long.
pub fn allocate(ledger: &mut Ledger, losses: &mut Losses, by_ledger: bool, now: u64) -> Result<u128> {
    if losses.deficit == 0 {
        return refuse(PerpError::ZeroAmount);
    }
    let next = losses.deficit_since.saturating_add(DEFICIT_PATIENCE);
    if !by_ledger && now < next {
        return refuse(PerpError::TooEarly { next, now });
    }
    let moved = core::mem::take(&mut losses.deficit);
    losses.bad_debt = add_u128(losses.bad_debt, moved)?;
    open_gate(ledger, losses);
    Ok(moved)
}

fn open_gate(ledger: &mut Ledger, losses: &mut Losses) {
    losses.deficit_since = 0;
    ledger.gated = false;
}
