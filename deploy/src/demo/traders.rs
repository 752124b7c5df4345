//! The traders: who they are, and what each does next. A decision depends on the seed and on what the chain says,
//! never on the clock, so a replay repeats itself.

use alloy::primitives::U256;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::bindings::IClearingHouse::PositionView;

use super::{
    money::{DOLLAR, signed, signed_wad, to_dollars, to_units, to_wad, units, wad},
    view::View,
};

/// The least worth opening, dollars.
const LEAST: f64 = 220.0;
/// What one order of a trader may move the price, as a part of it.
const OWN_IMPACT: f64 = 0.008;
/// What a trader lets the price slip beyond that.
const SLIPPAGE: f64 = 0.02;

/// How somebody behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Long with little leverage; does nothing until the end.
    Hodler,
    /// Long with all the leverage there is; comes back after a liquidation.
    Degen,
    /// Buys after falls, sells into bounces.
    DipBuyer,
    /// Long above its average price, short below.
    TrendFollower,
    /// Short from the beginning, against ether held elsewhere.
    Hedger,
    /// Long until the loss hurts, then out.
    PanicSeller,
    /// Long, and adds margin whenever liquidation comes near.
    TopUpper,
    /// Small positions on either side for a few steps, for no reason.
    Noise,
    /// Short with much leverage, after the fall.
    LateBear,
}

/// How many of each, in the order of their accounts.
const CAST: [(Kind, usize); 9] = [
    (Kind::Hodler, 6),
    (Kind::Degen, 8),
    (Kind::DipBuyer, 5),
    (Kind::TrendFollower, 5),
    (Kind::Hedger, 4),
    (Kind::PanicSeller, 4),
    (Kind::TopUpper, 4),
    (Kind::Noise, 3),
    (Kind::LateBear, 4),
];

impl Kind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hodler => "hodler",
            Self::Degen => "over-leveraged",
            Self::DipBuyer => "dip buyer",
            Self::TrendFollower => "trend follower",
            Self::Hedger => "hedger",
            Self::PanicSeller => "panic seller",
            Self::TopUpper => "tops up",
            Self::Noise => "noise",
            Self::LateBear => "late bear",
        }
    }

    /// Leverage, from and to.
    fn leverage(self) -> (f64, f64) {
        match self {
            Self::Hodler => (1.2, 2.0),
            Self::Degen => (6.5, 9.3),
            Self::DipBuyer | Self::TrendFollower => (2.5, 4.5),
            Self::Hedger => (1.5, 3.0),
            Self::PanicSeller => (3.0, 5.0),
            Self::TopUpper => (4.0, 6.0),
            Self::Noise => (2.0, 6.0),
            Self::LateBear => (6.5, 9.3),
        }
    }

    /// When it comes, as a part of the replay: from and to.
    fn entry(self) -> (f64, f64) {
        match self {
            Self::Hodler | Self::Hedger => (0.0, 0.05),
            Self::Degen => (0.0, 0.45),
            Self::PanicSeller => (0.0, 0.15),
            Self::TopUpper => (0.0, 0.12),
            Self::LateBear => (0.46, 0.56),
            Self::DipBuyer | Self::TrendFollower | Self::Noise => (0.0, 0.02),
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

    /// Positive for long.
    pub fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    /// Of a position.
    pub fn of(position: &PositionView) -> Option<Self> {
        if position.size.is_zero() {
            None
        } else if position.size.is_negative() {
            Some(Self::Short)
        } else {
            Some(Self::Long)
        }
    }
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Trades a notional (wad), with token units of margin put up first; a limit of base, wad.
    Trade { side: Side, margin: u128, notional: U256, base_limit: U256 },
    /// Closes everything.
    Close,
    /// Adds margin, token units.
    AddMargin(u128),
    /// Takes all waiting profit.
    Claim(u128),
}

/// What a decision looks at.
pub(crate) struct Scene<'a> {
    /// Steps since the beginning.
    pub step: usize,
    /// The last price is at this step.
    pub last: usize,
    /// Oracle prices of the steps so far, the present one last.
    pub history: &'a [f64],
    /// The market.
    pub view: &'a View,
    /// The trader's position.
    pub position: &'a PositionView,
    /// The trader's tokens, units.
    pub wallet: u128,
}

