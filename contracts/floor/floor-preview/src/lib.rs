//! What a call to a floor market would do now with cash, NFTs or a trade; and what an account could do at most.
//!
//! Runs on the market's storage by delegatecall and writes nothing: each preview runs the rule of the call that it is of,
//! on a copy of the market and with records that are never written. It is refused with the error that the call would be
//! refused with. What is due and not paid is not paid here either: calls pay it for nobody.
//! Calls it does not know go on to `floor-quote`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloy_primitives::{Address, U256};
use everfloor_common::routes;
use everfloor_floor_rules::{
    Account, FP_LIMIT, FloorError, Holding, Position, Prices, Ticket, Trade, WAD,
    trade::{Side, is_plain},
};
use everfloor_floor_storage::{
    abi::{
        narrow,
        views::{AccountView, TradePreview},
    },
    desk::{number, prices_unless},
    revert::{Outcome, parts},
    shown::int,
    state::{MarketState, Peer},
    trial::Trial,
};
use everfloor_math::mul_div_down_u128;
use stylus_sdk::{ArbResult, prelude::*};

/// The market, seen by its previews.
#[storage]
#[entrypoint]
pub struct FloorPreview {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorPreview {
    /// What `settleTrade` would do, asked for by an operator of both.
    pub fn preview_trade(
        &self,
        maker: Address,
        taker: Address,
        fp: U256,
        price: U256,
        taker_buys: bool,
    ) -> Outcome<TradePreview> {
        let mut trial = self.trial()?;
        if maker == taker {
            return Ok(refused(Side::Maker, FloorError::ZeroAmount));
        }
        let (mut first, mut second) = (trial.account(maker, 1)?, trial.account(taker, 2)?);
        let Trial { market, chain, settings, .. } = &mut trial;
        let (params, fee) = (&settings.params, settings.fee);
        let trade = Trade { fp: narrow(fp)?, price: narrow(price)?, taker_buys, fee };
        let plain = market.is_plain(chain, &first, &second, &trade, params)?;
        let prices = prices_unless(&self.state, plain, settings, None)?;
        let moved = match market.settle_trade(chain, &mut first, &mut second, &trade, prices, params) {
            Ok(moved) => moved,
            Err((side, error)) => return Ok(refused(side, *error)),
        };
        let (maker, taker) = (market.ledger.view(chain, &first)?, market.ledger.view(chain, &second)?);
        Ok(TradePreview {
            paid: U256::from(moved.paid),
            got: U256::from(moved.got),
            fee: U256::from(moved.fee),
            makerCash: int(maker.cash),
            makerFp: int(maker.fp),
            takerCash: int(taker.cash),
            takerFp: int(taker.fp),
            ..TradePreview::default()
        })
    }

    /// What `withdrawCash` of `amount` would do.
    ///
    /// # Returns
    /// - `paid`: what would be paid at once, wei
    /// - `waits`: what would wait, wei
    /// - `after`: the account as it would be
    pub fn preview_withdraw(&self, owner: Address, amount: U256) -> Outcome<(U256, U256, AccountView)> {
        let (mut trial, cash) = (self.trial()?, narrow(amount)?);
        let mut account = trial.account(owner, 1)?;
        let holding = trial.market.ledger.view(&trial.chain, &account)?;
        let after = Holding { cash: holding.cash.saturating_sub_unsigned(cash), ..holding };
        let plain = is_plain(&account, after, &trial.settings.params)?;
        let prices = prices_unless(&self.state, plain, &trial.settings, None)?;
        let (paid, _) = withdraw(&mut trial, &mut account, cash, prices)?;
        let after = trial.present_view(owner, &account)?;
        Ok((U256::from(paid), U256::from(cash.saturating_sub(paid)), after))
    }

    /// The account as `depositNft` of `count` NFTs would leave it.
    pub fn preview_lock(&self, owner: Address, count: U256) -> Outcome<AccountView> {
        self.state.require_entry()?;
        let mut trial = self.trial()?;
        let mut account = trial.account(owner, 1)?;
        trial.market.lock(&mut trial.chain, &mut account, number(count)?)?;
        trial.present_view(owner, &account)
    }

    /// The account as `withdrawNft` of `count` NFTs would leave it.
    pub fn preview_unlock(&self, owner: Address, count: U256) -> Outcome<AccountView> {
        let (mut trial, count) = (self.trial()?, number(count)?);
        let mut account = trial.account(owner, 1)?;
        let plain = is_plain_without(&trial, &account, count)?;
        let prices = prices_unless(&self.state, plain, &trial.settings, None)?;
        unlock(&mut trial, &mut account, count, prices)?;
        trial.present_view(owner, &account)
    }

