//! FP that becomes shares and comes back.

use alloy_primitives::{Address, FixedBytes, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_common::{asked::NoAnswer, initializer, roles::ZeroAddress};
use everfloor_host::{
    Revert,
    token::{IToken, Quirk, REENTRY_RESULT, Token},
};
use floor_token::FloorToken;

use crate::{
    made::*,
    rig::{self, CASH, MARKET, ONE, account, cents, errors as market, n},
};

#[test]
fn a_token_is_made_once_and_only_in_a_proxy() {
    let desk = Desk::new();
    assert_eq!((desk.view(marketCall {}), desk.view(assetCall {})), (MARKET, CASH));
    let made = desk.w.chain.events::<events::TokenCreated>(TOKEN);
    assert_eq!((made.len(), made[0].market, made[0].asset), (1, MARKET, CASH));
    assert_eq!((made[0].name, made[0].symbol), (text("Floor Apes"), text("fAPE")));
    let make = |market| initializeCall { market, name: text(""), symbol: text("") };
    desk.refused(desk.w.owner, make(MARKET), initializer::AlreadyInitialized {});
    let direct = desk.w.chain.send(desk.w.owner, CODE, make(MARKET)).map(drop).unwrap_err();
    assert_eq!(direct, Revert(initializer::NotThroughProxy {}.abi_encode()));
    let other = account("another proxy");
    desk.w.chain.deploy::<FloorToken>(CODE);
    desk.w.chain.deploy_proxy(other, CODE);
    let told = |call| desk.w.chain.send(desk.w.owner, other, call).map(drop).unwrap_err();
    assert_eq!(told(make(Address::ZERO)), Revert(ZeroAddress {}.abi_encode()));
    let nobody = account("no market");
    assert_eq!(told(make(nobody)), Revert(NoAnswer { from: nobody }.abi_encode()));
}

#[test]
fn the_first_to_wrap_gets_his_fp_in_shares_less_what_is_locked() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    assert_eq!(desk.view(fpPerShareCall {}), n(ONE));
    assert_eq!(desk.view(previewWrapCall { fp: cents(200) }).shares, n(2 * ONE - LOCKED));
    let done = desk.wrap(long, 200);
    assert_eq!((done.shares, done.cash), (n(2 * ONE - LOCKED), U256::ZERO));
    assert_eq!([long, TOKEN].map(|who| desk.shares(who)), [done.shares, n(LOCKED)]);
    assert_eq!(desk.supply(), cents(200));
    assert_eq!([long, TOKEN].map(|who| desk.has(who).1), [2 * ONE as i128, 2 * ONE as i128]);
    let moved = desk.w.chain.events::<events::Transfer>(TOKEN);
    let told: Vec<_> = moved.iter().map(|one| (one.from, one.to, one.value)).collect();
    assert_eq!(told, [(Address::ZERO, TOKEN, n(LOCKED)), (Address::ZERO, long, done.shares)]);
    let wrapped = desk.w.chain.events::<events::Wrapped>(TOKEN).pop().unwrap();
    assert_eq!((wrapped.caller, wrapped.account, wrapped.to), (long, long, long));
    assert_eq!((wrapped.fp, wrapped.shares, wrapped.cash), (cents(200), done.shares, U256::ZERO));
    // Who has NFTs wraps what he does not have yet.
    let minted = desk.wrap(short, 100);
    assert_eq!((minted.shares, minted.cash), (cents(100), U256::ZERO));
    assert_eq!(desk.has(short).1, -5 * ONE as i128);
    let back = desk.unwrap(long, done.shares);
    assert_eq!((back.fp, back.cash, back.ticket), (done.shares, I256::ZERO, U256::ZERO));
    assert_eq!(desk.has(long).1, 4 * ONE as i128 - LOCKED as i128);
    let unwrapped = desk.w.chain.events::<events::Unwrapped>(TOKEN).pop().unwrap();
    assert_eq!((unwrapped.caller, unwrapped.account, unwrapped.to), (long, long, long));
    assert_eq!((unwrapped.shares, unwrapped.fp), (done.shares, done.shares));
}

#[test]
fn what_is_paid_in_kind_is_the_shares() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    desk.w.withdraw(short, 4_000);
    desk.wrap(long, 200);
    desk.w.prices(1_000, 1_200);
    desk.w.days(1);
    // Two of ten, paid in FP at ten, on all four.
    assert_eq!(desk.view(fpPerShareCall {}), cents(120));
    assert_eq!(desk.view(backingCall {}), backingReturn { cash: I256::ZERO, fp: cents(240) });
    // A transfer takes along what they grew.
    let heir = desk.someone("heir", 0, 0);
    desk.send(long, transferCall { to: heir, value: cents(100) });
    let back = desk.unwrap(heir, cents(100));
    assert_eq!((back.fp, back.cash), (cents(120), I256::ZERO));
    assert_eq!(desk.has(heir), (0, cents(120).to::<i128>()));
    // And whoever comes now brings that much more for a share.
    assert_eq!(desk.wrap(long, 60).shares, cents(50));
}

