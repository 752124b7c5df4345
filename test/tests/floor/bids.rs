//! Bids, sales, asks and rewards, on real tokens and a real collection, with the real index.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    abi::{BidBook::*, FloorIndex, OfferView, WriterPosition},
    account,
};

use crate::ground::*;

#[test]
fn a_bid_takes_its_escrow_and_is_what_was_bid() {
    let mut w = Bids::new();
    let (alice, before) = (w.alice, w.money(w.alice));
    let placed = w.g.must(alice, place_bid(250, 3));
    let id = placed.returned;
    assert_eq!((w.money(alice), w.money(w.g.at)), (before - price(750), price(750)));
    let event = BidPlaced {
        id,
        owner: alice,
        tick: n(250_u8),
        price: price(250),
        units: n(3_u8),
        escrow: price(750),
    };
    assert_eq!(placed.event::<BidPlaced>(), event);
    let offer = OfferView {
        id,
        owner: alice,
        tick: n(250_u8),
        price: price(250),
        units: n(3_u8),
        tokenId: U256::ZERO,
        counted: false,
        placedAt: n(w.g.now()),
        bindingUntil: U256::ZERO,
    };
    assert_eq!(w.g.view(bidCall { id }), offer);
    assert_eq!((w.state().escrow, w.state().bestBid), (price(750), price(250)));
}

#[test]
fn what_is_no_bid_is_refused() {
    let mut w = Bids::new();
    let alice = w.alice;
    w.g.refused(alice, place_bid(0, 1), TickOutOfRange { tick: U256::ZERO });
    w.g.refused(alice, place_bid(1 << 24, 1), TickOutOfRange { tick: n(1_u64 << 24) });
    w.g.refused(alice, place_bid(1, 0), ZeroAmount {});
    w.g.refused(alice, place_bid(1, 1 << 16), TooManyUnits { units: n(1_u64 << 16) });
    w.g.warp(1);
    let deadline = n(w.g.now() - 1);
    let late = placeBidCall { deadline, ..place_bid(1, 1) };
    w.g.refused(alice, late, Expired { deadline, nowTime: n(w.g.now()) });
    let poor = account("poor");
    w.g.refused(poor, place_bid(1, 1), TransferFailed { token: w.cash });
    w.g.must(w.g.owner, setEntryPausedCall { paused: true });
    w.g.refused(alice, place_bid(1, 1), EntryPaused {});
}

#[test]
fn a_bid_is_binding_for_a_while_after_it_was_asked_back() {
    let mut w = Bids::new();
    let (alice, bob, before) = (w.alice, w.bob, w.money(w.alice));
    let id = w.place(alice, 10, 3);
    w.g.refused(alice, finishCancelCall { id }, CancelNotRequested { id });
    w.g.refused(bob, requestCancelCall { id }, NotOwnerOfOffer { id });
    w.g.refused(alice, requestCancelCall { id: n(9_u8) }, NoSuchOffer { id: n(9_u8) });
    let at = w.g.now();
    assert_eq!(w.g.must(alice, requestCancelCall { id }).returned, n(at + DELAY));
    w.g.refused(alice, requestCancelCall { id }, CancelRequested { id, requestedAt: n(at) });
    w.g.warp(DELAY - 1);
    w.g.refused(alice, finishCancelCall { id }, StillBinding { id, bindingUntil: n(at + DELAY) });
    // It can be sold into all the while, and after, until somebody has finished it.
    let nfts = w.mint(bob, 2);
    w.sell(bob, &nfts[..1]);
    w.g.warp(1);
    let done = w.g.must(alice, finishCancelCall { id });
    let event = BidCancelled { id, owner: alice, units: n(2_u8), amount: price(20), paid: true };
    assert_eq!(done.event::<BidCancelled>(), event);
    assert_eq!((w.money(alice), w.state().escrow), (before - price(10), U256::ZERO));
    w.g.refused(alice, finishCancelCall { id }, NoSuchOffer { id });
    let none = TooFewUnits { units: U256::ZERO, least: U256::ONE };
    w.g.refused(bob, sell(&nfts[1..], U256::ZERO, bob), none);
}

