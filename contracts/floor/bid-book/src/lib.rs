//! The bid book's hot program: cash that is bid for any NFT of a collection, and NFTs sold for it.
//!
//! Thin by intent: each method loads what a rule of `everfloor-index-rules` needs, applies it, writes what changed, logs
//! it, and moves NFTs and tokens last, under the lock. What it does not know it hands to `bid-asks` (asks, claims), to
//! `bid-upkeep` (what counts, rewards) or to `bid-lens` (views, which knows `bid-admin`); all run on the same storage.
//!
//! # What is promised
//! - A bid is escrowed, and binding until a while after its cancel was asked for. Sales and cancels are never paused, and
//!   nobody but the bid's owner gets its escrow, or who sells an NFT of the market for it.
//! - Nobody who is paid or gets an NFT is called: a bidder cannot refuse an NFT, a seller cannot keep a bid. Whoever
//!   finishes another's cancel pays nobody: the escrow waits for its owner.
//! - Who sells owns what he sells, and his buyer owns it afterwards, by the collection's own word; else nobody is paid.
//! - Books alone say what is held: tokens and NFTs that are simply sent here change nothing.
//!
//! Units: prices and cash are wei, and a price is a whole number of ticks; times are seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod words;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    router::reply,
    routes,
    token::{transfer_in, transfer_out},
    upgrade,
};
use everfloor_index_rules::{Order, bids::Sale, merkle::EVERY_NFT};
use everfloor_index_storage::{
    abi::{
        errors, events, number,
        views::{BidBookParams, BidBookPeers, BidBookPrograms},
    },
    book::{self, Bids, EARNING, LoadedBids, SALE, part},
    outside,
    revert::{Outcome, Revert},
    state::{BookPeer, State},
};
use stylus_sdk::{ArbResult, function_selector, prelude::*};
use words::Words;

/// Escrowed bids for any NFT of a floor market, and asks of single NFTs: what the floor index rests on.
///
/// Prices are ticks, whole numbers of `tickSize` wei for one NFT. An offer counts for the index once it has been there for
/// `minAge` seconds, and is binding for `cancelDelay` seconds after its owner has asked for it back.
#[storage]
#[entrypoint]
pub struct BidBook {
    state: State,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl BidBook {
    // ---- Bids ----

    /// Bids `tick` ticks each for `quantity` NFTs of the market, whichever they are; takes the cash from the caller, who has
    /// approved it; until `deadline`. The bid counts once it is of age.
    ///
    /// # Returns
    /// - `id`: the bid
    pub fn place_bid(&mut self, tick: U256, quantity: U256, deadline: U256) -> Outcome<U256> {
        self.state.require_entry()?;
        self.state.require_time(deadline)?;
        self.state.enter()?;
        let vm = self.vm();
        let (owner, params) = (vm.msg_sender(), book::params(vm));
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &EARNING), Bids::new(vm));
        let (ticks, units, now) = (number(tick), number(quantity), self.state.now());
        let placed = bids.value.place(&mut shelf, &owner.0.0, ticks, units, now, &params)?;
        shelf.finish()?;
        bids.save(vm)?;
        let (id, escrow) = (U256::from(placed.id), U256::from(placed.escrow));
        let words = [tick, U256::from(params.price(ticks)?), quantity, escrow];
        emit::<events::BidPlaced>(vm, &[id, address_word(owner)], &words);
        transfer_in(vm, self.state.cash(), owner, escrow)?;
        self.state.leave();
        Ok(id)
    }

    /// Asks for a bid of the caller's back. It earns no more rewards, and is binding until the time returned. Never paused.
    ///
    /// # Returns
    /// - `bindingUntil`: when `finishCancel` may be called
    pub fn request_cancel(&mut self, id: U256) -> Outcome<U256> {
        self.state.require_free()?;
        let vm = self.vm();
        let (caller, params) = (vm.msg_sender(), book::params(vm));
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &EARNING), Bids::new(vm));
        let now = self.state.now();
        let until = bids.value.request_cancel(&mut shelf, number(id), &caller.0.0, now, &params)?;
        shelf.finish()?;
        bids.save(vm)?;
        let until = U256::from(until);
        emit::<events::BidCancelRequested>(vm, &[id], &[U256::from(bids.value.book.requested), until]);
        Ok(until)
    }

    /// Takes a bid back whose cancel is due, whoever calls. Its escrow is paid to its owner if that is the caller, and waits
    /// for him otherwise (`claimCash`): so nothing on his side can keep the bid in the book. Never paused.
    ///
    /// # Returns
    /// - `amount`: the escrow, wei
    pub fn finish_cancel(&mut self, id: U256) -> Outcome<U256> {
        self.state.enter()?;
        let vm = self.vm();
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &[part::BIDS]), Bids::new(vm));
        let now = self.state.now();
        let refund = bids.value.finish_cancel(&mut shelf, number(id), now, &book::params(vm))?;
        shelf.finish()?;
        bids.save(vm)?;
        let (owner, amount) = (Address::from(refund.owner), U256::from(refund.amount));
        let is_paid = owner == vm.msg_sender();
        let words = [U256::from(refund.units), amount, U256::from(is_paid)];
        emit::<events::BidCancelled>(vm, &[id, address_word(owner)], &words);
        if is_paid {
            transfer_out(vm, self.state.cash(), owner, amount)?;
        } else {
            book::owe_cash(vm, &refund.owner, refund.amount)?;
        }
        self.state.leave();
        Ok(amount)
    }

    // ---- Sales ----

    /// Sells NFTs of the caller's into the best bids, all or none, and into `max_bids` of them at most; pays `to`, if it is
    /// at least `min_total`; until `deadline`. The caller owns the NFTs and has approved the book for them. The proofs say
    /// that they are of the market, one for each; a market of the whole collection reads none. Never paused.
    ///
    /// # Returns
    /// - `paid`: what `to` gets, wei
    /// - `fee`: what the protocol keeps, wei
    pub fn sell(
        &mut self,
        token_ids: Vec<U256>,
        proofs: Vec<Vec<B256>>,
        min_total: U256,
        max_bids: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_time(deadline)?;
        self.require_members(&token_ids, &proofs)?;
        let terms = Terms { min_total, to, most: number(max_bids) };
        self.sell_nfts(&token_ids, None, &terms)
    }

    /// The same into bids that the caller names, in that order; those that are gone are passed over. For who sells what is
    /// his: a sale for somebody else goes through `sell`, or who makes it could name a low bid of his own.
    ///
    /// # Returns
    /// - `paid`: what `to` gets, wei
    /// - `fee`: what the protocol keeps, wei
    pub fn sell_into(
        &mut self,
        bid_ids: Vec<U256>,
        token_ids: Vec<U256>,
        proofs: Vec<Vec<B256>>,
        min_total: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_time(deadline)?;
        self.require_members(&token_ids, &proofs)?;
        let bids: Vec<u32> = bid_ids.into_iter().map(number).collect();
        let terms = Terms { min_total, to, most: u32::MAX };
        self.sell_nfts(&token_ids, Some(&bids), &terms)
    }

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

    /// Hands every other call to the program that knows it.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

