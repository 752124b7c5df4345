//! Splits an NFT into weighted parts, each with a market of its own, and merges them back.
//!
//! An NFT that is split is locked here, and for it there is one token of the same id in each of the part collections: plain
//! ERC-721s (`floor-part`) that this contract alone makes and burns. Whoever has, or may dispose of, all parts of an id burns
//! them for the NFT: `merge(split(x)) == x`. So a part exists exactly while its NFT is here, and that is all there is to
//! keep books of: what is simply sent here has no parts, and is nobody's.
//!
//! Each part collection is the collection of a floor market of its own, whose index (`part-index`) is the part's share of the
//! NFT's index. A holder may so short three tenths of his NFT's floor against three tenths of the NFT, keep another part clear
//! and sell a third. A part that is taken in a liquidation is the taker's; who collects all parts has the NFT.
//!
//! Weights are fixed when the contract is made and sum to `10^18` exactly. Parts are laid end to end, and a part's share of a
//! value is what is left of the value down to the part's end less what is left down to its beginning (`part`): so
//! the shares of all parts sum to the value to the wei.
//!
//! Contract and tokens need each other's address: the contract's proxy comes first, each token is constructed with its address,
//! and the owner names them once. From then on there is nothing that the owner could do.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
pub mod rules;

#[cfg(not(target_arch = "wasm32"))]
use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, Uint};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    initializer::Initializer,
    lock,
    log::emit,
    raw::{address_word, call, calldata, static_call, word_at},
    roles::{Ownership, non_zero},
    routes, upgrade,
};
use everfloor_floor_storage::{
    outside::move_nft,
    revert::{Outcome, Revert},
};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU8, StorageU128},
};

use crate::abi::{errors, events};

sol! {
    function minter() external view returns (address minter);
    function mint(address to, uint256 id) external;
    function burn(uint256 id) external;
    function ownerIfAuthorized(address spender, uint256 id) external view returns (address owner);
}

/// What is kept of an answer: room for an error with its values.
const KEPT: usize = 128;

/// A part of the NFTs.
#[storage]
pub struct Part {
    token: StorageAddress,
    /// Where it ends when all are laid end to end, wad.
    end: StorageU128,
}

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("partCount");

/// NFTs that are split into parts.
#[storage]
#[entrypoint]
pub struct FloorParts {
    ownership: Ownership,
    initializer: Initializer,
    collection: StorageAddress,
    locked: StorageBool,
    count: StorageU8,
    named: StorageBool,
    parts: StorageMap<U256, Part>,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorParts {
    /// Makes the contract, once, in the call that creates its proxy: who names the tokens of the parts, of which collection
    /// they are parts, and what each weighs; two to eight weights that sum to `10^18`.
    pub fn initialize(&mut self, owner: Address, collection: Address, weights: Vec<U256>) -> Outcome<()> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        self.collection.set(non_zero(collection)?);
        let ends = rules::ends(&weights)?;
        self.count.set(Uint::from(ends.len()));
        for (part, end) in ends.into_iter().enumerate() {
            self.parts.setter(U256::from(part)).end.set(Uint::from(end));
        }
        let indexed = [address_word(collection)];
        emit::<events::PartsCreated>(self.vm(), &indexed, &[U256::from(weights.len())]);
        Ok(())
    }

    /// Names the tokens of all parts, in the order of the weights; each must say that this contract is its minter. Once, by the
    /// owner.
    pub fn name_parts(&mut self, tokens: Vec<Address>) -> Outcome<()> {
        self.ownership.only_owner()?;
        if self.named.get() {
            return Err(errors::PartsAlreadyNamed {}.into());
        }
        if tokens.len() != self.count.get().to::<usize>() {
            return Err(errors::PartCountOutOfBounds { parts: U256::from(tokens.len()) }.into());
        }
        let here = self.vm().contract_address();
        for (part, token) in tokens.iter().enumerate() {
            let minter = self.minter_of(*token);
            if minter != here || tokens.iter().take(part).any(|other| other == token) {
                return Err(errors::PartMismatch { token: *token, minter }.into());
            }
            let number = U256::from(part);
            self.parts.setter(number).token.set(*token);
            let (from, end) = self.bounds(number);
            let weight = U256::from(end.saturating_sub(from));
            emit::<events::PartNamed>(self.vm(), &[number, address_word(*token)], &[weight]);
        }
        self.named.set(true);
        Ok(())
    }

    /// Takes NFTs of the caller's, who has approved this contract; all parts of each are `to`'s.
    pub fn split(&mut self, ids: Vec<U256>, to: Address) -> Outcome<()> {
        if !self.named.get() {
            return Err(errors::PartsNotNamed {}.into());
        }
        non_zero(to)?;
        self.enter()?;
        let (vm, tokens) = (self.vm(), self.tokens());
        let (from, here) = (vm.msg_sender(), vm.contract_address());
        for id in ids {
            emit::<events::Split>(vm, &[id, address_word(from), address_word(to)], &[]);
            move_nft(vm, self.collection.get(), from, here, id)?;
            let mint = calldata(mintCall::SELECTOR, [address_word(to), id]);
            for token in &tokens {
                call(vm, *token, &mint, KEPT).map_err(Revert)?;
            }
        }
        self.leave();
        Ok(())
    }

