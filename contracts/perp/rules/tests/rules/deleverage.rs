//! Closing against the other side by an index: the same for each account as if it had been visited, at nobody's cost.

use everfloor_perp_rules::{
    Params, PerpError, Position, Side, WAD,
    deleverage::{self, Index},
};
use num_bigint::BigInt;

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

fn params() -> Params {
    Params { max_position: ANY, max_open_interest: ANY, max_funding_ppm: 500_000, ..live_params() }
}

/// A position of so much base at 100 that has nothing left at any price of these tests.
fn bankrupt(rig: &mut Rig, side: Side, base: u128) -> Position {
    let entry = if side == Side::Long { base * 200 } else { base * 20 };
    rig.give(side, base, entry, 1)
}

/// Lets its auction pass.
fn unwanted(rig: &mut Rig, position: &mut Position) {
    rig.start_takeover(position).unwrap();
    rig.forward(u64::from(rig.params.takeover_time));
}

#[test]
fn the_other_side_gives_up_the_same_part_at_the_oracles_price() {
    let mut rig = Rig::deep(params());
    // A short of 40 against longs of 60 and 140, entered at 80 and 110: each gives up a fifth.
    let mut short = bankrupt(&mut rig, Side::Short, wad(40));
    let mut alice = rig.give(Side::Long, wad(60), wad(4_800), 1_000 * DOLLAR);
    let mut bob = rig.give(Side::Long, wad(140), wad(15_400), 2_000 * DOLLAR);
    unwanted(&mut rig, &mut short);
    rig.accrue();
    let before = [rig.neutral(&alice).equity, rig.neutral(&bob).equity];
    let curve = rig.market.curve;
    let done = rig.deleverage(&mut short, ANY, ANY).unwrap();
    assert_eq!((done.base, done.notional), (40 * WAD as i128, wad(4_000)));
    assert_eq!((short.size, short.margin), (0, 0));
    assert_eq!((rig.market.long_size, rig.market.short_size, rig.market.curve), (wad(160), 0, curve));
    assert_eq!(rig.market.epochs, [1, 0]);
    // 12 of 60 for 1,200, entered at 960: 240 of profit. 28 of 140 for 2,800, entered at 3,080: 280 lost.
    let caught = rig.catch_up(&mut alice);
    assert_eq!((caught.base, caught.notional), (-12 * WAD as i128, wad(1_200)));
    assert_eq!((caught.realized_pnl, caught.funding), (240 * DOLLAR as i128, 0));
    assert_eq!((alice.size, alice.open_notional), (48 * WAD as i128, wad(3_840)));
    let caught = rig.catch_up(&mut bob);
    assert_eq!((caught.base, caught.realized_pnl), (-28 * WAD as i128, -280 * DOLLAR as i128));
    assert_eq!((bob.size, bob.open_notional, bob.margin), (112 * WAD as i128, wad(12_320), 1_720 * DOLLAR));
    assert_eq!([rig.neutral(&alice).equity, rig.neutral(&bob).equity], before);
    assert!(!deleverage::is_behind(&rig.market, &alice));
}

#[test]
fn only_an_auction_that_is_over_and_has_not_lapsed_lets_anybody_deleverage() {
    let mut rig = Rig::deep(params());
    let _ = rig.give(Side::Long, wad(200), wad(20_000), 10_000 * DOLLAR);
    let mut short = bankrupt(&mut rig, Side::Short, wad(40));
    let none = PerpError::NoTakeover { start: 0, now: rig.now };
    assert_eq!(rig.deleverage(&mut short, ANY, 0), Err(none));
    let start = rig.start_takeover(&mut short).unwrap();
    for (seconds, goes_on) in [(0, false), (599, false), (600, true), (1_199, true), (1_200, false)] {
        let (mut rig, mut short) = (rig.clone(), short);
        rig.forward(seconds);
        let done = rig.deleverage(&mut short, ANY, ANY);
        assert_eq!(done.is_ok(), goes_on, "after {seconds}: {done:?}");
        match done.err() {
            Some(PerpError::TakeoverRunning { until, .. }) => assert!(until == start + 600 && seconds < 600),
            Some(PerpError::NoTakeover { start: began, .. }) => assert!(began == start && seconds >= 1_200),
            other => assert_eq!(other, None),
        }
    }
}

