//! Whole months replayed: hundreds of traders and the machines around them on a real market, on a chain in this process,
//! until everybody has left or was settled; and beside it the same prices, the same decisions and the same money under
//! Perpetual Protocol V1's rules.
//!
//! - [`months`]: which prices, and how each month ends.
//! - `cast`: the traders; what they do depends on prices and the seed alone.
//! - `setup`: the market's parameters, and who brings what.
//! - `stage`, `diary`: the chain, transactions, and what happened to whom.
//! - `market`, `v1`: the month under our rules and under V1's.
//! - `verdict`: what must hold at the end.
//! - `report`, `page`: who lost what, as text, JSON and HTML.
//! - [`puts`]: not a month but two years, of the perpetual put pool under dpxETH.
//! - [`floor`]: a year and more of a floor market.
//! - `local`: the chain of those two.

mod cast;
mod daily;
mod diary;
pub mod floor;
mod local;
mod market;
pub mod months;
mod page;
pub mod puts;
mod report;
mod setup;
mod stage;
mod v1;
mod verdict;

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    time::Instant,
};

use alloy::primitives::U256;
use anyhow::{Context, Result};

use crate::{
    bindings::{InsuranceFund, TestDollar},
    demo::{money::DOLLAR, prices::Point},
    governance,
    programs::{self, Built},
};

use cast::{Scene, Trader, Wish};
use market::Market;
use months::{Month, Plan};
use setup::{INSURANCE, SHARED_INSURANCE};
use stage::Stage;
use v1::V1;

pub use local::Deployed;
pub use report::{Layers, V1Losses};

/// The seed of a replay that names none.
pub const SEED: u64 = 20_220_512;
/// Rows that a replay writes, about.
const ROWS: usize = 360;

/// How to replay.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides who trades how.
    pub seed: u64,
    /// So many of the month's first days; none is all.
    pub days: Option<u64>,
    /// Where reports go, in a folder of the month's name.
    pub out: PathBuf,
    /// Where the built programs are.
    pub programs: PathBuf,
    /// Say nothing.
    pub quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        let programs = programs::default_folder();
        let out = programs.parent().map_or_else(|| "replay".into(), |target| target.join("replay"));
        Self { seed: SEED, days: None, out, programs, quiet: false }
    }
}

/// What a replay came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The month.
    pub month: Month,
    /// Traders, without the machines.
    pub traders: usize,
    /// Behaviours among them.
    pub behaviours: usize,
    /// Decisions carried out under both sets of rules.
    pub decisions: usize,
    /// Transactions mined.
    pub transactions: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Who lost what under our rules.
    pub layers: Layers,
    /// And under V1's.
    pub v1: V1Losses,
    /// Everything that should not have happened; a good replay has none.
    pub problems: Vec<String>,
    /// The report.
    pub report: PathBuf,
}

/// Replays a month.
pub async fn run(month: Month, options: &Options) -> Result<Outcome> {
    let started = Instant::now();
    let plan = month.plan(options.days)?;
    let mut traders = cast::cast(options.seed, plan.points.len());
    let folder = options.out.join(month.name());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let people = setup::people(&traders);
    let council = people.iter().find(|person| person.role == stage::Role::Council);
    let config = setup::configure(&plan, council.context("no council")?.address)?;
    let built = Built::load(&options.programs, &governance::default_folder(), &config)?;
    let genesis = plan.first().time.saturating_sub(3_600).max(1);
    let book = folder.join("addresses.json");
    let (chain, at, market) = stage::deploy(&config, &built, genesis, &book).await?;
    let mut stage = Stage::new(chain, at, market, people.clone())?;
    seed_insurance(&mut stage)?;

    let teller = Teller { quiet: options.quiet };
    teller.line(&format!("{}: {} prices, {} posted", month.title(), plan.rows, plan.points.len()));
    teller.line(&format!("seed {}, {} traders, {} accounts", options.seed, traders.len(), people.len()));
    let mut ours = Market::new(&mut stage, &plan);
    let mut v1 = V1::new(&people, plan.first(), plan.steps_an_hour());
    let first_trader = people.len() - traders.len();
    let decisions = play(&plan, &mut traders, first_trader, &mut ours, &mut v1, &teller)?;

    let Market { rows, end, .. } = ours;
    let books = stage.books()?;
    let mut problems = std::mem::take(&mut stage.problems);
    problems.extend(verdict::problems(&stage, &books));
    let story = report::Story {
        plan: &plan,
        seed: options.seed,
        decisions,
        stage: &stage,
        rows: &rows,
        end: &end,
        books: &books,
        v1: &v1,
        problems: &problems,
        seconds: started.elapsed().as_secs_f64(),
    };
    teller.line(&story.text());
    let report = folder.join("report.html");
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    write("report.html", story.html()?)?;
    write("report.json", format!("{:#}\n", story.json()))?;
    write("report.txt", story.text())?;
    Ok(Outcome {
        month,
        traders: traders.len(),
        behaviours: cast::Kind::all().count(),
        decisions,
        transactions: stage.transactions,
        seconds: started.elapsed().as_secs_f64(),
        layers: story.layers(),
        v1: story.v1_losses(),
        problems,
        report,
    })
}

