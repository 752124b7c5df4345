//! The days' floors. They lie outside the repository, and are read by path.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::replay::daily::Daily;

pub(crate) use crate::replay::daily::DAY;

/// The list.
const LIST: Daily = Daily { name: "nft_floor_degods_daily.csv", column: "floor_eth", replay: super::NAME };

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
    LIST.file()
}

/// What is missing, if the prices are not there.
pub fn missing() -> Option<String> {
    LIST.missing()
}

/// The days, the first ones only if so many are named. A day that the list lacks has the floor of the one before.
pub(crate) fn read(most: Option<u64>) -> Result<Vec<Day>> {
    let mut days: Vec<Day> = Vec::new();
    for (time, floor) in LIST.rows()? {
        ensure!(time.is_multiple_of(DAY), "{}: {time} is not a midnight", LIST.name);
        while let Some(last) = days.last().copied().filter(|last| last.time + DAY < time) {
            days.push(Day { time: last.time + DAY, held: true, ..last });
        }
        let follows = days.last().is_none_or(|last| last.time + DAY == time);
        ensure!(follows, "{}: {time} is not after the row before", LIST.name);
        days.push(Day { time, floor, held: false });
    }
    LIST.first(days, most)
}
