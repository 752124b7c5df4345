//! Who lost what, layer by layer, under our rules and under V1's: as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::demo::{
    conservation::Books,
    money::{DOLLAR, exact, grouped, price, quantity, rounded},
    prices::show_time,
};

use super::{
    cast::Kind,
    diary::{Account, Totals},
    market::{End, Row},
    months::Plan,
    setup::{INSURANCE, SHARED_INSURANCE},
    stage::{Role, Stage},
    v1::V1,
};

/// Who bore the losses under our rules, token units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// All realised losses.
    pub losses: u128,
    /// Paid by the losers' own margins.
    pub margins: u128,
    /// Set off against their own waiting profit.
    pub set_off: u128,
    /// Paid by the market's fees and its insurance share not yet sent.
    pub market_fees: u128,
    /// Paid by the market's ledger of the insurance fund.
    pub fund_ledger: u128,
    /// Paid by the shared ledger.
    pub fund_shared: u128,
    /// Paid by nobody: claims were short by it.
    pub bad_debt: u128,
    /// Profit that winners gave up.
    pub haircut: u128,
    /// Own money, beyond own losses and costs, that accounts did not get back: none, ever.
    pub principal_of_others: u128,
    /// How many accounts did not: none.
    pub unpaid: usize,
    /// Liquidations on the curve, takeovers, deleveragings, positions settled after a halt.
    pub liquidations: u64,
    /// Positions, or parts, that somebody took over.
    pub takeovers: u64,
    /// Positions closed against the other side.
    pub deleveragings: u64,
    /// Positions settled at the price of the halted market.
    pub settled: u64,
    /// Changes of the curve.
    pub curve_changes: u64,
    /// What they cost the fees.
    pub curve_cost: u128,
}

/// Who bore the losses under V1's, token units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct V1Losses {
    /// Paid out of the insurance fund for losses, and ahead for those that were to turn up.
    pub fund_for_losses: i128,
    /// Paid out of the fund for funding.
    pub fund_for_funding: i128,
    /// Left in the fund.
    pub fund_left: i128,
    /// When the fund could first not pay what it was asked for, seconds since 1970.
    pub broke_at: Option<u64>,
    /// The most by which accounts showed more than vault and fund together had.
    pub worst_hole: i128,
    /// The most that was paid ahead.
    pub most_prepaid: i128,
    /// Withdrawals refused for want of money while the market was open.
    pub refused_exits: u64,
    /// Liquidations that failed because the fund was empty.
    pub stuck_liquidations: u64,
    /// Funding periods that stood still.
    pub frozen_funding: u64,
    /// Accounts not paid in the end.
    pub unpaid: usize,
    /// What they were owed.
    pub unpaid_amount: i128,
    /// Liquidations.
    pub liquidations: u64,
}

/// Everything a report tells of.
pub(crate) struct Story<'a> {
    pub plan: &'a Plan,
    pub seed: u64,
    pub decisions: usize,
    pub stage: &'a Stage,
    pub rows: &'a [Row],
    pub end: &'a End,
    pub books: &'a Books,
    pub v1: &'a V1<'a>,
    pub problems: &'a [String],
    pub seconds: f64,
}

/// What a group of accounts made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub name: &'static str,
    pub accounts: usize,
    pub brought: u128,
    pub ours: i128,
    pub v1: i128,
    pub liquidations: u64,
    pub given_up: u128,
    pub unpaid: i128,
}

