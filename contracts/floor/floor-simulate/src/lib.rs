//! What calls to a floor market would do, and the most that an account can do now.
//!
//! Runs on the market's storage by delegatecall. A simulation makes the calls for real, one after the other, and reverts
//! with their answers, which the market gives to the caller: a preview is the very call that it is of, and nothing is left of
//! it. The most that an account can do is found by trying.
//!
//! Not for static calls: what is tried writes, before it is undone.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    delegate,
    raw::{address_word, calldata, word_at},
    results::CallResult,
    router::reply,
    routes,
    state::implementation,
};
use everfloor_floor_rules::{CASH_LIMIT, FP_LIMIT};
use everfloor_floor_storage::{
    abi::errors,
    revert::{Outcome, Revert},
    state::{MarketState, Peer},
    store,
};
use stylus_sdk::{ArbResult, abi::Bytes, function_selector, prelude::*};

const SIMULATE: [u8; 4] = function_selector!("simulate", Vec<Address>, Vec<Bytes>);
const WITHDRAW_CASH: [u8; 4] = function_selector!("withdrawCash", Address, U256, Address, U256);
const WITHDRAW_NFT: [u8; 4] = function_selector!("withdrawNft", Address, Vec<U256>, Address, U256);
const SETTLE_TRADE: [u8; 4] = function_selector!("settleTrade", Address, Address, U256, U256, bool, U256);
const KICK: [u8; 4] = function_selector!("kick", Address, Vec<U256>, U256);
const TAKE_OVER: [u8; 4] = function_selector!("takeOver", Address, U256, U256, U256, U256);

/// NFTs of an account that are looked at.
const NFTS: u32 = 100;

/// The market, seen by what its calls would do.
#[storage]
#[entrypoint]
pub struct FloorSimulate {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorSimulate {
    /// What `calls` of the market by the caller would do, made one after the other, if each of `accounts` had made him its
    /// operator: answers of views among them are those in between. A call that is refused changes nothing, and the next is
    /// made. All of it is undone.
    ///
    /// # Returns
    /// - `results`: of each call, whether it succeeds, and its answer or error
    pub fn simulate(&mut self, accounts: Vec<Address>, calls: Vec<Bytes>) -> Outcome<Vec<CallResult>> {
        let vm = self.vm();
        let caller = vm.msg_sender();
        for account in accounts {
            store::set_operator(vm, account, caller, true);
        }
        let market = implementation(vm);
        let run = |call: Bytes| match delegate::forward(vm, market, &call) {
            Ok(answer) => CallResult { success: true, returnData: answer.into() },
            Err(error) => CallResult { success: false, returnData: error.into() },
        };
        let results: Vec<_> = calls.into_iter().map(run).collect();
        let mut revert = errors::Simulated::SELECTOR.to_vec();
        revert.extend_from_slice(&reply(results));
        Err(Revert(revert))
    }

    /// The most cash that `withdrawCash` would take out of an account now.
    ///
    /// # Returns
    /// - `amount`: wei
    /// - `paid`: what of it would be paid at once, wei; the rest would wait
    pub fn max_withdraw(&self, account: Address) -> Outcome<(U256, U256)> {
        let receiver = address_word(self.vm().contract_address());
        let withdraw = |amount: u128| {
            let words = [address_word(account), U256::from(amount), receiver, U256::MAX];
            self.attempt(&[account], calldata(WITHDRAW_CASH, words))
        };
        if let Err(error) = withdraw(1) {
            return if is_too_much(&error) { Ok(Default::default()) } else { Err(Revert(error)) };
        }
        let amount = most(1, CASH_LIMIT, |amount| withdraw(amount).is_ok());
        let paid = withdraw(amount).ok().and_then(|answer| word_at(&answer, 0)).unwrap_or_default();
        Ok((U256::from(amount), paid))
    }

    /// The most FP that an account could sell now for nothing, to the wrapper say: what it has, and what its NFTs and cash cover
    /// beyond that. What FP brings covers more.
    pub fn max_mint(&self, account: Address) -> Outcome<U256> {
        let buyer = self.vm().contract_address();
        let sell = |fp: u128| {
            let words = [
                address_word(account),
                address_word(buyer),
                U256::from(fp),
                U256::ZERO,
                U256::from(true),
                U256::ZERO,
            ];
            let answer = self.attempt(&[account, buyer], calldata(SETTLE_TRADE, words)).unwrap_or_default();
            let reason = answer.get(32..36).and_then(|reason| reason.first_chunk().copied());
            (word_at(&answer, 0), reason)
        };
        let done = Some(U256::ZERO);
        // A position may be too small and a greater one not.
        let fits = |fp| match sell(fp) {
            (outcome, _) if outcome == done => true,
            (_, reason) => reason == Some(errors::PositionTooSmall::SELECTOR),
        };
        let fp = most(0, FP_LIMIT, fits);
        Ok(if sell(fp).0 == done { U256::from(fp) } else { U256::ZERO })
    }

    /// The most NFTs that `withdrawNft` would give back now, of those that are first in the account's list; at most 100.
    pub fn max_unlock(&self, account: Address) -> Outcome<U256> {
        let ids = self.free_nfts(account);
        let receiver = address_word(account);
        let withdraw = |count: u128| {
            let head = [address_word(account), U256::from(128), receiver, U256::MAX];
            self.attempt(&[account], with_list(calldata(WITHDRAW_NFT, head), &ids, count)).is_ok()
        };
        Ok(U256::from(most(0, ids.len() as u128, withdraw)))
    }

