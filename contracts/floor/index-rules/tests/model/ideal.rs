//! The model: books, rewards and index together, and who has what.

use everfloor_index_rules::{
    BookParams, IndexParams, Readings,
    pool::{Fees, Reserves},
};

use crate::{
    action::{ACCOUNTS, Action, Voice},
    desk::{Desk, Paper, Part, Pot, Refusal},
    house::RICHES,
    number::{Int, down, int, narrow},
    past::{News, Past},
};

/// What an account has outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Purse {
    pub cash: Int,
    pub nfts: Int,
    pub rewards: Int,
}

/// The last batch of reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    pub price: u128,
    pub oldest: u64,
    pub newest: u64,
    pub round: u64,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub bids: Desk,
    pub asks: Desk,
    pub pot: Pot,
    pub past: Past,
    pub heard: Heard,
    pub purses: Vec<Purse>,
    pub fees: (Int, Int),
    pub treasury: Int,
    pub now: u64,
}

/// What an action came to.
#[derive(Clone, Debug, Default)]
pub struct Done {
    pub news: Option<News>,
    pub parts: Vec<Part>,
    pub is_done: bool,
    /// Whether rewards were shared out.
    pub shared: bool,
}

impl Model {
    pub fn new(params: BookParams, index_params: IndexParams, now: u64) -> Self {
        let purse = Purse { cash: int(RICHES), nfts: int(1_000_000), rewards: Int::ZERO };
        Self {
            bids: Desk::new(true, params),
            asks: Desk::new(false, params),
            pot: Pot::new(ACCOUNTS),
            past: Past::new(index_params),
            heard: Heard::default(),
            purses: vec![purse; usize::from(ACCOUNTS)],
            fees: (Int::ZERO, Int::ZERO),
            treasury: Int::ZERO,
            now,
        }
    }

    pub fn run(&mut self, action: &Action) -> Result<Done, Refusal> {
        let mut done = Done { is_done: true, ..Done::default() };
        let now = self.now;
        match action {
            Action::Place { owner, tick, units } => {
                done.shared = self.share();
                self.bids.place(*owner, *tick, *units, now)?;
                let escrow = self.bids.price(*tick) * *units;
                self.purse(*owner).cash -= escrow;
            }
            Action::Request { id, caller } => {
                done.shared = self.share();
                self.bids.request(*id, *caller, now)?;
                let at = self.bids.find(*id)?;
                let mut credit = std::mem::take(&mut self.bids.papers[at].credit);
                self.pot.credit(*caller, &mut credit);
                self.pot.carry(&credit);
            }
            Action::Finish { id } => {
                let paper = self.bids.finish(*id, now)?;
                let escrow = self.bids.price(paper.tick) * paper.units;
                self.purse(paper.owner).cash += escrow;
            }
            Action::Sell { seller, order } => {
                done.shared = self.share();
                let parts = self.bids.fill_best(order)?;
                done.parts = self.sold(*seller, parts);
            }
            Action::SellInto { seller, ids, order } => {
                done.shared = self.share();
                let parts = self.bids.fill_named(ids, order)?;
                done.parts = self.sold(*seller, parts);
            }
            Action::CatchUp { steps } => {
                self.catch_up(*steps);
                done.is_done = self.bids.is_current(now) && self.asks.is_current(now);
            }
            Action::Earn { id } => {
                self.bids.find(*id)?;
                done.shared = self.share();
                self.earn(*id);
            }
            Action::Claim { owner } => {
                let owed = std::mem::take(&mut self.pot.owed[usize::from(*owner) - 1]);
                if owed == Int::ZERO {
                    return Err("ZeroAmount");
                }
                self.pot.claimed += &owed;
                self.purse(*owner).rewards += owed;
            }
            Action::Fund { amount } => {
                if *amount == 0 {
                    return Err("ZeroAmount");
                }
                done.shared = self.share();
                self.pot.pot += *amount;
                self.pot.funded += *amount;
                if self.pot.pot >= int(1) << 95 {
                    return Err("Overflow");
                }
            }
            Action::SetRate { rate } => {
                done.shared = self.share();
                self.pot.rate = *rate;
            }
            Action::Follow { index, most } => {
                done.shared = self.share();
                let target = Pot::target(*index, &self.bids.params);
                done.is_done = self.pot.follow(&self.bids, target, *most);
            }
            Action::TakeFees => {
                let (bids, asks) = std::mem::take(&mut self.fees);
                self.treasury += bids + asks;
            }
            Action::List { owner, tick } => {
                self.asks.place(*owner, *tick, 1, now)?;
                self.purse(*owner).nfts -= 1;
            }
            Action::RequestAsk { id, caller } => self.asks.request(*id, *caller, now)?,
            Action::FinishAsk { id } => {
                let paper = self.asks.finish(*id, now)?;
                self.purse(paper.owner).nfts += 1;
            }
            Action::Buy { buyer, order } => {
                let parts = self.asks.fill_best(order)?;
                self.bought(*buyer, &parts);
                done.parts = parts;
            }
            Action::BuyNamed { buyer, ids, order } => {
                let parts = self.asks.fill_named(ids, order)?;
                self.bought(*buyer, &parts);
                done.parts = parts;
            }
            Action::Report { voices } => self.hear(voices)?,
            Action::Update { steps, pool, fees } => {
                self.catch_up(*steps);
                let readings = self.read(pool, fees)?;
                done.news = Some(self.past.update(&readings, now)?);
            }
            Action::Close { most } => done.is_done = self.past.close(*most, now),
        }
        Ok(done)
    }

