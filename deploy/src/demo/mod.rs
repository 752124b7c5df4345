//! A market crash replayed on a real market: a chain in this process, the contracts deployed on it by this crate, and
//! dozens of accounts that trade through signed transactions until everybody has left and every unit is accounted for.

pub(crate) mod charts;
pub(crate) mod conservation;
pub(crate) mod money;
pub(crate) mod page;
pub(crate) mod prices;
mod replay;
mod report;
mod settle;
mod traders;
pub(crate) mod view;
pub(crate) mod world;

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use alloy::{primitives::U256, signers::local::PrivateKeySigner};
use anyhow::{Context, Result};
use devnet::{Chain, Clock, rpc};
use futures::future::LocalBoxFuture;

use crate::{
    apply,
    bindings::{InsuranceFund, TestDollar},
    book::Book,
    client::{Call, Client},
    config::Config,
    governance,
    programs::{self, Built},
};

use conservation::{Books, Check};
use money::{DOLLAR, exact, grouped, price, quantity, rounded, to_units, wad};
use prices::{Series, show_time};
use replay::{Replay, Row};
use traders::Trader;
use world::{Contracts, Order, Person, Role, World};

/// The seed of a replay that names none: the day it began.
pub const SEED: u64 = 20_200_312;

/// The configuration the demo starts from.
const CONFIG: &str = include_str!("../../devnet.toml");
/// The node's port, if it is free.
pub const PORT: u16 = 8_547;
/// Depth of the curve, dollars a side.
const DEPTH: f64 = 11_606_400.0;
/// Places of the development accounts.
const OWNER: usize = 0;
const REPORTER: usize = 1;
const KEEPERS: usize = 2;
const ARBITRAGEURS: usize = 4;
/// What each arbitrageur has, dollars.
const ARBITRAGE_CAPITAL: u128 = 1_500_000;
/// What the owner puts into the insurance fund, dollars.
const INSURANCE: u128 = 5_000;
/// Wei that accounts beyond the node's own get from them: gas for far more than they send.
const GAS_MONEY: u128 = 10_000_000_000_000_000_000;
/// Development accounts the node itself funds.
const FUNDED: usize = 10;

/// How to replay.
#[derive(Clone, Debug)]
pub struct Options {
    /// A CSV file in place of Black Thursday.
    pub prices: Option<PathBuf>,
    /// Decides who trades how.
    pub seed: u64,
    /// The node's port; 0 takes any free one, none prefers [`PORT`].
    pub port: Option<u16>,
    /// Where the report and the address book go.
    pub out: PathBuf,
    /// Where the built programs are.
    pub programs: PathBuf,
    /// Say nothing.
    pub quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        let target = programs::default_folder();
        let out = target.parent().map_or_else(|| "demo".into(), |target| target.join("demo"));
        Self { prices: None, seed: SEED, port: None, out, programs: target, quiet: false }
    }
}

/// What a replay came to.
#[derive(Debug)]
pub struct Outcome {
    /// The node, still running.
    pub node: rpc::Handle,
    /// The address book.
    pub book: Book,
    /// Traders, arbitrageurs and keepers not counted.
    pub traders: usize,
    /// Liquidations.
    pub liquidations: u64,
    /// Transactions mined.
    pub transactions: u64,
    /// Everything that should not have happened; a good replay has none.
    pub problems: Vec<String>,
    /// The report.
    pub report: PathBuf,
}

/// Where a replay is played, for keepers from outside.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The node's address.
    pub url: String,
    /// The address book's file.
    pub addresses: PathBuf,
    /// The keys of the replay's keepers, which it leaves to them.
    pub keys: Vec<PrivateKeySigner>,
}

/// Keepers from outside, in place of the replay's own.
pub trait Outsiders {
    /// Dollars that each of them is given.
    fn capital(&self) -> u128 {
        0
    }

    /// The market is deployed, and nothing has happened yet.
    fn begin(&mut self, scene: Scene) -> LocalBoxFuture<'_, Result<()>>;