    /// Burns all parts of NFTs, each of which is the caller's or may be disposed of by him, and gives the NFTs to `to`. What the
    /// token of a part refuses it refuses in its own words.
    pub fn merge(&mut self, ids: Vec<U256>, to: Address) -> Outcome<()> {
        non_zero(to)?;
        self.enter()?;
        let (vm, tokens) = (self.vm(), self.tokens());
        let (by, here) = (vm.msg_sender(), vm.contract_address());
        for id in ids {
            // Without tokens anybody would have all parts of an NFT that was simply sent here.
            if tokens.is_empty() {
                return Err(errors::PartsNotNamed {}.into());
            }
            let may = calldata(ownerIfAuthorizedCall::SELECTOR, [address_word(by), id]);
            for token in &tokens {
                static_call(vm, *token, &may, u64::MAX, KEPT).map_err(Revert)?;
                call(vm, *token, &calldata(burnCall::SELECTOR, [id]), KEPT).map_err(Revert)?;
            }
            emit::<events::Merged>(vm, &[id, address_word(by), address_word(to)], &[]);
            move_nft(vm, self.collection.get(), here, to, id)?;
        }
        self.leave();
        Ok(())
    }

    // ---- Views ----

    /// Who names, or named, the tokens of the parts, and may replace the code.
    pub fn owner(&self) -> Outcome<Address> {
        Ok(self.ownership.owner())
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Outcome<Address> {
        Ok(self.ownership.pending())
    }

    /// The collection.
    pub fn collection(&self) -> Outcome<Address> {
        Ok(self.collection.get())
    }

    /// How many parts an NFT has.
    pub fn part_count(&self) -> Outcome<U256> {
        Ok(U256::from(self.count.get().to::<u8>()))
    }

    /// A part, from 0.
    ///
    /// # Returns
    /// - `token`: its token; zero until it is named
    /// - `from`: where it begins when all parts are laid end to end, wad
    /// - `end`: where it ends; its weight is the difference
    pub fn part(&self, number: U256) -> Outcome<(Address, U256, U256)> {
        if number >= U256::from(self.count.get().to::<u8>()) {
            return Err(errors::UnknownPart { part: number }.into());
        }
        let (from, end) = self.bounds(number);
        Ok((self.parts.getter(number).token.get(), U256::from(from), U256::from(end)))
    }

    // ---- The owner ----

    /// Offers the ownership, which the new owner takes with `acceptOwnership`; zero withdraws an offer. Owner only.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Outcome<()> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes an offered ownership.
    pub fn accept_ownership(&mut self) -> Outcome<()> {
        Ok(self.ownership.accept()?)
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
    /// empty. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of the parts of a collection
    /// - `NotUpgradeable`: the parts of a collection could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.ownership.only_owner()?;
        lock::check(&self.locked)?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

routes!(FloorParts {
    "initialize"(Address, Address, Vec<U256>) => initialize;
    "nameParts"(Vec<Address>) => name_parts;
    "split"(Vec<U256>, Address) => split;
    "merge"(Vec<U256>, Address) => merge;
    "owner"() => owner;
    "collection"() => collection;
    "partCount"() => part_count;
    "part"(U256) => part;
    "proxiableUUID"() => uuid;
    "UPGRADE_INTERFACE_VERSION"() => interface_version;
    "upgradeToAndCall"(Address, Bytes) => upgrade_to_and_call;
    "pendingOwner"() => pending_owner;
    "transferOwnership"(Address) => transfer_ownership;
    "acceptOwnership"() => accept_ownership;
});

impl FloorParts {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    #[cfg(target_arch = "wasm32")]
    fn interface_version(&self) -> Outcome<upgrade::InterfaceVersion> {
        Ok(upgrade::InterfaceVersion)
    }

    fn enter(&mut self) -> Outcome<()> {
        Ok(lock::acquire(&mut self.locked)?)
    }

    fn leave(&mut self) {
        lock::release(&mut self.locked);
    }

    /// The tokens of all parts; none until they are named.
    fn tokens(&self) -> Vec<Address> {
        let count = if self.named.get() { self.count.get().to::<u8>() } else { 0 };
        (0..count).map(|part| self.parts.getter(U256::from(part)).token.get()).collect()
    }

    /// Where a part begins and ends, wad.
    fn bounds(&self, part: U256) -> (u128, u128) {
        let end_of = |part: U256| self.parts.getter(part).end.get().to::<u128>();
        let before = part.checked_sub(U256::ONE);
        (before.map_or(0, end_of), end_of(part))
    }

    /// Who makes a token; nobody if it does not say.
    fn minter_of(&self, token: Address) -> Address {
        let answer = static_call(self.vm(), token, &minterCall::SELECTOR, u64::MAX, KEPT);
        let word = answer.ok().and_then(|answer| word_at(&answer, 0));
        Address::from_word(word.unwrap_or_default().into())
    }
}
