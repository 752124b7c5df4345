//! Random histories: the programs, against the same rules on plain maps, and against a book rebuilt from the
//! events alone.
//!
//! `BOOK_SEED` chooses the history (it is printed), `BOOK_STEPS` its length.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use everfloor_book_storage::{
    abi::{errors::*, events::*},
    revert::Revert,
};
use everfloor_host::Revert as Reverted;
use everfloor_venue_rules::{
    BookStore, Boundary, Kind, Level, Links, MarkStore, NewOrder, Order, Outcome, Params, Point, Removal,
    SelfTrade, Settlement, Side, Stop, TICKS, TickStore, Trade, Venue, VenueError,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::rig::*;

/// Records on plain maps.
#[derive(Default)]
struct Maps {
    words: BTreeMap<(u8, u32), U256>,
    orders: BTreeMap<u64, Order>,
    links: BTreeMap<u64, Links>,
    levels: BTreeMap<u32, Level>,
    snapshots: BTreeMap<u32, Point>,
    boundaries: BTreeMap<u32, Boundary>,
}

fn get<K: Ord, V: Copy + Default>(map: &BTreeMap<K, V>, key: K) -> V {
    map.get(&key).copied().unwrap_or_default()
}

impl TickStore for Maps {
    fn word(&self, level: u8, index: u32) -> U256 {
        get(&self.words, (level, index))
    }
    fn set_word(&mut self, level: u8, index: u32, word: U256) {
        self.words.insert((level, index), word);
    }
}

impl BookStore for Maps {
    fn order(&self, id: u64) -> Order {
        get(&self.orders, id)
    }
    fn set_order(&mut self, id: u64, order: Order) {
        self.orders.insert(id, order);
    }
    fn links(&self, id: u64) -> Links {
        get(&self.links, id)
    }
    fn set_links(&mut self, id: u64, links: Links) {
        self.links.insert(id, links);
    }
    fn level(&self, tick: u32) -> Level {
        get(&self.levels, tick)
    }
    fn set_level(&mut self, tick: u32, level: Level) {
        self.levels.insert(tick, level);
    }
}

impl MarkStore for Maps {
    fn snapshot(&self, place: u32) -> Point {
        get(&self.snapshots, place)
    }
    fn set_snapshot(&mut self, place: u32, point: Point) {
        self.snapshots.insert(place, point);
    }
    fn boundary(&self, epoch: u32) -> Boundary {
        get(&self.boundaries, epoch)
    }
    fn set_boundary(&mut self, epoch: u32, boundary: Boundary) {
        self.boundaries.insert(epoch, boundary);
    }
}

/// The market, as the rules ask it.
struct Told<'a> {
    market: &'a Market,
    trades: u64,
    /// Whether the taker's first trade was refused.
    refused: bool,
}

impl Settlement for Told<'_> {
    type Refusal = ();

    fn settle(&mut self, trade: &Trade) -> Outcome<()> {
        if self.market.makers_without.contains(&Address::from(trade.maker)) {
            return Outcome::MakerCannot;
        }
        let credit = self.market.credit.get(&Address::from(trade.taker));
        if credit.is_some_and(|credit| self.trades >= *credit) {
            self.refused = self.trades == 0;
            return Outcome::TakerCannot(());
        }
        self.trades += 1;
        Outcome::Filled
    }

    fn removed(&mut self, _: u64, _: &Order, _: Removal) {}
}

/// A book rebuilt from its events: orders by number, and the mark's last count.
#[derive(Default)]
struct Rebuilt {
    orders: BTreeMap<u64, (Order, bool)>,
    counted: [U256; 4],
    kinds: BTreeMap<&'static str, usize>,
}

