//! The volatility source through its ABI, behind a proxy, over a price history and over hostile ones.
#![allow(missing_docs)]

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
};
use everfloor_host::TestChain;
use price_history::PriceHistory;
use proptest::prelude::*;
use volatility_source::{
    HistoryUnavailable, NotAHistory, NotReporter, RealisedUpdated, ReporterChanged, SettingOutOfBounds,
    SigmaOutOfBounds, SigmaPosted, UpdateTooEarly, VolatilitySource,
};

mod history {
    alloy_sol_types::sol! {
        struct HistorySettings {
            address primaryFeed;
            address secondFeed;
            uint256 maxDeviation;
            uint32 shortWindow;
            uint32 maxGap;
        }
        function initialize(address owner, HistorySettings settings) external;
        function record() external returns (uint8 feedStatus);
        function bucketSeconds() external view returns (uint64);
        function recordAndAverage(uint64 from, uint64 to) external returns (uint256 price, uint8 status);
    }
}

sol! {
    #[derive(Debug, PartialEq)]
    struct Settings {
        address history;
        uint32 interval;
        uint32 window;
        uint32 smoothing;
        uint256 minSigma;
        uint256 maxSigma;
    }
    #[derive(Debug, PartialEq)]
    struct Parts {
        uint256 sigma;
        uint256 posted;
        uint64 postedAt;
        uint256 realised;
        uint64 realisedAt;
        uint256 lastPrice;
        uint64 nextUpdate;
        uint256 minSigma;
        uint256 maxSigma;
    }
    function initialize(address owner, address reporter, Settings settings) external;
    function post(uint256 sigma) external;
    function update() external;
    function volatility() external view returns (uint256 sigma, uint64 updatedAt);
    function sigmaParts() external view returns (Parts);
    function reporter() external view returns (address);
    function setReporter(address reporter) external;
    function settings() external view returns (Settings);
    function setSettings(Settings settings) external;
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
}

const CODE: Address = address!("0x00000000000000000000000000000000000000f1");
const SOURCE: Address = address!("0x00000000000000000000000000000000000000f2");
const HISTORY: Address = address!("0x00000000000000000000000000000000000000f3");
const HISTORY_CODE: Address = address!("0x00000000000000000000000000000000000000f4");
const FEED: Address = address!("0x00000000000000000000000000000000000000f5");

const DAY: u64 = 86_400;
const WINDOW: u64 = 3600;

fn percent(percent: u64) -> U256 {
    U256::from(percent) * U256::from(10).pow(U256::from(16))
}

fn wad(units: u64) -> U256 {
    percent(100 * units)
}

fn float(value: U256) -> f64 {
    u128::try_from(value).unwrap() as f64 / 1e18
}

fn default_settings() -> Settings {
    Settings {
        history: HISTORY,
        interval: DAY as u32,
        window: WINDOW as u32,
        smoothing: 30 * DAY as u32,
        minSigma: percent(40),
        maxSigma: percent(300),
    }
}

struct World {
    chain: TestChain,
    owner: Address,
    reporter: Address,
    /// A multiple of the interval.
    start: u64,
    /// What the history answers.
    answer: Rc<Cell<(U256, u64)>>,
    /// What it was asked for last.
    asked: Rc<Cell<(u64, u64)>>,
}

impl World {
    /// A history that answers what it is told to, and no source.
    fn without_source() -> Self {
        let chain = TestChain::new();
        let start = chain.now().next_multiple_of(DAY);
        chain.set_time(start);
        let w = Self {
            chain,
            owner: TestChain::account("owner"),
            reporter: TestChain::account("reporter"),
            start,
            answer: Rc::new(Cell::new((wad(200), 0))),
            asked: Rc::default(),
        };
        let (answer, asked) = (w.answer.clone(), w.asked.clone());
        w.chain.deploy_handler(HISTORY, move |data, _| {
            if data.starts_with(&history::bucketSecondsCall::SELECTOR) {
                return Ok(U256::from(900).abi_encode());
            }
            let call = history::recordAndAverageCall::abi_decode(&data).unwrap();
            asked.set((call.from, call.to));
            let (price, status) = answer.get();
            Ok((price, U256::from(status)).abi_encode())
        });
        w.chain.deploy::<VolatilitySource>(CODE);
        w.chain.deploy_proxy(SOURCE, CODE);
        w
    }

