//! The rules on a chain's storage and in a test's maps, side by side: whatever is done to a book, both answer the same
//! and hold the same afterwards.
//!
//! `SHELF_SEED` repeats a run, `SHELF_OPERATIONS` sets how many actions there are (6,000 unless told otherwise).

mod deed;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../../../index-rules/tests/rules/rig.rs"]
#[allow(dead_code)]
mod rig;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, address};
use deed::{Deed, Parts, do_asks, do_bids};
use everfloor_host::TestChain;
use everfloor_index_rules::{AskBook, AskStore, BidBook, BidStore, Offers, Rewards, offers::Set};
use everfloor_index_storage::book::{self, Asks, Bids, LoadedAsks, LoadedBids, PURCHASE, SALE};
use everfloor_venue_rules::ticks;
use random::{Random, number_from_env};
use rig::{GENESIS, Memory, book_params, who};
use stylus_sdk::{ArbResult, host::VM};

const HERE: Address = address!("0x0000000000000000000000000000000000000b0b");
/// Actions of one history.
const LENGTH: u64 = 200;
/// Actions from one look at everything to the next.
const LOOK: u64 = 20;
/// Prices: few, so that offers meet.
pub const TICKS: u64 = 12;
/// Accounts.
pub const PEOPLE: u64 = 5;

/// Everything there is of a book, as text.
fn dump<B: BidStore, A: AskStore>(bids: &BidBook, asks: &AskBook, on_bids: &B, on_asks: &A) -> String {
    let mut text = format!("{bids:?}\n{asks:?}\n");
    one_side(&mut text, on_bids, bids.book.offers, bids.book.requested);
    one_side(&mut text, on_asks, asks.book.offers, asks.book.requested);
    for id in 1..=asks.book.offers {
        text += &format!("token {id}: {}\n", on_asks.token(id));
    }
    for person in 0..PEOPLE {
        text += &format!("owed {person}: {}\n", on_bids.owed(&who(person as u8)));
    }
    text
}

fn one_side<S: Offers>(text: &mut String, store: &S, offers: u32, requests: u32) {
    for id in 1..=offers {
        *text += &format!("{id}: {:?} {:?}\n", store.offer(id), store.links(id));
    }
    for number in 1..=requests {
        *text += &format!("request {number}: {}\n", store.request(number));
    }
    for tick in 1..=TICKS {
        *text += &format!("level {tick}: {:?}\n", store.level(tick as u32));
    }
    for set in [Set::Live, Set::Counted] {
        let inside = (1..=TICKS).filter(|tick| ticks::contains(store.ticks(set), *tick as u32));
        *text += &format!("{set:?}: {:?}\n", inside.collect::<Vec<_>>());
    }
}

/// A contract that does what it is told to do to its book, with no more of it loaded than the programs load.
fn program(input: Vec<u8>, vm: VM) -> ArbResult {
    let params = book_params();
    let Some(deed) = Deed::from_bytes(&input) else {
        let (bids, asks) = (LoadedBids::of(&vm, &SALE), LoadedAsks::of(&vm, &PURCHASE));
        return Ok(dump(&bids.value, &asks.value, &Bids::new(&vm), &Asks::new(&vm)).into_bytes());
    };
    let answer = match deed.parts() {
        Parts::Bids(parts) => {
            let (mut loaded, mut shelf) = (LoadedBids::of(&vm, parts), Bids::new(&vm));
            let answer = do_bids(&mut loaded.value, &mut shelf, &deed, &params);
            answer.inspect(|_| shelf.finish().and_then(|()| loaded.save(&vm)).unwrap())
        }
        Parts::Asks(parts) => {
            let (mut loaded, mut shelf) = (LoadedAsks::of(&vm, parts), Asks::new(&vm));
            let answer = do_asks(&mut loaded.value, &mut shelf, &deed, &params);
            answer.inspect(|_| shelf.finish().and_then(|()| loaded.save(&vm)).unwrap())
        }
    };
    answer.map(String::into_bytes).map_err(|refusal| format!("{refusal:?}").into_bytes())
}

