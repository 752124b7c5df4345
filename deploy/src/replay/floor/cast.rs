//! Who takes part, and what each does at a step. All of it follows from prices, the market and the seed.

use alloy::primitives::{Address, U256};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    bindings::{BidBook, FloorMarket, IFloorMarket::AccountView},
    demo::money::{signed, signed_wad, units, wad},
    replay::local::Acts as _,
};

use super::stage::{LEAST_LOTS, LOT, Order, Stage, TICK, WAD, account, tick};

/// Steps of a day.
pub(crate) const STEPS: u64 = 4;
/// Days before the end in which those leave who do not wait for the market to be shut.
pub(crate) const LEAVING: u64 = 12;
/// FP at which a maker's quotes are as far from the floor as they get.
const MAKER_LIMIT: f64 = 40.0;
/// How far that is.
const MAKER_SKEW: f64 = 0.06;
/// A requote is worth its gas from here on.
const WORTH_A_QUOTE: f64 = 0.004;
/// A taker's price is at most so far from the floor.
const SLIPPAGE: f64 = 0.08;
/// What a long in debt keeps of what it has bought, once it has gains to take out.
const EQUITY: f64 = 0.56;
/// Cash of everybody who is rich, wei.
const RICHES: u128 = 20_000 * WAD;

/// What somebody is in the market for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Bids for NFTs.
    Bidder,
    /// Quotes FP.
    Maker,
    /// A holder who takes all cash out and pays funding in kind; buys back when it gets tight.
    Spender,
    /// A holder who leaves the cash in the account.
    Saver,
    /// A holder who closes after a while and takes the NFTs out.
    Closer,
    /// A holder who takes the cash out and never comes back.
    Sleeper,
    /// A holder who sells more and more.
    Seller,
    /// A long without debt.
    Long,
    /// A long in debt, who takes gains out and brings no margin.
    Leveraged,
    /// A short against cash, who brings no margin.
    CashShort,
    /// Does what anybody may: payments, liquidations.
    Keeper,
    /// Buys NFTs that are cheap enough.
    Collector,
}

impl Role {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bidder => "bidder",
            Self::Maker => "market maker",
            Self::Spender => "holder, spends",
            Self::Saver => "holder, saves",
            Self::Closer => "holder, closes",
            Self::Sleeper => "holder, sleeps",
            Self::Seller => "holder, sells on",
            Self::Long => "long",
            Self::Leveraged => "leveraged long",
            Self::CashShort => "cash short",
            Self::Keeper => "keeper",
            Self::Collector => "collector",
        }
    }

    /// Whether it locks NFTs.
    pub fn holds(self) -> bool {
        matches!(self, Self::Spender | Self::Saver | Self::Closer | Self::Sleeper | Self::Seller)
    }
}

/// How many there are of each.
const CREW: [(Role, usize); 12] = [
    (Role::Bidder, 5),
    (Role::Maker, 3),
    (Role::Spender, 6),
    (Role::Saver, 5),
    (Role::Closer, 5),
    (Role::Sleeper, 6),
    (Role::Seller, 5),
    (Role::Long, 9),
    (Role::Leveraged, 8),
    (Role::CashShort, 5),
    (Role::Keeper, 1),
    (Role::Collector, 1),
];

/// Bids of a bidder: how far below the floor, NFTs, and whether it waits until the floor has moved by half of that.
const BIDS: [(f64, u64, bool); 5] =
    [(0.005, 2, false), (0.01, 3, false), (0.02, 5, false), (0.04, 6, true), (0.08, 8, true)];

/// A bid that is there, or wanted back.
#[derive(Clone, Copy, Debug)]
struct Placed {
    id: U256,
    tick: u64,
    due: u64,
}

/// Somebody.
pub(crate) struct Person {
    pub name: String,
    pub role: Role,
    pub address: Address,
    pub minted: u128,
    /// NFTs of a holder when it enters.
    pub nfts: u32,
    place: usize,
    enters: u64,
    entered: bool,
    /// Part of its NFTs that a holder shorts, and ether that others risk.
    target: f64,
    budget: f64,
    /// Days until it acts by its role.
    patience: u64,
    /// The day it was last in, and the price of that.
    since: u64,
    price: f64,
    bid: Option<Placed>,
    leaving: Vec<Placed>,
    orders: Vec<U256>,
    quoted: f64,
    rng: StdRng,
}

/// What everybody sees.
pub(crate) struct Scene<'a> {
    pub day: u64,
    pub step: u64,
    /// Days there are.
    pub days: u64,
    /// The real floor of the day and of those before it, ether.
    pub floors: &'a [f64],
}

