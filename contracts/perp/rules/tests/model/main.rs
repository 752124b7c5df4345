//! Thousands of random actions of random traders on the rules and on an independent model of them, side by side.
//!
//! `PERP_SEED` repeats a run, `PERP_OPERATIONS` sets how many actions there are.

#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod support;

mod exact;

use everfloor_perp_rules::{
    OracleReading, OracleStatus, Params, PerpError, Position, Side, WAD, funding, margin,
};
use exact::{Account, Int, Model, Oracle, Terms, int};
use support::{
    ANY, DOLLAR, Rig, SCALE, live_params,
    random::{Random, number_from_env},
    wad,
};

const TRADERS: usize = 8;
/// The trader who keeps the mark near the oracle.
const ARBITRAGEUR: usize = 0;

/// The rules and the model of one market, with its traders.
struct World {
    rig: Rig,
    positions: Vec<Position>,
    model: Model,
    random: Random,
    /// Token units that came in less those that went out.
    tokens: i128,
    /// Funding settled so far, token units; more was paid than received.
    funding: i128,
    done: u64,
    /// What the feed would say, while it does not answer.
    silent: Option<OracleReading>,
    /// When the window was last changed.
    changed: u64,
    /// From when on the average is again as long as the window says; none until the next touch.
    steady: Option<u64>,
    refused: std::collections::BTreeMap<String, u64>,
    worked: std::collections::BTreeMap<&'static str, u64>,
}

/// One action, with what it takes from the outside.
#[derive(Clone, Copy, Debug)]
enum Action {
    Open { side: Side, margin: u128, notional: u128 },
    Close { base: u128 },
    Add { amount: u128 },
    Remove { amount: u128 },
    RealizeLoss,
    Claim { amount: u128 },
    Liquidate { insurance: u128 },
}

impl Action {
    /// More than there is in the world.
    fn is_absurd(&self) -> bool {
        matches!(self, Self::Open { notional, .. } if *notional > 1 << 90)
    }
}

/// What an action moved, token units.
#[derive(Default)]
struct Moved {
    tokens: i128,
    funding: i128,
    /// Loss taken from an open position, and what insurance of either kind paid.
    loss: u128,
    insured: u128,
}

/// What the model says that an action moves.
#[derive(Debug)]
struct Expected {
    tokens: Int,
    loss: Int,
    insured: Int,
}

impl Expected {
    fn tokens(tokens: Int) -> Self {
        Self { tokens, loss: int(0), insured: int(0) }
    }
}

fn terms(params: &Params, scale: u128) -> Terms {
    Terms {
        initial: int(params.initial_margin_ppm),
        maintenance: int(params.maintenance_margin_ppm),
        fee: int(params.fee_ppm),
        penalty: int(params.liquidation_penalty_ppm),
        insurance_share: int(params.insurance_share_ppm),
        keeper_share: int(params.keeper_share_ppm),
        impact: int(params.max_price_impact_ppm),
        divergence: int(params.max_divergence_ppm),
        band: int(params.mark_band_ppm),
        funding: int(params.max_funding_ppm),
        window: u64::from(params.twap_window),
        least: int(params.min_notional),
        side_cap: int(params.max_open_interest),
        account_cap: int(params.max_position),
        keeper_floor: int(params.keeper_floor),
        scale: int(scale),
    }
}

/// A market as one would be run, or one that lets almost everything happen.
fn random_params(random: &mut Random) -> Params {
    let mut params = live_params();
    if random.one_in(2) {
        params.initial_margin_ppm = random.pick(&[20_000, 50_000, 200_000]);
        params.maintenance_margin_ppm = params.initial_margin_ppm / 2;
        params.liquidation_penalty_ppm = params.maintenance_margin_ppm / 3;
        params.max_divergence_ppm = random.pick(&[20_000, 100_000, 900_000]);
        params.mark_band_ppm = random.pick(&[10_000, 100_000, 800_000]);
        params.max_funding_ppm = 500_000;
        params.max_price_impact_ppm = 300_000;
    }
    params.fee_ppm = random.pick(&[0, 1, 1_000, 30_000]);
    params.insurance_share_ppm = random.pick(&[0, 333_333, 1_000_000]);
    params.keeper_share_ppm = random.pick(&[50_000, 500_000, 1_000_000]);
    params.twap_window = random.pick(&[0, 1, 60, 900]);
    params.min_notional = random.pick(&[0, wad(100), wad(2_000)]);
    params.max_open_interest = random.pick(&[wad(500), wad(5_000)]);
    params.max_position = random.pick(&[wad(50), wad(5_000)]);
    params.keeper_floor = random.pick(&[0, 1, 3 * DOLLAR]);
    params
}

