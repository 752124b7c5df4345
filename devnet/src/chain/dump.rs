//! A chain as a file, and back.

use super::state::{Account, State};
use super::{Block, Chain, ChainError, Clock, Config, Mined, Receipt, Transaction};
use alloy_primitives::{Address, Bytes, U256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

const FORMAT: u32 = 1;

/// Everything a chain is, but for the log of changes: a loaded chain does not answer questions about the state of
/// old blocks, and traces only what comes after.
#[derive(Serialize, Deserialize)]
struct Dump {
    format: u32,
    chain_id: u64,
    base_fee: u64,
    genesis_time: u64,
    parent_block: u64,
    clock: Clock,
    ahead: i64,
    accounts: BTreeMap<Address, Saved>,
    blocks: Vec<Block>,
    transactions: Vec<Transaction>,
    receipts: Vec<Receipt>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    nonce: u64,
    balance: U256,
    #[serde(default, skip_serializing_if = "no_code")]
    code: Bytes,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<U256, U256>,
}

fn no_code(code: &Bytes) -> bool {
    code.is_empty()
}

impl Chain {
    /// The chain as JSON.
    pub fn dump(&self) -> Result<Vec<u8>, ChainError> {
        let accounts = self.state.iter().map(|(address, account, slots)| {
            let saved = Saved {
                nonce: account.nonce,
                balance: account.balance,
                code: self.state.code(account.code_hash).original_bytes(),
                storage: slots.into_iter().collect(),
            };
            (address, saved)
        });
        let blocks: Vec<Block> = self.blocks.iter().map(|mined| mined.block.clone()).collect();
        let hashes = || blocks.iter().flat_map(|block| &block.transactions);
        let dump = Dump {
            format: FORMAT,
            chain_id: self.config.chain_id,
            base_fee: self.config.base_fee,
            genesis_time: self.config.genesis_time,
            parent_block: self.config.parent_block,
            clock: self.config.clock,
            ahead: self.ahead,
            accounts: accounts.collect(),
            transactions: hashes().filter_map(|hash| self.transactions.get(hash).cloned()).collect(),
            receipts: hashes().filter_map(|hash| self.receipts.get(hash).cloned()).collect(),
            blocks: blocks.clone(),
        };
        serde_json::to_vec(&dump).map_err(|error| ChainError::BadDump(error.to_string()))
    }

    /// The chain that was saved. Of `config` only the prices of programs and the accounts count.
    pub fn load(config: Config, json: &[u8]) -> Result<Self, ChainError> {
        let bad = |why: String| ChainError::BadDump(why);
        let dump: Dump = serde_json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        if dump.format != FORMAT {
            return Err(bad(format!("format {}, not {FORMAT}", dump.format)));
        }
        check_blocks(&dump.blocks).map_err(bad)?;
        let config = Config {
            chain_id: dump.chain_id,
            base_fee: dump.base_fee,
            genesis_time: dump.genesis_time,
            parent_block: dump.parent_block,
            clock: dump.clock,
            ..config
        };
        let mut chain = Self::new(config);
        chain.config.genesis_time = dump.genesis_time;
        chain.state = State::default();
        for (address, saved) in dump.accounts {
            let code_hash = chain.state.add_code(saved.code);
            let account = Account { nonce: saved.nonce, balance: saved.balance, code_hash };
            chain.state.set_account(address, account);
            for (key, value) in saved.storage {
                chain.state.set_slot(address, key, value);
            }
        }
        chain.state.forget();
        chain.ahead = dump.ahead;
        chain.hashes = Arc::new(dump.blocks.iter().map(|block| block.hash).collect());
        chain.numbers = dump.blocks.iter().map(|block| (block.hash, block.header.number)).collect();
        chain.blocks = dump.blocks.into_iter().map(|block| Mined { block, end: None }).collect();
        chain.transactions =
            dump.transactions.into_iter().map(|done| (*done.envelope.tx_hash(), done)).collect();
        chain.receipts = dump.receipts.into_iter().map(|receipt| (receipt.hash, receipt)).collect();
        chain.traceable.clear();
        Ok(chain)
    }
}

/// Blocks must be there from the first, in order, each with its own hash.
fn check_blocks(blocks: &[Block]) -> Result<(), String> {
    if blocks.is_empty() {
        return Err("no blocks".into());
    }
    for (block, number) in blocks.iter().zip(0u64..) {
        if block.header.number != number || block.header.hash_slow() != block.hash {
            return Err(format!("block {number} is not where or what it should be"));
        }
    }
    Ok(())
}
