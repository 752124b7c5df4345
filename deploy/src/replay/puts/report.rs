//! What came of it, as text and JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::demo::prices::show_time;

use super::{
    NAME, Row, TITLE,
    cast::Cast,
    diary::Epoch,
    stage::Stage,
    verdict::{self, Books, ether},
};

/// Everything a report tells of.
pub(crate) struct Story<'a> {
    pub stage: &'a Stage,
    pub cast: &'a Cast,
    pub days: usize,
    pub rows: &'a [Row],
    pub books: &'a Books,
    pub problems: &'a [String],
    pub seconds: f64,
}

/// Ether of a wad.
pub(crate) fn wad(amount: u128) -> f64 {
    amount as f64 / 1e18
}

/// The heads of the table of epochs.
pub(crate) const HEADS: [&str; 13] = [
    "epoch",
    "settled at",
    "payoff",
    "new strike",
    "units",
    "premiums",
    "funding",
    "lapsed",
    "let go",
    "exits",
    "liquidity",
    "sigma",
    "floor",
];

/// An epoch's cells.
pub(crate) fn cells(epoch: &Epoch) -> [String; 13] {
    [
        epoch.number.to_string(),
        format!("{:.6}", wad(epoch.settlement)),
        format!("{:.3}", wad(epoch.payoff)),
        format!("{:.6}{}", wad(epoch.strike), if epoch.strike_capped { "*" } else { "" }),
        format!("{:.0}", wad(epoch.units)),
        format!("{:.3}", wad(epoch.premiums)),
        format!("{:.3}", wad(epoch.funding)),
        format!("{:.0}", wad(epoch.lapsed)),
        format!("{:.0}", wad(epoch.released)),
        format!("{:.2}", wad(epoch.exits)),
        format!("{:.1}", wad(epoch.liquidity)),
        format!("{:.0} %", wad(epoch.sigma) * 100.0),
        epoch.floor.map_or("-".into(), |floor| format!("{:.4}", wad(floor))),
    ]
}

/// An epoch as a line.
pub(crate) fn epoch_line(epoch: &Epoch) -> String {
    cells(epoch).map(|cell| format!("{cell:>11}")).concat()
}

