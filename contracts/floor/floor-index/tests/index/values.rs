//! Values: from the sources, within what is bid and asked, no faster than the guard; and what they may be used for.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;

use crate::rig::*;

#[test]
fn there_is_no_value_before_the_first_update() {
    let w = World::new();
    let none = w.view(getIndexCall {});
    assert_eq!((none.spot, none.twap, none.updatedAt, none.status), (U256::ZERO, U256::ZERO, 0, 4));
    let none = w.view(conservativeCall {});
    assert_eq!((none.lower, none.upper, none.status), (U256::ZERO, U256::ZERO, 4));
    let none = w.view(averageOfEpochCall { epoch: U256::ZERO });
    assert_eq!((none.price, none.status), (U256::ZERO, 3));
    w.no_update(errors::TooFewSources { answered: U256::ZERO, needed: n(1) });
}

#[test]
fn the_first_value_is_what_is_bid() {
    let w = World::new();
    w.bid(wad(10));
    assert_eq!(w.update(), wad(10));
    let now = w.view(getIndexCall {});
    assert_eq!((now.spot, now.twap, now.updatedAt, now.status), (wad(10), wad(10), w.now(), 0));
    let event = events::IndexUpdated {
        price: wad(10),
        raw: wad(10),
        lower: wad(10),
        upper: U256::ZERO,
        sources: n(1),
        book: wad(10),
        pool: U256::ZERO,
        reports: U256::ZERO,
        ask: U256::ZERO,
        cumulative: U256::ZERO,
    };
    assert_eq!(w.last::<events::IndexUpdated>(), event);
    // The price of the unit of the index's depth, and a bounded number of offers counted for it.
    assert_eq!(w.said.borrow().asked, catchUpAndReadCall { steps: n(32), depth: n(DEPTH) }.abi_encode());
}

#[test]
fn a_value_moves_no_faster_than_half_in_a_day() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    let part = n(5_787_037_037_037) * n(HOUR);
    let step = wad(10) * part / wad(1);
    assert_eq!(w.after(HOUR, wad(20)), wad(10) + step);
    let now = w.spot();
    assert_eq!(w.after(0, wad(20)), now);
}

#[test]
fn a_value_holds_between_updates_and_so_is_the_average() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    w.chain.warp(600);
    w.bid(milli(10_010));
    w.update();
    w.chain.warp(600);
    let now = w.view(getIndexCall {});
    assert_eq!((now.spot, now.twap), (milli(10_010), milli(10_005)));
    let range = w.view(conservativeCall {});
    assert_eq!((range.lower, range.upper, range.status), (milli(10_005), milli(10_010), 0));
    assert_eq!(w.view(cumulativeCall {}), n(600) * milli(20_010));
}

#[test]
fn a_value_is_not_below_what_was_bid_on_average_nor_above_what_was_asked() {
    let w = World::new();
    w.send(setPoolCall { pool: POOL, poolFee: U256::ZERO, mintFee: U256::ZERO });
    // A pool that pays next to nothing: the median of two is the mean, and the bid is above it.
    w.chain.deploy_handler(POOL, |_, _| {
        Ok(poolStateCall::abi_encode_returns(&poolStateReturn {
            tokens: wad(1_000),
            cash: wad(1_000),
            averagePrice: wad(1),
        }))
    });
    w.bid(wad(10));
    assert_eq!(w.update(), wad(10));
    let event = w.last::<events::IndexUpdated>();
    assert_eq!((event.lower, event.sources), (wad(10), n(3)));
    assert!(event.raw < wad(6));
    let bounds = w.view(boundsCall {});
    assert_eq!((bounds.lower, bounds.upper), (wad(10), U256::ZERO));
    // One that pays too much, and an ask below that: it bounds once it has been there for a window.
    w.chain.deploy_handler(POOL, |_, _| {
        let state = poolStateReturn { tokens: wad(1_000), cash: wad(30_000), averagePrice: wad(30) };
        Ok(poolStateCall::abi_encode_returns(&state))
    });
    w.ask(wad(10));
    w.after(60, wad(10));
    let before = w.spot();
    w.after(WINDOW - 1, wad(10));
    assert_eq!((w.view(boundsCall {}).upper, w.spot() > before), (U256::ZERO, true));
    w.after(1, wad(10));
    assert_eq!(w.view(boundsCall {}).upper, wad(10));
    // The guard lets it come back no faster than it went.
    w.after(HOUR, wad(10));
    assert_eq!((w.spot(), w.last::<events::IndexUpdated>().upper), (wad(10), wad(10)));
    w.ask(U256::ZERO);
    w.after(1, wad(10));
    assert_eq!(w.view(boundsCall {}).upper, U256::ZERO);
}

