//! What came of it, as text and JSON.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use crate::demo::{money::grouped, prices::show_time};

use super::{
    NAME, Row, TITLE,
    cast::{Cast, Person, Role, STEPS},
    diary::Account,
    keepers::Keepers,
    stage::Stage,
    verdict::{Ending, ether, whole},
};

/// What a result is.
pub(crate) const RESULT: &str = "\nA result is what an account took out or claimed less what it brought, and less what its \
                                 NFTs brought that were sold; in kind is counted at the mark it was paid at.\n";
/// Lines of the table of days, about.
const LINES: usize = 24;

/// Everything a report tells of.
pub(crate) struct Story<'a> {
    pub stage: &'a Stage,
    pub cast: &'a Cast,
    pub keepers: &'a Keepers,
    pub days: usize,
    pub held: usize,
    pub rows: &'a [Row],
    pub ending: &'a Ending,
    pub problems: &'a [String],
    pub seconds: f64,
}

/// The heads of the table of days.
pub(crate) const HEADS: [&str; 10] =
    ["day", "floor", "index", "mark", "open", "held", "payment", "reserve", "locked", "debts"];

/// A day's cells.
pub(crate) fn cells(row: &Row) -> [String; 10] {
    [
        show_time(row.time).chars().take(10).collect(),
        format!("{:.4}", row.floor),
        format!("{:.4}", row.index),
        format!("{:.4}", row.mark),
        format!("{:.2}", row.open),
        format!("{:.2}", row.held),
        format!("{:+.4}", row.payment),
        format!("{:.3}", row.reserve),
        format!("{:.0}", row.nfts),
        format!("{:.2}", row.debts),
    ]
}

/// A day as a line.
pub(crate) fn row_line(row: &Row) -> String {
    cells(row).map(|cell| format!("{cell:>11}")).concat()
}

/// The heads of the table of roles.
pub(crate) const ROLES: [&str; 12] = [
    "role",
    "accounts",
    "brought",
    "result",
    "prices, trades",
    "fees",
    "funding, cash",
    "funding, kind",
    "liquidations",
    "rounding",
    "unpaid",
    "NFTs",
];

/// One account's money, taken apart, wei.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    pub accounts: usize,
    pub brought: i128,
    pub result: i128,
    pub prices: i128,
    pub fees: i128,
    pub funding: i128,
    pub kind: i128,
    pub liquidations: i128,
    pub unpaid: i128,
    pub nfts_sold: u32,
    pub proceeds: i128,
    pub sold_floor: i128,
    pub nfts_got: u32,
    pub cost: i128,
}

impl Parts {
    fn of(told: &Account, fp: i128, end: u128) -> Self {
        // Who gets NFTs pays for them and trades nothing.
        let cost = if told.nfts_got == 0 { 0 } else { whole(told.paid) - whole(told.got) };
        Self {
            accounts: 1,
            brought: told.deposited,
            result: told.result(),
            prices: told.prices_and_trades(fp, end),
            fees: told.fees,
            funding: told.funding,
            kind: told.kind_value,
            liquidations: told.liquidations(),
            unpaid: told.claim - told.claimed,
            nfts_sold: told.nfts_sold,
            proceeds: told.proceeds + told.unredeemed,
            sold_floor: told.sold_floor,
            nfts_got: told.nfts_got,
            cost,
        }
    }

    /// What the parts do not explain, wei.
    pub fn rounding(&self) -> i128 {
        self.result - self.prices + self.fees - self.funding - self.kind - self.liquidations
    }

    fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.brought += other.brought;
        self.result += other.result;
        self.prices += other.prices;
        self.fees += other.fees;
        self.funding += other.funding;
        self.kind += other.kind;
        self.liquidations += other.liquidations;
        self.unpaid += other.unpaid;
        self.nfts_sold += other.nfts_sold;
        self.proceeds += other.proceeds;
        self.sold_floor += other.sold_floor;
        self.nfts_got += other.nfts_got;
        self.cost += other.cost;
    }

    fn cells(&self, name: &str) -> [String; 12] {
        let eth = |amount: i128| format!("{:.4}", ether(amount));
        [
            name.to_owned(),
            self.accounts.to_string(),
            eth(self.brought),
            eth(self.result),
            eth(self.prices),
            eth(-self.fees),
            eth(self.funding),
            eth(self.kind),
            eth(self.liquidations),
            format!("{} wei", self.rounding()),
            format!("{} wei", self.unpaid),
            self.nfts(),
        ]
    }

    /// NFTs sold and got, and what was paid for them.
    fn nfts(&self) -> String {
        match (self.nfts_sold, self.nfts_got) {
            (0, 0) => "-".into(),
            (sold, 0) => format!("-{sold} for {:.2}", ether(self.proceeds)),
            (0, got) => format!("+{got} for {:.2}", ether(self.cost)),
            (sold, got) => format!("-{sold}, +{got}"),
        }
    }

    fn json(&self, name: &str) -> Value {
        json!({
            "name": name,
            "accounts": self.accounts,
            "brought": self.brought.to_string(),
            "result": self.result.to_string(),
            "pricesAndTrades": self.prices.to_string(),
            "fees": self.fees.to_string(),
            "fundingInCash": self.funding.to_string(),
            "fundingInKind": self.kind.to_string(),
            "liquidations": self.liquidations.to_string(),
            "rounding": self.rounding().to_string(),
            "unpaid": self.unpaid.to_string(),
            "nftsSold": self.nfts_sold,
            "nftProceeds": self.proceeds.to_string(),
            "nftsGot": self.nfts_got,
            "nftCost": self.cost.to_string(),
        })
    }
}

