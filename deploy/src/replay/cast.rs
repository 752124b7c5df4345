//! The traders. What each does depends on the seed and on prices alone, never on the market it is done in: so the same
//! decisions can be carried out under two sets of rules. What comes of them depends on the rules.

use rand::{Rng, SeedableRng, rngs::StdRng};

/// How somebody behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Long with leverage; never adds margin, comes back after a liquidation.
    StubbornLong,
    /// Long with leverage; adds margin when a liquidation comes near.
    AddingLong,
    /// With the trend of the last hours.
    Momentum,
    /// Against sharp moves.
    Contrarian,
    /// Short from the beginning, against coins held elsewhere.
    Hedger,
    /// Long with more than the curve can take at once.
    Whale,
    /// On the side that the crowd pays.
    Harvester,
    /// Long on one account, short on another: one is to go bankrupt, the other to be paid for it by the insurance.
    Wash,
    /// The least position there is, with all the leverage there is.
    Dust,
    /// Now this way, now that.
    Noise,
}

/// Dollars below which nobody opens anything.
pub(crate) const LEAST: f64 = 205.0;
/// Parts in which the whale opens.
const WHALE_PARTS: f64 = 48.0;

/// How many of each.
const CAST: [(Kind, usize); 10] = [
    (Kind::StubbornLong, 60),
    (Kind::AddingLong, 30),
    (Kind::Momentum, 35),
    (Kind::Contrarian, 30),
    (Kind::Hedger, 20),
    (Kind::Whale, 1),
    (Kind::Harvester, 12),
    (Kind::Wash, 6),
    (Kind::Dust, 20),
    (Kind::Noise, 14),
];

impl Kind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::StubbornLong => "stubborn long",
            Self::AddingLong => "adding long",
            Self::Momentum => "momentum",
            Self::Contrarian => "contrarian",
            Self::Hedger => "hedger",
            Self::Whale => "whale",
            Self::Harvester => "funding harvester",
            Self::Wash => "wash trader",
            Self::Dust => "dust",
            Self::Noise => "noise",
        }
    }

    /// All of them, in the order of their accounts.
    pub fn all() -> impl Iterator<Item = Self> {
        CAST.into_iter().map(|(kind, _)| kind)
    }

    /// What it brings, dollars, from and to.
    fn stake(self) -> (f64, f64) {
        match self {
            Self::StubbornLong | Self::AddingLong => (3_000.0, 15_000.0),
            Self::Momentum | Self::Contrarian => (3_000.0, 12_000.0),
            Self::Hedger => (8_000.0, 30_000.0),
            Self::Whale => (600_000.0, 600_001.0),
            Self::Harvester => (5_000.0, 20_000.0),
            Self::Wash => (20_000.0, 20_001.0),
            Self::Dust => (80.0, 200.0),
            Self::Noise => (1_000.0, 5_000.0),
        }
    }

    /// Leverage, from and to.
    fn leverage(self) -> (f64, f64) {
        match self {
            Self::StubbornLong => (5.0, 9.0),
            Self::AddingLong => (4.0, 6.0),
            Self::Momentum | Self::Contrarian => (2.5, 6.0),
            Self::Hedger => (1.5, 3.0),
            Self::Whale => (6.0, 6.1),
            Self::Harvester => (2.0, 3.0),
            Self::Wash => (8.8, 8.9),
            Self::Dust => (6.0, 8.8),
            Self::Noise => (2.0, 5.0),
        }
    }

    /// When it first acts, as a part of the month, from and to.
    fn entry(self) -> (f64, f64) {
        match self {
            Self::Hedger => (0.0, 0.05),
            Self::StubbornLong => (0.0, 0.35),
            Self::AddingLong => (0.0, 0.2),
            Self::Whale => (0.01, 0.011),
            _ => (0.0, 0.1),
        }
    }

    /// Hours between two looks at the price.
    fn pace(self) -> usize {
        match self {
            Self::StubbornLong => 3,
            Self::AddingLong => 1,
            Self::Momentum => 6,
            Self::Contrarian => 4,
            Self::Whale => 1,
            Self::Harvester => 8,
            Self::Hedger | Self::Wash => 24,
            Self::Dust => 12,
            Self::Noise => 18,
        }
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Gains when the price rises.
    Long,
    /// Gains when it falls.
    Short,
}

impl Side {
    /// As the contract numbers it.
    pub fn number(self) -> u8 {
        match self {
            Self::Long => 0,
            Self::Short => 1,
        }
    }

    fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }
}

/// What somebody wants done, in dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wish {
    /// A position of `notional` with `margin` behind it; less of both where the money is short.
    Open { side: Side, margin: f64, notional: f64 },
    /// Everything closed.
    Close,
    /// More margin behind the position.
    AddMargin(f64),
}

