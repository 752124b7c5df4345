//! `report.html`: one file with everything in it, to read after the fact.

use std::fmt::Write as _;

use anyhow::Result;

use crate::config::Config;

use super::{
    charts::{Curve, Ink, Shape, TimeChart, ranking},
    conservation::{Books, Check},
    money::{DOLLAR, exact, grouped, price, quantity, rounded, to_dollars, to_units, wad},
    page::{document, escape, figure},
    prices::{STEPS, Series, show_time},
    replay::{Moment, Row},
    world::{Role, World},
};

/// Everything a report tells of.
pub(crate) struct Story<'a> {
    pub series: &'a Series,
    pub config: &'a Config,
    pub seed: u64,
    pub world: &'a World,
    pub moments: &'a [Moment],
    pub rows: &'a [Row],
    pub books: &'a Books,
    pub checks: &'a [Check],
    pub problems: &'a [String],
    pub seconds: f64,
}

impl Story<'_> {
    /// The page.
    pub fn html(&self) -> Result<String> {
        let mut page = self.figures();
        page.push_str(&self.charts()?);
        page.push_str(&self.accounts()?);
        page.push_str(&self.conservation());
        page.push_str(&self.prices());
        page.push_str(&self.parameters()?);
        page.push_str(&self.method());
        Ok(document(&self.series.title, &self.verdict(), &page))
    }

    fn verdict(&self) -> String {
        if self.problems.is_empty() {
            return "<p class=\"verdict good\">Every unit of money is accounted for, after every price and at the \
                    end.</p>"
                .into();
        }
        let items: String =
            self.problems.iter().map(|problem| format!("<li>{}</li>", escape(problem))).collect();
        format!("<div class=\"verdict bad\">Something is wrong:<ul>{items}</ul></div>")
    }

    fn figures(&self) -> String {
        let tally = &self.world.tally;
        let (low, first) = self.moments.iter().fold((f64::MAX, None), |(low, first), moment| {
            (low.min(moment.oracle), first.or(Some(moment.oracle)))
        });
        let fall = first.map_or(0.0, |first| (low / first - 1.0) * 100.0);
        let most = self.rows.iter().map(|row| row.long + row.short).fold(0.0, f64::max);
        let worst = self.rows.iter().map(|row| row.haircut).fold(1.0, f64::min);
        let figures = [
            ("lowest price", price(low), format!("{fall:.1} %")),
            (
                "traders",
                self.world.all(Role::Trader).len().to_string(),
                "with arbitrageurs and keepers around them".into(),
            ),
            ("volume", dollars(to_units(wad(tally.volume)) as f64 / DOLLAR as f64), "notional".into()),
            ("most open", quantity(most), "base, longs and shorts together".into()),
            ("liquidations", tally.liquidations.to_string(), "by keepers, for a reward".into()),
            ("losses beyond margins", dollars(to_dollars(tally.shortfall)), self.who_paid()),
            (
                "lowest share of waiting profit",
                format!("{:.1} %", worst * 100.0),
                "profit waits for losers; margin never".into(),
            ),
            (
                "transactions",
                grouped(tally.transactions.into()),
                format!("signed, on WASM; {:.0} s", self.seconds),
            ),
        ];
        let cards = figures.map(|(name, value, note)| {
            format!(
                "<div class=\"card\"><div class=\"name\">{name}</div><div class=\"value\">{value}</div>\
                 <div class=\"note\">{}</div></div>",
                escape(&note)
            )
        });
        format!("<section class=\"cards\">{}</section>\n", cards.concat())
    }

    fn who_paid(&self) -> String {
        let tally = &self.world.tally;
        format!(
            "fees {}, insurance {}, nobody {}",
            dollars(to_dollars(tally.by_market)),
            dollars(to_dollars(tally.by_fund)),
            dollars(to_dollars(tally.bad_debt))
        )
    }

    // ---- charts ----

    fn charts(&self) -> Result<String> {
        let moments = |of: fn(&Moment) -> f64| -> Vec<_> {
            self.moments.iter().map(|moment| (moment.time as f64, of(moment))).collect()
        };
        let rows = |of: fn(&Row) -> f64| -> Vec<_> {
            self.rows.iter().map(|row| (row.moment.time as f64, of(row))).collect()
        };
        let line = |ink, values| Curve { ink, values, shape: Shape::Line };
        let area = |ink, values| Curve { ink, values, shape: Shape::Area };
        let bars = |ink, values| Curve { ink, values, shape: Shape::Bars };
        let chart = |curves, height, from_zero, value| TimeChart { curves, height, from_zero, value }.svg();
        let prices = chart(
            vec![
                Curve { ink: Ink::Oracle, values: moments(|moment| moment.oracle), shape: Shape::Broad },
                line(Ink::Mark, moments(|moment| moment.spot)),
            ],
            340,
            false,
            |value| if value >= 10.0 { format!("{value:.0}") } else { price(value) },
        )?;
        let gap = chart(
            vec![area(Ink::Mark, moments(|moment| (moment.spot / moment.oracle - 1.0) * 100.0))],
            170,
            true,
            |value| format!("{value:.1} %"),
        )?;
        let open = chart(
            vec![area(Ink::Loss, rows(|row| row.short)), area(Ink::Gain, rows(|row| row.long))],
            250,
            true,
            thousands,
        )?;
        let liquidations =
            chart(vec![bars(Ink::Loss, rows(|row| row.liquidations as f64))], 180, true, |value| {
                format!("{value:.0}")
            })?;
        let insurance = chart(
            vec![
                area(Ink::Fund, rows(|row| to_dollars(row.fund))),
                line(Ink::Note, rows(|row| to_dollars(row.shortfall))),
                line(Ink::Loss, rows(|row| to_dollars(row.bad_debt))),
            ],
            250,
            true,
            thousands,
        )?;
        let share = chart(vec![area(Ink::Note, rows(|row| row.haircut * 100.0))], 170, true, |value| {
            format!("{value:.0} %")
        })?;
        let mut out = figure(
            "Price",
            &[(Ink::Oracle, "oracle"), (Ink::Mark, "mark: the market's own price")],
            &prices,
            "Arbitrageurs trade the mark to the oracle. While the oracle is far from its own average nobody may open, \
             so the mark follows only as fast as positions are closed and liquidated.",
        );
        out += &figure("Mark over oracle", &[(Ink::Mark, "distance")], &gap, "");
        out += &figure(
            "Open interest, base",
            &[(Ink::Gain, "longs"), (Ink::Loss, "shorts")],
            &open,
            "The curve's price is where the sum of all positions puts it. A price far below the first therefore needs \
             that many more shorts than longs: the arbitrageurs'.",
        );
        out += &figure(
            "Liquidations between two prices of the list",
            &[(Ink::Loss, "liquidations")],
            &liquidations,
            "",
        );
        out += &figure(
            "Insurance and losses beyond margins, dollars",
            &[
                (Ink::Fund, "insurance fund"),
                (Ink::Note, "losses beyond margins so far"),
                (Ink::Loss, "bad debt: covered by nobody"),
            ],
            &insurance,
            "What a margin cannot pay is paid by the market's fees, then by the insurance fund, as far as a fair price \
             explains it. The rest is bad debt: profits are short by it, and nobody's margin is touched.",
        );
        out += &figure(
            "Share of waiting profit that could be taken",
            &[(Ink::Note, "share")],
            &share,
            "Profit is paid from collected losses. While winners leave before losers do, or have won from the curve \
             what nobody has lost yet, the rest waits; keepers move open losses into the pool.",
        );
        Ok(out)
    }

    // ---- tables ----

    fn accounts(&self) -> Result<String> {
        let profits = self.books.profits();
        let mut ranked: Vec<(usize, i128)> = profits.iter().copied().enumerate().collect();
        ranked.sort_by_key(|(_, profit)| std::cmp::Reverse(*profit));
        let is_trader =
            |place: usize| self.world.people.get(place).is_some_and(|person| person.role == Role::Trader);
        let bars: Vec<(String, f64)> = ranked
            .iter()
            .filter(|(place, _)| is_trader(*place))
            .filter_map(|(place, profit)| {
                Some((self.world.people.get(*place)?.name.clone(), *profit as f64 / DOLLAR as f64))
            })
            .collect();
        let mut out = figure(
            "Profit and loss of every trader, dollars",
            &[(Ink::Gain, "profit"), (Ink::Loss, "loss")],
            &ranking(&bars, |value| rounded((value * DOLLAR as f64) as i128))?,
            "",
        );
        out.push_str(
            "<section><h2>Accounts</h2><div class=\"scroll\"><table><thead><tr><th>account</th><th>leverage</th>\
             <th>brought</th><th>took away</th><th>profit or loss</th><th>%</th><th>trades</th><th>liquidated</th>\
             <th>fees and penalties</th></tr></thead><tbody>",
        );
        for (place, profit) in ranked {
            let Some(person) = self.world.people.get(place) else { continue };
            if person.role == Role::Reporter {
                continue;
            }
            let class = if profit < 0 { "loss" } else { "gain" };
            let part = if person.minted == 0 {
                "".into()
            } else {
                format!("{:.1}", profit as f64 / person.minted as f64 * 100.0)
            };
            let leverage =
                if person.leverage > 0.0 { format!("{:.1}", person.leverage) } else { String::new() };
            write!(
                out,
                "<tr><td>{}</td><td>{leverage}</td><td>{}</td><td>{}</td><td class=\"{class}\">{}</td><td>{part}</td>\
                 <td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(&person.name),
                exact(person.minted as i128),
                exact(person.wallet as i128),
                exact(profit),
                person.trades,
                person.liquidations,
                exact(person.fees as i128)
            )?;
        }
        out.push_str("</tbody></table></div></section>\n");
        Ok(out)
    }

    fn conservation(&self) -> String {
        let rows: String = self
            .checks
            .iter()
            .map(|check| {
                let show = |value: i128| if check.money { exact(value) } else { value.to_string() };
                let (class, verdict) = if check.holds() { ("gain", "holds") } else { ("loss", "FAILS") };
                format!(
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{class}\">{verdict}</td></tr>",
                    escape(check.name),
                    show(check.left),
                    show(check.right)
                )
            })
            .collect();
        let books = self.books;
        format!(
            "<section><h2>Conservation</h2><p>Read from the contracts when everybody had left, in dollars to the \
             smallest unit. What is left in them: {} of fees and {} of rounding in the market, {} in the insurance \
             fund.</p><div class=\"scroll\"><table><thead><tr><th>sum</th><th></th><th></th><th></th></tr></thead>\
             <tbody>{rows}</tbody></table></div></section>\n",
            exact(books.fees as i128),
            exact(books.pool as i128),
            exact(books.fund as i128),
        )
    }

    fn prices(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .map(|row| {
                let moment = &row.moment;
                format!(
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1}</td><td>{:.1}</td><td>{}</td>\
                     <td>{}</td><td>{}</td><td>{}</td><td>{:.4}</td><td>{}</td></tr>",
                    show_time(moment.time),
                    price(moment.oracle),
                    price(moment.spot),
                    price(moment.mark),
                    row.long,
                    row.short,
                    row.accounts,
                    row.liquidations,
                    exact(row.fund as i128),
                    exact(row.bad_debt as i128),
                    row.haircut,
                    moment.status
                )
            })
            .collect();
        format!(
            "<section><details><summary>Every price of the list</summary><div class=\"scroll\"><table><thead><tr>\
             <th>time, UTC</th><th>oracle</th><th>mark</th><th>liquidation mark</th><th>longs</th><th>shorts</th>\
             <th>accounts</th><th>liquidations</th><th>insurance</th><th>bad debt</th><th>profit share</th>\
             <th>oracle is</th></tr></thead><tbody>{rows}</tbody></table></div></details></section>\n"
        )
    }

    fn parameters(&self) -> Result<String> {
        let perps = self.config.perps()?;
        let (market, oracle) = (&perps.market, &perps.oracle);
        let percent = |ppm: u32| format!("{} %", f64::from(ppm) / 10_000.0);
        let rows = [
            ("virtual base", short(&market.virtual_base)),
            ("first price", short(&market.price)),
            ("initial margin", percent(market.initial_margin_ppm)),
            ("maintenance margin", percent(market.maintenance_margin_ppm)),
            ("fee", percent(market.fee_ppm)),
            ("liquidation penalty", percent(market.liquidation_penalty_ppm)),
            ("insurance fund's part of fees", percent(market.insurance_share_ppm)),
            ("keeper's part of a penalty", percent(market.keeper_share_ppm)),
            ("most one trade moves the price", percent(market.max_price_impact_ppm)),
            ("most a trade may lead away from the oracle", percent(market.max_divergence_ppm)),
            ("liquidation mark's band around the oracle", percent(market.mark_band_ppm)),
            ("most funding a day", percent(market.max_funding_ppm)),
            ("liquidation mark's average", format!("{} s", market.twap_window)),
            ("least position", format!("{} dollars", market.min_notional)),
            ("most open on a side", format!("{} base", short(&market.max_open_interest))),
            ("most one account", format!("{} base", short(&market.max_position))),
            ("oracle's heartbeat", format!("{} s", oracle.heartbeat)),
            ("oracle's average", format!("{} s", oracle.twap_window)),
            ("opening stops when the oracle is off its average by", percent(oracle.max_deviation_ppm)),
            ("seed", self.seed.to_string()),
        ];
        let rows = rows.map(|(name, value)| format!("<tr><td>{name}</td><td>{}</td></tr>", escape(&value)));
        Ok(format!(
            "<section><h2>Parameters</h2><table class=\"narrow\"><tbody>{}</tbody></table></section>\n",
            rows.concat()
        ))
    }

    fn method(&self) -> String {
        let refusals = &self.world.tally.refusals;
        let refused: Vec<String> = refusals.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let refused = if refused.is_empty() { "none".to_owned() } else { refused.join(", ") };
        format!(
            "<section><h2>What is real and what is not</h2><ul>\
             <li>The prices of the list are posted exactly, each at its time. Between two of them {} more are posted on \
             a straight line: the list does not say what happened there.</li>\
             <li>The contracts are the programs as they would run on Arbitrum, on a local chain with Arbitrum's rules \
             and prices. Everything anybody did was a signed transaction.</li>\
             <li>The traders are invented. Their behaviour depends on the seed and on what the chain says, so a replay \
             repeats itself. The dollars are test dollars.</li>\
             <li>In the end everybody closes at the last price or is liquidated, takes its profit at the market's share \
             and withdraws. The curve has no liquidity of its own, so its price then returns to where it began; the \
             arbitrageurs, who stand against everybody else, leave last and bear that.</li>\
             <li>Refused by the market's guards or the senders' own limits: {}.</li></ul></section>\n",
            STEPS - 1,
            escape(&refused)
        )
    }
}

fn dollars(value: f64) -> String {
    format!("${}", rounded((value * DOLLAR as f64) as i128))
}

fn thousands(value: f64) -> String {
    quantity(value.round())
}

/// Decimal text without the zeros at its end.
fn short(text: &str) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}
