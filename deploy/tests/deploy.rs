//! The deploy tool, whole, on a node in this process: all products with governance from nothing, again, killed wherever it
//! can be, with wrong configurations; drift of each kind; lives prolonged; programs replaced. It needs the built programs and
//! the compiled contracts of governance, and says so if there are none.
#![allow(missing_docs, reason = "a test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy::{
    consensus::Transaction,
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::Filter,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolEvent},
};
use anyhow::Result;
use clap::ValueEnum;
use devnet::{Chain, Clock, Config as ChainConfig, TxRequest, rpc, stylus::program};
use everfloor_deploy::{
    apply::{self, Outcome, Report},
    bindings::{
        BidBook, ClearingHouse, FloorIndex, FloorMarket, InsuranceFund, Owned, PostedAggregator, PriceFeed,
        PriceHistory, PutPool, STYLUS_DEPLOYER, StylusDeployer, VolatilitySource,
    },
    book::Book,
    client::{Account, Client},
    config::Config,
    governance::{self, Action, Contracts},
    keepalive::{Care, keep_alive},
    programs::{self, Built, Program},
    status::{self, Life},
    steps::IMPLEMENTATION_SLOT,
    upgrade::{self, Kind},
};
use tokio::{sync::Notify, task::spawn_blocking};

const DAY: u64 = 86_400;
const DEVNET: &str = include_str!("../devnet.toml");
/// The governance of this test; the holder is a development account.
const GOVERNANCE: &str = r#"
[governance]
token-name = "Everfloor Vote"
token-symbol = "EVOTE"
supply = "1000000"
voting-delay = 86400
voting-period = 259200
vote-extension = 86400
quorum-percent = 4
proposal-threshold = "10000"
timelock-delay = 172800
[governance.holders]
"0x70997970C51812dc3A010C7d01b50e0d17dc79C8" = "1000000"
"#;

/// All products, governed, with a guardian.
fn text() -> String {
    let guardian = "chain-id = 412346\nguardian = \"0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC\"";
    let text = DEVNET.replacen("chain-id = 412346", guardian, 1);
    assert_ne!(text, DEVNET);
    text + GOVERNANCE
}

fn config() -> Config {
    Config::parse(&text()).unwrap()
}

/// What was built and compiled; none, loudly, if something is missing.
fn built() -> Option<&'static Built> {
    static BUILT: OnceLock<Option<Built>> = OnceLock::new();
    let load = || {
        let loaded = Built::load(&programs::default_folder(), &governance::default_folder(), &config());
        if let Err(error) = &loaded {
            eprintln!("SKIPPED, NOTHING WAS TESTED: {error:#}");
        }
        loaded.ok()
    };
    BUILT.get_or_init(load).as_ref()
}

