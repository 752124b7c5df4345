//! A market with its real views, and short ways to ask them.

use alloy_primitives::{Address, U256, address, keccak256};
use alloy_sol_types::{
    SolCall, SolError, SolType,
    abi::TokenSeq,
    sol,
    sol_data::{self, Array, Bool, Uint},
};
use everfloor_common::raw::address_word;
pub use everfloor_floor_storage::abi::views::*;
use floor_lens::FloorLens;
use floor_records::FloorRecords;
use floor_simulate::FloorSimulate;

use crate::rig::{MARKET, World, account, n};

sol! {
    #[derive(Debug)]
    struct Programs { address ledger; address cash; address trade; address vault; address funding; address auction; address sale; address takeover; address end; address lens; address simulate; address records; address admin; }
    function setPrograms(Programs programs) external;
    function redo(uint256 auction) external;
    function cure(uint256 auction) external;

    #[derive(Debug, PartialEq)]
    struct CallResult { bool success; bytes returnData; }
    function simulate(address[] accounts, bytes[] calls) external returns (CallResult[] results);
    function suggestedLot(address account) external returns (uint256[] ids);
}

/// Types of answers.
pub type N = Uint<256>;
pub type Who = sol_data::Address;
pub type Yes = Bool;
pub type List<T> = Array<T>;

pub const LENS: Address = address!("0x0000000000000000000000000000000000000fa7");
pub const SIMULATE: Address = address!("0x0000000000000000000000000000000000000fa8");
pub const RECORDS: Address = address!("0x0000000000000000000000000000000000000faa");

/// The program that is this many after the first in the market's storage.
pub fn program(world: &World, index: u64) -> Address {
    Address::from_word(world.chain.slot(MARKET, n(13 + index)))
}

/// A market with its real views.
pub fn world() -> World {
    with_views(World::new())
}

pub fn with_views(world: World) -> World {
    world.chain.deploy::<FloorLens>(LENS);
    world.chain.deploy::<FloorSimulate>(SIMULATE);
    world.chain.deploy::<FloorRecords>(RECORDS);
    let known = |index| program(&world, index);
    let programs = Programs {
        ledger: known(9),
        cash: known(11),
        trade: known(10),
        vault: known(0),
        funding: known(1),
        auction: known(2),
        sale: known(12),
        takeover: known(3),
        end: known(4),
        lens: LENS,
        simulate: SIMULATE,
        records: RECORDS,
        admin: known(6),
    };
    world.send(world.owner, setProgramsCall { programs });
    world
}

pub fn word(who: Address) -> U256 {
    address_word(who)
}

/// What a call by anybody answers or is refused with; it changes nothing.
fn asked(world: &World, signature: &str, words: &[U256]) -> Result<Vec<u8>, Vec<u8>> {
    let data = asking(signature, words);
    let before = (world.chain.state(), world.chain.logs());
    let answer = world.chain.send_raw(account("anybody"), MARKET, U256::ZERO, data);
    assert_eq!((world.chain.state(), world.chain.logs()), before, "{signature} changes nothing");
    answer
}

/// What a view answers, as a tuple.
pub fn ask<R: SolType>(world: &World, signature: &str, words: &[U256]) -> R::RustType
where
    for<'a> R::Token<'a>: TokenSeq<'a>,
{
    let answer = asked(world, signature, words);
    let bytes = answer.unwrap_or_else(|error| panic!("{signature} is refused: {error:02x?}"));
    R::abi_decode_params(&bytes).unwrap()
}

/// A view that is refused with this error.
pub fn refuses<E: SolError>(world: &World, signature: &str, words: &[U256], error: E) {
    let revert = asked(world, signature, words).expect_err(signature);
    assert_eq!(revert, error.abi_encode(), "{signature}");
}

pub fn number(world: &World, signature: &str, words: &[U256]) -> u128 {
    ask::<(N,)>(world, signature, words).0.to()
}

pub fn market(world: &World) -> MarketView {
    ask::<(MarketView,)>(world, "getMarket()", &[]).0
}

pub fn seen(world: &World, who: Address) -> AccountView {
    ask::<(AccountView,)>(world, "getAccount(address)", &[word(who)]).0
}

/// The calldata of a view.
pub fn asking(signature: &str, words: &[U256]) -> Vec<u8> {
    let mut data = keccak256(signature)[..4].to_vec();
    data.extend(words.iter().flat_map(|word| word.to_be_bytes::<32>()));
    data
}

/// What calls of the market by somebody would do, if these accounts had made him their operator; nothing changes.
pub fn simulated(
    world: &World,
    from: Address,
    accounts: &[Address],
    calls: &[Vec<u8>],
) -> Vec<Result<Vec<u8>, Vec<u8>>> {
    let calls = calls.iter().cloned().map(Into::into).collect();
    let before = (world.chain.state(), world.chain.logs());
    let results = world.send(from, simulateCall { accounts: accounts.to_vec(), calls });
    assert_eq!((world.chain.state(), world.chain.logs()), before, "a simulation changes nothing");
    let result = |result: CallResult| {
        let data = result.returnData.to_vec();
        if result.success { Ok(data) } else { Err(data) }
    };
    results.into_iter().map(result).collect()
}

/// An account in a simulation.
pub fn seen_in(answer: &Result<Vec<u8>, Vec<u8>>) -> AccountView {
    <(AccountView,)>::abi_decode_params(answer.as_ref().unwrap()).unwrap().0
}

/// The call that shows an account.
pub fn look_at(who: Address) -> Vec<u8> {
    asking("getAccount(address)", &[word(who)])
}

/// Accounts as they would be after a payment of so many steps.
pub fn after_payment(world: &World, owners: &[Address], steps: u64) -> Vec<AccountView> {
    let mut calls = vec![crate::rig::pokeFundingCall { maxSteps: n(steps) }.abi_encode()];
    calls.extend(owners.iter().copied().map(look_at));
    simulated(world, account("anybody"), &[], &calls)[1..].iter().map(seen_in).collect()
}

/// Runs something and takes it back.
pub fn undone<T>(world: &World, run: impl FnOnce() -> T) -> T {
    let before = world.chain.snapshot();
    let done = run();
    world.chain.restore(&before);
    done
}
