//! The rules and the model of one book, side by side.

use std::collections::BTreeSet;

use everfloor_venue_rules::{
    Average, Book as Bests, BookStore, Impact, Kind, MarkStore, Order, Placed, Removal, Side, Stop, Venue,
    VenueError, WAD,
};
use num_bigint::BigUint;

use crate::{
    action::{Action, Question},
    choice::{self, Choice, Weather},
    clock::Clock,
    histories::Counts,
    invariants::{self, Lots},
    naive::{Naive, Refusal, Resting, Told},
    random::Random,
    rig::{Book, Market, Memory, NoCredit},
};

impl Counts {
    fn refused(&mut self, name: &str, refusal: &str) {
        *self.refused.entry(format!("{name}: {refusal}")).or_default() += 1;
    }
}

/// What an action leaves: the order it took out or changed, what became of one that came in, what the market
/// heard.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    pub before: Option<Order>,
    pub placed: Option<Placed<NoCredit>>,
    pub market: Market,
}

/// The same of the model.
pub struct Expected {
    pub before: Option<Resting>,
    pub told: Option<Told>,
}

pub struct World {
    pub book: Book,
    pub naive: Naive,
    pub clock: Clock,
    pub lots: Lots,
    pub counts: Counts,
    random: Random,
    weather: Weather,
}

/// Runs an action on the rules, on a store of any kind.
fn run<B: BookStore, M: MarkStore>(
    venue: &mut Venue<B, M>,
    action: &Action,
    now: u64,
) -> Result<Left, Box<VenueError>> {
    let mut left = Left { before: None, placed: None, market: Market::default() };
    match action {
        Action::Place { order, market } => {
            left.market = market.clone();
            left.placed = Some(venue.place(order, &mut left.market, now)?);
        }
        Action::Cancel { owner, id } => left.before = Some(venue.cancel(owner, *id, now)?),
        Action::Reduce { owner, id, lots } => left.before = Some(venue.reduce(owner, *id, *lots, now)?),
        Action::Replace { id, order, market } => {
            left.market = market.clone();
            let (before, placed) = venue.replace(*id, order, &mut left.market, now)?;
            (left.before, left.placed) = (Some(before), Some(placed));
        }
        Action::Prune { id } => left.before = Some(venue.prune(*id, now)?),
        Action::Drop { id } => left.before = Some(venue.drop_order(*id, now)?),
        Action::Touch => venue.touch(now)?,
        Action::Retune { min_lots, depth, levels, period } => {
            venue.touch(now)?;
            let params = &mut venue.params;
            (params.min_lots, params.mark_depth) = (*min_lots, *depth);
            (params.mark_levels, params.period) = (*levels, *period);
            params.validate()?;
        }
    }
    Ok(left)
}

/// Runs an action on the model.
fn expect(naive: &mut Naive, action: &Action, now: u64) -> Result<Expected, Refusal> {
    let (before, told) = match action {
        Action::Place { order, market } => (None, Some(naive.place(order, market, now)?)),
        Action::Cancel { owner, id } => (Some(naive.cancel(owner, *id)?), None),
        Action::Reduce { owner, id, lots } => (Some(naive.reduce(owner, *id, *lots)?), None),
        Action::Replace { id, order, market } => {
            (Some(naive.cancel(&order.owner, *id)?), Some(naive.place(order, market, now)?))
        }
        Action::Prune { id } => (Some(naive.prune(*id, now)?), None),
        Action::Drop { id } => (Some(naive.take_out(*id)?), None),
        Action::Touch => (None, None),
        Action::Retune { min_lots, depth, levels, period } => {
            let params = &mut naive.params;
            (params.min_lots, params.mark_depth) = (*min_lots, *depth);
            (params.mark_levels, params.period) = (*levels, *period);
            (None, None)
        }
    };
    Ok(Expected { before, told })
}

