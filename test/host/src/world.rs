//! State of the chain: accounts, logs, and the journal that takes back what a reverted frame did.

use std::{collections::HashMap, rc::Rc};

use alloy_primitives::{Address, B256, U256, address, uint};
use stylus_sdk::{ArbResult, host::VM};

/// What a contract does with its calldata. The `VM` is the frame it runs in.
pub type Program = Rc<dyn Fn(Vec<u8>, VM) -> ArbResult>;

/// Where an ERC-1967 proxy keeps the address of its implementation.
pub const IMPLEMENTATION_SLOT: U256 =
    uint!(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc_U256);

/// The precompile that knows the chain's own block number.
pub const ARB_SYS: Address = address!("0x0000000000000000000000000000000000000064");

/// The precompile that recovers the signer of a digest.
pub(crate) const ECRECOVER: Address = address!("0x0000000000000000000000000000000000000001");

/// Code of an account.
#[derive(Clone)]
pub(crate) struct Code {
    pub run: Program,
    /// Whether the SDK's entrypoint guards it against reentrant calls.
    pub refuses_reentry: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Account {
    pub code: Option<Code>,
    pub balance: U256,
    pub storage: HashMap<U256, B256>,
}

/// How to take one change back.
enum Undo {
    Slot(Address, U256, B256),
    Balance(Address, U256),
}

/// A place in the journal to roll back to.
#[derive(Clone, Copy)]
pub(crate) struct Checkpoint {
    undos: usize,
    logs: usize,
}

/// One call in progress.
pub(crate) struct FrameState {
    /// Whose storage and balance the code works on.
    pub acting: Address,
    pub sender: Address,
    pub value: U256,
    pub is_static: bool,
    pub is_delegate: bool,
    pub reentrant: bool,
    pub input: Vec<u8>,
    /// What the last call made from this frame returned.
    pub returned: Vec<u8>,
    /// Storage words read or written, and whether they are still to be written back.
    pub cache: HashMap<U256, (B256, bool)>,
    /// Why the frame must fail whatever the code says (a write in a static call).
    pub fault: Option<&'static str>,
}

pub(crate) struct World {
    pub accounts: HashMap<Address, Account>,
    pub logs: Vec<crate::Log>,
    pub frames: Vec<FrameState>,
    journal: Vec<Undo>,
    pub origin: Address,
    pub chain_id: u64,
    pub timestamp: u64,
    /// What contracts see as `block.number`.
    pub l1_block: u64,
    /// What ArbSys answers.
    pub l2_block: u64,
}

impl World {
    pub fn new() -> Self {
        Self {
            accounts: HashMap::new(),
            logs: Vec::new(),
            frames: Vec::new(),
            journal: Vec::new(),
            origin: Address::ZERO,
            chain_id: 412_346,
            timestamp: 1_700_000_000,
            l1_block: 18_000_000,
            l2_block: 1,
        }
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { undos: self.journal.len(), logs: self.logs.len() }
    }

    pub fn roll_back(&mut self, to: Checkpoint) {
        while self.journal.len() > to.undos {
            match self.journal.pop() {
                Some(Undo::Slot(address, key, old)) => self.put_slot(address, key, old),
                Some(Undo::Balance(address, old)) => self.accounts.entry(address).or_default().balance = old,
                None => break,
            }
        }
        self.logs.truncate(to.logs);
    }

    pub fn slot(&self, address: Address, key: U256) -> B256 {
        self.accounts.get(&address).and_then(|a| a.storage.get(&key)).copied().unwrap_or_default()
    }

    pub fn set_slot(&mut self, address: Address, key: U256, value: B256) {
        let old = self.slot(address, key);
        self.journal.push(Undo::Slot(address, key, old));
        self.put_slot(address, key, value);
    }

    /// Zero words are not kept, so that equal states compare equal.
    fn put_slot(&mut self, address: Address, key: U256, value: B256) {
        let storage = &mut self.accounts.entry(address).or_default().storage;
        if value.is_zero() {
            storage.remove(&key);
        } else {
            storage.insert(key, value);
        }
    }

    pub fn balance(&self, address: Address) -> U256 {
        self.accounts.get(&address).map(|a| a.balance).unwrap_or_default()
    }

    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.journal.push(Undo::Balance(address, self.balance(address)));
        self.accounts.entry(address).or_default().balance = balance;
    }

    /// Moves value; false if the sender has too little.
    pub fn pay(&mut self, from: Address, to: Address, value: U256) -> bool {
        let Some(rest) = self.balance(from).checked_sub(value) else { return false };
        self.set_balance(from, rest);
        let balance = self.balance(to).checked_add(value).expect("more value than there is");
        self.set_balance(to, balance);
        true
    }

    /// Whether `address` already runs in a frame of its own; delegate frames do not count.
    pub fn is_running(&self, address: Address) -> bool {
        self.frames.iter().any(|f| f.acting == address && !f.is_delegate)
    }
}
