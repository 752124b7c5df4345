//! Everything against tables of high precision that `reference/generate.py` has written.

use everfloor_put_pricing::{everlasting_put, exp_wad, ln_wad, normal_cdf, put_down, upper_tail};

const WAD: u128 = 1_000_000_000_000_000_000;

/// A true value in thousandths, rounded down.
#[derive(Clone, Copy, Debug)]
struct Real {
    floor: i128,
    thousandths: i128,
}

impl Real {
    fn parse(text: &str) -> Self {
        let (floor, thousandths) = text.split_once('.').expect("a decimal");
        Self { floor: floor.parse().unwrap(), thousandths: thousandths.parse().unwrap() }
    }

    /// Whether `result` is this rounded down, if this is further than `slack` thousandths from a whole number; else its
    /// neighbour will do.
    fn is_floored_by(self, result: i128, slack: i128) -> bool {
        let off = result - self.floor;
        off == 0 || off == -1 && self.thousandths < slack || off == 1 && self.thousandths + slack >= 1000
    }

    /// The same, to the nearest.
    fn is_nearest_to(self, result: i128) -> bool {
        let distance = (result - self.floor) * 1000 - self.thousandths;
        (-500..=501).contains(&distance)
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().unwrap_or_else(|| panic!("{text} is no number"))
}

/// Thousandths of a unit that an error of `amount / 2^bits` may be, and one that the table has cut off.
fn slack(amount: u128, bits: u32) -> i128 {
    (amount >> bits) as i128 * 1000
        + ((amount & ((1 << bits) - 1)) as f64 / (bits as f64).exp2() * 1000.0) as i128
        + 1
}

#[test]
fn puts_are_the_floor_of_their_true_value() {
    let mut rows_seen = 0;
    let mut missed = 0;
    for row in rows(include_str!("reference/put.txt")) {
        let (spot, strike) = (number::<u128>(row[0]), number::<u128>(row[1]));
        let value = put_down(spot, strike, number(row[2]), number(row[3])).unwrap() as i128;
        let real = Real::parse(row[4]);
        assert!(real.is_floored_by(value, slack(spot.min(strike), 116)), "{row:?}: {value}");
        rows_seen += 1;
        missed += i32::from(value != real.floor);
    }
    println!("{missed} of {rows_seen} puts are a unit away from the floor");
    assert!(rows_seen == 10_000 && missed < 10);
}

#[test]
fn everlasting_puts_are_the_floor_of_their_true_value() {
    for row in rows(include_str!("reference/everlasting.txt")) {
        let (spot, strike) = (number::<u128>(row[0]), number::<u128>(row[1]));
        let price = everlasting_put(spot, strike, number(row[2]), number(row[3])).unwrap();
        assert_eq!(price.u_wad, number::<u128>(row[4]), "{row:?}");
        let real = Real::parse(row[5]);
        assert!(
            real.is_floored_by(price.time_value as i128, slack(spot.min(strike), 110)),
            "{row:?}: {price:?}"
        );
        assert_eq!(price.value, strike.saturating_sub(spot) + price.time_value);
    }
}

#[test]
fn the_normal_distribution_is_within_half_a_unit() {
    let mut worst = 0;
    for row in rows(include_str!("reference/normal.txt")) {
        let x: i128 = number(row[0]);
        assert!(Real::parse(row[1]).is_nearest_to(normal_cdf(x) as i128), "{row:?}: {}", normal_cdf(x));
        let exact = u128::from_str_radix(&row[2][2..], 16).unwrap();
        if x <= 0 {
            let distance = binary(x.unsigned_abs());
            worst = worst.max(upper_tail(distance).abs_diff(exact));
        }
    }
    println!("tails are within {worst} / 2^127");
    assert!(worst < 1 << 9);
}

/// A wad of at most 13 with 120 binary places: whole part and fraction apart, 60 bits of it at a time.
fn binary(wad: u128) -> u128 {
    let (whole, rest) = (wad / WAD, wad % WAD);
    let first = rest << 60;
    let second = (first % WAD) << 60;
    (whole << 120) + ((first / WAD) << 60) + second / WAD
}

#[test]
fn logarithms_are_within_half_a_unit() {
    for row in rows(include_str!("reference/ln.txt")) {
        let result = ln_wad(number(row[0])).unwrap();
        assert!(Real::parse(row[1]).is_nearest_to(result), "{row:?}: {result}");
    }
}

#[test]
fn exponentials_are_the_floor_of_their_true_value() {
    for row in rows(include_str!("reference/exp.txt")) {
        let result = exp_wad(number(row[0])).unwrap();
        // The largest results have all bits of their type.
        let (floor, thousandths) = row[1].split_once('.').unwrap();
        let off = result.wrapping_sub(number::<u128>(floor)) as i128;
        let real = Real { floor: 0, thousandths: number(thousandths) };
        assert!(
            real.is_floored_by(off, slack(result, 110)) || off.unsigned_abs() <= result >> 110,
            "{row:?}: {result}"
        );
    }
}
