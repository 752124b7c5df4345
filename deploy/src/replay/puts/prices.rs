//! The days' prices. They lie outside the repository, and are read by path.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::replay::daily::Daily;

pub(crate) use crate::replay::daily::DAY;

/// The list.
const LIST: Daily =
    Daily { name: "rdpx_dpx_eth_daily_2022-2023.csv", column: "rdpx_eth", replay: super::NAME };

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
    LIST.file()
}

/// What is missing, if the prices are not there.
pub fn missing() -> Option<String> {
    LIST.missing()
}

/// The days, the first ones only if so many are named: one row a day without gaps, as epochs count days.
pub(crate) fn read(most: Option<u64>) -> Result<Vec<Day>> {
    let days: Vec<Day> = LIST.rows()?.into_iter().map(|(time, price)| Day { time, price }).collect();
    let gap = days.windows(2).find(|pair| pair[1].time != pair[0].time + DAY);
    ensure!(gap.is_none(), "{}: the day after {} is missing", LIST.name, gap.map_or(0, |pair| pair[0].time));
    let days = LIST.first(days, most)?;
    ensure!(days[0].time.is_multiple_of(DAY), "{} does not begin at midnight", LIST.name);
    Ok(days)
}
