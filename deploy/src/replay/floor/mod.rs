//! The DeGods floor, every day from December 2021 to January 2023, under a floor market: its order book, the bids for its
//! NFTs and the index made of them, with holders, makers, longs, shorts and keepers, on the real programs in a chain in
//! this process, until the market is shut and everybody is paid.
//!
//! - `prices`: the days.
//! - `stage`: the chain, deployment, transactions.
//! - `cast`: who does what.
//! - `keepers`: what is left to anybody.
//! - `diary`: what happened, by the events, and by what everybody had before and after.
//! - `verdict`: what must hold.
//! - `report`, `page`: text, JSON and HTML.

mod cast;
mod diary;
mod keepers;
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
    bindings::{FloorIndex, FloorMarket},
    demo::money::{signed, units, wad},
    programs::Program,
    replay::local::Acts as _,
};

use super::{Deployed, Options, Teller};
use cast::{Cast, Role, STEPS, Scene};
use keepers::Keepers;
use prices::DAY;
use stage::Stage;
use verdict::{Books, Ending, ether, whole};

pub use prices::{Day, file, missing};

/// The replay's name on the command line.
pub const NAME: &str = "degods-2022";
/// Its title.
pub(crate) const TITLE: &str = "DeGods floor / ETH, daily, December 2021 to January 2023: a floor market";
/// Days between two prolongations of the programs' lives, which last a year.
const KEEP_ALIVE_EVERY: u64 = 300;
/// Seconds of the day at which bids are moved, old ones are gone and new ones count, and everybody acts first: by then the
/// index has seen the day's bids twice, and its average bid is one of them.
const BIDS_MOVE: u64 = 300;
const BIDS_COUNT: u64 = 2_400;
const FIRST_STEP: u64 = 4_500;
/// Problems after which there is no need for more.
const ENOUGH: usize = 20;
/// Steps in which what nobody redeemed is sold, at most.
const SALE_STEPS: u64 = 120;
/// Seconds in which holders redeem.
const REDEMPTION: u64 = 1_209_600;

/// One day, seen after its last step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub time: u64,
    pub floor: f64,
    /// The index, and its recent average, which accounts are tested at.
    pub index: f64,
    pub average: f64,
    pub mark: f64,
    /// FP open.
    pub open: f64,
    /// Cash held, what longs owe, the reserve.
    pub held: f64,
    pub debts: f64,
    pub reserve: f64,
    /// The last payment for one FP, longs to shorts where positive.
    pub payment: f64,
    pub nfts: f64,
    /// Since the beginning.
    pub cohorts: f64,
    pub kicks: f64,
    pub takeovers: f64,
}

/// What the replay came to; money in wei.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Days.
    pub days: usize,
    /// Accounts.
    pub accounts: usize,
    /// Accounts that lock NFTs.
    pub holders: usize,
    /// Transactions mined.
    pub transactions: u64,
    /// Gas they used.
    pub gas: u128,
    /// Seconds it took.
    pub seconds: f64,
    /// Trades settled.
    pub trades: u64,
    /// The most FP that was open.
    pub most_open: f64,
    /// Epochs that were paid.
    pub epochs_paid: u64,
    /// FP that shorts paid in kind, wei.
    pub paid_in_kind: u128,
    /// Auctions begun.
    pub kicks: u64,
    /// NFTs sold out of them.
    pub nfts_taken: u64,
    /// Positions taken over.
    pub takeovers: u64,
    /// What the reserve paid.
    pub insured: u128,
    /// What longs were not paid, and what shorts made good.
    pub shortfall: u128,
    /// What was not paid of claims.
    pub unpaid: u128,
    /// What everybody's results come to, fees and roundings left in the market: nothing.
    pub sum: i128,
    /// Everything that should not have happened.
    pub problems: Vec<String>,
    /// The report.
    pub report: PathBuf,
}

/// A floor market with its order book, bids and index, before anybody has done anything, a day before its first; of the
/// built programs in a folder. An epoch is a day.
pub fn deployed(programs: &Path, first: Day) -> Result<Deployed> {
    Stage::new(programs, first).map(Stage::give_away)
}

/// Replays the days of the file.
pub fn run(options: &Options) -> Result<Outcome> {
    replay(options, &prices::read(options.days)?)
}

