//! Asks price feeds, which answer whatever happens to their sources; one that does not is taken for unreachable.

use alloc::vec::Vec;
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use everfloor_common::raw::{call_with_gas, static_call, word_at};
use everfloor_math::to_u128;
use everfloor_oracle_rules::{Anchor, Status};
use stylus_sdk::host::VM;

mod abi {
    alloy_sol_types::sol! {
        function read() external view returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
        function poke() external returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
    }
}

/// Gas a feed may burn. It gives each of its sources a quarter of that at most; one that burns all it gets must not
/// take the caller's gas with it.
const GAS: u64 = 2_000_000;

/// Bytes of a feed's answer.
const ANSWER: usize = 128;

/// What a feed says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In wad.
    pub price: u128,
    /// The integral of the price, in wad seconds.
    pub cumulative: u128,
    /// The feed's status, as it numbers them.
    pub status: u8,
}

impl Reading {
    /// The price, if it is the market's. One far from its average is: it is for an average to smooth that.
    pub fn good_price(&self) -> Option<u128> {
        let is_good = self.status == Status::Ok as u8 || self.status == Status::Deviating as u8;
        is_good.then_some(self.price)
    }

    /// The reading as an observation of the integral, if it is good.
    pub fn observation(&self, now: u64) -> Option<Anchor> {
        self.good_price().map(|_| Anchor { time: now, cumulative: self.cumulative })
    }

    fn unreachable() -> Self {
        Self { price: 0, cumulative: 0, status: Status::Unreachable as u8 }
    }
}

/// Looks at a feed.
pub fn read(vm: &VM, feed: Address) -> Reading {
    let answer = static_call(vm, feed, &abi::readCall::SELECTOR, GAS, ANSWER);
    reading(answer).unwrap_or_else(Reading::unreachable)
}

/// Lets a feed record its source's newest round, so that its integral is exact up to now and stays so.
pub fn poke(vm: &VM, feed: Address) -> Reading {
    let answer = call_with_gas(vm, feed, &abi::pokeCall::SELECTOR, GAS, ANSWER);
    reading(answer).unwrap_or_else(Reading::unreachable)
}

fn reading(answer: Result<Vec<u8>, Vec<u8>>) -> Option<Reading> {
    let data = answer.ok()?;
    let number = |at| to_u128(word_at(&data, at)?).ok();
    let status = u8::try_from(word_at(&data, 3)?).ok()?;
    Some(Reading { price: number(0)?, cumulative: number(1)?, status })
}
