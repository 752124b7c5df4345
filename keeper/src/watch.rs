//! Events: what was changed since the last look, and whether the chain is still the one that was looked at.
//!
//! Nothing is kept on disk. At the start, after a reorganisation, or when a node was out of reach for long, there is no
//! telling what was missed, and everything is looked at.

use std::collections::BTreeSet;

use alloy::{
    eips::BlockNumberOrTag,
    primitives::Address,
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use anyhow::Result;

use crate::chain::{Head, Node};

/// So many requests for logs behind, everything is looked at.
const MOST_REQUESTS: u64 = 10;

/// What has happened since the last look.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// Everything is to be looked at: it is time for that, or there is no telling what happened.
    pub fresh: bool,
    /// There is no telling what happened: it is the first look, or the chain is another one than it was. What was
    /// remembered counts no more.
    pub blind: bool,
    /// The chain is another one than it was: blocks that were looked at are gone.
    pub reorganised: bool,
    /// Events of the watched contracts, in order.
    pub logs: Vec<Log>,
    touched: BTreeSet<Address>,
}

impl News {
    fn fresh(reorganised: bool) -> Self {
        Self { fresh: true, blind: true, reorganised, ..Self::default() }
    }

    fn of(logs: Vec<Log>) -> Self {
        let touched = logs.iter().map(Log::address).collect();
        Self { logs, touched, ..Self::default() }
    }

    /// The same for somebody who is to look at everything, and perhaps missed what came before.
    pub fn sweeping(&self, missed: bool) -> Self {
        Self { fresh: true, blind: self.blind || missed, ..self.clone() }
    }

    /// Whether a contract said anything, or may have.
    pub fn touched(&self, contract: Address) -> bool {
        self.fresh || self.touched.contains(&contract)
    }

    /// Events of one kind of a contract, oldest first.
    pub fn events<E: SolEvent>(&self, contract: Address) -> impl Iterator<Item = E> {
        let of_it = self.logs.iter().filter(move |log| log.address() == contract);
        of_it.filter_map(|log| E::decode_log(&log.inner).ok().map(|log| log.data))
    }
}

/// How far the events were followed.
#[derive(Clone, Debug)]
pub struct Watch {
    contracts: Vec<Address>,
    blocks: u64,
    at: Option<Head>,
}

/// What a head is to the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The same.
    Same,
    /// The same chain, blocks on; or so it seems by the numbers.
    On,
    /// So far on that logs would be asked for too often.
    FarOn,
    /// Back, or another block of the same number.
    Back,
}

fn step(at: Head, head: Head, blocks: u64) -> Step {
    match head.number.checked_sub(at.number) {
        Some(0) if head.hash == at.hash => Step::Same,
        None | Some(0) => Step::Back,
        Some(on) if on > blocks.saturating_mul(MOST_REQUESTS) => Step::FarOn,
        Some(_) => Step::On,
    }
}

impl Watch {
    /// Watches contracts, asking for the logs of so many blocks at a time.
    pub fn new(contracts: impl IntoIterator<Item = Address>, blocks: u64) -> Self {
        let mut watch = Self { contracts: Vec::new(), blocks, at: None };
        watch.follow(contracts);
        watch
    }

    /// Watches these contracts from now on.
    pub fn follow(&mut self, contracts: impl IntoIterator<Item = Address>) {
        let contracts: BTreeSet<Address> = contracts.into_iter().collect();
        self.contracts = contracts.into_iter().collect();
    }

    /// What has happened up to a head. If this fails, the next try starts from where this did.
    pub async fn news(&mut self, node: &Node, head: Head) -> Result<News> {
        let news = match self.at {
            None => News::fresh(false),
            Some(at) => self.since(node, at, head).await?,
        };
        self.at = Some(head);
        Ok(news)
    }

    async fn since(&self, node: &Node, at: Head, head: Head) -> Result<News> {
        match step(at, head, self.blocks) {
            Step::Same => return Ok(News::default()),
            Step::Back => return Ok(News::fresh(true)),
            Step::FarOn => return Ok(News::fresh(false)),
            Step::On => {}
        }
        let is = node.block(BlockNumberOrTag::Number(at.number)).await?;
        if is.map(|is| is.hash) != Some(at.hash) {
            return Ok(News::fresh(true));
        }
        let (mut logs, mut from) = (Vec::new(), at.number.saturating_add(1));
        while from <= head.number {
            let to = head.number.min(from.saturating_add(self.blocks).saturating_sub(1));
            let filter = Filter::new().address(self.contracts.clone()).from_block(from).to_block(to);
            logs.extend(node.provider().get_logs(&filter).await?);
            from = to.saturating_add(1);
        }
        Ok(News::of(logs))
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;

    use super::*;

    fn head(number: u64, hash: u8) -> Head {
        Head { number, hash: B256::repeat_byte(hash), time: number }
    }

    #[test]
    fn a_chain_goes_on_stands_still_or_is_another_one() {
        let at = head(10, 1);
        assert_eq!(step(at, head(10, 1), 5), Step::Same);
        assert_eq!(step(at, head(11, 2), 5), Step::On);
        assert_eq!(step(at, head(60, 2), 5), Step::On);
        assert_eq!(step(at, head(61, 2), 5), Step::FarOn);
        assert_eq!(step(at, head(10, 2), 5), Step::Back);
        assert_eq!(step(at, head(9, 2), 5), Step::Back);
    }

    #[test]
    fn what_is_fresh_may_have_touched_everything() {
        let here = Address::repeat_byte(1);
        assert!(News::fresh(true).touched(here) && News::fresh(true).blind);
        assert!(!News::default().touched(here));
        let sweep = News::default().sweeping(false);
        assert!(sweep.touched(here) && !sweep.blind && sweep.sweeping(true).blind);
    }
}