impl Rebuilt {
    /// Takes in the next event.
    fn hear(&mut self, log: &everfloor_host::Log) {
        assert_eq!(log.address, BOOK);
        fn read<E: SolEvent>(log: &everfloor_host::Log) -> Option<E> {
            E::decode_raw_log(log.topics.iter().copied(), &log.data).ok()
        }
        let kind = if let Some(event) = read::<OrderPlaced>(log) {
            let order = Order {
                owner: event.owner.into_array(),
                lots: event.lots.to(),
                tick: event.tick.to(),
                expiry: event.expiry.to(),
            };
            assert!(self.orders.insert(event.id.to(), (order, event.isBuy)).is_none(), "a number twice");
            OrderPlaced::SIGNATURE
        } else if let Some(event) = read::<OrderFilled>(log) {
            let (order, is_buy) = self.orders[&event.id.to()];
            assert_eq!((event.maker, event.tick), (order.owner.into(), U256::from(order.tick)));
            let left = order.lots - event.lots.to::<u64>();
            if left == 0 {
                self.orders.remove(&event.id.to());
            } else {
                self.orders.insert(event.id.to(), (Order { lots: left, ..order }, is_buy));
            }
            OrderFilled::SIGNATURE
        } else if let Some(event) = read::<OrderReduced>(log) {
            let (order, _) = self.orders.get_mut(&event.id.to()).unwrap();
            assert_eq!(event.owner, Address::from(order.owner));
            order.lots = event.lots.to();
            OrderReduced::SIGNATURE
        } else if let Some(event) = read::<OrderCancelled>(log) {
            self.gone(event.id, event.owner, event.lots);
            OrderCancelled::SIGNATURE
        } else if let Some(event) = read::<OrderRemoved>(log) {
            self.gone(event.id, event.owner, event.lots);
            ["expired", "own", "cannot"][usize::from(event.reason)]
        } else if let Some(event) = read::<MarkCounted>(log) {
            self.counted = [event.time, event.mid, event.cumulative, event.blindSeconds];
            MarkCounted::SIGNATURE
        } else {
            assert!(read::<ParamsChanged>(log).is_some(), "{log:?}");
            ParamsChanged::SIGNATURE
        };
        *self.kinds.entry(kind).or_default() += 1;
    }

    fn gone(&mut self, id: U256, owner: Address, lots: U256) {
        let (order, _) = self.orders.remove(&id.to()).unwrap();
        assert_eq!((owner, lots), (order.owner.into(), U256::from(order.lots)));
    }

    /// Numbers and lots of a tick, as they are served.
    fn queue(&self, tick: u32) -> Vec<(u64, u64)> {
        let here = self.orders.iter().filter(|(_, (order, _))| order.tick == tick);
        here.map(|(id, (order, _))| (*id, order.lots)).collect()
    }

    /// Ticks and lots of a side, the best first.
    fn side(&self, is_buy: bool) -> Vec<(u64, u64)> {
        let mut levels: BTreeMap<u64, u64> = BTreeMap::new();
        for (order, _) in self.orders.values().filter(|(_, buys)| *buys == is_buy) {
            *levels.entry(order.tick.into()).or_default() += order.lots;
        }
        let levels = levels.into_iter();
        if is_buy { levels.rev().collect() } else { levels.collect() }
    }
}

const TRADERS: [Address; 5] = [ALICE, BOB, CAROL, STRANGER, OWNER];

struct History {
    w: World,
    rng: StdRng,
    model: Venue<Maps, Maps>,
    rebuilt: Rebuilt,
    /// What calls ended with, and how often.
    ends: BTreeMap<String, usize>,
}

fn plain(view: BookParams) -> Params {
    Params {
        tick_size: view.tickSize,
        lot_size: view.lotSize,
        min_lots: view.minLots,
        mark_depth: view.markDepth,
        mark_levels: view.markLevels,
        genesis: view.genesis,
        epoch: view.epoch,
        period: view.period,
        snapshots: view.snapshots,
    }
}

impl History {
    fn new(seed: u64, routing: Routing) -> Self {
        let w = World::new(routing);
        w.chain.clear_logs();
        let model =
            Venue::open(plain(params()), Maps::default(), Maps::default(), ETHER, w.chain.now()).unwrap();
        let rng = StdRng::seed_from_u64(seed);
        Self { w, rng, model, rebuilt: Rebuilt::default(), ends: BTreeMap::new() }
    }

    fn now(&self) -> u64 {
        self.w.chain.now()
    }

    fn who(&mut self) -> Address {
        *TRADERS.choose(&mut self.rng).unwrap()
    }

