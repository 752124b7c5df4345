//! What there is to do, product by product. A job looks at one block through the public views, all their pages, and
//! answers with work; what it remembers between looks only spares it some looking, and is forgotten whenever there is no
//! telling what happened.

mod floor;
mod oracle;
mod perp;
mod programs;
mod put;

use alloy::primitives::{Address, U256};
use anyhow::Result;

use crate::{book::Book, chain::Look, config::Config, metrics::Metrics, watch::News, work::Task};

use floor::Floor;
use perp::Perp;
use programs::Programs;
use put::Put;

/// Seconds within which a transaction that trades for this account has to be mined.
const DEADLINE: u64 = 300;
/// One, in parts per million.
const PPM: u64 = 1_000_000;

/// A job.
#[derive(Debug)]
pub enum Job {
    /// Perpetuals on a curve.
    Perp(Box<Perp>),
    /// Put pools.
    Put(Box<Put>),
    /// Floor markets.
    Floor(Box<Floor>),
    /// The lives of programs.
    Programs(Box<Programs>),
}

impl Job {
    /// Every job that a configuration asks for.
    pub async fn all(config: &Config, book: &Book, look: &Look<'_>, metrics: &Metrics) -> Result<Vec<Self>> {
        let mut jobs = Vec::new();
        if let Some(perp) = &config.perp {
            jobs.push(Self::Perp(Box::new(Perp::open(perp, book, look, metrics.clone()).await?)));
        }
        if let Some(put) = &config.put {
            jobs.push(Self::Put(Box::new(Put::open(put, book, look, metrics.clone()).await?)));
        }
        if let Some(floor) = &config.floor {
            jobs.push(Self::Floor(Box::new(Floor::open(floor, book, look, metrics.clone()).await?)));
        }
        if let Some(programs) = &config.programs {
            jobs.push(Self::Programs(Box::new(Programs::new(programs, book, metrics.clone()))));
        }
        Ok(jobs)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Perp(_) => perp::NAME,
            Self::Put(_) => put::NAME,
            Self::Floor(_) => floor::NAME,
            Self::Programs(_) => programs::NAME,
        }
    }

    /// The contracts whose events it wants to hear of.
    pub fn contracts(&self) -> Vec<Address> {
        match self {
            Self::Perp(job) => job.contracts(),
            Self::Put(job) => job.contracts(),
            Self::Floor(job) => job.contracts(),
            Self::Programs(_) => Vec::new(),
        }
    }

    /// The tokens that it is paid in.
    pub fn tokens(&self) -> Vec<Address> {
        match self {
            Self::Perp(job) => vec![job.token()],
            Self::Floor(job) => job.tokens(),
            Self::Put(_) | Self::Programs(_) => Vec::new(),
        }
    }

    /// Finds what there is to do, also where a part of it cannot be looked at.
    pub async fn look(&mut self, look: &Look<'_>, news: &News, tasks: &mut Vec<Task>) -> Result<()> {
        match self {
            Self::Perp(job) => job.look(look, news, tasks).await,
            Self::Put(job) => job.look(look, news, tasks).await,
            Self::Floor(job) => job.look(look, news, tasks).await,
            Self::Programs(job) => {
                tasks.extend(job.look(look, news).await?);
                Ok(())
            }
        }
    }
}

/// The first error of several looks: one market that cannot be looked at must not hide the others.
fn first_error(looks: impl IntoIterator<Item = Result<()>>) -> Result<()> {
    looks.into_iter().collect()
}

/// A part of an amount.
fn part(amount: U256, ppm: u64) -> U256 {
    amount.saturating_mul(U256::from(ppm)) / U256::from(PPM)
}

/// How far one amount is from another, parts per million of the other.
fn apart_ppm(one: U256, other: U256) -> u64 {
    let gap = one.abs_diff(other).saturating_mul(U256::from(PPM));
    gap.checked_div(other).map_or(u64::MAX, |ppm| ppm.saturating_to())
}

/// A wad amount in units of a token of so many decimals, rounded down.
fn to_units(wad: U256, decimals: u8) -> U256 {
    wad / U256::from(10).pow(U256::from(18_u8.saturating_sub(decimals)))
}

/// Begins a list at a place of this keeper's own, so that several do not begin with the same.
fn own_order<T>(list: &mut [T], me: Address) {
    if !list.is_empty() {
        let place = usize::from(u16::from_be_bytes([me[18], me[19]])) % list.len();
        list.rotate_left(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_distances_are_exact() {
        assert_eq!(part(U256::from(2_000), 5_000), U256::from(10));
        assert_eq!(apart_ppm(U256::from(101), U256::from(100)), 10_000);
        assert_eq!(apart_ppm(U256::from(99), U256::from(100)), 10_000);
        assert_eq!(apart_ppm(U256::from(1), U256::ZERO), u64::MAX);
        assert_eq!(to_units(U256::from(1_500_000_000_000_u64), 6), U256::from(1));
    }

    #[test]
    fn two_keepers_begin_in_different_places_and_leave_nothing_out() {
        let (mut one, mut other) = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]);
        own_order(&mut one, Address::with_last_byte(1));
        own_order(&mut other, Address::with_last_byte(3));
        assert_eq!((one[0], other[0]), (2, 4));
        one.sort_unstable();
        assert_eq!(one, [1, 2, 3, 4, 5]);
        own_order::<u8>(&mut [], Address::ZERO);
    }
}
