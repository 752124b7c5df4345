//! Logs, and filters that clients poll.

use super::args::{Args, Number};
use super::error::{Error, invalid_params};
use super::methods::Answer;
use super::node::Node;
use super::shape::{quantity, value};
use crate::Chain;
use alloy_eips::BlockNumberOrTag;
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most filters at a time; the one that was not asked for the longest makes room.
const MAX_FILTERS: usize = 4_096;

/// What clients poll.
#[derive(Debug, Default)]
pub(super) struct Filters {
    installed: BTreeMap<u64, Installed>,
    last: u64,
    /// Counts questions, to tell which filter was not asked for the longest.
    clock: u64,
}

#[derive(Debug)]
struct Installed {
    kind: Kind,
    /// The next block, or for pending transactions the next place in their list.
    next: u64,
    used: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    Logs(Box<Filter>),
    Blocks,
    Transactions,
}

impl Filters {
    fn install(&mut self, kind: Kind, next: u64) -> u64 {
        if self.installed.len() >= MAX_FILTERS {
            let oldest = self.installed.iter().min_by_key(|(_, filter)| filter.used).map(|(id, _)| *id);
            oldest.and_then(|id| self.installed.remove(&id));
        }
        self.last = self.last.wrapping_add(1);
        self.clock = self.clock.wrapping_add(1);
        self.installed.insert(self.last, Installed { kind, next, used: self.clock });
        self.last
    }

    fn get(&mut self, id: u64) -> Result<&mut Installed, Error> {
        self.clock = self.clock.wrapping_add(1);
        let filter = self.installed.get_mut(&id).ok_or_else(|| Error::server("filter not found"))?;
        filter.used = self.clock;
        Ok(filter)
    }

    /// The chain now ends at `head`: blocks from there on are new again.
    pub fn rewind(&mut self, head: u64) {
        for filter in self.installed.values_mut().filter(|filter| !matches!(filter.kind, Kind::Transactions))
        {
            filter.next = filter.next.min(head.saturating_add(1));
        }
    }
}

// ---- logs ----

pub(super) fn logs(node: &Node, args: &mut Args) -> Answer {
    let filter: Filter = args.need()?;
    check(&node.chain, &filter)?;
    Ok(value(node.chain.logs(&filter)))
}

fn check(chain: &Chain, filter: &Filter) -> Result<(), Error> {
    match &filter.block_option {
        FilterBlockOption::AtBlockHash(hash) if chain.block_by_hash(*hash).is_none() => {
            Err(Error::server("unknown block"))
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let (from, to) = bounds(chain, *from_block, *to_block);
            if from > to { Err(invalid_params("invalid block range params")) } else { Ok(()) }
        }
        FilterBlockOption::AtBlockHash(_) => Ok(()),
    }
}

fn bounds(chain: &Chain, from: Option<BlockNumberOrTag>, to: Option<BlockNumberOrTag>) -> (u64, u64) {
    let number = |tag: Option<BlockNumberOrTag>| match tag {
        Some(BlockNumberOrTag::Number(number)) => number,
        Some(BlockNumberOrTag::Earliest) => 0,
        _ => chain.block_number(),
    };
    // An open end moves with the chain, however far ahead the beginning is.
    let open = !matches!(to, Some(BlockNumberOrTag::Number(_) | BlockNumberOrTag::Earliest));
    (number(from), if open { u64::MAX } else { number(to) })
}

// ---- filters ----

pub(super) fn new_logs(node: &mut Node, args: &mut Args) -> Answer {
    let filter: Filter = args.need()?;
    check(&node.chain, &filter)?;
    Ok(install_from_head(node, Kind::Logs(Box::new(filter))))
}

pub(super) fn new_blocks(node: &mut Node, _: &mut Args) -> Answer {
    Ok(install_from_head(node, Kind::Blocks))
}

pub(super) fn new_transactions(node: &mut Node, _: &mut Args) -> Answer {
    let next = node.sent.len() as u64;
    Ok(quantity(node.filters.install(Kind::Transactions, next)))
}

fn install_from_head(node: &mut Node, kind: Kind) -> Value {
    let next = node.chain.block_number().saturating_add(1);
    quantity(node.filters.install(kind, next))
}

pub(super) fn uninstall(node: &mut Node, args: &mut Args) -> Answer {
    let Number(id) = args.need()?;
    Ok(Value::Bool(node.filters.installed.remove(&id).is_some()))
}

/// What is new since the last question.
pub(super) fn changes(node: &mut Node, args: &mut Args) -> Answer {
    let Number(id) = args.need()?;
    let filter = node.filters.get(id)?;
    let end = node.chain.block_number().saturating_add(1);
    let blocks = filter.next..end;
    Ok(match &filter.kind {
        Kind::Logs(wanted) => {
            let found = value(logs_between(&node.chain, wanted, blocks));
            filter.next = end;
            found
        }
        Kind::Blocks => {
            filter.next = end;
            let found = blocks.filter_map(|number| node.chain.block_by_number(number));
            found.map(|block| value(block.hash)).collect()
        }
        Kind::Transactions => {
            let from = usize::try_from(filter.next).unwrap_or(usize::MAX);
            filter.next = node.sent.len() as u64;
            value(node.sent.get(from..).unwrap_or_default())
        }
    })
}

fn logs_between(chain: &Chain, wanted: &Filter, blocks: std::ops::Range<u64>) -> Vec<Log> {
    let (from, to) = match &wanted.block_option {
        FilterBlockOption::Range { from_block: Some(from), to_block } => {
            bounds(chain, Some(*from), *to_block)
        }
        FilterBlockOption::Range { from_block: None, to_block } => (0, bounds(chain, None, *to_block).1),
        FilterBlockOption::AtBlockHash(_) => (0, u64::MAX),
    };
    blocks
        .filter(|number| (from..=to).contains(number))
        .flat_map(|number| chain.logs_of_block(number, wanted))
        .collect()
}

/// All logs of a filter, whatever was answered before.
pub(super) fn all_logs(node: &mut Node, args: &mut Args) -> Answer {
    let Number(id) = args.need()?;
    match &node.filters.get(id)?.kind {
        Kind::Logs(wanted) => Ok(value(node.chain.logs(wanted))),
        _ => Err(Error::server("filter not found")),
    }
}
