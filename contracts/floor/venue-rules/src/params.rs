//! A book's parameters and their hard bounds.
//!
//! Prices and quantities are whole numbers of ticks and of lots, and one lot at tick 1 is worth a whole number of
//! wei: so a notional is exact, and nothing in matching is ever rounded.
//!
//! The least lots, what the mark is taken over and its period may change later, if the book is touched first
//! ([`crate::Venue::touch`]), so that the time until then counts by the old. All else never does: what rests and
//! what has been recorded is counted in it.

use everfloor_math::{mul_div_down_u128, mul_u128};

use crate::{
    LOTS_LIMIT, WAD,
    error::{Result, VenueError, refuse},
    schedule::Schedule,
};

/// What a book is made with.
///
/// Two words: tick and lot size 8 bytes each, least lots and the mark's depth 5 each, its levels 1; genesis, epoch
/// and period 4 each, snapshots 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// Price of a tick, wei of ETH for 1 FP.
    pub tick_size: u128,
    /// Quantity of a lot, wei of FP.
    pub lot_size: u128,
    /// The least lots of an order, when it is placed, when it comes to rest and when it is reduced.
    pub min_lots: u64,
    /// Lots that the mark sells into the bids and buys from the asks. At most the least lots of all levels but one
    /// that the mark looks at: so a wall of small orders cannot keep it from a depth that is there.
    pub mark_depth: u64,
    /// The most levels of a side that the mark looks at.
    pub mark_levels: u32,
    /// When epoch 0 begins, seconds since 1970.
    pub genesis: u64,
    /// Length of an epoch, seconds.
    pub epoch: u64,
    /// The least time between two snapshots of the mark, seconds.
    pub period: u64,
    /// How many snapshots are kept.
    pub snapshots: u32,
}

/// So short that every epoch until 2106 has its place in a set of [`crate::TICKS`].
const SHORTEST_EPOCH: u64 = 300;
const DAY: u64 = 86_400;
/// Reading a level twice over is some 4,200 gas on either side.
const MOST_MARK_LEVELS: u32 = 32;

impl Params {
    /// Refuses parameters out of bounds.
    pub fn validate(&self) -> Result<()> {
        within(0, self.tick_size, 1, WAD)?;
        within(1, self.lot_size, 1, WAD)?;
        let whole = mul_u128(self.tick_size, self.lot_size)?.checked_rem(WAD) == Some(0);
        within(1, self.lot_size, 1, if whole { WAD } else { 0 })?;
        within(2, self.min_lots.into(), 1, u128::from(LOTS_LIMIT >> 8))?;
        within(4, self.mark_levels.into(), 2, MOST_MARK_LEVELS.into())?;
        // All but one: a fill may leave less than the least at the best.
        let full_levels = self.mark_levels.saturating_sub(1);
        within(3, self.mark_depth.into(), 1, mul_u128(self.min_lots.into(), full_levels.into())?)?;
        within(5, self.genesis.into(), 1, u32::MAX.into())?;
        within(6, self.epoch.into(), SHORTEST_EPOCH.into(), u128::from(400 * DAY))?;
        within(7, self.period.into(), 1, DAY.into())?;
        within(8, self.snapshots.into(), 2, u16::MAX.into())
    }

    /// Wei of ETH for 1 FP that a tick is.
    pub fn price(&self, tick: u32) -> Result<u128> {
        Ok(mul_u128(tick.into(), self.tick_size)?)
    }

    /// Wei of FP that lots are.
    pub fn quantity(&self, lots: u64) -> Result<u128> {
        Ok(mul_u128(lots.into(), self.lot_size)?)
    }

    /// Wei of ETH that lots are worth, given the sum of each lot's tick; exact.
    pub fn value(&self, lot_ticks: u128) -> Result<u128> {
        let unit = mul_div_down_u128(self.tick_size, self.lot_size, WAD)?;
        Ok(mul_u128(lot_ticks, unit)?)
    }

    /// When epochs begin and end.
    pub fn schedule(&self) -> Schedule {
        Schedule { genesis: self.genesis, length: self.epoch }
    }
}

fn within(index: u8, value: u128, min: u128, max: u128) -> Result<()> {
    if value >= min && value <= max {
        return Ok(());
    }
    refuse(VenueError::ParameterOutOfBounds { index, value })
}