    /// The NFTs of an account that `kick` would offer at most now, those first in its list; at most 100. None if there is
    /// nothing to liquidate.
    pub fn suggested_lot(&self, account: Address) -> Outcome<Vec<U256>> {
        let mut ids = self.free_nfts(account);
        let kick = |count: u128| {
            let head = [address_word(account), U256::from(96), U256::MAX];
            self.attempt(&[], with_list(calldata(KICK, head), &ids, count))
        };
        let count = match kick(1) {
            Ok(_) => most(1, ids.len() as u128, |count| kick(count).is_ok()),
            Err(error) if is_too_much(&error) => 0,
            Err(error) => return Err(Revert(error)),
        };
        ids.truncate(count as usize);
        Ok(ids)
    }

    /// How much of an account's position, wei of FP, `takeOver` would move at most now; 0 if none.
    pub fn suggested_take_over(&self, account: Address) -> Outcome<U256> {
        let limits = [U256::ZERO, U256::from(u128::MAX), U256::MAX];
        let [least, pays, deadline] = limits;
        let words = [address_word(account), U256::from(FP_LIMIT), least, pays, deadline];
        // Asked for more than there can be, the rule says how much it would move.
        match self.attempt(&[], calldata(TAKE_OVER, words)) {
            Err(error) => match error.split_first_chunk() {
                Some((&errors::NotEnoughFp::SELECTOR, words)) => Ok(word_at(words, 1).unwrap_or_default()),
                Some((&errors::NotLiquidatable::SELECTOR, _)) => Ok(U256::ZERO),
                _ => Err(Revert(error)),
            },
            Ok(_) => Ok(U256::from(FP_LIMIT)),
        }
    }
}

routes!(FloorSimulate {
    "simulate"(Vec<Address>, Vec<Bytes>) => simulate;
    "maxWithdraw"(Address) => max_withdraw;
    "maxMint"(Address) => max_mint;
    "maxUnlock"(Address) => max_unlock;
    "suggestedLot"(Address) => suggested_lot;
    "suggestedTakeOver"(Address) => suggested_take_over;
});

impl FloorSimulate {
    /// What one call of the market would do, made by an operator of these accounts.
    fn attempt(&self, accounts: &[Address], call: Vec<u8>) -> ArbResult {
        /// Of an answer with one result: where it begins, how many, where the first is, its success, where its bytes are.
        const SUCCESS: usize = 3;
        const LENGTH: usize = 5;
        let Err(revert) = self.state.forward(Peer::SimulateProgram, &simulation(accounts, &call)) else {
            return Err(Vec::new());
        };
        let Some((&errors::Simulated::SELECTOR, answer)) = revert.split_first_chunk() else {
            return Err(revert);
        };
        let length = word_at(answer, LENGTH).unwrap_or_default().saturating_to::<usize>();
        let data = answer.get(HEAD..HEAD.saturating_add(length)).unwrap_or_default().to_vec();
        if word_at(answer, SUCCESS).is_some_and(|success| !success.is_zero()) { Ok(data) } else { Err(data) }
    }

    /// NFTs of an account that no auction offers.
    fn free_nfts(&self, account: Address) -> Vec<U256> {
        let vm = self.vm();
        let account = store::account(vm, account).value;
        let listed = (0..account.nfts.min(NFTS)).map(|place| store::nft_at(vm, account.id, place));
        listed.filter(|id| !store::is_offered(vm, &store::nft(vm, *id).value)).collect()
    }
}

/// Bytes before the answer of the one call of a simulation.
const HEAD: usize = 192;

/// The calldata of a simulation of one call.
fn simulation(accounts: &[Address], call: &[u8]) -> Vec<u8> {
    let calls_at = accounts.len().saturating_mul(32).saturating_add(96);
    let mut data = calldata(SIMULATE, [64, calls_at, accounts.len()].map(U256::from));
    accounts.iter().for_each(|account| data.extend_from_slice(account.into_word().as_slice()));
    for word in [1, 32, call.len()].map(U256::from) {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data.extend_from_slice(call);
    data
}

/// A call with the first `count` of a list after its head.
fn with_list(mut call: Vec<u8>, list: &[U256], count: u128) -> Vec<u8> {
    let list = list.get(..count as usize).unwrap_or(list);
    for word in [U256::from(list.len())].iter().chain(list) {
        call.extend_from_slice(&word.to_be_bytes::<32>());
    }
    call
}

/// Whether a refusal says that there is not so much, rather than that nobody can tell.
fn is_too_much(error: &[u8]) -> bool {
    let selectors = [
        errors::InsufficientCollateral::SELECTOR,
        errors::InsufficientMargin::SELECTOR,
        errors::NegativeCash::SELECTOR,
        errors::NotEnoughNfts::SELECTOR,
        errors::NotLiquidatable::SELECTOR,
        errors::StillRunning::SELECTOR,
        errors::ZeroAmount::SELECTOR,
    ];
    error.first_chunk().is_some_and(|selector| selectors.contains(selector))
}

/// The most that fits, of at least `low` (which does) and at most `high`, where what is more than something that does not fit
/// does not fit either.
fn most(mut low: u128, mut high: u128, fits: impl Fn(u128) -> bool) -> u128 {
    if fits(high) {
        return high;
    }
    while let Some(middle) = between(low, high) {
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// A number between two, if there is one.
fn between(low: u128, high: u128) -> Option<u128> {
    let middle = low.midpoint(high);
    (middle != low && middle != high).then_some(middle)
}
