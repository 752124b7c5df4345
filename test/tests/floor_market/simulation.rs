//! What calls would do, asked of the market on the chain.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_test::{FloorSystem, ONE, abi::FloorMarket::*, account};

/// What calls by somebody would do; nothing changes.
fn simulate(s: &mut FloorSystem, from: Address, accounts: &[Address], calls: &[Bytes]) -> Vec<CallOutcome> {
    let before = s.storage();
    let call = simulateCall { accounts: accounts.to_vec(), calls: calls.to_vec() };
    let sent = s.must(from, call);
    assert!(sent.logs.is_empty(), "nothing is told of what was undone");
    assert_eq!(s.storage(), before);
    let outcome = |result: everfloor_test::abi::CallResult| CallOutcome {
        success: result.success,
        data: result.returnData,
    };
    sent.returned.into_iter().map(outcome).collect()
}

struct CallOutcome {
    success: bool,
    data: Bytes,
}

/// A holder of two NFTs who is short of one and a half FP, and the long.
fn pair(s: &mut FloorSystem) -> (Address, Address, Vec<U256>) {
    let (holder, long) = (s.trader("holder"), s.trader("long"));
    let ids = s.lock(holder, 2);
    s.deposit(long, 20 * ONE);
    s.trade(long, holder, 3 * ONE / 2, 10 * ONE);
    (holder, long, ids)
}

#[test]
fn anybody_sees_what_a_trade_and_an_epoch_would_leave_of_accounts() {
    let mut s = FloorSystem::told();
    let (holder, long, _) = pair(&mut s);
    let trade = s.trade_call(long, holder, ONE / 4, 9 * ONE);
    let look = |owner| Bytes::from(getAccountCall { owner }.abi_encode());
    let calls = [trade.abi_encode().into(), look(holder), look(long)];
    let told = simulate(&mut s, account("stranger"), &[holder, long], &calls);
    assert!(told.iter().all(|call| call.success));
    s.trade(long, holder, ONE / 4, 9 * ONE);
    for (outcome, owner) in told[1..].iter().zip([holder, long]) {
        let then = getAccountCall::abi_decode_returns(&outcome.data).unwrap();
        assert_eq!(then, s.view(getAccountCall { owner }));
    }
}

#[test]
fn a_refusal_is_told_and_the_next_call_is_made() {
    let mut s = FloorSystem::told();
    let (holder, _, ids) = pair(&mut s);
    let all = |ids: &[U256]| {
        let call = withdrawNftCall { account: holder, ids: ids.to_vec(), to: holder, deadline: U256::MAX };
        Bytes::from(call.abi_encode())
    };
    let look = Bytes::from(getAccountCall { owner: holder }.abi_encode());
    let told = simulate(&mut s, holder, &[], &[all(&ids), all(&ids[..1]), look, Bytes::new()]);
    assert_eq!(told.iter().map(|call| call.success).collect::<Vec<_>>(), [false, true, true, false]);
    let then = getAccountCall::abi_decode_returns(&told[2].data).unwrap();
    assert_eq!(then.nfts, U256::ONE);
    // Without the owner's leave there is none.
    let told = simulate(&mut s, account("stranger"), &[], &[all(&ids[..1])]);
    let error = NotOperator { account: holder, caller: account("stranger") };
    assert_eq!((told[0].success, &told[0].data[..]), (false, &error.abi_encode()[..]));
    assert_eq!(s.owner_of(ids[0]), s.market);
}

#[test]
fn the_most_that_an_account_can_do_is_found_by_trying() {
    let mut s = FloorSystem::told();
    let (holder, long, ids) = pair(&mut s);
    let most = s.must(long, maxWithdrawCall { account: holder }).returned;
    let one_more = s.withdraw_call(holder, (most.amount + U256::ONE).to::<u128>());
    assert!(s.send(holder, one_more).is_err());
    let call = s.withdraw_call(holder, most.amount.to::<u128>());
    assert_eq!(s.must(holder, call).returned.paid, most.paid);
    assert_eq!(s.must(long, maxUnlockCall { account: holder }).returned, U256::ZERO);
    assert_eq!(s.must(long, maxMintCall { account: holder }).returned, U256::from(ONE / 2));
    assert!(s.must(long, suggestedLotCall { account: holder }).returned.is_empty());
    // The short outgrows the NFTs in kind: all of both is what a keeper may offer.
    s.pay_epoch(10 * ONE, 15 * ONE);
    let lot = s.must(long, suggestedLotCall { account: holder }).returned;
    assert_eq!(lot, ids);
    s.must(long, kickCall { account: holder, ids: lot, deadline: U256::MAX });
}

#[test]
fn a_position_short_of_margin_is_suggested_to_takers() {
    let mut s = FloorSystem::told();
    let (short, long, taker) = (s.trader("short"), s.trader("long"), s.trader("taker"));
    for (who, cash) in [(short, 6), (long, 20), (taker, 50)] {
        s.deposit(who, cash * ONE);
    }
    s.trade(long, short, ONE, 10 * ONE);
    assert_eq!(s.must(taker, suggestedTakeOverCall { account: short }).returned, U256::ZERO);
    s.set_prices(13 * ONE, 13 * ONE);
    let fp = s.must(taker, suggestedTakeOverCall { account: short }).returned;
    assert!(fp > U256::ZERO);
    let (least, most, deadline) = (U256::ZERO, U256::MAX >> 129, U256::MAX);
    let call = |fp| takeOverCall { account: short, fp, leastGot: least, mostPaid: most, deadline };
    let refusal = NotEnoughFp { asked: (fp + U256::ONE), have: fp };
    s.refused(taker, call(fp + U256::ONE), refusal);
    s.must(taker, call(fp));
    assert!(!s.view(isLiquidatableCall { account: short }).liquidatable);
    s.assert_conserved();
}