    /// The number of an order: mostly one that rests, and mostly its owner's.
    fn some_order(&mut self) -> (Address, u64) {
        let resting: Vec<u64> = self.rebuilt.orders.keys().copied().collect();
        let id = match resting.choose(&mut self.rng) {
            Some(id) if self.rng.random_bool(0.95) => *id,
            _ => self.rng.random_range(0..self.model.book.orders + 3),
        };
        match self.rebuilt.orders.get(&id) {
            Some((order, _)) if self.rng.random_bool(0.9) => (order.owner.into(), id),
            _ => (self.who(), id),
        }
    }

    /// An order for all of a side and very little more.
    fn all_of_a_side(&mut self) -> placeOrderCall {
        let is_buy = self.rng.random_bool(0.5);
        let all: u64 = self.rebuilt.side(!is_buy).iter().map(|(_, lots)| lots).sum();
        let more = self.rng.random_range(1..4);
        order(is_buy, all + more, if is_buy { 5_000 } else { 1 })
    }

    fn some_terms(&mut self) -> placeOrderCall {
        if self.rng.random_bool(0.03) {
            return self.all_of_a_side();
        }
        let now = self.now();
        let rng = &mut self.rng;
        let is_buy = rng.random_bool(0.5);
        let tick = match (is_buy, rng.random_range(0..20)) {
            (_, 0) => [0, 1, 5_000, (1 << 24) - 1, 1 << 24][rng.random_range(0..5)],
            (true, 1..=9) => rng.random_range(970..1_000),
            (true, _) => rng.random_range(1_000..1_020),
            (false, 1..=9) => rng.random_range(1_001..1_030),
            (false, _) => rng.random_range(980..1_001),
        };
        let expiry = match rng.random_range(0..10) {
            0 => now - 1,
            1..=3 => now + rng.random_range(0..200),
            _ => 0,
        };
        placeOrderCall {
            lots: n(if rng.random_bool(0.3) {
                rng.random_range(50..200_u64)
            } else {
                rng.random_range(3..40)
            }),
            kind: [GTC, GTC, GTC, GTC, POST_ONLY, IOC, FOK][rng.random_range(0..7)],
            expiry,
            maxFills: n([0_u64, 1, 3, 50, u64::MAX][rng.random_range(0..5)]),
            stopOnSelf: rng.random_bool(0.5),
            ..order(is_buy, 0, tick)
        }
    }

    /// What a call does to the programs, and what the rules say it should; the book is the same afterwards.
    fn check<C: SolCall, T: PartialEq + core::fmt::Debug>(
        &mut self,
        from: Address,
        call: C,
        read: impl Fn(C::Return) -> T,
        expected: Result<T, Vec<u8>>,
    ) {
        let kept = self.w.words();
        let told = self.w.send(from, call).map(read);
        let end = match &told {
            // Of a placed order, why it went no further.
            Ok(told) => {
                let name = C::SIGNATURE.split('(').next().unwrap_or_default();
                let told = format!("{told:?}");
                format!("{name} {}", told.rsplit(", ").next().unwrap_or_default())
            }
            Err(Reverted(data)) => error_name(data),
        };
        *self.ends.entry(end).or_default() += 1;
        if told.is_err() {
            assert_eq!(self.w.words(), kept, "a refused call changed something");
        }
        assert_eq!(told.map_err(|Reverted(data)| data), expected, "{}", C::SIGNATURE);
        for log in self.w.chain.logs() {
            self.rebuilt.hear(&log);
        }
        self.w.chain.clear_logs();
    }

    /// Runs a rule on the model; if it refuses, the model stays as it was.
    fn rule<T>(
        &mut self,
        run: impl Fn(
            &mut Venue<everfloor_venue_rules::Overlay<'_, Maps>, everfloor_venue_rules::Overlay<'_, Maps>>,
            &Market,
        ) -> Result<T, Vec<u8>>,
        again: impl FnOnce(&mut Venue<Maps, Maps>, &Market),
    ) -> Result<T, Vec<u8>> {
        let market = self.w.market.borrow().clone();
        let told = run(&mut self.model.preview(), &market);
        if told.is_ok() {
            again(&mut self.model, &market);
        }
        told
    }

