//! What is written: blocks, transactions, receipts, logs.

use super::{Block, Chain, Mined, Receipt, Transaction};
use alloy_primitives::B256;
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};

impl Chain {
    pub(super) fn last(&self) -> &Mined {
        // A chain is founded with its first block, and no snapshot is older than that.
        self.blocks.last().expect("a chain has a first block")
    }

    /// The number of the last block.
    pub fn block_number(&self) -> u64 {
        (self.blocks.len() as u64).saturating_sub(1)
    }

    /// The last block.
    pub fn latest_block(&self) -> &Block {
        &self.last().block
    }

    /// A block by its number.
    pub fn block_by_number(&self, number: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(number).ok()?).map(|mined| &mined.block)
    }

    /// A block by its hash.
    pub fn block_by_hash(&self, hash: B256) -> Option<&Block> {
        self.block_by_number(*self.numbers.get(&hash)?)
    }

    /// A mined transaction.
    pub fn transaction(&self, hash: B256) -> Option<&Transaction> {
        self.transactions.get(&hash)
    }

    /// A transaction that waits to be mined.
    pub fn pending_transaction(
        &self,
        hash: B256,
    ) -> Option<(alloy_primitives::Address, &alloy_consensus::TxEnvelope)> {
        self.queue
            .iter()
            .find(|(_, envelope)| *envelope.tx_hash() == hash)
            .map(|((from, _), envelope)| (*from, envelope))
    }

    /// What became of a transaction.
    pub fn receipt(&self, hash: B256) -> Option<Receipt> {
        self.receipts.get(&hash).cloned()
    }

    /// All logs a filter names, oldest first.
    pub fn logs(&self, filter: &Filter) -> Vec<Log> {
        let (from, to) = match &filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => match self.numbers.get(hash) {
                Some(number) => (*number, *number),
                None => return Vec::new(),
            },
            FilterBlockOption::Range { from_block, to_block } => {
                let number = |tag: &Option<alloy_eips::BlockNumberOrTag>| match tag {
                    Some(alloy_eips::BlockNumberOrTag::Number(number)) => *number,
                    Some(alloy_eips::BlockNumberOrTag::Earliest) => 0,
                    _ => self.block_number(),
                };
                (number(from_block), number(to_block).min(self.block_number()))
            }
        };
        (from..=to).flat_map(|number| self.logs_of_block(number, filter)).collect()
    }

    /// The logs of one block that a filter names (its range is not looked at).
    pub fn logs_of_block(&self, number: u64, filter: &Filter) -> Vec<Log> {
        let Some(block) = self.block_by_number(number) else { return Vec::new() };
        if !filter.matches_bloom(block.header.logs_bloom) {
            return Vec::new();
        }
        let receipts = block.transactions.iter().filter_map(|hash| self.receipts.get(hash));
        let logs = receipts.flat_map(|receipt| receipt_logs(receipt, block.header.timestamp));
        logs.filter(|log| filter.matches_address(log.address()) && filter.matches_topics(log.topics()))
            .collect()
    }
}

/// A receipt's logs with their places in the chain.
pub(crate) fn receipt_logs(receipt: &Receipt, timestamp: u64) -> impl Iterator<Item = Log> + '_ {
    receipt.logs.iter().zip(receipt.first_log..).map(move |(log, index)| Log {
        inner: log.clone(),
        block_hash: Some(receipt.block_hash),
        block_number: Some(receipt.block_number),
        block_timestamp: Some(timestamp),
        transaction_hash: Some(receipt.hash),
        transaction_index: Some(receipt.index),
        log_index: Some(index),
        removed: false,
    })
}

impl Receipt {
    /// The logs with their places in the chain; `timestamp` is the block's.
    pub fn rpc_logs(&self, timestamp: u64) -> Vec<Log> {
        receipt_logs(self, timestamp).collect()
    }
}
