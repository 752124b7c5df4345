//! Trades as they would be, and the most that an account can do: a wei more is refused.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

use crate::{
    rig::{
        MARKET, VENUE, World, account, cents, depositNftCall, n, settleTradeCall, withdrawCashCall,
        withdrawNftCall,
    },
    seen::*,
};

fn preview_trade(world: &World, call: &settleTradeCall) -> TradePreview {
    let words = [word(call.maker), word(call.taker), call.fp, call.price, U256::from(call.takerBuys)];
    ask::<(TradePreview,)>(world, "previewTrade(address,address,uint256,uint256,bool)", &words).0
}

/// Whether the market would do it now.
fn could<C: SolCall>(world: &World, from: Address, call: C) -> bool {
    world.chain.simulate(from, MARKET, call).is_ok()
}

#[test]
fn a_trade_is_previewed_as_it_is_settled_or_refused() {
    let world = World::with(|params, _| params.fee = cents(1));
    let world = with_views(world);
    let (ann, _) = world.someone("ann", 2, 0);
    let (bob, cem) = (world.trader("bob", 3_000), world.trader("cem", 400));
    let nobody = account("nobody");
    world.send(nobody, crate::rig::setOperatorCall { operator: VENUE, approved: true });
    let trades = [
        (ann, bob, 150, 1_000),
        (ann, bob, 60, 1_000),
        (cem, bob, 50, 1_100),
        (cem, ann, 40, 900),
        (cem, bob, 900, 1_000),
        (bob, nobody, 10, 1_000),
        (bob, ann, 150, 1_234),
        (ann, ann, 10, 1_000),
    ];
    let mut done = 0;
    for (seller, buyer, fp, price) in trades {
        let call = world.trade_call(seller, buyer, fp, price);
        let told = preview_trade(&world, &call);
        let settled = world.send(VENUE, call);
        assert_eq!((told.outcome, told.reason), (settled.outcome, settled.reason), "{told:?}");
        assert_eq!((told.first, told.second), (settled.first, settled.second));
        if settled.outcome != 0 {
            assert!(told.paid.is_zero() && told.makerFp.is_zero());
            continue;
        }
        done += 1;
        let trade = world.last::<crate::rig::events::Trade>();
        assert_eq!((told.paid, told.got, told.fee), (trade.paid, trade.got, trade.fee));
        let (maker, taker) = (seen(&world, seller), seen(&world, buyer));
        assert_eq!((told.makerCash, told.makerFp), (maker.cash, maker.fp));
        assert_eq!((told.takerCash, told.takerFp), (taker.cash, taker.fp));
    }
    let nothing = [word(ann), word(bob), U256::ZERO, cents(1_000), U256::from(true)];
    let error = crate::rig::errors::ZeroAmount {};
    refuses(&world, "previewTrade(address,address,uint256,uint256,bool)", &nothing, error);
    assert!((3..trades.len()).contains(&done), "{done} of both kinds");
}

#[test]
fn as_much_can_be_withdrawn_as_the_limit_says() {
    let world = world();
    let (ann, _) = world.someone("ann", 2, 100);
    let (bob, cem, dan) = (world.trader("bob", 9_000), world.trader("cem", 777), world.trader("dan", 55));
    let (eve, _) = world.someone("eve", 1, 700);
    world.trade(ann, bob, 150, 1_000);
    world.trade(cem, bob, 60, 1_010);
    world.trade(eve, bob, 100, 1_000);
    world.trade(bob, eve, 30, 1_000);
    world.prices(1_037, 990);
    world.days(2);
    for who in [ann, bob, cem, dan, eve, account("nobody")] {
        let (most, paid) = ask::<(N, N)>(&world, "maxWithdraw(address)", &[word(who)]);
        let call = |amount| withdrawCashCall { account: who, amount, to: who, deadline: world.deadline() };
        if !most.is_zero() {
            undone(&world, || assert_eq!(world.send(who, call(most)).paid, paid));
        }
        assert!(!could(&world, who, call(most + U256::ONE)), "{most} of {who}");
    }
    let most = |who| number(&world, "maxWithdraw(address)", &[word(who)]);
    assert_eq!(n(most(dan)), cents(55));
    let cash_of_bob = seen(&world, bob).cash.into_raw();
    assert!(n(most(bob)) > cash_of_bob, "against the margin of others");
    world.status(1);
    assert_eq!(n(most(bob)), cash_of_bob, "without a price, what needs none");
    let error = crate::rig::errors::PriceUnavailable { source: U256::ZERO, status: n(1_u8) };
    refuses(&world, "maxWithdraw(address)", &[word(cem)], error);
}

