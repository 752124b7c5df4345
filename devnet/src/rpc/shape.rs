//! What goes out: blocks, transactions and receipts as Arbitrum's nodes write them.

use crate::{Block, Chain, Receipt, Transaction};
use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::Recovered;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, U64, U128, logs_bloom};
use alloy_rlp::Encodable;
use alloy_rpc_types_eth as rpc;
use serde::Serialize;
use serde_json::{Value, json};

/// Anything as JSON. Our types have nothing JSON cannot say.
pub(super) fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// A 64-bit number as `0x` text.
pub(super) fn quantity(number: u64) -> Value {
    value(U64::from(number))
}

/// A block's header, with the parent chain's block number and the (empty) tree of messages to it.
pub(super) fn header(block: &Block) -> Value {
    let header =
        rpc::Header { hash: block.hash, inner: block.header.clone(), total_difficulty: None, size: None };
    let mut out = value(header);
    extend(
        &mut out,
        json!({
            "l1BlockNumber": quantity(block.parent_block),
            "sendCount": "0x0",
            "sendRoot": B256::ZERO,
        }),
    );
    out
}

/// A block with its transactions, or only their hashes.
pub(super) fn block(chain: &Chain, block: &Block, full: bool) -> Value {
    let transactions: Vec<&Transaction> =
        block.transactions.iter().filter_map(|hash| chain.transaction(*hash)).collect();
    let bodies: usize = transactions.iter().map(|done| done.envelope.encode_2718_len()).sum();
    let size = block.header.length().saturating_add(bodies);
    let listed = if full {
        transactions.into_iter().map(|done| mined(chain, done)).collect()
    } else {
        value(&block.transactions)
    };
    let mut out = header(block);
    extend(&mut out, json!({ "size": quantity(size as u64), "uncles": [], "transactions": listed }));
    out
}

/// A transaction, mined or waiting.
pub(super) fn transaction_by_hash(chain: &Chain, hash: B256) -> Option<Value> {
    if let Some(done) = chain.transaction(hash) {
        return Some(mined(chain, done));
    }
    chain.pending_transaction(hash).map(|(from, envelope)| waiting(envelope, from))
}

/// A mined transaction.
pub(super) fn mined(chain: &Chain, done: &Transaction) -> Value {
    let timestamp = chain.block_by_number(done.block_number).map(|block| block.header.timestamp);
    value(rpc::Transaction {
        inner: Recovered::new_unchecked(done.envelope.clone(), done.from),
        block_hash: Some(done.block_hash),
        block_number: Some(done.block_number),
        transaction_index: Some(done.index),
        effective_gas_price: Some(chain.gas_price()),
        block_timestamp: timestamp,
    })
}

fn waiting(envelope: &TxEnvelope, from: Address) -> Value {
    value(rpc::Transaction {
        inner: Recovered::new_unchecked(envelope.clone(), from),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    })
}

/// A receipt. Nothing is charged for the parent chain here, so `gasUsedForL1` is zero.
pub(super) fn receipt(chain: &Chain, receipt: &Receipt) -> Value {
    let block = chain.block_by_number(receipt.block_number);
    let (timestamp, parent) = block.map_or((0, 0), |block| (block.header.timestamp, block.parent_block));
    json!({
        "transactionHash": receipt.hash,
        "transactionIndex": quantity(receipt.index),
        "blockHash": receipt.block_hash,
        "blockNumber": quantity(receipt.block_number),
        "from": receipt.from,
        "to": receipt.to,
        "contractAddress": receipt.contract_address,
        "status": quantity(u64::from(receipt.success)),
        "type": quantity(u64::from(receipt.tx_type)),
        "gasUsed": quantity(receipt.gas_used),
        "cumulativeGasUsed": quantity(receipt.cumulative_gas_used),
        "effectiveGasPrice": U128::from(receipt.effective_gas_price),
        "logs": receipt.rpc_logs(timestamp),
        "logsBloom": logs_bloom(receipt.logs.iter()),
        "gasUsedForL1": "0x0",
        "l1BlockNumber": quantity(parent),
        "timeboosted": false,
    })
}

/// Adds the fields of one object to another.
fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
