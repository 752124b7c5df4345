//! The storage cache of a frame.
//!
//! A program reads and writes slots in a cache; only a flush writes what changed, in ascending order of the keys.
//! The more a frame uses the cache, the more each use costs.

use alloy_primitives::B256;
use std::collections::BTreeMap;

/// A slot as the frame sees it.
#[derive(Clone, Copy, Debug)]
struct Word {
    value: B256,
    /// What the chain has, if the frame has read or written it.
    known: Option<B256>,
}

/// A frame's slots.
#[derive(Debug, Default)]
pub(super) struct StorageCache {
    words: BTreeMap<B256, Word>,
    reads: u32,
    writes: u32,
}

impl StorageCache {
    /// Counts a read: the EVM gas it costs beyond its ink.
    pub(super) fn count_read(&mut self) -> u64 {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write: the EVM gas it costs beyond its ink.
    pub(super) fn count_write(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// A slot's value, if the frame has it.
    pub(super) fn get(&self, key: &B256) -> Option<B256> {
        self.words.get(key).map(|word| word.value)
    }

    /// Takes in what the chain has.
    pub(super) fn learn(&mut self, key: B256, value: B256) {
        self.words.insert(key, Word { value, known: Some(value) });
    }

    /// Writes a slot, in the cache only.
    pub(super) fn set(&mut self, key: B256, value: B256) {
        self.words.entry(key).or_insert(Word { value, known: None }).value = value;
    }

    /// What has to be written, ascending; afterwards the cache takes it for written, or forgets everything.
    pub(super) fn flush(&mut self, clear: bool) -> Vec<(B256, B256)> {
        let mut changed = Vec::new();
        for (key, word) in &mut self.words {
            if word.known != Some(word.value) {
                changed.push((*key, word.value));
                word.known = Some(word.value);
            }
        }
        if clear {
            self.words.clear();
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(byte: u8) -> B256 {
        B256::with_last_byte(byte)
    }

    #[test]
    fn flushes_only_what_changed_in_ascending_order() {
        let mut cache = StorageCache::default();
        cache.learn(word(5), word(50));
        cache.set(word(9), word(90));
        cache.set(word(5), word(51));
        cache.set(word(1), word(10));
        let changes = vec![(word(1), word(10)), (word(5), word(51)), (word(9), word(90))];
        assert_eq!(cache.flush(false), changes);
        assert_eq!(cache.flush(false), vec![]);
        assert_eq!(cache.get(&word(9)), Some(word(90)));
    }

    #[test]
    fn a_restored_value_is_not_written() {
        let mut cache = StorageCache::default();
        cache.learn(word(5), word(50));
        cache.set(word(5), word(51));
        cache.set(word(5), word(50));
        assert_eq!(cache.flush(false), vec![]);
    }

    #[test]
    fn a_clearing_flush_forgets_what_was_read() {
        let mut cache = StorageCache::default();
        cache.learn(word(5), word(50));
        cache.set(word(6), word(60));
        assert_eq!(cache.flush(true), vec![(word(6), word(60))]);
        assert_eq!((cache.get(&word(5)), cache.get(&word(6))), (None, None));
    }

    #[test]
    fn uses_cost_more_from_the_33rd_and_129th_read_and_the_9th_and_65th_write() {
        let mut cache = StorageCache::default();
        let reads: Vec<u64> = (0..130).map(|_| cache.count_read()).collect();
        assert_eq!((reads[31], reads[32], reads[127], reads[128]), (0, 2, 2, 10));
        let writes: Vec<u64> = (0..66).map(|_| cache.count_write()).collect();
        assert_eq!((writes[7], writes[8], writes[63], writes[64]), (0, 7, 7, 10));
    }
}
