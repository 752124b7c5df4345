//! The report as one HTML file.

use anyhow::Result;

use crate::demo::{
    charts::{Curve, Ink, Shape, TimeChart},
    page::{document, escape, figure, table, verdict},
};

use super::{
    Row, TITLE,
    report::{HEADS, RESULT, ROLES, Story, cells},
};

impl Story<'_> {
    /// The page.
    pub fn html(&self) -> Result<String> {
        let mut page = self.charts()?;
        let totals =
            self.lines().into_iter().map(|(name, value, note)| [name.to_owned(), value, note.to_owned()]);
        page += &table("Totals", &["", "", ""], totals);
        page += &format!("<p>{}</p>\n", escape(RESULT));
        page += &table("Who paid what, ETH", &ROLES, self.role_cells().into_iter());
        page += &table("Account by account, ETH", &ROLES, self.account_cells().into_iter());
        page += &table("Days", &HEADS, self.rows.iter().map(cells));
        page += &format!("<section><h2>How it was done</h2><p>{}</p></section>\n", escape(&self.heading()));
        Ok(document(TITLE, &verdict(self.problems.is_empty(), &self.verdict()), &page))
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
