//! What others are told in the middle of a call, and what they do then: borrowers, takers, the bids.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolValue, sol};
use everfloor_host::{nft::IPositionToken as Nft, token::IToken};
use stylus_sdk::{call::RawCall, host::VM};

use crate::rig::*;

sol! {
    #[derive(Debug, PartialEq)]
    function onFlashNft(address market, uint256[] ids, bytes data) external returns (bytes32 answer);
    #[derive(Debug, PartialEq)]
    function floorCall(address sender, uint256 owe, uint256[] ids, bytes data) external;
    #[derive(Debug, PartialEq)]
    function sell(uint256[] ids, bytes32[][] proofs, uint256 minTotal, uint256 maxBids, address to, uint256 deadline) external returns (uint256 paid, uint256 fee);
    function namePeers(address venue, address bids, address wrapper) external;
    function takeIntoBids(uint256 auction, uint256[] ids, bytes32[][] proofs, uint256 maxBids, uint256 deadline) external returns (uint256 price, uint256 bought);
}

const OTHER: Address = address!("0x00000000000000000000000000000000000000b5");
const BUYER: Address = address!("0x00000000000000000000000000000000000000b6");

/// A call of its own, as a contract makes one.
#[allow(unsafe_code, reason = "a handler has no storage of its own")]
fn call_from(vm: &VM, to: Address, call: impl SolCall) {
    // SAFETY: nothing is borrowed.
    let answer = unsafe { RawCall::new(vm).clear_storage_cache().call(to, &call.abi_encode()) };
    answer.expect("what it calls lets it");
}

/// Data of every length up to a word and beyond it.
fn lengths() -> impl Iterator<Item = Bytes> {
    [1, 31, 32, 33, 64]
        .into_iter()
        .map(|length: u8| (0..length).map(|byte| byte + 1).collect::<Vec<_>>().into())
}

#[test]
fn a_borrower_is_told_what_it_got_and_with_what() {
    let w = World::new();
    let (alice, ids) = w.someone("alice", 2, 0);
    let heard = Rc::new(RefCell::new(None));
    let hears = heard.clone();
    w.chain.deploy_handler(OTHER, move |input, vm| {
        let call = onFlashNftCall::abi_decode_validate(&input).expect("it is told in the standard's words");
        for id in &call.ids {
            call_from(&vm, APES, Nft::transferFromCall { from: OTHER, to: MARKET, tokenId: *id });
        }
        *hears.borrow_mut() = Some(call);
        Ok(alloy_primitives::keccak256("Everfloor.onFlashNft").to_vec())
    });
    for data in lengths() {
        w.send(alice, flashNftCall { ids: ids.clone(), borrower: OTHER, data: data.clone() });
        let told = onFlashNftCall { market: MARKET, ids: ids.clone(), data };
        assert_eq!(heard.borrow_mut().take(), Some(told));
    }
    assert!(ids.iter().all(|id| w.holder(*id) == MARKET));
}

/// An auction of an account that has become liquidatable: its number, and the NFTs.
fn auction(w: &World) -> (U256, Vec<U256>) {
    let (alice, ids) = w.someone("alice", 1, 0);
    let bob = w.trader("bob", 1_000);
    w.trade(alice, bob, 100, 1_000);
    w.withdraw(alice, 1_000);
    w.prices(1_000, 1_100);
    w.days(1);
    let call = kickCall { account: alice, ids: ids.clone(), deadline: w.deadline() };
    (w.send(account("keeper"), call), ids)
}

#[test]
fn a_taker_is_told_what_it_owes_and_with_what() {
    for data in lengths() {
        let w = World::new();
        let (auction, ids) = auction(&w);
        let taker = w.trader("taker", 0);
        let heard = Rc::new(RefCell::new(None));
        let hears = heard.clone();
        w.chain.deploy_handler(OTHER, move |input, _| {
            let call =
                floorCallCall::abi_decode_validate(&input).expect("it is told in the standard's words");
            *hears.borrow_mut() = Some(call);
            Ok(Vec::new())
        });
        let (max, fp, deadline) = (cents(100_000), U256::ZERO, w.deadline());
        let take = takeCall {
            auction,
            ids: ids.clone(),
            maxPrice: max,
            fp,
            receiver: OTHER,
            data: data.clone(),
            deadline,
        };
        let owe = w.send(taker, take).owe;
        assert_ne!(owe, U256::ZERO);
        let told = floorCallCall { sender: taker, owe, ids: ids.clone(), data };
        assert_eq!(heard.take(), Some(told));
        assert_eq!(w.holder(ids[0]), OTHER);
    }
}

#[test]
fn bids_are_asked_for_no_less_than_the_auctions_price_and_what_they_pay_counts() {
    let w = World::new();
    w.send(w.owner, namePeersCall { venue: Address::ZERO, bids: OTHER, wrapper: Address::ZERO });
    let (auction, ids) = auction(&w);
    let mint = IToken::mintCall { to: OTHER, amount: n(1_000 * ONE) };
    w.chain.send(OTHER, CASH, mint).unwrap();
    let heard = Rc::new(RefCell::new(None));
    let (hears, pays) = (heard.clone(), Rc::new(RefCell::new(U256::ZERO)));
    let paid = pays.clone();
    w.chain.deploy_handler(OTHER, move |input, vm| {
        let call = sellCall::abi_decode_validate(&input).expect("it is told in the bids' words");
        for id in &call.ids {
            call_from(&vm, APES, Nft::transferFromCall { from: MARKET, to: BUYER, tokenId: *id });
        }
        let amount = *pays.borrow();
        call_from(&vm, CASH, IToken::transferCall { to: MARKET, amount });
        *hears.borrow_mut() = Some(call);
        Ok((amount, U256::ZERO).abi_encode())
    });
    // Two of one proof, none of the other: each list has a length of its own.
    let proofs = vec![vec![B256::repeat_byte(1), B256::repeat_byte(2)], Vec::new()];
    let call = takeIntoBidsCall {
        auction,
        ids: ids.clone(),
        proofs: proofs.clone(),
        maxBids: n(3_u8),
        deadline: w.deadline(),
    };
    let least = cents(2_200);
    *paid.borrow_mut() = least - U256::ONE;
    let below = errors::BidsBelowPrice { paid: least - U256::ONE, least };
    w.refused(account("keeper"), call.clone(), below);
    *paid.borrow_mut() = least + n(7_u8);
    let sold = w.send(account("keeper"), call.clone());
    let told = sellCall {
        ids: ids.clone(),
        proofs,
        minTotal: least,
        maxBids: n(3_u8),
        to: MARKET,
        deadline: call.deadline,
    };
    assert_eq!(heard.take(), Some(told));
    assert_eq!((sold.price, w.holder(ids[0])), (least + n(7_u8), BUYER));
    // Every coin and every NFT is counted.
    w.held();
}
