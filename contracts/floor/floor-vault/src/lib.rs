//! The NFTs of a floor market: locked, given back, lent to their owner for one call.
//!
//! Runs on the market's storage by delegatecall. An NFT is known by its record, which says whose short it covers and
//! whether it is being auctioned; what merely lies at this address is nobody's. It leaves to whom its account says, by an
//! auction, in a loan that ends with the call, or at the market's end, and in no other way.
//!
//! A collection is a stranger: every NFT that is to come or go is looked for afterwards, and nothing is written after a call
//! of it.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero, routes};
use everfloor_floor_rules::{Books as _, trade};
use everfloor_floor_storage::{
    abi::{errors, events},
    desk::{Seat, number, prices_unless},
    outside,
    remote::Remote,
    revert::Outcome,
    state::{Counter, MarketState, Peer},
    store::{self, LoadedMarket},
};
use everfloor_index_rules::merkle;
use stylus_sdk::{abi::Bytes, prelude::*};

sol! {
    function onERC721Received(address operator, address from, uint256 id, bytes data) external returns (bytes4 selector);
}

/// What a borrower answers: `keccak256("Everfloor.onFlashNft")`.
pub const FLASHED: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"Everfloor.onFlashNft").finalize();

/// The market, seen by its vault.
#[storage]
#[entrypoint]
pub struct FloorVault {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorVault {
    /// Locks NFTs of the caller's, who has approved the market, for `account`. Each with the proof that it is of this market,
    /// which is empty if all of the collection are.
    pub fn deposit_nft(
        &mut self,
        account: Address,
        ids: Vec<U256>,
        proofs: Vec<Vec<FixedBytes<32>>>,
    ) -> Outcome<()> {
        self.state.require_entry()?;
        self.state.enter()?;
        for (index, id) in ids.iter().enumerate() {
            self.require_member(*id, proofs.get(index).map(Vec::as_slice).unwrap_or_default())?;
        }
        self.lock(non_zero(account)?, &ids)?;
        let (collection, here) = (self.state.peer(Peer::Collection), self.vm().contract_address());
        let from = self.vm().msg_sender();
        for id in ids {
            outside::move_nft(self.vm(), collection, from, here, id)?;
        }
        self.state.leave();
        Ok(())
    }

    /// Locks an NFT that was sent here by its owner, for whom it was; `data` is the proof that it is of this market.
    pub fn on_erc721_received(
        &mut self,
        _operator: Address,
        from: Address,
        id: U256,
        data: Bytes,
    ) -> Outcome<FixedBytes<4>> {
        self.state.require_entry()?;
        self.state.require_free()?;
        let collection = self.state.peer(Peer::Collection);
        let here = self.vm().contract_address();
        // Whoever says so is the collection, and it is here.
        if self.vm().msg_sender() != collection || outside::owner_of(self.vm(), collection, id) != here {
            return Err(errors::NotThisCollection { collection: self.vm().msg_sender(), id }.into());
        }
        let proof: Vec<FixedBytes<32>> = data.chunks_exact(32).map(FixedBytes::from_slice).collect();
        self.require_member(id, &proof)?;
        self.lock(non_zero(from)?, &[id])?;
        Ok(onERC721ReceivedCall::SELECTOR.into())
    }

    /// Gives NFTs of `account` to `to`, if what is left covers its short; until `deadline`. Never paused.
    pub fn withdraw_nft(
        &mut self,
        account: Address,
        ids: Vec<U256>,
        to: Address,
        deadline: U256,
    ) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_time(deadline)?;
        non_zero(to)?;
        let mut seat = Seat::authorized(&mut self.state, account)?;
        self.state.enter()?;
        let vm = self.vm();
        let settings = store::trading_settings(vm);
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let count = number(U256::from(ids.len()))?;
        let value = &mut seat.loaded.value;
        let holding = books.view(&market.value.ledger, value)?;
        let mut fewer = *value;
        fewer.nfts = fewer.nfts.saturating_sub(count);
        let plain = trade::is_plain(&fewer, holding, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings, None)?;
        market.value.unlock(&mut books, value, count, prices, &settings.params)?;
        let listed = value.nfts.saturating_add(count);
        let number = value.id;
        seat.save(&self.state)?;
        market.save(vm)?;
        for (gone, id) in (0..).zip(&ids) {
            self.unlist(number, *id, listed.saturating_sub(gone))?;
            let indexed = [address_word(account), *id];
            emit::<events::NftWithdrawn>(self.vm(), &indexed, &[address_word(to)]);
        }
        let locked = self.state.counter(Counter::Nfts).saturating_sub(count);
        self.state.set_counter(Counter::Nfts, locked);
        let (collection, here) = (self.state.peer(Peer::Collection), self.vm().contract_address());
        for id in ids {
            outside::move_nft(self.vm(), collection, here, to, id)?;
        }
        self.state.leave();
        Ok(())
    }

