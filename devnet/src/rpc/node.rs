//! The chain with what clients have going on: filters, subscriptions, accounts they act for.

use super::filters::Filters;
use super::shape;
use crate::{Chain, Receipt};
use alloy_primitives::{Address, B256, map::AddressHashSet};
use alloy_rpc_types_eth::{Filter, Log};
use serde_json::Value;
use std::io::Write;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{broadcast, watch};

/// How many notifications a slow subscriber may be behind.
const BACKLOG: usize = 16_384;

/// The node, for all calls.
#[derive(Debug)]
pub(super) struct Shared {
    node: RwLock<Node>,
    events: broadcast::Sender<Event>,
}

impl Shared {
    pub fn new(node: Node) -> Self {
        Self { events: node.events.clone(), node: RwLock::new(node) }
    }

    pub fn read<T>(&self, look: impl FnOnce(&Node) -> T) -> T {
        // Poison says that a call panicked. Transactions are applied after they ran, so the chain is whole.
        look(&self.node.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the node, then tells of new blocks.
    pub fn write<T>(&self, act: impl FnOnce(&mut Node) -> T) -> T {
        let mut node = self.node.write().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut node);
        node.announce();
        result
    }

    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// Something that subscribers are told.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Block(Arc<NewBlock>),
    Pending(B256, Arc<Value>),
}

/// A block with everything any subscriber may want of it.
#[derive(Debug)]
pub(super) struct NewBlock {
    pub header: Value,
    pub logs: Vec<Log>,
}

/// A chain and its clients.
#[derive(Debug)]
pub(super) struct Node {
    pub chain: Chain,
    pub filters: Filters,
    /// Hashes of all transactions that were sent, for the filters on them.
    pub sent: Vec<B256>,
    pub impersonated: AddressHashSet,
    pub impersonate_all: bool,
    /// Seconds between blocks that are mined by the clock; 0: none.
    pub interval: watch::Sender<u64>,
    events: broadcast::Sender<Event>,
    announced: u64,
    verbose: bool,
}

impl Node {
    pub fn new(chain: Chain, interval: watch::Sender<u64>, verbose: bool) -> Self {
        Self {
            announced: chain.block_number(),
            chain,
            filters: Filters::default(),
            sent: Vec::new(),
            impersonated: AddressHashSet::default(),
            impersonate_all: false,
            interval,
            events: broadcast::Sender::new(BACKLOG),
            verbose,
        }
    }

    /// A development account's key.
    pub fn key_of(&self, address: Address) -> Option<B256> {
        self.chain.accounts().into_iter().find(|(account, _)| *account == address).map(|(_, key)| key)
    }

    pub fn impersonates(&self, address: Address) -> bool {
        self.impersonate_all || self.impersonated.contains(&address)
    }

    /// Tells of a transaction that was sent.
    pub fn note_sent(&mut self, hash: B256) {
        self.sent.push(hash);
        if self.events.receiver_count() > 0 {
            let whole = shape::transaction_by_hash(&self.chain, hash).unwrap_or_default();
            // No receiver is left: there is nobody to tell.
            let _ = self.events.send(Event::Pending(hash, Arc::new(whole)));
        }
    }

    /// The chain went back, or is another one: what was told of blocks beyond its end no longer holds.
    pub fn rewound(&mut self) {
        let head = self.chain.block_number();
        self.announced = self.announced.min(head);
        self.filters.rewind(head);
    }

    /// Tells of the blocks that are new since the last time.
    fn announce(&mut self) {
        let head = self.chain.block_number();
        if head < self.announced {
            self.rewound();
        }
        for number in self.announced.saturating_add(1)..=head {
            if self.verbose {
                self.print(number);
            }
            if self.events.receiver_count() > 0 {
                self.announce_block(number);
            }
        }
        self.announced = head;
    }

    fn announce_block(&self, number: u64) {
        let Some(block) = self.chain.block_by_number(number) else { return };
        let header = shape::header(block);
        let logs = self.chain.logs_of_block(number, &Filter::new());
        let _ = self.events.send(Event::Block(Arc::new(NewBlock { header, logs })));
    }

    fn print(&self, number: u64) {
        let Some(block) = self.chain.block_by_number(number) else { return };
        let mut out = std::io::stdout().lock();
        for hash in &block.transactions {
            let Some(receipt) = self.chain.receipt(*hash) else { continue };
            // A closed output is no reason to stop.
            let _ = writeln!(out, "{}", line(&receipt));
        }
    }
}

/// A transaction in a line.
fn line(receipt: &Receipt) -> String {
    let Receipt { block_number, hash, from, gas_used, .. } = receipt;
    let to = match (receipt.to, receipt.contract_address) {
        (Some(to), _) => to.to_string(),
        (None, Some(created)) => format!("new {created}"),
        (None, None) => "new account".into(),
    };
    let ending = if receipt.success { "ok" } else { receipt.error.as_deref().unwrap_or("failed") };
    format!("block {block_number}  {hash}  {from} -> {to}  gas {gas_used}  {ending}")
}
