//! The floor index of one market: what any of its NFTs is worth, whichever it is.
//!
//! Thin by intent: each method asks the sources, loads what a rule of `everfloor-index-rules` needs, applies it, writes
//! what changed and logs it. What it does not know it hands to `index-admin`, on the same storage.
//!
//! The sources are the market's bid book, which there is no doing without: the price of the D-th unit that is bid is the
//! index by definition, and its average the lower bound whatever the others say; a pool, through an adapter; and reports
//! that a quorum of signers has signed. Anybody may update. Nothing that a caller chooses changes what an update finds but
//! its time and the reports it brings: a book that has not counted refuses, a pool is asked with gas enough.
//!
//! # Statuses
//!
//! | status of a value | meaning | what it is not for |
//! |---|---|---|
//! | 0 fresh | at most 20 minutes old | |
//! | 1 late | older | to mint, to lever, to kick an auction off |
//! | 2 silent | older than 6 hours | an epoch that ends now pays no funding |
//! | 3 dead | older than 72 hours | the market may be shut down |
//! | 4 none | there is no value yet; prices are 0 | anything |
//!
//! | status of an epoch | meaning |
//! |---|---|
//! | 0 ok | the average of its seconds |
//! | 1 silent | the average, but nobody knew the price at its end: it pays no funding |
//! | 2 not ended | it has not ended yet |
//! | 3 unknown | it began before the first value, or there is none; that stays so |
//!
//! | status of a cap | meaning |
//! |---|---|
//! | 0 ok | exact |
//! | 1 at least | there is more bid than was counted |
//! | 2 pending | the book has to count first (its `catchUp`); the cap is 0 |
//!
//! Whatever the status, no view reverts.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{log::emit, upgrade};
use everfloor_index_rules::{
    Index, IndexError, Readings,
    index::Update,
    interest::{self, NEAR_BPS},
    reports::Signed,
};
use everfloor_index_storage::{
    abi::{
        events, number,
        views::{FloorIndexParams, SignedReport},
    },
    outside,
    past::{self, Past},
    revert::{Outcome, Revert},
    state::{IndexPeer, State},
};
use stylus_sdk::{ArbResult, function_selector, prelude::*};

/// Offers that an update has the book count at most, of each kind.
const STEPS: u32 = 32;
/// Prices that a cap walks past at most.
const PRICES: u32 = 64;

/// Statuses.
pub mod status {
    /// Of a value: there is none yet.
    pub const NO_VALUE: u8 = 4;
    /// Of an epoch: the average.
    pub const EPOCH_OK: u8 = 0;
    /// Of an epoch: the average, but nobody knew the price at its end.
    pub const EPOCH_SILENT: u8 = 1;
    /// Of an epoch: it has not ended.
    pub const EPOCH_NOT_ENDED: u8 = 2;
    /// Of an epoch: its average is not known.
    pub const EPOCH_UNKNOWN: u8 = 3;
    /// Of a cap: exact.
    pub const CAP_OK: u8 = 0;
    /// Of a cap: there is more.
    pub const CAP_AT_LEAST: u8 = 1;
    /// Of a cap: the book has to count first.
    pub const CAP_PENDING: u8 = 2;
}

/// What any NFT of a floor market is worth, whichever it is: of what is bid for one, of a pool and of signed reports, as
/// whoever updated it last found them.
///
/// A value is fresh for 20 minutes, then late; after 6 hours it is silent, after 72 dead: its status says which, and no view
/// reverts for it.
#[storage]
#[entrypoint]
pub struct FloorIndex {
    state: State,
}

#[public]
impl FloorIndex {
    // ---- Values ----

    /// Reads the sources and makes a value of what they say; for anybody. Counts a few offers of the book first.
    ///
    /// # Returns
    /// - `price`: the new value, wei
    pub fn update(&mut self) -> Outcome<U256> {
        let reports = past::accepted(self.vm()).answer(self.state.now());
        self.update_with(reports)
    }

