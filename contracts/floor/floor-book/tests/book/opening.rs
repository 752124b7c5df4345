//! Making a book, and what its owner may do.

use everfloor_book_storage::abi::{
    errors::{ParameterOutOfBounds, PriceOutOfRange},
    events::{BookOpened, MarkCounted, ParamsChanged},
};
use everfloor_common::{
    delegate::NoExtension,
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
};

use crate::rig::*;

fn set_params(min_lots: u64, depth: u64, levels: u32, period: u64) -> setParamsCall {
    setParamsCall { minLots: min_lots, markDepth: depth, markLevels: levels, period }
}

#[test]
fn a_book_is_made_once() {
    both(|w| {
        for caller in [OWNER, STRANGER] {
            w.refused(caller, initialize(params(), n(ETHER)), AlreadyInitialized {});
        }
        let elsewhere = initializeCall { lens: CODE, ..initialize(params(), n(ETHER)) };
        w.refused(STRANGER, elsewhere, AlreadyInitialized {});
    });
}

#[test]
fn programs_at_their_own_addresses_are_no_book() {
    both(|w| {
        let made = w.chain.send(STRANGER, CODE, initialize(params(), n(ETHER))).map(no_more);
        assert_eq!(made.unwrap_err().decode(), Some(NotThroughProxy {}));
        assert!(w.chain.storage_of(CODE).is_empty());
        // The lens knows no call that changes anything.
        assert!(
            w.chain.send(STRANGER, LENS, initialize(params(), n(ETHER))).map(no_more).unwrap_err().is_empty()
        );
        assert!(w.chain.send(ALICE, CODE, bid(10, 990)).is_err());
        let seen = w.chain.view(CODE, bestBidCall {}).map(no_more).unwrap_err();
        assert_eq!(seen.decode(), Some(NoExtension { extension: Default::default() }));
    });
}

#[test]
fn a_book_is_made_within_its_bounds() {
    let nobody = Default::default();
    let w = World::without_book(Routing::Sdk);
    let refused = |index: u64, value: u128, params: BookParams| {
        let error = ParameterOutOfBounds { index: n(index), value: n(value) };
        w.refused(OWNER, initialize(params, n(ETHER)), error);
    };
    refused(0, 0, BookParams { tickSize: 0, ..params() });
    refused(0, ETHER + 1, BookParams { tickSize: ETHER + 1, ..params() });
    refused(1, LOT_SIZE + 1, BookParams { lotSize: LOT_SIZE + 1, ..params() });
    refused(2, 0, BookParams { minLots: 0, ..params() });
    refused(3, 101, BookParams { markDepth: 101, ..params() });
    refused(4, 33, BookParams { markLevels: 33, ..params() });
    refused(5, 1 << 32, BookParams { genesis: 1 << 32, ..params() });
    refused(6, 299, BookParams { epoch: 299, ..params() });
    refused(7, 0, BookParams { period: 0, ..params() });
    refused(8, 65_536, BookParams { snapshots: 65_536, ..params() });
    for price in [0, 1_u128 << 84] {
        w.refused(OWNER, initialize(params(), n(price)), PriceOutOfRange { price: n(price) });
    }
    w.refused(OWNER, initializeCall { owner: nobody, ..initialize(params(), n(ETHER)) }, ZeroAddress {});
    w.refused(OWNER, initializeCall { market: nobody, ..initialize(params(), n(ETHER)) }, ZeroAddress {});
    w.refused(OWNER, initializeCall { lens: nobody, ..initialize(params(), n(ETHER)) }, ZeroAddress {});
    w.send(OWNER, initialize(params(), n(ETHER))).unwrap();
}

