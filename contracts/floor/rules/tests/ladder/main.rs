//! The ladder beside a model that visits every account: random histories, and the histories that are hard for it.
//!
//! `FLOOR_SEED` repeats a run; `FLOOR_RUNS` sets how many histories there are (240 unless told otherwise).
//!
//! How far an account may be from the model, which never rounds:
//!
//! | quantity | bound | why |
//! |---|---|---|
//! | FP | a wei each time something was rounded for or against it | amounts are whole wei, members' are seen rounded up, longs' down |
//! | cash | the same in cash | levels and units are rounded down |
//! | FP of all shorts and of all longs | equal | counted once |
//! | cash of all accounts together | never more than is held | every rounding is the market's |

mod naive;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use everfloor_floor_rules::{Kind, Shelves, funding::Step, ledger::DUST};
use naive::{Naive, Person, fine, wei};
use num_bigint::BigInt;
use random::{Random, number_from_env};
use support::{Market, ONE, PLAIN};

/// Operations of one history.
const LENGTH: u32 = 300;
/// How far FP and cash may be off, wei.
const FP_BOUND: i64 = 30;
const CASH_BOUND: i64 = 300;
/// Everything that must have happened somewhere.
const KINDS: [&str; 17] = [
    "open",
    "trade",
    "trade: through zero",
    "deposit",
    "withdraw",
    "lock",
    "unlock",
    "touch",
    "close whole",
    "close against longs",
    "fund: longs pay",
    "fund: shorts pay",
    "cohort grown",
    "account exhausted",
    "cohorts merged",
    "cohort funded",
    "leveraged",
];

struct World {
    random: Random,
    market: Market,
    naive: Naive,
    held: BigInt,
    counts: BTreeMap<&'static str, u64>,
    worst: (BigInt, BigInt),
}

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

impl World {
    fn new(random: Random) -> Self {
        Self {
            random,
            market: Market::default(),
            naive: Naive::default(),
            held: BigInt::default(),
            counts: BTreeMap::new(),
            worst: Default::default(),
        }
    }

    fn count(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }

    fn person(&mut self, id: u32) -> &mut Person {
        &mut self.naive.people[id as usize - 1]
    }

    fn someone(&mut self) -> u32 {
        let ids = self.market.ids();
        self.random.pick(&ids)
    }

    fn open(&mut self) -> u32 {
        let nfts = if self.random.one_in(3) { 0 } else { self.random.below(4) as u32 + 1 };
        let cash = match self.random.below(4) {
            0 | 1 => 0,
            // Enough for an epoch or two.
            2 => self.random.between(0, ONE / 2),
            _ => self.random.between(0, 20 * ONE),
        };
        self.held += cash;
        self.naive.people.push(Person { nfts, cash: wei(cash), fp: BigInt::default() });
        self.count("open");
        self.market.open(nfts, i(cash))
    }

    /// Trades as much as the seller can, which may be short against NFTs only while its cash is not negative.
    fn trade(&mut self) {
        let (seller, buyer) = (self.someone(), self.someone());
        if seller == buyer {
            return;
        }
        let fp = i(self.random.between(ONE / 1000, 2 * ONE));
        let price = i(self.random.between(8 * ONE, 12 * ONE));
        self.try_trade(seller, buyer, fp, fp * price / i(ONE));
    }

    fn try_trade(&mut self, seller: u32, buyer: u32, fp: i128, cash: i128) {
        let [s, b] = [seller, buyer].map(|id| (self.market.view(id), self.market.memory.account(id).nfts));
        let (buyer_fp, buyer_cash) = (b.0.fp + fp, b.0.cash - cash);
        let (seller_fp, seller_cash) = (s.0.fp - fp, s.0.cash + cash);
        // Neither holders nor those who leave may owe cash.
        let refused =
            |fp: i128, cash: i128, nfts: u32| cash < 0 && (fp.abs() <= i(DUST) || (fp < 0 && nfts > 0));
        if refused(buyer_fp, buyer_cash, b.1) || refused(seller_fp, seller_cash, s.1) {
            return;
        }
        self.market.trade(seller, buyer, fp, cash);
        for (id, sign) in [(seller, -1), (buyer, 1)] {
            let person = self.person(id);
            person.fp += wei(sign * fp);
            person.cash -= wei(sign * cash);
        }
        let crossed = |before: i128, after: i128| before.signum() * after.signum() < 0;
        self.count(if crossed(b.0.fp, buyer_fp) || crossed(s.0.fp, seller_fp) {
            "trade: through zero"
        } else {
            "trade"
        });
    }

