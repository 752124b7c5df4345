//! Accounts one by one and in lists, their NFTs.

use alloy_primitives::{Address, I256, U256};

use crate::{
    rig::{DAY, VENUE, cents, errors, kickCall, n, pokeFundingCall, setOperatorCall},
    seen::*,
};

fn owners(world: &crate::rig::World, signature: &str, from: u64, limit: u64) -> (Vec<Address>, u64) {
    let (list, next) = ask::<(List<Who>, N)>(world, signature, &[n(from), n(limit)]);
    (list, next.to())
}

#[test]
fn an_account_is_seen_as_it_is_tested() {
    let world = world();
    let (ann, _) = world.someone("ann", 2, 400);
    let bob = world.trader("bob", 3_000);
    world.trade(ann, bob, 200, 1_000);
    let short = seen(&world, ann);
    assert_eq!((short.number, short.kind, short.nfts), (n(1_u8), 2, n(2_u8)));
    assert_eq!((short.cash, short.fp), (I256::from_raw(cents(2_400)), -I256::from_raw(cents(200))));
    // Twenty-four of cash for two FP.
    assert_eq!(short.runway, cents(1_200));
    assert_eq!((short.owed, short.have), (cents(2_000), cents(4_400)));
    assert_eq!((short.health, short.liquidatable, short.status), (cents(220), false, 0));
    let long = seen(&world, bob);
    assert_eq!((long.kind, long.owed, long.health), (1, U256::ZERO, U256::MAX));
    assert_eq!(long.have, cents(1_000 + 1_800), "a tenth of its value is margin");
    let nobody = seen(&world, Address::repeat_byte(7));
    assert_eq!((nobody.number, nobody.cash, nobody.fp), (U256::ZERO, I256::ZERO, I256::ZERO));
    world.status(2);
    let blind = seen(&world, ann);
    assert_eq!((blind.status, blind.cash, blind.have), (2, short.cash, U256::ZERO));
    let words = [n(32_u8), n(2_u8), word(bob), word(ann)];
    let (both, tested) = ask::<(List<AccountView>, PricesView)>(&world, "getAccounts(address[])", &words);
    assert_eq!(tested.status, 2);
    assert_eq!((both[0].owner, &both[1]), (bob, &blind));
}

#[test]
fn accounts_come_in_pages_and_those_to_be_liquidated_apart() {
    let world = world();
    let (ann, ids) = world.someone("ann", 2, 0);
    let (bob, cem) = (world.trader("bob", 3_000), world.trader("cem", 550));
    world.trade(ann, bob, 200, 1_000);
    world.trade(cem, bob, 100, 1_000);
    world.withdraw(ann, 2_000);
    let everybody = owners(&world, "accounts(uint256,uint256)", 0, 100);
    assert_eq!(everybody, (vec![ann, bob, cem], 0));
    assert_eq!(owners(&world, "accounts(uint256,uint256)", 1, 2), (vec![ann, bob], 3));
    assert_eq!(owners(&world, "accounts(uint256,uint256)", 3, 2), (vec![cem], 0));
    assert_eq!(owners(&world, "accounts(uint256,uint256)", 9, 2), (vec![], 0));
    assert_eq!(owners(&world, "debtors(uint256,uint256)", 0, 100), (vec![cem], 0));
    assert_eq!(owners(&world, "liquidatable(uint256,uint256)", 0, 100), (vec![], 0));
    world.prices(800, 1_000);
    world.days(1);
    world.prices(1_400, 1_000);
    assert_eq!(owners(&world, "liquidatable(uint256,uint256)", 0, 2), (vec![ann], 3));
    assert_eq!(owners(&world, "liquidatable(uint256,uint256)", 3, 2), (vec![cem], 0));
    let test = |who| ask::<(Yes, N, N)>(&world, "isLiquidatable(address)", &[word(who)]);
    // Two FP and the half that was paid in kind, at an index of ten.
    assert_eq!(test(ann), (true, cents(2_500), cents(2_000)));
    assert!(!test(bob).0 && test(cem).0);
    let (list, done) = (owners(&world, "liquidatable(uint256,uint256)", 0, 100).0, seen(&world, ann));
    assert!(done.liquidatable && list == [ann, cem]);
    world.status(1);
    let error = errors::PriceUnavailable { source: U256::ZERO, status: n(1_u8) };
    refuses(&world, "isLiquidatable(address)", &[word(ann)], error);
    world.status(0);
    let call = kickCall { account: ann, ids: ids[..1].to_vec(), deadline: world.deadline() };
    world.send(cem, call);
    assert_eq!(seen(&world, ann).kicked, n(world.chain.now()));
}