    /// Lends NFTs of the caller's own account to `borrower` for this call: it gets them, is called with `data`, and must have
    /// given them back when it answers. For claims and votes of those who hold an NFT; nobody else can borrow it.
    pub fn flash_nft(&mut self, ids: Vec<U256>, borrower: Address, data: Bytes) -> Outcome<()> {
        self.state.enter()?;
        let vm = self.vm();
        let owner = vm.msg_sender();
        let account = store::account(vm, owner).value.id;
        let (collection, here) = (self.state.peer(Peer::Collection), vm.contract_address());
        for id in &ids {
            let nft = store::nft(self.vm(), *id).value;
            if account == 0 || nft.account != account || store::is_offered(self.vm(), &nft) {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            let indexed = [address_word(owner), *id];
            emit::<events::NftFlashed>(self.vm(), &indexed, &[address_word(borrower)]);
        }
        for id in &ids {
            outside::move_nft(self.vm(), collection, here, borrower, *id)?;
        }
        let answer = outside::lend_to(self.vm(), borrower, here, &ids, &data)?;
        if answer != FLASHED {
            return Err(errors::NotOperator { account: owner, caller: borrower }.into());
        }
        for id in ids {
            // Given back by the borrower or taken from it, if it has approved the market.
            if outside::owner_of(self.vm(), collection, id) != here {
                outside::move_nft(self.vm(), collection, borrower, here, id)?;
            }
        }
        self.state.leave();
        Ok(())
    }
}

routes!(FloorVault {
    "depositNft"(Address, Vec<U256>, Vec<Vec<FixedBytes<32>>>) => deposit_nft;
    "withdrawNft"(Address, Vec<U256>, Address, U256) => withdraw_nft;
    "flashNft"(Vec<U256>, Address, Bytes) => flash_nft;
    "onERC721Received"(Address, Address, U256, Bytes) => on_erc721_received;
});

impl FloorVault {
    /// Refuses an NFT that is not of this market.
    fn require_member(&self, id: U256, proof: &[FixedBytes<32>]) -> Outcome<()> {
        let root = self.state.root();
        if root.is_zero() {
            return Ok(());
        }
        let vm = self.vm();
        let proof: Vec<[u8; 32]> = proof.iter().map(|part| part.0).collect();
        merkle::require_member(&root.0, id, &proof, |bytes| vm.native_keccak256(bytes).0).map_err(|_| {
            errors::NotThisCollection { collection: self.state.peer(Peer::Collection), id }.into()
        })
    }

    /// Writes NFTs down as cover of an account.
    fn lock(&mut self, owner: Address, ids: &[U256]) -> Outcome<()> {
        self.state.require_open()?;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let count = number(U256::from(ids.len()))?;
        let value = &mut seat.loaded.value;
        let (account, listed) = (value.id, value.nfts);
        market.value.lock(&mut books, value, count)?;
        seat.save(&self.state)?;
        market.save(vm)?;
        for (new, id) in (0..).zip(ids) {
            let vm = self.vm();
            let mut nft = store::nft(vm, *id);
            if nft.value.account != 0 {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            let place = listed.saturating_add(new);
            (nft.value.account, nft.value.place) = (account, place);
            nft.save(vm)?;
            store::set_nft_at(vm, account, place, *id);
            emit::<events::NftDeposited>(vm, &[address_word(owner), *id], &[]);
        }
        let locked = self.state.counter(Counter::Nfts).saturating_add(count);
        self.state.set_counter(Counter::Nfts, locked);
        Ok(())
    }

    /// Takes an NFT that is not being auctioned out of an account's list of so many.
    fn unlist(&self, account: u32, id: U256, listed: u32) -> Outcome<()> {
        let vm = self.vm();
        let mut nft = store::nft(vm, id);
        if nft.value.account != account || store::is_offered(vm, &nft.value) {
            return Err(errors::UnknownNft { id }.into());
        }
        store::unlist(vm, account, &mut nft, listed)?;
        Ok(())
    }
}