    fn place(&mut self, replaced: Option<(Address, u64)>) {
        let (from, terms, now) = (self.who(), self.some_terms(), self.now());
        let from = replaced.map_or(from, |(owner, _)| owner);
        let new = rules_order(from, &terms);
        let id = replaced.map(|(_, id)| id);
        let expected = self.rule(
            |venue, market| placed(venue, id, &new, market, now),
            |venue, market| no_more(placed(venue, id, &new, market, now)),
        );
        let (can, credit) = {
            let market = self.w.market.borrow();
            (!market.makers_without.contains(&from), market.credit.get(&from).copied())
        };
        if id.is_none() && can && credit.is_none() {
            let seen = self.w.chain.view(BOOK, preview(from, &terms));
            let seen = seen.map(|seen| (seen.orderId, seen.filledLots, seen.notional, seen.stop));
            assert_eq!(seen.map_err(|Reverted(data)| data), expected, "a preview");
        }
        match id {
            None => {
                let read = |told: placeOrderReturn| (told.orderId, told.filledLots, told.notional, told.stop);
                self.check(from, terms, read, expected);
            }
            Some(id) => {
                let read =
                    |told: replaceOrderReturn| (told.orderId, told.filledLots, told.notional, told.stop);
                self.check(from, instead_of(id, terms), read, expected);
            }
        }
    }

    fn step(&mut self) {
        let now = self.now();
        match self.rng.random_range(0..100) {
            0..45 => self.place(None),
            45..52 => {
                let some = self.some_order();
                self.place(Some(some));
            }
            52..64 => {
                let (from, id) = self.some_order();
                let owner = from.into_array();
                let expected = self.rule(
                    |venue, _| venue.cancel(&owner, id, now).map(no_more).map_err(bytes),
                    |venue, _| no_more(venue.cancel(&owner, id, now)),
                );
                self.check(from, cancel(id), no_more, expected);
            }
            64..67 => self.cancel_several(),
            67..74 => {
                let ((from, id), lots) = (self.some_order(), self.rng.random_range(3..40));
                let owner = from.into_array();
                let expected = self.rule(
                    |venue, _| venue.reduce(&owner, id, lots, now).map(no_more).map_err(bytes),
                    |venue, _| no_more(venue.reduce(&owner, id, lots, now)),
                );
                self.check(from, reduce(id, lots), no_more, expected);
            }
            74..79 => {
                let (_, id) = self.some_order();
                let from = self.who();
                let expected = self.rule(
                    |venue, _| venue.prune(id, now).map(no_more).map_err(bytes),
                    |venue, _| no_more(venue.prune(id, now)),
                );
                self.check(from, prune(id), no_more, expected);
            }
            79..82 => self.drop_one(),
            82..84 => {
                let from = self.who();
                self.model.touch(now).unwrap();
                self.check(from, pokeCall {}, no_more, Ok(()));
            }
            84..85 => self.change_params(),
            85..90 => {
                let (who, cannot) = (self.who(), self.rng.random_bool(0.2));
                self.w.tell(|market| {
                    market.makers_without.remove(&who);
                    market.makers_without.extend(cannot.then_some(who));
                });
            }
            90..93 => {
                let (who, credit) = (self.who(), self.rng.random_range(0..3));
                let limited = self.rng.random_bool(0.5);
                self.w.tell(|market| {
                    market.credit.remove(&who);
                    market.credit.extend(limited.then_some((who, credit)));
                });
            }
            _ => {
                let seconds = [0, 1, 12, 60, 700, 2 * HOUR][self.rng.random_range(0..6)];
                self.w.chain.warp(seconds);
            }
        }
    }

    fn cancel_several(&mut self) {
        let (now, from) = (self.now(), self.who());
        let mine = self.rebuilt.orders.iter().filter(|(_, (order, _))| order.owner == from.into_array());
        let mut ids: Vec<u64> = mine.map(|(id, _)| *id).take(3).collect();
        if self.rng.random_bool(0.3) {
            ids.push(self.rng.random_range(0..self.model.book.orders + 2));
        }
        let owner = from.into_array();
        fn each<B: BookStore, M: MarkStore>(
            venue: &mut Venue<B, M>,
            owner: &[u8; 20],
            ids: &[u64],
            now: u64,
        ) -> Result<(), Vec<u8>> {
            venue.touch(now).map_err(bytes)?;
            for id in ids {
                match venue.cancel(owner, *id, now) {
                    Err(refusal) if matches!(*refusal, VenueError::NoSuchOrder { .. }) => {
                        if *id > venue.book.orders {
                            return Err(bytes(refusal));
                        }
                    }
                    told => no_more(told.map_err(bytes)?),
                }
            }
            Ok(())
        }
        let expected = self.rule(
            |venue, _| each(venue, &owner, &ids, now),
            |venue, _| no_more(each(venue, &owner, &ids, now)),
        );
        self.check(from, cancel_all(&ids), no_more, expected);
    }

