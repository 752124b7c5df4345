//! ERC-20 tokens for tests: a good one and bad ones.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolInterface, SolValue, sol};
use stylus_sdk::{
    ArbResult,
    call::RawCall,
    host::VM,
    stylus_core::host::{MessageAccess, StorageAccess},
};

sol! {
    /// The functions of the test token.
    #[allow(missing_docs)]
    interface IToken {
        error InsufficientBalance(address account, uint256 balance, uint256 needed);
        error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);

        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function decimals() external view returns (uint8);
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
        function mint(address to, uint256 amount) external;
    }
}

use IToken::{ITokenCalls, InsufficientAllowance, InsufficientBalance};

/// What is wrong with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// Nothing.
    None,
    /// Transfers return no data.
    ReturnsNothing,
    /// Transfers move nothing and return false.
    ReturnsFalse,
    /// Transfers move the tokens and return false all the same.
    MovesAndReturnsFalse,
    /// Transfers revert.
    Reverts,
    /// A tenth of every transfer is lost.
    TakesFee,
    /// Before a transfer moves tokens, calls `target` with `calldata`, and goes on whatever comes of it.
    Reenters {
        /// Whom it calls.
        target: Address,
        /// With what.
        calldata: Vec<u8>,
    },
}

/// An ERC-20 token anybody may mint.
#[derive(Clone, Debug)]
pub struct Token {
    decimals: u8,
    quirk: Quirk,
}

/// The slot where the last reentrant call's success is kept (1 success, 2 failure), see [`Quirk::Reenters`].
pub const REENTRY_RESULT: U256 = U256::ONE;

const SUPPLY: U256 = U256::ZERO;

impl Token {
    /// A token that does what the standard says.
    pub fn well_behaved(decimals: u8) -> Self {
        Self { decimals, quirk: Quirk::None }
    }

    /// A token with 6 decimals and something wrong.
    pub fn with_quirk(quirk: Quirk) -> Self {
        Self { decimals: 6, quirk }
    }

    pub(crate) fn handle(&self, input: &[u8], vm: &VM) -> ArbResult {
        let Ok(call) = ITokenCalls::abi_decode_validate(input) else { return Err(Vec::new()) };
        Ok(match call {
            ITokenCalls::balanceOf(c) => read(vm, balance_slot(c.account)).abi_encode(),
            ITokenCalls::allowance(c) => read(vm, allowance_slot(c.owner, c.spender)).abi_encode(),
            ITokenCalls::totalSupply(_) => read(vm, SUPPLY).abi_encode(),
            ITokenCalls::decimals(_) => U256::from(self.decimals).abi_encode(),
            ITokenCalls::approve(c) => {
                write(vm, allowance_slot(vm.msg_sender(), c.spender), c.amount);
                true.abi_encode()
            }
            ITokenCalls::mint(c) => {
                for slot in [balance_slot(c.to), SUPPLY] {
                    write(vm, slot, read(vm, slot).checked_add(c.amount).ok_or_else(Vec::new)?);
                }
                Vec::new()
            }
            ITokenCalls::transfer(c) => self.transfer(vm, vm.msg_sender(), c.to, c.amount)?,
            ITokenCalls::transferFrom(c) => {
                if self.quirk != Quirk::ReturnsFalse {
                    spend_allowance(vm, c.from, c.amount)?;
                }
                self.transfer(vm, c.from, c.to, c.amount)?
            }
        })
    }

    fn transfer(&self, vm: &VM, from: Address, to: Address, amount: U256) -> ArbResult {
        let mut arriving = amount;
        match &self.quirk {
            Quirk::ReturnsFalse => return Ok(false.abi_encode()),
            Quirk::Reverts => return Err(Vec::new()),
            Quirk::TakesFee => arriving -= amount / U256::from(10),
            Quirk::Reenters { target, calldata } => reenter(vm, *target, calldata),
            Quirk::None | Quirk::ReturnsNothing | Quirk::MovesAndReturnsFalse => {}
        }
        let balance = read(vm, balance_slot(from));
        let Some(rest) = balance.checked_sub(amount) else {
            return Err(encode(InsufficientBalance { account: from, balance, needed: amount }));
        };
        write(vm, balance_slot(from), rest);
        write(vm, balance_slot(to), read(vm, balance_slot(to)) + arriving);
        Ok(match self.quirk {
            Quirk::ReturnsNothing => Vec::new(),
            Quirk::MovesAndReturnsFalse => false.abi_encode(),
            _ => true.abi_encode(),
        })
    }
}

fn encode(error: impl alloy_sol_types::SolError) -> Vec<u8> {
    error.abi_encode()
}

#[allow(unsafe_code, reason = "a call that may come back, which is its purpose")]
fn reenter(vm: &VM, target: Address, calldata: &[u8]) {
    // SAFETY: the token reads its storage anew after the call.
    let result = unsafe { RawCall::new(vm).clear_storage_cache().call(target, calldata) };
    write(vm, REENTRY_RESULT, if result.is_ok() { U256::ONE } else { U256::from(2) });
}

fn spend_allowance(vm: &VM, owner: Address, amount: U256) -> Result<(), Vec<u8>> {
    let spender = vm.msg_sender();
    let slot = allowance_slot(owner, spender);
    let allowance = read(vm, slot);
    let Some(rest) = allowance.checked_sub(amount) else {
        return Err(encode(InsufficientAllowance { spender, allowance, needed: amount }));
    };
    if allowance != U256::MAX {
        write(vm, slot, rest);
    }
    Ok(())
}

fn balance_slot(account: Address) -> U256 {
    keccak256(("balance", account).abi_encode()).into()
}

fn allowance_slot(owner: Address, spender: Address) -> U256 {
    keccak256(("allowance", owner, spender).abi_encode()).into()
}

fn read(vm: &VM, slot: U256) -> U256 {
    vm.storage_load_bytes32(slot).into()
}

#[allow(unsafe_code, reason = "the token has no storage accessors that could alias")]
fn write(vm: &VM, slot: U256, value: U256) {
    // SAFETY: nothing borrows storage here.
    unsafe { vm.storage_cache_bytes32(slot, B256::from(value)) }
}
