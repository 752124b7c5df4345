//! The collateral: a token whose amounts are the clearing house's 18 decimals, floored.

use std::collections::BTreeMap;

use crate::decimal::Dec;
use crate::{Result, V1Error};

/// Somebody who trades, liquidates or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trader(pub u64);

/// Whoever can hold tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The clearing house: every market's margin in one balance.
    Vault,
    /// The insurance fund.
    InsuranceFund,
    /// Where tolls go.
    TollPool,
    /// A trader's wallet.
    Wallet(Trader),
}

/// Balances of the collateral, in token units.
#[derive(Clone, Debug)]
pub struct Token {
    unit: Dec,
    balances: BTreeMap<Holder, i128>,
}

impl Token {
    /// A token with so many decimals, at most 18 of which are used.
    pub fn new(decimals: u32) -> Self {
        Token { unit: 10_i128.pow(18 - decimals.min(18)), balances: BTreeMap::new() }
    }

    /// Token units of an amount, floored.
    pub fn units(&self, amount: Dec) -> i128 {
        amount / self.unit
    }

    /// A holder's balance in token units.
    pub fn balance(&self, holder: Holder) -> i128 {
        self.balances.get(&holder).copied().unwrap_or(0)
    }

    /// A holder's balance in 18 decimals.
    pub fn balance_dec(&self, holder: Holder) -> Dec {
        self.balance(holder) * self.unit
    }

    /// All token units there are.
    pub fn total(&self) -> i128 {
        self.balances.values().sum()
    }

    /// Creates token units.
    pub fn mint(&mut self, to: Holder, units: i128) {
        *self.balances.entry(to).or_insert(0) += units;
    }

    /// Moves the floored amount; returns it in token units.
    pub(crate) fn transfer(&mut self, from: Holder, to: Holder, amount: Dec) -> Result<i128> {
        let units = self.units(amount);
        let left = self.balance(from) - units;
        if left < 0 {
            return Err(match from {
                Holder::Wallet(_) => V1Error::TransferFromFailed,
                _ => V1Error::TransferFailed,
            });
        }
        self.balances.insert(from, left);
        self.mint(to, units);
        Ok(units)
    }
}