    /// A price was posted, or somebody has traded: they do whatever there is to do.
    fn keep(&mut self) -> LocalBoxFuture<'_, Result<()>>;
}

/// Replays.
pub async fn run(options: &Options) -> Result<Outcome> {
    run_with(options, None).await
}

/// Replays, with keepers from outside if there are any. Whoever waits for this compiles none of it: there is much of it.
pub fn run_with<'a>(
    options: &'a Options,
    outsiders: Option<&'a mut dyn Outsiders>,
) -> LocalBoxFuture<'a, Result<Outcome>> {
    Box::pin(play(options, outsiders))
}

async fn play(options: &Options, mut outsiders: Option<&mut dyn Outsiders>) -> Result<Outcome> {
    let started = Instant::now();
    let say = Teller { quiet: options.quiet };
    let series = match &options.prices {
        Some(file) => prices::from_file(file)?,
        None => prices::black_thursday()?,
    };
    let config = configure(&series)?;
    let built = Built::load(&options.programs, &governance::default_folder(), &config)?;
    let node = start_node(&series, options.port)?;
    say.line(format_args!("Everfloor: {}", series.title));
    say.line(format_args!("node {} (chain {}), seed {}", node.url(), config.chain_id, options.seed));

    let client = Client::connect(&node.url()).await?;
    let steps = (series.points.len() - 1) * prices::STEPS as usize;
    let mut traders = traders::cast(options.seed, steps);
    let addresses = options.out.join("addresses.json");
    // The node is a new one, so what an earlier run wrote down is not on it.
    if addresses.exists() {
        fs::remove_file(&addresses).with_context(|| format!("cannot replace {}", addresses.display()))?;
    }
    let mut owner = world::account(OWNER)?;
    let mut deployed = 0;
    let mut count = |report: &apply::Report| deployed = report.place.0;
    let book = apply::deploy(&client, &mut owner, &config, &built, &addresses, &mut count).await?;
    say.line(format_args!(
        "deployed {} programs, {} contracts in {deployed} steps, every wire read back",
        built.programs.len(),
        book.contracts.len()
    ));

    let capital = outsiders.as_ref().map_or(0, |outsiders| outsiders.capital());
    let mut world = populate(client, &book, &config, owner, &traders, capital).await?;
    if let Some(outsiders) = &mut outsiders {
        let keys = world.all(Role::Keeper).into_iter().map(world::key).collect::<Result<_>>()?;
        outsiders.begin(Scene { url: node.url(), addresses: addresses.clone(), keys }).await?;
    }
    say.line(format_args!(
        "{} traders, {} arbitrageurs, {} keepers, 1 reporter; {} test dollars",
        traders.len(),
        world.all(Role::Arbitrageur).len(),
        world.all(Role::Keeper).len(),
        grouped(world.people.iter().map(|person| person.minted).sum::<u128>() / DOLLAR)
    ));
    say.line(format_args!(
        "{} posted prices: between two of the list, {} on a straight line\n",
        steps,
        prices::STEPS - 1
    ));
    say.line(format_args!("{}", row_header()));

    let first_trader = world.people.len() - traders.len();
    let mut replay = Replay {
        world: &mut world,
        traders: &mut traders,
        first_trader,
        history: Vec::new(),
        moments: Vec::new(),
        rows: Vec::new(),
        outsiders,
    };
    replay.play(&series, &mut |row| say.line(format_args!("{}", row_line(row)))).await?;
    let last = series.points.last().copied().context("no prices")?;
    let end = replay.settle(last, series.longest_step().max(1)).await?;
    say.line(format_args!(
        "\nEverybody has left. Waiting profit was taken at {:.2} %. The curve is back at {}, where it began.",
        end.share * 100.0,
        price(end.spot)
    ));
    let (moments, rows) = (replay.moments, replay.rows);

    let books = world.books().await?;
    let checks = books.final_checks();
    let mut problems = world.tally.unexpected.clone();
    problems.extend(
        checks
            .iter()
            .filter(|check| !check.holds())
            .map(|check| format!("at the end: {}", check_line(check))),
    );
    say.line(format_args!("\n{}", accounts_table(&world, &books)));
    say.line(format_args!("{}", summary(&world, &books)));
    say.line(format_args!("Conservation, to the unit:"));
    for check in &checks {
        say.line(format_args!("  {}", check_line(check)));
    }
    let seconds = started.elapsed().as_secs_f64();
    let story = report::Story {
        series: &series,
        config: &config,
        seed: options.seed,
        world: &world,
        moments: &moments,
        rows: &rows,
        books: &books,
        checks: &checks,
        problems: &problems,
        seconds,
    };
    let report = options.out.join("report.html");
    fs::write(&report, story.html()?).with_context(|| format!("cannot write {}", report.display()))?;
    say.line(format_args!(
        "\n{} transactions in {seconds:.1} s; report: {}",
        grouped(world.tally.transactions.into()),
        near(&report).display()
    ));
    Ok(Outcome {
        node,
        book,
        traders: traders.len(),
        liquidations: world.tally.liquidations,
        transactions: world.tally.transactions,
        problems,
        report,
    })
}

