//! The market with its own order book, bids and index: what a user meets.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use everfloor_test::{
    Backend, FloorSystem, ONE,
    abi::{BidBook, FloorBook, FloorIndex, FloorMarket::*},
    account, wad,
};

/// Lots of one FP, and ticks of one ETH, in the order book.
pub const FP: u64 = 1_000;
pub const ETH: u64 = 1_000;
/// Kinds of orders.
pub const POST_ONLY: u8 = 1;
pub const IMMEDIATE: u8 = 2;

pub fn order(is_buy: bool, tick: u64, lots: u64, kind: u8) -> FloorBook::placeOrderCall {
    FloorBook::placeOrderCall {
        isBuy: is_buy,
        tick: U256::from(tick),
        lots: U256::from(lots),
        kind,
        expiry: 0,
        maxFills: U256::from(20),
        stopOnSelf: false,
        deadline: U256::MAX,
    }
}

/// Somebody bids so many ETH each for NFTs, and somebody quotes FP around a price; until the second epoch has begun, the first
/// that has an index from its beginning on.
pub fn quoted(s: &mut FloorSystem, bid: u64, fp: u64) -> Address {
    let (bidder, maker) = (s.trader("bidder"), s.trader("maker"));
    let (bids, venue) = (s.bids, s.venue);
    let place =
        BidBook::placeBidCall { tick: U256::from(bid * 100), quantity: U256::from(20), deadline: U256::MAX };
    s.must_to(bidder, bids, place);
    s.deposit(maker, 1_000 * ONE);
    for (is_buy, tick) in [(true, fp * ETH - 10), (false, fp * ETH + 10)] {
        s.must_to(maker, venue, order(is_buy, tick, 5 * FP, POST_ONLY));
    }
    pass(s, 90_000);
    assert!(s.must(account("keeper"), pokeFundingCall { maxSteps: U256::ONE }).returned.done);
    maker
}

/// Lets time pass; a keeper looks after the index.
pub fn pass(s: &mut FloorSystem, seconds: u64) {
    let (keeper, index) = (account("keeper"), s.index);
    for _ in 0..seconds / 1_800 {
        s.backend.warp(1_800);
        // Before the first bid is of age there is nothing to say.
        let _ = s.send_to(keeper, index, FloorIndex::updateCall {});
    }
}

#[test]
fn a_holder_is_hedged_through_the_book_and_paid_funding_by_real_averages() {
    let mut s = FloorSystem::whole();
    quoted(&mut s, 10, 12);
    let holder = s.trader("holder");
    s.lock(holder, 2);
    let venue = s.venue;
    let sold = s.must_to(holder, venue, order(false, 11 * ETH, FP, IMMEDIATE)).returned;
    assert_eq!((sold.filledLots, sold.orderId), (U256::from(FP), U256::ZERO));
    let (cash, fp) = s.holding(holder);
    assert_eq!((cash, fp), (i(1_199 * ONE / 100), -i(ONE)));
    s.assert_conserved();
    pass(&mut s, 86_400);
    let before = s.holding(holder).0;
    let poked = s.must(account("keeper"), pokeFundingCall { maxSteps: U256::from(100) });
    assert!(poked.returned.done);
    let begun: FundingBegun = poked.event();
    assert_eq!(begun.epoch, U256::ONE);
    assert!(begun.mark > begun.index, "{} and {}", begun.mark, begun.index);
    let after = s.holding(holder).0;
    assert_eq!(after - before, begun.payment, "the long pays, the short gets it");
    s.assert_conserved();
    // And out again: what he owes is bought back, the NFTs are his.
    let bought = s.must_to(holder, venue, order(true, 13 * ETH, FP, IMMEDIATE)).returned;
    assert_eq!(bought.filledLots, U256::from(FP));
    let (cash, fp) = s.holding(holder);
    assert_eq!(fp, i(0));
    let call = s.withdraw_call(holder, u128::try_from(cash).unwrap());
    s.must(holder, call);
    s.assert_conserved();
}