impl Story<'_> {
    pub fn totals(&self) -> &Totals {
        &self.stage.diary.totals
    }

    fn sum(&self, of: impl Fn(&Account) -> u128) -> u128 {
        self.stage.diary.accounts.iter().map(of).sum()
    }

    /// The layers.
    pub fn layers(&self) -> Layers {
        let totals = self.totals();
        let losses = self.sum(|account| account.losses + account.realized_early);
        let set_off = self.sum(|account| account.set_off);
        let paid_elsewhere = set_off + totals.shortfall;
        Layers {
            losses,
            margins: losses.saturating_sub(paid_elsewhere),
            set_off,
            market_fees: totals.by_market,
            fund_ledger: totals.by_fund_ledger,
            fund_shared: totals.by_fund_shared,
            bad_debt: totals.uncovered,
            haircut: self.sum(|account| account.given_up),
            principal_of_others: self.sum(Account::missing),
            unpaid: self.stage.diary.accounts.iter().filter(|account| account.missing() > 0).count(),
            liquidations: totals.liquidations,
            takeovers: totals.takeovers,
            deleveragings: totals.deleveragings,
            settled: totals.settled,
            curve_changes: totals.repegs,
            curve_cost: totals.repeg_cost,
        }
    }

    /// V1's.
    pub fn v1_losses(&self) -> V1Losses {
        let (v1, flows) = (self.v1, self.v1.flows());
        V1Losses {
            fund_for_losses: flows.prepaid_out + flows.bad_debt_out,
            fund_for_funding: flows.funding_out,
            fund_left: v1.end.fund,
            broke_at: v1.broke_at,
            worst_hole: v1.rows.iter().map(super::v1::Row::hole).max().unwrap_or(0),
            most_prepaid: v1.most_prepaid,
            refused_exits: v1.refused_exits,
            stuck_liquidations: v1.stuck_liquidations,
            frozen_funding: v1.frozen_funding,
            unpaid: v1.end.unpaid.len(),
            unpaid_amount: v1.end.unpaid.iter().map(|unpaid| unpaid.owed).sum(),
            liquidations: v1.liquidations,
        }
    }

    /// Accounts by what they are.
    pub fn groups(&self) -> Vec<Group> {
        let machines = [Role::Arbitrageur, Role::Desk, Role::Keeper];
        Kind::all().map(Role::Trader).chain(machines).map(|role| self.group(role)).collect()
    }

    fn group(&self, role: Role) -> Group {
        let mut group = Group { name: role.name(), ..Group::default() };
        let profits = self.books.profits();
        for (place, person) in self.stage.people.iter().enumerate().filter(|(_, person)| person.role == role)
        {
            let Some(account) = self.stage.diary.accounts.get(place) else { continue };
            let minted = i128::try_from(person.minted).unwrap_or(0);
            group.accounts += 1;
            group.brought += person.minted;
            group.ours += profits.get(place).copied().unwrap_or(0);
            group.v1 += self.v1.end.wallets.get(place).copied().unwrap_or(0) - minted;
            group.liquidations += account.liquidations;
            group.given_up += account.given_up;
            let unpaid = self.v1.end.unpaid.iter().filter(|unpaid| unpaid.place == place);
            group.unpaid += unpaid.map(|unpaid| unpaid.owed).sum::<i128>();
        }
        group
    }

    /// The lines of the layers, with their notes.
    pub fn layer_lines(&self) -> Vec<(&'static str, String, &'static str)> {
        let layers = self.layers();
        let totals = self.totals();
        let money = |units: u128| exact(i128::try_from(units).unwrap_or(i128::MAX));
        vec![
            ("realised losses", money(layers.losses), "of every account"),
            ("  traders' own margins", money(layers.margins), "each only for its own losses"),
            ("  set off against own claims", money(layers.set_off), "profit of the loser that still waited"),
            ("  market fees, insurance due", money(layers.market_fees), "what trading had paid in"),
            ("  insurance: market's ledger", money(layers.fund_ledger), "seeded, and its share of fees"),
            ("  insurance: shared ledger", money(layers.fund_shared), "up to the market's cap"),
            ("  bad debt", money(layers.bad_debt), "nobody paid: claims are short by it"),
            ("  other accounts' principal", money(layers.principal_of_others), "never, by the rules"),
            ("profit given up to the haircut", money(layers.haircut), "of winners, each the same share"),
            (
                "taken over",
                format!("{} times, {} base", totals.takeovers, quantity(totals.taken_base)),
                "by desks, at a discount",
            ),
            (
                "deleveraged",
                format!("{} times, {} base", totals.deleveragings, quantity(totals.deleveraged_base)),
                "against the other side, at the oracle's price",
            ),
            (
                "curve changes",
                format!("{}, {}", totals.repegs, money(totals.repeg_cost)),
                "repegs and depth, from the fees",
            ),
        ]
    }

    /// V1's lines.
    pub fn v1_lines(&self) -> Vec<(&'static str, String, &'static str)> {
        let (v1, losses, flows) = (self.v1, self.v1_losses(), self.v1.flows());
        let end = &v1.end;
        let shut_down = match end.shut_down_with {
            0 => "0".to_owned(),
            some => format!("{some}, at {} (oracle {})", price(end.settlement_price), price(end.oracle)),
        };
        let broke = losses.broke_at.map_or("never".to_owned(), show_time);
        vec![
            ("insurance for losses", exact(flows.bad_debt_out), "of liquidated positions"),
            ("paid ahead by insurance", exact(flows.prepaid_out), "because the vault was empty"),
            ("  of it never turned up", exact(v1.end.prepaid), "prepaid bad debt in the end"),
            ("insurance for funding", exact(flows.funding_out), "of the net position"),
            ("insurance fund in the end", exact(v1.end.fund), "spread fees and penalties went into it, too"),
            ("fund could not pay from", broke, "on, for the first time"),
            ("worst hole", exact(losses.worst_hole), "accounts' equity beyond vault and fund"),
            ("exits refused", losses.refused_exits.to_string(), "for want of money, while open"),
            ("liquidations stuck", losses.stuck_liquidations.to_string(), "the fund could not pay the loss"),
            (
                "funding stood still",
                format!("{} periods", losses.frozen_funding),
                "the fund could not pay it",
            ),
            ("positions shut down", shut_down, "at the average of its own trades, whatever the oracle says"),
            ("not paid in the end", format!("{} accounts", losses.unpaid), "the vault had less"),
            ("  what they were owed", exact(losses.unpaid_amount), "other traders' principal and profit"),
            ("left in the vault", exact(v1.end.vault), ""),
        ]
    }

    /// The report as text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "\n{}", self.heading());
        let _ = writeln!(out, "\nEverfloor, layer by layer");
        for (name, value, note) in self.layer_lines() {
            let _ = writeln!(out, "  {name:<32} {value:>34}  {note}");
        }
        let _ = writeln!(out, "\nthe same month under V1's rules");
        for (name, value, note) in self.v1_lines() {
            let _ = writeln!(out, "  {name:<32} {value:>34}  {note}");
        }
        let _ = writeln!(
            out,
            "\n{:<18} {:>4} {:>12} {:>14} {:>14} {:>6} {:>12} {:>14}",
            "who", "n", "brought", "ours", "V1", "liq", "gave up", "V1 not paid"
        );
        for group in self.groups() {
            let _ = writeln!(
                out,
                "{:<18} {:>4} {:>12} {:>14} {:>14} {:>6} {:>12} {:>14}",
                group.name,
                group.accounts,
                grouped(group.brought / DOLLAR),
                rounded(group.ours),
                rounded(group.v1),
                group.liquidations,
                rounded(i128::try_from(group.given_up).unwrap_or(i128::MAX)),
                rounded(group.unpaid)
            );
        }
        let _ = writeln!(out, "\n{}", self.ending());
        let _ = writeln!(out, "{}", self.verdict());
        out
    }

    /// The first lines.
    pub fn heading(&self) -> String {
        let (low, first) = (
            self.rows.iter().map(|row| row.oracle).fold(f64::MAX, f64::min),
            self.rows.first().map_or(0.0, |row| row.oracle),
        );
        format!(
            "{}\nseed {}; {} accounts, {} decisions, {} transactions, {:.1} M gas, {:.0} s; price {} to {} at the lowest",
            self.plan.month.title(),
            self.seed,
            self.stage.people.len(),
            grouped(self.decisions as u128),
            grouped(self.stage.transactions.into()),
            self.stage.gas as f64 / 1e6,
            self.seconds,
            price(first),
            price(low),
        )
    }

    /// How it ended.
    pub fn ending(&self) -> String {
        let end = self.end;
        let reduced = end.reduce_only.map_or_else(String::new, |time| {
            format!("From {} on the council let the market only reduce. ", show_time(time))
        });
        let ended = match end.halted_at {
            Some(at) => format!(
                "On {} governance halted the market; {} positions were settled at {}",
                show_time(end.time),
                end.settled,
                price(at)
            ),
            None => format!("By {} everybody had closed", show_time(end.time)),
        };
        format!(
            "{reduced}{ended}; waiting profit was paid at {:.2} %, and everybody withdrew.",
            end.share * 100.0
        )
    }

    /// Whether it ended well.
    pub fn verdict(&self) -> String {
        if self.problems.is_empty() {
            let inside = self.books.house + self.books.fund;
            return format!(
                "Solvent to the unit: all {} were withdrawn or are in the contracts ({} of fees, roundings and insurance); no \
                 account's principal paid for another's loss.",
                exact(i128::try_from(self.books.supply).unwrap_or(i128::MAX)),
                exact(i128::try_from(inside).unwrap_or(i128::MAX))
            );
        }
        let mut out = "SOMETHING IS WRONG:".to_owned();
        for problem in self.problems {
            let _ = write!(out, "\n  {problem}");
        }
        out
    }

    /// The report as JSON; money in token units.
    pub fn json(&self) -> Value {
        let layers = self.layers();
        let (losses, totals) = (self.v1_losses(), self.totals());
        let text = |units: u128| units.to_string();
        let groups: Vec<Value> = self
            .groups()
            .iter()
            .map(|group| {
                json!({
                    "who": group.name, "accounts": group.accounts, "brought": text(group.brought),
                    "profit": group.ours.to_string(), "v1Profit": group.v1.to_string(),
                    "liquidations": group.liquidations, "givenUp": text(group.given_up),
                    "v1NotPaid": group.unpaid.to_string(),
                })
            })
            .collect();
        json!({
            "replay": self.plan.month.name(), "seed": self.seed, "decisions": self.decisions,
            "transactions": self.stage.transactions, "gas": self.stage.gas,
            "insuranceSeed": { "market": text(INSURANCE * DOLLAR), "shared": text(SHARED_INSURANCE * DOLLAR) },
            "layers": {
                "losses": text(layers.losses), "margins": text(layers.margins), "setOff": text(layers.set_off),
                "marketFees": text(layers.market_fees), "fundLedger": text(layers.fund_ledger),
                "fundShared": text(layers.fund_shared), "badDebt": text(layers.bad_debt),
                "haircut": text(layers.haircut), "othersPrincipal": text(layers.principal_of_others),
            },
            "liquidations": {
                "curve": totals.liquidations, "takeovers": totals.takeovers, "takenBase": totals.taken_base,
                "deleveragings": totals.deleveragings, "deleveragedBase": totals.deleveraged_base,
                "settled": totals.settled, "penalties": text(totals.penalties), "rewards": text(totals.rewards),
            },
            "curve": {
                "changes": totals.repegs, "cost": text(totals.repeg_cost), "notPaidOut": text(totals.repeg_gain),
            },
            "realizedEarly": text(totals.realized_early), "volume": totals.volume,
            "end": {
                "time": self.end.time, "haltedAt": self.end.halted_at, "settled": self.end.settled,
                "share": self.end.share, "reduceOnlyFrom": self.end.reduce_only,
            },
            "refusals": self.stage.refusals,
            "v1": {
                "fundForLosses": losses.fund_for_losses.to_string(),
                "fundForFunding": losses.fund_for_funding.to_string(),
                "fundLeft": losses.fund_left.to_string(), "brokeAt": losses.broke_at,
                "worstHole": losses.worst_hole.to_string(), "mostPrepaid": losses.most_prepaid.to_string(),
                "refusedExits": losses.refused_exits, "stuckLiquidations": losses.stuck_liquidations,
                "frozenFunding": losses.frozen_funding, "unpaidAccounts": losses.unpaid,
                "unpaid": losses.unpaid_amount.to_string(), "shutDownWith": self.v1.end.shut_down_with,
                "settlementPrice": self.v1.end.settlement_price, "oracleThen": self.v1.end.oracle, "liquidations": losses.liquidations,
                "refusals": self.v1.refusals,
            },
            "groups": groups,
            "problems": self.problems,
        })
    }
}

/// A row, to watch.
pub(crate) fn row_line(row: &Row) -> String {
    format!(
        "{:<16} {:>12} {:>12} {:>10} {:>10}  liq {:>4}  insurance {:>8}  beyond {:>8}  h {:.4}  {}",
        show_time(row.time),
        price(row.oracle),
        price(row.spot),
        quantity(row.long),
        quantity(row.short),
        row.liquidations,
        rounded(i128::try_from(row.fund).unwrap_or(i128::MAX)),
        rounded(i128::try_from(row.shortfall).unwrap_or(i128::MAX)),
        row.haircut,
        row.status,
    )
}
