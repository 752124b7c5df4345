//! Methods of development nodes: time, mining, snapshots, accounts changed at will. `evm_*` as Ganache named them,
//! `anvil_*` and `hardhat_*` as those nodes do.

use super::args::{Args, Number};
use super::error::{Error, invalid_params};
use super::methods::Answer;
use super::node::Node;
use super::read;
use super::shape::{quantity, value};
use crate::Chain;
use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most blocks one call mines.
const MAX_BLOCKS: u64 = 100_000;
/// Latest time a block may have: far beyond any use, far below overflow, and exact in JavaScript.
const MAX_TIME: u64 = 1_000_000_000_000;

// ---- snapshots ----

pub(super) fn snapshot(node: &mut Node, _: &mut Args) -> Answer {
    Ok(quantity(node.chain.snapshot()))
}

pub(super) fn revert(node: &mut Node, args: &mut Args) -> Answer {
    let Number(id) = args.need()?;
    let done = node.chain.revert(id);
    if done {
        node.rewound();
    }
    Ok(Value::Bool(done))
}

// ---- time ----

fn check_time(time: Option<u64>) -> Result<u64, Error> {
    time.filter(|time| *time <= MAX_TIME)
        .ok_or_else(|| invalid_params(format!("time beyond {MAX_TIME} seconds since 1970")))
}

pub(super) fn increase_time(node: &mut Node, args: &mut Args) -> Answer {
    let Number(seconds) = args.need()?;
    check_time(node.chain.next_timestamp().checked_add(seconds))?;
    node.chain.increase_time(seconds);
    Ok(value(seconds))
}

pub(super) fn set_next_time(node: &mut Node, args: &mut Args) -> Answer {
    let Number(time) = args.need()?;
    node.chain.set_next_timestamp(check_time(Some(time))?)?;
    Ok(Value::Null)
}

// ---- mining ----

/// What `evm_mine` takes: nothing, a time, or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Time(Number),
    Options { timestamp: Option<Number>, blocks: Option<Number> },
}

pub(super) fn mine_one(node: &mut Node, args: &mut Args) -> Answer {
    let (time, blocks) = match args.maybe()? {
        None => (None, None),
        Some(MineOptions::Time(time)) => (Some(time), None),
        Some(MineOptions::Options { timestamp, blocks }) => (timestamp, blocks),
    };
    let blocks = check_blocks(blocks.map_or(1, |Number(blocks)| blocks))?;
    if let Some(Number(time)) = time {
        node.chain.set_next_timestamp(check_time(Some(time))?)?;
    }
    node.chain.mine(blocks);
    Ok(value("0x0"))
}

/// `anvil_mine`, `hardhat_mine`: how many blocks, and how many seconds apart.
pub(super) fn mine(node: &mut Node, args: &mut Args) -> Answer {
    let blocks = check_blocks(args.maybe()?.map_or(1, |Number(blocks)| blocks))?;
    let apart = args.maybe()?.map(|Number(seconds)| seconds);
    let Some(apart) = apart else {
        node.chain.mine(blocks);
        return Ok(Value::Null);
    };
    let length = blocks.checked_mul(apart);
    check_time(length.and_then(|length| node.chain.next_timestamp().checked_add(length)))?;
    for block in 0..blocks {
        if block > 0 {
            node.chain.set_next_timestamp(node.chain.timestamp().saturating_add(apart))?;
        }
        node.chain.mine(1);
    }
    Ok(Value::Null)
}

fn check_blocks(blocks: u64) -> Result<u64, Error> {
    if blocks > MAX_BLOCKS {
        return Err(invalid_params(format!("cannot mine {blocks} blocks at once: at most {MAX_BLOCKS}")));
    }
    Ok(blocks)
}

pub(super) fn automine(node: &Node, _: &mut Args) -> Answer {
    Ok(Value::Bool(node.chain.automine()))
}

pub(super) fn set_automine(node: &mut Node, args: &mut Args) -> Answer {
    let on: bool = args.need()?;
    node.chain.set_automine(on);
    if on {
        node.interval.send_replace(0);
        if !node.chain.pending().is_empty() {
            node.chain.mine(1);
        }
    }
    Ok(Value::Bool(true))
}

