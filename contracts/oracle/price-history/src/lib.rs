//! Observations of one price, kept so that a window settles at its average whenever it is asked for.
//!
//! [`PriceHistory`] sits behind an ERC-1967 proxy and in front of a PriceFeed, whose price integral it observes. What
//! settles at the average price of a window that has ended asks [`PriceHistory::record_and_average`], at the window's
//! end, a day or a year later: the answer is the same. Which observations are kept, and why the moment of a recording
//! cannot matter, is in `everfloor_oracle_rules::history`; in short, windows that begin and end at multiples of
//! [`BUCKET_SECONDS`] cannot be biased by anybody's choice of when to record, and are exact if somebody records at
//! their ends.
//!
//! # Statuses
//!
//! | status | meaning |
//! |---|---|
//! | 0 ok | the price is good |
//! | 1 start missing | no observations near enough the window's beginning; that stays so |
//! | 2 end missing | none near enough its end; they may come until the longest gap has passed after it |
//! | 3 future | the window ends in the future |
//! | 4 bad data | the window has no length, or the source has rewritten its past |
//! | 5 primary not good | the primary feed is stale, invalid, unreachable, or the sequencer is down (marks only) |
//! | 6 second not good | the second feed is (marks only) |
//! | 7 deviating | average and second source are too far apart (marks only) |
//!
//! Whatever the status, nothing reverts; a price of a status other than 0 is 0.
//!
//! # Feeds that are not good
//!
//! What is observed while the feed is not good is not kept: then an observation can neither spoil a window nor take
//! the place of a good one, and nobody has a reason to record at a bad moment. Within a window, the integral holds
//! the last good price for as long as the feed has no newer one, as the feed's own average does.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![allow(clippy::result_large_err, reason = "an error's values go into revert data at once")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod feeds;
mod settings;
mod state;

use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolError, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, InitError, Initializer, NotThroughProxy},
    lift,
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress, non_zero},
    upgrade,
};
use everfloor_oracle_rules::{
    Anchor,
    history::{
        BUCKET_SECONDS, Bucket, HistoryStatus, LOOKBACK_BUCKETS, Mark, Observations, average_down,
        average_until, bucket_of, newest_until,
    },
};
use feeds::Reading;
pub use settings::{HistorySettings, PrimaryFeedIsFixed, SettingOutOfBounds};
use state::{Primary, Second};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageB256, StorageMap},
};

sol! {
    /// A feed has no good price to begin with: its status, as feeds number them.
    #[derive(Debug, PartialEq, Eq)]
    error FeedNotGood(address feed, uint8 status);

    /// The primary feed's integral at `time` was observed: `cumulative` wad seconds; its price then was `price`.
    #[derive(Debug, PartialEq, Eq)]
    event Recorded(uint64 indexed bucket, uint64 time, uint256 cumulative, uint256 price);
    /// Nothing was kept at `time`: the primary feed was not good, its status is `feedStatus`.
    #[derive(Debug, PartialEq, Eq)]
    event NotRecorded(uint64 time, uint8 feedStatus);
    /// The history has new settings.
    #[derive(Debug, PartialEq, Eq)]
    event SettingsChanged(
        address indexed primaryFeed, address indexed secondFeed, uint256 maxDeviation, uint32 shortWindow, uint32 maxGap
    );
}

/// Why a call of the history fails.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum HistoryError {
    /// It has been initialised before.
    AlreadyInitialized(AlreadyInitialized),
    /// The program was called at its own address.
    NotThroughProxy(NotThroughProxy),
    /// An address is zero.
    ZeroAddress(ZeroAddress),
    /// The caller does not own the history.
    NotOwner(NotOwner),
    /// The caller has not been offered the history.
    NotPendingOwner(NotPendingOwner),
    /// A setting is out of bounds.
    SettingOutOfBounds(SettingOutOfBounds),
    /// The feed that is observed does not change.
    PrimaryFeedIsFixed(PrimaryFeedIsFixed),
    /// A feed has no good price.
    FeedNotGood(FeedNotGood),
}
lift!(InitError { AlreadyInitialized, NotThroughProxy } => HistoryError);

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("bucketSeconds");

