//! Every record survives storage, stays within its words, and what does not fit is refused.
//!
//! `INDEX_SEED` is printed, and repeats a run where it is set.

use std::hash::{BuildHasher, RandomState};

use alloy_primitives::{Address, B256};
use everfloor_common::record::Record;
use everfloor_index_rules::{
    Accepted, AskBook, BidBook, Book, BookParams, Index, IndexParams, Level, Offer, Panel, Rewards,
    epochs::Boundary,
    offers::Links,
    pool::Fees,
    series::{Series, Span},
};
use everfloor_index_storage::layout::{Owed, Sources, Stored, links_of, with_links};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

fn seeded() -> Config {
    let given = std::env::var("INDEX_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("INDEX_SEED={seed}");
    Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() }
}

/// A number of at most so many bits.
fn bits(count: u32) -> impl Strategy<Value = u128> {
    let most = u128::MAX >> (128 - count);
    prop_oneof![Just(0), Just(most), 0..=most]
}

fn seconds() -> impl Strategy<Value = u64> {
    bits(32).prop_map(|value| value as u64)
}

fn number() -> impl Strategy<Value = u32> {
    bits(32).prop_map(|value| value as u32)
}

prop_compose! {
    fn books()(
        offers in number(), matured in number(), requested in number(), expired in number(), escrow in bits(128),
    ) -> Book {
        Book { offers, matured, requested, expired, escrow }
    }
}

prop_compose! {
    fn rewards()(
        growth in bits(128), pot in bits(128), rate in any::<u64>(), last in seconds(), units in any::<u64>(),
        band in number(), remainder in any::<u64>(),
    ) -> Rewards {
        Rewards { growth, pot, rate, last, units, band, remainder }
    }
}

prop_compose! {
    fn offers()(
        owner in any::<[u8; 20]>(), tick in bits(24), units in any::<u16>(), counted in any::<bool>(),
        fraction in number(), seen in bits(128), prev in number(), next in number(), placed in seconds(),
        cancelled in seconds(),
    ) -> Offer {
        let links = Links { prev, next };
        let (tick, units) = (tick as u32, units.into());
        Offer { owner, tick, units, counted, fraction, seen, links, placed, cancelled }
    }
}

prop_compose! {
    fn series()(price in bits(88), seconds in [bits(20), bits(20)], area in [bits(108), bits(108)]) -> Series {
        let span = |at: usize| Span { seconds: seconds[at] as u64, area: area[at] };
        Series { price, older: span(0), newer: span(1) }
    }
}

prop_compose! {
    fn indices()(
        price in bits(88), time in seconds(), cumulative in bits(120), sources in any::<u8>(),
        begun in seconds(), next in number(), bid in series(), ask in series(),
    ) -> Index {
        Index { price, time, cumulative, sources, begun, next, bid, ask }
    }
}