    /// Somebody short buys all of it back, a long at a time.
    fn close_whole(&mut self) {
        let ids = self.market.ids();
        let Some(short) = ids.iter().copied().find(|id| self.market.view(*id).fp < 0) else { return };
        for long in ids {
            let (owed, has) = (-self.market.view(short).fp, self.market.view(long).fp);
            if owed > 0 && has > 0 && long != short {
                self.try_trade(long, short, owed.min(has), 0);
            }
        }
        self.count("close whole");
    }

    fn close_against_longs(&mut self) {
        let id = self.someone();
        let (view, nfts) = (self.market.view(id), self.market.memory.account(id).nfts);
        if view.cash < 0 {
            return;
        }
        // A part of a short, as of an auction that brought too little, with longs left.
        let most = (-view.fp).min(i(self.market.ledger.longs.total) / 2);
        if most < i(ONE / 1000) {
            return;
        }
        let fp = self.random.between(1, most as u128);
        let whole = fp + DUST >= -view.fp as u128;
        let cash = if nfts == 0 && !whole { fp * 9 } else { self.random.between(0, view.cash as u128) };
        self.market.close_against_longs(id, fp, cash);
        let long = self.naive.long();
        let person = self.person(id);
        person.fp += wei(fp);
        person.cash -= wei(cash);
        self.naive.give_longs(&wei(cash), &-wei(fp), &long);
        self.count("close against longs");
    }

    fn move_cash(&mut self) {
        let id = self.someone();
        if self.random.one_in(2) {
            let amount = self.random.between(1, 5 * ONE);
            self.market.change(id, 0, |holding| holding.cash += i(amount));
            self.person(id).cash += wei(amount);
            self.held += amount;
            self.count("deposit");
        } else {
            let has = self.market.view(id).cash.max(0) as u128;
            // Mostly all of it or nearly all: little cash is where the ladder is.
            let amount = match self.random.below(4) {
                0 | 1 => has,
                2 => has - self.random.between(0, has.min(ONE / 2)),
                _ => self.random.between(0, has),
            };
            self.market.change(id, 0, |holding| holding.cash -= i(amount));
            self.person(id).cash -= wei(amount);
            self.held -= amount;
            self.count("withdraw");
        }
    }

    fn move_nft(&mut self) {
        let id = self.someone();
        let (view, nfts) = (self.market.view(id), self.market.memory.account(id).nfts);
        if self.random.one_in(2) {
            // A margined short in debt cannot turn into one that never owes.
            if view.fp < 0 && view.cash < 0 {
                return;
            }
            self.market.change(id, 1, |_| {});
            self.person(id).nfts += 1;
            self.count("lock");
        } else if nfts > 0 {
            self.market.change(id, -1, |_| {});
            self.person(id).nfts -= 1;
            self.count("unlock");
        }
    }

    /// Pays an epoch, in one go here and in random steps beside it.
    fn fund(&mut self) {
        let index = self.random.between(8 * ONE, 12 * ONE);
        let tenth = index / 50;
        let mark = self.random.between(index - tenth, index + tenth);
        let mut cut = self.market.clone();
        let (settled, steps) = self.market.fund_in_steps(mark, index, &PLAIN, u32::MAX);
        let mut left = self.market.epoch;
        while cut.epoch < self.market.epoch {
            let at_once = self.random.between(1, 3) as u32;
            let again = cut.fund_in_steps(mark, index, &PLAIN, at_once);
            assert_eq!(again, (settled, steps.clone()), "steps of {at_once}");
            left -= 1;
        }
        assert!(left < self.market.epoch);
        assert_eq!(cut, self.market, "a payment comes out the same however it is cut");
        self.naive.fund(mark, index);
        let grown = steps.iter().filter(|step| matches!(step, Step::Grown { .. })).count();
        let exhausted = steps.iter().any(|step| matches!(step, Step::Exhausted { .. }));
        self.count(if settled.payment > 0 { "fund: longs pay" } else { "fund: shorts pay" });
        for (happened, kind) in
            [(grown > 0, "cohort grown"), (grown > 1, "cohorts merged"), (exhausted, "account exhausted")]
        {
            if happened {
                self.count(kind);
            }
        }
    }

