//! The price history through its ABI, behind a proxy, over price feeds on posted and on hostile sources.
#![allow(missing_docs)]

use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
};
use everfloor_host::TestChain;
use posted_aggregator::PostedAggregator;
use price_feed::PriceFeed;
use price_history::{
    FeedNotGood, NotRecorded, PriceHistory, PrimaryFeedIsFixed, Recorded, SettingOutOfBounds, SettingsChanged,
};
use proptest::prelude::*;

mod aggregator {
    alloy_sol_types::sol! {
        function initialize(address owner, address reporter, uint8 decimals, uint32 ppm, bytes32 description) external;
        function postAt(int256 answer, uint64 observedAt) external returns (uint80);
    }
}

mod feed {
    alloy_sol_types::sol! {
        struct FeedSettings {
            address source;
            address sequencerFeed;
            uint32 heartbeat;
            uint32 sequencerGrace;
            uint256 minPrice;
            uint256 maxPrice;
            uint256 maxDeviation;
            uint32 twapWindow;
            bytes32 description;
        }
        function initialize(address owner, FeedSettings settings) external;
        function configure(FeedSettings settings) external;
        function poke() external;
    }
}

sol! {
    #[derive(Debug, PartialEq)]
    struct Settings {
        address primaryFeed;
        address secondFeed;
        uint256 maxDeviation;
        uint32 shortWindow;
        uint32 maxGap;
    }
    function initialize(address owner, Settings settings) external;
    function setSettings(Settings settings) external;
    function settings() external view returns (Settings);
    function record() external returns (uint8 feedStatus);
    function recordAndAverage(uint64 from, uint64 to) external returns (uint256 price, uint8 status);
    function recordAndMark() external returns (uint256 price, uint256 twap, uint256 second, uint8 status);
    function average(uint64 from, uint64 to) external view returns (uint256 price, uint8 status);
    function lastAverage(uint64 window, uint64 before) external view returns (uint256 price, uint64 end, uint8 status);
    function mark() external view returns (uint256 price, uint256 twap, uint256 second, uint8 status);
    function newestObservation() external view returns (uint64 time, uint256 cumulative);
    function observations(uint64 bucket) external view returns (uint64 firstTime, uint256 firstCumulative, uint64 lastTime, uint256 lastCumulative);
    function bucketSeconds() external view returns (uint64);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
}

const FEED_CODE: Address = address!("0x00000000000000000000000000000000000000f1");
const FEED: Address = address!("0x00000000000000000000000000000000000000f2");
const SOURCE: Address = address!("0x00000000000000000000000000000000000000f3");
const SECOND_FEED: Address = address!("0x00000000000000000000000000000000000000f4");
const SECOND_SOURCE: Address = address!("0x00000000000000000000000000000000000000f5");
const SEQUENCER: Address = address!("0x00000000000000000000000000000000000000f6");
const CODE: Address = address!("0x00000000000000000000000000000000000000f7");
const HISTORY: Address = address!("0x00000000000000000000000000000000000000f8");

const HEARTBEAT: u64 = 7200;
const SHORT: u64 = 1800;
const GAP: u64 = 3600;
const BUCKET: u64 = 900;
const HOUR: u64 = 3600;

const OK: u8 = 0;
const START_MISSING: u8 = 1;
const END_MISSING: u8 = 2;
const FUTURE: u8 = 3;
const BAD_DATA: u8 = 4;
const PRIMARY_NOT_GOOD: u8 = 5;
const SECOND_NOT_GOOD: u8 = 6;
const DEVIATING: u8 = 7;

/// Statuses of feeds.
const FEED_DEVIATING: u8 = 1;
const FEED_STALE: u8 = 2;
const FEED_INVALID: u8 = 3;
const FEED_SEQUENCER_DOWN: u8 = 4;
const FEED_UNREACHABLE: u8 = 5;

fn wad(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(10).pow(U256::from(18))
}

fn usd(dollars: u64) -> I256 {
    I256::try_from(dollars * 100_000_000).unwrap()
}

