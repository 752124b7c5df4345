//! Asks: listed, asked back, bought.

use alloy_primitives::{Address, U256};
use everfloor_common::{roles::ZeroAddress, token::TransferFailed};

use crate::rig::*;

#[test]
fn an_ask_takes_its_nft_and_is_what_was_asked() {
    let w = World::new();
    let nft = w.mint(w.alice, 1)[0];
    let id = w.list(w.alice, nft, 120);
    assert_eq!((id, w.holder(nft)), (n(1), BOOK));
    let expected = Offer {
        id,
        owner: w.alice,
        tick: n(120),
        price: price(120),
        units: n(1),
        tokenId: nft,
        counted: false,
        placedAt: n(w.now()),
        bindingUntil: U256::ZERO,
    };
    assert_eq!(w.view(askCall { id }), expected);
    let event = events::AskListed { id, owner: w.alice, tokenId: nft, tick: n(120), price: price(120) };
    assert_eq!(w.last::<events::AskListed>(), event);
    assert_eq!(w.view(bookStateCall {}).nfts, n(1));
    w.refused(w.alice, w.list_call(nft, 120), errors::NftNotHeld { tokenId: nft, owner: BOOK });
    let other = w.mint(w.bob, 1)[0];
    w.refused(w.alice, w.list_call(other, 1), errors::NftNotHeld { tokenId: other, owner: w.bob });
    w.refused(w.bob, w.list_call(other, 0), errors::TickOutOfRange { tick: U256::ZERO });
    let (deadline, now) = (n(w.now() - 1), n(w.now()));
    let late = listAskCall { deadline, ..w.list_call(other, 5) };
    w.refused(w.bob, late, errors::Expired { deadline, nowTime: now });
}

#[test]
fn an_nft_goes_back_to_its_owner_whoever_finishes_the_cancel() {
    let w = World::new();
    let nft = w.mint(w.alice, 1)[0];
    let id = w.list(w.alice, nft, 120);
    w.refused(w.bob, requestCancelAskCall { id }, errors::NotOwnerOfOffer { id });
    w.refused(w.bob, finishCancelAskCall { id }, errors::CancelNotRequested { id });
    let until = n(w.now() + DELAY);
    assert_eq!(w.send(w.alice, requestCancelAskCall { id }), until);
    let event = events::AskCancelRequested { id, request: n(1), bindingUntil: until };
    assert_eq!(w.last::<events::AskCancelRequested>(), event);
    w.refused(w.bob, finishCancelAskCall { id }, errors::StillBinding { id, bindingUntil: until });
    w.chain.warp(DELAY);
    w.send(w.bob, finishCancelAskCall { id });
    assert_eq!(w.holder(nft), w.alice);
    let event = events::AskCancelled { id, owner: w.alice, tokenId: nft };
    assert_eq!(w.last::<events::AskCancelled>(), event);
    w.refused(w.bob, finishCancelAskCall { id }, errors::NoSuchOffer { id });
}

#[test]
fn a_buyer_pays_the_price_and_the_seller_claims_it_less_the_fee() {
    let w = World::new();
    let nft = w.mint(w.alice, 1)[0];
    let id = w.list(w.alice, nft, 120);
    let (before, to) = (w.cash(w.bob), account("heir"));
    let buy = |max_price, to| buyAskCall { id, maxPrice: max_price, to, deadline: w.deadline() };
    let limit = price(120) - U256::ONE;
    w.refused(w.bob, buy(limit, to), errors::PriceBeyondLimit { price: price(120), limit });
    w.refused(w.bob, buy(price(120), Address::ZERO), ZeroAddress {});
    let (deadline, now) = (n(w.now() - 1), n(w.now()));
    let late = buyAskCall { deadline, ..buy(price(120), to) };
    w.refused(w.bob, late, errors::Expired { deadline, nowTime: now });
    w.refused(account("poor"), buy(price(120), to), TransferFailed { token: CASH });
    assert_eq!(w.send(w.bob, buy(price(120), to)), price(120));
    assert_eq!((w.holder(nft), w.cash(w.bob)), (to, before - price(120)));
    let fee = fee_on(price(120));
    let filled = events::AskFilled { id, tokenId: nft, seller: w.alice, price: price(120), fee };
    assert_eq!(w.last::<events::AskFilled>(), filled);
    let bought = events::Bought { buyer: w.bob, recipient: to, units: n(1), cost: price(120) };
    assert_eq!(w.last::<events::Bought>(), bought);
    assert_eq!((w.claimable(w.alice).0, w.cash(BOOK)), (price(120) - fee, price(120)));
    w.send(w.alice, claimCashCall { to: w.alice });
    assert_eq!((w.cash(BOOK), w.view(bookStateCall {}).fees), (fee, fee));
    assert_eq!(w.send(w.bob, collectFeesCall {}), fee);
    w.refused(w.bob, buy(price(120), to), errors::TooFewUnits { units: n(0), least: n(1) });
}

#[test]
fn the_cheapest_are_bought_all_or_none_within_a_limit() {
    let w = World::new();
    let nfts = w.mint(w.alice, 3);
    let [_, cheap, middle] = [(0, 130), (1, 110), (2, 120)].map(|(at, tick)| w.list(w.alice, nfts[at], tick));
    let buy = |quantity, max_cost| buyCheapestCall {
        quantity: n(quantity),
        maxCost: max_cost,
        to: w.bob,
        deadline: w.deadline(),
    };
    let limit = price(230) - U256::ONE;
    w.refused(w.bob, buy(2, limit), errors::CostAboveLimit { cost: price(230), limit });
    w.refused(w.bob, buy(4, U256::MAX), errors::TooFewUnits { units: n(3), least: n(4) });
    w.refused(w.bob, buy(0, U256::MAX), errors::TooFewUnits { units: n(0), least: n(1) });
    assert_eq!(w.send(w.bob, buy(2, price(230))), price(230));
    assert_eq!([nfts[0], nfts[1], nfts[2]].map(|nft| w.holder(nft)), [BOOK, w.bob, w.bob]);
    let filled: Vec<U256> = w.chain.events::<events::AskFilled>(BOOK).iter().map(|fill| fill.id).collect();
    assert_eq!(filled, [cheap, middle]);
    // Each seller's fee is rounded up on its own.
    let fees = fee_on(price(110)) + fee_on(price(120));
    assert_eq!(w.claimable(w.alice).0, price(230) - fees);
}

/// An NFT that was simply sent to the book is not offered, and does not get anybody else's out.
#[test]
fn an_nft_that_was_simply_sent_here_is_nobodys() {
    use everfloor_host::nft::IPositionToken as Nft;
    let w = World::new();
    let nft = w.mint(w.alice, 1)[0];
    w.chain.send(w.alice, APES, Nft::transferFromCall { from: w.alice, to: BOOK, tokenId: nft }).unwrap();
    w.place(w.bob, 10, 1);
    let call = w.sell_call(&[nft], U256::ZERO, w.alice);
    w.refused(w.alice, call, errors::NftNotHeld { tokenId: nft, owner: BOOK });
    assert_eq!(w.view(bookStateCall {}).nfts, U256::ZERO);
}
