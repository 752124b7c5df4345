//! The oracle a market reads: checks a Chainlink aggregator and integrates its price over time.
//!
//! [`PriceFeed`] sits behind an ERC-1967 proxy and in front of one price source. [`PriceFeed::read`] asks the source
//! live and never fails: it answers with a price and a status that says what the price is good for. With the price
//! comes its time integral, so a reader that keeps the integral of its last visit knows the exact average price
//! since then. The rules are those of `everfloor_oracle_rules`.
//!
//! # Statuses
//!
//! | status | meaning | the price is |
//! |---|---|---|
//! | 0 ok | fresh, within bounds, near its average | the source's |
//! | 1 deviating | fresh, within bounds, far from its average | the source's |
//! | 2 stale | the newest round is older than the heartbeat | the source's newest |
//! | 3 invalid | not positive, out of bounds, incomplete, from the future, or older than a round recorded | the last good one |
//! | 4 sequencer down | the sequencer is down, or back for less than the grace period | the source's newest |
//! | 5 unreachable | the source reverts, is no contract, or answers too little | the last good one |
//!
//! # Reading and recording
//!
//! `poke` records the source's newest round, `read` only looks at it; both answer the same. The integral of the
//! *recorded* rounds is exact for good. A round that came and went between two pokes was never recorded, so a
//! contract that settles by the integral should call `poke` in its transactions, and `read` in its views: then
//! the integral it has seen never changes behind its back, and never decreases.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![allow(clippy::result_large_err, reason = "an error's values go into revert data at once")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod settings;
mod state;
mod upstream;

use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, I256, U256, Uint};
use alloy_sol_types::{SolError, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, InitError, Initializer, NotThroughProxy},
    lift,
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress, non_zero},
    text::short_text,
    upgrade,
};
use everfloor_oracle_rules::{Integral, RoundCheck, Sample, Status, deviates};
pub use settings::{FeedSettings, SettingOutOfBounds};
use state::{Sequencer, Source, Track};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*, storage::StorageB256};
use upstream::Round;

type U80 = Uint<80, 2>;

sol! {
    /// The source has no price to begin with: its status (3 invalid, 5 unreachable).
    #[derive(Debug, PartialEq, Eq)]
    error SourceUnusable(address source, uint8 status);
    /// There is no good price: the feed's status and the time of the last one.
    #[derive(Debug, PartialEq, Eq)]
    error OracleUnavailable(uint8 status, uint64 updatedAt);
    /// The feed knows the latest round only.
    #[derive(Debug, PartialEq, Eq)]
    error RoundNotFound(uint80 roundId, uint80 latestRoundId);

    /// A round, or the passing of time, was recorded: since `time` the price is `price`, and the integral there is
    /// `cumulative` wad seconds. The source's round is of `updatedAt`.
    #[derive(Debug, PartialEq, Eq)]
    event Observed(uint256 price, uint256 cumulative, uint64 time, uint64 updatedAt);
    /// The feed has new settings.
    #[derive(Debug, PartialEq, Eq)]
    event ConfigChanged(
        address indexed source,
        address sequencerFeed,
        uint32 heartbeat,
        uint32 sequencerGrace,
        uint256 minPrice,
        uint256 maxPrice,
        uint256 maxDeviation,
        uint32 twapWindow,
        bytes32 description
    );
}

/// Why a call of the feed fails.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// It has been initialised before.
    AlreadyInitialized(AlreadyInitialized),
    /// The program was called at its own address.
    NotThroughProxy(NotThroughProxy),
    /// An address is zero.
    ZeroAddress(ZeroAddress),
    /// The caller does not own the feed.
    NotOwner(NotOwner),
    /// The caller has not been offered the feed.
    NotPendingOwner(NotPendingOwner),
    /// A setting is out of bounds.
    SettingOutOfBounds(SettingOutOfBounds),
    /// The source has no price.
    SourceUnusable(SourceUnusable),
    /// There is no good price.
    OracleUnavailable(OracleUnavailable),
    /// Only the latest round is known.
    RoundNotFound(RoundNotFound),
}
lift!(InitError { AlreadyInitialized, NotThroughProxy } => FeedError);

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("twap");

