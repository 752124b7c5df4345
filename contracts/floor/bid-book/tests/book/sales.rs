//! NFTs sold into bids.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_common::roles::ZeroAddress;
use everfloor_host::nft::IPositionToken as Nft;
use stylus_sdk::call::RawCall;

use crate::rig::*;

#[test]
fn a_sale_goes_to_the_best_bids_first_and_pays_their_prices_less_the_fee() {
    let w = World::new();
    let low = w.place(w.alice, 90, 2);
    let high = w.place(w.carol, 100, 1);
    let nfts = w.mint(w.bob, 2);
    let before = w.cash(w.bob);
    let (paid, fee) = w.sell(w.bob, &nfts);
    assert_eq!((paid, fee), (price(190) - fee_on(price(190)), fee_on(price(190))));
    assert_eq!(w.cash(w.bob), before + paid);
    // Tokens in the caller's order, bids from the best.
    assert_eq!((w.holder(nfts[0]), w.holder(nfts[1])), (w.carol, w.alice));
    let filled: Vec<_> = w.chain.events::<events::BidFilled>(BOOK);
    let fill = |id, nft, buyer, ticks| events::BidFilled { id, tokenId: nft, buyer, price: price(ticks) };
    assert_eq!(filled, [fill(high, nfts[0], w.carol, 100), fill(low, nfts[1], w.alice, 90)]);
    let sold = events::Sold { seller: w.bob, recipient: w.bob, units: n(2), proceeds: price(190), fee };
    assert_eq!(w.last::<events::Sold>(), sold);
    assert_eq!(w.view(bidCall { id: low }).units, n(1));
    assert_eq!(w.cash(BOOK), price(90) + fee);
    assert_eq!(w.view(bookStateCall {}).fees, fee);
}

#[test]
fn the_fee_goes_to_the_treasury_when_anybody_collects_it() {
    let w = World::new();
    w.place(w.alice, 33, 1);
    let nft = w.mint(w.bob, 1);
    let (_, fee) = w.sell(w.bob, &nft);
    w.refused(w.carol, claimCashCall { to: w.carol }, errors::ZeroAmount {});
    assert_eq!(w.send(w.carol, collectFeesCall {}), fee);
    assert_eq!((w.cash(account("treasury")), w.cash(BOOK)), (fee, U256::ZERO));
    let event = events::FeesCollected { treasury: account("treasury"), amount: fee };
    assert_eq!(w.last::<events::FeesCollected>(), event);
    w.refused(w.carol, collectFeesCall {}, errors::ZeroAmount {});
}

#[test]
fn a_sale_is_of_all_or_of_none_within_its_limits_and_in_time() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    w.place(w.alice, 90, 1);
    let nfts = w.mint(w.bob, 3);
    let sell = |count: usize, min_total| w.sell_call(&nfts[..count], min_total, w.bob);
    w.refused(w.bob, sell(3, U256::ZERO), errors::TooFewUnits { units: n(2), least: n(3) });
    w.refused(w.bob, sell(0, U256::ZERO), errors::TooFewUnits { units: n(0), least: n(1) });
    let paid = price(190) - fee_on(price(190));
    let limit = paid + U256::ONE;
    w.refused(w.bob, sell(2, limit), errors::ProceedsBelowLimit { proceeds: paid, limit });
    let few = sellCall { maxBids: n(1), ..sell(2, U256::ZERO) };
    w.refused(w.bob, few, errors::TooFewUnits { units: n(1), least: n(2) });
    let (deadline, now) = (n(w.now() - 1), n(w.now()));
    let late = sellCall { deadline, ..sell(2, U256::ZERO) };
    w.refused(w.bob, late, errors::Expired { deadline, nowTime: now });
    w.refused(w.bob, w.sell_call(&nfts[..2], U256::ZERO, Address::ZERO), ZeroAddress {});
    assert_eq!(w.send(w.bob, sell(2, paid)).paid, paid);
}

