//! What is asked of the market and of the wrapped ether.
//!
//! Both are trusted to do what they say; what the market refuses reaches the caller byte for byte. The wrapped ether is
//! watched all the same: one that does not know a call may take it for something else and not say so.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    asked::{Answer, Other},
    raw::{address_word, call, calldata},
    token::balance_of,
};
use stylus_sdk::{ArbResult, call::RawCall, host::VM, prelude::*};

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
};

sol! {
    function cash() external view returns (address token);
    function waiting(uint256 ticket) external view returns (address owner, uint256 amount, uint256 paid, uint256 due, uint256 ahead);
    function depositCash(uint256 amount, address account) external;
    function withdrawCash(address account, uint256 amount, address to, uint256 deadline) external returns (uint256 paid, uint256 ticket);
    function claimWaiting(uint256 ticket) external returns (uint256 paid);

    function deposit() external payable;
    function withdrawTo(address account, uint256 amount) external;
}

/// The market.
pub struct Market<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
}

/// A place in the market's queue, wei.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What it has paid of it, to whoever asked.
    pub paid: U256,
    /// What it would pay now.
    pub due: U256,
}

impl Market<'_> {
    fn look(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        self.other().look(data, words).map_err(Revert)
    }

    fn act(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        self.other().act(data, words).map_err(Revert)
    }

    fn other(&self) -> Other<'_> {
        Other { vm: self.vm, at: self.at }
    }

    /// Its cash token.
    pub fn cash(&self) -> Outcome<Address> {
        Ok(self.look(&cashCall::SELECTOR, 1)?.address(0))
    }

    /// A place in its queue.
    pub fn waiting(&self, ticket: U256) -> Outcome<Place> {
        let answer = self.look(&calldata(waitingCall::SELECTOR, [ticket]), 5)?;
        Ok(Place { paid: answer.word(2), due: answer.word(3) })
    }

    /// Brings cash, which it was allowed to take, into an account.
    pub fn deposit(&self, amount: U256, account: Address) -> Outcome<()> {
        self.act(&calldata(depositCashCall::SELECTOR, [amount, address_word(account)]), 0).map(|_| ())
    }

    /// Takes cash out of an account for this contract; what was paid, and the place in the queue of the rest.
    pub fn withdraw(&self, account: Address, amount: U256, deadline: U256) -> Outcome<(U256, U256)> {
        let here = address_word(self.vm.contract_address());
        let words = [address_word(account), amount, here, deadline];
        let answer = self.act(&calldata(withdrawCashCall::SELECTOR, words), 2)?;
        Ok((answer.word(0), answer.word(1)))
    }

    /// Takes what is due of a place in the queue, wei.
    pub fn claim_waiting(&self, ticket: U256) -> Outcome<U256> {
        Ok(self.act(&calldata(claimWaitingCall::SELECTOR, [ticket]), 1)?.word(0))
    }
}

// ---- Wrapped ether ----

/// Makes wrapped ether of ether that this contract has.
pub fn wrap(vm: &VM, weth: Address, amount: U256) -> Outcome<()> {
    let here = vm.contract_address();
    let before = balance_of(vm, weth, here)?;
    let done = pay(vm, weth, amount, &depositCall::SELECTOR).is_ok();
    let made = balance_of(vm, weth, here)?.saturating_sub(before);
    if done && made == amount {
        return Ok(());
    }
    Err(Revert::new(errors::NotWrapped::SELECTOR, &[amount]))
}

/// Makes ether of wrapped ether that this contract has, for somebody.
///
/// It goes there straight: a program takes no ether while it is at work, and this one takes none at all.
pub fn unwrap(vm: &VM, weth: Address, to: Address, amount: U256) -> Outcome<()> {
    let here = vm.contract_address();
    let before = balance_of(vm, weth, here)?;
    let words = [address_word(to), amount];
    let done = call(vm, weth, &calldata(withdrawToCall::SELECTOR, words), 0).is_ok();
    let gone = before.saturating_sub(balance_of(vm, weth, here)?);
    if done && gone == amount {
        return Ok(());
    }
    Err(Revert::new(errors::EtherRefused::SELECTOR, &words))
}

/// Calls with ether.
#[allow(unsafe_code, reason = "the cache is cleared, so nothing read before the call is trusted after it")]
fn pay(vm: &VM, to: Address, amount: U256, data: &[u8]) -> ArbResult {
    // SAFETY: unsafe because a raw call may alias storage that is borrowed; the cache is flushed and forgotten, and storage
    // accessors read through it every time.
    unsafe {
        RawCall::new_with_value(vm, amount).clear_storage_cache().limit_return_data(0, 0).call(to, data)
    }
}
