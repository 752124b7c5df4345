//! Collections, receivers and callers that do not behave; NFTs, cash and ether that are simply sent.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, FloorSystem, Nft, ONE, Taker,
    abi::{FloorMarket::*, TestToken},
    account,
};

/// Modes of the collection.
const GOOD: u8 = 0;
const MOVES_NOTHING: u8 = 1;
const MOVES_ELSEWHERE: u8 = 2;
const REVERTS: u8 = 4;
const SAYS_NOTHING: u8 = 5;
const REENTERS: u8 = 6;

fn set_mode(s: &mut FloorSystem, mode: u8) {
    let (owner, nft) = (s.owner, s.nft);
    s.must_to(owner, nft, Nft::setModeCall { to: mode });
}

fn withdraw(holder: Address, ids: &[U256]) -> withdrawNftCall {
    withdrawNftCall { account: holder, ids: ids.to_vec(), to: holder, deadline: U256::MAX }
}

#[test]
fn what_is_simply_sent_changes_nothing() {
    let mut s = FloorSystem::told();
    let holder = s.trader("holder");
    s.lock(holder, 2);
    s.deposit(holder, ONE);
    let books = |s: &FloorSystem| (s.view(getMarketCall {}), s.view(getCashCall {}), s.holding(holder));
    let before = books(&s);
    let (market, cash, nft) = (s.market, s.cash, s.nft);
    s.must_to(holder, cash, TestToken::mintCall { to: market, value: U256::from(ONE) });
    s.must_to(holder, nft, Nft::mintCall { to: market, id: U256::from(999) });
    s.backend.give_value(market, U256::from(ONE));
    assert_eq!(books(&s), before);
    // Nobody owns an NFT that was not locked, not even who sent it.
    s.refused(holder, withdraw(holder, &[U256::from(999)]), UnknownNft { id: U256::from(999) });
    let empty: Bytes = Bytes::new();
    let lend = flashNftCall { ids: vec![U256::from(999)], borrower: holder, data: empty };
    s.refused(holder, lend, UnknownNft { id: U256::from(999) });
    // Ether is refused where it is not meant.
    let call = depositCashCall { amount: U256::ONE, account: holder }.abi_encode();
    s.backend.give_value(holder, U256::from(3 * ONE));
    assert!(s.backend.send(holder, market, U256::ONE, call).is_err());
}

#[test]
fn a_collection_that_does_not_move_what_it_says_locks_and_frees_nothing() {
    let mut s = FloorSystem::told();
    let holder = s.trader("holder");
    let locked = s.lock(holder, 1);
    let fresh = s.mint(holder, 1);
    let lock = depositNftCall { account: holder, ids: fresh.clone(), proofs: Vec::new() };
    let (owner, nft) = (s.owner, s.nft);
    let elsewhere = account("elsewhere");
    s.must_to(owner, nft, Nft::setReentryCall { to: elsewhere, calls: Vec::new() });
    for mode in [MOVES_NOTHING, MOVES_ELSEWHERE, SAYS_NOTHING] {
        set_mode(&mut s, mode);
        s.refused(holder, lock.clone(), UnknownNft { id: fresh[0] });
        s.refused(holder, withdraw(holder, &locked), UnknownNft { id: locked[0] });
    }
    set_mode(&mut s, REVERTS);
    assert!(s.send(holder, lock.clone()).is_err());
    assert!(
        s.send(holder, withdraw(holder, &locked)).is_err(),
        "a paused collection keeps its NFTs where they are"
    );
    set_mode(&mut s, GOOD);
    s.must(holder, lock);
    s.must(holder, withdraw(holder, &[locked[0], fresh[0]]));
}

