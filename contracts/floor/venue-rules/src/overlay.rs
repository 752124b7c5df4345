//! A store on top of another that keeps what is written to itself: previews run the rules on one, and throw it
//! away.

use alloc::vec::Vec;

use everfloor_math::U256;

use crate::{
    book::BookStore,
    mark::{Boundary, MarkStore, Point},
    order::{Level, Links, Order},
    ticks::TickStore,
};

/// What was written, by key, in the keys' order. A call writes as few records as its bounds let it.
struct Changes<K, V>(Vec<(K, V)>);

impl<K: Ord, V: Copy> Changes<K, V> {
    /// Where a key is, or would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }

    /// What was written under a key, or else what `base` has.
    fn get(&self, key: &K, base: impl FnOnce() -> V) -> V {
        let found = self.find(key).ok().and_then(|at| self.0.get(at));
        found.map_or_else(base, |(_, value)| *value)
    }

    fn set(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }
}

impl<K, V> Default for Changes<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A store that reads through to another and writes to memory.
pub struct Overlay<'a, S> {
    base: &'a S,
    words: Changes<(u8, u32), U256>,
    orders: Changes<u64, Order>,
    links: Changes<u64, Links>,
    levels: Changes<u32, Level>,
    snapshots: Changes<u32, Point>,
    boundaries: Changes<u32, Boundary>,
}

impl<'a, S> Overlay<'a, S> {
    /// The other store, with nothing written.
    pub fn new(base: &'a S) -> Self {
        Self {
            base,
            words: Changes::default(),
            orders: Changes::default(),
            links: Changes::default(),
            levels: Changes::default(),
            snapshots: Changes::default(),
            boundaries: Changes::default(),
        }
    }
}

impl<S: TickStore> TickStore for Overlay<'_, S> {
    fn word(&self, level: u8, index: u32) -> U256 {
        self.words.get(&(level, index), || self.base.word(level, index))
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        self.words.set((level, index), word);
    }
}

impl<S: BookStore> BookStore for Overlay<'_, S> {
    fn order(&self, id: u64) -> Order {
        self.orders.get(&id, || self.base.order(id))
    }

    fn set_order(&mut self, id: u64, order: Order) {
        self.orders.set(id, order);
    }

    fn links(&self, id: u64) -> Links {
        self.links.get(&id, || self.base.links(id))
    }

    fn set_links(&mut self, id: u64, links: Links) {
        self.links.set(id, links);
    }

    fn level(&self, tick: u32) -> Level {
        self.levels.get(&tick, || self.base.level(tick))
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        self.levels.set(tick, level);
    }
}

impl<S: MarkStore> MarkStore for Overlay<'_, S> {
    fn snapshot(&self, place: u32) -> Point {
        self.snapshots.get(&place, || self.base.snapshot(place))
    }

    fn set_snapshot(&mut self, place: u32, point: Point) {
        self.snapshots.set(place, point);
    }

    fn boundary(&self, epoch: u32) -> Boundary {
        self.boundaries.get(&epoch, || self.base.boundary(epoch))
    }

    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        self.boundaries.set(epoch, boundary);
    }
}