    /// Accepts reports, as many as the quorum, each of another signer in ascending order and all of one round after the last;
    /// then updates. For anybody.
    ///
    /// # Returns
    /// - `price`: the new value, wei
    pub fn update_with_reports(&mut self, reports: Vec<SignedReport>) -> Outcome<U256> {
        let (vm, now) = (self.vm(), self.state.now());
        let panel = past::sources(vm).panel;
        // Before anything is recovered, which is what costs.
        let (given, quorum) = (reports.len() as u32, u32::from(panel.quorum));
        if given != quorum {
            return Err(IndexError::WrongQuorum { reports: given, quorum }.into());
        }
        let domain = outside::domain(vm);
        let batch: Vec<Signed> =
            reports.iter().map(|signed| outside::recovered(vm, &domain, signed)).collect();
        let mut accepted = past::accepted(vm);
        let price = accepted.accept(&panel, &Past::new(vm), &self.state.market().0, &batch, now)?;
        past::set_accepted(vm, &accepted)?;
        let words = [price, accepted.oldest.into(), accepted.newest.into()].map(U256::from::<u128>);
        emit::<events::ReportsAccepted>(vm, &[U256::from(accepted.round)], &words);
        self.update_with(price)
    }

    /// Writes down the beginnings of at most `most` epochs that have begun; for when there are more than an update writes.
    /// For anybody.
    ///
    /// # Returns
    /// - `done`: whether none is left
    pub fn close_epochs(&mut self, most: U256) -> Outcome<bool> {
        let vm = self.vm();
        let (mut index, mut written) = (past::load_index(vm), Past::new(vm));
        let from = index.value.0.next;
        let epochs = past::params(vm).epochs();
        let done = index.value.0.close_epochs(&mut written, self.state.now(), epochs, number(most))?;
        written.finish()?;
        index.save(vm)?;
        self.log_epochs(from, &index.value.0);
        Ok(done)
    }

    /// The index: its value now, and what it was on average of late.
    ///
    /// # Returns
    /// - `spot`: its value, wei
    /// - `twap`: its moving average up to now, over more than an epoch and less than two, rounded down, wei
    /// - `updatedAt`: when it was updated last, seconds since 1970
    /// - `status`: 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    pub fn get_index(&self) -> (U256, U256, u64, u8) {
        let (index, now) = (past::index(self.vm()), self.state.now());
        let average = index.average(&Past::new(self.vm()), now, past::params(self.vm()).epochs());
        let average = U256::from(average.unwrap_or_default());
        (U256::from(index.price), average, index.time, status_of(&index, now))
    }

    /// The average value of an epoch that has ended, whenever it is asked for.
    ///
    /// # Returns
    /// - `price`: wei, rounded down; 0 if there is none
    /// - `status`: 0 ok, 1 silent, 2 not ended, 3 unknown
    pub fn average_of_epoch(&self, epoch: U256) -> (U256, u8) {
        let (vm, now) = (self.vm(), self.state.now());
        let epochs = past::params(vm).epochs();
        let found = past::index(vm).epoch(&Past::new(vm), number(epoch), now, epochs);
        match found.map_err(|refusal| *refusal) {
            Ok(epoch) if epoch.is_silent() => (U256::from(epoch.average), status::EPOCH_SILENT),
            Ok(epoch) => (U256::from(epoch.average), status::EPOCH_OK),
            Err(IndexError::EpochNotEnded { .. }) => (U256::ZERO, status::EPOCH_NOT_ENDED),
            Err(_) => (U256::ZERO, status::EPOCH_UNKNOWN),
        }
    }

    /// The lower and the upper of the value and its moving average: whichever is against who asks.
    ///
    /// # Returns
    /// - `lower`: wei
    /// - `upper`: wei
    /// - `status`: 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    pub fn conservative(&self) -> (U256, U256, u8) {
        let (index, now) = (past::index(self.vm()), self.state.now());
        let range = index.range(&Past::new(self.vm()), now, past::params(self.vm()).epochs());
        let [lower, upper] = range.map_or([0; 2], |range| [range.lower, range.upper]).map(U256::from);
        (lower, upper, status_of(&index, now))
    }

    /// The most that may be open on what is bid now: so many times the units that count near the best bid.
    ///
    /// # Returns
    /// - `cap`: wad of floor
    /// - `status`: 0 ok, 1 at least, 2 pending
    pub fn open_interest_cap(&self) -> (U256, u8) {
        self.cap(past::params(self.vm()).chi, u64::MAX)
    }

    /// The same, as far as it takes to know whether `open` may be open: it is not more than that which costs gas.
    ///
    /// # Returns
    /// - `cap`: wad of floor
    /// - `status`: 0 ok, 1 at least, 2 pending
    pub fn open_interest_cap_for(&self, open: U256) -> (U256, u8) {
        let chi = past::params(self.vm()).chi;
        self.cap(chi, interest::needed(open.saturating_to(), chi))
    }

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands every other call to the administration.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        match calldata.first_chunk() {
            Some(&INITIALIZE) => self.state.forward_first(IndexPeer::AdminProgram, calldata),
            _ => self.state.forward(IndexPeer::AdminProgram, calldata),
        }
    }
}

