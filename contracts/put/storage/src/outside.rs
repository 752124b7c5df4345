//! What the pool asks of others: prices, a volatility, who holds a position.
//!
//! None of them is trusted with more than its answer: a price history that fails only keeps the epoch from rolling (and
//! not for ever), a volatility source that fails is as good as one that is old.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, call, call_with_gas, calldata, static_call, word_at};
use everfloor_put_rules::{
    Params, PutError,
    roll::{Due, Prices},
    volatility::Reading,
};
use stylus_sdk::{ArbResult, host::VM, prelude::*};

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
};

sol! {
    function average(uint64 from, uint64 to) external view returns (uint256 price, uint8 status);
    function recordAndAverage(uint64 from, uint64 to) external returns (uint256 price, uint8 status);
    function lastAverage(uint64 window, uint64 before) external view returns (uint256 price, uint64 end, uint8 status);
    function mark() external view returns (uint256 price, uint256 twap, uint256 second, uint8 status);
    function recordAndMark() external returns (uint256 price, uint256 twap, uint256 second, uint8 status);
    function volatility() external view returns (uint256 sigma, uint64 updatedAt);
    function mint(address to, uint256 id) external;
    function burn(uint256 id) external;
    function notifyUpdate(uint256 id) external;
    function ownerIfAuthorized(address spender, uint256 id) external view returns (address owner);
    function ownerOf(uint256 id) external view returns (address owner);
    function balanceOf(address owner) external view returns (uint256 count);
    function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256 id);
}

/// The status of a history that does not answer.
pub const SILENT: u8 = u8::MAX;

/// Gas a volatility source may burn.
const SOURCE_GAS: u64 = 300_000;
/// Gas a price history may burn: it asks a feed, and that its source.
const HISTORY_GAS: u64 = 3_000_000;

/// A price, or the status that says why there is none.
pub type Price = Result<u128, u8>;

fn price_of(answer: ArbResult, status_at: usize) -> Price {
    let Ok(data) = answer else { return Err(SILENT) };
    let (Some(price), Some(status)) = (word_at(&data, 0), word_at(&data, status_at)) else {
        return Err(SILENT);
    };
    if !status.is_zero() {
        return Err(u8::try_from(status).unwrap_or(SILENT));
    }
    // No price is as good as none.
    match u128::try_from(price) {
        Ok(price) if price != 0 => Ok(price),
        _ => Err(SILENT),
    }
}

/// A price history.
pub struct History<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
    /// Whether it may record what it sees: in transactions, not in views.
    pub record: bool,
}

impl History<'_> {
    fn ask(&self, data: &[u8], limit: usize) -> ArbResult {
        if self.record {
            return call_with_gas(self.vm, self.at, data, HISTORY_GAS, limit);
        }
        static_call(self.vm, self.at, data, HISTORY_GAS, limit)
    }

    /// The average price between two moments, wad.
    pub fn average(&self, (from, to): (u64, u64)) -> Price {
        let selector = if self.record { recordAndAverageCall::SELECTOR } else { averageCall::SELECTOR };
        price_of(self.ask(&calldata(selector, [U256::from(from), U256::from(to)]), 64), 1)
    }

    /// The last average of a window there is at or before a moment, wad.
    pub fn last_average(&self, window: u64, before: u64) -> Price {
        let words = [U256::from(window), U256::from(before)];
        let data = calldata(lastAverageCall::SELECTOR, words);
        price_of(static_call(self.vm, self.at, &data, HISTORY_GAS, 96), 2)
    }

    /// The present mark: the lower of a short average and a second source, wad.
    pub fn mark(&self) -> Price {
        let selector = if self.record { recordAndMarkCall::SELECTOR } else { markCall::SELECTOR };
        price_of(self.ask(&calldata(selector, []), 128), 3)
    }
}

/// What a purchase is struck at, wad: the mark; and while the average runs that settles the epoch, no more than that
/// average so far. A put struck at a jump that the average cannot follow any more would be in the money when it is sold.
pub fn purchase_price(history: &History<'_>, params: &Params, epoch: u16, now: u64) -> Price {
    let mark = history.mark()?;
    let begin = params.schedule().end(epoch).saturating_sub(params.window);
    if now <= begin {
        return Ok(mark);
    }
    Ok(mark.min(history.average((begin, now))?))
}