impl Scene<'_> {
    fn floor(&self) -> f64 {
        self.floors.last().copied().unwrap_or_default()
    }

    /// The highest and the lowest of the last days.
    fn range(&self, days: usize) -> (f64, f64) {
        let last = self.floors.iter().rev().take(days);
        last.fold((0.0, f64::INFINITY), |(high, low), floor| (floor.max(high), floor.min(low)))
    }

    fn is_end(&self) -> bool {
        self.day + LEAVING >= self.days
    }
}

/// Everybody.
pub(crate) struct Cast {
    pub people: Vec<Person>,
    seed: u64,
}

impl Cast {
    /// A cast for so many days.
    pub fn new(seed: u64, days: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let crew = CREW.into_iter().flat_map(|(role, count)| (0..count).map(move |place| (role, place)));
        let people = crew.map(|(role, place)| Person::new(role, place, days, &mut rng)).collect();
        Self { people, seed }
    }

    /// Gas, cash, NFTs for everybody; makers and those who look after the market bring their cash.
    pub fn enter(&mut self, stage: &mut Stage) -> Result<()> {
        for person in &self.people {
            stage.admit(person.address, person.minted)?;
            if person.nfts != 0 {
                stage.mint(person.address, person.nfts)?;
            }
            if matches!(person.role, Role::Maker | Role::Keeper) {
                stage.deposit(person.address, person.minted / 4)?;
            }
        }
        Ok(())
    }

    /// Bidders move their bids to where the day's floor is.
    pub fn bid(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        for person in self.people.iter_mut().filter(|person| person.role == Role::Bidder) {
            person.move_bid(stage, scene)?;
        }
        Ok(())
    }

    /// Bids whose cancel is due are taken back.
    pub fn fetch(&mut self, stage: &mut Stage) -> Result<()> {
        for person in &mut self.people {
            person.fetch(stage)?;
        }
        Ok(())
    }

    /// Everybody else's step, makers first.
    pub fn act(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        for person in &mut self.people {
            person.act(stage, scene)?;
        }
        Ok(())
    }

