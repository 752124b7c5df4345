//! Auctions and takeovers, as keepers and takers look for them.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};

use crate::{
    rig::{
        World, account, buyFromHouseCall, cents, closeBankruptCall, errors, events, kickCall, n,
        startVoluntaryCall, takeCall, takeOverCall,
    },
    seen::*,
};

/// A holder of NFTs whose short outgrew them in kind, and who bought it.
fn distressed(world: &World) -> (Address, Vec<U256>, Address) {
    let (ann, ids) = world.someone("ann", 4, 0);
    let bob = world.trader("bob", 9_000);
    world.trade(ann, bob, 400, 1_000);
    world.withdraw(ann, 4_000);
    world.prices(900, 1_000);
    world.days(1);
    (ann, ids, bob)
}

fn lot(world: &World, who: Address) -> u128 {
    let before = world.chain.state();
    let ids = world.send(account("anybody"), suggestedLotCall { account: who });
    assert_eq!(world.chain.state(), before);
    ids.len() as u128
}

#[test]
fn a_liquidation_is_simulated_from_its_beginning_to_its_end() {
    let world = world();
    let (ann, ids, bob) = distressed(&world);
    let keeper = world.trader("keeper", 0);
    let most = lot(&world, ann);
    assert!((1..=4).contains(&most));
    let kick = |count: u128| kickCall {
        account: ann,
        ids: ids[..count as usize].to_vec(),
        deadline: world.deadline(),
    };
    if most < 4 {
        let refused = world.chain.simulate(keeper, crate::rig::MARKET, kick(most + 1)).unwrap_err();
        let error = refused.decode::<errors::NotEnoughNfts>().unwrap();
        assert_eq!(error.free, n(most), "and a NFT more is refused");
    }
    let calls = [kick(most).abi_encode(), asking("getAuction(uint256)", &[n(1_u8)])];
    let told = simulated(&world, keeper, &[], &calls);
    let id = world.send(keeper, kick(most));
    let auction = ask::<(AuctionView,)>(&world, "getAuction(uint256)", &[id]).0;
    assert_eq!((&told[0], &told[1]), (&Ok(id.abi_encode()), &Ok(auction.abi_encode())));
    assert_eq!(auction.nfts, n(most));
    assert_eq!((auction.account, auction.starter, auction.voluntary), (ann, keeper, false));
    assert_eq!((auction.price, auction.needsReset), (auction.top, false));
    assert_eq!((lot(&world, ann), market(&world).offered), (0, n(most)), "all of it is offered");

    let later = world.chain.now() + 6_000;
    let then = number(&world, "auctionPrice(uint256,uint256)", &[id, n(later)]);
    world.chain.set_time(later);
    assert_eq!(number(&world, "auctionPrice(uint256,uint256)", &[id, U256::ZERO]), then);
    for fp in [0, 10] {
        let take = taken(&world, id, &ids[..1], cents(fp), bob);
        let told = simulated(&world, bob, &[], &[take.abi_encode(), look_at(ann), look_at(bob)]);
        undone(&world, || {
            world.chain.clear_logs();
            let done = world.send(bob, take);
            assert_eq!(done.price, n(then));
            let log = world.last::<events::Taken>();
            assert_eq!(log.fp, cents(fp));
            assert_eq!(told[0], Ok((done.price, done.owe, done.bought).abi_encode()));
            assert_eq!((seen_in(&told[1]), seen_in(&told[2])), (seen(&world, ann), seen(&world, bob)));
        });
    }
}

fn taken(world: &World, auction: U256, ids: &[U256], fp: U256, to: Address) -> takeCall {
    takeCall {
        auction,
        ids: ids.to_vec(),
        maxPrice: U256::MAX >> 128,
        fp,
        receiver: to,
        data: Bytes::new(),
        deadline: world.deadline(),
    }
}