    fn new() -> Self {
        let w = Self::without_source();
        let (owner, reporter) = (w.owner, w.reporter);
        let call = initializeCall { owner, reporter, settings: default_settings() };
        w.chain.send(owner, SOURCE, call).unwrap();
        w
    }

    /// Looks at this price, `after` seconds later.
    fn update(&self, after: u64, price: U256) {
        self.chain.warp(after);
        self.answer.set((price, 0));
        self.chain.send(TestChain::account("anybody"), SOURCE, updateCall {}).unwrap();
    }

    fn post(&self, sigma: U256) {
        self.chain.send(self.reporter, SOURCE, postCall { sigma }).unwrap();
    }

    fn parts(&self) -> Parts {
        self.chain.view(SOURCE, sigmaPartsCall {}).unwrap()
    }

    fn volatility(&self) -> (U256, u64) {
        let answer = self.chain.view(SOURCE, volatilityCall {}).unwrap();
        assert_eq!((answer.sigma, answer.updatedAt), (self.parts().sigma, self.parts().postedAt));
        (answer.sigma, answer.updatedAt)
    }

    fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, SOURCE, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

#[test]
fn what_is_posted_counts_while_the_price_shows_less() {
    let w = World::new();
    assert_eq!(w.volatility(), (percent(40), 0));
    w.post(percent(90));
    assert_eq!(w.volatility(), (percent(90), w.start));
    let event = SigmaPosted { reporter: w.reporter, sigma: percent(90) };
    assert_eq!(w.chain.events::<SigmaPosted>(SOURCE), [event]);
    w.update(0, wad(200));
    w.update(DAY, wad(201));
    assert_eq!(w.volatility(), (percent(90), w.start));
}

#[test]
fn a_reporter_that_lies_low_cannot_go_below_what_the_price_shows() {
    let w = World::new();
    w.post(percent(40));
    w.update(0, wad(200));
    for day in 0..90 {
        w.update(DAY, if day % 2 == 0 { wad(220) } else { wad(200) });
    }
    // Moves of 9.5 % a day are 182 % a year.
    let (parts, daily) = (w.parts(), 1.1f64.ln());
    let full = daily * 365f64.sqrt();
    // After ninety days all but (30/31)^90 of it is in the estimate.
    let expected = full * (1.0 - (30f64 / 31.0).powi(90)).sqrt();
    assert!((float(parts.realised) - expected).abs() < 1e-9, "{parts:?} {expected}");
    assert_eq!(w.volatility().0, (parts.realised * U256::from(5)).div_ceil(U256::from(4)));
    w.post(percent(300));
    assert_eq!(w.volatility().0, percent(300));
}

#[test]
fn the_bounds_hold_whatever_is_posted_and_realised() {
    let w = World::new();
    for sigma in [U256::ZERO, percent(40) - U256::ONE, percent(300) + U256::ONE, U256::MAX] {
        let error = SigmaOutOfBounds { sigma, min: percent(40), max: percent(300) };
        w.refused(w.reporter, postCall { sigma }, error);
    }
    for other in [w.owner, TestChain::account("other")] {
        w.refused(other, postCall { sigma: percent(50) }, NotReporter { caller: other });
    }
    w.update(0, wad(1));
    w.update(DAY, wad(1_000_000));
    assert_eq!(w.parts().realised, wad(10));
    assert_eq!(w.volatility().0, percent(300));
    // Narrower bounds hold for what was posted before them.
    w.post(percent(300));
    let settings = Settings { minSigma: percent(50), maxSigma: percent(50), ..default_settings() };
    w.chain.send(w.owner, SOURCE, setSettingsCall { settings }).unwrap();
    assert_eq!(w.volatility().0, percent(50));
}

#[test]
fn the_moment_of_an_update_is_the_end_of_the_interval_whenever_it_is_made() {
    let w = World::new();
    w.update(12_345, wad(200));
    assert_eq!(w.asked.get(), (w.start - WINDOW, w.start));
    w.update(DAY, wad(220));
    assert_eq!(w.asked.get(), (w.start + DAY - WINDOW, w.start + DAY));
    let event = w.chain.events::<RealisedUpdated>(SOURCE).pop().unwrap();
    assert_eq!((event.time, event.price), (w.start + DAY, wad(220)));
    assert!((float(event.logReturn.into_raw()) - 1.1f64.ln()).abs() < 1e-15);
    let parts = w.parts();
    assert_eq!(
        (parts.realisedAt, parts.lastPrice, parts.nextUpdate),
        (w.start + DAY, wad(220), w.start + 2 * DAY)
    );
    let early = UpdateTooEarly { nextUpdate: w.start + 2 * DAY };
    w.refused(w.owner, updateCall {}, early.clone());
    w.chain.set_time(w.start + 2 * DAY - 1);
    w.refused(w.owner, updateCall {}, early);
    w.update(1, wad(210));
}

#[test]
fn without_an_average_nothing_changes_and_the_next_return_is_over_the_longer_time() {
    let w = World::new();
    w.update(0, wad(200));
    for status in [1, 2, 3, 4, 255] {
        w.chain.warp(DAY);
        w.answer.set((wad(500), status));
        w.refused(w.owner, updateCall {}, HistoryUnavailable { history: HISTORY, status: status as u8 });
    }
    w.update(DAY, wad(220));
    let weight = 6.0 / 36.0;
    let expected = (1.1f64.ln().powi(2) * 365.0 / 6.0 * weight).sqrt();
    assert!((float(w.parts().realised) - expected).abs() < 1e-9);
}

#[test]
fn a_history_that_misbehaves_is_unavailable() {
    let w = World::new();
    let word = U256::MAX;
    let answers = [
        Err(vec![]),
        Ok(vec![]),
        Ok(U256::ONE.abi_encode()),
        Ok((word, U256::ZERO).abi_encode()),
        Ok((U256::ONE, word).abi_encode()),
    ];
    for answer in answers {
        w.chain.deploy_handler(HISTORY, move |_, _| answer.clone());
        w.refused(w.owner, updateCall {}, HistoryUnavailable { history: HISTORY, status: 255 });
    }
}

#[test]
fn a_source_is_initialised_once_through_its_proxy_on_a_history() {
    let w = World::without_source();
    let call = |settings| initializeCall { owner: w.owner, reporter: w.reporter, settings };
    let revert = w.chain.send(w.owner, CODE, call(default_settings())).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    let nobody = initializeCall { owner: Address::ZERO, reporter: w.reporter, settings: default_settings() };
    w.refused(w.owner, nobody, ZeroAddress {});
    for account in [Address::ZERO, w.owner] {
        w.refused(
            w.owner,
            call(Settings { history: account, ..default_settings() }),
            NotAHistory { account },
        );
    }
    w.chain.deploy_handler(FEED, |_, _| Ok(U256::from(901).abi_encode()));
    w.refused(w.owner, call(Settings { history: FEED, ..default_settings() }), NotAHistory { account: FEED });
    w.chain.send(w.owner, SOURCE, call(default_settings())).unwrap();
    assert_eq!(w.chain.view(SOURCE, settingsCall {}).unwrap(), default_settings());
    assert_eq!(w.chain.view(SOURCE, reporterCall {}).unwrap(), w.reporter);
    w.refused(w.owner, call(default_settings()), AlreadyInitialized {});
}

#[test]
fn a_source_that_is_not_set_up_answers_nothing() {
    let w = World::without_source();
    for source in [SOURCE, CODE] {
        assert_eq!(w.chain.view(source, volatilityCall {}).unwrap().sigma, U256::ZERO);
        let revert = w.chain.send(w.owner, source, updateCall {}).map(drop).unwrap_err();
        assert_eq!(revert.decode(), Some(UpdateTooEarly { nextUpdate: 0 }));
        let revert = w.chain.send(w.owner, source, postCall { sigma: wad(1) }).map(drop).unwrap_err();
        assert_eq!(revert.decode(), Some(NotReporter { caller: w.owner }));
    }
}

#[test]
fn settings_are_bounded() {
    let w = World::new();
    let d = default_settings;
    let n = |n: u64| U256::from(n);
    let interval =
        |value: u32| ("interval", Settings { interval: value, ..d() }, n(value.into()), n(3600), n(604_800));
    let window =
        |value: u32| ("window", Settings { window: value, ..d() }, n(value.into()), n(900), n(86_400));
    let smoothing = |value: u32| {
        ("smoothing", Settings { smoothing: value, ..d() }, n(value.into()), n(86_400), n(31_536_000))
    };
    let min = |value| ("minSigma", Settings { minSigma: value, ..d() }, value, percent(1), percent(300));
    let max = |value| ("maxSigma", Settings { maxSigma: value, ..d() }, value, percent(1), wad(10));
    let cases = [
        interval(3599),
        interval(3601),
        interval(604_801),
        interval(u32::MAX),
        window(0),
        window(899),
        window(1000),
        window(86_401),
        smoothing(86_399),
        smoothing(31_536_001),
        min(U256::ZERO),
        min(percent(1) - U256::ONE),
        min(percent(300) + U256::ONE),
        max(U256::ZERO),
        max(wad(10) + U256::ONE),
        max(U256::MAX),
    ];
    for (name, settings, value, min, max) in cases {
        let setting = B256::right_padding_from(name.as_bytes());
        w.refused(w.owner, setSettingsCall { settings }, SettingOutOfBounds { setting, value, min, max });
    }
    let widest = [
        Settings {
            interval: 3600,
            window: 900,
            smoothing: 86_400,
            minSigma: percent(1),
            maxSigma: percent(1),
            ..d()
        },
        Settings {
            interval: 604_800,
            window: 86_400,
            smoothing: 31_536_000,
            minSigma: percent(1),
            maxSigma: wad(10),
            ..d()
        },
    ];
    for settings in widest {
        w.chain.send(w.owner, SOURCE, setSettingsCall { settings: settings.clone() }).unwrap();
        assert_eq!(w.chain.view(SOURCE, settingsCall {}).unwrap(), settings);
    }
}

#[test]
fn the_owner_names_the_reporter_and_the_settings_and_nobody_else() {
    let w = World::new();
    w.post(percent(80));
    let (other, error) = (w.reporter, NotOwner { caller: w.reporter });
    w.refused(other, setReporterCall { reporter: other }, error.clone());
    w.refused(other, setSettingsCall { settings: default_settings() }, error);
    w.chain.clear_logs();
    w.chain.send(w.owner, SOURCE, setReporterCall { reporter: Address::ZERO }).unwrap();
    let event = ReporterChanged { previousReporter: w.reporter, newReporter: Address::ZERO };
    assert_eq!(w.chain.events::<ReporterChanged>(SOURCE), [event]);
    w.refused(w.reporter, postCall { sigma: percent(50) }, NotReporter { caller: w.reporter });
    assert_eq!(w.volatility(), (percent(80), w.start));
}

#[test]
fn the_first_price_of_another_history_is_compared_to_none() {
    let w = World::new();
    w.update(0, wad(200));
    w.update(DAY, wad(220));
    let realised = w.parts().realised;
    w.chain.deploy_handler(FEED, |data, _| {
        let is_bucket = data.starts_with(&history::bucketSecondsCall::SELECTOR);
        Ok(if is_bucket { U256::from(900).abi_encode() } else { (wad(3), U256::ZERO).abi_encode() })
    });
    let settings = Settings { history: FEED, ..default_settings() };
    w.chain.send(w.owner, SOURCE, setSettingsCall { settings }).unwrap();
    w.update(DAY, wad(0));
    assert_eq!((w.parts().realised, w.parts().lastPrice), (realised, wad(3)));
    assert_eq!(w.chain.events::<RealisedUpdated>(SOURCE).pop().unwrap().logReturn, I256::ZERO);
}

#[test]
fn the_source_changes_hands_in_two_steps() {
    let w = World::new();
    let heir = TestChain::account("heir");
    w.refused(heir, acceptOwnershipCall {}, NotPendingOwner { caller: heir });
    w.chain.send(w.owner, SOURCE, transferOwnershipCall { newOwner: heir }).unwrap();
    assert_eq!(w.chain.view(SOURCE, pendingOwnerCall {}).unwrap(), heir);
    w.chain.send(heir, SOURCE, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.chain.view(SOURCE, ownerCall {}).unwrap(), heir);
    w.refused(w.owner, setReporterCall { reporter: w.owner }, NotOwner { caller: w.owner });
}

/// A feed whose price doubles every day.
fn doubling_feed(chain: &TestChain, start: u64) {
    chain.deploy_handler(FEED, move |_, vm| {
        use stylus_sdk::prelude::*;
        let after = vm.block_timestamp() - start;
        let (days, rest) = (after / DAY, after % DAY);
        let price = wad(100) << days as usize;
        let before = (wad(100 * DAY) << days as usize) - wad(100 * DAY);
        let cumulative = before + price * U256::from(rest);
        Ok((price, cumulative, U256::from(1), U256::ZERO).abi_encode())
    });
}

#[test]
fn the_source_works_on_a_real_history() {
    let w = World::without_source();
    doubling_feed(&w.chain, w.start);
    w.chain.deploy::<PriceHistory>(HISTORY_CODE);
    w.chain.deploy_proxy(HISTORY, HISTORY_CODE);
    let settings = history::HistorySettings {
        primaryFeed: FEED,
        secondFeed: Address::ZERO,
        maxDeviation: percent(5),
        shortWindow: 1800,
        maxGap: 3600,
    };
    w.chain.send(w.owner, HISTORY, history::initializeCall { owner: w.owner, settings }).unwrap();
    let call = initializeCall { owner: w.owner, reporter: w.reporter, settings: default_settings() };
    w.chain.send(w.owner, SOURCE, call).unwrap();
    let missing = HistoryUnavailable { history: HISTORY, status: 1 };
    w.refused(w.owner, updateCall {}, missing);
    for day in 1..=3 {
        w.chain.set_time(w.start + day * DAY - WINDOW);
        w.chain.send(w.owner, HISTORY, history::recordCall {}).unwrap();
        w.chain.set_time(w.start + day * DAY);
        w.chain.send(w.owner, SOURCE, updateCall {}).unwrap();
        assert_eq!(w.parts().lastPrice, wad(100) << (day - 1) as usize);
    }
    let expected = (2f64.ln().powi(2) * 365.0 * (1.0 - (30f64 / 31.0).powi(2))).sqrt();
    assert!((float(w.parts().realised) - expected).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the history and the reporter do, the volatility is within the bounds and not below 5/4 of the realised.
    #[test]
    fn no_price_and_no_reporter_leads_out_of_the_bounds(
        steps in prop::collection::vec((0u64..5, 1u128..1 << 96, 1u64..400), 1..20),
    ) {
        let w = World::new();
        for (days, price, posted) in steps {
            w.update((days + 1) * DAY, U256::from(price));
            let _ = w.chain.send(w.reporter, SOURCE, postCall { sigma: percent(posted) });
            let (parts, sigma) = (w.parts(), w.volatility().0);
            prop_assert!(sigma >= percent(40) && sigma <= percent(300));
            prop_assert!(sigma == percent(300) || sigma * U256::from(4) >= parts.realised * U256::from(5));
            prop_assert!(sigma >= parts.posted);
        }
    }
}