/// The name of an error.
fn name_of(refusal: &VenueError) -> String {
    format!("{refusal:?}").split(' ').next().unwrap_or_default().to_owned()
}

impl World {
    /// A random book.
    pub fn new(mut random: Random) -> Self {
        let params = choice::params(&mut random);
        let weather = Weather::new(&mut random);
        let now = params.genesis + random.below(3_000) - random.below(1_000);
        let now = if random.one_in(4) { params.genesis } else { now };
        let price = random.pick(&[1, WAD, WAD * 1_000]);
        let book = Venue::open(params, Memory::default(), Memory::default(), price, now).unwrap();
        Self {
            book,
            naive: Naive::new(params),
            clock: Clock::new(price, now),
            lots: Lots::default(),
            counts: Counts::default(),
            random,
            weather,
        }
    }

    /// Some time passes, and somebody does something or asks.
    pub fn step(&mut self) {
        let mid = self.naive.mid();
        let seconds = self.weather.pass(&mut self.random, &self.naive.params);
        self.clock.pass(seconds, mid);
        self.counts.seen("mid", mid.is_some());
        self.counts.seen("no mid", mid.is_none());
        let deep = |side| self.naive.sorted(side).iter().map(|order| order.lots).sum::<u64>();
        let enough = deep(Side::Bid).min(deep(Side::Ask)) >= self.naive.params.mark_depth;
        self.counts.seen("no mid: in too many levels", mid.is_none() && enough);
        let (now, opened) = (self.clock.now(), self.clock.opened);
        let Self { naive: book, weather, random, .. } = self;
        let mut choice = Choice { book, weather, random, now, opened };
        let (action, question) = (choice.action(), choice.question());
        self.act(&action);
        self.ask(&question);
        invariants::cheap(self);
        if self.random.one_in(4) {
            invariants::full(self);
        }
    }

    /// Everything once more, and every epoch that is over.
    pub fn end(&mut self) {
        invariants::full(self);
        let (now, params) = (self.clock.now(), self.naive.params);
        for epoch in 0..=now.saturating_sub(params.genesis) / params.epoch {
            self.ask_epoch(epoch as u32);
        }
    }

    /// Runs an action as a preview, on the model and, if neither refuses, in earnest.
    fn act(&mut self, action: &Action) {
        let now = self.clock.now();
        let mut preview = self.book.preview();
        let promised = run(&mut preview, action, now);
        let mut naive = self.naive.clone();
        match (promised, expect(&mut naive, action, now)) {
            (Ok(promised), Ok(expected)) => {
                let shown = (preview.book, preview.mark, preview.mid());
                let bests = self.book.book;
                let left = run(&mut self.book, action, now).expect("as promised");
                assert_eq!(left, promised, "{action:?}");
                assert_eq!((self.book.book, self.book.mark, self.book.mid()), shown);
                self.keep(action, &left, &expected, bests);
                // What changes the period counts by the old one first.
                self.clock.count(self.naive.params.period);
                self.naive = naive;
            }
            (Err(refusal), expected) => {
                let name = name_of(&refusal);
                assert_eq!(Some(name.as_str()), expected.err(), "{action:?}: {refusal:?}");
                self.counts.refused(action.name(), &name);
            }
            (Ok(_), Err(expected)) => panic!("{action:?}: the model says {expected}"),
        }
    }

    /// Both have done it: the same?
    fn keep(&mut self, action: &Action, left: &Left, expected: &Expected, bests: Bests) {
        assert_eq!(left.before, expected.before.as_ref().map(order_of), "{action:?}");
        if let (Some(placed), Some(told)) = (&left.placed, &expected.told) {
            let Placed { filled, notional, remaining, id, touched, stop } = *placed;
            assert_eq!((filled, remaining, id), (told.filled, told.remaining, told.id), "{action:?}");
            assert_eq!((touched, stop), (told.touched, told.stop), "{action:?}");
            assert_eq!(BigUint::from(notional), told.notional);
            assert_eq!(left.market.trades, told.trades);
            let removed: Vec<_> =
                told.removed.iter().map(|(order, why)| (order.id, order_of(order), *why)).collect();
            assert_eq!(left.market.removed, removed);
        }
        assert_eq!(left.placed.is_some(), expected.told.is_some());
        self.lots.count(action, left);
        self.count(action, left, bests);
    }

