//! The days' prices. They lie outside the repository, and are read by path.

use std::path::PathBuf;

use alloy::primitives::utils::parse_units;
use anyhow::{Context, Result, ensure};

use super::super::months::{DATA, folder};
use crate::demo::prices::parse_time;

/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;
/// The file.
const FILE: &str = "rdpx_dpx_eth_daily_2022-2023.csv";

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// When, seconds since 1970.
    pub time: u64,
    /// What one rDPX costs at its first second, in ether, wad.
    pub price: u128,
}

/// The file's path.
pub fn file() -> PathBuf {
    folder().join(FILE)
}

/// What is missing, if the prices are not there.
pub fn missing() -> Option<String> {
    let file = file();
    let missing = !file.is_file();
    missing.then(|| {
        format!("no prices for {}: {} (the variable {DATA} names the folder)", super::NAME, file.display())
    })
}

/// The days, the first ones only if so many are named: one row a day without gaps, as epochs count days.
pub(crate) fn read(most: Option<u64>) -> Result<Vec<Day>> {
    let file = file();
    let mut rows =
        csv::Reader::from_path(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let header = rows.headers()?.clone();
    let column = |name: &str| {
        header.iter().position(|it| it == name).with_context(|| format!("no column {name} in {FILE}"))
    };
    let (time, price) = (column("timestamp")?, column("rdpx_eth")?);
    let mut days = Vec::new();
    for row in rows.records() {
        let row = row?;
        let cell = |place: usize| row.get(place).unwrap_or_default();
        days.push(Day { time: parse_time(cell(time))?, price: wad(cell(price))? });
    }
    let gap = days.windows(2).find(|pair| pair[1].time != pair[0].time + DAY);
    ensure!(gap.is_none(), "{FILE}: the day after {} is missing", gap.map_or(0, |pair| pair[0].time));
    days.truncate(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
    ensure!(days.len() >= 2, "{FILE} has fewer than two of those days");
    ensure!(days[0].time.is_multiple_of(DAY), "{FILE} does not begin at midnight");
    Ok(days)
}

fn wad(text: &str) -> Result<u128> {
    let price = parse_units(text, 18).with_context(|| format!("{text:?} is no price"))?;
    let price = u128::try_from(price.get_absolute())?;
    ensure!(price > 0, "a price of {text} is none");
    Ok(price)
}