/// A trader.
#[derive(Clone, Debug)]
pub(crate) struct Trader {
    /// How it behaves.
    pub kind: Kind,
    /// Its own number among its kind, from 1.
    pub number: usize,
    /// What it brings, token units.
    pub stake: u128,
    /// How often it was liquidated.
    pub liquidations: usize,
    /// Notional over margin it trades with.
    pub leverage: f64,
    /// When it comes.
    entry: usize,
    /// How sensitive it is: 0.8 to 1.2.
    temper: f64,
    rng: StdRng,
    /// Notional it still wants to put on, dollars, and on which side.
    wanted: Option<(Side, f64)>,
    /// When it last began or ended something.
    acted: Option<usize>,
    liquidations_seen: usize,
    /// Purchases of a dip buyer in this fall.
    tranches: u32,
}

/// All traders of a replay of so many steps.
pub(crate) fn cast(seed: u64, steps: usize) -> Vec<Trader> {
    let mut rng = StdRng::seed_from_u64(seed);
    let kinds = CAST.into_iter().flat_map(|(kind, count)| (1..=count).map(move |number| (kind, number)));
    kinds.map(|(kind, number)| Trader::new(kind, number, &mut rng, steps)).collect()
}

impl Trader {
    fn new(kind: Kind, number: usize, rng: &mut StdRng, steps: usize) -> Self {
        // Between $500 and $50,000, as many small as large by order of magnitude.
        let dollars = 500.0 * 100f64.powf(rng.random_range(0.0..1.0));
        let (low, high) = kind.leverage();
        let (from, to) = kind.entry();
        Self {
            kind,
            number,
            stake: to_units(dollars.round()),
            liquidations: 0,
            leverage: rng.random_range(low..high),
            entry: (rng.random_range(from..to) * steps as f64) as usize,
            temper: rng.random_range(0.8..1.2),
            rng: StdRng::seed_from_u64(rng.random()),
            wanted: None,
            acted: None,
            liquidations_seen: 0,
            tranches: 0,
        }
    }

    /// Its name in tables.
    pub fn name(&self) -> String {
        format!("{} {}", self.kind.name(), self.number)
    }

    /// What it does now.
    pub fn decide(&mut self, scene: &Scene<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        let claim = units(scene.position.claim);
        if claim > 0 && scene.view.raw.money.pool >= scene.view.raw.money.claims {
            actions.push(Action::Claim(claim));
        }
        if self.liquidations > self.liquidations_seen {
            self.liquidations_seen = self.liquidations;
            self.wanted = None;
            self.acted = Some(scene.step);
        }
        // Nobody opens in the last minutes: everybody is about to leave.
        if scene.step < self.entry || scene.step.saturating_add(4) > scene.last {
            return actions;
        }
        let leaves = self.consider(scene);
        if leaves {
            self.wanted = None;
            self.acted = Some(scene.step);
            if Side::of(scene.position).is_some() {
                actions.push(Action::Close);
            }
        } else {
            actions.extend(self.rescue(scene));
            actions.extend(self.build(scene));
        }
        actions
    }

    /// Forms a wish; true if it wants out.
    fn consider(&mut self, scene: &Scene<'_>) -> bool {
        match self.kind {
            Kind::Hodler | Kind::Hedger | Kind::TopUpper => self.enter_once(scene),
            Kind::Degen | Kind::LateBear => self.enter_again(scene),
            Kind::PanicSeller => return self.panic(scene),
            Kind::DipBuyer => return self.buy_dips(scene),
            Kind::TrendFollower => return self.follow(scene),
            Kind::Noise => return self.flutter(scene),
        }
        false
    }

    fn side(&self) -> Side {
        match self.kind {
            Kind::Hedger | Kind::LateBear => Side::Short,
            _ => Side::Long,
        }
    }