impl World {
    fn new(mut random: Random) -> Self {
        let params = random_params(&mut random);
        let base = random.between(1_000 * WAD, 20_000 * WAD);
        let quote = base * random.between(1, 300) + random.between(0, WAD);
        let mut rig = Rig::new(params, base, quote);
        rig.scale = random.pick(&[1, SCALE, SCALE, 10_u128.pow(16)]);
        let oracle = Oracle { price: int(rig.oracle.price), area: int(rig.oracle.cumulative), status: 0 };
        let model = Model::new(terms(&params, rig.scale), int(base), int(quote), TRADERS, oracle, rig.now);
        Self {
            rig,
            positions: vec![Position::default(); TRADERS],
            model,
            random,
            tokens: 0,
            funding: 0,
            done: 0,
            silent: None,
            changed: START,
            steady: Some(START),
            refused: Default::default(),
            worked: Default::default(),
        }
    }

    /// Lets the world change on its own: time, oracle, pause, and now and then what governance decides.
    fn drift(&mut self) {
        if let Some(reading) = self.silent.take() {
            self.rig.oracle = reading;
        }
        if self.random.one_in(3) {
            let seconds = self.random.below(40);
            let seconds = if self.random.one_in(30) { seconds * 3_600 } else { seconds };
            self.rig.forward(seconds);
        }
        if self.random.one_in(4) {
            let price = self.rig.oracle.price;
            let step = price / if self.random.one_in(12) { 6 } else { 200 };
            let moved = self.random.between(0, 2 * step);
            self.rig.oracle.price = (price + moved).saturating_sub(step).max(WAD / 1_000);
        }
        // Trouble is rare and passes soon.
        let quiet = self.rig.oracle.status == OracleStatus::Good;
        if self.random.one_in(if quiet { 60 } else { 4 }) {
            let code = if quiet { self.random.pick(&[1, 2, SILENT]) } else { 0 };
            self.rig.oracle.status = OracleStatus::from_code(code);
        }
        let paused = self.rig.market.opening_paused;
        if self.random.one_in(if paused { 4 } else { 100 }) {
            self.rig.market.opening_paused = !paused;
        }
        if self.rig.oracle.status.code() == SILENT {
            let nothing =
                OracleReading { price: 0, cumulative: 0, updated_at: 0, status: self.rig.oracle.status };
            self.silent = Some(core::mem::replace(&mut self.rig.oracle, nothing));
        }
        self.tell_model();
        if self.random.one_in(150) {
            self.change_window();
        }
        if self.random.one_in(150) && self.rig.oracle.is_usable() {
            self.change_feed();
        }
    }

    fn tell_model(&mut self) {
        self.model.now = self.rig.now;
        self.model.paused = self.rig.market.opening_paused;
        self.model.oracle = Oracle {
            price: int(self.rig.oracle.price),
            area: int(self.rig.oracle.cumulative),
            status: self.rig.oracle.status.code(),
        };
    }

    /// Governance averages over another time, shorter or longer, without a touch.
    fn change_window(&mut self) {
        let window = self.random.pick(&[0, 1, 60, 900]);
        self.rig.params.twap_window = window;
        self.model.set_window(u64::from(window));
        (self.changed, self.steady) = (self.rig.now, None);
    }

    /// Governance takes another feed, whose integral has nothing to do with the last one's.
    fn change_feed(&mut self) {
        self.rig.accrue();
        self.model.accrue();
        self.rig.oracle.cumulative = self.random.between(0, wad(10_000_000));
        funding::rebase(&mut self.rig.market, self.rig.oracle.cumulative);
        self.model.rebase(int(self.rig.oracle.cumulative));
        self.tell_model();
    }

