//! A set of ticks that knows its highest and its lowest member in three reads.
//!
//! A book has to find its best price, and the next one after a level is used up, however far away that is. So the
//! ticks that have a level are kept in a tree of three levels, 256 children to a node, and a node is one word: a
//! bit for each child that holds anything. The root is a word, level 1 has 256 and level 2 has 65,536; empty ones
//! are never written, and the tree is as high for one tick as for sixteen million.
//!
//! | operation | words read | words written |
//! |---|---|---|
//! | [`contains`] | 1 | |
//! | [`highest`], [`lowest`] | at most 3, 1 of an empty set | |
//! | [`next_below`], [`next_above`] | 1 if it is among the same 256; at most 5 | |
//! | [`insert`], [`remove`] | 1 to 3 | those that change: more than one only if a node begins or ends |

use everfloor_math::U256;

use crate::error::{Result, VenueError, refuse};

/// Ticks are below this.
pub const TICKS: u32 = 1 << 24;
/// The level of the words whose bits are ticks.
const LEAVES: u8 = 2;
/// Bits of a place within a word, counted in children.
const RADIX_BITS: u32 = 8;
/// Children of a node.
const CHILDREN: u32 = 1 << RADIX_BITS;

/// Where the words of a set are kept; all zero at first.
pub trait TickStore {
    /// The word of a level (0 is the root, 1 has 256 words, 2 has 65,536).
    fn word(&self, level: u8, index: u32) -> U256;
    /// Replaces it.
    fn set_word(&mut self, level: u8, index: u32, word: U256);
}

/// Adds a tick; whether it is new.
pub fn insert(store: &mut impl TickStore, tick: u32) -> Result<bool> {
    if tick >= TICKS {
        return refuse(VenueError::TickOutOfRange { tick });
    }
    let mut path = tick;
    for level in (0..=LEAVES).rev() {
        let (index, place) = split(path);
        let word = store.word(level, index);
        if has(&word, place) {
            return Ok(level != LEAVES);
        }
        store.set_word(level, index, flip(word, place));
        if !word.is_zero() {
            break; // The nodes above know of this one already.
        }
        path = index;
    }
    Ok(true)
}

/// Takes a tick out; whether it was there.
pub fn remove(store: &mut impl TickStore, tick: u32) -> bool {
    if tick >= TICKS {
        return false;
    }
    let mut path = tick;
    for level in (0..=LEAVES).rev() {
        let (index, place) = split(path);
        let word = store.word(level, index);
        if !has(&word, place) {
            return level != LEAVES;
        }
        let left = flip(word, place);
        store.set_word(level, index, left);
        if !left.is_zero() {
            break;
        }
        path = index;
    }
    true
}

/// Whether a tick is in the set.
pub fn contains(store: &impl TickStore, tick: u32) -> bool {
    let (index, place) = split(tick);
    tick < TICKS && has(&store.word(LEAVES, index), place)
}

/// The highest tick.
pub fn highest(store: &impl TickStore) -> Option<u32> {
    descend(store, 0, 0, |word| last_below(word, CHILDREN))
}

/// The lowest tick.
pub fn lowest(store: &impl TickStore) -> Option<u32> {
    descend(store, 0, 0, |word| first_from(word, 0))
}

/// The highest tick below this one, which need not be in the set.
pub fn next_below(store: &impl TickStore, tick: u32) -> Option<u32> {
    if tick >= TICKS {
        return highest(store);
    }
    let last = |word: &U256| last_below(word, CHILDREN);
    ascend(store, tick, last_below, last)
}

/// The lowest tick above this one, which need not be in the set.
pub fn next_above(store: &impl TickStore, tick: u32) -> Option<u32> {
    if tick >= TICKS {
        return None;
    }
    // A place is below 256.
    let beyond = |word: &U256, place: u32| first_from(word, place.wrapping_add(1));
    ascend(store, tick, beyond, |word| first_from(word, 0))
}

