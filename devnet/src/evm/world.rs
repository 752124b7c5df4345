//! A program's questions, answered from revm's journal.

use super::Ctx;
use crate::stylus::{StoreError, World};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, Log, LogData, U256};
use revm::context_interface::{Cfg, ContextTr, JournalTr};

const WARM: u64 = 100;
const COLD_SLOT: u64 = 2_100;
const COLD_ACCOUNT: u64 = 2_600;
/// What reading code costs for each 24,576 bytes it may have.
const CODE_READ: u64 = 700;

/// The journal, for one step of a program.
pub(super) struct JournalWorld<'w, 'a> {
    pub context: &'w mut Ctx<'a>,
    /// Gas to give back at the end of the transaction, from this frame's writes.
    pub refund: &'w mut i64,
    pub is_static: bool,
}

fn touch_cost(is_cold: bool) -> u64 {
    if is_cold { COLD_ACCOUNT } else { WARM }
}

/// An answer of a database that cannot fail.
pub(crate) fn sure<T>(answer: Result<T, std::convert::Infallible>) -> T {
    match answer {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl World for JournalWorld<'_, '_> {
    fn storage_load(&mut self, address: Address, key: B256) -> (B256, u64) {
        let journal = self.context.journal_mut();
        sure(journal.load_account(address));
        let slot = sure(journal.sload(address, key.into()));
        (slot.data.into(), if slot.is_cold { COLD_SLOT } else { WARM })
    }

    fn storage_store(
        &mut self,
        address: Address,
        key: B256,
        value: B256,
        gas_left: u64,
    ) -> Result<u64, StoreError> {
        if self.is_static {
            return Err(StoreError::Static);
        }
        let journal = self.context.journal_mut();
        sure(journal.load_account(address));
        let written = sure(journal.sstore(address, key.into(), value.into()));
        let prices = self.context.cfg().gas_params();
        let cost = prices.sstore_static_gas().saturating_add(prices.sstore_dynamic_gas(
            true,
            &written.data,
            written.is_cold,
        ));
        // The write stands in the journal; a frame that cannot pay for it ends, and is rolled back.
        if cost > gas_left {
            return Err(StoreError::OutOfGas);
        }
        *self.refund = self.refund.saturating_add(prices.sstore_refund(true, &written.data));
        Ok(cost)
    }

    fn transient_load(&mut self, address: Address, key: B256) -> B256 {
        self.context.journal_mut().tload(address, key.into()).into()
    }

    fn transient_store(&mut self, address: Address, key: B256, value: B256) {
        if !self.is_static {
            self.context.journal_mut().tstore(address, key.into(), value.into());
        }
    }

    fn balance(&mut self, address: Address) -> (U256, u64) {
        let account = sure(self.context.journal_mut().load_account(address));
        (account.info.balance, touch_cost(account.is_cold))
    }

    fn code(&mut self, address: Address) -> (Bytes, u64) {
        let code = sure(self.context.journal_mut().code(address));
        (code.data, touch_cost(code.is_cold).saturating_add(CODE_READ))
    }

    fn code_hash(&mut self, address: Address) -> (B256, u64) {
        let hash = sure(self.context.journal_mut().code_hash(address));
        (hash.data, touch_cost(hash.is_cold))
    }

    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes) {
        if let Some(data) = LogData::new(topics, data)
            && !self.is_static
        {
            self.context.journal_mut().log(Log { address, data });
        }
    }
}

/// What a call costs before the callee gets anything: the EVM's price at the time of the merge.
pub(super) fn call_base_cost(context: &mut Ctx<'_>, to: Address, value: U256) -> u64 {
    const NEW_ACCOUNT: u64 = 25_000;
    const VALUE: u64 = 9_000;
    let account = sure(context.journal_mut().load_account(to));
    let mut cost = touch_cost(account.is_cold);
    if !value.is_zero() {
        if account.info.nonce == 0
            && account.info.balance.is_zero()
            && account.info.code_hash == KECCAK256_EMPTY
        {
            cost += NEW_ACCOUNT;
        }
        cost += VALUE;
    }
    cost
}

/// What a creation costs before the init code gets anything. The EVM's price of init code (EIP-3860) is not in it.
pub(super) fn create_base_cost(code: &[u8], with_salt: bool) -> u64 {
    const CREATE: u64 = 32_000;
    const WORD: u64 = 6;
    let words = (code.len() as u64).div_ceil(32);
    if with_salt { CREATE.saturating_add(WORD.saturating_mul(words)) } else { CREATE }
}
