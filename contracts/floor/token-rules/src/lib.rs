//! What shares of a floor market's FP are worth, and what going in and out of them moves.
//!
//! The shares of a pool are backed by one account of the market, which is long or has nothing: its FP, and its cash, or its
//! debt where longs paid funding they had no cash for. Who comes brings of both in proportion, who goes takes of both in
//! proportion, so neither needs a price; what an epoch pays in kind and in cash is in the account, and thereby each
//! share's. Who goes while there is debt pays for leaving his part of it behind, in the trade's price. Nobody comes while
//! there is: he would have to be paid for taking a part of it on, by an account that has nothing but more debt to pay with,
//! and the market lends nobody all of a price.
//!
//! # What is promised
//! After whoever came or went, each share has at least as much FP as before, and at least as much cash (or at most as much
//! debt): every rounding is the pool's, and neither is bought with the other. So nobody takes out more than he brought and
//! what his shares earned in between, in whatever order anybody does anything; a gift of cash is a gift to all shares.
//!
//! # Why nobody is priced out of the first shares
//! The pool's FP cannot be given to it, only its cash; and [`LOCKED`] shares of the first are nobody's for good. What a
//! rounding costs whoever comes is less than a share, which is less than a thousand-millionth of the pool.
//!
//! Units: shares, FP and cash have 18 decimals, prices are wei for one FP.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

use everfloor_math::{
    MathError, mul_div_down_u128, mul_div_up_u128,
    signed::{self, mul_div_floor},
    sub_u128, to_i128,
};

/// One.
pub const WAD: u128 = 1_000_000_000_000_000_000;

/// Shares of the first that are nobody's: a thousand-millionth of one FP.
pub const LOCKED: u128 = 1_000_000_000;

/// Why a rule refuses, with the values that made it. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// An amount is zero where that means nothing, or so small that nothing would come of it.
    ZeroAmount,
    /// Nothing is due.
    NothingToPay,
    /// The first to come brings no more than what is locked.
    BelowMinimum {
        /// The FP given, wei.
        fp: u128,
        /// What it must exceed, wei.
        least: u128,
    },
    /// There are shares, and no FP any more: what one is worth in FP is not to be said.
    NoBacking {
        /// The shares there are.
        shares: u128,
    },
    /// Fewer shares than that exist.
    ExceedsSupply {
        /// The shares given.
        shares: u128,
        /// The shares there are.
        supply: u128,
    },
    /// The account owes: nobody comes before that is cleared.
    InDebt {
        /// Its cash, wei.
        cash: i128,
    },
    /// The account owes nothing.
    NotInDebt {
        /// Its cash, wei.
        cash: i128,
    },
}

impl From<MathError> for ShareError {
    fn from(_: MathError) -> Self {
        Self::Overflow
    }
}

/// What rules answer.
pub type Result<T> = core::result::Result<T, ShareError>;

/// Shares, and the account that backs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// All there are, those that are locked among them.
    pub shares: u128,
    /// FP of the account, wei.
    pub fp: u128,
    /// Its cash, wei; negative is debt.
    pub cash: i128,
}

/// What coming moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Shares for whoever comes.
    pub shares: u128,
    /// Shares that are locked with them.
    pub locked: u128,
    /// Cash that whoever comes brings, wei.
    pub cash: u128,
}

/// What going moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// FP for whoever goes, wei.
    pub fp: u128,
    /// What the pool is paid for one, wei.
    pub price: u128,
    /// Cash that whoever goes is paid, or pays where it is negative, wei.
    pub cash: i128,
}

impl Pool {
    /// What coming with so much FP moves: shares rounded down, cash to bring rounded up.
    pub fn enter(&self, fp: u128) -> Result<Entry> {
        if self.cash < 0 {
            return Err(ShareError::InDebt { cash: self.cash });
        }
        if self.shares == 0 {
            return first(fp);
        }
        if self.fp == 0 {
            return Err(ShareError::NoBacking { shares: self.shares });
        }
        let shares = above_zero(mul_div_down_u128(self.shares, fp, self.fp)?)?;
        let cash = mul_div_up_u128(self.cash.unsigned_abs(), fp, self.fp)?;
        Ok(Entry { shares, locked: 0, cash })
    }

    /// What going with so many shares moves: FP and cash to be paid rounded down, cash to pay rounded up.
    pub fn exit(&self, shares: u128) -> Result<Exit> {
        above_zero(shares)?;
        if shares > self.shares {
            return Err(ShareError::ExceedsSupply { shares, supply: self.shares });
        }
        let fp = mul_div_down_u128(self.fp, shares, self.shares)?;
        let all = self.cash.unsigned_abs();
        if self.cash >= 0 {
            let cash = mul_div_down_u128(all, shares, self.shares)?;
            above_zero(fp | cash)?;
            return Ok(Exit { fp, price: 0, cash: to_i128(cash)? });
        }
        let debt = mul_div_up_u128(all, shares, self.shares)?;
        let price = mul_div_up_u128(debt, WAD, above_zero(fp)?)?;
        let paid = mul_div_up_u128(fp, price, WAD)?;
        Ok(Exit { fp, price, cash: signed::neg(to_i128(paid)?)? })
    }

    /// How much of so much FP may be bought of an account in debt at the mark: what clears the debt, rounded up, wei.
    pub fn sold_for_debt(&self, fp: u128, mark: u128) -> Result<u128> {
        if self.cash >= 0 {
            return Err(ShareError::NotInDebt { cash: self.cash });
        }
        let clears = mul_div_up_u128(self.cash.unsigned_abs(), WAD, mark)?;
        above_zero(fp.min(clears).min(self.fp))
    }

    /// FP of one share (10^18), wei, rounded down; of the first that are made, 10^18.
    pub fn fp_per_share(&self) -> Result<u128> {
        if self.shares == 0 { Ok(WAD) } else { Ok(mul_div_down_u128(self.fp, WAD, self.shares)?) }
    }

    /// Cash of one share (10^18), wei, rounded down, debt up.
    pub fn cash_per_share(&self) -> Result<i128> {
        if self.shares == 0 { Ok(0) } else { Ok(mul_div_floor(self.cash, WAD, self.shares)?) }
    }
}

/// The first shares are the FP that they are made of.
fn first(fp: u128) -> Result<Entry> {
    match fp.checked_sub(LOCKED) {
        Some(shares) if shares != 0 => Ok(Entry { shares, locked: LOCKED, cash: 0 }),
        _ => Err(ShareError::BelowMinimum { fp, least: LOCKED }),
    }
}

fn above_zero(value: u128) -> Result<u128> {
    if value == 0 { Err(ShareError::ZeroAmount) } else { Ok(value) }
}

/// What is still due at the end to whoever gave so many of all shares back and has been paid so much, wei, rounded down;
/// `received` is all that the market has paid for the account so far. It does not matter who gives his shares back when.
pub fn due_at_end(received: u128, given: u128, all: u128, paid: u128) -> Result<u128> {
    if all == 0 {
        return Err(ShareError::NothingToPay);
    }
    match sub_u128(mul_div_down_u128(received, given, all)?, paid)? {
        0 => Err(ShareError::NothingToPay),
        due => Ok(due),
    }
}
