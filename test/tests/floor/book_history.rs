//! A random history of the programs beside their rules on plain maps.
//!
//! `FLOOR_SEED` chooses it (it is printed), `FLOOR_STEPS` its length.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_book_storage::{abi::errors, revert::Revert};
use everfloor_test::{abi::FloorBook::*, account};
use everfloor_venue_rules::{
    Kind, NewOrder, Order, Outcome, Params, Removal, SelfTrade, Settlement, Side, Stop, Trade, Venue,
    VenueError,
};
use random::{Random, number_from_env};

use crate::ground::*;

#[path = "../../../contracts/perp/rules/tests/support/random.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
pub mod random;
#[path = "../../../contracts/floor/venue-rules/tests/rules/rig.rs"]
#[allow(dead_code, reason = "the store is what is needed of it")]
mod rules;

/// What the market that stands in was told, as the rules ask it.
#[derive(Clone, Default)]
struct Told {
    broke: BTreeSet<Address>,
    credit: BTreeMap<Address, u64>,
    trades: u64,
    /// Whether the taker's first trade was refused.
    refused: bool,
}

impl Settlement for Told {
    type Refusal = ();

    fn settle(&mut self, trade: &Trade) -> Outcome<()> {
        if self.broke.contains(&Address::from(trade.maker)) {
            return Outcome::MakerCannot;
        }
        if let Some(credit) = self.credit.get_mut(&Address::from(trade.taker)) {
            let Some(left) = credit.checked_sub(1) else {
                self.refused = self.trades == 0;
                return Outcome::TakerCannot(());
            };
            *credit = left;
        }
        self.trades += 1;
        Outcome::Filled
    }

    fn removed(&mut self, _: u64, _: &Order, _: Removal) {}
}

type Answer = (U256, U256, U256, u8);

struct History {
    b: Book,
    random: Random,
    model: rules::Book,
    told: Told,
    people: [Address; 4],
    /// How calls ended, and how often.
    ends: BTreeMap<String, u64>,
}

impl History {
    fn new(random: Random) -> Self {
        let b = Book::new();
        let params = b.g.view(paramsCall {});
        let params = Params { genesis: params.genesis, ..rules::params() };
        let model = Venue::open(params, rules::Memory::default(), rules::Memory::default(), ETHER, b.opened);
        let people = ["alice", "bob", "carol", "dave"].map(account);
        Self { b, random, model: model.unwrap(), told: Told::default(), people, ends: BTreeMap::new() }
    }

    fn who(&mut self) -> Address {
        self.random.pick(&self.people)
    }

    fn terms(&mut self) -> placeOrderCall {
        let is_buy = self.random.one_in(2);
        // Near the middle, so that sides meet.
        let tick = if is_buy { 985 + self.random.below(20) } else { 996 + self.random.below(20) };
        let ends = self.b.g.now() + self.random.below(300);
        placeOrderCall {
            kind: self.random.pick(&[GTC, GTC, GTC, POST_ONLY, IOC, FOK]),
            expiry: if self.random.one_in(4) { ends } else { 0 },
            maxFills: n(self.random.pick(&[1_u64, 3, 100])),
            stopOnSelf: self.random.one_in(3),
            ..order(is_buy, 3 + self.random.below(60), tick)
        }
    }

    /// A number of an order and whose it is; sometimes of one that is gone, sometimes somebody else's.
    fn some_order(&mut self) -> (Address, u64) {
        let resting: Vec<u64> = self.model.store.orders.keys().copied().collect();
        let any = 1 + self.random.below(self.model.book.orders + 1);
        let id = if resting.is_empty() || self.random.one_in(8) { any } else { self.random.pick(&resting) };
        let owner = self.model.store.orders.get(&id).map(|order| Address::from(order.owner));
        let stranger = self.who();
        (owner.filter(|_| !self.random.one_in(8)).unwrap_or(stranger), id)
    }

    /// Does by the rules, and keeps it if it is not refused.
    fn rule<T>(
        &mut self,
        run: impl FnOnce(&mut rules::Book, &mut Told) -> Result<T, Vec<u8>>,
    ) -> Result<T, Vec<u8>> {
        let mut told = Told { trades: 0, refused: false, ..self.told.clone() };
        let mut model = copy(&self.model);
        let done = run(&mut model, &mut told);
        if done.is_ok() {
            (self.model, self.told) = (model, told);
        }
        done
    }

