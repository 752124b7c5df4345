//! The edges of a market: ether that comes and goes through the gateway, FP that leaves as an ERC-20.

use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, Ether, FloorSystem, Nft, ONE, Taker,
    abi::{EtherGateway, FloorMarket::*, FloorToken, TestToken},
    account, wad,
};

/// A market whose cash is wrapped ether, and its gateway.
fn with_gateway() -> (FloorSystem, Address) {
    let mut s = FloorSystem::told().with_ether();
    let call = EtherGateway::initializeCall { market: s.market };
    let at = s.backend.proxy(s.backend.named("ether-gateway"), call.abi_encode()).expect("a gateway");
    (s, at)
}

fn deposit(s: &mut FloorSystem, gateway: Address, who: Address, value: U256) {
    let data = EtherGateway::depositEtherCall { account: who }.abi_encode();
    s.backend.give_value(who, wad(1_000));
    s.backend.send(who, gateway, value, data).expect("ether is taken");
}

fn withdraw(amount: U256, to: Address) -> EtherGateway::withdrawEtherCall {
    EtherGateway::withdrawEtherCall { amount, to, deadline: U256::MAX }
}

#[test]
fn ether_becomes_cash_and_ether_again() {
    let (mut s, gateway) = with_gateway();
    let (ann, friend) = (account("ann"), account("friend"));
    deposit(&mut s, gateway, ann, wad(3));
    assert_eq!(s.holding(ann).0, I256::try_from(3 * ONE).unwrap());
    let refusal = NotOperator { account: ann, caller: gateway };
    s.refused_by(ann, gateway, withdraw(wad(1), friend), refusal);
    s.must(ann, setOperatorCall { operator: gateway, approved: true });
    let before = s.backend.value_of(friend);
    let done = s.must_to(ann, gateway, withdraw(wad(1), friend)).returned;
    assert_eq!((done.paid, done.ticket), (wad(1), U256::ZERO));
    assert_eq!(s.backend.value_of(friend) - before, wad(1));
    // Nobody takes it for her.
    let thief = account("thief");
    assert!(s.send_to(thief, gateway, withdraw(wad(1), thief)).is_err());
    assert_eq!(s.holding(ann).0, I256::try_from(2 * ONE).unwrap());
    assert_eq!((s.balance(gateway), s.backend.value_of(gateway)), (U256::ZERO, U256::ZERO));
}

#[test]
fn who_refuses_ether_or_comes_back_in_the_middle_changes_nothing() {
    let (mut s, gateway) = with_gateway();
    let (ann, taker) = (account("ann"), s.taker());
    deposit(&mut s, gateway, ann, wad(3));
    s.must(ann, setOperatorCall { operator: gateway, approved: true });
    s.must_to(ann, taker, Taker::setModeCall { to: 3 });
    let refusal = EtherGateway::EtherRefused { to: taker, amount: wad(1) };
    s.refused_by(ann, gateway, withdraw(wad(1), taker), refusal);
    s.must_to(ann, taker, Taker::setModeCall { to: 0 });
    let mut steal = s.withdraw_call(ann, ONE);
    steal.to = taker;
    let calls: Vec<(Address, Vec<u8>)> = vec![
        (s.market, steal.abi_encode()),
        (s.market, depositCashCall { amount: U256::ONE, account: ann }.abi_encode()),
        (gateway, withdraw(wad(1), taker).abi_encode()),
        (gateway, EtherGateway::claimEtherCall { ticket: U256::ONE }.abi_encode()),
    ];
    for (at, call) in calls {
        s.must_to(ann, taker, Taker::setCallsCall { to: at, with: vec![Bytes::from(call)] });
        let (cash, before) = (s.holding(ann).0, s.view_of(taker, Taker::allowedCall {}));
        s.must_to(ann, gateway, withdraw(wad(1) / U256::from(10), taker));
        assert_eq!(cash - s.holding(ann).0, I256::try_from(ONE / 10).unwrap());
        let allowed = s.view_of(taker, Taker::allowedCall {}) - before;
        assert!(allowed.is_zero(), "a call of {at}");
    }
}