#[test]
fn who_finishes_anothers_cancel_leaves_him_a_claim() {
    let mut w = Bids::new();
    let (alice, bob, heir) = (w.alice, w.bob, account("heir"));
    let id = w.place(alice, 10, 2);
    w.g.must(alice, requestCancelCall { id });
    w.g.warp(DELAY);
    assert!(!w.g.must(bob, finishCancelCall { id }).event::<BidCancelled>().paid);
    w.g.refused(bob, claimCashCall { to: bob }, ZeroAmount {});
    w.g.refused(alice, claimCashCall { to: Address::ZERO }, ZeroAddress {});
    assert_eq!(w.claimable(alice).0, price(20));
    assert_eq!(w.g.must(alice, claimCashCall { to: heir }).returned, price(20));
    assert_eq!((w.money(heir), w.claimable(alice).0, w.money(w.g.at)), (price(20), U256::ZERO, U256::ZERO));
}

#[test]
fn an_offer_counts_once_it_is_of_age_and_somebody_has_counted() {
    let mut w = Bids::new();
    let (alice, bob, carol) = (w.alice, w.bob, w.carol);
    w.place(alice, 100, 2);
    w.place(bob, 90, 1);
    let nft = w.mint(carol, 1)[0];
    w.g.must(carol, list_ask(nft, 130));
    let reading = |w: &Bids, depth: u64| {
        let now = w.g.view(readingCall { depth: n(depth) });
        (now.bid, now.ask, now.pending)
    };
    w.g.warp(AGE - 1);
    assert_eq!(reading(&w, 1), (U256::ZERO, U256::ZERO, false));
    w.g.warp(1);
    assert_eq!(reading(&w, 1), (U256::ZERO, U256::ZERO, true));
    w.g.blind(bindingCall {}, CountsPending {});
    w.catch_up();
    for (depth, ticks) in [(1, 100), (2, 100), (3, 90), (4, 0)] {
        assert_eq!(reading(&w, depth), (price(ticks), price(130), false));
    }
    let near = w.g.view(unitsNearCall { nearBps: n(1_000_u64), most: n(9_u8), enough: n(99_u8) });
    assert_eq!((near.units, near.isAll), (n(3_u8), true));
}

#[test]
fn a_sale_goes_to_the_best_bids_first_and_pays_their_prices_less_the_fee() {
    let mut w = Bids::new();
    let (alice, bob, carol) = (w.alice, w.bob, w.carol);
    let (low, high) = (w.place(alice, 90, 2), w.place(carol, 100, 1));
    let (nfts, before) = (w.mint(bob, 2), w.money(bob));
    let quote = w.g.view(quoteSellCall { quantity: n(2_u8), minPrice: U256::ZERO, maxBids: n(9_u8) });
    let sold = w.g.must(bob, sell(&nfts, quote.paid, bob));
    let fee = fee_on(price(190));
    assert_eq!((sold.returned.paid, sold.returned.fee), (price(190) - fee, fee));
    assert_eq!((quote.units, quote.paid, quote.fee), (n(2_u8), price(190) - fee, fee));
    assert_eq!(w.money(bob), before + price(190) - fee);
    assert_eq!((w.holder(nfts[0]), w.holder(nfts[1])), (carol, alice));
    let fill = |id, nft, buyer, ticks| BidFilled { id, tokenId: nft, buyer, price: price(ticks) };
    assert_eq!(sold.events::<BidFilled>(), [fill(high, nfts[0], carol, 100), fill(low, nfts[1], alice, 90)]);
    assert_eq!(w.g.must(carol, collectFeesCall {}).returned, fee);
    assert_eq!((w.money(account("treasury")), w.money(w.g.at)), (fee, price(90)));
    w.g.refused(carol, collectFeesCall {}, ZeroAmount {});
}