// ---- before the first price ----

/// The devnet configuration, with the list's first price and pace.
fn configure(series: &Series) -> Result<Config> {
    let mut config = Config::parse(CONFIG)?.only_perps();
    let perps = config.perps_mut()?;
    let price = series.first().price;
    let text = |units: u64| format!("{}.{:08}", units / 100_000_000, units % 100_000_000);
    let step = u32::try_from(series.longest_step()).unwrap_or(u32::MAX);
    perps.oracle.first_price = text(price);
    perps.oracle.min_price = text((price / 1_000).max(1));
    perps.oracle.max_price = text(price.saturating_mul(1_000));
    perps.oracle.heartbeat = step.saturating_mul(4).clamp(3_600, 604_800);
    perps.oracle.twap_window = step.saturating_mul(2).clamp(60, 604_800);
    perps.oracle.reporter = Some(world::account(REPORTER)?.address());
    perps.market.price = text(price);
    perps.market.twap_window = step.clamp(60, 86_400);
    let base = DEPTH / (price as f64 / 1e8);
    perps.market.virtual_base = format!("{base:.6}");
    perps.market.max_open_interest = format!("{base:.6}");
    perps.market.max_position = format!("{:.6}", base / 3.0);
    config.check()?;
    Ok(config)
}

fn start_node(series: &Series, port: Option<u16>) -> Result<rpc::Handle> {
    let genesis_time = series.first().time.saturating_sub(3_600).max(1);
    let config = devnet::Config { genesis_time, clock: Clock::Steps(1), ..devnet::Config::default() };
    let serve = |port: u16| rpc::serve(Chain::new(config.clone()), ("127.0.0.1", port));
    match port {
        Some(port) => serve(port).with_context(|| format!("cannot listen on port {port}")),
        None => serve(PORT).or_else(|_| serve(0)).context("cannot listen on any port"),
    }
}

/// Gives everybody gas and test dollars, and seeds the insurance fund.
async fn populate(
    client: Client,
    book: &Book,
    config: &Config,
    owner: crate::client::Account,
    traders: &[Trader],
    keepers_capital: u128,
) -> Result<World> {
    let mut people = vec![
        Person::new("owner (insurance)", Role::Owner, INSURANCE * DOLLAR),
        Person::new("reporter", Role::Reporter, 0),
    ];
    let keeper = |n| Person::new(format!("keeper {n}"), Role::Keeper, keepers_capital * DOLLAR);
    people.extend((1..=ARBITRAGEURS - KEEPERS).map(keeper));
    people.extend(
        (1..=4)
            .map(|n| Person::new(format!("arbitrageur {n}"), Role::Arbitrageur, ARBITRAGE_CAPITAL * DOLLAR)),
    );
    for trader in traders {
        let mut person = Person::new(trader.name(), Role::Trader, trader.stake);
        (person.kind, person.leverage) = (trader.kind.name(), trader.leverage);
        people.push(person);
    }
    let mut accounts = vec![owner];
    for place in 1..people.len() {
        accounts.push(world::account(place)?);
    }
    let market =
        U256::from(*book.markets.get(&config.perps()?.market.symbol).context("no market in the book")?);
    let mut world =
        World { client, accounts, people, at: Contracts::of(book)?, market, tally: Default::default() };
    give_gas(&mut world).await?;
    give_dollars(&mut world).await?;
    seed_insurance(&mut world).await?;
    Ok(world)
}

