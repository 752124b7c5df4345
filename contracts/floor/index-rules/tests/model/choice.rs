//! Books, prices and what people try.

use everfloor_index_rules::{
    BookParams, IndexParams, Order, WAD,
    pool::{Fees, Reserves},
};

use crate::{
    action::{ACCOUNTS, Action, Voice},
    driver::World,
    random::Random,
    rig::{DAY, GENESIS, HOUR},
};

/// Bids or asks, beyond which there are few new ones.
const MOST_OFFERS: usize = 24;

/// Random parameters within their bounds, often at an edge.
pub fn params(random: &mut Random) -> (BookParams, IndexParams) {
    let book = BookParams {
        tick_size: random.pick(&[
            1_000_000_000,
            12_345_678_901_234_567,
            WAD / 100,
            WAD / 100,
            u64::MAX.into(),
        ]),
        min_age: random.pick(&[300, 1_800, 1_800, 5_000]),
        cancel_delay: random.pick(&[300, 900, 900, 4_000]),
        fee_bps: random.pick(&[0, 50, 50, 333, 500]),
        band_bps: random.pick(&[0, 500, 1_000, 5_000]),
    };
    let index = IndexParams {
        genesis: GENESIS,
        epoch_length: random.pick(&[HOUR, 5_003, DAY]),
        window: random.pick(&[600, 1_800, 7_200]),
        depth: random.pick(&[1, 2, 3, 3, 8]),
        min_sources: random.pick(&[1, 1, 2, 3]),
        chi: 10 * WAD,
    };
    (book, index)
}

impl World {
    /// Time goes by: not at all, a little, to the second in which something happens, or for long.
    pub fn pass(&mut self) {
        let now = self.house.now;
        let later = match self.random.below(100) {
            0..45 => now,
            45..70 => now + self.random.below(240),
            70..85 => self.next_event().unwrap_or(now).max(now),
            85..96 => now + self.random.below(2 * HOUR),
            96..99 => now + self.random.below(DAY),
            _ => now + self.random.below(8 * DAY),
        };
        (self.house.now, self.model.now) = (later, later);
    }

    /// The second, or the one before or after, in which an offer comes of age or free, or an epoch ends.
    fn next_event(&mut self) -> Option<u64> {
        let params = self.house.params;
        let books = [&self.model.bids, &self.model.asks];
        let mut times: Vec<u64> = books
            .into_iter()
            .flat_map(|desk| &desk.papers)
            .flat_map(|paper| {
                let free = paper.cancelled.map(|at| at + params.cancel_delay);
                [Some(paper.placed + params.min_age), free].into_iter().flatten()
            })
            .filter(|time| *time > self.house.now)
            .collect();
        let length = self.house.index_params.epoch_length;
        times.push(self.house.now.saturating_sub(GENESIS) / length * length + length + GENESIS);
        times.sort_unstable();
        // One of the nearest.
        let time = times.get(self.random.below(3) as usize)?;
        Some(time + self.random.below(3) - 1)
    }

