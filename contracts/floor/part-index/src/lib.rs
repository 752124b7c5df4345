//! The index of a part of an NFT: its share of the whole's index.
//!
//! A floor market of a part's token (`floor-parts`) asks this contract what it would ask the index of the whole: the value
//! now, the average of an epoch, how much may be open. The answers are the whole's, with prices cut to the part: what is left
//! of a price down to the part's end, rounded down, less what is left down to its beginning, rounded down. The prices of all
//! parts of an NFT so sum to the whole's to the wei, and each is within a wei of its exact share; a part of a price of a
//! few wei may be 0, which a market takes for none. Times and statuses are passed on; epochs are the whole's, so the market
//! of a part has the same first epoch and the same length of epochs. An index that does not answer makes this one not answer
//! in its own words, and a market waits as it would for the whole's.
//!
//! # How much may be open
//!
//! The whole's cap, in FP of the part. The cap bounds what is gained by moving the index against what that costs: bids for
//! whole NFTs that must be exposed. Moving it by `d` earns `w d` on each FP of a part that weighs `w`; with the cap `C`
//! open in each of the parts' markets that is `sum of w C d`, and as weights sum to one, `C d`: what the cap lets be earned
//! in the whole's own market. So the markets of all parts together add what one more market of the whole would add, and where
//! there is one beside them the factor of the index must be chosen for two.
//!
//! Nobody bids for parts: a market of a part has no bids, and what its auctions sell is bought by who collects parts, merges
//! them, and may sell the NFT into the whole's bids in the same transaction.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
pub mod rules;

#[cfg(not(target_arch = "wasm32"))]
use alloc::string::String;

use alloy_primitives::{Address, B256, U256, Uint};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    asked::{Answer, Other},
    initializer::Initializer,
    log::emit,
    raw::{address_word, calldata},
    roles::non_zero,
    routes, upgrade,
};
use everfloor_floor_storage::{
    abi::narrow,
    revert::{Outcome, Revert},
};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageU8, StorageU128},
};

use crate::{abi::events, rules::Share};

sol! {
    function part(uint256 number) external view returns (address token, uint256 from, uint256 end);
    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);
}

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("partOf");

/// What a part of an NFT is worth.
#[storage]
#[entrypoint]
pub struct PartIndex {
    initializer: Initializer,
    parts: StorageAddress,
    number: StorageU8,
    whole: StorageAddress,
    from: StorageU128,
    end: StorageU128,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl PartIndex {
    /// Makes the contract, once, in the call that creates its proxy: of which part of `parts`, from 0, and from which index of
    /// the whole. Weights never change.
    pub fn initialize(&mut self, parts: Address, number: U256, whole: Address) -> Outcome<()> {
        self.initializer.begin()?;
        let answer = self.ask(non_zero(parts)?, &calldata(partCall::SELECTOR, [number]), 3)?;
        let share = Share { from: narrow(answer.word(1))?, end: narrow(answer.word(2))? };
        self.parts.set(parts);
        self.number.set(Uint::from(number.saturating_to::<u8>()));
        self.whole.set(non_zero(whole)?);
        self.from.set(Uint::from(share.from));
        self.end.set(Uint::from(share.end));
        let indexed = [address_word(parts), number, address_word(whole)];
        let values = [share.from, share.end].map(U256::from);
        emit::<events::PartIndexCreated>(self.vm(), &indexed, &values);
        Ok(())
    }

    /// The index: its value now, and what it was on average of late.
    ///
    /// # Returns
    /// - `spot`: its value, wei
    /// - `twap`: its moving average, wei
    /// - `updatedAt`: when the whole's was updated last, seconds since 1970
    /// - `status`: as the whole's has it: 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    pub fn get_index(&self) -> Outcome<(U256, U256, U256, u8)> {
        let answer = self.ask(self.whole.get(), &getIndexCall::SELECTOR, 4)?;
        let [spot, twap] = [0, 1].map(|index| self.share().of(answer.word(index)));
        Ok((spot?, twap?, answer.word(2), status(answer.word(3))))
    }

    /// The average value of an epoch that has ended.
    ///
    /// # Returns
    /// - `price`: wei; 0 if there is none
    /// - `status`: as the whole's has it: 0 ok, 1 silent, 2 not ended, 3 unknown
    pub fn average_of_epoch(&self, epoch: U256) -> Outcome<(U256, u8)> {
        let data = calldata(averageOfEpochCall::SELECTOR, [epoch]);
        let answer = self.ask(self.whole.get(), &data, 2)?;
        Ok((self.share().of(answer.word(0))?, status(answer.word(1))))
    }

    /// The most that may be open, as far as it takes to know whether `open` may be.
    ///
    /// # Returns
    /// - `cap`: wad of the part's floor: as many as of the whole's
    /// - `status`: as the whole's has it: 0 ok, 1 at least, 2 pending
    pub fn open_interest_cap_for(&self, open: U256) -> Outcome<(U256, u8)> {
        let data = calldata(openInterestCapForCall::SELECTOR, [open]);
        let answer = self.ask(self.whole.get(), &data, 2)?;
        Ok((answer.word(0), status(answer.word(1))))
    }

    // ---- Views ----

    /// Of what this is the index.
    ///
    /// # Returns
    /// - `parts`: the contract that splits NFTs into parts
    /// - `number`: the part, from 0
    /// - `whole`: the index of the whole
    /// - `from`: where the part begins when all are laid end to end, wad
    /// - `end`: where it ends; its weight is the difference
    pub fn part_of(&self) -> Outcome<(Address, U256, Address, U256, U256)> {
        let share = self.share();
        let number = U256::from(self.number.get().to::<u8>());
        let [from, end] = [share.from, share.end].map(U256::from);
        Ok((self.parts.get(), number, self.whole.get(), from, end))
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        self.uuid()
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> Outcome<String> {
        Ok(String::from(upgrade::UPGRADE_INTERFACE_VERSION))
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. For the owner of the parts only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a part's index
    /// - `NotUpgradeable`: a part's index could never be upgraded again
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        upgrade::require_owner_of(self.vm(), self.parts.get()).map_err(Revert)?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

routes!(PartIndex {
    "initialize"(Address, U256, Address) => initialize;
    "getIndex"() => get_index;
    "averageOfEpoch"(U256) => average_of_epoch;
    "openInterestCapFor"(U256) => open_interest_cap_for;
    "partOf"() => part_of;
    "proxiableUUID"() => uuid;
    "UPGRADE_INTERFACE_VERSION"() => interface_version;
    "upgradeToAndCall"(Address, Bytes) => upgrade_to_and_call;
});

/// What is no status is as good as the highest: one that means nothing good.
fn status(word: U256) -> u8 {
    word.saturating_to()
}

impl PartIndex {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    #[cfg(target_arch = "wasm32")]
    fn interface_version(&self) -> Outcome<upgrade::InterfaceVersion> {
        Ok(upgrade::InterfaceVersion)
    }

    fn share(&self) -> Share {
        Share { from: self.from.get().to(), end: self.end.get().to() }
    }

    /// Asks another; its own refusal if it refuses, ours if it says less than so many words.
    fn ask(&self, at: Address, data: &[u8], words: usize) -> Outcome<Answer> {
        Other { vm: self.vm(), at }.look(data, words).map_err(Revert)
    }
}
