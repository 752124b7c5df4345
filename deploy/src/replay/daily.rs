//! Lists with a price a day, which lie outside the repository and are read by path.

use std::path::PathBuf;

use alloy::primitives::utils::parse_units;
use anyhow::{Context, Result, ensure};

use super::months::{DATA, folder};
use crate::demo::prices::parse_time;

/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;

/// A list.
#[derive(Clone, Copy)]
pub(crate) struct Daily {
    /// Its file.
    pub name: &'static str,
    /// The column of the price.
    pub column: &'static str,
    /// The replay that is made of it.
    pub replay: &'static str,
}

impl Daily {
    /// The file's path.
    pub fn file(&self) -> PathBuf {
        folder().join(self.name)
    }

    /// What is missing, if the list is not there.
    pub fn missing(&self) -> Option<String> {
        let file = self.file();
        let missing = !file.is_file();
        missing.then(|| {
            format!(
                "no prices for {}: {} (the variable {DATA} names the folder)",
                self.replay,
                file.display()
            )
        })
    }

    /// Its rows: when, seconds since 1970, and the price, wad.
    pub fn rows(&self) -> Result<Vec<(u64, u128)>> {
        let file = self.file();
        let mut rows =
            csv::Reader::from_path(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let header = rows.headers()?.clone();
        let column = |name: &str| {
            let place = header.iter().position(|it| it == name);
            place.with_context(|| format!("no column {name} in {}", self.name))
        };
        let (time, price) = (column("timestamp")?, column(self.column)?);
        let read = |row: csv::Result<csv::StringRecord>| {
            let row = row?;
            let cell = |place: usize| row.get(place).unwrap_or_default();
            Ok((parse_time(cell(time))?, wad(cell(price))?))
        };
        rows.records().map(read).collect()
    }

    /// The first days only, if so many are named; fewer than two are refused.
    pub fn first<T>(&self, mut days: Vec<T>, most: Option<u64>) -> Result<Vec<T>> {
        days.truncate(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
        ensure!(days.len() >= 2, "{} has fewer than two of those days", self.name);
        Ok(days)
    }
}

fn wad(text: &str) -> Result<u128> {
    let price = parse_units(text, 18).with_context(|| format!("{text:?} is no price"))?;
    let price = u128::try_from(price.get_absolute())?;
    ensure!(price > 0, "a price of {text} is none");
    Ok(price)
}