#[test]
fn what_is_paid_in_cash_is_brought_and_taken_in_proportion() {
    let desk = Desk::new();
    let [_, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.prices(1_000, 1_200);
    desk.w.days(1);
    assert_eq!(desk.view(backingCall {}), backingReturn { cash: hundredths(400), fp: cents(200) });
    assert_eq!(desk.view(cashPerShareCall {}), hundredths(200));
    let told = desk.view(previewWrapCall { fp: cents(100) });
    let before = desk.w.coins(long);
    let done = desk.wrap(long, 100);
    assert_eq!((done.shares, done.cash), (cents(100), cents(200)));
    assert_eq!((told.shares, told.cash), (done.shares, done.cash));
    assert_eq!(before - desk.w.coins(long), 2 * ONE);
    assert_eq!(desk.has(TOKEN), (6 * ONE as i128, 3 * ONE as i128));
    let told = desk.view(previewUnwrapCall { shares: cents(150) });
    let friend = account("friend");
    let call = unwrapCall { to: friend, ..desk.unwrap_call(long, cents(150)) };
    let back = desk.send(long, call);
    assert_eq!((back.fp, back.cash, back.ticket), (cents(150), hundredths(300), U256::ZERO));
    assert_eq!((told.fp, told.cash), (back.fp, back.cash));
    assert_eq!(desk.w.coins(friend), 3 * ONE);
    let left = IToken::allowanceCall { owner: TOKEN, spender: MARKET };
    assert_eq!(desk.w.chain.view(CASH, left).unwrap(), U256::ZERO);
    desk.cash();
}

#[test]
fn cash_that_the_market_cannot_pay_waits_for_whom_it_is() {
    let desk = Desk::new();
    let (short, long) = (desk.someone("short", 10, 0), desk.someone("long", 0, 2_000));
    let other = desk.someone("other", 0, 2_000);
    desk.w.trade(short, long, 200, 1_000);
    desk.w.trade(short, other, 200, 1_000);
    desk.w.withdraw(short, 4_000);
    desk.wrap(long, 200);
    // The other pays with money he does not have, and then the short does, to the token, with what there is not.
    desk.w.send(short, rig::depositCashCall { amount: cents(300), account: TOKEN });
    desk.w.prices(1_200, 1_000);
    desk.w.days(1);
    assert_eq!(desk.has(other).0, -4 * ONE as i128);
    desk.w.send(short, rig::depositCashCall { amount: cents(500), account: TOKEN });
    desk.w.withdraw(short, 800);
    assert_eq!(desk.has(TOKEN).0, 4 * ONE as i128);
    assert_eq!(desk.w.coins(MARKET), 0);
    let back = desk.unwrap(long, cents(100));
    assert_eq!((back.fp, back.cash, back.ticket), (cents(100), hundredths(200), n(1_u8)));
    desk.w.send(other, rig::depositCashCall { amount: cents(400), account: other });
    let before = desk.w.coins(long);
    desk.w.send(short, rig::claimWaitingCall { ticket: n(1_u8) });
    assert_eq!(desk.w.coins(long) - before, 2 * ONE);
}

#[test]
fn a_gift_is_everybodys_and_makes_nobody_rich() {
    let desk = Desk::new();
    let (short, thief, victim) =
        (desk.someone("short", 10, 0), desk.someone("thief", 0, 10_000), desk.someone("victim", 0, 10_000));
    desk.w.trade(short, thief, 200, 1_000);
    desk.w.trade(short, victim, 200, 1_000);
    // The least there can be: all but a share of the thief's and what is locked goes again.
    let made = desk.wrap(thief, 100).shares;
    desk.unwrap(thief, made - n(1_u8));
    assert_eq!(desk.supply(), n(LOCKED + 1));
    desk.w.send(thief, rig::depositCashCall { amount: cents(5_000), account: TOKEN });
    // To come now takes cash beyond all measure for each FP, and the caller's limit says so.
    let told = desk.view(previewWrapCall { fp: cents(100) });
    let call = wrapCall { maxCash: cents(100), ..desk.wrap_call(victim, 100) };
    desk.refused(victim, call, errors::CashAboveLimit { cash: told.cash, limit: cents(100) });
    // Whoever comes with what little he can pay for gets all of it back but a share's worth.
    let fp = n(100 * LOCKED);
    let few = wrapCall { fp, ..desk.wrap_call(victim, 0) };
    let least = market::PositionTooSmall { fp: n(101 * LOCKED + 1), least: n(ONE / 1_000) };
    let refusal = errors::TradeRefused {
        outcome: 1,
        reason: FixedBytes(market::PositionTooSmall::SELECTOR),
        first: least.fp,
        second: least.least,
    };
    let rich = IToken::mintCall { to: victim, amount: cents(1_000_000) };
    desk.w.chain.send(victim, CASH, rich).unwrap();
    desk.refused(victim, few, refusal);
    // The thief has one of a thousand million shares, and no more than that of what he gave.
    let back = desk.unwrap(thief, n(1_u8));
    assert!(back.cash <= int((50 * ONE / LOCKED) as i128), "{back:?}");
}

#[test]
fn tokens_that_are_sent_here_change_nothing() {
    let desk = Desk::new();
    let [_, long] = desk.pair();
    desk.wrap(long, 200);
    let before = desk.view(previewUnwrapCall { shares: cents(100) });
    desk.w.chain.send(long, CASH, IToken::transferCall { to: TOKEN, amount: cents(5_000) }).unwrap();
    assert_eq!(desk.view(previewUnwrapCall { shares: cents(100) }), before);
    assert_eq!(desk.unwrap(long, cents(100)).cash, I256::ZERO);
}

#[test]
fn only_who_may_act_for_an_account_moves_its_fp() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    desk.wrap(long, 200);
    let stranger = desk.someone("stranger", 0, 0);
    let refusal = || errors::NotOperator { account: long, caller: stranger };
    desk.refused(stranger, wrapCall { to: stranger, ..desk.wrap_call(long, 100) }, refusal());
    desk.send(long, transferCall { to: stranger, value: cents(50) });
    desk.refused(stranger, desk.unwrap_call(long, cents(50)), refusal());
    let buy =
        deleverageCall { account: long, fp: cents(1), maxPrice: U256::MAX, deadline: desk.w.deadline() };
    desk.refused(stranger, buy, refusal());
    // An operator wraps for him, with his own cash, to whom he likes.
    desk.w.send(long, rig::setOperatorCall { operator: stranger, approved: true });
    let done = desk.send(stranger, wrapCall { to: short, ..desk.wrap_call(long, 100) });
    assert_eq!(desk.shares(short), done.shares);
    // And an account that is not the token's to move is not moved.
    desk.w.send(long, rig::setOperatorCall { operator: TOKEN, approved: false });
    let refusal = market::NotOperator { account: long, caller: TOKEN };
    desk.refused(long, desk.wrap_call(long, 1), refusal);
}

