//! Auctions and takeovers, as keepers and takers look for them.

use alloy_primitives::{Address, Bytes, U256};

use crate::{
    rig::{
        World, buyFromHouseCall, cents, closeBankruptCall, errors, events, kickCall, n, startVoluntaryCall,
        takeCall, takeOverCall,
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
    number(world, "suggestedLot(address)", &[word(who)])
}

#[test]
fn a_liquidation_is_previewed_from_its_beginning_to_its_end() {
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
    let (top, reward) = ask::<(N, N)>(&world, "previewKick(address,uint256)", &[word(ann), n(most)]);
    let id = world.send(keeper, kick(most));
    let auction = ask::<(AuctionView,)>(&world, "getAuction(uint256)", &[id]).0;
    assert_eq!((auction.top, auction.reward, auction.nfts), (top, reward, n(most)));
    assert_eq!((auction.account, auction.starter, auction.voluntary), (ann, keeper, false));
    assert_eq!((auction.price, auction.needsReset), (top, false));
    assert_eq!((lot(&world, ann), market(&world).offered), (0, n(most)), "all of it is offered");

    let later = world.chain.now() + 6_000;
    let then = number(&world, "auctionPrice(uint256,uint256)", &[id, n(later)]);
    world.chain.set_time(later);
    assert_eq!(number(&world, "auctionPrice(uint256,uint256)", &[id, U256::ZERO]), then);
    for fp in [0, 10] {
        let words = [id, n(1_u8), cents(fp), word(bob)];
        let take = ask::<(TakePreview,)>(&world, "previewTake(uint256,uint256,uint256,address)", &words).0;
        assert_eq!((take.price, take.fp), (n(then), cents(fp)));
        undone(&world, || {
            world.chain.clear_logs();
            let done = world.send(bob, taken(&world, id, &ids[..1], cents(fp), bob));
            assert_eq!((done.price, done.owe, done.bought), (take.price, take.owe, take.bought));
            let log = world.last::<events::Taken>();
            assert_eq!((log.paidToLongs, log.fee, log.reward), (take.paidToLongs, take.fee, take.reward));
            assert_eq!((log.insured, log.shortfall), (take.insured, take.shortfall));
            assert_eq!(!log.ended.is_zero(), take.ended);
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
    refuses(&world, "previewRedo(uint256)", &[first], not_yet);
    world.chain.warp(60_000);
    let list = page(0, 100).0;
    assert_eq!((list[0].needsReset, list[0].price), (true, U256::ZERO));
    assert_eq!((list[1].needsReset, list[1].price), (false, cents(1_500)), "never below its reserve");
    let over = errors::NeedsReset { started: list[0].started, nowTime: n(world.chain.now()) };
    refuses(&world, "auctionPrice(uint256,uint256)", &[first, U256::ZERO], over);
    let top = n(number(&world, "previewRedo(uint256)", &[first]));
    world.send(keeper, redoCall { auction: first });
    assert_eq!((page(1, 1).0[0].top, market(&world).lastTop), (top, top));
    // Ann brings enough to be well covered; the starter gets his reward out of it.
    let bob = crate::rig::account("bob");
    world.send(bob, crate::rig::depositCashCall { amount: cents(1_000), account: ann });
    let reward = number(&world, "previewCure(uint256)", &[first]);
    let before = seen(&world, keeper).cash;
    world.send(keeper, cureCall { auction: first });
    assert_eq!((seen(&world, keeper).cash - before).into_raw(), n(reward));
    assert_eq!(page(0, 100).0.len(), 1);
    refuses(&world, "getAuction(uint256)", &[first], errors::UnknownAuction { id: first });
    let gone = errors::UnknownAuction { id: first };
    let words = [first, n(1_u8), U256::ZERO, word(bob)];
    refuses(&world, "previewTake(uint256,uint256,uint256,address)", &words, gone);
}

#[test]
fn who_is_well_covered_is_offered_nowhere() {
    let world = world();
    let (ann, _) = world.someone("ann", 2, 0);
    let bob = world.trader("bob", 3_000);
    world.trade(ann, bob, 200, 1_000);
    assert_eq!((lot(&world, ann), lot(&world, bob)), (0, 0));
    assert_eq!(number(&world, "suggestedTakeOver(address)", &[word(bob)]), 0);
    let error = errors::NotLiquidatable { owed: cents(2_000), have: cents(4_000) };
    refuses(&world, "previewKick(address,uint256)", &[word(ann), n(1_u8)], error);
}

#[test]
fn a_takeover_is_previewed_and_no_more_than_the_limit() {
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
        let words = [word(cem), word(taker), n(fp)];
        let told = ask::<(N, N, N)>(&world, "previewTakeOver(address,address,uint256)", &words);
        undone(&world, || {
            assert_eq!(world.send(taker, call(n(fp))), told.0);
            let log = world.last::<events::TakenOver>();
            assert_eq!((log.insured, log.loss), (told.1, told.2));
        });
    }
    let itself = [word(cem), word(cem), n(most)];
    let error = errors::OwnAccount { account: cem };
    refuses(&world, "previewTakeOver(address,address,uint256)", &itself, error);
    world.prices(2_000, 1_000);
    let (fp, cash, insured, loss) =
        ask::<(N, N, N, N)>(&world, "previewCloseBankrupt(address)", &[word(cem)]);
    assert_eq!((fp, cash, loss), (cents(100), cents(1_500), U256::ZERO));
    world.send(taker, closeBankruptCall { account: cem });
    let log = world.last::<events::BankruptClosed>();
    assert_eq!((log.fp, log.cash, log.insured, log.loss), (fp, cash, insured, loss));
    let error = errors::NotEnoughFp { asked: cents(10), have: U256::ZERO };
    refuses(&world, "previewBuyFromHouse(address,uint256)", &[word(taker), cents(10)], error.clone());
    let buy = buyFromHouseCall { fp: cents(10), mostCash: U256::MAX, deadline: world.deadline() };
    world.refused(taker, buy, error);
}
