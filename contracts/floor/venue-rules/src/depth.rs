//! What the book's depth is worth: the impact of a size, and the mid that the mark is made of.
//!
//! A best bid of one lot says little about a price, so the mid is the middle between what the mark's depth of lots
//! could be sold for and what it could be bought for. It is taken over levels, not over orders, so that its cost
//! has a bound, and counts what rests whether or not it has expired or its owner can still pay: whoever finds such
//! an order may take it out ([`crate::Venue::prune`], [`crate::Venue::drop_order`]). So it changes only when the
//! book does.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128};

use crate::{
    book::{Book, BookStore, beyond},
    error::Result,
    less, more,
    order::{Level, Side},
    params::Params,
};

/// What a size would meet in the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Its average price, wei of ETH for 1 FP: rounded up for who buys and down for who sells; 0 if nothing is
    /// filled.
    pub average: u128,
    /// What it is worth, wei of ETH; exact.
    pub notional: u128,
    /// Levels it reaches.
    pub levels: u32,
    /// Lots that there are, of those asked for.
    pub filled: u64,
}

/// The sum of a walk through the levels of one side.
#[derive(Clone, Copy, Debug, Default)]
struct Walk {
    lots: u64,
    lot_ticks: u128,
    levels: u32,
}

/// The levels of one side from a tick on, away from the middle. A level is not looked for before it is asked for.
pub(crate) struct Levels<'a, B> {
    pub store: &'a B,
    pub side: Side,
    /// Where it begins.
    pub first: Option<u32>,
    /// The level it came to last.
    pub last: Option<u32>,
}

impl<B: BookStore> Iterator for Levels<'_, B> {
    type Item = (u32, Level);

    fn next(&mut self) -> Option<Self::Item> {
        let tick = match self.first.take() {
            Some(tick) => tick,
            None => beyond(self.store, self.side, self.last?)?,
        };
        self.last = Some(tick);
        Some((tick, self.store.level(tick)))
    }
}

impl<'a, B: BookStore> Levels<'a, B> {
    /// All levels of a side, the best first.
    pub fn all(book: &Book, store: &'a B, side: Side) -> Self {
        Self { store, side, first: book.best(side), last: None }
    }
}

/// Walks the levels of the side that rests until so many lots are found, or so many levels walked.
fn walk(book: &Book, store: &impl BookStore, side: Side, lots: u64, most: u32) -> Result<Walk> {
    let mut walk = Walk::default();
    let mut levels = Levels::all(book, store, side);
    while walk.lots < lots && walk.levels < most {
        let Some((tick, level)) = levels.next() else { break };
        let taken = level.lots.min(less(lots, walk.lots)?);
        walk.lots = more(walk.lots, taken)?;
        walk.lot_ticks = add_u128(walk.lot_ticks, mul_u128(taken.into(), tick.into())?)?;
        walk.levels = walk.levels.saturating_add(1);
    }
    Ok(walk)
}

/// What so many lots of a side would meet now, within so many levels. A preview of an order is exact
/// ([`crate::Overlay`]); this is cheaper, asks nobody, and counts orders that are expired or whose owners cannot.
pub fn impact(
    params: &Params,
    book: &Book,
    store: &impl BookStore,
    side: Side,
    lots: u64,
    most_levels: u32,
) -> Result<Impact> {
    let met = walk(book, store, side.other(), lots, most_levels)?;
    let average = match (met.lots, side) {
        (0, _) => 0,
        (lots, Side::Bid) => mul_div_up_u128(met.lot_ticks, params.tick_size, lots.into())?,
        (lots, Side::Ask) => mul_div_down_u128(met.lot_ticks, params.tick_size, lots.into())?,
    };
    let notional = params.value(met.lot_ticks)?;
    Ok(Impact { average, notional, levels: met.levels, filled: met.lots })
}

/// The middle between what the mark's depth could be sold and bought for, wei of ETH for 1 FP, floored: it serves
/// both sides alike. None if either side has less than that depth in as many levels as the mark looks at; by the
/// bounds of [`Params`] that is less than it at all, unless fills left remainders below the least in several of
/// them.
pub fn mid(params: &Params, book: &Book, store: &impl BookStore) -> Result<Option<u128>> {
    let depth = params.mark_depth;
    let mut lot_ticks = 0;
    for side in [Side::Bid, Side::Ask] {
        let met = walk(book, store, side, depth, params.mark_levels)?;
        if met.lots < depth {
            return Ok(None);
        }
        lot_ticks = add_u128(lot_ticks, met.lot_ticks)?;
    }
    let both = more(depth, depth)?;
    Ok(Some(mul_div_down_u128(lot_ticks, params.tick_size, both.into())?))
}
