//! Wrapped ether for tests: the kind these chains have, and the older kind that takes whatever it does not know for a deposit.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolInterface, sol};
use stylus_sdk::{ArbResult, call::RawCall, host::VM, stylus_core::host::MessageAccess};

use crate::token::{Token, credit, debit};

sol! {
    /// What wrapped ether has beside an ERC-20.
    #[allow(missing_docs)]
    interface IWeth {
        function deposit() external payable;
        function withdrawTo(address account, uint256 amount) external;
    }
}

use IWeth::IWethCalls;

/// Wrapped ether, an ERC-20 of 18 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weth {
    /// It pays ether to whom it is told.
    Paying,
    /// It knows no `withdrawTo`, and does not say so.
    Classic,
}

impl Weth {
    pub(crate) fn handle(self, input: &[u8], vm: &VM) -> ArbResult {
        match IWethCalls::abi_decode_validate(input) {
            Ok(IWethCalls::withdrawTo(call)) if self == Self::Paying => {
                debit(vm, vm.msg_sender(), call.amount)?;
                pay(vm, call.account, call.amount).map(|_| Vec::new())
            }
            Ok(_) => {
                credit(vm, vm.msg_sender(), vm.msg_value());
                Ok(Vec::new())
            }
            Err(_) => Token::well_behaved(18).handle(input, vm),
        }
    }
}

#[allow(unsafe_code, reason = "a call with ether that may come back, which is its purpose")]
fn pay(vm: &VM, to: Address, amount: U256) -> ArbResult {
    // SAFETY: nothing that was read before the call is used after it.
    unsafe { RawCall::new_with_value(vm, amount).clear_storage_cache().call(to, &[]) }
}