#[test]
fn a_healthy_position_is_not_closed_against_anybody_whatever_auction_it_had() {
    let mut rig = Rig::deep(params());
    let _ = rig.give(Side::Long, wad(200), wad(20_000), 10_000 * DOLLAR);
    let mut short = rig.give(Side::Short, wad(40), wad(4_000), 200 * DOLLAR);
    unwanted(&mut rig, &mut short);
    let mut recovered = short;
    rig.add(&mut recovered, 100 * DOLLAR).unwrap();
    let refused = rig.deleverage(&mut recovered, ANY, 0);
    assert!(matches!(refused, Err(PerpError::NotLiquidatable { .. })), "{refused:?}");
    assert!(rig.deleverage(&mut short, ANY, 0).is_ok());
}

#[test]
fn a_part_of_nine_tenths_at_most_goes_at_once() {
    let mut rig = Rig::deep(params());
    let _ = rig.give(Side::Long, wad(100), wad(10_000), 10_000 * DOLLAR);
    let mut short = bankrupt(&mut rig, Side::Short, wad(300));
    unwanted(&mut rig, &mut short);
    let refused = PerpError::ExceedsPosition { asked: wad(90) + 1, available: wad(90) };
    assert_eq!(rig.deleverage(&mut short, wad(90) + 1, ANY), Err(refused));
    rig.deleverage(&mut short, wad(90), ANY).unwrap();
    rig.deleverage(&mut short, wad(9), ANY).unwrap();
    assert_eq!((short.base(), rig.market.long_size), (wad(201), WAD));
    let nothing = rig.deleverage(&mut short, 0, ANY);
    assert!(matches!(nothing, Err(PerpError::PositionTooSmall { .. })));
}

#[test]
fn a_side_shrunk_to_almost_nothing_is_refused_rather_than_rounded_away() {
    let mut rig = Rig::deep(Params { min_notional: 0, ..params() });
    let mut long = rig.give(Side::Long, wad(1_000), wad(100_000), 10_000 * DOLLAR);
    let mut last = Ok(());
    for _ in 0..30 {
        let base = rig.market.long_size / 10 * 9;
        let mut short = bankrupt(&mut rig, Side::Short, base);
        unwanted(&mut rig, &mut short);
        last = rig.deleverage(&mut short, ANY, ANY).map(drop);
        if last.is_err() {
            break;
        }
        // The side grows again.
        let _ = rig.give(Side::Long, wad(1_000), wad(100_000), 10_000 * DOLLAR);
    }
    assert_eq!(last, Err(PerpError::Overflow));
    assert!(rig.market.epochs[0] >= 17, "{:?}", rig.market.epochs);
    let caught = rig.catch_up(&mut long);
    assert!(long.base() <= 1_000 && caught.realized_pnl.abs() < 100, "{long:?}");
}

/// An account as if it had been visited in every deleveraging, in fractions of a wei that never matter.
struct Naive {
    /// Base, wad, times [`FINE`].
    size: BigInt,
    /// Quote received for it less what was paid, funding included, wad times [`FINE`].
    cash: BigInt,
}

const FINE: u128 = 1_000_000_000_000_000_000_000_000_000_000;

impl Naive {
    fn of(position: &Position) -> Self {
        let entry = BigInt::from(position.open_notional) * FINE;
        let cash = if position.size > 0 { -entry } else { entry };
        Self { size: BigInt::from(position.size) * FINE, cash }
    }

    fn give_up(&mut self, base: u128, total: u128, price: u128) {
        let given = &self.size * base / total;
        self.cash += &given * price / WAD;
        self.size -= given;
    }

