//! Everything that can be done to a book, each with the count of the mark before it.

use alloc::vec::Vec;

use crate::{
    LOTS_LIMIT,
    book::{Book, BookStore, resting},
    depth::{self, Impact},
    error::{Result, VenueError, refuse},
    less,
    mark::{Average, Mark, MarkStore, Point, twap},
    matching::{Matching, Placed, Settlement, Stop, Taken},
    order::{Kind, Level, NewOrder, Order, Owner, Side, has_expired},
    overlay::Overlay,
    pages,
    params::Params,
    ticks::TICKS,
};

/// A book with all that belongs to it, as loaded: two words of its own, two of parameters, and where the rest is
/// kept.
pub struct Venue<B, M> {
    /// Its parameters.
    pub params: Params,
    /// Its bests.
    pub book: Book,
    /// Its mark.
    pub mark: Mark,
    /// Its orders and levels.
    pub store: B,
    /// The mark's snapshots and boundaries.
    pub history: M,
}

impl<B: BookStore, M: MarkStore> Venue<B, M> {
    /// A new book: empty stores, parameters within their bounds, and the price that the mark carries on until
    /// there is a mid.
    pub fn open(params: Params, store: B, mut history: M, price: u128, now: u64) -> Result<Self> {
        params.validate()?;
        let mark = Mark::open(&mut history, &params, price, now)?;
        Ok(Self { params, book: Book::default(), mark, store, history })
    }

    /// The same book, where nothing that is done is kept.
    pub fn preview(&self) -> Venue<Overlay<'_, B>, Overlay<'_, M>> {
        Venue {
            params: self.params,
            book: self.book,
            mark: self.mark,
            store: Overlay::new(&self.store),
            history: Overlay::new(&self.history),
        }
    }

    /// Counts the mark up to now. Whatever changes the book does so first, and it need not be done otherwise but
    /// before a parameter of the mark changes.
    pub fn touch(&mut self, now: u64) -> Result<()> {
        if now <= self.mark.point.time {
            return Ok(());
        }
        let mid = self.mid()?;
        self.mark.advance(&mut self.history, &self.params, mid, now)
    }

    /// Trades an order as far as it goes, and lets the rest of it rest if it asks for that.
    pub fn place<T: Settlement>(
        &mut self,
        order: &NewOrder,
        settlement: &mut T,
        now: u64,
    ) -> Result<Placed<T::Refusal>> {
        self.admit(order, now)?;
        self.touch(now)?;
        let (book, store) = (&mut self.book, &mut self.store);
        let mut matching = Matching { book, store, settlement, order, now, taken: Taken::default() };
        let stopped = matching.run()?;
        let Taken { lots: filled, lot_ticks, touched } = matching.taken;
        let remaining = less(order.lots, filled)?;
        if order.kind == Kind::FillOrKill && remaining != 0 {
            return refuse(VenueError::NotFilled { filled, lots: order.lots });
        }
        let (stop, id) = match stopped {
            Some(stop) => (stop, None),
            None => self.settle_down(order, remaining)?,
        };
        Ok(Placed { filled, notional: self.params.value(lot_ticks)?, remaining, id, touched, stop })
    }

    /// What becomes of an order's rest when nobody is left within its limit.
    fn settle_down<R>(&mut self, order: &NewOrder, remaining: u64) -> Result<(Stop<R>, Option<u64>)> {
        let rests = matches!(order.kind, Kind::Limit | Kind::PostOnly);
        if !rests {
            return Ok((Stop::GivenUp, None));
        }
        if remaining < self.params.min_lots {
            return Ok((Stop::TooSmall, None));
        }
        let rest = Order { owner: order.owner, lots: remaining, tick: order.tick, expiry: order.expiry };
        let id = self.book.append(&mut self.store, order.side, rest)?;
        Ok((Stop::Rested, Some(id)))
    }

    /// Refuses an order that may not come in.
    fn admit(&self, order: &NewOrder, now: u64) -> Result<()> {
        let NewOrder { lots, tick, expiry, side, .. } = *order;
        self.require_size(lots)?;
        if tick == 0 || tick >= TICKS {
            return refuse(VenueError::TickOutOfRange { tick });
        }
        if has_expired(expiry, now) {
            return refuse(VenueError::Expired { expiry: expiry.into(), now });
        }
        match self.book.crossed_by(side, tick) {
            Some(best) if order.kind == Kind::PostOnly => refuse(VenueError::WouldCross { best }),
            _ => Ok(()),
        }
    }

    fn require_size(&self, lots: u64) -> Result<()> {
        let least = self.params.min_lots;
        match lots {
            lots if lots < least => refuse(VenueError::OrderTooSmall { lots, least }),
            lots if lots >= LOTS_LIMIT => refuse(VenueError::Overflow),
            _ => Ok(()),
        }
    }

    /// Takes an order out for its owner; what was left of it.
    pub fn cancel(&mut self, owner: &Owner, id: u64, now: u64) -> Result<Order> {
        self.owned(owner, id)?;
        self.drop_order(id, now)
    }