impl Story<'_> {
    /// An account's parts.
    pub fn parts(&self, person: &Person) -> Parts {
        let told = self.stage.diary.told(person.address);
        let fp = self.ending.at_the_end.holdings.get(&person.address).map_or(0, |holding| holding.fp);
        Parts::of(&told, fp, self.stage.diary.settlement)
    }

    /// The same of every role.
    pub fn roles(&self) -> Vec<(Role, Parts)> {
        let mut roles: BTreeMap<Role, Parts> = BTreeMap::new();
        for person in &self.cast.people {
            roles.entry(person.role).or_default().add(&self.parts(person));
        }
        roles.into_iter().collect()
    }

    /// Everybody's together.
    pub fn all(&self) -> Parts {
        let mut all = Parts::default();
        self.roles().iter().for_each(|(_, parts)| all.add(parts));
        all
    }

    /// Days that ended with the mark a fifth or more off the index.
    fn stray(&self) -> usize {
        self.rows.iter().filter(|row| row.index > 0.0 && (row.mark / row.index - 1.0).abs() > 0.2).count()
    }

    /// What everybody's results and what is left in the market come to, wei: nothing, as no token is made or lost.
    pub fn sum(&self) -> i128 {
        let all = self.all();
        all.result - all.unpaid + whole(self.ending.left)
    }

    /// The table of roles.
    pub fn role_cells(&self) -> Vec<[String; 12]> {
        let mut cells: Vec<_> = self.roles().iter().map(|(role, parts)| parts.cells(role.name())).collect();
        cells.push(self.all().cells("all"));
        cells
    }

    /// The table of accounts.
    pub fn account_cells(&self) -> Vec<[String; 12]> {
        self.cast.people.iter().map(|person| self.parts(person).cells(&person.name)).collect()
    }

    /// The verdict in words.
    pub fn verdict(&self) -> String {
        match self.problems {
            [] => format!(
                "Every sum holds, every day: {} wei are left over by roundings, {} wei of claims were not paid; nothing \
                 that could be liquidated was left without a reason.",
                self.ending.at_the_end.dust(),
                self.ending.unpaid
            ),
            problems => format!("SOMETHING IS WRONG\n{}", problems.join("\n")),
        }
    }

    /// The totals, with notes.
    pub fn lines(&self) -> Vec<(&'static str, String, &'static str)> {
        let totals = &self.stage.diary.totals;
        let ending = self.ending;
        let eth = |amount: u128| format!("{:.6} ETH", ether(whole(amount)));
        let all = self.all();
        let most = |of: fn(&Row) -> f64| self.rows.iter().map(of).fold(0.0, f64::max);
        let cohorts = self.rows.last().map_or(0.0, |row| row.cohorts);
        let (transactions, gas) = self.stage.work();
        vec![
            ("trades", grouped(totals.trades.into()), "fills in the book, and at the desk"),
            ("volume", eth(totals.volume), ""),
            ("most open", format!("{:.2} FP", most(|row| row.open)), "longs, and so shorts"),
            (
                "days with the mark a fifth off the index",
                self.stray().to_string(),
                "where a floor jumps beyond the band, margined makers cannot follow and the mark is carried on",
            ),
            ("fees of trades", eth(totals.fees), "takers to the reserve"),
            (
                "epochs paid",
                format!("{}, {} by longs", totals.epochs_paid, totals.paid_by_longs),
                "the others by shorts; the first has no index, and pays nothing",
            ),
            ("funding that longs got in cash", eth(totals.funding_cash), ""),
            (
                "funding that longs got in kind",
                format!("{:.4} FP", ether(whole(totals.funding_kind))),
                "of shorts without cash",
            ),
            ("shorts that ran out of cash", totals.exhausted.to_string(), "and pay in kind from then on"),
            (
                "cohorts of the ladder",
                format!("{cohorts:.0}, {} in one payment at most", totals.cohorts_in_a_payment),
                "ever made",
            ),
            ("kicks, begun anew", format!("{}, {}", totals.kicks, totals.redos), "auctions of holders' NFTs"),
            (
                "takes: into bids, by the collector",
                format!("{}, {}", totals.takes_into_bids, totals.takes),
                "",
            ),
            (
                "NFTs sold against their holders' will",
                format!("{} for {}", all.nfts_sold, eth(all.proceeds.max(0).unsigned_abs())),
                "those that nobody redeemed among them",
            ),
            (
                "  of the real floor",
                format!("{:.2} %", ether(all.proceeds) / ether(all.sold_floor).max(1e-9) * 100.0),
                "what they brought",
            ),
            ("  fees of that", eth(totals.chops), "to the reserve"),
            ("  rewards of that", eth(totals.rewards), "to keepers"),
            (
                "takeovers",
                format!("{}, {} of longs", totals.takeovers, totals.longs_taken_over),
                "positions without NFTs",
            ),
            ("bankrupt accounts", totals.bankrupt.to_string(), "closed with less than they owed"),
            ("insured", eth(totals.insured), "paid by the reserve"),
            ("shortfall", eth(totals.shortfall), "what longs were not paid of the mark"),
            ("losses made good by shorts", format!("{} in {}", eth(totals.loss), totals.losses), ""),
            ("sold by the house", totals.house_sales.to_string(), "what shorts paid in kind for that"),
            (
                "longest queue",
                self.stage.diary.longest_queue.to_string(),
                "withdrawals that waited for cash at a time",
            ),
            ("shut at", eth(self.stage.diary.settlement), "of one FP"),
            (
                "sale of what nobody redeemed",
                format!("{:.2} days", ending.rounds as f64 / STEPS as f64),
                "until the last account could be closed",
            ),
            ("claims", eth(ending.claims), "of all accounts"),
            ("  not paid", format!("{} wei", ending.unpaid), ""),
            (
                "accounts that lacked something",
                format!("{:.6} ETH", ether(ending.deficits(self.stage))),
                "at that price, which is an average: the reserve pays",
            ),
            ("left in the market", eth(ending.left), "the reserve, and roundings"),
            ("transactions", grouped(transactions.into()), ""),
            ("gas", format!("{} M", grouped(gas / 1_000_000)), "of all of them"),
        ]
    }

    /// How it was done.
    pub fn heading(&self) -> String {
        let list = |map: &BTreeMap<String, u64>| {
            let list: Vec<String> = map.iter().map(|(name, count)| format!("{name} {count}")).collect();
            if list.is_empty() { "nothing".into() } else { list.join(", ") }
        };
        let left: BTreeMap<String, u64> =
            self.keepers.left.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        format!(
            "{} days, {} of them without a price of their own, {} accounts, {} transactions on WASM in {:.0} s, seed {}; \
             refused: {}; left to be liquidated after a keeper's round: {}; rounds without an index: {}",
            self.days,
            self.held,
            self.cast.people.len(),
            self.stage.work().0,
            self.seconds,
            self.cast.seed(),
            list(&self.stage.refusals),
            list(&left),
            self.keepers.blind,
        )
    }

    /// The report as text.
    pub fn text(&self) -> String {
        let mut out = format!("\n{TITLE}\n{}\n\n", self.heading());
        out += &HEADS.map(|head| format!("{head:>11}")).concat();
        for row in self.rows.iter().step_by((self.rows.len() / LINES).max(1)) {
            let _ = write!(out, "\n{}", row_line(row));
        }
        out += "\n\nFloor, index, mark and payment (longs to shorts) are ether for one, the rest ether, FP, NFTs.\n\n";
        for (name, value, note) in self.lines() {
            let _ = writeln!(out, "{name:<42}{value:>32}  {note}");
        }
        out += RESULT;
        out += &table("Who paid what, ether", &self.role_cells());
        out += &table("Account by account, ether", &self.account_cells());
        let _ = write!(out, "\n{}\n", self.verdict());
        out
    }

    /// The report as JSON; money in wei as text, opinions as numbers.
    pub fn json(&self) -> Value {
        let totals = &self.stage.diary.totals;
        let (transactions, gas) = self.stage.work();
        let roles: Vec<Value> = self.roles().iter().map(|(role, parts)| parts.json(role.name())).collect();
        let accounts: Vec<Value> =
            self.cast.people.iter().map(|person| self.parts(person).json(&person.name)).collect();
        let days: Vec<Value> = self.rows.iter().map(day_json).collect();
        json!({
            "replay": NAME,
            "seed": self.cast.seed(),
            "transactions": transactions,
            "gas": gas.to_string(),
            "seconds": self.seconds,
            "problems": self.problems,
            "kicks": totals.kicks,
            "redos": totals.redos,
            "takes": totals.takes,
            "takesIntoBids": totals.takes_into_bids,
            "takeovers": totals.takeovers,
            "bankrupt": totals.bankrupt,
            "insured": totals.insured.to_string(),
            "shortfall": totals.shortfall.to_string(),
            "losses": totals.loss.to_string(),
            "fees": totals.fees.to_string(),
            "reserve": self.ending.reserve.to_string(),
            "claims": self.ending.claims.to_string(),
            "unpaid": self.ending.unpaid.to_string(),
            "left": self.ending.left.to_string(),
            "deficits": self.ending.deficits(self.stage).to_string(),
            "settlement": self.stage.diary.settlement.to_string(),
            "roles": roles,
            "accounts": accounts,
            "days": days,
        })
    }
}

fn table(title: &str, rows: &[[String; 12]]) -> String {
    let line = |cells: &[String; 12]| {
        let [name, rest @ ..] = cells;
        format!("{name:<20}{}\n", rest.iter().map(|cell| format!("{cell:>16}")).collect::<String>())
    };
    let heads = ROLES.map(str::to_owned);
    format!("\n{title}\n{}{}", line(&heads), rows.iter().map(line).collect::<String>())
}

fn day_json(row: &Row) -> Value {
    json!({
        "day": show_time(row.time),
        "floor": row.floor,
        "index": row.index,
        "average": row.average,
        "mark": row.mark,
        "openInterest": row.open,
        "held": row.held,
        "payment": row.payment,
        "reserve": row.reserve,
        "nfts": row.nfts,
        "debts": row.debts,
        "cohorts": row.cohorts,
        "kicks": row.kicks,
        "takeovers": row.takeovers,
    })
}