async fn give_gas(world: &mut World) -> Result<()> {
    let mut orders = Vec::new();
    for place in FUNDED..world.people.len() {
        let call =
            Call { to: Some(world.address(place)), data: Default::default(), value: U256::from(GAS_MONEY) };
        orders.push(Order { who: place % FUNDED, call, tolerated: &[] });
    }
    world.act(orders).await
}

async fn give_dollars(world: &mut World) -> Result<()> {
    let mut orders = Vec::new();
    for (place, person) in world.people.iter().enumerate().filter(|(_, person)| person.minted > 0) {
        let mint = TestDollar::mintCall { to: world.address(place), value: U256::from(person.minted) };
        orders.push(Order { who: place, call: Call::new(world.at.token, &mint), tolerated: &[] });
        let spender = if person.role == Role::Owner { world.at.fund } else { world.at.house };
        let approve = TestDollar::approveCall { spender, value: U256::MAX };
        orders.push(Order { who: place, call: Call::new(world.at.token, &approve), tolerated: &[] });
    }
    world.act(orders).await
}

async fn seed_insurance(world: &mut World) -> Result<()> {
    let deposit =
        InsuranceFund::depositCall { marketId: world.market, amount: U256::from(INSURANCE * DOLLAR) };
    world.act(vec![Order { who: OWNER, call: Call::new(world.at.fund, &deposit), tolerated: &[] }]).await
}

// ---- what is printed ----

struct Teller {
    quiet: bool,
}

impl Teller {
    /// A closed output is no reason to stop.
    fn line(&self, text: std::fmt::Arguments<'_>) {
        if !self.quiet {
            let mut out = io::stdout().lock();
            let _ = writeln!(out, "{text}");
            let _ = out.flush();
        }
    }
}

fn row_header() -> String {
    format!(
        "{:<16} {:>10} {:>10} {:>6} {:>9} {:>9} {:>4} {:>10} {:>10} {:>9} {:>7}  {}",
        "time (UTC)",
        "oracle",
        "mark",
        "gap %",
        "long",
        "short",
        "liq",
        "insurance",
        "beyond",
        "bad debt",
        "haircut",
        "oracle is"
    )
}

fn row_line(row: &Row) -> String {
    let Row { moment, .. } = row;
    let gap = (moment.spot / moment.oracle - 1.0) * 100.0;
    format!(
        "{:<16} {:>10} {:>10} {:>6.2} {:>9} {:>9} {:>4} {:>10} {:>10} {:>9} {:>7.4}  {}{}",
        show_time(moment.time),
        price(moment.oracle),
        price(moment.spot),
        gap,
        quantity(row.long),
        quantity(row.short),
        row.liquidations,
        rounded(row.fund as i128),
        rounded(row.shortfall as i128),
        rounded(row.bad_debt as i128),
        row.haircut,
        moment.status,
        if row.balanced { "" } else { "  BOOKS DO NOT BALANCE" },
    )
}

fn check_line(check: &Check) -> String {
    let show = |value: i128| if check.money { exact(value) } else { value.to_string() };
    let verdict = if check.holds() { "holds" } else { "FAILS" };
    format!("{verdict}  {}: {} = {}", check.name, show(check.left), show(check.right))
}