#[test]
fn limits_and_deadlines_hold() {
    let desk = Desk::new();
    let [_, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.prices(1_000, 1_200);
    desk.w.days(1);
    let (wrap, unwrap) = (|| desk.wrap_call(long, 100), || desk.unwrap_call(long, cents(100)));
    let few = errors::SharesBelowLimit { shares: cents(100), limit: cents(101) };
    desk.refused(long, wrapCall { minShares: cents(101), ..wrap() }, few);
    let dear = errors::CashAboveLimit { cash: cents(200), limit: cents(199) };
    desk.refused(long, wrapCall { maxCash: cents(199), ..wrap() }, dear);
    let less = errors::FpBelowLimit { fp: cents(100), limit: cents(101) };
    desk.refused(long, unwrapCall { minFp: cents(101), ..unwrap() }, less);
    let poor = errors::CashBelowLimit { cash: hundredths(200), limit: hundredths(201) };
    desk.refused(long, unwrapCall { minCash: hundredths(201), ..unwrap() }, poor);
    let deadline = desk.w.deadline() - n(1_u8);
    let late = || errors::Expired { deadline, nowTime: desk.w.deadline() };
    desk.refused(long, wrapCall { deadline, ..wrap() }, late());
    desk.refused(long, unwrapCall { deadline, ..unwrap() }, late());
    let buy = deleverageCall { account: long, fp: cents(1), maxPrice: U256::MAX, deadline };
    desk.refused(long, buy, late());
    desk.refused(
        long,
        wrapCall { to: Address::ZERO, ..wrap() },
        errors::ERC20InvalidReceiver { receiver: Address::ZERO },
    );
    desk.refused(long, unwrapCall { to: Address::ZERO, ..unwrap() }, ZeroAddress {});
    desk.refused(long, wrapCall { fp: U256::ZERO, ..wrap() }, errors::ZeroAmount {});
    desk.refused(long, wrapCall { fp: U256::MAX, ..wrap() }, errors::Overflow {});
    desk.refused(long, unwrapCall { shares: U256::ZERO, ..unwrap() }, errors::ZeroAmount {});
    let all = desk.shares(long);
    let needed = all + n(1_u8);
    let more = errors::ERC20InsufficientBalance { sender: long, balance: all, needed };
    desk.refused(long, unwrapCall { shares: needed, ..unwrap() }, more);
    // To the wei.
    let exact = wrapCall { minShares: cents(100), maxCash: cents(200), ..wrap() };
    desk.send(long, exact);
    desk.send(long, unwrapCall { minFp: cents(100), minCash: hundredths(200), ..unwrap() });
}

#[test]
fn what_the_market_refuses_is_told() {
    let desk = Desk::new();
    let (poor, long) = (desk.someone("poor", 0, 100), desk.someone("long", 0, 10_000));
    let short = desk.someone("short", 10, 0);
    desk.w.trade(short, long, 400, 1_000);
    let refusal = errors::TradeRefused {
        outcome: 2,
        reason: FixedBytes(market::InsufficientMargin::SELECTOR),
        first: cents(1_500),
        second: cents(100),
    };
    desk.refused(poor, desk.wrap_call(poor, 100), refusal);
    let refusal = errors::TradeRefused {
        outcome: 1,
        reason: FixedBytes(market::PositionTooSmall::SELECTOR),
        first: n(LOCKED + 1),
        second: n(ONE / 1_000),
    };
    desk.refused(long, wrapCall { fp: n(LOCKED + 1), ..desk.wrap_call(long, 0) }, refusal);
    let least = errors::BelowMinimum { fp: n(LOCKED), least: n(LOCKED) };
    desk.refused(long, wrapCall { fp: n(LOCKED), ..desk.wrap_call(long, 0) }, least);
}

#[test]
fn funding_is_paid_before_anybody_comes_or_goes() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.withdraw(short, 4_000);
    desk.w.prices(1_000, 1_200);
    desk.w.chain.warp(rig::DAY);
    assert_eq!(desk.view(fpPerShareCall {}), cents(100), "not paid yet");
    assert_eq!(desk.wrap(long, 120).shares, cents(100), "paid by the call");
    desk.w.prices(1_000, 1_200);
    desk.w.chain.warp(rig::DAY);
    assert_eq!(desk.unwrap(long, cents(100)).fp, cents(144));
    // More epochs than a call pays.
    desk.w.prices(1_000, 1_000);
    desk.w.chain.warp(25 * rig::DAY);
    desk.refused(long, desk.wrap_call(long, 10), errors::FundingNotPaid {});
    desk.refused(long, desk.unwrap_call(long, cents(10)), errors::FundingNotPaid {});
    desk.w.poke();
    desk.wrap(long, 10);
}