    /// The end of bidding and quoting.
    pub fn withdraw_offers(&mut self, stage: &mut Stage) -> Result<()> {
        for person in &mut self.people {
            person.cancel_quotes(stage)?;
            person.unbid(stage)?;
        }
        Ok(())
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl Person {
    fn new(role: Role, place: usize, days: u64, rng: &mut StdRng) -> Self {
        let name = format!("{} {}", role.name(), place + 1);
        let nfts = if role.holds() { rng.random_range(2..8) } else { 0 };
        // A third is there from the beginning, the others come in the first two thirds of the time.
        let late = rng.random_range(1..(days * 2 / 3).max(2));
        let short = match role {
            Role::Seller => 0.3,
            Role::Sleeper => rng.random_range(0.65..0.9),
            _ => rng.random_range(0.3..0.9),
        };
        Self {
            address: account(&name),
            name,
            role,
            minted: if role.holds() { 500 * WAD } else { RICHES },
            nfts,
            place,
            enters: if place.is_multiple_of(3) { 1 } else { late },
            entered: false,
            target: short,
            budget: rng.random_range(10.0..50.0),
            patience: rng.random_range(20..90_u64).min(days / 3),
            since: 0,
            price: 0.0,
            bid: None,
            leaving: Vec::new(),
            orders: Vec::new(),
            quoted: 0.0,
            rng: StdRng::seed_from_u64(rng.random()),
        }
    }

    // ---- bids ----

    fn move_bid(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        let (distance, quantity, waits) = BIDS[self.place % BIDS.len()];
        let wanted = tick(scene.floor() * (1.0 - distance));
        if let Some(bid) = self.bid {
            let off = (wanted as f64 / bid.tick as f64 - 1.0).abs();
            let old = scene.day.is_multiple_of(7) && scene.step == 0;
            if bid.tick == wanted || (waits && !old && off < distance / 2.0) {
                return Ok(());
            }
            self.unbid(stage)?;
        }
        let call = BidBook::placeBidCall {
            tick: U256::from(wanted),
            quantity: U256::from(quantity),
            deadline: U256::MAX,
        };
        let id = stage.must(self.address, stage.at.bids, &call)?;
        self.bid = Some(Placed { id, tick: wanted, due: 0 });
        Ok(())
    }

    fn unbid(&mut self, stage: &mut Stage) -> Result<()> {
        let Some(bid) = self.bid.take() else { return Ok(()) };
        let call = BidBook::requestCancelCall { id: bid.id };
        if let Some(due) = stage.may(self.address, stage.at.bids, &call, &["NoSuchOffer"])? {
            self.leaving.push(Placed { due: due.saturating_to(), ..bid });
        }
        Ok(())
    }

    fn fetch(&mut self, stage: &mut Stage) -> Result<()> {
        let now = stage.now();
        for bid in self.leaving.extract_if(.., |bid| bid.due <= now) {
            let call = BidBook::finishCancelCall { id: bid.id };
            stage.may(self.address, stage.at.bids, &call, &["NoSuchOffer"])?;
        }
        Ok(())
    }

    // ---- everybody ----

    fn act(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        if self.role == Role::Maker {
            return self.quote(stage, scene);
        }
        if scene.day < self.enters || !self.rng.random_bool(0.14) {
            return Ok(());
        }
        if scene.is_end() && self.leaves_in_time() {
            return self.leave(stage, scene);
        }
        match self.role {
            Role::Spender | Role::Saver | Role::Closer | Role::Sleeper | Role::Seller => {
                self.hold(stage, scene)
            }
            Role::Long | Role::Leveraged => self.go_long(stage, scene),
            Role::CashShort => self.go_short(stage, scene),
            Role::Bidder | Role::Maker | Role::Keeper | Role::Collector => Ok(()),
        }
    }

    /// Whether it closes before the market is shut; others redeem and claim.
    fn leaves_in_time(&self) -> bool {
        match self.role {
            Role::Sleeper => false,
            Role::Spender | Role::Seller => self.place.is_multiple_of(2),
            _ => self.place % 3 != 2,
        }
    }

    /// Closes all of it and takes everything out.
    fn leave(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        if self.entered {
            self.close(stage, scene)?;
        }
        Ok(())
    }

    fn limit(scene: &Scene<'_>, is_buy: bool) -> u64 {
        tick(scene.floor() * if is_buy { 1.0 + SLIPPAGE } else { 1.0 - SLIPPAGE })
    }

    /// Buys or sells FP in the book, at once, as far as it goes; what was done, FP.
    fn trade(&self, stage: &mut Stage, scene: &Scene<'_>, is_buy: bool, fp: f64) -> Result<f64> {
        let lots = (fp * 1_000.0) as u128;
        if lots < LEAST_LOTS {
            return Ok(0.0);
        }
        let limit = Self::limit(scene, is_buy);
        let done = stage.order(self.address, is_buy, limit, lots, Order::Immediate)?;
        Ok(done.map_or(0.0, |done| done.filledLots.saturating_to::<u64>() as f64 / 1_000.0))
    }

    /// Closes a position: whole lots in the book, the rest of a maker's at the desk; then takes out all NFTs and cash.
    fn close(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        let view = stage.view(self.address)?;
        let fp = signed(view.fp);
        if fp < 0 {
            // What it costs at most, since a holder never owes cash.
            let most = fp.unsigned_abs() as f64 / 1e18 * scene.floor() * (1.0 + SLIPPAGE) * 1.01;
            let has = signed(view.cash).max(0) as f64 / 1e18;
            stage.deposit(self.address, ether(most - has))?;
        }
        self.trade(stage, scene, fp < 0, fp.unsigned_abs() as f64 / 1e18)?;
        let fp = signed(stage.view(self.address)?.fp);
        if fp != 0 {
            // A maker's price is a hundredth worse than the floor.
            let price = scene.floor() * if fp < 0 { 1.01 } else { 0.99 };
            let maker = account(&format!("{} 1", Role::Maker.name()));
            if fp.unsigned_abs() < 4 * LOT * LEAST_LOTS {
                stage.through_desk(self.address, maker, fp.unsigned_abs(), ether(price), fp < 0)?;
            }
        }
        self.price = 0.0;
        self.take_nfts(stage)?;
        stage.withdraw_all(self.address)
    }

    /// Takes the NFTs out that its short does not need.
    fn take_nfts(&mut self, stage: &mut Stage) -> Result<()> {
        let most = stage.ask(stage.at.market, &FloorMarket::maxUnlockCall { account: self.address })?;
        let ids = stage.nfts(self.address, U256::ZERO)?;
        let ids: Vec<U256> = ids.into_iter().take(most.saturating_to()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let call = FloorMarket::withdrawNftCall {
            account: self.address,
            ids,
            to: self.address,
            deadline: U256::MAX,
        };
        stage.must(self.address, stage.at.market, &call).map(|_| ())
    }

    // ---- makers ----

    /// Quotes both sides at two prices around its own value: the floor, and less the more it is long.
    fn quote(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        if scene.is_end() && scene.day + 1 >= scene.days && scene.step + 1 >= STEPS {
            return self.cancel_quotes(stage);
        }
        let stirred = stage.diary.stirred.remove(&self.address);
        let moved = (scene.floor() / self.quoted - 1.0).abs();
        if !stirred && moved < WORTH_A_QUOTE && !self.orders.is_empty() {
            return Ok(());
        }
        let long = signed_wad(stage.view(self.address)?.fp);
        let value = scene.floor() * (1.0 - MAKER_SKEW * (long / MAKER_LIMIT).clamp(-1.0, 1.0));
        self.cancel_quotes(stage)?;
        self.quoted = scene.floor();
        let half = [0.008, 0.012, 0.018][self.place % 3];
        for (far, lots) in [(1.0, 2_000), (2.0, 4_000)] {
            for is_buy in [true, false] {
                let side = if is_buy { -1.0 } else { 1.0 };
                let at = tick(value * (1.0 + side * half * far));
                if let Some(done) = stage.order(self.address, is_buy, at, lots, Order::Resting)?
                    && !done.orderId.is_zero()
                {
                    self.orders.push(done.orderId);
                }
            }
        }
        Ok(())
    }

    fn cancel_quotes(&mut self, stage: &mut Stage) -> Result<()> {
        let ids = std::mem::take(&mut self.orders);
        if ids.is_empty() {
            return Ok(());
        }
        let call = crate::bindings::FloorBook::cancelOrdersCall { ids };
        stage.must(self.address, stage.at.book, &call).map(|_| ())
    }

    // ---- holders ----

    fn hold(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        if !self.entered {
            return self.lock(stage, scene);
        }
        if self.role == Role::Sleeper && scene.day > self.since + 3 {
            return Ok(());
        }
        let view = stage.view(self.address)?;
        let locked = view.nfts.saturating_to::<u32>();
        if locked == 0 {
            return self.come_back(stage, scene);
        }
        if !view.auctioned.is_zero() {
            return self.rescue(stage, scene, &view);
        }
        let short = -signed_wad(view.fp);
        if self.role == Role::Closer && scene.day > self.since + self.patience {
            self.since = scene.day;
            return self.close(stage, scene);
        }
        if self.role == Role::Seller && scene.day > self.since + self.patience / 2 && self.target < 0.85 {
            self.target += 0.1;
            self.since = scene.day;
        }
        let wanted = self.target * f64::from(locked);
        if short + 0.05 < wanted {
            // Not all at once.
            let most = self.rng.random_range(0.5..2.5_f64);
            self.trade(stage, scene, false, (wanted - short).min(most))?;
        } else if self.role != Role::Sleeper && short > 0.92 * f64::from(locked) {
            self.rescue(stage, scene, &view)?;
        }
        match self.role {
            Role::Spender | Role::Sleeper => stage.withdraw_all(self.address),
            Role::Seller if self.rng.random_bool(0.2) => stage.withdraw_all(self.address),
            _ => Ok(()),
        }
    }

    /// Locks its NFTs.
    fn lock(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        let ids = self.owned(stage)?;
        self.entered = true;
        self.since = scene.day;
        if ids.is_empty() {
            return Ok(());
        }
        let call = FloorMarket::depositNftCall { account: self.address, ids, proofs: Vec::new() };
        stage.must(self.address, stage.at.market, &call).map(|_| ())
    }

    /// NFTs of its own that are not locked.
    fn owned(&self, stage: &Stage) -> Result<Vec<U256>> {
        let nft = stage.at.nft;
        let count = stage.nfts_held(self.address)?;
        let token = |index| {
            let call = crate::bindings::WriterPosition::tokenOfOwnerByIndexCall {
                owner: self.address,
                index: U256::from(index),
            };
            stage.ask(nft, &call)
        };
        (0..count).map(token).collect()
    }

    /// Two months after it has left it locks its NFTs again, unless the end is near.
    fn come_back(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        if scene.day > self.since + 60 && scene.day + 3 * LEAVING < scene.days {
            self.lock(stage, scene)?;
        }
        Ok(())
    }

    /// Buys back what brings its short to four fifths of its NFTs, with its own cash.
    fn rescue(&mut self, stage: &mut Stage, scene: &Scene<'_>, view: &AccountView) -> Result<()> {
        if self.role == Role::Sleeper {
            return Ok(());
        }
        let excess = -signed_wad(view.fp) - 0.8 * f64::from(view.nfts.saturating_to::<u32>());
        if excess < 0.05 {
            return Ok(());
        }
        let needs = ether(excess * scene.floor() * (1.0 + SLIPPAGE) * 1.01);
        let has = signed(view.cash).max(0).unsigned_abs();
        stage.deposit(self.address, needs.saturating_sub(has))?;
        self.trade(stage, scene, true, excess).map(|_| ())
    }

    // ---- others ----

    /// Buys after a fall, or where funding pays for it; sells with a gain.
    fn go_long(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        let floor = scene.floor();
        let view = stage.view(self.address)?;
        let has = signed_wad(view.fp);
        if has > 0.01 {
            let is_leveraged = self.role == Role::Leveraged;
            let gain = if is_leveraged { 2.2 } else { 1.6 };
            if self.price > 0.0 && floor > self.price * gain {
                return self.close(stage, scene);
            }
            return if is_leveraged { self.lever(stage) } else { Ok(()) };
        }
        if signed(view.cash) != 0 && view.fp.is_zero() && self.price > 0.0 {
            // It was taken over, and takes out what is left.
            self.price = 0.0;
            return stage.withdraw_all(self.address);
        }
        let prices = stage.prices()?;
        let cheap = prices.status == 0 && units(prices.mark) * 1_000 < units(prices.index) * 985;
        let dip = floor < scene.range(14).0 * 0.88;
        if !(dip || (cheap && self.rng.random_bool(0.5))) {
            return Ok(());
        }
        self.entered = true;
        let fp = (self.budget / floor).min(6.0);
        let value = fp * floor * (1.0 + SLIPPAGE);
        let is_leveraged = self.role == Role::Leveraged;
        let debt = if is_leveraged { self.affordable(stage, value * 0.42)? } else { 0.0 };
        stage.deposit(self.address, ether(value * 1.01 - debt))?;
        if self.trade(stage, scene, true, fp)? > 0.0 {
            self.price = floor;
            self.since = scene.day;
            if is_leveraged {
                self.lever(stage)?;
            }
        } else {
            stage.withdraw_all(self.address)?;
        }
        Ok(())
    }

    /// What of a debt the market would carry now, ether.
    fn affordable(&self, stage: &mut Stage, wanted: f64) -> Result<f64> {
        let capital = stage.ask(stage.at.market, &FloorMarket::getCapitalCall {})?;
        let headroom = signed_wad(capital.headroom);
        if headroom < wanted {
            stage.refused("a long that may owe less than it would");
        }
        Ok(wanted.min(headroom * 0.9).max(0.0))
    }

    /// Takes out what it has beyond a little more than its initial margin, as far as the market carries the debt.
    fn lever(&self, stage: &mut Stage) -> Result<()> {
        let (view, prices) = (stage.view(self.address)?, stage.prices()?);
        let value = signed_wad(view.fp) * wad(prices.mark);
        let spare = signed_wad(view.cash) + value * (1.0 - EQUITY);
        if spare < value * 0.03 {
            return Ok(());
        }
        let who = self.address;
        let most = stage.ask(stage.at.market, &FloorMarket::maxWithdrawCall { account: who })?.amount;
        let amount = U256::from(ether(spare)).min(most);
        if amount.is_zero() {
            return Ok(());
        }
        let call = FloorMarket::withdrawCashCall { account: who, amount, to: who, deadline: U256::MAX };
        stage.must(who, stage.at.market, &call).map(|_| ())
    }

    /// Sells after a rise, against cash; buys back with a gain.
    fn go_short(&mut self, stage: &mut Stage, scene: &Scene<'_>) -> Result<()> {
        let floor = scene.floor();
        let view = stage.view(self.address)?;
        let has = -signed_wad(view.fp);
        if has > 0.01 {
            if self.price > 0.0 && floor < self.price * 0.8 {
                self.close(stage, scene)?;
            }
            return Ok(());
        }
        if signed(view.cash) != 0 && view.fp.is_zero() && self.price > 0.0 {
            self.price = 0.0;
            return stage.withdraw_all(self.address);
        }
        if floor < scene.range(14).1 * 1.15 {
            return Ok(());
        }
        self.entered = true;
        let fp = (self.budget / floor).min(6.0);
        stage.deposit(self.address, ether(fp * floor * self.rng.random_range(0.75..1.2)))?;
        if self.trade(stage, scene, false, fp)? > 0.0 {
            self.price = floor;
            self.since = scene.day;
        } else {
            stage.withdraw_all(self.address)?;
        }
        Ok(())
    }
}

/// Ether wished for as wei, to the tick.
pub(crate) fn ether(amount: f64) -> u128 {
    (amount.max(0.0) * 10_000.0) as u128 * TICK
}