    /// The next thing somebody tries.
    pub fn choose(&mut self) -> Action {
        let crowded =
            (self.model.bids.papers.len() > MOST_OFFERS, self.model.asks.papers.len() > MOST_OFFERS);
        let unwritten = self.model.past.unwritten(self.house.now);
        if unwritten > 8 && self.random.one_in(3) {
            return Action::Close { most: self.random.pick(&[1, 8, 8, 200]) };
        }
        match self.random.below(100) {
            0..20 if !crowded.0 => {
                Action::Place { owner: self.somebody(), tick: self.tick(true), units: self.units() }
            }
            0..26 => self.request(),
            26..34 => Action::Finish { id: self.free_bid() },
            34..42 => Action::Sell { seller: self.somebody(), order: self.order(true) },
            42..47 => {
                let ids = (0..self.random.below(5)).map(|_| self.any_bid()).collect();
                Action::SellInto { seller: self.somebody(), ids, order: self.order(true) }
            }
            47..52 => Action::CatchUp { steps: self.steps() },
            52..57 => Action::Earn { id: self.any_bid() },
            57..60 => Action::Claim { owner: self.somebody() },
            60..62 => Action::Fund { amount: self.fund() },
            62..64 => Action::SetRate { rate: self.rate() },
            64..69 => self.follow(),
            69..70 => Action::TakeFees,
            70..75 if !crowded.1 => Action::List { owner: self.somebody(), tick: self.tick(false) },
            70..77 => Action::RequestAsk { id: self.any_ask(), caller: self.ask_owner() },
            77..79 => Action::FinishAsk { id: self.free_ask() },
            79..81 => Action::Buy { buyer: self.somebody(), order: self.order(false) },
            81..83 => {
                let ids = (0..self.random.below(4)).map(|_| self.any_ask()).collect();
                Action::BuyNamed { buyer: self.somebody(), ids, order: self.order(false) }
            }
            83..89 => Action::Report { voices: self.voices() },
            89..99 => self.update(),
            _ => Action::Close { most: self.random.below(12) as u32 },
        }
    }

    fn somebody(&mut self) -> u8 {
        self.random.below(ACCOUNTS.into()) as u8 + 1
    }

    /// Bids about a price that wanders, asks a little above, and now and then anywhere.
    fn tick(&mut self, is_bid: bool) -> u32 {
        if self.random.one_in(60) {
            return self.random.pick(&[0, 1, (1 << 24) - 1, 1 << 24, u32::MAX]);
        }
        if self.random.one_in(10) {
            self.price = (self.price + self.random.below(21) as u32).clamp(60, 400) - 10;
        }
        let apart = self.random.below(25) as u32;
        if is_bid { self.price + 4 - apart.min(self.price) } else { self.price - 4 + apart }
    }

    fn units(&mut self) -> u32 {
        match self.random.below(30) {
            0 => self.random.pick(&[0, 65_535, 65_536]),
            1..10 => self.random.below(12) as u32 + 1,
            _ => self.random.below(3) as u32 + 1,
        }
    }

    fn steps(&mut self) -> u32 {
        self.random.pick(&[0, 1, 2, 100, 100])
    }

    fn any_bid(&mut self) -> u32 {
        any(&mut self.random, &self.model.bids.papers.iter().map(|bid| bid.id).collect::<Vec<_>>())
    }

    fn any_ask(&mut self) -> u32 {
        any(&mut self.random, &self.model.asks.papers.iter().map(|ask| ask.id).collect::<Vec<_>>())
    }

    /// A bid whose cancel was asked for, or else any.
    fn free_bid(&mut self) -> u32 {
        let desk = &self.model.bids;
        let ids: Vec<u32> =
            desk.papers.iter().filter(|bid| bid.cancelled.is_some()).map(|bid| bid.id).collect();
        if ids.is_empty() { self.any_bid() } else { any(&mut self.random, &ids) }
    }

    fn free_ask(&mut self) -> u32 {
        let desk = &self.model.asks;
        let ids: Vec<u32> =
            desk.papers.iter().filter(|ask| ask.cancelled.is_some()).map(|ask| ask.id).collect();
        if ids.is_empty() { self.any_ask() } else { any(&mut self.random, &ids) }
    }

    fn request(&mut self) -> Action {
        let id = self.any_bid();
        let owner = self.model.bids.find(id).map(|at| self.model.bids.papers[at].owner);
        let caller = if self.random.one_in(8) { self.somebody() } else { owner.unwrap_or(1) };
        Action::Request { id, caller }
    }

    fn ask_owner(&mut self) -> u8 {
        let owners: Vec<u8> = self.model.asks.papers.iter().map(|ask| ask.owner).collect();
        if owners.is_empty() { 1 } else { self.random.pick(&owners) }
    }

