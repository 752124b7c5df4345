//! Bids: placed, asked back, taken back.

use alloy_primitives::U256;
use everfloor_common::token::TransferMismatch;
use everfloor_host::token::IToken;

use crate::rig::*;

#[test]
fn a_bid_takes_its_escrow_and_is_what_was_bid() {
    let w = World::new();
    let before = w.cash(w.alice);
    let id = w.place(w.alice, 250, 3);
    assert_eq!((id, w.cash(w.alice)), (n(1), before - price(750)));
    assert_eq!(w.cash(BOOK), price(750));
    let expected = Offer {
        id,
        owner: w.alice,
        tick: n(250),
        price: price(250),
        units: n(3),
        tokenId: U256::ZERO,
        counted: false,
        placedAt: n(w.now()),
        bindingUntil: U256::ZERO,
    };
    assert_eq!(w.view(bidCall { id }), expected);
    let event = events::BidPlaced {
        id,
        owner: w.alice,
        tick: n(250),
        price: price(250),
        units: n(3),
        escrow: price(750),
    };
    assert_eq!(w.last::<events::BidPlaced>(), event);
    assert_eq!(w.view(bookStateCall {}).escrow, price(750));
    assert_eq!(w.place(w.bob, 250, 1), n(2));
}

#[test]
fn a_bid_is_of_a_price_and_an_amount_there_can_be_and_in_time() {
    let w = World::new();
    w.refused(w.alice, w.place_call(0, 1), errors::TickOutOfRange { tick: U256::ZERO });
    w.refused(w.alice, w.place_call(1 << 24, 1), errors::TickOutOfRange { tick: n(1 << 24) });
    w.refused(w.alice, w.place_call(1, 0), errors::ZeroAmount {});
    w.refused(w.alice, w.place_call(1, 1 << 16), errors::TooManyUnits { units: n(1 << 16) });
    // What does not fit is not cut to something that does.
    let wide = placeBidCall { tick: (U256::ONE << 64) + n(5), ..w.place_call(1, 1) };
    w.refused(w.alice, wide, errors::TickOutOfRange { tick: n(u32::MAX.into()) });
    let wide = placeBidCall { quantity: (U256::ONE << 32) + n(1), ..w.place_call(1, 1) };
    w.refused(w.alice, wide, errors::TooManyUnits { units: n(u32::MAX.into()) });
    let late = placeBidCall { deadline: n(w.now() - 1), ..w.place_call(1, 1) };
    let expired = errors::Expired { deadline: n(w.now() - 1), nowTime: n(w.now()) };
    w.refused(w.alice, late, expired);
    w.send(w.alice, placeBidCall { deadline: U256::MAX, ..w.place_call(1, 1) });
}

#[test]
fn who_cannot_pay_has_no_bid() {
    let w = World::new();
    let poor = account("poor");
    let refusal = w.chain.send(poor, BOOK, w.place_call(1, 1)).unwrap_err();
    assert_eq!(refusal.decode(), Some(everfloor_common::token::TransferFailed { token: CASH }));
    assert_eq!(w.view(bookStateCall {}).bidsMade, U256::ZERO);
}

#[test]
fn a_token_that_brings_less_brings_no_bid() {
    use everfloor_host::token::{Quirk, Token};
    let w = World::new();
    w.chain.deploy_token(CASH, Token::with_quirk(Quirk::TakesFee));
    let received = price(100) - price(10);
    w.refused(w.alice, w.place_call(100, 1), TransferMismatch { expected: price(100), received });
}

#[test]
fn a_bid_is_asked_back_by_its_owner_once_and_binding_for_a_while() {
    let w = World::new();
    let id = w.place(w.alice, 10, 2);
    w.refused(w.alice, finishCancelCall { id }, errors::CancelNotRequested { id });
    w.refused(w.bob, requestCancelCall { id }, errors::NotOwnerOfOffer { id });
    w.refused(w.alice, requestCancelCall { id: n(9) }, errors::NoSuchOffer { id: n(9) });
    let at = w.now();
    assert_eq!(w.send(w.alice, requestCancelCall { id }), n(at + DELAY));
    let event = events::BidCancelRequested { id, request: n(1), bindingUntil: n(at + DELAY) };
    assert_eq!(w.last::<events::BidCancelRequested>(), event);
    assert_eq!(w.view(bidCall { id }).bindingUntil, n(at + DELAY));
    w.refused(w.alice, requestCancelCall { id }, errors::CancelRequested { id, requestedAt: n(at) });
    w.chain.warp(DELAY - 1);
    w.refused(w.alice, finishCancelCall { id }, errors::StillBinding { id, bindingUntil: n(at + DELAY) });
    // It can be sold into all the while.
    let nft = w.mint(w.bob, 1);
    w.sell(w.bob, &nft);
    w.chain.warp(1);
    assert_eq!(w.send(w.alice, finishCancelCall { id }), price(10));
}

#[test]
fn who_finishes_his_own_cancel_is_paid_at_once() {
    let w = World::new();
    let before = w.cash(w.alice);
    let id = w.place(w.alice, 10, 2);
    w.cancel(w.alice, id);
    assert_eq!((w.cash(w.alice), w.cash(BOOK), w.claimable(w.alice).0), (before, U256::ZERO, U256::ZERO));
    let event = events::BidCancelled { id, owner: w.alice, units: n(2), amount: price(20), paid: true };
    assert_eq!(w.last::<events::BidCancelled>(), event);
    w.refused(w.alice, finishCancelCall { id }, errors::NoSuchOffer { id });
}

/// Nobody is paid who does not ask for it, so nothing of his can keep a bid in the book.
#[test]
fn who_finishes_anothers_cancel_leaves_him_a_claim() {
    let w = World::new();
    let before = w.cash(w.alice);
    let id = w.place(w.alice, 10, 2);
    w.send(w.alice, requestCancelCall { id });
    w.chain.warp(DELAY);
    assert_eq!(w.send(w.bob, finishCancelCall { id }), price(20));
    let event = events::BidCancelled { id, owner: w.alice, units: n(2), amount: price(20), paid: false };
    assert_eq!(w.last::<events::BidCancelled>(), event);
    assert_eq!((w.cash(w.alice), w.claimable(w.alice).0), (before - price(20), price(20)));
    let heir = account("heir");
    w.refused(w.bob, claimCashCall { to: w.bob }, errors::ZeroAmount {});
    assert_eq!(w.send(w.alice, claimCashCall { to: heir }), price(20));
    assert_eq!((w.cash(heir), w.claimable(w.alice).0), (price(20), U256::ZERO));
    let event = events::CashClaimed { owner: w.alice, recipient: heir, amount: price(20) };
    assert_eq!(w.last::<events::CashClaimed>(), event);
    w.refused(w.alice, claimCashCall { to: heir }, errors::ZeroAmount {});
}

/// Tokens that are simply sent here are nobody's.
#[test]
fn a_gift_changes_nothing() {
    let w = World::new();
    w.chain.send(w.bob, CASH, IToken::mintCall { to: BOOK, amount: price(1_000) }).unwrap();
    let id = w.place(w.alice, 10, 1);
    w.cancel(w.alice, id);
    assert_eq!((w.cash(BOOK), w.view(bookStateCall {}).escrow), (price(1_000), U256::ZERO));
}
