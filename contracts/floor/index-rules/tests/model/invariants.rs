//! What holds after every action.

use std::collections::{BTreeMap, BTreeSet};

use everfloor_index_rules::{
    BidStore, Offer, Offers, Rewards, depth,
    offers::{Book, Set},
};
use everfloor_venue_rules::ticks::contains;

use crate::{
    action::{ACCOUNTS, Action},
    desk::Desk,
    house::{House, Outcome, name_of},
    ideal::{Done, Model},
    number::{Int, down, int},
    random::Random,
    rig::{Memory, who},
};

/// An action that worked.
pub struct Step<'a> {
    pub action: &'a Action,
    pub outcome: &'a Outcome,
    pub done: &'a Done,
    pub before: &'a House,
    pub house: &'a House,
    pub model: &'a Model,
}

pub fn check(step: &Step<'_>, random: &mut Random) {
    let Step { action, house, model, .. } = *step;
    assert_eq!(step.outcome.is_done, step.done.is_done, "{action:?}");
    same(action, house, model);
    book(action, &house.bid_store, &house.bids.book, &model.bids, house.now);
    book(action, &house.ask_store, &house.asks.book, &model.asks, house.now);
    rewards(action, house, model);
    conserved(action, house);
    strangers(step);
    update(step);
    readings(action, house, model, random);
    epochs(action, house, model, random);
}

/// All that the rules keep is what the model says.
fn same(action: &Action, house: &House, model: &Model) {
    let listed = int(model.asks.papers.len());
    for (name, rules, expected) in [
        ("escrow", house.bids.book.escrow, &model.bids.escrow()),
        ("NFTs in escrow", house.asks.book.escrow, &listed),
        ("fees of bids", house.bids.fees, &model.fees.0),
        ("fees of asks", house.asks.fees, &model.fees.1),
        ("treasury", house.treasury, &model.treasury),
        ("pot", house.bids.rewards.pot, &model.pot.pot),
        ("remainder", house.bids.rewards.remainder.into(), &model.pot.carried),
    ] {
        assert_eq!(int(rules), *expected, "{action:?}: {name}");
    }
    assert_eq!(house.bids.rewards.band, model.pot.band, "{action:?}: band");
    assert_eq!(house.bids.rewards.units, model.pot.units(&model.bids), "{action:?}: units that earn");
    for (account, (wallet, purse)) in (1..).zip(house.wallets.iter().zip(&model.purses)) {
        assert_eq!(int(wallet.cash), purse.cash, "{action:?}: cash of {account}");
        assert_eq!(int(wallet.nfts), purse.nfts, "{action:?}: NFTs of {account}");
        assert_eq!(int(wallet.rewards), purse.rewards, "{action:?}: rewards of {account}");
        let owed = house.bid_store.owed(&who(account));
        assert_eq!(int(owed), model.pot.owed[usize::from(account) - 1], "{action:?}: owed to {account}");
    }
    assert_eq!(house.index.price, model.past.values.last(), "{action:?}: index");
    assert_eq!(house.index.next, model.past.next, "{action:?}: epochs written");
}

/// Offers, queues, sets of prices and units that count.
fn book<const BIDS: bool>(action: &Action, store: &Memory<BIDS>, book: &Book, desk: &Desk, now: u64) {
    assert_eq!(store.offers.len(), desk.papers.len(), "{action:?}: offers");
    assert_eq!((book.offers, book.requested as usize), (desk.made, desk.requests.len()), "{action:?}");
    assert_eq!((book.matured, book.expired as usize), desk.looked, "{action:?}: looked at");
    let is_current = desk.is_current(now);
    assert_eq!(book.is_current(store, now, &desk.params), is_current, "{action:?}: current");
    let mut queues: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for paper in &desk.papers {
        let offer = store.offer(paper.id);
        let (owner, cancelled) = (who(paper.owner), paper.cancelled.unwrap_or_default());
        let expected = (owner, paper.tick, paper.units, paper.placed, cancelled);
        let kept = (offer.owner, offer.tick, offer.units, offer.placed, offer.cancelled);
        assert_eq!(kept, expected, "{action:?}: {}", paper.id);
        if is_current {
            assert_eq!(offer.counted, desk.counts(paper, now), "{action:?}: {} counts", paper.id);
        }
        queues.entry(paper.tick).or_default().push(paper.id);
    }
    let levels: BTreeSet<u32> = store.levels.keys().copied().collect();
    assert_eq!(levels, queues.keys().copied().collect(), "{action:?}: prices");
    for (tick, queue) in queues {
        queue_is(action, store, tick, &queue);
    }
}

