//! The days' floors. They lie outside the repository, and are read by path.

use std::path::PathBuf;

use alloy::primitives::utils::parse_units;
use anyhow::{Context, Result, ensure};

use super::super::months::{DATA, folder};
use crate::demo::prices::parse_time;

/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;
/// The file.
const FILE: &str = "nft_floor_degods_daily.csv";

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it begins, seconds since 1970.
    pub time: u64,
    /// What the collection's floor is, in ether, wad.
    pub floor: u128,
    /// Whether the list has no such day, so that the floor of the day before holds.
    pub held: bool,
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

/// The days, the first ones only if so many are named. A day that the list lacks has the floor of the one before.
pub(crate) fn read(most: Option<u64>) -> Result<Vec<Day>> {
    let file = file();
    let mut rows =
        csv::Reader::from_path(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let header = rows.headers()?.clone();
    let column = |name: &str| {
        header.iter().position(|it| it == name).with_context(|| format!("no column {name} in {FILE}"))
    };
    let (time, floor) = (column("timestamp")?, column("floor_eth")?);
    let mut days: Vec<Day> = Vec::new();
    for row in rows.records() {
        let row = row?;
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let (time, floor) = (parse_time(cell(time))?, wad(cell(floor))?);
        ensure!(time.is_multiple_of(DAY), "{FILE}: {time} is not a midnight");
        while let Some(last) = days.last().copied().filter(|last| last.time + DAY < time) {
            days.push(Day { time: last.time + DAY, held: true, ..last });
        }
        ensure!(
            days.last().is_none_or(|last| last.time + DAY == time),
            "{FILE}: {time} is not after the row before"
        );
        days.push(Day { time, floor, held: false });
    }
    days.truncate(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
    ensure!(days.len() >= 2, "{FILE} has fewer than two of those days");
    Ok(days)
}

fn wad(text: &str) -> Result<u128> {
    let price = parse_units(text, 18).with_context(|| format!("{text:?} is no price"))?;
    let price = u128::try_from(price.get_absolute())?;
    ensure!(price > 0, "a floor of {text} is none");
    Ok(price)
}