#[test]
fn what_it_was_made_with_can_be_read() {
    let w = World::new(Routing::Sdk);
    assert_eq!(w.view(paramsCall {}), params());
    assert_eq!((w.view(marketCall {}), w.view(lensCall {})), (MARKET, LENS));
    assert_eq!((w.view(ownerCall {}), w.view(pendingOwnerCall {}).is_zero()), (OWNER, true));
    assert_eq!(w.view(tickToPriceCall { tick: n(1_234_u64) }), n(1_234 * TICK_SIZE));
    assert_eq!(w.view(lotToFpCall { lots: n(77_u64) }), n(77 * LOT_SIZE));
    let opened = w.events::<BookOpened>().pop().unwrap();
    assert_eq!((opened.market, opened.tickSize, opened.lotSize), (MARKET, n(TICK_SIZE), n(LOT_SIZE)));
    assert_eq!((opened.genesis, opened.epoch), (n(GENESIS), n(HOUR)));
    assert_eq!((opened.snapshots, opened.price), (n(8_u8), n(ETHER)));
    let changed = w.events::<ParamsChanged>().pop().unwrap();
    assert_eq!((changed.minLots, changed.markDepth), (n(5_u8), n(100_u8)));
    assert_eq!((changed.markLevels, changed.period), (n(21_u8), n(60_u8)));
}

#[test]
fn the_owner_changes_what_may_change_within_its_bounds() {
    let w = World::new(Routing::Sdk);
    w.refused(STRANGER, set_params(1, 1, 2, 1), NotOwner { caller: STRANGER });
    w.refused(MARKET, set_params(1, 1, 2, 1), NotOwner { caller: MARKET });
    let refused = |index: u64, value: u64, call: setParamsCall| {
        w.refused(OWNER, call, ParameterOutOfBounds { index: n(index), value: n(value) });
    };
    refused(2, 0, set_params(0, 1, 2, 1));
    refused(3, 11, set_params(10, 11, 2, 1));
    refused(4, 1, set_params(10, 10, 1, 1));
    refused(7, 86_401, set_params(10, 10, 2, 86_401));
    w.chain.warp(10);
    w.send(OWNER, set_params(10, 20, 3, 600)).unwrap();
    let expected = BookParams { minLots: 10, markDepth: 20, markLevels: 3, period: 600, ..params() };
    assert_eq!(w.view(paramsCall {}), expected);
    let changed = w.events::<ParamsChanged>().pop().unwrap();
    assert_eq!((changed.minLots, changed.markDepth), (n(10_u8), n(20_u8)));
    assert_eq!((changed.markLevels, changed.period), (n(3_u8), n(600_u64)));
}

#[test]
fn the_time_before_a_change_counts_by_the_old_parameters() {
    let w = World::new(Routing::Sdk);
    // Both sides have the depth of 100 only together with what rests further out.
    for (lots, tick) in [(50, 999), (50, 989)] {
        w.rest(ALICE, bid(lots, tick));
    }
    for (lots, tick) in [(50, 1_001), (50, 1_031)] {
        w.rest(BOB, ask(lots, tick));
    }
    let (deep, shallow) = (n(1_005 * TICK_SIZE), n(1_000 * TICK_SIZE));
    assert_eq!(w.view(midCall {}), deep);
    w.chain.warp(100);
    w.send(OWNER, set_params(5, 50, 21, 60)).unwrap();
    assert_eq!(w.events::<MarkCounted>().pop().unwrap().mid, deep);
    assert_eq!(w.view(midCall {}), shallow);
    w.chain.warp(100);
    w.send(STRANGER, pokeCall {}).unwrap();
    assert_eq!(w.events::<MarkCounted>().pop().unwrap().mid, shallow);
}

#[test]
fn the_ownership_goes_over_in_two_steps() {
    let w = World::new(Routing::Sdk);
    w.refused(ALICE, transferOwnershipCall { newOwner: ALICE }, NotOwner { caller: ALICE });
    w.send(OWNER, transferOwnershipCall { newOwner: ALICE }).unwrap();
    w.refused(BOB, acceptOwnershipCall {}, NotPendingOwner { caller: BOB });
    assert_eq!((w.view(ownerCall {}), w.view(pendingOwnerCall {})), (OWNER, ALICE));
    w.send(ALICE, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.view(ownerCall {}), ALICE);
    w.refused(OWNER, set_params(1, 1, 2, 1), NotOwner { caller: OWNER });
    w.send(ALICE, set_params(1, 1, 2, 1)).unwrap();
}
