//! The insurance fund: one balance for all markets, and the register of markets.
//!
//! Swapping other tokens and minting for losses were never wired, so an empty fund just refuses.

use crate::decimal::Dec;
use crate::world::{MarketId, World};
use crate::{Holder, Result, V1Error};

/// What went into the fund and out of it, by reason, in token units: for reports. V1 itself did not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InsuranceFlows {
    /// Spread fees.
    pub spread_fees_in: i128,
    /// Penalties and what liquidated positions had left.
    pub liquidation_in: i128,
    /// Funding owed by the traders' net size.
    pub funding_in: i128,
    /// Funding owed to the traders' net size.
    pub funding_out: i128,
    /// Payouts the vault could not make.
    pub prepaid_out: i128,
    /// Losses of liquidated positions beyond what was prepaid.
    pub bad_debt_out: i128,
}

impl World {
    /// Pays the vault, or refuses when it holds less than the unrounded amount; returns token units.
    pub(crate) fn insurance_withdraw(&mut self, amount: Dec) -> Result<i128> {
        if self.token.balance_dec(Holder::InsuranceFund) < amount {
            return Err(V1Error::FundNotEnough);
        }
        self.token.transfer(Holder::InsuranceFund, Holder::Vault, amount)
    }

    /// Takes a market off the register: every action on it is refused from then on, also settlement.
    pub fn remove_market(&mut self, id: MarketId) -> Result<()> {
        self.market_mut(id)?.registered = false;
        Ok(())
    }

    /// Shuts one market down.
    pub fn shutdown(&mut self, id: MarketId) -> Result<Dec> {
        self.transact(|world| {
            let amm = &mut world.market_mut(id)?.amm;
            amm.shutdown()?;
            Ok(amm.settlement_price)
        })
    }

    /// Shuts every registered market down if more was minted for losses than allowed; otherwise it succeeds
    /// and does nothing.
    pub fn shutdown_all(&mut self, over_mint_threshold: bool) -> Result<()> {
        self.transact(|world| {
            if !over_mint_threshold {
                return Ok(());
            }
            world.markets.iter_mut().filter(|m| m.registered).try_for_each(|m| m.amm.shutdown())
        })
    }
}
