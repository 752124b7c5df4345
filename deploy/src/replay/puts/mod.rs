//! rDPX/ETH, every day of 2022 and 2023, under dpxETH: a perpetual put pool with writers, bonders, a treasury and a
//! keeper, on the real programs in a chain in this process, until everybody has left.
//!
//! - `prices`: the days.
//! - `stage`: the chain, deployment, transactions.
//! - `cast`: who does what.
//! - `diary`: what happened, by the events alone.
//! - `verdict`: what must hold.
//! - `report`, `page`: text, JSON and HTML.

mod cast;
mod diary;
mod page;
mod prices;
mod report;
mod stage;
mod verdict;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use alloy::primitives::U256;
use anyhow::{Context, Result};

use crate::{
    bindings::{Bonding, PutPool, VolatilitySource},
    demo::money::{units, wad},
    programs::Program,
    replay::local::Acts as _,
};

use super::{Deployed, Options, Teller};
use cast::Cast;
use prices::{DAY, Day};
use stage::{EPOCH_DAYS, Stage, WAD};

pub use prices::{file, missing};

/// The replay's name on the command line.
pub const NAME: &str = "rdpx-2022-2023";
/// Its title.
pub(crate) const TITLE: &str = "rDPX / ETH, daily, 2022 and 2023: the put pool under dpxETH";
/// Days between two posts of a volatility.
const POST_EVERY: u64 = 7;
/// Days between two prolongations of the programs' lives, which last a year.
const KEEP_ALIVE_EVERY: u64 = 300;
/// Daily returns that the posted volatility is made of.
const RETURNS: usize = 30;
/// Days that bonds made on the last day need before everybody leaves.
const MATURING: u64 = 5;

/// One day, seen an hour after its price was posted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub time: u64,
    pub price: f64,
    /// The average strike of all units; zero without any.
    pub strike: f64,
    /// Backing of 1 dpxETH; none where there is no dpxETH.
    pub without_puts: Option<f64>,
    pub with_puts: Option<f64>,
    pub supply: f64,
    pub liquidity: f64,
    pub locked: f64,
    pub units: f64,
    pub escrow: f64,
    /// Rolls that the escrow pays for at the present mark.
    pub runway: f64,
    pub sigma: f64,
    /// Since the beginning: what writers were paid for puts, what the puts paid, what left, what the treasury paid.
    pub income: f64,
    pub payoffs: f64,
    pub exits: f64,
    pub treasury: f64,
}

/// What the replay came to; money in ether.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Days with prices.
    pub days: usize,
    /// Epochs rolled.
    pub epochs: usize,
    /// Transactions mined.
    pub transactions: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// The lowest backing of 1 dpxETH without and with puts.
    pub lowest: (f64, f64),
    /// Writers' premiums and funding, and what their puts paid, wei.
    pub income: u128,
    /// See `income`.
    pub payoffs: u128,
    /// Units whose cover lapsed, wad.
    pub lapsed: u128,
    /// What the treasury paid and did not get back, wei.
    pub treasury_cost: i128,
    /// Everything that should not have happened.
    pub problems: Vec<String>,
    /// The report.
    pub report: PathBuf,
}

/// A put pool with its oracles and bonding, before anybody has done anything, a day before its first, which begins at a
/// time and a price in wei; of the built programs in a folder. An epoch is thirty days.
pub fn deployed(programs: &Path, time: u64, price: u128) -> Result<Deployed> {
    Stage::new(programs, Day { time, price }).map(Stage::give_away)
}

/// Replays the days.
pub fn run(options: &Options) -> Result<Outcome> {
    let started = Instant::now();
    let days = prices::read(options.days)?;
    // Checked by the chain's activation rules before anything begins.
    Program::load_all(&options.programs, &stage::needed().collect::<Vec<_>>())?;
    let folder = options.out.join(NAME);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let first = days.first().copied().context("no days")?;
    let mut stage = Stage::new(&options.programs, first)?;
    let mut cast = Cast::new(options.seed, days.len() as u64);
    cast.enter(&mut stage)?;
    stage.count_from_here();
    let teller = Teller { quiet: options.quiet };
    teller.line(&format!("{TITLE}\nseed {}, {} days", options.seed, days.len()));
    let mut play = Play { stage, cast, days, first, rows: Vec::new(), problems: Vec::new(), teller };
    play.all()?;
    let Play { stage, cast, days, rows, mut problems, teller, .. } = play;
    let books = verdict::Books::read(&stage, &cast)?;
    problems.extend(verdict::problems(&stage, &cast, &books));
    let story = report::Story {
        stage: &stage,
        cast: &cast,
        days: days.len(),
        rows: &rows,
        books: &books,
        problems: &problems,
        seconds: started.elapsed().as_secs_f64(),
    };
    teller.line(&story.text());
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    write("report.html", story.html()?)?;
    write("report.json", format!("{:#}\n", story.json()))?;
    write("report.txt", story.text())?;
    let totals = &stage.diary.totals;
    Ok(Outcome {
        days: days.len(),
        epochs: stage.diary.epochs.len(),
        transactions: stage.transactions(),
        seconds: started.elapsed().as_secs_f64(),
        lowest: story.lowest(),
        income: totals.premiums + totals.funding,
        payoffs: totals.payoffs,
        lapsed: totals.lapsed,
        treasury_cost: story.treasury_cost(),
        problems,
        report: folder.join("report.html"),
    })
}