    /// Things that have no action of their own.
    fn count(&mut self, action: &Action, left: &Left, bests: Bests) {
        let counts = &mut self.counts;
        match action {
            Action::Place { .. } => {}
            Action::Cancel { id, .. } => {
                let order = left.before.expect("cancelled");
                let queue: Vec<u64> = self
                    .naive
                    .orders
                    .iter()
                    .filter(|other| other.tick == order.tick)
                    .map(|other| other.id)
                    .collect();
                let at = queue.iter().position(|other| other == id);
                counts.seen("cancel: alone", queue.len() == 1);
                counts.seen("cancel: first of several", queue.len() > 1 && at == Some(0));
                counts.seen("cancel: last of several", queue.len() > 1 && at == Some(queue.len() - 1));
                counts.seen("cancel: in the middle", at.is_some_and(|at| at > 0 && at + 1 < queue.len()));
                counts.seen("cancel: the best level", self.book.book != bests);
            }
            _ => counts.seen(action.name(), true),
        }
        let Some(Placed { filled, touched, stop, .. }) = left.placed else { return };
        let Market { trades, removed, .. } = &left.market;
        if let Action::Replace { .. } = action {
            counts.seen("replace: by what trades", filled > 0);
        }
        let Action::Place { order, .. } = action else { return };
        let why = |removal: Removal| removed.iter().any(|(_, _, why)| *why == removal);
        let ticks: BTreeSet<u32> = trades.iter().map(|trade| trade.tick).collect();
        let words: BTreeSet<u32> = ticks.iter().map(|tick| tick >> 8).collect();
        counts.seen("place: filled", stop == Stop::Filled);
        counts.seen("place: rested", stop == Stop::Rested);
        counts.seen("place: rested after a fill", stop == Stop::Rested && filled > 0);
        counts.seen("place: given up", stop == Stop::GivenUp);
        counts.seen("place: too small to rest", stop == Stop::TooSmall);
        counts.seen("place: most fills", stop == Stop::MostFills && touched > 0);
        counts.seen("place: met its own, stopped", stop == Stop::SelfTrade);
        counts.seen("place: met its own, cancelled it", why(Removal::SelfTrade));
        counts.seen("place: taker cannot", stop == Stop::TakerCannot(NoCredit));
        counts.seen("place: taker cannot, after a fill", stop == Stop::TakerCannot(NoCredit) && filled > 0);
        counts.seen("place: maker cannot", why(Removal::MakerCannot));
        counts.seen("place: met an expired one", why(Removal::Expired));
        counts.seen("place: of several makers", trades.len() > 1);
        counts.seen("place: over several levels", ticks.len() > 1);
        counts.seen("place: over three of the set's words", words.len() > 2);
        counts.seen("place: a part of an order", trades.iter().any(|trade| trade.left > 0));
        let other = order.side.other();
        counts.seen("place: emptied a side", touched > 0 && self.book.book.best(other).is_none());
        counts.seen("place: post only", order.kind == Kind::PostOnly);
        counts.seen("place: fill or kill", order.kind == Kind::FillOrKill);
        counts.seen("place: by who sells", order.side == Side::Ask && filled > 0);
    }

