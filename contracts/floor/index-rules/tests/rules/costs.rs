//! Words that operations read and change, as the modules say: on a chain they are what costs.

use std::{cell::RefCell, collections::BTreeSet};

use everfloor_index_rules::{
    Account, BidStore, Level, Offer, Offers,
    offers::{Links, Set, Side},
};

use crate::rig::{Memory, Rig, Ticks, all, who};

/// A word of a book's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    First(u32),
    Second(u32),
    Level(u32),
    Request(u32),
    Owed,
}

/// A store that remembers which words are read and changed; the sets of ticks, whose own crate counts them, left
/// out.
#[derive(Default)]
struct Counting {
    memory: Memory<true>,
    read: RefCell<BTreeSet<Word>>,
    changed: BTreeSet<Word>,
}

impl Counting {
    fn reads(&self, words: impl IntoIterator<Item = Word>) {
        self.read.borrow_mut().extend(words);
    }

    fn changes(&mut self, word: Word, differs: bool) {
        if differs {
            self.changed.insert(word);
        }
    }

    /// Words read and changed since the last time.
    fn take(&mut self) -> (usize, usize) {
        (self.read.take().len(), std::mem::take(&mut self.changed).len())
    }
}

/// The second word of an offer.
fn second(offer: &Offer) -> (u128, Links, u64, u64) {
    (offer.seen, offer.links, offer.placed, offer.cancelled)
}

/// The first word of an offer.
fn first(offer: &Offer) -> (Account, u32, u32, bool, u32) {
    (offer.owner, offer.tick, offer.units, offer.counted, offer.fraction)
}

impl Offers for Counting {
    type Ticks = Ticks;
    const SIDE: Side = Side::Bid;

    fn offer(&self, id: u32) -> Offer {
        self.reads([Word::First(id), Word::Second(id)]);
        self.memory.offer(id)
    }

    fn set_offer(&mut self, id: u32, offer: Offer) {
        let before = self.memory.offer(id);
        self.changes(Word::First(id), first(&before) != first(&offer));
        self.changes(Word::Second(id), second(&before) != second(&offer));
        self.memory.set_offer(id, offer);
    }

    fn links(&self, id: u32) -> Links {
        self.reads([Word::Second(id)]);
        self.memory.links(id)
    }

    fn set_links(&mut self, id: u32, links: Links) {
        self.changes(Word::Second(id), self.memory.links(id) != links);
        self.memory.set_links(id, links);
    }

    fn level(&self, tick: u32) -> Level {
        self.reads([Word::Level(tick)]);
        self.memory.level(tick)
    }

    fn set_level(&mut self, tick: u32, level: Level) {
        self.changes(Word::Level(tick), self.memory.level(tick) != level);
        self.memory.set_level(tick, level);
    }

    fn request(&self, number: u32) -> u32 {
        self.reads([Word::Request(number)]);
        self.memory.request(number)
    }

    fn set_request(&mut self, number: u32, offer: u32) {
        self.changes(Word::Request(number), true);
        self.memory.set_request(number, offer);
    }

    fn ticks(&self, set: Set) -> &Ticks {
        self.memory.ticks(set)
    }

    fn ticks_mut(&mut self, set: Set) -> &mut Ticks {
        self.memory.ticks_mut(set)
    }
}

impl BidStore for Counting {
    fn owed(&self, owner: &Account) -> u128 {
        self.reads([Word::Owed]);
        self.memory.owed(owner)
    }

    fn set_owed(&mut self, owner: &Account, amount: u128) {
        self.changes(Word::Owed, true);
        self.memory.set_owed(owner, amount);
    }
}

/// A book with `bids` of 2 units each at one price, all of age and counted.
fn book(bids: u32) -> (Rig, Counting) {
    let (mut rig, mut store) = (Rig::new(), Counting::default());
    for _ in 0..bids {
        rig.bids.place(&mut store, &who(1), 1_000, 2, rig.now, &rig.params).unwrap();
    }
    rig.wait(1_800);
    rig.bids.book.catch_up(&mut store, rig.now, &rig.params, bids).unwrap();
    store.take();
    (rig, store)
}

#[test]
fn placing_reads_a_level_and_a_link_and_changes_those_and_the_bid() {
    let (mut rig, mut store) = book(3);
    rig.bids.place(&mut store, &who(1), 1_000, 1, rig.now, &rig.params).unwrap();
    assert_eq!(store.take(), (2, 4));
    // The first of a price has nobody before it.
    rig.bids.place(&mut store, &who(1), 900, 1, rig.now, &rig.params).unwrap();
    assert_eq!(store.take(), (1, 3));
}

#[test]
fn asking_for_a_cancel_changes_the_bid_its_level_and_the_list() {
    let (mut rig, mut store) = book(3);
    rig.bids.request_cancel(&mut store, 2, &who(1), rig.now, &rig.params).unwrap();
    let (read, changed) = store.take();
    assert!(read <= 3 && changed <= 4, "{read} {changed}");
}

#[test]
fn a_finished_cancel_touches_the_bid_its_level_and_its_neighbours() {
    for (id, neighbours) in [(1, 0), (2, 2), (3, 1)] {
        let (mut rig, mut store) = book(3);
        rig.bids.request_cancel(&mut store, id, &who(1), rig.now, &rig.params).unwrap();
        store.take();
        rig.bids.finish_cancel(&mut store, id, rig.now + 900, &rig.params).unwrap();
        assert_eq!(store.take(), (3 + neighbours, 3 + neighbours), "{id}");
    }
}

/// Filling in order touches two words a bid and one a price, and nothing beside them.
#[test]
fn a_sale_costs_two_words_a_bid_and_one_a_price() {
    for bids in [1, 5, 20] {
        let (mut rig, mut store) = book(bids + 1);
        rig.bids.sell(&mut store, &all(2 * bids), rig.now, &rig.params).unwrap();
        let words = 2 * bids as usize + 1;
        assert_eq!(store.take(), (words, words));
    }
}

#[test]
fn a_step_of_counting_touches_one_bid_and_its_level() {
    let (mut rig, mut store) = (Rig::new(), Counting::default());
    for _ in 0..9 {
        rig.bids.place(&mut store, &who(1), 1_000, 1, rig.now, &rig.params).unwrap();
    }
    store.take();
    rig.wait(1_800);
    rig.bids.book.catch_up(&mut store, rig.now, &rig.params, 3).unwrap();
    // Three bids, and a look at the fourth; of each bid the first word is changed.
    assert_eq!(store.take(), (2 * 4 + 1, 3 + 1));
}

#[test]
fn settling_rewards_is_one_bid_and_one_level_however_many_there_are() {
    for bids in [1, 50] {
        let (mut rig, mut store) = book(bids);
        rig.bids.rewards.fund(1_000_000, rig.now).unwrap();
        rig.bids.follow(&mut store, 1_000 * crate::rig::TICK, 9, rig.now, &rig.params).unwrap();
        rig.bids.rewards.set_rate(1_000, rig.now).unwrap();
        store.take();
        rig.bids.earn(&mut store, 1, rig.now + 7).unwrap();
        let (read, changed) = store.take();
        assert_eq!(read, 4);
        assert!(changed <= 3);
    }
}