/// The nearest tick on one side of `tick`: in its own word, or else among those of the nodes above it.
fn ascend(
    store: &impl TickStore,
    tick: u32,
    beside: impl Fn(&U256, u32) -> Option<u32>,
    nearest: impl Fn(&U256) -> Option<u32>,
) -> Option<u32> {
    let mut path = tick;
    for level in (0..=LEAVES).rev() {
        let (index, place) = split(path);
        if let Some(found) = beside(&store.word(level, index), place) {
            // All children of a node found are further than those of the one left, so its nearest is the nearest.
            return match level {
                LEAVES => Some(join(index, found)),
                _ => descend(store, level.wrapping_add(1), join(index, found), nearest),
            };
        }
        path = index;
    }
    None
}

/// The tick that `choose` leads to from a node; nothing if the node is empty.
fn descend(
    store: &impl TickStore,
    from: u8,
    index: u32,
    choose: impl Fn(&U256) -> Option<u32>,
) -> Option<u32> {
    (from..=LEAVES).try_fold(index, |index, level| Some(join(index, choose(&store.word(level, index))?)))
}

/// The word that holds a place of a level, and which bit of it.
fn split(path: u32) -> (u32, u32) {
    (path >> RADIX_BITS, path & (CHILDREN - 1))
}

/// The place of a word's bit.
fn join(index: u32, place: u32) -> u32 {
    index << RADIX_BITS | place
}

/// Bits of a limb.
const LIMB_BITS: u32 = u64::BITS;

/// The limb of a place, and which bit of it.
fn limb_of(place: u32) -> (usize, u64) {
    ((place / LIMB_BITS) as usize, 1_u64.wrapping_shl(place % LIMB_BITS))
}

/// Whether a bit is set.
fn has(word: &U256, place: u32) -> bool {
    let (limb, bit) = limb_of(place);
    word.as_limbs().get(limb).is_some_and(|limb| limb & bit != 0)
}

/// The word with one bit the other way.
fn flip(word: U256, place: u32) -> U256 {
    let (limb, bit) = limb_of(place);
    let mut limbs = word.into_limbs();
    if let Some(limb) = limbs.get_mut(limb) {
        *limb ^= bit;
    }
    U256::from_limbs(limbs)
}

/// The highest bit that is set below `end`, which is at most 256.
fn last_below(word: &U256, end: u32) -> Option<u32> {
    let (partial, bit) = limb_of(end);
    // Limbs above the one `end` is in have no place below it; of that one, the bits under it do.
    let inside = |(at, limb): (usize, &u64)| match at.cmp(&partial) {
        core::cmp::Ordering::Less => (at, *limb),
        core::cmp::Ordering::Equal => (at, limb & bit.wrapping_sub(1)),
        core::cmp::Ordering::Greater => (at, 0),
    };
    let (at, limb) = word.as_limbs().iter().enumerate().rev().map(inside).find(|(_, limb)| *limb != 0)?;
    // The limb is not zero, so it has a top bit.
    let top = (LIMB_BITS - 1).wrapping_sub(limb.leading_zeros());
    Some((at as u32).wrapping_mul(LIMB_BITS).wrapping_add(top))
}

/// The lowest bit that is set from `start` on, which is at most 256.
fn first_from(word: &U256, start: u32) -> Option<u32> {
    let (partial, bit) = limb_of(start);
    let inside = |(at, limb): (usize, &u64)| match at.cmp(&partial) {
        core::cmp::Ordering::Less => (at, 0),
        core::cmp::Ordering::Equal => (at, limb & !bit.wrapping_sub(1)),
        core::cmp::Ordering::Greater => (at, *limb),
    };
    let (at, limb) = word.as_limbs().iter().enumerate().map(inside).find(|(_, limb)| *limb != 0)?;
    Some((at as u32).wrapping_mul(LIMB_BITS).wrapping_add(limb.trailing_zeros()))
}
