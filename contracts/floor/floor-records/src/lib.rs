//! What is written down of a floor market: what it was made with and who governs, both sides, NFTs, auctions, claims.
//!
//! Runs on the market's storage by delegatecall, writes nothing and asks nobody. Calls it does not know go on to
//! `floor-admin`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_common::routes;
use everfloor_floor_rules::{Auction, auction::Cause};
use everfloor_floor_storage::{
    abi::{
        auction_params_view, errors, params_view, seconds,
        views::{
            AuctionParams, AuctionView, MarketParams, MarketPeers, MarketPrograms, MarketView, NftView,
            PaymentView, ShutdownView, WaitingView,
        },
    },
    desk::{epochs_over, number},
    layout::Sale,
    revert::Outcome,
    shown::{bounded, int, page},
    state::{Counter, MarketState, Peer},
    store::{self, LoadedMarket},
};
use stylus_sdk::{ArbResult, prelude::*};

/// Of the interface.
const VERSION: u64 = 1;

/// The market, seen by its records.
#[storage]
#[entrypoint]
pub struct FloorRecords {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorRecords {
    // ---- The contract ----

    /// Of this interface.
    pub fn version(&self) -> Outcome<U256> {
        Ok(U256::from(VERSION))
    }

    /// Who governs.
    pub fn owner(&self) -> Outcome<Address> {
        Ok(self.state.ownership().owner())
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Outcome<Address> {
        Ok(self.state.ownership().pending())
    }

    /// Who may pause the locking of NFTs; zero is nobody.
    pub fn guardian(&self) -> Outcome<Address> {
        Ok(self.state.guardian().get())
    }

    /// Whether the locking of NFTs is paused.
    pub fn entry_paused(&self) -> Outcome<bool> {
        Ok(self.state.is_paused())
    }

    /// Whether the market was shut.
    pub fn is_shut(&self) -> Outcome<bool> {
        Ok(self.state.is_shut())
    }

    /// Whom the market deals with.
    pub fn peers(&self) -> Outcome<MarketPeers> {
        Ok(MarketPeers {
            cash: self.state.token(),
            collection: self.state.peer(Peer::Collection),
            root: self.state.root(),
            index: self.state.peer(Peer::Index),
            venue: self.state.peer(Peer::Venue),
            bids: self.state.peer(Peer::Bids),
            wrapper: self.state.peer(Peer::Wrapper),
        })
    }

    /// The cash token.
    pub fn cash(&self) -> Outcome<Address> {
        Ok(self.state.token())
    }

    /// The collection.
    pub fn collection(&self) -> Outcome<Address> {
        Ok(self.state.peer(Peer::Collection))
    }

    /// The root of the NFTs that count; zero is the whole collection.
    pub fn root(&self) -> Outcome<B256> {
        Ok(self.state.root())
    }

    /// The programs behind the market.
    pub fn programs(&self) -> Outcome<MarketPrograms> {
        let program = |peer| self.state.peer(peer);
        Ok(MarketPrograms {
            ledger: program(Peer::LedgerProgram),
            cash: program(Peer::CashProgram),
            trade: program(Peer::TradeProgram),
            vault: program(Peer::VaultProgram),
            funding: program(Peer::FundingProgram),
            auction: program(Peer::AuctionProgram),
            sale: program(Peer::SaleProgram),
            takeover: program(Peer::TakeoverProgram),
            end: program(Peer::EndProgram),
            lens: program(Peer::LensProgram),
            simulate: program(Peer::SimulateProgram),
            records: program(Peer::RecordsProgram),
            admin: program(Peer::AdminProgram),
        })
    }

    /// What the market was made with.
    pub fn params(&self) -> Outcome<MarketParams> {
        Ok(params_view(&store::settings(self.vm())))
    }

    /// What its auctions are like.
    pub fn auction_params(&self) -> Outcome<AuctionParams> {
        Ok(auction_params_view(&store::settings(self.vm()).auctions))
    }

    // ---- The market ----

    /// The market: both sides, how many there are of everything, what is due.
    pub fn get_market(&self) -> Outcome<MarketView> {
        let (vm, state) = (self.vm(), &self.state);
        let ledger = LoadedMarket::load(vm).value.ledger;
        let (settings, last) = (store::trading_settings(vm), store::last_paid(vm));
        let count = |counter| U256::from(state.counter(counter));
        Ok(MarketView {
            openInterest: U256::from(ledger.longs.total),
            marginedFp: U256::from(ledger.margined),
            longUnits: U256::from(ledger.longs.units),
            generation: U256::from(ledger.longs.generation),
            fundedShorts: U256::from(ledger.funded),
            cohorts: U256::from(ledger.cohorts),
            topCohort: U256::from(ledger.top),
            paidPerFp: int(ledger.paid),
            accounts: count(Counter::Accounts),
            auctions: count(Counter::Auctions),
            tickets: count(Counter::Waiting),
            nfts: count(Counter::Nfts),
            offered: count(Counter::Offered),
            lastTop: U256::from(store::last_top(vm)),
            epochsPaid: count(Counter::Epochs),
            epochsOver: U256::from(epochs_over(&settings.params, state.now())),
            lastIndex: U256::from(last.index),
            lastPriced: U256::from(last.epochs),
            paymentPending: ledger.event.is_some(),
            shut: state.is_shut(),
            entryPaused: state.is_paused(),
        })
    }

    /// The payment by shorts that is half made, if one is.
    pub fn get_payment(&self) -> Outcome<PaymentView> {
        let ledger = LoadedMarket::load(self.vm()).value.ledger;
        let event = ledger.event.unwrap_or_default();
        Ok(PaymentView {
            pending: ledger.event.is_some(),
            epoch: U256::from(event.epoch),
            payment: U256::from(event.payment),
            paidPerFp: int(ledger.paid),
            target: int(event.target),
            mark: U256::from(event.mark),
            kind: U256::from(event.kind),
            before: U256::from(event.before),
            loss: U256::from(event.loss),
        })
    }

    // ---- NFTs ----

    /// An NFT.
    pub fn nft(&self, id: U256) -> Outcome<NftView> {
        Ok(self.nft_view(id))
    }

    /// NFTs of an account, from the place `from` on (the first is 0), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the NFTs
    /// - `next`: from where the next page is; 0 at the end
    pub fn nfts_of(&self, account: Address, from: U256, limit: U256) -> Outcome<(Vec<NftView>, U256)> {
        let vm = self.vm();
        let account = store::account(vm, account).value;
        let (places, next) = page(0, from, limit, account.nfts);
        Ok((places.map(|place| self.nft_view(store::nft_at(vm, account.id, place))).collect(), next))
    }

    // ---- Auctions ----

    /// An auction that is not over.
    pub fn get_auction(&self, id: U256) -> Outcome<AuctionView> {
        self.auction_view(bounded(id), &self.running(id)?)
    }

    /// Auctions that are not over among those of the numbers from `from` on (the first is 1), of which `limit` and 100 are
    /// looked at.
    ///
    /// # Returns
    /// - `list`: the auctions
    /// - `next`: from where the next page is; 0 at the end
    pub fn auctions(&self, from: U256, limit: U256) -> Outcome<(Vec<AuctionView>, U256)> {
        let (numbers, next) = page(1, from, limit, self.state.counter(Counter::Auctions).saturating_add(1));
        let mut list = Vec::new();
        for number in numbers {
            let sale = store::sale(self.vm(), number).value;
            if self.is_running(&sale) {
                list.push(self.auction_view(number, &sale)?);
            }
        }
        Ok((list, next))
    }

    /// What one NFT of an auction costs at a time (0 is now), if nothing is done to it before, wei. Refused when it must be
    /// begun anew by then.
    pub fn auction_price(&self, id: U256, time: U256) -> Outcome<U256> {
        let now = if time.is_zero() { self.state.now() } else { seconds(time) };
        Ok(U256::from(self.running(id)?.auction.price(now)?))
    }

    // ---- Claims ----

    /// A place in the queue of withdrawals.
    pub fn waiting(&self, ticket: U256) -> Outcome<WaitingView> {
        let place = store::waiting(self.vm(), number(ticket)?).value;
        let vault = LoadedMarket::load(self.vm()).value.vault;
        Ok(WaitingView {
            owner: place.owner,
            amount: U256::from(place.ticket.amount),
            paid: U256::from(place.ticket.paid),
            due: U256::from(vault.queue.due(&place.ticket, vault.held)?),
            ahead: U256::from(place.ticket.begin.saturating_sub(vault.queue.paid)),
        })
    }

    /// The end of the market, as it was last worked out.
    pub fn shutdown_state(&self) -> Outcome<ShutdownView> {
        let end = store::end(self.vm()).value;
        let word = U256::from::<u128>;
        Ok(ShutdownView {
            shut: self.state.is_shut(),
            price: word(end.price),
            redeemUntil: U256::from(end.redeem_until),
            unclosed: int(end.unclosed),
            firstClaims: word(end.first.claims),
            firstAvailable: word(end.first.available),
            firstPaid: word(end.first.paid),
            firstRatio: word(end.first.ratio),
            longClaims: word(end.second.claims),
            longAvailable: word(end.second.available),
            longPaid: word(end.second.paid),
            longRatio: word(end.second.ratio),
        })
    }

    /// What an account may claim at the end, as it was last worked out.
    ///
    /// # Returns
    /// - `due`: what could be paid now, wei
    /// - `amount`: the whole claim, wei
    /// - `paid`: what of it has been paid, wei
    /// - `isLong`: whether it comes after those of the flat and short
    /// - `closed`: whether the account was closed; before, it has no claim
    pub fn claimable(&self, account: Address) -> Outcome<(U256, U256, U256, bool, bool)> {
        let vm = self.vm();
        let closed = store::closed(vm, account).value;
        let mut claim = closed.claim;
        let due = store::end(vm).value.pay(&mut LoadedMarket::load(vm).value, &mut claim)?;
        let [amount, paid] = [claim.amount, closed.claim.paid].map(U256::from);
        Ok((U256::from(due), amount, paid, claim.is_long, closed.closed))
    }

    /// Hands every other call to the administration.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorRecords {
    "version"() => version;
    "owner"() => owner;
    "pendingOwner"() => pending_owner;
    "guardian"() => guardian;
    "entryPaused"() => entry_paused;
    "isShut"() => is_shut;
    "peers"() => peers;
    "cash"() => cash;
    "collection"() => collection;
    "root"() => root;
    "programs"() => programs;
    "params"() => params;
    "auctionParams"() => auction_params;
    "getMarket"() => get_market;
    "getPayment"() => get_payment;
    "nft"(U256) => nft;
    "nftsOf"(Address, U256, U256) => nfts_of;
    "getAuction"(U256) => get_auction;
    "auctions"(U256, U256) => auctions;
    "auctionPrice"(U256, U256) => auction_price;
    "waiting"(U256) => waiting;
    "shutdownState"() => shutdown_state;
    "claimable"(Address) => claimable;
    else hand_on
});

impl FloorRecords {
    /// Hands a call on.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::AdminProgram, calldata)
    }

