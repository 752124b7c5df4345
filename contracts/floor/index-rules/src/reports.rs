//! Signed reports of a price: what is checked once the contract has recovered who signed them.
//!
//! A batch has as many reports as the quorum has members, an odd number, each of another signer and all of one
//! market and round. Each must be newer than everything that was accepted before and not older than
//! [`LONGEST_AGE`], and they may be at most a factor of two apart. What is accepted is their median: a minority of
//! false reports cannot move it beyond the true ones.
//!
//! Signers come in ascending order, so none counts twice; of the two signatures that an elliptic curve allows for
//! one message only the one with the low `s` counts, so none has two names.
//!
//! # Storage
//! [`Accepted`] is a word: price 88, oldest 32, newest 32, round 64. [`Panel`] is a part of one: 16 and 8 bits. A
//! signer's seat is a word. A batch reads one word for each signer and two besides, and changes one.

use everfloor_math::{U256, mul};

use crate::{
    Account, PRICE_LIMIT, WAD, Word,
    error::{IndexError, Result, refuse},
    index::median,
};

/// Most seats there are.
pub const MOST_SEATS: u32 = 15;
/// Seconds after which a report is not accepted, and after which an accepted one is no answer.
pub const LONGEST_AGE: u64 = 1_200;
/// The highest report over the lowest at most, wad.
pub const WIDEST_SPREAD: u128 = 2 * WAD;

/// Half the order of secp256k1, rounded down: a signature's `s` above it is the other one's.
pub const HALF_ORDER: Word = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d,
    0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// What a recovery that fails gives.
const NOBODY: Account = [0; 20];

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Of which market.
    pub market: Word,
    /// Wei for one NFT. The ABI's number is wider; what does not fit is out of bounds anyway.
    pub price: u128,
    /// When, seconds since 1970.
    pub time: u64,
    /// Which round of reports it belongs to.
    pub round: u64,
}

/// A report, who signed it as recovered from the signature, and the signature's `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The report.
    pub report: Report,
    /// Who signed it; zero where recovery failed.
    pub signer: Account,
    /// The signature's second number.
    pub s: Word,
}

/// Where signers sit.
pub trait Seats {
    /// The seat of a signer, from 0; nothing for anybody else.
    fn seat(&self, signer: &Account) -> Option<u8>;
}

/// Who may report: seats, of which some are taken, and how many reports it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panel {
    /// The seats whose signers count, a bit each.
    pub seats: u16,
    /// Reports of a batch.
    pub quorum: u8,
}

/// What was accepted last; all zero before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The median, wei.
    pub price: u128,
    /// The time of the oldest report: it is that old.
    pub oldest: u64,
    /// The time of the newest: what comes next is newer.
    pub newest: u64,
    /// The round.
    pub round: u64,
}

impl Panel {
    /// Refuses a panel with too many seats, or a quorum that is even or more than there are.
    pub fn validate(&self) -> Result<()> {
        let (seats, quorum) = (self.seats.count_ones(), u32::from(self.quorum));
        if seats > MOST_SEATS {
            return refuse(IndexError::ParameterOutOfBounds { index: 0, value: self.seats.into() });
        }
        if quorum % 2 == 0 || quorum > seats {
            return refuse(IndexError::ParameterOutOfBounds { index: 1, value: quorum.into() });
        }
        Ok(())
    }

    /// Whether a signer sits here.
    fn admits(&self, seats: &impl Seats, signer: &Account) -> bool {
        let seat = seats.seat(signer).filter(|seat| u32::from(*seat) < u16::BITS);
        seat.is_some_and(|seat| self.seats.wrapping_shr(seat.into()) & 1 != 0)
    }
}

impl Accepted {
    /// Accepts a batch; the price accepted.
    pub fn accept(
        &mut self,
        panel: &Panel,
        seats: &impl Seats,
        market: &Word,
        batch: &[Signed],
        now: u64,
    ) -> Result<u128> {
        let (quorum, count) = (u32::from(panel.quorum), batch.len() as u32);
        let Some(first) = batch.first().filter(|_| count == quorum && count <= MOST_SEATS) else {
            return refuse(IndexError::WrongQuorum { reports: count, quorum });
        };
        let round = first.report.round;
        if round <= self.round {
            return refuse(IndexError::RepeatedRound { round, last: self.round });
        }
        let mut before = NOBODY;
        let mut prices = [0; MOST_SEATS as usize];
        let (mut oldest, mut newest) = (u64::MAX, 0);
        for ((place, signed), price) in (0..).zip(batch).zip(&mut prices) {
            let report = &signed.report;
            require_sane(report, place, market, round)?;
            self.require_timely(report, now)?;
            require_signed(signed, place, &before)?;
            if !panel.admits(seats, &signed.signer) {
                return refuse(IndexError::NotASigner { place });
            }
            (oldest, newest) = (oldest.min(report.time), newest.max(report.time));
            (before, *price) = (signed.signer, report.price);
        }
        let price = middle(prices.get_mut(..batch.len()).unwrap_or_default())?;
        *self = Self { price, oldest, newest, round };
        Ok(price)
    }

    /// What was accepted last, if it is not too old by now; 0 is no answer.
    pub fn answer(&self, now: u64) -> u128 {
        if now.saturating_sub(self.oldest) <= LONGEST_AGE { self.price } else { 0 }
    }

    fn require_timely(&self, report: &Report, now: u64) -> Result<()> {
        let time = report.time;
        if time > now {
            return refuse(IndexError::FutureReport { time, now });
        }
        let age = now.saturating_sub(time);
        if age > LONGEST_AGE {
            return refuse(IndexError::StaleReport { age });
        }
        if time <= self.newest {
            return refuse(IndexError::RepeatedTime { time, last: self.newest });
        }
        Ok(())
    }
}

fn require_sane(report: &Report, place: u32, market: &Word, round: u64) -> Result<()> {
    if report.market != *market {
        return refuse(IndexError::WrongMarket { place });
    }
    if report.round != round {
        return refuse(IndexError::MixedRounds { place });
    }
    if report.price == 0 || report.price >= PRICE_LIMIT {
        return refuse(IndexError::BadPrice { place });
    }
    Ok(())
}

fn require_signed(signed: &Signed, place: u32, before: &Account) -> Result<()> {
    if signed.s > HALF_ORDER || signed.s == [0; 32] || signed.signer == NOBODY {
        return refuse(IndexError::BadSignature { place });
    }
    if signed.signer <= *before {
        return refuse(IndexError::UnsortedSigners { place });
    }
    Ok(())
}

/// The median of prices that do not contradict each other.
fn middle(prices: &mut [u128]) -> Result<u128> {
    let median = median(prices);
    let (low, high) = (*prices.first().unwrap_or(&0), *prices.last().unwrap_or(&0));
    let (spread, widest) =
        (mul(U256::from(high), U256::from(WAD))?, mul(U256::from(low), U256::from(WIDEST_SPREAD))?);
    if spread > widest { refuse(IndexError::SpreadTooWide { low, high }) } else { Ok(median) }
}
