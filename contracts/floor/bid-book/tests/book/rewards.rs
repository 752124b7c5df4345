//! Rewards of bids near the index.

use alloy_primitives::U256;

use crate::rig::*;

/// A book that pays 1,000 a second from a pot of a million, and follows an index of 100 ticks.
fn paying() -> World {
    let w = World::new();
    w.send(w.owner, setIndexCall { index: INDEX });
    w.send(w.owner, setRewardRateCall { rate: n(1_000) });
    w.send(w.carol, fundRewardsCall { amount: n(1_000_000) });
    w.index_says(price(100), 0);
    w
}

fn follow(w: &World, most: u64) -> bool {
    w.send(w.bob, followIndexCall { most: n(most) })
}

#[test]
fn bids_in_the_band_share_the_rate_by_their_units() {
    let w = paying();
    assert!(follow(&w, 9));
    // 5 % below 100 ticks.
    let event = events::BandMoved { index: price(100), band: n(95), arrived: true };
    assert_eq!(w.last::<events::BandMoved>(), event);
    let (inside, outside) = (w.place(w.alice, 95, 3), w.place(w.bob, 94, 9));
    let other = w.place(w.bob, 120, 1);
    w.chain.warp(10);
    let earned = |ids: &[U256]| w.view(earnedCall { bidIds: ids.to_vec() });
    assert_eq!(earned(&[inside]), n(7_500));
    assert_eq!(earned(&[other, outside]), n(2_500));
    let now = w.view(rewardsCall {});
    assert_eq!((now.pot, now.rate, now.units, now.band), (n(990_000), n(1_000), n(4), n(95)));
    w.send(w.carol, settleRewardsCall { bidIds: vec![inside, n(77), other] });
    assert_eq!((w.claimable(w.alice), w.claimable(w.bob)), ((n(0), n(7_500)), (n(0), n(2_500))));
    let settled = events::RewardsSettled { id: other, owner: w.bob, owed: n(2_500) };
    assert_eq!(w.last::<events::RewardsSettled>(), settled);
    assert_eq!(earned(&[inside, other]), U256::ZERO);
}

#[test]
fn a_maker_claims_what_his_bids_have_earned_where_he_wants_it() {
    let w = paying();
    follow(&w, 9);
    let id = w.place(w.alice, 95, 4);
    w.chain.warp(10);
    let (before, heir) = (w.reward(BOOK), account("heir"));
    let claim = |to| claimRewardsCall { bidIds: vec![id, id, n(5)], to };
    assert_eq!(w.send(w.alice, claim(heir)), n(10_000));
    assert_eq!((w.reward(heir), w.reward(BOOK)), (n(10_000), before - n(10_000)));
    let event = events::RewardsClaimed { owner: w.alice, recipient: heir, amount: n(10_000) };
    assert_eq!(w.last::<events::RewardsClaimed>(), event);
    w.refused(w.alice, claim(heir), errors::ZeroAmount {});
    // Others' bids are credited to them.
    w.chain.warp(5);
    w.refused(w.bob, claim(w.bob), errors::ZeroAmount {});
    // And what a bid has earned by its end is not lost.
    w.send(w.alice, requestCancelCall { id });
    w.chain.warp(DELAY);
    w.send(w.bob, finishCancelCall { id });
    assert_eq!(w.claimable(w.alice), (price(380), n(5_000)));
    assert_eq!(w.send(w.alice, claimRewardsCall { bidIds: vec![], to: w.alice }), n(5_000));
    assert_eq!(w.claimable(w.alice), (price(380), U256::ZERO));
}

#[test]
fn the_band_follows_the_index_past_as_many_prices_as_anybody_pays_for() {
    let w = paying();
    for tick in [96, 97, 98] {
        w.place(w.alice, tick, 1);
    }
    assert!(!follow(&w, 2));
    let event = events::BandMoved { index: price(100), band: n(97), arrived: false };
    assert_eq!(w.last::<events::BandMoved>(), event);
    assert!(follow(&w, 2));
    w.index_says(price(103), 0);
    assert!(follow(&w, 9));
    assert_eq!((w.view(rewardsCall {}).band, w.view(rewardsCall {}).units), (n(98), n(1)));
}

#[test]
fn the_band_stands_still_while_the_index_is_not_fresh() {
    let w = paying();
    for status in 1..=4 {
        w.index_says(price(100), status);
        let refusal = errors::IndexNotFresh { status: n(status.into()) };
        w.refused(w.bob, followIndexCall { most: n(9) }, refusal);
    }
    let silent = || errors::IndexNotFresh { status: n(255) };
    w.chain.deploy_handler(INDEX, |_, _| Err(Vec::new()));
    w.refused(w.bob, followIndexCall { most: n(9) }, silent());
    w.chain.deploy_handler(INDEX, |_, _| Ok(vec![0; 127]));
    w.refused(w.bob, followIndexCall { most: n(9) }, silent());
    w.send(w.owner, setIndexCall { index: alloy_primitives::Address::ZERO });
    w.refused(w.bob, followIndexCall { most: n(9) }, silent());
    assert_eq!(w.view(rewardsCall {}).band, n(1 << 24));
}

#[test]
fn rewards_are_funded_by_anybody_and_their_rate_is_the_owners() {
    let w = World::new();
    let before = w.reward(w.bob);
    w.send(w.bob, fundRewardsCall { amount: n(500) });
    assert_eq!((w.reward(w.bob), w.reward(BOOK)), (before - n(500), n(500)));
    let event = events::RewardsFunded { payer: w.bob, amount: n(500), pot: n(500) };
    assert_eq!(w.last::<events::RewardsFunded>(), event);
    w.refused(w.bob, fundRewardsCall { amount: n(0) }, errors::ZeroAmount {});
    w.refused(w.bob, fundRewardsCall { amount: U256::ONE << 95 }, errors::Overflow {});
    w.refused(w.bob, fundRewardsCall { amount: U256::MAX }, errors::Overflow {});
    w.refused(w.owner, setRewardRateCall { rate: U256::ONE << 64 }, errors::Overflow {});
    w.send(w.owner, setRewardRateCall { rate: n(7) });
    assert_eq!(w.last::<events::RewardRateChanged>(), events::RewardRateChanged { rate: n(7) });
}