    /// The most cash that `withdrawCash` would take out of an account now.
    ///
    /// # Returns
    /// - `amount`: wei
    /// - `paid`: what of it would be paid at once, wei; the rest would wait
    pub fn max_withdraw(&self, owner: Address) -> Outcome<(U256, U256)> {
        let trial = self.trial()?;
        let account = trial.account(owner, 1)?;
        let holding = trial.market.ledger.view(&trial.chain, &account)?;
        let cash = holding.cash.max(0).unsigned_abs();
        let plain = is_plain(&account, Holding { cash: 0, ..holding }, &trial.settings.params)?;
        // Without a price, what needs none.
        let prices = match trial.prices() {
            Err(_) if plain => Prices::default(),
            prices => prices?,
        };
        let worth = mul_div_down_u128(holding.fp.max(0).unsigned_abs(), prices.mark, WAD)?;
        let try_out = |amount| withdraw(&mut self.trial()?, &mut { account }, amount, prices);
        let amount = most(cash.saturating_add(worth), &mut |amount| try_out(amount).is_ok());
        let (paid, _) = if amount == 0 { (0, None) } else { try_out(amount)? };
        Ok((U256::from(amount), U256::from(paid)))
    }

    /// The most FP that an account with NFTs could sell now for nothing, to the wrapper say: what it has, and what its NFTs
    /// and cash cover beyond that. What FP brings covers more.
    pub fn max_mint(&self, owner: Address) -> Outcome<U256> {
        let trial = self.trial()?;
        let account = trial.account(owner, 1)?;
        let holding = trial.market.ledger.view(&trial.chain, &account)?;
        let (prices, params) = (trial.prices(), &trial.settings.params);
        let fits = |fp: u128| {
            let after = Holding { fp: holding.fp.saturating_sub_unsigned(fp), ..holding };
            let position = Position { holding: after, nfts: account.nfts };
            let enough = |prices: &Prices| position.opening(*prices, params)?.require_enough();
            is_plain(&account, after, params).unwrap_or(false)
                || prices.as_ref().is_ok_and(|prices| account.nfts != 0 && enough(prices).is_ok())
        };
        let fp = most(FP_LIMIT, &mut |fp| fits(fp));
        let short = holding.fp.saturating_sub_unsigned(fp);
        let is_enough = short >= 0 || short.unsigned_abs() >= params.min_position;
        Ok(U256::from(if is_enough { fp } else { 0 }))
    }

    /// The most NFTs that `withdrawNft` would give back now.
    pub fn max_unlock(&self, owner: Address) -> Outcome<U256> {
        let trial = self.trial()?;
        let account = trial.account(owner, 1)?;
        let prices = trial.prices();
        let fits = |count: u32| -> Outcome<()> {
            let plain = is_plain_without(&trial, &account, count)?;
            let prices = if plain { Prices::default() } else { prices.clone()? };
            unlock(&mut self.trial()?, &mut { account }, count, prices)
        };
        let count = most(account.free_nfts().into(), &mut |count| fits(count as u32).is_ok());
        Ok(U256::from(count))
    }

    /// Hands every other call to the quotes.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorPreview {
    "previewTrade"(Address, Address, U256, U256, bool) => preview_trade;
    "previewWithdraw"(Address, U256) => preview_withdraw;
    "previewLock"(Address, U256) => preview_lock;
    "previewUnlock"(Address, U256) => preview_unlock;
    "maxWithdraw"(Address) => max_withdraw;
    "maxMint"(Address) => max_mint;
    "maxUnlock"(Address) => max_unlock;
    else hand_on
});

fn withdraw(
    trial: &mut Trial<'_>,
    account: &mut Account,
    cash: u128,
    prices: Prices,
) -> Outcome<(u128, Option<Ticket>)> {
    Ok(trial.market.withdraw(&mut trial.chain, account, cash, prices, &trial.settings.params)?)
}

fn unlock(trial: &mut Trial<'_>, account: &mut Account, count: u32, prices: Prices) -> Outcome<()> {
    Ok(trial.market.unlock(&mut trial.chain, account, count, prices, &trial.settings.params)?)
}

/// Whether an account would be covered with fewer NFTs at any price.
fn is_plain_without(trial: &Trial<'_>, account: &Account, fewer: u32) -> Outcome<bool> {
    let holding = trial.market.ledger.view(&trial.chain, account)?;
    let account = Account { nfts: account.nfts.saturating_sub(fewer), ..*account };
    Ok(is_plain(&account, holding, &trial.settings.params)?)
}

impl FloorPreview {
    /// Hands a call on.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::QuoteProgram, calldata)
    }

    fn trial(&self) -> Outcome<Trial<'_>> {
        Trial::open(&self.state)
    }
}

/// What a venue would be told of a refusal.
fn refused(side: Side, error: FloorError) -> TradePreview {
    let (selector, _, first, second) = parts(error);
    let outcome = match side {
        Side::Maker => 1,
        Side::Taker => 2,
    };
    TradePreview { outcome, reason: selector.into(), first, second, ..TradePreview::default() }
}

/// The most that fits, of at most `high`, where what is more than something that does not fit does not fit either.
fn most(high: u128, fits: &mut dyn FnMut(u128) -> bool) -> u128 {
    if fits(high) {
        return high;
    }
    let (mut low, mut high) = (0, high);
    while let Some(middle) = low_half(low, high) {
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// A number between two, if there is one.
fn low_half(low: u128, high: u128) -> Option<u128> {
    let middle = low.midpoint(high);
    (middle != low && middle != high).then_some(middle)
}
