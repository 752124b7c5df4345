//! What is asked of the index, of the venue and of the collection.
//!
//! Each is asked in a bounded call, and what does not answer is as good as what has nothing to say. The index decides how
//! fresh it is; a venue without a price is one at which nobody has quoted yet, and the mark is then what FP tracks.

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, call, calldata, static_call, word_at};
use everfloor_floor_rules::{FloorError, PRICE_LIMIT, Prices, Terms};
use stylus_sdk::host::VM;

use crate::{
    abi::{errors, narrow},
    revert::{Outcome, Revert},
    state::{MarketState, Peer},
};

sol! {
    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);
    function markPrice() external view returns (uint256 price, uint256 blindSeconds, uint256 span);
    function transferFrom(address from, address to, uint256 id) external;
    function approve(address to, uint256 id) external;
    function sell(uint256[] ids, bytes32[][] proofs, uint256 minTotal, uint256 maxBids, address to, uint256 deadline) external returns (uint256 paid, uint256 fee);
    function onFlashNft(address market, uint256[] ids, bytes data) external returns (bytes32 answer);
    function floorCall(address sender, uint256 owe, uint256[] ids, bytes data) external;
    function ownerOf(uint256 id) external view returns (address owner);
}

/// The status of something that does not answer.
pub const SILENT: u8 = u8::MAX;
/// Where a price comes from, in errors and events.
pub const OF_INDEX: u64 = 0;
/// See above.
pub const OF_MARK: u64 = 1;
/// What an index says of an epoch for which it will never have an average: that it was silent, or does not know it.
const INDEX_LACKS: [u8; 2] = [1, 3];
/// What a venue says of one: that nobody quoted in it.
const MARK_LACKS: [u8; 1] = [2];

/// Whether there will never be an average of an epoch. What has no answer yet, or gave none because whoever calls left it
/// too little gas, may have one later.
pub fn is_lacking(source: u64, status: u8) -> bool {
    if source == OF_INDEX { INDEX_LACKS.contains(&status) } else { MARK_LACKS.contains(&status) }
}

/// Bytes of the head of `sell`.
const SELL_HEAD: usize = 192;
/// Gas an oracle may burn.
const ORACLE_GAS: u64 = 2_000_000;

fn ask(vm: &VM, at: Address, data: &[u8], limit: usize) -> Vec<u8> {
    static_call(vm, at, data, ORACLE_GAS, limit).unwrap_or_default()
}

fn price_at(answer: &[u8], index: usize) -> Option<u128> {
    // What is beyond all sense is as good as none: it must not stop payments for good.
    u128::try_from(word_at(answer, index)?).ok().filter(|price| (1..PRICE_LIMIT).contains(price))
}

fn status_at(answer: &[u8], index: usize) -> u8 {
    word_at(answer, index).and_then(|word| u8::try_from(word).ok()).unwrap_or(SILENT)
}

/// The average of an epoch at an oracle whose answer has its status at this word, or the status that says why not.
fn epoch_average(vm: &VM, at: Address, epoch: u32, status: usize) -> Result<u128, u8> {
    let data = calldata(averageOfEpochCall::SELECTOR, [U256::from(epoch)]);
    let answer = ask(vm, at, &data, 96);
    match (status_at(&answer, status), price_at(&answer, 0)) {
        (0, Some(price)) => Ok(price),
        (0, None) => Err(SILENT),
        (status, _) => Err(status),
    }
}

/// The averages of an epoch, or whose it is that there is none and its status.
pub fn epoch_prices(vm: &VM, state: &MarketState, epoch: u32) -> Result<Prices, (u64, u8)> {
    let index = epoch_average(vm, state.peer(Peer::Index), epoch, 1).map_err(|status| (OF_INDEX, status))?;
    let mark = epoch_average(vm, state.peer(Peer::Venue), epoch, 2).map_err(|status| (OF_MARK, status))?;
    Ok(Prices { mark, index })
}

/// The present prices: the index's recent average, if it is fresh, and the venue's, which says so itself if it is at work:
/// then it cannot be asked. A venue that has none, which it tells by a number beyond all prices, leaves what one FP tracks.
pub fn prices(vm: &VM, state: &MarketState, terms: &Terms, told: Option<u128>) -> Outcome<Prices> {
    let answer = ask(vm, state.peer(Peer::Index), &getIndexCall::SELECTOR, 128);
    let status = status_at(&answer, 3);
    let index = match (status, price_at(&answer, 1)) {
        (0, Some(index)) => index,
        (0, None) => return Err(unavailable(SILENT)),
        _ => return Err(unavailable(status)),
    };
    let mark = match told {
        Some(told) => Some(told).filter(|told| *told < PRICE_LIMIT),
        None => mark(vm, state),
    };
    let mark = mark.unwrap_or(terms.payoff(index));
    Ok(Prices { mark, index })
}

/// The venue's recent average, if it has one that somebody stood behind for at least half of its time: what a venue carries on
/// while nobody quotes both sides is no price to liquidate by.
fn mark(vm: &VM, state: &MarketState) -> Option<u128> {
    let answer = ask(vm, state.peer(Peer::Venue), &markPriceCall::SELECTOR, 96);
    let (blind, span) = (word_at(&answer, 1)?, word_at(&answer, 2)?);
    price_at(&answer, 0).filter(|_| blind <= span.wrapping_shr(1))
}

fn unavailable(status: u8) -> Revert {
    not_available(OF_INDEX, status)
}

/// Refuses for want of a price.
pub fn not_available(source: u64, status: u8) -> Revert {
    errors::PriceUnavailable { source: U256::from(source), status: U256::from(status) }.into()
}

