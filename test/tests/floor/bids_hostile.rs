//! Collections and tokens that lie, fail, or come back, as contracts of the chain.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_test::{Backend, TokenMode, abi::BidBook::*, account, solidity};

use crate::ground::*;

sol! {
    /// `test/solidity/HostileNft.sol`.
    #[derive(Debug)]
    interface HostileNft {
        #[derive(PartialEq, Eq)]
        error Refused(uint256 id);
        function mint(address to, uint256 id) external;
        function setMode(uint8 to) external;
        function setReentry(address to, bytes[] with) external;
        function tried() external view returns (uint256);
        function allowed() external view returns (uint256);
    }
}

const MOVES_NOTHING: u8 = 1;
const MOVES_ELSEWHERE: u8 = 2;
const LAX: u8 = 3;
const REFUSES: u8 = 4;
const SAYS_NOTHING: u8 = 5;
const COMES_BACK: u8 = 6;

/// A bid of one unit for a collection that anybody may make misbehave, and an NFT of Bob's; rewards are in a token of that
/// kind.
fn hostile() -> Bids {
    let mut g = Ground::new();
    let reward = g.chain.hostile_token();
    let collection = g.create(solidity::HOSTILE_NFT);
    let mut w = Bids::make(g, collection, reward);
    w.place(w.alice, 100, 1);
    w.g.must_to(w.bob, collection, HostileNft::mintCall { to: w.bob, id: U256::ONE });
    w
}

fn mode(w: &mut Bids, to: u8) {
    w.g.must_to(account("anybody"), w.collection, HostileNft::setModeCall { to });
}

#[test]
fn a_collection_that_does_not_move_it_gets_nobody_paid() {
    let mut w = hostile();
    let (bob, carol, one) = (w.bob, w.carol, U256::ONE);
    let held_by = |owner: Address| NftNotHeld { tokenId: one, owner };
    mode(&mut w, MOVES_NOTHING);
    w.g.refused(bob, sell(&[one], U256::ZERO, bob), held_by(bob));
    w.g.refused(bob, list_ask(one, 5), held_by(bob));
    // To nobody knows whom.
    mode(&mut w, MOVES_ELSEWHERE);
    w.g.refused(bob, sell(&[one], U256::ZERO, bob), held_by(Address::ZERO));
    mode(&mut w, SAYS_NOTHING);
    w.g.refused(bob, sell(&[one], U256::ZERO, bob), held_by(Address::ZERO));
    // In its own words.
    mode(&mut w, REFUSES);
    w.g.refused(bob, sell(&[one], U256::ZERO, bob), HostileNft::Refused { id: one });
    // One that does not look at whose it is: what others have approved the book for is safe.
    mode(&mut w, LAX);
    w.g.refused(carol, sell(&[one], U256::ZERO, carol), held_by(bob));
    w.sell(bob, &[one]);
    assert_eq!(w.holder(one), w.alice);
}

/// What may be called of a book by anybody, and would do harm in the middle of a sale.
fn calls(w: &Bids) -> Vec<Vec<u8>> {
    let (to, one) = (w.bob, U256::ONE);
    vec![
        place_bid(1, 1).abi_encode(),
        requestCancelCall { id: one }.abi_encode(),
        finishCancelCall { id: one }.abi_encode(),
        sell(&[one], U256::ZERO, to).abi_encode(),
        catchUpCall { steps: n(9_u8) }.abi_encode(),
        list_ask(one, 5).abi_encode(),
        buyAskCall { id: one, maxPrice: U256::MAX, to, deadline: U256::MAX }.abi_encode(),
        fundRewardsCall { amount: one }.abi_encode(),
        settleRewardsCall { bidIds: vec![one] }.abi_encode(),
        claimRewardsCall { bidIds: vec![one], to }.abi_encode(),
        claimCashCall { to }.abi_encode(),
        collectFeesCall {}.abi_encode(),
        bookStateCall {}.abi_encode(),
    ]
}

#[test]
fn a_collection_is_not_let_back_in_during_a_sale() {
    let mut w = hostile();
    let (bob, book, collection) = (w.bob, w.g.at, w.collection);
    let calls = calls(&w);
    let count = n(calls.len() as u64);
    let with = calls.into_iter().map(Into::into).collect();
    w.g.must_to(bob, collection, HostileNft::setReentryCall { to: book, with });
    mode(&mut w, COMES_BACK);
    w.sell(bob, &[U256::ONE]);
    let told = (
        w.g.view_of(collection, HostileNft::triedCall {}),
        w.g.view_of(collection, HostileNft::allowedCall {}),
    );
    assert_eq!((told, w.holder(U256::ONE)), ((count, U256::ZERO), w.alice));
}

sol! {
    function tried() external view returns (uint256);
    function allowed() external view returns (uint256);
}

#[test]
fn a_token_is_not_let_back_in_while_it_moves() {
    let mut w = hostile();
    let (carol, book, reward) = (w.carol, w.g.at, w.reward);
    for (count, calldata) in (1_u64..).zip(calls(&w)) {
        w.g.chain.set_token_mode(reward, TokenMode::Reenters { target: book, calldata });
        w.g.must(carol, fundRewardsCall { amount: n(5_u8) });
        let told = (w.g.view_of(reward, triedCall {}), w.g.view_of(reward, allowedCall {}));
        assert_eq!(told, (n(count), U256::ZERO));
    }
}

#[test]
fn a_token_that_fails_or_brings_less_changes_nothing() {
    let mut w = hostile();
    let (carol, reward) = (w.carol, w.reward);
    let fund = || fundRewardsCall { amount: n(1_000_u64) };
    let failed = || TransferFailed { token: reward };
    for mode in [TokenMode::Reverts, TokenMode::ReturnsFalse, TokenMode::MovesAndReturnsFalse] {
        w.g.chain.set_token_mode(reward, mode);
        w.g.refused(carol, fund(), failed());
    }
    w.g.chain.set_token_mode(reward, TokenMode::TakesFee);
    w.g.refused(carol, fund(), TransferMismatch { expected: n(1_000_u64), received: n(900_u64) });
    w.g.chain.set_token_mode(reward, TokenMode::ReturnsNothing);
    w.g.must(carol, fund());
    assert_eq!(w.g.view(rewardsCall {}).pot, n(1_000_u64));
}

/// A bid's cash that cannot be paid out keeps nobody's bid in the book, and is there when it can be paid again.
#[test]
fn cash_that_fails_keeps_no_bid_in_the_book() {
    let mut w = Bids::new();
    let (alice, bob, cash) = (w.alice, w.bob, w.cash);
    let id = w.place(alice, 10, 2);
    w.g.must(alice, requestCancelCall { id });
    w.g.warp(DELAY);
    let good = w.g.chain.chain().code(cash);
    // PUSH1 0, PUSH1 0, REVERT
    w.g.chain.chain().set_code(cash, vec![0x60, 0, 0x60, 0, 0xfd].into());
    w.g.refused(alice, finishCancelCall { id }, TransferFailed { token: cash });
    w.g.must(bob, finishCancelCall { id });
    w.g.refused(alice, claimCashCall { to: alice }, TransferFailed { token: cash });
    w.g.chain.chain().set_code(cash, good);
    assert_eq!(w.g.must(alice, claimCashCall { to: alice }).returned, price(20));
}
