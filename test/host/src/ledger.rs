//! A contract that is asked to raise money against deficits, for tests: one that takes them on and ones that do not.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolInterface, SolValue, sol};
use stylus_sdk::{ArbResult, call::RawCall, host::VM, stylus_core::host::StorageAccess};

sol! {
    /// The functions of the test ledger.
    #[allow(missing_docs)]
    interface ILedger {
        function onDeficit(uint256 marketId, address trader, uint256 amount) external returns (bytes4);
        function asked() external view returns (uint256);
        function total() external view returns (uint256);
        function tried() external view returns (uint256);
        function allowed() external view returns (uint256);
    }
}

use ILedger::{ILedgerCalls, onDeficitCall};

/// How a ledger answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It takes every deficit on.
    TakesOn,
    /// It returns no data.
    SaysNothing,
    /// It returns the selector of another function.
    SaysSomethingElse,
    /// It reverts.
    Reverts,
    /// It calls `target` with `calldata`, and takes the deficit on whatever comes of it.
    Reenters {
        /// Whom it calls.
        target: Address,
        /// With what.
        calldata: Vec<u8>,
    },
}

/// The slots of its counters.
const ASKED: U256 = U256::ZERO;
const TOTAL: U256 = U256::ONE;
const TRIED: U256 = U256::from_limbs([2, 0, 0, 0]);
const ALLOWED: U256 = U256::from_limbs([3, 0, 0, 0]);

impl Answer {
    pub(crate) fn handle(&self, input: &[u8], vm: &VM) -> ArbResult {
        let Ok(call) = ILedgerCalls::abi_decode_validate(input) else { return Err(Vec::new()) };
        match call {
            ILedgerCalls::onDeficit(call) => self.on_deficit(vm, call.amount),
            ILedgerCalls::asked(_) => Ok(read(vm, ASKED).abi_encode()),
            ILedgerCalls::total(_) => Ok(read(vm, TOTAL).abi_encode()),
            ILedgerCalls::tried(_) => Ok(read(vm, TRIED).abi_encode()),
            ILedgerCalls::allowed(_) => Ok(read(vm, ALLOWED).abi_encode()),
        }
    }

    fn on_deficit(&self, vm: &VM, amount: U256) -> ArbResult {
        if *self == Self::Reverts {
            return Err(amount.abi_encode());
        }
        add(vm, ASKED, U256::ONE);
        add(vm, TOTAL, amount);
        if let Self::Reenters { target, calldata } = self {
            add(vm, TRIED, U256::ONE);
            add(vm, ALLOWED, U256::from(is_let_in(vm, *target, calldata)));
        }
        let mut word = [0; 32];
        match self {
            Self::SaysNothing => return Ok(Vec::new()),
            Self::SaysSomethingElse => word[..4].copy_from_slice(&ILedger::askedCall::SELECTOR),
            _ => word[..4].copy_from_slice(&onDeficitCall::SELECTOR),
        }
        Ok(word.to_vec())
    }
}

#[allow(unsafe_code, reason = "a call that may come back, which is its purpose")]
fn is_let_in(vm: &VM, target: Address, calldata: &[u8]) -> bool {
    // SAFETY: the ledger reads its storage anew after the call.
    unsafe { RawCall::new(vm).clear_storage_cache().call(target, calldata) }.is_ok()
}

fn read(vm: &VM, slot: U256) -> U256 {
    vm.storage_load_bytes32(slot).into()
}

#[allow(unsafe_code, reason = "the ledger has no storage accessors that could alias")]
fn add(vm: &VM, slot: U256, by: U256) {
    let value = read(vm, slot).saturating_add(by);
    // SAFETY: nothing borrows storage here.
    unsafe { vm.storage_cache_bytes32(slot, B256::from(value)) }
}