/// A position as its trader believes to have it.
#[derive(Clone, Copy, Debug)]
struct Belief {
    side: Side,
    entry: f64,
    margin: f64,
    notional: f64,
    since: usize,
}

impl Belief {
    /// Profit over margin at a price.
    fn result(&self, price: f64) -> f64 {
        (price / self.entry - 1.0) * self.side.sign() * self.notional / self.margin
    }
}

/// A trader.
#[derive(Clone, Debug)]
pub(crate) struct Trader {
    /// Behaviour.
    pub kind: Kind,
    /// Number among those of its kind, from 1.
    pub number: usize,
    /// What it brings, dollars.
    pub stake: f64,
    leverage: f64,
    entry: usize,
    phase: usize,
    spent: f64,
    belief: Option<Belief>,
    rest_until: usize,
    rng: StdRng,
}

/// What decisions are made from.
pub(crate) struct Scene<'a> {
    /// Prices so far, the present one last.
    pub prices: &'a [f64],
    /// Posted prices an hour.
    pub hour: usize,
    /// Dollars by which all traders together believe to be long.
    pub crowd: f64,
}

impl Scene<'_> {
    fn step(&self) -> usize {
        self.prices.len().saturating_sub(1)
    }

    fn now(&self) -> f64 {
        self.prices.last().copied().unwrap_or(1.0)
    }

    /// The price's change over so many hours, as a part.
    fn change(&self, hours: usize) -> f64 {
        let back = self.step().saturating_sub(hours * self.hour);
        self.now() / self.prices.get(back).copied().unwrap_or(self.now()) - 1.0
    }
}

/// The cast of a month of so many posted prices.
pub(crate) fn cast(seed: u64, steps: usize) -> Vec<Trader> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut traders = Vec::new();
    for (kind, count) in CAST {
        for number in 1..=count {
            let (stakes, leverages, entries) = (kind.stake(), kind.leverage(), kind.entry());
            let entry = rng.random_range(entries.0..entries.1) * steps as f64;
            // Both accounts of a wash trader act together.
            let phase = if kind == Kind::Wash { number.div_ceil(2) } else { rng.random_range(0..1_000) };
            traders.push(Trader {
                kind,
                number,
                stake: (rng.random_range(stakes.0..stakes.1) * 100.0).round() / 100.0,
                leverage: rng.random_range(leverages.0..leverages.1),
                entry: entry as usize,
                phase,
                spent: 0.0,
                belief: None,
                rest_until: 0,
                rng: StdRng::seed_from_u64(rng.random()),
            });
        }
    }
    traders
}

impl Trader {
    /// Its name in tables.
    pub fn name(&self) -> String {
        format!("{} {}", self.kind.name(), self.number)
    }

    /// What it believes to be long by, dollars; negative is short.
    pub fn exposure(&self) -> f64 {
        self.belief.map_or(0.0, |belief| belief.side.sign() * belief.notional)
    }

    /// What it wants done now.
    pub fn decide(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let step = scene.step();
        let pace = self.kind.pace() * scene.hour;
        if step < self.entry || !(step + self.phase).is_multiple_of(pace.max(1)) {
            return Vec::new();
        }
        self.face_losses(scene);
        match self.kind {
            Kind::StubbornLong => self.be_long(scene, 0.5),
            Kind::AddingLong => self.be_long_and_add(scene),
            Kind::Momentum => self.follow(scene, 0.02, 12, 1.0),
            Kind::Contrarian => self.oppose(scene),
            Kind::Hedger => self.hedge(scene),
            Kind::Whale => self.grow(scene),
            Kind::Harvester => self.harvest(scene),
            Kind::Wash => self.wash(scene),
            Kind::Dust => self.scatter(scene),
            Kind::Noise => self.wander(scene),
        }
    }

    /// Who has lost almost the whole margin takes the position for gone.
    fn face_losses(&mut self, scene: &Scene<'_>) {
        let lost = |belief: &Belief| belief.result(scene.now()) < -0.7;
        if let Some(belief) = self.belief.filter(lost) {
            self.spent += belief.margin;
            self.belief = None;
            self.rest_until = scene.step() + self.rng.random_range(6..72) * scene.hour;
        }
    }

    fn open(&mut self, scene: &Scene<'_>, side: Side, part: f64) -> Vec<Wish> {
        let left = self.stake - self.spent;
        let margin = (left * part * 100.0).floor() / 100.0;
        let notional = (margin * self.leverage * 0.97).floor();
        if notional < LEAST || scene.step() < self.rest_until {
            return Vec::new();
        }
        self.belief = Some(Belief { side, entry: scene.now(), margin, notional, since: scene.step() });
        vec![Wish::Open { side, margin, notional }]
    }

    fn close(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let Some(belief) = self.belief.take() else { return Vec::new() };
        self.spent -= (belief.result(scene.now()) * belief.margin).min(0.0);
        vec![Wish::Close]
    }

