//! What the tests of this folder set up again and again.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    Backend, LONG, SHORT, System,
    abi::{ClearingHouse::*, InsuranceFund},
    account, dollars, wad,
};

/// A position at nearly full leverage.
pub fn leveraged<B: Backend>(s: &mut System<B>, name: &str, side: u8, notional: u64) -> Address {
    let trader = s.trader(name, notional);
    s.open(trader, side, dollars(notional * 108 / 1_000), wad(notional));
    trader
}

/// Index and mark both fall to (or rise to) `price`: the arbitrageur who moved the mark.
pub fn move_to<B: Backend>(s: &mut System<B>, price: U256) -> Address {
    s.set_price(price);
    s.move_mark(price)
}

/// A long at nearly full leverage, shorts against it, and an index that has fallen away while the mark stays: the long
/// cannot stay, and whoever takes it at the index price takes a loss beyond its margin.
pub struct Fallen {
    pub long: Address,
    pub shorts: [Address; 2],
    pub keeper: Address,
}

pub fn fallen<B: Backend>(s: &mut System<B>, index: U256) -> Fallen {
    let long = leveraged(s, "fallen long", LONG, 40_000);
    let shorts = ["first short", "second short"].map(|name| s.trader(name, 100_000));
    s.open(shorts[0], SHORT, dollars(20_000), wad(30_000));
    s.open(shorts[1], SHORT, dollars(20_000), wad(20_000));
    s.set_price(index);
    assert!(s.position(long).liquidatable);
    Fallen { long, shorts, keeper: account("keeper") }
}

/// The same, and its auction is over: it can be closed against the other side.
pub fn abandoned<B: Backend>(s: &mut System<B>, index: U256) -> Fallen {
    let fallen = fallen(s, index);
    let call = s.start_takeover_call(fallen.long);
    s.must(fallen.keeper, call);
    s.warp(700);
    fallen
}

/// Puts a contract behind the clearing house that takes on every deficit.
pub fn with_deficit_ledger<B: Backend>(s: &mut System<B>) -> Address {
    let ledger = s.backend.deficit_ledger();
    let owner = s.owner;
    s.must(owner, setDeficitLedgerCall { deficitLedger: ledger });
    ledger
}

/// What the fund has paid for an account.
pub fn drawn_by<B: Backend>(s: &System<B>, owner: Address) -> U256 {
    s.ask(s.fund, InsuranceFund::drawnByCall { marketId: s.market, owner }).unwrap()
}
