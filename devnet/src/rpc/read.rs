//! Methods that read: the chain, its accounts, blocks, transactions, receipts.

use super::args::{Args, number};
use super::error::{Error, invalid_params};
use super::methods::Answer;
use super::node::Node;
use super::shape::{self, quantity, value};
use crate::{Block, Transaction};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U128, U256, keccak256};
use alloy_rpc_types_eth::FeeHistory;
use serde_json::{Value, json};

/// What the node calls itself.
const CLIENT: &str = concat!("everfloor-devnet/v", env!("CARGO_PKG_VERSION"));
/// Most blocks that `eth_feeHistory` answers for.
const MAX_HISTORY: u64 = 1_024;

// ---- the node ----

pub(super) fn client_version(_: &Node, _: &mut Args) -> Answer {
    Ok(value(CLIENT))
}

pub(super) fn sha3(_: &Node, args: &mut Args) -> Answer {
    Ok(value(keccak256(args.need::<Bytes>()?)))
}

pub(super) fn net_version(node: &Node, _: &mut Args) -> Answer {
    Ok(value(node.chain.chain_id().to_string()))
}

pub(super) fn yes(_: &Node, _: &mut Args) -> Answer {
    Ok(Value::Bool(true))
}

pub(super) fn no(_: &Node, _: &mut Args) -> Answer {
    Ok(Value::Bool(false))
}

pub(super) fn zero(_: &Node, _: &mut Args) -> Answer {
    Ok(quantity(0))
}

pub(super) fn chain_id(node: &Node, _: &mut Args) -> Answer {
    Ok(quantity(node.chain.chain_id()))
}

pub(super) fn accounts(node: &Node, _: &mut Args) -> Answer {
    let accounts = node.chain.accounts().into_iter().map(|(address, _)| value(address));
    Ok(accounts.collect())
}

pub(super) fn gas_price(node: &Node, _: &mut Args) -> Answer {
    Ok(value(U128::from(node.chain.gas_price())))
}

pub(super) fn fee_history(node: &Node, args: &mut Args) -> Answer {
    let super::args::Number(count) = args.need()?;
    let newest = args.need::<BlockId>()?;
    let percentiles: Vec<f64> = args.maybe()?.unwrap_or_default();
    if percentiles.windows(2).any(|pair| pair[0] > pair[1])
        || percentiles.iter().any(|percentile| !(0.0..=100.0).contains(percentile))
    {
        return Err(Error::server("invalid reward percentile"));
    }
    let newest = number(&node.chain, newest).ok_or_else(|| Error::server("request beyond head block"))?;
    let count = count.min(MAX_HISTORY).min(newest.saturating_add(1));
    let oldest = newest.saturating_add(1).saturating_sub(count);
    let blocks = (oldest..=newest).filter_map(|number| node.chain.block_by_number(number));
    let history = FeeHistory {
        base_fee_per_gas: vec![node.chain.gas_price(); usize::try_from(count).unwrap_or(0).saturating_add(1)],
        gas_used_ratio: blocks
            .map(|block| block.header.gas_used as f64 / block.header.gas_limit as f64)
            .collect(),
        oldest_block: oldest,
        // Tips are not taken, so nobody pays one.
        reward: (!percentiles.is_empty()).then(|| (0..count).map(|_| vec![0; percentiles.len()]).collect()),
        ..FeeHistory::default()
    };
    Ok(value(history))
}

// ---- accounts ----

pub(super) fn balance(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let at = args.at(&node.chain)?;
    Ok(value(node.chain.balance_at(address, at)?))
}

pub(super) fn code(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let at = args.at(&node.chain)?;
    Ok(value(node.chain.code_at(address, at)?))
}

pub(super) fn storage(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let slot: U256 = args.need()?;
    let at = args.at(&node.chain)?;
    Ok(value(node.chain.storage_at_block(address, slot, at)?))
}

pub(super) fn nonce(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let at = args.at(&node.chain)?;
    Ok(quantity(node.chain.nonce_at(address, at)?))
}

pub(super) fn proof(_: &Node, _: &mut Args) -> Answer {
    Err(Error::server("eth_getProof is not available: this chain keeps no trie of its state"))
}

// ---- blocks ----

