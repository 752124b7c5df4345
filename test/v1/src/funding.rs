//! Funding: one premium per period for both sides, so that the insurance fund is the counterparty of the net size.

use crate::decimal::{self, Dec};
use crate::world::{MarketId, World};
use crate::{Holder, Result};

/// What settling a period did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FundingReport {
    /// What one base long pays.
    pub premium_fraction: Dec,
    /// What all traders together owe at this premium; the fund pays it when negative.
    pub payment: Dec,
    /// Token units that left the vault for the fund; negative when they came from it.
    pub vault_to_insurance: i128,
}

impl World {
    /// Settles one funding period, also while paused. A positive sum moves from the vault to the fund at once,
    /// as far as the vault reaches, though the payers' margins may not cover it; a negative one is paid by the
    /// fund, and when it cannot, nothing happens and funding stands still.
    pub fn pay_funding(&mut self, id: MarketId) -> Result<FundingReport> {
        self.transact(|world| {
            world.require_market(id, true)?;
            let now = world.now;
            let market = world.market_mut(id)?;
            let premium_fraction = market.amm.settle_funding(now)?;
            market.premium_fractions.push(market.premium_fraction() + premium_fraction);
            let payment = decimal::mul(premium_fraction, market.amm.total_position_size)?;
            let before = world.token.balance(Holder::Vault);
            if payment < 0 {
                world.flows.funding_out += world.insurance_withdraw(payment.abs())?;
            } else {
                world.flows.funding_in += world.transfer_to_insurance(payment)?;
            }
            let vault_to_insurance = before - world.token.balance(Holder::Vault);
            Ok(FundingReport { premium_fraction, payment, vault_to_insurance })
        })
    }
}