#[test]
fn the_lower_bound_is_an_average_over_the_window() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    w.after(WINDOW, wad(9));
    assert_eq!(w.view(boundsCall {}).lower, wad(10));
    // Half a window later, half of it counts at the new price.
    w.chain.warp(WINDOW / 2);
    let lower = w.view(boundsCall {}).lower;
    w.update();
    assert_eq!(w.last::<events::IndexUpdated>().lower, lower);
    assert!(lower < wad(10) && lower > wad(9));
}

#[test]
fn the_age_of_a_value_says_what_it_is_for() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    let updated = w.now();
    for (age, status) in
        [(0, 0), (1_200, 0), (1_201, 1), (6 * HOUR, 1), (6 * HOUR + 1, 2), (3 * DAY, 2), (3 * DAY + 1, 3)]
    {
        w.chain.set_time(updated + age);
        assert_eq!((w.status(), w.view(conservativeCall {}).status), (status, status), "{age}");
        let now = w.view(getIndexCall {});
        assert_eq!((now.spot, now.updatedAt), (wad(10), updated));
    }
    w.update();
    assert_eq!(w.status(), 0);
}

#[test]
fn there_is_no_update_before_the_first_epoch() {
    let w = World::with(|params| Params { genesis: params.genesis + HOUR, ..params });
    w.bid(wad(10));
    w.no_update(errors::NotStarted { start: n(w.genesis + HOUR) });
    w.chain.warp(HOUR);
    w.update();
}

/// Nobody can have an update miss what is bid: neither by its time nor by its gas.
#[test]
fn there_is_no_update_without_the_book() {
    let w = World::new();
    w.bid(wad(10));
    w.update();
    w.said.borrow_mut().pending = true;
    w.no_update(errors::CountsPending {});
    w.chain.deploy_handler(BOOK, |_, _| Ok(vec![0; 95]));
    w.no_update(errors::BookUnreachable { book: BOOK });
    w.chain.deploy_handler(BOOK, |_, _| Ok([[0xff; 32]; 3].concat()));
    w.no_update(errors::BookUnreachable { book: BOOK });
    w.chain.deploy_handler(BOOK, |_, _| Err(b"in its own words".to_vec()));
    let revert = w.chain.send(w.owner, INDEX, updateCall {}).unwrap_err();
    assert_eq!(revert.0, b"in its own words");
    // And still every view answers.
    assert_eq!((w.spot(), w.view(sourcesCall {}).countsPending), (wad(10), true));
}

#[test]
fn it_takes_as_many_sources_as_the_index_was_made_with() {
    let w = World::with(|params| Params { minSources: 2, ..params });
    w.bid(wad(10));
    w.no_update(errors::TooFewSources { answered: n(1), needed: n(2) });
}

#[test]
fn sources_tell_what_they_say_now() {
    let w = World::new();
    w.bid(wad(10));
    w.ask(wad(12));
    let expected = Sources {
        book: BOOK,
        bookPrice: wad(10),
        askPrice: wad(12),
        countsPending: false,
        pool: alloy_primitives::Address::ZERO,
        poolFee: U256::ZERO,
        mintFee: U256::ZERO,
        poolPrice: U256::ZERO,
        quorum: U256::ZERO,
        reportsPrice: U256::ZERO,
        round: U256::ZERO,
        reportedAt: U256::ZERO,
        used: U256::ZERO,
    };
    assert_eq!(w.view(sourcesCall {}), expected);
    assert_eq!(w.said.borrow().asked, readingCall { depth: n(DEPTH) }.abi_encode());
    w.update();
    assert_eq!(w.view(sourcesCall {}).used, n(1));
}