/// The prices of a roll, and the status for which it did without the window's own. `next` is the history that takes over
/// with this roll, if one does: asked only after the grace period, and where the present one has nothing.
pub fn roll_prices(
    history: &History<'_>,
    next: Address,
    due: &Due,
    params: &Params,
) -> Outcome<(Prices, Option<u8>)> {
    let (settlement, fallback) = match history.average(due.window) {
        Ok(price) => (price, None),
        Err(status) => (last_resort(history, next, due, params, status)?, Some(status)),
    };
    let mark = if due.prompt && fallback.is_none() {
        Some(settlement)
    } else {
        let successor = History { vm: history.vm, at: next, record: false };
        let use_successor = due.past_grace && !next.is_zero();
        match history.mark().or_else(|status| if use_successor { successor.mark() } else { Err(status) }) {
            Ok(price) => Some(price),
            // No put without a price; but a price that is only late is waited for, for twice the grace.
            Err(_) if due.without_mark => None,
            Err(status) => return Err(PutError::PriceUnavailable { status }.into()),
        }
    };
    Ok((Prices { settlement, mark }, fallback))
}

/// The last average there was, once the grace period is over: before the end, else before the grace was over, neither of
/// which the time of the call can move; else before now, so that a pool always comes free.
fn last_resort(
    history: &History<'_>,
    next: Address,
    due: &Due,
    params: &Params,
    status: u8,
) -> Outcome<u128> {
    if !due.past_grace {
        return Err(PutError::PriceUnavailable { status }.into());
    }
    let (_, end) = due.window;
    let now = history.vm.block_timestamp();
    let mut found = Err(status);
    for at in [history.at, next].into_iter().filter(|at| !at.is_zero()) {
        for before in [end, end.saturating_add(params.grace), now] {
            let history = History { vm: history.vm, at, record: false };
            found = found.or_else(|_| history.last_average(params.window, before));
        }
    }
    found.map_err(|status| PutError::PriceUnavailable { status }.into())
}

/// What the volatility source says.
pub fn volatility(vm: &VM, source: Address) -> Reading {
    let data = calldata(volatilityCall::SELECTOR, []);
    let answer = static_call(vm, source, &data, SOURCE_GAS, 64).unwrap_or_default();
    let sigma = word_at(&answer, 0).and_then(|word| u128::try_from(word).ok()).filter(|sigma| *sigma != 0);
    let updated_at = word_at(&answer, 1).and_then(|word| u64::try_from(word).ok()).unwrap_or_default();
    Reading { sigma, updated_at }
}

/// The owner of a position, if `caller` may act for him; the token's own refusal otherwise.
pub fn owner_if_authorized(vm: &VM, token: Address, caller: Address, id: U256) -> Outcome<Address> {
    let data = calldata(ownerIfAuthorizedCall::SELECTOR, [address_word(caller), id]);
    let answer = static_call(vm, token, &data, u64::MAX, 128).map_err(Revert)?;
    word_at(&answer, 0).map(|word| Address::from_word(word.into())).ok_or(Revert(answer))
}

/// The owner of a position; zero is nobody.
pub fn owner_of(vm: &VM, token: Address, id: U256) -> Address {
    let answer = static_call(vm, token, &calldata(ownerOfCall::SELECTOR, [id]), u64::MAX, 32);
    let word = answer.ok().and_then(|data| word_at(&data, 0)).unwrap_or_default();
    Address::from_word(word.into())
}

/// How many positions an account holds.
pub fn balance_of(vm: &VM, token: Address, owner: Address) -> u64 {
    let data = calldata(balanceOfCall::SELECTOR, [address_word(owner)]);
    let answer = static_call(vm, token, &data, u64::MAX, 32);
    answer.ok().and_then(|data| word_at(&data, 0)).unwrap_or_default().saturating_to()
}

/// One of an account's positions; 0 if there is none at that place.
pub fn token_of(vm: &VM, token: Address, owner: Address, index: u64) -> U256 {
    let data = calldata(tokenOfOwnerByIndexCall::SELECTOR, [address_word(owner), U256::from(index)]);
    let answer = static_call(vm, token, &data, u64::MAX, 32);
    answer.ok().and_then(|data| word_at(&data, 0)).unwrap_or_default()
}

/// Makes the token of a position.
pub fn mint(vm: &VM, token: Address, to: Address, id: U256) -> Outcome<()> {
    // A call of nobody succeeds.
    if token.is_zero() {
        return Err(errors::PositionsNotSet {}.into());
    }
    call(vm, token, &calldata(mintCall::SELECTOR, [address_word(to), id]), 128).map_err(Revert)?;
    Ok(())
}

/// Tells those who show positions that one has changed (ERC-4906).
pub fn notify(vm: &VM, token: Address, id: U256) -> Outcome<()> {
    call(vm, token, &calldata(notifyUpdateCall::SELECTOR, [id]), 128).map_err(Revert)?;
    Ok(())
}

/// Ends the token of a position.
pub fn burn(vm: &VM, token: Address, id: U256) -> Outcome<()> {
    call(vm, token, &calldata(burnCall::SELECTOR, [id]), 128).map_err(Revert)?;
    Ok(())
}
