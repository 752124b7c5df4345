//! The prices to replay: Black Thursday's, or any CSV file's.

use std::{fs, path::Path};

use alloy::primitives::utils::parse_units;
use anyhow::{Context, Result, bail, ensure};

/// Decimals of prices here, as posted.
pub(crate) const DECIMALS: u8 = 8;
/// Posted prices between two of the list.
pub(crate) const STEPS: u64 = 4;
/// Seconds between two prices of a list that does not tell.
const HOUR: u64 = 3_600;
/// Most rows replayed: the demo is no batch job.
const MOST: usize = 2_000;

/// ETH/USD hourly closes, Coinbase, 2020-03-12 00:00 to 2020-03-13 23:00 UTC.
const BLACK_THURSDAY: &str = "\
193.44 184.43 183.70 182.55 181.11 181.43 173.41 171.38 169.16 167.50 134.67 136.83 137.67 135.39 140.79 141.24 \
139.25 141.80 137.04 138.00 128.15 130.30 126.78 110.30 107.09 98.88 117.02 130.91 111.87 116.87 127.28 127.57 \
127.12 133.80 132.60 128.93 131.35 134.03 128.39 124.85 124.08 124.47 119.51 129.94 128.87 130.68 134.79 135.51";
/// 2020-03-12 00:00 UTC.
const BLACK_THURSDAY_START: u64 = 1_583_971_200;

/// A price and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// Seconds since 1970.
    pub time: u64,
    /// The price, with [`DECIMALS`].
    pub price: u64,
}

/// A list of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    /// What it is, for titles.
    pub title: String,
    /// At least two, in order of time.
    pub points: Vec<Point>,
}

/// Black Thursday.
pub(crate) fn black_thursday() -> Result<Series> {
    let prices = BLACK_THURSDAY.split_whitespace().map(parse_price).collect::<Result<Vec<_>>>()?;
    let title = "ETH / USD, hourly closes on Coinbase, 12 and 13 March 2020".to_owned();
    Series::new(title, spaced(&prices, BLACK_THURSDAY_START))
}

/// The prices of a file.
pub(crate) fn from_file(file: &Path) -> Result<Series> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().map_or_else(|| "prices".into(), |name| name.to_string_lossy());
    parse_csv(&name, &text).with_context(|| format!("price file {}", file.display()))
}

impl Series {
    fn new(title: String, mut points: Vec<Point>) -> Result<Self> {
        ensure!(points.len() >= 2, "at least two prices are needed; there are {}", points.len());
        ensure!(points.len() <= MOST, "at most {MOST} prices are replayed; there are {}", points.len());
        points.sort_by_key(|point| point.time);
        if let Some(same) = points.windows(2).find(|pair| pair[0].time == pair[1].time) {
            bail!("two prices have the time {}", same[0].time);
        }
        Ok(Self { title, points })
    }

    /// The first price.
    pub fn first(&self) -> Point {
        self.points.first().copied().unwrap_or(Point { time: 0, price: 0 })
    }

    /// The longest time between two posted prices.
    pub fn longest_step(&self) -> u64 {
        let gaps = self.points.windows(2).map(|pair| pair[1].time.saturating_sub(pair[0].time));
        gaps.max().unwrap_or(HOUR).div_ceil(STEPS)
    }

    /// The prices to post on the way from one row to the next, the last of them exactly the next row's. Those between
    /// lie on a straight line: the list does not say what happened there.
    pub fn way_to(&self, row: usize) -> Vec<Point> {
        let (Some(from), Some(to)) =
            (row.checked_sub(1).and_then(|at| self.points.get(at)), self.points.get(row))
        else {
            return Vec::new();
        };
        let between = |from: u64, to: u64, step: u64| -> u64 {
            let (from, to) = (i128::from(from), i128::from(to));
            let moved = (to - from) * i128::from(step) / i128::from(STEPS);
            u64::try_from(from + moved).unwrap_or_default()
        };
        (1..=STEPS)
            .map(|step| Point {
                time: between(from.time, to.time, step),
                price: between(from.price, to.price, step),
            })
            .collect()
    }
}