/// A price's queue, forwards and backwards, its units and its places in the sets.
fn queue_is<const BIDS: bool>(action: &Action, store: &Memory<BIDS>, tick: u32, queue: &[u32]) {
    let level = store.level(tick);
    let (mut id, mut walked, mut before) = (level.head, Vec::new(), 0);
    while id != 0 {
        let offer = store.offer(id);
        // The first one's link back means nothing.
        assert!(walked.is_empty() || offer.links.prev == before, "{action:?}: link back of {id}");
        walked.push(id);
        (before, id) = (id, offer.links.next);
    }
    assert_eq!(walked, queue, "{action:?}: queue of {tick}");
    assert_eq!(level.tail, before, "{action:?}: last of {tick}");
    let sum = |which: fn(&Offer) -> bool| -> u64 {
        let offers = queue.iter().map(|id| store.offer(*id)).filter(which);
        offers.map(|offer| u64::from(offer.units)).sum()
    };
    assert_eq!(u64::from(level.counted), sum(|offer| offer.counted), "{action:?}: counted at {tick}");
    if BIDS {
        assert_eq!(u64::from(level.earning), sum(Offer::is_earning), "{action:?}: earning at {tick}");
    }
    assert!(contains(store.ticks(Set::Live), tick), "{action:?}: {tick}");
    assert_eq!(contains(store.ticks(Set::Counted), tick), level.counted > 0, "{action:?}: {tick}");
}

/// What a bid has earned and not been credited, in parts of a wei.
fn parts(store: &Memory<true>, rewards: &Rewards, bid: &Offer) -> Int {
    if !bid.is_earning() {
        assert_eq!(bid.fraction, 0);
        return Int::ZERO;
    }
    let inside = rewards.inside(bid.tick, &store.level(bid.tick)).expect("what a unit has earned");
    int(inside - bid.seen) * bid.units + bid.fraction
}

/// Each bid has earned what the model says, to the last part of a wei, and together with all else it is what was
/// funded.
fn rewards(action: &Action, house: &House, model: &Model) {
    let Rewards { pot, remainder, .. } = house.bids.rewards;
    let mut all = (int(pot) << 32) + remainder;
    for paper in &model.bids.papers {
        let earned = parts(&house.bid_store, &house.bids.rewards, &house.bid_store.offer(paper.id));
        assert_eq!(earned, paper.credit, "{action:?}: earned by {}", paper.id);
        all += earned;
    }
    let owed: Int = house.bid_store.owed.values().map(|owed| int(*owed)).sum();
    let claimed: Int = house.wallets.iter().map(|wallet| int(wallet.rewards)).sum();
    assert_eq!(all + ((owed + claimed) << 32), int(house.funded) << 32, "{action:?}: rewards");
}

/// Cash and NFTs are somewhere.
fn conserved(action: &Action, house: &House) {
    let accounts = u128::from(ACCOUNTS);
    let wallets: Int = house.wallets.iter().map(|wallet| int(wallet.cash)).sum();
    let held = int(house.bids.book.escrow) + house.bids.fees;
    let cash = wallets + held + house.asks.fees + house.treasury;
    assert_eq!(cash, int(crate::house::RICHES) * accounts, "{action:?}: cash");
    let nfts: u128 = house.wallets.iter().map(|wallet| u128::from(wallet.nfts)).sum();
    assert_eq!(nfts + house.asks.book.escrow, 1_000_000 * accounts, "{action:?}: NFTs");
}