impl Story<'_> {
    /// The lowest backing of 1 dpxETH without and with puts.
    pub fn lowest(&self) -> (f64, f64) {
        let low = |of: fn(&Row) -> Option<f64>| self.rows.iter().filter_map(of).fold(f64::INFINITY, f64::min);
        (low(|row| row.without_puts), low(|row| row.with_puts))
    }

    /// What the treasury paid and did not get back, wei; escrow that bonders' premiums left behind came to it.
    pub fn treasury_cost(&self) -> i128 {
        verdict::treasury_paid(self.stage)
    }

    fn years(&self) -> f64 {
        self.days as f64 / 365.0
    }

    fn mean(&self, of: fn(&Row) -> f64) -> f64 {
        self.rows.iter().map(of).sum::<f64>() / self.rows.len().max(1) as f64
    }

    /// The verdict in words.
    pub fn verdict(&self) -> String {
        match self.problems {
            [] => format!(
                "Every epoch rolled, every sum holds: {} wei and {} units of rewards are left over by roundings.",
                self.books.dust(),
                self.books.reward_dust(self.stage)
            ),
            problems => format!("SOMETHING IS WRONG\n{}", problems.join("\n")),
        }
    }

    /// The totals, with notes.
    pub fn lines(&self) -> Vec<(&'static str, String, &'static str)> {
        let totals = &self.stage.diary.totals;
        let (without, with) = self.lowest();
        let income = wad(totals.premiums + totals.funding);
        let (losses, liquidity, supply) =
            (wad(totals.payoffs), self.mean(|row| row.liquidity), self.mean(|row| row.supply));
        let cost = ether(self.treasury_cost());
        let yearly = |amount: f64, of: f64| amount / of.max(1e-9) / self.years() * 100.0;
        let eth = |amount: f64| format!("{amount:.4} ETH");
        vec![
            ("lowest backing without puts", format!("{without:.4}"), "of 1 dpxETH"),
            (
                "lowest backing with puts",
                format!("{with:.4}"),
                "over many epochs the floor follows the price",
            ),
            (
                "lowest floor within an epoch",
                format!("{:.6}", self.floor()),
                "of a bond at its first settlement: 0.9375",
            ),
            ("writers: premiums", eth(wad(totals.premiums)), "of bonds, for what was left of their epoch"),
            ("writers: funding", eth(wad(totals.funding)), "from the escrow at rolls"),
            ("writers: losses", eth(losses), "payoffs of puts"),
            ("writers: net", eth(income - losses), "rewards aside"),
            ("  a year", format!("{:.2} %", yearly(income - losses, liquidity)), "of the mean liquidity"),
            ("writers: rewards", format!("{:.2} DPX", wad(totals.rewards)), "claimed"),
            ("treasury: paid in", eth(wad(totals.escrow_in)), "for funding"),
            ("treasury: taken out", eth(wad(totals.escrow_out)), "when it ran dry, and in the end"),
            ("treasury: cost", eth(cost), "what it did not get back"),
            ("  a year", format!("{:.2} %", yearly(cost, supply)), "of the mean supply of dpxETH"),
            (
                "escrow from bonders",
                eth(wad(totals.prefunded)),
                "premiums beyond the epoch they were paid in",
            ),
            ("lapsed", format!("{:.2} rDPX", wad(totals.lapsed)), "cover that the escrow did not pay for"),
            ("bonded", format!("{:.2} dpxETH in {} bonds", wad(totals.bonded), totals.bonds), ""),
            (
                "burned",
                format!("{:.2} dpxETH, {} times", wad(totals.burned), totals.redemptions),
                "for backing",
            ),
            (
                "left in the backing",
                eth(wad(self.books.backing_collateral)),
                "with no dpxETH left to claim it",
            ),
            ("exits filled", eth(wad(totals.exits)), "at rolls"),
            (
                "principal left",
                eth(wad(self.books.liquidity)),
                "waits for one more roll: the last still counted the cover that lapsed with it",
            ),
        ]
    }

    fn floor(&self) -> f64 {
        self.stage.diary.epochs.iter().filter_map(|epoch| epoch.floor).map(wad).fold(f64::INFINITY, f64::min)
    }

    /// How it was done.
    pub fn heading(&self) -> String {
        let refused: Vec<String> =
            self.stage.refusals.iter().map(|(name, count)| format!("{name} {count}")).collect();
        format!(
            "{} days, {} epochs, {} writers, {} bonders, {} transactions on WASM in {:.0} s, seed {}; the treasury does \
             not pay in epochs {} to {}; not bonded: {}",
            self.days,
            self.stage.diary.epochs.len(),
            self.cast.writers.len(),
            self.cast.bonders.len(),
            self.stage.transactions(),
            self.seconds,
            self.cast.seed(),
            self.cast.dry.start,
            self.cast.dry.end - 1,
            if refused.is_empty() { "never".into() } else { refused.join(", ") },
        )
    }

    /// Every writer: kind, deposited, got back, rewards.
    pub fn writers(&self) -> Vec<[String; 6]> {
        let row = |writer: &super::cast::Writer| {
            let told = verdict::told(self.stage, writer.address);
            let net = wad(told.got) - wad(told.paid);
            [
                writer.name.clone(),
                writer.kind.name().to_owned(),
                format!("{:.4}", wad(told.paid)),
                format!("{:.4}", wad(told.got)),
                format!("{net:.4}"),
                format!("{:.2}", wad(told.dpx_got)),
            ]
        };
        self.cast.writers.iter().map(row).collect()
    }

    /// The report as text.
    pub fn text(&self) -> String {
        let mut out = format!("\n{TITLE}\n{}\n\n", self.heading());
        out += &HEADS.map(|head| format!("{head:>11}")).concat();
        for epoch in &self.stage.diary.epochs {
            let _ = write!(out, "\n{}", epoch_line(epoch));
        }
        out += "\n\n* the strike is what the liquidity can pay. Floor: the least a bond of the epoch was worth at its \
                settlement.\n\n";
        for (name, value, note) in self.lines() {
            let _ = writeln!(out, "{name:<30}{value:>28}  {note}");
        }
        out += "\nwriter     kind          deposited     paid out          net     DPX\n";
        for [name, kind, paid, got, net, dpx] in self.writers() {
            let _ = writeln!(out, "{name:<11}{kind:<10}{paid:>13}{got:>13}{net:>13}{dpx:>8}");
        }
        let _ = write!(out, "\n{}\n", self.verdict());
        out
    }

    /// The report as JSON; money in wei as text, opinions as numbers.
    pub fn json(&self) -> Value {
        let totals = &self.stage.diary.totals;
        let (without, with) = self.lowest();
        let epochs: Vec<Value> = self.stage.diary.epochs.iter().map(epoch_json).collect();
        let days: Vec<Value> = self.rows.iter().map(day_json).collect();
        json!({
            "replay": NAME,
            "seed": self.cast.seed(),
            "transactions": self.stage.transactions(),
            "seconds": self.seconds,
            "problems": self.problems,
            "lowestBacking": { "withoutPuts": without, "withPuts": with },
            "writers": {
                "premiums": totals.premiums.to_string(),
                "funding": totals.funding.to_string(),
                "payoffs": totals.payoffs.to_string(),
                "rewards": totals.rewards.to_string(),
            },
            "treasuryCost": self.treasury_cost().to_string(),
            "lapsed": totals.lapsed.to_string(),
            "dust": self.books.dust().to_string(),
            "epochs": epochs,
            "days": days,
        })
    }
}

fn epoch_json(epoch: &Epoch) -> Value {
    json!({
        "epoch": epoch.number,
        "settlementPrice": epoch.settlement.to_string(),
        "payoff": epoch.payoff.to_string(),
        "premiums": epoch.premiums.to_string(),
        "funding": epoch.funding.to_string(),
        "nextStrike": epoch.strike.to_string(),
        "nextUnits": epoch.units.to_string(),
        "lapsed": epoch.lapsed.to_string(),
        "released": epoch.released.to_string(),
        "exits": epoch.exits.to_string(),
        "liquidity": epoch.liquidity.to_string(),
        "escrow": epoch.escrow.to_string(),
        "sigma": epoch.sigma.to_string(),
        "strikeCapped": epoch.strike_capped,
        "floor": epoch.floor.map(|floor| floor.to_string()),
    })
}

fn day_json(row: &Row) -> Value {
    json!({
        "day": show_time(row.time),
        "price": row.price,
        "strike": row.strike,
        "withoutPuts": row.without_puts,
        "withPuts": row.with_puts,
        "supply": row.supply,
        "liquidity": row.liquidity,
        "locked": row.locked,
        "units": row.units,
        "escrow": row.escrow,
        "runway": row.runway,
        "sigma": row.sigma,
        "income": row.income,
        "payoffs": row.payoffs,
        "exits": row.exits,
        "treasury": row.treasury,
    })
}