    /// Makes a call; it does as the rules expect.
    fn check<C: SolCall, T: PartialEq + core::fmt::Debug>(
        &mut self,
        from: Address,
        call: C,
        read: impl Fn(C::Return) -> T,
        expected: Result<T, Vec<u8>>,
        end: impl Fn(&T) -> String,
    ) {
        let told = self.b.g.send(from, call).map(|done| read(done.returned)).map_err(|revert| revert.0);
        let name = C::SIGNATURE.split('(').next().unwrap_or_default();
        let ended = match &told {
            Ok(told) => format!("{name} {}", end(told)),
            Err(data) => format!("refused {}", alloy_primitives::hex::encode(&data[..4])),
        };
        *self.ends.entry(ended).or_default() += 1;
        assert_eq!(told, expected, "{name}");
    }
}

fn copy(venue: &rules::Book) -> rules::Book {
    let Venue { params, book, mark, store, history } = venue;
    Venue { params: *params, book: *book, mark: *mark, store: store.clone(), history: history.clone() }
}

fn bytes(refusal: Box<VenueError>) -> Vec<u8> {
    Revert::from(refusal).0
}

fn no_more<T>(_: T) {}

fn silent(_: &()) -> String {
    String::new()
}

fn by_the_rules(from: Address, terms: &placeOrderCall) -> NewOrder {
    NewOrder {
        owner: from.into_array(),
        side: if terms.isBuy { Side::Bid } else { Side::Ask },
        lots: terms.lots.to(),
        tick: terms.tick.to(),
        kind: [Kind::Limit, Kind::PostOnly, Kind::ImmediateOrCancel, Kind::FillOrKill]
            [usize::from(terms.kind)],
        expiry: terms.expiry as u32,
        self_trade: if terms.stopOnSelf { SelfTrade::StopIncoming } else { SelfTrade::CancelResting },
        max_fills: terms.maxFills.to(),
    }
}

/// Places an order by the rules; what the call should answer, or revert with.
fn placed(
    venue: &mut rules::Book,
    told: &mut Told,
    replaced: Option<u64>,
    order: &NewOrder,
    now: u64,
) -> Result<Answer, Vec<u8>> {
    let placed = match replaced {
        None => venue.place(order, told, now),
        Some(id) => venue.replace(id, order, told, now).map(|(_, placed)| placed),
    };
    if told.refused {
        // In the market's own words.
        let words = VenueMarket::InsufficientMargin { required: n(7_u8), have: n(3_u8) };
        return Err(words.abi_encode());
    }
    let placed = placed.map_err(bytes)?;
    let stop = match placed.stop {
        Stop::Filled => FILLED,
        Stop::Rested => RESTED,
        Stop::GivenUp => GIVEN_UP,
        Stop::TooSmall => TOO_SMALL,
        Stop::MostFills => MOST_FILLS,
        Stop::SelfTrade => SELF_TRADE,
        Stop::TakerCannot(()) => TAKER_CANNOT,
    };
    Ok((n(placed.id.unwrap_or_default()), n(placed.filled), n(placed.notional), stop))
}

impl History {
    fn place(&mut self, replaced: Option<(Address, u64)>) {
        let (terms, someone, now) = (self.terms(), self.who(), self.b.g.now());
        let from = replaced.map_or(someone, |(owner, _)| owner);
        let (new, id) = (by_the_rules(from, &terms), replaced.map(|(_, id)| id));
        let expected = self.rule(|venue, told| placed(venue, told, id, &new, now));
        let end = |told: &Answer| told.3.to_string();
        match id {
            None => {
                let read = |told: placeOrderReturn| (told.orderId, told.filledLots, told.notional, told.stop);
                self.check(from, terms, read, expected, end);
            }
            Some(id) => {
                let read =
                    |told: replaceOrderReturn| (told.orderId, told.filledLots, told.notional, told.stop);
                self.check(from, instead_of(id, terms), read, expected, end);
            }
        }
    }

    fn drop_one(&mut self) {
        let ((_, id), from, now) = (self.some_order(), self.who(), self.b.g.now());
        let owner = self.model.store.orders.get(&id).map(|order| Address::from(order.owner));
        let can = owner.is_some_and(|owner| !self.told.broke.contains(&owner));
        let expected = if can {
            Err(errors::CanFill { id: n(id) }.abi_encode())
        } else {
            self.rule(|venue, _| venue.drop_order(id, now).map(no_more).map_err(bytes))
        };
        self.check(from, drop_order(id), no_more, expected, silent);
    }

