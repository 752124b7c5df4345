//! What is asked of a collection, of a pool, and of each other.
//!
//! The book and the index are contracts of ours and trust each other's answers; a pool's adapter is trusted with a price
//! at most, and a collection with nothing but whose its NFTs are: every move of one is looked at afterwards.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, call, calldata, static_call, word_at};
use everfloor_index_rules::{Account, Word, merkle, pool::Reserves, reports::Signed, typed_data};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::{errors, report_of, views::SignedReport},
    layout::Sources,
    revert::{Outcome, Revert},
};

sol! {
    function ownerOf(uint256 tokenId) external view returns (address owner);
    function transferFrom(address from, address to, uint256 tokenId) external;
    function getIndex() external view returns (uint256 spot, uint256 twap, uint64 updatedAt, uint8 status);
    function catchUpAndRead(uint256 steps, uint256 depth) external returns (uint256 bid, uint256 ask, bool pending);
    function reading(uint256 depth) external view returns (uint256 bid, uint256 ask, bool pending);
    function unitsNear(uint256 nearBps, uint256 most, uint256 enough) external view returns (uint256 units, bool isAll);

    /// What an index asks of a constant-product pool of a fungible vault token, through an adapter made for it: the reserves
    /// as the pool keeps them in its own books, never as balances, which anybody can change (`tokens` of the vault, with 18
    /// decimals, and `cash` in wei); and the average price over half an hour or more, wad of cash for one token, which nobody
    /// can move within a block.
    function poolState() external view returns (uint256 tokens, uint256 cash, uint256 averagePrice);
}

// ---- NFTs ----

/// The owner of an NFT; zero is nobody.
pub fn owner_of(vm: &VM, collection: Address, id: U256) -> Address {
    let answer = static_call(vm, collection, &calldata(ownerOfCall::SELECTOR, [id]), u64::MAX, 32);
    let word = answer.ok().and_then(|data| word_at(&data, 0)).unwrap_or_default();
    Address::from_word(word.into())
}

/// Moves an NFT, which nobody who gets one is told of. Whose it was before and is after decides, not what the collection
/// makes of the call: nobody's is moved but that of `from`, and nothing is taken for moved that was not.
pub fn move_nft(vm: &VM, collection: Address, from: Address, to: Address, id: U256) -> Outcome<()> {
    require_owner(vm, collection, from, id)?;
    let words = [address_word(from), address_word(to), id];
    call(vm, collection, &calldata(transferFromCall::SELECTOR, words), 128).map_err(Revert)?;
    require_owner(vm, collection, to, id)
}

fn require_owner(vm: &VM, collection: Address, expected: Address, id: U256) -> Outcome<()> {
    let owner = owner_of(vm, collection, id);
    if owner == expected { Ok(()) } else { Err(errors::NftNotHeld { tokenId: id, owner }.into()) }
}

/// Refuses an NFT that is not of the market with this root.
pub fn require_member(vm: &VM, root: &B256, id: U256, proof: &[B256]) -> Outcome<()> {
    let proof: Vec<Word> = proof.iter().map(|node| node.0).collect();
    Ok(merkle::require_member(&root.0, id, &proof, |bytes| keccak(vm, bytes))?)
}

fn keccak(vm: &VM, bytes: &[u8]) -> Word {
    vm.native_keccak256(bytes).0
}

// ---- The index, for a book ----

/// Gas the index may burn.
const INDEX_GAS: u64 = 1_000_000;
/// The status of an index that does not answer.
const SILENT: u8 = u8::MAX;

/// The present index, wei; refused unless it is fresh.
pub fn fresh_index(vm: &VM, index: Address) -> Outcome<u128> {
    let answer = static_call(vm, index, &getIndexCall::SELECTOR, INDEX_GAS, 128).unwrap_or_default();
    let status = word_at(&answer, 3).unwrap_or(U256::from(SILENT));
    let price = word_at(&answer, 0).and_then(|word| u128::try_from(word).ok());
    match price {
        Some(price) if status.is_zero() => Ok(price),
        _ => Err(errors::IndexNotFresh { status }.into()),
    }
}

// ---- The book, for an index ----

/// What a book says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookReading {
    /// The price of the unit of the depth, wei; 0 if fewer count.
    pub bid: u128,
    /// The lowest ask that counts, wei; 0 if there is none.
    pub ask: u128,
    /// Whether it has to count first.
    pub pending: bool,
}