    fn step(&mut self) {
        if self.market.ids().len() < 2 {
            self.open();
            return;
        }
        match self.random.below(20) {
            0..=2 => {
                self.open();
            }
            3..=8 => self.trade(),
            9..=11 => self.move_cash(),
            12 => self.move_nft(),
            13 => {
                let id = self.someone();
                self.market.change(id, 0, |_| {});
                self.count("touch");
            }
            14 => self.close_whole(),
            15 => self.close_against_longs(),
            _ => self.fund(),
        }
    }

    fn check(&mut self) {
        let (mut shorts, mut longs, mut cash) = (0_i128, 0_i128, 0_i128);
        let mut by_kind = BTreeMap::<u8, i128>::new();
        for id in self.market.ids() {
            let view = self.market.view(id);
            let account = self.market.memory.account(id);
            cash += view.cash;
            *by_kind.entry(account.kind as u8).or_default() += view.cash;
            if view.fp < 0 {
                shorts -= view.fp
            } else {
                longs += view.fp
            }
            if view.fp < 0 && account.nfts > 0 {
                assert!(view.cash >= 0, "account {id} is backed by NFTs and owes cash: {view:?}");
            }
            if account.kind == Kind::Member && view.cash > 0 {
                self.count("cohort funded");
            }
            let person = self.person(id).clone();
            let off = [(view.fp, person.fp), (view.cash, person.cash)].map(|(is, model)| wei(is) - model);
            for (off, bound, what) in [(&off[0], FP_BOUND, "FP"), (&off[1], CASH_BOUND, "cash")] {
                assert!(
                    off.magnitude() <= wei(bound).magnitude(),
                    "{what} of {id}: off by {} wei",
                    off / fine()
                );
            }
            let [fp, money] = off.map(|off| BigInt::from(off.magnitude().clone()));
            self.worst = (self.worst.0.clone().max(fp), self.worst.1.clone().max(money));
        }
        let total = i(self.market.ledger.longs.total);
        assert!(shorts >= total && longs <= total, "{shorts} >= {total} >= {longs}");
        assert!(BigInt::from(cash) <= self.held, "cash {cash} of {} held", self.held);
        self.check_sums(&by_kind);
        self.check_shape();
    }

    /// The sums of cash by kind are those of the accounts, but for what these are rounded by.
    fn check_sums(&mut self, by_kind: &BTreeMap<u8, i128>) {
        let ledger = &self.market.ledger;
        let of = |kind: Kind| by_kind.get(&(kind as u8)).copied().unwrap_or_default();
        assert_eq!(i(ledger.sums.flat), of(Kind::Flat));
        let longs = of(Kind::Long) + of(Kind::Leveraged);
        let debts = of(Kind::Leveraged).min(0);
        let close = [
            (
                ledger.sums.margined_cash(ledger.paid, ledger.margined).unwrap(),
                of(Kind::Margined),
                "margined",
            ),
            (ledger.sums.long_cash(&ledger.longs).unwrap(), longs, "longs"),
            (-i(ledger.sums.debt(&ledger.longs).unwrap()), debts, "debts"),
        ];
        for (sum, is, what) in close {
            assert!((sum - is).abs() <= i128::from(LENGTH), "{what}: {sum}, accounts {is}");
        }
        if debts < 0 {
            self.count("leveraged");
        }
    }

    /// The stack's levels fall from bottom to top, the heap is one, and nothing is below what has been paid.
    fn check_shape(&self) {
        let (ledger, memory) = (&self.market.ledger, &self.market.memory);
        let (mut id, mut above) = (ledger.top, i128::MIN);
        let mut amounts = 0;
        while id != 0 {
            let cohort = memory.cohort(id);
            assert!(cohort.level > above, "levels rise towards the bottom");
            assert!(cohort.level >= ledger.paid && cohort.parent == 0);
            amounts += cohort.amount;
            (id, above) = (cohort.below, cohort.level);
        }
        for place in 0..ledger.funded {
            let entry = memory.entry(place);
            assert!(entry.level >= ledger.paid);
            assert!(place == 0 || memory.entry((place - 1) / 4).level <= entry.level);
            assert_eq!(memory.place(entry.account), place);
            let account = memory.account(entry.account);
            assert_eq!(account.kind, Kind::Funded);
            amounts += account.quantity;
        }
        assert_eq!(amounts + ledger.margined, ledger.longs.total, "shorts are longs, to the wei");
    }
}