    fn pay_funding(&mut self, moved: i128) {
        self.cash -= BigInt::from(self.size.magnitude().clone()) * moved / WAD;
    }

    /// Worth at a price, token units.
    fn worth(&self, price: u128) -> i128 {
        let wei = (&self.cash + &self.size * price / WAD) / FINE;
        i128::try_from(wei / SCALE).unwrap()
    }

    fn base(&self) -> u128 {
        u128::try_from(self.size.magnitude().clone() / FINE).unwrap()
    }
}

/// One side under attack: its accounts, and the same accounts visited one by one.
struct Story {
    rig: Rig,
    side: Side,
    accounts: Vec<(Position, Naive, u128, i128)>,
}

impl Story {
    fn new(side: Side) -> Self {
        Self { rig: Rig::deep(Params { min_notional: 0, ..params() }), side, accounts: Vec::new() }
    }

    fn join(&mut self, random: &mut Random) {
        let base = random.between(WAD, wad(500));
        let margin = random.between(1, 10_000 * DOLLAR);
        let position = self.rig.give(self.side, base, base * random.between(70, 130), margin);
        self.accounts.push((position, Naive::of(&position), margin, 0));
    }

    /// Lets time pass at a new price, and funding with it.
    fn wait(&mut self, random: &mut Random) {
        let before = self.rig.market.funding.index(self.side);
        self.rig.oracle.price = random.between(wad(90), wad(110));
        self.rig.forward(random.below(40_000));
        self.rig.accrue();
        self.fund(before);
    }

    fn fund(&mut self, before: i128) {
        let moved = self.rig.market.funding.index(self.side) - before;
        self.accounts.iter_mut().for_each(|(_, naive, ..)| naive.pay_funding(moved));
    }

    fn deleverage(&mut self, random: &mut Random) {
        let total = self.rig.market.size(self.side);
        let base = random.between(1_000_000, total / 10 * 6);
        let mut victim = bankrupt(&mut self.rig, self.side.opposite(), base);
        let before = self.rig.market.funding.index(self.side);
        unwanted(&mut self.rig, &mut victim);
        self.rig.accrue();
        self.fund(before);
        let price = self.rig.oracle.price;
        self.rig.deleverage(&mut victim, ANY, ANY).unwrap();
        self.accounts.iter_mut().for_each(|(_, naive, ..)| naive.give_up(base, total, price));
    }

    /// Catches some account up; a unit or two are lost by rounding each time, never gained.
    fn hear_of(&mut self, who: usize) {
        let (position, _, margin, roundings) = &mut self.accounts[who];
        if deleverage::is_behind(&self.rig.market, position) {
            // What it cannot carry, somebody else has paid.
            *margin += self.rig.catch_up(position).unpaid;
            *roundings += 4;
        }
    }

    fn check(&mut self) {
        for who in 0..self.accounts.len() {
            self.hear_of(who);
        }
        let total: u128 = self.accounts.iter().map(|(position, ..)| position.base()).sum();
        let open = self.rig.market.size(self.side);
        let price = self.rig.oracle.price;
        assert!(total <= open && open - total < 100_000, "{total} of {open}");
        for (position, naive, margin, roundings) in &self.accounts {
            assert!(position.base().abs_diff(naive.base()) < 10_000, "{position:?} {}", naive.base());
            let context = self.rig.context();
            let market = &self.rig.market;
            let is = everfloor_perp_rules::position::Valuation::at_price(market, position, &context, price);
            let (is, should) = (is.unwrap().equity, naive.worth(price) + *margin as i128);
            assert!(is <= should + 2 && is + roundings + 4 >= should, "{is} is not {should}: {position:?}");
        }
    }
}

