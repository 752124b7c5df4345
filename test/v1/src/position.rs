//! A position, what funding leaves of its margin, and what an action reports.

use crate::Result;
use crate::decimal::{self, Dec};

/// One trader's position in one market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Base: positive long, negative short.
    pub size: Dec,
    /// Margin, before funding since the last touch.
    pub margin: Dec,
    /// Quote the position was opened for.
    pub open_notional: Dec,
    /// The cumulative premium up to which funding is settled.
    pub premium_fraction: Dec,
    /// The liquidity snapshot its size refers to.
    pub liquidity_index: usize,
    /// Block of the last trade.
    pub block: u64,
}

/// Margin after funding and some other change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remaining {
    /// What is left, never negative.
    pub margin: Dec,
    /// What is missing.
    pub bad_debt: Dec,
    /// Funding paid (received when negative).
    pub funding: Dec,
}

impl Position {
    /// Funding since the last touch at this cumulative premium.
    pub fn funding(&self, premium_fraction: Dec) -> Result<Dec> {
        if self.size == 0 {
            return Ok(0);
        }
        decimal::mul(premium_fraction - self.premium_fraction, self.size)
    }

    /// The margin after funding and `change`.
    pub fn remaining(&self, premium_fraction: Dec, change: Dec) -> Result<Remaining> {
        let funding = self.funding(premium_fraction)?;
        let left = self.margin + change - funding;
        Ok(Remaining { margin: left.max(0), bad_debt: (-left).max(0), funding })
    }
}

/// What an action did: the fields of V1's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The position afterwards.
    pub position: Position,
    /// Quote exchanged, both legs of a reversal.
    pub exchanged_quote: Dec,
    /// Base exchanged, signed.
    pub exchanged_size: Dec,
    /// Fees pulled from the wallet.
    pub fee: Dec,
    /// Profit or loss moved into the margin.
    pub realized_pnl: Dec,
    /// V1's figure for the rest; on an increase that of the old size at the new price.
    pub unrealized_pnl_after: Dec,
    /// What the position owed beyond its margin.
    pub bad_debt: Dec,
    /// Funding settled.
    pub funding_payment: Dec,
    /// Margin that moved from the wallet to the vault; negative when it came back.
    pub margin_to_vault: Dec,
    /// Set by a liquidation.
    pub liquidation: Option<Liquidation>,
}

/// What a liquidation adds to a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Liquidation {
    /// Whether only a part was closed.
    pub partial: bool,
    /// The penalty of a partial liquidation, or the whole former margin.
    pub penalty: Dec,
    /// Paid to the liquidator.
    pub fee: Dec,
    /// The part of that fee which the remaining margin did not cover.
    pub bad_debt: Dec,
    /// Moved to the insurance fund.
    pub to_insurance: Dec,
}
