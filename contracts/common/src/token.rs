//! ERC-20 transfers that bring exactly the amount asked for, or fail.
//!
//! Works with tokens that return `true`, that return nothing, or that revert. A token that returns `false`, an
//! address without code and a token that moves less than it was told to (a fee on transfer) are failures: every
//! ledger here counts what a transfer was asked to bring, so it must be what arrived. (What a recipient of ours gets is
//! between the token and the recipient.)

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use stylus_sdk::{host::VM, prelude::*};

use crate::raw::{address_word, call, calldata, has_code, static_call, word_at};

sol! {
    /// `token` refused a transfer, did not answer as an ERC-20 does, or is not a contract.
    #[derive(Debug, PartialEq, Eq)]
    error TransferFailed(address token);
    /// A transfer of `expected` token units brought `received`.
    #[derive(Debug, PartialEq, Eq)]
    error TransferMismatch(uint256 expected, uint256 received);
}

/// Why a token did not move.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The token refused.
    TransferFailed(TransferFailed),
    /// Another amount arrived than was sent.
    TransferMismatch(TransferMismatch),
}

mod abi {
    alloy_sol_types::sol! {
        function decimals() external view returns (uint8);
        function balanceOf(address account) external view returns (uint256);
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
    }
}

/// What a token's decimals make of its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimals {
    /// Wads in one unit: a power of ten up to `10^18`.
    Scale(u64),
    /// It does not say its decimals (the highest number), or has these, more than 18.
    Unsupported(U256),
}

/// Asks a token for its decimals.
pub fn decimals_of(vm: &VM, token: Address) -> Decimals {
    const WAD_DECIMALS: u8 = 18;
    let answer = static_call(vm, token, &abi::decimalsCall::SELECTOR, u64::MAX, 32);
    let decimals = answer.ok().and_then(|bytes| word_at(&bytes, 0)).unwrap_or(U256::MAX);
    match u8::try_from(decimals).ok().and_then(|decimals| WAD_DECIMALS.checked_sub(decimals)) {
        Some(missing) => Decimals::Scale((0..missing).fold(1, |factor: u64, _| factor.saturating_mul(10))),
        None => Decimals::Unsupported(decimals),
    }
}

/// The token balance of `account`, in token units.
pub fn balance_of(vm: &VM, token: Address, account: Address) -> Result<U256, TransferFailed> {
    let data = calldata(abi::balanceOfCall::SELECTOR, [address_word(account)]);
    let answer = static_call(vm, token, &data, u64::MAX, 32).map_err(|_| TransferFailed { token })?;
    word_at(&answer, 0).ok_or(TransferFailed { token })
}

/// Takes `amount` token units from `from`, who has allowed it, into this contract; exactly, or not at all.
pub fn transfer_in(vm: &VM, token: Address, from: Address, amount: U256) -> Result<(), TokenError> {
    let here = vm.contract_address();
    let before = balance_of(vm, token, here)?;
    let words = [address_word(from), address_word(here), amount];
    transact(vm, token, &calldata(abi::transferFromCall::SELECTOR, words))?;
    // A balance that fell is as wrong as one that rose too little.
    let received = balance_of(vm, token, here)?.saturating_sub(before);
    if received == amount { Ok(()) } else { Err(TransferMismatch { expected: amount, received }.into()) }
}

/// Sends `amount` token units of this contract to `to`.
pub fn transfer_out(vm: &VM, token: Address, to: Address, amount: U256) -> Result<(), TransferFailed> {
    transact(vm, token, &calldata(abi::transferCall::SELECTOR, [address_word(to), amount]))
}

/// Lets `spender`, a contract of ours that takes exactly as much in the same call, take `amount` token units.
pub fn approve_exact(vm: &VM, token: Address, spender: Address, amount: U256) -> Result<(), TransferFailed> {
    transact(vm, token, &calldata(abi::approveCall::SELECTOR, [address_word(spender), amount]))
}

/// Calls the token; success is `true`, or no answer at all from a contract.
fn transact(vm: &VM, token: Address, data: &[u8]) -> Result<(), TransferFailed> {
    let agreed = match call(vm, token, data, 32) {
        Ok(answer) if answer.is_empty() => has_code(vm, token),
        Ok(answer) => word_at(&answer, 0) == Some(U256::ONE),
        Err(_) => false,
    };
    if agreed { Ok(()) } else { Err(TransferFailed { token }) }
}