/// Replays days.
pub fn replay(options: &Options, days: &[Day]) -> Result<Outcome> {
    let started = Instant::now();
    // Checked by the chain's activation rules before anything begins.
    Program::load_all(&options.programs, &stage::needed().collect::<Vec<_>>())?;
    let folder = options.out.join(NAME);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let first = days.first().copied().context("no days")?;
    let mut stage = Stage::new(&options.programs, first)?;
    let mut cast = Cast::new(options.seed, days.len() as u64);
    cast.enter(&mut stage)?;
    let teller = Teller { quiet: options.quiet };
    teller.line(&format!("{TITLE}\nseed {}, {} days", options.seed, days.len()));
    let keepers = Keepers::new(&stage);
    let mut play = Play {
        stage,
        cast,
        keepers,
        days,
        floors: Vec::new(),
        rows: Vec::new(),
        problems: Vec::new(),
        teller,
    };
    let ending = play.all()?;
    let Play { stage, cast, keepers, rows, mut problems, teller, .. } = play;
    problems.extend(verdict::problems(&stage, &cast, &ending)?);
    let story = report::Story {
        stage: &stage,
        cast: &cast,
        keepers: &keepers,
        days: days.len(),
        held: days.iter().filter(|day| day.held).count(),
        rows: &rows,
        ending: &ending,
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
    let totals = stage.diary.totals;
    let (transactions, gas) = stage.work();
    Ok(Outcome {
        days: days.len(),
        accounts: cast.people.len(),
        holders: cast.people.iter().filter(|person| person.role.holds()).count(),
        transactions,
        gas,
        seconds: started.elapsed().as_secs_f64(),
        trades: totals.trades,
        most_open: rows.iter().map(|row| row.open).fold(0.0, f64::max),
        epochs_paid: totals.epochs_paid,
        paid_in_kind: totals.funding_kind,
        kicks: totals.kicks,
        nfts_taken: totals.nfts_taken,
        takeovers: totals.takeovers,
        insured: totals.insured,
        shortfall: totals.shortfall + totals.loss,
        unpaid: ending.unpaid,
        sum: story.sum(),
        problems,
        report: folder.join("report.html"),
    })
}

struct Play<'a> {
    stage: Stage,
    cast: Cast,
    keepers: Keepers,
    days: &'a [Day],
    floors: Vec<f64>,
    rows: Vec<Row>,
    problems: Vec<String>,
    teller: Teller,
}