#[test]
fn ether_that_waits_is_paid_to_whom_it_was_for() {
    let (mut s, gateway) = with_gateway();
    let (short, long, friend) = (account("short"), account("long"), account("friend"));
    let desk = s.desk;
    deposit(&mut s, gateway, long, wad(10));
    let (nft, market) = (s.nft, s.market);
    let ids = s.mint(short, 1);
    s.must_to(short, nft, Nft::setApprovalForAllCall { operator: market, approved: true });
    s.must(short, depositNftCall { account: short, ids, proofs: Vec::new() });
    for (who, operator) in [(long, desk), (short, desk), (short, gateway)] {
        s.must(who, setOperatorCall { operator, approved: true });
    }
    // A long pays funding that he does not have; what the holder got of it is not there yet.
    s.trade(long, short, ONE, 10 * ONE);
    s.pay_epoch(11 * ONE, ONE);
    s.set_prices(20 * ONE, 20 * ONE);
    let held = s.view(getCashCall {}).held;
    let most = s.must(short, maxWithdrawCall { account: short }).returned;
    assert!(most.paid < most.amount && most.paid <= held, "{most:?}");
    let done = s.must_to(short, gateway, withdraw(most.amount, friend)).returned;
    assert_eq!(done.paid, most.paid);
    let ticket = done.ticket;
    assert!(!ticket.is_zero());
    s.refused_by(friend, gateway, EtherGateway::claimEtherCall { ticket }, EtherGateway::NothingToPay {});
    deposit(&mut s, gateway, long, wad(30));
    // Whoever claims it at the market brings it to the gateway, and not away from it.
    s.must(account("anybody"), claimWaitingCall { ticket });
    let before = s.backend.value_of(friend);
    let paid = s.must_to(account("anybody"), gateway, EtherGateway::claimEtherCall { ticket }).returned;
    assert_eq!(paid, most.amount - most.paid);
    assert_eq!(s.backend.value_of(friend) - before, paid);
    assert_eq!(s.balance(gateway), U256::ZERO);
}

#[test]
fn a_receiver_whom_the_cash_token_refuses_stops_nobody_else() {
    let (mut s, gateway) = with_gateway();
    let (ann, bob, friend, cash) = (account("ann"), account("bob"), account("friend"), s.cash);
    for who in [ann, bob] {
        deposit(&mut s, gateway, who, wad(3));
    }
    s.must_to(bob, cash, Ether::refuseCall { receiver: ann });
    let call = s.withdraw_call(ann, ONE);
    s.refused(ann, call, TransferFailed { token: cash });
    let call = s.withdraw_call(bob, ONE);
    assert_eq!(s.must(bob, call).returned.paid, wad(1));
    // Hers is hers all the same.
    let call = withdrawCashCall { account: ann, amount: wad(3), to: friend, deadline: U256::MAX };
    assert_eq!(s.must(ann, call).returned.paid, wad(3));
    assert_eq!(s.balance(friend), wad(3));
}

fn short_text(text: &str) -> B256 {
    B256::right_padding_from(text.as_bytes())
}

/// A market and its token; a holder who has wrapped one FP, a long who has wrapped one he bought.
fn with_token() -> (FloorSystem, Address, [Address; 2]) {
    let mut s = FloorSystem::told();
    let call = FloorToken::initializeCall {
        market: s.market,
        name: short_text("Everfloor Apes"),
        symbol: short_text("fAPE"),
    };
    let at = s.backend.proxy(s.backend.named("floor-token"), call.abi_encode()).expect("a token");
    let (holder, long) = (s.trader("holder"), s.trader("long"));
    s.lock(holder, 2);
    s.deposit(long, 20 * ONE);
    s.trade(long, holder, ONE, 10 * ONE);
    for who in [holder, long] {
        let cash = s.cash;
        s.must(who, setOperatorCall { operator: at, approved: true });
        s.must_to(who, cash, TestToken::approveCall { spender: at, value: U256::MAX });
    }
    (s, at, [holder, long])
}

