//! The price feed through its ABI, behind a proxy, on posted and on hostile sources.
#![allow(missing_docs)]
#![allow(clippy::inconsistent_digit_grouping, reason = "amounts in cents")]

use alloy_primitives::{Address, B256, I256, U256, Uint, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, ZeroAddress},
};
use everfloor_host::TestChain;
use posted_aggregator::PostedAggregator;
use price_feed::{
    ConfigChanged, FeedSettings, Observed, OracleUnavailable, PriceFeed, RoundNotFound, SettingOutOfBounds,
    SourceUnusable,
};
use proptest::prelude::*;

mod aggregator {
    alloy_sol_types::sol! {
        function initialize(address owner, address reporter, uint8 decimals, uint32 ppm, bytes32 description) external;
        function postAt(int256 answer, uint64 observedAt) external returns (uint80);
    }
}

sol! {
    struct Settings {
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
    function initialize(address owner, Settings settings) external;
    function configure(Settings settings) external;
    function settings() external view returns (Settings);
    function read() external view returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
    function poke() external returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
    function twap() external view returns (uint256 price, uint64 window);
    function price() external view returns (uint256);
    function decimals() external view returns (uint8);
    function description() external view returns (string);
    function version() external view returns (uint256);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80);
    function owner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
}

const IMPLEMENTATION: Address = address!("0x00000000000000000000000000000000000000f1");
const FEED: Address = address!("0x00000000000000000000000000000000000000f2");
const SOURCE: Address = address!("0x00000000000000000000000000000000000000f3");
const SEQUENCER: Address = address!("0x00000000000000000000000000000000000000f4");
const HEARTBEAT: u64 = 3600;
const WINDOW: u64 = 600;

const OK: u8 = 0;
const DEVIATING: u8 = 1;
const STALE: u8 = 2;
const INVALID: u8 = 3;
const SEQUENCER_DOWN: u8 = 4;
const UNREACHABLE: u8 = 5;

fn wad(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(10).pow(U256::from(18))
}

fn usd(dollars: u64) -> I256 {
    I256::try_from(dollars * 100_000_000).unwrap()
}

fn default_settings() -> Settings {
    Settings {
        source: SOURCE,
        sequencerFeed: Address::ZERO,
        heartbeat: HEARTBEAT as u32,
        sequencerGrace: 300,
        minPrice: wad(1),
        maxPrice: wad(100_000),
        maxDeviation: U256::from(100_000_000_000_000_000u64),
        twapWindow: WINDOW as u32,
        description: B256::right_padding_from(b"ETH / USD"),
    }
}

struct World {
    chain: TestChain,
    owner: Address,
}

type Answer = (U256, U256, u64, u8);

impl World {
    /// A chain with a posted source of 8 decimals at 200 dollars, and no feed.
    fn without_feed() -> Self {
        let (chain, owner) = (TestChain::new(), TestChain::account("owner"));
        let w = Self { chain, owner };
        w.deploy_source(SOURCE, 8);
        w.post(200);
        w.chain.deploy::<PriceFeed>(IMPLEMENTATION);
        w.chain.deploy_proxy(FEED, IMPLEMENTATION);
        w
    }

    fn new() -> Self {
        Self::with_settings(default_settings())
    }

    fn with_settings(settings: Settings) -> Self {
        let w = Self::without_feed();
        w.chain.send(w.owner, FEED, initializeCall { owner: w.owner, settings }).unwrap();
        w
    }

    fn deploy_source(&self, at: Address, decimals: u8) {
        self.chain.deploy::<PostedAggregator>(at);
        let (owner, reporter) = (self.owner, self.owner);
        let call = aggregator::initializeCall { owner, reporter, decimals, ppm: 0, description: B256::ZERO };
        self.chain.send(owner, at, call).unwrap();
    }

    fn post(&self, dollars: u64) {
        self.post_at(usd(dollars), self.chain.now());
    }

    fn post_at(&self, answer: I256, observed_at: u64) {
        let call = aggregator::postAtCall { answer, observedAt: observed_at };
        self.chain.send(self.owner, SOURCE, call).unwrap();
    }

    /// Replaces the source by one that answers this, whatever it is asked.
    fn source_answers(&self, answer: Result<Vec<u8>, Vec<u8>>) {
        self.chain.deploy_handler(SOURCE, move |_, _| answer.clone());
    }

