//! What makers of bids near the index earn: so much a second, shared by the units that are bid within a band of
//! it.
//!
//! The band is every price of at least `(1 - w) index`. What one unit in the band has earned since the beginning
//! is one number, `growth`. A price comes into the band and leaves it as the index moves, so each price keeps what
//! a unit earned **on the other side of the band's edge**: while it is in the band, the growth that it missed;
//! while it is not, the growth that it had. A unit's earnings are then `growth - outside` or `outside`, whoever
//! looks and whenever, and when the edge passes a price one subtraction turns one into the other. So a bid is
//! settled in O(1) whatever the index did, and moving the edge costs one read and one write for each price it
//! passes, in as many calls as it takes ([`Rewards::follow`]). Between two calls the edge stands still.
//!
//! A bid earns from when it is placed until its cancel is asked for. While no unit is in the band nothing is paid
//! out: it stays in the pot.
//!
//! # To the wei
//! Growth is in `2^-32` wei. What a division leaves over is carried to the next one; a bid carries the part of a
//! wei it has, and leaves it to the others when it ends. So
//! ```text
//! funded = pot + remainder + what units have earned and not been settled for + owed + claimed
//! ```
//! with nothing lost and nothing invented.
//!
//! # Storage
//! Two words: growth 128, pot 128; rate 64, last 32, units 64, band 32, remainder 64.

use everfloor_math::{U256, add_u128, mul_add_div, mul_div_down_u128, mul_div_up_u128, sub_u128, to_u128};
use everfloor_venue_rules::ticks::{self, TICKS};

use crate::{
    AMOUNT_LIMIT, BPS, below,
    error::{IndexError, Result, refuse},
    offers::{Level, Offer, Offers, Set, fewer},
    params::BookParams,
};

/// Parts of a wei that earnings are counted in.
const SCALE: u128 = 1 << 32;

/// The rewards of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewards {
    /// What a unit that was always in the band has earned, in `2^-32` wei.
    pub growth: u128,
    /// Wei that nobody has earned yet.
    pub pot: u128,
    /// Wei a second, shared by all units in the band.
    pub rate: u64,
    /// Up to when they have been shared out.
    pub last: u64,
    /// Units in the band that earn.
    pub units: u64,
    /// The lowest tick in the band.
    pub band: u32,
    /// Carried over, in `2^-32` wei.
    pub remainder: u64,
}

impl Default for Rewards {
    /// Nothing is paid and no price is in the band.
    fn default() -> Self {
        Self { growth: 0, pot: 0, rate: 0, last: 0, units: 0, band: TICKS, remainder: 0 }
    }
}

impl Rewards {
    /// Puts more into the pot, for the time from now on: what an empty pot did not pay is not made up for.
    pub fn fund(&mut self, amount: u128, now: u64) -> Result<()> {
        if amount == 0 {
            return refuse(IndexError::ZeroAmount);
        }
        self.accrue(now)?;
        self.pot = below(add_u128(self.pot, amount)?, AMOUNT_LIMIT)?;
        Ok(())
    }

    /// Changes the rate from now on.
    pub fn set_rate(&mut self, rate: u64, now: u64) -> Result<()> {
        self.accrue(now)?;
        self.rate = rate;
        Ok(())
    }

    /// Shares out what is due since the last time, as far as the pot has it and somebody is there to earn it.
    pub fn accrue(&mut self, now: u64) -> Result<()> {
        let elapsed = now.saturating_sub(self.last);
        self.last = self.last.max(now);
        let due = u128::from(self.rate).saturating_mul(elapsed.into()).min(self.pot);
        let units = u128::from(self.units);
        if due == 0 || units == 0 {
            return Ok(());
        }
        let parts = add_u128(due.wrapping_mul(SCALE), self.remainder.into())?; // The pot has 96 bits.
        let each = mul_div_down_u128(parts, 1, units)?;
        // A growth that fits no more ends the rewards and nothing else: what is bid must be free to go.
        let Some(growth) = self.growth.checked_add(each) else { return Ok(()) };
        self.growth = growth;
        self.pot = sub_u128(self.pot, due)?;
        // Below the units, which fit.
        self.remainder = parts.wrapping_sub(each.wrapping_mul(units)) as u64;
        Ok(())
    }