#[test]
fn a_sale_is_of_all_or_of_none_and_within_its_limits() {
    let mut w = Bids::new();
    let (alice, bob, carol) = (w.alice, w.bob, w.carol);
    w.place(alice, 100, 1);
    let named = w.place(alice, 90, 2);
    let nfts = w.mint(bob, 4);
    w.g.refused(bob, sell(&nfts, U256::ZERO, bob), TooFewUnits { units: n(3_u8), least: n(4_u8) });
    let paid = price(190) - fee_on(price(190));
    let limit = paid + U256::ONE;
    w.g.refused(bob, sell(&nfts[..2], limit, bob), ProceedsBelowLimit { proceeds: paid, limit });
    let few = sellCall { maxBids: U256::ONE, ..sell(&nfts[..2], U256::ZERO, bob) };
    w.g.refused(bob, few, TooFewUnits { units: U256::ONE, least: n(2_u8) });
    w.g.refused(bob, sell(&nfts[..1], U256::ZERO, Address::ZERO), ZeroAddress {});
    w.g.refused(carol, sell(&nfts[..1], U256::ZERO, carol), NftNotHeld { tokenId: nfts[0], owner: bob });
    // A seller may name the bids; the best is left alone.
    let into = sellIntoCall {
        bidIds: vec![named],
        tokenIds: nfts[..1].to_vec(),
        proofs: Vec::new(),
        minTotal: U256::ZERO,
        to: bob,
        deadline: U256::MAX,
    };
    assert_eq!(w.g.must(bob, into).returned.fee, fee_on(price(90)));
    assert_eq!(w.state().bestBid, price(100));
    // Who has not approved the book is refused in the collection's own words.
    w.g.must_to(
        bob,
        w.collection,
        WriterPosition::setApprovalForAllCall { operator: w.g.at, approved: false },
    );
    let refusal = WriterPosition::ERC721InsufficientApproval { operator: w.g.at, token_id: nfts[1] };
    w.g.refused(bob, sell(&nfts[1..2], U256::ZERO, bob), refusal);
}

#[test]
fn asks_are_listed_bought_and_asked_back() {
    let mut w = Bids::new();
    let (alice, bob, carol) = (w.alice, w.bob, w.carol);
    let nfts = w.mint(alice, 3);
    let ids: Vec<U256> = [120, 110, 130]
        .into_iter()
        .zip(&nfts)
        .map(|(tick, nft)| w.g.must(alice, list_ask(*nft, tick)).returned)
        .collect();
    assert_eq!((w.holder(nfts[0]), w.state().nfts, w.state().bestAsk), (w.g.at, n(3_u8), price(110)));
    let dear = |id, max_price| buyAskCall { id, maxPrice: max_price, to: bob, deadline: U256::MAX };
    let limit = price(119);
    w.g.refused(bob, dear(ids[0], limit), PriceBeyondLimit { price: price(120), limit });
    let before = w.money(bob);
    assert_eq!(w.g.must(bob, dear(ids[0], price(120))).returned, price(120));
    assert_eq!((w.holder(nfts[0]), w.money(bob)), (bob, before - price(120)));
    let cheapest =
        |max_cost| buyCheapestCall { quantity: U256::ONE, maxCost: max_cost, to: carol, deadline: U256::MAX };
    let limit = price(110) - U256::ONE;
    w.g.refused(carol, cheapest(limit), TooFewUnits { units: U256::ZERO, least: U256::ONE });
    let both = buyCheapestCall { quantity: n(2_u8), ..cheapest(price(239)) };
    w.g.refused(carol, both, CostAboveLimit { cost: price(240), limit: price(239) });
    w.g.must(carol, cheapest(price(110)));
    assert_eq!(w.holder(nfts[1]), carol);
    // What was bought waits for who sold it.
    let owed = price(230) - fee_on(price(120)) - fee_on(price(110));
    assert_eq!(w.g.must(alice, claimCashCall { to: alice }).returned, owed);
    // The third is asked back.
    w.g.refused(bob, requestCancelAskCall { id: ids[2] }, NotOwnerOfOffer { id: ids[2] });
    let until = w.g.must(alice, requestCancelAskCall { id: ids[2] }).returned;
    w.g.refused(alice, finishCancelAskCall { id: ids[2] }, StillBinding { id: ids[2], bindingUntil: until });
    w.g.warp(DELAY);
    let back = w.g.must(bob, finishCancelAskCall { id: ids[2] }).event::<AskCancelled>();
    assert_eq!(back, AskCancelled { id: ids[2], owner: alice, tokenId: nfts[2] });
    assert_eq!((w.holder(nfts[2]), w.state().nfts), (alice, U256::ZERO));
}

