//! Offers for all shares of an NFT: countered, outbid, done; and what the others get.

use alloy_primitives::{Address, U256};
use everfloor_floor_storage::abi::errors as market_errors;

use crate::{
    desk::*,
    rig::{ONE, n},
};

const PRICE: u128 = 10 * ONE + 7;

fn three(desk: &Desk) -> ([Address; 3], U256) {
    let people = ["ann", "bob", "cat"].map(|name| desk.person(name));
    let [ann, bob, cat] = people;
    (people, desk.shared(1, &[(ann, 300), (bob, 600), (cat, 100)]))
}

#[test]
fn an_offer_that_nobody_answers_brings_the_nft_and_the_others_their_money() {
    let desk = Desk::new();
    let ([ann, bob, cat], id) = three(&desk);
    let people = [ann, bob, cat];
    let paid = desk.start(ann, id, WHOLE / 4, PRICE);
    assert_eq!(paid, 7_500_000_000_000_000_006, "three quarters, rounded up");
    assert_eq!(desk.world.coins(ann), 1_000 * ONE - paid);
    assert_eq!(desk.balance(ann, id), WHOLE / 20, "what was not staked is still hers");
    desk.check(&people, &[id]);
    let ends = desk.world.chain.now() + TWO_DAYS;
    desk.world.chain.warp(TWO_DAYS - 1);
    let early = market_errors::TooEarly { from: n(ends), nowTime: n(ends - 1) };
    desk.refused(bob, finishBuyOutCall { id }, early);
    desk.refused(bob, redeemCall { id, shares: n(1_u8), to: bob }, errors::NotSold { id });
    desk.world.chain.warp(1);
    let late = errors::BuyOutOver { ended: n(ends), nowTime: n(ends) };
    desk.refused(cat, desk.counter_call(id, PRICE), late.clone());
    desk.refused(bob, desk.start_call(id, WHOLE / 2, 2 * PRICE), late);
    desk.send(cat, finishBuyOutCall { id });
    assert_eq!(desk.world.holder(id), ann);
    let left = WHOLE / 4 * 3;
    let done = events::BuyOutFinished { id, initiator: ann, left: n(left), pot: n(paid) };
    assert_eq!(desk.last::<events::BuyOutFinished>(), done);
    desk.check(&people, &[id]);

    // Shares are still shares, until they are redeemed: a part, all, and the last has the rest.
    desk.send(bob, transferCall { receiver: cat, id, amount: n(WHOLE / 10) });
    let third = desk.send(cat, redeemCall { id, shares: n(WHOLE / 3 / 10), to: bob });
    assert_eq!(third, n(PRICE * (WHOLE / 3 / 10) / WHOLE), "rounded down");
    desk.check(&people, &[id]);
    for (who, shares) in [(bob, WHOLE / 2), (ann, WHOLE / 20), (cat, WHOLE / 5 - WHOLE / 3 / 10)] {
        let before = desk.world.coins(who);
        let cash: u128 = desk.send(who, redeemCall { id, shares: n(shares), to: who }).to();
        assert!(cash >= PRICE / 1_000_000 * (shares / 1_000_000_000_000), "no less than the price");
        assert_eq!(desk.world.coins(who), before + cash);
        desk.check(&people, &[id]);
    }
    assert_eq!((desk.supply(id), desk.world.coins(SHARES)), (0, 0), "to the last wei");
    desk.refused(cat, redeemCall { id, shares: n(1_u8), to: cat }, errors::NotSold { id });
}

#[test]
fn a_low_offer_costs_its_maker_his_shares() {
    let desk = Desk::new();
    let ([ann, bob, cat], id) = three(&desk);
    let brought = desk.start(ann, id, WHOLE / 10, PRICE);
    desk.world.chain.warp(TWO_DAYS - 1);
    let cost: u128 = desk.view(counterCostCall { id }).to();
    assert_eq!(cost, ONE + 1, "a tenth, rounded up");
    let limit = market_errors::PriceAboveLimit { price: n(PRICE), limit: n(PRICE - 1) };
    desk.refused(cat, desk.counter_call(id, PRICE - 1), limit);
    let before = desk.world.coins(cat);
    let done = desk.send(cat, desk.counter_call(id, PRICE));
    assert_eq!((done.shares, done.paid), (n(WHOLE / 10), n(cost)));
    assert_eq!((desk.balance(cat, id), desk.world.coins(cat)), (WHOLE / 5, before - cost));
    desk.check(&[ann, bob, cat], &[id]);
    assert_eq!(desk.view(buyOutCall { id }).initiator, Address::ZERO);
    desk.refused(bob, desk.counter_call(id, PRICE), errors::NoBuyOut { id });
    desk.refused(bob, finishBuyOutCall { id }, errors::NoBuyOut { id });

    // He has his money back and the price of his shares, whoever asks for it.
    let before = desk.world.coins(ann);
    assert_eq!(desk.send(bob, claimCall { account: ann }), n(brought + cost));
    assert_eq!(desk.world.coins(ann), before + brought + cost);
    desk.refused(bob, claimCall { account: ann }, market_errors::NothingToPay {});

    // And rests; others do not.
    let now = desk.world.chain.now();
    let early = market_errors::TooEarly { from: n(now + WEEK), nowTime: n(now) };
    desk.refused(ann, desk.start_call(id, WHOLE / 10, PRICE), early);
    assert_eq!(desk.view(mayOfferFromCall { id, account: ann }), n(now + WEEK));
    desk.start(bob, id, WHOLE / 2, PRICE);
    desk.send(cat, desk.counter_call(id, PRICE));
    desk.world.chain.warp(WEEK);
    desk.start(ann, id, WHOLE / 10, PRICE);
    desk.check(&[ann, bob, cat], &[id]);
}

