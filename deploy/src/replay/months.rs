//! The months: which prices, how fast, and how each ends. The prices lie outside the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::demo::prices::{self, Point};

/// The environment variable that names the folder with the price files.
pub const DATA: &str = "EVERFLOOR_DATA";
/// Seconds of an hourly bar.
const HOUR: u64 = 3_600;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// A month that is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Month {
    /// Ether in March 2020: half of it gone in two days, then slowly back.
    Eth2020,
    /// Luna in May 2022: from 80 dollars to nothing.
    Luna2022,
    /// Ether in November 2022: an exchange fails, and nothing is sure for a week.
    Nov2022,
}

/// How a market ends in the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everybody closes and leaves.
    Leaving,
    /// The council lets it only reduce, governance halts it, everybody is settled at one price.
    Halting,
}

/// What is replayed.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The month.
    pub month: Month,
    /// Posted prices, evenly spaced in time between two of the list.
    pub points: Vec<Point>,
    /// Rows of the list.
    pub rows: usize,
}

impl Month {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Eth2020, Self::Luna2022, Self::Nov2022];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eth2020 => "eth-2020-03",
            Self::Luna2022 => "luna-2022-05",
            Self::Nov2022 => "nov-2022",
        }
    }

    /// Those that a name on the command line means.
    pub fn named(name: &str) -> Result<Vec<Self>> {
        if name == "all" {
            return Ok(Self::ALL.to_vec());
        }
        match Self::ALL.into_iter().find(|month| month.name() == name) {
            Some(month) => Ok(vec![month]),
            None => bail!(
                "no replay is called {name}: say eth-2020-03, luna-2022-05, nov-2022, rdpx-2022-2023, degods-2022 or \
                 all"
            ),
        }
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Eth2020 => "ETH / USD, March 2020, hourly closes on Coinbase",
            Self::Luna2022 => "LUNA / USD, May 2022, every 15 minutes",
            Self::Nov2022 => "ETH / USDT, November 2022, hourly closes",
        }
    }

    /// The symbol of its market.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Eth2020 | Self::Nov2022 => "ETH-USD",
            Self::Luna2022 => "LUNA-USD",
        }
    }

    /// How it ends.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Eth2020 | Self::Nov2022 => Ending::Leaving,
            Self::Luna2022 => Ending::Halting,
        }
    }

    /// The file with its prices.
    pub fn file(self) -> PathBuf {
        let name = match self {
            Self::Eth2020 => "eth_usd_2020-03_hourly.csv",
            Self::Luna2022 => "luna_2022-05_15min.csv",
            Self::Nov2022 => "ftx_2022-11_hourly.csv",
        };
        folder().join(name)
    }

    /// What is missing, if its prices are not there.
    pub fn missing(self) -> Option<String> {
        let file = self.file();
        let missing = !file.is_file();
        missing.then(|| {
            format!(
                "no prices for {}: {} (the variable {DATA} names the folder)",
                self.name(),
                file.display()
            )
        })
    }

    /// How many prices are posted from one of the list to the next.
    fn steps(self) -> u64 {
        match self {
            Self::Eth2020 | Self::Nov2022 => 1,
            Self::Luna2022 => 1,
        }
    }

    /// Seconds from a row's time to when its price was seen: bars carry the time they open at, and a price they close at.
    fn seen_after(self) -> u64 {
        match self {
            Self::Eth2020 | Self::Nov2022 => HOUR,
            Self::Luna2022 => 0,
        }
    }

    /// Reads the prices, of the first days only if so many are named.
    pub(crate) fn plan(self, days: Option<u64>) -> Result<Plan> {
        let file = self.file();
        let series = prices::from_file(&file).with_context(|| {
            format!("no prices for {} (the variable {DATA} names their folder)", self.name())
        })?;
        let start = series.first().time;
        let until = days.map_or(u64::MAX, |days| start.saturating_add(days.saturating_mul(DAY)));
        let rows: Vec<Point> = series
            .points
            .iter()
            .filter(|point| point.time < until)
            .map(|point| Point { time: point.time.saturating_add(self.seen_after()), price: point.price })
            .collect();
        ensure!(rows.len() >= 2, "{} has fewer than two prices of those days", file.display());
        Ok(Plan { month: self, points: between(&rows, self.steps()), rows: rows.len() })
    }
}

/// Where the price files are: beside the repository, if the environment names no place.
pub(crate) fn folder() -> PathBuf {
    match std::env::var_os(DATA) {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    }
}

/// The rows with `steps - 1` prices on a straight line before each but the first.
fn between(rows: &[Point], steps: u64) -> Vec<Point> {
    let mut points: Vec<Point> = rows.first().copied().into_iter().collect();
    for pair in rows.windows(2) {
        let [from, to] = pair else { continue };
        for step in 1..=steps {
            let part = |from: u64, to: u64| {
                let (from, to) = (i128::from(from), i128::from(to));
                u64::try_from(from + (to - from) * i128::from(step) / i128::from(steps)).unwrap_or_default()
            };
            points.push(Point { time: part(from.time, to.time), price: part(from.price, to.price) });
        }
    }
    points
}

impl Plan {
    /// The first price.
    pub fn first(&self) -> Point {
        self.points.first().copied().unwrap_or(Point { time: 0, price: 1 })
    }

    /// Seconds between two posted prices.
    pub fn step(&self) -> u64 {
        let gaps = self.points.windows(2).map(|pair| pair[1].time.saturating_sub(pair[0].time));
        gaps.min().unwrap_or(HOUR).max(60)
    }

    /// Posted prices in an hour.
    pub fn steps_an_hour(&self) -> usize {
        usize::try_from((HOUR / self.step()).max(1)).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_two_rows_ends_exactly_at_the_second() {
        let rows = [Point { time: 0, price: 100 }, Point { time: 3_600, price: 51 }];
        let points = between(&rows, 2);
        assert_eq!(points.len(), 3);
        assert_eq!(points[1], Point { time: 1_800, price: 76 });
        assert_eq!(points[2], rows[1]);
    }

    #[test]
    fn a_replay_is_found_by_its_name_and_no_other() {
        assert_eq!(Month::named("luna-2022-05").unwrap(), [Month::Luna2022]);
        assert_eq!(Month::named("all").unwrap().len(), 3);
        assert!(Month::named("luna").unwrap_err().to_string().contains("eth-2020-03"));
    }
}