/// A node, and what is deployed on it.
struct World {
    node: rpc::Handle,
    client: Client,
    config: Config,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The chain with everything on it, and its book.
struct Deployed {
    chain: Chain,
    book: Book,
    told: Vec<Report>,
}

impl World {
    async fn on(chain: Chain) -> Self {
        static WORLDS: AtomicUsize = AtomicUsize::new(0);
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("everfloor-deploy-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let node = rpc::serve(chain, "127.0.0.1:0").unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        Self { node, client, config: config(), folder }
    }

    /// A chain with nothing on it.
    async fn empty() -> Self {
        Self::on(Chain::new(ChainConfig { clock: Clock::Steps(1), ..ChainConfig::default() })).await
    }

    /// A chain with everything on it, deployed once for all tests.
    async fn deployed() -> Option<(Self, &'static Deployed)> {
        static DEPLOYED: tokio::sync::OnceCell<Deployed> = tokio::sync::OnceCell::const_new();
        built()?;
        let deploy = async || {
            let world = Self::empty().await;
            let mut told = Vec::new();
            let book = world.deploy(&mut |report| told.push(report.clone())).await.unwrap();
            Deployed { chain: world.node.with_chain(|chain| chain.clone()), book, told }
        };
        let deployed = DEPLOYED.get_or_init(deploy).await;
        let world = Self::on(deployed.chain.clone()).await;
        deployed.book.save(&world.file()).unwrap();
        Some((world, deployed))
    }

    fn file(&self) -> PathBuf {
        self.folder.join("book.json")
    }

    fn book(&self) -> Book {
        Book::read(&self.file()).unwrap()
    }

    fn account(&self, place: usize) -> Account {
        let (_, key) = self.node.with_chain(|chain| chain.accounts())[place];
        Account::new(PrivateKeySigner::from_bytes(&key).unwrap())
    }

    fn blocks(&self) -> u64 {
        self.node.with_chain(|chain| chain.block_number())
    }

    async fn deploy(&self, progress: &mut dyn FnMut(&Report)) -> Result<Book> {
        let built = built().unwrap();
        apply::deploy(&self.client, &mut self.account(0), &self.config, built, &self.file(), progress).await
    }

    /// Runs until something has been sent or written, and is dropped there, as if killed. Whether it came to an end.
    async fn killed(&self) -> bool {
        self.killed_at(|report| !matches!(report.outcome, Outcome::Kept | Outcome::Skipped(_))).await
    }

    /// Runs until a step is done, and is dropped there.
    async fn killed_after(&self, step: &str) {
        let end = self.killed_at(|report| report.name == step && matches!(report.outcome, Outcome::Done(_)));
        assert!(!end.await, "there was no {step}");
    }

    async fn killed_at(&self, when: impl Fn(&Report) -> bool) -> bool {
        let kill = Notify::new();
        let mut watch = |report: &Report| {
            if when(report) {
                kill.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = kill.notified() => false,
            end = self.deploy(&mut watch) => { end.unwrap(); true }
        }
    }

    async fn drift(&self, book: &Book) -> Vec<String> {
        status::drift(&self.client, &self.config, book).await.unwrap()
    }

    /// What a run says that fails.
    async fn fails(&self) -> String {
        format!("{:#}", self.deploy(&mut |_| ()).await.unwrap_err())
    }

    /// A transaction of anybody's, without a key.
    fn done(&self, from: Address, to: Address, call: &impl SolCall) {
        self.carried(from, &Action::new(to, call));
    }

    fn carried(&self, from: Address, action: &Action) {
        let (to, data) = (Some(action.target), action.data.clone());
        let request = TxRequest { from, to, data, ..TxRequest::default() };
        self.node.with_chain(|chain| {
            chain.set_balance(from, U256::from(10).pow(U256::from(20)));
            let receipt = chain.send(request).unwrap();
            assert!(receipt.success, "{:?}", receipt.error);
        });
    }

    /// What the command line tool says, and whether it succeeds.
    async fn tool(&self, arguments: &[&str]) -> (bool, String) {
        let config = self.folder.join("network.toml");
        fs::write(&config, text()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_deploy"));
        command.args(arguments).args(["--rpc", &self.node.url(), "--config"]).arg(config);
        command.arg("--book").arg(self.file());
        let (_, key) = self.node.with_chain(|chain| chain.accounts())[0];
        command.env("DEPLOYER_KEY", key.to_string());
        let output = spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_stands_after_one_call_and_a_second_one_has_no_effect() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let book = &deployed.book;
    let done = deployed.told.iter().filter(|report| matches!(report.outcome, Outcome::Done(_))).count();
    assert!(done > 100, "{done} steps");
    let timelock = Contracts::of(book).unwrap().timelock;
    for name in
        ["ClearingHouse", "puts.PutPool", "puts.Bonding", "floor.degods.FloorMarket", "floor.degods.BidBook"]
    {
        let owner = world.client.view(book.contract(name).unwrap(), &Owned::ownerCall {}).await.unwrap();
        assert_eq!(owner, timelock, "{name}");
    }
    assert_eq!(world.drift(book).await, Vec::<String>::new());

    let mut told = Vec::new();
    let again = world.deploy(&mut |report| told.push(report.clone())).await.unwrap();
    assert_eq!(&again, book);
    assert_eq!(world.blocks(), deployed.chain.block_number());
    assert!(
        told.iter().all(|report| matches!(report.outcome, Outcome::Kept | Outcome::Skipped(_))),
        "{told:?}"
    );

    // The book lost, all of it is found again, but what only the book knows: that is decided as it was.
    fs::remove_file(world.file()).unwrap();
    let mut found = 0;
    let again =
        world.deploy(&mut |report| found += usize::from(report.outcome == Outcome::Noted)).await.unwrap();
    assert_eq!((&again, world.blocks()), (book, deployed.chain.block_number()));
    assert!(found > 80, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_sends_nothing_and_knows_every_address() {
    let Some((_, deployed)) = World::deployed().await else { return };
    let world = World::empty().await;
    let (account, built, mut planned) = (world.account(0), built().unwrap(), 0);
    let mut count = |report: &Report| planned += usize::from(matches!(report.outcome, Outcome::Planned(_)));
    let file = world.file();
    let book =
        apply::plan(&world.client, account.address(), &world.config, built, &file, false, &mut count).await;
    let book = book.unwrap();
    assert_eq!(world.blocks(), 0);
    assert!(!file.exists() && planned > 100, "{planned}");
    for (name, entry) in &deployed.book.contracts {
        assert_eq!(book.contract(name).unwrap(), entry.address, "{name}");
    }
    for (name, entry) in &deployed.book.programs {
        assert_eq!(book.program(name).unwrap(), entry.address, "{name}");
    }
}

/// After every transaction before anything is written, and after everything that is written: in the end there is the same as
/// without, and nothing was sent twice.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_everything_it_does_it_goes_on_and_nothing_is_done_twice() {
    let Some((_, deployed)) = World::deployed().await else { return };
    let world = World::empty().await;
    let mut kills = 0;
    while !world.killed().await {
        kills += 1;
        assert!(kills < 1_000, "it does not come to an end");
    }
    assert!(kills > 150, "{kills}");
    assert_eq!((world.book(), world.blocks()), (deployed.book.clone(), deployed.chain.block_number()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_price_that_has_aged_is_posted_again_and_its_reporter_comes_after_that() {
    if built().is_none() {
        return;
    }
    let mut world = World::empty().await;
    let reporter = world.account(5).address();
    world.config.perps_mut().unwrap().oracle.reporter = Some(reporter);
    let puts = world.config.puts.as_mut().unwrap();
    puts.first.heartbeat = 3_600;
    puts.second.as_mut().unwrap().heartbeat = 3_600;
    (puts.first.reporter, puts.volatility.reporter) = (Some(reporter), Some(reporter));
    for step in ["first price", "puts: second source's first price"] {
        world.killed_after(step).await;
        world.node.with_chain(|chain| chain.warp(DAY));
    }
    let mut posted = 0;
    let mut count = |report: &Report| {
        let sent = matches!(report.outcome, Outcome::Sent(_));
        posted += usize::from(sent && report.name == "contract puts.PriceHistory");
    };
    let book = world.deploy(&mut count).await.unwrap();
    assert_eq!(posted, 3, "both prices, and what they are for");
    for name in ["PostedAggregator", "puts.first.PostedAggregator"] {
        let appointed = PostedAggregator::reporterCall {};
        let appointed = world.client.view(book.contract(name).unwrap(), &appointed).await.unwrap();
        assert_eq!(appointed, reporter, "{name}");
    }
    // Nobody posts any more, and what stands needs no price.
    world.node.with_chain(|chain| chain.warp(DAY));
    let blocks = world.blocks();
    world.deploy(&mut |_| ()).await.unwrap();
    assert_eq!(world.blocks(), blocks);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_configuration_of_what_stands_is_told_before_anything_is_sent() {
    if built().is_none() {
        return;
    }
    let mut world = World::empty().await;
    world.killed_after("contract puts.Bonding").await;
    let (sound, blocks) = (world.config.clone(), world.blocks());
    type Other = (fn(&mut Config), &'static str);
    let others: [Other; 3] = [
        (
            |it| it.puts.as_mut().unwrap().bonding.min_bond = "0.002".into(),
            "step: contract puts.Bonding: puts.Bonding.params() is",
        ),
        (
            |it| it.perps_mut().unwrap().market.fee_ppm += 1,
            "step: market ETH-USD: ClearingHouse.getParams(uint256) is",
        ),
        (
            |it| it.perps_mut().unwrap().oracle.heartbeat += 1,
            "step: contract PriceFeed: PriceFeed.settings() is",
        ),
    ];
    for (change, told) in others {
        change(&mut world.config);
        let error = world.fails().await;
        assert!(error.contains(told), "{told}: {error}");
        world.config = sound.clone();
    }
    assert_eq!(world.blocks(), blocks);
    world.deploy(&mut |_| ()).await.unwrap();
}

/// Anybody can have StylusDeployer create what we would create, at its very address, before what it reads is as it should be.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_somebody_created_before_its_volatility_was_posted_is_not_taken() {
    let Some((other, deployed)) = World::deployed().await else { return };
    let pool = deployed.book.contract("puts.PutPool").unwrap();
    let filter = Filter::new().address(STYLUS_DEPLOYER).from_block(0);
    let logs = other.client.provider().get_logs(&filter).await.unwrap();
    let of_pool = |log: &&alloy::rpc::types::Log| {
        StylusDeployer::ContractDeployed::decode_log(&log.inner)
            .is_ok_and(|created| created.deployedContract == pool)
    };
    let hash = logs.iter().find(of_pool).unwrap().transaction_hash.unwrap();
    let creation = other.client.provider().get_transaction_by_hash(hash).await.unwrap().unwrap();

    let world = World::empty().await;
    world.killed_after("contract puts.VolatilitySource").await;
    world.carried(Address::repeat_byte(9), &Action::raw(STYLUS_DEPLOYER, creation.input().clone()));
    let error = world.fails().await;
    assert!(error.contains("step: contract puts.PutPool: puts.PutPool.poolState() opened at"), "{error}");
    assert!(world.book().contract("puts.PutPool").is_err());
}

/// What begins at a midnight is another contract on another day: what is there already is not handed to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_was_lost_on_another_day_points_no_bids_to_another_index() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let bids = deployed.book.contract("floor.degods.BidBook").unwrap();
    let index = world.client.view(bids, &BidBook::indexCall {}).await.unwrap();
    fs::remove_file(world.file()).unwrap();
    world.node.with_chain(|chain| chain.warp(DAY));
    let error = world.fails().await;
    assert!(
        error.contains(&format!("floor.degods: bids -> index: floor.degods.BidBook.index() is {index:?}")),
        "{error}"
    );
    assert_eq!(world.client.view(bids, &BidBook::indexCall {}).await.unwrap(), index);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_is_told_and_nothing_is_sent() {
    let Some((_, deployed)) = World::deployed().await else { return };
    let nobody = Address::repeat_byte(9);
    let at = |name: &str| deployed.book.contract(name).unwrap();
    let (token, dollar) = (at("puts.collateral.TestToken"), at("TestDollar"));
    // 193.44 dollars, and 0.2 ether.
    let (source, other) = (at("PostedAggregator"), at("puts.first.PostedAggregator"));
    type Wrong = (Box<dyn Fn(&mut Config)>, &'static str);
    let wrong: Vec<Wrong> = vec![
        (Box::new(|it| it.chain_id = 1), "of chain 1"),
        (Box::new(|it| it.perps_mut().unwrap().market.fee_ppm = 900_000), "market: fee-ppm is 900000"),
        (Box::new(|it| it.perps_mut().unwrap().oracle.heartbeat = 0), "oracle: heartbeat is 0"),
        (Box::new(|it| it.perps_mut().unwrap().insurance.shared_cap = "much".into()), "shared-cap"),
        (Box::new(move |it| it.perps_mut().unwrap().collateral = Some(nobody)), "is no contract"),
        (
            Box::new(move |it| it.perps_mut().unwrap().collateral = Some(token)),
            "has 18 decimals, and must have 6",
        ),
        (Box::new(move |it| it.perps_mut().unwrap().oracle.source = Some(dollar)), "has no price"),
        (
            Box::new(move |it| it.perps_mut().unwrap().oracle.source = Some(other)),
            "the price is 0.200000000000000000, not within min-price 1 and max-price 100000",
        ),
        (
            Box::new(move |it| {
                let oracle = &mut it.perps_mut().unwrap().oracle;
                (oracle.source, oracle.heartbeat) = (Some(source), 1);
            }),
            "s old, heartbeat is 1",
        ),
        (
            Box::new(move |it| {
                let perps = it.perps_mut().unwrap();
                (perps.oracle.source, perps.market.price) = (Some(source), "250".into());
            }),
            "the market would open at 250 while the oracle says 193.44",
        ),
        (
            // A price that is not zero: the sequencer would be down.
            Box::new(move |it| it.perps_mut().unwrap().oracle.sequencer_feed = Some(source)),
            "does not say that the sequencer has been up",
        ),
        (Box::new(move |it| it.puts.as_mut().unwrap().first.source = Some(dollar)), "puts.first.source"),
        (
            Box::new(move |it| {
                let first = &mut it.puts.as_mut().unwrap().first;
                (first.source, first.max_price) = (Some(source), "100".into());
            }),
            "not within min-price 0.000000000000000001 and max-price 100",
        ),
        (Box::new(|it| it.guardian = Some(Address::ZERO)), "guardian is nobody"),
        (Box::new(|it| it.puts.as_mut().unwrap().treasury = Some(Address::ZERO)), "puts: treasury is nobody"),
        (Box::new(|it| it.puts.as_mut().unwrap().pool.grace = 1), "puts: pool: grace is 1"),
        (Box::new(|it| it.puts.as_mut().unwrap().pool.genesis = Some(901)), "puts: pool: genesis is 901"),
        (Box::new(|it| it.puts.as_mut().unwrap().bonding.maturity = u32::MAX), "puts: bonding: maturity"),
        (
            Box::new(move |it| it.puts.as_mut().unwrap().underlying = Some(dollar)),
            "has 6 decimals, and must have 18",
        ),
        (
            Box::new(|it| it.floor.get_mut("degods").unwrap().epoch_length = 60),
            "floor.degods: index: epoch-length is 60",
        ),
        (Box::new(move |it| it.floor.get_mut("degods").unwrap().collection = Some(token)), "is no ERC-721"),
        (
            Box::new(|it| it.floor.get_mut("degods").unwrap().index.quorum = 2),
            "floor.degods: index: quorum is 2",
        ),
        (
            Box::new(|it| it.governance.as_mut().unwrap().timelock_delay = 1),
            "governance: timelock-delay is 1",
        ),
        (Box::new(|it| *it = Config { perps: None, ..it.clone().only_perps() }), "nothing to deploy"),
    ];
    for (change, named) in wrong {
        let mut world = World::on(deployed.chain.clone()).await;
        change(&mut world.config);
        let error = world.fails().await;
        assert!(error.contains(named), "{named}: {error}");
        assert_eq!(world.blocks(), deployed.chain.block_number(), "{named}");
        assert!(!world.file().exists(), "{named}");
    }
}

/// The configuration's bounds of settings that no rule knows are the contracts'.
#[tokio::test(flavor = "multi_thread")]
async fn the_tool_s_bounds_of_settings_are_the_contracts() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let book = &deployed.book;
    let timelock = Contracts::of(book).unwrap().timelock;
    let puts = config().puts.unwrap();
    let (feed, history) =
        (book.contract("puts.first.PriceFeed").unwrap(), book.contract("puts.PriceHistory").unwrap());
    let (second, source) = (
        book.contract("puts.second.PriceFeed").unwrap(),
        book.contract("puts.first.PostedAggregator").unwrap(),
    );
    let volatility = book.contract("puts.VolatilitySource").unwrap();
    type Edge = Box<dyn Fn(&mut everfloor_deploy::config::Puts)>;
    let edges: Vec<Edge> = vec![
        Box::new(|it| it.history.short_window = 299),
        Box::new(|it| it.history.short_window = 300),
        Box::new(|it| it.history.short_window = 86_400),
        Box::new(|it| it.history.short_window = 86_401),
        Box::new(|it| it.history.max_gap = 599),
        Box::new(|it| it.history.max_gap = 600),
        Box::new(|it| it.history.max_gap = 14_400),
        Box::new(|it| it.history.max_gap = 14_401),
        Box::new(|it| it.history.max_deviation_ppm = 999),
        Box::new(|it| it.history.max_deviation_ppm = 1_000),
        Box::new(|it| it.history.max_deviation_ppm = 500_000),
        Box::new(|it| it.history.max_deviation_ppm = 500_001),
        Box::new(|it| it.volatility.interval = 2_700),
        Box::new(|it| it.volatility.interval = 3_600),
        Box::new(|it| it.volatility.interval = 3_601),
        Box::new(|it| it.volatility.interval = 604_800),
        Box::new(|it| it.volatility.interval = 605_700),
        Box::new(|it| it.volatility.window = 0),
        Box::new(|it| it.volatility.window = 900),
        Box::new(|it| it.volatility.window = 86_400),
        Box::new(|it| it.volatility.window = 87_300),
        Box::new(|it| it.volatility.smoothing = 86_399),
        Box::new(|it| it.volatility.smoothing = 86_400),
        Box::new(|it| it.volatility.smoothing = 31_536_000),
        Box::new(|it| it.volatility.smoothing = 31_536_001),
        Box::new(|it| it.volatility.min = "0.009".into()),
        Box::new(|it| it.volatility.max = "10.1".into()),
        Box::new(|it| it.volatility.min = "1.1".into()),
        Box::new(|it| it.first.heartbeat = 0),
        Box::new(|it| it.first.heartbeat = 604_801),
        Box::new(|it| it.first.sequencer_grace = 86_400),
        Box::new(|it| it.first.sequencer_grace = 86_401),
        Box::new(|it| it.first.twap_window = 59),
        Box::new(|it| it.first.twap_window = 60),
        Box::new(|it| it.first.twap_window = 604_801),
        Box::new(|it| it.first.max_deviation_ppm = 999),
        Box::new(|it| it.first.max_deviation_ppm = 1_000),
        Box::new(|it| it.first.max_deviation_ppm = 1_000_001),
        Box::new(|it| it.first.min_price = "0".into()),
        Box::new(|it| it.first.max_price = "79228162514.264337593543950335".into()),
        Box::new(|it| it.first.max_price = "79228162514.264337593543950336".into()),
    ];
    let (mut taken, mut refused) = (0, 0);
    for (place, edge) in edges.iter().enumerate() {
        let mut puts = puts.clone();
        edge(&mut puts);
        let calls = [
            (
                history,
                PriceHistory::setSettingsCall { settings: puts.history.settings(feed, second) }.abi_encode(),
            ),
            (
                volatility,
                VolatilitySource::setSettingsCall { settings: puts.volatility.settings(history).unwrap() }
                    .abi_encode(),
            ),
            (feed, PriceFeed::configureCall { settings: puts.first.settings(source).unwrap() }.abi_encode()),
        ];
        let mut all = true;
        for (to, data) in calls {
            let answer = world.client.ask_as(timelock, to, data.into()).await.unwrap();
            let out = answer.as_ref().is_err_and(|refusal| refusal.name == "SettingOutOfBounds");
            assert!(answer.is_ok() || out, "{place}: {answer:?}");
            all &= !out;
        }
        let config = Config { puts: Some(puts), ..config() };
        // The first volatility has to be within the source's bounds as well, which the contract asks later.
        let ours =
            config.check().is_ok() || format!("{:#}", config.check().unwrap_err()).contains("first is");
        assert_eq!(ours, all, "{place}: {:?}", config.check());
        *(if all { &mut taken } else { &mut refused }) += 1;
    }
    assert!(taken > 10 && refused > 15, "{taken}, {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_of_every_kind_is_seen() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let book = &deployed.book;
    let at = |name: &str| book.contract(name).unwrap();
    let (timelock, nobody) = (Contracts::of(book).unwrap().timelock, Address::repeat_byte(9));
    let seen = async |world: &World, book: &Book, what: &[&str]| {
        let drift = world.drift(book).await;
        for what in what {
            assert!(drift.iter().any(|line| line.contains(what)), "{what}: {drift:#?}");
        }
        drift.len()
    };
    // Code.
    let lens = book.program("floor-lens").unwrap();
    let here = world.node.with_chain(Chain::snapshot);
    world.node.with_chain(|chain| chain.set_code(lens, program::encode(&[0]).into()));
    seen(&world, book, &["program floor-lens: ", "the address book says"]).await;
    world.node.with_chain(|chain| chain.set_code(lens, Bytes::new()));
    seen(&world, book, &["program floor-lens: not there"]).await;
    assert!(world.node.with_chain(|chain| chain.revert(here)));
    // Implementations.
    let here = world.node.with_chain(Chain::snapshot);
    let (house, other) = (at("puts.Bonding"), book.program("clearing-lens").unwrap());
    world.node.with_chain(|chain| chain.set_storage(house, IMPLEMENTATION_SLOT.into(), other.into_word()));
    seen(&world, book, &["puts.Bonding's implementation is"]).await;
    assert!(world.node.with_chain(|chain| chain.revert(here)));
    // Wires, roles, parameters that can change, owners: what an owner can do behind the configuration's back.
    let here = world.node.with_chain(Chain::snapshot);
    world.done(timelock, at("ClearingHouse"), &ClearingHouse::setGuardianCall { guardian: nobody });
    world.done(timelock, at("floor.degods.FloorMarket"), &FloorMarket::setGuardianCall { guardian: nobody });
    world.done(timelock, at("floor.degods.BidBook"), &BidBook::setIndexCall { index: nobody });
    world.done(timelock, at("puts.PutPool"), &PutPool::setTreasuryCall { treasury: nobody });
    world.done(timelock, at("ClearingHouse"), &ClearingHouse::setCouncilCall { council: nobody });
    let reports = FloorIndex::setSignersCall { signers: vec![nobody], quorum: U256::ONE };
    world.done(timelock, at("floor.degods.FloorIndex"), &reports);
    let cap = U256::from(7);
    world.done(timelock, at("InsuranceFund"), &InsuranceFund::setSharedCapCall { marketId: U256::ONE, cap });
    let mut settings =
        world.client.view(at("puts.PriceHistory"), &PriceHistory::settingsCall {}).await.unwrap();
    settings.maxGap = 7_200;
    world.done(timelock, at("puts.PriceHistory"), &PriceHistory::setSettingsCall { settings });
    world.done(timelock, at("PriceFeed"), &Owned::transferOwnershipCall { newOwner: nobody });
    world.done(nobody, at("PriceFeed"), &Owned::acceptOwnershipCall {});
    let number = seen(
        &world,
        book,
        &[
            "guardian: ClearingHouse.guardian() is",
            "council: ClearingHouse.council() is",
            "index's signers: floor.degods.FloorIndex.signers() is",
            "FloorMarket's guardian: floor.degods.FloorMarket.guardian() is",
            "floor.degods: bids -> index: floor.degods.BidBook.index() is",
            "contract puts.PutPool: puts.PutPool.peers() is",
            "market's share of the insurance: InsuranceFund.sharedCap(uint256) is 7",
            "contract puts.PriceHistory: puts.PriceHistory.settings() is",
            "governance: PriceFeed belongs to",
        ],
    )
    .await;
    assert!(number >= 9);
    let (success, said) = world.tool(&["status"]).await;
    assert!(!success && said.contains("drift guardian: ClearingHouse.guardian()"), "{said}");
    assert!(world.node.with_chain(|chain| chain.revert(here)));
    // The configuration's side: what is configured and not there, and what is configured otherwise.
    let mut other = World::on(deployed.chain.clone()).await;
    other.config.guardian = None;
    other.config.floor.get_mut("degods").unwrap().bids.fee_bps += 1;
    other.config.floor.get_mut("degods").unwrap().treasury = Some(nobody);
    other.config.perps_mut().unwrap().market.fee_ppm += 1;
    other.config.puts.as_mut().unwrap().bonding.min_bond = "0.002".into();
    other.config.floor.get_mut("degods").unwrap().market.fee = "0.003".into();
    let more = other.config.floor["degods"].clone();
    other.config.floor.insert("more".into(), more);
    seen(
        &other,
        book,
        &[
            "market ETH-USD: ClearingHouse.getParams(uint256) is",
            "puts: pool's guardian: puts.PutPool.guardian() is",
            // All that differs of a contract, not the first of it.
            "contract floor.degods.BidBook: floor.degods.BidBook.peers() is",
            "contract floor.degods.BidBook: floor.degods.BidBook.params() is",
            "contract puts.Bonding: puts.Bonding.params() is",
            "contract floor.degods.FloorMarket: floor.degods.FloorMarket.params() is",
            "contract floor.more.cash.TestToken: not there",
            "contract floor.more.FloorMarket: the address book has no",
        ],
    )
    .await;
    assert_eq!(world.drift(book).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_so_if_all_is_well_and_if_programs_are_over() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let (success, said) = world.tool(&["status"]).await;
    assert!(success && said.contains("0 differ"), "{said}");
    let (success, said) = world.tool(&["plan"]).await;
    assert!(success && said.contains("\n0 steps to take"), "{said}");
    assert_eq!(world.blocks(), deployed.chain.block_number());
    world.node.with_chain(|chain| chain.warp(366 * DAY));
    let (success, said) = world.tool(&["status"]).await;
    assert!(!success && said.contains("ProgramExpired: `keepalive`"), "{said}");
    let (success, said) = world.tool(&["keepalive"]).await;
    assert!(success && said.contains("put-pool: activated again"), "{said}");
    let (success, said) = world.tool(&["status"]).await;
    assert!(success && said.contains("0 differ"), "{said}");
    // A network that is not filled in, and a key that is none.
    let open = ["plan", "--config", concat!(env!("CARGO_MANIFEST_DIR"), "/arbitrum-one.toml")];
    let output = Command::new(env!("CARGO_BIN_EXE_deploy")).args(open).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("have to be filled in: collateral, "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_live_on_after_a_year() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let book = &deployed.book;
    let mut anybody = world.account(5);
    let mut care = async |within: u64| {
        let mut told = Vec::new();
        let mut note = |_: &status::Alive, care: &Care| told.push(care.clone());
        keep_alive(&world.client, &mut anybody, book, within, &mut note).await.unwrap();
        told
    };
    let lives = async || status::lives(&world.client, book).await.unwrap();
    let number = lives().await.len();
    assert!(number > 50, "{number} programs");
    let before = world.blocks();
    assert!(care(60 * DAY).await.iter().all(|care| matches!(care, Care::Enough(_))));
    assert!(care(400 * DAY).await.iter().all(|care| matches!(care, Care::TooSoon(_))));
    assert_eq!(world.blocks(), before);

    world.node.with_chain(|chain| chain.warp(330 * DAY));
    assert!(care(60 * DAY).await.iter().all(|care| *care == Care::Prolonged));
    assert!(lives().await.iter().all(|alive| matches!(alive.life, Life::Left(left) if left > 360 * DAY)));

    world.node.with_chain(|chain| chain.warp(366 * DAY));
    let over = lives().await;
    assert!(over.iter().all(|alive| alive.life == Life::Over("ProgramExpired".into())), "{over:?}");
    let pool = book.contract("puts.PutPool").unwrap();
    assert!(world.client.view(pool, &PutPool::paramsCall {}).await.is_err());
    assert_eq!(care(60 * DAY).await, vec![Care::Activated; number]);
    assert!(lives().await.iter().all(|alive| matches!(alive.life, Life::Left(_))));
    world.client.view(pool, &PutPool::paramsCall {}).await.unwrap();
    assert_eq!(world.drift(book).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_that_is_not_there_is_told_and_the_others_live_on() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let (lens, mut anybody) = (deployed.book.program("floor-lens").unwrap(), world.account(5));
    world.node.with_chain(|chain| chain.set_code(lens, Bytes::new()));
    world.node.with_chain(|chain| chain.warp(330 * DAY));
    let (number, mut prolonged) = (status::lives(&world.client, &deployed.book).await.unwrap().len(), 0);
    let mut count = |_: &status::Alive, care: &Care| prolonged += usize::from(*care == Care::Prolonged);
    let end = keep_alive(&world.client, &mut anybody, &deployed.book, 60 * DAY, &mut count).await;
    let error = end.unwrap_err().to_string();
    assert!(error.contains(&format!("floor-lens: {lens} has no code")), "{error}");
    assert_eq!(prolonged, number - 1);
    let (success, said) = world.tool(&["status"]).await;
    assert!(!success && said.contains("how long floor-lens lives: "), "{said}");

    let other = Book { chain_id: 1, ..deployed.book.clone() };
    let end = keep_alive(&world.client, &mut anybody, &other, 60 * DAY, &mut |_, _| ()).await;
    assert!(end.unwrap_err().to_string().contains("the address book of chain 1"));
}

/// A program that does the same and is another: with a section that means nothing.
fn altered(folder: &Path, name: &str) -> Program {
    let mut wasm = fs::read(folder.join(format!("{name}.wasm"))).unwrap();
    // Custom section: id, length, the name's length, the name.
    wasm.extend([0, 5, 4]);
    wasm.extend(b"next");
    Program::of(name, wasm).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_programs_are_deployed_proposed_decided_and_taken_into_the_book() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let (book, folder, kind) = (&deployed.book, programs::default_folder(), Kind::PutPool);
    let mut account = world.account(0);
    let mut prepare = async |names: &[&str]| {
        let mut programs = Program::load_all(&folder, kind.programs()).unwrap();
        for name in names {
            programs.retain(|program| program.name != *name);
            programs.push(altered(&folder, name));
        }
        let file = world.file();
        upgrade::prepare(&world.client, &mut account, &file, &programs, kind, &mut |_| ()).await.unwrap()
    };
    assert!(prepare(&[]).await.is_empty());
    assert_eq!(world.book(), *book);

    let actions = prepare(&["put-lens", "put-roll"]).await;
    assert_eq!(actions.len(), 1);
    let pool = book.contract("puts.PutPool").unwrap();
    let call = PutPool::setProgramsCall::abi_decode(&actions[0].data).unwrap();
    let proposed = world.book().proposed;
    assert_eq!((actions[0].target, call.programs.lens), (pool, proposed["put-lens"].address));
    assert_ne!(call.programs.roll, book.program("put-roll").unwrap());
    assert_eq!(call.programs.desk, book.program("put-desk").unwrap());
    upgrade::rehearse(&world.client, kind, &actions).await.unwrap();
    // Asked again, nothing is deployed again, and until it is decided nothing has changed.
    let before = world.blocks();
    assert_eq!((prepare(&["put-lens", "put-roll"]).await, world.blocks()), (actions.clone(), before));
    let mut noted = world.book();
    assert!(upgrade::adopt(&world.client, &mut noted).await.unwrap().is_empty());
    assert_eq!(world.drift(&noted).await, Vec::<String>::new());

    world.carried(Contracts::of(book).unwrap().timelock, &actions[0]);
    assert!(world.drift(&noted).await.iter().any(|line| line.contains("puts.PutPool.programs()")));
    assert_eq!(upgrade::adopt(&world.client, &mut noted).await.unwrap(), ["PutPool"]);
    assert_eq!(world.drift(&noted).await, Vec::<String>::new());
    // The next run notes it, and sends nothing.
    let blocks = world.blocks();
    world.deploy(&mut |_| ()).await.unwrap();
    assert_eq!((world.book(), world.blocks()), (noted, blocks));
    assert!(world.book().proposed.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_upgraded_and_not_noted_is_rolled_back_by_what_was_built_before() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let (book, folder, file, kind) =
        (&deployed.book, programs::default_folder(), world.file(), Kind::PutPool);
    let mut account = world.account(0);
    let old = Program::load_all(&folder, kind.programs()).unwrap();
    let mut new = old.clone();
    new.retain(|program| program.name != "put-lens");
    new.push(altered(&folder, "put-lens"));
    let mut prepare = async |programs: &[Program]| {
        upgrade::prepare(&world.client, &mut account, &file, programs, kind, &mut |_| ()).await.unwrap()
    };
    let forth = prepare(&new).await;
    world.carried(Contracts::of(book).unwrap().timelock, &forth[0]);
    let next = world.book().proposed["put-lens"];
    assert_eq!(world.book().program("put-lens").unwrap(), book.program("put-lens").unwrap());

    let back = prepare(&old).await;
    let call = PutPool::setProgramsCall::abi_decode(&back[0].data).unwrap();
    assert_eq!(call.programs.lens, book.program("put-lens").unwrap());
    assert_eq!(world.book().programs["put-lens"], next);
    upgrade::rehearse(&world.client, kind, &back).await.unwrap();
    world.carried(Contracts::of(book).unwrap().timelock, &back[0]);
    world.deploy(&mut |_| ()).await.unwrap();
    assert_eq!(world.book(), *book);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_code_of_every_contract_is_replaced_by_what_is_proposed() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let (book, folder, file) = (&deployed.book, programs::default_folder(), world.file());
    let timelock = Contracts::of(book).unwrap().timelock;
    let mut account = world.account(0);
    for kind in Kind::value_variants().iter().copied() {
        let programs: Vec<Program> = kind.programs().iter().map(|name| altered(&folder, name)).collect();
        let actions =
            upgrade::prepare(&world.client, &mut account, &file, &programs, kind, &mut |_| ()).await.unwrap();
        assert!(!actions.is_empty(), "there is a {}", kind.name());
        upgrade::rehearse(&world.client, kind, &actions).await.unwrap();
        for action in &actions {
            world.carried(timelock, action);
        }
        let mut noted = world.book();
        assert_eq!(upgrade::adopt(&world.client, &mut noted).await.unwrap(), [kind.name()]);
        noted.save(&file).unwrap();
        let found = world.client.slot(actions[0].target, IMPLEMENTATION_SLOT.into()).await.unwrap();
        assert_eq!(noted.program(kind.programs()[0]).unwrap(), Address::from_word(found.into()));
    }
    assert_eq!(world.drift(&world.book()).await, Vec::<String>::new());
    let blocks = world.blocks();
    world.deploy(&mut |_| ()).await.unwrap();
    assert_eq!(world.blocks(), blocks, "what was upgraded is as it should be");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_could_not_do_is_not_proposed() {
    let Some((world, deployed)) = World::deployed().await else { return };
    let pool = deployed.book.contract("puts.PutPool").unwrap();
    let set = PutPool::setTreasuryCall { treasury: Address::ZERO };
    let error = upgrade::rehearse(&world.client, Kind::PutPool, &[Action::new(pool, &set)])
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("ZeroAddress"), "{error}");
}
