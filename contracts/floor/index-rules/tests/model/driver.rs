//! The rules and the model side by side.

use everfloor_index_rules::{IndexError, Offers, index::guard};

use crate::{
    action::Action,
    choice,
    histories::Counts,
    house::{House, Outcome, name_of},
    ideal::{Done, Model},
    invariants::{self, Step},
    number::{Int, int},
    random::Random,
    rig::GENESIS,
};

pub struct World {
    pub house: House,
    pub model: Model,
    pub random: Random,
    pub counts: Counts,
    /// What an NFT is worth to people, in ticks.
    pub price: u32,
}

impl World {
    /// Empty books and no index, a little before or after the first epoch begins.
    pub fn new(mut random: Random) -> Self {
        let (params, index_params) = choice::params(&mut random);
        let now = GENESIS - 2_000 + random.below(9_000);
        Self {
            house: House::new(params, index_params, now),
            model: Model::new(params, index_params, now),
            random,
            counts: Counts::default(),
            price: 100,
        }
    }

    /// One thing that somebody tries.
    pub fn step(&mut self) {
        self.pass();
        let action = self.choose();
        self.act(&action);
    }

    /// Runs an action on both; both keep it or neither does, and they must agree on why not.
    fn act(&mut self, action: &Action) {
        let (mut house, mut model) = (self.house.clone(), self.model.clone());
        match (house.run(action), model.run(action)) {
            (Ok(outcome), Ok(done)) => self.keep(action, &outcome, &done, house, model),
            (Err(refusal), expected) => self.refuse(action, &refusal, expected.map(|_| ())),
            (Ok(outcome), Err(expected)) => {
                panic!("{action:?}: the rules {outcome:?}, the model {expected}")
            }
        }
    }

    fn keep(&mut self, action: &Action, outcome: &Outcome, done: &Done, house: House, model: Model) {
        let step = Step { action, outcome, done, before: &self.house, house: &house, model: &model };
        invariants::check(&step, &mut self.random);
        self.counts.worked(action.name());
        self.counts.kinds(&step, &self.model);
        (self.house, self.model) = (house, model);
    }

    fn refuse(&mut self, action: &Action, refusal: &IndexError, expected: Result<(), &'static str>) {
        let name = name_of(refusal);
        assert_eq!(expected, Err(name.as_str()), "{action:?}: {refusal:?}\n{:?}", self.model);
        *self.counts.refused.entry(format!("{}: {name}", action.name())).or_default() += 1;
    }
}

impl Counts {
    /// Things that have no action of their own.
    fn kinds(&mut self, step: &Step<'_>, was: &Model) {
        let (counts, is, done) = (self, step.model, step.done);
        match step.action {
            Action::Sell { seller, .. } | Action::SellInto { seller, .. } => {
                let ticks: Vec<u32> = done.parts.iter().map(|part| part.paper.tick).collect();
                counts.seen("sale: several prices", ticks.iter().any(|tick| *tick != ticks[0]));
                counts.seen("sale: several bids", ticks.len() > 1);
                counts.seen("sale: a part", done.parts.iter().any(|part| part.units < part.paper.units));
                counts.seen("sale: to oneself", done.parts.iter().any(|part| part.paper.owner == *seller));
                let free = done.parts.iter().any(|part| was.bids.is_free(&part.paper, is.now));
                counts.seen("sale: into a bid that its owner could end", free);
                let binding = |at: &u64| is.now < at + is.bids.params.cancel_delay;
                let asked = done.parts.iter().any(|part| part.paper.cancelled.as_ref().is_some_and(binding));
                counts.seen("sale: into a bid whose cancel was asked for", asked);
            }
            Action::CatchUp { .. } => {
                counts.seen("catch up: not all", !done.is_done);
                counts.seen("catch up: a cancel", is.bids.looked.1 > was.bids.looked.1);
            }
            Action::Follow { .. } => {
                counts.seen("follow: not all the way", !done.is_done);
                counts.seen("follow: up", is.pot.band > was.pot.band);
                counts.seen("follow: down", is.pot.band < was.pot.band);
                counts.seen("follow: past earning bids", is.pot.units(&is.bids) != was.pot.units(&was.bids));
            }
            Action::Close { .. } => {
                counts.seen("close: epochs", is.past.next > was.past.next);
                counts.seen("close: not all", !done.is_done);
            }
            _ => {}
        }
        counts.seen("rewards shared", done.shared);
        counts.seen("rewards shared among several", done.shared && is.pot.carried != Int::ZERO);
        let waited = !done.shared && is.pot.last > was.pot.last && is.pot.rate > 0 && is.pot.pot > Int::ZERO;
        counts.seen("rewards waited for somebody", waited);
        counts.seen("pot emptied", is.pot.pot == Int::ZERO && was.pot.pot > Int::ZERO);
        let ids = |model: &Model| model.bids.papers.len();
        counts.seen("all bids gone", ids(is) == 0 && ids(was) > 0);
        counts.seen("bid counts", step.house.bid_store.offers.values().any(|bid| bid.counted));
        let Some(news) = &done.news else { return };
        let last = step.before.index.price;
        counts.seen("update: the first", last == 0);
        counts.seen("update: bid bounds", news.bounded > news.raw);
        counts.seen("update: ask bounds", news.bounded < news.raw);
        counts.seen("update: there is an ask", news.upper.is_some());
        counts
            .seen("update: bid and ask cross", news.upper.as_ref().is_some_and(|upper| *upper < news.lower));
        counts.seen("update: guard holds it down", last > 0 && news.price < news.bounded);
        counts.seen("update: guard holds it up", last > 0 && news.price > news.bounded);
        counts.seen("update: free", last > 0 && news.price == news.bounded && int(last) != news.price);
        counts.seen("update: epochs closed", last > 0 && is.past.next > was.past.next);
        let elapsed = step.house.now - step.before.index.time;
        counts.seen("update: in the same second", last > 0 && elapsed == 0);
        counts.seen("update: after two days", last > 0 && elapsed > 172_800);
        counts.seen(&format!("update: sources {}", step.house.index.sources), true);
        if last > 0 {
            let range = guard(last, elapsed).expect("a guard");
            assert!(range.lower <= step.house.index.price && step.house.index.price <= range.upper);
        }
        assert!(step.house.bid_store.ticks(everfloor_index_rules::offers::Set::Live).0.len() < 1_000);
    }
}
