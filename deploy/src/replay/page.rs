//! The report as one HTML file.

use std::fmt::Write as _;

use anyhow::Result;

use crate::demo::{
    charts::{Curve, Ink, Shape, TimeChart},
    money::{exact, grouped, price, quantity, rounded, to_dollars},
    page::{document, escape, figure, verdict},
};

use super::{market, report::Story, v1};

impl Story<'_> {
    /// The page.
    pub fn html(&self) -> Result<String> {
        let mut page = self.cards();
        page.push_str(&lines("Who lost what", &self.layer_lines()));
        page.push_str(&lines("The same month under V1's rules", &self.v1_lines()));
        page.push_str(&self.charts()?);
        page.push_str(&self.who()?);
        page.push_str(&self.about());
        let verdict = verdict(self.problems.is_empty(), &self.verdict());
        Ok(document(self.plan.month.title(), &verdict, &page))
    }

    fn cards(&self) -> String {
        let (layers, v1) = (self.layers(), self.v1_losses());
        let money = |units: i128| format!("${}", rounded(units));
        let low = self.rows.iter().map(|row| row.oracle).fold(f64::MAX, f64::min);
        let cards = [
            ("lowest price", price(low), "of the list".to_owned()),
            (
                "accounts",
                self.stage.people.len().to_string(),
                format!("{} decisions", grouped(self.decisions as u128)),
            ),
            ("transactions", grouped(self.stage.transactions.into()), "on WASM, each in a block".into()),
            ("liquidations", layers.liquidations.to_string(), format!("{} under V1", v1.liquidations)),
            (
                "not paid",
                format!("{} accounts", layers.unpaid),
                format!("{} under V1, {}", v1.unpaid, money(v1.unpaid_amount)),
            ),
            (
                "profit paid at",
                format!("{:.1} %", self.end.share * 100.0),
                "of what waited; principal always whole".into(),
            ),
        ];
        let cards = cards.map(|(name, value, note)| {
            format!(
                "<div class=\"card\"><div class=\"name\">{name}</div><div class=\"value\">{value}</div>\
                 <div class=\"note\">{}</div></div>",
                escape(&note)
            )
        });
        format!("<section class=\"cards\">{}</section>\n", cards.concat())
    }

    fn charts(&self) -> Result<String> {
        let ours = |of: fn(&market::Row) -> f64| -> Vec<(f64, f64)> {
            self.rows.iter().map(|row| (row.time as f64, of(row))).collect()
        };
        let v1 = |of: fn(&v1::Row) -> f64| -> Vec<(f64, f64)> {
            self.v1.rows.iter().map(|row| (row.time as f64, of(row))).collect()
        };
        let line = |ink, values| Curve { ink, values, shape: Shape::Line };
        let area = |ink, values| Curve { ink, values, shape: Shape::Area };
        let oracle = Curve { ink: Ink::Oracle, values: ours(|row| row.oracle), shape: Shape::Broad };
        let prices = TimeChart {
            curves: vec![oracle, line(Ink::Mark, ours(|row| row.spot)), line(Ink::Note, v1(|row| row.spot))],
            height: 340,
            from_zero: false,
            value: |value| if value.abs() >= 10.0 { format!("{value:.0}") } else { format!("{value:.2}") },
        };
        let open = TimeChart {
            curves: vec![area(Ink::Loss, ours(|row| row.short)), area(Ink::Gain, ours(|row| row.long))],
            height: 230,
            from_zero: true,
            value: |value| quantity(value.round()),
        };
        let share = TimeChart {
            curves: vec![area(Ink::Note, ours(|row| row.haircut * 100.0))],
            height: 170,
            from_zero: true,
            value: |value| format!("{value:.0} %"),
        };
        let losses = TimeChart {
            curves: vec![
                area(Ink::Fund, ours(|row| to_dollars(row.fund))),
                line(Ink::Note, ours(|row| to_dollars(row.shortfall))),
                line(Ink::Loss, ours(|row| to_dollars(row.uncovered))),
            ],
            height: 230,
            from_zero: true,
            value: |value| quantity(value.round()),
        };
        let hole = TimeChart {
            curves: vec![
                area(Ink::Loss, v1(|row| row.hole() as f64 / 1e6)),
                line(Ink::Fund, v1(|row| row.fund as f64 / 1e6)),
                line(Ink::Note, v1(|row| row.debts as f64 / 1e6)),
            ],
            height: 230,
            from_zero: true,
            value: |value| quantity(value.round()),
        };
        let mut out = figure(
            "Price",
            &[(Ink::Oracle, "oracle"), (Ink::Mark, "our mark"), (Ink::Note, "V1's mark")],
            &prices.svg()?,
            "",
        );
        out +=
            &figure("Open interest, base", &[(Ink::Gain, "longs"), (Ink::Loss, "shorts")], &open.svg()?, "");
        out += &figure(
            "h: the share of waiting profit that could be taken",
            &[(Ink::Note, "share")],
            &share.svg()?,
            "Profit is paid from what losers have paid in, and waits while that is short. Margin never does.",
        );
        out += &figure(
            "Insurance and losses beyond margins, dollars",
            &[
                (Ink::Fund, "market's insurance"),
                (Ink::Note, "losses beyond margins so far"),
                (Ink::Loss, "of them covered by nobody"),
            ],
            &losses.svg()?,
            "",
        );
        out += &figure(
            "V1: what its accounts show beyond what is there, dollars",
            &[(Ink::Loss, "hole"), (Ink::Fund, "insurance fund"), (Ink::Note, "what bankrupt accounts owe")],
            &hole.svg()?,
            "All accounts' equity as V1 values it, less vault and insurance fund together.",
        );
        Ok(out)
    }

    fn who(&self) -> Result<String> {
        let mut out = "<section><h2>By behaviour</h2><div class=\"scroll\"><table><thead><tr><th>who</th><th>accounts</th>\
                       <th>brought</th><th>profit or loss</th><th>under V1</th><th>liquidated</th><th>profit given up</th>\
                       <th>not paid by V1</th></tr></thead><tbody>"
            .to_owned();
        for group in self.groups() {
            let class = |value: i128| if value < 0 { "loss" } else { "gain" };
            write!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td class=\"{}\">{}</td><td>{}</td>\
                 <td>{}</td><td>{}</td></tr>",
                group.name,
                group.accounts,
                exact(i128::try_from(group.brought).unwrap_or(i128::MAX)),
                class(group.ours),
                exact(group.ours),
                class(group.v1),
                exact(group.v1),
                group.liquidations,
                exact(i128::try_from(group.given_up).unwrap_or(i128::MAX)),
                exact(group.unpaid),
            )?;
        }
        out.push_str("</tbody></table></div></section>\n");
        Ok(out)
    }

    fn about(&self) -> String {
        let refused: Vec<String> =
            self.stage.refusals.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let v1: Vec<String> =
            self.v1.refusals.iter().map(|(name, count)| format!("{name}: {count}")).collect();
        format!(
            "<section><h2>How it was done</h2><ul><li>{}</li><li>{}</li>\
             <li>The traders decide by prices and the seed alone, so both markets get the same decisions, with the same \
             money; arbitrageurs and keepers look at the market they are in. V1 runs as a native model of its rules, with \
             its parameters of production and the same curve.</li>\
             <li>Refused here by guards, limits and for want of money: {}.</li><li>Refused by V1: {}.</li></ul></section>\n",
            escape(&self.heading()),
            escape(&self.ending()),
            escape(&refused.join(", ")),
            escape(&v1.join(", "))
        )
    }
}

fn lines(title: &str, lines: &[(&'static str, String, &'static str)]) -> String {
    let rows: String = lines
        .iter()
        .map(|(name, value, note)| {
            let name = escape(name).replace("  ", "&emsp;");
            format!("<tr><td>{name}</td><td>{}</td><td>{}</td></tr>", escape(value), escape(note))
        })
        .collect();
    format!(
        "<section><h2>{title}</h2><div class=\"scroll\"><table class=\"narrow\"><tbody>{rows}</tbody></table></div></section>\n"
    )
}
