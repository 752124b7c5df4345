//! Matching: an incoming order against the best resting ones, at their prices, first come first served.
//!
//! The book knows nobody's margin. So each trade is offered to the market first, and happens if the market says
//! so: a maker who cannot loses the order, a taker who cannot stops there. Every resting order that is looked at
//! counts towards the caller's bound, whatever becomes of it, so nobody's dead orders make a call longer than it
//! was meant to be.

use everfloor_math::{add_u128, mul_u128};

use crate::{
    book::{Book, BookStore},
    error::Result,
    less, more,
    order::{Level, NewOrder, Order, Owner, SelfTrade, Side},
};

/// A trade that the market is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The id of the resting order.
    pub order: u64,
    /// Whose the resting order is.
    pub maker: Owner,
    /// Whose the incoming order is.
    pub taker: Owner,
    /// Lots that change hands.
    pub lots: u64,
    /// At the price of this tick, the resting order's.
    pub tick: u32,
    /// Whether the taker buys.
    pub taker_buys: bool,
    /// Lots of the resting order that are left after it.
    pub left: u64,
}

/// What the market says to a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<R> {
    /// It is done.
    Filled,
    /// The maker cannot. The resting order is dropped, and matching goes on.
    MakerCannot,
    /// The taker cannot. Matching stops; what was filled before stays.
    TakerCannot(R),
}

/// Why matching took an order out that it did not fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Its last second was over.
    Expired,
    /// It would have traded with its owner.
    SelfTrade,
    /// The market said that its owner cannot.
    MakerCannot,
}

/// The market: it alone knows accounts, margin and cash.
pub trait Settlement {
    /// Why a taker cannot.
    type Refusal;

    /// Does a trade, or says who cannot. One that is not [`Outcome::Filled`] must leave nothing behind.
    fn settle(&mut self, trade: &Trade) -> Outcome<Self::Refusal>;

    /// Hears of an order that was taken out without a trade.
    fn removed(&mut self, id: u64, order: &Order, why: Removal);
}

/// Why an order went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<R> {
    /// There is nothing left of it.
    Filled,
    /// Nobody is left within its limit, and the rest of it rests.
    Rested,
    /// Nobody is left within its limit, and the rest of it is given up, as it asked.
    GivenUp,
    /// Nobody is left within its limit, and the rest of it is too small to rest.
    TooSmall,
    /// It touched as many orders as it may and still crosses others. Its rest does not rest: the book would be
    /// crossed.
    MostFills,
    /// It met an order of its owner.
    SelfTrade,
    /// The market said that its owner cannot.
    TakerCannot(R),
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<R> {
    /// Lots that were filled.
    pub filled: u64,
    /// What they are worth at the prices they traded at, wei of ETH; exact.
    pub notional: u128,
    /// Lots that were not. They rest if there is an `id`.
    pub remaining: u64,
    /// The resting order.
    pub id: Option<u64>,
    /// Resting orders it touched.
    pub touched: u32,
    /// Why it went no further.
    pub stop: Stop<R>,
}

/// What an incoming order has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// Lots filled.
    pub lots: u64,
    /// The sum of each filled lot's tick.
    pub lot_ticks: u128,
    /// Resting orders touched.
    pub touched: u32,
}

/// One incoming order on its way through the book.
pub(crate) struct Matching<'a, B, T> {
    pub book: &'a mut Book,
    pub store: &'a mut B,
    pub settlement: &'a mut T,
    pub order: &'a NewOrder,
    pub now: u64,
    pub taken: Taken,
}

impl<B: BookStore, T: Settlement> Matching<'_, B, T> {
    /// Trades as far as it goes; why it stopped before its limit, if it did. Afterwards either there is a reason,
    /// or nothing that rests is within its limit.
    pub fn run(&mut self) -> Result<Option<Stop<T::Refusal>>> {
        while self.taken.lots != self.order.lots
            && let Some(tick) = self.book.crossed_by(self.order.side, self.order.tick)
        {
            let before = self.store.level(tick);
            let mut level = before;
            let stop = self.sweep(tick, &mut level)?;
            if level != before {
                self.book.keep(self.store, tick, level);
            }
            if stop.is_some() {
                return Ok(stop);
            }
        }
        Ok((self.taken.lots == self.order.lots).then_some(Stop::Filled))
    }

    /// Trades with the orders of one level; why it stopped while there still were any.
    fn sweep(&mut self, tick: u32, level: &mut Level) -> Result<Option<Stop<T::Refusal>>> {
        while level.count > 0 {
            if self.taken.lots == self.order.lots {
                return Ok(Some(Stop::Filled));
            }
            if self.taken.touched >= self.order.max_fills {
                return Ok(Some(Stop::MostFills));
            }
            self.taken.touched = self.taken.touched.saturating_add(1);
            if let Some(stop) = self.meet(tick, level)? {
                return Ok(Some(stop));
            }
        }
        Ok(None)
    }

    /// Meets the first order of a level: removes it, trades with it, or stops.
    fn meet(&mut self, tick: u32, level: &mut Level) -> Result<Option<Stop<T::Refusal>>> {
        let id = level.head;
        let resting = self.store.order(id);
        if resting.is_expired(self.now) {
            return self.remove(level, id, &resting, Removal::Expired);
        }
        if resting.owner == self.order.owner {
            return match self.order.self_trade {
                SelfTrade::CancelResting => self.remove(level, id, &resting, Removal::SelfTrade),
                SelfTrade::StopIncoming => Ok(Some(Stop::SelfTrade)),
            };
        }
        let lots = resting.lots.min(less(self.order.lots, self.taken.lots)?);
        let left = less(resting.lots, lots)?;
        let trade = Trade {
            order: id,
            maker: resting.owner,
            taker: self.order.owner,
            lots,
            tick,
            taker_buys: self.order.side == Side::Bid,
            left,
        };
        match self.settlement.settle(&trade) {
            Outcome::MakerCannot => return self.remove(level, id, &resting, Removal::MakerCannot),
            Outcome::TakerCannot(refusal) => return Ok(Some(Stop::TakerCannot(refusal))),
            Outcome::Filled => self.fill(level, &trade, &resting)?,
        }
        Ok(None)
    }

    /// Writes a trade down.
    fn fill(&mut self, level: &mut Level, trade: &Trade, resting: &Order) -> Result<()> {
        self.taken.lots = more(self.taken.lots, trade.lots)?;
        let lot_ticks = mul_u128(trade.lots.into(), trade.tick.into())?;
        self.taken.lot_ticks = add_u128(self.taken.lot_ticks, lot_ticks)?;
        if trade.left == 0 {
            return level.take_out(self.store, trade.order, trade.lots);
        }
        self.store.set_order(trade.order, Order { lots: trade.left, ..*resting });
        level.lots = less(level.lots, trade.lots)?;
        Ok(())
    }

    /// Takes the first order of a level out without a trade.
    fn remove(
        &mut self,
        level: &mut Level,
        id: u64,
        order: &Order,
        why: Removal,
    ) -> Result<Option<Stop<T::Refusal>>> {
        level.take_out(self.store, id, order.lots)?;
        self.settlement.removed(id, order, why);
        Ok(None)
    }
}