/// Prices an hour apart.
fn spaced(prices: &[u64], start: u64) -> Vec<Point> {
    let times = (0u64..).map(|hour| start.saturating_add(hour.saturating_mul(HOUR)));
    times.zip(prices).map(|(time, price)| Point { time, price: *price }).collect()
}

/// Reads prices, and times if there are any, from columns found by their names; without a header, from one column of
/// prices or two of times and prices.
fn parse_csv(name: &str, text: &[u8]) -> Result<Series> {
    let text = String::from_utf8_lossy(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter(&text))
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let first = rows.first().context("the file is empty")?;
    let (columns, skip) = match Columns::by_name(first) {
        Some(columns) => (columns, 1),
        None => (Columns::by_place(first)?, 0),
    };
    let mut prices = Vec::new();
    let mut times = Vec::new();
    for (number, row) in rows.iter().enumerate().skip(skip) {
        let line = number.saturating_add(1);
        let cell = |column: usize| {
            row.get(column).with_context(|| format!("row {line} has no column {}", column + 1))
        };
        prices.push(parse_price(cell(columns.price)?).with_context(|| format!("row {line}"))?);
        if let Some(column) = columns.time {
            times.push(parse_time(cell(column)?).with_context(|| format!("row {line}"))?);
        }
    }
    let points = if columns.time.is_some() {
        times.into_iter().zip(prices).map(|(time, price)| Point { time, price }).collect()
    } else {
        spaced(&prices, BLACK_THURSDAY_START)
    };
    Series::new(format!("{name}, {} prices", points.len()), points)
}

/// What separates the first line's cells.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|mark| line.bytes().filter(|byte| byte == mark).count())
        .unwrap_or(b',')
}

struct Columns {
    price: usize,
    time: Option<usize>,
}

impl Columns {
    /// From the names in a header; none if this row is no header.
    fn by_name(row: &csv::StringRecord) -> Option<Self> {
        let find = |wanted: &[&str]| {
            // The first wanted name counts most: "close" before "price".
            wanted.iter().find_map(|name| row.iter().position(|cell| cell.to_lowercase() == *name)).or_else(
                || {
                    wanted
                        .iter()
                        .find_map(|name| row.iter().position(|cell| cell.to_lowercase().contains(name)))
                },
            )
        };
        let price = find(&["close", "price", "last", "value", "usd"])?;
        Some(Self { price, time: find(&["timestamp", "unix", "time", "date"]).filter(|time| *time != price) })
    }

    fn by_place(row: &csv::StringRecord) -> Result<Self> {
        match row.len() {
            1 => Ok(Self { price: 0, time: None }),
            2 => Ok(Self { price: 1, time: Some(0) }),
            many => bail!("{many} columns and no header: which is the price? Name one `close` or `price`"),
        }
    }
}

/// A positive decimal number; digits beyond [`DECIMALS`] are cut off.
fn parse_price(text: &str) -> Result<u64> {
    let plain: String = text.chars().filter(|c| !matches!(c, '$' | '_' | '\'')).collect();
    let cut = match plain.split_once('.') {
        Some((whole, part)) => format!("{whole}.{}", part.chars().take(DECIMALS.into()).collect::<String>()),
        None => plain,
    };
    let parsed =
        parse_units(cut.trim_end_matches('.'), DECIMALS).with_context(|| format!("{text:?} is no price"))?;
    ensure!(!parsed.is_negative() && !parsed.is_zero(), "{text:?} is no positive price");
    u64::try_from(parsed.get_absolute()).with_context(|| format!("{text:?} is too large for a price"))
}

/// Seconds since 1970, from such a number (milliseconds too), or a date with or without a time, in UTC.
pub(crate) fn parse_time(text: &str) -> Result<u64> {
    if let Ok(number) = text.parse::<u64>() {
        // Seconds reach 11 digits in the year 5138.
        return Ok(if number > 99_999_999_999 { number / 1_000 } else { number });
    }
    parse_date(text)
        .with_context(|| format!("{text:?} is no time: want seconds since 1970 or YYYY-MM-DD HH:MM:SS"))
}

fn parse_date(text: &str) -> Option<u64> {
    let numbers: Vec<u64> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let &[year, month, day, ref clock @ ..] = numbers.as_slice() else { return None };
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let at = |place: usize| clock.get(place).copied().unwrap_or(0);
    if at(0) > 23 || at(1) > 59 || at(2) > 60 {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + at(0) * 3_600 + at(1) * 60 + at(2))
}

