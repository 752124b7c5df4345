//! Books, and what people try.

use everfloor_venue_rules::{Kind, LOTS_LIMIT, NewOrder, Owner, Params, SelfTrade, Side, TICKS, WAD};

use crate::{
    action::{Action, Question},
    naive::{Naive, Resting},
    random::Random,
    rig::Market,
};

pub const OWNERS: [Owner; 5] = [[1; 20], [2; 20], [3; 20], [4; 20], [5; 20]];

/// What a history is like.
pub struct Weather {
    /// Where most orders are.
    centre: u32,
    /// How far from it.
    width: u32,
    /// Lots of most orders are at most so many times the least.
    size: u64,
    /// Seconds between two actions, if any pass.
    pace: u64,
}

/// Parameters within their bounds.
pub fn params(random: &mut Random) -> Params {
    let min_lots = random.pick(&[1, 1, 5, 100]);
    let mark_levels = random.pick(&[2, 3, 4, 8, 32]);
    let (tick_size, lot_size) = random.pick(&[
        (WAD, WAD),
        (WAD / 1_000, WAD / 10),
        (1, WAD),
        (WAD, 1),
        (3_000_000_000, 1_000_000_000),
        (WAD / 4, 12),
    ]);
    Params {
        tick_size,
        lot_size,
        min_lots,
        mark_depth: 1 + random.below(min_lots * u64::from(mark_levels - 1)),
        mark_levels,
        genesis: 1_700_000_000 + random.below(5_000),
        epoch: 300 + random.below(900),
        period: random.pick(&[1, 10, 60, 600]),
        snapshots: random.pick(&[2, 3, 10, 100]),
    }
}

impl Weather {
    pub fn new(random: &mut Random) -> Self {
        let anywhere = random.below(TICKS.into()) as u32;
        Self {
            centre: random.pick(&[1, 30, 255, 256, 65_536, 100_000, TICKS - 3, anywhere]),
            width: random.pick(&[2, 4, 8, 30, 5_000]),
            size: random.pick(&[3, 20, 1_000]),
            pace: random.pick(&[1, 12, 60]),
        }
    }

    /// Seconds until the next action.
    pub fn pass(&mut self, random: &mut Random, params: &Params) -> u64 {
        if random.one_in(20) {
            let step = random.below(self.width.into()) as u32;
            self.centre =
                if random.one_in(2) { self.centre + step } else { self.centre.saturating_sub(step) };
            self.centre = self.centre.clamp(1, TICKS - 1);
        }
        match random.below(300) {
            0 => params.epoch * random.below(12),
            1..=3 => params.epoch,
            4..=120 => 0,
            _ => random.below(self.pace * 2),
        }
    }
}

/// Somebody who looks at the book and does something.
pub struct Choice<'a> {
    pub book: &'a Naive,
    pub weather: &'a Weather,
    pub random: &'a mut Random,
    pub now: u64,
    pub opened: u64,
}

