//! What a call touches.

use super::execute::outcome;
use super::{CallOutcome, CallRequest, Chain, ChainError};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256};

impl Chain {
    /// The accounts and slots that a call touches beyond its own sender and recipient, and how the call ends.
    pub fn access_list(&self, request: &CallRequest) -> Result<(AccessList, CallOutcome), ChainError> {
        let done = self.ask(request, request.gas.unwrap_or(super::execute::CALL_GAS), None)?;
        let free = |address: Address| {
            address == request.from || Some(address) == request.to || crate::arb::ADDRESSES.contains(&address)
        };
        let mut items: Vec<AccessListItem> = done
            .changes
            .iter()
            .map(|(address, account)| {
                let mut storage_keys: Vec<B256> =
                    account.storage.keys().map(|key| B256::from(*key)).collect();
                storage_keys.sort_unstable();
                AccessListItem { address: *address, storage_keys }
            })
            .filter(|item| !free(item.address) || !item.storage_keys.is_empty())
            .filter(|item| item.address != crate::evm::STATE_ACCOUNT && item.address != crate::evm::SEQUENCER)
            .collect();
        items.sort_unstable_by_key(|item| item.address);
        Ok((AccessList(items), outcome(&done)))
    }
}