#[test]
fn a_venue_at_work_tells_the_mark_for_what_needs_margin() {
    let mut s = FloorSystem::whole();
    quoted(&mut s, 10, 10);
    let venue = s.venue;
    let trader = s.trader("trader");
    // A short against cash: margined at the mark, which the market cannot ask of the book while the book calls it.
    let short = order(false, 9 * ETH, FP, IMMEDIATE);
    let Err(refusal) = s.send_to(trader, venue, short.clone()) else { panic!("without margin") };
    assert!(refusal.0.starts_with(&InsufficientMargin::SELECTOR), "{refusal:?}");
    s.deposit(trader, 6 * ONE);
    s.must_to(trader, venue, short);
    assert_eq!(s.holding(trader).1, -i(ONE));
    // The same answers in the preview.
    let preview = |owner, lots| FloorBook::previewOrderCall {
        owner,
        isBuy: false,
        tick: U256::from(9 * ETH),
        lots: U256::from(lots),
        kind: IMMEDIATE,
        expiry: 0,
        maxFills: U256::from(20),
        stopOnSelf: false,
    };
    assert_eq!(s.view_of(venue, preview(trader, FP)).filledLots, U256::ZERO);
    s.assert_conserved();
}

#[test]
fn no_more_is_open_than_what_is_bid_carries() {
    let mut s = FloorSystem::whole();
    let (buyer, holder) = (s.trader("buyer"), s.trader("holder"));
    s.lock(holder, 3);
    s.deposit(buyer, 1_000 * ONE);
    let (desk, call) = (s.desk, s.trade_call(buyer, holder, ONE, 10 * ONE));
    let told = s.must(desk, call).returned;
    assert_eq!((told.outcome, told.reason.0), (2, OpenInterestCap::SELECTOR), "nothing is bid yet");
    assert_eq!((told.first, told.second), (U256::from(ONE), U256::ZERO));
    quoted(&mut s, 10, 10);
    s.trade(buyer, holder, ONE, 10 * ONE);
    // What is open may shrink when the bids are gone.
    let bids = s.bids;
    s.must_to(account("bidder"), bids, BidBook::requestCancelCall { id: U256::ONE });
    s.backend.warp(901);
    s.must_to(account("bidder"), bids, BidBook::finishCancelCall { id: U256::ONE });
    s.trade(holder, buyer, ONE / 2, 10 * ONE);
    let (desk, call) = (s.desk, s.trade_call(buyer, holder, ONE / 2, 10 * ONE));
    assert_eq!(s.must(desk, call).returned.outcome, 2);
}

#[test]
fn a_liquidation_is_sold_into_the_bids() {
    let mut s = FloorSystem::whole();
    quoted(&mut s, 10, 8);
    let holder = s.trader("holder");
    let ids = s.lock(holder, 1);
    let venue = s.venue;
    s.must_to(holder, venue, order(false, 7 * ETH, 9 * FP / 10, IMMEDIATE));
    let (cash, _) = s.holding(holder);
    let call = s.withdraw_call(holder, u128::try_from(cash).unwrap());
    s.must(holder, call);
    assert!(!s.view(isLiquidatableCall { account: holder }).liquidatable);
    // An epoch at 8 where the index is 10 costs him a quarter of his short, in kind.
    pass(&mut s, 86_400);
    s.must(account("keeper"), pokeFundingCall { maxSteps: U256::from(100) });
    let (liquidatable, owed, have) = {
        let test = s.view(isLiquidatableCall { account: holder });
        (test.liquidatable, test.owed, test.have)
    };
    assert!(liquidatable, "{owed} {have}");
    let keeper = s.trader("keeper");
    let call = kickCall { account: holder, ids: ids.clone(), deadline: U256::MAX };
    let auction = s.must(keeper, call).returned;
    let into = takeIntoBidsCall {
        auction,
        ids: ids.clone(),
        proofs: Vec::new(),
        maxBids: U256::from(4),
        deadline: U256::MAX,
    };
    // The first price may be above what is bid; then the bids wait.
    let price = s.view(getAuctionCall { id: auction }).price;
    assert!(price >= wad(10), "{price}");
    if price > wad(10) {
        assert!(s.send(keeper, into.clone()).is_err(), "the bids pay less than the auction asks");
        s.backend.warp(600);
    }
    let sold = s.must(keeper, into);
    assert_eq!(sold.returned.price, wad(10));
    assert_eq!(s.owner_of(ids[0]), account("bidder"));
    let (cash, fp) = s.holding(holder);
    assert_eq!(fp, i(0), "the short is bought back");
    assert!(cash > i(0));
    assert!(s.holding(keeper).0 > i(0), "the keeper is paid out of the proceeds");
    s.assert_conserved();
}

fn i(value: u128) -> alloy_primitives::I256 {
    alloy_primitives::I256::try_from(value).expect("a small number")
}
