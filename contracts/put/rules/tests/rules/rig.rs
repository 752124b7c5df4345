//! A pool in memory with everything around it.

use std::collections::BTreeMap;

use everfloor_put_rules::{
    Buyer, Cover, Fill, Ladder, Node, Order, Params, PerShare, Pool, Position, Purchase, Rolled, WAD,
    error::Result,
    position::Records,
    purchase::Counter,
    roll::{self, Prices},
    terms::Collateral,
};

/// A token of 18 decimals.
pub const ETHER: Collateral = Collateral { scale: 1 };
/// When epoch 0 begins.
pub const GENESIS: u64 = 1_700_000_100;
/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Seconds of an epoch.
pub const EPOCH: u64 = 30 * DAY;

/// Strikes of the present epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strikes(pub BTreeMap<(u8, u32), Node>);

impl Ladder for Strikes {
    fn node(&self, level: u8, index: u32) -> Node {
        self.0.get(&(level, index)).copied().unwrap_or_default()
    }

    fn set_node(&mut self, level: u8, index: u32, node: Node) {
        self.0.insert((level, index), node);
    }
}

/// What is written down.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub fills: Vec<Fill>,
    pub ended: BTreeMap<u16, PerShare>,
}

impl Records for Written {
    fn fill(&self, number: u16) -> Fill {
        self.fills[usize::from(number)]
    }

    fn ended(&self, generation: u16) -> PerShare {
        self.ended[&generation]
    }
}

/// A pool, its strikes, records and positions, and the time.
#[derive(Clone, Debug)]
pub struct Rig {
    pub pool: Pool,
    pub params: Params,
    pub collateral: Collateral,
    pub strikes: Strikes,
    pub written: Written,
    pub positions: Vec<Position>,
    pub now: u64,
}

/// Parameters as rDPX's pool has them.
pub fn params() -> Params {
    Params {
        genesis: GENESIS,
        epoch_length: EPOCH,
        window: 21_600,
        grace: DAY,
        leverage: 4,
        sigma_min: WAD / 100,
        sigma_max: 10 * WAD,
        sigma_max_age: 40 * DAY,
        min_deposit: 1,
        min_units: 1_000_000,
        rewards_per_year: 3_000 * WAD,
        reward_duration: 94_608_000,
    }
}

impl Rig {
    /// A pool at the beginning of its first epoch, with a volatility of 100 %.
    pub fn new() -> Self {
        let mut pool = Pool::default();
        pool.buyer.sigma = WAD;
        pool.stream.last = GENESIS;
        Self {
            pool,
            params: params(),
            collateral: ETHER,
            strikes: Strikes::default(),
            written: Written::default(),
            positions: Vec::new(),
            now: GENESIS,
        }
    }

    /// The same of a token of 6 decimals.
    pub fn of_6_decimals() -> Self {
        Self { collateral: Collateral { scale: 1_000_000_000_000 }, ..Self::new() }
    }

    pub fn deposit(&mut self, amount: u128) -> Result<usize> {
        let shares = self.pool.deposit(amount, self.now, &self.params, self.collateral)?;
        self.pool.book.next_position()?;
        self.positions.push(Position::new(shares, &self.pool.book, self.pool.per_share));
        Ok(self.positions.len() - 1)
    }

    pub fn buy(&mut self, units: u128, price: u128, supply: u128) -> Result<Purchase> {
        let order = Order { units, supply, price, max_premium: u128::MAX, min_strike: 0 };
        let (now, params, collateral) = (self.now, self.params, self.collateral);
        Counter::of(&mut self.pool, &mut self.strikes).sell(&order, now, &params, collateral)
    }

    pub fn request(&mut self, who: usize, shares: u128) -> Result<()> {
        let position = &mut self.positions[who];
        position.catch_up(&self.pool.book, &self.pool.queue, &self.written)?;
        position.request_exit(&mut self.pool.queue, shares)
    }

    /// Brings a position to now.
    pub fn settle(&mut self, who: usize) -> Result<Position> {
        self.pool.accrue(&self.params, self.now)?;
        let position = &mut self.positions[who];
        position.settle(&self.pool.book, &self.pool.queue, self.pool.per_share, &self.written)?;
        Ok(*position)
    }

    /// Pays a position what it is owed: fees and what left, and rewards.
    pub fn claim(&mut self, who: usize) -> (u128, u128) {
        self.settle(who).unwrap();
        let position = &mut self.positions[who];
        (position.take_owed(), position.take_reward())
    }

    /// What a position's shares are worth.
    pub fn worth(&self, who: usize) -> u128 {
        self.pool.book.worth(self.positions[who].shares).unwrap()
    }

    pub fn begin_rewards(&mut self) {
        (self.pool.rewards.start, self.pool.rewards.last) = (self.now, self.now);
    }

    /// Goes to the epoch's end and rolls at a price.
    pub fn next_epoch(&mut self, price: u128) -> Rolled {
        self.now = self.end();
        self.roll_at(price).unwrap()
    }

    /// Rolls at a price that settles and marks, with an unchanged volatility.
    pub fn roll_at(&mut self, price: u128) -> Result<Rolled> {
        self.roll(Prices { settlement: price, mark: Some(price) })
    }

    pub fn roll(&mut self, prices: Prices) -> Result<Rolled> {
        let Params { window, grace, .. } = self.params;
        let due = roll::due(self.params.schedule(), self.pool.book.epoch, self.now, window, grace)?;
        let generation = self.pool.book.generation;
        let sigma = self.pool.buyer.sigma;
        let rolled =
            self.pool.roll(&self.strikes, &due, prices, sigma, self.now, &self.params, self.collateral)?;
        self.written.fills.extend(rolled.fill);
        if let Some(end) = rolled.lost {
            self.written.ended.insert(generation, end);
        }
        self.strikes = Strikes::default();
        Ok(rolled)
    }

    pub fn end(&self) -> u64 {
        self.params.schedule().end(self.pool.book.epoch)
    }

    pub fn cover(&self) -> &Cover {
        &self.pool.cover
    }

    pub fn buyer(&mut self) -> &mut Buyer {
        &mut self.pool.buyer
    }
}

/// Whole units in wad.
pub fn wad(amount: u128) -> u128 {
    amount * WAD
}