#[test]
fn many_deleveragings_with_funding_between_are_to_each_account_as_if_it_had_been_visited_in_each() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..60 {
        let mut story = Story::new(random.pick(&[Side::Long, Side::Short]));
        (0..4).for_each(|_| story.join(&mut random));
        for _ in 0..12 {
            match random.below(6) {
                0 => story.join(&mut random),
                1 => story.wait(&mut random),
                2 => {
                    let who = random.below(story.accounts.len() as u64) as usize;
                    story.hear_of(who);
                }
                _ => story.deleverage(&mut random),
            }
        }
        story.check();
    }
}

#[test]
fn funding_across_deleveragings_is_exact() {
    // 100 base pay 0.5 each, then half goes; 50 pay 0.25 each, then half goes; 25 pay 1 each.
    let mut rig = Rig::deep(Params { min_notional: 0, ..params() });
    let mut alice = rig.give(Side::Long, wad(100), wad(10_000), 5_000 * DOLLAR);
    let mut paid = rig.market.funding.long_index;
    for (moved, base) in [(WAD / 2, 50), (WAD / 4, 25)] {
        let mut short = bankrupt(&mut rig, Side::Short, wad(base));
        unwanted(&mut rig, &mut short);
        rig.accrue();
        paid += moved as i128;
        rig.market.funding.long_index = paid;
        rig.deleverage(&mut short, ANY, ANY).unwrap();
    }
    rig.market.funding.long_index = paid + WAD as i128;
    let caught = rig.catch_up(&mut alice);
    assert_eq!((caught.funding, caught.base), (62_500_000, -75 * WAD as i128));
    assert_eq!(alice.funding_owed_up(&rig.market, SCALE), Ok(25 * DOLLAR as i128));
    assert_eq!(rig.indices[0].len(), 3);
    assert_eq!(rig.indices[0][2].left, Index::default().left / 4);
}

#[test]
fn a_loss_that_a_winner_side_account_cannot_pay_stays_with_it() {
    // Entered at 200, worth 100, with 1 of margin: half of it goes, and all of its loss is still its own.
    let mut rig = Rig::deep(params());
    let mut long = rig.give(Side::Long, wad(100), wad(20_000), DOLLAR);
    let mut short = bankrupt(&mut rig, Side::Short, wad(50));
    unwanted(&mut rig, &mut short);
    rig.accrue();
    let before = rig.neutral(&long).equity;
    rig.deleverage(&mut short, ANY, ANY).unwrap();
    let caught = rig.catch_up(&mut long);
    assert_eq!((caught.realized_pnl, caught.unpaid, long.margin), (-5_000 * DOLLAR as i128, 0, 0));
    // Half the entry, and the 4,999 that were not paid.
    assert_eq!(long.open_notional, wad(14_999));
    assert_eq!((rig.neutral(&long).equity, rig.losses.bad_debt), (before, 0));
    // A short's entry cannot carry more than it is: the rest is told, and booked.
    let mut rig = Rig::deep(params());
    let mut short = rig.give(Side::Short, wad(100), wad(2_000), DOLLAR);
    let mut long = bankrupt(&mut rig, Side::Long, wad(50));
    unwanted(&mut rig, &mut long);
    rig.deleverage(&mut long, ANY, ANY).unwrap();
    let booked = rig.losses.bad_debt;
    // 50 bought back for 5,000 that were sold for 1,000; 1,000 of entry is left to carry 3,999.
    let caught = rig.catch_up(&mut short);
    assert_eq!((caught.realized_pnl, caught.unpaid), (-4_000 * DOLLAR as i128, 2_999 * DOLLAR));
    assert_eq!((short.open_notional, rig.losses.bad_debt - booked), (0, 2_999 * DOLLAR));
}