#[test]
fn no_oracle_keeps_whoever_goes() {
    let desk = Desk::new();
    let [_, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.silence_index();
    desk.w.chain.warp(rig::DAY);
    let silent = market::PriceUnavailable { source: U256::ZERO, status: n(255_u8) };
    desk.refused(long, desk.wrap_call(long, 100), silent);
    assert_eq!(desk.unwrap(long, cents(100)).fp, cents(100));
}

#[test]
fn a_token_of_cash_that_calls_back_finds_the_lock() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.prices(1_000, 1_200);
    desk.w.days(1);
    for contract in [TOKEN, CODE] {
        desk.w.chain.allow_reentry(contract);
    }
    desk.w.allow_reentry();
    // The cash token acts for the account, and has shares.
    desk.w.send(long, rig::setOperatorCall { operator: CASH, approved: true });
    desk.send(long, transferCall { to: CASH, value: cents(10) });
    let mut calls: Vec<Vec<u8>> = vec![
        desk.wrap_call(long, 1).abi_encode(),
        desk.unwrap_call(long, n(1_u8)).abi_encode(),
        deleverageCall { account: long, fp: cents(1), maxPrice: U256::MAX, deadline: desk.w.deadline() }
            .abi_encode(),
        redeemAfterEndCall { shares: U256::ZERO, to: long }.abi_encode(),
        backingCall {}.abi_encode(),
        previewWrapCall { fp: cents(1) }.abi_encode(),
        previewUnwrapCall { shares: cents(1) }.abi_encode(),
        fpPerShareCall {}.abi_encode(),
        cashPerShareCall {}.abi_encode(),
        previewDeleverageCall {}.abi_encode(),
    ];
    let harmless = calls.len();
    calls.push(transferCall { to: short, value: cents(1) }.abi_encode());
    for (index, calldata) in calls.into_iter().enumerate() {
        let answer: u8 = if index < harmless { 2 } else { 1 };
        for going in [false, true] {
            let quirk = Quirk::Reenters { target: TOKEN, calldata: calldata.clone() };
            desk.w.chain.deploy_token(CASH, Token::with_quirk(quirk));
            desk.w.chain.set_slot(CASH, REENTRY_RESULT, Default::default());
            if going {
                desk.unwrap(long, cents(1));
            } else {
                desk.wrap(long, 1);
            }
            let told: U256 = desk.w.chain.slot(CASH, REENTRY_RESULT).into();
            assert_eq!(told, n(answer), "call {index}");
        }
    }
}