/// Days from 1970-01-01 to a date: whole years with their leap days, then the months before, then the day.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: u64 = lengths.iter().zip(1..month).map(|(length, _)| length).sum();
    years + months + day - 1
}

/// A time as people write it, UTC.
pub(crate) fn show_time(time: u64) -> String {
    let mut day = time / 86_400;
    let mut year = 1970;
    while day >= days_since_1970(year + 1, 1, 1) - days_since_1970(year, 1, 1) {
        day -= days_since_1970(year + 1, 1, 1) - days_since_1970(year, 1, 1);
        year += 1;
    }
    let first = days_since_1970(year, 1, 1);
    let month = (1..=12).rev().find(|month| days_since_1970(year, *month, 1) - first <= day).unwrap_or(1);
    let day = day - (days_since_1970(year, month, 1) - first) + 1;
    let (hour, minute) = (time % 86_400 / 3_600, time % 3_600 / 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(text: &str) -> Vec<(u64, u64)> {
        let series = parse_csv("test", text.as_bytes()).unwrap();
        series.points.iter().map(|point| (point.time, point.price)).collect()
    }

    #[test]
    fn black_thursday_has_its_48_closes_at_their_hours() {
        let series = black_thursday().unwrap();
        assert_eq!(series.points.len(), 48);
        assert_eq!(show_time(series.points[25].time), "2020-03-13 01:00");
        assert_eq!(series.points[25].price, 9_888_000_000);
    }

    #[test]
    fn the_way_to_a_row_ends_exactly_at_it() {
        let series = black_thursday().unwrap();
        for row in 1..series.points.len() {
            let way = series.way_to(row);
            assert_eq!(way.len(), 4);
            assert_eq!(way.last(), series.points.get(row));
            assert!(way.windows(2).all(|pair| pair[0].time < pair[1].time));
        }
        assert!(series.way_to(0).is_empty());
    }

    #[test]
    fn columns_are_found_by_name_wherever_they_are() {
        let text = "unix,symbol,open,high,low,Close,volume\n1583971200,ETH,1,2,3,193.44,5\n1583974800,ETH,1,2,3,184.43,5\n";
        assert_eq!(prices(text), [(1_583_971_200, 19_344_000_000), (1_583_974_800, 18_443_000_000)]);
    }

    #[test]
    fn newest_first_dates_and_semicolons_are_understood() {
        let text = "Date;Price\n2020-03-12T01:00:00Z;$184.43\n2020-03-12 00:00;193.44000000019\n";
        assert_eq!(prices(text), [(1_583_971_200, 19_344_000_000), (1_583_974_800, 18_443_000_000)]);
    }

    #[test]
    fn a_bare_column_of_prices_is_hourly() {
        assert_eq!(
            prices("100\n90.5\n"),
            [(BLACK_THURSDAY_START, 10_000_000_000), (BLACK_THURSDAY_START + 3_600, 9_050_000_000)]
        );
    }

    #[test]
    fn milliseconds_are_seconds() {
        assert_eq!(prices("1583971200000,100\n1583974800000,90\n")[1].0, 1_583_974_800);
    }

    #[test]
    fn what_is_no_price_list_is_refused_with_the_row() {
        let refused = |text: &str| format!("{:#}", parse_csv("test", text.as_bytes()).unwrap_err());
        assert!(refused("").contains("empty"));
        assert!(refused("close\n1\n").contains("at least two"));
        assert!(refused("close\n1\nnone\n").contains("row 3"));
        assert!(refused("close\n1\n-2\n").contains("positive"));
        assert!(refused("1,2,3\n").contains("no header"));
        assert!(refused("time,close\n5,1\n5,2\n").contains("two prices"));
        assert!(refused("time,close\nlately,1\n").contains("no time"));
    }

    #[test]
    fn dates_survive_leap_years() {
        for (text, seconds) in
            [("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2020-12-31 23:59", 1_609_459_140)]
        {
            assert_eq!(parse_time(text).unwrap(), seconds);
            assert!(show_time(seconds).starts_with(&text[..10]));
        }
    }
}