#[test]
fn nobody_of_the_other_side_pays_from_his_principal_for_a_bankrupt() {
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let mut rig = Rig::deep(params());
        let side = random.pick(&[Side::Long, Side::Short]);
        let mut winners: Vec<Position> = (0..3)
            .map(|_| {
                let base = random.between(wad(20), wad(200));
                let entry = base * if side == Side::Long { 95 } else { 105 };
                rig.give(side, base, entry, 1_000 * DOLLAR)
            })
            .collect();
        let before: Vec<i128> = winners.iter().map(|one| rig.neutral(one).equity).collect();
        let mut broken = bankrupt(&mut rig, side.opposite(), wad(40));
        unwanted(&mut rig, &mut broken);
        rig.deleverage(&mut broken, ANY, 0).unwrap();
        assert!(rig.losses.bad_debt > 0);
        for (winner, before) in winners.iter_mut().zip(before) {
            rig.catch_up(winner);
            assert!(winner.margin >= 1_000 * DOLLAR, "{winner:?}");
            assert!((rig.neutral(winner).equity - before).abs() <= 3);
        }
    }
}

#[test]
fn one_who_holds_both_sides_and_the_auction_gains_no_more_than_the_discount_and_what_he_would_never_have_paid()
 {
    // Victim, taker and all of the other side are one person; only insurance is somebody else's.
    let mut random = Random::from_env("PERP_SEED");
    for _ in 0..300 {
        let mut rig = Rig::deep(params());
        let side = random.pick(&[Side::Long, Side::Short]);
        let lost = random.below(1_500) as u128;
        let entry = |side, lost| if side == Side::Long { wad(10_000 + lost) } else { wad(10_000 - lost) };
        let mut victim = rig.give(side, wad(100), entry(side, lost), random.between(0, 400 * DOLLAR));
        let mut winner = rig.give(side.opposite(), wad(100), entry(side.opposite(), 0), 2_000 * DOLLAR);
        let mut taker = Position::default();
        if rig.start_takeover(&mut victim).is_err() {
            continue;
        }
        rig.forward(random.below(1_300));
        rig.accrue();
        let hole = rig.neutral(&victim).equity.min(0).unsigned_abs();
        let start = rig.neutral(&victim).equity.max(0) + rig.neutral(&winner).equity;
        let (mut put_in, mut out, mut insured) = (0, 0, 0);
        for _ in 0..6 {
            let base = random.between(wad(1), wad(60));
            let done = if random.one_in(2) {
                rig.take_over(&mut victim, &mut taker, base, 1_500 * DOLLAR)
                    .inspect(|_| put_in += 1_500 * DOLLAR as i128)
            } else {
                rig.deleverage(&mut victim, base, ANY)
            };
            if let Ok(done) = done {
                out += done.keeper_reward as i128;
                insured += done.shortfall.covered_by_fund;
            }
        }
        rig.catch_up(&mut winner);
        rig.catch_up(&mut taker);
        let value = |position: &Position| rig.neutral(position).equity;
        let end = value(&victim).max(0) + value(&winner) + value(&taker) + out - put_in;
        // 4 % of 10,000, and the penalties that his own margin paid before it went.
        let most = 400 * DOLLAR as i128 + 125 * DOLLAR as i128;
        assert!(end - start <= most, "{start} became {end}");
        assert!(insured <= hole + 525 * DOLLAR, "{insured} of {hole}");
    }
}

#[test]
fn an_account_that_opens_after_a_deleveraging_gives_up_nothing_for_it() {
    let mut rig = Rig::deep(params());
    let _ = rig.give(Side::Long, wad(100), wad(10_000), 5_000 * DOLLAR);
    let mut short = bankrupt(&mut rig, Side::Short, wad(50));
    unwanted(&mut rig, &mut short);
    rig.deleverage(&mut short, ANY, ANY).unwrap();
    let mut late = Position::default();
    rig.open(&mut late, Side::Long, 1_000 * DOLLAR, wad(5_000)).unwrap();
    assert_eq!((late.epoch, deleverage::is_behind(&rig.market, &late)), (1, false));
    // Nor one that was flat, or on the other side.
    assert!(!deleverage::is_behind(&rig.market, &Position::default()));
    let other = rig.give(Side::Short, wad(10), wad(1_000), 500 * DOLLAR);
    assert!(!deleverage::is_behind(&rig.market, &other));
}
