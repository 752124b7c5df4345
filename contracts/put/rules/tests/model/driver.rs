//! The rules and the model of one pool, side by side.

use everfloor_put_rules::PutError;

use crate::{
    action::Action,
    choice::Choice,
    histories::Counts,
    house::{House, Outcome},
    invariants::{self, Step},
    pool::{Model, Refusal, Roll},
    random::Random,
    story::{self, Weather},
};

pub struct World {
    pub house: House,
    pub model: Model,
    pub random: Random,
    pub counts: Counts,
    weather: Weather,
}

impl World {
    /// A random pool.
    pub fn new(mut random: Random) -> Self {
        let house = story::opening(&mut random);
        let weather = Weather::of(&house, &mut random);
        let model = Model::new(house.params, house.collateral.scale, house.pool.buyer.sigma, house.now);
        Self { house, model, random, counts: Counts::default(), weather }
    }

    /// One thing that somebody tries.
    pub fn step(&mut self) {
        self.weather.pass(&mut self.house, &mut self.random);
        let Self { house, random, weather, .. } = self;
        let action = Choice { house, random, weather }.next();
        if let Some(action) = action {
            self.act(&action);
        }
    }

    /// Runs an action on both; both keep it or neither does, and they must agree on why not.
    pub fn act(&mut self, action: &Action) -> bool {
        let (mut house, mut model) = (self.house.clone(), self.model.clone());
        model.now = house.now;
        let rules = house.run(action);
        let expected = model.run(action, rules.as_ref().ok());
        match (rules, expected) {
            (Ok(outcome), Ok(roll)) => {
                self.keep(action, &outcome, roll.as_ref(), house, model);
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

    fn keep(&mut self, action: &Action, outcome: &Outcome, roll: Option<&Roll>, house: House, model: Model) {
        let step = Step { action, outcome, roll, before: &self.house, house: &house, model: &model };
        invariants::check(&step, &mut self.random);
        self.counts.worked(action.name());
        self.counts.kinds(&step, &self.model);
        (self.house, self.model) = (house, model);
    }

    fn refuse(&mut self, action: &Action, refusal: &PutError, expected: Result<Option<Roll>, Refusal>) {
        let shown = format!("{refusal:?}");
        let name = shown.split(' ').next().unwrap_or_default();
        let expected = expected.map(|_| ());
        assert_eq!(expected, Err(name), "{action:?}: {refusal:?}\n{:?}\n{:?}", self.house, self.model);
        *self.counts.refused.entry(format!("{}: {name}", action.name())).or_default() += 1;
    }
}

impl Counts {
    /// Things that have no action of their own.
    fn kinds(&mut self, step: &Step<'_>, was: &Model) {
        let (counts, is) = (self, step.model);
        let zero = Default::default();
        counts.seen("nobody's shares", is.nobody.shares > zero);
        counts.seen("position ended", step.outcome.ended);
        counts.seen("rewards without writers", is.unallocated > was.unallocated);
        counts.seen(
            "pool left by all",
            is.shares == zero && was.shares > zero && is.generation == was.generation,
        );
        if let Action::Merge { into, from } = *step.action {
            let waits = [into, from].iter().any(|who| was.accounts[*who].requested > zero);
            counts.seen("merge: of what waits", waits);
        }
        if let Action::Settle { who } = *step.action {
            counts.seen("settle: in steps", is.accounts[who].unseen > 0);
        }
        if let Some(bought) = step.outcome.bought {
            counts.seen("purchase: late, with a rest for the next epoch", bought.prefunded > 0);
        }
        let Some(roll) = step.roll else { return };
        counts.seen("roll: prompt", roll.prompt);
        counts.seen("roll: late", !roll.prompt && roll.skipped == 0);
        counts.seen("roll: epochs skipped", roll.skipped > 0);
        counts.seen("roll: without a mark", roll.mark.is_none());
        counts.seen("roll: at a price of zero", roll.settlement == 0);
        counts.seen("roll: at a price beyond strikes", roll.settlement == (1 << 88) - 1);
        counts.seen("roll: puts pay", roll.payoff > zero);
        counts.seen(
            "roll: several strikes of one leaf",
            was.puts.paid(roll.settlement) + was.puts.shortfall(0) < was.puts.fair(roll.settlement),
        );
        counts.seen("roll: capped strike", roll.capped);
        counts.seen("roll: all continue", roll.units > zero && roll.lapsed == zero);
        counts.seen("roll: part lapses", roll.units > zero && roll.lapsed > zero);
        counts.seen("roll: all lapse", roll.units == zero && roll.lapsed > zero);
        counts.seen("roll: units let go", roll.released > zero);
        counts.seen("roll: generation lost", roll.lost);
        counts.seen("roll: generation lost with exits", roll.lost && roll.exit.is_some());
        counts.seen(
            "roll: all left but dust",
            roll.lost && roll.exit.as_ref().is_some_and(|exit| exit.2 > zero),
        );
        counts.seen("roll: nobody may leave", was.queued > zero && roll.exit.is_none());
        if let Some((waited, left, _)) = roll.exit.as_ref().filter(|_| !roll.lost) {
            counts.seen("roll: all that wait leave", left == waited);
            counts.seen("roll: some that wait leave", left < waited);
        }
    }
}