    /// Replaces the source by one with this round.
    fn source_round(&self, answer: I256, updated_at: U256) {
        self.source_answers(Ok(round_bytes(answer, updated_at)));
    }

    fn read(&self) -> Answer {
        let r = self.chain.view(FEED, readCall {}).unwrap();
        (r.price, r.cumulative, r.updatedAt, r.status)
    }

    fn poke(&self) -> Answer {
        let r = self.chain.send(TestChain::account("anybody"), FEED, pokeCall {}).unwrap();
        (r.price, r.cumulative, r.updatedAt, r.status)
    }

    fn status(&self) -> u8 {
        self.read().3
    }

    fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, FEED, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

fn round_bytes(answer: I256, updated_at: U256) -> Vec<u8> {
    let id = U256::from(9);
    (id, answer, updated_at, updated_at, id).abi_encode()
}

#[test]
fn a_fresh_price_is_ok_and_at_18_decimals() {
    let w = World::new();
    let start = w.chain.now();
    assert_eq!(w.read(), (wad(200), U256::ZERO, start, OK));
    assert_eq!(w.chain.view(FEED, priceCall {}).unwrap(), wad(200));
    w.chain.warp(10);
    assert_eq!(w.read(), (wad(200), wad(2000), start, OK));
}

#[test]
fn the_integral_counts_the_live_round_from_its_own_time() {
    let w = World::new();
    let start = w.chain.now();
    w.chain.warp(100);
    w.post_at(usd(210), start + 60);
    // 60 s at 200, 40 s at 210.
    let expected = (wad(210), wad(60 * 200 + 40 * 210), start + 60, OK);
    assert_eq!(w.read(), expected);
    assert_eq!(w.poke(), expected);
    assert_eq!(w.read(), expected);
    w.chain.warp(100);
    assert_eq!(w.read().1, wad(60 * 200 + 140 * 210));
}

#[test]
fn poking_records_a_round_once_and_then_does_nothing() {
    let w = World::new();
    w.chain.clear_logs();
    w.chain.warp(100);
    w.post(210);
    w.poke();
    let (now, state) = (w.chain.now(), w.chain.storage_of(FEED));
    let observed = Observed { price: wad(210), cumulative: wad(20_000), time: now, updatedAt: now };
    assert_eq!(w.chain.events::<Observed>(FEED), [observed]);
    w.chain.warp(100);
    w.poke();
    assert_eq!(w.chain.storage_of(FEED), state);
    assert_eq!(w.chain.events::<Observed>(FEED).len(), 1);
}

#[test]
fn a_price_far_from_its_average_is_deviating_until_the_average_follows() {
    let w = World::new();
    w.chain.warp(WINDOW);
    w.post(250);
    assert_eq!(w.poke().3, DEVIATING);
    assert_eq!(w.read().0, wad(250));
    w.refused(w.owner, priceCall {}, OracleUnavailable { status: DEVIATING, updatedAt: w.chain.now() });
    for _ in 0..20 {
        w.chain.warp(WINDOW / 10);
        w.poke();
    }
    assert_eq!(w.status(), OK);
}

#[test]
fn a_round_older_than_the_heartbeat_is_stale_and_still_the_price() {
    let w = World::new();
    let start = w.chain.now();
    w.chain.warp(HEARTBEAT);
    assert_eq!(w.status(), OK);
    w.chain.warp(1);
    assert_eq!(w.read(), (wad(200), wad(200 * 3601), start, STALE));
    w.refused(w.owner, priceCall {}, OracleUnavailable { status: STALE, updatedAt: start });
    // A round that was already old when it came is the price all the same.
    w.post_at(usd(202), start + 1);
    w.chain.warp(HEARTBEAT);
    assert_eq!((w.poke().0, w.status()), (wad(202), STALE));
}

#[test]
fn rounds_that_are_no_price_leave_the_last_good_one() {
    let w = World::new();
    let start = w.chain.now();
    w.chain.warp(100);
    let now = U256::from(w.chain.now());
    let old = U256::from(start - 1);
    let bad = [
        (I256::ZERO, now),
        (I256::MINUS_ONE, now),
        (I256::MIN, now),
        (I256::MAX, now),
        (usd(100_001), now),
        (I256::ONE, now),
        (usd(200), U256::ZERO),
        (usd(200), now + U256::ONE),
        (usd(200), U256::MAX),
        (usd(200), old),
    ];
    for (answer, updated_at) in bad {
        w.source_round(answer, updated_at);
        let before = w.chain.storage_of(FEED);
        let expected = (wad(200), wad(20_000), start, INVALID);
        assert_eq!(w.read(), expected, "{answer} at {updated_at}");
        assert_eq!(w.poke(), expected, "{answer} at {updated_at}");
        assert_eq!(w.chain.storage_of(FEED), before);
    }
    let error = OracleUnavailable { status: INVALID, updatedAt: start };
    w.refused(w.owner, priceCall {}, error.clone());
    w.refused(w.owner, latestRoundDataCall {}, error);
}

#[test]
fn a_source_that_does_not_answer_is_unreachable_and_never_an_error() {
    let w = World::new();
    let start = w.chain.now();
    w.chain.warp(100);
    let good = round_bytes(usd(210), U256::from(w.chain.now()));
    let too_wide = (U256::MAX, usd(210), U256::from(start), U256::from(start), U256::ZERO).abi_encode();
    let answers =
        [Err(vec![]), Err(good.clone()), Ok(vec![]), Ok(good[..159].to_vec()), Ok(vec![0; 32]), Ok(too_wide)];
    for answer in answers {
        w.source_answers(answer.clone());
        let expected = (wad(200), wad(20_000), start, UNREACHABLE);
        assert_eq!((w.read(), w.poke()), (expected, expected), "{answer:?}");
        assert_eq!(w.chain.view(FEED, twapCall {}).unwrap().price, wad(200));
    }
    // More than asked for is an answer.
    w.source_answers(Ok([good, vec![0xff; 1000]].concat()));
    assert_eq!(w.read().3, OK);
}

#[test]
fn a_source_that_writes_or_calls_back_is_unreachable() {
    let w = World::new();
    w.chain.deploy_handler(SOURCE, |_, vm| {
        use stylus_sdk::stylus_core::host::RawLogAccess;
        vm.emit_log(&[], 0);
        Ok(round_bytes(usd(200), U256::from(1_700_000_000)))
    });
    assert_eq!(w.poke().3, UNREACHABLE);
}

#[test]
fn the_average_follows_when_the_feed_is_left_alone_with_a_dead_source() {
    let w = World::new();
    w.source_answers(Err(vec![]));
    w.chain.warp(10 * WINDOW);
    // The anchors move even though no round comes.
    w.poke();
    w.chain.warp(WINDOW);
    let average = w.chain.view(FEED, twapCall {}).unwrap();
    assert_eq!((average.price, average.window), (wad(200), WINDOW));
}

#[test]
fn prices_are_not_good_while_the_sequencer_is_down_or_just_back() {
    let sequencer = |w: &World, answer: u8, since: u64| {
        let bytes =
            (U256::ONE, U256::from(answer), U256::from(since), U256::from(since), U256::ONE).abi_encode();
        w.chain.deploy_handler(SEQUENCER, move |_, _| Ok(bytes.clone()));
    };
    let w = World::with_settings(Settings { sequencerFeed: SEQUENCER, ..default_settings() });
    // An uptime feed that does not answer is as good as none.
    assert_eq!(w.status(), SEQUENCER_DOWN);
    let now = w.chain.now();
    sequencer(&w, 0, now - 301);
    assert_eq!(w.status(), OK);
    sequencer(&w, 0, now - 300);
    assert_eq!(w.status(), SEQUENCER_DOWN);
    sequencer(&w, 1, now - 10_000);
    assert_eq!(w.status(), SEQUENCER_DOWN);
    let error = OracleUnavailable { status: SEQUENCER_DOWN, updatedAt: now };
    w.refused(w.owner, priceCall {}, error.clone());
    w.refused(w.owner, latestRoundDataCall {}, error);
    // Rounds are recorded all the same, so that the integral is right afterwards.
    w.chain.warp(10);
    w.post(205);
    assert_eq!((w.poke().0, w.read().3), (wad(205), SEQUENCER_DOWN));
    // What does not answer at all is worse than a sequencer that is down.
    w.source_answers(Err(vec![]));
    assert_eq!(w.status(), UNREACHABLE);
}

#[test]
fn sources_of_any_decimals_are_scaled() {
    for (decimals, answer) in
        [(0, 1234), (6, 1_234_000_000), (18, 1234 * 10i128.pow(18)), (30, 1234 * 10i128.pow(30))]
    {
        let w = World::without_feed();
        w.deploy_source(SEQUENCER, decimals);
        let now = w.chain.now();
        let call = aggregator::postAtCall { answer: I256::try_from(answer).unwrap(), observedAt: now };
        w.chain.send(w.owner, SEQUENCER, call).unwrap();
        let settings = Settings { source: SEQUENCER, ..default_settings() };
        w.chain.send(w.owner, FEED, initializeCall { owner: w.owner, settings }).unwrap();
        assert_eq!(w.read(), (wad(1234), U256::ZERO, now, OK), "{decimals}");
    }
}

#[test]
fn readers_of_chainlinks_interface_see_the_feed_as_an_aggregator() {
    let w = World::new();
    let start = w.chain.now();
    assert_eq!(w.chain.view(FEED, decimalsCall {}).unwrap(), 18);
    assert_eq!(w.chain.view(FEED, descriptionCall {}).unwrap(), "ETH / USD");
    assert_eq!(w.chain.view(FEED, versionCall {}).unwrap(), U256::ONE);
    w.chain.warp(2 * HEARTBEAT);
    let round = w.chain.view(FEED, latestRoundDataCall {}).unwrap();
    let id = Uint::<80, 2>::from(1);
    assert_eq!((round._0, round._1.into_raw(), round._3, round._4), (id, wad(200), U256::from(start), id));
    assert_eq!(w.chain.view(FEED, getRoundDataCall { roundId: id }).unwrap()._1, round._1);
    for other in [Uint::ZERO, Uint::from(2), Uint::MAX] {
        let error = RoundNotFound { roundId: other, latestRoundId: id };
        w.refused(w.owner, getRoundDataCall { roundId: other }, error);
    }
}

#[test]
fn a_feed_is_initialised_once_through_its_proxy_on_a_source_that_answers() {
    let w = World::without_feed();
    let call = |settings| initializeCall { owner: w.owner, settings };
    let revert = w.chain.send(w.owner, IMPLEMENTATION, call(default_settings())).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    w.refused(w.owner, initializeCall { owner: Address::ZERO, settings: default_settings() }, ZeroAddress {});
    w.refused(w.owner, call(Settings { source: Address::ZERO, ..default_settings() }), ZeroAddress {});
    let dead = |status| SourceUnusable { source: w.owner, status };
    w.refused(w.owner, call(Settings { source: w.owner, ..default_settings() }), dead(UNREACHABLE));
    w.refused(
        w.owner,
        call(Settings { minPrice: wad(201), ..default_settings() }),
        SourceUnusable { source: SOURCE, status: INVALID },
    );
    w.chain.send(w.owner, FEED, call(default_settings())).unwrap();
    w.refused(w.owner, call(default_settings()), AlreadyInitialized {});
}

#[test]
fn a_feed_that_is_not_set_up_is_unreachable_and_records_nothing() {
    let w = World::without_feed();
    for feed in [FEED, IMPLEMENTATION] {
        let before = w.chain.storage_of(feed);
        let answer = w.chain.send(w.owner, feed, pokeCall {}).unwrap();
        assert_eq!((answer.price, answer.status), (U256::ZERO, UNREACHABLE));
        assert_eq!(w.chain.view(feed, twapCall {}).unwrap().price, U256::ZERO);
        assert_eq!(w.chain.storage_of(feed), before);
    }
}

#[test]
fn settings_are_bounded() {
    let w = World::new();
    let dev = |billionths: u64| U256::from(billionths) * U256::from(1_000_000_000u64);
    let cases: Vec<(&str, Settings, U256, U256, U256)> = {
        let d = default_settings;
        let (week, day, limit) = (U256::from(604_800), U256::from(86_400), (U256::ONE << 96) - U256::ONE);
        let odd = dev(1_000_000) + U256::ONE;
        vec![
            ("heartbeat", Settings { heartbeat: 0, ..d() }, U256::ZERO, U256::ONE, week),
            ("heartbeat", Settings { heartbeat: 604_801, ..d() }, U256::from(604_801), U256::ONE, week),
            (
                "sequencerGrace",
                Settings { sequencerGrace: 86_401, ..d() },
                U256::from(86_401),
                U256::ZERO,
                day,
            ),
            ("twapWindow", Settings { twapWindow: 59, ..d() }, U256::from(59), U256::from(60), week),
            (
                "twapWindow",
                Settings { twapWindow: u32::MAX, ..d() },
                U256::from(u32::MAX),
                U256::from(60),
                week,
            ),
            ("maxPrice", Settings { maxPrice: U256::MAX, ..d() }, U256::MAX, U256::from(2), limit),
            (
                "minPrice",
                Settings { minPrice: U256::ZERO, ..d() },
                U256::ZERO,
                U256::ONE,
                wad(100_000) - U256::ONE,
            ),
            (
                "minPrice",
                Settings { minPrice: wad(100_000), ..d() },
                wad(100_000),
                U256::ONE,
                wad(100_000) - U256::ONE,
            ),
            (
                "maxDeviation",
                Settings { maxDeviation: dev(999_999), ..d() },
                dev(999_999),
                dev(1_000_000),
                wad(1),
            ),
            ("maxDeviation", Settings { maxDeviation: U256::MAX, ..d() }, U256::MAX, dev(1_000_000), wad(1)),
            ("maxDeviation", Settings { maxDeviation: odd, ..d() }, odd, dev(1_000_000), wad(1)),
        ]
    };
    for (name, settings, value, min, max) in cases {
        let setting = B256::right_padding_from(name.as_bytes());
        w.refused(w.owner, configureCall { settings }, SettingOutOfBounds { setting, value, min, max });
    }
}

#[test]
fn the_owner_changes_settings_and_nobody_else() {
    let w = World::new();
    let changed = Settings {
        heartbeat: 7200,
        sequencerFeed: SEQUENCER,
        sequencerGrace: 60,
        minPrice: wad(2),
        maxPrice: wad(3000),
        maxDeviation: U256::from(200_000_000_000_000_000u64),
        twapWindow: 1200,
        description: B256::right_padding_from(b"Ether"),
        ..default_settings()
    };
    let call = configureCall { settings: changed.clone() };
    let other = TestChain::account("other");
    w.refused(other, call.clone(), NotOwner { caller: other });
    w.chain.clear_logs();
    w.chain.send(w.owner, FEED, call).unwrap();
    assert_eq!(w.chain.view(FEED, settingsCall {}).unwrap().abi_encode(), changed.abi_encode());
    let event = w.chain.events::<ConfigChanged>(FEED).pop().unwrap();
    assert_eq!((event.source, event.heartbeat, event.maxPrice), (SOURCE, 7200, wad(3000)));
    let as_seen = FeedSettings {
        source: event.source,
        sequencerFeed: event.sequencerFeed,
        heartbeat: event.heartbeat,
        sequencerGrace: event.sequencerGrace,
        minPrice: event.minPrice,
        maxPrice: event.maxPrice,
        maxDeviation: event.maxDeviation,
        twapWindow: event.twapWindow,
        description: event.description,
    };
    assert_eq!(as_seen.abi_encode(), changed.abi_encode());
}

#[test]
fn a_new_source_takes_over_from_now_and_the_integral_goes_on() {
    let w = World::new();
    let start = w.chain.now();
    w.chain.warp(50);
    w.post(210);
    w.chain.warp(50);
    // The new source's round is older than the old one's: it counts from the change.
    w.deploy_source(SEQUENCER, 18);
    let answer = I256::from_raw(wad(220));
    let call = aggregator::postAtCall { answer, observedAt: start + 1 };
    w.chain.send(w.owner, SEQUENCER, call).unwrap();
    w.chain
        .send(w.owner, FEED, configureCall { settings: Settings { source: SEQUENCER, ..default_settings() } })
        .unwrap();
    let area = wad(50 * 200 + 50 * 210);
    assert_eq!(w.read(), (wad(220), area, start + 1, OK));
    w.chain.warp(10);
    assert_eq!(w.read().1, area + wad(2200));
    assert_eq!(w.poke(), w.read());
}

#[test]
fn a_source_that_died_can_be_replaced() {
    let w = World::new();
    w.source_answers(Err(vec![]));
    w.chain.warp(100);
    w.deploy_source(SEQUENCER, 8);
    let call = aggregator::postAtCall { answer: usd(190), observedAt: w.chain.now() };
    w.chain.send(w.owner, SEQUENCER, call).unwrap();
    w.chain
        .send(w.owner, FEED, configureCall { settings: Settings { source: SEQUENCER, ..default_settings() } })
        .unwrap();
    assert_eq!(w.read(), (wad(190), wad(20_000), w.chain.now(), OK));
}

#[test]
fn the_feed_changes_hands_in_two_steps() {
    let w = World::new();
    let heir = TestChain::account("heir");
    w.chain.send(w.owner, FEED, transferOwnershipCall { newOwner: heir }).unwrap();
    assert_eq!(w.chain.view(FEED, ownerCall {}).unwrap(), w.owner);
    w.chain.send(heir, FEED, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.chain.view(FEED, ownerCall {}).unwrap(), heir);
    w.refused(w.owner, configureCall { settings: default_settings() }, NotOwner { caller: w.owner });
}

/// One thing that happens to a feed.
#[derive(Clone, Debug)]
enum Step {
    Post { after: u64, age: u64, cents: u64 },
    Poke { after: u64 },
    Read { after: u64 },
    Break { after: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let after = 0u64..900;
    let step = prop_oneof![
        3 => (1u64..900, 0u64..300, 100_00u64..300_00)
            .prop_map(|(after, age, cents)| Step::Post { after, age: age.min(after - 1), cents }),
        3 => after.clone().prop_map(|after| Step::Poke { after }),
        2 => after.clone().prop_map(|after| Step::Read { after }),
        1 => after.prop_map(|after| Step::Break { after }),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every round is recorded as it comes; then the integral is that of the whole history, at every moment.
    #[test]
    fn with_every_round_recorded_the_integral_is_exact(steps in steps()) {
        let w = World::new();
        let start = w.chain.now();
        let mut committed = start;
        let mut history = vec![(start, wad(200))];
        for step in steps {
            match step {
                Step::Post { after, age, cents } => {
                    w.chain.warp(after);
                    let time = w.chain.now() - age;
                    w.post_at(I256::try_from(cents * 1_000_000).unwrap(), time);
                    // Nothing that has been committed is rewritten.
                    let from = time.max(committed);
                    history.push((from, U256::from(cents) * wad(1) / U256::from(100)));
                    w.poke();
                }
                Step::Poke { after } => {
                    w.chain.warp(after);
                    w.poke();
                }
                Step::Read { after } | Step::Break { after } => {
                    w.chain.warp(after);
                }
            }
            committed = w.chain.events::<Observed>(FEED).last().unwrap().time;
            let now = w.chain.now();
            let ends = history.iter().skip(1).map(|h| h.0).chain([now]);
            let area: U256 = history.iter().zip(ends).map(|(h, end)| h.1 * U256::from(end - h.0)).sum();
            let (price, cumulative, ..) = w.read();
            prop_assert_eq!((price, cumulative), (history.last().unwrap().1, area));
            let average = w.chain.view(FEED, twapCall {}).unwrap();
            let from = now - average.window;
            let before: U256 = history.iter().zip(history.iter().skip(1).map(|h| h.0).chain([now]))
                .map(|(h, end)| h.1 * U256::from(end.min(from).saturating_sub(h.0))).sum();
            let seconds = U256::from(average.window);
            let expected = if seconds.is_zero() { price } else { (area - before) / seconds };
            prop_assert_eq!(average.price, expected);
        }
    }

    /// However rounds and failures come, what is recorded never shrinks and reading agrees with recording.
    #[test]
    fn the_integral_never_decreases_between_pokes(steps in steps()) {
        let w = World::new();
        let mut last = U256::ZERO;
        for step in steps {
            match step {
                Step::Post { after, age, cents } => {
                    w.chain.warp(after);
                    let time = U256::from(w.chain.now() - age);
                    w.source_round(I256::try_from(cents * 1_000_000).unwrap(), time);
                }
                Step::Poke { after } => {
                    w.chain.warp(after);
                    let read = w.read();
                    let poked = w.poke();
                    prop_assert_eq!(read, poked);
                    prop_assert!(poked.1 >= last);
                    last = poked.1;
                }
                Step::Read { after } => {
                    w.chain.warp(after);
                    prop_assert!(w.read().1 >= last);
                }
                Step::Break { after } => {
                    w.chain.warp(after);
                    w.source_answers(Err(vec![]));
                }
            }
        }
    }
}
