//! Pools, and how time and prices go by.

use everfloor_put_rules::{Params, Pool, WAD, terms::Collateral};

use crate::{
    house::House,
    random::Random,
    rig::{DAY, GENESIS, Strikes, Written},
};

const HOUR: u64 = 3_600;

/// What kind of history it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Amounts of a size, prices that wander.
    Usual,
    /// Prices jump, to nothing and beyond everything.
    Wild,
    /// Everything is locked and prices fall to nothing.
    Ruin,
    /// A handful of wei.
    Dust,
    /// As much as fits.
    Huge,
    /// The pool backs all it can: who wants to leave leaves little by little. The first position is left alone for long.
    Full,
}

/// A history's time, prices and sizes.
#[derive(Clone, Debug)]
pub struct Weather {
    pub mood: Mood,
    /// What one unit is worth at present, wad.
    pub price: u128,
    /// A usual amount, token units.
    pub size: u128,
    /// What puts were last bought at, wad.
    pub bought: u128,
}

/// A pool with random parameters.
pub fn opening(random: &mut Random) -> House {
    let odd = (DAY + random.below(DAY)) / 900 * 900;
    let length = random.pick(&[30 * DAY, 30 * DAY, 7 * DAY, DAY, 400 * DAY, odd]);
    let window = random.pick(&[6 * HOUR, HOUR, DAY.min(length)]);
    let sigma_min = random.pick(&[WAD / 100, WAD / 2, WAD]);
    let params = Params {
        genesis: GENESIS,
        epoch_length: length,
        window,
        grace: random.pick(&[DAY, window.max(4 * HOUR), 7 * DAY]).max(window),
        leverage: random.pick(&[4, 4, 4, 1, 3, 16]),
        sigma_min,
        sigma_max: random.pick(&[10 * WAD, sigma_min.max(2 * WAD), sigma_min]),
        sigma_max_age: random.pick(&[40 * DAY, HOUR, 400 * DAY]),
        min_deposit: random.pick(&[1, 1, 1_000]),
        min_units: random.pick(&[1_000_000, 1_000_000, WAD / 1_000]),
        rewards_per_year: random.pick(&[3_000 * WAD, 3_000 * WAD, 0, 7, 100_000 * WAD]),
        reward_duration: random.pick(&[94_608_000, 94_608_000, 1, 3_650 * DAY]),
    };
    let params = match params.validate() {
        Ok(()) => params,
        Err(_) => Params { rewards_per_year: 3_000 * WAD, reward_duration: 94_608_000, ..params },
    };
    params.validate().expect("parameters of a pool");
    let mut pool = Pool::default();
    pool.buyer.sigma = random.between(params.sigma_min, params.sigma_max);
    House {
        pool,
        params,
        collateral: Collateral { scale: random.pick(&[1, 1, 1_000_000_000_000, 10_000_000_000]) },
        strikes: Strikes::default(),
        written: Written::default(),
        positions: Vec::new(),
        owners: Vec::new(),
        wallets: Default::default(),
        paid_in: 0,
        paid_out: 0,
        rewards_in: 0,
        rewards_out: 0,
        now: if random.one_in(4) { GENESIS - random.below(DAY) } else { GENESIS },
    }
}

impl Weather {
    pub fn of(house: &House, random: &mut Random) -> Self {
        let mood = random.pick(&[
            Mood::Usual,
            Mood::Usual,
            Mood::Wild,
            Mood::Ruin,
            Mood::Dust,
            Mood::Huge,
            Mood::Full,
            Mood::Full,
        ]);
        let wads = WAD / house.collateral.scale;
        let size = match mood {
            Mood::Dust => random.pick(&[1, 10, 1_000]),
            Mood::Huge => 1 << random.between(70, 95),
            _ => wads * random.pick(&[1, 10, 1_000, 1_000_000]),
        };
        // Cheap enough that units fit where everything is huge.
        let price = match mood {
            Mood::Huge => WAD << random.below(20),
            Mood::Dust => random.pick(&[3_000, 1_000_000, WAD / 5]),
            _ => random.pick(&[WAD / 5, WAD, 2_000 * WAD, 1_000_000, 1 << 80]),
        };
        Self { mood, price: price.min(1 << 87), size, bought: 0 }
    }

    /// Some time goes by, and prices move.
    pub fn pass(&mut self, house: &mut House, random: &mut Random) {
        self.wander(random);
        house.now += self.seconds(house, random);
    }

    fn seconds(&self, house: &House, random: &mut Random) -> u64 {
        let params = &house.params;
        let left = house.end().saturating_sub(house.now);
        if left == 0 {
            // What is over can be late.
            let later = random.pick(&[1, params.window, params.grace, params.epoch_length, DAY]);
            return if random.one_in(12) { random.below(later + 1) } else { 0 };
        }
        if self.mood == Mood::Full && random.one_in(3) {
            return left;
        }
        match random.below(96) {
            0..68 => 0,
            68..80 => random.below(100).min(left - 1),
            80..92 => random.below(params.epoch_length / 8).min(left - 1),
            92 => left - 1,
            93 => left,
            94 => left + random.pick(&[1, params.window, params.window + 1, params.grace, params.grace + 1]),
            _ if random.one_in(2) => left + params.epoch_length * random.below(4),
            _ => left + random.below(params.epoch_length * 2),
        }
    }

    fn wander(&mut self, random: &mut Random) {
        let price = self.price;
        self.price = match random.below(40) {
            0..8 => price,
            8..30 => (price - price / 32).saturating_add(random.between(0, price / 16)),
            30 if self.is_wild() => price.saturating_mul(5),
            31 if self.is_wild() => price / 5,
            32 if self.is_wild() => random.pick(&[0, 1, 2, 5, 1_500, (1 << 88) - 1, 1 << 88, u128::MAX]),
            33 if self.is_wild() => random.between(0, 1 << 88) >> random.below(88),
            _ => price,
        };
        // From the ends it comes back.
        if !(1_000..1 << 87).contains(&self.price) && random.one_in(3) {
            self.price = random.pick(&[WAD / 5, WAD, 2_000 * WAD, 1_000_000]);
        }
    }

    fn is_wild(&self) -> bool {
        matches!(self.mood, Mood::Wild | Mood::Ruin)
    }

    /// What an epoch settles at.
    pub fn settlement(&self, random: &mut Random) -> u128 {
        match self.mood {
            Mood::Ruin if random.one_in(2) => random.pick(&[0, 1, self.price / 1_000_000]),
            Mood::Wild if random.one_in(4) => random.pick(&[0, 1, 1 << 88, u128::MAX]),
            // Where strikes are.
            _ if random.one_in(2) => close(self.bought / 4 * 3, random),
            _ => self.near(random),
        }
    }

    /// A price about the present one.
    pub fn near(&self, random: &mut Random) -> u128 {
        near(self.price, random)
    }
}

fn near(price: u128, random: &mut Random) -> u128 {
    let range = price >> random.pick(&[6, 10, 12, 40]);
    (price - range / 2).saturating_add(random.between(0, range))
}

/// A price that, taken as a strike, is likely to be in the same leaf as another.
pub fn close(price: u128, random: &mut Random) -> u128 {
    let range = price / 4_096;
    (price - range).saturating_add(random.between(0, range * 2))
}