#[test]
fn makers_near_the_real_index_are_rewarded() {
    let mut w = Bids::new();
    let (alice, bob, owner) = (w.alice, w.bob, w.g.owner);
    w.g.must(owner, setRewardRateCall { rate: n(1_000_u64) });
    w.g.must(bob, fundRewardsCall { amount: n(1_000_000_u64) });
    let anybody = account("anybody");
    w.g.refused(anybody, followIndexCall { most: n(9_u8) }, IndexNotFresh { status: n(4_u8) });
    let near = w.place(alice, 100, 3);
    let far = w.place(bob, 94, 9);
    w.g.warp(AGE);
    // The index counts what came of age, and is the price of the third unit.
    let updated = w.g.must_to(anybody, w.index, FloorIndex::updateCall {}).returned;
    assert_eq!(updated, price(100));
    let cap = w.g.view_of(w.index, FloorIndex::openInterestCapCall {});
    assert!(cap.cap >= n(30 * ETHER) && cap.status == 0, "{} {}", cap.cap, cap.status);
    assert!(w.g.must(anybody, followIndexCall { most: n(9_u8) }).returned);
    w.g.warp(10);
    let earned = |w: &Bids, id| w.g.view(earnedCall { bidIds: vec![id] });
    assert_eq!(
        (earned(&w, near), earned(&w, far)),
        (n(9_999_u64), U256::ZERO),
        "a third of a unit is carried on"
    );
    let heir = account("heir");
    let claimed = w.g.must(alice, claimRewardsCall { bidIds: vec![near], to: heir }).returned;
    assert_eq!((claimed, w.balance(w.reward, heir)), (n(9_999_u64), claimed));
    let claim = claimRewardsCall { bidIds: vec![near], to: heir };
    w.g.refused(alice, claim, ZeroAmount {});
    // Who asks a bid back earns no more with it.
    w.g.must(alice, requestCancelCall { id: near });
    w.g.warp(100);
    assert_eq!(earned(&w, near), U256::ZERO);
    // An index that nobody updates is not followed.
    w.g.warp(21 * MINUTE);
    w.g.refused(anybody, followIndexCall { most: n(9_u8) }, IndexNotFresh { status: U256::ONE });
}

#[test]
fn offers_are_read_in_pages() {
    let mut w = Bids::new();
    for tick in [90, 100, 95, 80, 85] {
        w.place(w.alice, tick, 1);
    }
    let (mut ticks, mut cursor) = (Vec::new(), U256::ZERO);
    loop {
        let page = w.g.view(bidsCall { cursor, limit: n(2_u8) });
        ticks.extend(page.list.iter().map(|offer| offer.tick.to::<u64>()));
        cursor = page.next;
        if cursor.is_zero() {
            break;
        }
    }
    assert_eq!(ticks, [100, 95, 90, 85, 80]);
    let levels = w.g.view(bidLevelsCall { cursor: U256::ZERO, limit: n(3_u8) });
    assert_eq!((levels.list.len(), levels.list[0].price), (3, price(100)));
    let mine = w.g.view(bidsOfCall { owner: w.alice, from: U256::ZERO, limit: n(100_u8) });
    assert_eq!((mine.list.len(), mine.next), (5, U256::ZERO));
}

#[test]
fn a_book_is_made_once_behind_a_proxy_and_within_its_bounds() {
    let mut w = Bids::new();
    let call = Bids::init(&w.g, w.collection, w.cash, w.reward);
    let owner = w.g.owner;
    w.g.refused(owner, call.clone(), AlreadyInitialized {});
    let params = everfloor_test::abi::BidBookParams { fee: 501, ..call.params.clone() };
    let refusal = ParameterOutOfBounds { index: n(3_u8), value: n(501_u64) };
    w.g.unmade("bid-book", initializeCall { params, ..call.clone() }, refusal);
    // Cash of another number of decimals would be counted wrong.
    let dollars = everfloor_test::Backend::hostile_token(&mut w.g.chain);
    let peers = everfloor_test::abi::BidBookPeers { cash: dollars, ..call.peers.clone() };
    let refusal = UnsupportedToken { token: dollars, decimals: n(6_u8) };
    w.g.unmade("bid-book", initializeCall { peers, ..call }, refusal);
}
