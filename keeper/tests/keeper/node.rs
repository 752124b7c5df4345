//! What a node may do to a keeper, and a keeper to a node: nothing when it runs dry, blocks that are taken back,
//! transactions that wait, and an end in the middle of one. On a market that was just deployed, where a price is to be
//! noted and funding to be settled.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use alloy::{
    consensus::Transaction,
    primitives::{Address, I256, U256},
    signers::local::PrivateKeySigner,
};
use devnet::{Chain, Config as ChainConfig, rpc};
use everfloor_bindings::{ClearingHouse, PostedAggregator, TestDollar};
use everfloor_deploy::{
    apply,
    book::Book,
    client::{Account, Client},
    config::Config as Network,
    governance,
    programs::{self, Built},
    replay::Deployed,
};
use everfloor_keeper::{
    config::Config,
    keeper::{Keeper, Stop},
};
use tokio::sync::OnceCell;

use crate::common::{
    Folder, Site, account, config, config_text, done, is_built, keeper, key, outcomes, settle, wad,
};

/// The demo's market.
const NETWORK: &str = include_str!("../../../deploy/devnet.toml");
/// What is kept there.
const JOBS: &str = "[perp]";

/// A market on a node, and a keeper's account with gas.
struct Market {
    site: Site,
    me: PrivateKeySigner,
}

/// The market on a chain, deployed once for all tests.
static DEPLOYED: OnceCell<Option<(Chain, Book, Address)>> = OnceCell::const_new();

/// None, aloud, if the programs are not built.
async fn deployed() -> Option<(Chain, Book, Address)> {
    if !is_built("clearing-house") {
        return None;
    }
    let network = Network::parse(NETWORK).unwrap();
    let built = Built::load(&programs::default_folder(), &governance::default_folder(), &network).unwrap();
    let folder = Folder::new("market");
    let node = rpc::serve(Chain::new(ChainConfig::default()), "127.0.0.1:0").unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let (owner, key) = node.with_chain(|chain| chain.accounts())[0];
    let mut account = Account::new(PrivateKeySigner::from_bytes(&key).unwrap());
    let file = folder.0.join("book.json");
    let book = apply::deploy(&client, &mut account, &network, &built, &file, &mut |_| ()).await.unwrap();
    Some((node.with_chain(|chain| chain.clone()), book, owner))
}

impl Market {
    /// A market of a test's own; none if there is none.
    async fn deploy(name: &str) -> Option<Self> {
        let (chain, book, owner) = DEPLOYED.get_or_init(deployed).await.clone()?;
        let (site, me) = (Site::serve(Deployed { chain, book, owner }, name), key(1));
        site.equip(me.address());
        Some(Self { site, me })
    }

    fn config(&self, rest: &str) -> Config {
        config(&self.site.node.url(), &self.site.file(), &format!("{rest}\n{JOBS}"))
    }

    fn nonce(&self) -> u64 {
        self.site.node.with_chain(|chain| chain.nonce(self.me.address()))
    }

    /// Offers of the keeper's transactions that wait, by nonce.
    fn waiting(&self) -> Vec<(u64, u128)> {
        self.site.node.with_chain(|chain| {
            let all = chain.pending().into_iter().filter_map(|hash| chain.pending_transaction(hash));
            let own = all.filter(|(from, _)| *from == self.me.address());
            own.map(|(_, envelope)| (envelope.nonce(), envelope.max_fee_per_gas())).collect()
        })
    }