    pub fn share(&mut self) -> bool {
        self.pot.share(&mut self.bids, self.now)
    }

    fn catch_up(&mut self, steps: u32) {
        self.bids.catch_up(steps, self.now);
        self.asks.catch_up(steps, self.now);
    }

    fn purse(&mut self, account: u8) -> &mut Purse {
        &mut self.purses[usize::from(account) - 1]
    }

    pub fn earn(&mut self, id: u32) {
        let at = self.bids.find(id).expect("a bid");
        let Paper { owner, credit, .. } = &mut self.bids.papers[at];
        self.pot.credit(*owner, credit);
    }

    fn sold(&mut self, seller: u8, parts: Vec<Part>) -> Vec<Part> {
        let mut proceeds = Int::ZERO;
        for part in &parts {
            let (owner, units) = (part.paper.owner, part.units);
            self.purse(owner).nfts += units;
            self.purse(seller).nfts -= units;
            proceeds += self.bids.price(part.paper.tick) * units;
            let mut credit = part.paper.credit.clone();
            if part.paper.cancelled.is_none() {
                self.pot.credit(owner, &mut credit);
            }
            match self.bids.find(part.paper.id) {
                Ok(at) => self.bids.papers[at].credit = credit,
                Err(_) => self.pot.carry(&credit),
            }
        }
        let fee = self.bids.fee(&proceeds);
        self.purse(seller).cash += proceeds - &fee;
        self.fees.0 += fee;
        parts
    }

    fn bought(&mut self, buyer: u8, parts: &[Part]) {
        for part in parts {
            let price = self.asks.price(part.paper.tick);
            let fee = self.asks.fee(&price);
            self.purse(buyer).nfts += 1;
            self.purse(buyer).cash -= &price;
            self.purse(part.paper.owner).cash += price - &fee;
            self.fees.1 += fee;
        }
    }

    fn hear(&mut self, voices: &[Voice]) -> Result<(), Refusal> {
        if voices.len() != 3 {
            return Err("WrongQuorum");
        }
        let round = voices[0].round;
        if round <= self.heard.round {
            return Err("RepeatedRound");
        }
        for (place, voice) in voices.iter().enumerate() {
            let refusals = [
                (voice.round != round, "MixedRounds"),
                (voice.price == 0 || voice.price >= 1 << 88, "BadPrice"),
                (voice.time > self.now, "FutureReport"),
                (voice.time + 1_200 < self.now, "StaleReport"),
                (voice.time <= self.heard.newest, "RepeatedTime"),
                (place > 0 && voices[place - 1].signer >= voice.signer, "UnsortedSigners"),
                (voice.signer > 5, "NotASigner"),
            ];
            if let Some((_, refusal)) = refusals.iter().find(|(is_wrong, _)| *is_wrong) {
                return Err(refusal);
            }
        }
        let mut prices: Vec<u128> = voices.iter().map(|voice| voice.price).collect();
        prices.sort_unstable();
        if int(prices[2]) > int(prices[0]) * 2 {
            return Err("SpreadTooWide");
        }
        let times = voices.iter().map(|voice| voice.time);
        self.heard = Heard {
            price: prices[1],
            oldest: times.clone().min().expect("three"),
            newest: times.max().expect("three"),
            round,
        };
        Ok(())
    }

    fn read(&self, pool: &Reserves, fees: &Fees) -> Result<Readings, Refusal> {
        let (now, depth) = (self.now, self.past.params.depth);
        if !self.bids.is_current(now) || !self.asks.is_current(now) {
            return Err("CountsPending");
        }
        let book = narrow(&self.bids.price_of_unit(depth, now));
        let is_heard = now - self.heard.oldest <= 1_200;
        Ok(Readings {
            book,
            pool: quote(pool, fees, depth),
            reports: if is_heard { self.heard.price } else { 0 },
            bid: book,
            ask: narrow(&self.asks.price_of_unit(1, now)),
        })
    }
}

/// What so many tokens bring, each.
fn quote(pool: &Reserves, fees: &Fees, depth: u32) -> u128 {
    let sold = down(int(depth) * 10_u128.pow(18) * (10_000 - fees.pool_bps), 10_000);
    let after = int(pool.tokens) + &sold;
    if after == Int::ZERO {
        return 0;
    }
    let out = down(down(int(pool.cash) * sold, after) * (10_000 - fees.mint_bps), 10_000);
    let each = down(out, depth);
    if each < int(1) << 88 { narrow(&each) } else { 0 }
}