/// The same in memory; a refusal leaves nothing.
#[derive(Clone, Default)]
struct Ideal {
    bids: BidBook,
    asks: AskBook,
    on_bids: Memory<true>,
    on_asks: Memory<false>,
}

impl Ideal {
    fn act(&mut self, deed: &Deed) -> Result<String, String> {
        let (before, params) = (self.clone(), book_params());
        let answer = match deed.parts() {
            Parts::Bids(_) => do_bids(&mut self.bids, &mut self.on_bids, deed, &params),
            Parts::Asks(_) => do_asks(&mut self.asks, &mut self.on_asks, deed, &params),
        };
        answer.map_err(|refusal| {
            *self = before;
            format!("{refusal:?}")
        })
    }

    fn dump(&self) -> String {
        dump(&self.bids, &self.asks, &self.on_bids, &self.on_asks)
    }
}

fn text(answer: Result<Vec<u8>, Vec<u8>>) -> Result<String, String> {
    let read = |bytes| String::from_utf8(bytes).unwrap();
    answer.map(read).map_err(read)
}

#[test]
fn the_chains_storage_and_maps_agree_on_everything() {
    let operations = number_from_env("SHELF_OPERATIONS").unwrap_or(6_000);
    let mut random = Random::from_env("SHELF_SEED");
    let (mut done, mut refused) = (BTreeMap::new(), 0);
    let histories = operations / LENGTH;
    // A kind that seldom succeeds gets more histories to happen in.
    for history in 0..histories * 10 {
        if history >= histories && done.len() == deed::KINDS.len() {
            break;
        }
        let chain = TestChain::new();
        chain.deploy_handler(HERE, |input, vm| {
            if input == [0] {
                LoadedBids::begin(&vm).unwrap();
                return Ok(Vec::new());
            }
            program(input, vm)
        });
        let send = |input: Vec<u8>| text(chain.send_raw(HERE, HERE, U256::ZERO, input));
        send(vec![0]).unwrap();
        let mut ideal =
            Ideal { bids: BidBook { rewards: Rewards::default(), ..BidBook::default() }, ..Ideal::default() };
        let mut now = GENESIS;
        for step in 1..=LENGTH {
            now += random.pick(&[0, 0, 1, 60, 900, 1_800, 4_000]);
            let deed = Deed::choose(&mut random, now, &ideal.bids, &ideal.asks);
            let (on_chain, in_memory) = (send(deed.to_bytes()), ideal.act(&deed));
            assert_eq!(on_chain, in_memory, "{deed:?}");
            match on_chain {
                Ok(_) => *done.entry(deed.kind.name()).or_insert(0) += 1,
                Err(_) => refused += 1,
            }
            // A look at everything is what takes time.
            if step % LOOK == 0 {
                assert_eq!(send(Vec::new()).unwrap(), ideal.dump(), "{deed:?}");
            }
        }
    }
    assert_eq!(done.len(), deed::KINDS.len(), "not everything was done: {done:?}");
    assert!(refused > 0);
}

#[test]
fn an_account_is_owed_cash_and_rewards_side_by_side() {
    let chain = TestChain::new();
    chain.deploy_handler(HERE, |_, vm| {
        let me = who(7);
        book::owe_cash(&vm, &me, 5).unwrap();
        Bids::new(&vm).set_owed(&me, 9);
        book::owe_cash(&vm, &me, 6).unwrap();
        let owed = book::owed(&vm, &me);
        assert_eq!((owed.cash, owed.rewards), (11, 9));
        assert_eq!(book::take_cash(&vm, &me).unwrap(), 11);
        assert_eq!(Bids::new(&vm).owed(&me), 9);
        assert!(book::owe_cash(&vm, &me, u128::MAX).is_ok() && book::owe_cash(&vm, &me, 1).is_err());
        Ok(Vec::new())
    });
    chain.send_raw(HERE, HERE, U256::ZERO, Vec::new()).unwrap();
    // One word for all of it.
    assert_eq!(chain.storage_of(HERE).len(), 1);
}