    /// Anybody; or who is worst off, where there is most to see.
    fn trader(&mut self) -> usize {
        let anybody = self.random.below(TRADERS as u64) as usize;
        if !self.random.one_in(3) {
            return anybody;
        }
        let ratio = |who: &usize| {
            let value = self.rig.neutral(&self.positions[*who]);
            value.margin_ratio_wad(self.rig.scale).unwrap_or(i128::MAX)
        };
        (0..TRADERS).min_by_key(ratio).unwrap_or(anybody)
    }

    /// The next account with something open.
    fn busy(&self, who: usize) -> usize {
        let busy = |who: &usize| self.positions[*who].size != 0;
        (who..TRADERS).chain(0..who).find(busy).unwrap_or(who)
    }

    /// A trade that would bring the mark towards the oracle, more often than not.
    fn side(&mut self) -> Side {
        let below = self.rig.market.curve.spot().expect("a price") < self.rig.oracle.price;
        if below ^ self.random.one_in(4) { Side::Long } else { Side::Short }
    }

    /// Brings the mark to the oracle, with money enough.
    fn arbitrage(&self) -> Action {
        let (spot, index) = (self.rig.market.curve.spot().expect("a price"), self.rig.oracle.price);
        // Half of a small change in price.
        let notional = self.rig.market.curve.quote / 1_000 * (spot.abs_diff(index) * 500 / index.max(spot));
        let side = if spot < index { Side::Long } else { Side::Short };
        Action::Open { side, margin: notional.min(wad(1_000_000_000)) / self.rig.scale, notional }
    }

    fn action(&mut self, who: usize) -> Action {
        let position = self.positions[who];
        if who == ARBITRAGEUR && !self.random.one_in(4) {
            return self.arbitrage();
        }
        let unit = WAD / self.rig.scale;
        match self.random.below(14) {
            0..=4 => {
                let depth = self.rig.market.curve.quote / 40;
                let notional = match self.random.below(12) {
                    0 => self.random.between(0, 3),
                    1 => position.side().map_or(0, |side| {
                        self.rig.market.curve.exit_value(side, position.base()).unwrap_or_default()
                    }),
                    2 => self.random.edge(),
                    _ => self.random.between(0, depth),
                };
                // From less than is asked for to a multiple of it.
                let ratio =
                    u128::from(self.rig.params.initial_margin_ppm) * self.random.between(80, 250) / 100;
                let margin = notional.min(wad(1_000_000_000)) / self.rig.scale * ratio / 1_000_000;
                // Those who hold something mostly take more of it.
                let same = position.side().filter(|_| !self.random.one_in(4));
                Action::Open { side: same.unwrap_or_else(|| self.side()), margin, notional }
            }
            5 | 6 => Action::Close {
                base: match self.random.below(5) {
                    0 | 1 => ANY,
                    2 => self.random.between(0, 2),
                    _ => self.random.between(0, position.base()),
                },
            },
            7 => Action::Add { amount: self.random.between(0, 20 * unit) },
            8 if position.size != 0 && self.random.one_in(2) => {
                Action::Remove { amount: self.random.between(0, position.margin / 8) }
            }
            8 => Action::Remove { amount: self.random.between(0, position.margin.saturating_add(2)) },
            9 => Action::RealizeLoss,
            10 => {
                let all = self.random.one_in(3);
                let amount = if all { position.claim } else { self.random.between(0, position.claim + 1) };
                Action::Claim { amount }
            }
            _ => Action::Liquidate { insurance: self.random.pick(&[0, 50, 1_000_000]) * unit },
        }
    }

    fn step(&mut self) {
        self.drift();
        let who = self.trader();
        let action = self.action(who);
        let who = match action {
            // Nobody else has anything to do there.
            Action::Claim { .. } | Action::Liquidate { .. } | Action::RealizeLoss
                if self.random.one_in(2) =>
            {
                self.busy(who)
            }
            _ => who,
        };
        self.run(who, action);
        self.check();
        self.done += 1;
    }