    fn step(&mut self) {
        let now = self.b.g.now();
        match self.random.below(100) {
            0..50 => self.place(None),
            50..57 => {
                let some = self.some_order();
                self.place(Some(some));
            }
            57..66 => {
                let (from, id) = self.some_order();
                let owner = from.into_array();
                let expected =
                    self.rule(|venue, _| venue.cancel(&owner, id, now).map(no_more).map_err(bytes));
                self.check(from, cancel(id), no_more, expected, silent);
            }
            66..73 => {
                let ((from, id), lots) = (self.some_order(), 3 + self.random.below(40));
                let owner = from.into_array();
                let expected =
                    self.rule(|venue, _| venue.reduce(&owner, id, lots, now).map(no_more).map_err(bytes));
                self.check(from, reduce(id, lots), no_more, expected, silent);
            }
            73..78 => {
                let ((_, id), from) = (self.some_order(), self.who());
                let expected = self.rule(|venue, _| venue.prune(id, now).map(no_more).map_err(bytes));
                self.check(from, prune(id), no_more, expected, silent);
            }
            78..82 => self.drop_one(),
            82..84 => {
                let from = self.who();
                let expected = self.rule(|venue, _| venue.touch(now).map_err(bytes));
                self.check(from, pokeCall {}, no_more, expected, silent);
            }
            84..88 => {
                let (account, to) = (self.who(), self.random.one_in(5));
                self.told.broke.remove(&account);
                self.told.broke.extend(to.then_some(account));
                self.b.tell(VenueMarket::setBrokeCall { account, to });
            }
            88..91 => {
                let (account, is_limited) = (self.who(), self.random.one_in(2));
                let trades = self.random.below(3);
                self.told.credit.remove(&account);
                self.told.credit.extend(is_limited.then_some((account, trades)));
                let trades = n(trades);
                self.b.tell(VenueMarket::setCreditCall { account, isLimited: is_limited, trades });
            }
            _ => {
                let seconds = self.random.pick(&[0, 1, 12, 60, 700, 2 * HOUR]);
                self.b.g.warp(seconds);
            }
        }
    }

    /// Everything that can be seen is what the rules say.
    fn look(&mut self) {
        let now = self.b.g.now();
        for (is_buy, side) in [(true, Side::Bid), (false, Side::Ask)] {
            let levels = rules::side(&self.model, side);
            let levels: Vec<(u64, u64)> =
                levels.into_iter().map(|(tick, lots)| (tick.into(), lots)).collect();
            assert_eq!(self.b.side(is_buy), levels);
            for (tick, _) in levels {
                assert_eq!(self.b.queue(tick), rules::queue(&self.model, tick as u32));
            }
        }
        let g = &self.b.g;
        assert_eq!(g.view(midCall {}), n(self.model.mid().unwrap().unwrap_or_default()));
        let mark = g.view(markPriceCall {});
        let average = self.model.recent(now).unwrap();
        assert_eq!((mark.price, mark.blindSeconds), (n(average.price), n(average.blind)));
        let genesis = self.model.params.genesis;
        let over = ((now - genesis) / HOUR) as u32;
        for epoch in over.saturating_sub(3)..over {
            let told = g.view(averageOfEpochCall { epoch: n(epoch) });
            let known = self.model.average_of_epoch(epoch, now);
            let known = known.map(|average| (n(average.price), n(average.blind))).unwrap_or_default();
            assert_eq!((told.price, told.blindSeconds), known, "epoch {epoch}");
        }
    }
}

#[test]
fn the_programs_do_what_the_rules_say() {
    let steps = number_from_env("FLOOR_STEPS").unwrap_or(800);
    println!("FLOOR_STEPS={steps}");
    let mut history = History::new(Random::from_env("FLOOR_SEED"));
    for step in 0..steps {
        history.step();
        if step % 20 == 0 {
            history.look();
        }
    }
    history.look();
    println!("{:#?}", history.ends);
    // What nearly every call does must have happened in any history of some length.
    let of = |end: &str| history.ends.get(end).copied().unwrap_or_default();
    assert!(
        steps < 400 || [FILLED, RESTED, GIVEN_UP].iter().all(|stop| of(&format!("placeOrder {stop}")) > 0)
    );
}
