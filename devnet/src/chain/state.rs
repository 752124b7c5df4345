//! Accounts, and every change ever made to them.
//!
//! The state is one map plus a log of what each write replaced. Reverting to a snapshot unwinds the log; looking at
//! an old block reads the log's tail over the map. So snapshots cost nothing to take and memory grows only with what
//! transactions really change.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::HashMap};
use alloy_rpc_types_eth::state::StateOverride;
use revm::database_interface::Database;
use revm::state::{AccountInfo, Bytecode, EvmState};
use std::convert::Infallible;

/// An account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub nonce: u64,
    pub balance: U256,
    pub code_hash: B256,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY }
    }
}

impl Account {
    fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }
}

/// What one write replaced.
#[derive(Clone, Copy, Debug)]
enum Undo {
    Account(Address, Option<Account>),
    Slot(Address, U256, U256),
}

/// A place in the log of changes.
pub(crate) type Mark = usize;

/// All accounts of the chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    accounts: HashMap<Address, Account>,
    slots: HashMap<Address, HashMap<U256, U256>>,
    codes: HashMap<B256, Bytecode>,
    log: Vec<Undo>,
}

impl State {
    pub fn account(&self, address: Address) -> Option<Account> {
        self.accounts.get(&address).copied()
    }

    pub fn slot(&self, address: Address, key: U256) -> U256 {
        self.slots.get(&address).and_then(|slots| slots.get(&key)).copied().unwrap_or_default()
    }

    pub fn code(&self, hash: B256) -> Bytecode {
        self.codes.get(&hash).cloned().unwrap_or_default()
    }

    /// All accounts with their storage, for saving; sorted, so that equal states give equal files.
    pub fn iter(&self) -> impl Iterator<Item = (Address, Account, Vec<(U256, U256)>)> + '_ {
        let mut addresses: Vec<_> = self.accounts.iter().collect();
        addresses.sort_unstable_by_key(|(address, _)| **address);
        addresses.into_iter().map(|(address, account)| {
            let mut slots: Vec<_> = self
                .slots
                .get(address)
                .into_iter()
                .flatten()
                .filter(|(_, value)| !value.is_zero())
                .map(|(key, value)| (*key, *value))
                .collect();
            slots.sort_unstable();
            (*address, *account, slots)
        })
    }

    /// Makes the present the beginning: nothing before it can be seen or restored.
    pub fn forget(&mut self) {
        self.log.clear();
    }

    pub fn mark(&self) -> Mark {
        self.log.len()
    }

    pub fn revert_to(&mut self, mark: Mark) {
        while self.log.len() > mark {
            match self.log.pop() {
                Some(Undo::Account(address, Some(account))) => {
                    self.accounts.insert(address, account);
                }
                Some(Undo::Account(address, None)) => {
                    self.accounts.remove(&address);
                }
                Some(Undo::Slot(address, key, value)) => {
                    self.slots.entry(address).or_default().insert(key, value);
                }
                None => return,
            }
        }
    }

    /// Writes an account; an empty one ceases to exist.
    pub fn set_account(&mut self, address: Address, account: Account) {
        let before = self.account(address);
        let after = (!account.is_empty()).then_some(account);
        if before == after {
            return;
        }
        self.log.push(Undo::Account(address, before));
        match after {
            Some(account) => self.accounts.insert(address, account),
            None => self.accounts.remove(&address),
        };
    }

    pub fn set_slot(&mut self, address: Address, key: U256, value: U256) {
        let before = self.slot(address, key);
        if before != value {
            self.log.push(Undo::Slot(address, key, before));
            self.slots.entry(address).or_default().insert(key, value);
        }
    }

    /// Keeps a code and answers its hash.
    pub fn add_code(&mut self, code: Bytes) -> B256 {
        if code.is_empty() {
            return KECCAK256_EMPTY;
        }
        let hash = keccak256(&code);
        self.codes.entry(hash).or_insert_with(|| bytecode(code));
        hash
    }

    /// Writes down what a transaction changed.
    pub fn commit(&mut self, changes: EvmState) {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            if account.is_selfdestructed() {
                // Only an account created in the same transaction goes this way, so there is no older storage.
                self.set_account(address, Account::default());
                continue;
            }
            let info = account.info;
            if let Some(code) = info.code
                && info.code_hash != KECCAK256_EMPTY
            {
                self.codes.entry(info.code_hash).or_insert(code);
            }
            let account_now = Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash };
            self.set_account(address, account_now);
            for (key, slot) in account.storage {
                if slot.is_changed() {
                    self.set_slot(address, key, slot.present_value);
                }
            }
        }
    }
}