    fn drop_one(&mut self) {
        let (now, from, (_, id)) = (self.now(), self.who(), self.some_order());
        let owner = self.rebuilt.orders.get(&id).map(|(order, _)| Address::from(order.owner));
        let can = owner.is_some_and(|owner| !self.w.market.borrow().makers_without.contains(&owner));
        let expected = if can {
            Err(CanFill { id: n(id) }.abi_encode())
        } else {
            self.rule(
                |venue, _| venue.drop_order(id, now).map(no_more).map_err(bytes),
                |venue, _| no_more(venue.drop_order(id, now)),
            )
        };
        self.check(from, drop_order(id), no_more, expected);
    }

    fn change_params(&mut self) {
        let min_lots = self.rng.random_range(3..8_u64);
        let mark_levels = self.rng.random_range(2..=32_u32);
        let mark_depth = self.rng.random_range(1..=min_lots * u64::from(mark_levels - 1));
        let period = [1, 60, 600, 86_400][self.rng.random_range(0..4)];
        self.model.touch(self.w.chain.now()).unwrap();
        self.model.params = Params { min_lots, mark_depth, mark_levels, period, ..self.model.params };
        let call =
            setParamsCall { minLots: min_lots, markDepth: mark_depth, markLevels: mark_levels, period };
        self.check(OWNER, call, no_more, Ok(()));
    }

    /// Everything that can be seen is what the rules and the events say.
    fn look(&mut self) {
        let now = self.now();
        let resting = self.model.store.orders.iter().filter(|(_, order)| order.lots != 0);
        let resting: Vec<(u64, Order)> = resting.map(|(id, order)| (*id, *order)).collect();
        let rebuilt = self.rebuilt.orders.iter().map(|(id, (order, _))| (*id, *order));
        assert_eq!(rebuilt.collect::<Vec<_>>(), resting);
        for is_buy in [true, false] {
            assert_eq!(self.w.side(is_buy), self.rebuilt.side(is_buy));
        }
        for tick in resting.iter().map(|(_, order)| order.tick).collect::<BTreeSet<_>>() {
            assert_eq!(self.w.queue(tick.into()), self.rebuilt.queue(tick));
        }
        if let Some((id, order)) = resting.choose(&mut self.rng) {
            let view = self.w.order(*id);
            assert_eq!(view.isBuy, self.rebuilt.orders[id].1);
            assert_eq!((view.owner, view.lots), (order.owner.into(), n(order.lots)));
            assert_eq!(view.expired, order.expiry != 0 && now > order.expiry.into());
        }
        let point = self.model.mark.point;
        if self.rebuilt.counted != [U256::ZERO; 4] {
            let counted = [n(point.time), n(self.model.mark.mid), n(point.cumulative), n(point.blind)];
            assert_eq!(self.rebuilt.counted, counted);
        }
        assert_eq!(self.w.view(midCall {}).to::<u128>(), self.model.mid().unwrap().unwrap_or_default());
        let last = ((now - GENESIS) / HOUR) as u32;
        let epoch = self.rng.random_range(0..last + 2);
        let told = self.w.view(averageOfEpochCall { epoch: n(epoch) });
        let told = (told.price.to::<u128>(), told.blindSeconds.to::<u64>(), told.status);
        let expected = match self.model.average_of_epoch(epoch, now) {
            Ok(average) => (average.price, average.blind, if average.blind == HOUR { 2 } else { 0 }),
            Err(_) => (0, 0, if epoch < last { 2 } else { 1 }),
        };
        assert_eq!(told, expected);
        let mark = self.w.view(markPriceCall {});
        if let Ok(average) = self.model.average_since(now - self.model.params.period, now) {
            let seen = (mark.price.to::<u128>(), mark.blindSeconds.to::<u64>(), mark.span.to::<u64>());
            assert_eq!(seen, (average.price, average.blind, average.span));
        }
    }
}

