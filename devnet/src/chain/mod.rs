//! The chain: blocks, transactions and the state, as one value.
//!
//! ```no_run
//! use devnet::{CallRequest, Chain, Config, TxRequest};
//! # fn main() -> Result<(), devnet::ChainError> {
//! # let wasm = Vec::new();
//! let mut chain = Chain::new(Config::default());
//! let (alice, _) = chain.accounts()[0];
//! let program = chain.deploy_program(alice, &wasm)?;
//! let receipt = chain.send(TxRequest { from: alice, to: Some(program), ..TxRequest::default() })?;
//! assert!(receipt.success);
//! let answer = chain.call(alice, program, vec![0x01]);
//! let before = chain.snapshot();
//! chain.warp(86_400);
//! chain.revert(before);
//! # Ok(()) }
//! ```
//!
//! Every transaction is its own block, mined at once (see [`Chain::set_automine`]). Nothing needs a key:
//! [`Chain::send`] takes any account for a sender. The same value stands behind the server.

mod accounts;
mod dump;
mod execute;
mod mine;
mod query;
pub(crate) mod state;
mod types;
mod view;

pub use accounts::development_accounts;
pub use types::{
    At, Block, CallOutcome, CallRequest, ChainError, Clock, Config, Receipt, Transaction, TxRequest,
};