#[test]
fn a_better_offer_takes_a_running_ones_place() {
    let desk = Desk::new();
    let ([ann, bob, cat], id) = three(&desk);
    let price = 10 * ONE + 1;
    let brought = desk.start(ann, id, WHOLE / 5, price);
    let least = 10 * ONE + ONE / 2 + 2;
    let low = errors::OfferTooLow { price: n(least - 1), least: n(least) };
    desk.refused(bob, desk.start_call(id, WHOLE / 10, least - 1), low);
    desk.world.chain.warp(TWO_DAYS - 1);
    desk.start(bob, id, WHOLE / 10, least);
    let out = events::BuyOutOutbid { id, initiator: ann, shares: n(WHOLE / 5), cash: n(brought) };
    assert_eq!(desk.last::<events::BuyOutOutbid>(), out);
    assert_eq!(desk.balance(ann, id), WHOLE / 10 * 3, "with her stake");
    assert_eq!(desk.claimable(ann), brought);
    assert_eq!(desk.view(buyOutCall { id }).ends, n(desk.world.chain.now() + TWO_DAYS), "from the beginning");
    desk.check(&[ann, bob, cat], &[id]);
    assert_eq!(desk.view(mayOfferFromCall { id, account: ann }), U256::ZERO, "she was not countered");
    desk.start(ann, id, WHOLE / 10, 2 * least);
    desk.check(&[ann, bob, cat], &[id]);
}

#[test]
fn an_offer_stakes_a_tenth_at_least_and_is_for_what_is_here() {
    let desk = Desk::new();
    let ([ann, bob, cat], id) = three(&desk);
    let least = WHOLE / 10;
    for shares in [0, least - 1, WHOLE + 1] {
        let error = errors::StakeOutOfBounds { shares: n(shares), least: n(least) };
        desk.refused(ann, desk.start_call(id, shares, PRICE), error);
    }
    desk.refused(ann, desk.start_call(id, least, 0), market_errors::ZeroAmount {});
    desk.refused(ann, desk.start_call(n(9_u8), least, PRICE), errors::NotHeld { id: n(9_u8) });
    let few = errors::ERC6909InsufficientBalance { owner: cat, balance: n(least), needed: n(least + 1), id };
    desk.refused(cat, desk.start_call(id, least + 1, PRICE), few);
    let late = startBuyOutCall { deadline: desk.deadline() - n(1_u8), ..desk.start_call(id, least, PRICE) };
    let now = desk.world.chain.now();
    desk.refused(ann, late, market_errors::Expired { deadline: n(now - 1), nowTime: n(now) });
    // More money than she has: nothing is staked either.
    let before = desk.world.chain.state();
    desk.world.chain.send(ann, SHARES, desk.start_call(id, least, 5_000 * ONE)).unwrap_err();
    assert_eq!(desk.world.chain.state(), before);
    desk.start(ann, id, least, PRICE);
    // Nobody has all shares of an NFT for which somebody has staked some.
    desk.send(cat, transferCall { receiver: bob, id, amount: n(least) });
    desk.send(ann, transferCall { receiver: bob, id, amount: n(WHOLE / 5) });
    let all =
        errors::ERC6909InsufficientBalance { owner: bob, balance: n(WHOLE - least), needed: n(WHOLE), id };
    desk.refused(bob, recombineCall { id, to: bob }, all);
    desk.send(bob, desk.counter_call(id, PRICE));
    desk.send(bob, recombineCall { id, to: bob });
    assert_eq!(desk.world.holder(id), bob);
    desk.check(&[ann, bob, cat], &[id]);
}

#[test]
fn a_lost_wei_of_shares_keeps_an_nft_out_for_a_month_and_its_money_for_ever() {
    let desk = Desk::new();
    let ([ann, bob, cat], id) = three(&desk);
    desk.send(ann, transferCall { receiver: bob, id, amount: n(1_u8) });
    desk.start(bob, id, WHOLE / 2, PRICE);
    desk.world.chain.warp(TWO_DAYS);
    desk.send(bob, finishBuyOutCall { id });
    desk.send(bob, redeemCall { id, shares: n(WHOLE / 10 + 1), to: bob });
    desk.send(ann, redeemCall { id, shares: n(WHOLE / 10 * 3 - 1), to: ann });
    let sale = desk.view(saleOfCall { id });
    assert_eq!(sale.shares, n(WHOLE / 10));
    let again = || fractionalizeCall { ids: vec![id], to: bob };
    desk.refused(bob, again(), errors::SharesLeft { id, shares: n(WHOLE / 10) });
    let now = desk.world.chain.now();
    let early = market_errors::TooEarly { from: n(now + MONTH), nowTime: n(now) };
    desk.refused(bob, redeemForCall { holder: cat, id }, early);
    desk.world.chain.warp(MONTH);
    desk.refused(bob, redeemForCall { holder: ann, id }, market_errors::ZeroAmount {});
    assert_eq!(desk.send(bob, redeemForCall { holder: cat, id }), sale.pot);
    assert_eq!(desk.last::<events::Redeemed>().to, Address::ZERO);
    desk.check(&[ann, bob, cat], &[id]);
    desk.send(bob, again());
    assert_eq!(desk.balance(bob, id), WHOLE);
    desk.world.chain.warp(100 * MONTH);
    let before = desk.world.coins(cat);
    desk.send(ann, claimCall { account: cat });
    assert_eq!(n(desk.world.coins(cat) - before), sale.pot);
    desk.check(&[ann, bob, cat], &[id]);
}