#[test]
fn nobody_comes_back_in_the_middle_of_a_transfer() {
    let mut s = FloorSystem::told();
    let holder = s.trader("holder");
    let locked = s.lock(holder, 2);
    let fresh = s.mint(holder, 1);
    s.deposit(holder, ONE);
    let calls: Vec<Bytes> = vec![
        withdraw(holder, &[locked[1]]).abi_encode().into(),
        depositCashCall { amount: U256::ONE, account: holder }.abi_encode().into(),
        s.withdraw_call(holder, 1).abi_encode().into(),
        touchCall { accounts: vec![holder] }.abi_encode().into(),
        pokeFundingCall { maxSteps: U256::ONE }.abi_encode().into(),
        claimWaitingCall { ticket: U256::ONE }.abi_encode().into(),
        getMarketCall {}.abi_encode().into(),
    ];
    let tried = calls.len() as u64;
    let (owner, market, nft) = (s.owner, s.market, s.nft);
    s.must(holder, setOperatorCall { operator: nft, approved: true });
    s.must_to(owner, nft, Nft::setReentryCall { to: market, calls });
    set_mode(&mut s, REENTERS);
    s.must(holder, withdraw(holder, &[locked[0]]));
    s.must(holder, depositNftCall { account: holder, ids: fresh, proofs: Vec::new() });
    assert_eq!(s.view_of(nft, Nft::triedCall {}), U256::from(2 * tried));
    assert_eq!(s.view_of(nft, Nft::allowedCall {}), U256::ZERO);
    assert_eq!(s.view(getAccountCall { owner: holder }).nfts, U256::from(2));
}

#[test]
fn approvals_that_were_taken_back_stop_only_who_took_them_back() {
    let mut s = FloorSystem::told();
    let holder = s.trader("holder");
    let locked = s.lock(holder, 1);
    let fresh = s.mint(holder, 1);
    let (market, nft, cash) = (s.market, s.nft, s.cash);
    s.must_to(holder, nft, Nft::setApprovalForAllCall { operator: market, approved: false });
    let lock = depositNftCall { account: holder, ids: fresh, proofs: Vec::new() };
    assert!(s.send(holder, lock).is_err());
    let none = TestToken::approveCall { spender: market, value: U256::ZERO };
    s.must_to(holder, cash, none);
    assert!(s.send(holder, depositCashCall { amount: U256::ONE, account: holder }).is_err());
    // What is inside goes out without any approval.
    s.must(holder, withdraw(holder, &locked));
}

#[test]
fn what_is_another_accounts_cannot_be_taken() {
    let mut s = FloorSystem::told();
    let (holder, thief) = (s.trader("holder"), s.trader("thief"));
    let ids = s.lock(holder, 1);
    s.deposit(holder, ONE);
    let not = NotOperator { account: holder, caller: thief };
    let mut steal = s.withdraw_call(holder, 1);
    steal.to = thief;
    s.refused(thief, steal, not.clone());
    let mut take = withdraw(holder, &ids);
    take.to = thief;
    s.refused(thief, take.clone(), not.clone());
    s.refused(thief, s.trade_call(thief, holder, ONE, 0), not);
    // Nor by naming it one's own.
    take.account = thief;
    s.refused(thief, take, NotEnoughNfts { asked: U256::ONE, free: U256::ZERO });
    let lend = flashNftCall { ids: ids.clone(), borrower: thief, data: Bytes::new() };
    s.refused(thief, lend, UnknownNft { id: ids[0] });
}

#[test]
fn an_nft_named_twice_counts_once() {
    let mut s = FloorSystem::told();
    let holder = s.trader("holder");
    let fresh = s.mint(holder, 1);
    let twice = vec![fresh[0], fresh[0]];
    let lock = depositNftCall { account: holder, ids: twice.clone(), proofs: Vec::new() };
    s.refused(holder, lock, UnknownNft { id: fresh[0] });
    let two = s.lock(holder, 2);
    s.refused(holder, withdraw(holder, &[two[0], two[0]]), UnknownNft { id: two[0] });
    let voluntary = startVoluntaryCall {
        account: holder,
        ids: vec![two[0], two[0]],
        top: U256::from(20 * ONE),
        reserve: U256::from(ONE),
        step: U256::from(600),
        cut: "900000000000000000000000000".parse().unwrap(),
        deadline: U256::MAX,
    };
    s.refused(holder, voluntary, UnknownNft { id: two[0] });
}