    /// Runs an action on both, and keeps it on both only if both accept it; they must agree on why not.
    fn run(&mut self, who: usize, action: Action) {
        let before = (self.rig.clone(), self.positions.clone(), self.model.clone());
        let settled = self.owed_now(who);
        let rules = self.run_rules(who, action);
        // Adding margin and taking profit leave the clocks alone.
        if !matches!(action, Action::Add { .. } | Action::Claim { .. }) {
            self.model.accrue();
            self.model.check_owed(who, &settled.1);
        }
        let model = self.run_model(who, action, (settled.0, &settled.1));
        match (rules, model) {
            (Ok(moved), Ok(expected)) => {
                assert_eq!(int(moved.tokens), expected.tokens, "{action:?}: tokens in");
                assert_eq!(int(moved.loss), expected.loss, "{action:?}: loss realised");
                assert_eq!(int(moved.insured), expected.insured, "{action:?}: paid by insurance");
                self.tokens += moved.tokens;
                self.funding += moved.funding;
                *self.worked.entry(name_of(&action)).or_default() += 1;
                self.check_effect(&before.0, &before.1, who, action, &settled);
            }
            (Err(refusal), Err(expected)) => {
                // Beyond 128 bits the rules stop first.
                let too_wide = refusal == PerpError::Overflow && action.is_absurd();
                assert!(too_wide || name(&refusal) == expected, "{action:?}: {refusal:?}, model {expected}");
                (self.rig, self.positions, self.model) = before;
                *self.refused.entry(format!("{}: {}", name_of(&action), name(&refusal))).or_default() += 1;
            }
            (rules, model) => {
                panic!("{action:?}: rules {:?}, model {model:?}", rules.map(|moved| moved.tokens));
            }
        }
    }

    /// Where the average would start and what the account would owe, were the clocks brought to now.
    fn owed_now(&self, who: usize) -> (u64, Int) {
        let fresh = self.rig.fresh();
        let owed = self.positions[who].funding_owed_up(&fresh.market, fresh.scale).expect("funding");
        // Before the clocks move, what is owed now and what the model has accrued are the same times.
        (fresh.market.mark.older.time, int(owed))
    }

    fn run_rules(&mut self, who: usize, action: Action) -> Result<Moved, PerpError> {
        let Self { rig, positions, .. } = self;
        let position = &mut positions[who];
        let out = |tokens: u128, funding| Moved { tokens: -small(tokens), funding, ..Moved::default() };
        Ok(match action {
            Action::Open { side, margin, notional } => {
                let fill = rig.open(position, side, margin, notional)?;
                Moved { tokens: small(margin), funding: fill.funding, ..Moved::default() }
            }
            Action::Close { base } => {
                Moved { funding: rig.close(position, base)?.funding, ..Moved::default() }
            }
            Action::Add { amount } => {
                rig.add(position, amount)?;
                Moved { tokens: small(amount), ..Moved::default() }
            }
            Action::Remove { amount } => out(amount, rig.remove(position, amount)?),
            Action::RealizeLoss => {
                let (loss, funding) = rig.realize_loss(position)?;
                Moved { loss, funding: small(funding), ..Moved::default() }
            }
            Action::Claim { amount } => {
                rig.claim(position, amount)?;
                Moved::default()
            }
            Action::Liquidate { insurance } => {
                let done = rig.liquidate(position, insurance)?;
                let covered = done.covered_by_market + done.covered_by_fund;
                assert!(
                    covered <= done.realized_pnl.min(0).unsigned_abs(),
                    "insurance paid funding: {done:?}"
                );
                assert!(done.uncovered() + covered == done.shortfall);
                Moved {
                    tokens: small(done.covered_by_fund) - small(done.keeper_reward),
                    funding: done.funding,
                    insured: covered,
                    ..Moved::default()
                }
            }
        })
    }