    /// Asks both.
    fn ask(&mut self, question: &Question) {
        let now = self.clock.now();
        let (book, naive) = (&self.book, &self.naive);
        match *question {
            Question::Impact { side, lots, most } => {
                let Impact { average, notional, levels, filled } = book.impact(side, lots, most).unwrap();
                let told = (BigUint::from(average), BigUint::from(notional), levels, filled);
                assert_eq!(told, naive.impact(side, lots, most), "{question:?}");
                self.counts.seen("impact: all of it", lots > 0 && filled == lots);
                self.counts.seen("impact: a part", filled > 0 && filled < lots);
            }
            Question::Levels { side, from, limit } => {
                let page: Vec<u32> = book.levels(side, from, limit).iter().map(|(tick, _)| *tick).collect();
                let beyond = |tick: &u32| match side {
                    _ if from == 0 => true,
                    Side::Bid => *tick <= from,
                    Side::Ask => *tick >= from,
                };
                let all = naive.ticks(side).into_iter();
                assert_eq!(page, all.filter(beyond).take(limit as usize).collect::<Vec<_>>());
                self.counts.seen("levels", !page.is_empty());
            }
            Question::Orders { tick, from, limit } => {
                let there: Vec<&Resting> = naive.orders.iter().filter(|order| order.tick == tick).collect();
                let known = from == 0 || there.iter().any(|order| order.id == from);
                match book.orders_at(tick, from, limit) {
                    Ok(page) => {
                        assert!(known || limit == 0, "{question:?}");
                        let expected = there.iter().filter(|order| order.id >= from).take(limit as usize);
                        let expected: Vec<_> = expected.map(|order| (order.id, order_of(order))).collect();
                        assert_eq!(page, if known { expected } else { Vec::new() });
                        self.counts.seen("orders", !page.is_empty());
                    }
                    Err(refusal) => {
                        assert_eq!(*refusal, VenueError::NoSuchOrder { id: from });
                        assert!(!known, "{question:?}");
                        self.counts.refused("orders", "NoSuchOrder");
                    }
                }
            }
            Question::Epoch { epoch } => self.ask_epoch(epoch),
            Question::Since { time } => {
                let told = book.average_since(time, now);
                let expected = self.clock.since(&naive.params, time);
                self.agree(question.name(), told, expected);
                let changed = time >= self.clock.counted;
                let worked = self.book.average_since(time, now).is_ok();
                self.counts.seen("since: a snapshot", worked && !changed);
                self.counts.seen("since: the last change", worked && changed);
                let full = self.clock.snapshots.len() > self.naive.params.snapshots as usize;
                self.counts.seen("snapshots: the ring is full", worked && full);
            }
        }
    }

    fn ask_epoch(&mut self, epoch: u32) {
        let params = self.naive.params;
        let told = self.book.average_of_epoch(epoch, self.clock.now());
        let expected = self.clock.epoch(&params, epoch);
        self.agree("epoch", told, expected);
        let Ok((_, span, blind, mids)) = expected else { return };
        let end = params.genesis + params.epoch * (u64::from(epoch) + 1);
        self.counts.seen("epoch: not counted yet", end > self.clock.counted);
        self.counts.seen("epoch: part blind", blind > 0 && blind < span);
        self.counts.seen("epoch: several mids", mids > 1);
        let recorded = self.book.history.boundaries.contains_key(&epoch);
        self.counts.seen("epoch: of a record before it", !recorded && end <= self.clock.counted);
    }

    fn agree(
        &mut self,
        name: &str,
        told: Result<Average, Box<VenueError>>,
        expected: Result<crate::clock::Naively, Refusal>,
    ) {
        match told {
            Ok(Average { price, span, blind }) => {
                let expected = expected.map(|(price, span, blind, _)| (price, span, blind));
                assert_eq!(Ok((price, span, blind)), expected, "{name}");
                self.counts.seen(name, true);
            }
            Err(refusal) => {
                let refusal = name_of(&refusal);
                assert_eq!(Some(refusal.as_str()), expected.err(), "{name}");
                self.counts.refused(name, &refusal);
            }
        }
    }
}

/// The record of an order.
pub fn order_of(order: &Resting) -> Order {
    Order { owner: order.owner, lots: order.lots, tick: order.tick, expiry: order.expiry }
}