#[test]
fn as_much_can_be_minted_as_the_limit_says() {
    let world = world();
    let wrapper = world.trader("wrapper", 0);
    let (ann, _) = world.someone("ann", 3, 0);
    let (rich, _) = world.someone("rich", 1, 2_345);
    let (bob, _) = world.someone("long", 1, 3_000);
    world.trade(ann, bob, 120, 1_000);
    world.withdraw(ann, 1_200);
    world.prices(1_100, 1_000);
    for who in [ann, rich, bob] {
        let most = ask::<(N,)>(&world, "maxMint(address)", &[word(who)]).0;
        let call = |fp| settleTradeCall { fp, ..world.trade_call(who, wrapper, 0, 0) };
        undone(&world, || assert_eq!(world.send(VENUE, call(most)).outcome, 0, "{most}"));
        let more = undone(&world, || world.send(VENUE, call(most + U256::ONE)));
        assert_eq!(more.outcome, 1, "{most} of {who}");
    }
    let most = |who| n(number(&world, "maxMint(address)", &[word(who)]));
    assert_eq!(most(ann), cents(180), "what NFTs alone cover");
    assert!(most(rich) > cents(100) && most(bob) > cents(220), "cash covers some more");
    assert_eq!(most(world.trader("cashonly", 5_000)), U256::ZERO, "who is margined sells near the mark");
    world.status(1);
    assert_eq!((most(ann), most(rich)), (cents(180), cents(100)), "without a price, what needs none");
}

#[test]
fn as_many_nfts_leave_as_the_limit_says() {
    let world = world();
    let (ann, ids) = world.someone("ann", 5, 0);
    let (rich, others) = world.someone("rich", 3, 4_000);
    let bob = world.trader("bob", 9_000);
    world.trade(ann, bob, 250, 1_000);
    world.trade(rich, bob, 250, 1_000);
    world.withdraw(ann, 2_500);
    for (who, ids, expected) in [(ann, ids, 2), (rich, others, 3)] {
        assert_eq!(number(&world, "maxUnlock(address)", &[word(who)]), expected);
        let call = |count: usize| withdrawNftCall {
            account: who,
            ids: ids[..count].to_vec(),
            to: who,
            deadline: world.deadline(),
        };
        let count = expected as usize;
        let preview =
            ask::<(AccountView,)>(&world, "previewUnlock(address,uint256)", &[word(who), n(expected)]).0;
        undone(&world, || {
            world.send(who, call(count));
            assert_eq!(seen(&world, who), preview);
        });
        assert!(count == ids.len() || !could(&world, who, call(count + 1)));
    }
    world.status(1);
    assert_eq!(number(&world, "maxUnlock(address)", &[word(ann)]), 2, "which needs no price");
}

#[test]
fn a_locked_nft_is_previewed() {
    let world = world();
    let (ann, ids) = world.someone("ann", 1, 0);
    let bob = world.trader("bob", 2_000);
    world.trade(ann, bob, 50, 1_000);
    world.send(ann, giving_back(&world, ann, &[]));
    let preview = ask::<(AccountView,)>(&world, "previewLock(address,uint256)", &[word(bob), n(1_u8)]).0;
    assert_eq!((preview.nfts, preview.fp), (n(1_u8), seen(&world, bob).fp));
    world.trade(bob, ann, 50, 1_000);
    world.send(ann, giving_back(&world, ann, &ids));
    let preview = ask::<(AccountView,)>(&world, "previewLock(address,uint256)", &[word(ann), n(1_u8)]).0;
    world.send(ann, depositNftCall { account: ann, ids, proofs: Vec::new() });
    assert_eq!(seen(&world, ann), preview);
}

fn giving_back(world: &World, who: Address, ids: &[U256]) -> withdrawNftCall {
    withdrawNftCall { account: who, ids: ids.to_vec(), to: who, deadline: world.deadline() }
}