use crate::evm::{BlockHashes, BlockInfo};
use crate::stylus::Engine;
use alloy_consensus::TxEnvelope;
use alloy_primitives::{Address, B256, Bytes, U256, map::HashMap};
use state::{Account, Mark, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A Stylus chain in one process.
///
/// A clone is an independent chain with the same history; compiled programs are shared between the two.
#[derive(Clone, Debug)]
pub struct Chain {
    config: Config,
    engine: Arc<Engine>,
    state: State,
    blocks: Vec<Mined>,
    hashes: BlockHashes,
    managers: Arc<Vec<Address>>,
    transactions: HashMap<B256, Transaction>,
    receipts: HashMap<B256, Receipt>,
    /// Where the log of changes stood before each transaction: what a trace starts from.
    traceable: HashMap<B256, Mark>,
    numbers: HashMap<B256, u64>,
    /// Transactions that wait: for an earlier nonce, or to be mined.
    queue: BTreeMap<(Address, u64), TxEnvelope>,
    automine: bool,
    /// Seconds by which the chain's time is ahead of the machine's, under [`Clock::Wall`].
    ahead: i64,
    next_time: Option<u64>,
    snapshots: Vec<Snapshot>,
    next_snapshot: u64,
}

/// A block with the end of its changes; unknown for blocks that were loaded from a file.
#[derive(Clone, Debug)]
struct Mined {
    block: Block,
    end: Option<Mark>,
}

#[derive(Clone, Debug)]
struct Snapshot {
    id: u64,
    mark: Mark,
    blocks: usize,
    queue: BTreeMap<(Address, u64), TxEnvelope>,
    ahead: i64,
    next_time: Option<u64>,
    taken_at: u64,
}

impl Chain {
    /// A chain with its first block and nothing but the funded accounts.
    pub fn new(config: Config) -> Self {
        let managers: Vec<Address> =
            development_accounts().iter().take(config.accounts).map(|(address, _)| *address).collect();
        let mut chain = Self {
            engine: Arc::new(Engine::new()),
            state: State::default(),
            blocks: Vec::new(),
            hashes: Arc::default(),
            managers: Arc::new(managers),
            transactions: HashMap::default(),
            receipts: HashMap::default(),
            traceable: HashMap::default(),
            numbers: HashMap::default(),
            queue: BTreeMap::new(),
            automine: true,
            ahead: 0,
            next_time: None,
            snapshots: Vec::new(),
            next_snapshot: 1,
            config,
        };
        chain.found();
        chain
    }

    /// Writes the first block.
    fn found(&mut self) {
        for address in self.managers.clone().iter() {
            self.set_balance(*address, self.config.balance);
        }
        // Precompiles hold a byte of code, so that Solidity's check for code passes.
        for address in crate::arb::ADDRESSES {
            self.set_code(address, Bytes::from_static(&[0xfe]));
        }
        self.state.set_account(crate::evm::STATE_ACCOUNT, Account { nonce: 1, ..Account::default() });
        crate::deploy::place_deployers(self);
        let time = match self.config.clock {
            Clock::Wall => mine::machine_time(),
            Clock::Steps(_) => self.config.genesis_time,
        };
        self.config.genesis_time = time;
        self.seal(time, Vec::new());
    }

    /// What the chain is like.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The funded development accounts and their keys.
    pub fn accounts(&self) -> Vec<(Address, B256)> {
        development_accounts().into_iter().take(self.config.accounts).collect()
    }

    /// The chain's identifier.
    pub fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// The price of gas, in wei: the base fee, which is fixed. Tips are not taken.
    pub fn gas_price(&self) -> u128 {
        u128::from(self.config.base_fee)
    }

    // ---- state ----

    /// An account's balance in wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.state.account(address).unwrap_or_default().balance
    }

    /// An account's nonce.
    pub fn nonce(&self, address: Address) -> u64 {
        self.state.account(address).unwrap_or_default().nonce
    }

    /// An account's code.
    pub fn code(&self, address: Address) -> Bytes {
        let hash = self.state.account(address).unwrap_or_default().code_hash;
        self.state.code(hash).original_bytes()
    }

    /// The hash of an account's code; that of nothing if it has none.
    pub fn code_hash(&self, address: Address) -> B256 {
        self.state.account(address).unwrap_or_default().code_hash
    }

    /// A word of an account's storage.
    pub fn storage_at(&self, address: Address, slot: U256) -> B256 {
        self.state.slot(address, slot).into()
    }

    /// Gives an account a balance.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        let account = self.state.account(address).unwrap_or_default();
        self.state.set_account(address, Account { balance, ..account });
    }

    /// Gives an account a nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        let account = self.state.account(address).unwrap_or_default();
        self.state.set_account(address, Account { nonce, ..account });
    }

    /// Gives an account code. A program must be activated before it runs.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        let account = self.state.account(address).unwrap_or_default();
        let code_hash = self.state.add_code(code);
        self.state.set_account(address, Account { code_hash, ..account });
    }

    /// Writes a word of an account's storage.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: B256) {
        self.state.set_slot(address, slot, value.into());
    }

    // ---- snapshots ----

    /// Remembers everything as it is. Costs nothing.
    pub fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot = id.saturating_add(1);
        self.snapshots.push(Snapshot {
            id,
            mark: self.state.mark(),
            blocks: self.blocks.len(),
            queue: self.queue.clone(),
            ahead: self.ahead,
            next_time: self.next_time,
            taken_at: mine::machine_time(),
        });
        id
    }

    /// Goes back to a snapshot, which is used up, as are all later ones. `false`: there is none of that number.
    pub fn revert(&mut self, id: u64) -> bool {
        let Some(place) = self.snapshots.iter().position(|snapshot| snapshot.id == id) else { return false };
        let Some(snapshot) = self.snapshots.drain(place..).next() else { return false };
        self.state.revert_to(snapshot.mark);
        for mined in self.blocks.drain(snapshot.blocks..) {
            self.numbers.remove(&mined.block.hash);
            for hash in &mined.block.transactions {
                self.transactions.remove(hash);
                self.receipts.remove(hash);
                self.traceable.remove(hash);
            }
        }
        Arc::make_mut(&mut self.hashes).truncate(snapshot.blocks);
        self.queue = snapshot.queue;
        self.next_time = snapshot.next_time;
        // The chain's clock goes back too: what has passed since on the machine's is taken off.
        let passed = mine::machine_time().saturating_sub(snapshot.taken_at);
        self.ahead = snapshot.ahead.saturating_sub_unsigned(passed);
        true
    }

    /// The block that a question about `at` is answered in, and the changes to leave out.
    fn place(&self, at: At) -> Result<(BlockInfo, Option<Mark>), ChainError> {
        match at {
            At::Latest => Ok((self.info_of(&self.last().block), None)),
            At::Pending => {
                let number = self.block_number().saturating_add(1);
                Ok((self.info(number, self.next_timestamp()), None))
            }
            At::Block(number) if number == self.block_number() => self.place(At::Latest),
            At::Block(number) => {
                let mined = usize::try_from(number).ok().and_then(|place| self.blocks.get(place));
                match mined {
                    Some(Mined { block, end: Some(mark) }) => Ok((self.info_of(block), Some(*mark))),
                    _ => Err(ChainError::UnknownBlock(number)),
                }
            }
        }
    }
}