/// The history of one price.
#[storage]
#[entrypoint]
pub struct PriceHistory {
    initializer: Initializer,
    ownership: Ownership,
    primary: StorageB256,
    second: StorageB256,
    buckets: StorageMap<U256, StorageB256>,
}

#[public]
impl PriceHistory {
    /// Sets the history up, through its proxy and once, and makes the first observation. The feeds must be good.
    ///
    /// Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or primary feed), `SettingOutOfBounds`,
    /// `FeedNotGood`.
    pub fn initialize(&mut self, owner: Address, settings: HistorySettings) -> Result<(), HistoryError> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        non_zero(settings.primaryFeed)?;
        let (primary, second) = settings::to_stored(&settings)?;
        self.check_second(second.feed)?;
        self.apply(&primary, &second, &settings);
        let reading = self.observe();
        if reading.good_price().is_none() {
            return Err(FeedNotGood { feed: primary.feed, status: reading.status }.into());
        }
        Ok(())
    }

    /// Observes the primary feed now: pokes it, so that its integral is exact, and keeps the integral. Anybody may
    /// call it, at any time. Never reverts.
    ///
    /// # Returns
    /// - `feedStatus`: the primary feed's status; unless it is 0 or 1 (ok or deviating), nothing was kept
    pub fn record(&mut self) -> u8 {
        self.observe().status
    }

    /// Records, then answers the average price of a window. Never reverts.
    ///
    /// # Returns
    /// - `price`: as `average`
    /// - `status`: as `average`
    pub fn record_and_average(&mut self, from: u64, to: u64) -> (U256, u8) {
        self.observe();
        self.average_of(&self.past(None), from, to)
    }

    /// Records, then answers the price to act on now. Never reverts.
    ///
    /// # Returns
    /// - `price`: as `mark`
    /// - `twap`: as `mark`
    /// - `second`: as `mark`
    /// - `status`: as `mark`
    pub fn record_and_mark(&mut self) -> (U256, U256, U256, u8) {
        let live = self.observe();
        answer(self.mark_of(&live, &self.past(None)))
    }

    /// The average price from `from` to `to` (seconds since 1970), as `recordAndAverage` would answer it now. Once
    /// there is one, it stays, if both are multiples of `bucketSeconds`. Never reverts.
    ///
    /// # Returns
    /// - `price`: the time-weighted average, 18 decimals, rounded down; 0 if there is none
    /// - `status`: 0 ok, 1 start missing, 2 end missing, 3 future, 4 bad data
    pub fn average(&self, from: u64, to: u64) -> (U256, u8) {
        self.average_of(&self.past(self.live().observation(self.now())), from, to)
    }

    /// The average that ends at the newest observation made at or before `before`, for when that of a window is
    /// missing for ever. It begins at the newest observation at least `window` seconds before its end, and is exact.
    /// The lookback for either is two days, but none where nothing was observed since. Never reverts.
    ///
    /// # Returns
    /// - `price`: the time-weighted average, 18 decimals, rounded down; 0 if there is none
    /// - `end`: when it ends, seconds since 1970; 0 if nothing was observed
    /// - `status`: 0 ok, 1 start missing, 2 end missing, 4 bad data
    pub fn last_average(&self, window: u64, before: u64) -> (U256, u64, u8) {
        let past = self.past(None);
        let Some(end) = self.newest_before(&past, before) else {
            return (U256::ZERO, 0, HistoryStatus::EndMissing as u8);
        };
        let (price, status) = verdict(average_until(&past, end, window));
        (price, end.time, status)
    }

    /// The price to act on now, as `recordAndMark` would answer it: the lower of the average over the short window
    /// and the second source's price. Never reverts.
    ///
    /// # Returns
    /// - `price`: the lower of the two, 18 decimals; 0 unless the status is 0
    /// - `twap`: the average over the short window, 18 decimals, rounded down; 0 if there is none
    /// - `second`: the second feed's price, or the primary's live price if there is no second; 0 if it is not good
    /// - `status`: 0 ok, 1 start missing, 2 end missing, 4 bad data, 5 primary not good, 6 second not good,
    ///   7 deviating
    pub fn mark(&self) -> (U256, U256, U256, u8) {
        let live = self.live();
        answer(self.mark_of(&live, &self.past(live.observation(self.now()))))
    }

    /// The newest observation.
    ///
    /// # Returns
    /// - `time`: seconds since 1970; 0 for none
    /// - `cumulative`: the integral there, in wad seconds
    pub fn newest_observation(&self) -> (u64, U256) {
        let newest = self.newest_before(&self.past(None), u64::MAX);
        newest.map_or((0, U256::ZERO), |seen| (seen.time, U256::from(seen.cumulative)))
    }

    /// What is kept of a bucket: its first and its last observation, all zero if there is none.
    ///
    /// # Returns
    /// - `firstTime`: seconds since 1970
    /// - `firstCumulative`: the integral there, in wad seconds
    /// - `lastTime`: seconds since 1970
    /// - `lastCumulative`: the integral there, in wad seconds
    pub fn observations(&self, bucket: u64) -> (u64, U256, u64, U256) {
        let Some(Bucket { first, last }) = self.past(None).bucket(bucket) else {
            return (0, U256::ZERO, 0, U256::ZERO);
        };
        (first.time, U256::from(first.cumulative), last.time, U256::from(last.cumulative))
    }

    /// Seconds of a bucket; buckets are counted from 1970.
    pub fn bucket_seconds(&self) -> u64 {
        BUCKET_SECONDS
    }

    /// The history's settings.
    pub fn settings(&self) -> HistorySettings {
        settings::from_stored(&self.load_primary(), &self.load_second())
    }

    /// Replaces the settings, but for the primary feed. A second feed that is new must be good.
    ///
    /// Errors: `NotOwner`, `PrimaryFeedIsFixed`, `SettingOutOfBounds`, `FeedNotGood`.
    pub fn set_settings(&mut self, settings: HistorySettings) -> Result<(), HistoryError> {
        self.ownership.only_owner()?;
        let Primary { feed, newest, .. } = self.load_primary();
        if settings.primaryFeed != feed {
            return Err(PrimaryFeedIsFixed { primaryFeed: feed }.into());
        }
        let (primary, second) = settings::to_stored(&settings)?;
        if second.feed != self.load_second().feed {
            self.check_second(second.feed)?;
        }
        self.apply(&Primary { newest, ..primary }, &second, &settings);
        Ok(())
    }

    /// The history's owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Who has been offered the history and may accept it; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending()
    }

    /// Offers the history to `new_owner`, who must accept; zero withdraws an offer.
    ///
    /// Errors: `NotOwner`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), HistoryError> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes the history over from its owner, who has offered it to the caller.
    ///
    /// Errors: `NotPendingOwner`.
    pub fn accept_ownership(&mut self) -> Result<(), HistoryError> {
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
    /// - `ProgramMismatch`: not one of a price history
    /// - `NotUpgradeable`: a price history could never be upgraded again
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Result<(), Vec<u8>> {
        self.ownership.only_owner().map_err(|refusal| refusal.abi_encode())?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
    }
}