/// `initialize`, which `index-admin` answers; its program comes last.
pub const INITIALIZE: [u8; 4] =
    function_selector!("initialize", Address, Address, B256, FloorIndexParams, Address);

impl FloorIndex {
    /// Asks book and pool, then makes a value of it all. The book is asked before anything of the index is loaded.
    fn update_with(&mut self, reports: u128) -> Outcome<U256> {
        let (vm, now) = (self.vm(), self.state.now());
        let params = past::params(vm);
        params.epochs().require_started(now)?;
        let book = outside::count_and_read(vm, self.state.peer(IndexPeer::Book), STEPS, params.depth)?;
        if book.pending {
            return Err(IndexError::CountsPending.into());
        }
        let pool = outside::pool_price_with_gas(vm, &past::sources(vm), params.depth)?;
        let readings = Readings { book: book.bid, pool, reports, bid: book.bid, ask: book.ask };
        let (mut index, mut written) = (past::load_index(vm), Past::new(vm));
        let from = index.value.0.next;
        let is_first = index.value.0.price == 0;
        let update = index.value.0.update(&mut written, &readings, now, &params)?;
        written.finish()?;
        index.save(vm)?;
        self.log_epochs(if is_first { index.value.0.next } else { from }, &index.value.0);
        self.log_update(&update, &readings, &index.value.0);
        Ok(U256::from(update.price))
    }

    fn log_epochs(&self, from: u32, index: &Index) {
        if index.next > from {
            emit::<events::EpochsClosed>(self.vm(), &[], &[U256::from(from), U256::from(index.next)]);
        }
    }

    fn log_update(&self, update: &Update, readings: &Readings, index: &Index) {
        let words = [
            update.price,
            update.raw,
            update.bounds.lower,
            update.bounds.upper.unwrap_or_default(),
            update.sources.into(),
            readings.book,
            readings.pool,
            readings.reports,
            readings.ask,
            index.cumulative,
        ];
        emit::<events::IndexUpdated>(self.vm(), &[], &words.map(U256::from::<u128>));
    }

    /// What may be open on the units near the best bid, of which no more than `enough` are looked for.
    fn cap(&self, chi: u128, enough: u64) -> (U256, u8) {
        let book = self.state.peer(IndexPeer::Book);
        let found = outside::units_near(self.vm(), book, NEAR_BPS, PRICES, enough);
        let cap = found.and_then(|(units, is_all)| Some((interest::cap(units, chi).ok()?, is_all)));
        match cap {
            Some((cap, true)) => (U256::from(cap), status::CAP_OK),
            Some((cap, false)) => (U256::from(cap), status::CAP_AT_LEAST),
            None => (U256::ZERO, status::CAP_PENDING),
        }
    }
}

/// What a value may be used for.
fn status_of(index: &Index, now: u64) -> u8 {
    index.freshness(now).map_or(status::NO_VALUE, |freshness| freshness as u8)
}