    fn nft_view(&self, id: U256) -> NftView {
        let vm = self.vm();
        let nft = store::nft(vm, id).value;
        let offered = nft.auction != 0 && self.is_running(&store::sale(vm, nft.auction).value);
        NftView {
            id,
            account: store::owner(vm, nft.account).address,
            auction: if offered { U256::from(nft.auction) } else { U256::ZERO },
        }
    }

    /// A sale that is not over.
    fn running(&self, id: U256) -> Outcome<Sale> {
        let sale = store::sale(self.vm(), bounded(id)).value;
        if self.is_running(&sale) { Ok(sale) } else { Err(errors::UnknownAuction { id }.into()) }
    }

    /// Whether a sale is not over; all are once the market is shut.
    fn is_running(&self, sale: &Sale) -> bool {
        sale.auction.nfts != 0 && !self.state.is_shut()
    }

    fn auction_view(&self, id: u32, sale: &Sale) -> Outcome<AuctionView> {
        let Auction { account, nfts, top, started, curve, fee, reward, cause } = sale.auction;
        let (voluntary, reserve) = match cause {
            Cause::Liquidation => (false, 0),
            Cause::Voluntary { reserve } => (true, reserve),
        };
        let needs_reset = sale.auction.needs_reset(self.state.now())?;
        let price = if needs_reset { 0 } else { sale.auction.price(self.state.now())? };
        let whose = |number| store::owner(self.vm(), number).address;
        Ok(AuctionView {
            id: U256::from(id),
            account: whose(account),
            nfts: U256::from(nfts),
            top: U256::from(top),
            started: U256::from(started),
            price: U256::from(price),
            needsReset: needs_reset,
            voluntary,
            reserve: U256::from(reserve),
            fee: U256::from(fee),
            starter: whose(sale.starter),
            reward: U256::from(reward),
            step: U256::from(curve.step),
            cut: U256::from(curve.cut),
            tail: U256::from(curve.tail),
            cusp: U256::from(curve.cusp),
        })
    }
}
