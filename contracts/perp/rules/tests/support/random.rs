//! Repeatable random numbers.

/// SplitMix64: one state word, so a printed seed repeats a run.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// A sequence from the seed in the variable `name`, else from a new one, which is printed.
    pub fn from_env(name: &str) -> Self {
        let seed = number_from_env(name).unwrap_or_else(|| {
            use std::hash::{BuildHasher, RandomState};
            RandomState::new().hash_one(0)
        });
        println!("{name}={seed}");
        Self(seed)
    }

    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u128, high: u128) -> u128 {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        match (high - low).checked_add(1) {
            Some(count) => low + bits % count,
            None => bits,
        }
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number of every length, often at an edge.
    pub fn edge(&mut self) -> u128 {
        let bits = self.between(0, u128::MAX);
        match self.below(6) {
            0 => self.pick(&[0, 1, u128::MAX, u128::MAX - 1, 1 << 127, (1 << 127) - 1, 1 << 64]),
            _ => bits >> self.below(128),
        }
    }
}

/// The number in a variable.
pub fn number_from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