fn wrap(who: Address, fp: u128) -> FloorToken::wrapCall {
    FloorToken::wrapCall {
        account: who,
        fp: U256::from(fp),
        minShares: U256::ONE,
        maxCash: U256::MAX,
        to: who,
        deadline: U256::MAX,
    }
}

fn balance(s: &FloorSystem, token: Address, account: Address) -> U256 {
    s.view_of(token, FloorToken::balanceOfCall { account })
}

#[test]
fn fp_leaves_as_an_erc20_grows_in_kind_and_comes_back() {
    let (mut s, token, [holder, long]) = with_token();
    assert_eq!(s.view_of(token, FloorToken::symbolCall {}), "fAPE");
    s.must_to(long, token, wrap(long, ONE));
    // What an NFT covers can be minted: sold to the token for nothing.
    s.must_to(holder, token, wrap(holder, ONE));
    assert_eq!(s.holding(holder).1, -I256::try_from(2 * ONE).unwrap());
    let friend = account("friend");
    let shares = balance(&s, token, long);
    s.must_to(long, token, FloorToken::transferCall { to: friend, value: shares });
    // The holder has ten in cash and pays an epoch of them in cash, then in kind.
    let call = s.withdraw_call(holder, 10 * ONE);
    s.must(holder, call);
    s.pay_epoch(10 * ONE, 11 * ONE);
    let backing = s.view_of(token, FloorToken::backingCall {});
    assert!(backing.fp > U256::from(2 * ONE + ONE / 10), "{backing:?}");
    assert_eq!(balance(&s, token, friend), shares, "shares do not rebase");
    // The friend takes FP back into an account of his own.
    s.must(friend, setOperatorCall { operator: token, approved: true });
    let cash = s.cash;
    s.must_to(friend, cash, TestToken::approveCall { spender: token, value: U256::MAX });
    let preview = s.view_of(token, FloorToken::previewUnwrapCall { shares });
    let unwrap = FloorToken::unwrapCall {
        shares,
        account: friend,
        minFp: preview.fp,
        minCash: preview.cash,
        to: friend,
        deadline: U256::MAX,
    };
    let done = s.must_to(friend, token, unwrap).returned;
    assert_eq!((done.fp, done.cash), (preview.fp, preview.cash));
    assert!(done.fp > U256::from(ONE + ONE / 20));
    assert_eq!(s.holding(friend).1, I256::try_from(done.fp).unwrap());
    assert_eq!(balance(&s, token, friend), U256::ZERO);
    s.assert_conserved();
}

#[test]
fn cash_that_the_token_earned_is_brought_by_who_joins() {
    let (mut s, token, [holder, long]) = with_token();
    s.must_to(long, token, wrap(long, ONE));
    // The holder pays an epoch in cash; so the token's FP has one of cash beside it.
    s.pay_epoch(10 * ONE, 11 * ONE);
    let backing = s.view_of(token, FloorToken::backingCall {});
    assert_eq!(backing.cash, I256::try_from(ONE).unwrap());
    let preview = s.view_of(token, FloorToken::previewWrapCall { fp: U256::from(ONE) });
    let before = s.balance(holder);
    let done = s.must_to(holder, token, wrap(holder, ONE)).returned;
    assert_eq!((done.shares, done.cash), (preview.shares, preview.cash));
    assert_eq!(before - s.balance(holder), done.cash);
    assert!(done.cash >= U256::from(ONE));
    // Who must not act for an account does not.
    let stranger = account("stranger");
    let refusal = FloorToken::NotOperator { account: holder, caller: stranger };
    s.refused_by(stranger, token, wrap(holder, ONE / 10), refusal);
    s.assert_conserved();
}