/// The name of an error that calls of this history may be refused with.
fn error_name(data: &[u8]) -> String {
    let known = [
        (TickOutOfRange::SELECTOR, "tick out of range"),
        (OrderTooSmall::SELECTOR, "too small"),
        (Expired::SELECTOR, "expired"),
        (WouldCross::SELECTOR, "would cross"),
        (NotFilled::SELECTOR, "not filled"),
        (NoSuchOrder::SELECTOR, "no such order"),
        (NotOrderOwner::SELECTOR, "not the owner"),
        (NotExpired::SELECTOR, "not expired"),
        (NotReduced::SELECTOR, "not reduced"),
        (CanFill::SELECTOR, "can fill"),
        (InsufficientMargin::SELECTOR, "no credit"),
    ];
    let found = known.iter().find(|(selector, _)| data.starts_with(selector));
    format!("refused: {}", found.unwrap_or_else(|| panic!("{data:?}")).1)
}

fn bytes(refusal: Box<VenueError>) -> Vec<u8> {
    Revert::from(refusal).0
}

fn rules_order(from: Address, terms: &placeOrderCall) -> NewOrder {
    NewOrder {
        owner: from.into_array(),
        side: if terms.isBuy { Side::Bid } else { Side::Ask },
        lots: terms.lots.to(),
        tick: terms.tick.to(),
        kind: [Kind::Limit, Kind::PostOnly, Kind::ImmediateOrCancel, Kind::FillOrKill]
            [usize::from(terms.kind)],
        expiry: terms.expiry as u32,
        self_trade: if terms.stopOnSelf { SelfTrade::StopIncoming } else { SelfTrade::CancelResting },
        max_fills: terms.maxFills.saturating_to(),
    }
}

type Answer = (U256, U256, U256, u8);

/// Places an order by the rules; what the call should answer, or revert with.
fn placed<B: BookStore, M: MarkStore>(
    venue: &mut Venue<B, M>,
    replaced: Option<u64>,
    order: &NewOrder,
    market: &Market,
    now: u64,
) -> Result<Answer, Vec<u8>> {
    if order.tick == 0 || order.tick >= TICKS {
        return Err(bytes(Box::new(VenueError::TickOutOfRange { tick: order.tick })));
    }
    let mut told = Told { market, trades: 0, refused: false };
    let placed = match replaced {
        None => venue.place(order, &mut told, now),
        Some(id) => venue.replace(id, order, &mut told, now).map(|(_, placed)| placed),
    };
    if told.refused {
        // In the market's own words, without what they are answered in.
        return Err(market.refusal[32..36].iter().chain(&market.refusal[64..]).copied().collect());
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

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn the_programs_do_what_the_rules_say_and_the_events_tell_all_of_it() {
    let seed = number("BOOK_SEED", rand::random());
    let steps = number("BOOK_STEPS", 5_000);
    println!("BOOK_SEED={seed} BOOK_STEPS={steps}");
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (part, routing) in [Routing::Sdk, Routing::Own].into_iter().enumerate() {
        let mut history = History::new(seed.wrapping_add(part as u64), routing);
        for step in 0..steps {
            history.step();
            if step % 25 == 0 {
                history.look();
            }
        }
        history.look();
        for (end, count) in history.ends {
            *ends.entry(end).or_default() += count;
        }
        for (kind, count) in history.rebuilt.kinds {
            *kinds.entry(kind).or_default() += count;
        }
    }
    println!("{kinds:#?}\n{ends:#?}");
    assert_eq!(kinds.len(), 9, "every kind of event came");
    let stops = |name: &str| ends.keys().filter(|end| end.starts_with(name)).count();
    assert_eq!(stops("placeOrder"), 7, "every reason to go no further came");
    assert_eq!(stops("refused"), 11, "every refusal came");
    assert_eq!(ends.len() - stops("placeOrder") - stops("replaceOrder") - stops("refused"), 7);
}