/// Written and read again it is the same.
fn survives<T: Record<N> + PartialEq + std::fmt::Debug, const N: usize>(value: &T) {
    assert_eq!(T::decode(&value.encode().expect("it fits")), *value);
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn books_survive_storage(bids in books(), asks in books(), rewards in rewards(), fees in bits(128)) {
        survives(&Stored(bids));
        survives(&Stored(rewards));
        survives(&Stored(BidBook { book: bids, rewards, fees }));
        survives(&Stored(AskBook { book: asks, fees }));
    }

    #[test]
    fn an_offer_survives_storage_and_its_links_are_in_its_second_word(
        offer in offers(), prev in number(), next in number(),
    ) {
        survives(&Stored(offer));
        let [first, second] = Stored(offer).encode().unwrap();
        prop_assert_eq!(links_of(&second), offer.links);
        let links = Links { prev, next };
        let moved = Stored::decode(&[first, with_links(second, links)]);
        prop_assert_eq!(moved, Stored(Offer { links, ..offer }));
    }

    #[test]
    fn prices_accounts_and_parameters_survive_storage(
        head in number(), tail in number(), earning in number(), counted in number(), outside in bits(128),
        rewards in bits(128), cash in bits(128), tick_size in any::<u64>(), times in [seconds(), seconds()],
        fee_bps in any::<u16>(), band_bps in any::<u16>(),
    ) {
        survives(&Stored(Level { head, tail, earning, counted, outside }));
        survives(&Owed { rewards, cash });
        let [min_age, cancel_delay] = times;
        let (tick_size, fee_bps, band_bps) = (tick_size.into(), fee_bps.into(), band_bps.into());
        survives(&Stored(BookParams { tick_size, min_age, cancel_delay, fee_bps, band_bps }));
    }

    #[test]
    fn an_index_survives_storage(
        index in indices(), cumulative in bits(120), age in seconds(), times in [seconds(), seconds(), seconds()],
        depth in any::<u8>(), min_sources in any::<u8>(), chi in bits(72),
    ) {
        survives(&Stored(index));
        survives(&Stored(Boundary { cumulative, age }));
        let [genesis, epoch_length, window] = times;
        let (depth, min_sources) = (depth.into(), min_sources.into());
        survives(&Stored(IndexParams { genesis, epoch_length, window, depth, min_sources, chi }));
    }

    #[test]
    fn sources_and_reports_survive_storage(
        pool in any::<[u8; 20]>(), fees in [any::<u16>(), any::<u16>()], seats in any::<u16>(),
        quorum in any::<u8>(), price in bits(88), times in [seconds(), seconds()], round in any::<u64>(),
    ) {
        let fees = Fees { pool_bps: fees[0].into(), mint_bps: fees[1].into() };
        survives(&Sources { pool: Address::from(pool), fees, panel: Panel { seats, quorum } });
        let [oldest, newest] = times;
        survives(&Stored(Accepted { price, oldest, newest, round }));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_never_cut() {
    fn refused<T, const N: usize>(value: T)
    where
        Stored<T>: Record<N>,
    {
        assert!(Stored(value).encode().is_none());
    }
    let offer = Offer::default();
    refused(Offer { tick: 1 << 24, ..offer });
    refused(Offer { units: 1 << 16, ..offer });
    refused(Offer { placed: 1 << 32, ..offer });
    refused(Offer { cancelled: 1 << 32, ..offer });
    refused(Rewards { last: 1 << 32, ..Rewards::default() });
    refused(BidBook { rewards: Rewards { last: 1 << 32, ..Rewards::default() }, ..BidBook::default() });
    refused(BookParams { tick_size: 1 << 64, ..BookParams::default() });
    refused(BookParams { fee_bps: 1 << 16, ..BookParams::default() });
    let index = Index::default();
    refused(Index { price: 1 << 88, ..index });
    refused(Index { cumulative: 1 << 120, ..index });
    refused(Index { time: 1 << 32, ..index });
    for span in [Span { seconds: 1 << 20, area: 0 }, Span { seconds: 0, area: 1 << 108 }] {
        refused(Index { bid: Series { older: span, ..index.bid }, ..index });
        refused(Index { bid: Series { newer: span, ..index.bid }, ..index });
        refused(Index { ask: Series { older: span, ..index.ask }, ..index });
        refused(Index { ask: Series { newer: span, ..index.ask }, ..index });
    }
    refused(IndexParams { depth: 1 << 8, ..IndexParams::default() });
    refused(IndexParams { chi: 1 << 72, ..IndexParams::default() });
    refused(Accepted { price: 1 << 88, ..Accepted::default() });
    refused(Boundary { cumulative: 1 << 120, age: 0 });
    let fees = Fees { pool_bps: 1 << 16, mint_bps: 0 };
    assert!(Sources { fees, ..Sources::default() }.encode().is_none());
}

#[test]
fn the_hard_bounds_of_parameters_fit() {
    let wad = 1_000_000_000_000_000_000;
    let params = BookParams {
        tick_size: u64::MAX.into(),
        min_age: 86_400,
        cancel_delay: 86_400,
        fee_bps: 500,
        band_bps: 5_000,
    };
    params.validate().unwrap();
    survives(&Stored(params));
    let params = IndexParams {
        genesis: u32::MAX.into(),
        epoch_length: 7 * 86_400,
        window: 86_400,
        depth: 32,
        min_sources: 3,
        chi: 100 * wad,
    };
    params.validate().unwrap();
    survives(&Stored(params));
}

#[test]
fn numbers_lie_where_the_table_says() {
    let word = |at: usize, byte: u8| {
        let mut word = B256::ZERO;
        word[at] = byte;
        word
    };
    let none = B256::ZERO;
    let book = Book { matured: 1, ..Book::default() };
    assert_eq!(Stored(book).encode().unwrap(), [word(7, 1)]);
    let rewards = Rewards { pot: 1, band: 0, ..Rewards::default() };
    assert_eq!(Stored(rewards).encode().unwrap(), [word(31, 1), none]);
    let rewards = Rewards { band: 1, ..Rewards::default() };
    assert_eq!(Stored(rewards).encode().unwrap(), [none, word(23, 1)]);
    let offer = Offer { owner: [0; 20], tick: 1, ..Offer::default() };
    assert_eq!(Stored(offer).encode().unwrap(), [word(22, 1), none]);
    let mut owner = [0; 20];
    owner[0] = 1;
    let offer = Offer { owner, cancelled: 0, ..Offer::default() };
    assert_eq!(Stored(offer).encode().unwrap(), [word(0, 1), none]);
    let offer = Offer { cancelled: 1, ..Offer::default() };
    assert_eq!(Stored(offer).encode().unwrap(), [none, word(31, 1)]);
    let level = Level { counted: 1, ..Level::default() };
    assert_eq!(Stored(level).encode().unwrap(), [word(15, 1)]);
    assert_eq!(Owed { cash: 1, ..Owed::default() }.encode().unwrap(), [word(31, 1)]);
    let index = Index { sources: 1, ..Index::default() };
    assert_eq!(Stored(index).encode().unwrap(), [word(30, 1), none, none, none]);
    let span = Span { seconds: 1, area: 0 };
    let index = Index { bid: Series { older: span, ..Series::default() }, ..Index::default() };
    assert_eq!(Stored(index).encode().unwrap(), [none, none, word(2, 0x10), none]);
    let sources = Sources { panel: Panel { seats: 0, quorum: 1 }, ..Sources::default() };
    assert_eq!(sources.encode().unwrap(), [word(26, 1)]);
}