fn book_reading(answer: &[u8]) -> Option<BookReading> {
    let number = |at| word_at(answer, at).and_then(|word| u128::try_from(word).ok());
    Some(BookReading { bid: number(0)?, ask: number(1)?, pending: number(2)? != 0 })
}

/// Has a book count at most so many offers, and reads it. What it refuses is refused here: the index is what is bid, so
/// there is no doing without.
pub fn count_and_read(vm: &VM, book: Address, steps: u32, depth: u32) -> Outcome<BookReading> {
    let words = [U256::from(steps), U256::from(depth)];
    let answer = call(vm, book, &calldata(catchUpAndReadCall::SELECTOR, words), 128).map_err(Revert)?;
    book_reading(&answer).ok_or_else(|| errors::BookUnreachable { book }.into())
}

/// Reads a book, for views; one that does not answer is pending.
pub fn read_book(vm: &VM, book: Address, depth: u32) -> BookReading {
    let data = calldata(readingCall::SELECTOR, [U256::from(depth)]);
    let answer = static_call(vm, book, &data, u64::MAX, 96).unwrap_or_default();
    book_reading(&answer).unwrap_or(BookReading { pending: true, ..BookReading::default() })
}

/// Units that count near a book's best bid, and whether those are all; nothing while the book has to count first.
pub fn units_near(vm: &VM, book: Address, near_bps: u32, most: u32, enough: u64) -> Option<(u64, bool)> {
    let words = [U256::from(near_bps), U256::from(most), U256::from(enough)];
    let answer = static_call(vm, book, &calldata(unitsNearCall::SELECTOR, words), u64::MAX, 64).ok()?;
    Some((u64::try_from(word_at(&answer, 0)?).ok()?, !word_at(&answer, 1)?.is_zero()))
}

// ---- A pool ----

/// Gas an adapter may burn.
const POOL_GAS: u64 = 300_000;
/// Gas there has to be before it is asked, so that nobody can have it fail by bringing too little.
const GAS_BEFORE_POOL: u64 = 600_000;

/// What a pool pays for one of `depth` NFTs, wei; 0, which is no answer, if there is none or its adapter fails.
pub fn pool_price(vm: &VM, sources: &Sources, depth: u32) -> u128 {
    if sources.pool.is_zero() {
        return 0;
    }
    let data = poolStateCall::SELECTOR;
    let answer = static_call(vm, sources.pool, &data, POOL_GAS, 96).unwrap_or_default();
    let number = |at| word_at(&answer, at).and_then(|word| u128::try_from(word).ok());
    let (Some(tokens), Some(cash), Some(average)) = (number(0), number(1), number(2)) else { return 0 };
    let usual = Reserves { tokens, cash }.at_price(average);
    usual.map_or(0, |reserves| reserves.price(depth, sources.fees))
}

/// The same, for what is written down: refused where there might be too little gas for an answer.
pub fn pool_price_with_gas(vm: &VM, sources: &Sources, depth: u32) -> Outcome<u128> {
    let left = vm.evm_gas_left();
    if !sources.pool.is_zero() && left < GAS_BEFORE_POOL {
        return Err(errors::GasTooLow { gasLeft: U256::from(left) }.into());
    }
    Ok(pool_price(vm, sources, depth))
}

// ---- Reports ----

/// The precompile that recovers a signer.
const ECRECOVER: Address = address!("0x0000000000000000000000000000000000000001");

/// The hash of this contract's domain. Computed anew every time: after a fork, the chains do not take each other's
/// reports.
pub fn domain(vm: &VM) -> Word {
    typed_data::domain(vm.chain_id(), &vm.contract_address().0.0, |bytes| keccak(vm, bytes))
}

/// A report with who signed it.
pub fn recovered(vm: &VM, domain: &Word, signed: &SignedReport) -> Signed {
    let report = report_of(signed);
    let digest = typed_data::digest(domain, &report, |bytes| keccak(vm, bytes));
    Signed { report, signer: recover(vm, &digest, signed), s: signed.s.0 }
}

/// The signer; zero, who is nobody, where there is none.
fn recover(vm: &VM, digest: &Word, signed: &SignedReport) -> Account {
    let SignedReport { v, r, s, .. } = signed;
    let words = [U256::from_be_bytes(*digest), U256::from(*v), (*r).into(), (*s).into()];
    let mut input = [0; 128];
    let bytes = words.iter().flat_map(|word| word.to_be_bytes::<32>());
    input.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    let answer = static_call(vm, ECRECOVER, &input, u64::MAX, 32).unwrap_or_default();
    Address::from_word(word_at(&answer, 0).unwrap_or_default().into()).0.0
}