    /// Looks until something is so; the keeper works meanwhile.
    async fn until(&self, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_finds_work_and_sends_nothing() {
    let Some(market) = Market::deploy("dry").await else { return };
    let config = market.config("");
    let (mut dry, _) = Keeper::open(&config, market.me.clone(), true).await.unwrap();
    let height = market.site.node.with_chain(|chain| chain.block_number());
    let round = settle(&mut dry).await;
    assert!(round.found > 0 && round.done == 0, "{round:?}");
    assert!(outcomes(&dry, "perp", "poke", "dry-run") == 1, "the price of the deployment is not noted");
    assert_eq!((market.nonce(), market.site.node.with_chain(|chain| chain.block_number())), (0, height));
    let again = settle(&mut dry).await;
    assert_eq!(again.done, 0);

    let mut wet = keeper(&config, market.me.clone()).await;
    let round = settle(&mut wet).await;
    assert_eq!(round.done as u64, market.nonce());
    assert_eq!((done(&wet, "perp", "poke"), done(&wet, "perp", "settle-funding")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn gas_above_the_cap_and_a_spent_budget_leave_work_undone() {
    let Some(market) = Market::deploy("dear").await else { return };
    let mut careful = keeper(&market.config("[gas]\nmax-price-gwei = \"0.000001\""), market.me.clone()).await;
    assert_eq!(settle(&mut careful).await.done, 0);
    assert_eq!(outcomes(&careful, "perp", "poke", "too-dear"), 1);
    let mut poor = keeper(&market.config("[profit]\nupkeep-ether-a-day = \"0\""), market.me.clone()).await;
    assert_eq!(settle(&mut poor).await.done, 0);
    assert_eq!(outcomes(&poor, "perp", "poke", "not-worth"), 1);
    assert_eq!(market.nonce(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_blocks_that_are_gone_is_found_and_done_again() {
    let Some(market) = Market::deploy("reorg").await else { return };
    let mut keeper = keeper(&market.config(""), market.me.clone()).await;
    let before = market.site.node.with_chain(Chain::snapshot);
    let first = settle(&mut keeper).await.done as u64;
    assert!(first > 0 && market.nonce() == first);

    // The chain goes back, and on with other blocks beyond the height that the keeper has seen.
    market.site.node.with_chain(|chain| {
        assert!(chain.revert(before));
        chain.mine(first + 5);
    });
    assert_eq!(market.nonce(), 0, "its transactions are gone");
    assert_eq!(settle(&mut keeper).await.done as u64, first);
    assert_eq!((market.nonce(), done(&keeper, "perp", "poke")), (first, 2));
    assert_eq!(keeper.metrics().reorganisations.get(), 1);

    // Nothing is done a third time.
    assert_eq!(settle(&mut keeper).await.done, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_waits_is_sent_again_at_a_higher_price_and_counts_once() {
    let Some(market) = Market::deploy("stuck").await else { return };
    market.site.node.with_chain(|chain| chain.set_automine(false));
    let mut keeper = keeper(&market.config("[gas]\nbump-after = 0"), market.me.clone()).await;
    let metrics = keeper.metrics().clone();
    let (_say, stop) = Stop::new();
    let worked = async {
        let round = keeper.round(&stop).await.unwrap();
        assert_eq!((round.errors, round.failed), (0, 0), "{round:?}");
        round.done as u64
    };
    let mined = async {
        market.until(|_| metrics.bumps.get() >= 3).await;
        let waiting = market.waiting();
        assert_eq!(waiting.len(), 1, "it replaces the one before");
        // Begun at twice the price, three times a fifth higher.
        let price = market.site.node.with_chain(|chain| u128::from(chain.config().base_fee));
        assert!(waiting[0].0 == 0 && waiting[0].1 >= price * 2 * 17 / 10, "{waiting:?}");
        market.site.node.with_chain(|chain| {
            chain.mine(1);
            chain.set_automine(true);
        });
    };
    let (worked, ()) = tokio::join!(worked, mined);
    assert_eq!(market.nonce(), worked, "each piece of work is one transaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_life_left_waiting_is_replaced_and_not_done_beside() {
    let Some(market) = Market::deploy("life").await else { return };
    market.site.node.with_chain(|chain| chain.set_automine(false));
    let config = market.config("");
    let mut doomed = keeper(&config, market.me.clone()).await;
    let (_say, stop) = Stop::new();
    tokio::select! {
        round = doomed.round(&stop) => panic!("nothing is mined, and it ended: {round:?}"),
        () = market.until(|market| !market.waiting().is_empty()) => {}
    }
    drop(doomed);
    let left = market.waiting();
    assert_eq!(left.len(), 1);

    // The next one offers more, as a node may want it of a replacement: its transaction is another one.
    let hash = |market: &Market| market.site.node.with_chain(|chain| chain.pending());
    let before = hash(&market);
    let mut next = keeper(&market.config("[gas]\ntip-gwei = \"0.01\""), market.me.clone()).await;
    let worked = async { next.round(&stop).await.unwrap().done as u64 };
    let mined = async {
        market.until(|market| hash(market) != before).await;
        assert_eq!(market.waiting().iter().map(|(nonce, _)| *nonce).collect::<Vec<_>>(), [left[0].0]);
        market.site.node.with_chain(|chain| {
            chain.mine(1);
            chain.set_automine(true);
        });
    };
    let (worked, ()) = tokio::join!(worked, mined);
    assert_eq!(market.nonce(), worked, "each piece of work is one transaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_and_a_book_of_one_are_refused() {
    let Some(market) = Market::deploy("other").await else { return };
    let mut config = market.config("");
    config.network.chain_id = 1;
    let error = Keeper::open(&config, market.me.clone(), false).await.unwrap_err().to_string();
    assert!(error.contains("412346") && error.contains('1'), "{error}");
    let config = market.config("");
    let book = market.site.file();
    let text = std::fs::read_to_string(&book).unwrap().replace("412346", "5");
    std::fs::write(&book, text).unwrap();
    let error = Keeper::open(&config, market.me.clone(), false).await.unwrap_err().to_string();
    assert!(error.contains("chain 5"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_that_is_shipped_keeps_all_that_the_deploy_tool_made() {
    let Some(market) = Market::deploy("shipped").await else { return };
    let (node, book) = (market.site.node.url(), market.site.file().display().to_string());
    let text = include_str!("../../keeper.toml");
    let text = text.replace("http://127.0.0.1:8547", &node).replace("../deploy/devnet.json", &book);
    assert!(text.contains(&node) && text.contains(&book));
    let config = Config::parse(&text).unwrap();
    let before = market.site.node.with_chain(Chain::snapshot);
    let mut one = keeper(&config, market.me.clone()).await;
    settle(&mut one).await;
    let kept = |keeper: &Keeper| {
        let actions = [("perp", "poke"), ("perp", "settle-funding"), ("put", "poke"), ("floor", "poke-mark")];
        actions.map(|(job, action)| done(keeper, job, action))
    };
    assert!(kept(&one).iter().all(|times| *times > 0), "{:?}", kept(&one));
    assert!(done(&one, "put", "record") > 0);

    // One that leaves off after each thing that is not urgent does the same, and nothing twice.
    assert!(market.site.node.with_chain(|chain| chain.revert(before)));
    let mut hasty = keeper(&config, market.me.clone()).await;
    hasty.look_again_after(Duration::ZERO);
    settle(&mut hasty).await;
    assert_eq!(kept(&hasty), kept(&one));
    assert!(done(&hasty, "put", "record") > 0);
}

/// Gives somebody dollars.
fn give(market: &Market, who: Address, dollars: u64) {
    let site = &market.site;
    site.equip(who);
    let value = U256::from(dollars * 1_000_000);
    site.act(who, site.at("TestDollar"), &TestDollar::mintCall { to: who, value });
}

/// Opens a position with new dollars as its margin, or adds to it.
fn open(market: &Market, who: Address, side: u8, margin: u64, notional: f64) {
    let (site, house) = (&market.site, market.site.at("ClearingHouse"));
    give(market, who, margin);
    let margin = U256::from(margin * 1_000_000);
    site.act(who, site.at("TestDollar"), &TestDollar::approveCall { spender: house, value: margin });
    let call = ClearingHouse::openPositionCall {
        marketId: U256::ONE,
        side,
        margin,
        notional: wad(notional),
        baseLimit: U256::ZERO,
        maxFee: U256::MAX,
        deadline: U256::MAX,
    };
    site.act(who, house, &call);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_a_market_that_was_halted_is_settled_and_paid() {
    let Some(market) = Market::deploy("halted").await else { return };
    let house = market.site.at("ClearingHouse");
    let (long, short) = (account("long"), account("short"));
    open(&market, long, 0, 1_000, 4_000.0);
    open(&market, short, 1, 1_000, 4_000.0);
    market.site.act(market.site.owner, house, &ClearingHouse::haltMarketCall { marketId: U256::ONE });
    let mut keeper = keeper(&market.config("[profit]\nupkeep-ether-a-day = \"1\""), market.me.clone()).await;
    settle(&mut keeper).await;
    let view = market.site.ask(house, &ClearingHouse::getMarketCall { marketId: U256::ONE });
    assert!(view.halted && view.openPositions.is_zero() && view.money.claims.is_zero(), "{view:?}");
    assert_eq!(done(&keeper, "perp", "settle-position"), 2);
    assert_eq!(done(&keeper, "perp", "redeem-claim"), 1, "one of the two has won");
    for account in [long, short] {
        let call = ClearingHouse::getPositionCall { marketId: U256::ONE, account };
        let position = market.site.ask(house, &call);
        assert!(position.size.is_zero() && !position.margin.is_zero(), "{position:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_curve_does_not_take_of_a_whale_is_taken_over_and_sold() {
    let Some(market) = Market::deploy("whale").await else { return };
    let (site, house, whale) = (&market.site, market.site.at("ClearingHouse"), account("whale"));
    // As much as the guards let the mark be moved.
    for (margin, notional) in [(32_000, 110_000.0), (0, 110_000.0), (0, 50_000.0)] {
        open(&market, whale, 0, margin, notional);
        site.node.with_chain(|chain| chain.warp(301));
    }
    // A quarter down, all of its margin and more.
    let answer = I256::try_from(14_314_000_000_u64).unwrap();
    site.act(site.owner, site.at("PostedAggregator"), &PostedAggregator::postCall { answer });
    give(&market, market.me.address(), 100_000);
    // What is taken over pays; the whale, who is bankrupt, pays nothing, and is liquidated out of the budget.
    let jobs = r#"
        [profit]
        upkeep-ether-a-day = "100"
        [tokens.TestDollar]
        ether-price-feed = "PriceFeed"
        [perp.takeover]
        max-notional = "200000"
        least-discount-ppm = 0
    "#;
    let mut keeper = keeper(&market.config(jobs), market.me.clone()).await;
    settle(&mut keeper).await;
    let position =
        |account| site.ask(house, &ClearingHouse::getPositionCall { marketId: U256::ONE, account });
    assert!(position(whale).size.is_zero(), "{:?}", position(whale));
    assert!(done(&keeper, "perp", "liquidate") > 1, "the curve takes a part, and another");
    assert_eq!(done(&keeper, "perp", "start-takeover"), 1);
    assert_eq!((done(&keeper, "perp", "approve"), done(&keeper, "perp", "take-over")), (1, 1));
    // The mark is far above the oracle: what was taken over at the oracle's price sells at once.
    assert!(done(&keeper, "perp", "unwind") > 0 && position(market.me.address()).size.is_zero());
}

// ---- the program ----

/// The program as a child, ended with the test.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(config: &Path, key: &PrivateKeySigner, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keeper"));
        command.arg("--config").arg(config).args(flags);
        command.env("KEEPER_KEY", key.to_bytes().to_string()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line that says something.
    fn line_with(&mut self, what: &str) -> serde_json::Value {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it ended and never said {what:?}");
            let value: serde_json::Value = serde_json::from_str(&line).expect("lines are JSON");
            if value["message"] == what {
                return value;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// How it ended.
    fn end(mut self) -> Option<i32> {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code()
    }
}

/// The answer to a request, whole.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: keeper\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn write_config(market: &Market, rest: &str) -> std::path::PathBuf {
    let file = market.site.folder.0.join("keeper.toml");
    let rest = format!("{rest}\n{JOBS}\n[log]\nformat = \"json\"\n");
    std::fs::write(&file, config_text(&market.site.node.url(), Path::new("book.json"), &rest)).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_serves_metrics_and_on_a_signal_finishes_what_is_under_way() {
    let Some(market) = Market::deploy("program").await else { return };
    let file = write_config(&market, "[metrics]\nlisten = \"127.0.0.1:0\"");
    let mut program = Running::start(&file, &market.me, &[]);
    let address = program.line_with("serving metrics")["address"].as_str().unwrap().to_owned();
    let line = program.line_with("done");
    assert_eq!((line["job"].as_str(), line["action"].as_str()), (Some("perp"), Some("poke")));
    // What a round found is told when it is over, and not before.
    let told = [
        "action=\"settle-funding\",outcome=\"done\"} 1",
        "keeper_balance_ether 999.",
        "keeper_head ",
        "keeper_round_seconds_bucket",
    ];
    let is_told = |metrics: &str| {
        told.iter().all(|name| metrics.contains(name)) && !metrics.contains("keeper_rounds_total 0")
    };
    market.until(|_| is_told(&get(&address, "/metrics"))).await;
    let metrics = get(&address, "/metrics");
    assert!(metrics.starts_with("HTTP/1.1 200") && metrics.contains("# EOF"), "{metrics}");
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/else").starts_with("HTTP/1.1 404"));

    // A transaction is under way when it is told to stop: it sees it through.
    let before = market.nonce();
    market.site.node.with_chain(|chain| {
        chain.warp(7_200);
        chain.mine(1);
        chain.set_automine(false);
    });
    market.until(|market| !market.waiting().is_empty()).await;
    program.signal("-TERM");
    program.line_with("stopping: what is under way is finished");
    assert!(program.child.try_wait().unwrap().is_none(), "it left its transaction alone");
    market.site.node.with_chain(|chain| chain.mine(1));
    program.line_with("stopped");
    assert_eq!(program.end(), Some(0));
    assert_eq!((market.nonce(), market.waiting().len()), (before + 1, 0), "it began something else");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_runs_once_and_dry_and_says_what_is_wrong() {
    let Some(market) = Market::deploy("once").await else { return };
    let file = write_config(&market, "");
    let mut dry = Running::start(&file, &market.me, &["--once", "--dry-run"]);
    dry.line_with("would be done");
    assert_eq!((dry.end(), market.nonce()), (Some(0), 0));
    let mut once = Running::start(&file, &market.me, &["--once"]);
    let line = once.line_with("once");
    assert_eq!((once.end(), line["done"].as_u64()), (Some(0), Some(market.nonce())));
    assert!(market.nonce() > 0);

    let mut wrong = Command::new(env!("CARGO_BIN_EXE_keeper"));
    let told = wrong.arg("--config").arg(&file).env_remove("KEEPER_KEY").output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    let words = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(words.contains("KEEPER_KEY"), "{words}");
}
