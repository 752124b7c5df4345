//! A set of ticks is a set, and never takes more than a few words to look at.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use everfloor_math::U256;
use everfloor_venue_rules::{
    TICKS, TickStore, VenueError,
    ticks::{contains, highest, insert, lowest, next_above, next_below, remove},
};
use proptest::prelude::*;

use crate::seeds::cases;

/// Words, and how often they are read and written.
#[derive(Default)]
struct Counting {
    words: BTreeMap<(u8, u32), U256>,
    reads: Cell<usize>,
    writes: usize,
}

impl Counting {
    /// Reads and writes since the last time.
    fn count(&mut self) -> (usize, usize) {
        (self.reads.take(), std::mem::take(&mut self.writes))
    }
}

impl TickStore for Counting {
    fn word(&self, level: u8, index: u32) -> U256 {
        assert!(level < 3 && index < 256_u32.pow(level.into()), "no such word: {level} {index}");
        self.reads.set(self.reads.get() + 1);
        self.words.get(&(level, index)).copied().unwrap_or_default()
    }

    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        let before = self.words.insert((level, index), word).unwrap_or_default();
        assert_ne!(before, word, "a word that does not change is not written");
        self.writes += 1;
    }
}

fn of(ticks: impl IntoIterator<Item = u32>) -> Counting {
    let mut store = Counting::default();
    for tick in ticks {
        insert(&mut store, tick).unwrap();
    }
    store
}

/// Ticks at every edge between words and limbs, and anywhere.
fn any_tick() -> impl Strategy<Value = u32> {
    prop_oneof![
        0..TICKS,
        0..600_u32,
        (0..TICKS / 64, 0..3_u32).prop_map(|(limb, near)| (limb * 64 + near).saturating_sub(1)),
        (0..256_u32, 0..3_u32).prop_map(|(node, near)| (node * 65_536 + near).saturating_sub(1)),
        TICKS - 300..TICKS,
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_history_of_ticks_is_that_of_a_set(
        history in prop::collection::vec((any_tick(), any::<bool>(), any::<prop::sample::Index>()), 1..120),
        probes in prop::collection::vec(any_tick(), 20),
    ) {
        let (mut store, mut set) = (Counting::default(), BTreeSet::new());
        for (tick, add, which) in history {
            if add || set.is_empty() {
                prop_assert_eq!(insert(&mut store, tick).unwrap(), set.insert(tick));
            } else {
                // One that is there, or else any.
                let tick = if tick % 4 == 0 { tick } else { *which.get(&set.iter().copied().collect::<Vec<_>>()) };
                prop_assert_eq!(remove(&mut store, tick), set.remove(&tick));
            }
            let (reads, writes) = store.count();
            prop_assert!(reads <= 3 && writes <= 3);
            prop_assert_eq!(highest(&store), set.last().copied());
            prop_assert!(store.count().0 <= 3);
            prop_assert_eq!(lowest(&store), set.first().copied());
            prop_assert!(store.count().0 <= 3);
        }
        for probe in probes.into_iter().chain(set.iter().copied()).chain([0, TICKS - 1, TICKS, u32::MAX]) {
            prop_assert_eq!(contains(&store, probe), set.contains(&probe));
            store.count();
            prop_assert_eq!(next_below(&store, probe), set.range(..probe).next_back().copied());
            prop_assert!(store.count().0 <= 5);
            let above = probe.saturating_add(1);
            prop_assert_eq!(next_above(&store, probe), set.range(above..).next().copied());
            prop_assert!(store.count().0 <= 5);
        }
        // Taken out again, nothing is left of it.
        for tick in set {
            prop_assert!(remove(&mut store, tick));
        }
        prop_assert!(store.words.values().all(U256::is_zero));
    }
}

#[test]
fn the_best_tick_takes_three_words_however_many_there_are() {
    for count in [1, 10, 1_000, 100_000] {
        let mut store = of((0..count).map(|tick| tick * 167 % TICKS));
        store.count();
        assert_eq!(lowest(&store), Some(0));
        assert_eq!(store.count(), (3, 0));
        assert_eq!(highest(&store), Some((count - 1) * 167));
        assert_eq!(store.count(), (3, 0));
    }
    let mut empty = Counting::default();
    assert_eq!((lowest(&empty), highest(&empty)), (None, None));
    assert_eq!(empty.count(), (2, 0));
}

#[test]
fn a_tick_beside_others_changes_one_word_and_the_first_and_last_of_all_three() {
    let mut store = Counting::default();
    for (tick, cost) in [(70_000, (3, 3)), (70_001, (1, 1)), (70_001, (1, 0)), (75_000, (2, 2)), (0, (3, 3))]
    {
        insert(&mut store, tick).unwrap();
        assert_eq!(store.count(), cost, "insert {tick}");
    }
    for (tick, cost) in [(70_000, (1, 1)), (70_000, (1, 0)), (75_000, (2, 2)), (70_001, (3, 3)), (0, (3, 3))]
    {
        remove(&mut store, tick);
        assert_eq!(store.count(), cost, "remove {tick}");
    }
    assert!(store.words.values().all(U256::is_zero));
}

#[test]
fn the_next_tick_is_found_in_one_word_nearby_and_in_five_anywhere() {
    let mut store = of([3, 70_000, 70_001, TICKS - 1]);
    store.count();
    assert_eq!(next_above(&store, 70_000), Some(70_001));
    assert_eq!(store.count(), (1, 0));
    assert_eq!(next_below(&store, 70_001), Some(70_000));
    assert_eq!(store.count(), (1, 0));
    assert_eq!(next_below(&store, 70_000), Some(3));
    assert_eq!(store.count(), (5, 0));
    assert_eq!(next_above(&store, 70_001), Some(TICKS - 1));
    assert_eq!(store.count(), (5, 0));
    assert_eq!(next_below(&store, 3), None);
    assert_eq!(next_above(&store, TICKS - 1), None);
}

#[test]
fn there_is_no_place_for_a_tick_beyond_the_last() {
    let mut store = of([TICKS - 1]);
    for tick in [TICKS, TICKS + 1, u32::MAX] {
        assert_eq!(*insert(&mut store, tick).unwrap_err(), VenueError::TickOutOfRange { tick });
        assert!(!remove(&mut store, tick) && !contains(&store, tick));
    }
    assert_eq!(highest(&store), Some(TICKS - 1));
}