/// What is stored, as it would be after one more observation.
struct Past<'a> {
    history: &'a PriceHistory,
    live: Option<Anchor>,
}

impl Observations for Past<'_> {
    fn bucket(&self, number: u64) -> Option<Bucket> {
        let kept = state::unpack_bucket(number, self.history.buckets.get(U256::from(number)));
        match self.live {
            Some(seen) if bucket_of(seen.time) == number => Some(Bucket::observe(kept, seen)),
            _ => kept,
        }
    }
}

impl PriceHistory {
    fn past(&self, live: Option<Anchor>) -> Past<'_> {
        Past { history: self, live }
    }

    fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    fn load_primary(&self) -> Primary {
        Primary::unpack(self.primary.get())
    }

    fn load_second(&self) -> Second {
        Second::unpack(self.second.get())
    }

    /// What the primary feed says now.
    fn live(&self) -> Reading {
        feeds::read(self.vm(), self.load_primary().feed)
    }

    /// Pokes the primary feed and keeps what it says, if that is good.
    fn observe(&mut self) -> Reading {
        let primary = self.load_primary();
        let reading = feeds::poke(self.vm(), primary.feed);
        let time = self.now();
        match reading.observation(time) {
            Some(seen) => self.keep(primary, seen, reading.price),
            None => self.vm().log(NotRecorded { time, feedStatus: reading.status }),
        }
        reading
    }

    fn keep(&mut self, primary: Primary, seen: Anchor, price: u128) {
        let number = bucket_of(seen.time);
        let kept = self.past(None).bucket(number);
        let bucket = Bucket::observe(kept, seen);
        if kept == Some(bucket) {
            return;
        }
        self.buckets.setter(U256::from(number)).set(state::pack_bucket(&bucket));
        if primary.newest != number {
            self.primary.set(Primary { newest: number, ..primary }.pack());
        }
        self.vm().log(Recorded {
            bucket: number,
            time: seen.time,
            cumulative: U256::from(seen.cumulative),
            price: U256::from(price),
        });
    }

    fn average_of(&self, past: &Past<'_>, from: u64, to: u64) -> (U256, u8) {
        verdict(average_down(past, from..to, self.load_primary().max_gap, self.now()))
    }

    /// The mark by what the primary feed says now and what was observed.
    fn mark_of(&self, live: &Reading, past: &Past<'_>) -> Mark {
        let (primary, second, now) = (self.load_primary(), self.load_second(), self.now());
        let window = now.saturating_sub(primary.short_window)..now;
        let twap = match live.good_price() {
            Some(_) => average_down(past, window, primary.max_gap, now),
            None => Err(HistoryStatus::PrimaryNotGood),
        };
        let other = if second.feed.is_zero() { *live } else { feeds::read(self.vm(), second.feed) };
        Mark::lower(twap, other.good_price(), second.tolerance)
    }

    /// The newest observation made at or before a time. After the newest bucket nothing is searched.
    fn newest_before(&self, past: &Past<'_>, time: u64) -> Option<Anchor> {
        let over = self.load_primary().newest.saturating_add(1).saturating_mul(BUCKET_SECONDS);
        newest_until(past, time.min(over.saturating_sub(1)), LOOKBACK_BUCKETS)
    }

    /// Refuses a second feed that is not good; none is fine.
    fn check_second(&self, feed: Address) -> Result<(), FeedNotGood> {
        if feed.is_zero() {
            return Ok(());
        }
        let reading = feeds::read(self.vm(), feed);
        match reading.good_price() {
            Some(_) => Ok(()),
            None => Err(FeedNotGood { feed, status: reading.status }),
        }
    }

    fn apply(&mut self, primary: &Primary, second: &Second, settings: &HistorySettings) {
        self.primary.set(primary.pack());
        self.second.set(second.pack());
        self.vm().log(SettingsChanged {
            primaryFeed: settings.primaryFeed,
            secondFeed: settings.secondFeed,
            maxDeviation: settings.maxDeviation,
            shortWindow: settings.shortWindow,
            maxGap: settings.maxGap,
        });
    }
}

/// An average as a call answers it.
fn verdict(average: Result<u128, HistoryStatus>) -> (U256, u8) {
    match average {
        Ok(price) => (U256::from(price), HistoryStatus::Ok as u8),
        Err(status) => (U256::ZERO, status as u8),
    }
}

/// A mark as a call answers it.
fn answer(mark: Mark) -> (U256, U256, U256, u8) {
    (U256::from(mark.price), U256::from(mark.twap), U256::from(mark.second), mark.status as u8)
}