    /// What a unit at a price has earned, in `2^-32` wei. Only differences mean anything: a price that has had no
    /// bids begins with any number.
    pub fn inside(&self, tick: u32, level: &Level) -> Result<u128> {
        Ok(if self.is_in_band(tick) { sub_u128(self.growth, level.outside)? } else { level.outside })
    }

    /// Units at a price begin to earn. The sum of all prices' units has 56 bits.
    pub(crate) fn join(&mut self, tick: u32, level: &mut Level, units: u32) -> Result<()> {
        level.earning = level.earning.checked_add(units).ok_or_else(|| IndexError::Overflow.boxed())?;
        if self.is_in_band(tick) {
            self.units = self.units.saturating_add(units.into());
        }
        Ok(())
    }

    /// Units at a price cease to earn; they are settled.
    pub(crate) fn leave(&mut self, tick: u32, level: &mut Level, units: u32) -> Result<()> {
        level.earning = fewer(level.earning, units)?;
        if self.is_in_band(tick) {
            self.units = self.units.saturating_sub(units.into());
        }
        Ok(())
    }

    /// Takes out of an offer what it has earned since it was last settled, in whole wei.
    pub(crate) fn settle(&self, level: &Level, offer: &mut Offer) -> Result<u128> {
        let inside = self.inside(offer.tick, level)?;
        let grown = sub_u128(inside, offer.seen)?;
        let (units, carried) = (u128::from(offer.units), u128::from(offer.fraction));
        let whole = mul_add_div(units_of(units), units_of(grown), units_of(carried), units_of(SCALE))?;
        // The lowest 32 bits of the sum, which wrapping leaves as they are.
        offer.fraction = units.wrapping_mul(grown).wrapping_add(carried) as u32;
        offer.seen = inside;
        Ok(to_u128(whole)?)
    }

    /// Takes back the part of a wei that an offer has in the end.
    pub(crate) fn give_back(&mut self, fraction: u32) {
        let parts = u128::from(self.remainder).saturating_add(fraction.into());
        // Whole wei go back to the pot, so the carried part never outgrows its place.
        self.pot = self.pot.saturating_add(parts / SCALE);
        self.remainder = (parts % SCALE) as u64;
    }

    /// Moves the band's edge to `target`, past at most `most` prices; whether it is there.
    pub fn follow<S: Offers>(&mut self, store: &mut S, target: u32, most: u32, now: u64) -> Result<bool> {
        self.accrue(now)?;
        for _ in 0..most {
            let Some(tick) = self.next_crossing(store, target) else { break };
            let mut level = store.level(tick);
            let earning = u64::from(level.earning);
            level.outside = sub_u128(self.growth, level.outside)?;
            if self.is_in_band(tick) {
                self.units = self.units.saturating_sub(earning);
                self.band = tick.saturating_add(1);
            } else {
                self.units = self.units.saturating_add(earning);
                self.band = tick;
            }
            store.set_level(tick, level);
        }
        let is_there = self.next_crossing(store, target).is_none();
        if is_there {
            self.band = target;
        }
        Ok(is_there)
    }

    /// The next price that the edge passes on its way.
    fn next_crossing<S: Offers>(&self, store: &S, target: u32) -> Option<u32> {
        let live = store.ticks(Set::Live);
        if target < self.band {
            ticks::next_below(live, self.band).filter(|tick| *tick >= target)
        } else {
            // The edge is a tick of at least 1, or nothing is below it.
            ticks::next_above(live, self.band.saturating_sub(1)).filter(|tick| *tick < target)
        }
    }

    fn is_in_band(&self, tick: u32) -> bool {
        tick >= self.band
    }
}

/// The lowest tick whose price is within the band of an index; nothing is while there is none.
pub fn band_of(index: u128, params: &BookParams) -> Result<u32> {
    if index == 0 {
        return Ok(TICKS);
    }
    let part = BPS.saturating_sub(params.band_bps.into());
    let ticks = mul_div_up_u128(index, part, params.tick_size.saturating_mul(BPS))?;
    Ok(u32::try_from(ticks).unwrap_or(TICKS).clamp(1, TICKS))
}

fn units_of(value: u128) -> U256 {
    U256::from(value)
}
