//! Shorts with cash, the one whose cash lasts least first.
//!
//! A heap of four children a node: an account's place changes with every change of its cash or its short, and it is the
//! reads and writes that cost. Siblings lie in two neighbouring words if two entries share one.

use everfloor_math::sub_u128;

use crate::{error::Result, ledger::Shelves};

/// Children of a node.
const WIDTH: u32 = 4;

/// A funded account, by the level at which its cash will be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What shorts will have paid for one FP when its cash is spent, wei.
    pub level: i128,
    /// Whose.
    pub account: u32,
}

fn parent(place: u32) -> u32 {
    place.wrapping_sub(1) / WIDTH
}

fn put(shelves: &mut impl Shelves, place: u32, entry: Entry) {
    shelves.set_entry(place, entry);
    shelves.set_place(entry.account, place);
}

/// Adds an entry to a heap of this many; how many there are then.
pub fn push(shelves: &mut impl Shelves, count: u32, entry: Entry) -> Result<u32> {
    rise(shelves, count, entry);
    count.checked_add(1).ok_or_else(|| crate::FloorError::Overflow.boxed())
}

/// Removes the entry of an account from a heap of this many; how many there are then.
pub fn remove(shelves: &mut impl Shelves, count: u32, account: u32) -> Result<u32> {
    let last = sub_u128(count.into(), 1)? as u32;
    let place = shelves.place(account);
    let moved = shelves.entry(last);
    shelves.set_entry(last, Entry::default());
    shelves.set_place(account, 0);
    if place != last {
        if place != 0 && moved.level < shelves.entry(parent(place)).level {
            rise(shelves, place, moved);
        } else {
            sink(shelves, last, place, moved);
        }
    }
    Ok(last)
}

/// Places an entry here or, past all that are greater, higher.
fn rise(shelves: &mut impl Shelves, from: u32, entry: Entry) {
    let mut place = from;
    while place != 0 {
        let above = shelves.entry(parent(place));
        if above.level <= entry.level {
            break;
        }
        put(shelves, place, above);
        place = parent(place);
    }
    put(shelves, place, entry);
}

/// Places an entry here or, past all that are less, lower.
fn sink(shelves: &mut impl Shelves, count: u32, from: u32, entry: Entry) {
    let mut place = from;
    while let Some((child, least)) = least_child(shelves, count, place) {
        if least.level >= entry.level {
            break;
        }
        put(shelves, place, least);
        place = child;
    }
    put(shelves, place, entry);
}

fn least_child(shelves: &impl Shelves, count: u32, place: u32) -> Option<(u32, Entry)> {
    let first = place.checked_mul(WIDTH)?.checked_add(1)?;
    let end = first.saturating_add(WIDTH).min(count);
    (first..end).map(|child| (child, shelves.entry(child))).min_by_key(|(_, entry)| entry.level)
}