#[test]
fn a_market_is_made_once_and_its_programs_by_themselves_are_nobodys() {
    let mut s = FloorSystem::told();
    let genesis = s.view(paramsCall {}).genesis;
    let again = initializeCall {
        owner: account("thief"),
        peers: s.view(peersCall {}),
        params: FloorSystem::params(genesis),
        auctions: FloorSystem::auctions(),
        programs: s.view(programsCall {}),
    };
    assert!(s.send(account("thief"), again.clone()).is_err());
    for name in ["floor-market", "floor-admin"] {
        let program = s.backend.named(name);
        assert!(s.send_to(account("thief"), program, again.clone()).is_err(), "{name} was initialised");
    }
    let before = s.view(programsCall {});
    let owned = setProgramsCall { programs: before.clone() };
    assert!(s.send(account("thief"), owned).is_err());
    assert_eq!(s.view(programsCall {}), before);
}

/// An auction of one NFT by its owner, at ten and more.
fn on_sale(s: &mut FloorSystem) -> (Address, U256, U256) {
    let holder = s.trader("holder");
    let id = s.lock(holder, 1)[0];
    let offer = startVoluntaryCall {
        account: holder,
        ids: vec![id],
        top: U256::from(12 * ONE),
        reserve: U256::from(10 * ONE),
        step: U256::from(600),
        cut: "900000000000000000000000000".parse().unwrap(),
        deadline: U256::MAX,
    };
    let auction = s.must(holder, offer).returned;
    (holder, id, auction)
}

fn take_of(auction: U256, id: U256, receiver: Address) -> takeCall {
    takeCall {
        auction,
        ids: vec![id],
        maxPrice: U256::from(12 * ONE),
        fp: U256::ZERO,
        receiver,
        data: Bytes::from_static(b"pay"),
        deadline: U256::MAX,
    }
}

#[test]
fn who_takes_pays_with_what_he_is_called_back_for_and_nothing_in_the_middle_of_it_is_allowed() {
    let mut s = FloorSystem::told();
    let (holder, id, auction) = on_sale(&mut s);
    let (taker, cash, market) = (s.taker(), s.cash, s.market);
    s.act(taker, cash, TestToken::approveCall { spender: market, value: U256::MAX });
    let meddling = [
        take_of(auction, id, taker).abi_encode(),
        cancelVoluntaryCall { auction }.abi_encode(),
        depositCashCall { amount: U256::ONE, account: holder }.abi_encode(),
        touchCall { accounts: vec![holder] }.abi_encode(),
        pokeFundingCall { maxSteps: U256::ONE }.abi_encode(),
        s.trade_call(taker, holder, ONE, ONE).abi_encode(),
        simulateCall { accounts: vec![holder], calls: Vec::new() }.abi_encode(),
    ];
    let calls = meddling.iter().map(|call| Bytes::from(call.clone())).collect::<Vec<_>>();
    let tried = calls.len() as u64;
    s.must_to(holder, taker, Taker::setCallsCall { to: market, with: calls });
    // Without money it is refused and all is as before.
    let act = |call: takeCall| Taker::actCall { to: market, data: call.abi_encode().into() };
    let before = s.storage();
    assert!(s.send_to(holder, taker, act(take_of(auction, id, taker))).is_err());
    assert_eq!(s.storage(), before);
    s.must_to(holder, cash, TestToken::mintCall { to: taker, value: U256::from(12 * ONE) });
    s.must_to(holder, taker, act(take_of(auction, id, taker)));
    assert_eq!(s.view_of(taker, Taker::owedCall {}), U256::from(12 * ONE));
    assert_eq!(s.view_of(taker, Taker::triedCall {}), U256::from(tried));
    assert_eq!(s.view_of(taker, Taker::allowedCall {}), U256::ZERO);
    assert_eq!((s.owner_of(id), s.balance(taker)), (taker, U256::ZERO));
    s.assert_conserved();
}