// Sales have lists of lists, which this router does not read: `hand_on` takes them.
routes!(BidBook {
    "placeBid"(U256, U256, U256) => place_bid;
    "requestCancel"(U256) => request_cancel;
    "finishCancel"(U256) => finish_cancel;
    "proxiableUUID"() => uuid;
    else hand_on
});

const SELL: [u8; 4] = function_selector!("sell", Vec<U256>, Vec<Vec<B256>>, U256, U256, Address, U256);
const SELL_INTO: [u8; 4] =
    function_selector!("sellInto", Vec<U256>, Vec<U256>, Vec<Vec<B256>>, U256, Address, U256);

/// `initialize`, which `bid-admin` answers; the programs come last, and `bid-admin` last of them.
pub const INITIALIZE: [u8; 4] =
    function_selector!("initialize", Address, BidBookPeers, B256, BidBookParams, BidBookPrograms);

/// What `bid-asks` answers.
pub const ASKS_SELECTORS: [[u8; 4]; 7] = [
    function_selector!("listAsk", U256, Vec<B256>, U256, U256),
    function_selector!("requestCancelAsk", U256),
    function_selector!("finishCancelAsk", U256),
    function_selector!("buyAsk", U256, U256, Address, U256),
    function_selector!("buyCheapest", U256, U256, Address, U256),
    function_selector!("claimCash", Address),
    function_selector!("collectFees"),
];

/// What `bid-upkeep` answers; everything else is the lens's.
pub const UPKEEP_SELECTORS: [[u8; 4]; 11] = [
    function_selector!("catchUp", U256),
    function_selector!("catchUpAndRead", U256, U256),
    function_selector!("reading", U256),
    function_selector!("indexPrice", U256),
    function_selector!("binding"),
    function_selector!("bindingAsk"),
    function_selector!("unitsNear", U256, U256, U256),
    function_selector!("fundRewards", U256),
    function_selector!("followIndex", U256),
    function_selector!("settleRewards", Vec<U256>),
    function_selector!("claimRewards", Vec<U256>, Address),
];

