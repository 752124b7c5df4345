//! A pool's price, through its adapter.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_common::roles::{NotGuardian, NotOwner};
use everfloor_host::TestChain;

use crate::rig::*;

fn pool_of(w: &World, tokens: U256, cash: U256, average: U256) {
    w.chain.deploy_handler(POOL, move |input, _| {
        assert_eq!(input, poolStateCall::SELECTOR);
        Ok(poolStateCall::abi_encode_returns(&poolStateReturn { tokens, cash, averagePrice: average }))
    });
}

fn with_pool() -> World {
    let w = World::new();
    pool_of(&w, wad(100), wad(1_000), wad(10));
    w.send(setPoolCall { pool: POOL, poolFee: U256::ZERO, mintFee: U256::ZERO });
    w
}

/// What three tokens bring of reserves at their average price, each, rounded down as the pool rounds.
fn expected() -> U256 {
    wad(1_000) * wad(3) / wad(103) / n(3)
}

#[test]
fn a_pool_is_asked_for_what_as_many_nfts_as_the_depth_bring() {
    let w = with_pool();
    assert_eq!(w.view(sourcesCall {}).poolPrice, expected());
    w.bid(wad(9));
    w.update();
    let event = w.last::<events::IndexUpdated>();
    assert_eq!((event.pool, event.sources), (expected(), n(3)));
    assert_eq!(event.raw, (expected() + wad(9)) / n(2));
}

#[test]
fn what_somebody_did_to_the_pool_in_this_block_is_undone() {
    let w = with_pool();
    // The product is the same, the price is not.
    pool_of(&w, wad(50), wad(2_000), wad(10));
    assert_eq!(w.view(sourcesCall {}).poolPrice, expected());
}

#[test]
fn fees_of_pool_and_vault_come_off() {
    let w = with_pool();
    w.send(setPoolCall { pool: POOL, poolFee: n(100), mintFee: n(1_000) });
    let changed = events::PoolChanged { pool: POOL, poolFee: n(100), mintFee: n(1_000) };
    assert_eq!(w.last::<events::PoolChanged>(), changed);
    let now = w.view(sourcesCall {});
    assert_eq!((now.pool, now.poolFee, now.mintFee), (POOL, n(100), n(1_000)));
    let sold = wad(3) * n(99) / n(100);
    let proceeds = wad(1_000) * sold / (wad(100) + sold) * n(9) / n(10);
    assert_eq!(now.poolPrice, proceeds / n(3));
    for (pool_fee, mint_fee, index) in [(10_001, 0, 0), (0, 10_001, 1)] {
        let call = setPoolCall { pool: POOL, poolFee: n(pool_fee), mintFee: n(mint_fee) };
        let refusal = errors::ParameterOutOfBounds { index: n(index), value: n(10_001) };
        w.refused(w.owner, call, refusal);
    }
}

#[test]
fn a_pool_without_an_answer_stops_nobody() {
    let w = with_pool();
    w.bid(wad(9));
    let none = |w: &World| {
        assert_eq!(w.view(sourcesCall {}).poolPrice, U256::ZERO);
        w.chain.warp(1);
        w.update();
        assert_eq!(w.last::<events::IndexUpdated>().sources, n(1));
    };
    none(&{
        pool_of(&w, wad(100), wad(1_000), U256::ZERO);
        w
    });
    let w = with_pool();
    w.bid(wad(9));
    for (tokens, cash, average) in [
        (U256::ZERO, U256::ZERO, wad(1)),
        (U256::MAX, wad(1), wad(1)),
        (wad(1), U256::MAX, wad(1)),
        (wad(1), wad(1), U256::MAX),
        (U256::from(u128::MAX), U256::from(u128::MAX), U256::from(u128::MAX)),
    ] {
        pool_of(&w, tokens, cash, average);
        none(&w);
    }
    w.chain.deploy_handler(POOL, |_, _| Err(vec![1]));
    none(&w);
    w.chain.deploy_handler(POOL, |_, _| Ok(vec![1; 95]));
    none(&w);
}

#[test]
fn the_owner_chooses_the_pool_and_the_guardian_may_drop_it() {
    let w = with_pool();
    let [guardian, other] = ["guardian", "other"].map(TestChain::account);
    w.send(setGuardianCall { guardian });
    let call = || setPoolCall { pool: POOL, poolFee: n(1), mintFee: n(1) };
    w.refused(guardian, call(), NotOwner { caller: guardian });
    w.refused(other, dropPoolCall {}, NotGuardian { caller: other });
    w.chain.send(guardian, INDEX, dropPoolCall {}).unwrap();
    assert_eq!(w.view(sourcesCall {}).pool, Address::ZERO);
    w.send(call());
    w.send(dropPoolCall {});
    assert_eq!(w.last::<events::PoolChanged>().pool, Address::ZERO);
}