/// Refuses more open FP than what is bid for NFTs carries; an index that does not say how much carries none.
pub fn require_carried(vm: &VM, state: &MarketState, open: u128) -> Result<(), FloorError> {
    let data = calldata(openInterestCapForCall::SELECTOR, [U256::from(open)]);
    let cap = word_at(&ask(vm, state.peer(Peer::Index), &data, 64), 0).unwrap_or_default().saturating_to();
    if open > cap { Err(FloorError::OpenInterestCap { open, cap }) } else { Ok(()) }
}

/// Moves an NFT, and sees that it went: a collection is not trusted to do what it says.
pub fn move_nft(vm: &VM, collection: Address, from: Address, to: Address, id: U256) -> Outcome<()> {
    let data = calldata(transferFromCall::SELECTOR, [address_word(from), address_word(to), id]);
    call(vm, collection, &data, 128).map_err(Revert)?;
    if owner_of(vm, collection, id) == to { Ok(()) } else { Err(errors::UnknownNft { id }.into()) }
}

/// Calls whoever got NFTs before they are paid for: `sender` will be asked for `owe`.
pub fn call_back(
    vm: &VM,
    receiver: Address,
    sender: Address,
    owe: U256,
    ids: &[U256],
    data: &[u8],
) -> Outcome<()> {
    let head = calldata(floorCallCall::SELECTOR, [address_word(sender), owe]);
    call_with(vm, receiver, head, ids, data, 256).map(|_| ())
}

/// Calls whoever borrowed NFTs of this contract, which is `here`; what it answers.
pub fn lend_to(vm: &VM, borrower: Address, here: Address, ids: &[U256], data: &[u8]) -> Outcome<Vec<u8>> {
    let head = calldata(onFlashNftCall::SELECTOR, [address_word(here)]);
    call_with(vm, borrower, head, ids, data, 32)
}

/// Calls with a selector and words, then NFTs and bytes; at most `limit` bytes of the answer.
fn call_with(
    vm: &VM,
    to: Address,
    mut bytes: Vec<u8>,
    ids: &[U256],
    data: &[u8],
    limit: usize,
) -> Outcome<Vec<u8>> {
    // Counted without the selector, and with the two offsets that are still to come.
    let ids_at = bytes.len().saturating_add(60);
    write(&mut bytes, U256::from(ids_at));
    write(&mut bytes, U256::from(list_bytes(ids.len()).saturating_add(ids_at)));
    write_list(&mut bytes, ids.iter().copied());
    write(&mut bytes, U256::from(data.len()));
    bytes.extend_from_slice(data);
    let padding = data.len().wrapping_neg() % 32;
    bytes.extend_from_slice([0; 32].get(..padding).unwrap_or_default());
    call(vm, to, &bytes, limit).map_err(Revert)
}

/// Bytes of a list of so many words, its length among them.
fn list_bytes(count: usize) -> usize {
    count.saturating_add(1).saturating_mul(32)
}

fn write(bytes: &mut Vec<u8>, word: U256) {
    bytes.extend_from_slice(&word.to_be_bytes::<32>());
}

fn write_list(bytes: &mut Vec<u8>, words: impl ExactSizeIterator<Item = U256>) {
    write(bytes, U256::from(words.len()));
    words.for_each(|word| write(bytes, word));
}

/// Sells NFTs of this contract, which is `here`, into the best bids for at least so much each; what they paid, wei.
#[allow(clippy::too_many_arguments, reason = "a sale with its limits")]
pub fn sell(
    vm: &VM,
    state: &MarketState,
    ids: &[U256],
    proofs: Vec<Vec<FixedBytes<32>>>,
    least: u128,
    max_bids: U256,
    deadline: U256,
    here: Address,
) -> Outcome<u128> {
    let (collection, bids) = (state.peer(Peer::Collection), state.peer(Peer::Bids));
    for id in ids {
        let data = calldata(approveCall::SELECTOR, [address_word(bids), *id]);
        call(vm, collection, &data, 128).map_err(Revert)?;
    }
    let min_total = U256::from(least).saturating_mul(U256::from(ids.len()));
    let proofs_at = list_bytes(ids.len()).saturating_add(SELL_HEAD);
    let head =
        [U256::from(SELL_HEAD), U256::from(proofs_at), min_total, max_bids, address_word(here), deadline];
    let mut sale = calldata(sellCall::SELECTOR, head);
    write_list(&mut sale, ids.iter().copied());
    write(&mut sale, U256::from(proofs.len()));
    let mut at = proofs.len().saturating_mul(32);
    for proof in &proofs {
        write(&mut sale, U256::from(at));
        at = at.saturating_add(list_bytes(proof.len()));
    }
    for proof in proofs {
        write_list(&mut sale, proof.into_iter().map(|part| U256::from_be_bytes(part.0)));
    }
    let answer = call(vm, bids, &sale, 128).map_err(Revert)?;
    for id in ids {
        if owner_of(vm, collection, *id) == here {
            return Err(errors::UnknownNft { id: *id }.into());
        }
    }
    let paid = word_at(&answer, 0).unwrap_or_default();
    if paid < min_total {
        return Err(errors::BidsBelowPrice { paid, least: min_total }.into());
    }
    narrow(paid)
}

/// Who has an NFT; zero is nobody.
pub fn owner_of(vm: &VM, collection: Address, id: U256) -> Address {
    let answer = ask(vm, collection, &calldata(ownerOfCall::SELECTOR, [id]), 32);
    Address::from_word(word_at(&answer, 0).unwrap_or_default().into())
}