/// What a seller wants.
struct Terms {
    min_total: U256,
    to: Address,
    most: u32,
}

impl BidBook {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands a call to the program that knows it.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        let Some((selector, arguments)) = calldata.split_first_chunk() else {
            return self.state.forward(BookPeer::LensProgram, calldata);
        };
        match selector {
            &SELL => self.read_sell(&Words(arguments)),
            &SELL_INTO => self.read_sell_into(&Words(arguments)),
            &INITIALIZE => self.state.forward_first(BookPeer::AdminProgram, calldata),
            selector if ASKS_SELECTORS.contains(selector) => {
                self.state.forward(BookPeer::AsksProgram, calldata)
            }
            selector if UPKEEP_SELECTORS.contains(selector) => {
                self.state.forward(BookPeer::UpkeepProgram, calldata)
            }
            _ => self.state.forward(BookPeer::LensProgram, calldata),
        }
    }

    /// Reads a call of `sell` and makes it.
    fn read_sell(&mut self, words: &Words<'_>) -> ArbResult {
        let (ids, proofs, min_total, max_bids, to, deadline) = words.sell().ok_or_else(Vec::new)?;
        Ok(reply(self.sell(ids, proofs, min_total, max_bids, to, deadline)?))
    }

    /// Reads a call of `sellInto` and makes it.
    fn read_sell_into(&mut self, words: &Words<'_>) -> ArbResult {
        let (bids, ids, proofs, min_total, to, deadline) = words.sell_into().ok_or_else(Vec::new)?;
        Ok(reply(self.sell_into(bids, ids, proofs, min_total, to, deadline)?))
    }

    /// Refuses NFTs that are not of the market.
    fn require_members(&self, token_ids: &[U256], proofs: &[Vec<B256>]) -> Outcome<()> {
        let root = self.state.market();
        if root == EVERY_NFT {
            return Ok(());
        }
        if token_ids.len() != proofs.len() {
            let [nfts, proofs] = [token_ids.len(), proofs.len()].map(U256::from);
            return Err(errors::ProofsMismatch { nfts, proofs }.into());
        }
        for (id, proof) in token_ids.iter().zip(proofs) {
            outside::require_member(self.vm(), &root, *id, proof)?;
        }
        Ok(())
    }

    /// Sells into the best bids, or into those named.
    fn sell_nfts(
        &mut self,
        token_ids: &[U256],
        named: Option<&[u32]>,
        terms: &Terms,
    ) -> Outcome<(U256, U256)> {
        self.state.enter()?;
        let vm = self.vm();
        let (seller, now, params) = (vm.msg_sender(), self.state.now(), book::params(vm));
        let units = token_ids.len() as u32;
        let order = Order { units, least: units, limit: 0, most: terms.most };
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &SALE), Bids::new(vm));
        let sale = match named {
            Some(ids) => bids.value.sell_into(&mut shelf, ids, &order, now, &params)?,
            None => bids.value.sell(&mut shelf, &order, now, &params)?,
        };
        shelf.finish()?;
        bids.save(vm)?;
        let (paid, fee) = (U256::from(sale.net()?), U256::from(sale.fee));
        if paid < terms.min_total {
            return Err(errors::ProceedsBelowLimit { proceeds: paid, limit: terms.min_total }.into());
        }
        let indexed = [address_word(seller), address_word(non_zero(terms.to)?)];
        emit::<events::Sold>(vm, &indexed, &[U256::from(units), U256::from(sale.proceeds), fee]);
        self.hand_over(seller, token_ids, &sale)?;
        transfer_out(vm, self.state.cash(), terms.to, paid)?;
        self.state.leave();
        Ok((paid, fee))
    }

    /// Hands NFTs to those who bought them, in order.
    fn hand_over(&self, seller: Address, token_ids: &[U256], sale: &Sale) -> Outcome<()> {
        let (vm, collection) = (self.vm(), self.state.peer(BookPeer::Collection));
        let mut token_ids = token_ids.iter().copied();
        for fill in &sale.fills {
            let buyer = Address::from(fill.owner);
            for id in token_ids.by_ref().take(fill.units as usize) {
                let indexed = [U256::from(fill.id), id, address_word(buyer)];
                emit::<events::BidFilled>(vm, &indexed, &[U256::from(fill.price)]);
                outside::move_nft(vm, collection, seller, buyer, id)?;
            }
        }
        Ok(())
    }
}