    /// Takes an order out whose owner cannot fill it any more: for the market alone to say. What was left of it.
    pub fn drop_order(&mut self, id: u64, now: u64) -> Result<Order> {
        let order = resting(&self.store, id)?;
        self.touch(now)?;
        self.book.take_out(&mut self.store, id, &order)?;
        Ok(order)
    }

    /// Takes an order out that has expired, whoever asks; what was left of it.
    pub fn prune(&mut self, id: u64, now: u64) -> Result<Order> {
        let order = resting(&self.store, id)?;
        if !order.is_expired(now) {
            return refuse(VenueError::NotExpired { expiry: order.expiry.into(), now });
        }
        self.drop_order(id, now)
    }

    /// Makes an order smaller; it keeps its place. The lots given are what it has afterwards, so that a fill that
    /// comes before does not make it smaller than its owner meant. What it had.
    pub fn reduce(&mut self, owner: &Owner, id: u64, lots: u64, now: u64) -> Result<Order> {
        let order = self.owned(owner, id)?;
        self.require_size(lots)?;
        if lots >= order.lots {
            return refuse(VenueError::NotReduced { lots, current: order.lots });
        }
        self.touch(now)?;
        let mut level = self.store.level(order.tick);
        level.lots = less(level.lots, less(order.lots, lots)?)?;
        self.store.set_level(order.tick, level);
        self.store.set_order(id, Order { lots, ..order });
        Ok(order)
    }

    /// Takes an order out and places another of the same owner; what was left of the first, and what became of the
    /// other.
    pub fn replace<T: Settlement>(
        &mut self,
        id: u64,
        order: &NewOrder,
        settlement: &mut T,
        now: u64,
    ) -> Result<(Order, Placed<T::Refusal>)> {
        let before = self.cancel(&order.owner, id, now)?;
        Ok((before, self.place(order, settlement, now)?))
    }

    fn owned(&self, owner: &Owner, id: u64) -> Result<Order> {
        let order = resting(&self.store, id)?;
        if order.owner == *owner { Ok(order) } else { refuse(VenueError::NotOwner { id }) }
    }

    /// A resting order and its side.
    pub fn order(&self, id: u64) -> Result<(Side, Order)> {
        let order = resting(&self.store, id)?;
        let side = self.book.side_at(order.tick).ok_or_else(|| VenueError::NoSuchOrder { id }.boxed())?;
        Ok((side, order))
    }

    /// Up to `limit` levels of a side from a tick on, itself included, away from the middle; from the best if it
    /// is 0.
    pub fn levels(&self, side: Side, from: u32, limit: u32) -> Vec<(u32, Level)> {
        pages::levels(&self.book, &self.store, side, from, limit)
    }

    /// Up to `limit` orders of a tick in the order they are served, from one of them on; from the first if that is
    /// 0.
    pub fn orders_at(&self, tick: u32, from: u64, limit: u32) -> Result<Vec<(u64, Order)>> {
        pages::orders_at(&self.store, tick, from, limit)
    }

    /// What so many lots of a side would meet now, within so many levels.
    pub fn impact(&self, side: Side, lots: u64, most_levels: u32) -> Result<Impact> {
        depth::impact(&self.params, &self.book, &self.store, side, lots, most_levels)
    }

    /// The mid of the book as it is, if it has the depth for one. One block can move it: nothing may be paid by
    /// it.
    pub fn mid(&self) -> Result<Option<u128>> {
        depth::mid(&self.params, &self.book, &self.store)
    }

    /// The mark's integrals now.
    pub fn point(&self, now: u64) -> Result<Point> {
        self.mark.at(self.mid()?, now.max(self.mark.point.time))
    }

    /// The average of the mid over the last period or a little more. In the middle of another call the mark has been
    /// counted up to now: then the book as it is has no part in it.
    pub fn recent(&self, now: u64) -> Result<Average> {
        let counted = now <= self.mark.point.time;
        let mid = if counted { None } else { self.mid()? };
        self.mark.recent(&self.history, &self.params, mid, now)
    }

    /// The average of an epoch that is over, exactly from its beginning to its end.
    pub fn average_of_epoch(&self, epoch: u32, now: u64) -> Result<Average> {
        // The book as it is matters only to what has not been counted.
        let counted = self.params.schedule().end(epoch) <= self.mark.point.time;
        let mid = if counted { None } else { self.mid()? };
        self.mark.average_of_epoch(&self.history, &self.params, epoch, mid, now)
    }

    /// The average until now from the newest snapshot that is not after `time`; from `time` itself if nothing has
    /// changed since.
    pub fn average_since(&self, time: u64, now: u64) -> Result<Average> {
        let mid = self.mid()?;
        let from = if time >= self.mark.point.time {
            self.mark.at(mid, time)?
        } else {
            self.mark.snapshot_at(&self.history, &self.params, time)?
        };
        twap(&from, &self.mark.at(mid, now.max(self.mark.point.time))?)
    }
}