    fn want(&mut self, side: Side, dollars: f64, step: usize) {
        self.wanted = Some((side, dollars));
        self.acted = Some(step);
    }

    /// Opens once, with most of its stake; those who top up keep more back.
    fn enter_once(&mut self, scene: &Scene<'_>) {
        if self.acted.is_none() {
            let part = if self.kind == Kind::TopUpper { 0.4 } else { 0.9 };
            let dollars = to_dollars(scene.wallet) * part * self.leverage;
            self.want(self.side(), dollars, scene.step);
        }
    }

    /// Opens with half of what it has, and again some hours after each liquidation.
    fn enter_again(&mut self, scene: &Scene<'_>) {
        let flat = Side::of(scene.position).is_none() && self.wanted.is_none();
        let rested = self.acted.is_none_or(|step| scene.step > step + 8);
        if flat && rested && self.liquidations < 3 {
            let part = if self.liquidations == 2 { 0.95 } else { 0.55 };
            let margin = to_dollars(scene.wallet.saturating_add(units(scene.position.margin)));
            self.want(self.side(), margin * part * self.leverage, scene.step);
        }
    }

    fn panic(&mut self, scene: &Scene<'_>) -> bool {
        self.enter_once(scene);
        self.result(scene) < -0.35 * self.temper
    }

    /// A quarter of the stake at every further fall from the last half day's high; out with a good gain.
    fn buy_dips(&mut self, scene: &Scene<'_>) -> bool {
        let high = scene.history.iter().rev().take(48).copied().fold(0.0, f64::max);
        let fall = 1.0 - scene.view.oracle / high;
        if Side::of(scene.position).is_none() && self.wanted.is_none() {
            self.tranches = 0;
        }
        let next = f64::from(self.tranches + 1) * 0.07 * self.temper;
        if self.tranches < 4 && fall > next && self.wanted.is_none() {
            self.tranches += 1;
            let dollars = to_dollars(self.stake) * 0.24 * self.leverage;
            self.want(Side::Long, dollars, scene.step);
        }
        self.result(scene) > 0.3 * self.temper
    }

    /// Fast average against slow average.
    fn follow(&mut self, scene: &Scene<'_>) -> bool {
        let (fast, slow) = (average(scene.history, 4), average(scene.history, 24));
        let edge = 0.012 * self.temper;
        let opinion = match fast / slow - 1.0 {
            up if up > edge => Some(Side::Long),
            down if down < -edge => Some(Side::Short),
            _ => None,
        };
        let has = Side::of(scene.position);
        let against = has.is_some() && opinion.is_some() && has != opinion;
        if !against
            && has.is_none()
            && self.wanted.is_none()
            && let Some(side) = opinion
        {
            let margin = to_dollars(scene.wallet.saturating_add(units(scene.position.margin)));
            self.want(side, margin * 0.7 * self.leverage, scene.step);
        }
        against
    }

    fn flutter(&mut self, scene: &Scene<'_>) -> bool {
        if Side::of(scene.position).is_some() {
            return self.rng.random_bool(0.12);
        }
        if self.wanted.is_none() && self.rng.random_bool(0.1) {
            let side = if self.rng.random_bool(0.5) { Side::Long } else { Side::Short };
            let dollars = to_dollars(self.stake) * self.rng.random_range(0.1..0.4) * self.leverage;
            self.want(side, dollars, scene.step);
        }
        false
    }

    /// Unrealised result over the margin put up.
    fn result(&self, scene: &Scene<'_>) -> f64 {
        let margin = to_dollars(units(scene.position.margin));
        if margin < 1.0 { 0.0 } else { signed_wad(scene.position.exitPnl) / margin }
    }

    /// Margin added when liquidation comes near.
    fn rescue(&self, scene: &Scene<'_>) -> Option<Action> {
        let open = Side::of(scene.position).is_some();
        if self.kind != Kind::TopUpper || !open || scene.wallet < 20 * DOLLAR {
            return None;
        }
        let near = signed_wad(scene.position.marginRatio) < 0.13 * self.temper;
        near.then(|| Action::AddMargin((scene.wallet / 3).max(20 * DOLLAR)))
    }

