//! Views of the book, a page at a time.

use alloc::vec::Vec;

use crate::{
    book::{Book, BookStore, beyond, resting},
    depth::Levels,
    error::{Result, VenueError, refuse},
    order::{Level, Order, Side},
    ticks,
};

/// Up to `limit` levels of a side from a tick on, itself included, away from the middle; from the best if it is 0.
pub fn levels(book: &Book, store: &impl BookStore, side: Side, from: u32, limit: u32) -> Vec<(u32, Level)> {
    let first = book.best(side).and_then(|best| match from {
        from if from == 0 || !side.reaches(best, from) => Some(best),
        from if ticks::contains(store, from) => Some(from),
        from => beyond(store, side, from),
    });
    Levels { store, side, first, last: None }.take(limit as usize).collect()
}

/// Up to `limit` orders of a tick in the order they are served, from one of them on; from the first if that is 0.
pub fn orders_at(store: &impl BookStore, tick: u32, from: u64, limit: u32) -> Result<Vec<(u64, Order)>> {
    let level = store.level(tick);
    let mut page = Vec::new();
    let mut id = if from == 0 { level.head } else { from };
    if level.count == 0 && from == 0 {
        return Ok(page);
    }
    for _ in 0..limit {
        let order = resting(store, id)?;
        if order.tick != tick {
            return refuse(VenueError::NoSuchOrder { id });
        }
        page.push((id, order));
        if id == level.tail {
            break;
        }
        id = store.links(id).next;
    }
    Ok(page)
}