/// The feed of one price.
#[storage]
#[entrypoint]
pub struct PriceFeed {
    initializer: Initializer,
    ownership: Ownership,
    hot: StorageB256,
    average: StorageB256,
    newer: StorageB256,
    bounds: StorageB256,
    source: StorageB256,
    sequencer: StorageB256,
    description: StorageB256,
}

/// What the feed makes of its source at one moment.
struct Reading {
    source: Source,
    /// As it would be recorded.
    track: Track,
    status: Status,
    /// Whether the source has a round that is not recorded.
    is_new: bool,
    /// Whether the newer anchor was due to become the older one, and its integral has been read.
    was_due: bool,
    /// The source's round, as far as it answered.
    round_id: U80,
    now: u64,
}

#[public]
impl PriceFeed {
    /// Sets the feed up, through its proxy and once. The source must have a usable price.
    ///
    /// Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or source), `SettingOutOfBounds`,
    /// `SourceUnusable`.
    pub fn initialize(&mut self, owner: Address, settings: FeedSettings) -> Result<(), FeedError> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        let first = self.probe(&settings)?;
        let now = self.vm().block_timestamp();
        let integral = Integral::start(Sample { price: first.1.price, time: now });
        self.apply(&settings, first, integral);
        Ok(())
    }

    /// The price now, and its integral. Never reverts.
    ///
    /// # Returns
    /// - `price`: the price, 18 decimals; see `status` for what it is good for
    /// - `cumulative`: the integral of the price up to now, in wad seconds; only differences mean anything
    /// - `updatedAt`: the time of the round the price is of, seconds since 1970
    /// - `status`: 0 ok, 1 deviating, 2 stale, 3 invalid, 4 sequencer down, 5 unreachable
    pub fn read(&self) -> (U256, U256, u64, u8) {
        self.look().answer()
    }

    /// Records the source's newest round, and moves the average's anchors when it is time; does nothing when there
    /// is nothing to do. Anybody may call it. Never reverts.
    ///
    /// # Returns
    /// - `price`: as `read`
    /// - `cumulative`: as `read`
    /// - `updatedAt`: as `read`
    /// - `status`: as `read`
    pub fn poke(&mut self) -> (U256, U256, u64, u8) {
        let reading = self.look();
        self.record(&reading);
        reading.answer()
    }

    /// The average price up to now.
    ///
    /// # Returns
    /// - `price`: the time-weighted average, 18 decimals, rounded down
    /// - `window`: the seconds it spans: at least the configured window once the feed is that old, and less than two
    ///   when it is poked regularly; 0 in the feed's first second, when the average is the price itself
    pub fn twap(&self) -> (U256, u64) {
        let reading = self.look();
        let average = reading.track.integral.average(reading.now, reading.source.window);
        (U256::from(average.price), average.seconds)
    }

    /// The price now, 18 decimals, if it is good.
    ///
    /// Errors: `OracleUnavailable` unless the status is 0.
    pub fn price(&self) -> Result<U256, FeedError> {
        let reading = self.look();
        if !reading.status.is_ok() {
            return Err(reading.unavailable().into());
        }
        Ok(U256::from(reading.track.integral.price))
    }

    /// The decimals of the feed's prices: 18, whatever the source's are.
    pub fn decimals(&self) -> u8 {
        18
    }

    /// What the price is of: the ASCII text its description begins with.
    pub fn description(&self) -> String {
        short_text(self.description.get())
    }

    /// The version of the feed.
    pub fn version(&self) -> U256 {
        U256::ONE
    }

    /// The latest round, for readers of Chainlink's interface: the source's round with the price at 18 decimals.
    ///
    /// A stale or deviating price is returned as it is; such readers look at `updatedAt` themselves.
    ///
    /// Errors: `OracleUnavailable` for the statuses 3, 4 and 5.
    ///
    /// # Returns
    /// - `roundId`: the source's number of the round
    /// - `answer`: the price, 18 decimals
    /// - `startedAt`: the time of the round
    /// - `updatedAt`: the time of the round
    /// - `answeredInRound`: the source's number of the round
    pub fn latest_round_data(&self) -> Result<(U80, I256, U256, U256, U80), FeedError> {
        self.look().round().map_err(Into::into)
    }

    /// The latest round, if `round_id` is its number; the feed keeps no others.
    ///
    /// Errors: `RoundNotFound`, and those of `latestRoundData`.
    ///
    /// # Returns
    /// - `roundId`: the source's number of the round
    /// - `answer`: the price, 18 decimals
    /// - `startedAt`: the time of the round
    /// - `updatedAt`: the time of the round
    /// - `answeredInRound`: the source's number of the round
    pub fn get_round_data(&self, round_id: U80) -> Result<(U80, I256, U256, U256, U80), FeedError> {
        let round = self.look().round()?;
        if round.0 != round_id {
            return Err(RoundNotFound { roundId: round_id, latestRoundId: round.0 }.into());
        }
        Ok(round)
    }

    /// The feed's settings.
    pub fn settings(&self) -> FeedSettings {
        let source = Source::unpack(self.source.get());
        let sequencer = Sequencer::unpack(self.sequencer.get());
        let bounds = state::unpack_bounds(self.bounds.get());
        settings::from_stored(source, sequencer, bounds, self.description.get())
    }

    /// Replaces the feed's settings. What the old source says now is recorded first; a new source takes over from
    /// this moment and must have a usable price.
    ///
    /// Errors: `NotOwner`, `ZeroAddress` (source), `SettingOutOfBounds`, `SourceUnusable`.
    pub fn configure(&mut self, settings: FeedSettings) -> Result<(), FeedError> {
        self.ownership.only_owner()?;
        let first = self.probe(&settings)?;
        let reading = self.look();
        let mut integral = reading.track.integral;
        integral.advance(reading.now, reading.source.window);
        integral.price = first.1.price;
        if reading.was_due {
            self.newer.set(Track { integral, updated: 0 }.newer());
        }
        self.apply(&settings, first, integral);
        Ok(())
    }

    /// The feed's owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Who has been offered the feed and may accept it; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending()
    }

    /// Offers the feed to `new_owner`, who must accept; zero withdraws an offer.
    ///
    /// Errors: `NotOwner`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), FeedError> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes the feed over from its owner, who has offered it to the caller.
    ///
    /// Errors: `NotPendingOwner`.
    pub fn accept_ownership(&mut self) -> Result<(), FeedError> {
        Ok(self.ownership.accept()?)
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Result<B256, Vec<u8>> {
        upgrade::proxiable_uuid(self.vm())
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a price feed
    /// - `NotUpgradeable`: a price feed could never be upgraded again
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Result<(), Vec<u8>> {
        self.ownership.only_owner().map_err(|refusal| refusal.abi_encode())?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
    }
}

impl PriceFeed {
    /// Asks the source and holds its round against the rules.
    fn look(&self) -> Reading {
        let now = self.vm().block_timestamp();
        let source = Source::unpack(self.source.get());
        let mut track = Track::unpack(self.hot.get(), self.average.get());
        let was_due = track.integral.rotation_is_due(now, source.window);
        // Without a rotation the newer anchor's integral is not needed, and its slot not read.
        if was_due {
            track.integral.newer.cumulative = state::newer_cumulative(self.newer.get());
        }
        let round = upstream::latest_round(self.vm(), source.address);
        let round_id = round.as_ref().map(|r| r.id).unwrap_or_default();
        let check = track.check(&source);
        let (status, is_new) = match self.news(round, &check, &track, now) {
            Err(status) => (status, false),
            Ok(news) => {
                if let Some(sample) = news {
                    track.integral.observe(sample, source.window);
                    track.updated = sample.time;
                }
                (self.judge(&check, &source, &track, now), news.is_some())
            }
        };
        Reading { source, track, status, is_new, was_due, round_id, now }
    }

    /// The source's round, if it is usable; none if it is the one recorded.
    fn news(
        &self,
        round: Option<Round>,
        check: &RoundCheck,
        track: &Track,
        now: u64,
    ) -> Result<Option<Sample>, Status> {
        let round = round.ok_or(Status::Unreachable)?;
        let sample = check.sample(round.answer, round.updated_at, now)?;
        // The recorded round was believed when it was recorded, and when the bounds changed: no need to ask again.
        if !track.is_news(sample) {
            return Ok(None);
        }
        state::unpack_bounds(self.bounds.get()).believe(sample).map(Some)
    }

    /// What a usable price is good for.
    fn judge(&self, check: &RoundCheck, source: &Source, track: &Track, now: u64) -> Status {
        if source.has_sequencer {
            let sequencer = Sequencer::unpack(self.sequencer.get());
            if !upstream::sequencer_up(self.vm(), &sequencer, now) {
                return Status::SequencerDown;
            }
        }
        if check.is_stale(track.updated, now) {
            return Status::Stale;
        }
        let average = track.integral.average(now, source.window).price;
        if deviates(track.integral.price, average, source.tolerance) { Status::Deviating } else { Status::Ok }
    }

    /// Writes down what a reading found new.
    fn record(&mut self, reading: &Reading) {
        let Reading { source, is_new, now, .. } = reading;
        let mut track = reading.track;
        let is_due = track.integral.rotation_is_due(*now, source.window);
        // A feed that has not been set up has no source and nothing to record.
        if source.address.is_zero() || !(*is_new || is_due) {
            return;
        }
        if is_due {
            track.integral.advance(*now, source.window);
        }
        if reading.was_due {
            self.newer.set(track.newer());
        }
        self.store(&track);
    }

    /// The price of the source that `settings` name, held against them.
    fn probe(&self, settings: &FeedSettings) -> Result<(u8, Sample), FeedError> {
        settings::validate(settings)?;
        let address = non_zero(settings.source)?;
        let unusable = |status: Status| SourceUnusable { source: address, status: status as u8 };
        let decimals = upstream::decimals(self.vm(), address).map_err(unusable)?;
        let round = upstream::latest_round(self.vm(), address).ok_or(unusable(Status::Unreachable))?;
        let check = RoundCheck { decimals, not_before: 0, heartbeat: settings.heartbeat.into() };
        let now = self.vm().block_timestamp();
        let sample = check.sample(round.answer, round.updated_at, now);
        let believed = sample.and_then(|sample| settings::bounds(settings).believe(sample));
        Ok((decimals, believed.map_err(unusable)?))
    }

    /// Stores settings and the price they start with.
    fn apply(&mut self, settings: &FeedSettings, (decimals, first): (u8, Sample), integral: Integral) {
        let (source, sequencer) = settings::to_stored(settings, decimals);
        self.source.set(source.pack());
        self.sequencer.set(sequencer.pack());
        self.bounds.set(state::pack_bounds(&settings::bounds(settings)));
        self.description.set(settings.description);
        self.vm().log(ConfigChanged {
            source: settings.source,
            sequencerFeed: settings.sequencerFeed,
            heartbeat: settings.heartbeat,
            sequencerGrace: settings.sequencerGrace,
            minPrice: settings.minPrice,
            maxPrice: settings.maxPrice,
            maxDeviation: settings.maxDeviation,
            twapWindow: settings.twapWindow,
            description: settings.description,
        });
        self.store(&Track { integral, updated: first.time });
    }

    /// Stores all but the newer anchor's integral, which few calls change.
    fn store(&mut self, track: &Track) {
        let integral = &track.integral;
        self.hot.set(track.hot());
        self.average.set(track.average());
        self.vm().log(Observed {
            price: U256::from(integral.price),
            cumulative: U256::from(integral.cumulative),
            time: integral.time,
            updatedAt: track.updated,
        });
    }
}

impl Reading {
    /// The answer of `read` and `poke`.
    fn answer(&self) -> (U256, U256, u64, u8) {
        let integral = &self.track.integral;
        let cumulative = integral.cumulative_at(self.now);
        (U256::from(integral.price), U256::from(cumulative), self.track.updated, self.status as u8)
    }

    fn unavailable(&self) -> OracleUnavailable {
        OracleUnavailable { status: self.status as u8, updatedAt: self.track.updated }
    }

    /// The answer of `latestRoundData`.
    fn round(&self) -> Result<(U80, I256, U256, U256, U80), OracleUnavailable> {
        if !matches!(self.status, Status::Ok | Status::Deviating | Status::Stale) {
            return Err(self.unavailable());
        }
        let (price, time) = (U256::from(self.track.integral.price), U256::from(self.track.updated));
        Ok((self.round_id, I256::from_raw(price), time, time, self.round_id))
    }
}
