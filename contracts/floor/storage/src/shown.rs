//! Accounts and prices as views show them.

use alloy_primitives::{Address, I256, U256};
use everfloor_common::raw::word_at;
use everfloor_floor_rules::{Account, FloorError, Holding, Params, Position, Prices, Terms, WAD};
use everfloor_math::{mul_div_down, mul_div_down_u128};

use crate::{
    abi::views::{AccountView, PricesView},
    outside::{self, SILENT},
    revert::{Outcome, Revert},
    state::MarketState,
    store,
};

/// Entries a page has at most.
pub const PAGE: u32 = 100;

/// A signed number as the ABI shows it.
pub fn int(value: i128) -> I256 {
    I256::try_from(value).unwrap_or_default()
}

/// A number of accounts, NFTs or the like in an argument; none is greater than all there are.
pub fn bounded(value: U256) -> u32 {
    value.saturating_to()
}

/// The numbers of a page, the first of all being `first`, and from where the next page is; 0 at the end.
pub fn page(first: u32, from: U256, limit: U256, end: u32) -> (core::ops::Range<u32>, U256) {
    let from = bounded(from).max(first);
    let until = from.saturating_add(bounded(limit).min(PAGE)).min(end);
    (from..until, if until < end { U256::from(until) } else { U256::ZERO })
}

/// The present prices, or why there are none.
pub struct Seen {
    /// Zero if there are none.
    pub prices: Prices,
    /// 0 is that there are; else as the index has it.
    pub status: u8,
}

impl Seen {
    /// Those a call would go by now.
    pub fn now(state: &MarketState, terms: &Terms) -> Self {
        match outside::prices(state.vm(), state, terms, None) {
            Ok(prices) => Self { prices, status: 0 },
            Err(error) => Self { prices: Prices::default(), status: status_of(&error) },
        }
    }

    /// The same as the ABI shows them.
    pub fn view(&self) -> PricesView {
        PricesView {
            mark: U256::from(self.prices.mark),
            index: U256::from(self.prices.index),
            status: self.status,
        }
    }
}

/// The status in a refusal for want of a price: its second word.
fn status_of(error: &Revert) -> u8 {
    let word = error.0.get(4..).and_then(|words| word_at(words, 1));
    word.and_then(|word| u8::try_from(word).ok()).unwrap_or(SILENT)
}

/// An account, with what it has, tested at prices.
pub fn account_view(
    state: &MarketState,
    owner: Address,
    account: &Account,
    holding: Holding,
    seen: &Seen,
    params: &Params,
) -> Outcome<AccountView> {
    let position = Position { holding, nfts: account.nfts };
    let mut view = AccountView {
        owner,
        number: U256::from(account.id),
        kind: account.kind as u8,
        cash: int(holding.cash),
        fp: int(holding.fp),
        nfts: U256::from(account.nfts),
        auctioned: U256::from(account.auctioned),
        kicked: U256::from(store::owner(state.vm(), account.id).kicked),
        runway: U256::from(runway(&position)?),
        status: seen.status,
        owed: U256::ZERO,
        have: U256::ZERO,
        health: U256::ZERO,
        liquidatable: false,
    };
    if seen.status == 0 {
        let balance = position.maintenance(seen.prices, params)?;
        view.owed = U256::from(balance.owed_wei_up()?);
        view.have = U256::from(balance.there_wei_down()?);
        view.liquidatable = balance.is_short();
        view.health = if view.owed.is_zero() {
            U256::MAX
        } else {
            mul_div_down(view.have, U256::from(WAD), view.owed).map_err(|_| FloorError::Overflow)?
        };
    }
    Ok(view)
}

/// What the cash of a short against NFTs pays for one FP, wei, rounded down.
fn runway(position: &Position) -> Outcome<u128> {
    let Holding { cash, fp } = position.holding;
    if fp >= 0 || position.nfts == 0 {
        return Ok(0);
    }
    Ok(mul_div_down_u128(cash.max(0).unsigned_abs(), WAD, fp.unsigned_abs())?)
}