impl Play<'_> {
    /// All days; then the market is shut, NFTs are redeemed or sold, and claims are paid.
    fn all(&mut self) -> Result<Ending> {
        let every = (self.days.len() / 24).max(1);
        for (number, day) in (0..).zip(self.days) {
            self.day(number, *day).with_context(|| format!("day {number} of the replay"))?;
            if let Some(row) = self.rows.last().filter(|_| (number as usize).is_multiple_of(every)) {
                self.teller.line(&report::row_line(row));
            }
        }
        self.end().context("the end of the market")
    }

    fn day(&mut self, number: u64, day: Day) -> Result<()> {
        if number > 0 && number.is_multiple_of(KEEP_ALIVE_EVERY) {
            self.stage.keep_alive()?;
        }
        self.floors.push(ether(whole(day.floor)));
        self.stage.diary.floor = day.floor;
        let Self { stage, cast, keepers, .. } = self;
        let days = self.days.len() as u64;
        let scene = |step| Scene { day: number, step, days, floors: &self.floors };
        stage.be_at(day.time + BIDS_MOVE)?;
        cast.bid(stage, &scene(0))?;
        stage.be_at(day.time + BIDS_COUNT)?;
        keepers.watch(stage)?;
        cast.fetch(stage)?;
        keepers.pay_funding(stage)?;
        for step in 0..STEPS {
            stage.be_at(day.time + FIRST_STEP + step * DAY / STEPS)?;
            keepers.watch(stage)?;
            cast.act(stage, &scene(step))?;
            let left = keepers.round(stage)?;
            self.problems.extend(left.into_iter().map(|text| format!("day {number}, step {step}: {text}")));
        }
        self.look(number, day)
    }

    /// What must hold after a day, and what is told of it.
    fn look(&mut self, number: u64, day: Day) -> Result<()> {
        let books = Books::read(&self.stage)?;
        if self.problems.len() < ENOUGH {
            let wrong = books.problems(&self.stage).into_iter().chain(books.unexplained(&self.stage));
            self.problems.extend(wrong.map(|text| format!("day {number}: {text}")));
        }
        let (stage, at) = (&self.stage, self.stage.at);
        let index = stage.ask(at.index, &FloorIndex::getIndexCall {})?;
        let cash = stage.ask(at.market, &FloorMarket::getCashCall {})?;
        let market = stage.ask(at.market, &FloorMarket::getMarketCall {})?;
        let totals = stage.diary.totals;
        self.rows.push(Row {
            time: day.time,
            floor: ether(whole(day.floor)),
            index: wad(index.spot),
            average: wad(index.twap),
            mark: wad(stage.prices()?.mark),
            open: wad(market.openInterest),
            held: wad(cash.held),
            debts: wad(cash.debts),
            reserve: wad(cash.reserve),
            payment: ether(stage.diary.last_payment),
            nfts: market.nfts.saturating_to::<u64>() as f64,
            cohorts: market.cohorts.saturating_to::<u64>() as f64,
            kicks: totals.kicks as f64,
            takeovers: totals.takeovers as f64,
        });
        Ok(())
    }

    // ---- the end ----

    fn end(&mut self) -> Result<Ending> {
        let last = self.days.last().copied().context("no days")?;
        let Self { stage, cast, keepers, .. } = self;
        stage.be_at(last.time + DAY + BIDS_COUNT)?;
        keepers.watch(stage)?;
        keepers.pay_funding(stage)?;
        keepers.pay_waiting(stage)?;
        let at_the_end = Books::read(stage)?;
        let (owner, market) = (stage.owner, stage.at.market);
        stage.must(owner, market, &FloorMarket::shutDownCall {})?;
        cast.withdraw_offers(stage)?;
        redeem(stage, cast, |role| role != Role::Sleeper)?;
        keepers.close_debtors(stage)?;
        stage.be_at(last.time + 2 * DAY + REDEMPTION)?;
        cast.fetch(stage)?;
        let mut rounds = 0;
        while !keepers.close_all(stage)? && rounds < SALE_STEPS {
            rounds += 1;
            let now = stage.now();
            stage.be_at(now + DAY / STEPS)?;
            keepers.buy_unredeemed(stage)?;
        }
        // Those who owe nothing any more take what is left of their NFTs.
        redeem(stage, cast, |_| true)?;
        keepers.pay_waiting(stage)?;
        keepers.pay_claims(stage)?;
        self.told_of(at_the_end, rounds)
    }

    fn told_of(&self, at_the_end: Books, rounds: u64) -> Result<Ending> {
        let (stage, market) = (&self.stage, self.stage.at.market);
        let cash = stage.ask(market, &FloorMarket::getCashCall {})?;
        let (mut claims, mut unpaid, mut unclosed) = (0, 0, 0);
        for who in &stage.known {
            let claim = stage.ask(market, &FloorMarket::claimableCall { account: *who })?;
            claims += units(claim.amount);
            unpaid += units(claim.amount) - units(claim.paid);
            let used = !stage.view(*who)?.number.is_zero();
            unclosed += u64::from(used && !claim.closed);
        }
        Ok(Ending {
            at_the_end,
            left: units(cash.held),
            reserve: units(cash.reserve),
            claims,
            unpaid,
            nfts_left: stage.nfts_held(market)?,
            unclosed,
            rounds,
        })
    }
}

/// Holders of some roles pay for their shorts and take their NFTs.
fn redeem(stage: &mut Stage, cast: &Cast, who: impl Fn(Role) -> bool) -> Result<()> {
    for person in cast.people.iter().filter(|person| person.role.holds() && who(person.role)) {
        let view = stage.view(person.address)?;
        let all: U256 = view.nfts;
        if all.is_zero() && signed(view.fp) == 0 {
            continue;
        }
        // Auctions that ran are over: all NFTs are the holder's.
        let call =
            FloorMarket::nftsOfCall { account: person.address, from: U256::ZERO, limit: U256::from(100) };
        let ids: Vec<U256> = stage.ask(stage.at.market, &call)?.list.into_iter().map(|nft| nft.id).collect();
        if ids.is_empty() {
            continue;
        }
        let call = FloorMarket::redeemCall {
            account: person.address,
            ids,
            mostPaid: U256::MAX,
            to: person.address,
            deadline: U256::MAX,
        };
        stage.may(person.address, stage.at.market, &call, &["Expired"])?;
    }
    Ok(())
}
