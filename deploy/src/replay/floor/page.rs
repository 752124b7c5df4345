//! The report as one HTML file.

use anyhow::Result;

use crate::demo::{
    charts::{Curve, Ink, Shape, TimeChart},
    page::{escape, figure},
};

use super::{
    Row, TITLE,
    report::{HEADS, RESULT, ROLES, Story, cells},
};

const STYLE: &str = include_str!("../../demo/report.css");

impl Story<'_> {
    /// The page.
    pub fn html(&self) -> Result<String> {
        let title = escape(TITLE);
        let class = if self.problems.is_empty() { "good" } else { "bad" };
        let verdict = escape(&self.verdict()).replace('\n', "<br>");
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>Everfloor: {title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header><h1>Everfloor</h1><p class=\"lead\">{title}</p>\
             <p class=\"verdict {class}\">{verdict}</p></header>\n"
        );
        page += &self.charts()?;
        let totals =
            self.lines().into_iter().map(|(name, value, note)| [name.to_owned(), value, note.to_owned()]);
        page += &table("Totals", &["", "", ""], totals);
        page += &format!("<p>{}</p>\n", escape(RESULT));
        page += &table("Who paid what, ETH", &ROLES, self.role_cells().into_iter());
        page += &table("Account by account, ETH", &ROLES, self.account_cells().into_iter());
        page += &table("Days", &HEADS, self.rows.iter().map(cells));
        page += &format!("<section><h2>How it was done</h2><p>{}</p></section>\n", escape(&self.heading()));
        page += "</main>\n</body>\n</html>\n";
        Ok(page)
    }

    fn curve(&self, ink: Ink, shape: Shape, of: fn(&Row) -> f64) -> Curve {
        Curve { ink, shape, values: self.rows.iter().map(|row| (row.time as f64, of(row))).collect() }
    }

    fn charts(&self) -> Result<String> {
        let line = |ink, of| self.curve(ink, Shape::Line, of);
        let area = |ink, of| self.curve(ink, Shape::Area, of);
        let chart = |curves, height, value| TimeChart { curves, height, from_zero: true, value };
        let two: fn(f64) -> String = |value| format!("{value:.2}");
        let price = chart(
            vec![
                self.curve(Ink::Oracle, Shape::Broad, |row| row.floor),
                line(Ink::Note, |row| row.index),
                line(Ink::Mark, |row| row.mark),
            ],
            320,
            two,
        );
        let open =
            chart(vec![area(Ink::Fund, |row| row.open), line(Ink::Gain, |row| row.nfts)], 240, |value| {
                format!("{value:.0}")
            });
        let funding = chart(vec![self.curve(Ink::Mark, Shape::Bars, |row| row.payment)], 180, two);
        let cash = chart(
            vec![
                area(Ink::Fund, |row| row.held),
                line(Ink::Loss, |row| row.debts),
                line(Ink::Gain, |row| row.reserve),
            ],
            220,
            two,
        );
        let work = chart(
            vec![line(Ink::Loss, |row| row.kicks), line(Ink::Mark, |row| row.takeovers)],
            180,
            |value| format!("{value:.0}"),
        );
        let mut out = figure(
            "Floor, index and mark, ETH",
            &[
                (Ink::Oracle, "real floor"),
                (Ink::Note, "index: the third NFT bid for"),
                (Ink::Mark, "mark of FP"),
            ],
            &price.svg()?,
            "",
        );
        out +=
            &figure("Open interest", &[(Ink::Fund, "FP open"), (Ink::Gain, "NFTs locked")], &open.svg()?, "");
        out += &figure(
            "Payments for one FP, ETH",
            &[(Ink::Mark, "longs to shorts; below zero shorts to longs")],
            &funding.svg()?,
            "At most a fiftieth of the index a day.",
        );
        out += &figure(
            "Cash of the market, ETH",
            &[(Ink::Fund, "held"), (Ink::Loss, "debts of longs"), (Ink::Gain, "reserve")],
            &cash.svg()?,
            "Makers' own cash among it.",
        );
        out += &figure(
            "Liquidations since the beginning",
            &[(Ink::Loss, "auctions of NFTs"), (Ink::Mark, "takeovers")],
            &work.svg()?,
            "",
        );
        Ok(out)
    }
}

fn table<const N: usize>(title: &str, heads: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let head = heads.map(|head| format!("<th>{}</th>", escape(head))).concat();
    let body: String = rows
        .map(|row| format!("<tr>{}</tr>", row.map(|cell| format!("<td>{}</td>", escape(&cell))).concat()))
        .collect();
    format!(
        "<section><h2>{title}</h2><div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>\
         </table></div></section>\n"
    )
}