#[test]
fn not_even_the_owner_replaces_code_in_the_middle_of_a_call() {
    let mut s = FloorSystem::told();
    let (holder, id, auction) = on_sale(&mut s);
    let (taker, cash, market, owner) = (s.taker(), s.cash, s.market, s.owner);
    s.act(taker, cash, TestToken::approveCall { spender: market, value: U256::MAX });
    s.must_to(holder, cash, TestToken::mintCall { to: taker, value: U256::from(12 * ONE) });
    s.must(owner, transferOwnershipCall { newOwner: taker });
    s.act(taker, market, acceptOwnershipCall {});
    let (programs, copy) = (s.view(programsCall {}), s.backend.another_named("floor-market"));
    let upgrade = upgradeToAndCallCall { newImplementation: copy, data: Bytes::new() };
    let owners = [upgrade.abi_encode(), setProgramsCall { programs }.abi_encode()].map(Bytes::from);
    s.must_to(holder, taker, Taker::setCallsCall { to: market, with: owners.to_vec() });
    s.act(taker, market, take_of(auction, id, taker));
    assert_eq!(s.view_of(taker, Taker::triedCall {}), U256::from(2));
    assert_eq!(s.view_of(taker, Taker::allowedCall {}), U256::ZERO);
    // Before and after it is allowed.
    s.act(taker, market, upgrade);
}

#[test]
fn a_buyer_who_reverts_leaves_the_nft_where_it_was() {
    let mut s = FloorSystem::told();
    let (holder, id, auction) = on_sale(&mut s);
    let taker = s.taker();
    s.must_to(holder, taker, Taker::setModeCall { to: 3 });
    let buyer = s.trader("buyer");
    s.refused(buyer, take_of(auction, id, taker), Taker::Refuses {});
    assert_eq!(s.owner_of(id), s.market);
}

#[test]
fn an_nft_is_lent_to_its_owner_for_one_call_and_must_come_back() {
    let mut s = FloorSystem::told();
    let (taker, nft, market) = (s.taker(), s.nft, s.market);
    let holder = s.trader("holder");
    let ids = s.lock(holder, 2);
    let data = Bytes::from(alloy_sol_types::SolValue::abi_encode(&nft));
    let lend = |ids: &[U256]| flashNftCall { ids: ids.to_vec(), borrower: taker, data: data.clone() };
    let calls = vec![
        Bytes::from(withdraw(holder, &ids[1..]).abi_encode()),
        Bytes::from(lend(&ids[1..]).abi_encode()),
        Bytes::from(s.withdraw_call(holder, 1).abi_encode()),
    ];
    s.must(holder, setOperatorCall { operator: taker, approved: true });
    s.must_to(holder, taker, Taker::setCallsCall { to: market, with: calls });
    s.must(holder, lend(&ids));
    assert_eq!(s.view_of(taker, Taker::triedCall {}), U256::from(3));
    assert_eq!(s.view_of(taker, Taker::allowedCall {}), U256::ZERO);
    assert!(ids.iter().all(|id| s.owner_of(*id) == market));
    // One that keeps it, answers something else, reverts, or is asked by another, changes nothing.
    for mode in 1..=3_u8 {
        s.must_to(holder, taker, Taker::setModeCall { to: mode });
        let before = s.storage();
        assert!(s.send(holder, lend(&ids[..1])).is_err(), "mode {mode}");
        assert_eq!(s.storage(), before);
    }
    s.must_to(holder, taker, Taker::setModeCall { to: 0 });
    s.refused(account("thief"), lend(&ids[..1]), UnknownNft { id: ids[0] });
}