/// What somebody has, wherever it is: cash, NFTs, and rewards in parts of a wei.
fn worth(house: &House, account: u8) -> (Int, u64, Int) {
    let mut rewards = house.bids.rewards;
    rewards.accrue(house.now).expect("rewards");
    let wallet = &house.wallets[usize::from(account) - 1];
    let owed = house.bid_store.owed(&who(account));
    let mut worth = (int(wallet.cash), wallet.nfts, (int(wallet.rewards) + owed) << 32);
    for bid in house.bid_store.offers.values().filter(|bid| bid.owner == who(account)) {
        worth.0 += int(house.params.tick_size) * bid.tick * bid.units;
        worth.2 += parts(&house.bid_store, &rewards, bid);
    }
    worth.1 += house.ask_store.offers.values().filter(|ask| ask.owner == who(account)).count() as u64;
    worth
}

/// Nobody gains or loses by what others do to each other; and whoever takes part loses no reward but the part of a
/// wei that a bid leaves behind.
fn strangers(step: &Step<'_>) {
    let mut before = step.before.clone();
    before.now = step.house.now;
    // What is funded or paid at another rate from now on is no change.
    for account in 1..=ACCOUNTS {
        let (was, is) = (worth(&before, account), worth(step.house, account));
        if !step.outcome.touched.contains(&account) {
            assert_eq!(was, is, "{:?}: {account}", step.action);
            continue;
        }
        let lost = &was.2 - &is.2;
        let most = int(step.outcome.ended) << 32;
        assert!(lost >= Int::ZERO && lost <= most, "{:?}: rewards of {account}", step.action);
        match step.action {
            Action::Sell { .. } | Action::SellInto { .. } | Action::Buy { .. } | Action::BuyNamed { .. } => {}
            _ => assert_eq!((was.0, was.1), (is.0, is.1), "{:?}: {account}", step.action),
        }
    }
    if let Some(sale) = &step.outcome.sale {
        // What leaves the escrow is what the seller and the protocol get.
        let left = step.before.bids.book.escrow - step.house.bids.book.escrow;
        assert_eq!(left, sale.proceeds);
        assert_eq!(step.house.bids.fees - step.before.bids.fees, sale.fee);
        assert_eq!(int(sale.fee), step.model.bids.fee(&int(sale.proceeds)));
        let order = match step.action {
            Action::Sell { order, .. } | Action::SellInto { order, .. } => *order,
            other => panic!("{other:?} sold"),
        };
        assert!(sale.fills.iter().all(|fill| fill.price >= order.limit));
        assert!(
            sale.units <= order.units && sale.units >= order.least && sale.fills.len() <= order.most as usize
        );
        if let Action::Sell { .. } = step.action {
            assert!(sale.fills.is_sorted_by(|one, next| one.price >= next.price), "{:?}", step.action);
        }
    }
}

/// The index is between its bounds, or as near as the guard lets it; and what the model says.
fn update(step: &Step<'_>) {
    let (Some(update), Some(news)) = (&step.outcome.update, &step.done.news) else { return };
    let upper = update.bounds.upper.map(int);
    let rules = (int(update.raw), int(update.bounds.lower), upper, int(update.bounded), int(update.price));
    let expected =
        (news.raw.clone(), news.lower.clone(), news.upper.clone(), news.bounded.clone(), news.price.clone());
    assert_eq!(rules, expected, "{:?}", step.action);
    assert!(update.bounded >= update.bounds.lower);
    if let Some(upper) = update.bounds.upper {
        assert!(update.bounded <= upper.max(update.bounds.lower));
    }
    assert!(update.price > 0 && update.price < 1 << 88);
    let last = step.before.index;
    if last.price > 0 && update.price != update.bounded {
        // As far as the guard lets it, to a wei.
        let elapsed = (step.house.now - last.time).min(172_800);
        let step_most = down(int(last.price) * 5_787_037_037_037_u64 * elapsed, 10_u128.pow(18));
        assert_eq!(int(update.price.abs_diff(last.price)), step_most);
    }
    // The packing's widths.
    for series in [step.house.index.bid, step.house.index.ask] {
        for span in [series.older, series.newer] {
            assert!(span.seconds < 1 << 20 && span.area < 1 << 108);
        }
    }
    assert!(step.house.index.cumulative < 1 << 120);
}