    /// The same on the model.
    fn run_model(&mut self, who: usize, action: Action, owed: (u64, &Int)) -> Result<Expected, &'static str> {
        let model = &mut self.model;
        let tokens = match action {
            Action::Open { side, margin, notional } => {
                model.open(who, side == Side::Long, &int(margin), &int(notional), owed)?;
                int(margin)
            }
            Action::Close { base } => {
                model.close(who, &int(base), owed.1)?;
                int(0)
            }
            Action::Add { amount } => {
                model.add(who, &int(amount))?;
                int(amount)
            }
            Action::Remove { amount } => {
                model.remove(who, &int(amount), owed)?;
                -int(amount)
            }
            Action::RealizeLoss => {
                let (loss, _) = model.realize_loss(who, owed)?;
                return Ok(Expected { loss, ..Expected::tokens(int(0)) });
            }
            Action::Claim { amount } => {
                model.claim(who, &int(amount))?;
                int(0)
            }
            Action::Liquidate { insurance } => {
                let cover = model.liquidate(who, &int(insurance), owed)?;
                let insured = &cover.market + &cover.fund;
                return Ok(Expected { insured, ..Expected::tokens(cover.fund - cover.reward) });
            }
        };
        Ok(Expected::tokens(tokens))
    }

    /// What must hold after every action.
    fn check(&self) {
        let (market, ledger) = (&self.rig.market, &self.rig.market.ledger);
        assert_eq!(small(ledger.total().expect("a sum")), self.tokens, "tokens held");
        assert_eq!(ledger.principal, self.sum(|position| position.margin), "principal");
        assert_eq!(ledger.claims, self.sum(|position| position.claim), "claims");
        let sizes: i128 = self.positions.iter().map(|position| position.size).sum();
        assert_eq!(sizes, small(market.long_size) - small(market.short_size), "sides");
        assert_eq!(int(sizes), &self.model.base0 - int(market.curve.base), "base on the curve");
        // What was entered, in total, is what is on the curve and what left it as realised profit.
        let entered: Int =
            self.positions.iter().map(|position| int(position.open_notional) * position.size.signum()).sum();
        assert_eq!(entered, int(market.curve.quote) - &self.model.quote0 + &self.model.realized, "entries");
        let k = int(market.curve.base) * int(market.curve.quote);
        assert!(k >= &self.model.base0 * &self.model.quote0, "k fell");
        assert!(self.funding + self.funding_outstanding() >= 0, "more funding received than paid");
        self.check_against_model();
    }

    fn check_against_model(&self) {
        let (market, model) = (&self.rig.market, &self.model);
        assert_eq!(
            (int(market.curve.base), int(market.curve.quote)),
            (model.base.clone(), model.quote.clone())
        );
        assert_eq!(
            (int(market.long_size), int(market.short_size)),
            (model.open_on(true), model.open_on(false))
        );
        let ledger = &market.ledger;
        assert_eq!(
            [
                ledger.principal,
                ledger.pool,
                ledger.claims,
                ledger.fees,
                ledger.insurance_due,
                ledger.bad_debt
            ]
            .map(int),
            [
                model.principal(),
                model.pool.clone(),
                model.claims(),
                model.fees.clone(),
                model.due.clone(),
                model.bad_debt.clone()
            ]
        );
        for (who, (position, account)) in self.positions.iter().zip(&model.accounts).enumerate() {
            let ours = Account {
                size: int(position.size),
                entry: int(position.open_notional),
                margin: int(position.margin),
                claim: int(position.claim),
                owed: account.owed.clone(),
                slack: account.slack.clone(),
            };
            assert_eq!(&ours, account, "account {who}");
        }
    }

    /// What an action may do to the account it is of, to the others and to k.
    fn check_effect(
        &mut self,
        rig: &Rig,
        positions: &[Position],
        who: usize,
        action: Action,
        owed: &(u64, Int),
    ) {
        let others = |all: &[Position]| -> Vec<Position> {
            all.iter().enumerate().filter(|(other, _)| *other != who).map(|(_, one)| *one).collect()
        };
        assert_eq!(others(positions), others(&self.positions), "another account changed");
        let product = |rig: &Rig| int(rig.market.curve.base) * int(rig.market.curve.quote);
        assert!(product(&self.rig) >= product(rig), "k fell");

        let (before, after) = (&positions[who], &self.positions[who]);
        let was_healthy = rig.neutral(before).equity >= rig.maintenance(before);
        let grew = after.base() > before.base() && before.size.signum() * after.size.signum() >= 0;
        if grew || (matches!(action, Action::Remove { .. }) && after.size != 0) {
            let done = margin::require_initial(&self.rig.market, after, &self.rig.context());
            assert!(done.is_ok(), "{action:?} left less than the initial margin: {done:?}");
        }
        match action {
            Action::Liquidate { .. } => {
                assert!(!was_healthy, "a healthy position was liquidated");
                self.check_mark_was_fair(rig, before);
            }
            Action::RealizeLoss => {
                // Funding is rounded up once more when it is settled.
                let fell = (rig.exit(before).equity - self.rig.exit(after).equity)
                    .max(rig.neutral(before).equity - self.rig.neutral(after).equity);
                assert!(fell <= 1, "equity fell by {fell}, owed {}", owed.1);
            }
            _ => {}
        }
        let neutral = margin::neutral_price(&self.rig.market, &self.rig.context()).expect("a price");
        assert_eq!(int(neutral), self.model.neutral(self.rig.market.mark.older.time));
        self.check_window();
    }

    /// Nobody's loss is realised at a mark further from the oracle, against him, than any trade may open to.
    fn check_mark_was_fair(&self, rig: &Rig, position: &Position) {
        let (mark, index) = (rig.market.curve.spot().expect("a price"), rig.oracle.price);
        let beyond = if position.size > 0 { index.saturating_sub(mark) } else { mark.saturating_sub(index) };
        let allowed = index * u128::from(rig.params.max_divergence_ppm) / 1_000_000;
        assert!(beyond <= allowed, "liquidated at {mark}, the oracle is at {index}");
    }

    /// The average covers at least a window once there is so much, and less than two; a change of the window shows
    /// within a window of the first touch after it.
    fn check_window(&mut self) {
        let (mark, window) = (&self.rig.market.mark, u64::from(self.rig.params.twap_window));
        let (now, span) = (mark.last.time, mark.last.time - mark.older.time);
        assert!(mark.older.time <= mark.newer.time && mark.newer.time <= now, "{mark:?}");
        assert!(span >= window.min(now.saturating_sub(self.changed)), "window {window}, average over {span}");
        if self.steady.is_none() && now > self.changed {
            self.steady = Some(now + window);
        }
        if self.steady.is_some_and(|steady| now >= steady) {
            assert!(span < 2 * window || span == 0, "window {window}, average over {span}");
        }
    }

    fn sum(&self, of: impl Fn(&Position) -> u128) -> u128 {
        self.positions.iter().map(of).sum()
    }

    fn funding_outstanding(&self) -> i128 {
        let owed = |position: &Position| {
            position.funding_owed_up(&self.rig.market, self.rig.scale).expect("funding")
        };
        self.positions.iter().map(owed).sum()
    }
}

