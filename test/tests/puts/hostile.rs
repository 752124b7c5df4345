//! Tokens and callers that do not behave; and a collateral of six decimals.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, EPOCH, PutSystem, TokenMode,
    abi::{PoolParams, PutPool::*, TestToken, WriterPosition},
    account, on_both, wad, wad_milli,
};

/// A pool whose collateral is a token of six decimals that can be made to misbehave.
fn with_dollars<B: Backend>(mut s: PutSystem<B>) -> PutSystem<B> {
    let dollar = s.backend.hostile_token();
    let genesis = (s.backend.now() / 900 + 1) * 900;
    s.weth = dollar;
    let params = PoolParams { minDeposit: U256::from(1_000_u64), ..PutSystem::<B>::params(genesis) };
    s.pool = s.new_pool(params).unwrap();
    s.positions = s.backend.owned(everfloor_test::Owned::Positions, s.pool);
    let (owner, buyer) = (s.owner, account("buyer"));
    s.must(owner, setPositionsCall { positions: s.positions });
    s.name_buyer(buyer);
    s.give(buyer, dollars(1_000_000));
    s.warp_to(genesis);
    s
}

fn dollars(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000)
}

on_both! {
    puts:
    fn a_collateral_of_six_decimals_counts_in_its_own_units(old) {
        let mut s = with_dollars(old);
        let (alice, id) = s.deposit("alice", dollars(400));
        assert_eq!((s.position(id).shares, s.state().liquidity), (wad(400), dollars(400)));
        let bought = s.purchase(wad(1_000), dollars(1_600)).returned;
        // 4.083246820020205 rounded up to a unit.
        assert_eq!((bought.strike, bought.premium), (wad_milli(150), U256::from(4_083_247)));
        assert_eq!(s.state().locked, dollars(150));
        s.must(alice, requestExitCall { id, shares: wad(400) });
        let buyer = s.buyer;
        s.must(buyer, reportSupplyCall { supply: U256::ZERO });
        let rolled = s.roll_at(wad_milli(100));
        assert_eq!(rolled.returned.payoff, dollars(50));
        assert_eq!(rolled.event::<ExitFilled>().paid, dollars(275), "75 stay for what is covered");
        s.assert_backed(4);
    }

    fn tokens_that_are_simply_sent_change_nothing(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        let before = s.state();
        let (weth, dpx, pool) = (s.weth, s.dpx, s.pool);
        s.give_token(weth, pool, U256::ONE);
        s.give_token(dpx, pool, wad(1));
        assert_eq!(s.state(), before);
        s.purchase(wad(10), wad(1));
        s.roll_at(wad_milli(100));
        s.must(alice, requestExitCall { id, shares: wad(100) });
        s.roll_at(wad_milli(100));
        s.must(alice, claimCall { id, recipient: alice });
        let buyer = s.buyer;
        s.must(buyer, collectPayoffCall {});
        s.assert_backed(4);
    }

    fn a_token_that_fails_keeps_everything_as_it_was(old) {
        let mut s = with_dollars(old);
        let (alice, id) = s.deposit("alice", dollars(400));
        s.purchase(wad(1_000), dollars(100));
        s.backend.warp(EPOCH / 2);
        s.give(alice, dollars(100));
        let (token, buyer) = (s.weth, s.buyer);
        let deposit = s.deposit_call(alice, dollars(10));
        let purchase = s.purchase_call(wad(1), dollars(100));
        s.mark_at(wad_milli(200));
        for mode in [TokenMode::ReturnsFalse, TokenMode::MovesAndReturnsFalse, TokenMode::Reverts] {
            s.backend.set_token_mode(token, mode);
            let before = s.storage();
            assert!(s.send(alice, deposit.clone()).is_err());
            assert!(s.send(buyer, purchase.clone()).is_err());
            assert!(s.send(alice, claimFeesCall { id, recipient: alice }).is_err());
            assert!(s.send(alice, fundEscrowCall { amount: dollars(1) }).is_err());
            assert_eq!(s.storage(), before);
        }
        s.backend.set_token_mode(token, TokenMode::TakesFee);
        s.refused(alice, deposit.clone(), TransferMismatch { expected: dollars(10), received: dollars(9) });
        s.refused(alice, fundEscrowCall { amount: dollars(10) }, TransferMismatch { expected: dollars(10), received: dollars(9) });
        s.backend.set_token_mode(token, TokenMode::ReturnsNothing);
        s.must(alice, deposit);
        s.must(alice, claimFeesCall { id, recipient: alice });
        s.assert_backed(4);
    }

    fn a_token_that_calls_back_in_finds_the_door_locked(old) {
        let mut s = with_dollars(old);
        let (alice, id) = s.deposit("alice", dollars(400));
        s.purchase(wad(1_000), dollars(100));
        s.backend.warp(EPOCH / 2);
        s.give(alice, dollars(100));
        let (token, pool) = (s.weth, s.pool);
        let calls = [
            s.deposit_call(token, dollars(1)).abi_encode(),
            claimFeesCall { id, recipient: token }.abi_encode(),
            rollCall {}.abi_encode(),
            settleCall { id }.abi_encode(),
            collectPayoffCall {}.abi_encode(),
            fundEscrowCall { amount: dollars(1) }.abi_encode(),
            requestExitCall { id, shares: wad(1) }.abi_encode(),
        ];
        let positions = s.positions;
        s.must_to(alice, positions, WriterPosition::setApprovalForAllCall { operator: token, approved: true });
        for calldata in calls {
            s.backend.set_token_mode(token, TokenMode::Reenters { target: pool, calldata });
            let deposit = s.deposit_call(alice, dollars(10));
            s.must(alice, deposit);
            s.must(alice, claimFeesCall { id, recipient: alice });
            let requested = s.position(id).exitShares;
            assert_eq!(requested, U256::ZERO, "nothing came in");
            s.assert_backed(4);
        }
    }

    fn a_recipient_that_is_refused_holds_up_nobody_else(s) {
        let (alice, first) = s.deposit("alice", wad(100));
        let (bob, second) = s.deposit("bob", wad(100));
        s.must(alice, requestExitCall { id: first, shares: wad(100) });
        s.must(bob, requestExitCall { id: second, shares: wad(100) });
        s.roll_at(wad_milli(200));
        // Claims are pulled, each by itself and to wherever its owner wants.
        s.must(bob, claimCall { id: second, recipient: account("elsewhere") });
        assert_eq!(s.view_of(s.weth, TestToken::balanceOfCall { account: account("elsewhere") }), wad(100));
        s.must(alice, claimCall { id: first, recipient: alice });
    }
}