/// Bytes as the EVM keeps them; a malformed delegation is kept as plain code.
fn bytecode(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}

/// Accounts that stand over the state: an old block's, or a caller's overrides.
#[derive(Clone, Debug, Default)]
struct Layer {
    accounts: HashMap<Address, Option<Account>>,
    slots: HashMap<(Address, U256), U256>,
    /// Accounts whose storage is only what `slots` says.
    replaced: HashMap<Address, ()>,
    codes: HashMap<B256, Bytecode>,
}

/// The state as an execution reads it.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    state: &'a State,
    layers: Vec<Layer>,
}

impl<'a> View<'a> {
    pub fn latest(state: &'a State) -> Self {
        Self { state, layers: Vec::new() }
    }

    /// The state as it was at `mark`.
    pub fn at(state: &'a State, mark: Mark) -> Self {
        let mut past = Layer::default();
        // Newest first, so that the oldest replaced value, the one at `mark`, is written last.
        for undo in state.log.get(mark..).unwrap_or_default().iter().rev() {
            match undo {
                Undo::Account(address, account) => {
                    past.accounts.insert(*address, *account);
                }
                Undo::Slot(address, key, value) => {
                    past.slots.insert((*address, *key), *value);
                }
            }
        }
        let layers = if past.accounts.is_empty() && past.slots.is_empty() { Vec::new() } else { vec![past] };
        Self { state, layers }
    }

    /// Puts a caller's overrides on top.
    pub fn overridden(mut self, overrides: &StateOverride) -> Self {
        let mut layer = Layer::default();
        for (address, change) in overrides {
            let mut account = self.account(*address).unwrap_or_default();
            if let Some(balance) = change.balance {
                account.balance = balance;
            }
            if let Some(nonce) = change.nonce {
                account.nonce = nonce;
            }
            if let Some(code) = &change.code {
                account.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(code) };
                layer.codes.insert(account.code_hash, bytecode(code.clone()));
            }
            layer.accounts.insert(*address, Some(account));
            if let Some(slots) = &change.state {
                layer.replaced.insert(*address, ());
                layer
                    .slots
                    .extend(slots.iter().map(|(key, value)| ((*address, (*key).into()), (*value).into())));
            }
            if let Some(slots) = &change.state_diff {
                layer
                    .slots
                    .extend(slots.iter().map(|(key, value)| ((*address, (*key).into()), (*value).into())));
            }
        }
        self.layers.push(layer);
        self
    }

    pub fn account(&self, address: Address) -> Option<Account> {
        let over = self.layers.iter().rev().find_map(|layer| layer.accounts.get(&address));
        over.copied().unwrap_or_else(|| self.state.account(address))
    }

    pub fn slot(&self, address: Address, key: U256) -> U256 {
        for layer in self.layers.iter().rev() {
            if let Some(value) = layer.slots.get(&(address, key)) {
                return *value;
            }
            if layer.replaced.contains_key(&address) {
                return U256::ZERO;
            }
        }
        self.state.slot(address, key)
    }

    pub fn code(&self, hash: B256) -> Bytecode {
        let over = self.layers.iter().rev().find_map(|layer| layer.codes.get(&hash));
        over.cloned().unwrap_or_else(|| self.state.code(hash))
    }
}

impl Database for View<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.account(address).map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: None,
            account_id: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.code(code_hash))
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, Infallible> {
        Ok(self.slot(address, index))
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(parent_chain_hash(number))
    }
}

/// The hash of a parent chain's block, which BLOCKHASH answers on this chain. There is no parent chain here, so it is
/// any value that differs from block to block.
pub(crate) fn parent_chain_hash(number: u64) -> B256 {
    keccak256([b"parent chain block ".as_slice(), &number.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revert_restores_and_a_mark_shows_the_past() {
        let mut state = State::default();
        let (a, key) = (Address::repeat_byte(1), U256::from(7));
        state.set_account(a, Account { balance: U256::from(5), ..Account::default() });
        state.set_slot(a, key, U256::from(1));
        let mark = state.mark();
        state.set_slot(a, key, U256::from(2));
        state.set_slot(a, key, U256::from(3));
        state.set_account(a, Account::default());
        assert_eq!(View::at(&state, mark).slot(a, key), U256::from(1));
        assert_eq!(View::at(&state, mark).account(a).map(|account| account.balance), Some(U256::from(5)));
        assert_eq!(state.account(a), None);
        state.revert_to(mark);
        assert_eq!(state.slot(a, key), U256::from(1));
        assert_eq!(state.account(a).map(|account| account.balance), Some(U256::from(5)));
    }
}
