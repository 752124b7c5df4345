//! Views, lists and quotes.

use alloy_primitives::U256;

use crate::rig::*;

fn ids(list: &[Offer]) -> Vec<u64> {
    list.iter().map(|offer| offer.id.to()).collect()
}

/// Pages of a list, each with no more than `limit`, until the end.
fn pages<T>(mut page: impl FnMut(U256) -> (Vec<T>, U256)) -> Vec<Vec<T>> {
    let (mut all, mut cursor) = (Vec::new(), U256::ZERO);
    loop {
        let (list, next) = page(cursor);
        all.push(list);
        if next.is_zero() {
            return all;
        }
        cursor = next;
    }
}

#[test]
fn offers_are_listed_in_the_order_in_which_they_are_filled() {
    let w = World::new();
    for tick in [90, 100, 95, 100, 90] {
        w.place(w.alice, tick, 1);
    }
    let nfts = w.mint(w.bob, 4);
    for (nft, tick) in nfts.iter().zip([120, 110, 120, 105]) {
        w.list(w.bob, *nft, tick);
    }
    let bids = pages(|cursor| {
        let page = w.view(bidsCall { cursor, limit: n(2) });
        (page.list, page.next)
    });
    let expected: [&[u64]; 3] = [&[2, 4], &[3, 1], &[5]];
    assert_eq!(bids.iter().map(|page| ids(page)).collect::<Vec<_>>(), expected);
    let asks = pages(|cursor| {
        let page = w.view(asksCall { cursor, limit: n(3) });
        (page.list, page.next)
    });
    let expected: [&[u64]; 2] = [&[4, 2, 1], &[3]];
    assert_eq!(asks.iter().map(|page| ids(page)).collect::<Vec<_>>(), expected);
    assert_eq!((asks[0][0].tokenId, asks[0][0].price), (nfts[3], price(105)));
    w.unanswered(bidsCall { cursor: n(9), limit: n(2) }, errors::NoSuchOffer { id: n(9) });
    let empty = World::new().view(bidsCall { cursor: n(0), limit: n(2) });
    assert_eq!((empty.list, empty.next), (vec![], U256::ZERO));
}

#[test]
fn an_owners_offers_are_found_by_their_numbers() {
    let w = World::new();
    for at in 0..7 {
        w.place(if at % 2 == 0 { w.alice } else { w.bob }, 10, 1);
    }
    let nfts = w.mint(w.bob, 3);
    for (nft, who) in nfts.iter().zip([w.bob; 3]) {
        w.list(who, *nft, 10);
    }
    w.cancel(w.alice, n(3));
    let of = |owner, limit| {
        pages(|from| {
            let page = w.view(bidsOfCall { owner, from, limit: n(limit) });
            (page.list, page.next)
        })
    };
    let found: Vec<_> = of(w.alice, 3).iter().map(|page| ids(page)).collect();
    assert_eq!(found, [vec![1], vec![5], vec![7]]);
    assert_eq!(ids(&of(w.bob, 100)[0]), [2, 4, 6]);
    let asks = w.view(asksOfCall { owner: w.bob, from: n(2), limit: n(1) });
    assert_eq!((ids(&asks.list), asks.list[0].tokenId, asks.next), (vec![2], nfts[1], n(3)));
}

#[test]
fn prices_are_listed_from_the_best() {
    let w = World::new();
    for (tick, units) in [(90, 1), (100, 2), (95, 3), (100, 4)] {
        w.place(w.alice, tick, units);
    }
    w.chain.warp(AGE);
    w.send(w.alice, requestCancelCall { id: n(4) });
    w.catch_up();
    let level = |tick: u64, counted: u64, earning: u64, first: u64| Level {
        tick: n(tick),
        price: price(tick),
        counted: n(counted),
        earning: n(earning),
        first: n(first),
    };
    let levels = pages(|cursor| {
        let page = w.view(bidLevelsCall { cursor, limit: n(2) });
        (page.list, page.next)
    });
    assert_eq!(levels, [vec![level(100, 6, 2, 2), level(95, 3, 3, 3)], vec![level(90, 1, 1, 1)]]);
    let nfts = w.mint(w.bob, 2);
    w.list(w.bob, nfts[0], 130);
    w.list(w.bob, nfts[1], 120);
    let asks = w.view(askLevelsCall { cursor: n(0), limit: n(9) });
    assert_eq!((asks.list, asks.next), (vec![level(120, 0, 0, 2), level(130, 0, 0, 1)], U256::ZERO));
}

#[test]
fn a_page_has_a_hundred_entries_at_most() {
    let w = World::new();
    for _ in 0..101 {
        w.place(w.alice, 1, 1);
    }
    let page = w.view(bidsCall { cursor: n(0), limit: U256::MAX });
    assert_eq!((page.list.len(), page.next), (100, n(101)));
    let page = w.view(bidsOfCall { owner: w.alice, from: n(0), limit: U256::MAX });
    assert_eq!((page.list.len(), page.next), (100, n(101)));
}

#[test]
fn a_quote_is_what_a_sale_would_be() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    w.place(w.carol, 90, 2);
    let quote = |quantity, min_price, max_bids| {
        let call = quoteSellCall { quantity: n(quantity), minPrice: min_price, maxBids: n(max_bids) };
        let quote = w.view(call);
        (quote.units, quote.paid, quote.fee)
    };
    assert_eq!(quote(9, price(95), 9).0, n(2));
    assert_eq!(quote(9, U256::ZERO, 1).0, n(2));
    let (units, paid, fee) = quote(3, U256::ZERO, 9);
    assert_eq!(units, n(3));
    let nfts = w.mint(w.bob, 3);
    assert_eq!(w.sell(w.bob, &nfts), (paid, fee));
    let nothing = quoteSellCall { quantity: n(1), minPrice: price(101), maxBids: n(9) };
    w.unanswered(nothing, errors::TooFewUnits { units: n(0), least: n(1) });
}

#[test]
fn a_quote_is_what_a_purchase_would_cost() {
    let w = World::new();
    let nfts = w.mint(w.alice, 3);
    for (nft, tick) in nfts.iter().zip([130, 110, 120]) {
        w.list(w.alice, *nft, tick);
    }
    assert_eq!(w.view(quoteBuyCall { quantity: n(2) }), price(230));
    let call = buyCheapestCall { quantity: n(2), maxCost: price(230), to: w.bob, deadline: w.deadline() };
    assert_eq!(w.send(w.bob, call), price(230));
    w.unanswered(quoteBuyCall { quantity: n(2) }, errors::TooFewUnits { units: n(1), least: n(2) });
}

#[test]
fn the_state_of_the_book_adds_up() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    w.place(w.carol, 90, 1);
    let nfts = w.mint(w.bob, 2);
    w.list(w.bob, nfts[0], 130);
    w.sell(w.bob, &nfts[1..]);
    w.send(w.alice, requestCancelCall { id: n(1) });
    let expected = Book {
        bidsMade: n(2),
        bidCancels: n(1),
        escrow: price(190),
        bestBid: price(100),
        asksMade: n(1),
        askCancels: n(0),
        nfts: n(1),
        bestAsk: price(130),
        fees: fee_on(price(100)),
        countsPending: false,
        entryPaused: false,
    };
    assert_eq!(w.view(bookStateCall {}), expected);
}