#[test]
fn a_seller_may_name_bids_and_those_that_are_gone_are_passed_over() {
    let w = World::new();
    let best = w.place(w.alice, 100, 1);
    let [second, third] = [w.place(w.alice, 90, 1), w.place(w.carol, 80, 2)];
    let nfts = w.mint(w.bob, 3);
    let into = |bids: &[U256], count: usize| sellIntoCall {
        bidIds: bids.to_vec(),
        tokenIds: nfts[..count].to_vec(),
        proofs: Vec::new(),
        minTotal: U256::ZERO,
        to: w.bob,
        deadline: w.deadline(),
    };
    let sold = w.send(w.bob, into(&[second, third], 2));
    assert_eq!(sold.paid + sold.fee, price(170));
    assert_eq!((w.holder(nfts[0]), w.holder(nfts[1])), (w.alice, w.carol));
    // The second is gone now, and the best was left alone.
    let into_rest = sellIntoCall { tokenIds: nfts[2..].to_vec(), ..into(&[second, third], 0) };
    assert_eq!(w.send(w.bob, into_rest).fee, fee_on(price(80)));
    assert_eq!(w.view(bidCall { id: best }).units, n(1));
    let more = w.mint(w.bob, 1);
    let gone = sellIntoCall { tokenIds: more.clone(), ..into(&[second, third], 0) };
    w.refused(w.bob, gone, errors::TooFewUnits { units: n(0), least: n(1) });
    let named = sellIntoCall { tokenIds: more, minTotal: price(100), ..into(&[best], 0) };
    let proceeds = price(100) - fee_on(price(100));
    w.refused(w.bob, named, errors::ProceedsBelowLimit { proceeds, limit: price(100) });
}

#[test]
fn the_proceeds_go_where_the_seller_says() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    let (nft, to) = (w.mint(w.bob, 1), account("heir"));
    let before = w.cash(w.bob);
    let sold = w.send(w.bob, w.sell_call(&nft, U256::ZERO, to));
    assert_eq!((w.cash(to), w.cash(w.bob)), (sold.paid, before));
}

/// Who bids with a contract that fails whenever it is called still gets his NFT, and his bid still sells.
#[test]
fn a_bidder_cannot_refuse_an_nft() {
    let w = World::new();
    let bidder = account("bidder");
    w.fund(bidder);
    w.place(bidder, 100, 1);
    w.chain.deploy_handler(bidder, |_, _| Err(Vec::new()));
    let nft = w.mint(w.bob, 1);
    w.sell(w.bob, &nft);
    assert_eq!(w.holder(nft[0]), bidder);
}

/// As an auction does: a contract that holds the NFTs sells them, and has the proceeds sent on.
#[test]
fn a_contract_that_holds_nfts_sells_them() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    let auction = account("auction");
    let nfts = w.mint(auction, 2);
    let calldata = w.sell_call(&nfts, price(190), w.carol).abi_encode();
    w.fund(auction);
    let before = w.cash(w.carol);
    #[allow(unsafe_code, reason = "a call of another contract, after which nothing is read")]
    w.chain.deploy_handler(auction, move |_, vm| unsafe {
        RawCall::new(&vm).clear_storage_cache().call(BOOK, &calldata)
    });
    w.chain.send_raw(w.carol, auction, U256::ZERO, Vec::new()).unwrap();
    assert_eq!(w.cash(w.carol), before + price(200) - fee_on(price(200)));
    assert!(nfts.iter().all(|nft| w.holder(*nft) == w.alice));
}

#[test]
fn who_sells_to_himself_pays_the_fee_and_keeps_his_nft() {
    let w = World::new();
    let before = w.cash(w.alice);
    w.place(w.alice, 100, 1);
    let nft = w.mint(w.alice, 1);
    w.sell(w.alice, &nft);
    assert_eq!((w.holder(nft[0]), w.cash(w.alice)), (w.alice, before - fee_on(price(100))));
}

#[test]
fn who_has_not_approved_the_book_sells_nothing() {
    let w = World::new();
    w.place(w.alice, 100, 1);
    let nft = w.mint(w.bob, 1);
    let call = Nft::setApprovalForAllCall { operator: BOOK, approved: false };
    w.chain.send(w.bob, APES, call).unwrap();
    let refusal = Nft::ERC721InsufficientApproval { operator: BOOK, tokenId: nft[0] };
    // In the collection's own words.
    let before = w.chain.state();
    let revert = w.chain.send(w.bob, BOOK, w.sell_call(&nft, U256::ZERO, w.bob)).map(drop).unwrap_err();
    assert_eq!(revert.0, alloy_sol_types::SolError::abi_encode(&refusal));
    assert_eq!(w.chain.state(), before);
}

#[test]
fn nobody_sells_what_is_anothers_or_is_not_there() {
    let w = World::new();
    w.place(w.alice, 100, 2);
    let nft = w.mint(w.bob, 1);
    let call = w.sell_call(&nft, U256::ZERO, w.carol);
    w.refused(w.carol, call, errors::NftNotHeld { tokenId: nft[0], owner: w.bob });
    let call = w.sell_call(&[n(999)], U256::ZERO, w.carol);
    w.refused(w.carol, call, errors::NftNotHeld { tokenId: n(999), owner: Address::ZERO });
    // Nor the same one twice.
    let call = w.sell_call(&[nft[0], nft[0]], U256::ZERO, w.bob);
    w.refused(w.bob, call, errors::NftNotHeld { tokenId: nft[0], owner: w.alice });
}