/// Seconds between blocks that the clock mines; 0 ends that.
pub(super) fn set_interval(node: &mut Node, args: &mut Args) -> Answer {
    let Number(seconds) = args.need()?;
    check_time(Some(seconds))?;
    node.interval.send_replace(seconds);
    if seconds > 0 {
        node.chain.set_automine(false);
    }
    Ok(Value::Bool(true))
}

pub(super) fn interval(node: &Node, _: &mut Args) -> Answer {
    let seconds = *node.interval.borrow();
    Ok(if seconds > 0 { value(seconds) } else { Value::Null })
}

pub(super) fn drop_transaction(node: &mut Node, args: &mut Args) -> Answer {
    let hash: B256 = args.need()?;
    Ok(if node.chain.drop_pending(hash) { value(hash) } else { Value::Null })
}

// ---- accounts ----

pub(super) fn set_balance(node: &mut Node, args: &mut Args) -> Answer {
    let (address, balance): (Address, U256) = (args.need()?, args.need()?);
    node.chain.set_balance(address, balance);
    Ok(Value::Null)
}

pub(super) fn set_code(node: &mut Node, args: &mut Args) -> Answer {
    let (address, code): (Address, Bytes) = (args.need()?, args.need()?);
    node.chain.set_code(address, code);
    Ok(Value::Null)
}

pub(super) fn set_nonce(node: &mut Node, args: &mut Args) -> Answer {
    let (address, Number(nonce)): (Address, Number) = (args.need()?, args.need()?);
    node.chain.set_nonce(address, nonce);
    Ok(Value::Null)
}

pub(super) fn set_storage(node: &mut Node, args: &mut Args) -> Answer {
    let (address, slot, word): (Address, U256, B256) = (args.need()?, args.need()?, args.need()?);
    node.chain.set_storage(address, slot, word);
    Ok(Value::Bool(true))
}

pub(super) fn impersonate(node: &mut Node, args: &mut Args) -> Answer {
    node.impersonated.insert(args.need()?);
    Ok(Value::Null)
}

pub(super) fn stop_impersonating(node: &mut Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    node.impersonated.remove(&address);
    Ok(Value::Null)
}

pub(super) fn impersonate_all(node: &mut Node, args: &mut Args) -> Answer {
    node.impersonate_all = args.need()?;
    Ok(Value::Null)
}

// ---- the whole chain ----

/// Begins anew. There is nothing to fork, so that wish is refused.
pub(super) fn reset(node: &mut Node, args: &mut Args) -> Answer {
    if args.maybe::<Value>()?.is_some_and(|options| !options["forking"].is_null()) {
        return Err(Error::server("forking is not available"));
    }
    replace(node, Chain::new(node.chain.config().clone()));
    Ok(Value::Null)
}

pub(super) fn dump(node: &Node, _: &mut Args) -> Answer {
    Ok(value(Bytes::from(node.chain.dump()?)))
}

pub(super) fn load(node: &mut Node, args: &mut Args) -> Answer {
    let saved: Bytes = args.need()?;
    let chain = Chain::load(node.chain.config().clone(), &saved).map_err(invalid_params)?;
    replace(node, chain);
    Ok(Value::Bool(true))
}

fn replace(node: &mut Node, mut chain: Chain) {
    chain.set_automine(node.chain.automine());
    node.chain = chain;
    node.rewound();
}

pub(super) fn node_info(node: &Node, _: &mut Args) -> Answer {
    let chain = &node.chain;
    let block = chain.latest_block();
    Ok(json!({
        "currentBlockNumber": quantity(block.header.number),
        "currentBlockTimestamp": block.header.timestamp,
        "currentBlockHash": block.hash,
        "hardFork": "osaka",
        "transactionOrder": "fifo",
        "environment": {
            "baseFee": quantity(chain.config().base_fee),
            "chainId": chain.chain_id(),
            "gasLimit": quantity(block.header.gas_limit),
            "gasPrice": quantity(chain.config().base_fee),
        },
        "forkConfig": {},
    }))
}

pub(super) fn metadata(node: &Node, args: &mut Args) -> Answer {
    let block = node.chain.latest_block();
    Ok(json!({
        "clientVersion": read::client_version(node, args)?,
        "chainId": node.chain.chain_id(),
        "latestBlockNumber": block.header.number,
        "latestBlockHash": block.hash,
    }))
}