fn accounts_table(world: &World, books: &Books) -> String {
    let mut out = format!(
        "{:<20} {:>5} {:>17} {:>17} {:>8} {:>6} {:>5} {:>13}\n",
        "account", "lev", "brought", "profit or loss", "%", "trades", "liq", "fees"
    );
    for (person, profit) in world.people.iter().zip(books.profits()) {
        if person.role == Role::Reporter {
            continue;
        }
        let part = if person.minted == 0 { 0.0 } else { profit as f64 / person.minted as f64 * 100.0 };
        let leverage = if person.leverage > 0.0 { format!("{:.1}", person.leverage) } else { String::new() };
        let _ = writeln!(
            out,
            "{:<20} {:>5} {:>17} {:>17} {:>8.1} {:>6} {:>5} {:>13}",
            person.name,
            leverage,
            exact(person.minted as i128),
            exact(profit),
            part,
            person.trades,
            person.liquidations,
            exact(person.fees as i128)
        );
    }
    out
}

fn summary(world: &World, books: &Books) -> String {
    let tally = &world.tally;
    let mut out = format!(
        "{} liquidations; losses beyond margins {}: fees paid {}, insurance {}, nobody {}\nlosses realised for waiting winners {}; volume {}; fees kept {}\n",
        tally.liquidations,
        exact(tally.shortfall as i128),
        exact(tally.by_market as i128),
        exact(tally.by_fund as i128),
        exact(tally.bad_debt as i128),
        exact(tally.realized as i128),
        rounded(to_units(wad(tally.volume)) as i128),
        exact(books.fees as i128),
    );
    let refused: Vec<String> = tally.refusals.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let _ = writeln!(
        out,
        "refused by guards and limits: {}",
        if refused.is_empty() { "none".into() } else { refused.join(", ") }
    );
    out
}

/// A path as seen from here.
fn near(path: &Path) -> &Path {
    std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// Commands to look around with on a node that was left running.
pub fn cast_lines(node: &rpc::Handle, book: &Book) -> Result<String> {
    let (house, token) = (book.contract("ClearingHouse")?, book.contract("TestDollar")?);
    let (feed, fund) = (book.contract("PriceFeed")?, book.contract("InsuranceFund")?);
    // The last development account: everybody knows its key.
    let place = FUNDED - 1;
    let (account, key) =
        Chain::new(devnet::Config::default()).accounts().get(place).copied().context("no account")?;
    Ok(format!(
        r#"export ETH_RPC_URL={url} HOUSE={house} DOLLAR={token} FEED={feed} FUND={fund}
export ME={account} KEY={key}
# look
cast call $FEED 'price()(uint256)'
cast call $HOUSE 'spotPrice(uint256)(uint256)' 1
cast call $HOUSE 'haircut(uint256)(uint256)' 1
cast call $FUND 'balanceOfMarket(uint256)(uint256)' 1
cast logs --from-block 0 --address $HOUSE 'PositionLiquidated(uint256 indexed,address indexed,address indexed,uint256,uint8,uint256,uint256,uint256,uint256,uint256,uint256)'
# trade: a short of 2,000 dollars on 500 dollars of margin (the curve stands above the oracle: a long may be refused)
cast send --private-key $KEY $DOLLAR 'mint(address,uint256)' $ME 500000000
cast send --private-key $KEY $DOLLAR 'approve(address,uint256)' $HOUSE 500000000
cast send --private-key $KEY $HOUSE 'openPosition(uint256,uint8,uint256,uint256,uint256,uint256,uint256)' 1 1 500000000 2000000000000000000000 0 100000000 99999999999
cast call $HOUSE 'marginRatio(uint256,address)(int256)' 1 $ME
cast send --private-key $KEY $HOUSE 'closePosition(uint256,uint256,uint256,uint256,uint256)' 1 99999999999999999999 0 100000000 99999999999
cast rpc evm_increaseTime 900
"#,
        url = node.url()
    ))
}
