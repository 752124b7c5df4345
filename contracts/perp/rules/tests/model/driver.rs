//! The rules and the model of one market, side by side.

use everfloor_perp_rules::{PerpError, deleverage::CaughtUp};

use crate::{
    action::{Action, TRADERS},
    choice::Choice,
    ending,
    histories::Counts,
    house::{House, Outcome},
    int::{Int, int},
    invariants::{self, Step},
    market::{Curve, Model, Refusal},
    random::Random,
    story::{self, Weather},
};

impl Counts {
    /// Kinds of trades and liquidations that have no name of their own.
    fn kinds(&mut self, step: &Step<'_>) {
        let Some(who) = step.action.who() else { return };
        let [was, is] = [step.ready, step.after.0].map(|house| house.positions[who].size);
        let kind = match step.action {
            Action::Open { .. } if was == 0 => "open: new",
            Action::Open { .. } if was.signum() == -is.signum() => "open: reverse",
            Action::Open { .. } if is.unsigned_abs() > was.unsigned_abs() => "open: increase",
            Action::Open { .. } => "open: reduce",
            Action::Liquidate { .. } | Action::TakeOver { .. } | Action::Deleverage { .. } => {
                self.shortfall(step);
                let part = if is == 0 { "whole" } else { "part" };
                return self.worked(format!("{}: {part}", step.action.name()));
            }
            _ => return,
        };
        self.worked(kind);
    }

    fn shortfall(&mut self, step: &Step<'_>) {
        let Some(report) = step.outcome.liquidation else { return };
        let shortfall = report.shortfall;
        for (kind, amount) in [
            ("shortfall", shortfall.amount),
            ("shortfall: the market paid", shortfall.covered_by_market),
            ("shortfall: the fund paid", shortfall.covered_by_fund),
            ("shortfall: nobody paid", shortfall.uncovered()),
        ] {
            if amount > 0 {
                self.worked(kind);
            }
        }
    }
}

pub struct World {
    pub house: House,
    pub model: Model,
    pub random: Random,
    pub counts: Counts,
    weather: Weather,
    window: invariants::Window,
}

/// Both sides of an action before it is known whether it works.
struct Attempt {
    house: House,
    model: Model,
    /// The rules' clocks brought to now and the accounts caught up, nothing else.
    ready: House,
}

impl World {
    /// A random market.
    pub fn new(mut random: Random) -> Self {
        let house = story::opening(&mut random);
        Self::of(house, random)
    }

    /// This market.
    pub fn of(house: House, mut random: Random) -> Self {
        let weather = Weather::of(&mut random);
        let curve = house.market.curve;
        let curve = Curve::new(curve.base, curve.quote, curve.peg);
        let model = Model::new(house.params, house.scale, curve, TRADERS, house.oracle, house.now);
        Self {
            house,
            model,
            random,
            counts: Counts::default(),
            weather,
            window: invariants::Window::default(),
        }
    }

    /// One thing that somebody tries.
    pub fn step(&mut self) {
        self.weather.pass(&mut self.house, &mut self.random);
        let action = Choice { house: &self.house, random: &mut self.random, wild: self.weather.wild }.next();
        self.act(&action);
    }

    /// Everything is settled and paid out, in a random order.
    pub fn end(&mut self) {
        ending::run(self);
    }

    /// Runs an action on both; both keep it or neither does, and they must agree on why not.
    pub fn act(&mut self, action: &Action) -> bool {
        let Attempt { mut house, mut model, ready } = self.prepare(action);
        let rules = house.run(action);
        check_liquidatable(action, &ready, rules.as_ref().err());
        let expected = action.run_on(&mut model);
        match (rules, expected) {
            (Ok(outcome), Ok(())) => {
                self.keep(action, &outcome, house, model, &ready);
                true
            }
            (Err(refusal), expected) => {
                self.refuse(action, &refusal, expected);
                false
            }
            (Ok(outcome), Err(expected)) => {
                panic!("{action:?}: the rules {outcome:?}, the model {expected}")
            }
        }
    }

    /// Loads the accounts and brings the clocks to now, on both.
    fn prepare(&mut self, action: &Action) -> Attempt {
        self.model.now = self.house.now;
        self.model.oracle = self.house.oracle;
        let (mut house, mut model) = (self.house.clone(), self.model.clone());
        let loaded: Vec<(usize, CaughtUp)> =
            action.accounts().into_iter().filter_map(|who| Some((who, house.load(who)?))).collect();
        for (who, caught) in loaded {
            model.catch_up(who, &caught);
            self.counts.worked("caught up");
            if caught.unpaid > 0 {
                self.counts.worked("caught up: nobody paid");
            }
        }
        let mut ready = house.clone();
        // A flat account's margin leaves a market without a look at its clocks.
        let is_flat = action.who().is_some_and(|who| house.positions[who].size == 0);
        let accrues = action.accrues() && !(is_flat && matches!(action, Action::Remove { .. }));
        if accrues {
            ready.accrue().expect("clocks that run");
            model.accrue();
            model.average_from = ready.market.mark.older.time;
            for who in action.accounts() {
                let position = ready.positions[who];
                let owed = position.funding_owed_up(&ready.market, ready.scale).expect("funding");
                model.adopt_owed(who, owed);
            }
        }
        Attempt { house, model, ready }
    }

    fn keep(&mut self, action: &Action, outcome: &Outcome, house: House, model: Model, ready: &House) {
        let tokens = model.tokens - self.model.tokens;
        assert_eq!(outcome.tokens, tokens, "{action:?}: tokens in");
        let step =
            Step { action, outcome, ready, before: (&self.house, &self.model), after: (&house, &model) };
        invariants::check(&step);
        self.window.check(&house, action);
        self.counts.worked(action.name());
        self.counts.kinds(&step);
        (self.house, self.model) = (house, model);
    }

    fn refuse(&mut self, action: &Action, refusal: &PerpError, expected: Result<(), Refusal>) {
        let name = name(refusal);
        // Beyond 128 bits the rules stop first.
        let too_wide = *refusal == PerpError::Overflow && action.is_absurd();
        assert!(too_wide || expected == Err(&name), "{action:?}: {refusal:?}, model {expected:?}");
        *self.counts.refused.entry(format!("{}: {name}", action.name())).or_default() += 1;
    }

    /// Token units held for the market, as the rules have them.
    pub fn held(&self) -> Int {
        int(self.house.market.ledger.total().expect("a sum"))
    }
}

/// The rules' own answer to whether a position can be liquidated is what happens when it is tried; only the caller's
/// limit and what the curve can take are not part of it.
fn check_liquidatable(action: &Action, ready: &House, refusal: Option<&PerpError>) {
    let Action::Liquidate { who, .. } = action else { return };
    let expected = match refusal.map(name).as_deref() {
        None | Some("CurveTooThin" | "SlippageExceeded") => true,
        Some(
            "NotLiquidatable"
            | "InGrace"
            | "MarkTooFarFromIndex"
            | "OracleUnusable"
            | "MarketHalted"
            | "NoPosition",
        ) => false,
        Some(other) => panic!("{action:?}: {other}"),
    };
    assert_eq!(invariants::is_liquidatable(ready, *who), expected, "{action:?}: {refusal:?}");
}

/// The name of a refusal, without its values.
fn name(refusal: &PerpError) -> String {
    let shown = format!("{refusal:?}");
    shown.split(' ').next().unwrap_or_default().to_owned()
}