    /// The next part of what it wants, as large as it may be.
    fn build(&mut self, scene: &Scene<'_>) -> Option<Action> {
        let (side, dollars) = self.wanted?;
        if !scene.view.may_open() {
            return None;
        }
        let free = signed(scene.position.freeCollateral) as f64 / DOLLAR as f64;
        let affordable = (to_dollars(scene.wallet) + free) * self.leverage;
        let now = dollars.min(affordable).min(scene.view.notional_within(OWN_IMPACT));
        let rest = dollars.min(affordable) - now;
        self.wanted = (rest > LEAST).then_some((side, rest));
        if now < LEAST {
            return None;
        }
        let margin = to_units((now / self.leverage - free).max(0.0)).min(scene.wallet);
        Some(trade(scene.view, side, margin, now))
    }
}

/// A trade with its limit: what the curve would give now, less what may slip.
pub(crate) fn trade(view: &View, side: Side, margin: u128, dollars: f64) -> Action {
    let base = view.base_for(dollars * side.sign());
    let limit = base * (1.0 - side.sign() * SLIPPAGE);
    // To the millionth of base: whoever bounds a slippage of 2 % needs no more.
    let base_limit = U256::from((limit * 1e6) as u128) * U256::from(1_000_000_000_000u64);
    Action::Trade { side, margin, notional: to_wad(dollars), base_limit }
}

fn average(history: &[f64], window: usize) -> f64 {
    let last = history.iter().rev().take(window);
    let (count, sum) = last.fold((0u32, 0.0), |(count, sum), price| (count + 1, sum + price));
    sum / f64::from(count.max(1))
}

/// A position's size in base, positive for long.
pub(crate) fn size(position: &PositionView) -> f64 {
    let magnitude = wad(position.size.unsigned_abs());
    if position.size.is_negative() { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::bindings::IClearingHouse::{CurveView, MarketView};

    #[test]
    fn the_same_seed_casts_the_same_traders() {
        let (one, other) = (cast(7, 188), cast(7, 188));
        assert!(one.len() >= 30);
        let stakes = |traders: &[Trader]| {
            traders.iter().map(|trader| (trader.stake, trader.entry)).collect::<Vec<_>>()
        };
        assert_eq!(stakes(&one), stakes(&other));
        assert_ne!(stakes(&one), stakes(&cast(8, 188)));
    }

    #[test]
    fn stakes_lie_between_five_hundred_and_fifty_thousand() {
        for seed in 0..50 {
            assert!(
                cast(seed, 188).iter().all(|trader| (500 * DOLLAR..=50_000 * DOLLAR).contains(&trader.stake))
            );
        }
    }

    #[test]
    fn limits_lie_on_the_trader_s_side_of_the_curve() {
        let raw = MarketView {
            curve: CurveView {
                baseReserve: U256::from(60_000u64) * U256::from(10u64).pow(U256::from(18)),
                quoteReserve: U256::from(60_000u64) * U256::from(10u64).pow(U256::from(18)),
                peg: U256::from(200u64) * U256::from(10u64).pow(U256::from(18)),
                ..Default::default()
            },
            spotPrice: U256::from(200u64) * U256::from(10u64).pow(U256::from(18)),
            indexPrice: U256::from(200u64) * U256::from(10u64).pow(U256::from(18)),
            ..Default::default()
        };
        let view = View::new(raw);
        for side in [Side::Long, Side::Short] {
            let Action::Trade { base_limit, .. } = trade(&view, side, 0, 10_000.0) else { unreachable!() };
            let fair = 50.0;
            let limit = wad(base_limit);
            assert!(if side == Side::Long { limit < fair } else { limit > fair }, "{side:?} {limit}");
            assert!((limit / fair - 1.0).abs() < 0.03);
        }
    }
}