fn percent(percent: u64) -> U256 {
    U256::from(percent) * U256::from(10).pow(U256::from(16))
}

fn feed_settings(source: Address) -> feed::FeedSettings {
    feed::FeedSettings {
        source,
        sequencerFeed: Address::ZERO,
        heartbeat: HEARTBEAT as u32,
        sequencerGrace: 300,
        minPrice: U256::ONE,
        maxPrice: wad(1_000_000),
        maxDeviation: percent(10),
        twapWindow: 600,
        description: B256::ZERO,
    }
}

fn default_settings() -> Settings {
    Settings {
        primaryFeed: FEED,
        secondFeed: SECOND_FEED,
        maxDeviation: percent(5),
        shortWindow: SHORT as u32,
        maxGap: GAP as u32,
    }
}

struct World {
    chain: TestChain,
    owner: Address,
    /// A multiple of the bucket, at which the feeds begin.
    start: u64,
}

impl World {
    /// Two feeds at 200 dollars, and no history.
    fn without_history() -> Self {
        let (chain, owner) = (TestChain::new(), TestChain::account("owner"));
        let start = chain.now().next_multiple_of(BUCKET);
        chain.set_time(start);
        let w = Self { chain, owner, start };
        w.chain.deploy::<PriceFeed>(FEED_CODE);
        for (feed, source) in [(FEED, SOURCE), (SECOND_FEED, SECOND_SOURCE)] {
            w.deploy_source(source);
            w.post_to(source, 200);
            w.chain.deploy_proxy(feed, FEED_CODE);
            let call = feed::initializeCall { owner, settings: feed_settings(source) };
            w.chain.send(owner, feed, call).unwrap();
        }
        w.chain.deploy::<PriceHistory>(CODE);
        w.chain.deploy_proxy(HISTORY, CODE);
        w
    }

    fn new() -> Self {
        Self::with_settings(default_settings())
    }

    fn alone() -> Self {
        Self::with_settings(Settings { secondFeed: Address::ZERO, ..default_settings() })
    }

    fn with_settings(settings: Settings) -> Self {
        let w = Self::without_history();
        w.chain.send(w.owner, HISTORY, initializeCall { owner: w.owner, settings }).unwrap();
        w
    }

    fn deploy_source(&self, at: Address) {
        self.chain.deploy::<PostedAggregator>(at);
        let (owner, reporter) = (self.owner, self.owner);
        let call =
            aggregator::initializeCall { owner, reporter, decimals: 8, ppm: 0, description: B256::ZERO };
        self.chain.send(owner, at, call).unwrap();
    }

    fn post_to(&self, source: Address, dollars: u64) {
        let call = aggregator::postAtCall { answer: usd(dollars), observedAt: self.chain.now() };
        self.chain.send(self.owner, source, call).unwrap();
    }

    /// A new round of the primary feed's source that somebody pokes the feed with.
    fn post(&self, dollars: u64) {
        self.post_to(SOURCE, dollars);
        self.chain.send(self.owner, FEED, feed::pokeCall {}).unwrap();
    }

    /// Replaces the feed by one that answers this.
    fn feed_answers(&self, answer: Result<Vec<u8>, Vec<u8>>) {
        self.chain.deploy_handler(FEED, move |_, _| answer.clone());
    }

    fn record(&self) -> u8 {
        self.chain.send(TestChain::account("anybody"), HISTORY, recordCall {}).unwrap()
    }

    /// Records now and every `step` seconds until `end`, with rounds that stay fresh.
    fn record_until(&self, end: u64, step: u64, dollars: u64) {
        while self.chain.now() < end {
            self.chain.set_time(end.min(self.chain.now() + step));
            self.post(dollars);
            self.record();
        }
    }

    fn average(&self, from: u64, to: u64) -> (U256, u8) {
        let answer = self.chain.view(HISTORY, averageCall { from, to }).unwrap();
        (answer.price, answer.status)
    }

