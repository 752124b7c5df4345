//! A market with its real views, and short ways to ask them.

use alloy_primitives::{Address, U256, address, keccak256};
use alloy_sol_types::{
    SolError, SolType,
    abi::TokenSeq,
    sol,
    sol_data::{self, Array, Bool, Uint},
};
use everfloor_common::raw::address_word;
pub use everfloor_floor_storage::abi::views::*;
use floor_forecast::FloorForecast;
use floor_lens::FloorLens;
use floor_preview::FloorPreview;
use floor_quote::FloorQuote;
use floor_records::FloorRecords;

use crate::rig::{MARKET, World, account, n};

sol! {
    #[derive(Debug)]
    struct Programs { address ledger; address cash; address trade; address vault; address funding; address auction; address sale; address takeover; address end; address lens; address preview; address quote; address records; address forecast; address admin; }
    function setPrograms(Programs programs) external;
    function redo(uint256 auction) external;
    function cure(uint256 auction) external;
}

/// Types of answers.
pub type N = Uint<256>;
pub type Who = sol_data::Address;
pub type Yes = Bool;
pub type List<T> = Array<T>;

pub const LENS: Address = address!("0x0000000000000000000000000000000000000fa7");
pub const PREVIEW: Address = address!("0x0000000000000000000000000000000000000fa8");
pub const QUOTE: Address = address!("0x0000000000000000000000000000000000000fa9");
pub const RECORDS: Address = address!("0x0000000000000000000000000000000000000faa");
pub const FORECAST: Address = address!("0x0000000000000000000000000000000000000fab");

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
    world.chain.deploy::<FloorPreview>(PREVIEW);
    world.chain.deploy::<FloorQuote>(QUOTE);
    world.chain.deploy::<FloorRecords>(RECORDS);
    world.chain.deploy::<FloorForecast>(FORECAST);
    let known = |index| program(&world, index);
    let programs = Programs {
        ledger: known(11),
        cash: known(13),
        trade: known(12),
        vault: known(0),
        funding: known(1),
        auction: known(2),
        sale: known(14),
        takeover: known(3),
        end: known(4),
        lens: LENS,
        preview: PREVIEW,
        quote: QUOTE,
        records: RECORDS,
        forecast: FORECAST,
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
    let mut data = keccak256(signature)[..4].to_vec();
    data.extend(words.iter().flat_map(|word| word.to_be_bytes::<32>()));
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

/// Accounts as they would be after a payment of so many steps, and whether that is all that is due.
pub fn after_payment(world: &World, owners: &[Address], steps: u64) -> (Vec<AccountView>, bool) {
    let mut words = vec![n(64_u8), n(steps), n(owners.len() as u64)];
    words.extend(owners.iter().copied().map(word));
    ask::<(List<AccountView>, Yes)>(world, "previewAccounts(address[],uint256)", &words)
}

/// Runs something and takes it back.
pub fn undone<T>(world: &World, run: impl FnOnce() -> T) -> T {
    let before = world.chain.snapshot();
    let done = run();
    world.chain.restore(&before);
    done
}
