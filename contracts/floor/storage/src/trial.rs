//! A copy of a market, with records that are never written: a preview runs on it the rule of the call that it is of.

use alloy_primitives::Address;
use everfloor_common::roles::non_zero;
use everfloor_floor_rules::{Account, Market, Prices};

use crate::{
    abi::views::AccountView,
    layout::Settings,
    outside,
    revert::Outcome,
    shown::{Seen, account_view},
    state::{Counter, MarketState},
    store::{self, Chain, LoadedMarket},
};

/// A copy of a market.
pub struct Trial<'a> {
    state: &'a MarketState,
    /// The market.
    pub market: Market,
    /// Its records, and what would be written over them.
    pub chain: Chain<'a>,
    /// What it was made with.
    pub settings: Settings,
}

impl<'a> Trial<'a> {
    /// A copy of a market that is open.
    pub fn open(state: &'a MarketState) -> Outcome<Self> {
        state.require_open()?;
        Ok(Self::any(state))
    }

    /// A copy of a market that was shut.
    pub fn shut(state: &'a MarketState) -> Outcome<Self> {
        state.require_shut()?;
        Ok(Self::any(state))
    }

    fn any(state: &'a MarketState) -> Self {
        let vm = state.vm();
        let market = LoadedMarket::load(vm).value;
        Self { state, market, chain: Chain::aside(vm), settings: store::settings(vm) }
    }

    /// The prices a call would go by now.
    pub fn prices(&self) -> Outcome<Prices> {
        outside::prices(self.state.vm(), self.state, &self.settings.params.terms, None)
    }

    /// An account as a call would take it: one that nobody has used gets the number it would get as the `nth` of the call.
    pub fn account(&self, owner: Address, nth: u32) -> Outcome<Account> {
        let mut account = self.stored(non_zero(owner)?);
        if account.id == 0 {
            account.id = self.state.counter(Counter::Accounts).saturating_add(nth);
        }
        Ok(account)
    }

    /// An account as it is stored, the market's own for the zero address.
    pub fn stored(&self, owner: Address) -> Account {
        store::account(self.state.vm(), owner).value
    }

    /// An account as a rule has left it, at the prices of a moment.
    pub fn view(&self, owner: Address, account: &Account, seen: &Seen) -> Outcome<AccountView> {
        let holding = self.market.ledger.view(&self.chain, account)?;
        account_view(self.state, owner, account, holding, seen, &self.settings.params)
    }

    /// The same at the present prices.
    pub fn present_view(&self, owner: Address, account: &Account) -> Outcome<AccountView> {
        self.view(owner, account, &Seen::now(self.state, &self.settings.params.terms))
    }
}