pub(super) fn block_number(node: &Node, _: &mut Args) -> Answer {
    Ok(quantity(node.chain.block_number()))
}

/// The block the next argument names: a number or tag, or a hash; `None` if there is none.
fn find<'a>(node: &'a Node, args: &mut Args) -> Result<Option<&'a Block>, Error> {
    let id: BlockId = args.need()?;
    Ok(number(&node.chain, id).and_then(|number| node.chain.block_by_number(number)))
}

pub(super) fn block(node: &Node, args: &mut Args) -> Answer {
    let block = find(node, args)?;
    let full = args.maybe::<bool>()?.unwrap_or(false);
    Ok(block.map(|block| shape::block(&node.chain, block, full)).unwrap_or_default())
}

pub(super) fn header(node: &Node, args: &mut Args) -> Answer {
    Ok(find(node, args)?.map(shape::header).unwrap_or_default())
}

pub(super) fn transaction_count(node: &Node, args: &mut Args) -> Answer {
    Ok(find(node, args)?.map(|block| quantity(block.transactions.len() as u64)).unwrap_or_default())
}

pub(super) fn uncle_count(node: &Node, args: &mut Args) -> Answer {
    Ok(find(node, args)?.map(|_| quantity(0)).unwrap_or_default())
}

pub(super) fn block_receipts(node: &Node, args: &mut Args) -> Answer {
    let Some(block) = find(node, args)? else { return Ok(Value::Null) };
    let receipts = block.transactions.iter().filter_map(|hash| node.chain.receipt(*hash));
    Ok(receipts.map(|receipt| shape::receipt(&node.chain, &receipt)).collect())
}

// ---- transactions ----

pub(super) fn transaction(node: &Node, args: &mut Args) -> Answer {
    let hash: B256 = args.need()?;
    Ok(shape::transaction_by_hash(&node.chain, hash).unwrap_or_default())
}

/// The transaction at a place in a block, which two arguments name.
fn find_in_block<'a>(node: &'a Node, args: &mut Args) -> Result<Option<&'a Transaction>, Error> {
    let block = find(node, args)?;
    let super::args::Number(index) = args.need()?;
    let index = usize::try_from(index).map_err(invalid_params)?;
    let hash = block.and_then(|block| block.transactions.get(index));
    Ok(hash.and_then(|hash| node.chain.transaction(*hash)))
}

pub(super) fn transaction_in_block(node: &Node, args: &mut Args) -> Answer {
    let found = find_in_block(node, args)?;
    Ok(found.map(|done| shape::mined(&node.chain, done)).unwrap_or_default())
}

pub(super) fn raw_transaction(node: &Node, args: &mut Args) -> Answer {
    use alloy_eips::eip2718::Encodable2718;
    let hash: B256 = args.need()?;
    let mined = node.chain.transaction(hash).map(|done| &done.envelope);
    let envelope = mined.or_else(|| node.chain.pending_transaction(hash).map(|(_, envelope)| envelope));
    Ok(envelope.map(|envelope| value(Bytes::from(envelope.encoded_2718()))).unwrap_or_default())
}

pub(super) fn receipt(node: &Node, args: &mut Args) -> Answer {
    let hash: B256 = args.need()?;
    Ok(node.chain.receipt(hash).map(|receipt| shape::receipt(&node.chain, &receipt)).unwrap_or_default())
}

// ---- transactions that wait ----

pub(super) fn pool_status(node: &Node, _: &mut Args) -> Answer {
    Ok(json!({ "pending": quantity(node.chain.pending().len() as u64), "queued": "0x0" }))
}

pub(super) fn pool_content(node: &Node, _: &mut Args) -> Answer {
    let mut senders = serde_json::Map::new();
    for hash in node.chain.pending() {
        let Some((from, envelope)) = node.chain.pending_transaction(hash) else { continue };
        let nonce = alloy_consensus::Transaction::nonce(envelope).to_string();
        let whole = shape::transaction_by_hash(&node.chain, hash).unwrap_or_default();
        let of_sender = senders.entry(from.to_string()).or_insert_with(|| json!({}));
        if let Value::Object(by_nonce) = of_sender {
            by_nonce.insert(nonce, whole);
        }
    }
    Ok(json!({ "pending": senders, "queued": {} }))
}