/// The price of any unit, and the units near the best, are those of a row of all of them; or are refused.
fn readings(action: &Action, house: &House, model: &Model, random: &mut Random) {
    let (now, params) = (house.now, house.params);
    let most_depth = random.pick(&[3, 40]);
    let depth = random.below(most_depth) as u32;
    let near_bps = random.pick(&[0, 1_000, 3_000]);
    let (most, enough) = (random.below(12) as u32, random.pick(&[0, 1, 9, u64::MAX]));
    let price = depth::price_of_unit(&house.bid_store, &house.bids.book, depth, now, &params);
    let near = depth::units_near(&house.bid_store, &house.bids.book, near_bps, most, enough, now, &params);
    if !model.bids.is_current(now) {
        assert_eq!(name_of(&price.expect_err("pending")), "CountsPending", "{action:?}");
        assert_eq!(name_of(&near.expect_err("pending")), "CountsPending", "{action:?}");
        return;
    }
    let expected = model.bids.price_of_unit(depth, now);
    assert_eq!(int(price.expect("a price")), expected, "{action:?}: unit {depth}");
    let near = near.expect("units");
    let (units, prices) = model.bids.near(near_bps, now);
    assert_eq!(near.is_all, near.units == units, "{action:?}: {near:?} of {units}");
    // A walk that ended early has passed as many prices as it may, or has found enough.
    let passed_enough = prices > most as usize || near.units >= enough;
    assert!(near.is_all || near.units < units && passed_enough, "{action:?}: {near:?} of {units}");
    assert!(near.units >= units.min(enough).min(u64::from(most)), "{action:?}: {near:?} of {units}");
}

/// An epoch's average and the moving one are integrals over all values there were.
fn epochs(action: &Action, house: &House, model: &Model, random: &mut Random) {
    let epochs = house.index_params.epochs();
    let present = house.now.saturating_sub(epochs.genesis) / epochs.length;
    let epoch = random.below(present + 2) as u32;
    let rules = house.index.epoch(&house.written, epoch, house.now, epochs);
    match (rules, model.past.epoch(epoch, house.now)) {
        (Ok(rules), Ok((average, age))) => {
            assert_eq!((int(rules.average), rules.age), (average, age), "{action:?}: epoch {epoch}");
            assert_eq!(rules.is_silent(), age > 21_600);
        }
        (Err(refusal), Err(expected)) => assert_eq!(name_of(&refusal), expected, "{action:?}: {epoch}"),
        (rules, expected) => panic!("{action:?}: epoch {epoch}: {rules:?}, {expected:?}"),
    }
    let range = house.index.range(&house.written, house.now, epochs);
    match (range, model.past.moving(house.now)) {
        (Ok(range), Some(average)) => {
            let spot = int(house.index.price);
            let expected = (average.clone().min(spot.clone()), average.max(spot));
            assert_eq!((int(range.lower), int(range.upper)), expected, "{action:?}: range");
        }
        (Err(refusal), None) => assert_eq!(name_of(&refusal), "NoIndex", "{action:?}"),
        (rules, expected) => panic!("{action:?}: {rules:?}, {expected:?}"),
    }
}