struct Play {
    stage: Stage,
    cast: Cast,
    days: Vec<Day>,
    first: Day,
    rows: Vec<Row>,
    problems: Vec<String>,
    teller: Teller,
}

impl Play {
    /// All days; then the last price holds until bonds are due, everybody asks to leave, and the epoch ends.
    fn all(&mut self) -> Result<()> {
        let count = self.days.len() as u64;
        let leaving = count + MATURING;
        let end = (leaving + 1).div_ceil(EPOCH_DAYS) * EPOCH_DAYS;
        for day in 0..=end {
            self.day(day, leaving, end).with_context(|| format!("day {day} of the replay"))?;
        }
        self.cast.collect(&mut self.stage)
    }

    fn day(&mut self, day: u64, leaving: u64, end: u64) -> Result<()> {
        let midnight = self.first.time + day * DAY;
        let listed = usize::try_from(day).ok().and_then(|day| self.days.get(day)).copied();
        let today = listed.or(self.days.last().copied()).context("no days")?;
        self.stage.be_at(midnight)?;
        if day > 0 && day.is_multiple_of(KEEP_ALIVE_EVERY) {
            self.stage.keep_alive()?;
        }
        self.stage.record()?;
        self.measure(day)?;
        if day > 0 && day.is_multiple_of(EPOCH_DAYS) {
            self.roll()?;
        }
        if day == end {
            return Ok(());
        }
        // The first price is there already.
        self.stage.be_at(midnight + 10)?;
        self.stage.post(today.price)?;
        // By then the short average is the price of the day, and of that day only.
        self.stage.be_at(midnight + 1_900)?;
        self.stage.record()?;
        self.stage.be_at(midnight + 3_700)?;
        self.stage.record()?;
        if listed.is_some() {
            self.cast.act(&mut self.stage, day, today.price)?;
            self.look(midnight, today.price)?;
        } else if day == leaving {
            self.cast.leave(&mut self.stage, day)?;
        }
        // Where windows begin: the settlement's and that of the realised volatility.
        for hour in [18, 23] {
            self.stage.be_at(midnight + hour * 3_600)?;
            self.stage.record()?;
        }
        Ok(())
    }

    /// The source looks at the price; weekly and before a roll what the days have shown is posted.
    fn measure(&mut self, day: u64) -> Result<()> {
        let (keeper, source) = (self.stage.keeper, self.stage.at.volatility);
        if day == 0 {
            return Ok(());
        }
        self.stage.must(keeper, source, &VolatilitySource::updateCall {})?;
        if day.is_multiple_of(POST_EVERY) || day.is_multiple_of(EPOCH_DAYS) {
            let known = usize::try_from(day).unwrap_or(usize::MAX).min(self.days.len());
            self.stage.post_volatility(realised(self.days.get(..known).unwrap_or_default()))?;
        }
        Ok(())
    }

    fn roll(&mut self) -> Result<()> {
        let (keeper, at) = (self.stage.keeper, self.stage.at);
        self.stage.must(keeper, at.pool, &PutPool::rollCall {}).context("the keeper's roll")?;
        // Most epochs end above their strikes.
        self.stage.may(keeper, at.bonding, &Bonding::collectCall {}, &["NothingToPay"])?;
        self.problems.extend(verdict::after_roll(&self.stage)?);
        if let Some(epoch) = self.stage.diary.epochs.last() {
            self.teller.line(&report::epoch_line(epoch));
        }
        Ok(())
    }

    fn look(&mut self, time: u64, price: u128) -> Result<()> {
        let state = self.stage.state()?;
        let backing =
            self.stage.ask(self.stage.at.bonding, &Bonding::backingAtCall { price: U256::from(price) })?;
        let runway = self.stage.ask(self.stage.at.pool, &PutPool::quoteFundingCall {})?;
        let supply = units(state.supply);
        let there = supply >= WAD;
        let totals = &self.stage.diary.totals;
        let ether = |amount: u128| amount as f64 / 1e18;
        let rolls =
            if runway.needed.is_zero() { 0.0 } else { f64::from(runway.escrow) / f64::from(runway.needed) };
        let strike = if state.units.is_zero() {
            0.0
        } else {
            f64::from(state.unitsTimesStrike) / f64::from(state.units) / 1e18
        };
        self.rows.push(Row {
            time,
            price: ether(price),
            strike,
            without_puts: there.then(|| wad(backing.ratioWithoutPuts)),
            with_puts: there.then(|| wad(backing.ratioWithPuts)),
            supply: ether(supply),
            liquidity: wad(state.liquidity),
            locked: wad(state.locked),
            units: wad(state.units),
            escrow: wad(state.escrow),
            runway: rolls,
            sigma: wad(state.sigma),
            income: ether(totals.premiums + totals.funding),
            payoffs: ether(totals.payoffs),
            exits: ether(totals.exits),
            treasury: verdict::treasury_paid(&self.stage) as f64 / 1e18,
        });
        Ok(())
    }
}

/// The volatility that the last days have shown, annual, wad, within what the source takes.
fn realised(days: &[Day]) -> u128 {
    let last = days.get(days.len().saturating_sub(RETURNS + 1)..).unwrap_or_default();
    let returns = last.windows(2).map(|pair| (pair[1].price as f64 / pair[0].price as f64).ln());
    let squares: Vec<f64> = returns.map(|change| change * change).collect();
    if squares.len() < 5 {
        return WAD;
    }
    let variance = squares.iter().sum::<f64>() / squares.len() as f64 * 365.0;
    (variance.sqrt().clamp(0.05, 9.0) * 1e18) as u128
}
