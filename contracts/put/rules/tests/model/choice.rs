//! What people try.

use everfloor_put_rules::{
    Order, Position, WAD, position::FILLS_AT_ONCE, purchase::quote, volatility::Reading,
};

use crate::{
    action::{Action, OWNERS, Outside},
    house::House,
    random::Random,
    story::{Mood, Weather, close},
};

/// Positions of a pool, beyond which there are no new ones.
const MOST_POSITIONS: usize = 14;
/// Purchases of an epoch, beyond which there are few.
const MOST_LOTS: u32 = 40;

pub struct Choice<'a> {
    pub house: &'a House,
    pub random: &'a mut Random,
    pub weather: &'a mut Weather,
}

impl Choice<'_> {
    /// The next thing somebody tries, if there is anybody.
    pub fn next(&mut self) -> Option<Action> {
        let is_over = self.house.now >= self.house.end();
        if is_over && !self.random.one_in(3) || self.random.one_in(100) {
            return Some(self.roll());
        }
        if let Some(who) = self.laggard().filter(|_| self.random.one_in(8)) {
            return Some(self.late_for(who));
        }
        if self.weather.mood == Mood::Full && self.random.one_in(3) {
            return Some(Action::ReportSupply { supply: self.supply() });
        }
        Some(match self.random.below(100) {
            0..8 if self.open().len() < MOST_POSITIONS => self.deposit(),
            0..8 => self.claim(self.house.positions.len().checked_sub(1).map(|_| true)?)?,
            8..28 if self.house.pool.cover.lots < MOST_LOTS || self.random.one_in(20) => self.purchase(),
            28..34 => Action::ReportSupply { supply: self.supply() },
            34..37 => Action::Release { units: self.part_or_edge(self.house.pool.cover.units) },
            37..44 => Action::FundEscrow { amount: self.funding() },
            44..48 => Action::WithdrawEscrow { amount: self.part_or_edge(self.house.pool.buyer.escrow) },
            48..51 => Action::CollectPayoff,
            51..63 => self.request()?,
            63..67 => self.cancel()?,
            67..79 => self.claim(false)?,
            79..83 => Action::Settle { who: self.anybody()? },
            83..88 => self.split()?,
            88..93 => self.merge()?,
            93..96 => Action::Transfer { who: self.anybody()?, to: self.owner() },
            96..98 => Action::BeginRewards,
            _ => Action::CollectUnallocated,
        })
    }

    fn open(&self) -> Vec<usize> {
        let all = self.house.positions.iter().enumerate();
        all.filter(|(_, position)| position.is_some()).map(|(who, _)| who).collect()
    }

    /// Somebody who is in. Where everybody wants to leave, the first one only now and then.
    fn anybody(&mut self) -> Option<usize> {
        let mut open = self.open();
        if self.weather.mood == Mood::Full && open.len() > 1 && !self.random.one_in(400) {
            open.remove(0);
        }
        (!open.is_empty()).then(|| self.random.pick(&open))
    }

    /// Somebody who took part in more exits than one call accounts for.
    fn laggard(&self) -> Option<usize> {
        let lags = |position: &Position| position.exits_left(&self.house.pool.queue) > FILLS_AT_ONCE;
        self.house.positions.iter().position(|position| position.as_ref().is_some_and(lags))
    }

    fn late_for(&mut self, who: usize) -> Action {
        match self.random.below(5) {
            0 => Action::Settle { who },
            1 => Action::RequestExit { who, shares: 1 },
            2 => Action::CancelExit { who, shares: 1 },
            3 => Action::Split { who, shares: 1 },
            _ => Action::Claim { who, fees: true, rewards: true },
        }
    }

    fn owner(&mut self) -> usize {
        self.random.below(OWNERS as u64) as usize
    }

    fn amount(&mut self) -> u128 {
        let size = self.weather.size;
        match self.random.below(12) {
            0 => self.random.between(0, 1_000),
            1 => self.house.params.min_deposit - self.random.between(0, 1),
            2 if self.weather.mood == Mood::Huge => self.random.edge(),
            3 if self.random.one_in(8) => self.random.edge(),
            4 => size,
            _ => self.random.between(size / 100, size.saturating_mul(2)),
        }
    }

    fn deposit(&mut self) -> Action {
        let amount = match self.weather.mood {
            Mood::Full if self.open().len() > 2 => self.random.between(1, self.weather.size / 50 + 1),
            _ => self.amount(),
        };
        let expected = self.house.pool.book.shares_for(amount, self.house.collateral).unwrap_or_default();
        let least = match self.random.below(8) {
            0 => expected,
            1 => expected.saturating_add(1),
            _ => 0,
        };
        Action::Deposit { owner: self.owner(), amount, least }
    }

    /// A part of something, all of it, or about as much.
    fn part_or_edge(&mut self, all: u128) -> u128 {
        match self.random.below(8) {
            0 => all,
            1 => all.saturating_add(1),
            2 => 0,
            3 if self.random.one_in(4) => self.random.edge(),
            4 => self.random.between(0, all.min(10)),
            _ => self.random.between(0, all),
        }
    }

    fn supply(&mut self) -> u128 {
        let most = self.house.pool.book.liquidity.saturating_mul(self.house.params.leverage.into());
        if self.weather.mood == Mood::Full && !self.random.one_in(8) {
            // All but what lets a few leave.
            return most - self.random.between(0, most / 200);
        }
        match self.random.below(7) {
            0 => most,
            1 => most.saturating_add(1),
            2 => self.house.pool.buyer.supply,
            3 => 0,
            4 if self.random.one_in(4) => self.random.edge(),
            _ => self.random.between(0, most),
        }
    }

    /// What about covers the next epoch's funding.
    fn funding(&mut self) -> u128 {
        let locked = self.house.pool.cover.locked;
        match self.random.below(3) {
            0 => self.amount(),
            1 => self.random.between(0, locked / 8 + 1),
            _ => self.random.between(0, locked.saturating_mul(2)),
        }
    }

    fn purchase(&mut self) -> Action {
        let price = match self.random.below(12) {
            0 => self.random.between(0, 4_000),
            1 if self.random.one_in(4) => self.random.edge(),
            2 => self.random.pick(&[0, 1, 2, (1 << 88) - 1, 1 << 88]),
            3..8 if self.house.pool.cover.lots > 0 => close(self.weather.bought, self.random),
            _ => self.weather.near(self.random),
        };
        let units = self.units(price);
        if units < self.house.params.min_units && !self.random.one_in(8) {
            // There is nothing left to lock.
            return self.deposit();
        }
        let supply = match self.random.below(3) {
            0 => self.supply(),
            _ => self.house.pool.buyer.supply,
        };
        let mut order = Order { units, supply, price, max_premium: u128::MAX, min_strike: 0 };
        let pool = &self.house.pool;
        let (now, params, collateral) = (self.house.now, self.house.params, self.house.collateral);
        let quoted = quote(units, price, pool.buyer.sigma, now, &params, pool.book.epoch, collateral);
        if let Ok(quoted) = quoted {
            self.weather.bought = price;
            match self.random.below(12) {
                0 => order.max_premium = quoted.premium,
                1 => order.max_premium = quoted.premium.saturating_sub(1),
                2 => order.min_strike = quoted.strike,
                3 => order.min_strike = quoted.strike + 1,
                _ => {}
            }
        }
        Action::Purchase { order }
    }

    /// Units to buy at a price, often as many as can be locked.
    fn units(&mut self, price: u128) -> u128 {
        let pool = &self.house.pool;
        let free = pool.book.liquidity.saturating_sub(pool.cover.locked);
        let strike = (price / 4 * 3).max(1);
        let room = (1_u128 << 88) - 1 - pool.cover.units;
        let most = self.house.collateral.units_down(free, strike).unwrap_or(u128::MAX).min(room);
        let ruin = self.weather.mood == Mood::Ruin;
        match self.random.below(12) {
            0 => self.house.params.min_units - self.random.between(0, 1),
            1 => most,
            2 => most.saturating_add(WAD),
            3 if self.random.one_in(4) => self.random.edge(),
            4..8 if ruin => most,
            _ => self.random.between(most / 40, most / 4),
        }
    }

    fn request(&mut self) -> Option<Action> {
        let first = self.open().into_iter().next()?;
        let who = match self.weather.mood {
            // Who is left alone wants to leave with everything.
            Mood::Full if self.house.positions[first].is_some_and(|position| position.requested == 0) => {
                first
            }
            _ => self.anybody()?,
        };
        let position = self.house.positions[who].unwrap_or_default();
        let free = position.shares.saturating_sub(position.requested);
        let shares = if self.weather.mood == Mood::Full { free } else { self.part_or_edge(free) };
        Some(Action::RequestExit { who, shares })
    }

    fn cancel(&mut self) -> Option<Action> {
        let who = self.anybody()?;
        let requested = self.house.positions[who].unwrap_or_default().requested;
        Some(Action::CancelExit { who, shares: self.part_or_edge(requested) })
    }

    fn claim(&mut self, everything: bool) -> Option<Action> {
        let kind = self.random.below(3);
        let (fees, rewards) = (everything || kind != 0, everything || kind != 1);
        Some(Action::Claim { who: self.anybody()?, fees, rewards })
    }

    fn split(&mut self) -> Option<Action> {
        let who = self.anybody()?;
        let position = self.house.positions[who].unwrap_or_default();
        let shares = self.part_or_edge(position.shares.saturating_sub(position.requested));
        Some(Action::Split { who, shares })
    }

    /// Two positions of one owner's.
    fn merge(&mut self) -> Option<Action> {
        let into = self.anybody()?;
        let same = self.house.owners[into];
        let alone = usize::from(self.weather.mood == Mood::Full);
        let others: Vec<_> = self.open().into_iter().skip(alone).filter(|who| *who != into).collect();
        let others: Vec<_> = others.into_iter().filter(|who| self.house.owners[*who] == same).collect();
        (!others.is_empty()).then(|| Action::Merge { into, from: self.random.pick(&others) })
    }

    fn roll(&mut self) -> Action {
        let settlement = self.weather.settlement(self.random);
        let known = |random: &mut Random, price, times| if random.one_in(times) { None } else { Some(price) };
        let mark = self.weather.near(self.random);
        let outside = Outside {
            average: known(self.random, settlement, 6),
            last_average: self.weather.near(self.random),
            mark: known(self.random, mark, 4),
            reading: Reading {
                sigma: match self.random.below(4) {
                    0 => None,
                    1 => Some(self.random.edge()),
                    _ => Some(self.random.between(WAD / 100, 10 * WAD)),
                },
                updated_at: self.house.now - self.random.below(self.house.params.sigma_max_age * 2),
            },
        };
        Action::Roll { outside }
    }
}
