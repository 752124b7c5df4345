//! The report as one HTML file.

use anyhow::Result;

use crate::demo::{
    charts::{Curve, Ink, Shape, TimeChart},
    page::{document, escape, figure, table, verdict},
};

use super::{
    Row, TITLE,
    report::{HEADS, Story, cells},
};

/// Rolls beyond which a runway is simply long.
const LONG_RUNWAY: f64 = 6.0;

impl Story<'_> {
    /// The page.
    pub fn html(&self) -> Result<String> {
        let mut page = self.charts()?;
        let totals =
            self.lines().into_iter().map(|(name, value, note)| [name.to_owned(), value, note.to_owned()]);
        page += &table("Totals", &["", "", ""], totals);
        page += &table("Epochs", &HEADS, self.stage.diary.epochs.iter().map(cells));
        let heads = ["writer", "kind", "deposited", "paid out", "net", "DPX"];
        page += &table("Writers", &heads, self.writers().into_iter());
        page += &format!("<section><h2>How it was done</h2><p>{}</p></section>\n", escape(&self.heading()));
        Ok(document(TITLE, &verdict(self.problems.is_empty(), &self.verdict()), &page))
    }

    fn curve(&self, ink: Ink, shape: Shape, of: impl Fn(&Row) -> Option<f64>) -> Curve {
        let values =
            self.rows.iter().filter_map(|row| of(row).map(|value| (row.time as f64, value))).collect();
        Curve { ink, values, shape }
    }

    fn charts(&self) -> Result<String> {
        let line = |ink, of: fn(&Row) -> Option<f64>| self.curve(ink, Shape::Line, of);
        let area = |ink, of: fn(&Row) -> Option<f64>| self.curve(ink, Shape::Area, of);
        let chart = |curves, height, from_zero, value| TimeChart { curves, height, from_zero, value };
        let struck = |row: &Row| (row.strike > 0.0).then_some(row.strike);
        let price = chart(
            vec![self.curve(Ink::Oracle, Shape::Broad, |row| Some(row.price)), line(Ink::Mark, struck)],
            300,
            true,
            |value| format!("{value:.3}"),
        );
        let backing = chart(
            vec![line(Ink::Loss, |row| row.without_puts), line(Ink::Gain, |row| row.with_puts)],
            300,
            false,
            |value| format!("{value:.2}"),
        );
        let writers = chart(
            vec![
                area(Ink::Gain, |row| Some(row.income)),
                line(Ink::Loss, |row| Some(row.payoffs)),
                line(Ink::Note, |row| Some(row.income - row.payoffs)),
            ],
            260,
            true,
            |value| format!("{value:.0}"),
        );
        let treasury = chart(
            vec![line(Ink::Loss, |row| Some(row.treasury)), area(Ink::Fund, |row| Some(row.escrow))],
            220,
            true,
            |value| format!("{value:.0}"),
        );
        let runway =
            chart(vec![area(Ink::Fund, |row| Some(row.runway.min(LONG_RUNWAY)))], 170, true, |value| {
                format!("{value:.1}")
            });
        let pool = chart(
            vec![
                line(Ink::Mark, |row| Some(row.supply / 4.0)),
                area(Ink::Fund, |row| Some(row.liquidity)),
                line(Ink::Loss, |row| Some(row.locked)),
            ],
            220,
            true,
            |value| format!("{value:.0}"),
        );
        let mut out = figure(
            "rDPX in ETH",
            &[(Ink::Oracle, "price"), (Ink::Mark, "average strike of all puts")],
            &price.svg()?,
            "",
        );
        out += &figure(
            "Backing of 1 dpxETH, ETH",
            &[(Ink::Loss, "without puts"), (Ink::Gain, "with puts")],
            &backing.svg()?,
            "With what all puts would pay at the day's price. Over several epochs the floor follows the price.",
        );
        out += &figure(
            "Writers since the beginning, ETH",
            &[(Ink::Gain, "premiums and funding"), (Ink::Loss, "losses"), (Ink::Note, "net")],
            &writers.svg()?,
            "",
        );
        out += &figure(
            "Treasury, ETH",
            &[(Ink::Loss, "paid in and not taken out"), (Ink::Fund, "escrow")],
            &treasury.svg()?,
            "",
        );
        out += &figure(
            "Rolls that the escrow pays for",
            &[(Ink::Fund, "runway")],
            &runway.svg()?,
            "At the present mark and volatility. Below one at a roll, cover lapses.",
        );
        out += &figure(
            "The pool, ETH",
            &[(Ink::Fund, "liquidity"), (Ink::Loss, "locked"), (Ink::Mark, "a quarter of the supply")],
            &pool.svg()?,
            "",
        );
        Ok(out)
    }
}