#[test]
fn auctions_come_in_pages_with_those_to_be_begun_anew() {
    let world = world();
    let (ann, ids, _) = distressed(&world);
    let (sam, own) = world.someone("sam", 2, 0);
    let keeper = world.trader("keeper", 0);
    let call = kickCall { account: ann, ids: ids[..1].to_vec(), deadline: world.deadline() };
    let first = world.send(keeper, call);
    let sale = startVoluntaryCall {
        account: sam,
        ids: own.clone(),
        top: cents(5_000),
        reserve: cents(1_500),
        step: n(600_u64),
        cut: n(900_000_000_000_000_000_000_000_000_u128),
        deadline: world.deadline(),
    };
    let second = world.send(sam, sale);
    let page = |from: u64, limit: u64| {
        let words = [n(from), n(limit)];
        let (list, next) = ask::<(List<AuctionView>, N)>(&world, "auctions(uint256,uint256)", &words);
        (list, next.to::<u64>())
    };
    let (list, next) = page(0, 100);
    assert_eq!((list[0].id, list[1].id, list.len(), next), (first, second, 2, 0));
    assert_eq!((list[1].account, list[1].voluntary, list[1].reserve), (sam, true, cents(1_500)));
    assert_eq!((page(1, 1).1, page(2, 1).1), (2, 0));
    let not_yet = errors::StillRunning { started: list[0].started, nowTime: n(world.chain.now()) };
    assert_eq!(redone(&world, first), Err(not_yet.abi_encode()));
    world.chain.warp(60_000);
    let list = page(0, 100).0;
    assert_eq!((list[0].needsReset, list[0].price), (true, U256::ZERO));
    assert_eq!((list[1].needsReset, list[1].price), (false, cents(1_500)), "never below its reserve");
    let over = errors::NeedsReset { started: list[0].started, nowTime: n(world.chain.now()) };
    refuses(&world, "auctionPrice(uint256,uint256)", &[first, U256::ZERO], over);
    let told = redone(&world, first);
    world.send(keeper, redoCall { auction: first });
    let list = page(1, 1).0;
    assert_eq!(told, Ok(list[0].abi_encode()));
    assert_eq!(list[0].top, market(&world).lastTop);
    // Ann brings enough to be well covered; the starter gets his reward out of it.
    let bob = crate::rig::account("bob");
    world.send(bob, crate::rig::depositCashCall { amount: cents(1_000), account: ann });
    let cure = cureCall { auction: first };
    let told = simulated(&world, keeper, &[], &[cure.abi_encode(), look_at(keeper)]);
    let before = seen(&world, keeper).cash;
    world.send(keeper, cure);
    assert_eq!(seen_in(&told[1]), seen(&world, keeper));
    assert!(seen(&world, keeper).cash > before, "the starter's reward");
    assert_eq!(page(0, 100).0.len(), 1);
    refuses(&world, "getAuction(uint256)", &[first], errors::UnknownAuction { id: first });
    let gone = errors::UnknownAuction { id: first }.abi_encode();
    let take = taken(&world, first, &ids[..1], U256::ZERO, bob).abi_encode();
    assert_eq!(simulated(&world, bob, &[], &[take]), vec![Err(gone)]);
}

/// An auction as it would be begun anew.
fn redone(world: &World, auction: U256) -> Result<Vec<u8>, Vec<u8>> {
    let calls = [redoCall { auction }.abi_encode(), asking("getAuction(uint256)", &[auction])];
    let mut told = simulated(world, account("anybody"), &[], &calls);
    if told[0].is_ok() { told.remove(1) } else { told.remove(0) }
}

#[test]
fn who_is_well_covered_is_offered_nowhere() {
    let world = world();
    let (ann, _) = world.someone("ann", 2, 0);
    let bob = world.trader("bob", 3_000);
    world.trade(ann, bob, 200, 1_000);
    assert_eq!((lot(&world, ann), lot(&world, bob)), (0, 0));
    assert_eq!(number(&world, "suggestedTakeOver(address)", &[word(bob)]), 0);
}

#[test]
fn a_takeover_is_simulated_and_no_more_than_the_limit() {
    let world = world();
    let (ann, _) = world.someone("ann", 4, 0);
    let (bob, cem) = (world.trader("bob", 9_000), world.trader("cem", 500));
    let taker = world.trader("taker", 9_000);
    world.trade(ann, bob, 100, 1_000);
    world.trade(cem, bob, 100, 1_000);
    world.prices(1_230, 1_000);
    let most = number(&world, "suggestedTakeOver(address)", &[word(cem)]);
    let call = |fp| takeOverCall {
        account: cem,
        fp,
        leastGot: U256::ZERO,
        mostPaid: U256::MAX >> 128,
        deadline: world.deadline(),
    };
    let refused = world.chain.simulate(taker, crate::rig::MARKET, call(n(most + 1))).unwrap_err();
    assert_eq!(refused.decode::<errors::NotEnoughFp>().unwrap().have, n(most));
    for fp in [most, most / 3] {
        let calls = [call(n(fp)).abi_encode(), look_at(cem), look_at(taker)];
        let told = simulated(&world, taker, &[], &calls);
        undone(&world, || {
            let cash = world.send(taker, call(n(fp)));
            assert_eq!(told[0], Ok(cash.abi_encode()));
            assert_eq!((seen_in(&told[1]), seen_in(&told[2])), (seen(&world, cem), seen(&world, taker)));
        });
    }
    let itself = simulated(&world, cem, &[], &[call(n(most)).abi_encode()]);
    assert_eq!(itself, vec![Err(errors::OwnAccount { account: cem }.abi_encode())]);
    world.prices(2_000, 1_000);
    world.send(taker, closeBankruptCall { account: cem });
    let log = world.last::<events::BankruptClosed>();
    assert_eq!((log.fp, log.cash, log.loss), (cents(100), cents(1_500), U256::ZERO));
    let error = errors::NotEnoughFp { asked: cents(10), have: U256::ZERO };
    let buy = buyFromHouseCall { fp: cents(10), mostCash: U256::MAX, deadline: world.deadline() };
    world.refused(taker, buy, error);
}
