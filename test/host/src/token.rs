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
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error NotMinter(address caller);

        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function decimals() external view returns (uint8);
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
        function mint(address to, uint256 amount) external;
        function minter() external view returns (address);
        function burnFrom(address account, uint256 amount) external;
    }
}

use IToken::{ERC20InsufficientAllowance, ERC20InsufficientBalance, ITokenCalls, NotMinter};

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

/// An ERC-20 token. Anybody may mint it unless it has a minter.
#[derive(Clone, Debug)]
pub struct Token {
    decimals: u8,
    quirk: Quirk,
    minter: Option<Address>,
}

/// The slot where the last reentrant call's success is kept (1 success, 2 failure), see [`Quirk::Reenters`].
pub const REENTRY_RESULT: U256 = U256::ONE;

const SUPPLY: U256 = U256::ZERO;

impl Token {
    /// A token that does what the standard says.
    pub fn well_behaved(decimals: u8) -> Self {
        Self { decimals, quirk: Quirk::None, minter: None }
    }

    /// A token with 6 decimals and something wrong.
    pub fn with_quirk(quirk: Quirk) -> Self {
        Self { decimals: 6, quirk, minter: None }
    }

    /// A token with 18 decimals that one account mints, and burns out of its allowances: the twin of `dpx-eth`.
    pub fn minted_by(minter: Address) -> Self {
        Self { decimals: 18, quirk: Quirk::None, minter: Some(minter) }
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
            ITokenCalls::minter(_) => self.minter.ok_or_else(Vec::new)?.abi_encode(),
            ITokenCalls::burnFrom(c) => self.burn(vm, c.account, c.amount)?,
            ITokenCalls::mint(c) => {
                self.check_minter(vm)?;
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
        debit(vm, from, amount)?;
        credit(vm, to, arriving);
        Ok(match self.quirk {
            Quirk::ReturnsNothing => Vec::new(),
            Quirk::MovesAndReturnsFalse => false.abi_encode(),
            _ => true.abi_encode(),
        })
    }

    fn check_minter(&self, vm: &VM) -> Result<(), Vec<u8>> {
        let caller = vm.msg_sender();
        if self.minter.is_none_or(|minter| minter == caller) {
            return Ok(());
        }
        Err(encode(NotMinter { caller }))
    }

    /// A token without a minter does not have this method.
    fn burn(&self, vm: &VM, account: Address, amount: U256) -> ArbResult {
        self.minter.ok_or_else(Vec::new)?;
        self.check_minter(vm)?;
        spend_allowance(vm, account, amount)?;
        debit(vm, account, amount)?;
        write(vm, SUPPLY, read(vm, SUPPLY) - amount);
        Ok(Vec::new())
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

pub(crate) fn debit(vm: &VM, from: Address, amount: U256) -> Result<(), Vec<u8>> {
    let balance = read(vm, balance_slot(from));
    let Some(rest) = balance.checked_sub(amount) else {
        return Err(encode(ERC20InsufficientBalance { sender: from, balance, needed: amount }));
    };
    write(vm, balance_slot(from), rest);
    Ok(())
}

pub(crate) fn credit(vm: &VM, to: Address, amount: U256) {
    write(vm, balance_slot(to), read(vm, balance_slot(to)) + amount);
}

fn spend_allowance(vm: &VM, owner: Address, amount: U256) -> Result<(), Vec<u8>> {
    let spender = vm.msg_sender();
    let slot = allowance_slot(owner, spender);
    let allowance = read(vm, slot);
    let Some(rest) = allowance.checked_sub(amount) else {
        return Err(encode(ERC20InsufficientAllowance { spender, allowance, needed: amount }));
    };
    if allowance != U256::MAX {
        write(vm, slot, rest);
    }
    Ok(())
}

fn balance_slot(account: Address) -> U256 {
    slot(("balance", account))
}

fn allowance_slot(owner: Address, spender: Address) -> U256 {
    slot(("allowance", owner, spender))
}

/// The storage slot of a variable, told by its name and keys.
pub(crate) fn slot(variable: impl SolValue) -> U256 {
    keccak256(variable.abi_encode()).into()
}

pub(crate) fn read(vm: &VM, slot: U256) -> U256 {
    vm.storage_load_bytes32(slot).into()
}

#[allow(unsafe_code, reason = "the tokens have no storage accessors that could alias")]
pub(crate) fn write(vm: &VM, slot: U256, value: U256) {
    // SAFETY: nothing borrows storage here.
    unsafe { vm.storage_cache_bytes32(slot, B256::from(value)) }
}
