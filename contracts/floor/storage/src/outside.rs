//! What is asked of the index, of the venue and of the collection.
//!
//! Each is asked in a bounded call, and what does not answer is as good as what has nothing to say. The index decides how
//! fresh it is; a venue without a price is one at which nobody has quoted yet, and the mark is then what FP tracks.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, call, calldata, static_call, word_at};
use everfloor_floor_rules::{Prices, Terms};
use stylus_sdk::host::VM;

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
    state::{MarketState, Peer},
};

sol! {
    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);
    function markPrice() external view returns (uint256 price, uint256 blindSeconds, uint256 span);
    function transferFrom(address from, address to, uint256 id) external;
    function ownerOf(uint256 id) external view returns (address owner);
}

/// The status of something that does not answer.
pub const SILENT: u8 = u8::MAX;
/// Where a price comes from, in errors and events.
pub const OF_INDEX: u64 = 0;
/// See above.
pub const OF_MARK: u64 = 1;
/// Gas an oracle may burn.
const ORACLE_GAS: u64 = 2_000_000;

fn ask(vm: &VM, at: Address, data: &[u8], limit: usize) -> Vec<u8> {
    static_call(vm, at, data, ORACLE_GAS, limit).unwrap_or_default()
}

fn price_at(answer: &[u8], index: usize) -> Option<u128> {
    u128::try_from(word_at(answer, index)?).ok().filter(|price| *price != 0)
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

/// The present prices: the index's recent average, if it is fresh, and the venue's.
pub fn prices(vm: &VM, state: &MarketState, terms: &Terms) -> Outcome<Prices> {
    let answer = ask(vm, state.peer(Peer::Index), &getIndexCall::SELECTOR, 128);
    let status = status_at(&answer, 3);
    let index = match (status, price_at(&answer, 1)) {
        (0, Some(index)) => index,
        (0, None) => return Err(unavailable(SILENT)),
        _ => return Err(unavailable(status)),
    };
    let answer = ask(vm, state.peer(Peer::Venue), &markPriceCall::SELECTOR, 96);
    let mark = price_at(&answer, 0).unwrap_or(terms.payoff(index));
    Ok(Prices { mark, index })
}

fn unavailable(status: u8) -> Revert {
    errors::PriceUnavailable { source: U256::from(OF_INDEX), status: U256::from(status) }.into()
}

/// Moves an NFT, and sees that it went: a collection is not trusted to do what it says.
pub fn move_nft(vm: &VM, collection: Address, from: Address, to: Address, id: U256) -> Outcome<()> {
    let data = calldata(transferFromCall::SELECTOR, [address_word(from), address_word(to), id]);
    call(vm, collection, &data, 128).map_err(Revert)?;
    if owner_of(vm, collection, id) == to { Ok(()) } else { Err(errors::UnknownNft { id }.into()) }
}

/// Who has an NFT; zero is nobody.
pub fn owner_of(vm: &VM, collection: Address, id: U256) -> Address {
    let answer = ask(vm, collection, &calldata(ownerOfCall::SELECTOR, [id]), 32);
    Address::from_word(word_at(&answer, 0).unwrap_or_default().into())
}