    fn record_and_average(&self, from: u64, to: u64) -> (U256, u8) {
        let answer = self.chain.send(self.owner, HISTORY, recordAndAverageCall { from, to }).unwrap();
        (answer.price, answer.status)
    }

    fn last_average(&self, window: u64, before: u64) -> (U256, u64, u8) {
        let answer = self.chain.view(HISTORY, lastAverageCall { window, before }).unwrap();
        (answer.price, answer.end, answer.status)
    }

    /// The mark, which viewed and recorded is the same.
    fn mark(&self) -> (U256, U256, U256, u8) {
        let seen = self.chain.view(HISTORY, markCall {}).unwrap();
        let made = self.chain.send(self.owner, HISTORY, recordAndMarkCall {}).unwrap();
        assert_eq!(
            (seen.price, seen.twap, seen.second, seen.status),
            (made.price, made.twap, made.second, made.status)
        );
        (made.price, made.twap, made.second, made.status)
    }

    fn observations(&self, time: u64) -> (u64, U256, u64, U256) {
        let kept = self.chain.view(HISTORY, observationsCall { bucket: time / BUCKET }).unwrap();
        (kept.firstTime, kept.firstCumulative, kept.lastTime, kept.lastCumulative)
    }

    fn newest(&self) -> (u64, U256) {
        let newest = self.chain.view(HISTORY, newestObservationCall {}).unwrap();
        (newest.time, newest.cumulative)
    }

    fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, HISTORY, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

/// An answer of a feed.
fn reading(price: U256, cumulative: U256, status: u8) -> Vec<u8> {
    (price, cumulative, U256::from(1), U256::from(status)).abi_encode()
}

#[test]
fn setting_up_makes_the_first_observation() {
    let w = World::new();
    assert_eq!(w.newest(), (w.start, U256::ZERO));
    assert_eq!(w.observations(w.start), (w.start, U256::ZERO, w.start, U256::ZERO));
    assert_eq!(w.observations(w.start + BUCKET), (0, U256::ZERO, 0, U256::ZERO));
    assert_eq!(w.chain.view(HISTORY, bucketSecondsCall {}).unwrap(), BUCKET);
    assert_eq!(w.chain.view(HISTORY, settingsCall {}).unwrap(), default_settings());
    let event = w.chain.events::<SettingsChanged>(HISTORY).pop().unwrap();
    assert_eq!((event.primaryFeed, event.secondFeed, event.maxGap), (FEED, SECOND_FEED, GAP as u32));
}

#[test]
fn a_bucket_keeps_its_first_and_its_last_observation_in_one_word() {
    let w = World::new();
    let words = w.chain.storage_of(HISTORY).len();
    for after in [100, 500, 899] {
        w.chain.set_time(w.start + after);
        assert_eq!(w.record(), OK);
        assert_eq!(w.observations(w.start), (w.start, U256::ZERO, w.start + after, wad(200 * after)));
    }
    assert_eq!(w.chain.storage_of(HISTORY).len(), words);
    w.chain.set_time(w.start + 900);
    w.record();
    assert_eq!(w.chain.storage_of(HISTORY).len(), words + 1);
    let event = Recorded {
        bucket: w.start / BUCKET + 1,
        time: w.start + 900,
        cumulative: wad(180_000),
        price: wad(200),
    };
    assert_eq!(w.chain.events::<Recorded>(HISTORY).pop(), Some(event));
    // Twice in one block is once.
    let (state, events) = (w.chain.storage_of(HISTORY), w.chain.events::<Recorded>(HISTORY).len());
    w.record();
    assert_eq!((w.chain.storage_of(HISTORY), w.chain.events::<Recorded>(HISTORY).len()), (state, events));
}

#[test]
fn a_window_settles_at_its_end_and_at_the_same_price_a_year_later() {
    let w = World::new();
    let (from, to) = (w.start + HOUR, w.start + 7 * HOUR);
    w.record_until(from, BUCKET, 200);
    w.record_until(from + HOUR - BUCKET, BUCKET, 200);
    w.record_until(to - 10, BUCKET, 320);
    assert_eq!(w.average(from, to), (U256::ZERO, FUTURE));
    w.chain.set_time(to);
    // One hour at 200, five at 320. The view sees what recording would make of it.
    let expected = (wad(300), OK);
    assert_eq!((w.average(from, to), w.record_and_average(from, to)), (expected, expected));
    for later in [1, 60, 5 * HOUR, 30 * 24 * HOUR, 365 * 24 * HOUR] {
        w.chain.set_time(to + later);
        w.post(77);
        assert_eq!((w.average(from, to), w.record_and_average(from, to)), (expected, expected));
    }
}

#[test]
fn a_late_recording_settles_on_the_line_between_its_neighbours() {
    let w = World::new();
    let (from, to) = (w.start, w.start + 2 * HOUR);
    w.record_until(to - 600, BUCKET, 200);
    w.chain.set_time(to);
    w.post(400);
    w.chain.set_time(to + 600);
    // Nobody recorded at the end: the integral there lies half way between ten minutes before and after.
    let expected =
        (wad(2 * HOUR * 200 - 600 * 200) + wad(600 * 200 + 600 * 400) / U256::from(2)) / U256::from(2 * HOUR);
    assert_eq!(w.record_and_average(from, to), (expected, OK));
    // And whoever records later changes nothing.
    w.chain.warp(60);
    w.post(1000);
    assert_eq!(w.record_and_average(from, to), (expected, OK));
}

#[test]
fn a_window_whose_observations_are_too_far_is_not_available() {
    let w = World::new();
    let (from, to) = (w.start + 3 * HOUR, w.start + 6 * HOUR);
    w.record_until(w.start + 6 * HOUR, 6 * HOUR, 200);
    assert_eq!(w.average(from, to), (U256::ZERO, START_MISSING));
    assert_eq!(w.average(w.start, to), (wad(200), OK));
    let (from, to) = (to, to + 2 * HOUR);
    w.chain.set_time(to + GAP + 1);
    w.post(200);
    assert_eq!(w.record_and_average(from, to), (U256::ZERO, END_MISSING));
    assert_eq!(w.average(from, from), (U256::ZERO, BAD_DATA));
    assert_eq!(w.average(to, from), (U256::ZERO, BAD_DATA));
    assert_eq!(w.average(0, from), (U256::ZERO, START_MISSING));
    assert_eq!(w.average(0, u64::MAX), (U256::ZERO, FUTURE));
}

#[test]
fn nothing_is_kept_while_the_feed_is_not_good() {
    let w = World::with_settings(Settings { secondFeed: Address::ZERO, ..default_settings() });
    let bad = |status: u8| {
        w.chain.warp(10);
        let before = w.chain.storage_of(HISTORY);
        w.chain.clear_logs();
        assert_eq!(w.record(), status);
        assert_eq!(w.chain.storage_of(HISTORY), before);
        let time = w.chain.now();
        assert_eq!(w.chain.events::<NotRecorded>(HISTORY), [NotRecorded { time, feedStatus: status }]);
        assert_eq!(w.mark(), (U256::ZERO, U256::ZERO, U256::ZERO, PRIMARY_NOT_GOOD));
        assert_eq!(w.average(w.start, time).1, END_MISSING);
    };
    w.chain.warp(HEARTBEAT);
    bad(FEED_STALE);
    let settings = feed::FeedSettings { sequencerFeed: SEQUENCER, ..feed_settings(SOURCE) };
    w.chain.send(w.owner, FEED, feed::configureCall { settings }).unwrap();
    w.post_to(SOURCE, 200);
    bad(FEED_SEQUENCER_DOWN);
    w.chain.deploy_handler(SOURCE, |_, _| {
        Ok((U256::ONE, U256::ZERO, U256::ONE, U256::ONE, U256::ONE).abi_encode())
    });
    bad(FEED_INVALID);
    w.chain.deploy_handler(SOURCE, |_, _| Err(vec![]));
    bad(FEED_UNREACHABLE);
}

#[test]
fn a_feed_far_from_its_own_average_is_observed() {
    let w = World::alone();
    w.chain.warp(600);
    w.post(300);
    assert_eq!(w.record(), FEED_DEVIATING);
    assert_eq!(w.newest(), (w.chain.now(), wad(120_000)));
}

#[test]
fn an_outage_around_the_end_is_bridged_if_it_is_short() {
    let w = World::new();
    let (from, to) = (w.start, w.start + 4 * HOUR);
    w.record_until(to - 1200, 600, 200);
    w.chain.set_time(to - 60);
    w.chain.deploy_handler(SOURCE, |_, _| Err(vec![]));
    for _ in 0..10 {
        w.chain.warp(180);
        assert_eq!(w.record(), FEED_UNREACHABLE);
    }
    assert_eq!(w.average(from, to), (U256::ZERO, END_MISSING));
    w.chain.deploy::<PostedAggregator>(SOURCE);
    w.post(200);
    assert_eq!(w.record_and_average(from, to), (wad(200), OK));
}

#[test]
fn when_the_feed_dies_the_last_average_is_there_for_good() {
    let w = World::new();
    let (window, end) = (6 * HOUR, w.start + 30 * HOUR);
    w.record_until(end - 7 * HOUR - BUCKET, BUCKET, 200);
    let died = end - 2 * HOUR;
    w.record_until(died, BUCKET, 260);
    w.chain.deploy_handler(SOURCE, |_, _| Err(vec![]));
    w.chain.set_time(end + 24 * HOUR);
    assert_eq!(w.record_and_average(end - window, end), (U256::ZERO, END_MISSING));
    // One of the six hours at 200.
    let expected = (wad(250), died, OK);
    assert_eq!(w.last_average(window, end), expected);
    w.chain.warp(365 * 24 * HOUR);
    w.record();
    assert_eq!((w.last_average(window, end), w.last_average(window, u64::MAX)), (expected, expected));
    // What was before it died is not lost either.
    assert_eq!(w.last_average(window, end - 7 * HOUR), (wad(200), end - 7 * HOUR, OK));
}

#[test]
fn the_last_average_spans_a_window_or_more_and_needs_an_observation_for_each_end() {
    let w = World::new();
    w.chain.set_time(w.start + 5 * HOUR);
    w.post(400);
    w.chain.set_time(w.start + 6 * HOUR);
    w.record();
    // Nothing between: 5 h at 200, 1 h at 400.
    let expected = wad(1400) / U256::from(6);
    assert_eq!(w.last_average(HOUR, w.start + 7 * HOUR), (expected, w.start + 6 * HOUR, OK));
    assert_eq!(w.last_average(7 * HOUR, u64::MAX), (U256::ZERO, w.start + 6 * HOUR, START_MISSING));
    assert_eq!(w.last_average(0, w.start + 6 * HOUR), (U256::ZERO, w.start + 6 * HOUR, BAD_DATA));
    assert_eq!(w.last_average(HOUR, w.start - 1), (U256::ZERO, 0, END_MISSING));
    assert_eq!(w.last_average(u64::MAX, u64::MAX).2, START_MISSING);
}

#[test]
fn a_mark_is_the_lower_of_the_short_average_and_the_second_source() {
    let w = World::new();
    w.record_until(w.start + HOUR, 300, 200);
    w.post_to(SECOND_SOURCE, 204);
    assert_eq!(w.mark(), (wad(200), wad(200), wad(204), OK));
    w.chain.warp(1);
    w.post_to(SECOND_SOURCE, 195);
    assert_eq!(w.mark(), (wad(195), wad(200), wad(195), OK));
    w.chain.warp(1);
    w.post_to(SECOND_SOURCE, 211);
    assert_eq!(w.mark(), (U256::ZERO, wad(200), wad(211), DEVIATING));
    w.chain.warp(1);
    w.post_to(SECOND_SOURCE, 189);
    assert_eq!(w.mark(), (U256::ZERO, wad(200), wad(189), DEVIATING));
}

#[test]
fn a_pump_of_the_live_price_moves_the_mark_by_its_seconds_only() {
    let w = World::alone();
    w.record_until(w.start + HOUR, 300, 200);
    w.chain.warp(1);
    w.post(208);
    w.chain.warp(18);
    // Without a second feed the live price is the second source.
    let twap = wad(200) + wad(8) * U256::from(18) / U256::from(SHORT);
    assert_eq!(w.mark(), (twap, twap, wad(208), OK));
    w.post(230);
    assert_eq!(w.mark().3, DEVIATING);
    w.chain.warp(1);
    w.post(195);
    assert_eq!(w.mark().0, wad(195));
}

#[test]
fn there_is_no_mark_without_the_sources_or_the_observations() {
    let w = World::new();
    assert_eq!(w.mark(), (U256::ZERO, U256::ZERO, wad(200), START_MISSING));
    w.record_until(w.start + HOUR, 600, 200);
    assert_eq!(w.mark().3, OK);
    let died = w.chain.now();
    w.chain.deploy_handler(SECOND_SOURCE, |_, _| Err(vec![]));
    assert_eq!(w.mark(), (U256::ZERO, wad(200), U256::ZERO, SECOND_NOT_GOOD));
    w.chain.deploy::<PostedAggregator>(SECOND_SOURCE);
    w.post_to(SECOND_SOURCE, 200);
    assert_eq!(w.mark().3, OK);
    // Nobody recorded for long: the window's beginning is too far from what was.
    w.chain.set_time(died + SHORT + GAP + 1);
    w.post_to(SECOND_SOURCE, 200);
    w.post(200);
    assert_eq!(w.mark(), (U256::ZERO, U256::ZERO, wad(200), START_MISSING));
    w.chain.deploy_handler(SOURCE, |_, _| Err(vec![]));
    assert_eq!(w.mark(), (U256::ZERO, U256::ZERO, wad(200), PRIMARY_NOT_GOOD));
}

#[test]
fn a_feed_that_misbehaves_is_unreachable_and_never_an_error() {
    let w = World::new();
    let too_wide = [U256::MAX, wad(1)];
    let answers = [
        Err(vec![]),
        Ok(vec![]),
        Ok(reading(wad(200), wad(1), OK)[..127].to_vec()),
        Ok(reading(too_wide[0], wad(1), OK)),
        Ok(reading(wad(1), too_wide[0], OK)),
        Ok((wad(1), wad(1), U256::ONE, U256::from(256)).abi_encode()),
    ];
    for answer in answers {
        w.feed_answers(answer);
        w.chain.warp(10);
        assert_eq!(w.record(), FEED_UNREACHABLE);
        assert_eq!(w.average(w.start, w.start + 5).1, END_MISSING);
        assert_eq!(w.mark().3, PRIMARY_NOT_GOOD);
    }
    assert_eq!(w.newest().0, w.start);
}

#[test]
fn a_feed_that_rewrites_its_past_makes_bad_data_and_no_error() {
    let w = World::new();
    let answer = |cumulative| w.feed_answers(Ok(reading(wad(200), cumulative, OK)));
    w.chain.set_time(w.start + 100);
    answer(wad(100_000));
    w.record();
    let kept = w.observations(w.start);
    for wrong in [wad(99_999), U256::from(u128::MAX)] {
        w.chain.warp(1);
        answer(wrong);
        w.record();
        assert_eq!(w.observations(w.start), kept);
    }
    w.chain.set_time(w.start + BUCKET);
    answer(wad(1));
    w.record();
    assert_eq!(w.average(w.start + 100, w.start + BUCKET), (U256::ZERO, BAD_DATA));
}

#[test]
fn a_history_is_initialised_once_through_its_proxy_on_feeds_that_are_good() {
    let w = World::without_history();
    let call = |settings| initializeCall { owner: w.owner, settings };
    let revert = w.chain.send(w.owner, CODE, call(default_settings())).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    w.refused(w.owner, initializeCall { owner: Address::ZERO, settings: default_settings() }, ZeroAddress {});
    w.refused(w.owner, call(Settings { primaryFeed: Address::ZERO, ..default_settings() }), ZeroAddress {});
    let not_good = |feed, status| FeedNotGood { feed, status };
    w.refused(w.owner, call(Settings { primaryFeed: w.owner, ..default_settings() }), not_good(w.owner, 5));
    w.refused(w.owner, call(Settings { secondFeed: w.owner, ..default_settings() }), not_good(w.owner, 5));
    w.chain.warp(HEARTBEAT + 1);
    let alone = Settings { secondFeed: Address::ZERO, ..default_settings() };
    w.refused(w.owner, call(alone.clone()), not_good(FEED, FEED_STALE));
    w.refused(w.owner, call(default_settings()), not_good(SECOND_FEED, FEED_STALE));
    w.post(200);
    w.chain.send(w.owner, HISTORY, call(alone)).unwrap();
    w.refused(w.owner, call(default_settings()), AlreadyInitialized {});
}

#[test]
fn a_history_that_is_not_set_up_keeps_nothing() {
    let w = World::without_history();
    for history in [HISTORY, CODE] {
        let before = w.chain.storage_of(history);
        assert_eq!(w.chain.send(w.owner, history, recordCall {}).unwrap(), FEED_UNREACHABLE);
        assert_eq!(w.chain.view(history, averageCall { from: 1, to: 2 }).unwrap().status, START_MISSING);
        assert_eq!(w.chain.view(history, markCall {}).unwrap().status, PRIMARY_NOT_GOOD);
        assert_eq!(w.chain.view(history, newestObservationCall {}).unwrap().time, 0);
        assert_eq!(w.chain.storage_of(history), before);
    }
}

#[test]
fn settings_are_bounded() {
    let w = World::new();
    let d = default_settings;
    let n = |n: u64| U256::from(n);
    let (low, high) = (U256::from(10).pow(n(15)), percent(50));
    let deviation = |value| ("maxDeviation", Settings { maxDeviation: value, ..d() }, value, low, high);
    let cases = [
        ("shortWindow", Settings { shortWindow: 299, ..d() }, n(299), n(300), n(86_400)),
        ("shortWindow", Settings { shortWindow: 86_401, ..d() }, n(86_401), n(300), n(86_400)),
        ("maxGap", Settings { maxGap: 599, ..d() }, n(599), n(600), n(14_400)),
        ("maxGap", Settings { maxGap: u32::MAX, ..d() }, n(u32::MAX.into()), n(600), n(14_400)),
        deviation(low - U256::ONE),
        deviation(low + U256::ONE),
        deviation(high + n(1_000_000_000)),
        deviation(U256::ZERO),
        deviation(U256::MAX),
    ];
    for (name, settings, value, min, max) in cases {
        let setting = B256::right_padding_from(name.as_bytes());
        w.refused(w.owner, setSettingsCall { settings }, SettingOutOfBounds { setting, value, min, max });
    }
    for (short, gap, deviation) in [(300, 600, low), (86_400, 14_400, high)] {
        let settings = Settings { shortWindow: short, maxGap: gap, maxDeviation: deviation, ..d() };
        w.chain.send(w.owner, HISTORY, setSettingsCall { settings: settings.clone() }).unwrap();
        assert_eq!(w.chain.view(HISTORY, settingsCall {}).unwrap(), settings);
    }
}

#[test]
fn the_owner_changes_settings_and_nobody_else_and_what_was_observed_stays() {
    let w = World::new();
    w.record_until(w.start + HOUR, BUCKET, 200);
    let newest = w.newest();
    let settings = Settings { secondFeed: Address::ZERO, maxGap: 600, ..default_settings() };
    let other = TestChain::account("other");
    w.refused(other, setSettingsCall { settings: settings.clone() }, NotOwner { caller: other });
    let moved = Settings { primaryFeed: SECOND_FEED, ..settings.clone() };
    w.refused(w.owner, setSettingsCall { settings: moved }, PrimaryFeedIsFixed { primaryFeed: FEED });
    w.chain.send(w.owner, HISTORY, setSettingsCall { settings }).unwrap();
    assert_eq!((w.newest(), w.average(w.start, w.start + HOUR)), (newest, (wad(200), OK)));
    // The second feed comes back only while it is good; the primary need not be.
    w.chain.warp(HEARTBEAT + 1);
    let call = setSettingsCall { settings: default_settings() };
    w.refused(w.owner, call.clone(), FeedNotGood { feed: SECOND_FEED, status: FEED_STALE });
    w.post_to(SECOND_SOURCE, 200);
    w.chain.send(w.owner, HISTORY, call.clone()).unwrap();
    w.chain.warp(HEARTBEAT + 1);
    w.chain.send(w.owner, HISTORY, call).unwrap();
}

#[test]
fn the_history_changes_hands_in_two_steps() {
    let w = World::new();
    let heir = TestChain::account("heir");
    w.refused(heir, acceptOwnershipCall {}, NotPendingOwner { caller: heir });
    w.chain.send(w.owner, HISTORY, transferOwnershipCall { newOwner: heir }).unwrap();
    assert_eq!(w.chain.view(HISTORY, ownerCall {}).unwrap(), w.owner);
    assert_eq!(w.chain.view(HISTORY, pendingOwnerCall {}).unwrap(), heir);
    w.chain.send(heir, HISTORY, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.chain.view(HISTORY, ownerCall {}).unwrap(), heir);
    w.refused(w.owner, setSettingsCall { settings: default_settings() }, NotOwner { caller: w.owner });
}

/// One thing that happens to a history.
#[derive(Clone, Debug)]
enum Step {
    Post { after: u64, dollars: u64 },
    Record { after: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1u64..1500, 100u64..300).prop_map(|(after, dollars)| Step::Post { after, dollars }),
        (1u64..1500).prop_map(|after| Step::Record { after }),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Rounds are poked as they come, recordings are made at random; a window recorded at its ends is exact, then and
    /// ever after, and what a view says is what recording makes of it.
    #[test]
    fn a_window_has_the_average_of_its_seconds(steps in steps(), buckets in 1u64..12, before in 0u64..4) {
        let w = World::alone();
        let patient = feed::FeedSettings { heartbeat: 604_800, ..feed_settings(SOURCE) };
        w.chain.send(w.owner, FEED, feed::configureCall { settings: patient }).unwrap();
        let (from, to) = (w.start + before * BUCKET, w.start + (before + buckets) * BUCKET);
        let mut prices = vec![(w.start, 200)];
        let mut visits: Vec<(u64, Option<u64>)> = vec![(from, None), (to, None)];
        let mut now = w.start;
        for step in steps {
            let (after, dollars) = match step {
                Step::Post { after, dollars } => (after, Some(dollars)),
                Step::Record { after } => (after, None),
            };
            now += after;
            visits.push((now, dollars));
        }
        visits.sort();
        let area = |prices: &[(u64, u64)], until: u64| -> u64 {
            let ends = prices.iter().skip(1).map(|price| price.0).chain([u64::MAX]);
            prices.iter().zip(ends).map(|(price, end)| price.1 * until.min(end).saturating_sub(price.0)).sum()
        };
        for (time, dollars) in visits {
            w.chain.set_time(time);
            if let Some(dollars) = dollars {
                w.post(dollars);
                prices.push((time, dollars));
                continue;
            }
            let viewed = w.average(from, to);
            prop_assert_eq!(viewed, w.record_and_average(from, to));
            if time == to {
                let expected = wad(area(&prices, to) - area(&prices, from)) / U256::from(to - from);
                prop_assert_eq!(viewed, (expected, OK));
            }
            if time > to && viewed.1 == OK {
                let exact = wad(area(&prices, to) - area(&prices, from)) / U256::from(to - from);
                let bound = wad(200) * U256::from(2 * GAP) / U256::from(4 * (to - from));
                prop_assert!(viewed.0.abs_diff(exact) <= bound);
            }
        }
    }
}