#[test]
fn random_histories_agree_with_a_model_that_visits_every_account() {
    let mut seeds = Random::from_env("FLOOR_SEED");
    let runs = number_from_env("FLOOR_RUNS").unwrap_or(240);
    let mut counts = BTreeMap::<&str, u64>::new();
    let mut worst = (BigInt::default(), BigInt::default());
    for _ in 0..runs {
        let mut world = World::new(Random::new(seeds.next()));
        for _ in 0..LENGTH {
            world.step();
            world.check();
        }
        for (kind, count) in world.counts {
            *counts.entry(kind).or_default() += count;
        }
        worst = (worst.0.max(world.worst.0), worst.1.max(world.worst.1));
    }
    println!("{counts:?}; worst: FP {} wei, cash {} wei", worst.0 / fine(), worst.1 / fine());
    for kind in KINDS {
        assert!(counts.contains_key(kind), "{kind} never happened");
    }
}

#[test]
fn an_epoch_that_sweeps_four_hundred_cohorts_is_paid_in_bounded_calls() {
    let mut market = Market::default();
    let long = market.open(0, 0);
    let mut shorts = Vec::new();
    for _ in 0..400 {
        // Longs pay a little each epoch, so each short joins below all before it.
        let short = market.open(1, 0);
        market.trade(short, long, i(ONE / 20), 0);
        shorts.push(short);
        market.fund(10 * ONE + ONE / 1000, 10 * ONE);
    }
    let before = market.clone();
    let (settled, steps) = market.fund_in_steps(10 * ONE, 12 * ONE, &PLAIN, 25);
    assert_eq!(steps.len(), 400);
    assert!(settled.kind > 0);
    let mut whole = before;
    whole.fund_in_steps(10 * ONE, 12 * ONE, &PLAIN, u32::MAX);
    assert_eq!(whole, market, "the same in one call");
    // Each paid 2 ether for an FP, the cash it had got first and the rest at 10.
    for (number, short) in shorts.iter().enumerate() {
        let got = i(ONE / 1000) * (400 - number as i128);
        let expected = i(ONE / 20) + i(ONE / 20) * (2 * i(ONE) - got) / (10 * i(ONE));
        let owed = -market.view(*short).fp;
        assert!((owed - expected).abs() <= 1, "short {number}: {owed}, not {expected}");
    }
    let (_, again) = market.fund_in_steps(10 * ONE, 12 * ONE, &PLAIN, 25);
    assert_eq!(again.len(), 1, "they are one cohort from then on");
}

#[test]
fn longs_that_were_closed_out_keep_their_cash_and_new_ones_begin_anew() {
    let mut market = Market::default();
    let [short, other, first, second] =
        [(1, 50), (1, 0), (0, 0), (0, 0)].map(|(nfts, cash)| market.open(nfts, cash * i(ONE)));
    market.trade(short, first, i(2 * ONE), 0);
    market.close_against_longs(short, 2 * ONE, 30 * ONE);
    assert_eq!((market.view(first).fp, market.view(first).cash), (0, 30 * i(ONE)));
    assert_eq!(market.ledger.longs.generation, 1);
    market.trade(other, second, i(ONE), 0);
    assert_eq!((market.view(second).fp, market.view(second).cash), (i(ONE), 0));
    assert_eq!((market.view(first).fp, market.view(first).cash), (0, 30 * i(ONE)));
    market.change(first, 0, |_| {});
    assert_eq!(market.view(first).cash, 30 * i(ONE));
}

#[test]
fn longs_that_are_almost_closed_out_go_on_in_coarser_units() {
    let mut market = Market::default();
    let [short, rest, long] = [(1, 50), (1, 0), (0, 0)].map(|(nfts, cash)| market.open(nfts, cash * i(ONE)));
    market.trade(short, long, i(1000 * ONE), 0);
    market.trade(rest, long, 100_000_000, 0);
    market.close_against_longs(short, 1000 * ONE, 5 * ONE);
    assert_eq!(market.ledger.longs.generation, 1);
    let view = market.view(long);
    assert!((99_999_990..=100_000_000).contains(&view.fp), "{view:?}");
    assert!((5 * i(ONE) - view.cash).abs() <= 1, "{view:?}");
}