/// The market's own insurance and the shared one, as any market has them.
fn seed_insurance(stage: &mut Stage) -> Result<()> {
    for (market_id, amount) in [(stage.market, INSURANCE), (U256::ZERO, SHARED_INSURANCE)] {
        let call = InsuranceFund::depositCall { marketId: market_id, amount: U256::from(amount * DOLLAR) };
        stage.must(0, stage.at.fund, &call)?;
    }
    // What the owner has put there is nobody's profit or loss.
    let left = stage.wallet(0)?;
    anyhow::ensure!(left == 0, "the owner kept {left} of the insurance");
    stage.must(0, stage.at.token, &TestDollar::approveCall { spender: stage.at.fund, value: U256::ZERO })?;
    Ok(())
}

/// The month, step by step, under both sets of rules; the number of decisions.
fn play(
    plan: &Plan,
    traders: &mut [Trader],
    first_trader: usize,
    ours: &mut Market<'_>,
    v1: &mut V1<'_>,
    teller: &Teller,
) -> Result<usize> {
    let every = (plan.points.len() / ROWS).max(1);
    let mut prices = Vec::new();
    let (mut decisions, mut last) = (0, plan.first());
    for (number, point) in plan.points.iter().copied().enumerate() {
        prices.push(point.price as f64 / 1e8);
        let wishes = decide(traders, first_trader, &prices, plan.steps_an_hour());
        decisions += wishes.len();
        ours.step(point, &wishes)?;
        v1.step(point, &wishes)?;
        last = point;
        if number.is_multiple_of(every) {
            let row = ours.row(point.time)?;
            if number.is_multiple_of(every * 12) {
                teller.line(&report::row_line(row));
            }
            v1.row(point.time)?;
        }
        if ours.is_over(plan.month.ending())? {
            break;
        }
    }
    let last = Point { time: last.time + plan.step(), ..last };
    ours.finish(last, plan.month.ending())?;
    v1.finish(last, plan.step(), plan.month.ending())?;
    Ok(decisions)
}

fn decide(traders: &mut [Trader], first: usize, prices: &[f64], hour: usize) -> Vec<(usize, Wish)> {
    let crowd = traders.iter().map(Trader::exposure).sum();
    let scene = Scene { prices, hour, crowd };
    let of = |(place, trader): (usize, &mut Trader)| {
        trader.decide(&scene).into_iter().map(move |wish| (place, wish)).collect::<Vec<_>>()
    };
    (first..).zip(traders.iter_mut()).flat_map(of).collect()
}

pub(crate) struct Teller {
    quiet: bool,
}

impl Teller {
    /// A closed output is no reason to stop.
    fn line(&self, text: &str) {
        if !self.quiet {
            let mut out = io::stdout().lock();
            let _ = writeln!(out, "{text}");
            let _ = out.flush();
        }
    }
}