    fn order(&mut self, is_sale: bool) -> Order {
        let units = self.random.pick(&[0, 1, 1, 2, 3, 5, 9, 40]);
        let least = if self.random.one_in(4) { units } else { self.random.below(2) as u32 };
        let tick = u128::from(self.price.saturating_sub(self.random.below(30) as u32));
        let limit = match (self.random.below(3), is_sale) {
            (0, true) => 0,
            (0, false) => u128::MAX,
            (_, true) => tick * self.house.params.tick_size + u128::from(self.random.below(2)),
            (_, false) => (tick + 32) * self.house.params.tick_size - u128::from(self.random.below(2)),
        };
        Order { units, least, limit, most: self.random.pick(&[0, 1, 3, 50, 50, 50]) }
    }

    fn fund(&mut self) -> u128 {
        match self.random.below(20) {
            0 => 0,
            1 => 1 << 95,
            2 => self.random.between(1, 1 << 90),
            _ => self.random.between(1, 10_000_000),
        }
    }

    fn rate(&mut self) -> u64 {
        match self.random.below(8) {
            0 => 0,
            1 => self.random.next(),
            _ => self.random.below(5_000),
        }
    }

    fn follow(&mut self) -> Action {
        let index = match self.random.below(8) {
            0 => 0,
            1 => self.random.edge() >> 40,
            2..5 => u128::from(self.price) * self.house.params.tick_size + u128::from(self.random.below(2)),
            _ => self.house.index.price,
        };
        Action::Follow { index, most: self.random.pick(&[0, 1, 2, 5, 50, 50]) }
    }

    /// Reports about the wandering price, most of them good.
    fn voices(&mut self) -> Vec<Voice> {
        let (now, heard) = (self.house.now, self.model.heard);
        let round = heard.round + self.random.pick(&[0, 1, 1, 1, 1, 1, 1, 2]);
        let middle = u128::from(self.price) * self.house.params.tick_size;
        let mut signers: Vec<u8> = (1..=6).collect();
        while signers.len() > 3 {
            // The last sits on no seat that is taken: he is seldom asked.
            let at = if self.random.one_in(5) { self.random.below(signers.len() as u64) } else { 5 };
            signers.remove((at as usize).min(signers.len() - 1));
        }
        match self.random.below(30) {
            0 => signers.swap(0, 1),
            1 => signers[1] = signers[0],
            2 => signers.truncate(2),
            _ => {}
        }
        let odd = self.random.below(40);
        let voices = signers.into_iter().enumerate().map(|(place, signer)| {
            let mut voice = Voice {
                signer,
                price: self.random.between(middle * 8 / 10, middle * 12 / 10),
                time: now - self.random.below(40).min(now.saturating_sub(heard.newest + 1)),
                round,
            };
            match odd {
                0 => voice.time = now - self.random.below(1_300),
                1 => voice.time = now + self.random.below(2),
                2 if place == 2 => voice.price = self.random.pick(&[0, 1 << 88, middle * 3]),
                3 if place == 1 => voice.round += 1,
                4 => voice.time = heard.newest,
                5 => voice.time = now - 1_199 - self.random.below(3),
                _ => {}
            }
            voice
        });
        voices.collect()
    }

    fn update(&mut self) -> Action {
        let middle = u128::from(self.price) * self.house.params.tick_size;
        // Tokens of which each is worth about the wandering price.
        let tokens = self.random.between(WAD, 400 * WAD);
        let cash = middle * self.random.between(70, 150) / 100 * (tokens / WAD);
        let pool = match self.random.below(12) {
            0..2 => Reserves { tokens: 0, cash: 0 },
            2 => Reserves { tokens: self.random.edge() >> 2, cash: self.random.edge() >> 2 },
            _ => Reserves { tokens, cash },
        };
        let fees = Fees { pool_bps: self.random.pick(&[0, 30, 100]), mint_bps: self.random.pick(&[0, 300]) };
        Action::Update { steps: self.random.pick(&[0, 3, 100, 100, 100, 100]), pool, fees }
    }
}

/// One of these, and now and then one that is gone or never was.
fn any(random: &mut Random, ids: &[u32]) -> u32 {
    if ids.is_empty() || random.one_in(20) { random.below(50) as u32 } else { random.pick(ids) }
}
