//! The model of a book: a list of offers in the order they were made, searched from end to end for everything.

use everfloor_index_rules::{BookParams, Order};

use crate::number::{Int, down, int, up};

/// Why the model refuses: the name of the rules' refusal.
pub type Refusal = &'static str;

#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    pub id: u32,
    pub owner: u8,
    pub tick: u32,
    pub units: u32,
    pub placed: u64,
    pub cancelled: Option<u64>,
    /// Earned and not credited, in `2^-32` wei.
    pub credit: Int,
}

/// A part of an offer that was filled.
#[derive(Clone, Debug)]
pub struct Part {
    pub paper: Paper,
    pub units: u32,
}

#[derive(Clone, Debug)]
pub struct Desk {
    pub papers: Vec<Paper>,
    pub made: u32,
    /// Offers whose cancel was asked for, in that order.
    pub requests: Vec<u32>,
    /// How many offers and requests have been looked at.
    pub looked: (u32, usize),
    pub highest_first: bool,
    pub params: BookParams,
}

impl Desk {
    pub fn new(highest_first: bool, params: BookParams) -> Self {
        Self { papers: Vec::new(), made: 0, requests: Vec::new(), looked: (0, 0), highest_first, params }
    }

    pub fn price(&self, tick: u32) -> Int {
        int(self.params.tick_size) * tick
    }

    pub fn find(&self, id: u32) -> Result<usize, Refusal> {
        self.papers.iter().position(|paper| paper.id == id).ok_or("NoSuchOffer")
    }

    pub fn place(&mut self, owner: u8, tick: u32, units: u32, now: u64) -> Result<(), Refusal> {
        if tick == 0 || tick >= 1 << 24 {
            return Err("TickOutOfRange");
        }
        if units == 0 {
            return Err("ZeroAmount");
        }
        if units > 65_535 {
            return Err("TooManyUnits");
        }
        self.made += 1;
        let credit = Int::ZERO;
        self.papers.push(Paper { id: self.made, owner, tick, units, placed: now, cancelled: None, credit });
        Ok(())
    }

    pub fn request(&mut self, id: u32, caller: u8, now: u64) -> Result<(), Refusal> {
        let at = self.find(id)?;
        let paper = &mut self.papers[at];
        if paper.owner != caller {
            return Err("NotOwner");
        }
        if paper.cancelled.is_some() {
            return Err("CancelRequested");
        }
        paper.cancelled = Some(now);
        self.requests.push(id);
        Ok(())
    }

    pub fn finish(&mut self, id: u32, now: u64) -> Result<Paper, Refusal> {
        let at = self.find(id)?;
        if self.papers[at].cancelled.is_none() {
            return Err("CancelNotRequested");
        }
        if !self.is_free(&self.papers[at], now) {
            return Err("StillBinding");
        }
        Ok(self.papers.remove(at))
    }

    pub fn is_free(&self, paper: &Paper, now: u64) -> bool {
        paper.cancelled.is_some_and(|at| now >= at + self.params.cancel_delay)
    }

    pub fn is_of_age(&self, paper: &Paper, now: u64) -> bool {
        now >= paper.placed + self.params.min_age
    }

    /// Whether an offer counts, by what is known of it alone.
    pub fn counts(&self, paper: &Paper, now: u64) -> bool {
        self.is_of_age(paper, now) && !self.is_free(paper, now)
    }

    /// All offers, best first and then by time.
    pub fn sorted(&self) -> Vec<&Paper> {
        let mut papers: Vec<&Paper> = self.papers.iter().collect();
        // Stable, and the list is in order of time.
        papers.sort_by_key(|paper| {
            let tick = i64::from(paper.tick);
            if self.highest_first { -tick } else { tick }
        });
        papers
    }

    /// The price of the `depth`-th unit that counts: all of them in a row.
    pub fn price_of_unit(&self, depth: u32, now: u64) -> Int {
        let units = self.sorted().into_iter().filter(|paper| self.counts(paper, now));
        let mut row = units.flat_map(|paper| std::iter::repeat_n(paper.tick, paper.units as usize));
        match depth.checked_sub(1).and_then(|before| row.nth(before as usize)) {
            Some(tick) => self.price(tick),
            None => Int::ZERO,
        }
    }

    /// Units that count within a part of the best price that counts, and the prices they are at.
    pub fn near(&self, near_bps: u32, now: u64) -> (u64, usize) {
        let counting: Vec<&Paper> = self.papers.iter().filter(|paper| self.counts(paper, now)).collect();
        let Some(top) = counting.iter().map(|paper| paper.tick).max() else { return (0, 0) };
        let near: Vec<&&Paper> = counting
            .iter()
            .filter(|paper| u64::from(paper.tick) * 10_000 >= u64::from(top) * u64::from(10_000 - near_bps))
            .collect();
        let mut ticks: Vec<u32> = near.iter().map(|paper| paper.tick).collect();
        ticks.sort_unstable();
        ticks.dedup();
        (near.iter().map(|paper| u64::from(paper.units)).sum(), ticks.len())
    }

    /// How many offers that came of age, and how many cancels that fell due, nobody has looked at.
    pub fn due(&self, now: u64) -> (u32, usize) {
        let ages = (self.looked.0 + 1..=self.made).take_while(|id| match self.find(*id) {
            Ok(at) => self.is_of_age(&self.papers[at], now),
            Err(_) => true,
        });
        let cancels = self.requests[self.looked.1..].iter().take_while(|id| match self.find(**id) {
            Ok(at) => self.is_free(&self.papers[at], now),
            Err(_) => true,
        });
        (ages.count() as u32, cancels.count())
    }