    fn turn(&mut self, scene: &Scene<'_>, side: Side, part: f64) -> Vec<Wish> {
        if self.belief.is_some_and(|belief| belief.side == side) {
            return Vec::new();
        }
        let mut wishes = self.close(scene);
        wishes.extend(self.open(scene, side, part));
        wishes
    }

    fn be_long(&mut self, scene: &Scene<'_>, part: f64) -> Vec<Wish> {
        if self.belief.is_some() { Vec::new() } else { self.open(scene, Side::Long, part) }
    }

    fn be_long_and_add(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let left = self.stake - self.spent;
        let Some(belief) = self.belief.as_mut() else { return self.open(scene, Side::Long, 0.4) };
        let more = (left - belief.margin).min(belief.margin * 0.5);
        if belief.result(scene.now()) > -0.4 || more < 10.0 {
            return Vec::new();
        }
        belief.margin += more;
        vec![Wish::AddMargin((more * 100.0).floor() / 100.0)]
    }

    fn follow(&mut self, scene: &Scene<'_>, threshold: f64, hours: usize, sign: f64) -> Vec<Wish> {
        let change = scene.change(hours) * sign;
        if change > threshold {
            self.turn(scene, Side::Long, 0.6)
        } else if change < -threshold {
            self.turn(scene, Side::Short, 0.6)
        } else {
            Vec::new()
        }
    }

    fn oppose(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        if let Some(belief) = self.belief {
            let weary = scene.step() > belief.since + 48 * scene.hour;
            let enough = belief.result(scene.now()) > 0.15;
            return if weary || enough { self.close(scene) } else { Vec::new() };
        }
        self.follow(scene, 0.05, 6, -1.0)
    }

    fn hedge(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        if self.belief.is_some() { Vec::new() } else { self.open(scene, Side::Short, 0.7) }
    }

    /// Many parts, an hour apart, none of which moves the price far; and then it waits.
    fn grow(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let margin = (self.stake * 90.0 / WHALE_PARTS).floor() / 100.0;
        let notional = (margin * self.leverage * 0.97).floor();
        let parts = self.belief.map_or(0.0, |belief| belief.margin / margin);
        if self.spent > 0.0 || parts > WHALE_PARTS - 0.5 {
            return Vec::new();
        }
        let (held, at) = self.belief.map_or((0.0, scene.now()), |belief| (belief.notional, belief.entry));
        let entry = (held + notional) / (held / at + notional / scene.now());
        let margin_now = margin * (parts + 1.0);
        self.belief = Some(Belief {
            side: Side::Long,
            entry,
            margin: margin_now,
            notional: held + notional,
            since: scene.step(),
        });
        vec![Wish::Open { side: Side::Long, margin, notional }]
    }

    fn harvest(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let side = if scene.crowd > 0.0 { Side::Short } else { Side::Long };
        self.turn(scene, side, 0.7)
    }

    /// Both accounts close and begin anew each day.
    fn wash(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        let side = if self.number.is_multiple_of(2) { Side::Short } else { Side::Long };
        self.rest_until = 0;
        let mut wishes = self.close(scene);
        wishes.extend(self.open(scene, side, 0.5));
        wishes
    }

    fn scatter(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        if self.belief.is_some() {
            return Vec::new();
        }
        let side = if self.number.is_multiple_of(3) { Side::Short } else { Side::Long };
        self.open(scene, side, (32.0 / (self.stake - self.spent).max(32.0)).max(0.3))
    }

    fn wander(&mut self, scene: &Scene<'_>) -> Vec<Wish> {
        if self.belief.is_some() {
            return self.close(scene);
        }
        let side = if self.rng.random_bool(0.5) { Side::Long } else { Side::Short };
        self.open(scene, side, 0.3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_hundred_traders_and_every_behaviour() {
        let traders = cast(1, 1_000);
        assert!(traders.len() >= 200);
        for kind in Kind::all() {
            assert!(traders.iter().any(|trader| trader.kind == kind), "{kind:?}");
        }
    }

    #[test]
    fn the_same_seed_and_prices_make_the_same_decisions() {
        let run = || {
            let mut traders = cast(7, 200);
            let prices: Vec<f64> = (0..200).map(|step| 100.0 - f64::from(step % 37)).collect();
            let mut wishes = Vec::new();
            for step in 1..=prices.len() {
                let crowd = traders.iter().map(Trader::exposure).sum();
                let scene = Scene { prices: &prices[..step], hour: 1, crowd };
                wishes.extend(traders.iter_mut().flat_map(|trader| trader.decide(&scene)));
            }
            wishes
        };
        let wishes = run();
        assert!(wishes.len() > 200);
        assert_eq!(wishes, run());
    }
}