#[test]
fn locked_nfts_are_listed_with_what_offers_them() {
    let world = world();
    let (ann, ids) = world.someone("ann", 5, 0);
    let list = |from: u64, limit: u64| {
        let words = [word(ann), n(from), n(limit)];
        let (list, next) = ask::<(List<NftView>, N)>(&world, "nftsOf(address,uint256,uint256)", &words);
        assert!(list.iter().all(|nft| nft.account == ann));
        (list.iter().map(|nft| nft.id).collect::<Vec<_>>(), next.to::<u64>())
    };
    assert_eq!(list(0, 2), (ids[..2].to_vec(), 2));
    assert_eq!(list(2, 100), (ids[2..].to_vec(), 0));
    assert_eq!(list(5, 1), (vec![], 0));
    let call = crate::rig::startVoluntaryCall {
        account: ann,
        ids: vec![ids[3]],
        top: cents(2_000),
        reserve: cents(500),
        step: n(600_u64),
        cut: n(990_000_000_000_000_000_000_000_000_u128),
        deadline: world.deadline(),
    };
    let auction = world.send(ann, call);
    let nft = |id| ask::<(NftView,)>(&world, "nft(uint256)", &[id]).0;
    assert_eq!(nft(ids[3]), NftView { id: ids[3], account: ann, auction });
    assert_eq!(nft(ids[0]).auction, U256::ZERO);
    assert_eq!(nft(n(99_u8)), NftView { id: n(99_u8), account: Address::ZERO, auction: U256::ZERO });
    world.send(ann, crate::rig::cancelVoluntaryCall { auction });
    assert_eq!(nft(ids[3]).auction, U256::ZERO);
}

#[test]
fn whose_cash_ends_first_is_first() {
    let world = world();
    let next = || ask::<(Who, N)>(&world, "nextExhaustion()", &[]);
    assert_eq!(next(), (Address::ZERO, U256::ZERO));
    let bob = world.trader("bob", 9_000);
    let holders = ["a", "b", "c", "d", "e", "f"].map(|name| world.someone(name, 1, 0).0);
    for (holder, left) in holders.into_iter().zip([700, 300, 900, 500, 200, 800]) {
        world.trade(holder, bob, 100, 1_000);
        world.withdraw(holder, 1_000 - left);
    }
    assert_eq!(next(), (holders[4], cents(200)));
    let (list, more) =
        ask::<(List<FundedView>, N)>(&world, "fundedShorts(uint256,uint256)", &[n(0_u8), n(9_u8)]);
    let mut all: Vec<_> = list.iter().map(|short| (short.account, short.runway)).collect();
    assert_eq!((all.len(), more), (6, U256::ZERO));
    assert!(all.iter().enumerate().skip(1).all(|(place, short)| all[(place - 1) / 4].1 <= short.1));
    all.sort_by_key(|short| short.1);
    let by_cash = [4, 1, 3, 0, 5, 2].map(|index: usize| holders[index]);
    assert_eq!(all.iter().map(|short| short.0).collect::<Vec<_>>(), by_cash);
    let part = ask::<(List<FundedView>, N)>(&world, "fundedShorts(uint256,uint256)", &[n(4_u8), n(1_u8)]);
    assert_eq!((part.0[0].account, part.1), (list[4].account, n(5_u8)));
    // A day at one less for each FP.
    world.prices(900, 1_000);
    world.days(1);
    assert_eq!(next(), (holders[4], cents(100)));
}

#[test]
fn what_accounts_have_is_not_told_in_the_middle_of_a_payment() {
    let world = world();
    let bob = world.trader("bob", 9_000);
    let holders = ["a", "b", "c"].map(|name| world.someone(name, 1, 0).0);
    for (holder, left) in holders.into_iter().zip([0, 50, 300]) {
        world.trade(holder, bob, 100, 1_000);
        world.withdraw(holder, 1_000 - left);
    }
    world.prices(900, 1_000);
    world.chain.warp(DAY);
    let all = [holders[0], holders[1], holders[2], bob];
    let before = after_payment(&world, &all, 10);
    world.send(VENUE, setOperatorCall { operator: bob, approved: true });
    let told = world.send(bob, pokeFundingCall { maxSteps: n(1_u8) });
    assert!(!told.done);
    let pending = errors::FundingPending { epoch: U256::ZERO };
    refuses(&world, "getAccount(address)", &[word(bob)], pending);
    let payment = ask::<(PaymentView,)>(&world, "getPayment()", &[]).0;
    assert!(payment.pending && market(&world).paymentPending);
    assert_eq!((payment.payment, payment.mark, payment.before), (cents(100), cents(900), cents(300)));
    assert_eq!(payment.target - payment.paidPerFp, I256::from_raw(cents(100)));
    assert_eq!(after_payment(&world, &all, 10), before, "the rest is made first");
    world.poke();
    let after = all.map(|who| seen(&world, who));
    assert_eq!(before, after);
    assert!(!ask::<(PaymentView,)>(&world, "getPayment()", &[]).0.pending);
}