    pub fn is_current(&self, now: u64) -> bool {
        self.due(now) == (0, 0)
    }

    pub fn catch_up(&mut self, steps: u32, now: u64) {
        let (ages, cancels) = self.due(now);
        let first = ages.min(steps);
        self.looked.0 += first;
        self.looked.1 += cancels.min((steps - first) as usize);
    }

    fn accepts(&self, tick: u32, order: &Order) -> bool {
        let (price, limit) = (self.price(tick), int(order.limit));
        if self.highest_first { price >= limit } else { price <= limit }
    }

    /// The best, as far as the order goes.
    pub fn fill_best(&mut self, order: &Order) -> Result<Vec<Part>, Refusal> {
        let ids: Vec<u32> = self
            .sorted()
            .into_iter()
            .take_while(|paper| self.accepts(paper.tick, order))
            .map(|paper| paper.id)
            .take(order.most as usize)
            .collect();
        self.fill(&ids, order)
    }

    pub fn fill_named(&mut self, ids: &[u32], order: &Order) -> Result<Vec<Part>, Refusal> {
        let ids = &ids[..ids.len().min(order.most as usize)];
        self.fill(ids, order)
    }

    fn fill(&mut self, ids: &[u32], order: &Order) -> Result<Vec<Part>, Refusal> {
        let (mut left, mut parts) = (order.units, Vec::new());
        for id in ids {
            let Ok(at) = self.find(*id) else { continue };
            if left == 0 {
                break;
            }
            if !self.accepts(self.papers[at].tick, order) {
                return Err("PriceBeyondLimit");
            }
            let paper = self.papers[at].clone();
            let units = left.min(paper.units);
            left -= units;
            self.papers[at].units -= units;
            if units == paper.units {
                self.papers.remove(at);
            }
            parts.push(Part { paper, units });
        }
        if order.units - left < order.least.max(1) { Err("TooFewUnits") } else { Ok(parts) }
    }

    /// All that bids have in escrow.
    pub fn escrow(&self) -> Int {
        self.papers.iter().map(|paper| self.price(paper.tick) * paper.units).sum()
    }

    pub fn fee(&self, value: &Int) -> Int {
        up(value * self.params.fee_bps, 10_000)
    }
}

/// Rewards, shared out to each bid by itself.
#[derive(Clone, Debug)]
pub struct Pot {
    pub pot: Int,
    pub carried: Int,
    pub rate: u64,
    pub last: u64,
    pub band: u32,
    pub owed: Vec<Int>,
    pub funded: Int,
    pub claimed: Int,
}

impl Pot {
    pub fn new(accounts: u8) -> Self {
        Self {
            pot: Int::ZERO,
            carried: Int::ZERO,
            rate: 0,
            last: 0,
            band: 1 << 24,
            owed: vec![Int::ZERO; usize::from(accounts)],
            funded: Int::ZERO,
            claimed: Int::ZERO,
        }
    }

    fn earns(&self, paper: &Paper) -> bool {
        paper.cancelled.is_none() && paper.tick >= self.band
    }

    /// Units that earn.
    pub fn units(&self, desk: &Desk) -> u64 {
        desk.papers.iter().filter(|paper| self.earns(paper)).map(|paper| u64::from(paper.units)).sum()
    }

    /// Gives each bid its part of what is due; whether there was anything to give.
    pub fn share(&mut self, desk: &mut Desk, now: u64) -> bool {
        let due = (int(self.rate) * (now - self.last)).min(self.pot.clone());
        self.last = now;
        let units = self.units(desk);
        if units == 0 || due == Int::ZERO {
            return false;
        }
        self.pot -= &due;
        let parts: Int = (due << 32) + &self.carried;
        let each = down(parts.clone(), units);
        self.carried = parts - &each * units;
        for paper in &mut desk.papers {
            if self.earns(paper) {
                paper.credit += &each * paper.units;
            }
        }
        true
    }

    /// Credits the owner of a bid with the whole wei of it.
    pub fn credit(&mut self, owner: u8, credit: &mut Int) {
        let whole = down(credit.clone(), int(1) << 32);
        *credit -= &whole << 32;
        self.owed[usize::from(owner) - 1] += whole;
    }

    /// The rest of a bid that earns no more is carried; whole wei of it go back.
    pub fn carry(&mut self, rest: &Int) {
        self.carried += rest;
        let whole = down(self.carried.clone(), int(1) << 32);
        self.carried -= &whole << 32;
        self.pot += whole;
    }

    /// The lowest tick in the band of an index.
    pub fn target(index: u128, params: &BookParams) -> u32 {
        let least = up(int(index) * (10_000 - params.band_bps), int(params.tick_size) * 10_000);
        match u32::try_from(least) {
            Ok(0) | Err(_) => 1 << 24,
            Ok(tick) => tick.min(1 << 24),
        }
    }

    /// Moves the band past at most `most` prices.
    pub fn follow(&mut self, desk: &Desk, target: u32, most: u32) -> bool {
        let mut ticks: Vec<u32> = desk.papers.iter().map(|paper| paper.tick).collect();
        ticks.sort_unstable();
        ticks.dedup();
        ticks.retain(|tick| (self.band.min(target)..self.band.max(target)).contains(tick));
        if target < self.band {
            ticks.reverse();
        }
        if ticks.len() <= most as usize {
            self.band = target;
            return true;
        }
        if let Some(last) = most.checked_sub(1) {
            let passed = ticks[last as usize];
            self.band = if target < self.band { passed } else { passed + 1 };
        }
        false
    }
}
