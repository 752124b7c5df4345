//! One vault for the margins of all markets. What it lacks for a payout the insurance fund pays ahead, as bad
//! debt that will surely turn up somewhere.

use crate::curve::Side;
use crate::decimal::Dec;
use crate::world::{MarketId, World};
use crate::{Holder, Result, Trader};

impl World {
    /// Pays a trader from the vault, topped up from the fund.
    pub(crate) fn withdraw(&mut self, to: Trader, amount: Dec) -> Result<()> {
        let held = self.token.balance_dec(Holder::Vault);
        if held < amount {
            let shortage = amount - held;
            self.prepaid_bad_debt += shortage;
            self.flows.prepaid_out += self.insurance_withdraw(shortage)?;
        }
        self.token.transfer(Holder::Vault, Holder::Wallet(to), amount)?;
        Ok(())
    }

    /// Books a loss against what was paid ahead; the fund pays the rest into the vault.
    pub(crate) fn realize_bad_debt(&mut self, bad_debt: Dec) -> Result<()> {
        if self.prepaid_bad_debt > bad_debt {
            self.prepaid_bad_debt -= bad_debt;
            return Ok(());
        }
        self.flows.bad_debt_out += self.insurance_withdraw(bad_debt - self.prepaid_bad_debt)?;
        self.prepaid_bad_debt = 0;
        Ok(())
    }

    /// Moves an amount to the fund, as far as the vault reaches; returns the token units moved.
    pub(crate) fn transfer_to_insurance(&mut self, amount: Dec) -> Result<i128> {
        let amount = amount.min(self.token.balance_dec(Holder::Vault));
        self.token.transfer(Holder::Vault, Holder::InsuranceFund, amount)
    }

    /// Pulls the fees on a notional from the trader's wallet, not from its margin; returns their sum.
    pub(crate) fn charge_fees(&mut self, id: MarketId, trader: Trader, notional: Dec) -> Result<Dec> {
        let (toll, spread) = self.amm(id)?.fees(notional)?;
        self.flows.spread_fees_in +=
            self.token.transfer(Holder::Wallet(trader), Holder::InsuranceFund, spread)?;
        self.token.transfer(Holder::Wallet(trader), Holder::TollPool, toll)?;
        Ok(toll + spread)
    }

    /// Moves margin between wallet and vault: in when positive, out when negative.
    pub(crate) fn exchange_margin(&mut self, trader: Trader, to_vault: Dec) -> Result<()> {
        if to_vault < 0 {
            return self.withdraw(trader, -to_vault);
        }
        self.token.transfer(Holder::Wallet(trader), Holder::Vault, to_vault)?;
        Ok(())
    }

    /// Counts open interest, as long as there is a cap; only increases are held to it.
    pub(crate) fn count_open_interest(&mut self, id: MarketId, trader: Trader, change: Dec) -> Result<()> {
        let exempt = self.whitelist == Some(trader);
        let market = self.market_mut(id)?;
        let cap = market.amm.params.open_interest_cap;
        if cap == 0 {
            return Ok(());
        }
        let updated = (market.open_interest + change).max(0);
        if change > 0 && updated > cap && !exempt {
            return Err(crate::V1Error::OverOpenInterestCap);
        }
        market.open_interest = updated;
        Ok(())
    }

    /// Holds a position to the market's largest size.
    pub(crate) fn check_holding(&self, id: MarketId, trader: Trader, size: Dec) -> Result<()> {
        let most = self.amm(id)?.params.max_holding_base;
        if most != 0 && size.abs() > most && self.whitelist != Some(trader) {
            return Err(crate::V1Error::PositionUpperBound);
        }
        Ok(())
    }

    /// Swaps an amount of quote for a trade of this side; returns the signed size.
    pub(crate) fn swap_input(
        &mut self,
        id: MarketId,
        side: Side,
        quote: Dec,
        base_limit: Dec,
        may_exceed_fluctuation: bool,
    ) -> Result<Dec> {
        let clock = self.clock();
        let amm = &mut self.market_mut(id)?.amm;
        let base =
            amm.swap_input(clock, side.quote_direction(), quote, base_limit, may_exceed_fluctuation)?;
        Ok(side.signed(base))
    }
}