impl Choice<'_> {
    pub fn action(&mut self) -> Action {
        match self.random.below(100) {
            0..50 => Action::Place { order: self.order(), market: self.market() },
            50..70 => {
                let (owner, id) = self.own();
                Action::Cancel { owner, id }
            }
            70..77 => {
                let (owner, id) = self.own();
                let has = self.book.find(id).map_or(10, |order| order.lots);
                let lots = match self.random.below(12) {
                    0 => has,
                    1 => has + 1,
                    2 => LOTS_LIMIT + self.random.below(3),
                    3 => self.book.params.min_lots - 1,
                    _ => self.random.between(self.book.params.min_lots.into(), u128::from(has) + 200) as u64,
                };
                Action::Reduce {
                    owner,
                    id,
                    lots: if self.random.one_in(3) { lots } else { lots.min(has - 1) },
                }
            }
            77..87 => {
                let (owner, id) = self.own();
                let order = NewOrder { owner, ..self.order() };
                Action::Replace { id, order, market: self.market() }
            }
            87..91 => {
                let gone = |order: &&Resting| order.expiry != 0 && u64::from(order.expiry) < self.now;
                let expired = self.book.orders.iter().find(gone).map(|order| order.id);
                let id = self.id();
                Action::Prune { id: expired.filter(|_| !self.random.one_in(4)).unwrap_or(id) }
            }
            91..94 => Action::Drop { id: self.id() },
            94..99 => Action::Touch,
            _ => {
                let params = params(self.random);
                let (min_lots, depth, period) = (params.min_lots, params.mark_depth, params.period);
                Action::Retune { min_lots, depth, levels: params.mark_levels, period }
            }
        }
    }

    pub fn question(&mut self) -> Question {
        let side = self.side();
        match self.random.below(5) {
            0 => Question::Impact {
                side,
                lots: self.random.below(self.book.params.min_lots * self.weather.size * 4),
                most: self.random.below(8) as u32,
            },
            1 => Question::Levels {
                side,
                from: self.random.pick(&[0, 0, self.weather.centre, TICKS]).max(self.near(side) % 2),
                limit: self.random.below(6) as u32,
            },
            2 => {
                let id = self.id();
                let tick = self.book.find(id).map_or(self.weather.centre, |order| order.tick);
                let from = if self.random.one_in(2) { 0 } else { self.id() };
                let from = if self.random.one_in(2) { from } else { id };
                Question::Orders { tick, from, limit: self.random.below(6) as u32 }
            }
            3 => {
                let current = self.now.saturating_sub(self.book.params.genesis) / self.book.params.epoch;
                let back = self.random.below(3 + self.random.clone().below(current + 2));
                Question::Epoch { epoch: (current + 1).saturating_sub(back) as u32 }
            }
            _ => {
                let back = self.random.below(1 + self.random.clone().below(self.now - self.opened + 2_000));
                let back = if self.random.one_in(4) { self.random.below(20) } else { back };
                Question::Since { time: self.now + 1 - back }
            }
        }
    }

    fn side(&mut self) -> Side {
        self.random.pick(&[Side::Bid, Side::Ask])
    }

    /// Any order that rests, mostly; one that is gone, or never was, now and then.
    fn id(&mut self) -> u64 {
        if self.book.orders.is_empty() || self.random.one_in(12) {
            return self.random.below(self.book.made + 3);
        }
        self.book.orders[self.random.below(self.book.orders.len() as u64) as usize].id
    }

    /// An order and who says it is theirs.
    fn own(&mut self) -> (Owner, u64) {
        let id = self.id();
        let anybody = self.random.pick(&OWNERS);
        let owner = self.book.find(id).map_or(anybody, |order| order.owner);
        (if self.random.one_in(15) { anybody } else { owner }, id)
    }

    /// A tick near the middle, mostly on the side's own half of it.
    fn near(&mut self, side: Side) -> u32 {
        let step = self.random.below(self.weather.width.into()) as u32;
        let above = (side == Side::Ask) != self.random.one_in(4);
        match (self.random.below(40), above) {
            (0, _) => self.random.below(u64::from(TICKS) + 2) as u32,
            (1, _) => self.random.pick(&[0, 1, TICKS - 1, TICKS, u32::MAX]),
            (_, true) => self.weather.centre.saturating_add(step),
            (_, false) => self.weather.centre.saturating_sub(step),
        }
    }

    fn order(&mut self) -> NewOrder {
        let side = self.side();
        let least = self.book.params.min_lots;
        let lots = match self.random.below(60) {
            0 => least - 1,
            1 => LOTS_LIMIT - 1,
            2 => LOTS_LIMIT,
            _ => least + self.random.below(least * self.weather.size),
        };
        let expiry = match self.random.below(8) {
            0..5 => 0,
            5 if self.random.one_in(4) => self.now - 1 - self.random.below(10),
            _ => self.now + self.random.below(300),
        };
        let kinds = [
            Kind::Limit,
            Kind::Limit,
            Kind::Limit,
            Kind::Limit,
            Kind::PostOnly,
            Kind::PostOnly,
            Kind::ImmediateOrCancel,
            Kind::FillOrKill,
        ];
        let kind = self.random.pick(&kinds);
        let far = if side == Side::Bid { TICKS - 1 } else { 1 };
        let at_any_price =
            matches!(kind, Kind::ImmediateOrCancel | Kind::FillOrKill) && self.random.one_in(2);
        NewOrder {
            owner: self.random.pick(&OWNERS),
            side,
            lots,
            tick: if at_any_price { far } else { self.near(side) },
            kind,
            expiry: expiry as u32,
            self_trade: self.random.pick(&[SelfTrade::CancelResting, SelfTrade::StopIncoming]),
            max_fills: if self.random.one_in(6) { self.random.below(4) as u32 } else { 100 },
        }
    }

    fn market(&mut self) -> Market {
        let mut market = Market::default();
        if self.random.one_in(6) {
            market.makers_without.insert(self.random.pick(&OWNERS));
        }
        if self.random.one_in(6) {
            market.credit = Some(self.random.below(self.book.params.min_lots * self.weather.size));
        }
        market
    }
}
