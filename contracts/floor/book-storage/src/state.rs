//! The contract-wide fields.

use alloy_primitives::{Address, U256};
use everfloor_common::{initializer::Initializer, roles::Ownership, words::write};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::{errors, seconds},
    revert::Outcome,
};

/// The contract-wide fields, each in a slot of its own. Append only: both programs and every later version read
/// them where they are.
///
/// | slot | field |
/// |---|---|
/// | 0, 1 | owner, offered owner |
/// | 2 | whether the proxy was initialised |
/// | 3 | the market |
/// | 4 | the program of the views |
/// | 8, 9 | parameters |
/// | 16, 17 | the book, with its lock |
///
/// The slots are read by hand: an accessor for each field would cost every program their construction.
pub struct BookState {
    vm: VM,
}

const OWNERSHIP: u64 = 0;
const INITIALIZER: u64 = 2;
const MARKET: u64 = 3;
const LENS: u64 = 4;
/// Where the parameters begin.
pub const PARAMS: u64 = 8;
/// Where the book's own words begin.
pub const BOOK: u64 = 16;

everfloor_common::host_state!(BookState);

impl BookState {
    /// Who governs.
    pub fn ownership(&self) -> Ownership {
        self.at(OWNERSHIP)
    }

    /// Whether the proxy was initialised.
    pub fn initializer(&self) -> Initializer {
        self.at(INITIALIZER)
    }
}

impl BookState {
    /// The block's time.
    pub fn now(&self) -> u64 {
        self.vm.block_timestamp()
    }

    /// Refuses after a deadline.
    pub fn require_time(&self, deadline: U256) -> Outcome<()> {
        let now = self.now();
        if now > seconds(deadline) {
            return Err(errors::DeadlinePassed { deadline, nowTime: U256::from(now) }.into());
        }
        Ok(())
    }

    fn address(&self, slot: u64) -> Address {
        Address::from_word(self.vm.storage_load_bytes32(U256::from(slot)))
    }

    /// The market that settles trades.
    pub fn market(&self) -> Address {
        self.address(MARKET)
    }

    /// The program of the views; zero before the book was made.
    pub fn lens(&self) -> Address {
        self.address(LENS)
    }

    /// Sets whom the book deals with, once.
    pub fn set_peers(&mut self, market: Address, lens: Address) {
        write(&self.vm, U256::from(MARKET), market.into_word());
        self.set_lens(lens);
    }

    /// Replaces the program of the views.
    pub fn set_lens(&mut self, lens: Address) {
        write(&self.vm, U256::from(LENS), lens.into_word());
    }
}