/// The status of a feed that does not answer.
const SILENT: u8 = 5;
/// When the rig's markets begin.
const START: u64 = 1_444_004_400;

fn small(value: u128) -> i128 {
    i128::try_from(value).expect("a test's number")
}

/// The name of a refusal, without its values.
fn name(refusal: &PerpError) -> String {
    let shown = format!("{refusal:?}");
    shown.split(' ').next().unwrap_or_default().to_owned()
}

fn name_of(action: &Action) -> &'static str {
    match action {
        Action::Open { .. } => "open",
        Action::Close { .. } => "close",
        Action::Add { .. } => "add",
        Action::Remove { .. } => "remove",
        Action::RealizeLoss => "realize loss",
        Action::Claim { .. } => "claim",
        Action::Liquidate { .. } => "liquidate",
    }
}

#[test]
fn random_markets_keep_every_unit_and_follow_the_model() {
    let operations = number_from_env("PERP_OPERATIONS").unwrap_or(20_000);
    let mut seeds = Random::from_env("PERP_SEED");
    let (mut refused, mut worked) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    for _ in 0..operations.div_ceil(500) {
        let mut world = World::new(Random::new(seeds.next()));
        for _ in 0..500 {
            world.step();
        }
        for (name, count) in world.refused {
            *refused.entry(name).or_insert(0) += count;
        }
        for (name, count) in world.worked {
            *worked.entry(name).or_insert(0) += count;
        }
    }
    println!("worked {worked:#?}\nrefused {refused:#?}");
    assert_eq!(worked.len(), 7, "every action is taken by somebody: {worked:?}");
}
